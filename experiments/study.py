"""Running many runs: points x replications, on all cores, in a fixed order."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from experiments.designs import plausible_villages
from sim import founding
from sim.parameters import Parameter, Value, resolve
from sim.runs import Record, simulate
from sim.scenario import Group, Scenario, register_of
from sim.village import Luck


@dataclass(frozen=True)
class Point:
    """One cell of a design: a scenario in one village, with its own settings.

    `name` is the scenario_id in the tables; village 0 is the default village, 1 .. n are drawn.
    """

    name: str
    scenario: Scenario
    village: int
    values: Mapping[str, Value]
    partners: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Study:
    """What stays the same over all points."""

    group: Group
    weeks: int
    seed: int = 0
    replications: int = 5
    detail: bool = True  # record outlets and products each week
    members: bool = False
    overrides: Mapping[str, Value] = field(default_factory=dict)  # --set: beats everything

    @property
    def register(self) -> dict[str, Parameter]:
        """Every parameter of the group."""
        return register_of(self.group)

    def setting(self, point: Point) -> founding.Setting:
        """The village of a point: drawn values, then the scenario's, then --set."""
        chosen = {**point.values, **point.scenario.set, **self.overrides}
        return founding.setting_for(self.group, resolve(self.register, chosen), self.weeks)


def villages(study: Study, count: int, known: Sequence[str] = ()) -> dict[int, dict[str, Value]]:
    """Village ids and values: the default village alone, or `count` plausible ones."""
    if count == 1:
        return {0: {}}
    fixed = {*known, *study.overrides}
    drawn = plausible_villages(study.register, count, study.seed, fixed)
    return {i + 1: values for i, values in enumerate(drawn)}


def run_point(study: Study, point: Point) -> list[Record]:
    """All replications of one point."""
    setting = study.setting(point)
    records = []
    for replication in range(study.replications):
        record = simulate(
            setting,
            point.scenario,
            Luck(study.seed, point.village, replication),
            study.weeks,
            partners=point.partners,
            detail=study.detail,
            members=study.members,
        )
        records.append(record._replace(keys=(point.name, *record.keys[1:])))
    return records


def run_points(
    study: Study, points: Sequence[Point], workers: int = 0
) -> Generator[list[Record], None, None]:
    """Records point by point, in the order given, whatever the number of workers (0: all cores)."""
    workers = min(workers or os.cpu_count() or 1, len(points))
    if workers <= 1:
        yield from (run_point(study, point) for point in points)
        return
    way = multiprocessing.get_all_start_methods()[0]  # the platform's own; Mesa 3.3 sets another
    context = multiprocessing.get_context(way)
    with ProcessPoolExecutor(workers, context, _remember, (study,)) as pool:
        try:
            yield from pool.map(_run_remembered, points, chunksize=1)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


_study: Study


def _remember(study: Study) -> None:
    """Once in each worker: what stays the same need not travel with every point."""
    global _study
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever stops the study stops its workers
    _study = study


def _run_remembered(point: Point) -> list[Record]:
    return run_point(_study, point)
