"""What a shock takes, week by week, and when all is well again: pairs with and without it.

A pair is one scenario, village and luck at points that are alike but for the shock. How sure the
answers are is told by drawing the villages anew, pair by pair (bootstrap).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.analysis.responses import varied

RECOVERED: Final = 0.95  # of what would have been
AT_ONCE: Final = 3  # weeks whose mean counts, as in V13
RESAMPLES: Final = 500
ENDS: Final = (0.025, 0.975)  # of the resamples: 95 in 100

Table = NDArray[np.float64]


@dataclass(frozen=True)
class Pairs:
    """The means of each village over its pairs, week by week: [village, week]."""

    scenario: str
    shock: str
    struck: Table
    usual: Table


def pairs(
    runs: pd.DataFrame, design: pd.DataFrame, measure: str, none: str = "none"
) -> list[Pairs]:
    """The pairs of each scenario and shock, of a measure kept weekly.

    runs: scenario_id, point_id, village_id, replication_id, `measure`_weekly. A run without its
    counterpart (one of them failed) is left out.
    """
    rest = [name for name in varied(design) if name != "shock"]
    points = design.drop_duplicates("point_id")[["point_id", "shock", *rest]]
    keys = ["scenario_id", "village_id", "replication_id"]
    places = runs[[*keys, "point_id"]].assign(place=np.arange(len(runs)))
    places = places.merge(points, on="point_id")
    struck, usual = places[places["shock"] != none], places[places["shock"] == none]
    both = struck.merge(usual, on=[*keys, *rest], suffixes=("", "_usual"))
    if not len(both):
        return []
    weekly = np.stack(list(runs[f"{measure}_weekly"]))
    found = []
    for (scenario, shock), mine in both.groupby(["scenario_id", "shock"], observed=True):
        villages = mine["village_id"].to_numpy()
        with_it, without = (
            _by_village(weekly[mine[name].to_numpy()], villages)
            for name in ("place", "place_usual")
        )
        found.append(Pairs(str(scenario), str(shock), with_it, without))
    return found


def _by_village(weekly: Table, villages: NDArray[np.int64]) -> Table:
    codes, names = pd.factorize(villages)
    sums = np.zeros((len(names), weekly.shape[1]))
    np.add.at(sums, codes, weekly)
    return sums / np.bincount(codes)[:, None]


def ratios(each: Pairs, seed: int = 0) -> pd.DataFrame:
    """scenario_id, shock, week, ratio, lo, hi: with the shock over without it.

    Means over villages of the three weeks that end in `week`; lo, hi: 95 in 100 (nan with one
    village). Without anything to compare with, nan.
    """
    struck, usual = _three_weeks(each.struck), _three_weeks(each.usual)
    again = _weights(len(struck), seed)
    ends = _ends(_over(again @ struck, again @ usual), len(struck))
    return pd.DataFrame(
        {
            "scenario_id": each.scenario, "shock": each.shock,
            "week": np.arange(AT_ONCE - 1, each.struck.shape[1]),
            "ratio": _over(struck.mean(0), usual.mean(0)), "lo": ends[0], "hi": ends[1],
        }
    )  # fmt: skip


def lost(each: Pairs, first: int, seed: int = 0) -> tuple[float, float, float]:
    """What is lost from week `first` to the last, in weeks' worth without the shock; lo, hi.

    What comes later after all (late payments) is taken off, so that it may be below zero. A week's
    worth is the mean of the same weeks without the shock; nan when that is not above zero. lo, hi:
    95 in 100, nan with one village.
    """
    struck, usual = each.struck[:, first:].sum(1), each.usual[:, first:].sum(1)
    weeks = each.usual.shape[1] - first
    again = _weights(len(struck), seed)
    ends = _ends(weeks * _over(again @ (usual - struck), again @ usual), len(struck))
    value = weeks * _over((usual - struck).mean(), usual.mean())
    return float(value), float(ends[0]), float(ends[1])


def weeks_until_well(ratios: pd.DataFrame, end: int) -> float:
    """Weeks after the shock's last week (`end` is the week after it) until all stays nearly well.

    A rebound after which it falls again does not count. 0: nothing is lost any more when it ends;
    nan: not within the run.
    """
    later = ratios[ratios["week"] >= end].dropna(subset="ratio").sort_values("week")
    short = np.flatnonzero(later["ratio"] < RECOVERED)
    if not len(later) or (len(short) and short[-1] == len(later) - 1):
        return np.nan
    return float(later["week"].iloc[short[-1] + 1] - end) if len(short) else 0.0


def _three_weeks(values: Table) -> Table:
    spans = np.lib.stride_tricks.sliding_window_view(values, AT_ONCE, axis=-1)
    return np.asarray(spans.mean(-1))


def _over(mine: NDArray[np.float64], usual: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(mine, usual, out=np.full(np.shape(mine), np.nan), where=np.asarray(usual) > 0)


def _weights(villages: int, seed: int) -> Table:
    """[resample, village]: how often each village is drawn, as a share of all."""
    luck = np.random.default_rng(seed)
    return luck.multinomial(villages, np.full(villages, 1 / villages), RESAMPLES) / villages


def _ends(again: NDArray[np.float64], villages: int) -> NDArray[np.float64]:
    """The ends of 95 in 100 of the resamples; nan for one village, or where any has nothing."""
    ends = np.quantile(again, ENDS, axis=0)
    return ends if villages > 1 else np.full_like(ends, np.nan)
