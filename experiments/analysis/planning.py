"""Choosing among plans: within a budget, beaten by no other, and how sure the first is the best.

Pure functions of arrays with plans first, then villages; of gains and of goals more is better.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

DRAWS = 4_000  # of a bootstrap: the error of a probability is 0.8 in 100 at most
AT_ONCE = 500  # draws held in memory


def over_budget(costs: Numbers, budget: Sequence[float]) -> Numbers:
    """[plan] share of the tries in which a plan takes more than the budget, in any respect.

    costs: [plan, try, respect]; budget: one limit for each respect, infinite where there is none.
    """
    return np.asarray((costs > np.asarray(budget)).any(axis=2).mean(axis=1))


def beats(one: Numbers, other: Numbers) -> bool:
    """Whether `one` is as good in everything, and better in something; the more the better."""
    return bool((one >= other).all() and (one > other).any())


def unbeaten(values: Numbers) -> list[int]:
    """Places of the plans that no other beats, in their order; values: [plan, goal], the more the
    better. Of plans with the very same values all stay.
    """
    return [
        place
        for place, mine in enumerate(values)
        if not any(beats(other, mine) for other in values)
    ]


def practically_beaten(one: Numbers, other: Numbers, margins: Sequence[float]) -> bool:
    """Whether `other` is better than `one` in no goal by more than its margin (epsilon-dominance;
    Laumanns, Thiele, Deb and Zitzler 2002): whoever has `one` need not look at it.
    """
    return bool((other <= one + np.asarray(margins)).all())


def unlike(values: Numbers, margins: Sequence[float]) -> list[int]:
    """Places of the plans that are not practically beaten by one before them.

    values: [plan, goal], the more the better, the plans in the order in which they are preferred.
    """
    kept: list[int] = []
    for place, mine in enumerate(values):
        if not any(practically_beaten(values[other], mine, margins) for other in kept):
            kept.append(place)
    return kept


def spread(values: Numbers, count: int) -> list[int]:
    """Places of at most `count` plans that stand for all: the first, then always the farthest.

    values: [plan, goal] on scales that can be compared (farthest-first traversal; Gonzalez 1985).
    The places come in their order.
    """
    chosen = [0] if len(values) else []
    while len(chosen) < min(count, len(values)):
        away = np.min([np.abs(values - values[place]).max(axis=1) for place in chosen], axis=0)
        away[chosen] = -1
        chosen.append(int(away.argmax()))
    return sorted(chosen)


def best_probability(gains: Numbers, seed: int = 0, draws: int = DRAWS) -> Numbers:
    """[plan] in which share of the samples of villages each plan has the highest mean gain.

    gains: [plan, village] in the same villages, so that a plan is compared with another in each
    (paired bootstrap over villages; Efron 1979). Plans that tie share what they win. ValueError
    without a plan or a village.
    """
    plans, villages = gains.shape
    if not plans or not villages:
        raise ValueError(f"{plans} plans in {villages} villages; expected one of each at least")
    luck = np.random.default_rng(seed)
    won = np.zeros(plans)
    for first in range(0, draws, AT_ONCE):
        size = min(AT_ONCE, draws - first)
        weights = luck.multinomial(villages, np.full(villages, 1 / villages), size)
        means = gains @ weights.T / villages
        best = np.isclose(means, means.max(axis=0), rtol=1e-12, atol=1e-9)
        won += (best / best.sum(axis=0)).sum(axis=1)
    return np.asarray(won / draws)


def mean_error(gains: Numbers) -> Numbers:
    """[plan] standard error of the mean over villages, nan with one; gains: [plan, village]."""
    villages = gains.shape[1]
    if villages < 2:
        return np.full(len(gains), np.nan)
    return np.asarray(gains.std(axis=1, ddof=1) / np.sqrt(villages))


def best_in(gains: Numbers) -> Numbers:
    """[plan] in which share of the villages each has the highest gain; ties share.

    gains: [plan, village]. It says how much depends on the village, where `best_probability` says
    how well the mean is known.
    """
    best = np.isclose(gains, gains.max(axis=0), rtol=1e-12, atol=1e-9)
    return np.asarray((best / best.sum(axis=0)).mean(axis=1))
