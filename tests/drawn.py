"""What a figure really shows: its words, and where they stand."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox


class Word(NamedTuple):
    text: str
    box: Bbox
    size: float


def words(figure: Figure) -> list[Word]:
    """Every text that is really drawn, with its place in pixels."""
    drawn: list[Text] = []
    original = Text.draw

    def record(self: Text, renderer: object) -> None:
        if self.get_visible() and self.get_text().strip():
            drawn.append(self)
        original(self, renderer)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", record)
        figure.draw_without_rendering()
    return [Word(t.get_text(), t.get_window_extent(), t.get_fontsize()) for t in drawn]


def clashes(shown: list[Word]) -> list[tuple[str, str]]:
    """Pairs of texts that lie over each other by more than a pixel."""
    return [
        (one.text, other.text)
        for one, other in combinations(shown, 2)
        if one.box.padded(-1).overlaps(other.box.padded(-1))
    ]
