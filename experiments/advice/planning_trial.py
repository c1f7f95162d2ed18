"""Plans tried in villages: the same villages and the same luck for all of them."""

from __future__ import annotations

import math
import os
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.study import Point, Study, villages
from sim.columns import WEEKLY, WOMAN_SUMS
from sim.draws import Luck
from sim.parameters import Value
from sim.runs import Record, simulate_all
from sim.scenario import Scenario
from sim.setting import Setting

MEASURES: Final = ("income", "fifth", "rp", "days", "hours")
FIFTHS: Final = 5

Numbers = NDArray[np.float64]

_WEEK = {column.name: place for place, column in enumerate(WEEKLY)}
_SUM = {column.name: place for place, column in enumerate(WOMAN_SUMS)}
_ENDS = [_WEEK[n] for n in ("intervention_cost_rp", "facilitator_days", "intervention_hours")]


def measured(record: Record) -> list[float]:
    """MEASURES of a run: net income, own cash of the worst-off fifth (Rp a week), and costs.

    The worst-off fifth are the founding women with the least own cash, farm wages and pay, over
    the run: whoever they are, so that a plan cannot look good by changing who is last.
    """
    weeks = len(record.weekly)
    own = (record.women[:, _SUM["kube_income"]] + record.women[:, _SUM["farm_income"]]) / weeks
    last = np.sort(own)[: math.ceil(len(own) / FIFTHS)]
    income = float(record.weekly[:, _WEEK["net_income"]].mean())
    return [income, float(last.mean()), *(float(record.weekly[-1, place]) for place in _ENDS)]


@dataclass
class Trial(AbstractContextManager["Trial"]):
    """Villages in which plans are tried; their settings are kept when `kept`.

    A context manager: the threads that try end with it.
    """

    study: Study
    drawn: Mapping[int, Mapping[str, Value]]
    workers: int = 0
    kept: bool = False
    runs: int = 0  # lived so far
    _settings: dict[int, Setting] = field(default_factory=dict)
    _pool: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.workers or os.cpu_count())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def tried(self, plans: Sequence[Scenario]) -> Numbers:
        """[plan, village, replication, measure] of plans, in the order of MEASURES."""
        return np.stack(list(self.by_village(plans)), axis=1)

    def by_village(self, plans: Sequence[Scenario]) -> Generator[Numbers, None, None]:
        """[plan, replication, measure], village after village."""
        yield from self._pool.map(lambda village: self._in(village, plans), self.drawn)
        self.runs += len(plans) * len(self.drawn) * self.study.replications

    def _in(self, village: int, plans: Sequence[Scenario]) -> Numbers:
        setting, study = self._setting(village), self.study
        lucks = [Luck(study.seed, village, i) for i in range(study.replications)]
        found = (simulate_all(setting, plan, lucks, study.weeks) for plan in plans)
        return np.array([[measured(record) for record in records] for records in found])

    def _setting(self, village: int) -> Setting:
        if village in self._settings:
            return self._settings[village]
        nothing = Scenario.model_validate({"id": "none", "title": "none"})
        setting = self.study.setting(Point("none", nothing, village, self.drawn[village]))
        if self.kept:
            self._settings[village] = setting
        return setting


def trial(study: Study, count: int, workers: int = 0, *, kept: bool = False) -> Trial:
    """`count` plausible villages of a study; 1: the default village alone."""
    return Trial(study, villages(study, count), workers, kept)
