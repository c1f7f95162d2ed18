"""From what people lay on a scale, or say, to a distribution that the register can hold.

Seeds on a scale are the roulette (or trial roulette) method: Gore 1987, "Biostatistics and the
Medical Research Council"; Oakley and O'Hagan 2019, "SHELF: the Sheffield Elicitation Framework". A
triangle is fitted by least squares to the seeds' cumulative shares at the edges between places, as
SHELF fits its distributions. Everything here is in the model's units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import least_squares

Scale: TypeAlias = Literal["linear", "log", "whole"]
Numbers = NDArray[np.float64]

TIE: Final = 1e-6  # of triangles that fit alike, the widest about the seeds' mean
STARTS: Final = (0.1, 0.3, 0.5, 0.7, 0.9)  # of the peak, between the ends
MOST_ENDS: Final = 25  # whole numbers that are tried for each end
MOST_PEAKS: Final = 201
TINY: Final = 1e-300
DIP: Final = 7  # two heaps: a dip between them of a seventh of the seeds ...
LEAST_DIP: Final = 2  # ... and of so many at least


@dataclass(frozen=True)
class Elicited:
    """A triangle as the register holds it, and how well it tells what the seeds tell.

    gap: the largest difference between the triangle and the seeds, in seeds left of an edge;
    heaps: whether the seeds lie in two heaps, which no triangle can tell.
    """

    low: float
    value: float
    high: float
    gap: float = 0.0
    heaps: bool = False


@dataclass(frozen=True)
class _Task:
    """What is fitted, on the scale: the shares below the edges, and where the ends may lie."""

    edges: Numbers
    shares: Numbers
    low: tuple[float, float]
    high: tuple[float, float]
    mean: float
    heaps: bool

    @property
    def width(self) -> float:
        """The widest that the triangle can be."""
        return max(TINY, self.high[1] - self.low[0])

    def residuals(self, low: ArrayLike, mode: ArrayLike, high: ArrayLike) -> Numbers:
        """[misfit at each edge, then three ties; ...] for triangles (scalars or arrays)."""
        ends = [np.asarray(end, float) for end in (low, mode, high)]
        ties = [ends[0] - self.low[0], self.high[1] - ends[2], ends[1] - self.mean]
        return np.array([*self.misfit(*ends), *(TIE**0.5 / self.width * tie for tie in ties)])

    def misfit(self, low: ArrayLike, mode: ArrayLike, high: ArrayLike) -> Numbers:
        """[edge, ...] the triangle's share minus the seeds'."""
        pairs = zip(self.edges, self.shares, strict=True)
        return np.array([below(edge, low, mode, high) - share for edge, share in pairs])


def below(x: ArrayLike, low: ArrayLike, mode: ArrayLike, high: ArrayLike) -> Numbers:
    """The share of a triangle that lies below x; all may be arrays of one shape."""
    low, mode, high = (np.asarray(end, float) for end in (low, mode, high))
    x = np.clip(np.asarray(x, float), low, high)
    width, left, right = (np.maximum(each, TINY) for each in (high - low, mode - low, high - mode))
    rising = (x - low) ** 2 / (width * left)
    falling = 1 - (high - x) ** 2 / (width * right)
    return np.asarray(np.where(x < mode, rising, falling))


def two_heaps(seeds: Sequence[int]) -> bool:
    """Whether the seeds lie in two heaps with a clear dip between them."""
    dips = (min(max(seeds[:i]), max(seeds[i + 1 :])) - seeds[i] for i in range(1, len(seeds) - 1))
    return max(dips, default=0) >= max(LEAST_DIP, sum(seeds) / DIP)


def from_seeds(
    places: Sequence[float],
    seeds: Sequence[int],
    scale: Scale = "linear",
    hard: tuple[float, float] = (-np.inf, np.inf),
) -> Elicited:
    """The triangle nearest to seeds (counts) on places; its ends go half a step beyond at most.

    Half a step: to the middle between the outermost place that has a seed and the next one. Where
    seeds lie in two heaps the ends are there, and the peak at the mean, which takes no side.
    `hard`: never outside these. On a log scale the triangle is one of logarithms, unless a seed
    lies on 0; whole numbers are reached by rounding, so their triangle goes half a number beyond
    its ends (`experiments.designs`).
    """
    x, n = _sorted(places, seeds, scale)
    if scale == "log" and (x <= 0).any():
        x, n, scale = (x[x > 0], n[x > 0], scale) if n[x <= 0].sum() == 0 else (x, n, "linear")
    if len(x) == 1:
        return Elicited(*[float(x[0])] * 3)
    if scale == "log":
        ends = tuple(float(np.log(end)) if end > 0 else -np.inf for end in hard)
        task = _task(np.log(x), n, (ends[0], ends[1]), 0.0)
        low, mode, high = _fitted(task)
        found = tuple(float(np.clip(np.exp(end), *hard)) for end in (low, mode, high))
    elif scale == "whole":
        task = _task(x, n, (hard[0] - 0.5, hard[1] + 0.5), 0.5)
        found = _whole(task)
        low, mode, high = found[0] - 0.5, found[1], found[2] + 0.5
    else:
        task = _task(x, n, hard, 0.0)
        found = low, mode, high = _fitted(task)
    gap = float(np.abs(task.misfit(low, mode, high)).max() * n.sum())
    return Elicited(*(float(end) for end in found), gap=gap, heaps=task.heaps)


def _sorted(places: Sequence[float], seeds: Sequence[int], scale: Scale) -> tuple[Numbers, Numbers]:
    """Places from low to high, each once, with their seeds."""
    x = np.round(places) if scale == "whole" else np.asarray(places, float)
    once, which = np.unique(x, return_inverse=True)
    return once, np.bincount(which, weights=np.asarray(seeds, float))


def _task(x: Numbers, n: Numbers, hard: tuple[float, float], least: float) -> _Task:
    """What is to be fitted; `least`: how far ends lie beyond the seeds."""
    first, last = int(np.flatnonzero(n)[0]), int(np.flatnonzero(n)[-1])
    steps = np.diff(x) / 2
    left, right = steps[max(0, first - 1)], steps[min(last, len(steps) - 1)]
    low = max(hard[0], x[first] - left), max(hard[0], x[first] - least)
    high = min(hard[1], x[last] + least), min(hard[1], x[last] + right)
    heaps = two_heaps([int(count) for count in n])
    if heaps:
        low, high = (low[0], low[0]), (high[1], high[1])
    shares = np.cumsum(n)[:-1] / n.sum()
    return _Task((x[:-1] + x[1:]) / 2, shares, low, high, float(n @ x / n.sum()), heaps)


def _fitted(task: _Task) -> tuple[float, float, float]:
    """Low, mode and high by least squares, from several starts."""
    a, b = task.low, task.high
    if task.heaps:
        return a[0], float(np.clip(task.mean, a[0], b[1])), b[1]
    lowest = np.array([a[0], b[0], 0.0])
    highest = np.array([a[1], b[1], 1.0])
    highest = np.maximum(highest, lowest + 1e-12 * max(1.0, task.width))

    def residuals(place: Numbers) -> Numbers:
        return task.residuals(*_ends(place))

    found = [
        least_squares(residuals, np.append((lowest + highest)[:2] / 2, start),
                      bounds=(lowest, highest), x_scale=highest - lowest, xtol=1e-10, ftol=1e-12,
                      gtol=1e-12)
        for start in STARTS
    ]  # fmt: skip
    low, mode, high = _ends(min(found, key=lambda each: float(each.cost)).x)
    return float(np.clip(low, *a)), float(mode), float(np.clip(high, *b))


def _ends(place: Numbers) -> tuple[float, float, float]:
    """Low, mode and high from low, high and where the peak lies between them (0-1)."""
    low, high, peak = (float(each) for each in place)
    return low, low + peak * (high - low), high


def _whole(task: _Task) -> tuple[float, float, float]:
    """The same in whole numbers, by trying all; of very many, evenly spread ones."""
    lowest, highest = np.ceil(task.low[0] + 0.5), np.floor(task.high[1] - 0.5)
    low = _tried(lowest, max(lowest, np.floor(task.low[1] + 0.5)), MOST_ENDS)
    high = _tried(min(highest, np.ceil(task.high[0] - 0.5)), highest, MOST_ENDS)
    if task.heaps:
        return float(lowest), float(np.clip(np.round(task.mean), lowest, highest)), float(highest)
    mode = _tried(lowest, highest, MOST_PEAKS)
    tried = np.stack(np.meshgrid(low, mode, high, indexing="ij"), axis=-1).reshape(-1, 3)
    tried = tried[(tried[:, 0] <= tried[:, 1]) & (tried[:, 1] <= tried[:, 2])]
    cost = (task.residuals(tried[:, 0] - 0.5, tried[:, 1], tried[:, 2] + 0.5) ** 2).sum(axis=0)
    best = tried[int(cost.argmin())]
    return float(best[0]), float(best[1]), float(best[2])


def _tried(first: float, last: float, most: int) -> Numbers:
    """Whole numbers from first to last, at most so many."""
    count = min(most, int(last - first) + 1)
    return np.unique(np.round(np.linspace(first, last, count)))


def from_two(low: float, high: float, scale: Scale = "linear") -> Elicited:
    """Two numbers between which it lies: the peak is in the middle of the scale."""
    if scale == "log" and low > 0:
        return Elicited(low, float(np.sqrt(low * high)), high)
    middle = (low + high) / 2
    return Elicited(low, float(round(middle)) if scale == "whole" else middle, high)
