"""Numbers of many runs, each with its Monte Carlo standard error."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from experiments.validation.laboratory import Numbers


class Estimate(NamedTuple):
    """A number and its Monte Carlo standard error; both nan where there is nothing to judge."""

    value: float
    error: float


NOTHING = Estimate(np.nan, np.nan)


def mean(values: Numbers) -> Estimate:
    values = values[~np.isnan(values)]
    if len(values) == 0:
        return Estimate(np.nan, np.nan)
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return Estimate(float(values.mean()), float(error))


def quantile(values: Numbers, share: float) -> Estimate:
    """A quantile; its error from the order statistics one standard error to either side."""
    values = values[~np.isnan(values)]
    if len(values) == 0:
        return Estimate(np.nan, np.nan)
    step = np.sqrt(share * (1 - share) / len(values))
    low, high = np.quantile(values, np.clip([share - step, share + step], 0, 1))
    return Estimate(float(np.quantile(values, share)), float((high - low) / 2))


def share(true: Numbers) -> Estimate:
    """A share of runs; its error as if one more run had gone each way (Agresti and Coull 1998)."""
    n = len(true)
    if n == 0:
        return Estimate(np.nan, np.nan)
    smooth = (true.sum() + 2) / (n + 4)
    return Estimate(float(true.mean()), float(np.sqrt(smooth * (1 - smooth) / (n + 4))))


def ratio(top: Numbers, bottom: Numbers) -> Numbers:
    """Element by element; nan where nothing can be divided."""
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
