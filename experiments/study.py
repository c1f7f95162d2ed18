"""Running many runs: points x replications, on all cores, in a fixed order."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from multiprocessing.context import BaseContext

from experiments.designs import plausible_villages
from experiments.engines import Engine, failed, village_class
from sim.draws import Luck
from sim.parameters import Parameter, Value, resolve
from sim.runs import Record, simulate_all
from sim.scenario import Group, Scenario, register_of
from sim.setting import Setting, setting_for

DETAIL_VILLAGES = 100  # in so many, outlets and products are recorded each week
AHEAD = 4  # parts of work that wait for each worker
MOST_WEEKS = 20_000  # recorded weeks of one point that a part of the work may hold in memory


@dataclass(frozen=True)
class Point:
    """One cell of a design: a scenario in one village, with its own settings.

    `name` is the scenario_id in the tables; village 0 is the default village, 1 .. n are drawn.
    `only` are the replications that are asked for, where not all are.
    """

    name: str
    scenario: Scenario
    village: int
    values: Mapping[str, Value]
    partners: tuple[str, ...] | None = None
    only: range | None = None


@dataclass(frozen=True)
class Study:
    """What stays the same over all points."""

    group: Group
    weeks: int
    seed: int = 0
    replications: int = 5
    detail: bool = True  # record outlets and products each week, in the first villages
    members: bool = False
    overrides: Mapping[str, Value] = field(default_factory=dict)  # --set: beats everything
    engine: Engine = "ensemble"
    village_class: str | None = None  # "module:Class", which can travel to other processes

    @cached_property
    def register(self) -> dict[str, Parameter]:
        """Every parameter of the group."""
        return register_of(self.group)

    def chosen(self, point: Point) -> dict[str, Value]:
        """What differs from the register: drawn values, then the scenario's, then --set."""
        return {**point.values, **point.scenario.set, **self.overrides}

    def setting(self, point: Point) -> Setting:
        """The village of a point."""
        values = resolve(self.register, self.chosen(point))
        return setting_for(self.group, values, self.weeks)


def villages(study: Study, count: int, known: Sequence[str] = ()) -> dict[int, dict[str, Value]]:
    """Village ids and values: the default village alone, or `count` plausible ones."""
    if count == 1:
        return {0: {}}
    fixed = {*known, *study.overrides}
    drawn = plausible_villages(study.register, count, study.seed, fixed)
    return {i + 1: values for i, values in enumerate(drawn)}


def run_point(study: Study, point: Point, setting: Setting | None = None) -> list[Record]:
    """All replications of one point, in its setting."""
    try:
        records = simulate_all(
            setting or study.setting(point),
            point.scenario,
            [Luck(study.seed, point.village, i) for i in point.only or range(study.replications)],
            study.weeks,
            partners=point.partners,
            detail=study.detail and point.village <= DETAIL_VILLAGES,
            members=study.members,
            engine=study.engine,
            village_class=village_class(study.village_class),
        )
    except Exception as error:
        if study.village_class is None:
            raise
        raise failed(study.village_class, error) from error
    return [record._replace(keys=(point.name, *record.keys[1:])) for record in records]


def run_points(
    study: Study, points: Sequence[Point], workers: int = 0
) -> Generator[list[Record], None, None]:
    """Records point by point, in the order given, whatever the number of workers (0: all cores).

    A point of very many replications comes in several pieces. Villages live in processes; the
    ensemble, which leaves the interpreter free, in threads.
    """
    parts = _parts(study, points)
    workers = min(workers or os.cpu_count() or 1, len(points) * len(pieces(study)))
    if workers <= 1:
        for part in parts:
            yield from _run_part(study, part)
    elif study.engine == "ensemble":
        pool = ThreadPoolExecutor(workers)
        yield from _in_order(pool, lambda part: _run_part(study, part), parts, AHEAD * workers)
    else:
        context = worker_context()
        processes = ProcessPoolExecutor(workers, context, _remember, (study,))
        yield from _in_order(processes, _run_remembered, parts, AHEAD * workers)


def pieces(study: Study) -> list[range]:
    """The replications of a point, cut so that no piece holds more than MOST_WEEKS weeks."""
    at_once = max(1, MOST_WEEKS // study.weeks)
    every = range(study.replications)
    return [every[first : first + at_once] for first in range(0, len(every), at_once)]


Part = list[Point]


def _parts(study: Study, points: Iterable[Point]) -> Iterator[Part]:
    """Neighbouring points in the same village, which is then founded once; else one by one."""
    cut = pieces(study)
    if len(cut) > 1:
        return ([replace(point, only=piece)] for point in points for piece in cut)
    if study.engine == "village":
        return ([point] for point in points)
    return (list(alike) for _, alike in groupby(points, study.chosen))


def _run_part(study: Study, part: Part) -> list[list[Record]]:
    setting = study.setting(part[0])
    return [run_point(study, point, setting) for point in part]


def _in_order(
    pool: Executor, run: Callable[[Part], list[list[Record]]], parts: Iterator[Part], ahead: int
) -> Iterator[list[Record]]:
    """Results in the order of the parts; so few are under way that memory stays bounded."""
    waiting: deque[Future[list[list[Record]]]] = deque()
    try:
        for part in parts:
            waiting.append(pool.submit(run, part))
            if len(waiting) == ahead:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def worker_context() -> BaseContext:
    """How workers begin: never a plain fork, for the libraries have threads and it may hang."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # so that a worker need not import it again
    return context


_study: Study


def _remember(study: Study) -> None:
    """Once in each worker: what stays the same need not travel with every point."""
    global _study
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever stops the study stops its workers
    _study = study


def _run_remembered(part: Part) -> list[list[Record]]:
    return _run_part(_study, part)
