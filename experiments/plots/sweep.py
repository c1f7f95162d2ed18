"""Sweeps: two parameters as a map of cells, one parameter as a line per scenario."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype
from seaborn.utils import relative_luminance

from experiments.messages import number, rupiah, text
from experiments.plots.axes import RUPIAH, from_zero, number_axis, scale
from experiments.plots.lettering import fit, text_width
from experiments.plots.style import (
    BODY,
    GREY,
    INK,
    SMALL,
    WHITE,
    WIDTH,
    drawn,
    new_figure,
    series,
)

CELL = 0.42  # inches high
LOWEST = 1.7  # inches of cells
LINE = 0.16  # inches that a line of words needs
BESIDE = 0.85  # inches left of the cells
OUTLINE = 3.0
DARK = 0.18  # cells darker than this relative luminance carry white words, the rest black


@drawn
def sweep_heatmap(
    cells: pd.DataFrame,
    x_label: str,
    y_label: str,
    measure: str = "net_income",
    threshold: float = 0,
    lang: str = "id",
    title: str = "",
) -> Figure:
    """One cell per pair of settings with its value; a line parts the cells above the threshold.

    cells: x, y, value, lo, hi (unit of `measure`). A value whose range crosses the threshold
    carries a question mark; a pair that was not run stays empty. Where cells are too narrow for
    words a colour bar stands beside them.
    """
    values = _grid(cells, "value") / scale(measure)
    labels = _labels(cells, threshold, scale(measure), lang)
    wide = (WIDTH - BESIDE) / values.shape[1]
    worded = all(text_width(str(label), SMALL) < wide for label in labels.to_numpy().ravel())
    high = max(CELL * len(values), LOWEST)
    handles = _handles(threshold, measure, worded, lang)
    headline = text(lang, "plot.sweep_title", title=title)
    figure = new_figure(high + 0.6, headline, text(lang, f"measure.{measure}"), handles, 1)
    ax = figure.add_subplot()
    _cells(ax, values, labels if worded else None, lang)
    borders = _borders((_grid(cells, "value") > threshold).to_numpy())
    for colour, width in ((WHITE, OUTLINE + 2), (INK, OUTLINE)):
        ax.add_collection(LineCollection(borders, colors=colour, linewidths=width))
    names = [_setting(value, lang) for value in values.columns]
    _settings(ax.xaxis, names, max(text_width(f"{name} ", SMALL) for name in names), wide)
    names = [_setting(value, lang) for value in values.index]
    _settings(ax.yaxis, names, LINE, high / len(values))
    ax.set_xlabel(fit(x_label, WIDTH - 1, BODY))
    ax.set_ylabel(fit(y_label, high, BODY, lines=2))
    return figure


def _cells(ax: Axes, values: pd.DataFrame, labels: pd.DataFrame | None, lang: str) -> None:
    """Coloured cells: with words, black on light and white on dark, or with a colour bar."""
    look = {"linewidths": 0.5, "linecolor": WHITE, "cmap": "cividis", "cbar": labels is None}
    sns.heatmap(values, ax=ax, annot=labels, fmt="", annot_kws={"fontsize": SMALL}, **look)
    mesh = ax.collections[0]
    if labels is None:
        number_axis(mesh.colorbar.ax.yaxis, lang)
        return
    mesh.update_scalarmappable()
    filled = mesh.get_facecolor()[~np.ma.getmaskarray(mesh.get_array()).ravel()]
    for word, colour in zip(ax.texts, filled, strict=True):
        word.set_color("white" if relative_luminance(colour) < DARK else "black")


def _grid(cells: pd.DataFrame, column: str) -> pd.DataFrame:
    """Rows are y from high to low, as on a map; columns are x."""
    return cells.pivot(index="y", columns="x", values=column).sort_index(ascending=False)


def _labels(cells: pd.DataFrame, threshold: float, unit: float, lang: str) -> pd.DataFrame:
    crossed = (cells["lo"] <= threshold) & (cells["hi"] > threshold)
    numbers = (cells["value"] / unit).map(lambda value: number(value, lang))
    return _grid(cells.assign(label=numbers + crossed.map({True: "?", False: ""})), "label")


def _borders(above: NDArray[np.bool_]) -> list[list[tuple[int, int]]]:
    """The sides between a cell above the threshold and a neighbour that is not."""
    across = [[(x + 1, y), (x + 1, y + 1)] for y, x in np.argwhere(np.diff(above, axis=1))]
    down = [[(x, y + 1), (x + 1, y + 1)] for y, x in np.argwhere(np.diff(above, axis=0))]
    return across + down


def _settings(axis: Axis, names: list[str], needed: float, room: float) -> None:
    """The settings along an axis; every second, third ... where all would collide (inches)."""
    every = int(np.ceil(needed / room))
    places = np.arange(len(names))[::every]
    axis.set_ticks(places + 0.5, [names[place] for place in places], rotation=0)


def _setting(value: object, lang: str) -> str:
    if isinstance(value, int | float | np.number):
        return number(float(value), lang, 4)
    return fit(str(value), BESIDE, SMALL)


def _handles(threshold: float, measure: str, worded: bool, lang: str) -> list[Line2D]:
    limit = rupiah(threshold, lang) if measure in RUPIAH else number(threshold, lang, 2)
    border = text(lang, "plot.threshold", value=limit)
    entries = [Line2D([], [], color=INK, linewidth=OUTLINE, label=border)]
    if worded:
        entries.append(Line2D([], [], alpha=0, label=text(lang, "plot.uncertain")))
    return entries


@drawn
def sweep_lines(
    cells: pd.DataFrame,
    titles: Mapping[str, str],
    x_label: str,
    measure: str = "net_income",
    lang: str = "id",
) -> Figure:
    """One line per scenario over a parameter, with its band of 8 in 10 possibilities.

    cells: scenario_id, x, value, lo, hi (unit of `measure`).
    """
    looks = dict(zip(titles, series(len(titles)), strict=True))
    handles = [
        Line2D(
            [],
            [],
            color=look.colour,
            dashes=look.dash,
            marker=look.marker,
            label=fit(titles[scenario], WIDTH / 2 - 0.8, SMALL, lines=2),
        )
        for scenario, look in looks.items()
    ]
    band = Patch(facecolor="#DDDDDD", label=text(lang, "plot.lines_band"))
    figure = new_figure(
        3.4, text(lang, "plot.lines_title"), text(lang, f"measure.{measure}"), [*handles, band]
    )
    ax = figure.add_subplot()
    for scenario, look in looks.items():
        rows = cells[cells["scenario_id"] == scenario].sort_values("x")
        low, value, high = (rows[column] / scale(measure) for column in ("lo", "value", "hi"))
        ax.fill_between(rows["x"], low, high, color=look.colour, alpha=0.12, linewidth=0)
        ax.plot(
            rows["x"], value, color=look.colour, dashes=look.dash, marker=look.marker, markersize=5
        )
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.grid(axis="y")
    from_zero(ax)
    number_axis(ax.yaxis, lang)
    if is_numeric_dtype(cells["x"]):
        number_axis(ax.xaxis, lang, 8)
    ax.set_xlabel(fit(x_label, WIDTH - 1, BODY))
    return figure
