"""Paired differences: every plausible village with and without, under the same luck."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from experiments.messages import number, rupiah, text
from experiments.plots.axes import LEVELS, RUPIAH, number_axis, quantiles, scale
from experiments.plots.lettering import fit, text_width
from experiments.plots.style import (
    BODY,
    HALF_BAND,
    INK,
    PALE,
    SMALL,
    WHITE,
    WIDTH,
    drawn,
    new_figure,
)

ROW = 0.84  # inches for one scenario: its name, its villages, its ranges
HEADER, DOTS, RANGES = 0.32, 0.58, 0.86  # where they end or lie, in rows below the top
CLOUD = 0.17  # half the height of the dots, in rows
BINS = 30
GOLDEN = 0.6180339887498949  # steps of this fill an interval evenly, without a draw
MANY = 200  # dots of a row that are drawn as a picture, also in an svg


def difference_table(diff: pd.DataFrame, margin: float = 1000) -> pd.DataFrame:
    """The dots, best scenario first, each with its scenario's ranges and counts.

    `raised` counts villages whose difference is above the margin, of `villages` with a result.
    """
    dots = diff[["scenario_id", "village_id", "difference"]].dropna()
    ranges = quantiles(dots, ["scenario_id"], "difference")
    groups = dots.groupby("scenario_id")["difference"]
    ranges["raised"] = groups.agg(lambda values: int((values > margin).sum()))
    ranges["villages"] = groups.size()
    order = ranges.sort_values("middle", ascending=False, kind="stable")
    return order.join(dots.set_index("scenario_id").sort_values("village_id")).reset_index()


@drawn
def paired_differences(
    diff: pd.DataFrame,
    titles: Mapping[str, str],
    margin: float = 1000,
    baseline_title: str = "",
    lang: str = "id",
    measure: str = "net_income",
) -> Figure:
    """One row per scenario, one dot per village; inside +-margin is practically the same.

    diff: scenario_id, village_id, difference (scenario minus baseline, unit of `measure`).
    """
    table = difference_table(diff[diff["scenario_id"].isin(titles)], margin)
    scenarios = list(table["scenario_id"].unique())
    base = fit(baseline_title, WIDTH / 3, BODY)
    figure = new_figure(
        ROW * len(scenarios) + 0.75,
        _headline(table, titles, margin, base, lang),
        text(lang, f"measure.{measure}"),
        _handles(margin, measure, lang),
    )
    ax = figure.add_subplot()
    unit = scale(measure)
    ax.axvspan(-margin / unit, margin / unit, color=PALE, linewidth=0)
    ax.axvline(0, color=INK, linewidth=1)
    for row, scenario in enumerate(scenarios):
        rows = table[table["scenario_id"] == scenario]
        _villages(ax, row, rows, unit)
        _name(ax, row, titles[scenario], rows.iloc[0], lang)
    ax.set_ylim(len(scenarios), 0)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    number_axis(ax.xaxis, lang, 6)
    ax.set_xlabel(text(lang, "plot.difference_axis", baseline=base))
    return figure


def _headline(
    table: pd.DataFrame, titles: Mapping[str, str], margin: float, base: str, lang: str
) -> str:
    best = table.iloc[0]
    if best["middle"] <= margin:
        return text(lang, "plot.difference_none", baseline=base)
    name = fit(titles[best["scenario_id"]], WIDTH / 2, BODY)
    return text(lang, "plot.difference_title", baseline=base, best=name, **_counts(best, lang))


def _counts(row: pd.Series[float], lang: str) -> dict[str, str]:
    return {"k": number(row["raised"], lang, 0), "n": number(row["villages"], lang, 0)}


def _villages(ax: Axes, row: int, rows: pd.DataFrame, unit: float) -> None:
    values = rows["difference"].to_numpy() / unit
    places = row + DOTS + CLOUD * cloud(values)
    many = len(values) > MANY  # each dot of a drawing is a line of its file
    ax.scatter(values, places, s=12, color=HALF_BAND, linewidths=0, rasterized=many)
    low80, low50, middle, high50, high80 = rows.iloc[0][list(LEVELS)] / unit
    line = row + RANGES
    ax.plot([low80, high80], [line] * 2, color=INK, linewidth=1.2)
    ax.plot([low50, high50], [line] * 2, color=INK, linewidth=4.5, solid_capstyle="butt")
    ax.plot(middle, line, "o", color=WHITE, markeredgecolor=INK, markersize=7)


def cloud(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Offsets from -1 to 1 that spread dots apart where they crowd; the same on every call."""
    counts, edges = np.histogram(values, BINS)
    crowd = counts[np.clip(np.digitize(values, edges) - 1, 0, BINS - 1)] / counts.max()
    return crowd * (2 * ((np.arange(len(values)) + 0.5) * GOLDEN % 1) - 1)


def _name(ax: Axes, row: int, title: str, counts: pd.Series[float], lang: str) -> None:
    """The scenario's name above its dots at the left, the count at the right, on clear ground."""
    ax.axhspan(row, row + HEADER, color=WHITE, zorder=2)
    raised = text(lang, "plot.raised", **_counts(counts, lang))
    room = WIDTH - 0.5 - text_width(raised, SMALL)
    place: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "va": "center", "zorder": 3}
    line = row + HEADER / 2
    ax.text(0, line, fit(title, room, BODY, weight="bold"), fontsize=BODY, weight="bold", **place)
    ax.text(1, line, raised, fontsize=SMALL, ha="right", **place)


def _handles(margin: float, measure: str, lang: str) -> list[Artist]:
    width = rupiah(margin, lang) if measure in RUPIAH else number(margin, lang, 2)
    dot: dict[str, Any] = {"linestyle": "", "marker": "o"}
    ring = {**dot, "color": WHITE, "markeredgecolor": INK, "markersize": 7}
    return [
        Line2D([], [], color=HALF_BAND, markersize=4, label=text(lang, "plot.one_village"), **dot),
        Line2D([], [], label=text(lang, "plot.band_middle"), **ring),
        Line2D([], [], color=INK, linewidth=4.5, label=text(lang, "plot.range_half")),
        Line2D([], [], color=INK, linewidth=1.2, label=text(lang, "plot.range_most")),
        Patch(facecolor=PALE, label=text(lang, "plot.practically_same", margin=width)),
    ]
