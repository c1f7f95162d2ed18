"""How well a fit finds what is behind the records: 200 synthetic groups, each left out in turn.

The villages are lived once; each group is one of them, and is compared with all the others by
regressions that have not seen it. The rows that are printed stand in docs/fit.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from experiments.advice.fit import pairs
from experiments.advice.reference import Reference, live, scale_of
from experiments.advice.scores import drawn_names, scores_of
from experiments.analysis import fitting
from experiments.study import Point, Study, villages
from sim.scenario import load_group, load_scenario, register_of

VILLAGES, GROUPS, WEEKS, LISTED = 4_000, 200, 26, 12
GROUP = load_group()
PLAN = load_scenario("package_2019", GROUP)
REGISTER = register_of(GROUP)
IDLE = 0.005  # of a number's variance: whatever is explained of less is chance


@pytest.fixture(scope="module")
def reference() -> Reference:
    study = Study(GROUP, WEEKS, replications=1)
    drawn = villages(study, VILLAGES, sorted(PLAN.set))
    return live(study, [Point(PLAN.id, PLAN, i, values) for i, values in drawn.items()])


@dataclass(frozen=True)
class Found:
    """[group, number] of each; `names` of the numbers."""

    names: list[str]
    inside: NDArray[np.bool_]
    told: NDArray[np.bool_]
    spread: NDArray[np.float64]
    middle: NDArray[np.float64]
    truth: NDArray[np.float64]
    explained: NDArray[np.float64]


def recover(reference: Reference, series: list[str], written: NDArray[np.bool_]) -> Found:
    """Fit 200 groups whose records have these series and blanks."""
    names = drawn_names(REGISTER, reference.values)
    truth = scores_of(REGISTER, reference.values[names])
    weeks = reference.of(series, 0, WEEKS - 1)
    scales = np.array([scale_of(name) for name in series])
    summary = fitting.summaries(weeks, written, scales, pairs(series))
    runs = np.arange(VILLAGES)
    told = fitting.expected(summary, truth, summary[:0], runs)
    rows = []
    for left_out in np.random.default_rng(0).choice(VILLAGES, GROUPS, replace=False):
        others = runs != left_out
        found = fitting.posterior(
            truth[others], told.reference[others], told.reference[left_out], told.explained
        )
        low, middle, high = found.ranges().T
        mine = truth[left_out]
        rows.append(((low <= mine) & (mine <= high), found.told, found.spread, middle, mine))
    inside, is_told, spread, middle, mine = (np.array(part) for part in zip(*rows, strict=True))
    return Found(names, inside, is_told, spread, middle, mine, told.explained)


def error(by_group: NDArray[np.float64]) -> float:
    """Standard error of a mean over groups, whose numbers hang together."""
    return float(by_group.std(ddof=1) / np.sqrt(len(by_group)))


def coverage(found: Found, of: NDArray[np.bool_]) -> tuple[float, float]:
    """Share of numbers [group, number] within 8 in 10, and its standard error over groups."""
    share = float(found.inside[of].mean())
    strays = ((found.inside - share) * of).sum(1) / of.sum() * len(of)
    return share, error(strays)


def rows(found: Found) -> list[str]:
    """The table for the page: the numbers told most, in Markdown."""
    lines = ["| number | told in | narrower by | correlation | within 8 of 10 |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for k in np.argsort(-found.explained)[:LISTED]:
        share = found.inside[:, k].mean()
        se = np.sqrt(share * (1 - share) / GROUPS)
        met = np.corrcoef(found.middle[:, k], found.truth[:, k])[0, 1]
        lines.append(
            f"| `{found.names[k]}` | {100 * found.told[:, k].mean():.0f} | "
            f"{100 * (1 - found.spread[:, k].mean()):.0f} | {met:.2f} ± "
            f"{(1 - met**2) / np.sqrt(GROUPS):.2f} | {100 * share:.0f} ± {100 * se:.0f} |"
        )
    return lines


def report(what: str, found: Found) -> None:
    every = np.ones_like(found.told)
    idle = np.tile(found.explained < IDLE, (GROUPS, 1))
    of_all, of_told = coverage(found, every), coverage(found, found.told)
    by_chance = found.told[:, found.explained < IDLE].mean(1)
    print(f"\n{what}: {GROUPS} groups, {len(found.names)} numbers")
    print(f"within 8 of 10, all: {100 * of_all[0]:.1f} ± {100 * of_all[1]:.1f}")
    print(f"within 8 of 10, told: {100 * of_told[0]:.1f} ± {100 * of_told[1]:.1f}")
    print(f"told in a book: {found.told.sum(1).mean():.1f} ± {error(found.told.sum(1)):.1f}")
    print(f"told by chance, of {int(idle[0].sum())} that mean nothing: "
          f"{100 * by_chance.mean():.2f} ± {100 * error(by_chance):.2f} in 100")  # fmt: skip
    print("\n".join(rows(found)))


def judged(found: Found) -> None:
    """What must hold of any kind of records."""
    for of in (np.ones_like(found.told), found.told):
        share, se = coverage(found, of)
        assert abs(share - 0.8) < 0.02 + 3 * se
    assert found.told[:, found.explained < IDLE].mean() < 0.005


def test_a_full_book(reference: Reference) -> None:
    """Half a year of everything, while the package of 2019 is carried out."""
    series = [
        name
        for k, name in enumerate(reference.names)
        if name != "members" and reference.weeks[:, :, k].any()
    ]
    found = recover(reference, series, np.ones((WEEKS, len(series)), bool))
    report("a full book", found)
    judged(found)
    best = np.argsort(-found.explained)[:5]
    assert {"n_outlets_init", "payment_lag"} <= {found.names[k] for k in best}
    for k in best:
        assert np.corrcoef(found.middle[:, k], found.truth[:, k])[0, 1] > 0.4
        assert found.told[:, k].mean() > 0.8


def test_a_poor_book(reference: Reference) -> None:
    """Attendance and cash alone, in a quarter of a year, every third week left blank."""
    written = np.zeros((WEEKS, 2), bool)
    written[13:] = True
    written[13::3] = False
    found = recover(reference, ["came", "cash"], written)
    report("a poor book", found)
    judged(found)
