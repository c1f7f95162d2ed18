"""Choosing among plans: each statistic against a case whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from experiments.analysis.planning import (
    beats,
    best_in,
    best_probability,
    mean_error,
    over_budget,
    spread,
    unbeaten,
    unlike,
)

MANY = 10_000  # draws of a bootstrap whose own error is then 0.005 at most


def exactly(mean: float, sd: float, villages: int) -> np.ndarray:
    """Values with just this mean and standard deviation (over n)."""
    values = norm.ppf((np.arange(villages) + 0.5) / villages)
    values = np.random.default_rng(7).permutation(values)
    return mean + sd * (values - values.mean()) / values.std()


@pytest.mark.parametrize("apart", [0.0, 0.5, 1.0, 2.0])
def test_of_two_plans_the_better_wins_as_often_as_the_normal_law_says(apart: float) -> None:
    """P(mean difference > 0) = Phi(mean / standard error)."""
    villages, sd = 200, 3.0
    difference = exactly(apart * sd / villages**0.5, sd, villages)
    shared = np.random.default_rng(3).normal(0, 50, villages)  # paired: it must not matter
    found = best_probability(np.stack([shared + difference, shared]), seed=1, draws=MANY)
    assert found[0] == pytest.approx(norm.cdf(apart), abs=0.02)
    assert found.sum() == pytest.approx(1)


def test_of_equal_independent_plans_each_wins_alike() -> None:
    luck = np.random.default_rng(5).normal(size=(4, 200))
    gains = luck - luck.mean(axis=1, keepdims=True)
    gains /= gains.std(axis=1, keepdims=True)
    assert best_probability(gains, draws=MANY) == pytest.approx([0.25] * 4, abs=0.06)


def test_plans_that_are_the_same_share_what_they_win() -> None:
    same = np.array([[1.0, 2.0, 3.0]] * 2 + [[0.0, 0.0, 0.0]])
    assert best_probability(same).tolist() == [0.5, 0.5, 0.0]
    assert best_in(same).tolist() == [0.5, 0.5, 0.0]


def test_a_plan_that_is_better_everywhere_is_surely_the_best() -> None:
    gains = np.array([[0.0, 5.0, -2.0], [1.0, 5.5, -1.0]])
    assert best_probability(gains).tolist() == [0.0, 1.0]


def test_the_same_seed_gives_the_same_probability() -> None:
    gains = np.random.default_rng(0).normal(size=(3, 20))
    assert best_probability(gains, 4).tolist() == best_probability(gains, 4).tolist()
    assert best_probability(gains, 4).tolist() != best_probability(gains, 5).tolist()


@pytest.mark.parametrize("shape", [(0, 3), (2, 0)])
def test_nothing_to_choose_from_is_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="expected one of each"):
        best_probability(np.zeros(shape))


def test_best_in_counts_villages() -> None:
    gains = np.array([[3.0, 0.0, 0.0, 2.0], [1.0, 1.0, 0.0, 0.0]])
    assert best_in(gains).tolist() == [0.625, 0.375]  # the third village is shared


def test_the_standard_error_is_that_of_a_mean() -> None:
    gains = np.array([[1.0, 2.0, 3.0, 4.0]])
    assert mean_error(gains)[0] == pytest.approx((5 / 3) ** 0.5 / 2)
    assert np.isnan(mean_error(gains[:, :1])[0])


def test_over_the_budget_in_any_respect_counts() -> None:
    costs = np.array([[[10.0, 1.0], [10.1, 1.0], [9.0, 2.5], [20.0, 9.0]], [[0.0, 0.0]] * 4])
    assert over_budget(costs, (10.0, 2.0)).tolist() == [0.75, 0.0]
    assert over_budget(costs, (10.0, np.inf)).tolist() == [0.5, 0.0]


def test_only_what_is_as_good_in_everything_beats() -> None:
    assert beats(np.array([2.0, 1.0]), np.array([1.0, 1.0]))
    assert not beats(np.array([2.0, 0.9]), np.array([1.0, 1.0]))
    assert not beats(np.array([1.0, 1.0]), np.array([1.0, 1.0]))


def test_the_unbeaten_are_those_of_every_pair() -> None:
    values = np.random.default_rng(2).integers(0, 4, size=(40, 3)).astype(float)
    pairs = [
        place
        for place, mine in enumerate(values)
        if not any((other >= mine).all() and (other > mine).any() for other in values)
    ]
    assert unbeaten(values) == pairs
    assert 0 < len(pairs) < 40


def test_of_plans_that_are_practically_the_same_the_first_stays() -> None:
    values = np.array([[10.0, 0.0], [9.5, 0.4], [9.5, 2.0], [3.0, 1.9], [3.0, 4.0]])
    assert unlike(values, (1.0, 1.0)) == [0, 2, 4]
    assert unlike(values, (0.0, 0.0)) == [0, 1, 2, 4]
    assert unlike(values, (99.0, 99.0)) == [0]


def test_those_who_stand_for_all_lie_far_apart() -> None:
    values = np.array([[0.0], [1.0], [5.0], [9.0], [10.0]])
    assert spread(values, 1) == [0]
    assert spread(values, 2) == [0, 4]
    assert spread(values, 3) == [0, 2, 4]
    assert spread(values, 9) == [0, 1, 2, 3, 4]
    assert spread(values[:0], 3) == []
