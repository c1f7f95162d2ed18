"""Which uncertainty moves the result: Sobol' indices, rank correlations, a tornado.

Sobol' indices: first order (S), the share of the variance that would go if the input were known;
total (T), the share that is left when everything else is known (Saltelli et al. 2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

RESAMPLES: Final = 500
CONFIDENCE: Final = 0.95
WIDE: Final = 0.1  # half the interval of a total index: from then on the sample is too small
BASE: Final = ("A", "B")
ENDS: Final = 0.2  # share of points at each end of a parameter, for the tornado


def sobol(design: pd.DataFrame, results: pd.Series[float], seed: int = 0) -> pd.DataFrame:
    """input, first, first_lo, first_hi, total, total_lo, total_hi; largest total first.

    design: point_id, matrix, row of a Saltelli sample; results: by point_id. Rows in which any
    matrix has no result are left out; `rows` tells how many are used. Empty without variance.
    """
    wide = design.assign(value=design["point_id"].map(results)).pivot_table(
        index="row", columns="matrix", values="value", sort=False, dropna=False
    )
    wide = wide.dropna()
    inputs = [name for name in design["matrix"].unique() if name not in BASE]
    columns = ["input", "first", "first_lo", "first_hi", "total", "total_lo", "total_hi", "rows"]
    if len(wide) < 2 or np.ptp(wide[list(BASE)].to_numpy()) == 0:
        return pd.DataFrame(columns=columns)
    first, total = _indices(wide, inputs)
    luck = np.random.default_rng(seed)
    again = [
        _indices(wide.iloc[luck.integers(0, len(wide), len(wide))], inputs)
        for _ in range(RESAMPLES)
    ]
    ends = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    firsts, totals = (np.quantile([one[k] for one in again], ends, axis=0) for k in (0, 1))
    table = pd.DataFrame(
        {
            "input": inputs, "first": first, "first_lo": firsts[0], "first_hi": firsts[1],
            "total": total, "total_lo": totals[0], "total_hi": totals[1], "rows": len(wide),
        }
    )  # fmt: skip
    return table.sort_values("total", ascending=False, ignore_index=True)


def _indices(
    wide: pd.DataFrame, inputs: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First-order and total indices of a sample, as `scipy.stats.sobol_indices` estimates them.

    scipy's own wants a power of two, which a sample with failed rows or a resample is not. The mean
    is taken off first, which steadies the estimators.
    """
    base = wide[list(BASE)].to_numpy()
    a, b = (base - base.mean()).T
    ab = wide[list(inputs)].to_numpy() - base.mean()
    variance = np.var([a, b])
    first = (b[:, None] * (ab - a[:, None])).mean(0) / variance
    total = ((a[:, None] - ab) ** 2).mean(0) / 2 / variance
    return first, total


def too_small(table: pd.DataFrame) -> bool:
    """Whether the largest total index is not known to within WIDE, or an index is impossible."""
    if not len(table):
        return True
    half = (table["total_hi"] - table["total_lo"]).max() / 2
    odd = (table["first_hi"] < 0).any() or (table["first_lo"] > table["total_hi"]).any()
    return bool(half > WIDE or odd)


def needed(table: pd.DataFrame) -> int:
    """The next power of two of rows with which the largest total would be known to within WIDE."""
    half = float((table["total_hi"] - table["total_lo"]).max() / 2)
    rows = float(table["rows"].iloc[0]) * max(1.0, (half / WIDE) ** 2)
    return 2 ** int(np.ceil(np.log2(rows)))


def tornado(
    design: pd.DataFrame, results: pd.Series[float], parameters: Sequence[str]
) -> pd.DataFrame:
    """parameter, low, high, at_low, at_high, swing, sure: the result at a parameter's ends.

    The lowest and the highest fifth of points are taken; everything else differs as it happens.
    low, high: the mean of the parameter there. at_low, at_high: the mean result, each with its
    95 in 100 as at_low_lo, at_low_hi, ... sure: whether the ends can be told apart, all parameters
    tried at once (of a hundred that do nothing, five would differ by chance). Widest swing first.
    """
    points = design.drop_duplicates("point_id").set_index("point_id")
    rows = []
    for name in parameters:
        values = points[name].reindex(results.index).astype(float)
        low, high = values.quantile([ENDS, 1 - ENDS])
        lower, upper = values <= low, values >= high
        if low == high or not lower.any() or not upper.any():
            continue
        one, other = results[lower], results[upper]
        rows.append(
            {
                "parameter": name, "low": values[lower].mean(), "high": values[upper].mean(),
                **_end("at_low", one), **_end("at_high", other),
                "chance": _chance(one, other),
            }
        )  # fmt: skip
    columns = ["parameter", "low", "high", *_end("at_low", results), *_end("at_high", results)]
    table = pd.DataFrame(rows, columns=[*columns, "chance"])
    table["swing"] = (table["at_high"] - table["at_low"]).abs()
    table["sure"] = table.pop("chance") * len(table) < 1 - CONFIDENCE
    return table.sort_values("swing", ascending=False, ignore_index=True)


def _end(name: str, results: pd.Series[float]) -> dict[str, float]:
    """The mean at one end with its 95 in 100; nan for these with one point."""
    count, mean = len(results), results.mean()
    if count < 2:
        return {name: mean, f"{name}_lo": np.nan, f"{name}_hi": np.nan}
    half = stats.t.ppf((1 + CONFIDENCE) / 2, count - 1) * results.std() / np.sqrt(count)
    return {name: mean, f"{name}_lo": mean - half, f"{name}_hi": mean + half}


def _chance(one: pd.Series[float], other: pd.Series[float]) -> float:
    """How often ends that are alike would differ as much (Welch); 1 where nothing can be said."""
    if min(len(one), len(other)) < 2:
        return 1.0
    if one.std() == other.std() == 0:
        return float(one.mean() == other.mean())
    return float(stats.ttest_ind(one, other, equal_var=False).pvalue)
