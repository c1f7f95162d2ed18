"""The catalogue of texts, and numbers as Indonesians and the English write them."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.messages import (
    FORBIDDEN,
    LANGUAGES,
    MessageError,
    _flat,
    catalogue,
    day,
    month,
    number,
    parameter_name,
    placeholders,
    rupiah,
    text,
)
from experiments.plots.axes import RUPIAH
from experiments.plots.map import SHAPES
from experiments.plots.strip import MARKS
from sim import measures
from sim.parameters import INTERVENTION_KINDS, OUTLET_KINDS
from sim.scenario import load_group, register_of

LONGEST = 45  # signs of a parameter's name, which stands in a row of a figure
ON_FIGURES = ("measure.", "activity.", "partner.", "tie.", "trust.", "binding.", "plot.",
              "parameter.", "parameter_of.")  # fmt: skip


def test_both_languages_say_the_same_things() -> None:
    indonesian, english = (catalogue(lang) for lang in ("id", "en"))
    assert set(indonesian) == set(english)
    for key in indonesian:
        assert placeholders(indonesian[key]) == placeholders(english[key]), key
        assert indonesian[key].strip() and english[key].strip(), key


def test_words_on_figures_are_plain() -> None:
    shown = {key: words for key, words in catalogue("id").items() if key.startswith(ON_FIGURES)}
    assert shown
    for key, words in shown.items():
        assert not FORBIDDEN.search(re.sub(r"\{\w+\}", "", words)), key
    assert FORBIDDEN.search("Rata-rata") and not FORBIDDEN.search("sama rata")


def test_a_text_takes_exactly_its_values() -> None:
    assert text("id", "plot.raised", k=3, n=20) == "naik di 3 dari 20 desa"
    assert text("en", "plot.raised", k=3, n=20) == "higher in 3 of 20 villages"
    with pytest.raises(MessageError, match=r"plot.raised expects \['k', 'n'\], was given \['k'\]"):
        text("id", "plot.raised", k=3)
    with pytest.raises(MessageError, match="was given"):
        text("id", "plot.week", k=3)
    with pytest.raises(MessageError, match=r"id.yaml has no text 'plot.rised'"):
        text("id", "plot.rised")
    with pytest.raises(MessageError, match="'jv' is not one of id, en"):
        text("jv", "plot.week")


@given(st.text())
def test_values_are_printed_as_they_are(name: str) -> None:
    assert text("en", "plot.difference_axis", baseline=name) == f"0 = the same as “{name}”"


def test_a_catalogue_holds_only_texts() -> None:
    assert _flat({"a": {"b": "c"}}, "id") == {"a.b": "c"}
    with pytest.raises(MessageError, match=r"id.yaml: a.b is 1, expected a text"):
        _flat({"a": {"b": 1}}, "id")


@pytest.mark.parametrize(
    ("value", "indonesian", "english"),
    [
        (1_500_000, "Rp 1.500.000", "Rp 1,500,000"),
        (999.5, "Rp 1.000", "Rp 1,000"),
        (0, "Rp 0", "Rp 0"),
        (-0.4, "Rp 0", "Rp 0"),
        (-2500, "-Rp 2.500", "-Rp 2,500"),
    ],
)
def test_rupiah(value: float, indonesian: str, english: str) -> None:
    assert (rupiah(value, "id"), rupiah(value, "en")) == (indonesian, english)


@pytest.mark.parametrize(
    ("value", "decimals", "indonesian", "english"),
    [
        (0.5, 1, "0,5", "0.5"),
        (12, 1, "12", "12"),
        (1234.56, 1, "1.234,6", "1,234.6"),
        (-0.001, 1, "0", "0"),
        (0.125, 2, "0,12", "0.12"),
        (2.6, 0, "3", "3"),
    ],
)
def test_number(value: float, decimals: int, indonesian: str, english: str) -> None:
    assert (number(value, "id", decimals), number(value, "en", decimals)) == (indonesian, english)


def test_dates() -> None:
    assert day(date(2019, 8, 23), "id") == "23 Agustus 2019"
    assert day(date(2019, 8, 23), "en") == "23 August 2019"
    months = [month(m, "id") for m in range(1, 13)]
    assert " ".join(months) == "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des"
    assert month(5, "en") == "May"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_column_and_kind_has_a_name(lang: str) -> None:
    texts = catalogue(lang)
    for column in measures.WEEKLY:
        assert f"measure.{column.name}" in texts, column.name
        assert ("thousand rupiah" in text("en", f"measure.{column.name}")) == (column.unit == "Rp")
        assert (column.name in RUPIAH) == (column.unit == "Rp"), column.name
    for name in RUPIAH:
        assert "thousand rupiah" in text("en", f"measure.{name}"), name
    assert {f"activity.{kind}" for kind in INTERVENTION_KINDS} <= set(texts)
    assert {f"partner.{kind}" for kind in OUTLET_KINDS} <= set(texts)
    assert set(MARKS) == set(INTERVENTION_KINDS)
    assert set(OUTLET_KINDS) <= set(SHAPES)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("group", ["semangat72", "contoh"])
def test_every_uncertain_parameter_has_a_name_of_its_own(group: str, lang: str) -> None:
    register = register_of(load_group(group))
    names = {name: parameter_name(name, lang) for name, row in register.items() if row.drawn}
    assert [name for name, words in names.items() if words == name] == []
    assert [words for words in names.values() if len(words) > LONGEST or "_" in words] == []
    assert len(set(names.values())) == len(names)
    assert lang == "en" or not any(FORBIDDEN.search(words) for words in names.values())


@pytest.mark.parametrize(
    ("name", "indonesian", "english"),
    [
        ("price_pisang", "Harga pisang (Rp)", "Price of pisang (Rp)"),
        ("price_shock_weeks", "Lama bahan mahal (minggu)", "Weeks an ingredient stays dear"),
        ("demand_school_kue_lapis", "Laku sehari, kantin sekolah: kue lapis",
         "Sold a day, school canteen: kue lapis"),
        ("farm_days_mar", "Hari kerja sawah seminggu, bulan Mar", "Days of field work a week, Mar"),
        ("rain_drying_des", "rain_drying_des", "rain_drying_des"),
        ("cost_fgd_rp", "Biaya (Rp): Musyawarah (FGD)", "Cost (Rp): Group discussion (FGD)"),
        ("margin_pasar", "Bagian pasar dari harga", "Share of the price that pasar keeps"),
        ("nobody_knows", "nobody_knows", "nobody_knows"),
    ],
)  # fmt: skip
def test_names_by_rule(name: str, indonesian: str, english: str) -> None:
    assert (parameter_name(name, "id"), parameter_name(name, "en")) == (indonesian, english)
