"""From a draw in (0, 1) to a number: quantile functions of standard distributions.

Mathematics only. Rules call these, so that one keyed draw makes one count.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled

EXACT_UP_TO: Final = 16.0  # mean count above which a smooth law of the same moments is as good
_LOG_TINY: Final = -700.0  # exp of this is still a normal float
_CENTRE: Final = 0.5
_NINTH: Final = 1 / 9
_CENTRAL: Final = 0.425  # |u - 1/2| within which one ratio of polynomials serves
_CENTRAL_2: Final = 0.180625  # its square
_FAR: Final = 5.0  # sqrt(-log(tail)) beyond which the third ratio serves
_MIDDLE: Final = 1.6


@compiled
def normal(u: float) -> float:
    """Standard normal quantile, to 16 digits: algorithm AS 241 (Wichura 1988)."""
    q = u - _CENTRE
    if abs(q) <= _CENTRAL:
        r = _CENTRAL_2 - q * q
        top = (((((((2509.0809287301226727 * r + 33430.575583588128105) * r
                    + 67265.770927008700853) * r + 45921.953931549871457) * r
                  + 13731.693765509461125) * r + 1971.5909503065514427) * r
                + 133.14166789178437745) * r + 3.387132872796366608)  # fmt: skip
        bottom = (((((((5226.495278852545925 * r + 28729.085735721942674) * r
                       + 39307.89580009271061) * r + 21213.794301586595867) * r
                     + 5394.1960214247511077) * r + 687.1870074920579083) * r
                   + 42.313330701600911252) * r + 1.0)  # fmt: skip
        return q * top / bottom
    r = math.sqrt(-math.log(u if q < 0 else 1 - u))
    if r <= _FAR:
        r -= _MIDDLE
        top = (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r
                    + 0.24178072517745061177) * r + 1.27045825245236838258) * r
                  + 3.64784832476320460504) * r + 5.7694972214606914055) * r
                + 4.6303378461565452959) * r + 1.42343711074968357734)  # fmt: skip
        bottom = (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r
                       + 0.0151986665636164571966) * r + 0.14810397642748007459) * r
                     + 0.68976733498510000455) * r + 1.6763848301838038494) * r
                   + 2.05319162663775882187) * r + 1.0)  # fmt: skip
    else:
        r -= _FAR
        top = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r
                    + 0.0012426609473880784386) * r + 0.026532189526576123093) * r
                  + 0.29656057182850489123) * r + 1.7848265399172913358) * r
                + 5.4637849111641143699) * r + 6.6579046435011037772)  # fmt: skip
        bottom = (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r
                       + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r
                     + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
                   + 0.59983220655588793769) * r + 1.0)  # fmt: skip
    return -top / bottom if q < 0 else top / bottom


@compiled
def gamma(mean: float, variance: float, u: float) -> float:
    """Gamma quantile by its moments, through the cube root (Wilson and Hilferty 1931)."""
    spread = _NINTH * variance / (mean * mean)
    root = 1 - spread + normal(u) * math.sqrt(spread)
    return mean * root * root * root if root > 0 else 0.0


@compiled
def binomial_from(n: int, chance: float, none: float, u: float) -> int:
    """Binomial quantile for a few trials, walking up from `none`, the probability of zero."""
    if chance >= 1:
        return n
    odds = chance / (1 - chance)
    mass = total = none
    count = 0
    while u > total and count < n:
        mass *= odds * (n - count) / (count + 1)
        total += mass
        count += 1
    return count


@compiled
def binomial(n: int, chance: float, u: float) -> int:
    """Binomial quantile, walking up from zero; a normal law where zero is too rare for a float."""
    if chance >= 1:
        return n
    log_zero = n * math.log1p(-chance)
    if log_zero < _LOG_TINY:
        near = n * chance + normal(u) * math.sqrt(n * chance * (1 - chance))
        return min(n, max(0, int(near + _CENTRE)))
    return binomial_from(n, chance, math.exp(log_zero), u)


@compiled
def negative_binomial(mean: float, size: float, u: float) -> int:
    """Negative binomial quantile; an infinite `size` is Poisson.

    Exact for a mean up to EXACT_UP_TO; above it a gamma law of the same mean and variance, rounded.
    """
    if mean > EXACT_UP_TO:
        return int(gamma(mean, mean + mean * (mean / size), u) + _CENTRE)
    if size == math.inf:
        mass, odds, extra = math.exp(-mean), mean, 0.0
    else:
        mass = math.exp(-size * math.log1p(mean / size))
        extra = mean / (mean + size)
        odds = size * extra
    total = mass
    count = 0
    while u > total and mass > 0:
        mass *= (odds + extra * count) / (count + 1)
        total += mass
        count += 1
    return count


@compiled
def sort(numbers: NDArray[np.float64]) -> None:
    """Sort in place, without any memory of its own: heapsort (Williams 1964)."""
    n = len(numbers)
    for start in range(n // 2 - 1, -1, -1):
        _sift(numbers, start, n)
    for end in range(n - 1, 0, -1):
        numbers[0], numbers[end] = numbers[end], numbers[0]
        _sift(numbers, 0, end)


@compiled
def _sift(numbers: NDArray[np.float64], root: int, end: int) -> None:
    """Let the number at `root` sink to its place in the heap that ends before `end`."""
    while True:
        child = 2 * root + 1
        if child >= end:
            return
        if child + 1 < end and numbers[child] < numbers[child + 1]:
            child += 1
        if numbers[root] >= numbers[child]:
            return
        numbers[root], numbers[child] = numbers[child], numbers[root]
        root = child


@compiled
def rank(places: NDArray[np.int64], n: int, by: NDArray[np.float64]) -> None:
    """Sort the first `n` places by the numbers there, the smaller place first on a tie."""
    for start in range(n // 2 - 1, -1, -1):
        _sift_places(places, start, n, by)
    for end in range(n - 1, 0, -1):
        places[0], places[end] = places[end], places[0]
        _sift_places(places, 0, end, by)


@compiled
def _sift_places(places: NDArray[np.int64], root: int, end: int, by: NDArray[np.float64]) -> None:
    while True:
        child = 2 * root + 1
        if child >= end:
            return
        if child + 1 < end and _before(places[child], places[child + 1], by):
            child += 1
        if not _before(places[root], places[child], by):
            return
        places[root], places[child] = places[child], places[root]
        root = child


@compiled
def _before(one: int, other: int, by: NDArray[np.float64]) -> bool:
    return by[one] < by[other] or (by[one] == by[other] and one < other)


@compiled
def smallest(numbers: NDArray[np.float64], n: int) -> float:
    """The n-th smallest number; reorders `numbers` (Hoare 1961)."""
    low, high = 0, len(numbers) - 1
    while low < high:
        pivot, i, j = numbers[(low + high) // 2], low, high
        while i <= j:
            while numbers[i] < pivot:
                i += 1
            while numbers[j] > pivot:
                j -= 1
            if i <= j:
                numbers[i], numbers[j] = numbers[j], numbers[i]
                i += 1
                j -= 1
        if n - 1 <= j:
            high = j
        elif n - 1 >= i:
            low = i
        else:
            break
    found: float = numbers[n - 1]
    return found
