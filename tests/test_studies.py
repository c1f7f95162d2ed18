"""Studies from their files to their runs: designs, levers, identity, what is added and refused."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, Future
from pathlib import Path
from textwrap import dedent
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars
import pytest

import experiments
from experiments import store
from experiments.studies import executors, sweep
from experiments.studies.benching import bench_studies
from experiments.studies.described import load_study
from experiments.studies.design import shifted
from experiments.studies.shards import KEYS
from experiments.studies.sweep import ChangedError, Plan, forecast, run_study
from experiments.studies.verifying import Kept, holds
from sim import run
from sim.config.files import known
from sim.scenario import ConfigError
from tests.commands import call
from tests.studies import asked, kept, lived, plan, same
from tests.worlds import GROUP, shipped

ONE = executors.threads(1)


def told(tmp_path: Path, text: str, name: str = "mine") -> Path:
    """A study file."""
    path = tmp_path / f"{name}.yaml"
    path.write_text(dedent(text), "utf-8")
    return path


# --- Files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", known("studies"))
def test_a_shipped_study_can_be_lived(name: str, tmp_path: Path) -> None:
    changes: dict[str, Any] = {"villages": 0, "replications": 1}
    loaded = load_study(name, changes=changes | ({"points": 2} if "all" in name else {}))
    out = run_study(Plan(loaded, {}), tmp_path / "out", ONE)
    assert out.new == out.asked > 0
    assert not out.failed
    assert loaded.file.title.id != loaded.file.title.en
    assert loaded.file.question is not None


def test_everything_that_is_wrong_is_told_with_its_line(tmp_path: Path) -> None:
    path = told(
        tmp_path,
        """\
        scenarios: [none, packge_2019]
        design: grid
        parameters:
          paymnt_lag: [0, 1]
          trust_base_in_village: {low: 0.6, high: 0.2}
          payment_lag: [0, 0]
        levers:
          partners: [[warung_x]]
          shift: {fgdd: [1]}
          alternatives: [payment_lag]
        measures: [net_incom]
        windows: {late: [40, 60]}
        """,
    )
    with pytest.raises(ConfigError) as error:
        load_study(path)
    said = str(error.value)
    for line, word in (
        (1, "did you mean 'package_2019'"),
        (4, "did you mean payment_lag"),
        (5, "expected low < high"),
        (6, "each value only once"),
        (8, "warung_x"),
        (9, "did you mean 'fgd'"),
        (10, "payment_lag"),
        (11, "did you mean 'net_income'"),
        (12, "after <= 52"),
    ):
        assert any(f":{line}: " in each and word in each for each in said.splitlines()), word
    assert "title: missing" in said


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ("design: sobol\npoints: 100\nparameters: all", "power of two"),
        ("design: lhs", "needs parameters"),
        ("design: list", "needs file"),
        ("parameters: all", "cannot vary"),
        ("design: lhs\nparameters: {division_rule: [equal]}", "grid"),
        ("design: lhs\nparameters: {payment_lag: [1, 2]}", "low and high"),
        ("file: x.csv", "only design list"),
    ],
)
def test_designs_are_told_what_they_need(tmp_path: Path, keys: str, word: str) -> None:
    path = told(tmp_path, f"title: x\nscenarios: [none]\n{keys}\n")
    with pytest.raises(ConfigError, match=word):
        load_study(path)


def test_points_from_a_csv(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("payment_lag,price_opak\n0,Rp 5.000\n2,6000\n", "utf-8")
    path = told(tmp_path, "title: x\nscenarios: [none]\ndesign: list\nfile: points.csv\n")
    points = Plan(load_study(path), {}).layout.points
    assert [dict(point.values) for point in points] == [
        {"payment_lag": 0, "price_opak": 5_000},
        {"payment_lag": 2, "price_opak": 6_000},
    ]
    (tmp_path / "points.csv").write_text("payment_lag,price_opak\n0\n-1,x\n", "utf-8")
    with pytest.raises(ConfigError) as error:
        load_study(path)
    assert [str(problem).split(": ")[0][-1] for problem in error.value.problems] == ["2", "3", "3"]


# --- What is lived -------------------------------------------------------------------------------


def test_a_run_of_a_study_is_the_run_of_the_model(tmp_path: Path) -> None:
    """The same numbers as `sim.run` of the same scenario, setting and luck."""
    study = plan(villages=0, replications=3, seed=5)
    run_study(study, tmp_path / "out", ONE)
    runs, design = kept(tmp_path / "out"), experiments.open(tmp_path / "out")["design"]
    for point in design.to_dict("records"):
        for name in ("none", "only_fgd"):
            overrides = {"payment_lag": point["payment_lag"]}
            weekly = run(name, weeks=4, seed=5, replications=3, overrides=overrides).weekly
            mine = runs[(runs["point_id"] == point["point_id"]) & (runs["scenario_id"] == name)]
            by_run = weekly.groupby("replication_id")
            assert np.allclose(mine["net_income"], by_run["net_income"].mean())
            assert np.allclose(mine["grants_rp"], by_run["grants_rp"].last())
            late = weekly[weekly["week"] >= 2].groupby("replication_id")["receivable"].mean()
            assert np.allclose(mine["receivable_late"], late)


def test_levers_are_pulled(tmp_path: Path) -> None:
    shock = {"kind": "officer_illness", "week": 1, "weeks": 2}
    levers = {
        "partners": [[], ["warung_lama"]],
        "shocks": {"ill": [shock]},
        "alternatives": ["trust_form"],
        "shift": {"fgd": [0, 3]},
    }
    study = plan(parameters={}, levers=levers, villages=0, replications=1)
    layout = study.layout
    assert len(layout.points) == 2 * 2 * 2 * 2
    cells = [layout.cell(place) for place in range(layout.cells)]
    assert {cell.partners for cell in cells} == {(), ("warung_lama",)}
    assert {len(cell.scenario.shocks) for cell in cells} == {0, 1}
    assert {cell.values.get("trust_form") for cell in cells} == {None, "multiplicative"}
    weeks = {cell.scenario.interventions[0].week for cell in cells if cell.scenario.interventions}
    assert weeks == {0, 3}
    out = run_study(study, tmp_path / "out", ONE)
    assert out.new == len(cells)
    points = Kept(tmp_path / "out").points()
    assert set(points) == {point.id for point in layout.points}
    assert all(points[point.id].id == point.id for point in layout.points)


def test_activities_move_but_not_before_week_0() -> None:
    plan = shipped("package_2019")
    moved = shifted(plan, "audience", -9)
    weeks = {each.kind: each.week for each in moved.interventions}
    assert weeks["audience"] == 0
    assert weeks["capital_proposal"] == 7
    later = shifted(plan, "all", 4)
    assert [b.week - a.week for a, b in zip(plan.interventions, later.interventions, strict=True)
            ] == [4] * len(plan.interventions)  # fmt: skip


def test_the_same_luck_at_every_point_and_in_every_scenario(tmp_path: Path) -> None:
    """A parameter that does nothing for four weeks changes nothing at all."""
    study = plan(parameters={"perdes_base_gain": [0.0, 0.1]}, scenarios=["none"])
    run_study(study, tmp_path / "out", ONE)
    runs = kept(tmp_path / "out")
    one, other = (rows for _, rows in runs.groupby("point_id"))
    assert np.array_equal(one["net_income"], other["net_income"])


def test_more_villages_leave_the_first_as_they_are() -> None:
    few, many = (plan(villages=count).layout.villages for count in (3, 250))
    assert all(few[number] == many[number] for number in few)
    assert len({value["price_opak"] for value in many.values()}) == 250


# --- Running again, growing, refusing ------------------------------------------------------------


def test_running_again_does_nothing(tmp_path: Path) -> None:
    first = run_study(plan(), tmp_path / "out", ONE)
    shards = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.parquet")
              if path.parent.name == "runs"}  # fmt: skip
    again = run_study(plan(), tmp_path / "out", ONE)
    assert (first.new, again.new, again.there) == (16, 0, 16)
    assert all(path.stat().st_mtime_ns == when for path, when in shards.items())


@pytest.mark.parametrize(
    "more",
    [
        {"replications": 5},
        {"villages": 4},
        {"parameters": {"payment_lag": [0, 1, 2, 3]}},
        {"scenarios": ["none", "only_fgd", "only_norms"]},
    ],
)
def test_only_what_is_missing_is_added(tmp_path: Path, more: dict[str, Any]) -> None:
    run_study(plan(), tmp_path / "out", ONE)
    grown = run_study(plan(**more), tmp_path / "out", ONE)
    assert grown.there == 16
    assert grown.new == grown.asked - 16 > 0
    same(kept(tmp_path / "out"), lived(plan(**more)))


def test_asking_for_less_changes_nothing(tmp_path: Path) -> None:
    run_study(plan(), tmp_path / "out", ONE)
    less = run_study(plan(replications=1), tmp_path / "out", ONE)
    assert less.new == 0
    assert len(kept(tmp_path / "out")) == 16


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({"weeks": 5}, "weeks: 4 -> 5"),
        ({"seed": 1}, "seed: 0 -> 1"),
        ({"measures": ["cash"]}, "measures: "),
    ],
)
def test_what_must_not_be_mixed_is_refused(tmp_path: Path, keys: dict[str, Any], word: str) -> None:
    run_study(plan(), tmp_path / "out", ONE)
    before = kept(tmp_path / "out")
    with pytest.raises(ChangedError, match=word):
        run_study(plan(**keys), tmp_path / "out", ONE)
    same(kept(tmp_path / "out"), before)
    beside = run_study(plan(**keys), tmp_path / "out", ONE, "beside")
    assert beside.out == tmp_path / "out-2"
    assert beside.new == beside.asked


def test_a_model_that_changed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_study(plan(), tmp_path / "out", ONE)
    monkeypatch.setattr("experiments.store.source_hash", lambda: "123456789abc")
    with pytest.raises(ChangedError, match=r"source of the model \(sim/\) has changed"):
        run_study(plan(), tmp_path / "out", ONE)
    result = call("verify", tmp_path / "out")
    assert result.code == 1
    assert "has changed since" in result.out


def test_a_scenario_that_changed_is_refused(tmp_path: Path) -> None:
    run_study(plan(), tmp_path / "out", ONE)
    study = asked()
    changed = shifted(study.scenarios[1], "all", 1)
    other = Plan(type(study)(study.file, GROUP, (study.scenarios[0], changed), study.spans), {})
    with pytest.raises(ChangedError, match=r"scenarios.only_fgd.interventions"):
        run_study(other, tmp_path / "out", ONE)


def test_the_folder_of_another_command_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_text("mine")
    with pytest.raises(FileExistsError, match="other things"):
        run_study(plan(), tmp_path / "out", ONE)
    assert (tmp_path / "out" / "thesis.docx").read_text() == "mine"


# --- Failures ------------------------------------------------------------------------------------


def test_a_bad_point_is_told_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from experiments.studies import live

    usual = live._weekly

    def breaks(frame: Any, cell: Any, *others: Any) -> Any:
        if cell.values["payment_lag"] == 2 and cell.scenario_id == "only_fgd":
            raise ZeroDivisionError("no women left")
        return usual(frame, cell, *others)

    monkeypatch.setattr(live, "_weekly", breaks)
    done = run_study(plan(), tmp_path / "out", ONE)
    assert (done.new, done.failed) == (12, 2)
    failures = experiments.open(tmp_path / "out")["failures"]
    assert set(failures["error"]) == {"ZeroDivisionError: no women left"}
    assert set(failures["scenario_id"]) == {"only_fgd"}
    design = experiments.open(tmp_path / "out")["design"].set_index("point_id")
    assert set(design.loc[failures["point_id"], "payment_lag"]) == {2}
    monkeypatch.setattr(live, "_weekly", usual)
    mended = run_study(plan(), tmp_path / "out", ONE)
    assert (mended.new, mended.failed) == (4, 0)
    assert "failures" not in experiments.open(tmp_path / "out")
    same(kept(tmp_path / "out"), lived(plan()))


# --- Reading -------------------------------------------------------------------------------------


def test_pandas_duckdb_and_polars_read_the_same(tmp_path: Path) -> None:
    run_study(plan(weekly=["net_income"]), tmp_path / "out", ONE)
    results = experiments.open(tmp_path / "out")
    assert set(results) == {"runs", "design", "villages"}
    files = str(tmp_path / "out" / "tables" / "runs" / "*.parquet")
    mine = results["runs"]
    told = duckdb.sql(f"SELECT scenario_id, avg(net_income) AS m, count(*) AS n FROM '{files}' "
                      "GROUP BY 1 ORDER BY 1").df()  # fmt: skip
    means = mine.groupby("scenario_id")["net_income"].mean()
    assert np.allclose(told["m"], means)
    assert told["n"].tolist() == [8, 8]
    frame = polars.read_parquet(files)
    assert frame.height == 16
    assert np.allclose(frame["net_income"].to_numpy(), mine["net_income"])
    assert np.allclose(np.stack(list(mine["net_income_weekly"])).mean(1), mine["net_income"])
    assert frame["net_income_weekly"].to_list()[0] == list(mine["net_income_weekly"][0])
    assert list(mine.columns[:4]) == list(KEYS)
    with pytest.raises(KeyError):
        results["nothing"]
    with pytest.raises(FileNotFoundError):
        experiments.open(tmp_path)


def test_verify_finds_a_number_that_was_changed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_study(plan(), out, ONE)
    assert call("verify", out).code == 0
    path = next((out / "tables" / "runs").glob("*.parquet"))
    table = pd.read_parquet(path)
    table.loc[3, "net_income"] = np.nextafter(table.loc[3, "net_income"], 1e9)
    table.to_parquet(path)
    found = call("verify", out)
    assert found.code == 1
    assert "not as it was written" in found.out
    assert "net_income was" in found.out
    assert "15 of 16 runs" in found.out


def test_a_folder_says_what_it_holds(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_study(plan(), out, ONE)
    said = call("results", out).out
    for word in (
        "study small",
        "2 points, 2 villages, 2 replications",
        "16 in 1 shards",
        "this one",
    ):
        assert word in said
    assert call("results", tmp_path).code == 2


def test_a_forecast_writes_nothing_and_knows_what_is_there(tmp_path: Path) -> None:
    out = tmp_path / "out"
    told = forecast(plan(), out, 1)
    assert (told.runs, told.missing) == (16, 16)
    assert told.seconds > 0 and told.bytes > 0
    assert not out.exists()
    run_study(plan(), out, ONE)
    told = forecast(plan(replications=3), out, 1)
    assert (told.runs, told.missing) == (24, 8)


def test_window_means_do_not_depend_on_who_runs_beside(tmp_path: Path) -> None:
    many, alone = plan(replications=7), plan(replications=1)
    mine = lived(many)
    same(mine[mine["replication_id"] == 0].reset_index(drop=True), lived(alone))


def test_the_same_from_threads_and_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.studies.design.BLOCK_RUNS", 4)
    for name, where in (("threads", executors.threads(2)), ("two", executors.processes(2))):
        run_study(plan(), tmp_path / name, where)
        assert len(sweep.shards.read_catalogue(tmp_path / name)[0]) == 4
        same(kept(tmp_path / name), lived(plan()))


# --- Commands ------------------------------------------------------------------------------------


def test_check_and_schema_know_studies(tmp_path: Path) -> None:
    assert call("check", "network_trust").out == "network_trust: ok, study 'network_trust'\n"
    wrong = told(tmp_path, "title: x\nscenarios: [none]\nvilages: 3\n")
    said = call("check", wrong)
    assert said.code == 2
    assert "did you mean 'villages'" in said.err
    assert '"levers"' in call("schema", "study").out


def test_a_dry_run_tells_and_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = call(
        "sweep", "network_trust", "--villages", 1, "--dry-run", "--out", out, "--lang", "en"
    )
    assert said.out.startswith("150 runs; 150 are missing, in 1 blocks: about ")
    assert not out.exists()


def test_failures_are_in_the_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.studies import live

    usual = live._weekly

    def breaks(frame: Any, cell: Any, *others: Any) -> Any:
        if cell.values["payment_lag"] == 1:
            raise ValueError("broken")
        return usual(frame, cell, *others)

    monkeypatch.setattr(live, "_weekly", breaks)
    words = ("sweep", "none", "--param", "payment_lag=0,1,2", "--villages", 0, "--weeks", 3)
    said = call(*words, "--out", tmp_path / "out", "--lang", "en")
    assert said.code == 3
    assert "1 points failed" in said.out
    assert "ValueError: broken" in said.out
    assert "ValueError: broken" in call("results", tmp_path / "out").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sweep", "netwrk_trust"), "did you mean 'network_trust'"),
        (("sweep", "network_trust", "timing"), "one study at a time"),
        (("sweep", "none"), "a scenario, not a study"),
        (("sweep", "network_trust", "--set", "n_outlets_init=1"), "both swept and set"),
        (("sweep", "network_trust", "--workers", 2, "--dask", "tcp://x:1"), "leave out --workers"),
        (("sweep", "network_trust", "--weeks", 30), "first < after <= 30"),
        (("verify", "nowhere"), "nowhere holds no results"),
        (("results", "nowhere"), "nowhere holds no results"),
    ],
)
def test_mistakes_about_studies_are_told(words: tuple[Any, ...], said: str) -> None:
    result = call(*words)
    assert result.code == 2
    assert said in result.err


def test_studies_are_timed_against_the_ensemble() -> None:
    found = bench_studies(1_000, rounds=1)
    assert {"bare", "study_50", "ratio_50", "study_5", "ratio_5", "memory_mb"} <= set(found)
    assert all(value > 0 for value in found.values())
    assert found["ratio_5"] == pytest.approx(found["study_5"] / found["bare"], rel=0.9)


# --- What must not be mixed, and what may grow ---------------------------------------------------


def test_other_names_or_another_design_are_another_study(tmp_path: Path) -> None:
    first = plan(villages=0)
    run_study(first, tmp_path / "out", ONE)
    for other in (
        {"parameters": {"price_opak": [5_000, 6_000]}},
        {"design": "lhs", "parameters": {"payment_lag": {"low": 0, "high": 4}}, "points": 4},
        {"levers": {"shift": {"all": [0, 2]}}},
    ):
        with pytest.raises(ChangedError, match=r"varied|design"):
            run_study(plan(villages=0, **other), tmp_path / "out", ONE)
        with pytest.raises(ChangedError, match=r"varied|design"):
            forecast(plan(villages=0, **other), tmp_path / "out", 1)
    grown = run_study(
        plan(villages=0, parameters={"payment_lag": [0, 2, 4]}), tmp_path / "out", ONE
    )
    assert (grown.there, grown.new) == (8, 4)


def test_more_points_of_a_hypercube_add_only_what_is_missing(tmp_path: Path) -> None:
    keys = {"design": "lhs", "parameters": {"price_opak": {"low": 4_000, "high": 9_000}}}
    run_study(plan(**keys, points=70), tmp_path / "out", ONE)
    more = run_study(plan(**keys, points=90), tmp_path / "out", ONE)
    assert (more.there, more.new) == (70 * 8, 20 * 8)
    fewer = run_study(plan(**keys, points=10), tmp_path / "out", ONE)
    assert (fewer.there, fewer.new) == (10 * 8, 0)
    assert "design lhs: 10 points" in "\n".join(holds(tmp_path / "out"))
    assert "missing" not in "\n".join(holds(tmp_path / "out"))
    design = store.read(tmp_path / "out", "design")
    assert design["asked"].sum() == 10 and len(design) == 90
    one = plan(**keys, points=64).layout.design_frame()["price_opak"]
    assert len(np.unique(((one - 4_000) / 5_000 * 64).astype(int))) == 64  # one in each stratum


def test_what_an_earlier_question_left_is_not_missing(tmp_path: Path) -> None:
    run_study(plan(), tmp_path / "out", ONE)
    run_study(plan(parameters={"payment_lag": [1]}, replications=3), tmp_path / "out", ONE)
    assert "missing" not in "\n".join(holds(tmp_path / "out"))


def test_a_csv_as_a_spreadsheet_in_indonesia_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes("\ufeffpayment_lag;consign_margin\n1;0,2\n2;0,15\n".encode())
    settled_study = asked(design="list", file=str(path), parameters={})
    assert [dict(row) for row in settled_study.rows] == [
        {"payment_lag": 1, "consign_margin": 0.2},
        {"payment_lag": 2, "consign_margin": 0.15},
    ]


def test_a_parameter_of_a_list_cannot_be_set_as_well(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("payment_lag,price_opak\n1,5000\n")
    study = tmp_path / "x.yaml"
    study.write_text("title: x\nscenarios: [none]\ndesign: list\nfile: points.csv\nweeks: 4\n")
    told = call("sweep", study, "--set", "price_opak=6000", "--out", tmp_path / "out")
    assert told.code == 2 and "price_opak is both swept and set" in told.err
    assert not (tmp_path / "out").exists()


def test_advice_to_go_on_is_given_only_where_one_can(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x")
    told = call("sweep", "network_trust", "--villages", 1, "--out", tmp_path / "out")
    assert told.code == 2 and "holds other things" in told.err and "goes on" not in told.err


def test_a_cluster_that_loses_its_workers_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = type("KilledWorker", (Exception,), {"__module__": "distributed.scheduler"})
    future: Future[Any] = Future()
    future.set_exception(lost("gone"))
    with pytest.raises(BrokenExecutor, match="lost its workers"):
        executors._result(future)
    other: Future[Any] = Future()
    other.set_exception(ValueError("of the model"))
    with pytest.raises(ValueError, match="of the model"):
        executors._result(other)
