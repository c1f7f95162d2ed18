"""Where a plan fails: villages along the leading conditions, and what a wider box would cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from experiments.messages import number, text
from experiments.plots.axes import number_axis
from experiments.plots.lettering import fit
from experiments.plots.style import (
    GREY,
    INK,
    MOST_BAND,
    ORANGE,
    SMALL,
    WHITE,
    WIDTH,
    drawn,
    new_figure,
)

PANEL: Final = 4.2  # inches
LOW: Final = 3.2
JITTER: Final = 0.22  # of a whole number or a word, so that dots do not hide each other
OF_TEN: Final = 10
LOOKS: Final = {  # marker, size, face, edge: told apart in grey as well
    "works": ("o", 3.6, WHITE, GREY),
    "luck": ("s", 3.4, ORANGE, ORANGE),
    "fails": ("v", 4.8, INK, INK),
}


class Axis(NamedTuple):
    """A condition as an axis: its name, ends (infinite: none), whether only whole numbers are."""

    name: str
    low: float
    high: float
    whole: bool = False
    among: tuple[str, ...] = ()


@drawn
def scatter(
    table: pd.DataFrame, axes: Sequence[Axis], headline: str, more: str, outcome: str,
    lang: str = "id",
) -> Figure:  # fmt: skip
    """One dot a village, failing ones dark; the band or box is where the conditions hold.

    table: x, y, state. more: in words the conditions that all these villages satisfy as well. With
    one axis y is the outcome.
    """
    box = Patch(facecolor=MOST_BAND, edgecolor=INK, label=text(lang, "discover.plot.box"))
    handles = [*(_key(state, lang) for state in LOOKS), box]
    subtitle = text(lang, "discover.plot.more", conditions=more) if more else ""
    figure = new_figure(PANEL, headline, subtitle, handles)
    ax = figure.add_subplot()
    x = _placed(ax, table["x"], axes[0], 0, lang)
    if len(axes) > 1:
        y = _placed(ax, table["y"], axes[1], 1, lang)
    else:
        y = table["y"].to_numpy(float)
        ax.set_ylabel(text(lang, f"discover.plot.outcome.{outcome}"))
        number_axis(ax.yaxis, lang)
    for state, (marker, size, face, edge) in LOOKS.items():
        mine = (table["state"] == state).to_numpy()
        ax.plot(x[mine], y[mine], marker, markersize=size, color=face, markeredgecolor=edge,
                markeredgewidth=0.7, linestyle="", alpha=0.9)  # fmt: skip
    ends = ax.get_xlim(), ax.get_ylim()  # asked for first: they are found only now
    _shade(ax, axes, table, ends)
    ax.set(xlim=ends[0], ylim=ends[1])
    return figure


def _key(state: str, lang: str) -> Line2D:
    marker, size, face, edge = LOOKS[state]
    return Line2D([], [], marker=marker, markersize=size, color=face, markeredgecolor=edge,
                  linestyle="", label=text(lang, f"discover.plot.{state}"))  # fmt: skip


def _placed(ax: Axes, values: pd.Series, axis: Axis, side: int, lang: str) -> np.ndarray:
    """Places of the values along an axis, which is labelled; whole numbers and words are spread."""
    line, label = ((ax.xaxis, ax.set_xlabel), (ax.yaxis, ax.set_ylabel))[side]
    label(fit(axis.name, (WIDTH, PANEL)[side] * 0.8, SMALL))
    spread = np.random.default_rng(side).uniform(-JITTER, JITTER, len(values))
    if axis.among:
        words = sorted(values.astype(str).unique())
        line.set_ticks(range(len(words)), words)
        return np.asarray(values.astype(str).map({w: i for i, w in enumerate(words)}) + spread)
    number_axis(line, lang)
    placed = values.to_numpy(float)
    return np.asarray(placed + spread) if axis.whole and np.ptp(placed) < OF_TEN else placed


def _shade(
    ax: Axes, axes: Sequence[Axis], table: pd.DataFrame, limits: Sequence[tuple[float, float]]
) -> None:
    """Behind the dots, the part of the panel in which all conditions hold."""
    spans = [
        _spans(axis, table[column], ends)
        for axis, column, ends in zip(axes, ("x", "y"), limits, strict=False)
    ]
    if len(spans) < 2:
        spans.append([limits[1]])
    for left, right in spans[0]:
        for low, high in spans[1]:
            ax.add_patch(Rectangle((left, low), right - left, high - low, facecolor=MOST_BAND,
                                   edgecolor=INK, linewidth=1.2, zorder=0))  # fmt: skip


def _spans(axis: Axis, values: pd.Series, ends: tuple[float, float]) -> list[tuple[float, float]]:
    """From where to where a condition holds along an axis."""
    if axis.among:
        words = sorted(values.astype(str).unique())
        return [(i - 0.5, i + 0.5) for i, word in enumerate(words) if word in axis.among]
    return [(max(axis.low, ends[0]), min(axis.high, ends[1]))]


@drawn
def tradeoff(table: pd.DataFrame, headline: str, lang: str = "id") -> Figure:
    """Wider boxes hold more of the failing villages, narrower ones fewer working ones.

    table: told, coverage, density, their errors, base, width.
    """
    figure = new_figure(LOW, headline, text(lang, "discover.plot.tradeoff"), ())
    ax = figure.add_subplot()
    curve = table[~table["told"].astype(bool)].sort_values("coverage")
    ax.errorbar(
        OF_TEN * curve["coverage"], OF_TEN * curve["density"], OF_TEN * curve["density_error"],
        OF_TEN * curve["coverage_error"], "-o", color=GREY, markersize=4, linewidth=1,
    )  # fmt: skip
    box = table[table["told"].astype(bool)].iloc[0]
    at = (OF_TEN * box["coverage"], OF_TEN * box["density"])
    ax.errorbar(*at, OF_TEN * box["density_error"], OF_TEN * box["coverage_error"], "D", color=INK,
                markersize=8, zorder=3)  # fmt: skip
    ax.annotate(text(lang, "discover.plot.told"), at, (9, 9), textcoords="offset points",
                fontsize=SMALL, weight="bold")  # fmt: skip
    base = OF_TEN * float(box["base"])
    ax.axhline(base, color=INK, linewidth=0.8, linestyle=(0, (4, 2)))
    said = text(lang, "discover.plot.base", base=number(base, lang, 1))
    ax.annotate(said, (0, base), (4, -4), ("axes fraction", "data"), "offset points",
                fontsize=SMALL, va="top")  # fmt: skip
    ax.set_xlim(0, OF_TEN * 1.02)
    ax.set_ylim(0, None)
    ax.set_xlabel(text(lang, "discover.plot.coverage"))
    ax.set_ylabel(text(lang, "discover.plot.density"))
    for line in (ax.xaxis, ax.yaxis):
        number_axis(line, lang, 6)
    return figure
