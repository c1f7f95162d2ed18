"""Files of answers: five forms, every mistake by its line, and what becomes of each form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from experiments.advice.answers import Answer, check_answers, load_answers, root_of
from experiments.advice.files import write
from experiments.advice.heard import elicited, scale_of
from experiments.advice.units import ruler
from experiments.analysis.elicited import Elicited
from sim.config.numerals import parse_number
from sim.scenario import ConfigError, load_group, register_of
from tests.commands import call

GROUP = load_group()
REGISTER = register_of(GROUP)
EXAMPLE = "contoh_semangat72"
HEAD = "date: 2026-05-03\ngroup: semangat72\ntold_by: women\nanswers:\n"


def learnt(name: str, told: Any) -> Elicited:
    answer = Answer.model_validate(told)
    row = REGISTER[name]
    return elicited(row, answer, ruler(row, GROUP, answer.unit))


def ends(found: Elicited) -> tuple[float, float, float]:
    return found.low, found.value, found.high


def told(tmp_path: Path, *lines: str, head: str = HEAD) -> Path:
    path = tmp_path / "jawaban.yaml"
    path.write_text(head + "".join(f"  {line}\n" for line in lines), "utf-8")
    return path


# --- Forms and units -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "answer", "expected"),
    [
        ("price_opak", 7_000, (7_000, 7_000, 7_000)),
        ("price_opak", {"said": "Rp 7.000,-"}, (7_000, 7_000, 7_000)),
        ("price_opak", {"between": [6_000, "8 ribu"]}, (6_000, 7_000, 8_000)),
        ("price_opak", {"low": 5_000, "likely": 6_500, "high": 7_000}, (5_000, 6_500, 7_000)),
        ("indirect_time_share", {"between": [12, 18]}, (0.2, 0.25, 0.3)),  # minutes of an hour
        ("core_failure_hazard", 2.6, (0.05, 0.05, 0.05)),  # times a year
        ("share_conditional", {"low": 5, "likely": 10, "high": 15}, (0.25, 0.5, 0.75)),  # of 20
        ("consign_margin", 1_500, (0.15, 0.15, 0.15)),  # of Rp 10,000
        ("demand_warung_opak", {"between": [2, 8]}, (2, 4, 8)),  # the middle of a log scale
        ("payment_lag", {"between": [0, 4]}, (0, 2, 4)),
        ("payment_lag", 1.4, (1, 1, 1)),
        ("attend_trust", {"said": 1.25, "unit": "model"}, (1.25, 1.25, 1.25)),
        ("consign_margin", {"said": 0.15, "unit": "model"}, (0.15, 0.15, 0.15)),
    ],
)
def test_each_form_in_people_s_units(
    name: str, answer: Any, expected: tuple[float, float, float]
) -> None:
    assert ends(learnt(name, answer)) == pytest.approx(expected, rel=1e-9)


def test_seeds_are_laid_in_people_s_units() -> None:
    """Twenty seeds on minutes are those on hours, sixty times as far apart."""
    seeds = [2, 6, 8, 3, 1]
    minutes = learnt("indirect_time_share", {"scale": [6, 12, 18, 24, 30], "seeds": seeds})
    shares = learnt(
        "indirect_time_share", {"scale": [0.1, 0.2, 0.3, 0.4, 0.5], "seeds": seeds, "unit": "model"}
    )
    assert ends(minutes) == pytest.approx(ends(shares))
    assert 0.05 <= minutes.low < minutes.value < minutes.high <= 0.55
    assert minutes.gap < 1


def test_the_scale_is_that_on_which_villages_are_drawn() -> None:
    kinds = {name: scale_of(REGISTER[name]) for name in ("payment_lag", "demand_warung_opak")}
    assert kinds == {"payment_lag": "whole", "demand_warung_opak": "log"}
    assert scale_of(REGISTER["price_opak"]) == "linear"


def test_nothing_outside_what_is_possible() -> None:
    found = learnt("consign_margin", {"scale": [7_000, 8_500, 9_500], "seeds": [1, 4, 10]})
    assert found.high == REGISTER["consign_margin"].hard_high == 0.95
    found = learnt("price_opak", {"scale": [1, 2_000, 4_000], "seeds": [9, 5, 1]})
    assert found.low == REGISTER["price_opak"].hard_low == 1


# --- The file ------------------------------------------------------------------------------------


def test_the_example_is_found_by_name_and_sound() -> None:
    answers, warnings = check_answers(EXAMPLE)
    assert not warnings and answers.told_by == "women"
    said = answers.answers
    forms = [bool(a.seeds) + 2 * bool(a.between) + 4 * (a.low is not None) for a in said.values()]
    assert {1, 2, 4, 0} == set(forms)  # all of them are shown
    assert call("check", EXAMPLE).out == f"{EXAMPLE}: ok, answers '{EXAMPLE}'\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("payment_lagg: 2", "did you mean 'payment_lag'"),
        ("attend_trust: 1", "give 'unit: model' for a number in log-odds"),
        ("division_rule: 1", "this is decided and not unknown"),
        ("n_members: {said: 18, unit: model}", "this is decided and not unknown"),
        ("horizon_weeks: {said: 60, unit: model}", "this is decided and not unknown"),
        ("price_bolu: -5", "-5 is outside 1 to"),
        ("payment_lag: {scale: [0, 100], seeds: [3, 9]}", "100 is outside 0 to 12"),
        ("price_opak: banyak", "expected a number such as"),
        ("price_opak: {low: 5000, high: 8000}", "of two, write between"),
        ("price_opak: {low: 5000, likely: 4000, high: 8000}", "the lowest first"),
        ("price_opak: {between: [8000, 5000]}", "the lower number first"),
        ("price_opak: {said: 1, between: [1, 2]}", "not both"),
        ("price_opak: {scale: [1, 2], seeds: [3]}", "a count of seeds for each of 2 places"),
        ("price_opak: {scale: [1, 1], seeds: [3, 9]}", "each only once"),
        ("price_opak: {scale: [4000], seeds: [12]}", "a scale of two places"),
        ("price_opak: {scale: [4000, 5000], seeds: [0, 0]}", "a number or seeds"),
        ("price_opak: {scale: [4000, 5000], seeds: [2.5, 9]}", "a whole number"),
        ("price_opak: {}", "a number or seeds"),
        ("price_opak: {siad: 4}", "did you mean 'said'"),
        ("price_opak: {said: 4000, by: Bu Siti}", "expected one of women, outlets"),
        ("price_opak: {said: 4000, unit: rupiah}", "expected one of people, model"),
    ],
)
def test_mistakes_are_told_by_line(tmp_path: Path, line: str, said: str) -> None:
    path = told(tmp_path, "payment_lag: 1" if "payment" not in line else "min_crew: 4", line)
    with pytest.raises(ConfigError) as error:
        load_answers(path)
    (problem,) = error.value.problems
    assert problem.line == 6 and said in problem.message, problem
    answer = call("check", path)
    assert (answer.code, answer.out) == (2, "") and "jawaban.yaml:6: answers." in answer.err


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (HEAD.replace("semangat72", "semangat73"), "2: group: no group has this name"),
        (HEAD.replace("women", "Bu Siti"), "3: told_by: got 'Bu Siti', expected one of women"),
        (HEAD.replace("2026-05-03", "kemarin"), "1: date: got 'kemarin', expected a date"),
        (HEAD.replace("told_by", "name"), "name: unknown key"),
        ("group: semangat72\ntold_by: women\nanswers:\n", "date: missing"),
    ],
)
def test_mistakes_of_the_head(tmp_path: Path, head: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_answers(told(tmp_path, "payment_lag: 1", head=head))


def test_no_answers_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="one answer at least"):
        load_answers(told(tmp_path, head=HEAD.replace("answers:", "answers: {}")))
    with pytest.raises(ConfigError, match="did you mean 'contoh_semangat72'"):
        load_answers("contoh_semangat")
    with pytest.raises(ConfigError, match="there is no such file"):
        load_answers(tmp_path / "nothing.yaml")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("payment_lag: 1.5", "1.5 is counted as 2"),
        ("payment_lag: {scale: [0, 1], seeds: [2, 3]}", "5 seeds; usual are 10 to 20"),
        ("cost_fgd_rp: {between: [100000, 400000], unit: model}", "only the middle counts"),
    ],
)
def test_what_is_odd_is_a_warning(tmp_path: Path, line: str, said: str) -> None:
    _, (warning,) = check_answers(told(tmp_path, line))
    assert warning.line == 5 and said in warning.message


def test_a_slip_of_a_thousand_is_asked_about(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r":5: .*read as 7; was 7,000 meant"):
        check_answers(told(tmp_path, "price_opak: 7"))


def test_what_the_comparison_sets_cannot_be_learnt(tmp_path: Path) -> None:
    path = told(tmp_path, "payment_lag: 1", "min_crew: 4")
    with pytest.raises(ConfigError, match=r":5: answers.payment_lag: the comparison sets this"):
        load_answers(path, GROUP, {"payment_lag": True})
    (warning,) = load_answers(path, GROUP, {"min_crew": False}).warnings
    assert "a plan sets this" in warning.message


def test_a_group_keeps_its_name_when_it_has_learnt(tmp_path: Path) -> None:
    assert root_of("semangat72_belajar") == root_of("semangat72_fgd") == "semangat72"
    for name in ("semangat72", "semangat72_belajar"):
        load_answers(told(tmp_path, "payment_lag: 1", head=HEAD.replace("semangat72", name)))
    with pytest.raises(ConfigError, match="these results are about 'semangat72'"):
        load_answers(
            told(tmp_path, "min_crew: 4", head=HEAD.replace("semangat72", "contoh")), GROUP
        )


def test_the_schema_describes_the_forms() -> None:
    schema = json.loads(call("schema", "answers").out)
    assert "id" not in schema["properties"] and "answers" in schema["required"]
    forms = schema["properties"]["answers"]["additionalProperties"]["anyOf"]
    assert {"type": "number"} in forms and len(forms) == 3
    assert {"said", "between", "seeds"} <= set(schema["$defs"]["Answer"]["properties"])


@pytest.mark.parametrize("value", [6.999, -6.999, 1.125, 0.125, 1234.567, 1e-05, 7.0, 2.5, 1e21])
def test_numbers_are_read_as_they_were_written(tmp_path: Path, value: float) -> None:
    """A dot before three digits groups thousands in these files: 6.999 is not to become 6999."""
    path = tmp_path / "a.yaml"
    write({"a": value}, path)
    assert parse_number(path.read_text("utf-8").split(":")[1].strip()) == value
