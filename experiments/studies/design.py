"""From a study to points, and from points to blocks of runs.

A point is one setting of all that is varied; its id is a hash of that setting, so that it stays the
same when a study grows. A cell is a scenario at a point in a village; a block is a fixed stretch of
cells with all their replications, the unit that is lived and stored at once.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from experiments.analysis.drivers import TOPICS, topic_of
from experiments.designs import grid, plausible_villages, quantiles
from experiments.studies.described import ALL, AS_IS, NONE, Asked
from sim.parameters import Parameter, Value
from sim.scenario import Scenario, register_of

BATCH: Final = 100  # villages drawn together, so that more of them leave the first as they are
BLOCK_RUNS: Final = 2_000
OTHERS: Final = "others"  # the topic of parameters that have none
LEVERS: Final = ("partners", "shock", "alternative")  # columns of design.parquet, shift_* aside


@dataclass(frozen=True)
class DesignPoint:
    """One setting of all that is varied: parameters, and levers by their labels."""

    values: Mapping[str, Value]
    levers: Mapping[str, Value]
    place: Mapping[str, Value]  # where it stands in the design: its row, its matrix

    @cached_property
    def id(self) -> str:
        """A hash of the setting: p and ten hexadecimal digits."""
        told = json.dumps([dict(self.values), dict(self.levers)], sort_keys=True)
        return "p" + hashlib.sha256(told.encode()).hexdigest()[:10]


@dataclass(frozen=True)
class Cell:
    """A scenario at a point in a village, with what it then differs in from the register."""

    scenario_id: str
    point_id: str
    village_id: int
    scenario: Scenario
    values: Mapping[str, Value]
    partners: tuple[str, ...] | None


@dataclass(frozen=True)
class Block:
    """A stretch of cells, each with the replications that are to be lived."""

    number: int
    work: tuple[tuple[Cell, tuple[int, ...]], ...]

    @property
    def runs(self) -> int:
        """How many runs it holds."""
        return sum(len(replications) for _, replications in self.work)


@dataclass(frozen=True)
class Layout:
    """Every run of a study, in its order: villages, then points, then scenarios, then luck."""

    asked: Asked
    overrides: Mapping[str, Value]

    @cached_property
    def register(self) -> dict[str, Parameter]:
        """Every parameter of the group."""
        return register_of(self.asked.group)

    @cached_property
    def rows(self) -> list[DesignPoint]:
        """All points in the order of the design; the same setting may stand in several rows."""
        levers = list(_levers(self.asked, self.register))
        return [
            DesignPoint(values, combined, place)
            for place, values in _values(self.asked, self.register)
            for combined in levers
        ]

    @cached_property
    def points(self) -> list[DesignPoint]:
        """All settings, each once."""
        return list({point.id: point for point in reversed(self.rows)}.values())[::-1]

    @cached_property
    def villages(self) -> dict[int, dict[str, Value]]:
        """Village ids and the values drawn for them: 0 is the default village alone."""
        count = self.asked.file.villages
        if not count:
            return {0: {}}
        known = {*self.asked.spans, *self.overrides}
        known |= {name for row in self.asked.rows for name in row}
        known |= {name for scenario in self.asked.scenarios for name in scenario.set}
        seed, drawn = self.asked.file.seed, list[dict[str, Value]]()
        while len(drawn) < count:
            drawn += plausible_villages(self.register, BATCH, seed + len(drawn), known)
        return dict(enumerate(drawn[:count], 1))

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return len(self.villages) * len(self.points) * len(self.asked.scenarios)

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return self.cells * self.asked.file.replications

    def keys(self, cell: int) -> tuple[int, int, int]:
        """Places of a cell's village, point and scenario."""
        rest, scenario = divmod(cell, len(self.asked.scenarios))
        village, point = divmod(rest, len(self.points))
        return village, point, scenario

    def cell(self, place: int) -> Cell:
        """A cell by its place."""
        village, point, scenario = self.keys(place)
        number = self._numbers[village]
        return pulled(
            self.asked.scenarios[scenario], self.points[point], number, self.villages[number],
            self.overrides, self.asked,
        )  # fmt: skip

    @cached_property
    def _numbers(self) -> list[int]:
        return list(self.villages)

    def blocks(self, done: NDArray[np.bool_] | None = None) -> Iterator[Block]:
        """Blocks of what is not `done` ([run], in the order of the layout)."""
        times = self.asked.file.replications
        size = max(1, BLOCK_RUNS // times) * times if times < BLOCK_RUNS else BLOCK_RUNS
        for number, first in enumerate(range(0, self.runs, size)):
            runs = np.arange(first, min(first + size, self.runs))
            if done is not None:
                runs = runs[~done[runs]]
            if len(runs):
                yield self._block(number, runs)

    def _block(self, number: int, runs: NDArray[np.int64]) -> Block:
        times = self.asked.file.replications
        work = [
            (self.cell(place), tuple(run % times for run in some))
            for place, some in itertools.groupby(runs.tolist(), lambda run: run // times)
        ]
        return Block(number, tuple(work))


# --- What is varied ------------------------------------------------------------------------------


def _values(
    asked: Asked, register: Mapping[str, Parameter]
) -> Iterator[tuple[dict[str, Value], dict[str, Value]]]:
    """(place in the design, values of the parameters) of each point, levers aside."""
    file, spans = asked.file, asked.spans
    if file.design == "list":
        for row, values in enumerate(asked.rows):
            yield {"row": row}, dict(values)
    elif file.design == "grid":
        for row, values in enumerate(grid(dict(spans))):
            yield {"row": row}, values
    elif file.design == "lhs":
        shares = qmc.LatinHypercube(len(spans), rng=file.seed).random(file.points)
        for row, values in enumerate(_placed(shares, asked, register)):
            yield {"row": row}, values
    else:
        yield from _saltelli(asked, register)


def inputs(asked: Asked) -> dict[str, list[str]]:
    """The inputs of a study of Sobol' indices: names, and the parameters that move with each."""
    if asked.file.inputs == "parameters":
        return {name: [name] for name in asked.spans}
    groups: dict[str, list[str]] = {topic: [] for topic in (*TOPICS, OTHERS)}
    for name in asked.spans:
        groups[topic_of(name) or OTHERS].append(name)
    return {topic: names for topic, names in groups.items() if names}


def _saltelli(
    asked: Asked, register: Mapping[str, Parameter]
) -> Iterator[tuple[dict[str, Value], dict[str, Value]]]:
    """The matrices A, B and, for each input, A with that input from B (Saltelli 2010)."""
    width, names = len(asked.spans), list(asked.spans)
    both = qmc.Sobol(2 * width, rng=asked.file.seed).random(asked.file.points)
    a, b = both[:, :width], both[:, width:]
    matrices = {"A": a, "B": b}
    for name, members in inputs(asked).items():
        mixed = a.copy()
        chosen = [names.index(member) for member in members]
        mixed[:, chosen] = b[:, chosen]
        matrices[name] = mixed
    for matrix, shares in matrices.items():
        for row, values in enumerate(_placed(shares, asked, register)):
            yield {"row": row, "matrix": matrix}, values


def _placed(
    shares: NDArray[np.float64], asked: Asked, register: Mapping[str, Parameter]
) -> Iterator[dict[str, Value]]:
    """Values at shares (0-1) of the ranges: evenly within a told range, else as the register."""
    columns: dict[str, list[Value]] = {}
    for place, (name, span) in enumerate(asked.spans.items()):
        row, mine = register[name], shares[:, place]
        if span is None:
            columns[name] = quantiles(row, mine)
        else:
            low, high = float(span[0]), float(span[1])
            if row.whole:
                raw = np.floor(low + mine * (high - low + 1))
                columns[name] = [int(min(high, value)) for value in raw]
            else:
                columns[name] = (low + mine * (high - low)).tolist()
    for row_ in range(len(shares)):
        yield {name: values[row_] for name, values in columns.items()}


# --- Levers --------------------------------------------------------------------------------------


def _levers(asked: Asked, register: Mapping[str, Parameter]) -> Iterator[dict[str, Value]]:
    """Every combination of the levers, by their labels."""
    levers = asked.file.levers
    options: dict[str, Sequence[Value]] = {
        f"shift_{kind}": weeks for kind, weeks in levers.shift.items()
    }
    if levers.partners:
        options["partners"] = ["+".join(partners) or NONE for partners in levers.partners]
    if levers.shocks:
        options["shock"] = [NONE, *levers.shocks]
    if levers.alternatives:
        options["alternative"] = [
            AS_IS,
            *(
                f"{name}={form}"
                for name in levers.alternatives
                for form in register[name].choices
                if form != register[name].default
            ),
        ]
    return iter(grid(options))


def pulled(
    scenario: Scenario,
    point: DesignPoint,
    village: int,
    drawn: Mapping[str, Value],
    overrides: Mapping[str, Value],
    asked: Asked,
) -> Cell:
    """What is lived: the levers are pulled, and --set beats all others."""
    values = {**drawn, **scenario.set, **point.values}
    partners: tuple[str, ...] | None = None
    plan = scenario
    for lever, label in point.levers.items():
        if lever == "partners":
            partners = () if label == NONE else tuple(str(label).split("+"))
        elif lever == "shock" and label != NONE:
            shocks = (*plan.shocks, *asked.file.levers.shocks[str(label)])
            plan = plan.model_copy(update={"shocks": shocks})
        elif lever == "alternative" and label != AS_IS:
            name, _, form = str(label).partition("=")
            values[name] = form
        elif lever.startswith("shift_"):
            plan = shifted(plan, lever.removeprefix("shift_"), int(label))
    values |= overrides
    return Cell(scenario.id, point.id, village, plan, values, partners)


def shifted(scenario: Scenario, kind: str, weeks: int) -> Scenario:
    """A scenario with its activities of a kind (or all) some weeks later; none before week 0."""
    plans = [
        plan.model_copy(update={"week": max(0, plan.week + weeks)})
        if kind in (ALL, plan.kind)
        else plan
        for plan in scenario.interventions
    ]
    return scenario.model_copy(update={"interventions": tuple(plans)})


def described(layout: Layout) -> list[dict[str, Any]]:
    """Rows of design.parquet: point_id, where it stands in the design, values and levers."""
    return [{"point_id": row.id, **row.place, **row.values, **row.levers} for row in layout.rows]
