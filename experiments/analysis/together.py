"""What knowing several numbers at once would be worth: groups of parameters, and all of them.

With many parameters a fitted maximum is mostly fitted luck. So a rule is learnt in four fifths of
the villages (which option is best, given the numbers of the group) and judged in the other fifth,
by what the chosen option gives there against what the best option on average gives. That is the
value of a rule that somebody could really use: too low by what the rule has not learnt, and never
too high but by chance.

The rule is a kernel ridge regression of second order, (1 + sum_j w_j x_j x'_j)^2: straight lines,
curves and pairs of all parameters, each weighed by how much variance it explains more than a
meaningless one would; the ridge is chosen for each option by leaving one village out.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FOLDS: Final = 5
MOST_LEARNT: Final = 1_500  # villages that a rule learns from: its time grows with their cube
RIDGES: Final = np.logspace(-4, 3, 29)  # of the kernel's mean eigenvalue, tenfold
FLOOR: Final = 0.2  # weight of a parameter that explains nothing alone, in shares of chance
FEWEST: Final = 20
TRAINED_TOGETHER: Final = np.sqrt(1 + FOLDS / (FOLDS - 1))
"""Folds learn from each other's villages, which makes the error larger (Nadeau and Bengio 2003)."""


class Rule(NamedTuple):
    """What a learnt rule brings, its standard error, and in what share of villages it differs."""

    value: float
    error: float
    flips: float


def worth_of_all(numbers: Floats, worth: Floats, seed: int = 0) -> Rule:
    """EVPPI of all columns of `numbers` [village, parameter] together.

    worth: [village, option].
    """
    count, options = worth.shape
    if options < 2 or count < FEWEST or not numbers.shape[1]:
        return Rule(0.0, 0.0, 0.0)
    order = np.random.default_rng([seed, 3]).permutation(count)
    gain = np.zeros(count)
    other = np.zeros(count, bool)
    for fold in range(FOLDS):
        held = order[fold::FOLDS]
        known = np.setdiff1d(order, held, assume_unique=True)[:MOST_LEARNT]
        best = int(worth[known].mean(axis=0).argmax())
        against = worth - worth[:, [best]]
        told = predicted(numbers[known], against[known], numbers[held])
        chosen = told.argmax(axis=1)
        gain[held] = against[held, chosen]
        other[held] = chosen != best
    error = TRAINED_TOGETHER * gain.std() / np.sqrt(count)
    return Rule(max(0.0, float(gain.mean())), float(error), float(other.mean()))


def predicted(known: Floats, result: Floats, asked: Floats) -> Floats:
    """[asked, option]: the regression learnt from known [village, parameter] and their results."""
    middle, spread = result.mean(axis=0), result.std(axis=0)
    told = np.tile(middle, (len(asked), 1))
    varied = spread > 1e-9 * (1 + np.abs(middle))
    if not varied.any():
        return told
    scaled = (result[:, varied] - middle[varied]) / spread[varied]
    mean, width = known.mean(axis=0), known.std(axis=0)
    width = np.where(width > 0, width, 1.0)
    known, asked = (known - mean) / width, (asked - mean) / width
    weights = np.sqrt(_weights(known, scaled))
    sizes, vectors, reach = _decomposed(known * weights, asked * weights)
    told[:, varied] += reach @ _ridge(sizes, vectors, scaled) * spread[varied]
    return told


def _decomposed(known: Floats, asked: Floats) -> tuple[Floats, Floats, Floats]:
    """Eigenvalues and vectors of the centred kernel, and what carries vectors over to `asked`.

    By its features where they are fewer than the villages, else by the kernel itself: the same.
    """
    features = known.shape[1] * (known.shape[1] + 3) // 2
    if features < len(known) / 2:
        mine, theirs = _features(known), _features(asked)
        middle = mine.mean(axis=0)
        vectors, sizes, turn = np.linalg.svd(mine - middle, full_matrices=False)
        return sizes**2, vectors, (theirs - middle) @ turn.T * sizes
    inner, outer = (np.asarray((1 + each @ known.T) ** 2) for each in (known, asked))
    rows = inner.mean(axis=0)
    outer = outer - outer.mean(axis=1, keepdims=True) - rows + rows.mean()
    sizes, vectors = np.linalg.eigh(inner - rows - rows[:, None] + rows.mean())
    return np.clip(sizes, 0, None), vectors, outer @ vectors


def _features(known: Floats) -> Floats:
    """Lines, squares and pairs, whose inner products are the kernel's (but for its constant)."""
    first, second = np.triu_indices(known.shape[1])
    both = np.where(first == second, 1.0, np.sqrt(2))
    return np.column_stack([np.sqrt(2) * known, known[:, first] * known[:, second] * both])


def _weights(known: Floats, result: Floats) -> Floats:
    """[parameter] adding up to one: variance explained by line and curve beyond what luck would."""
    count = len(known)
    curve = known**2 - 1
    curve -= known * (curve * known).mean(axis=0)
    size = curve.std(axis=0)
    curve = np.where(size > 1e-6, (curve - curve.mean(axis=0)) / np.where(size > 0, size, 1), 0)
    explained = sum(((part.T @ result / count) ** 2).mean(axis=1) for part in (known, curve))
    above = np.clip(explained - 2 / count, 0, None) + FLOOR / count
    return np.asarray(above / above.sum())


def _ridge(sizes: Floats, vectors: Floats, result: Floats) -> Floats:
    """[vector, option] coefficients, with the ridge that predicts best a village left out."""
    turned, squares = vectors.T @ result, vectors**2
    ridges = RIDGES * sizes.sum() / 10
    misses = []
    for ridge in ridges:
        kept = sizes / (sizes + ridge)
        alone = (squares @ kept + 1 / len(result)).clip(max=0.999)
        left = (result - vectors @ (kept[:, None] * turned)) / (1 - alone)[:, None]
        misses.append((left**2).mean(axis=0))
    chosen = ridges[np.argmin(misses, axis=0)]
    return np.asarray(turned / (sizes[:, None] + chosen))
