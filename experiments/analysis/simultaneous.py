"""Intervals that hold for all comparisons at once: the maximum of paired differences, redrawn.

Whoever looks at a hundred differences finds some that are large by luck. One critical value for all
of them, taken from the largest studentised deviation when the villages are drawn anew (bootstrap;
Westfall and Young 1993, Romano and Wolf 2005), makes every interval hold at once 19 times in 20.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CONFIDENCE: Final = 0.95
RESAMPLES: Final = 1_000
FEWEST: Final = 2  # villages with which an error can be told
AT_ONCE: Final = 4_000_000  # weights of villages in memory
LEAST: Final = 0.7  # of the error over all villages that a resample's own may be
EXACT: Final = 1e-9  # of the mean: a spread below is rounding

Table = NDArray[np.float64]


def simultaneous(
    table: Table,
    seed: int = 0,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    reach_of_one: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    """mean, error, lo, hi, villages: one row for each column of [village, comparison].

    A column is a paired difference by village; nan where a village has none. All intervals hold at
    once with `confidence`, over the villages that might have been drawn. A column that is the same
    in every village is known exactly: its ends are its mean, and it takes no part in the maximum.
    With one village the ends are nan.

    reach_of_one: by column, how far one village can differ at most; 0 where nothing bounds it. What
    is rare may have been missed: such a column reaches at least as far as if it happened in as many
    more villages as go unseen that often (the rule of three, for all columns at once; Hanley and
    Lippman-Hand 1983).
    """
    table = np.asarray(table, float)
    there = np.isfinite(table)
    filled = np.where(there, table, 0.0)
    count = there.sum(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = filled.sum(0) / count
        square = (np.where(there, filled - mean, 0.0) ** 2).sum(0) / count
        error = np.sqrt(square / (count - 1))
    flat = (error <= EXACT * np.abs(mean)) & (count >= FEWEST)
    error = np.where(flat, 0.0, error)
    free = (error > 0) & (count >= FEWEST)
    reach = np.zeros(table.shape[1])
    if free.any():
        centred = np.where(there, filled - mean, 0.0)[:, free]
        moved = _deviations(centred, there[:, free], error[free], seed, resamples)
        reach[free] = np.quantile(moved, confidence) * error[free]
    if reach_of_one is not None:
        unseen = np.log(table.shape[1] / (1 - confidence)) / np.maximum(count, 1)
        reach = np.maximum(reach, unseen * reach_of_one)
    reach[count < FEWEST] = np.nan
    return pd.DataFrame(
        {"mean": mean, "error": error, "lo": mean - reach, "hi": mean + reach, "villages": count}
    )


def _deviations(
    centred: Table, there: NDArray[np.bool_], error: NDArray[np.float64], seed: int, resamples: int
) -> NDArray[np.float64]:
    """[resample]: the largest deviation from the mean in standard errors of the resample itself.

    Its own errors make up for skew. They are not let below LEAST of the table's: where few villages
    differ at all, a resample that misses most of them would claim to know too much.
    """
    luck = np.random.default_rng(seed)
    villages = len(centred)
    even, square = np.full(villages, 1 / villages), centred**2
    largest = []
    for some in _blocks(resamples, villages):
        drawn = luck.multinomial(villages, even, some).astype(float)
        count = drawn @ there
        with np.errstate(divide="ignore", invalid="ignore"):
            off = (drawn @ centred) / count
            spread = np.sqrt(np.maximum((drawn @ square) / count - off**2, 0.0) / (count - 1))
            told = np.where(np.isfinite(spread), np.maximum(spread, LEAST * error), error)
            largest.append(np.nanmax(np.abs(off) / told, axis=1))
    return np.concatenate(largest)


def _blocks(resamples: int, villages: int) -> list[int]:
    """So many resamples at a time that their weights stay small."""
    block = max(1, AT_ONCE // villages)
    return [min(block, resamples - first) for first in range(0, resamples, block)]


def verdict(lo: float, hi: float, margin: float, better: int = 1) -> str:
    """What an interval says of a difference: better, worse, same, rather_better, ..., open.

    `better` is 1 where more is better, -1 where less is, 0 where it is neither (then: more, less).
    same: no more than `margin` either way. rather_better: surely better than nothing, but perhaps
    by less than the margin. open: the sign is not known.
    """
    if np.isnan(lo) or np.isnan(hi):
        return "open"
    if better < 0:
        lo, hi = -hi, -lo
    if -margin <= lo and hi <= margin:
        return "same"
    if lo <= 0 <= hi:
        return "open"
    word = ("more", "less") if better == 0 else ("better", "worse")
    rather = "" if lo > margin or hi < -margin else "rather_"
    return f"{rather}{word[0] if lo > 0 else word[1]}"
