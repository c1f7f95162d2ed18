"""The timeline of action research: what each stage did in which week, and in how many runs."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.messages import number, text
from experiments.plots.axes import week_ticks
from experiments.plots.lettering import fit
from experiments.plots.strip import MARKS
from experiments.plots.style import INK, PALE, SMALL, WHITE, WIDTH, drawn, new_figure

STAGES = ("reflection", "planning", "action", "evaluation")
OUTSIDE = "outside"  # the lane of what belongs to no stage; only where something does
STAGE = "stage"  # kind of the event that tells the stage (its subject) and the cycle (its value)
RUN = ["village_id", "replication_id"]

ROW = 0.21  # inches
LABELS = 1.85  # inches for the names at the left
POINTS = 72  # of an inch
TWENTY = 20
SMALLEST, LARGEST = 2.5, 7.0  # points across a mark of 1 and of all 20
DARKNESS = LinearSegmentedColormap.from_list("share", ["#B4B4B4", INK])
APART = 22.0  # points between two numbers of cycles that can both be read
BESIDE = 5.0  # points from the middle of a mark to its number
ROOM = 14.0  # points for the number beside a mark of the last week


def timeline_table(
    events: pd.DataFrame, planned: Collection[tuple[str, str]], runs: int
) -> pd.DataFrame:
    """stage, kind, week, share: the share of `runs` in which a kind took place in that week.

    events: village_id, replication_id, week, kind, subject, value of one scenario, each run in the
    order in which things happened; planned: (kind, stage) of its plan. An intervention belongs to
    the stage told last, as far as it is planned there. Rows of kind `stage` hold the number of a
    `cycle`, its usual week and the share of runs that come to it.
    """
    done = events[events["kind"].isin(MARKS)].assign(stage=_stages(events, planned))
    kinds = done.drop_duplicates([*RUN, "stage", "kind", "week"])
    shares = kinds.groupby(["stage", "kind", "week"]).size().rename("share") / runs
    return pd.concat([shares.reset_index(), _cycles(events, runs)], ignore_index=True)


def _stages(events: pd.DataFrame, planned: Collection[tuple[str, str]]) -> pd.Series[str]:
    told = events["subject"].where(events["kind"] == STAGE)
    last = told.groupby([events[key] for key in RUN]).ffill()
    fits = pd.MultiIndex.from_arrays([events["kind"], last]).isin(list(planned))
    usual = dict(reversed(list(planned)))  # the first one counts
    return last.where(fits, events["kind"].map(usual)).fillna(OUTSIDE)


def _cycles(events: pd.DataFrame, runs: int) -> pd.DataFrame:
    told = events[events["kind"] == STAGE].rename(columns={"subject": "stage", "value": "cycle"})
    first = told.drop_duplicates([*RUN, "stage", "cycle"]).groupby(["stage", "cycle"])["week"]
    cycles = pd.DataFrame({"week": first.median(), "share": first.size() / runs})
    return cycles.reset_index().assign(kind=STAGE)


@drawn
def timeline(table: pd.DataFrame, dates: pd.Series[str], title: str, lang: str = "id") -> Figure:
    """A lane for each stage, in it a row for each kind: the more runs, the larger and darker.

    A cycle is numbered where it comes to a stage, with a mark of its own for how often it does.

    table: as from `timeline_table`; dates: first day of each week, indexed by week.
    """
    rows = list(_rows(table))
    figure = new_figure(
        ROW * len(rows) + 0.55, text(lang, "plot.timeline_title"), title, _handles(lang), 2
    )
    ax = figure.add_subplot()
    points = POINTS * (WIDTH - LABELS)
    week = (points - ROOM) / (len(dates) + 1)  # points of one
    for y, (stage, kind) in enumerate(rows):
        part = table[(table["stage"] == stage) & (table["kind"] == kind)]
        if kind == STAGE:
            ax.axhspan(y - 0.5, y + 0.5, color=PALE, linewidth=0)
            _number_cycles(ax, part, y, week, lang)
        elif kind:
            ax.axhline(y, color=PALE, linewidth=0.8, zorder=0)
            _mark(ax, part, kind, y)
    _name_rows(ax, rows, lang)
    ax.set_xlim(dates.index[0] - 1, dates.index[-1] + 1 + ROOM / week)
    week_ticks(ax, dates, WIDTH - LABELS, lang)
    ax.set_xlabel(text(lang, "plot.week"))
    return figure


def _rows(table: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Stage and kind of each row from the top: a heading, then its kinds, or one empty row."""
    for stage in (*STAGES, OUTSIDE):
        present = set(table.loc[table["stage"] == stage, "kind"])
        kinds = [kind for kind in MARKS if kind in present]
        if stage != OUTSIDE or kinds:
            yield stage, STAGE
            yield from ((stage, kind) for kind in kinds or [""])


def _mark(ax: Axes, part: pd.DataFrame, kind: str, y: int) -> None:
    counts = twentieths(part["share"])
    shades = DARKNESS(counts / TWENTY)
    ax.scatter(
        part["week"],
        np.full(len(part), y),
        s=_size(counts) ** 2,
        marker=MARKS[kind].shape,
        facecolors=shades if MARKS[kind].filled else WHITE,
        edgecolors=shades,
        zorder=2,
        clip_on=False,
    )


def twentieths(shares: pd.Series[float]) -> pd.Series[float]:
    """Shares as whole counts of twenty; what happened at all counts for one."""
    return (TWENTY * shares).round().clip(lower=1)


def _size(counts: pd.Series[float]) -> pd.Series[float]:
    return SMALLEST + (LARGEST - SMALLEST) * (counts / TWENTY) ** 0.5


def _number_cycles(ax: Axes, part: pd.DataFrame, y: int, week: float, lang: str) -> None:
    """Each cycle at its usual week, as far as they do not collide; `week`: points of a week.

    A mark as the legend has it tells in how many runs the cycle comes to this stage; beside it
    stands the cycle's number.
    """
    last = -APART / week
    for row in part.sort_values(["week", "cycle"]).itertuples():
        if (row.week - last) * week >= APART:
            counts = twentieths(pd.Series([row.share]))
            shades = DARKNESS(counts / TWENTY)
            ax.scatter([row.week], [y], s=_size(counts) ** 2, color=shades, clip_on=False)
            right = row.week + BESIDE / week
            ax.text(right, y, number(row.cycle, lang, 0), fontsize=SMALL, va="center_baseline")
            last = row.week


def _name_rows(ax: Axes, rows: list[tuple[str, str]], lang: str) -> None:
    inches = LABELS - 0.15
    names = []
    for stage, kind in rows:
        key = f"activity.{kind}" if kind in MARKS else "plot.no_activity"
        words = text(lang, f"stage.{stage}" if kind == STAGE else key)
        names.append(fit(words, inches, SMALL, weight="bold" if kind == STAGE else "normal"))
    ax.set_yticks(range(len(rows)), names)
    for label, (_, kind) in zip(ax.get_yticklabels(), rows, strict=True):
        label.set_weight("bold" if kind == STAGE else "normal")
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _handles(lang: str) -> list[Line2D]:
    """Marks of three sizes, and what the numbers are."""
    counts = pd.Series([TWENTY, TWENTY / 2, 1])
    marks = [
        Line2D(
            [],
            [],
            linestyle="",
            marker="o",
            color=DARKNESS(count / TWENTY),
            markersize=size,
            label=text(lang, "plot.timeline_share", k=number(count, lang, 0)),
        )
        for count, size in zip(counts, _size(counts), strict=True)
    ]
    return [*marks, Line2D([], [], alpha=0, label=text(lang, "plot.timeline_cycle"))]
