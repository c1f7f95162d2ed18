"""Questions about the register: each has words, a unit and somebody who can answer."""

from __future__ import annotations

import csv

import pytest

from experiments.analysis.drivers import GROUPS, group_of
from experiments.listing import asked
from experiments.messages import FORBIDDEN, LANGUAGES, catalogue, has_text
from experiments.packet.writer import answer
from experiments.questions import WHO, question_for, questions_of
from sim.parameters import MONTHS
from sim.scenario import load_group, register_of
from tests.commands import call

GROUPS_SHIPPED = [load_group(name) for name in ("semangat72", "contoh")]
SURELY_ASKED = (
    "price_opak", "payment_lag", "grant_delay", "grant_pesantren", "kuwu_turnover_prob",
    "dana_desa_year", "trust_base_outside", "revisit_weeks", "illness_hazard",
)  # fmt: skip
NEVER_ASKED = ("attend_trust", "grant_intercept", "halflife_product", "accept_visit", "cc_slope")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("group", GROUPS_SHIPPED, ids=lambda group: group.id)
def test_every_question_is_complete_and_plain(group, lang: str) -> None:
    register = register_of(group)
    questions = questions_of(register, group, lang)
    assert sum(register[name].drawn for name in questions) > 100
    for name, question in questions.items():
        words, row = question.words(lang), register[name]
        assert words.endswith("?") and "{" not in words and not FORBIDDEN.search(words), name
        assert question.who in WHO and question.who_words(lang), name
        assert "…" in question.unit_words(lang), name
        assert has_text(lang, f"thing.{question.key}"), name
        for value in (row.low, float(row.default), row.high):
            said = question.in_people_units(value)
            assert question.in_model_units(said) == pytest.approx(value), name
            assert answer(question.unit, said, lang), name
    assert len({question.words(lang) for question in questions.values()}) == len(questions)


def test_who_knows_is_asked_and_nobody_else() -> None:
    group = GROUPS_SHIPPED[0]
    register = register_of(group)
    for name in SURELY_ASKED:
        assert question_for(register[name], group, "id") is not None, name
    for name in NEVER_ASKED:
        assert question_for(register[name], group, "id") is None, name
    assert {each.who for each in questions_of(register, group, "en").values()} == set(WHO)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("exit_hazard", 1 / 52, 20),  # of twenty women, in a year
        ("illness_hazard", 0.01, 0.52),
        ("consign_margin", 0.2, 2_000),  # of Rp 10,000
        ("dana_desa_group_share", 0.01, 10_000),  # of a million
        ("husband_loss_hazard", 0.005, 2.6),  # of ten houses, in a year
        ("rain_drying_jan", 0.6, 6),
        ("indirect_time_share", 0.25, 15),  # minutes of an hour
        ("ramadan_takjil_mult", 2, 20),
    ],
)
def test_answers_in_people_s_units(name: str, value: float, said: float) -> None:
    group = GROUPS_SHIPPED[0]
    question = question_for(register_of(group)[name], group, "id")
    assert question is not None
    assert question.in_people_units(value) == pytest.approx(said)


def test_a_month_is_named() -> None:
    group = GROUPS_SHIPPED[0]
    question = question_for(register_of(group)["rain_drying_jan"], group, "id")
    assert question is not None and "Bulan Jan" in question.words("id")
    assert MONTHS[0] == "jan"


def test_every_text_of_a_question_is_used() -> None:
    used = {
        question.key
        for group in GROUPS_SHIPPED
        for question in questions_of(register_of(group), group, "id").values()
    }
    texts = {key.removeprefix("ask.") for key in catalogue("id") if key.startswith("ask.")}
    assert texts - used <= {"margin"}  # no outlet of the shipped groups has a share of its own


def test_the_register_prints_its_questions() -> None:
    line = call("params", "payment_lag").out
    assert "Ask outlets: Sesudah barang laku, berapa minggu baru dibayar?" in line
    assert "Ask" not in call("params", "attend_trust").out
    rows = {row["name"]: row for row in csv.DictReader(call("params", "--csv").out.splitlines())}
    wage = rows["farm_wage_day"]
    assert (wage["who"], wage["answer_id"]) == ("women", "Rp …")
    assert wage["question_en"] == "What is a woman's farm wage a day?"
    assert rows["attend_trust"]["who"] == rows["attend_trust"]["question_id"] == ""
    group = GROUPS_SHIPPED[0]
    assert asked(register_of(group)["repair_weeks"], group)["answer_en"] == "… weeks"


def test_every_unknown_is_in_a_group() -> None:
    for group in GROUPS_SHIPPED:
        names = [name for name, row in register_of(group).items() if row.drawn]
        assert [name for name in names if not group_of(name)] == []
        assert {group_of(name) for name in names} == set(GROUPS)
    assert group_of("price_shock_size") == "troubles" and group_of("price_bolu") == "prices"
    assert group_of("nobody_knows") == ""
