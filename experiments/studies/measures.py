"""What is kept of a run: columns of weekly.parquet, over the whole of it and over windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.runs import LASTS, MEANS
from sim.columns import WEEKLY

MOST_MEASURES: Final = 60
KEPT: Final = (*MEANS, *LASTS)  # unless a study names others
ADDS_UP: Final = frozenset(  # since week 0: what counts is where it ends
    (*LASTS, "proposals_submitted", "outlets_new")
)

_PLACE: Final = {column.name: place for place, column in enumerate(WEEKLY)}


@cache
def known_measures() -> tuple[str, ...]:
    """Every column that can be kept."""
    return tuple(_PLACE)


def names(measures: Sequence[str], windows: Mapping[str, tuple[int, int]]) -> list[str]:
    """The columns of runs.parquet: each measure over the whole run, then over each window."""
    return [*measures, *(f"{each}_{window}" for window in windows for each in measures)]


def over_windows(
    mine: NDArray[np.float64], measures: Sequence[str], windows: Mapping[str, tuple[int, int]]
) -> NDArray[np.float64]:
    """[run, column of `names`] from [run, week, measure] (see `columns`).

    Weeks are added up from first to last, so that a run has the same numbers whatever runs stand
    beside it. A week without a number (such as attendance without a session) is left out.
    """
    adds_up = np.array([name in ADDS_UP for name in measures])
    parts = [
        np.where(adds_up, mine[:, after - 1], _means(mine[:, first:after]))
        for first, after in [(0, mine.shape[1]), *windows.values()]
    ]
    return np.concatenate(parts, axis=1)


def _means(weeks: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(weeks)
    total = np.zeros((len(weeks), weeks.shape[2]))
    for week in range(weeks.shape[1]):
        total += np.where(known[:, week], weeks[:, week], 0.0)
    count = known.sum(1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def columns(weekly: NDArray[np.float64], names: Sequence[str]) -> NDArray[np.float64]:
    """[run, week, measure] from [run, week, column of weekly.parquet]."""
    return weekly[:, :, [_PLACE[name] for name in names]]
