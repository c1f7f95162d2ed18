"""What weekly records tell about numbers nobody knows: ABC with regression adjustment.

Many plausible villages are lived; those whose weeks look most like the records are accepted, and
their numbers moved to what they would be had their weeks looked the same (Beaumont, Zhang and
Balding 2002, "Approximate Bayesian computation in population genetics"). Weeks are compared by what
a regression expects of each number from them (semi-automatic summaries: Fearnhead and Prangle
2012). Numbers come as scores, standard normal over the villages, so that each stays in its range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]
Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]

FOLDS: Final = 5
PENALTIES: Final = tuple(10.0**power for power in range(0, 7))
FAR: Final = 4.0  # standard deviations at which a summary is cut: one odd run must not decide
SHARE: Final = 0.2  # of the villages that is accepted
FEWEST: Final = 100  # accepted, where there are so many
SPOKEN: Final = 0.05  # share of a score's variance expected from the weeks, to compare by it
SHUFFLES: Final = 1_000  # five times as many as there are numbers: hardly one is told by chance
ENDS: Final = (0.1, 0.5, 0.9)


# --- Summaries of weeks --------------------------------------------------------------------------


def summaries(series: Table, written: Flags, scales: Vector, pairs: list[tuple[int, int]]) -> Table:
    """[run, summary] of [run, week, series], of the weeks that are `written` [week, series] only.

    scales: by series, the amount from which it counts in factors (0: as it is). pairs: places of
    pieces sold and money received at the same outlet. Of each series: mean, its level, slope,
    spread, last value, share of weeks above 0; of each pair: money a piece, and how the money
    follows the pieces after 0, 1 and 2 weeks. Without any written week a series has no summary.
    """
    parts = [
        _of_series(series[:, written[:, k], k], np.flatnonzero(written[:, k]), scales[k])
        for k in range(series.shape[2])
        if written[:, k].any()
    ]
    for sold, paid in pairs:
        both = written[:, sold] & written[:, paid]
        if both.any():
            parts.append(_of_pair(series[:, both, sold], series[:, both, paid], scales[paid]))
    return np.concatenate(parts, axis=1)


def _of_series(values: Table, weeks: NDArray[np.int64], scale: float) -> Table:
    """[run, 6] of [run, week]."""
    level = np.log1p(values / scale) if scale else values
    mean = values.mean(1)
    centred = weeks - weeks.mean()
    slope = level @ centred / max(1.0, float(centred @ centred))
    told = (level.mean(1), np.log1p(mean / scale) if scale else mean, slope, level.std(1),
            level[:, -1], (values > 0).mean(1))  # fmt: skip
    return np.stack(told, axis=1)


def _of_pair(sold: Table, paid: Table, scale: float) -> Table:
    """[run, 4] of [run, week]: money a piece, and correlations after 0, 1 and 2 weeks."""
    each = np.divide(paid.sum(1), sold.sum(1), out=np.zeros(len(sold)), where=sold.sum(1) > 0)
    parts = [np.log1p(each / scale)]
    for lag in range(3):
        parts.append(_correlation(sold[:, : sold.shape[1] - lag], paid[:, lag:]))
    return np.stack(parts, axis=1)


def _correlation(one: Table, other: Table) -> Vector:
    """By run; 0 where either never changes."""
    if one.shape[1] < 3:
        return np.zeros(len(one))
    first, second = (each - each.mean(1, keepdims=True) for each in (one, other))
    size = np.sqrt((first**2).sum(1) * (second**2).sum(1))
    both: Vector = (first * second).sum(1)
    return np.divide(both, size, out=np.zeros(len(one)), where=size > 0)


# --- What a regression expects of each number ----------------------------------------------------


@dataclass(frozen=True)
class Expected:
    """Scores as the weeks let one expect them; each village by a regression without itself."""

    reference: Table  # [run, number]
    observed: Table  # [record, number]
    explained: Vector  # [number] share of the variance, 0 to 1; by chance nearly 0


def expected(
    summary: Table, scores: Table, observed: Table, villages: NDArray[np.int64], seed: int = 0
) -> Expected:
    """Ridge regressions of all scores [run, number] on summaries [run, summary] and their squares.

    observed: [record, summary]; villages: [run] whose runs are left out together.
    """
    features, at = _features(summary, observed)
    fold = _folds(villages, seed)
    reference, told = np.zeros(scores.shape), np.zeros((len(observed), scores.shape[1]))
    for each in range(fold.max() + 1):
        out = fold == each
        slopes, middle = _ridge(features[~out], scores[~out])
        reference[out] = features[out] @ slopes + middle
        told += (at @ slopes + middle) / (fold.max() + 1)
    return Expected(reference, told, _explained(reference, scores))


def _ridge(features: Table, scores: Table) -> tuple[Table, Vector]:
    """Slopes [feature, number] and intercepts of ridge regressions, one penalty for each number.

    The penalty is the one with the least generalised cross-validation (Golub, Heath and Wahba
    1979); of numbers that the summaries say nothing about it is large, and the slopes nearly 0.
    """
    centre, middle = features.mean(0), scores.mean(0)
    plain, away = features - centre, scores - middle
    sizes, axes = np.linalg.eigh(plain.T @ plain)
    sizes = np.maximum(sizes, 0)
    along = axes.T @ (plain.T @ away)  # [axis, number]
    explained = np.divide(along**2, sizes[:, None], out=np.zeros(along.shape),
                          where=sizes[:, None] > 1e-9)  # fmt: skip
    errors = []
    for penalty in PENALTIES:
        kept = sizes / (sizes + penalty)
        left = (away**2).sum(0) - (2 * kept - kept**2) @ explained
        errors.append(left / (len(plain) - 1 - kept.sum()) ** 2)
    best = np.array(PENALTIES)[np.argmin(errors, axis=0)]
    slopes = axes @ (along / (sizes[:, None] + best))
    return slopes, middle - centre @ slopes


def _features(summary: Table, observed: Table) -> tuple[Table, Table]:
    """Standardised summaries that vary, and their squares."""
    middle, spread = summary.mean(0), summary.std(0)
    varies = spread > 1e-9
    made = []
    for table in (summary, observed.reshape(-1, summary.shape[1])):
        plain = np.clip((table[:, varies] - middle[varies]) / spread[varies], -FAR, FAR)
        made.append(np.concatenate([plain, plain**2 - 1], axis=1))
    return made[0], made[1]


def _folds(villages: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """[run] which part of the villages it belongs to."""
    names, place = np.unique(villages, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    return np.asarray(order[place] % min(FOLDS, len(names)))


def _explained(expected: Table, scores: Table) -> Vector:
    left = ((scores - expected) ** 2).mean(0)
    there = scores.var(0)
    share = 1 - np.divide(left, there, out=np.ones(len(there)), where=there > 0)
    return np.asarray(np.clip(share, 0, 1))


# --- Accept and adjust ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Posterior:
    """Joint draws of all numbers, given the records."""

    rows: NDArray[np.int64]  # [draw] the run it comes from
    weights: Vector  # [draw], adding up to 1: the nearer, the heavier
    scores: Table  # [draw, number] adjusted
    spread: Vector  # [number] standard deviation of the scores, over the same before
    chance: float  # the narrowest of SHUFFLES numbers that mean nothing

    @property
    def told(self) -> Flags:
        """[number] whether the records narrow it more than chance does."""
        return np.asarray(self.spread < self.chance)

    def ranges(self) -> Table:
        """[number, 3] scores at the ends and the middle of 8 in 10."""
        return weighted_quantiles(self.scores, self.weights, ENDS).T


def posterior(
    scores: Table, expected: Table, observed: Vector, explained: Vector, share: float = SHARE,
    seed: int = 0, shuffles: int = SHUFFLES,
) -> Posterior:  # fmt: skip
    """Accept the nearest `share` of the runs, and adjust their scores to the records.

    scores, expected: [run, number]; observed, explained: [number] (see `expected`). Runs are
    compared by the numbers of which the weeks speak (SPOKEN). ValueError with too few runs.
    """
    if len(scores) < 20:
        raise ValueError(f"{len(scores)} runs are too few to compare with")
    spoken = np.flatnonzero(explained > max(SPOKEN, 16 / len(scores)))
    away = np.sqrt(((expected[:, spoken] - observed[spoken]) ** 2).sum(1))
    count = min(len(scores), max(FEWEST, round(share * len(scores))))
    rows = np.argsort(away, kind="stable")[:count]
    weights = _epanechnikov(away[rows])
    away_by = expected[np.ix_(rows, spoken)] - observed[spoken]
    adjust = _Adjustment(away_by, weights)
    adjusted = adjust(scores[rows])
    before = scores.std(0)
    spread = _over(_spread(adjusted, weights), before)
    luck = np.random.default_rng(seed)
    idle = luck.integers(scores.shape[1], size=shuffles)
    means_nothing = np.stack([luck.permutation(scores[:, k])[rows] for k in idle], axis=1)
    by_chance = _over(_spread(adjust(means_nothing), weights), before[idle])
    return Posterior(rows, weights, adjusted, spread, float(by_chance.min()))


def _over(after: Vector, before: Vector) -> Vector:
    """What is left of a spread; all of one that never was."""
    return np.divide(after, before, out=np.ones(len(before)), where=before > 0)


def _spread(scores: Table, weights: Vector) -> Vector:
    """Weighted standard deviation of each column."""
    return np.asarray(np.sqrt(weights @ (scores - weights @ scores) ** 2))


def _epanechnikov(away: Vector) -> Vector:
    """Weights that fall to nothing at the farthest; equal where all are as near."""
    most = away.max()
    weights = 1 - (away / most) ** 2 if most > 0 else np.ones(len(away))
    if not weights.sum() > 0:
        weights = np.ones(len(away))
    return np.asarray(weights / weights.sum())


class _Adjustment:
    """Moves scores along a local line to where the records are."""

    def __init__(self, away: Table, weights: Vector) -> None:
        """away: [draw, number] expected less observed; weights: [draw]."""
        design = np.concatenate([np.ones((len(away), 1)), away], axis=1)
        root = np.sqrt(weights)[:, None]
        self.weights, self.design = weights, design
        self.solve = np.linalg.pinv(root * design, rcond=1e-8) * root.T
        spent = float(np.einsum("ij,ji->", design, self.solve))  # degrees of freedom
        size = 1 / float((weights**2).sum())
        own = float((self.solve[0] ** 2).sum())  # what the line itself is unsure of
        self.wider = np.sqrt(size / max(1.0, size - spent) * (1 + own))

    def __call__(self, scores: Table) -> Table:
        """[draw, number]: what is left of each score, around what is expected at the records."""
        line = self.solve @ scores
        left = (scores - self.design @ line) * self.wider
        return np.asarray(line[0] + left)


def weighted_quantiles(values: Table, weights: Vector, shares: tuple[float, ...]) -> Table:
    """[share, column] of [draw, column] with weights [draw], straight lines between the draws."""
    order = np.argsort(values, axis=0, kind="stable")
    ordered = np.take_along_axis(values, order, axis=0)
    heavy = weights[order]
    place = (heavy.cumsum(0) - 0.5 * heavy) / weights.sum()
    return np.array(
        [
            [np.interp(share, place[:, k], ordered[:, k]) for k in range(values.shape[1])]
            for share in shares
        ]
    )


def resampled(weights: Vector, count: int, seed: int = 0) -> NDArray[np.int64]:
    """`count` draws by their weights, as evenly as whole numbers allow (systematic resampling)."""
    start = np.random.default_rng(seed).uniform()
    places = (np.arange(count) + start) / count
    return np.minimum(np.searchsorted(weights.cumsum(), places), len(weights) - 1)
