"""The sheet that opens a group discussion, checked as its readers meet it: in the PDF and printed.

"Printed" is the page as an image, in inches from its upper left corner.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.image import imread
from numpy.typing import NDArray
from pypdf import PdfReader
from scipy import ndimage

from experiments import sheet
from experiments.messages import FORBIDDEN, LANGUAGES, text
from experiments.plots.style import BLUE, GREY, INK, ORANGE, PALE
from experiments.sheet import SheetFacts, SheetOption, contents, make_sheet, typeset
from tests.repository import ROOT

FACTS = SheetFacts(
    group_name="SEMANGAT 72",
    group_size=20,
    months=12,
    options=(
        SheetOption("Tanpa kegiatan baru"),
        SheetOption("Paket 2019", 14, 9, 18, 6300, 1200, 14800),
        SheetOption("Paket 2019 dengan pendampingan", 17, 12, 20),
    ),
    better_of_20=(15, 18),
    unknowns=(
        "berapa bungkus yang benar-benar laku di kantin",
        "berapa hari seminggu ibu-ibu bisa datang memasak",
        "apakah warung mau menerima titipan setiap Jumat",
    ),
    reason="pembeli masih sedikit dan ada hari upah tani yang hilang.",
    provenance="semangat 0.1.0 · pengaturan 3fa9c1d2 · 100 desa andaian × 5 ulangan",
)
HOSTILE = '<script>alert(1)</script> #eval("1") =cmd() $x$ *a* @b \\n 😀🧕 ꦱꦩꦔꦠ 𝖪'
WALL = "W" * 300

# The tightest page: losses, doubts, a large group, and every name far too long.
FULL = replace(
    FACTS,
    group_name=WALL,
    group_size=60,
    options=(
        SheetOption(WALL),
        SheetOption(WALL, 0, 0, 11, -25_000, -101_500, 100_000),
        SheetOption(WALL, 60, 59, 60, 25_000, -101_500, 100_000),
    ),
    better_of_20=(3, 12),
    unknowns=("ibu yang " * 40, WALL, WALL),
    reason=WALL,
    provenance=WALL,
)


class Run(NamedTuple):
    """Words set in one go: font size and height above the page's foot in points."""

    words: str
    size: float
    height: float
    font: str


def pdf(facts: SheetFacts = FACTS, lang: str = "id") -> PdfReader:
    return PdfReader(io.BytesIO(typeset(contents(facts, lang))))


def words(facts: SheetFacts = FACTS, lang: str = "id") -> str:
    """The page's text as it is read aloud, without line breaks."""
    return " ".join(pdf(facts, lang).pages[0].extract_text().split())


def runs(reader: PdfReader) -> list[Run]:
    found = []

    def note(words: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        if words.strip():
            scale = abs(cm[3] * tm[3])
            found.append(Run(words.strip(), size * scale, cm[5], font["/BaseFont"]))

    reader.pages[0].extract_text(visitor_text=note)
    return found


def descriptions(reader: PdfReader) -> list[str]:
    """What a screen reader says for the pictures."""
    objects = (reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1))
    return [str(each["/Alt"]) for each in objects if isinstance(each, dict) and "/Alt" in each]


def printed(facts: SheetFacts = FACTS) -> NDArray[np.float64]:
    """Red, green and blue from 0 to 1 at 144 dots per inch."""
    return np.asarray(imread(io.BytesIO(typeset(contents(facts, "id"), "png"))), float)[:, :, :3]


def near(image: NDArray[np.float64], colour: str) -> NDArray[np.bool_]:
    return np.asarray(np.abs(image - to_rgb(colour)).max(axis=2) < 0.1)


def dressed_in(colour: str, image: NDArray[np.float64]) -> int:
    """Figures on the page that hold the colour; they touch nothing, so each is one spot."""
    spots, _ = ndimage.label(ndimage.binary_fill_holes(image.min(axis=2) < 0.9))
    return len(np.unique(spots[near(image, colour)]))


# --- What is said --------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_that_must_be_said_is_said(lang: str) -> None:
    said = words(lang=lang)
    for key in sheet.UNCHANGING:
        assert text(lang, f"sheet.{key}") in said, key
    for phrase in (FACTS.group_name, *FACTS.unknowns, FACTS.provenance):
        assert phrase in said
    for option in FACTS.options:
        assert option.title in said


def test_the_sentences() -> None:
    said = words()
    for sentence in (
        "Bukan ramalan, bukan janji.",
        "Kalau pilih B, dari 20 ibu kira-kira 14 ibu naik pendapatannya dalam 12 bulan.",
        "Kalau pilih C, kira-kira 17 ibu.",
        "naik pendapatannya dibanding tetap seperti sekarang",
        "Di sedikitnya 16 dari 20 kali: 9 sampai 18 ibu.",
        "Untuk tiap ibu kira-kira bertambah Rp 6.500 seminggu (Rp 1.000 sampai Rp 15.000).",
        "Dari 20 kali coba-coba di komputer, pilihan B lebih baik daripada A sebanyak 15 kali.",
        "Dari 20 kali coba-coba di komputer, pilihan C lebih baik daripada A sebanyak 18 kali.",
        "bukan karena malas; dalam coba-coba ini sebabnya pembeli masih sedikit dan ada hari upah "
        "tani yang hilang. ",
    ):
        assert sentence in said
    assert said.count("Rp ") == 3  # nothing on money where none is known


def test_no_forbidden_word_can_be_read_or_heard() -> None:
    for better in ((15, 18), (0, 10), (9, 11), (3, 20)):
        reader = pdf(replace(FACTS, better_of_20=better))
        layers = [reader.pages[0].extract_text(), *descriptions(reader), str(reader.metadata)]
        heard = " ".join(layers)
        assert not FORBIDDEN.search(heard)


@pytest.mark.parametrize(("facts", "below"), [(FACTS, 20), (FULL, 12)])
def test_there_is_one_question_box_with_room_to_write(facts: SheetFacts, below: float) -> None:
    said = words(facts)
    assert said.count(text("id", "sheet.ask")) == said.count(text("id", "sheet.question")) == 1
    height = {run.words.split()[0]: run.height / 72 * 25.4 for run in runs(pdf(facts))}
    assert height["1."] - height["2."] > 10  # millimetres
    assert height["2."] - height["3."] > 10
    assert height["Mana"] - height["Ibu-ibu"] > below


@pytest.mark.parametrize(
    ("k", "sentence"),
    [
        (0, "pilihan B tidak pernah lebih baik daripada A."),
        (7, "pilihan B lebih baik daripada A hanya 7 kali."),
        (8, "pilihan B dan A hampir sama saja."),
        (12, "pilihan B dan A hampir sama saja."),
        (13, "pilihan B lebih baik daripada A sebanyak 13 kali."),
    ],
)
def test_how_often_an_option_is_better(k: int, sentence: str) -> None:
    page = contents(replace(FACTS, better_of_20=(k, 20)), "id")
    first, *others = page["comparisons"]
    assert first == f"Dari 20 kali coba-coba di komputer, {sentence}"
    assert (text("id", "sheet.choose") in others) == (k in (8, 12))
    assert str(page["headline"]).startswith("Kalau pilih B, dari 20 ibu kira-kira 14 ibu naik")


def test_the_headline_says_when_nothing_is_clearly_better() -> None:
    assert contents(replace(FACTS, better_of_20=(9, 12)), "id")["headline"] == (
        "Dalam 12 bulan belum jelas mana yang lebih baik: pilihan A, B, dan C hampir sama saja."
    )


def test_the_headline_says_when_nobody_rises() -> None:
    nobody = SheetOption("Paket", 0, 0, 3)
    page = contents(replace(FACTS, options=(nobody, nobody, nobody)), "id")
    assert page["headline"] == (
        "Kalau pilih B, dari 20 ibu belum ada yang naik pendapatannya dalam 12 bulan. "
        "Kalau pilih C, belum ada yang naik."
    )


def test_a_loss_is_called_a_loss() -> None:
    loss = SheetOption("Paket", 3, 0, 9, typical_rupiah=-2100, low_rupiah=-7000, high_rupiah=240)
    page = contents(replace(FACTS, options=(loss, loss), better_of_20=(2,)), "id")
    assert page["rows"][1]["below"] == [
        "Di sedikitnya 16 dari 20 kali: 0 sampai 9 ibu. Uang tiap ibu seminggu kira-kira berkurang "
        "Rp 2.000 (antara berkurang Rp 7.000 dan tidak berubah)."
    ]


# --- What is drawn -------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "b", "c"), [(20, 14, 17), (20, 0, 20), (5, 3, 5), (60, 33, 45)])
def test_as_many_women_are_drawn_as_counted(size: int, b: int, c: int) -> None:
    options = (SheetOption("A"), SheetOption("B", b, b, b), SheetOption("C", c, c, c))
    facts = replace(FACTS, group_size=size, options=options)
    image, once_in_legend_and_badge = printed(facts), 2
    assert dressed_in(BLUE, image) == b + once_in_legend_and_badge
    assert dressed_in(ORANGE, image) == c + once_in_legend_and_badge
    rows = contents(facts, "id")["rows"]
    assert [row["up"] for row in rows] == [0, b, c]
    assert [row["count"] for row in rows] == ["", str(b), str(c)]
    risen = "ibu naik pendapatannya dibanding tetap seperti sekarang."
    assert descriptions(pdf(facts)) == [
        f"Gambar {size} ibu, titik awal untuk membandingkan.",
        f"Gambar {size} ibu: {b} {risen}",
        f"Gambar {size} ibu: {c} {risen}",
    ]


def test_the_dresses_differ_without_colour() -> None:
    assert [round(lightness(each)) for each in ("white", ORANGE, BLUE, INK)] == [100, 71, 46, 21]
    everyone = SheetOption("", 20, 20, 20)
    image = printed(replace(FACTS, options=(everyone, everyone, everyone)))
    assert stripes(near(image, ORANGE)) > 3 * stripes(near(image, BLUE))


def lightness(colour: str) -> float:
    """L* of a colour: 0 is black, 100 is white."""
    channels = np.array(to_rgb(colour))
    linear = np.where(channels > 0.04045, ((channels + 0.055) / 1.055) ** 2.4, channels / 12.92)
    return float(116 * np.cbrt(linear @ [0.2126, 0.7152, 0.0722]) - 16)


def stripes(mask: NDArray[np.bool_]) -> float:
    """How often the colour begins or ends from one row of dots to the next, per coloured dot."""
    return float((mask[1:] != mask[:-1]).sum() / mask.sum())


def test_only_the_palette_is_used() -> None:
    layouts = ROOT / "experiments" / "typst"
    used = {
        path.name: set(re.findall(r'"(#\w{6})"', path.read_text("utf-8")))
        for path in layouts.glob("*.typ")
    }
    assert used.pop("gambar.typ") == {INK, BLUE, ORANGE, GREY, PALE}
    assert len(used) >= 4 and not set().union(*used.values())


# --- The page ------------------------------------------------------------------------------------


def groups() -> list[SheetFacts]:
    two = replace(FACTS, options=FACTS.options[:2], better_of_20=(10,), unknowns=("x",))
    named = {
        "group_name": HOSTILE,
        "reason": HOSTILE,
        "provenance": HOSTILE,
        "unknowns": (HOSTILE,),
    }
    hostile = replace(FACTS, **named, options=(SheetOption(HOSTILE), *FACTS.options[1:]))
    return [FACTS, FULL, two, hostile, replace(FACTS, group_size=sheet.MOST_WOMEN)]


@pytest.mark.parametrize("facts", groups())
def test_everything_stays_within_one_page_of_a4(facts: SheetFacts) -> None:
    reader = pdf(facts)
    assert len(reader.pages) == 1
    assert [round(side / 72 * 25.4) for side in reader.pages[0].mediabox[2:]] == [210, 297]
    blank = printed(facts).min(axis=2) > 0.99
    side, end = round(12 / 25.4 * 144), round(6 / 25.4 * 144)
    assert blank[:, :side].all() and blank[:, -side:].all()
    assert blank[:end].all() and blank[-end:].all()


def test_an_english_sheet_is_one_page_too() -> None:
    for facts in (FACTS, FULL):
        assert len(pdf(facts, "en").pages) == 1
    assert "It is not a forecast and not a promise." in words(lang="en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_letters_are_large_enough(lang: str) -> None:
    found = runs(pdf(lang=lang))
    assert min(run.size for run in found) >= 9
    small = " ".join(run.words for run in found if run.size < 12)
    assert small.startswith(text(lang, "sheet.draft"))
    assert len(small) < 250  # the draft mark and the foot, nothing else
    headline = " ".join(run.words for run in found if run.size == 18)
    assert "14" in headline and "17" in headline


def test_names_are_printed_as_they_are_and_never_executed() -> None:
    said = words(replace(FACTS, group_name=HOSTILE[:40], unknowns=(HOSTILE,), reason=HOSTILE))
    assert '<script>alert(1)</script> #eval("1")' in said
    assert "=cmd() $x$ *a* @b \\n 😀(?) (?) (?)." in said  # letters that the fonts lack


def test_what_is_too_long_is_shortened() -> None:
    said = words(FULL)
    assert "W" * 20 in said and WALL not in said
    assert said.count("…") == 9  # group, three titles, three unknowns, reason, provenance


@settings(max_examples=15)
@given(st.text(max_size=80))
def test_any_name_can_be_printed(name: str) -> None:
    facts = replace(FACTS, group_name=name, unknowns=(name,), reason=name, provenance=name)
    titled = tuple(replace(option, title=name) for option in FACTS.options)
    assert len(pdf(replace(facts, options=titled)).pages) == 1


def test_the_same_facts_give_the_same_bytes(tmp_path: Path) -> None:
    first = make_sheet(FACTS, tmp_path / "new" / "lembar.pdf")
    assert first == tmp_path / "new" / "lembar.pdf"
    assert first.read_bytes() == make_sheet(FACTS, tmp_path / "again.pdf").read_bytes()
    assert first.stat().st_size < 200_000


def test_the_file_carries_its_fonts_title_and_language() -> None:
    reader = pdf()
    assert {run.font.split("+")[1] for run in runs(reader)} == {"DejaVuSans", "DejaVuSans-Bold"}
    for font in reader.pages[0]["/Resources"]["/Font"].values():
        described = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(described.get_object())
    assert reader.metadata is not None
    assert reader.metadata.title == "Lembar pembuka FGD: SEMANGAT 72"
    assert reader.metadata.creation_date is None
    assert reader.root_object["/Lang"] == "id"


# --- Facts that cannot be ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"group_size": 0}, "group_size is 0, expected 1 to 100"),
        ({"group_size": 101}, "group_size is 101, expected 1 to 100"),
        ({"group_size": 19}, "women 12, 17, 20, expected 0 <= low <= up <= high <= 19"),
        ({"months": 0}, "months is 0"),
        ({"options": FACTS.options[:1], "better_of_20": ()}, "1 options, expected 2 or 3"),
        ({"better_of_20": (15,)}, "better_of_20 has 1 entries for 3 options"),
        ({"better_of_20": (15, 21)}, "better_of_20 holds 21, expected 0 to 20"),
        ({"unknowns": ()}, "0 unknowns, expected 1 to 3"),
        ({"unknowns": ("a", "b", "c", "d")}, "4 unknowns"),
    ],
)
def test_facts_that_contradict_themselves(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        replace(FACTS, **changes)


@pytest.mark.parametrize("money", [(5, None, None), (5, 6, 7), (5, 4, None)])
def test_a_sum_comes_with_its_range(money: tuple[int | None, ...]) -> None:
    with pytest.raises(ValueError, match=r"rupiah .* expected low <= typical <= high or none"):
        replace(
            FACTS, options=(FACTS.options[0], SheetOption("B", 1, 0, 2, *money)), better_of_20=(9,)
        )
