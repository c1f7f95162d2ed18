"""Figures: what they show is in their table, and every word on them can be read."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image
from seaborn.utils import relative_luminance

from experiments.plots import network, style
from experiments.plots.differences import paired_differences
from experiments.plots.fans import fans
from experiments.plots.lettering import fit, printable, text_width
from experiments.plots.map import network_map
from experiments.plots.network import network_response
from experiments.plots.sweep import sweep_heatmap, sweep_lines
from tests import plot_data as made
from tests.drawn import clashes, words

FOOTER = style.provenance("3fa9c1d27be0", 7, 100, 5, "0.1.0")
OLD = {"warung_lama", "kantin_lama"}
NEW = OLD | {"warung_amat", "assanusi", "kebon_jambu", "pkk"}
LONG = made.HOSTILE[2]


def draw_fans(names: dict[str, str]) -> Figure:
    return fans(made.weekly(len(names), 8, 2), "net_income", names, made.events(len(names)))


def draw_differences(names: dict[str, str]) -> Figure:
    return paired_differences(made.differences(8), names, 1000, names["s0"])


def draw_response(names: dict[str, str]) -> Figure:
    return network_response(made.points(), made.binding())


def draw_map(names: dict[str, str]) -> Figure:
    called = list(names.values())
    return network_map(made.nodes(OLD, called), made.nodes(NEW, called), group=called[2])


def draw_heatmap(names: dict[str, str]) -> Figure:
    return sweep_heatmap(made.cells(), names["s2"], names["s3"], threshold=1000)


def draw_lines(names: dict[str, str]) -> Figure:
    return sweep_lines(made.lines(9), names, names["s2"])


FIGURES = [draw_fans, draw_differences, draw_response, draw_map, draw_heatmap, draw_lines]


def lightness(colour: str) -> float:
    """CIE L*, 0 to 100, which is what a black-and-white print keeps."""
    return 116 * float(relative_luminance(to_rgb(colour))) ** (1 / 3) - 16


@pytest.fixture(params=[False, True], ids=["plain", "hostile"])
def names(request: pytest.FixtureRequest) -> dict[str, str]:
    return made.titles(9, request.param)


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    """A glyph that the font lacks, or a layout that failed, only warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("draw", FIGURES)
def test_words_stay_inside_and_apart(
    draw: Callable[[dict[str, str]], Figure], names: dict[str, str]
) -> None:
    figure = draw(names)
    shown = words(figure)
    assert len(shown) > 5
    for word in shown:
        assert figure.bbox.x0 <= word.box.x0 < word.box.x1 <= figure.bbox.x1 + 1, word.text
        assert figure.bbox.y0 <= word.box.y0 < word.box.y1 <= figure.bbox.y1 + 1, word.text
        assert word.size >= style.SMALL, word.text
        assert LONG not in word.text.replace("\n", " ") and "W" * 100 not in word.text
    assert clashes(shown) == []


@pytest.mark.parametrize("draw", FIGURES)
def test_drawing_again_gives_the_same_bytes(
    draw: Callable[[dict[str, str]], Figure], tmp_path: Path
) -> None:
    settings = dict(matplotlib.rcParams)
    for name in ("one", "two"):
        style.save(draw(made.titles(4)), tmp_path / name, made.lines(2), FOOTER)
    for kind in ("svg", "png", "csv"):
        first = (tmp_path / f"one.{kind}").read_bytes()
        assert first == (tmp_path / f"two.{kind}").read_bytes()
    assert dict(matplotlib.rcParams) == settings and plt.get_fignums() == []


def test_saving_writes_three_files_and_leaves_the_figure_alone(tmp_path: Path) -> None:
    figure, table = draw_lines(made.titles(3)), made.lines(2)
    before = [word.text for word in words(figure)]
    style.save(figure, tmp_path / "new" / "one.v1", table, FOOTER)
    style.save(figure, tmp_path / "two", table, FOOTER)
    assert [word.text for word in words(figure)] == before
    for kind in ("svg", "png"):
        first = (tmp_path / "new" / f"one.v1.{kind}").read_bytes()
        assert first == (tmp_path / f"two.{kind}").read_bytes()
    assert FOOTER in (tmp_path / "two.svg").read_text("utf-8")
    with Image.open(tmp_path / "two.png") as picture:
        assert picture.width == round(style.WIDTH * 150)
        assert round(picture.info["dpi"][0]) == 150
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "two.csv"), table)


def test_names_are_printed_literally(tmp_path: Path) -> None:
    style.save(draw_differences(made.titles(9, True)), tmp_path / "f", made.lines(1), FOOTER)
    svg = (tmp_path / "f.svg").read_text("utf-8")
    assert "$x_1$ berharga $5 {isi} %s \\alpha" in svg
    assert "&lt;script&gt;alert('x')&lt;/script&gt;" in svg and "<script" not in svg
    assert "Warung (?) (?)" in svg
    assert "Kantin terbalik" in svg


def test_the_footer_tells_where_numbers_come_from() -> None:
    for part in ("3fa9c1d27be0", "7", "100 desa andaian × 5 ulangan", "0.1.0"):
        assert part in FOOTER


def test_greyscale_keeps_series_and_fills_apart() -> None:
    three = [lightness(look.colour) for look in style.series(3)]
    assert min(abs(a - b) for a, b in combinations(three, 2)) >= 20
    for one, other in combinations(style.series(9), 2):
        far = abs(lightness(one.colour) - lightness(other.colour)) >= 20
        assert far or (one.dash != other.dash and one.marker != other.marker)
    bands = [style.WHITE, style.MOST_BAND, style.HALF_BAND, style.INK]
    assert min(lightness(a) - lightness(b) for a, b in pairwise(bands[1:])) >= 20
    for one, other in pairwise(network.LIMITS.values()):
        gap = abs(lightness(one["facecolor"]) - lightness(other["facecolor"]))
        assert gap >= 20 or one.get("hatch") != other.get("hatch")
    with pytest.raises(ValueError, match="10 lines"):
        style.series(10)


@given(st.text(max_size=400), st.floats(0.3, 5), st.integers(1, 3))
def test_any_text_fits(text: str, inches: float, lines: int) -> None:
    rows = fit(text, inches, 9, lines).split("\n")
    assert len(rows) <= lines
    assert all(text_width(row, 9) <= inches for row in rows)


def test_text_the_font_lacks_is_marked_not_boxed() -> None:
    assert printable("Warung 👩‍🍳🍌 ꦮ\n\tA") == "Warung (?) (?) A"
    assert printable("$5 {a} %s") == "$5 {a} %s"
    assert not re.search("[\u202a-\u202e]", printable(made.HOSTILE[8]))
    assert fit("Paket 2019 dengan pendampingan", 1.6, 9, 2) == "Paket 2019 dengan\npendampingan"
    assert fit(LONG, 2, 9, 2).endswith("…")
