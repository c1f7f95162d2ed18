"""The activity strip: under a time series, what was done in which week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from experiments.messages import text
from experiments.plots.style import INK, PALE, SMALL, WHITE


class Mark(NamedTuple):
    """A shape that is told apart without colour, filled with ink or left open."""

    shape: str
    filled: bool = True

    @property
    def look(self) -> dict[str, Any]:
        """Settings of a matplotlib line that draws this mark."""
        fill = INK if self.filled else WHITE
        return {"marker": self.shape, "markerfacecolor": fill, "markeredgecolor": INK}


# Each kind keeps its mark in every figure and on every sheet; kin share a shape.
MARKS = {
    "fgd": Mark("o"),
    "proposal_training": Mark("s"),
    "negotiation": Mark("^"),
    "audience": Mark("D"),
    "capital_proposal": Mark("P"),
    "mentoring": Mark("*"),
    "norms": Mark("o", filled=False),
    "product_training": Mark("s", filled=False),
    "campaign": Mark("v"),
    "counselling": Mark("*", filled=False),
    "market_stall": Mark("^", filled=False),
    "social_media": Mark("v", filled=False),
    "facility": Mark("P", filled=False),
    "education": Mark("p", filled=False),
    "persuasion": Mark("X", filled=False),
    "agency_training": Mark("p"),
    "partner_support": Mark("X"),
    "village_regulation": Mark("D", filled=False),
}
LANE = 0.13  # inches
FEWEST = 1.5  # lanes that a strip is high
SIZE = 5.5  # points


def kinds_in(events: pd.DataFrame) -> list[str]:
    """The kinds that occur, in the order of MARKS."""
    present = set(events["kind"])
    unknown = present - set(MARKS)
    if unknown:
        raise ValueError(f"no mark in strip.MARKS for: {', '.join(sorted(unknown))}")
    return [kind for kind in MARKS if kind in present]


def lanes_for(events: pd.DataFrame) -> int:
    """The most kinds that any one scenario has: strips beside each other are as high as that."""
    return int(events.groupby("scenario_id")["kind"].nunique().max()) if len(events) else 0


def height(lanes: int) -> float:
    """Inches that a strip needs."""
    return LANE * max(lanes, FEWEST)


def draw(ax: Axes, events: pd.DataFrame, lanes: int, lang: str) -> None:
    """One lane per kind: a mark where it begins, a line over further weeks without a gap."""
    if events.empty:
        place: dict[str, Any] = {"transform": ax.transAxes, "ha": "center", "va": "center"}
        ax.text(0.5, 0.5, text(lang, "plot.no_activity"), fontsize=SMALL, **place)
    for lane, kind in enumerate(kinds_in(events)):
        ax.axhline(lane, color=PALE, linewidth=0.8)
        for first, last in spells(events.loc[events["kind"] == kind, "week"]):
            ax.plot([first, last], [lane, lane], color=INK, linewidth=1.5)
            ax.plot(first, lane, color=INK, markersize=SIZE, clip_on=False, **MARKS[kind].look)
    ax.set_ylim(max(lanes, FEWEST) - 0.5, -0.5)
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
        Line2D([], [], color=INK, label=text(lang, f"activity.{kind}"), **MARKS[kind].look)
        for kind in kinds
    ]
