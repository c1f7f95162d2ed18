"""Words on a figure: printed as they are, measured, wrapped and shortened so that none collide."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import text_to_path

FONT = "DejaVu Sans"  # travels with matplotlib: the same letters on every machine
POINTS = 72  # per inch


@lru_cache
def _glyphs() -> frozenset[int]:
    fonts = (FontProperties(family=FONT, weight=weight) for weight in ("normal", "bold"))
    regular, bold = (frozenset(get_font(findfont(font)).get_charmap()) for font in fonts)
    return regular & bold


def printable(text: str) -> str:
    """One line of text that the font can show: what it lacks becomes '(?)', never an empty box."""
    line = " ".join(text.split())
    visible = (c for c in line if unicodedata.category(c) not in ("Cc", "Cf"))
    marked = "".join(c if ord(c) in _glyphs() else "\0" for c in visible)
    return re.sub("\0+", "(?)", marked)


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Width in inches of one line at `size` points."""
    font = FontProperties(family=FONT, size=size, weight=weight)
    return float(text_to_path.get_text_width_height_descent(text, font, False)[0]) / POINTS


@lru_cache
def fit(text: str, inches: float, size: float, lines: int = 1, weight: str = "normal") -> str:
    """The text wrapped to a width; what is beyond the last line is cut and ends in '…'."""

    def fits(row: str) -> bool:
        return text_width(row, size, weight) <= inches

    rows = _rows(printable(text), fits)
    if len(rows) > lines:
        rows = [*rows[: lines - 1], _shortened(rows[lines - 1], fits)]
    return "\n".join(rows)


def _rows(text: str, fits: Callable[[str], bool]) -> list[str]:
    """Words laid into rows; a word longer than a row is broken between letters."""
    rows = [""]
    for word in text.split():
        if fits(f"{rows[-1]} {word}".strip()):
            rows[-1] = f"{rows[-1]} {word}".strip()
            continue
        if rows[-1]:
            rows.append("")
        for letter in word:
            if rows[-1] and not fits(rows[-1] + letter):
                rows.append("")
            rows[-1] += letter
    return rows


def _shortened(row: str, fits: Callable[[str], bool]) -> str:
    while row and not fits(f"{row}…"):
        row = row[:-1]
    return f"{row.rstrip()}…"
