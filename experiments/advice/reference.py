"""The weeks of many plausible villages as the records would have shown them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.progress import track
from experiments.study import Point, Study
from sim.columns import OUTLET_WEEKLY, WEEKLY
from sim.draws import Luck
from sim.parameters import Value
from sim.runs import Record, prepare, simulate_all
from sim.scenario import Group

Series = NDArray[np.float64]

_WEEKLY: Final = {column.name: place for place, column in enumerate(WEEKLY)}
_OUTLET: Final = {column.name: place for place, column in enumerate(OUTLET_WEEKLY)}
RUPIAH: Final = 1_000.0  # amounts of money count in factors from here on
PIECES: Final = 1.0


def series_names(group: Group) -> list[str]:
    """Every series that the model has of a group, in the order of `weeks_of`."""
    outlets = [outlet.id for outlet in group.outlets]
    return [
        "came", "members", "cash",
        *(f"sold_{o}" for o in outlets), *(f"paid_{o}" for o in outlets),
    ]  # fmt: skip


def scale_of(name: str) -> float:
    """The amount from which a series counts in factors; 0: it counts as it is."""
    if name == "cash" or name.startswith("paid_"):
        return RUPIAH
    return PIECES if name.startswith("sold_") else 0.0


def weeks_of(record: Record, women: int) -> Series:
    """[week, series] of a run. `women`: in the group at week 0.

    Attendance is a share of the women who were in the group before the week's end; a week without
    any session is nobody.
    """
    weekly, outlets = record.weekly, record.outlets
    members = weekly[:, _WEEKLY["members"]]
    before = np.concatenate([[women], members[:-1]])
    came = np.nan_to_num(weekly[:, _WEEKLY["attendance"]]) * before
    alone = np.stack([came, members, weekly[:, _WEEKLY["cash"]]], axis=1)
    sold, paid = outlets[:, :, _OUTLET["sold"]], outlets[:, :, _OUTLET["paid"]]
    return np.concatenate([alone, sold, paid], axis=1)


@dataclass(frozen=True)
class Reference:
    """Villages and their weeks."""

    values: pd.DataFrame  # [run] drawn parameters, village_id first
    weeks: Series  # [run, week, series]
    names: tuple[str, ...]  # of the series

    def of(self, names: Sequence[str], first: int, last: int) -> Series:
        """[run, week, series] of these series, weeks `first` to `last`."""
        places = [self.names.index(name) for name in names]
        return self.weeks[:, first : last + 1, places]


def live(
    study: Study, points: Sequence[Point], workers: int = 0, *, told: str = "villages"
) -> Reference:
    """Live all points, each with its own luck, outlets recorded in every week."""
    women = int(study.setting(points[0]).p.n_members)
    prepare(study.setting(points[0]), points[0].scenario)

    def lived(point: Point) -> list[Series]:
        lucks = [Luck(study.seed, point.village, i) for i in range(study.replications)]
        records = simulate_all(
            study.setting(point), point.scenario, lucks, study.weeks, partners=point.partners,
            detail=True, engine=study.engine,
        )  # fmt: skip
        return [weeks_of(record, women) for record in records]

    pool = ThreadPoolExecutor(workers or os.cpu_count())
    try:
        done = track(pool.map(lived, points), len(points), told)
        weeks = np.array([each for some in done for each in some])
    finally:
        pool.shutdown(cancel_futures=True)
    return Reference(_values(points, study.replications), weeks, tuple(series_names(study.group)))


def _values(points: Sequence[Point], replications: int) -> pd.DataFrame:
    rows: list[Mapping[str, Value]] = [
        {"village_id": point.village, **point.values} for point in points
    ]
    table = pd.DataFrame(rows)
    return table.loc[np.repeat(np.arange(len(table)), replications)].reset_index(drop=True)
