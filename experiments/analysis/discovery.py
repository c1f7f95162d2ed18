"""When does something fail? Conditions that hold up on cases they were not found on.

Scenario discovery (Bryant and Lempert 2010) with an honest count: the cases are dealt into parts,
and the box found without a part is counted on it (cross-fitting). `base` is the share of all cases
that fail, `coverage` the share of the failing ones that lie in the box, `density` the share of
those in the box that fail. Two ways of searching are tried, and the better one is told: for the
failing cases as they are, which sees any shape; and for what a regression on all parameters makes
of them, which is steadier where many parameters matter a little. Whether there is anything to find
at all is asked of shuffled outcomes, searched in just the same ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.analysis.boxes import (
    Box,
    Cases,
    Condition,
    Flags,
    Numbers,
    cases_of,
    merit,
    path,
    search,
)
from experiments.analysis.smoothing import Ridge

PARTS: Final = 5
WAYS: Final = 2  # of searching
SHUFFLES: Final = 99
BY_LUCK: Final = 0.05  # so often may shuffled outcomes do as well, and a box still be told
LEAST_SHARE: Final = 0.05  # of the cases lie in a box at least
LEAST: Final = 10  # cases in a box at least
FEWEST: Final = 60  # cases at least
FEWEST_EACH: Final = 20  # of them failing, and not failing, at least
NEARLY: Final = 0.5  # standard errors by which fewer conditions may do worse, and are preferred
WIDTHS: Final = (0.6, 0.5, 0.4, 0.3, 0.2, 0.1)  # shares of all cases, of wider and narrower boxes


class Rate(NamedTuple):
    """A share (0-1) and its standard error."""

    value: float
    error: float


class Rates(NamedTuple):
    """What a box is worth, on cases it was not found on. width: the share of cases in it."""

    base: Rate
    coverage: Rate
    density: Rate
    width: float
    merit: float


@dataclass(frozen=True)
class Found:
    """What was found.

    why_not: empty, or `few`, `none_fail`, `all_fail`, `nothing_varies`, `luck`; boxes: the best of
    one condition, of two, ..., found in all cases; rates: what each is worth; chosen: how many
    conditions are told (0: none); by_luck: how often shuffled outcomes did as well (0-1); again: by
    box, of PARTS searches those that took each of its parameters; wider: rates of boxes on the
    parameters that are told, from wide to narrow; inside: [case] whether it lies in the box that
    was found without it.
    """

    why_not: str
    fails: Numbers
    boxes: tuple[tuple[Condition, ...], ...] = ()
    rates: tuple[Rates, ...] = ()
    chosen: int = 0
    by_luck: float = 1.0
    shuffles: int = 0
    again: tuple[dict[str, int], ...] = ()
    wider: tuple[Rates, ...] = ()
    inside: Flags = field(default_factory=lambda: np.zeros(0, bool))

    @property
    def box(self) -> tuple[Condition, ...]:
        """The conditions that are told."""
        return self.boxes[self.chosen - 1] if self.chosen else ()

    @property
    def rate(self) -> Rates:
        """What they are worth."""
        return self.rates[self.chosen - 1]


Every = Callable[[Iterator[int]], Iterator[int]]  # shows how far the shuffles are


def discover(
    values: pd.DataFrame,
    fails: Numbers,
    most: int = 3,
    seed: int = 0,
    progress: Every = iter,
    shuffles: int = SHUFFLES,
) -> Found:
    """The conditions under which cases fail, or why there are none.

    values: one row a case, one column a parameter; fails: [case] chance of failing, 0 to 1;
    shuffles: at most, 19 at least if anything is to be found.
    ValueError when they differ in length, or `most` is below one.
    """
    if len(values) != len(fails) or most < 1:
        raise ValueError("a row and a chance of failing for each case, and a condition at least")
    cases = cases_of(values)
    if why_not := _why_not(cases, fails):
        return Found(why_not, fails)
    hunt = _Hunt(cases, most, _parts(len(fails), seed))
    boxes = hunt.boxes(fails)
    inside = hunt.crossed(boxes)
    rates = [rates_of(fails, within) for within in inside]
    reached = max(rate.merit for rate in rates)
    by_luck, done = _by_luck(hunt, fails, reached, seed, progress, shuffles)
    told = hunt.everywhere(fails)
    again = [_again(box, boxes[i // most], i % most + 1) for i, box in enumerate(told)]
    best = _best(rates, again)
    way = slice(best // most * most, best // most * most + most)
    kept = tuple(cases.conditions(box) for box in told[way])
    rates = [
        _of_told(rate, rates_of(fails, cases.inside(box)))
        for rate, box in zip(rates, told, strict=True)
    ]
    if by_luck > BY_LUCK:
        return Found("luck", fails, kept, tuple(rates[way]), 0, by_luck, done)
    first = way.start
    chosen = first + fewest(fails, inside[first : best + 1], again[first : best + 1]) - 1
    names = tuple({cases.names[j]: count for j, count in each.items()} for each in again[way])
    wider = tuple(_wider(hunt, fails, boxes[chosen // most], chosen % most + 1))
    return Found(
        "", fails, kept, tuple(rates[way]), chosen - first + 1, by_luck, done, names, wider,
        inside[chosen],
    )  # fmt: skip


def _why_not(cases: Cases, fails: Numbers) -> str:
    if len(fails) < FEWEST:
        return "few"
    if fails.sum() < FEWEST_EACH:
        return "none_fail"
    if (1 - fails).sum() < FEWEST_EACH:
        return "all_fail"
    return "" if cases.names else "nothing_varies"


def _parts(count: int, seed: int) -> NDArray[np.int64]:
    """[case] the part it belongs to, all of the same size or nearly."""
    return np.random.default_rng([seed, 1]).permutation(np.arange(count) % PARTS)


class _Hunt:
    """The same search, again and again: without each part, and for other outcomes."""

    def __init__(self, cases: Cases, most: int, parts: NDArray[np.int64]) -> None:
        self.cases, self.most, self.parts = cases, most, parts
        self.rows = [np.flatnonzero(parts != part) for part in range(PARTS)]
        self.ridges = [Ridge(cases.goes[0][rows]) for rows in self.rows]

    def boxes(self, fails: Numbers) -> list[list[list[Box]]]:
        """By way of searching and by part: boxes found without it, by number of conditions."""
        found = [
            self._both(fails, rows, ridge)
            for rows, ridge in zip(self.rows, self.ridges, strict=True)
        ]
        return [[each[way] for each in found] for way in range(WAYS)]

    def everywhere(self, fails: Numbers) -> list[Box]:
        """Boxes found in all cases: one way, with one condition, two, ...; then the other way."""
        rows = np.arange(len(fails))
        found = self._both(fails, rows, Ridge(self.cases.goes[0]))
        return [_of_size(each, m + 1) for each in found for m in range(self.most)]

    def _both(
        self, fails: Numbers, rows: NDArray[np.int64], ridge: Ridge
    ) -> tuple[list[Box], list[Box]]:
        fitted = np.zeros(len(fails))
        fitted[rows] = ridge.fitted(fails[rows])
        least = max(LEAST, round(LEAST_SHARE * len(rows)))
        one, other = (search(self.cases, t, rows, self.most, least) for t in (fails, fitted))
        return one, other

    def crossed(self, boxes: list[list[list[Box]]]) -> list[Flags]:
        """[case] whether each lies in the box found without it; in the order of `everywhere`."""
        return [self._crossed(way, m + 1) for way in boxes for m in range(self.most)]

    def _crossed(self, boxes: list[list[Box]], conditions: int) -> Flags:
        within = np.zeros(len(self.parts), bool)
        for part, found in enumerate(boxes):
            box, mine = _of_size(found, conditions), self.parts == part
            within[mine] = self.cases.inside(box)[mine] & bool(box)
        return within


def _of_size(boxes: list[Box], conditions: int) -> Box:
    """The box with so many conditions, or with as many as there are."""
    return boxes[min(conditions, len(boxes)) - 1] if boxes else {}


def _again(box: Box, boxes: list[list[Box]], conditions: int) -> dict[int, int]:
    """Of the searches without a part, how many took each parameter of a box."""
    return {j: sum(j in _of_size(found, conditions) for found in boxes) for j in box}


def steady(again: Mapping[Any, int]) -> bool:
    """Whether most searches took every parameter of a box."""
    return bool(again) and min(again.values()) > PARTS / 2


def _best(rates: list[Rates], again: list[dict[int, int]]) -> int:
    """The place of the best box among those that most searches agree on, or among all."""
    agreed = [steady(each) for each in again]
    merits = [rate.merit if ok or not any(agreed) else -np.inf
              for rate, ok in zip(rates, agreed, strict=True)]  # fmt: skip
    return int(np.argmax(merits))


def rates_of(fails: Numbers, inside: Flags) -> Rates:
    """Base, coverage and density, with their standard errors over cases (linearised ratios)."""
    held, failing = inside.sum(), fails.sum()
    base = Rate(float(fails.mean()), float(fails.std() / np.sqrt(len(fails))))
    density = fails[inside].mean() if held else np.nan
    coverage = (fails * inside).sum() / failing if failing else np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        of_box = np.sqrt((inside * (fails - density) ** 2).sum()) / held
        of_failing = np.sqrt(((fails * (inside - coverage)) ** 2).sum()) / failing
    return Rates(
        base, Rate(float(coverage), float(of_failing)), Rate(float(density), float(of_box)),
        float(inside.mean()), merit(fails, inside),
    )  # fmt: skip


def _of_told(crossed: Rates, where_found: Rates) -> Rates:
    """Rates of a box found in all cases, for which the boxes found in most of them stand.

    It may be worth more than those, up to what it seems to be worth where it was found: the errors
    take in that gap. (Without it only seven in ten intervals of two errors held the truth.)
    """
    told = {
        name: Rate(one.value, float(np.hypot(one.error, other.value - one.value)))
        for name in ("coverage", "density")
        for one, other in [(getattr(crossed, name), getattr(where_found, name))]
    }
    return crossed._replace(**told)


def _by_luck(
    hunt: _Hunt, fails: Numbers, reached: float, seed: int, progress: Every, shuffles: int
) -> tuple[float, int]:
    """How often shuffled outcomes do as well as `reached`, and how many shuffles that took.

    The whole search is done again for each shuffle. It ends as soon as it can no longer come out
    at BY_LUCK or below (Besag and Clifford 1991).
    """
    luck = np.random.default_rng([seed, 2])
    as_well = done = 0
    for _ in progress(iter(range(shuffles))):
        shuffled = luck.permutation(fails)
        inside = hunt.crossed(hunt.boxes(shuffled))
        as_well += max(merit(shuffled, within) for within in inside) >= reached
        done += 1
        if 1 + as_well > BY_LUCK * (1 + shuffles):
            break
    return (1 + as_well) / (1 + done), done


def fewest(fails: Numbers, inside: list[Flags], again: list[dict[int, int]]) -> int:
    """How many conditions are told: the fewest, steady ones, that are nearly as good as the best.

    inside: of the boxes with one condition, with two, ..., the best one last; again: see `_again`.
    Nearly: within NEARLY standard errors of the difference (as in Breiman et al. 1984, section
    3.4.3), which is found by leaving out one case at a time (jackknife).
    """
    best, *_ = merits = [merit(fails, within) for within in reversed(inside)]
    most = _left_out(fails, inside[-1])
    for fewer, within in enumerate(inside[:-1]):
        error = (most - _left_out(fails, within)).std() * np.sqrt(len(fails))
        if steady(again[fewer]) and best - merits[-1 - fewer] <= NEARLY * error:
            return fewer + 1
    return len(inside)


def _left_out(fails: Numbers, inside: Flags) -> Numbers:
    """[case] the merit of a box without that case."""
    rest, held = len(fails) - 1, inside.sum() - inside
    mean = (fails.sum() - fails) / rest
    spread = np.sqrt(np.maximum(((fails**2).sum() - fails**2) / rest - mean**2, 0.0))
    failing = fails[inside].sum() - fails * inside
    with np.errstate(divide="ignore", invalid="ignore"):
        merits = (failing / held - mean) / spread * np.sqrt(held / rest)
    return np.nan_to_num(merits)


def _wider(hunt: _Hunt, fails: Numbers, boxes: list[list[Box]], conditions: int) -> Iterator[Rates]:
    """Rates of wider and narrower boxes on the parameters that each search chose."""
    inside = {width: np.ones(len(fails), bool) for width in WIDTHS}
    for part, (rows, found) in enumerate(zip(hunt.rows, boxes, strict=True)):
        mine = hunt.parts == part
        for box in path(hunt.cases, fails, rows, list(_of_size(found, conditions)), LEAST):
            within = hunt.cases.inside(box)
            share = within[rows].mean()
            for width in WIDTHS:
                if share >= width:  # the last one that is at least so wide stays
                    inside[width][mine] = within[mine]
    yield from (rates_of(fails, within) for within in inside.values())
