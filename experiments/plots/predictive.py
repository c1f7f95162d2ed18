"""Records beside what a fitted model would have written down: a band and dots, by series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from experiments.messages import text
from experiments.plots.axes import from_zero, number_axis, week_ticks
from experiments.plots.lettering import fit
from experiments.plots.style import (
    BLUE,
    INK,
    MOST_BAND,
    SMALL,
    WIDTH,
    drawn,
    new_figure,
)

COLUMNS: Final = 2
MOST_PANELS: Final = 8
PANEL: Final = 1.75  # inches high, with its title and weeks
BESIDE: Final = 0.7  # inches for the numbers of an axis
THOUSANDS: Final = 1_000.0


def pages(names: Sequence[str]) -> list[list[str]]:
    """The series of each figure, in order."""
    return [list(names[i : i + MOST_PANELS]) for i in range(0, len(names), MOST_PANELS)]


@drawn
def predictive(table: pd.DataFrame, titles: Mapping[str, str], lang: str = "id") -> Figure:
    """One panel a series, in the order of `titles`; money in thousands.

    table: series, week, date, low, middle, high, seen (nan: not written), cannot.
    """
    rows = -(-len(titles) // COLUMNS)
    dots = Line2D([], [], color=INK, marker="o", markersize=3.5, linewidth=0,
                  label=text(lang, "fit.plot.dots"))  # fmt: skip
    middle = Line2D([], [], color=BLUE, linewidth=1.5, label=text(lang, "plot.band_middle"))
    band = Patch(color=MOST_BAND, label=text(lang, "plot.band_most"))
    figure = new_figure(
        PANEL * rows, text(lang, "fit.plot.title"), text(lang, "fit.plot.subtitle"),
        [dots, middle, band], columns=3,
    )  # fmt: skip
    panels = figure.subplots(rows, COLUMNS, squeeze=False).flat
    inches = WIDTH / COLUMNS - BESIDE
    for ax, (name, title) in zip(panels, titles.items(), strict=False):
        _panel(ax, table[table["series"] == name], name, lang)
        ax.set_title(fit(title, inches + 0.1, SMALL, lines=2), fontsize=SMALL)
        dates = table[table["series"] == name].set_index("week")["date"]
        week_ticks(ax, dates, inches, lang)
    for unused in list(figure.axes)[len(titles) :]:
        unused.remove()
    return figure


def _panel(ax: Axes, table: pd.DataFrame, name: str, lang: str) -> None:
    money = name == "cash" or name.startswith("paid_")
    unit = THOUSANDS if money else 1.0
    weeks = table["week"]
    ax.fill_between(weeks, table["low"] / unit, table["high"] / unit, color=MOST_BAND, lw=0)
    ax.plot(weeks, table["middle"] / unit, color=BLUE, linewidth=1.5)
    ax.plot(weeks, table["seen"] / unit, "o", color=INK, markersize=3.5)
    if bool(table["cannot"].any()):
        ax.annotate(
            text(lang, "fit.plot.cannot"), (1, 1), (-2, -2), "axes fraction", "offset points",
            ha="right", va="top", fontsize=SMALL, weight="bold",
        )  # fmt: skip
    ax.grid(axis="y")
    number_axis(ax.yaxis, lang, 4)
    from_zero(ax)
    ax.tick_params(labelsize=SMALL)
