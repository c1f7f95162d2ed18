"""The house style: colours that survive a black-and-white printer, one size, one way to save.

Every figure is drawn inside `drawn`, so matplotlib's own settings and pyplot are left untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import wraps
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec

import matplotlib.style
import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.messages import text
from experiments.plots.lettering import FONT, fit

INK, BLUE, ORANGE = "#333333", "#0072B2", "#E69F00"  # lightness L* 21, 46, 71
HALF_BAND, MOST_BAND = "#7DB2D6", "#D6E8F3"  # L* 70, 91
PALE, GREY, WHITE = "#E6E6E6", "#8A8A8A", "#FFFFFF"

WIDTH = 6.3  # inches: the text width of A4; 9 points stay legible at 360 px
MARGIN = 0.08  # inches left free at every edge
FOOT = 0.34  # inches kept for the provenance
SMALL, BODY, LARGE = 9, 10, 12  # points; only the provenance is smaller
FOOT_SIZE = 6.5

SETTINGS: dict[str, Any] = {
    **sns.axes_style("ticks"),
    "font.family": FONT,
    "font.size": BODY,
    "axes.titlesize": BODY,
    "axes.labelsize": BODY,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "legend.borderaxespad": 0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "svg.fonttype": "none",  # words stay words: they can be searched and checked
    "svg.hashsalt": "semangat",
    "savefig.dpi": 150,
}


class Series(NamedTuple):
    """How one line is told apart without colour."""

    colour: str
    dash: tuple[float, ...]  # on, off, ... in line widths; empty is solid
    marker: str


DASHES: tuple[tuple[float, ...], ...] = ((), (4, 1.5), (1, 1.2))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")


def series(count: int) -> list[Series]:
    """Distinct looks for lines: A near-black, B blue, C orange, then again with another dash."""
    looks = [(colour, dash) for dash, colour in product(DASHES, (INK, BLUE, ORANGE))]
    if count > len(looks):
        raise ValueError(f"{count} lines in one figure; at most {len(looks)} can be told apart")
    return [Series(*look, mark) for look, mark in zip(looks, MARKERS, strict=True)][:count]


def house() -> AbstractContextManager[None]:
    """The house style over matplotlib's defaults, whatever the user's own settings are."""
    return matplotlib.style.context(SETTINGS, after_reset=True)


P = ParamSpec("P")


def drawn(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw in the house style, then fix the layout, so that saving again moves nothing."""

    @wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with house():
            figure = draw(*args, **kwargs)
            figure.draw_without_rendering()
            figure.set_layout_engine("none")
        return figure

    return wrapper


def new_figure(
    body: float, headline: str, subtitle: str = "", handles: Sequence[Artist] = (), columns: int = 2
) -> Figure:
    """An empty figure with `body` inches for its panels, below the message and above the legend."""
    figure = Figure(figsize=(WIDTH, body))
    figure.set_label(headline)
    inches = WIDTH - 2 * MARGIN
    title = fit(headline, inches, LARGE, lines=3, weight="bold")
    top = figure.text(MARGIN / WIDTH, 1, title, fontsize=LARGE, weight="bold", va="top")
    under = figure.text(MARGIN / WIDTH, 1, fit(subtitle, inches, BODY, lines=2), va="top")
    key = figure.legend(handles=handles, loc="lower left", ncols=columns, borderpad=0)
    head, note, legend = (_inches_high(artist, figure) for artist in (top, under, key))
    height = body + head + note + legend + 4 * MARGIN + FOOT
    figure.set_figheight(height)
    top.set_y(1 - MARGIN / height)
    under.set_y(1 - (head + 1.6 * MARGIN) / height)
    key.set_bbox_to_anchor((MARGIN / WIDTH, FOOT / height), figure.transFigure)
    floor = (FOOT + legend + MARGIN) / height
    space = {"w_pad": MARGIN, "h_pad": 0.03, "wspace": 0, "hspace": 0}
    figure.set_layout_engine("constrained", rect=(0, floor, 1, body / height), **space)
    return figure


def two_columns(left: Sequence[Artist], right: Sequence[Artist]) -> list[Artist]:
    """Legend entries padded with blanks, so that each group has a column of its own."""
    if not right:
        return list(left)
    blanks = [Line2D([], [], alpha=0, label=" ")] * abs(len(left) - len(right))
    return [*left, *blanks, *right] if len(left) < len(right) else [*left, *right, *blanks]


def _inches_high(artist: Artist, figure: Figure) -> float:
    return float(artist.get_window_extent().height / figure.dpi)


def provenance(
    config_hash: str, seed: int, villages: int, replications: int, version: str, lang: str = "id"
) -> str:
    """What made these numbers, so that they can be made again."""
    return text(
        lang,
        "plot.footer",
        config_hash=config_hash,
        seed=seed,
        villages=villages,
        replications=replications,
        version=version,
    )


def footer(made: str, lang: str = "id") -> str:
    """The foot of a figure: what made it (see `provenance`), and what cannot be tested."""
    return f"{made}. {text(lang, 'plot.untested')}"


def save(figure: Figure, stem: Path, data: pd.DataFrame, footer: str) -> None:
    """Write stem.svg, stem.png (150 dpi) and stem.csv (what is plotted); same bytes on a repeat.

    The footer is printed small at the foot; the figure itself is left as it was.
    """
    stem.parent.mkdir(parents=True, exist_ok=True)
    with house():
        words = fit(footer, WIDTH - 4 * MARGIN, FOOT_SIZE, lines=2)
        left, low = MARGIN / WIDTH, MARGIN / figure.get_figheight()
        foot = figure.text(left, low, words, fontsize=FOOT_SIZE, va="bottom", gid="footer")
        about = {"Title": figure.get_label(), "Description": footer}
        figure.savefig(stem.with_name(f"{stem.name}.svg"), metadata={**about, "Date": None})
        figure.savefig(stem.with_name(f"{stem.name}.png"), metadata=about)
        foot.remove()
    data.to_csv(stem.with_name(f"{stem.name}.csv"), index=False, lineterminator="\n")
