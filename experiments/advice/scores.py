"""Drawn numbers as scores: standard normal over the plausible villages, whatever their range.

What is said of a score stays within the number's range when it is turned back, and a factor is
treated as a factor: both follow from the triangle that villages are drawn from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm, triang

from experiments.designs import quantiles
from sim.parameters import Parameter, Value

EDGE = 1e-6  # shares nearer to 0 or 1 have no score
Table = NDArray[np.float64]


def drawn_names(register: Mapping[str, Parameter], values: pd.DataFrame) -> list[str]:
    """The parameters of the register that differ between villages."""
    return [str(name) for name in values.columns if name in register and register[name].drawn]


def scores_of(register: Mapping[str, Parameter], values: pd.DataFrame) -> Table:
    """[row, parameter] of values [row x parameter]; a whole number gets its middle."""
    columns = [_scores(register[str(name)], values[name].to_numpy(float)) for name in values]
    return np.stack(columns, axis=1)


def values_of(
    register: Mapping[str, Parameter], names: Sequence[str], scores: Table
) -> dict[str, list[Value]]:
    """By parameter: its values at scores [row, parameter], within its range."""
    shares = np.clip(norm.cdf(scores), EDGE, 1 - EDGE)
    return {name: quantiles(register[name], shares[:, k]) for k, name in enumerate(names)}


def _scores(row: Parameter, values: NDArray[np.float64]) -> NDArray[np.float64]:
    if row.whole:
        shares = (_share(row, values - 0.5) + _share(row, values + 0.5)) / 2
    else:
        shares = _share(row, values)
    return np.asarray(norm.ppf(np.clip(shares, EDGE, 1 - EDGE)))


def _share(row: Parameter, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares (0-1) of the triangle of `experiments.designs.plausible_villages`."""
    ends = np.array([row.low, float(row.default), row.high])
    if row.distribution == "log_triangular" and row.low > 0:
        ends, values = np.log(ends), np.log(values)
    elif row.whole:
        ends = ends + np.array([-0.5, 0.0, 0.5])
    low, mode, high = ends.tolist()
    return np.asarray(triang.cdf(values, (mode - low) / (high - low), low, high - low))
