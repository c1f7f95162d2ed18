"""Learning: only what was told changes, everything else is the same village with the same luck."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from experiments import store
from experiments.advice import learning, rerun
from experiments.advice.answers import Answers, load_answers
from experiments.advice.heard import heard
from experiments.advice.learn import Comparison, learn, read_answers
from experiments.analysis.learned import gains
from experiments.packet.again import apply
from experiments.packet.facts import read_facts
from experiments.packet.notes import Notes
from sim.parameters import ParameterError
from sim.scenario import Group, load_group, load_scenario, register_of
from tests.commands import call
from tests.packets import EMPTY, comparison
from tests.repository import ROOT
from tests.results import holds

SEEDS = {"scale": [0, 1, 2, 3], "seeds": [2, 9, 4, 0]}
KEYS = ["scenario_id", "village_id", "replication_id"]


def said(date: str = "2026-05-03", **told: Any) -> Answers:
    """Answers of the women about SEMANGAT 72."""
    head = {"id": "jawaban", "date": date, "group": "semangat72", "told_by": "women"}
    return Answers.model_validate({**head, "answers": told})


BOTH = said(payment_lag=SEEDS, price_opak={"between": [6_000, 7_000]})


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("learn")
    comparison(folder / "compare", villages=10, replications=2)
    return folder


@pytest.fixture(scope="module")
def learnt(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("learnt") / "first"
    learn(BOTH, Comparison(results), out, workers=1, alone=5)
    return out


def runs(folder: Path) -> pd.DataFrame:
    return store.read(folder / "compare", "runs")


# --- Only what was told changes -------------------------------------------------------------------


def test_the_group_s_file_tells_only_what_was_told(results: Path, learnt: Path) -> None:
    before = Comparison(results)
    group = load_group(learnt / "configs" / "groups" / "semangat72_belajar.yaml")
    differ = set(learning.changed(before.group.model_dump(), group.model_dump()))
    assert differ == {"id", "parameters.payment_lag", "parameters.price_opak"}
    after = register_of(group)
    assert {name for name in after if after[name] != before.register[name]} == {
        "payment_lag", "price_opak",
    }  # fmt: skip
    assert after["price_opak"].source == "FGD 2026-05-03, women"
    assert (after["price_opak"].low, after["price_opak"].high) == (6_000, 7_000)
    for plan in before.scenarios:
        path = learnt / "configs" / "scenarios" / f"{plan.id}.yaml"
        assert set(
            learning.changed(plan.model_dump(), load_scenario(path, group).model_dump())
        ) == {"group"}


def test_every_other_number_of_every_village_stays(results: Path, learnt: Path) -> None:
    """Common random numbers: a parameter keeps its place in every village."""
    before = store.read(results / "compare", "villages")
    after = store.read(learnt / "compare", "villages")
    moved = [name for name in before if not before[name].equals(after[name])]
    assert set(before) == set(after) and sorted(moved) == ["payment_lag", "price_opak"]
    ranks = [table["price_opak"].rank().tolist() for table in (before, after)]
    assert ranks[0] == ranks[1]
    asked = [store.read_manifest(each / "compare")["question"] for each in (results, learnt)]
    same = ("weeks", "seed", "replications", "villages", "set", "village_class")
    assert [asked[0][key] for key in same] == [asked[1][key] for key in same]


def test_an_answer_that_tells_what_was_thought_changes_no_run(
    results: Path, tmp_path: Path
) -> None:
    row = Comparison(results).register["price_opak"]
    known = said(price_opak={"low": row.low, "likely": row.default, "high": row.high})
    lines = learn(known, Comparison(results), tmp_path / "out", "en", 1)
    assert_frame_equal(runs(results), runs(tmp_path / "out"))
    table = store.read(tmp_path / "out", "gains")
    assert (table["change"] == 0).all() and (table["error"] == 0).all()
    assert "No answer changes the choice." in lines


def test_a_change_that_nobody_told_is_refused(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = learning.set_number

    def meddle(group: dict, name: str, quantity: dict) -> None:
        real(group, name, quantity)
        group["outlets"][0]["distance_km"] = 3

    monkeypatch.setattr(learning, "set_number", meddle)
    with pytest.raises(
        ParameterError, match=r"answers do not tell of 'group\.outlets\.warung_lama"
    ):
        learn(BOTH, Comparison(results), tmp_path / "out", workers=1)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_read_as_something_else_is_refused(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was with 6.999 pieces, which became 6,999."""
    from ruamel.yaml import YAML

    def naive(tree: dict, path: Path) -> None:
        with path.open("w") as file:
            YAML().dump(tree, file)

    monkeypatch.setattr(learning, "write", naive)
    odd = said(demand_warung_opak=2.125)
    with pytest.raises(ParameterError, match=r"demand_warung_opak\.value' of 'semangat72_belajar'"):
        learn(odd, Comparison(results), tmp_path / "out", workers=1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("group", "name", "place"),
    [
        ("semangat72", "distance_km_pasar", ("outlets", "pasar", "distance_km")),
        ("semangat72", "price_keripik", ("products", "keripik", "price")),
        ("semangat72", "demand_school_keripik", ("products", "keripik", "demand")),
        ("contoh", "margin_kantin_sd", ("outlets", "kantin_sd", "margin")),
        ("contoh", "price_kue_lapis", ("products", "kue_lapis", "price")),
    ],
)
def test_a_number_is_told_where_the_file_has_it(
    tmp_path: Path, group: str, name: str, place: tuple[str, ...]
) -> None:
    who = load_group(group)
    row = register_of(who)[name]
    answer = {"low": row.low, "likely": row.default, "high": row.high * 1.01, "unit": "model"}
    (each,) = heard(said(**{name: answer}).answers, who, register_of(who), "FGD", "women")
    given = learning.inputs(who, [])
    learning.put(given.group, [each])
    learning.only_declared(given, [name], "the answers do")
    made = learning.written(given, "kami", tmp_path).group
    trees = (each.model_dump(mode="json") for each in (who, made))
    assert {".".join(path.split(".")[:3]) for path in learning.changed(*trees)} == {
        "id", ".".join(place),
    }  # fmt: skip
    assert register_of(made)[name].high == pytest.approx(row.high * 1.01)


# --- Once more ------------------------------------------------------------------------------------


def test_the_old_results_stay_byte_for_byte(results: Path, tmp_path: Path) -> None:
    before = holds(results)
    path = tmp_path / "jawaban.yaml"
    path.write_text("date: 2026-05-03\ngroup: semangat72\ntold_by: women\n"
                    "answers: {payment_lag: 1}\n")  # fmt: skip
    told = call("learn", path, "--results", results, "--out", tmp_path / "out", "--workers", 1)
    assert told.code == 0, told.err
    assert holds(results) == before
    assert told.out.startswith("Yang berubah setelah jawaban tanggal 2026-05-03: SEMANGAT 72")
    assert "Kata ibu-ibu: 1 minggu. Dulu dikira 0 minggu sampai 2 minggu; sekarang sudah tahu." in (
        told.out
    )
    made = {Path(name).parts[0] for name in holds(tmp_path / "out")}
    assert made == {"compare", "configs", "figures", "tables", "jawaban.yaml", "manifest.json",
                    "ringkasan.txt", "summary.csv", "summary.json"}  # fmt: skip
    again = call("learn", path, "--results", results, "--out", tmp_path / "out", "--workers", 1)
    assert again.code == 2 and "nothing learnt is replaced" in again.err
    record = load_answers(tmp_path / "out" / "jawaban.yaml")
    assert record.answers == load_answers(path).answers and record.date == load_answers(path).date


def test_an_answer_alone_is_the_comparison_with_that_answer(results: Path, tmp_path: Path) -> None:
    """With one answer, alone is all there is; with two, each is what it would be by itself."""
    was = Comparison(results)
    one = said(payment_lag=SEEDS)
    learn(one, was, tmp_path / "one", workers=1)
    whole = gains(runs(tmp_path / "one"), "none")
    told = store.read(tmp_path / "one", "alone")
    mean = (whole - was.gains())["package_2019"].mean()
    assert told.set_index("scenario_id").loc["package_2019", "change"] == pytest.approx(mean)
    given = learning.inputs(was.group, was.scenarios)
    learning.put(given.group, heard(one.answers, was.group, was.register, "FGD", "women"))
    group = Group.model_validate({**given.group, "id": "x"})
    few = rerun.incomes(was.manifest, group, was.scenarios, 4, 1)
    assert len(few) == 4 * 3 * 2
    both = few.merge(runs(tmp_path / "one"), on=KEYS)
    assert both["net_income_x"].to_numpy() == pytest.approx(both["net_income_y"].to_numpy())


def test_alone_villages_are_the_first(learnt: Path) -> None:
    summary = store.read_json(learnt / "summary.json")
    assert summary["alone_villages"] == 5
    assert {row["parameter"] for row in summary["alone"]} == {"payment_lag", "price_opak"}


def test_learning_again_is_learning_both(results: Path, learnt: Path, tmp_path: Path) -> None:
    """A chain of answers gives the runs that all of them give at once; sources are kept."""
    first, second = said(payment_lag=SEEDS), said("2026-06-10", price_opak={"between": [6e3, 7e3]})
    learn(first, Comparison(results), tmp_path / "a", workers=1, alone=0)
    lines = learn(second, Comparison(tmp_path / "a"), tmp_path / "b", workers=1, alone=0)
    assert_frame_equal(runs(tmp_path / "b"), runs(learnt))
    assert "Jawaban sebelumnya tetap dipakai: 2026-05-03." in lines
    group = load_group(tmp_path / "b" / "configs" / "groups" / "semangat72_belajar.yaml")
    register = register_of(group)
    assert register["payment_lag"].source == "FGD 2026-05-03, women"
    assert register["price_opak"].source == "FGD 2026-06-10, women"
    third = said("2026-07-01", payment_lag=1)
    learn(third, Comparison(tmp_path / "b"), tmp_path / "c", workers=1, alone=0)
    group = load_group(tmp_path / "c" / "configs" / "groups" / "semangat72_belajar.yaml")
    assert register_of(group)["payment_lag"].source == (
        "FGD 2026-07-01, women; before: FGD 2026-05-03, women"
    )
    dates = [each["date"] for each in store.read_json(tmp_path / "c" / "summary.json")["history"]]
    assert dates == ["2026-05-03", "2026-06-10", "2026-07-01"]


def test_notes_of_an_fgd_make_the_same_group(results: Path, learnt: Path, tmp_path: Path) -> None:
    heard_too = {
        name: each.model_dump(exclude_defaults=True) for name, each in BOTH.answers.items()
    }
    notes = Notes.model_validate(
        {"id": "catatan", "date": "2026-05-03", "group": "semangat72", "heard": heard_too}
    )
    facts = read_facts(results, EMPTY, "id")
    theirs = apply(notes, facts, tmp_path).group
    ours = load_group(learnt / "configs" / "groups" / "semangat72_belajar.yaml")
    assert set(learning.changed(ours.model_dump(), theirs.model_dump())) == {"id"}


# --- What cannot be learnt from -------------------------------------------------------------------


@pytest.fixture
def altered(results: Path, tmp_path: Path) -> Callable[..., Path]:
    """A copy of the results whose manifest says something else."""

    def copy(**changes: Any) -> Path:
        shutil.copytree(results, tmp_path / "copy")
        path = tmp_path / "copy" / "compare" / "manifest.json"
        manifest = store.read_json(path)
        manifest["question"] |= changes.pop("question", {})
        store.write_json(path, manifest | changes)
        return tmp_path / "copy"

    return copy


def test_results_of_another_model_are_refused(altered: Callable[..., Path], tmp_path: Path) -> None:
    told = call("learn", "contoh_semangat72", "--results", altered(source_hash="0"))
    assert told.code == 2 and "make them anew with semangat compare" in told.err
    assert not (tmp_path / "copy" / "learn").exists()


def test_what_was_set_for_all_is_refused(altered: Callable[..., Path]) -> None:
    folder = altered(question={"set": {"payment_lag": 2}})
    told = call("learn", "contoh_semangat72", "--results", folder)
    assert told.code == 2 and "answers.payment_lag: the comparison sets this (--set)" in told.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("learn", "contoh_semangat72", "--results", "nowhere"), "nowhere holds no comparison"),
        (("learn", "contoh_semangat7", "--results", "nowhere"), "nowhere holds no comparison"),
        (("learn", "contoh_semangat72"), "--results"),
    ],
)
def test_a_command_that_cannot_be(words: tuple[str, ...], said: str) -> None:
    told = call(*words)
    assert told.code == 2 and said in told.err and told.out == ""


def test_a_misspelt_name_of_answers_is_told(results: Path) -> None:
    told = call("learn", "contoh_semangat7", "--results", results)
    assert told.code == 2 and "did you mean 'contoh_semangat72'" in told.err


def test_answers_about_another_group_are_told(results: Path, tmp_path: Path) -> None:
    path = tmp_path / "j.yaml"
    path.write_text("date: 2026-05-03\ngroup: contoh\ntold_by: women\nanswers: {payment_lag: 1}\n")
    told = call("learn", path, "--results", results)
    assert told.code == 2 and "j.yaml:2: group: these results are about 'semangat72'" in told.err


def test_answers_are_read_against_the_results_group(results: Path) -> None:
    answers, was = read_answers("contoh_semangat72", results)
    assert answers.answers.keys() <= was.register.keys() and was.margin == 1_000


# --- docs/learn.md --------------------------------------------------------------------------------


def test_the_commands_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "learn.md").read_text("utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (commands,) = (code for language, code in blocks if not language)
    (example,) = (code for language, code in blocks if language == "yaml")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jawaban.yaml").write_text(example)
    assert call("check", "jawaban.yaml").err == ""
    small = ("--villages", 4, "--replications", 1, "--weeks", 8)
    for line in commands.splitlines():
        name, *words = line.split()[1:]
        more = {"compare": (*small, "--workers", 1), "check": ()}.get(name, ("--workers", 1))
        told = call(name, *words, *more)
        assert told.code == 0, told.err
    group = tmp_path / "results/learn/second/configs/groups/semangat72_belajar.yaml"
    assert "before: FGD 2026-05-03, outlets" in group.read_text("utf-8")
