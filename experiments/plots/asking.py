"""What answers would be worth: a bar for each question, its error, and what chance alone gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from experiments.messages import parameter_name, text
from experiments.plots.axes import number_axis
from experiments.plots.lettering import fit
from experiments.plots.style import (
    BLUE,
    INK,
    ORANGE,
    SMALL,
    WIDTH,
    drawn,
    new_figure,
)

ROW: Final = 0.46  # inches: a line of words and a bar
HUNDRED: Final = 100
CLEAR: Final = 1.96  # standard errors
Row = Mapping[str, Any]


def rows(summary: Mapping[str, Any]) -> list[Row]:
    """The questions that are drawn: those that would change the best option, or else those that matter."""
    turning = [row for row in summary["questions"] if row["value"] > row["noise"]]
    return turning or list(summary["questions"])


def data(shown: Sequence[Row], lang: str) -> pd.DataFrame:
    """What is drawn."""
    keys = ("parameter", "rank", "value", "error", "noise", "flips", "share", "chance", "who")
    table = pd.DataFrame([{key: row[key] for key in keys} for row in shown])
    return table.assign(question=[row["question"][lang] for row in shown])


@drawn
def asking(
    shown: Sequence[Row], summary: Mapping[str, Any], headline: str, lang: str = "id"
) -> Figure:
    """One row a question, the most valuable first: Rp a woman and week, or parts of the spread."""
    turns = bool(summary["turning"])
    chance = summary["noise"] if turns else HUNDRED * summary["chance"]
    handles = [
        Patch(facecolor=BLUE, label=_say(lang, "bar" if turns else "bar_share")),
        Line2D([], [], color=ORANGE, linestyle="--", label=_say(lang, "chance")),
    ]
    if turns:
        handles.insert(1, Line2D([], [], color=INK, linewidth=1.4, label=_say(lang, "error")))
    figure = new_figure(ROW * len(shown) + 0.5, _say(lang, "title"), headline, handles, 1)
    ax = figure.add_subplot()
    for place, row in enumerate(shown):
        _bar(ax, place, row, turns)
        words = {"transform": ax.get_yaxis_transform(), "fontsize": SMALL, "va": "center"}
        who = text(lang, f"who.{row['who']}")
        room = WIDTH - 0.5
        name = fit(f"{row['rank']}. {parameter_name(row['parameter'], lang)}; {who}", room, SMALL)
        ax.text(0, place + 0.28, name, **words)
    ax.axvline(chance, color=ORANGE, linestyle="--", linewidth=1.4, ymax=1)
    ax.set_ylim(len(shown), 0)
    ax.set_xlim(left=0)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    number_axis(ax.xaxis, lang)
    ax.set_xlabel(_say(lang, "axis" if turns else "axis_share"))
    return figure


def _bar(ax: Any, place: int, row: Row, turns: bool) -> None:
    length = row["value"] if turns else HUNDRED * row["share"]
    ax.barh(place + 0.7, length, height=0.34, color=BLUE, edgecolor=INK, linewidth=0.6)
    if turns:
        ends = [max(0.0, length - CLEAR * row["error"]), length + CLEAR * row["error"]]
        ax.plot(ends, [place + 0.7] * 2, color=INK, linewidth=1.4)


def _say(lang: str, key: str) -> str:
    return text(lang, f"ask_command.figure.{key}")
