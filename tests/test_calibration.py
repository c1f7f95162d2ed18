"""History matching rules out what luck cannot explain; the paper's claims are what runs show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import store
from experiments.report import report_calibrate, report_claims
from experiments.validation import calibrate, claims
from experiments.validation.laboratory import Laboratory, shipped
from experiments.validation.patterns import Check
from sim.parameters import REGISTER, ParameterError, as_sourced, find, with_value
from sim.scenario import Group, load_group
from tests.repository import ROOT
from tests.worlds import GROUP

CHECK = Check("T", "calibrated", "paper", 0.7, 1, lambda lab: None)  # type: ignore[arg-type, return-value]
CALIBRATED = [row for row in REGISTER.values() if row.provenance == "calibrated"]


# --- History matching ---


def test_implausible_by_hand() -> None:
    far = calibrate.implausibility
    assert far(CHECK, 0.8, 0.1) == 0
    assert far(CHECK, 0.7, 0.0) == 0
    assert far(CHECK, 0.4, 0.1) == pytest.approx(3)
    assert far(CHECK, 1.2, 0.1) == pytest.approx(2)
    assert far(CHECK, 0.4, 0.0) == np.inf
    assert far(CHECK, np.nan, 0.1) == np.inf


def looks(share: dict[int, float]) -> pd.DataFrame:
    """Villages in which all targets have a value, with an error of 0.05."""
    return pd.DataFrame(
        [
            [village, check.id, value, 0.05, check.holds(value), 20]
            for village, value in share.items()
            for check in calibrate.TARGETS
        ],
        columns=calibrate.COLUMNS,
    )


def test_the_parameter_that_decides_is_found_and_no_other() -> None:
    """Where a village is ruled out by one number alone, only that number is told about."""
    luck = np.random.default_rng(1)
    villages = pd.DataFrame(
        {"village_id": range(1, 401), **{name: luck.random(400) for name in list(REGISTER)[:30]}}
    )
    decides = "n_pool_recruits"
    held = {
        int(row.village_id): 0.9 if getattr(row, decides) < 0.3 else 0.1
        for row in villages.itertuples()
    }
    summary = calibrate.summarise(looks(held), villages, REGISTER)
    assert summary["allowed"] == summary["held"] == sum(value > 0.5 for value in held.values())
    assert [row["name"] for row in summary["parameters"] if row["told"]] == [decides]
    first = summary["parameters"][0]
    assert first["before"][2] > 0.9 > 0.3 > first["after"][2]


def test_nothing_left_and_nothing_ruled_out_tell_nothing() -> None:
    villages = pd.DataFrame({"village_id": [1, 2], "payment_lag": [0, 1]})
    for value in (0.0, 1.0):
        summary = calibrate.summarise(looks({1: value, 2: value}), villages, REGISTER)
        assert summary["parameters"] == []
        assert summary["allowed"] == 2 * value
        assert calibrate.told(summary, "en")


def test_calibration_starts_from_the_sourced_ranges() -> None:
    assert CALIBRATED
    for row in CALIBRATED:
        before = as_sourced(REGISTER)[row.name]
        assert row.sourced is not None
        assert (before.default, before.low, before.high) == row.sourced
        assert before.low <= row.low <= row.default <= row.high <= before.high
        assert row.high - row.low < before.high - before.low
        assert as_sourced({row.name: before})[row.name] == before
        told = with_value(find(REGISTER, row.name), before.high)
        assert as_sourced({row.name: told})[row.name].default == before.high


def test_the_register_holds_what_the_reference_calibration_found() -> None:
    """Ends that moved inwards are those of nine in ten villages left, rounded outwards."""
    table = pd.read_csv(ROOT / "results/reference/calibration.csv").set_index("name")
    told = {
        str(name)
        for name in table.index[table["told"]]
        if as_sourced(REGISTER)[str(name)].provenance == "assumption"
    }
    assert {row.name for row in CALIBRATED} == told
    for row in CALIBRATED:
        high = float(table.loc[row.name, "after_high"])
        assert high <= row.high <= 1.1 * high


def test_calibrating_tells_what_it_measured(tmp_path: Path) -> None:
    out = tmp_path / "calibrate"
    calibrate.run_calibrate(GROUP, 3, 2, 0, out)
    lines = report_calibrate(out, "en")
    table = store.read(out, "looks")
    assert set(table["village_id"]) == {1, 2, 3}
    assert set(table["check"]) == {check.id for check in (*calibrate.TARGETS, *calibrate.KEPT)}
    assert lines[0].startswith("Of 3 plausible villages")
    villages = store.read(out, "villages")
    assert villages["payment_lag"].max() <= 4


# --- The paper's tables ---


def test_verdicts() -> None:
    assert [claims.verdict(share) for share in (1, 0.8, 0.79, 0.21, 0.2, 0, np.nan)] == [
        "supported", "supported", "depends", "depends", "contradicted", "contradicted", "untestable"
    ]  # fmt: skip


def test_table4_lists_whom_the_scenario_negotiates_with() -> None:
    group = load_group("semangat72")
    rows = claims.table4(group, shipped("package_2019", GROUP))
    assert [row.what for row in rows if row.id == "agreement"] == [
        "Warung Amat", "Warung Gres", "Pesantren Al Mubarakah", "Pesantren Assanusi",
        "Kantin SMP Pesantren",
    ]  # fmt: skip
    assert {row.id for row in rows if "Kebon Jambu" in row.what} == {
        "submitted", "granted", "granted_in_a_year"
    }  # fmt: skip
    assert claims.table4(group, shipped("none", GROUP)) == ()


def test_an_agreement_is_one_that_stands() -> None:
    scenario = shipped("package_2019", GROUP)
    unreliable = Laboratory(GROUP, {"delivery_fail_prob": 0.4}, replications=20)
    scene = claims.Scene(unreliable, scenario)
    row = claims.table4(GROUP, scenario)[0]
    place = [outlet.id for outlet in GROUP.outlets].index("warung_amat")
    stands = scene.done.outlets("status")[:, 16, place] == 1
    ever = (scene.done.outlets("status")[:, :17, place] == 1).any(1)
    assert row.measure is not None
    assert row.measure(scene).true.tolist() == stands.astype(float).tolist()
    assert stands.sum() < ever.sum()  # some agree and stop again


def test_each_donor_has_numbers_of_its_own() -> None:
    scenario = shipped("everything", GROUP)
    scene = claims.Scene(Laboratory(GROUP, replications=40), scenario)
    rows = [row for row in claims.table4(GROUP, scenario) if row.id == "granted_in_a_year"]
    assert len(rows) == 2
    given = [row.measure(scene).true for row in rows if row.measure]
    any_grant = scene.done["grants_rp"][:, 51] > 0
    assert np.array_equal((given[0] + given[1]) > 0, any_grant)
    assert not np.array_equal(given[0], given[1])


def test_a_plan_with_nobody_to_ask_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="'none' visits no outlet"):
        claims.run_claims("table4", GROUP, shipped("none", GROUP), 2, 2, 0, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_another_result_is_not_destroyed(tmp_path: Path) -> None:
    plan = shipped("package_2019", GROUP)
    claims.run_claims("table4", GROUP, plan, 2, 1, 0, tmp_path / "out")
    with pytest.raises(FileExistsError, match="another command: table4"):
        claims.run_claims("table5", GROUP, plan, 2, 1, 0, tmp_path / "out")
    claims.run_claims("table4", GROUP, plan, 2, 1, 0, tmp_path / "out")


def test_what_a_scenario_sets_is_no_effect_of_its_activities() -> None:
    dear = shipped("none", GROUP).model_copy(update={"set": {"price_opak": 9_000}})
    scene = claims.Scene(Laboratory(GROUP, replications=10), dear)
    rose = next(row for row in claims.TABLE5 if row.id == "income_rose")
    assert rose.measure is not None
    assert rose.measure(scene).true.sum() == 0


def test_without_activities_nothing_grows() -> None:
    """A claim is judged against the same village left alone, so that time alone proves nothing."""
    lab = Laboratory(GROUP, replications=10)
    scene = claims.Scene(lab, shipped("none", GROUP))
    for row in claims.TABLE5:
        if row.id not in ("income_same", "access"):
            assert row.measure is not None
            assert row.measure(scene).true.sum() == 0, row.id
    package = replace(scene, scenario=shipped("package_2019", GROUP))
    proposal = next(row for row in claims.TABLE5 if row.id == "proposal")
    assert proposal.measure is not None
    assert proposal.measure(package).true.mean() > 0.8


@pytest.mark.parametrize("table", ["table4", "table5"])
def test_tables_in_both_languages(tmp_path: Path, table: claims.Table) -> None:
    out = tmp_path / "claims"
    claims.run_claims(table, GROUP, shipped("package_2019", GROUP), 3, 2, 0, out)
    lines = report_claims(out, "id")
    summary = pd.read_csv(out / "summary.csv")
    rows = claims.rows_of(table, GROUP, shipped("package_2019", GROUP))
    assert list(summary["row"]) == [row.id for row in rows]
    pages = [(out / f"{stem}{table[-1]}.md").read_text("utf-8") for stem in ("tabel", "table")]
    for page in pages:  # a head and a rule above the lines of each part
        parts = page.count("| --- | --- |\n")
        assert page.count("\n| ") == len(rows) + 2 * parts
    assert "Ini bukan ramalan" in pages[0]
    assert "not a forecast" in pages[1]
    assert "bukan ramalan" in lines[-1]
    measured = store.read(out, "claims")
    place = next(i for i, row in enumerate(rows) if row.measure and row.id != "access")
    mine = measured.loc[measured["row"] == place, "true"]
    assert summary.loc[place, "true"] == pytest.approx(mine.mean())


def test_contradictions_belong_to_the_group_of_the_paper() -> None:
    plan = shipped("package_2019", GROUP)
    names = [row.id for row in claims.rows_of("table5", GROUP, plan)]
    assert [name for name in names if name.startswith("X")] == [f"X{i}" for i in range(1, 23)]
    other = Group.model_validate({**GROUP.model_dump(), "id": "other"})
    assert claims.rows_of("table5", other, plan) == claims.TABLE5
