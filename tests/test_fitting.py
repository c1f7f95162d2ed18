"""Fitting and scoring against cases with known answers; a synthetic group; the command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from experiments import store
from experiments.advice import fit, scores
from experiments.advice.cashbook import CashBook, read_book
from experiments.advice.fit import Asked, draws, infer
from experiments.advice.fitted_group import write_group
from experiments.advice.past_forecast import scores_of_forecast
from experiments.advice.reference import Reference, live, weeks_of
from experiments.analysis import fitting, forecasts
from experiments.study import Point, Study, villages
from sim.parameters import ParameterError
from sim.scenario import Group, load_group, load_scenario, register_of
from tests.commands import call
from tests.repository import ROOT
from tests.worlds import CALM
from tests.worlds import live as lived

GROUP, SMALL, WEEKS = load_group(), load_group("contoh"), 26
REGISTER = register_of(GROUP)
PLAN = load_scenario("none")


# --- Statistics with known answers ---------------------------------------------------------------


@pytest.mark.parametrize("seen", [-1.2, 0.3, 2.0])
def test_a_normal_mean_has_its_known_posterior(seen: float) -> None:
    """Prior N(0, 1), nine values of variance 4: the mean of the values tells all."""
    luck = np.random.default_rng(0)
    runs, values, spread = 4_000, 9, 2.0
    truth = luck.standard_normal((runs, 2))  # the second number means nothing
    data = truth[:, :1] + spread * luck.standard_normal((runs, values))
    summary = np.stack([data.mean(1), data.std(1), data[:, -1]], axis=1)
    at = np.array([[seen, spread, seen]])
    told = fitting.expected(summary, truth, at, np.arange(runs))
    found = fitting.posterior(truth, told.reference, told.observed[0], told.explained)
    weight = 1 / (1 + spread**2 / values)
    exact = norm(weight * seen, np.sqrt(1 - weight))
    assert found.ranges()[0] == pytest.approx(exact.ppf([0.1, 0.5, 0.9]), abs=0.12)
    assert found.spread[0] == pytest.approx(exact.std(), abs=0.05)
    assert found.told.tolist() == [True, False]
    assert found.ranges()[1] == pytest.approx(norm.ppf([0.1, 0.5, 0.9]), abs=0.2)


def test_numbers_that_mean_nothing_are_hardly_ever_told() -> None:
    """Two hundred numbers beside summaries of noise, eight times."""
    told = 0
    for seed in range(8):
        luck = np.random.default_rng(seed)
        numbers, summary = luck.standard_normal((500, 200)), luck.standard_normal((500, 10))
        found = fitting.expected(summary[1:], numbers[1:], summary[:1], np.arange(499), seed)
        drawn = fitting.posterior(numbers[1:], found.reference, found.observed[0], found.explained)
        told += int(drawn.told.sum())
    assert told <= 10  # expected 8 * 200 / 1001 = 1.6; more than 10: one in a million


def test_few_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        fitting.posterior(np.zeros((5, 1)), np.zeros((5, 1)), np.zeros(1), np.ones(1))


def test_weighted_quantiles_are_those_of_repeated_values() -> None:
    values, times = np.array([[3.0], [1.0], [2.0]]), np.array([1, 2, 7])
    weighted = fitting.weighted_quantiles(values, times / 10, (0.1, 0.5, 0.9))[:, 0]
    assert weighted == pytest.approx([1.0, 1.889, 2.875], abs=0.001)
    even = fitting.weighted_quantiles(np.arange(101.0)[:, None], np.full(101, 1 / 101), (0.5,))
    assert even[0, 0] == pytest.approx(50)


def test_resampling_keeps_the_weights() -> None:
    weights = np.array([0.5, 0.25, 0.125, 0.125])
    counts = np.bincount(fitting.resampled(weights, 800, 3), minlength=4)
    assert np.abs(counts - 800 * weights).max() <= 1


def test_blanks_are_left_out_of_every_summary() -> None:
    """What is not written cannot matter; what is written does."""
    luck = np.random.default_rng(0)
    series = luck.poisson(20, (6, 10, 2)).astype(float)
    written = np.ones((10, 2), bool)
    written[[2, 7], 0] = False
    other = series.copy()
    other[:, [2, 7], 0] = 1e6
    scales = np.array([1.0, 1_000.0])
    made = [fitting.summaries(each, written, scales, [(0, 1)]) for each in (series, other)]
    assert np.array_equal(*made)
    other[:, 3, 0] += 1
    assert not np.array_equal(made[0], fitting.summaries(other, written, scales, [(0, 1)]))


def test_summaries_of_a_series_by_hand() -> None:
    values = np.array([[[0.0], [2.0], [4.0]]])
    mean, level, slope, spread, last, share = fitting.summaries(
        values, np.ones((3, 1), bool), np.zeros(1), []
    )[0]
    assert (mean, level, slope, last) == (2, 2, 2, 4)
    assert (spread, share) == (pytest.approx(np.sqrt(8 / 3)), pytest.approx(2 / 3))


def test_the_score_of_an_ensemble_is_that_of_its_distribution() -> None:
    """CRPS of a standard normal at y: y(2F(y) - 1) + 2f(y) - 1/sqrt(pi) (Gneiting 2007)."""
    futures = norm.ppf((np.arange(4_000) + 0.5) / 4_000)[:, None] + np.zeros(3)
    seen = np.array([-1.0, 0.0, 2.5])
    exact = seen * (2 * norm.cdf(seen) - 1) + 2 * norm.pdf(seen) - 1 / np.sqrt(np.pi)
    assert forecasts.crps(futures, seen) == pytest.approx(exact, abs=0.001)
    some = np.random.default_rng(0).normal(size=(7, 1))
    pairs = np.abs(some - some.T).mean()
    assert forecasts.crps(some, np.array([0.3]))[0] == pytest.approx(
        np.abs(some - 0.3).mean() - pairs / 2
    )


def test_weeks_inside_the_band_are_counted() -> None:
    futures = np.tile(np.linspace(0, 100, 101)[:, None], (1, 5))
    found = forecasts.inside(futures, np.array([50.0, 5.0, 95.0, np.nan, 96.0]))
    assert (found.weeks, found.inside, found.below, found.above) == (4, 1, 1, 2)
    scored = forecasts.score(futures, np.array([50.0, 5.0, np.nan, np.nan, np.nan]), 40.0)
    assert scored is not None
    assert (scored.weeks, scored.inside, scored.naive) == (2, 1, 22.5)
    assert forecasts.score(futures, np.full(5, np.nan), 40.0) is None


def test_what_the_futures_cannot_bring_about_is_seen() -> None:
    luck = np.random.default_rng(0)
    futures = luck.normal(size=(400, 20))
    ways = [forecasts.inside(futures, luck.normal(size=20)) for _ in range(8)]
    odd = forecasts.inside(futures, 3 + luck.normal(size=20))
    assert forecasts.cannot([*ways, odd]) == [False] * 8 + [True]


# --- Scores and files ----------------------------------------------------------------------------


def test_scores_are_standard_normal_and_turn_back() -> None:
    drawn = pd.DataFrame(villages(Study(GROUP, 1), 500).values())
    names = scores.drawn_names(REGISTER, drawn)
    made = scores.scores_of(REGISTER, drawn[names])
    assert np.abs(made.mean(0)).max() < 0.1
    again = scores.values_of(REGISTER, names, made)
    for name in names:
        assert again[name] == pytest.approx(drawn[name].tolist(), rel=1e-6), name
    extreme = scores.values_of(REGISTER, names, np.full((1, len(names)), 9.0))
    assert all(extreme[name][0] <= REGISTER[name].high + 1e-9 for name in names)


def test_a_written_group_is_read_back_as_it_is(tmp_path: Path) -> None:
    """8.886 would be read as 8886: a dot before three digits groups thousands."""
    ranges = {"demand_warung_opak": (1.125, 2.886, 3.5), "price_opak": (4_000.0, 5_000.0, 8_500.0)}
    group = write_group(GROUP, ranges, "why", tmp_path)
    row = register_of(group)["demand_warung_opak"]
    assert (row.low, row.default, row.high, row.source) == (1.125, 2.886, 3.5, "why")
    others = {n: r for n, r in register_of(group).items() if n not in ranges}
    assert others == {n: r for n, r in REGISTER.items() if n not in ranges}
    own = load_group("contoh")
    told = {
        "price_kue_lapis": (1_600.0, 1_900.0, 2_200.0),
        "distance_km_kantin_sd": (0.3, 0.6, 1.0),
    }
    rows = register_of(write_group(own, told, "why", tmp_path))
    assert [rows[name].default for name in told] == [1_900, 0.6]


def test_weeks_as_the_book_has_them() -> None:
    """Everybody comes, and a week without a session is nobody; nobody has left before it ends."""
    record = lived("none", 8, {**CALM, "exit_hazard": 0.2, "exit_unpaid_multiplier": 1})
    came, members = weeks_of(record, 20)[:, :2].T
    met = came[1:] > 0
    assert came[0] == 20 and 1 < met.sum() < 7 and members[-1] < 20
    assert came[1:][met].tolist() == members[:-1][met].tolist()


# --- A synthetic group ---------------------------------------------------------------------------


def booked(reference: Reference, group: Group) -> CashBook:
    """The records that the first village would have kept."""
    names = [
        name
        for k, name in enumerate(reference.names)
        if name != "members" and reference.weeks[0, :, k].any()
    ]
    series = pd.DataFrame(reference.of(names, 0, WEEKS - 1)[0], columns=names)
    return CashBook(series, group.start)


def synthetic(group: Group, **changed: float | int) -> CashBook:
    """Records of a group whose other numbers are the default ones."""
    study = Study(group, WEEKS, seed=5, replications=1)
    return booked(live(study, [Point(PLAN.id, PLAN, 1, changed)]), group)


@pytest.fixture(scope="module")
def reference() -> Reference:
    drawn = villages(Study(SMALL, WEEKS), 500)
    points = [Point(PLAN.id, PLAN, i, values) for i, values in drawn.items()]
    return live(Study(SMALL, WEEKS, replications=1), points)


@pytest.mark.parametrize("name", ["demand_warung_keripik_singkong", "attend_intercept"])
def test_half_a_year_tells_the_direction(reference: Reference, name: str) -> None:
    """A group that sells (or comes) much is told from one that hardly does."""
    register = register_of(SMALL)
    row, names = register[name], scores.drawn_names(register, reference.values)
    middles = []
    for value in (row.low, row.high):
        asked = Asked(SMALL, PLAN, synthetic(SMALL, **{name: value}), 500)
        found = infer(asked, reference, names)
        middles.append(draws(register, names, found)[name].mean())
    assert middles[0] < middles[1]


# --- The command ---------------------------------------------------------------------------------


def csv_of(book: CashBook, path: Path) -> Path:
    words = {"came": "hadir", "cash": "kas"}
    table = book.series.rename(
        columns=lambda n: words.get(n, n.replace("sold_", "terjual_").replace("paid_", "uang_"))
    )
    table.insert(0, "tanggal", [book.day(week) for week in table.index])
    table.to_csv(path, index=False, sep=";", decimal=",")
    return path


@pytest.fixture(scope="module", autouse=True)
def few_draws() -> Iterator[None]:
    """Fewer villages are lived again than in earnest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit, "DRAWS", 60)
        yield


RECORDS: Final = {"demand_warung_keripik_singkong": 11}


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("fit")
    csv_of(synthetic(SMALL, **RECORDS), home / "buku.csv")
    told = call("fit", home / "buku.csv", *ASKED, 300, "--out", home / "fit")
    assert told.code == 0, told.err
    return home


ASKED = ("--group", "contoh", "--villages")


def test_a_fit_leaves_what_it_tells_of(fitted: Path) -> None:
    out = fitted / "fit"
    words = (out / "ringkasan.txt").read_text("utf-8")
    assert "26 minggu dibaca" in words and "tidak bisa menjawab" in words
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    told = [row["parameter"] for row in summary["parameters"] if row["told"]]
    assert {"payment_lag", "n_outlets_init"} <= {*told}
    drawn = store.read(out, "villages")
    assert drawn["weight"].sum() == pytest.approx(1)
    before = register_of(SMALL)
    rows = register_of(load_group(out / f"{summary['fitted_group']}.yaml"))
    for name, row in rows.items():
        assert (row.source.startswith("semangat fit")) == (name in told), name
        assert before[name].low <= row.low <= row.high <= before[name].high, name
    assert {p.suffix for p in (out / "figures").iterdir()} == {".png", ".svg", ".csv"}
    checks = pd.DataFrame(summary["checks"])
    assert (checks["inside"] + checks["below"] + checks["above"] == checks["weeks"]).all()
    assert not checks["cannot"].any()  # the records are the model's own


def test_the_same_villages_are_not_lived_again(
    fitted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The records may change, and be fewer; villages, seed or plan may not."""
    before = store.read(fitted / "fit", "villages")
    lived = []

    def counted(study: Study, points: list[Point], workers: int = 0) -> Reference:
        lived.append(len(points))
        return live(study, points, workers)

    monkeypatch.setattr(fit, "live", counted)
    whole = read_book(fitted / "buku.csv", SMALL)
    asked = Asked(SMALL, load_scenario("none", SMALL), whole, 300)
    fit.run_fit(asked, fitted / "fit")
    assert lived == [60]
    assert store.read(fitted / "fit", "villages").equals(before)
    shorter = replace(asked, book=replace(whole, series=whole.series[:9]))
    fit.run_fit(shorter, fitted / "fit")
    assert lived == [60, 60]
    fit.run_fit(replace(shorter, seed=1), fitted / "fit")
    assert lived == [60, 60, 300, 60]


def test_an_earlier_forecast_is_scored(tmp_path: Path) -> None:
    """By hand, from the weekly table; the first week is the naive forecast."""
    small = ("--villages", 20, "--replications", 1, "--weeks", 12, "--out", tmp_path)
    assert call("run", "none", "--group", "contoh", *small).code == 0
    book = synthetic(SMALL, **RECORDS)
    table = scores_of_forecast(tmp_path, book, "none").set_index("series")
    seen = book.series["cash"].to_numpy()[1:12]
    weekly = store.read(tmp_path, "weekly")
    futures = weekly.pivot(index="village_id", columns="week", values="cash").to_numpy()[:, 1:]
    low, high = np.quantile(futures, [0.1, 0.9], axis=0)
    assert table.loc["cash", "weeks"] == 11
    assert table.loc["cash", "inside"] == ((low <= seen) & (seen <= high)).sum()
    assert table.loc["cash", "naive"] == pytest.approx(np.abs(seen - book.series["cash"][0]).mean())
    assert table.loc["cash", "error"] == pytest.approx(forecasts.crps(futures, seen).mean())
    later = replace(book, series=book.series.set_axis(book.series.index + 100))
    with pytest.raises(ParameterError, match="no week of the records"):
        scores_of_forecast(tmp_path, later, "none")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fit",), "--template"),
        (("fit", "none.csv"), "none.csv"),
        (("fit", "buku.csv", "--scenario", "package"), "no scenario has this name"),
        (("fit", "buku.csv", "--forecast", "nowhere"), "holds no forecast"),
        (("fit", "buku.csv", "--villages", 10), "--villages"),
        (("fit", "buku.csv", "--out", "other"), "holds other things"),
        (("fit", "--template", "buku.csv"), "sudah ada"),
        (("run", "none", "--fit", "fit"), "--from"),
        (("run", "none", "--from", "buku.csv", "--fit", "other"), "holds no fit"),
        (("run", "none", "--from", "buku.csv", "--set", "burn_in_weeks=3"), "burn_in_weeks"),
    ],
)  # fmt: skip
def test_mistakes_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[object, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("buku.csv").write_text("tanggal;kas\n2019-08-23;300000\n")
    Path("other").mkdir()
    Path("other/draft.txt").write_text("a")
    told = call(*words)
    assert told.code == 2 and said in told.err, told.err
    assert {path.name for path in tmp_path.rglob("*")} == {"buku.csv", "other", "draft.txt"}


def test_a_template_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("fit", "--template", "--group", "contoh").code == 0
    assert "terjual_warung_mawar" in Path("buku_kas_contoh.csv").read_text("utf-8-sig")
    assert call("fit", "--template", "--group", "contoh").code == 2


def test_the_commands_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they stand, with few villages."""
    page = (ROOT / "docs/fit.md").read_text("utf-8")
    commands = re.findall(r"^semangat .*$", page, re.MULTILINE)
    assert [line.split()[1] for line in commands] == ["fit", "run", "fit", "run"]
    monkeypatch.chdir(tmp_path)
    for line in commands[1:]:  # the first is the beginning of the third
        words = line.replace("docs/examples", str(ROOT / "docs/examples")).split()[1:]
        few = ["--villages", "200"] if words[0] == "fit" else ["--villages", "4", "--weeks", "8"]
        told = call(*words, *few)
        assert told.code == 0, told.err
    assert commands[2].startswith(commands[0])
    made = {path.name for path in Path("results/fit").iterdir()}
    assert {"ringkasan.txt", "contoh_buku.yaml", "summary.csv", "figures", "tables"} <= made
