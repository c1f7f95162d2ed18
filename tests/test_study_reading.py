"""What is read from a study: numbers with known answers, and the right figures and words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import qmc, sobol_indices

from experiments.analysis import recovery, responses, sensitivity
from experiments.messages import rupiah
from experiments.studies import executors, reading, recovering
from experiments.studies.sweep import run_study
from tests.studies import kept, plan

ONE = executors.threads(1)


# --- Sobol' indices of a function whose indices are known ----------------------------------------


def ishigami(points: int) -> tuple[pd.DataFrame, pd.Series[float]]:
    """A design and the results of Ishigami's function (a = 7, b = 0.1)."""
    both = 2 * np.pi * qmc.Sobol(6, rng=1).random(points) - np.pi
    a, b = both[:, :3], both[:, 3:]
    matrices = {"A": a, "B": b}
    matrices |= {f"x{i + 1}": np.where(np.arange(3) == i, b, a) for i in range(3)}
    rows = []
    for matrix, x in matrices.items():
        y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
        rows += [(f"{matrix}{row}", matrix, row, value) for row, value in enumerate(y)]
    table = pd.DataFrame(rows, columns=["point_id", "matrix", "row", "y"])
    return table.drop(columns="y"), table.set_index("point_id")["y"]


def test_sobol_indices_of_ishigami() -> None:
    table = sensitivity.sobol(*ishigami(2_048)).set_index("input")
    for name, first, total in (("x1", 0.314, 0.558), ("x2", 0.442, 0.442), ("x3", 0, 0.244)):
        assert table.loc[name, "first"] == pytest.approx(first, abs=0.03)
        assert table.loc[name, "total"] == pytest.approx(total, abs=0.03)
        assert table.loc[name, "total_lo"] < total < table.loc[name, "total_hi"]
    assert list(table.index) == ["x1", "x2", "x3"]
    assert not sensitivity.too_small(table.reset_index())


def test_the_same_as_scipy() -> None:
    design, results = ishigami(64)
    table = sensitivity.sobol(design, results).set_index("input").sort_index()
    wide = design.assign(y=results.to_numpy()).pivot(index="row", columns="matrix", values="y")
    wide -= wide[["A", "B"]].to_numpy().mean()
    values = {"f_A": wide["A"].to_numpy()[None], "f_B": wide["B"].to_numpy()[None],
              "f_AB": wide[["x1", "x2", "x3"]].to_numpy().T[:, None]}  # fmt: skip
    theirs = sobol_indices(func=values, n=64)
    assert np.allclose(table["first"], theirs.first_order)
    assert np.allclose(table["total"], theirs.total_order)


def test_a_small_sample_is_called_small() -> None:
    table = sensitivity.sobol(*ishigami(8))
    assert sensitivity.too_small(table)
    assert sensitivity.needed(table) > 8
    assert np.log2(sensitivity.needed(table)) % 1 == 0


def test_rows_without_a_result_are_left_out() -> None:
    design, results = ishigami(256)
    table = sensitivity.sobol(design, results.drop("B3"))
    assert (table["rows"] == 255).all()
    assert not len(sensitivity.sobol(design, results * 0))


def test_a_tornado_by_hand() -> None:
    values = np.linspace(0, 1, 101)
    design = pd.DataFrame({"point_id": np.arange(101), "a": values, "b": values[::-1], "c": 1.0})
    results = pd.Series(10 * values, index=np.arange(101))
    table = sensitivity.tornado(design, results, ["a", "b", "c"]).set_index("parameter")
    assert table.loc["a", "at_low"] == pytest.approx(1.0)
    assert table.loc["a", "at_high"] == pytest.approx(9.0)
    assert table.loc["b", "at_low"] == pytest.approx(9.0)
    assert "c" not in table.index


# --- Responses by hand ---------------------------------------------------------------------------


def test_gains_are_paired_by_point_and_village() -> None:
    rows = [
        (name, point, village, luck, 100 * (point == "p2") + 10 * village + luck + more)
        for name, more in (("none", 0), ("plan", 5))
        for point in ("p1", "p2")
        for village in (1, 2)
        for luck in (0, 2)
    ]
    columns = ["scenario_id", "point_id", "village_id", "replication_id", "y"]
    villages = responses.by_village(pd.DataFrame(rows, columns=columns), "y", "none")
    assert set(villages.loc[villages["scenario_id"] == "plan", "gain"]) == {5.0}
    assert set(villages.loc[villages["scenario_id"] == "none", "gain"]) == {0.0}
    design = pd.DataFrame({"point_id": ["p1", "p2"], "x": [1, 2]})
    table = responses.cells(villages, design, ["x"]).set_index(["x", "scenario_id"])
    assert table.loc[(2, "none"), "value"] == 100 + 15 + 1
    assert table.loc[(1, "plan"), "gain"] == 5


def test_stability_doubles_and_knows_its_error() -> None:
    gains = np.random.default_rng(1).normal(1_000, 200, 100)
    villages = pd.DataFrame({"scenario_id": "plan", "village_id": range(100), "gain": gains})
    table = responses.stability(villages, "plan")
    assert list(table["n"]) == [10, 20, 40, 80, 100]
    last = table.iloc[-1]
    assert last["mean"] == pytest.approx(gains.mean())
    assert last["error"] == pytest.approx(gains.std(ddof=1) / 10)
    assert responses.enough(last["error"], 100, 1.96 * last["error"]) == 100
    assert responses.enough(last["error"], 100, 1.96 * last["error"] / 2) == 400


def shocked(usual: np.ndarray, struck: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Runs [village, week] without and with a shock, one for each village, and their design."""
    rows = [
        {"scenario_id": "none", "point_id": point, "village_id": village, "replication_id": 0,
         "x_weekly": weeks}
        for point, values in (("a", usual), ("b", struck))
        for village, weeks in enumerate(values)
    ]  # fmt: skip
    return pd.DataFrame(rows), pd.DataFrame({"point_id": ["a", "b"], "shock": ["none", "ill"]})


def test_recovery_by_hand() -> None:
    usual, struck = np.full((1, 12), 100.0), np.full((1, 12), 100.0)
    struck[:, 4:6] = 40
    (pair,) = recovery.pairs(*shocked(usual, struck), "x")
    ratios = recovery.ratios(pair)
    by_week = ratios.set_index("week")["ratio"]
    assert by_week[3] == 1
    assert by_week[5] == pytest.approx((100 + 40 + 40) / 300)
    assert by_week[8] == 1
    assert recovery.weeks_until_well(ratios, 6) == 2
    assert np.isnan(recovery.weeks_until_well(ratios.assign(ratio=0.5), 6))
    assert recovery.lost(pair, 4)[0] == pytest.approx(1.2)
    assert ratios[["lo", "hi"]].isna().all(axis=None)  # one village tells nothing of others


def test_a_rebound_is_no_recovery() -> None:
    """Late pay comes at once, then less than usual: well only when it stays so."""
    ratios = pd.DataFrame({"week": range(10, 18), "ratio": [1.8, 0.9, 0.9, 0.96, 0.9, 1, 0.97, 1]})
    assert recovery.weeks_until_well(ratios, 10) == 5
    assert np.isnan(recovery.weeks_until_well(ratios[:5], 10))
    assert recovery.weeks_until_well(ratios[5:], 15) == 0


def test_the_band_keeps_pairs_and_what_comes_late_is_no_loss() -> None:
    luck = np.random.default_rng(3)
    usual = luck.uniform(50, 150, (40, 1)) * np.ones((40, 10))
    struck = usual.copy()
    struck[:, 3] = 0
    struck[:, 6] *= 1.5
    (pair,) = recovery.pairs(*shocked(usual, struck), "x")
    ratios = recovery.ratios(pair, seed=1).set_index("week")
    assert ratios.loc[4, "lo"] == pytest.approx(2 / 3)  # however villages differ
    assert ratios.loc[4, "hi"] == pytest.approx(2 / 3)
    assert recovery.lost(pair, 3) == pytest.approx((0.5, 0.5, 0.5))
    struck[:, 3] = usual[:, 3] * luck.uniform(0, 1, 40)
    (pair,) = recovery.pairs(*shocked(usual, struck), "x")
    ratios = recovery.ratios(pair, seed=1).set_index("week")
    assert ratios.loc[4, "lo"] < ratios.loc[4, "ratio"] < ratios.loc[4, "hi"]
    assert ratios.equals(recovery.ratios(pair, seed=1).set_index("week"))


def test_a_run_without_its_counterpart_is_left_out() -> None:
    runs, design = shocked(np.full((3, 6), 100.0), np.full((3, 6), 50.0))
    (pair,) = recovery.pairs(runs.drop(index=1).reset_index(drop=True), design, "x")
    assert len(pair.struck) == len(pair.usual) == 2
    assert recovery.pairs(runs[:3], design, "x") == []


@pytest.mark.parametrize(
    ("strike", "said"),
    [
        ({}, "hardly anything is lost."),
        ({4: -100.0, 5: -100.0, 6: -100.0}, "at worst -100 of 100, which is a loss; nearly well, "
         "and it stays so, 2 weeks after it ends; in all 6 weeks' worth is lost."),
        ({11: 0.0}, "at worst 67 of 100 are left; not well again by the last week (11); "
         "in all 1 weeks' worth is lost."),
    ],
)  # fmt: skip
def test_words_on_a_shock(strike: dict[int, float], said: str) -> None:
    usual = np.full((1, 12), 100.0)
    struck = usual.copy()
    for week, value in strike.items():
        struck[:, week] = value
    (pair,) = recovery.pairs(*shocked(usual, struck), "x")
    loss, low, high = recovery.lost(pair, 4)
    table = recovery.ratios(pair).assign(first=4, end=7, lost=loss, lost_lo=low, lost_hi=high)
    assert recovering._sentence(table, "Ill", "Plan", "en") == f"Ill, Plan: {said}"


# --- How sure it is ------------------------------------------------------------------------------


def test_cells_that_cannot_be_told_apart() -> None:
    luck = np.random.default_rng(5)
    village = luck.normal(0, 1_000, (60, 1))
    cells = village + np.array([0, 90, 100, -500]) + luck.normal(0, 50, (60, 4))
    assert list(responses.alike(cells, 2)) == [False, True, True, False]
    assert responses.alike(cells, 2, seed=1)[1]
    assert not responses.alike(cells[:, [0, 3]], 0)[1]  # villages differ more, but pairs do not


def test_a_tornado_knows_its_chance() -> None:
    luck = np.random.default_rng(2)
    values = luck.random((60, 30))
    names = [f"x{k}" for k in range(30)]
    design = pd.DataFrame(values, columns=names).assign(point_id=np.arange(60))
    results = pd.Series(10 * values[:, 0] + luck.normal(0, 1, 60))
    table = sensitivity.tornado(design, results, names).set_index("parameter")
    assert list(table.index[table["sure"]]) == ["x0"]
    assert (table["at_low_lo"] < table["at_low"]).all()
    lower = results[values[:, 0] <= np.quantile(values[:, 0], 0.2)]
    half = 2.2010 * lower.std() / np.sqrt(12)  # Student's t, 11 degrees of freedom
    assert table.loc["x0", "at_low_hi"] == pytest.approx(lower.mean() + half, rel=1e-4)
    few = sensitivity.tornado(design[:12], results[:12], names)
    assert not few["sure"].all()


# --- Reports -------------------------------------------------------------------------------------

SHOCK = {"kind": "officer_illness", "week": 1, "weeks": 2}
CASES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "one number": ({}, {"lines"}),
    "two numbers": (
        {"parameters": {"payment_lag": [0, 2], "price_opak": [5_000, 8_000]}},
        {"map_only_fgd"},
    ),
    "a choice": (
        {"parameters": {"division_rule": ["equal", "attendance"]}},
        {"dots_division_rule"},
    ),
    "a number and a form": (
        {"levers": {"alternatives": ["trust_form"]}},
        {"panels_1", "lines_payment_lag", "dots_alternative"},
    ),
    "shocks": (
        {"parameters": {}, "levers": {"shocks": {"ill": [SHOCK]}}, "weekly": ["net_income"],
         "weeks": 12},
        {"dots_shock", "recovery"},
    ),
    "partners and timing": (
        {"parameters": {}, "levers": {"partners": [[], ["warung_lama"]], "shift": {"fgd": [0, 2]}}},
        {"panels_1", "dots_partners", "lines_shift_fgd"},
    ),
    "many villages": ({"villages": 24, "replications": 1}, {"lines", "enough"}),
    "a hypercube": (
        {"parameters": {"payment_lag": None, "price_opak": None}, "design": "lhs", "points": 24,
         "villages": 0},
        {"curves", "tornado"},
    ),
    "indices": (
        {"parameters": {"price_bolu": None, "price_opak": None}, "design": "sobol", "points": 16,
         "villages": 0, "weeks": 8, "scenarios": ["none", "package_2019"]},
        {"sobol", "tornado"},
    ),
    "alone": ({"scenarios": ["none"]}, {"lines"}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_each_sort_of_study_is_read(tmp_path: Path, case: str, lang: str) -> None:
    keys, figures = CASES[case]
    if lang == "en" and case not in ("a number and a form", "indices", "shocks"):
        pytest.skip("one of each is enough")
    out = run_study(plan(**{"windows": {}, **keys}), tmp_path / "out", ONE).out
    lines = reading.report(out, lang)
    made = {path.stem for path in (out / "figures").glob("*.png")}
    assert made == figures
    words = out / ("ringkasan.txt" if lang == "id" else "summary.txt")
    assert words.read_text("utf-8").splitlines() == lines
    assert "makalah" in lines[-1] or "paper" in lines[-1]


def test_the_words_hold_the_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MARGIN", 0.0)
    study = plan(villages=3, parameters={"payment_lag": [0, 4]}, weeks=26, windows={})
    out = run_study(study, tmp_path / "out", ONE).out
    said = reading.report(out, "en")[0]
    runs = kept(out).merge(pd.read_parquet(out / "tables" / "design.parquet"), on="point_id")
    means = runs.groupby(["scenario_id", "payment_lag", "village_id"])["net_income"].mean()
    gains = (means["only_fgd"] - means["none"]).groupby("payment_lag").median()
    assert rupiah(gains.max(), "en") in said
    assert rupiah(gains.min(), "en") in said
    assert said.endswith("Plausible villages: 3, too few to say how sure this is.")


@pytest.mark.parametrize(
    ("same", "said"),
    [
        ([0, 0, 0], "“Outlets pay after … weeks” = 0; least"),
        ([0, 1, 0], "Yet “Outlets pay after … weeks” = 2 cannot be told apart from it."),
        ([1, 1, 0], "cannot be told apart; there are too few"),
    ],
)
def test_the_best_place_is_told_with_its_rivals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, same: list[int], said: str
) -> None:
    """same: the middle and the best are alike, ...; the cells are those of payment_lag 0, 2, 4."""
    study = plan(villages=6, parameters={"payment_lag": [0, 2, 4]}, weeks=20, windows={})
    out = run_study(study, tmp_path / "out", ONE).out
    asked: list[int] = []

    def alike(table: np.ndarray, best: int, seed: int) -> np.ndarray:
        asked.extend((len(table), table.shape[1]))
        least = int(np.argmin(np.median(table, axis=0)))
        (middle,) = {0, 1, 2} - {best, least}
        mine = np.zeros(3, bool)
        mine[[best, middle, least]] = True, bool(same[1]), bool(same[0])
        return mine

    monkeypatch.setattr(responses, "alike", alike)
    monkeypatch.setattr(reading, "MARGIN", 0.0)
    line = reading.report(out, "en")[0]
    assert asked == [6, 3]
    assert said in line
    assert same[1] or "cannot" not in line


def test_a_tornado_of_few_points_says_so(tmp_path: Path) -> None:
    study = plan(parameters={"payment_lag": None, "price_opak": None}, design="lhs", points=24,
                 villages=0, weeks=8, windows={})  # fmt: skip
    out = run_study(study, tmp_path / "out", ONE).out
    words = reading.report(out, "en")
    table = pd.read_csv(out / "figures" / "tornado.csv")
    unsure = int((~table["sure"]).sum())
    assert (table["at_low_lo"] <= table["at_low_hi"]).all()
    told = [line for line in words if line.startswith("Caution: 24 points are too few")]
    assert bool(told) == bool(unsure)
    assert sum("This may be chance." in line for line in words) == unsure
