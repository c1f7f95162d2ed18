"""How fast studies are against the bare ensemble, in one run of one process, and their memory."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from experiments.studies import executors
from experiments.studies.described import StudyFile, settled
from experiments.studies.design import BLOCK_RUNS
from experiments.studies.sweep import Plan, run_study
from sim.draws import Luck
from sim.parameters import resolve
from sim.runs import prepare, weekly_of
from sim.scenario import Group, Scenario, load_group, load_scenario, register_of
from sim.setting import setting_for

WEEKS: Final = 52
SCENARIOS: Final = ("none", "package_2019")
ROUNDS: Final = 3  # bare and study in turn, of which the middle one counts
SHAPES: Final = {"50": 50, "5": 5}  # replications in each village


def bench_studies(runs: int, rounds: int = ROUNDS) -> dict[str, float]:
    """Runs a second of the bare ensemble, and of whole studies of `runs` runs with window measures.

    Bare: the same scenarios in the default village on all cores, nothing kept. `study_R`: R
    replications in each plausible village, from the first village drawn to the last byte on disk.
    `ratio_R`: study over bare, the middle of `rounds`, measured in turn. memory_mb: the most that
    the process ever held.
    """
    group = load_group()
    scenarios = tuple(load_scenario(name, group) for name in SCENARIOS)
    setting = setting_for(group, resolve(register_of(group)), WEEKS)
    prepare(setting, scenarios[0])
    found: dict[str, float] = {"runs": float(runs)}
    rates: dict[str, list[float]] = {name: [] for name in ("bare", *SHAPES)}
    ratios: dict[str, list[float]] = {name: [] for name in SHAPES}
    for _ in range(rounds):
        for name, replications in SHAPES.items():
            bare = _bare(setting, scenarios, min(runs, 20_000))
            whole = _study(group, scenarios, runs, replications)
            rates["bare"].append(bare)
            rates[name].append(whole)
            ratios[name].append(whole / bare)
    found["bare"] = _middle(rates["bare"])
    for name in SHAPES:
        found |= {f"study_{name}": _middle(rates[name]), f"ratio_{name}": _middle(ratios[name])}
    found["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _bare(setting: Any, scenarios: Sequence[Scenario], runs: int) -> float:
    """Runs a second of the ensemble itself."""

    def parts() -> Iterator[tuple[Scenario, list[Luck]]]:
        for first in range(0, runs, BLOCK_RUNS):
            lucks = [Luck(0, 0, i) for i in range(first, min(first + BLOCK_RUNS, runs))]
            half = len(lucks) // 2
            yield scenarios[0], lucks[:half]
            yield scenarios[1], lucks[half:]

    started = time.perf_counter()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = list(pool.map(lambda part: len(weekly_of(setting, *part, WEEKS)), parts()))
    return sum(done) / (time.perf_counter() - started)


def _study(group: Group, scenarios: tuple[Scenario, ...], runs: int, replications: int) -> float:
    """Runs a second of a study, end to end."""
    file = StudyFile.model_validate(
        {
            "id": "bench", "title": "bench", "scenarios": list(SCENARIOS),
            "villages": max(1, runs // replications // len(scenarios)),
            "replications": replications, "windows": {"late": (39, 52)},
        }
    )  # fmt: skip
    started = time.perf_counter()
    with TemporaryDirectory() as folder:
        plan = Plan(settled(file, group, scenarios), {})
        done = run_study(plan, Path(folder) / "study", executors.threads())
    return done.new / (time.perf_counter() - started)
