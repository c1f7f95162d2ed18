"""A grid over parameters, for one or more scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments import store
from experiments.designs import grid
from experiments.execute import execute
from experiments.study import Point, Study, villages
from sim.parameters import Value
from sim.runs import KEYS
from sim.scenario import Scenario


def run_sweep(
    study: Study,
    scenarios: Sequence[Scenario],
    levels: Mapping[str, Sequence[Value]],
    count: int,
    out: Path,
    workers: int = 0,
) -> dict[str, Any]:
    """Run every scenario at every combination of `levels`; returns the manifest."""
    known = {*levels, *(name for scenario in scenarios for name in scenario.set)}
    drawn = villages(study, count, sorted(known))
    points: list[Point] = []
    design: list[dict[str, Value]] = []
    for i, cell in enumerate(grid(levels)):
        swept = {
            f"{scenario.id}#{i}": scenario.model_copy(update={"set": {**scenario.set, **cell}})
            for scenario in scenarios
        }
        design += [{"scenario_id": name, "scenario": s.id, **cell} for name, s in swept.items()]
        points += [
            Point(name, scenario, village, mine)
            for village, mine in drawn.items()
            for name, scenario in swept.items()
        ]
    question = {
        "command": "sweep",
        "scenarios": [scenario.model_dump(mode="json") for scenario in scenarios],
        "levels": {name: list(values) for name, values in levels.items()},
        "villages": count,
    }
    return execute(study, points, out, question, design, workers)


def cells(out: Path, measure: str = "net_income") -> pd.DataFrame:
    """One row per scenario and cell: value (median over villages), lo, hi (8 in 10 villages).

    With several scenarios the first is the baseline, and `gain` columns hold paired differences.
    """
    asked = store.read_manifest(out)["question"]
    parameters, first = list(asked["levels"]), asked["scenarios"][0]["id"]
    runs = store.read(out, "runs").merge(store.read(out, "design"), on="scenario_id")
    village = [*parameters, "scenario", KEYS[1]]
    means = runs.groupby(village)[measure].mean()
    gains = means - means.xs(first, level="scenario")
    frame = means.to_frame("value").assign(gain=gains.reorder_levels(means.index.names))
    cell = frame.groupby([*parameters, "scenario"])
    return pd.concat(
        [_range(cell["value"], ("value", "lo", "hi")), _range(cell["gain"], _GAIN)], axis=1
    ).reset_index()


_GAIN = ("gain", "gain_lo", "gain_hi")


def _range(groups: Any, names: tuple[str, str, str]) -> pd.DataFrame:
    values = groups.quantile([0.5, 0.1, 0.9]).unstack()
    return values.set_axis(list(names), axis=1).astype(np.float64)
