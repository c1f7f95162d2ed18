"""Quantile functions and sorting: against scipy and numpy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import stats

from sim import quantiles
from tests.strategies import is_quantile, luck, shares

EDGE = 2.0**-53  # the smallest draw that there is
numbers = st.lists(st.floats(-1e6, 1e6), max_size=60)


def even(count: int) -> list[float]:
    """Draws that stand for a uniform law: the midpoints of `count` parts."""
    return [(i + 0.5) / count for i in range(count)]


# --- Normal ---


@given(st.floats(EDGE, 1 - EDGE))
@example(EDGE)
@example(1 - EDGE)
@example(0.5)
@example(0.075)  # where one ratio gives way to the next
@example(0.925)
@example(math.exp(-25.0))
def test_normal(u: float) -> None:
    assert quantiles.normal(u) == pytest.approx(stats.norm.ppf(u), abs=1e-12, rel=1e-12)


@given(st.floats(1e-9, 0.5))
def test_normal_is_symmetric_and_rises(u: float) -> None:
    assert quantiles.normal(u) == pytest.approx(-quantiles.normal(1 - u), abs=1e-6)
    assert quantiles.normal(u) <= quantiles.normal(u + 1e-9) <= 1e-6


# --- Binomial ---


@given(st.integers(0, 400), shares, luck)
@example(7, 1.0, 0.5)
@example(7, 0.0, 1 - EDGE)
@example(0, 0.5, 0.5)
@example(150, 0.3, EDGE)
@example(150, 0.3, 1 - EDGE)
@example(400, 0.8, 0.5)
def test_binomial_is_exact(n: int, chance: float, u: float) -> None:
    """As long as no buyer at all is a chance that a float can hold: exp(-700)."""
    assume(chance == 1 or n * math.log1p(-chance) > -700)
    count = quantiles.binomial(n, chance, u)
    assert 0 <= count <= n
    assert is_quantile(stats.binom(n, chance), u, count)


@pytest.mark.parametrize(("n", "chance"), [(5_000, 0.3), (100_000, 0.6), (2_000, 0.9)])
def test_binomial_of_many_is_near(n: int, chance: float) -> None:
    law = stats.binom(n, chance)
    for u in (0.01, 0.3, 0.5, 0.9, 0.99):
        near = law.ppf(u)
        assert abs(quantiles.binomial(n, chance, u) - near) <= max(1, 0.02 * law.std()), u


# --- Negative binomial ---


def law_of(mean: float, size: float) -> object:
    """The law of scipy: negative binomial, or Poisson where the size is infinite."""
    return stats.poisson(mean) if size == math.inf else stats.nbinom(size, size / (size + mean))


sizes = st.floats(0.05, 1_000) | st.just(math.inf)


@given(st.floats(1e-6, 16), sizes, luck)
@example(16.0, 5.0, 0.999999)
@example(16.0, math.inf, 1 - 1e-9)
@example(16.0, 0.05, 0.5)
def test_negative_binomial_is_exact_up_to_sixteen(mean: float, size: float, u: float) -> None:
    assert is_quantile(law_of(mean, size), u, quantiles.negative_binomial(mean, size, u))


# As in the model: a window of one to seven open days has a size of at least 2 a day.
@pytest.mark.parametrize("mean", [16.5, 25.0, 40.0, 100.0, 300.0, 800.0, 5_000.0])
@pytest.mark.parametrize("size", [2.0, 5.0, 10.0, 35.0, 350.0, math.inf])
def test_above_it_keeps_mean_and_variance(mean: float, size: float) -> None:
    found = np.array([quantiles.negative_binomial(mean, size, u) for u in even(40_000)])
    assert found.mean() == pytest.approx(mean, rel=0.02)
    assert found.var() == pytest.approx(mean + mean**2 / size, rel=0.02)
    assert (np.diff(found) >= 0).all() and found.min() >= 0


@pytest.mark.parametrize("mean", [16.5, 25.0, 40.0, 100.0, 300.0, 800.0, 5_000.0])
@pytest.mark.parametrize("size", [5.0, 10.0, 35.0, 350.0, math.inf])
def test_above_it_quantiles_are_within_a_piece_or_a_fiftieth(mean: float, size: float) -> None:
    law = law_of(mean, size)
    for u in (0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99):
        true = law.ppf(u)  # type: ignore[attr-defined]
        found = quantiles.negative_binomial(mean, size, u)
        assert abs(found - true) <= max(1, 0.02 * true), u
    true = law.ppf(0.999)  # type: ignore[attr-defined]
    rare = quantiles.negative_binomial(mean, size, 0.999)
    assert abs(rare - true) <= max(2, 0.02 * true)  # once in a thousand windows


@given(st.floats(1, 5_000), st.floats(1, 100_000), luck)
def test_gamma_is_near(mean: float, spread: float, u: float) -> None:
    """Wilson and Hilferty: within a fiftieth between 2 and 98 percent, down to a shape of 4."""
    variance = mean * mean / max(4.0, spread)
    assume(0.02 <= u <= 0.98)
    law = stats.gamma(mean * mean / variance, scale=variance / mean)
    assert quantiles.gamma(mean, variance, u) == pytest.approx(law.ppf(u), rel=0.02)


def test_gamma_is_never_below_zero() -> None:
    assert quantiles.gamma(1.0, 100.0, 1e-12) == 0


# --- Sorting, and places by rank ---


@given(numbers)
def test_sort(given: list[float]) -> None:
    found = np.array(given, float)
    quantiles.sort(found)
    assert found.tolist() == np.sort(np.array(given, float)).tolist()


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]) | st.floats(0, 1), max_size=40))
def test_rank_orders_places_and_leaves_ties_in_order(by: list[float]) -> None:
    places = np.arange(len(by), dtype=np.int64)
    quantiles.rank(places, len(by), np.array(by, float))
    assert places.tolist() == sorted(range(len(by)), key=lambda place: (by[place], place))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.data())
def test_the_nth_smallest(given: list[float], data: st.DataObject) -> None:
    n = data.draw(st.integers(1, len(given)))
    assert quantiles.smallest(np.array(given, float), n) == sorted(given)[n - 1]
