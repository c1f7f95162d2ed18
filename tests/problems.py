"""Decisions under uncertainty whose value of information is known in closed form."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Floats = NDArray[np.float64]
Problem = tuple[Floats, Floats, float]
SIZE = 1_000  # villages


def straight_line(start: float, slope: float) -> float:
    """EVPPI of x where one option gives 0 and the other start + slope x, x standard normal."""
    at = start / slope
    return float(slope * (norm.pdf(at) + at * norm.cdf(at)) - max(0.0, start))


def noisy(luck: np.random.Generator, gain: Floats) -> Floats:
    """[village, 2]: nothing and `gain`, each with noise of its own that nobody asks about."""
    return np.column_stack([np.zeros(SIZE), gain]) + luck.normal(0, 100, (SIZE, 2))


def linear(seed: int, start: float = -60.0, slope: float = 100.0) -> Problem:
    """Numbers [village], worth [village, 2], and the value of knowing the number."""
    luck = np.random.default_rng([seed, 11])
    x = luck.normal(size=SIZE)
    return x, noisy(luck, start + slope * x), straight_line(start, slope)


def levels(seed: int) -> Problem:
    """A number with three levels, as likely as each other: brute force by hand."""
    luck = np.random.default_rng([seed, 12])
    x = luck.integers(0, 3, SIZE)
    gives = np.array([-90.0, -60.0, 90.0])
    return x.astype(float), noisy(luck, gives[x]), 30.0  # 90 / 3 - max(0, -60 / 3)


def idle(seed: int) -> Problem:
    """A number that means nothing, though one option is better by luck in half of the villages."""
    luck = np.random.default_rng([seed, 13])
    return luck.normal(size=SIZE), noisy(luck, np.full(SIZE, -20.0)), 0.0


def pair(seed: int, product: bool = False) -> Problem:
    """Two numbers [village, 2]: their sum over root 2, or their product, decides."""
    luck = np.random.default_rng([seed, 14])
    x = luck.normal(size=(SIZE, 2))
    if product:
        return x, noisy(luck, 100 * x.prod(axis=1) - 50), _of_a_product(100, 50)
    return x, noisy(luck, 100 * x.sum(axis=1) / np.sqrt(2) - 60), straight_line(-60, 100)


def many(seed: int, count: int = 10) -> Problem:
    """So many numbers [village, count], of which the sum decides."""
    luck = np.random.default_rng([seed, 15])
    x = luck.normal(size=(SIZE, count))
    gain = 100 * x.sum(axis=1) / np.sqrt(count) - 60
    return x, noisy(luck, gain), straight_line(-60, 100)


def _of_a_product(slope: float, cost: float) -> float:
    """E max(0, slope x y - cost) for standard normal x, y: given x, a straight line in y."""
    x, weights = np.polynomial.hermite_e.hermegauss(200)
    weights = weights / weights.sum()
    steep = np.abs(slope * x)
    at = -cost / steep
    return float(weights @ (steep * (norm.pdf(at) + at * norm.cdf(at))))
