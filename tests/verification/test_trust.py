"""The numbers of docs/validation.md are those of this model: some measured anew, to the digit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import store
from experiments.report import report_ablations, report_calibrate, report_claims, report_validate
from experiments.trust_page import REFERENCE
from experiments.validation import ablations, calibrate, claims
from experiments.validation.laboratory import shipped
from experiments.validation.validate import run_validate
from tests.worlds import GROUP

MADE = store.read_json(REFERENCE / "made.json")


def asked(command: str) -> tuple[int, int, int]:
    question = MADE[command]["question"]
    return question["villages"], question["replications"], question["seed"]


def test_the_default_village_has_the_numbers_of_the_page(tmp_path: Path) -> None:
    run_validate(GROUP, 0, 1, asked("validate")[2], tmp_path / "out")
    report_validate(tmp_path / "out", "en")
    columns = ["check", "value", "error", "knock_out"]
    mine, kept = (
        pd.read_csv(path)[columns]
        for path in (tmp_path / "out" / "summary.csv", REFERENCE / "validation.csv")
    )
    pd.testing.assert_frame_equal(mine, kept, rtol=1e-9)


@pytest.mark.parametrize("table", ["table4", "table5"])
def test_the_papers_tables_are_those_of_the_page(tmp_path: Path, table: claims.Table) -> None:
    out = tmp_path / table
    claims.run_claims(table, GROUP, shipped("package_2019", GROUP), *asked(table), out)
    report_claims(out, "id")
    mine, kept = (pd.read_csv(path) for path in (out / "summary.csv", REFERENCE / f"{table}.csv"))
    pd.testing.assert_frame_equal(mine, kept, rtol=1e-9)


def test_a_small_calibration_finds_what_the_page_tells_most(tmp_path: Path) -> None:
    """In a sixth of the villages the number told most about stands out already."""
    calibrate.run_calibrate(GROUP, asked("calibrate")[0] // 6, 20, 1, tmp_path / "out")
    report_calibrate(tmp_path / "out", "en")
    found = store.read_json(tmp_path / "out" / "summary.json")["parameters"]
    kept = store.read_json(REFERENCE / "calibration.json")["parameters"]
    assert kept[0]["name"] in {row["name"] for row in found[:2]}


def test_a_small_ablation_says_what_the_page_says(tmp_path: Path) -> None:
    """With a quarter of the villages and another seed, each share within five standard errors."""
    plans = [shipped(name, GROUP) for name in ablations.STRATEGIES]
    ablations.run_ablations(GROUP, plans, 50, 5, 1, tmp_path / "out")
    report_ablations(tmp_path / "out", 1_000, "en")
    mine, kept = (
        store.read_json(path)
        for path in (tmp_path / "out" / "summary.json", REFERENCE / "ablation.json")
    )
    for form in ablations.ABLATIONS[1:]:
        passing = [
            each["left"]["full"]["mean"] - each["left"][form]["mean"] for each in (mine, kept)
        ]
        assert abs(passing[0] - passing[1]) < 5 * np.hypot(
            *(e["error"][form] for e in (mine, kept))
        )
