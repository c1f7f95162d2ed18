"""From a study to points, and from points to blocks of runs.

A point is one setting of all that is varied; its id is a hash of that setting, so that it stays the
same when a study grows. A cell is a scenario at a point in a village; a block is a fixed stretch of
cells with all their replications, the unit that is lived and stored at once.
"""

from __future__ import annotations

import hashlib
import itertools
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import qmc

from experiments.analysis.drivers import TOPICS, topic_of
from experiments.designs import grid, quantiles, village_columns
from experiments.studies.columns import Columns
from experiments.studies.described import ALL, AS_IS, NONE, Asked
from sim.parameters import Parameter, Value
from sim.scenario import Scenario, register_of

BATCH: Final = 100  # villages drawn together, so that more of them leave the first as they are
BLOCK_RUNS: Final = 2_000  # at most; of small studies a block is a fortieth, but A_FEW runs
A_FEW: Final = 200
SHARDS: Final = 40
OTHERS: Final = "others"  # the topic of parameters that have none
HYPERCUBE: Final = 64  # points drawn together, likewise
ASKED: Final = "asked"  # column of design.parquet: whether the last question asks for the point
LEVERS: Final = ("partners", "shock", "alternative")  # columns of design.parquet, shift_* aside


@dataclass(frozen=True)
class DesignPoint:
    """One setting of all that is varied: parameters, and levers by their labels."""

    values: Mapping[str, Value]
    levers: Mapping[str, Value]

    @cached_property
    def id(self) -> str:
        """A hash of the setting, whatever its order: p and twelve hexadecimal digits."""
        both = {**self.values, **self.levers}
        names = sorted(both)
        words = [f"{name}={both[name]}" for name in names if isinstance(both[name], str)]
        numbers = [float(both[name]) for name in names if not isinstance(both[name], str)]
        told = ",".join([*names, *words]).encode() + struct.pack(f"<{len(numbers)}d", *numbers)
        return "p" + hashlib.sha256(told).hexdigest()[:12]


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
    def _design(self) -> tuple[pd.DataFrame, Columns]:
        """(row, matrix) and values of each point of the design, levers aside."""
        return _values(self.asked, self.register)

    @cached_property
    def levers(self) -> list[dict[str, Value]]:
        """Every combination of the levers, by their labels."""
        return list(_levers(self.asked, self.register))

    def _point(self, row: int) -> DesignPoint:
        place, lever = divmod(row, len(self.levers))
        return DesignPoint(self._design[1][place], self.levers[lever])

    @cached_property
    def row_ids(self) -> list[str]:
        """The point of each row of the design; the same setting may stand in several rows."""
        return [self._point(row).id for row in range(len(self._design[1]) * len(self.levers))]

    @cached_property
    def _rows_of_points(self) -> dict[str, int]:
        """By point: the first row in which it stands."""
        last = dict(zip(reversed(self.row_ids), range(len(self.row_ids) - 1, -1, -1), strict=True))
        return dict(sorted(last.items(), key=lambda each: each[1]))

    @cached_property
    def point_ids(self) -> list[str]:
        """All settings, each once, in the order of the design."""
        return list(self._rows_of_points)

    def point(self, place: int) -> DesignPoint:
        """A setting by its place among `point_ids`."""
        return self._point(self._rows_of_points[self.point_ids[place]])

    @property
    def points(self) -> list[DesignPoint]:
        """All settings: for few of them."""
        return [self.point(place) for place in range(len(self.point_ids))]

    def design_frame(self) -> pd.DataFrame:
        """design.parquet: point_id, row and matrix, what is varied."""
        places, values = self._design
        table = pd.concat([places, values.frame()], axis=1)
        table = table.loc[table.index.repeat(len(self.levers))].reset_index(drop=True)
        for name in self.levers[0]:
            told = [combined[name] for combined in self.levers]
            table[name] = told * len(places)
        table.insert(0, "point_id", self.row_ids)
        return table.assign(**{ASKED: True})

    @property
    def varied(self) -> list[str]:
        """Names of all that differs between points."""
        return sorted(
            {*self.asked.spans, *(n for r in self.asked.rows for n in r), *self.levers[0]}
        )

    @cached_property
    def drawn(self) -> Columns:
        """What is drawn for villages 1, 2, ...; nothing for the default village alone."""
        count = self.asked.file.villages
        known = {*self.asked.spans, *self.overrides}
        known |= {name for row in self.asked.rows for name in row}
        known |= {name for scenario in self.asked.scenarios for name in scenario.set}
        seed, batches = self.asked.file.seed, list[Columns]()
        for first in range(0, count, BATCH):
            columns = village_columns(self.register, BATCH, seed + first, known)
            batch = Columns(columns, BATCH)
            batches.append(batch)
        return Columns.joined(batches).first(count) if count else Columns({}, 1)

    @property
    def village_ids(self) -> range:
        """0 is the default village alone."""
        count = self.asked.file.villages
        return range(1, count + 1) if count else range(1)

    @property
    def villages(self) -> dict[int, dict[str, Value]]:
        """Village ids and what was drawn for them: for few of them."""
        return {number: self.drawn[place] for place, number in enumerate(self.village_ids)}

    def villages_frame(self) -> pd.DataFrame:
        """villages.parquet: village_id and a column for each parameter that was drawn."""
        table = self.drawn.frame()
        table.insert(0, "village_id", list(self.village_ids))
        return table

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return len(self.village_ids) * len(self.point_ids) * len(self.asked.scenarios)

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return self.cells * self.asked.file.replications

    def keys(self, cell: int) -> tuple[int, int, int]:
        """Places of a cell's village, point and scenario."""
        rest, scenario = divmod(cell, len(self.asked.scenarios))
        village, point = divmod(rest, len(self.point_ids))
        return village, point, scenario

    def cell(self, place: int) -> Cell:
        """A cell by its place."""
        village, point, scenario = self.keys(place)
        return pulled(
            self.asked.scenarios[scenario], self.point(point), self.village_ids[village],
            self.drawn[village], self.overrides, self.asked,
        )  # fmt: skip

    @property
    def block_size(self) -> int:
        """Runs of a block: whole cells, unless one alone is too large."""
        times = self.asked.file.replications
        wanted = min(BLOCK_RUNS, max(A_FEW, self.runs // SHARDS))
        return wanted // times * times if times < wanted else wanted

    def blocks(self, done: NDArray[np.bool_] | None = None) -> Iterator[Block]:
        """Blocks of what is not `done` ([run], in the order of the layout)."""
        for number, first in enumerate(range(0, self.runs, self.block_size)):
            runs = np.arange(first, min(first + self.block_size, self.runs))
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


def _values(asked: Asked, register: Mapping[str, Parameter]) -> tuple[pd.DataFrame, Columns]:
    """(row, matrix) of the design and the values of the parameters there, levers aside."""
    file, spans = asked.file, asked.spans
    if file.design == "sobol":
        return _saltelli(asked, register)
    if file.design == "lhs":
        shares = _hypercubes(len(spans), file.points, file.seed)
        values = Columns(_placed(shares, asked, register), file.points)
    else:
        values = Columns.of(asked.rows if file.design == "list" else grid(dict(spans)))
    return pd.DataFrame({"row": range(len(values))}), values


def _hypercubes(width: int, points: int, seed: int) -> NDArray[np.float64]:
    """[point, parameter] shares (0-1): Latin hypercubes of HYPERCUBE points, one after another.

    So the first points stay what they are when more are asked for.
    """
    count = -(-points // HYPERCUBE)
    drawn = [qmc.LatinHypercube(width, rng=[seed, i]).random(HYPERCUBE) for i in range(count)]
    return np.concatenate(drawn)[:points]


def inputs(asked: Asked) -> dict[str, list[str]]:
    """The inputs of a study of Sobol' indices: names, and the parameters that move with each."""
    if asked.file.inputs == "parameters":
        return {name: [name] for name in asked.spans}
    groups: dict[str, list[str]] = {topic: [] for topic in (*TOPICS, OTHERS)}
    for name in asked.spans:
        groups[topic_of(name) or OTHERS].append(name)
    return {topic: names for topic, names in groups.items() if names}


def _saltelli(asked: Asked, register: Mapping[str, Parameter]) -> tuple[pd.DataFrame, Columns]:
    """The matrices A, B and, for each input, A with that input from B (Saltelli 2010)."""
    width, names, points = len(asked.spans), list(asked.spans), asked.file.points
    both = qmc.Sobol(2 * width, rng=asked.file.seed).random(points)
    a, b = both[:, :width], both[:, width:]
    matrices = {"A": a, "B": b}
    for name, members in inputs(asked).items():
        mixed = a.copy()
        chosen = [names.index(member) for member in members]
        mixed[:, chosen] = b[:, chosen]
        matrices[name] = mixed
    values = Columns(_placed(np.concatenate(list(matrices.values())), asked, register),
                     points * len(matrices))  # fmt: skip
    places = {"row": np.tile(np.arange(points), len(matrices)),
              "matrix": np.repeat(list(matrices), points).astype(object)}  # fmt: skip
    return pd.DataFrame(places), values


def _placed(
    shares: NDArray[np.float64], asked: Asked, register: Mapping[str, Parameter]
) -> dict[str, Sequence[Value] | NDArray[Any]]:
    """Values at shares (0-1) of the ranges: evenly within a told range, else as the register."""
    columns: dict[str, Sequence[Value] | NDArray[Any]] = {}
    for place, (name, span) in enumerate(asked.spans.items()):
        row, mine = register[name], shares[:, place]
        if span is None:
            columns[name] = quantiles(row, mine)
            continue
        low, high = float(span[0]), float(span[1])
        if row.whole:
            steps = np.floor(low + mine * (high - low + 1))
            columns[name] = np.minimum(high, steps).astype(np.int64)
        else:
            columns[name] = low + mine * (high - low)
    return columns


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
