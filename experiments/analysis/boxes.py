"""Boxes: a few conditions on numbers that mark the cases in which something fails.

Peeling in the way of PRIM (Friedman and Fisher 1999; for scenario discovery Bryant and Lempert
2010): a box that holds all cases loses thin slices, the one first that leaves most failing cases
among those that stay for each case it takes away (the lenient rule of Kwakkel and Jaxa-Rozen 2016,
which is fair to whole numbers and words). Of all boxes on the way the best one is kept (`merit`);
conditions are dropped one by one, those first that are missed least, and the ends of those that
stay are moved as long as that gains anything (the pasting of PRIM).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pandas.api.types import is_numeric_dtype
from scipy.stats import rankdata

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int64]
Box = Mapping[int, Flags]  # by the place of a parameter: which of its slices are inside

SLICES: Final = 20  # of a number that is drawn: five of a hundred cases each
SCREENED: Final = 20  # parameters that are looked at closely
ROUNDS: Final = 5  # of moving the ends
GAIN: Final = 1e-9  # by which a round must better a box
PLAIN: Final = 1.02  # a second end of a condition must gain so much, or it is left out


@dataclass(frozen=True)
class Condition:
    """Where a parameter must lie: low <= value < high, or among some words."""

    name: str
    low: float = -np.inf
    high: float = np.inf
    among: tuple[str, ...] = ()

    def holds(self, values: pd.Series) -> Flags:
        """[case] whether each value is inside."""
        if self.among:
            return np.asarray(values.astype(str).isin(self.among))
        return np.asarray((values >= self.low) & (values < self.high))


@dataclass(frozen=True)
class Cases:
    """Cases as slices. codes: [case, parameter] the slice of each; ends: by parameter the numbers
    between slices, or the words; goes: [2, case, parameter] rank, and distance of the rank from the
    middle, both standardised (words: zero)."""

    names: tuple[str, ...]
    codes: Codes
    ends: tuple[Numbers | tuple[str, ...], ...]
    goes: Numbers

    @cached_property
    def words(self) -> list[int]:
        """Places of the parameters that are words."""
        return [j for j, end in enumerate(self.ends) if isinstance(end, tuple)]

    def slices(self, j: int) -> int:
        """How many slices a parameter has."""
        end = self.ends[j]
        return len(end) if isinstance(end, tuple) else len(end) + 1

    def inside(self, box: Box) -> Flags:
        """[case] whether each lies in a box."""
        within = np.ones(len(self.codes), bool)
        for j, slices in box.items():
            within &= slices[self.codes[:, j]]
        return within

    def conditions(self, box: Box) -> tuple[Condition, ...]:
        """A box in numbers."""
        return tuple(self._condition(j, slices) for j, slices in box.items())

    def _condition(self, j: int, slices: Flags) -> Condition:
        end, held = self.ends[j], np.flatnonzero(slices)
        if isinstance(end, tuple):
            return Condition(self.names[j], among=tuple(end[k] for k in held))
        low = end[held[0] - 1] if held[0] else -np.inf
        high = end[held[-1]] if held[-1] < len(end) else np.inf
        return Condition(self.names[j], float(low), float(high))


def cases_of(values: pd.DataFrame) -> Cases:
    """Cases from a table with a column for each parameter; those that do not vary are left out."""
    kept = [str(name) for name in values if values[name].nunique(dropna=False) > 1]
    made = [_cut(values[name]) for name in kept]
    shape = (len(values), len(kept))
    codes = np.stack([code for code, _ in made], 1) if made else np.zeros(shape, np.int64)
    goes = np.zeros((2, *shape))
    for j, name in enumerate(kept):
        if is_numeric_dtype(values[name]):
            rank = _standard(rankdata(values[name].to_numpy(float)))
            goes[:, :, j] = rank, _standard(np.abs(rank))
    return Cases(tuple(kept), codes, tuple(end for _, end in made), goes)


def _cut(column: pd.Series) -> tuple[Codes, Numbers | tuple[str, ...]]:
    """The slice of each case, and the numbers between slices (or the words)."""
    if not is_numeric_dtype(column):
        words = tuple(sorted(column.astype(str).unique()))
        return np.searchsorted(np.array(words), column.astype(str).to_numpy(str)), words
    values = column.to_numpy(float)
    unlike = np.unique(values)
    if len(unlike) > SLICES:  # after the last value of each slice, half-way to the next
        last = np.sort(values)[np.arange(1, SLICES) * len(values) // SLICES - 1]
        places = np.unique(np.searchsorted(unlike, last))
        places = places[places < len(unlike) - 1]
    else:
        places = np.arange(len(unlike) - 1)
    ends = (unlike[places] + unlike[places + 1]) / 2
    return np.searchsorted(ends, values, side="right"), ends


def _standard(values: Numbers) -> Numbers:
    spread = values.std()
    return np.asarray((values - values.mean()) / spread if spread > 0 else 0.0 * values)


def merit(fails: Numbers, inside: Flags) -> float:
    """How surely a box fails more often than the rest, for its size; 0 for an empty one.

    Density less base, in standard deviations of a case, times the square root of the share of cases
    inside: the z of a binomial test, over the square root of the cases (Klösgen 1996).
    """
    held, spread = inside.sum(), fails.std()
    if not held or not spread:
        return 0.0
    gap = fails[inside].mean() - fails.mean()
    return float(gap / spread * np.sqrt(held / len(fails)))


def search(cases: Cases, fails: Numbers, rows: Codes, most: int, least: int) -> list[Box]:
    """The best box with one condition, with two, ... up to `most`, found in the cases `rows`.

    fails: [case] chance of failing (0-1); least: cases that a box holds at least. Fewer boxes
    where there are no more conditions; none where nothing goes along with failing.
    """
    hunt = _Hunt(cases, fails, rows, least)
    box = hunt.peel()
    found: dict[int, dict[int, Flags]] = {}
    while box:
        if len(box) <= most:
            box = hunt.polish(box)
            found.setdefault(len(box), dict(box))
        if not box:
            break
        box.pop(hunt.least_missed(box))
    return [
        {hunt.keep[j]: hunt.as_given(j, s) for j, s in found[m].items()} for m in sorted(found) if m
    ]


def path(
    cases: Cases, fails: Numbers, rows: Codes, only: Sequence[int], least: int
) -> Iterator[Box]:
    """Boxes on some parameters alone, each inside the one before it, as slices are taken away."""
    hunt = _Hunt(cases, fails, rows, least, only)
    for held, _, _ in hunt.peeled():
        yield {hunt.keep[j]: hunt.as_given(j, slices) for j, slices in hunt.box(held).items()}


class _Hunt:
    """One search: the cases of a part of the villages, the parameters that are looked at.

    Slices of words are put into the order of their failing cases, so that ends can be moved along
    them as along numbers (Breiman et al. 1984, section 4.2.2).
    """

    def __init__(
        self, cases: Cases, fails: Numbers, rows: Codes, least: int, only: Sequence[int] = ()
    ) -> None:
        self.fails, self.least = fails[rows], least
        self.keep = list(only) or _screened(cases, self.fails, rows)
        codes = cases.codes[np.ix_(rows, self.keep)]
        self.slices = np.array([cases.slices(j) for j in self.keep], int)
        self.wide = int(self.slices.max(initial=1))
        self.order = {
            k: self._by_failing(codes[:, k], self.slices[k])
            for k, j in enumerate(self.keep)
            if j in cases.words
        }
        for k, order in self.order.items():
            codes[:, k] = np.argsort(order)[codes[:, k]]
        self.codes, self.base = codes, float(self.fails.mean())
        self.spread = float(self.fails.std())

    def _by_failing(self, codes: Codes, slices: int) -> Codes:
        held = np.bincount(codes, minlength=slices)
        sums = np.bincount(codes, self.fails, minlength=slices)
        return np.argsort(-sums / np.maximum(held, 1), kind="stable")

    def as_given(self, k: int, slices: Flags) -> Flags:
        """Slices in the order of the cases' own codes."""
        if k not in self.order:
            return slices
        given = np.zeros_like(slices)
        given[self.order[k]] = slices
        return given

    def inside(self, box: Box) -> Flags:
        """[row] whether each lies in a box."""
        within = np.ones(len(self.codes), bool)
        for k, slices in box.items():
            within &= slices[self.codes[:, k]]
        return within

    def merits(self, held: ArrayLike, failing: ArrayLike) -> Numbers:
        """`merit` of boxes with so many cases, and so many failing ones among them."""
        share = np.asarray(held, float) / len(self.fails)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = (np.asarray(failing) / np.asarray(held) - self.base) * np.sqrt(share)
        fits = (np.asarray(held) >= self.least) & (share < 1) & (self.spread > 0)
        return np.where(fits, found / (self.spread or 1.0), 0.0)

    def least_missed(self, box: Box) -> int:
        """The condition without which the box is best."""
        outside = np.stack([~slices[self.codes[:, k]] for k, slices in box.items()])
        without = outside.sum(0) - outside == 0  # [condition, row] inside all the others
        values = self.merits(without.sum(1), without @ self.fails)
        return list(box)[int(values.argmax())]

    def box(self, held: Flags) -> dict[int, Flags]:
        """The conditions among [parameter, slice] that are inside."""
        return {
            k: held[k, :count].copy()
            for k, count in enumerate(self.slices)
            if not held[k, :count].all()
        }

    def peel(self) -> dict[int, Flags]:
        """The best box on the way from all cases to a few; empty if none."""
        best, found = 0.0, np.ones((0, 0), bool)
        for held, cases, failing in self.peeled():
            value = float(self.merits(cases, failing))
            if value > best:
                best, found = value, held
        return self.box(found) if len(found) else {}

    def peeled(self) -> Iterator[tuple[Flags, NDArray[np.int64], NDArray[np.float64]]]:
        """One slice less each time, down to `least` cases.

        [parameter, slice] what is inside, how many cases that holds, and failing ones among them.
        """
        held = np.arange(self.wide) < self.slices[:, None]
        within = np.ones(len(self.codes), bool)
        counts, sums = self._by_slice(within)
        while (place := self._worst(counts, sums)) is not None:
            k, slice_ = place
            gone = within & (self.codes[:, k] == slice_)
            for table, less in zip((counts, sums), self._by_slice(gone), strict=True):
                table -= less
            within &= ~gone
            held = held.copy()
            held[k, slice_] = False
            left = np.flatnonzero(counts[k])
            held[k, : left[0]] = held[k, left[-1] + 1 :] = False  # slices that hold nobody
            yield held, counts[k].sum(), sums[k].sum()

    def _by_slice(self, within: Flags) -> tuple[Numbers, Numbers]:
        """[parameter, slice] cases in each, and failing ones."""
        shape = (len(self.keep), self.wide)
        flat = (self.codes[within] + self.wide * np.arange(len(self.keep))).ravel()
        fails = np.repeat(self.fails[within], len(self.keep))
        size = len(self.keep) * self.wide
        counts, sums = np.bincount(flat, None, size).astype(float), np.bincount(flat, fails, size)
        return counts.reshape(shape), sums.reshape(shape)

    def _worst(self, counts: Numbers, sums: Numbers) -> tuple[int, int] | None:
        """Which slice to take away, of which parameter; None when too few would stay."""
        if not len(self.keep):
            return None
        rows = np.arange(len(self.keep))
        held = counts > 0
        ends = np.stack([held.argmax(1), self.wide - 1 - held[:, ::-1].argmax(1)])
        total, failing = counts[0].sum(), sums[0].sum()
        gone, lost = counts[rows, ends], sums[rows, ends]
        stay = total - gone
        fits = (ends[0] < ends[1]) & (stay >= self.least)
        gain = ((failing - lost) / np.maximum(stay, 1) - failing / total) / gone
        gain = np.where(fits, gain, -np.inf)
        side, k = np.unravel_index(int(gain.argmax()), gain.shape)
        return (int(k), int(ends[side, k])) if np.isfinite(gain[side, k]) else None

    def polish(self, box: Box) -> dict[int, Flags]:
        """Each condition's ends at their best while the others stay, again and again."""
        made, value = dict(box), 0.0
        for _ in range(ROUNDS):
            for k in list(made):
                others = {each: slices for each, slices in made.items() if each != k}
                slices = self._best_ends(k, self.inside(others))
                made = others if slices.all() else {**others, k: slices}
            within = self.inside(made)
            before, value = value, float(self.merits(within.sum(), self.fails[within].sum()))
            if value <= before + GAIN:
                break
        return made

    def _best_ends(self, k: int, within: Flags) -> Flags:
        """The run of slices that is best, one with a single end if it is nearly as good."""
        slices = int(self.slices[k])
        codes, fails = self.codes[within, k], self.fails[within]
        held, failing = (
            np.concatenate([[0], np.bincount(codes, weights, minlength=slices).cumsum()])
            for weights in (None, fails)
        )
        low, high = np.triu_indices(slices)
        values = self.merits(held[high + 1] - held[low], failing[high + 1] - failing[low])
        two_ends = (low > 0) & (high < slices - 1)
        best = int(np.where(two_ends, values, values * PLAIN).argmax())
        return np.asarray((np.arange(slices) >= low[best]) & (np.arange(slices) <= high[best]))


def _screened(cases: Cases, fails: Numbers, rows: Codes) -> list[int]:
    """Places of the parameters that go along most with failing, upwards, downwards or outwards.

    Words, of which there are few, are always among them.
    """
    around = fails - fails.mean()
    goes = np.abs(np.einsum("sij,i->sj", cases.goes[:, rows], around)).max(0)
    goes[cases.words] = np.inf
    return [int(j) for j in np.argsort(-goes, kind="stable")[:SCREENED]]
