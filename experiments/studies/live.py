"""Living a block of runs: what a worker does, wherever it is. Nothing here touches the disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments import store
from experiments.engines import Engine, village_class
from experiments.studies import measures
from experiments.studies.design import Block, Cell
from sim.draws import Luck
from sim.parameters import Parameter, Value, resolve
from sim.runs import weekly_of
from sim.scenario import Group, register_of
from sim.setting import Setting, setting_for

TOLD = 300  # signs of an error's message that are kept


class SourceError(Exception):
    """A worker has another model than the process that asked."""


@dataclass(frozen=True)
class Frame:
    """What stays the same over all runs of a study; it travels to the workers."""

    group: Group
    weeks: int
    seed: int
    measures: tuple[str, ...]
    windows: Mapping[str, tuple[int, int]]
    weekly: tuple[str, ...] = ()
    engine: Engine = "ensemble"
    village_class: str | None = None
    source: str = ""  # of the model; a worker elsewhere may have another

    @property
    def columns(self) -> list[str]:
        """The columns of numbers in runs.parquet."""
        return measures.names(self.measures, self.windows)


@dataclass(frozen=True)
class Lived:
    """A block that has been lived: one row a run, and the cells that failed."""

    number: int
    keys: dict[str, list[Any]]  # scenario_id, point_id, village_id, replication_id
    numbers: NDArray[np.float64]  # [run, column]
    weekly: dict[str, NDArray[np.float64]]  # [run, week]
    failures: list[dict[str, Any]]


def live_block(frame: Frame, block: Block) -> Lived:
    """Live all runs of a block; a cell that fails is told, and the others go on.

    SourceError where the model is another one.
    """
    if frame.source not in ("", _source()):
        raise SourceError(
            f"a worker has another model ({_source()}) than this process ({frame.source}); "
            "install the same version everywhere"
        )
    keys: dict[str, list[Any]] = {
        "scenario_id": [], "point_id": [], "village_id": [], "replication_id": []
    }  # fmt: skip
    parts, weekly, failures = [], [], []
    register = register_of(frame.group)
    founded: tuple[Mapping[str, Value], Setting] | None = None
    for cell, replications in block.work:
        try:
            if founded is None or founded[0] != cell.values:
                founded = (cell.values, _setting(frame, register, cell))
            lived = _weekly(frame, cell, replications, founded[1])
        except Exception as error:
            founded = None
            failures.append(_failure(cell, replications, error))
            continue
        parts.append(measures.columns(lived, frame.measures))
        weekly.append(measures.columns(lived, frame.weekly))
        for name, value in (
            ("scenario_id", cell.scenario_id),
            ("point_id", cell.point_id),
            ("village_id", cell.village_id),
        ):
            keys[name] += [value] * len(replications)
        keys["replication_id"] += replications
    if not parts:
        nothing = np.zeros((0, len(frame.columns)))
        return Lived(block.number, keys, nothing, {}, failures)
    kept = np.concatenate(weekly)
    return Lived(
        block.number,
        keys,
        measures.over_windows(np.concatenate(parts), frame.measures, frame.windows),
        {name: np.ascontiguousarray(kept[:, :, place]) for place, name in enumerate(frame.weekly)},
        failures,
    )


@cache
def _source() -> str:
    return store.source_hash()


def _setting(frame: Frame, register: Mapping[str, Parameter], cell: Cell) -> Setting:
    return setting_for(frame.group, resolve(register, cell.values), frame.weeks)


def _weekly(
    frame: Frame, cell: Cell, replications: tuple[int, ...], setting: Setting
) -> NDArray[np.float64]:
    return weekly_of(
        setting,
        cell.scenario,
        [Luck(frame.seed, cell.village_id, each) for each in replications],
        frame.weeks,
        partners=cell.partners,
        engine=frame.engine,
        village_class=village_class(frame.village_class),
    )


def _failure(cell: Cell, replications: tuple[int, ...], error: Exception) -> dict[str, Any]:
    return {
        "scenario_id": cell.scenario_id,
        "point_id": cell.point_id,
        "village_id": cell.village_id,
        "replications": len(replications),
        "error": f"{type(error).__name__}: {error}"[:TOLD],
    }
