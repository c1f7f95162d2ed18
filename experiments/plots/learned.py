"""The gain of each option before and after answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.messages import text
from experiments.plots.axes import number_axis, scale
from experiments.plots.lettering import fit
from experiments.plots.style import BLUE, HALF_BAND, INK, SMALL, WHITE, WIDTH, drawn, new_figure

ROW = 0.46  # inches: a line with the option's name, and its two ranges below
MOST_ROWS = 12
LINES = {"before": (0.56, HALF_BAND), "after": (0.8, BLUE)}  # where, in rows, and in which colour
UNIT = scale("net_income")


def gain_table(summary: Mapping[str, Any]) -> pd.DataFrame:
    """The rows that are drawn: every option but the baseline, the best after the answers first."""
    rows = [row for row in summary["gains"] if row["scenario_id"] != summary["baseline"]]
    table = pd.DataFrame(rows or summary["gains"])
    return table.sort_values("mean_after", ascending=False, kind="stable").head(MOST_ROWS)


def before_and_after(summary: Mapping[str, Any], lang: str = "id") -> tuple[Figure, pd.DataFrame]:
    """The figure and what is drawn in it."""
    table = gain_table(summary)
    return _figure(table, summary, lang), table


@drawn
def _figure(table: pd.DataFrame, summary: Mapping[str, Any], lang: str) -> Figure:
    """One row per option: the range of 8 in 10 villages before (pale) and after (dark)."""

    def say(key: str, **values: object) -> str:
        return text(lang, f"learn_command.figure.{key}", **values)

    titles = {name: title[lang] for name, title in summary["titles"].items()}
    figure = new_figure(
        ROW * len(table) + 0.5,
        say("title", title=titles[summary["best_after"]]),
        say("subtitle", baseline=titles[summary["baseline"]]),
        [
            *(
                Line2D([], [], color=LINES[when][1], linewidth=7, label=say(when),
                       solid_capstyle="butt")
                for when in LINES
            ),
            Line2D([], [], linestyle="", marker="o", color=WHITE, markeredgecolor=INK,
                   markersize=6, label=say("middle")),
        ],
    )  # fmt: skip
    ax = figure.add_subplot()
    ax.axvline(0, color=INK, linewidth=1)
    for place, row in enumerate(table.to_dict("records")):
        _row(ax, place, {str(key): value for key, value in row.items()}, titles)
    ax.set_ylim(len(table), 0)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    number_axis(ax.xaxis, lang, 6)
    if more := len(summary["gains"]) - 1 - len(table):
        ax.set_xlabel(say("more", n=more))
    return figure


def _row(ax: Axes, place: int, row: Mapping[str, Any], titles: Mapping[str, str]) -> None:
    """An option's name above its two ranges, on clear ground."""
    for when, (line, colour) in LINES.items():
        ends = [row[f"{end}_{when}"] / UNIT for end in ("low", "high")]
        ax.plot(ends, [place + line] * 2, color=colour, linewidth=7, solid_capstyle="butt")
        ax.plot(row[f"typical_{when}"] / UNIT, place + line, "o", color=WHITE,
                markeredgecolor=INK, markersize=6)  # fmt: skip
    ax.axhspan(place, place + 0.4, color=WHITE, zorder=2)
    title = fit(titles[row["scenario_id"]], WIDTH - 0.5, SMALL)
    ax.text(0, place + 0.24, title, fontsize=SMALL, va="center", zorder=3,
            transform=ax.get_yaxis_transform())  # fmt: skip
