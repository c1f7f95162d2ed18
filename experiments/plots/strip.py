"""The activity strip: under a time series, what was done in which week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from experiments.messages import text
from experiments.plots.style import INK, PALE, SMALL

# Each kind keeps its mark in every figure and on every sheet.
MARKS = {
    "fgd": "o",
    "proposal_training": "s",
    "negotiation": "^",
    "audience": "D",
    "capital_proposal": "P",
    "mentoring": "*",
}
LANE = 0.13  # inches
FEWEST = 1.5  # lanes that a strip is high


def kinds_in(events: pd.DataFrame) -> list[str]:
    """The kinds that occur, in the order of MARKS."""
    present = set(events["kind"])
    unknown = present - set(MARKS)
    if unknown:
        raise ValueError(f"no mark in strip.MARKS for: {', '.join(sorted(unknown))}")
    return [kind for kind in MARKS if kind in present]


def height(kinds: Sequence[str]) -> float:
    """Inches that the strip needs."""
    return LANE * max(len(kinds), FEWEST)


def draw(ax: Axes, events: pd.DataFrame, kinds: Sequence[str], lang: str) -> None:
    """One lane per kind: a mark where it begins, a line over further weeks without a gap."""
    if events.empty:
        place: dict[str, Any] = {"transform": ax.transAxes, "ha": "center", "va": "center"}
        ax.text(0.5, 0.5, text(lang, "plot.no_activity"), fontsize=SMALL, **place)
        kinds = []
    for lane, kind in enumerate(kinds):
        ax.axhline(lane, color=PALE, linewidth=0.8)
        for first, last in spells(events.loc[events["kind"] == kind, "week"]):
            ax.plot([first, last], [lane, lane], color=INK, linewidth=1.5)
            ax.plot(first, lane, MARKS[kind], color=INK, markersize=5.5, clip_on=False)
    ax.set_ylim(max(len(kinds), FEWEST) - 0.5, -0.5)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)


def spells(weeks: pd.Series[int]) -> Iterator[tuple[int, int]]:
    """First and last week of each unbroken spell: 0, 1, 2, 7 gives (0, 2) and (7, 7)."""
    ordered = pd.Series(sorted(set(weeks)))
    for _, spell in ordered.groupby(ordered.diff().ne(1).cumsum()):
        yield int(spell.iloc[0]), int(spell.iloc[-1])


def handles(kinds: Sequence[str], lang: str) -> list[Line2D]:
    """Legend entries for the kinds."""
    return [
        Line2D([], [], color=INK, marker=MARKS[kind], label=text(lang, f"activity.{kind}"))
        for kind in kinds
    ]
