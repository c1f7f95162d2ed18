"""Conditions under which something fails: planted boxes are found, luck is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.analysis import boxes, discovery
from experiments.analysis.boxes import Condition, cases_of, merit, search
from experiments.analysis.discovery import discover, fewest, rates_of, steady
from experiments.analysis.luck import chances_below, luck_at
from experiments.analysis.smoothing import Ridge
from tests.boxed import INSIDE, OUTSIDE, boxed, noise, planted, villages

# --- Boxes ---------------------------------------------------------------------------------------


def test_a_condition_is_an_interval_or_words() -> None:
    values = pd.Series([1.0, 2.0, 3.0])
    assert Condition("x", 2.0).holds(values).tolist() == [False, True, True]
    assert Condition("x", high=2.0).holds(values).tolist() == [True, False, False]
    words = pd.Series(["a", "b", "c"])
    assert Condition("x", among=("a", "c")).holds(words).tolist() == [True, False, True]


def test_slices_hold_equal_parts_and_ends_lie_between_values() -> None:
    values = pd.DataFrame({"x": np.arange(100.0), "same": 1, "few": np.arange(100) % 3})
    cases = cases_of(values)
    assert cases.names == ("x", "few")
    assert np.bincount(cases.codes[:, 0]).tolist() == [5] * boxes.SLICES
    assert cases.ends[0][:2].tolist() == [4.5, 9.5]
    assert cases.ends[1].tolist() == [0.5, 1.5]
    assert cases.codes[:, 1].tolist() == values["few"].tolist()


def test_merit_is_the_z_of_a_binomial_test_for_each_case() -> None:
    fails = np.array([1.0] * 30 + [0.0] * 70)
    inside = np.arange(100) < 40
    by_hand = (30 / 40 - 0.3) / np.sqrt(0.3 * 0.7) * np.sqrt(0.4)
    assert merit(fails, inside) == pytest.approx(by_hand)
    assert merit(fails, np.zeros(100, bool)) == 0
    assert merit(np.ones(100), inside) == 0


def brute(values: pd.Series, fails: np.ndarray, least: int) -> float:
    """The best merit of any interval of one number, by trying all between slices."""
    ends = [-np.inf, *cases_of(values.to_frame()).ends[0], np.inf]
    return max(
        merit(fails, inside)
        for i, low in enumerate(ends)
        for high in ends[i + 1 :]
        if least <= (inside := Condition("x", low, high).holds(values)).sum() < len(fails)
    )


def test_with_one_number_no_interval_is_better_than_the_one_found() -> None:
    for seed in range(5):
        values = villages(seed, 300)[["p0"]]
        fails = boxed(values, (values["p0"] > 0.3) & (values["p0"] < 0.6), seed)
        cases = cases_of(values)
        (box,) = search(cases, fails, np.arange(300), 1, 15)
        found = merit(fails, cases.inside(box))
        assert found >= brute(values["p0"], fails, 15) / boxes.PLAIN


def test_every_box_has_so_many_conditions_and_cases() -> None:
    values, fails = planted(1)
    cases = cases_of(values)
    found = search(cases, fails, np.arange(400), 3, 60)
    assert [len(box) for box in found] == [1, 2, 3]
    assert all(cases.inside(box).sum() >= 60 for box in found)
    assert search(cases, np.ones(400), np.arange(400), 3, 20) == []


def test_words_and_whole_numbers_are_found_as_they_are() -> None:
    luck = np.random.default_rng(3)
    values = villages(3)
    values["rule"] = luck.choice(["equal", "attendance", "officer_bonus"], 400)
    values["outlets"] = luck.integers(0, 3, 400)
    fails = boxed(values, values["rule"].isin(["equal", "officer_bonus"]) & values["outlets"].lt(2),
                  3)  # fmt: skip
    cases = cases_of(values)
    found = cases.conditions(search(cases, fails, np.arange(400), 2, 20)[1])
    rules = {each.name: each for each in found}
    assert set(rules) == {"rule", "outlets"}
    assert set(rules["rule"].among) == {"equal", "officer_bonus"}
    assert rules["outlets"].high == 1.5
    told = np.logical_and.reduce([each.holds(values[each.name]) for each in found])
    assert merit(fails, told) == merit(fails, cases.inside(search(cases, fails, np.arange(400), 2,
                                                                  20)[1]))  # fmt: skip


# --- Regress first -------------------------------------------------------------------------------


def test_ridge_is_that_of_scikit_learn() -> None:
    from sklearn.linear_model import RidgeCV

    from experiments.analysis.smoothing import PENALTIES

    luck = np.random.default_rng(4)
    numbers = luck.normal(size=(80, 5))
    outcome = numbers @ [2, -1, 0, 0, 0.5] + luck.normal(size=80)
    model = RidgeCV(PENALTIES[:, 0]).fit(numbers, outcome)
    assert Ridge(numbers).fitted(outcome) == pytest.approx(model.predict(numbers), abs=0.02)
    assert Ridge(numbers).fitted(np.ones(80)) == pytest.approx(np.ones(80))


# --- Luck ----------------------------------------------------------------------------------------


def test_without_luck_a_village_fails_or_does_not() -> None:
    means = np.array([1.0, 2.0, 3.0])
    none, unknown, runs = np.zeros(3), np.full(3, np.nan), np.full(3, 5.0)
    assert chances_below(means, none, runs, 2.5).tolist() == [1, 1, 0]
    assert chances_below(means, unknown, np.ones(3), 2.5).tolist() == [1, 1, 0]
    assert chances_below(np.ones(3), unknown, runs, 2.5).tolist() == [1, 1, 1]


def test_luck_that_grows_with_the_mean_is_found() -> None:
    luck = np.random.default_rng(5)
    means = luck.uniform(0, 10, 2_000)
    variances = (1 + means) ** 2 * luck.chisquare(4, 2_000) / 4
    assert luck_at(np.array([2.0, 8.0]), means, variances) == pytest.approx([3, 9], rel=0.1)


def test_chances_are_right_as_often_as_they_say() -> None:
    """Of the villages that fail with a chance about 0.2, two in ten truly do; likewise others."""
    luck = np.random.default_rng(6)
    truth = luck.lognormal(7.6, 1.1, 4_000) - 900
    spread = np.maximum(500, 600 + 0.6 * truth)
    runs = truth[:, None] + spread[:, None] * (luck.gamma(4, 1, (4_000, 5)) - 4) / 2
    means = runs.mean(1)
    chance = chances_below(means, runs.var(1, ddof=1), np.full(4_000, 5.0), 1_000.0)
    fails = truth < 1_000
    assert chance.mean() == pytest.approx(fails.mean(), abs=0.02)
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        mine = (chance >= low) & (chance < low + 0.2)
        assert fails[mine].mean() == pytest.approx(chance[mine].mean(), abs=0.08)
    raw = (means < 1_000).astype(float)
    assert ((chance - fails) ** 2).mean() < 0.8 * ((raw - fails) ** 2).mean()


# --- Found, or not -------------------------------------------------------------------------------


def test_rates_by_hand() -> None:
    fails = np.array([1.0, 1, 1, 0, 1, 0, 0, 0, 0, 0])
    inside = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], bool)
    found = rates_of(fails, inside)
    assert (found.base.value, found.coverage.value, found.density.value) == (0.4, 0.75, 0.75)
    assert found.width == 0.4
    assert found.base.error == pytest.approx(np.sqrt(0.4 * 0.6 / 10))
    assert found.density.error == pytest.approx(np.sqrt(0.75 * 0.25 / 4))
    assert found.coverage.error == pytest.approx(np.sqrt(0.75 * 0.25 / 4))


def test_a_planted_box_is_found_with_its_coverage_and_density() -> None:
    values, fails = planted(7, 800)
    found = discover(values, fails, shuffles=19)
    assert found.why_not == ""
    told = {each.name: each for each in found.boxes[1]}
    assert set(told) == {"p2", "p7"}
    assert told["p2"].high == pytest.approx(0.4, abs=0.06)
    assert told["p7"].low == pytest.approx(0.5, abs=0.06)
    assert told["p2"].low == -np.inf and told["p7"].high == np.inf
    rates = found.rates[1]
    failing = 0.2 * INSIDE + 0.8 * OUTSIDE
    assert rates.density.value == pytest.approx(INSIDE, abs=4 * rates.density.error)
    assert rates.coverage.value == pytest.approx(
        0.2 * INSIDE / failing, abs=4 * rates.coverage.error
    )
    assert found.chosen == 2 and found.again[1] == {"p2": 5, "p7": 5}
    assert found.by_luck == pytest.approx(1 / 20)
    assert found.inside.mean() == pytest.approx(rates.width)
    widths = [each.width for each in found.wider]
    assert widths == sorted(widths, reverse=True)


def test_the_same_seed_finds_the_same() -> None:
    values, fails = planted(8, 150)
    one, other = (discover(values, fails, seed=3, shuffles=2) for _ in range(2))
    assert one.boxes == other.boxes and one.rates == other.rates and one.by_luck == other.by_luck


def test_luck_yields_no_conditions() -> None:
    """The rate over 200 seeds is measured in tests/verification."""
    found = [discover(*noise(seed, 120), shuffles=19) for seed in range(4)]
    assert [each.why_not for each in found] == ["luck"] * 4
    assert all(each.shuffles < 19 and each.by_luck > discovery.BY_LUCK for each in found)
    assert all(each.box == () for each in found)


def test_counts_are_of_villages_the_box_was_not_found_on() -> None:
    """In pure luck the box looks dense where it was found, and is not elsewhere."""
    inside, outside = [], []
    for seed in range(10):
        values, fails = noise(seed)
        cases, found = cases_of(values), discover(values, fails, shuffles=1)
        box = search(cases, fails, np.arange(200), 3, 10)[-1]
        inside.append(fails[cases.inside(box)].mean() - fails.mean())
        outside.append(found.rates[-1].density.value - fails.mean())
    assert np.mean(inside) > 0.15
    assert np.nanmean(outside) < 0.08


@pytest.mark.parametrize(
    ("count", "failing", "why"),
    [(59, 30, "few"), (100, 19, "none_fail"), (100, 81, "all_fail"), (100, 0, "none_fail")],
)
def test_where_nothing_can_be_told(count: int, failing: int, why: str) -> None:
    fails = (np.arange(count) < failing).astype(float)
    assert discover(villages(1, count), fails).why_not == why


def test_villages_that_are_all_alike() -> None:
    fails = (np.arange(100) < 40).astype(float)
    assert discover(pd.DataFrame({"x": np.ones(100)}), fails).why_not == "nothing_varies"
    with pytest.raises(ValueError, match="a chance of failing for each"):
        discover(villages(1, 5), fails)
    with pytest.raises(ValueError, match="a condition at least"):
        discover(villages(1, 100), fails, most=0)


def test_ties_everywhere_are_no_trouble() -> None:
    """Numbers with two values only, of which one tells a little."""
    luck = np.random.default_rng(9)
    values = pd.DataFrame(luck.integers(0, 2, (300, 6)), columns=list("abcdef"))
    fails = (luck.random(300) < np.where(values["c"] == 1, 0.8, 0.2)).astype(float)
    found = discover(values, fails, shuffles=19)
    assert [(each.name, each.low) for each in found.boxes[0]] == [("c", 0.5)]
    assert found.chosen == 1


def test_fewer_conditions_are_told_when_they_are_nearly_as_good() -> None:
    luck = np.random.default_rng(10)
    fails = (luck.random(400) < 0.5).astype(float)
    good = fails.astype(bool) ^ (luck.random(400) < 0.1)
    nearly = good.copy()
    one, other = np.flatnonzero(good & (fails == 1))[0], np.flatnonzero(~good & (fails == 1))[0]
    nearly[[one, other]] = ~nearly[[one, other]]  # gains one failing village, loses another
    poor = fails.astype(bool) ^ (luck.random(400) < 0.4)
    again = [{0: 5}, {0: 5, 1: 4}]
    assert fewest(fails, [nearly, good], again) == 1
    assert fewest(fails, [poor, good], again) == 2
    assert fewest(fails, [nearly, good], [{0: 2}, again[1]]) == 2
    assert [steady(each) for each in ({0: 3}, {0: 2}, {0: 5, 1: 2}, {})] == [
        True, False, False, False
    ]  # fmt: skip


def test_the_box_is_about_that_of_ema_workbench() -> None:
    """The peeling of PRIM, against the library of Kwakkel (2017) where it is installed."""
    prim = pytest.importorskip("ema_workbench.analysis.prim")
    values, fails = planted(11, 800)
    box = prim.Prim(values, fails > 0.5, threshold=0.5, peel_alpha=0.05).find_box()
    theirs = box.box_lims[-1]
    ours = {each.name: each for each in discover(values, fails, shuffles=1).boxes[1]}
    assert theirs["p2"][1] == pytest.approx(ours["p2"].high, abs=0.1)
    assert theirs["p7"][0] == pytest.approx(ours["p7"].low, abs=0.1)
