"""Fan small multiples: how a measure runs from week to week, one panel per scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from experiments.messages import text
from experiments.plots import strip
from experiments.plots.axes import (
    from_zero,
    number_axis,
    quantiles,
    scale,
    week_ticks,
)
from experiments.plots.lettering import fit
from experiments.plots.style import (
    BODY,
    GREY,
    HALF_BAND,
    INK,
    MOST_BAND,
    WIDTH,
    drawn,
    new_figure,
    two_columns,
)

RUN = ["village_id", "replication_id"]
EXAMPLES = 5  # real runs behind the bands
MOST_PANELS = 9
COLUMNS = {1: 1, 2: 2, 4: 2}  # by number of scenarios; otherwise three
PANEL = 1.5  # inches high
AROUND = 0.85  # inches for title and week numbers of a panel
FEW_KINDS = 6  # of activity, which fit beside the entries of the bands
OVER_THE_BANDS = 0.3  # of their height, for example runs that leave them
BESIDE = 0.6  # inches for the numbers of the vertical axis


def fan_table(weekly: pd.DataFrame, measure: str, events: pd.DataFrame) -> pd.DataFrame:
    """What the fans show, by scenario and week: bands and middle, example runs, activities."""
    keys = ["scenario_id", "week"]
    done = events[[*keys, "kind"]].drop_duplicates().sort_values([*keys, "kind"])
    activities = done.groupby(keys)["kind"].agg("; ".join).rename("activities")
    table = quantiles(weekly, keys, measure).join(example_runs(weekly, measure)).join(activities)
    return table.reset_index()


def example_runs(weekly: pd.DataFrame, measure: str) -> pd.DataFrame:
    """The same few runs for every scenario, evenly spread from the poorest to the best."""
    ranked = weekly.groupby(RUN)[measure].mean().sort_values(kind="stable").index
    places = (np.arange(EXAMPLES) + 0.5) / EXAMPLES * len(ranked)
    chosen = [ranked[place] for place in np.unique(places.astype(int))]
    columns = [
        weekly.set_index(RUN).loc[[run]].set_index(["scenario_id", "week"])[measure]
        for run in chosen
    ]
    names = [f"run_{i}" for i in range(1, len(chosen) + 1)]
    return pd.concat(columns, axis=1, keys=names)


@drawn
def fans(
    weekly: pd.DataFrame,
    measure: str,
    titles: Mapping[str, str],
    events: pd.DataFrame,
    lang: str = "id",
) -> Figure:
    """One panel per scenario in the order of `titles`, shared axes, activities under each.

    weekly: scenario_id, village_id, replication_id, week, date, <measure>; events: scenario_id,
    week, kind. The bands hold 5 and 8 of 10 runs, over villages and replications together.
    """
    _check(weekly, titles)
    shown = events[events["scenario_id"].isin(titles)]
    table = fan_table(weekly, measure, shown)
    columns = COLUMNS.get(len(titles), 3)
    names = list(titles)
    rows = [names[first : first + columns] for first in range(0, len(names), columns)]
    lanes = [strip.lanes_for(shown[shown["scenario_id"].isin(row)]) for row in rows]
    figure = new_figure(
        sum(PANEL + strip.height(most) + AROUND for most in lanes),
        text(lang, "plot.fans_title"),
        text(lang, f"measure.{measure}"),
        _legend(strip.kinds_in(shown), lang),
    )
    pairs = _panels(figure, len(titles), columns, lanes, lang)
    inches = (WIDTH - BESIDE) / columns - 0.2
    for i, ((panel, lane), (scenario, title)) in enumerate(zip(pairs, titles.items(), strict=True)):
        _fan(panel, table[table["scenario_id"] == scenario], scale(measure))
        panel.set_title(fit(title, inches, BODY, lines=3, weight="bold"), weight="bold")
        strip.draw(lane, shown[shown["scenario_id"] == scenario], lanes[i // columns], lang)
    first = pairs[0][0]
    dates = weekly.drop_duplicates("week").set_index("week")["date"].sort_index()
    week_ticks(first, dates, inches, lang)
    number_axis(first.yaxis, lang)
    _to_the_bands(first, table, scale(measure))
    from_zero(first)
    return figure


def _to_the_bands(ax: Axes, table: pd.DataFrame, unit: float) -> None:
    """Let the bands fill the axis: one odd example run must not flatten all panels."""
    low, high = table["low80"].min() / unit, table["high80"].max() / unit
    room = OVER_THE_BANDS * (high - low)
    if room > 0:
        below, above = ax.get_ylim()
        ax.set_ylim(max(below, low - room), min(above, high + room))


def _panels(
    figure: Figure, count: int, columns: int, lanes: Sequence[int], lang: str
) -> list[tuple[Axes, Axes]]:
    """Pairs of a panel and its strip, all on one scale, with words at the outer edges only.

    lanes: of the strips in each row of panels.
    """
    heights = [high for most in lanes for high in (PANEL, strip.height(most))]
    grid = figure.subplots(len(heights), columns, squeeze=False, sharex=True, height_ratios=heights)
    pairs = list(zip(grid[::2].flat, grid[1::2].flat, strict=True))
    for i, (panel, lane) in enumerate(pairs[:count]):
        if i > 0:
            panel.sharey(pairs[0][0])
        panel.tick_params(left=i % columns == 0, labelleft=i % columns == 0)
        lane.tick_params(labelbottom=True)
        if i + columns >= count:
            lane.set_xlabel(text(lang, "plot.week"))
    for unused in (ax for pair in pairs[count:] for ax in pair):
        unused.remove()
    return pairs[:count]


def _check(weekly: pd.DataFrame, titles: Mapping[str, str]) -> None:
    missing = set(titles) - set(weekly["scenario_id"].unique())
    if missing:
        raise ValueError(f"no weeks of scenario: {', '.join(sorted(missing))}")
    if not 1 <= len(titles) <= MOST_PANELS:
        raise ValueError(f"{len(titles)} scenarios; a figure holds 1 to {MOST_PANELS}")


def _fan(ax: Axes, table: pd.DataFrame, unit: float) -> None:
    weeks = table["week"]
    runs = table.filter(like="run_")
    ax.fill_between(weeks, table["low80"] / unit, table["high80"] / unit, color=MOST_BAND, lw=0)
    ax.fill_between(weeks, table["low50"] / unit, table["high50"] / unit, color=HALF_BAND, lw=0)
    ax.plot(weeks, runs / unit, color=INK, linewidth=0.4, alpha=0.6)
    ax.plot(weeks, table["middle"] / unit, color=INK, linewidth=2)
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.grid(axis="y")
    ax.margins(x=0)


def _legend(kinds: Sequence[str], lang: str) -> list[Artist]:
    """In two columns: the bands beside a few kinds, or all in one flow."""
    bands, marks = _bands(lang), strip.handles(kinds, lang)
    return two_columns(bands, marks) if len(kinds) <= FEW_KINDS else [*bands, *marks]


def _bands(lang: str) -> list[Artist]:
    return [
        Line2D([], [], color=INK, linewidth=2, label=text(lang, "plot.band_middle")),
        Patch(color=HALF_BAND, label=text(lang, "plot.band_half")),
        Patch(color=MOST_BAND, label=text(lang, "plot.band_most")),
        Line2D([], [], color=INK, linewidth=0.4, alpha=0.6, label=text(lang, "plot.one_run")),
    ]
