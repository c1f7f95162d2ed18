"""How a result answers to what a study varies: means by village, gains, cells, stability.

`runs` is one row a run with scenario_id, point_id, village_id, replication_id and measures;
`design` one row a point, with what was varied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CELL: Final = ["point_id", "village_id"]
BOOKKEEPING: Final = ("point_id", "row", "matrix")
BAND: Final = (0.1, 0.5, 0.9)  # of villages
NEARLY_SURE: Final = 1.96  # standard errors to either side
RESAMPLES: Final = 500
CONFIDENCE: Final = 0.95


def varied(design: pd.DataFrame) -> list[str]:
    """The columns of a design that are not the same at all points."""
    return [
        name
        for name in design.columns
        if name not in BOOKKEEPING and design[name].nunique(dropna=False) > 1
    ]


def by_village(runs: pd.DataFrame, measure: str, baseline: str) -> pd.DataFrame:
    """scenario_id, point_id, village_id, value (mean over luck), gain over the baseline.

    The gain is paired: the same point, village and luck. nan where the baseline failed.
    """
    keys = ["scenario_id", *CELL]
    means = runs.groupby(keys, observed=True, sort=False)[measure].mean().rename("value")
    frame = means.reset_index()
    usual = frame.loc[frame["scenario_id"] == baseline, [*CELL, "value"]]
    frame = frame.merge(usual.rename(columns={"value": "usual"}), on=CELL, how="left")
    return frame.assign(gain=frame["value"] - frame.pop("usual"))


def cells(villages: pd.DataFrame, design: pd.DataFrame, factors: Sequence[str]) -> pd.DataFrame:
    """One row a scenario and combination of `factors`: the middle and 8 in 10 of villages.

    villages: see `by_village`. Columns: factors, scenario_id, value, lo, hi, gain, gain_lo,
    gain_hi. Points that differ in other ways are taken together.
    """
    points = design[["point_id", *factors]].drop_duplicates("point_id")
    keys = [*factors, "scenario_id"]
    rows = villages.merge(points, on="point_id").groupby(keys, observed=True, dropna=False)
    value, gain = (rows[name].quantile(list(BAND)).unstack() for name in ("value", "gain"))
    value.columns, gain.columns = ["lo", "value", "hi"], ["gain_lo", "gain", "gain_hi"]
    return pd.concat([value, gain], axis=1).reset_index()


def stability(villages: pd.DataFrame, scenario: str, least: int = 10) -> pd.DataFrame:
    """n, mean, error: the mean gain of a scenario over the first n villages, n doubling.

    Villages are exchangeable, so that the error (one standard error) tells how far the mean can
    move when more are added.
    """
    mine = villages[villages["scenario_id"] == scenario]
    gains = mine.groupby("village_id")["gain"].mean().dropna().to_numpy()
    counts = [n for n in least * 2 ** np.arange(20) if n < len(gains)]
    return pd.DataFrame(
        [
            {
                "n": n,
                "mean": gains[:n].mean(),
                "error": gains[:n].std(ddof=1) / np.sqrt(n),
            }
            for n in (*counts, len(gains))
            if n > 1
        ],
        columns=["n", "mean", "error"],
    )


def enough(error: float, count: int, margin: float) -> int:
    """How many villages make the mean known to within `margin`, 19 times in 20."""
    return int(np.ceil(count * (NEARLY_SURE * error / margin) ** 2))


def by_cell(
    villages: pd.DataFrame, design: pd.DataFrame, factors: Sequence[str], scenario: str, told: str
) -> pd.DataFrame:
    """[village, cell] of `told` (value or gain), cells by the levels of `factors`.

    villages: see `by_village`. Only villages that have a result in every cell.
    """
    points = design[["point_id", *factors]].drop_duplicates("point_id")
    mine = villages[villages["scenario_id"] == scenario].merge(points, on="point_id")
    means = mine.groupby(["village_id", *factors], observed=True, dropna=False)[told].mean()
    return means.unstack(list(factors)).dropna()


def alike(table: NDArray[np.float64], best: int, seed: int = 0) -> NDArray[np.bool_]:
    """Which cells of [village, cell] may on average be as high as the cell `best`.

    By the paired differences of villages, which are drawn anew (bootstrap). The errors hold for all
    cells at once (95 in 100), for the highest of many is partly luck.
    """
    below = table[:, [best]] - table
    villages = len(table)
    luck = np.random.default_rng(seed)
    drawn = luck.multinomial(villages, np.full(villages, 1 / villages), RESAMPLES) / villages
    gap, again = below.mean(0), drawn @ below
    error = again.std(0)
    off = np.divide(again - gap, error, out=np.zeros_like(again), where=error > 0)
    return np.asarray(gap <= np.quantile(off.max(1), CONFIDENCE) * error)
