"""When does something fail? Conditions that hold up on cases they were not found on.

Scenario discovery (Bryant and Lempert 2010) with an honest count: the cases are dealt into parts,
and the box found without a part is counted on it (cross-fitting). `base` is the share of all cases
that fail, `coverage` the share of the failing ones that lie in the box, `density` the share of
those in the box that fail. Whether there is anything to find at all is asked of shuffled outcomes,
searched in just the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

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

PARTS: Final = 5
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
    conditions are told (0: none); by_luck: how often shuffled outcomes did as well (0-1); again:
    of PARTS searches, those that took each parameter of the chosen box; wider: rates of boxes on
    the same number of conditions, from wide to narrow.
    """

    why_not: str
    fails: Numbers
    boxes: tuple[tuple[Condition, ...], ...] = ()
    rates: tuple[Rates, ...] = ()
    chosen: int = 0
    by_luck: float = 1.0
    shuffles: int = 0
    again: dict[str, int] = field(default_factory=dict)
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
) -> Found:
    """The conditions under which cases fail, or why there are none.

    values: one row a case, one column a parameter; fails: [case] chance of failing, 0 to 1.
    ValueError when they differ in length, or `most` is below one.
    """
    if len(values) != len(fails) or most < 1:
        raise ValueError("a row and a chance of failing for each case, and a condition at least")
    cases = cases_of(values)
    if why_not := _why_not(cases, fails):
        return Found(why_not, fails)
    parts = _parts(len(fails), seed)
    boxes = [_search(cases, fails, np.flatnonzero(parts != part), most) for part in range(PARTS)]
    inside = _crossed(cases, parts, boxes, most)
    rates = tuple(rates_of(fails, within) for within in inside)
    by_luck, shuffles = _by_luck(
        cases, fails, parts, most, max(rate.merit for rate in rates), seed, progress
    )
    told = _search(cases, fails, np.arange(len(fails)), most)
    kept = tuple(cases.conditions(box) for box in told)
    if by_luck > BY_LUCK or not told:
        return Found("luck", fails, kept, rates[: len(told)], 0, by_luck, shuffles)
    chosen = min(len(told), fewest(fails, inside))
    box = told[chosen - 1]
    again = {cases.names[j]: sum(j in _of_size(each, chosen) for each in boxes) for j in box}
    return Found(
        "", fails, kept, rates[: len(told)], chosen, by_luck, shuffles, again,
        tuple(_wider(cases, fails, parts, boxes, chosen)), inside[chosen - 1],
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


def _search(cases: Cases, fails: Numbers, rows: NDArray[np.int64], most: int) -> list[Box]:
    return search(cases, fails, rows, most, max(LEAST, round(LEAST_SHARE * len(rows))))


def _of_size(boxes: list[Box], conditions: int) -> Box:
    """The box with so many conditions, or with as many as there are."""
    return boxes[min(conditions, len(boxes)) - 1] if boxes else {}


def _crossed(
    cases: Cases, parts: NDArray[np.int64], boxes: list[list[Box]], most: int
) -> list[Flags]:
    """By number of conditions, [case] whether each lies in the box found without it."""
    within = []
    for conditions in range(1, most + 1):
        each = np.zeros(len(parts), bool)
        for part, found in enumerate(boxes):
            box = _of_size(found, conditions)
            if box:
                each[parts == part] = cases.inside(box)[parts == part]
        within.append(each)
    return within


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


def _by_luck(
    cases: Cases, fails: Numbers, parts: NDArray[np.int64], most: int, reached: float, seed: int,
    progress: Every,
) -> tuple[float, int]:  # fmt: skip
    """How often shuffled outcomes do as well as `reached`, and how many shuffles that took.

    The whole search is done again for each shuffle. It ends as soon as it can no longer come out
    at BY_LUCK or below (Besag and Clifford 1991).
    """
    luck = np.random.default_rng([seed, 2])
    as_well = done = 0
    for _ in progress(iter(range(SHUFFLES))):
        shuffled = luck.permutation(fails)
        boxes = [_search(cases, shuffled, np.flatnonzero(parts != k), most) for k in range(PARTS)]
        inside = _crossed(cases, parts, boxes, most)
        as_well += max(merit(shuffled, within) for within in inside) >= reached
        done += 1
        if 1 + as_well > BY_LUCK * (1 + SHUFFLES):
            break
    return (1 + as_well) / (1 + done), done


def fewest(fails: Numbers, inside: list[Flags]) -> int:
    """How many conditions are told: the fewest that are nearly as good as the best.

    Nearly: within NEARLY standard errors of the difference (as in Breiman et al. 1984, section
    3.4.3), which is found by leaving out one case at a time (jackknife).
    """
    merits = [merit(fails, within) for within in inside]
    best = int(np.argmax(merits))
    without = [_left_out(fails, within) for within in inside]
    for fewer in range(best):
        gap = without[best] - without[fewer]
        error = gap.std() * np.sqrt(len(fails))
        if merits[best] - merits[fewer] <= NEARLY * error:
            return fewer + 1
    return best + 1


def _left_out(fails: Numbers, inside: Flags) -> Numbers:
    """[case] the merit of a box without that case."""
    rest, held = len(fails) - 1, inside.sum() - inside
    mean = (fails.sum() - fails) / rest
    spread = np.sqrt(np.maximum(((fails**2).sum() - fails**2) / rest - mean**2, 0.0))
    failing = fails[inside].sum() - fails * inside
    with np.errstate(divide="ignore", invalid="ignore"):
        merits = (failing / held - mean) / spread * np.sqrt(held / rest)
    return np.nan_to_num(merits)


def _wider(
    cases: Cases, fails: Numbers, parts: NDArray[np.int64], boxes: list[list[Box]], chosen: int
) -> Iterator[Rates]:
    """Rates of wider and narrower boxes on the parameters that each search chose."""
    inside = {width: np.ones(len(fails), bool) for width in WIDTHS}
    for part, found in enumerate(boxes):
        rows, mine = np.flatnonzero(parts != part), parts == part
        on_the_way = path(cases, fails, rows, list(_of_size(found, chosen)), LEAST)
        for box in on_the_way:
            within = cases.inside(box)
            share = within[rows].mean()
            for width in WIDTHS:
                if share >= width:  # the last one that is at least so wide stays
                    inside[width][mine] = within[mine]
    yield from (rates_of(fails, within) for within in inside.values())
