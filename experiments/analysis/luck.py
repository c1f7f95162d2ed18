"""Which villages fail, when a few runs of each are partly luck.

A village's true mean is not known, only the mean of its runs. How true means are spread is worked
out from all villages together, without any assumed shape (Kiefer and Wolfowitz 1956; by EM, Laird
1978), and from it the chance that a village lies below a limit, given its runs (empirical Bayes:
Robbins 1956, Efron 2016). Nothing else is used of a village, so that chances of failing know
nothing of the numbers by which the failing ones are told apart.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

ALIKE: Final = 51  # villages of like means over which the variance of luck is averaged
PLACES: Final = 200  # at which true means may lie
STEPS: Final = 60  # of EM: few enough for a smooth spread, in place of a few spikes
UNSURE: Final = (0.1, 0.9)  # a chance of failing between these is within luck
FLOOR: Final = 1e-3  # of the spread of the means: less luck than this is none


def luck_at(places: Numbers, means: Numbers, variances: Numbers) -> Numbers:
    """[place] standard deviation of a run's luck in villages whose mean lies there (its unit).

    means, variances: [village] over its runs. Variances of a few runs are wild, and grow with the
    mean: they are averaged over the villages whose means are nearest in rank.
    """
    order = np.argsort(means, kind="stable")
    known, own = means[order], variances[order]
    window = np.ones(min(ALIKE, len(means)))
    smooth = np.convolve(own, window, "same") / np.convolve(np.ones(len(own)), window, "same")
    return np.asarray(np.sqrt(np.interp(places, known, smooth)))


def chances_below(means: Numbers, variances: Numbers, runs: Numbers, limit: float) -> Numbers:
    """[village] chance (0-1) that the true mean lies below `limit`.

    means, variances, runs: [village] of its runs. 0 or 1 where luck is not known (a single run in
    every village) or there is none.
    """
    sure = (means < limit).astype(float)
    known = np.isfinite(variances)
    if not known.any() or not means.std() or not variances[known].any():
        return sure
    places = _places(means, limit)
    spread = np.maximum(luck_at(places, means[known], variances[known]), FLOOR * means.std())
    likelihood = _likelihood(means, places, spread / np.sqrt(runs)[:, None])
    weights = np.full(len(places), 1 / len(places))
    for _ in range(STEPS):
        weights = weights * (likelihood / (likelihood @ weights)[:, None]).mean(0)
    below = likelihood @ (weights * (places < limit)) / (likelihood @ weights)
    return np.asarray(np.clip(below, 0.0, 1.0))


def _likelihood(means: Numbers, places: Numbers, errors: Numbers) -> Numbers:
    """[village, place] density of each mean when the truth is there, up to a factor a village."""
    logs = -0.5 * ((means[:, None] - places) / errors) ** 2 - np.log(errors)
    return np.asarray(np.exp(logs - logs.max(1, keepdims=True)))


def _places(means: Numbers, limit: float) -> Numbers:
    """Where true means may lie: dense where villages are."""
    return np.unique(np.quantile(means, np.linspace(0, 1, PLACES)))
