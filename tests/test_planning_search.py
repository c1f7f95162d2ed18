"""The search against everything there is, and `semangat plan` from end to end."""

from __future__ import annotations

import json
import re
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments import store
from experiments.advice.planning_choices import shipped
from experiments.advice.planning_menu import Needs
from experiments.advice.planning_run import Question, run_plan
from experiments.advice.planning_search import Aim, goals, over
from experiments.advice.planning_summary import summarise
from experiments.advice.planning_told import told
from experiments.advice.planning_trial import MEASURES, measured, trial
from experiments.study import Study
from sim.draws import Luck
from sim.runs import run, simulate_all
from sim.scenario import load_group, load_scenario
from sim.setting import setting_for
from tests.commands import call
from tests.planning import RICH, exhausted, found_by, search_for
from tests.repository import ROOT

SMALL = ("--weeks", 8, "--villages", 4, "--replications", 1, "--evaluations", 60, "--workers", 1)
ASKED = ("plan", "--budget", 3_000_000, "--days", 10, *SMALL)
PLAIN = ("summary.json", "plans.csv", "rencana.md", "plans.md", "ringkasan.txt",
         "tables/runs.parquet", "figures/timeline.png", "figures/front.svg",
         "plans/plan_1.yaml")  # fmt: skip


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small answer."""
    out = tmp_path_factory.mktemp("plan") / "plan"
    answer = call(*ASKED, "--out", out)
    assert answer.code == 0, answer.err
    return out


def summary_of(out: Path) -> dict[str, Any]:
    return store.read_json(out / "summary.json")


# --- The search ----------------------------------------------------------------------------------


@pytest.mark.parametrize("budget", [RICH, Needs(60_000, inf, inf), Needs(inf, 1.0, inf)])
def test_the_search_finds_the_best_of_a_small_case(budget: Needs) -> None:
    search = search_for(load_group(), ["norms", "social_media"], 6, 4, Aim(budget, 0.3, 100.0))
    gains, plans = exhausted(search)
    assert found_by(search, 70) > gains.max() - 50
    assert len(search.known) < plans / 1.5
    assert gains.max() > np.quantile(gains, 0.8) + 50  # it could have missed


def test_a_search_keeps_to_the_budget_and_never_tries_twice() -> None:
    aim = Aim(Needs(400_000, 3.0, 60), 0.3, 100.0)
    search = search_for(load_group(), ["norms", "negotiation", "fgd"], 6, 4, aim)
    found_by(search, 60)
    assert search.trial.runs == 4 * (len(search.known) + 1)  # and doing nothing
    plans = [found.plan for found in search.fitting]
    assert len(plans) < len(search.known)
    assert (over(search.trial.tried(plans), aim) <= search.allowed).all()


def test_gains_are_against_the_same_villages_and_luck() -> None:
    search = search_for(load_group(), ["norms"], 5, 3, Aim(RICH, 0.1, 0.0))
    none, norms = (load_scenario(name, load_group()) for name in ("none", "only_norms"))
    found = search.trial.tried([none, norms])
    (reached,) = goals(found[1:], found[0], 0.0)
    by_hand = []
    for village in search.trial.drawn:
        setting = search.trial._setting(village)
        pair = [simulate_all(setting, plan, [Luck(0, village, 0)], 5)[0] for plan in (none, norms)]
        by_hand.append(measured(pair[1])[0] - measured(pair[0])[0])
    assert reached[0] == pytest.approx(np.mean(by_hand))
    assert reached[3] == np.mean(np.array(by_hand) > 0)
    assert goals(found[:1], found[0], 0.0).tolist() == [[0.0] * 4]


def test_measures_are_those_of_the_tables() -> None:
    group, weeks = load_group(), 9
    plan = load_scenario("only_norms", group)
    tables = run(plan, group, weeks=weeks, seed=3)
    values = Study(group, weeks).register
    setting = setting_for(group, {name: row.default for name, row in values.items()}, weeks)
    (record,) = simulate_all(setting, plan, [Luck(3, 0, 0)], weeks)
    income, fifth, *costs = measured(record)
    cash = (tables.women["kube_income"] + tables.women["farm_income"]) / weeks
    assert income == pytest.approx(tables.weekly["net_income"].mean())
    assert fifth == pytest.approx(cash.nsmallest(4).mean())  # of twenty
    last = tables.weekly.iloc[-1]
    assert costs == list(last[["intervention_cost_rp", "facilitator_days", "intervention_hours"]])


# --- The command ---------------------------------------------------------------------------------


def test_an_answer_holds_all_that_it_should(answered: Path) -> None:
    assert [name for name in PLAIN if not (answered / name).is_file()] == []
    assert not list(answered.parent.glob(".*"))
    summary = summary_of(answered)
    names = [row["id"] for row in summary["plans"]]
    assert names[-2:] == ["package_2019", "none"]
    assert [row["id"] for row in summary["plans"][:-2]] == [
        f"plan_{n}" for n in range(1, len(names) - 1)
    ]
    assert 1 <= len(names) - 2 <= 5
    assert sum(row["best"] for row in summary["plans"]) == pytest.approx(1)
    incomes = [row["income"] for row in summary["plans"] if row["unbeaten"]]
    assert incomes == sorted(incomes, reverse=True)
    assert all(row["over"] <= 0.1 for row in summary["plans"] if row["unbeaten"])


def test_the_numbers_are_those_of_compare(answered: Path, tmp_path: Path) -> None:
    """The same villages, the same luck, another path through the code."""
    plan = answered / "plans" / "plan_1.yaml"
    assert call("check", plan).code == 0
    (line,) = re.findall("semangat (compare .*)", (answered / "ringkasan.txt").read_text("utf-8"))
    assert str(plan) in line
    answer = call(*line.split(), "--out", tmp_path / "c")
    assert answer.code == 0, answer.err
    compared = store.read_json(tmp_path / "c" / "summary.json")["scenarios"]
    for row in summary_of(answered)["plans"]:
        if row["id"] in ("plan_1", "package_2019"):
            income = compared[row["id"]]["difference"]["net_income"]
            assert income["mean"] == pytest.approx(row["income"])
            assert income["better"] == round(4 * row["robust"])
            spent = compared[row["id"]]["levels"]
            assert spent["intervention_cost_rp"]["mean"] == pytest.approx(row["rp"])
            assert spent["facilitator_days"]["mean"] == pytest.approx(row["days"])


def test_the_first_is_not_worse_than_what_ships(answered: Path) -> None:
    summary, group = summary_of(answered), load_group()
    aim = Aim(Needs(3_000_000, 10, inf), 0.1, 1_000)
    plans = [each.plan for each in shipped(group, 8, None)]
    assert len(plans) > 5
    with trial(Study(group, 8, 0, 1, detail=False), 4) as there:
        found = there.tried([load_scenario("none", group), *plans])
    fits = over(found[1:], aim) <= aim.risk
    assert fits.any()
    best = goals(found[1:], found[0], 1_000)[fits, 0].max()
    assert next(row["income"] for row in summary["plans"]) >= best - summary["margin"]


def test_asked_again_it_tells_and_does_not_search(answered: Path) -> None:
    before = (answered / "manifest.json").read_bytes()
    answer = call(*ASKED, "--out", answered, "--lang", "en")
    assert answer.code == 0
    assert "The first: Plan 1." in answer.out
    assert (answered / "manifest.json").read_bytes() == before
    assert (answered / "summary.txt").is_file()


def test_the_same_question_has_the_same_answer(answered: Path, tmp_path: Path) -> None:
    """Whatever the number of workers."""
    question = Question(Aim(Needs(3_000_000, 10, inf), 0.1, 1_000), 4, 60, None, "semangat72")
    run_plan(Study(load_group(), 8, 0, 1, detail=False), question, tmp_path / "plan", 2)
    for name in ("runs", "tried"):
        mine, other = (store.read(out, name) for out in (answered, tmp_path / "plan"))
        pd.testing.assert_frame_equal(mine, other)
    mine, other = (store.read_manifest(out)["question"] for out in (answered, tmp_path / "plan"))
    assert mine == other


def test_the_stored_runs_are_tidy(answered: Path) -> None:
    runs = store.read(answered, "runs")
    assert list(runs.columns) == ["scenario_id", "village_id", "replication_id", *MEASURES]
    assert not runs.duplicated(["scenario_id", "village_id", "replication_id"]).any()
    assert set(runs["village_id"]) == {1, 2, 3, 4}


def test_another_group_can_plan_from_its_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "configs/groups/contoh.yaml").read_text("utf-8")
    (tmp_path / "kelompok.yaml").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    answer = call(
        *ASKED, "--group", "kelompok.yaml", "--margin", 50, "--out", "a/plan", "--lang", "en"
    )
    assert answer.code == 0, answer.err
    assert "this group does not have its partners" in answer.out
    assert summary_of(tmp_path / "a/plan")["package"] is None
    assert "../../../kelompok.yaml" in (tmp_path / "a/plan/plans/plan_1.yaml").read_text("utf-8")
    assert call("check", *sorted(Path("a/plan/plans").glob("*.yaml"))).code == 0


def judged(budget: Needs, out: Path, *kinds: str) -> tuple[dict[str, Any], str]:
    """The summary and the English words of a small question."""
    question = Question(Aim(budget, 0.1, 1_000), 4, 40, kinds or None, "semangat72")
    run_plan(Study(load_group(), 8, 0, 1, detail=False), question, out, 1)
    summary = summarise(out)
    return summary, "\n".join(told(summary, "en", "command"))


def test_a_budget_of_nothing_leaves_what_is_free(tmp_path: Path) -> None:
    summary, words = judged(Needs(0, 0, inf), tmp_path / "plan")
    rows = summary["plans"]
    free = {each["kind"] for row in rows if row["unbeaten"] for each in row["interventions"]}
    assert free <= {"market_stall"}
    assert "The package of 2019 is over the budget in 100 of 100" in words


def test_when_nothing_is_better_that_is_told(tmp_path: Path) -> None:
    summary, words = judged(Needs(600_000, 2, inf), tmp_path / "plan", "persuasion")
    assert summary["first"] == "none"
    assert [row["id"] for row in summary["plans"]] == ["package_2019", "none"]
    assert "no plan is clearly better than doing nothing" in words


def test_the_package_is_told_when_it_is_over_the_budget(tmp_path: Path) -> None:
    summary, words = judged(Needs(500_000, 3, inf), tmp_path / "plan", "negotiation")
    assert "The package of 2019 is over the budget in" in words
    row = next(row for row in summary["plans"] if row["id"] == "package_2019")
    assert row["over"] > 0.1
    assert row["best"] == 0
    assert not row["unbeaten"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--budget", -1, "--days", 1), "--budget: got -1; expected 0 or more"),
        (("--budget", "nan", "--days", 1), "--budget: got nan"),
        (("--budget", 1, "--days", 1, "--hours", -2), "--hours: got -2"),
        (("--budget", 1, "--days", 1, "--risk", 1), "--risk: got 1"),
        (("--budget", 1, "--days", 1, "--kinds", "fgd,dance"), "no activity is called 'dance'"),
        (("--budget", 100, "--days", 9, "--kinds", "fgd"), "no activity fits this budget"),
        (("--budget", 9e9, "--days", 9, "--group", "nobody"), "no group has this name"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(
    words: tuple[Any, ...], says: str, tmp_path: Path
) -> None:
    answer = call("plan", *words, *SMALL, "--out", tmp_path / "plan")
    assert answer.code == 2
    assert says in answer.err
    assert not (tmp_path / "plan").exists()


def test_a_folder_of_another_command_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"question": {"command": "compare"}}))
    answer = call(*ASKED, "--out", tmp_path)
    assert answer.code == 2
    assert "results of another command: compare" in answer.err
