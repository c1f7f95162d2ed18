"""Which option to choose: ranks, the chance of being best, and what a wrong choice costs.

`worth` is [village, replication, option]: what an option gives in a run, the same village and luck
for all options.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.analysis.simultaneous import RESAMPLES

Worth = NDArray[np.float64]
USUAL_WORST: Final = 0.95  # of villages: what a choice costs at worst, but for one in twenty


def cube(runs: pd.DataFrame, names: Sequence[str], measure: str) -> Worth:
    """[village, replication, scenario] of a measure; runs: one row a run of each scenario.

    Villages and replications in rising order. nan where a run is not there.
    """
    keys = ["village_id", "replication_id", "scenario_id"]
    mine = runs[runs["scenario_id"].isin(list(names))].set_index(keys)[measure]
    villages, lucks = (mine.index.unique(level).sort_values() for level in keys[:2])
    whole = pd.MultiIndex.from_product([villages, lucks, list(names)])
    return mine.reindex(whole).to_numpy(float).reshape(len(villages), len(lucks), len(names))


def ranks(lo: NDArray[np.float64], hi: NDArray[np.float64]) -> NDArray[np.int64]:
    """[option, 2]: the best and the worst place that an option may have (1 is the first).

    lo, hi: [option, option] ends of simultaneous intervals of row less column. All places hold at
    once (Mogstad, Romano, Shaikh and Wilhelm 2024, "Inference for ranks").
    """
    count = len(lo)
    ahead, behind = (hi < 0).sum(1), (lo > 0).sum(1)
    return np.stack([1 + ahead, count - behind], axis=1)


def pairs_of(count: int) -> list[tuple[int, int]]:
    """All ordered pairs of so many options."""
    return list(permutations(range(count), 2))


def best_share(worth: Worth) -> pd.DataFrame:
    """best, error: share of villages in which each option gives most (mean over luck).

    Options that are equal share a village. error: Monte Carlo standard error.
    """
    means = worth.mean(1)
    top = means == means.max(1, keepdims=True)
    share = (top / top.sum(1, keepdims=True)).mean(0)
    return pd.DataFrame({"best": share, "error": np.sqrt(share * (1 - share) / len(means))})


def best_on_average(worth: Worth, seed: int = 0, resamples: int = RESAMPLES) -> Worth:
    """[option]: how often it gives most on average when the villages are drawn anew."""
    means = worth.mean(1)
    villages = len(means)
    luck = np.random.default_rng(seed)
    drawn = luck.multinomial(villages, np.full(villages, 1 / villages), resamples)
    again = drawn @ means
    top = again == again.max(1, keepdims=True)
    return np.asarray((top / top.sum(1, keepdims=True)).mean(0))


def regret(worth: Worth) -> pd.DataFrame:
    """What choosing an option costs against knowing which is best in each village.

    Columns, in the unit of worth: mean, error (over villages); ceiling, ceiling_error; usual_worst
    (the 95th percentile over villages), worst, worst_error (standard error of that one village's
    mean over luck).

    The best of many looks better than it is when it is chosen by the luck that is then counted:
    `ceiling` is that, an upper bound. `mean` takes the best by one half of the luck and counts it
    by the other (both ways round), a lower bound that grows towards the truth with more
    replications. With one replication `mean` is nan. usual_worst and worst are of the same kind as
    `ceiling`: too high rather than too low.
    """
    means = worth.mean(1)
    naive = means.max(1, keepdims=True) - means
    crossed = _crossed(worth)
    at = naive.argmax(0)
    options = np.arange(worth.shape[2])
    lost = worth[at, :, means[at].argmax(1)] - worth[at, :, options]
    lucks = worth.shape[1]
    of_one = lost.std(1, ddof=1) / np.sqrt(lucks) if lucks > 1 else np.full(len(options), np.nan)
    return pd.DataFrame(
        {
            "mean": crossed.mean(0), "error": _error(crossed),
            "ceiling": naive.mean(0), "ceiling_error": _error(naive),
            "usual_worst": np.quantile(naive, USUAL_WORST, axis=0),
            "worst": naive.max(0), "worst_error": of_one,
        }
    )  # fmt: skip


def _crossed(worth: Worth) -> Worth:
    """[village, option]: the best by one half of the luck, less the option, by the other half."""
    half = worth.shape[1] // 2
    if not half:
        return np.full(worth.shape[::2], np.nan)
    one, other = worth[:, :half].mean(1), worth[:, half:].mean(1)
    villages = np.arange(len(worth))
    forth = other[villages, one.argmax(1)][:, None] - other
    back = one[villages, other.argmax(1)][:, None] - one
    return np.asarray((forth + back) / 2)


def _error(table: Worth) -> Worth:
    if len(table) < 2:
        return np.full(table.shape[1], np.nan)
    return np.asarray(table.std(0, ddof=1) / np.sqrt(len(table)))
