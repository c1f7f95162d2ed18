"""What to ask next: from a stored comparison to ranked questions, pages and a figure."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import store
from experiments.advice import ask_told
from experiments.advice.ask import ask_of, ranked, read_comparison
from experiments.advice.ask_ranges import run_stretched
from experiments.advice.ask_report import report_ask, summarise
from experiments.compare import run_compare
from experiments.messages import FORBIDDEN, LANGUAGES, catalogue
from experiments.study import Study
from sim.parameters import ParameterError
from sim.scenario import load_group, load_scenario
from tests.commands import call
from tests.results import holds

PLANS = ("none", "package_2019", "package_2019_mentoring")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small comparison, whose incomes are then made to hang on two numbers."""
    out = tmp_path_factory.mktemp("ask") / "compare"
    group = load_group()
    study = Study(group, 3, replications=2, detail=False)
    run_compare(study, [load_scenario(name, group) for name in PLANS], 60, out, 1)
    path = out / "tables" / "runs.parquet"
    runs, villages = pd.read_parquet(path), store.read(out, "villages").set_index("village_id")
    scaled = (villages - villages.mean()) / villages.std()
    price = runs["village_id"].map(scaled["price_opak"]).astype(float)
    gain = runs["village_id"].map(scaled["attend_trust"]).astype(float)
    luck = np.random.default_rng(1).normal(0, 100, len(runs))
    plan = runs["scenario_id"].astype(str)
    runs["net_income"] = (
        5_000 + luck + 2_000 * price * (plan == PLANS[1]) + 1_000 * gain * (plan == PLANS[2])
    )
    runs.to_parquet(path)
    return out


@pytest.fixture(scope="module")
def out(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The answer, by command."""
    folder = tmp_path_factory.mktemp("answer") / "ask"
    before = holds(results)
    told = call("ask", results.parent, "--out", folder, "--top", 4)
    assert told.code == 0, told.err
    assert "Berapa harga jual satu Opak ketan? (ibu-ibu)" in told.out
    assert holds(results) == before
    return folder


def test_the_answers_that_turn_the_choice_come_first(out: Path) -> None:
    summary = store.read_json(out / "summary.json")
    first = summary["questions"][0]
    assert (first["parameter"], first["rank"], first["who"]) == ("price_opak", 1, "women")
    assert first["value"] > first["noise"] and first["flips"] > 0.2
    assert first["high"] == PLANS[1] != first["low"]
    assert summary["unanswerable"][0]["parameter"] == "attend_trust"
    assert summary["naive"] + 0.01 >= summary["everything"]["value"] >= first["value"] > 300
    assert summary["stability"] is None and len(summary["questions"]) <= 4
    groups = {row["group"]: row for row in summary["groups"]}
    assert groups["prices"]["matters"] and groups["prices"]["value"] >= first["value"]


def test_the_folder_holds_pages_tables_and_figures(out: Path) -> None:
    table = pd.read_csv(out / "questions.csv")
    assert list(table["rank"]) == list(range(1, len(table) + 1))
    assert {"parameter", "question", "unit", "who", "value", "error", "noise", "flips", "share",
            "matters", "low", "high"} <= set(table)  # fmt: skip
    answers = store.read(out, "answers")
    assert answers["question"].sum() == len(table) < len(answers)
    for lang, name in (("id", "pertanyaan"), ("en", "questions")):
        words = (out / f"{name}.md").read_text("utf-8")
        assert "| 1 |" in words and "`ask: [price_opak" in words
        assert lang == "en" or not FORBIDDEN.search(words.partition("configs/fgd")[0])
        assert (out / "figures" / f"{name}.png").stat().st_size > 10_000
        assert len(pd.read_csv(out / "figures" / f"{name}.csv")) >= 1
    manifest = store.read_manifest(out)
    assert manifest["question"]["command"] == "ask" and manifest["runs"] == 0


def test_the_same_again_is_the_same(results: Path, out: Path) -> None:
    before = {n: b for n, b in holds(out).items() if n != "manifest.json"}
    assert call("ask", results, "--out", out, "--top", 4).code == 0
    assert {n: b for n, b in holds(out).items() if n != "manifest.json"} == before


def test_nothing_to_change_is_said_first(results: Path, tmp_path: Path) -> None:
    compared = read_comparison(results, PLANS)
    compared.worth[PLANS[2]] = (
        compared.worth[PLANS[0]] + 9_000 + 10 * compared.villages["cost_bolu"]
    )
    compared.worth[PLANS[1]] = compared.worth[PLANS[0]] - 1
    lines = report_ask(compared, ask_of(compared), tmp_path / "ask", 3, "id")
    assert lines[0].startswith("Tidak ada jawaban yang akan mengubah rencana terbaik")
    assert lines[4].startswith("  1. Belanja bahan untuk satu Bolu berapa? (ibu-ibu) — menentukan")
    assert any("Rp 0 tiap ibu" in line for line in lines)


def test_options_are_those_of_the_comparison(results: Path, tmp_path: Path) -> None:
    assert read_comparison(results, PLANS[:2]).options == list(PLANS[:2])
    for options, words in (
        (["only_fgd"], "'only_fgd' was not compared; there are none"),
        (["none"], "nothing to choose from"),
        (["none", "none"], "'none' is given twice"),
    ):
        told = call("ask", results, *(w for o in options for w in ("--option", o)))
        assert (told.code, words in told.err) == (2, True)
    assert call("ask", tmp_path).code == 2
    few = tmp_path / "few"
    shutil.copytree(results, few)
    villages = store.read(few, "villages").head(10)
    villages.to_parquet(few / "tables" / "villages.parquet")
    with pytest.raises(ParameterError, match=r"10 villages tell nothing.*--villages 20 or more"):
        read_comparison(few)
    told = call("ask", results, "--out", few)
    assert told.code == 2 and "holds results of another command: compare" in told.err


def test_the_order_under_other_ranges(results: Path, out: Path) -> None:
    small = ("--stability", "--villages", 20, "--workers", 1, "--lang", "en")
    told = call("ask", results, "--option", PLANS[0], "--option", PLANS[1], *small, "--out", out)
    assert told.code == 0, told.err
    assert "twice as wide (20 plausible villages each)" in told.out
    half, double = (out / f"ranges_{name}" for name in ("half", "double"))
    spread = {each: store.read(each, "villages")["price_opak"] for each in (half, double, results)}
    assert np.ptp(spread[half]) < np.ptp(spread[results]) < np.ptp(spread[double])
    steady = json.loads((out / "summary.json").read_text("utf-8"))["stability"]
    assert steady["ranks"][0]["rank_stored"] == 1 and steady["villages"] == 20
    assert {"rank_half", "rank_double", "rank_fewer", "turns_half"} <= set(steady["ranks"][0])
    before = holds(half)
    run_stretched(read_comparison(results, PLANS[:2]), 0.5, 20, half, 1)
    assert holds(half) == before  # what is stored is not run again
    run_stretched(read_comparison(results, PLANS[:2]), 0.5, 21, half, 1)
    assert len(store.read(half, "villages")) == 21


def test_ranks_count_only_what_somebody_can_answer(results: Path) -> None:
    found = ranked(read_comparison(results))
    ranks = found.loc[found["question"], "rank"]
    assert list(ranks) == list(range(1, len(ranks) + 1))
    assert (found.loc[~found["question"], "rank"] == 0).all()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_is_plain(results: Path, lang: str) -> None:
    compared = read_comparison(results)
    summary = summarise(compared, ask_of(compared), 5, None, 0)
    assert all(line == line.rstrip() for line in ask_told.lines(summary, lang))
    words = {k: t for k, t in catalogue("id").items() if k.startswith("ask_command.")}
    assert not any(FORBIDDEN.search(each) for each in words.values())
