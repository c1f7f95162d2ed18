"""How long a run takes, measured on this machine now: both engines, and how time grows."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory

import mesa

from experiments.network import with_copies
from sim.draws import Luck
from sim.parameters import Value, resolve
from sim.runs import simulate_all
from sim.scenario import Group, Scenario, load_group, load_scenario, register_of
from sim.setting import Setting, setting_for
from sim.village import Village

ROOT = Path(__file__).resolve().parent.parent
WEEKS = 52
OUTLETS = 7  # two from before and the five of Tabel 4
MEMBERS = (20, 200, 2_000, 20_000)
SHOPS = (8, 80, 800)
SPANS = (26, 52, 104, 208)
BATCH, FEW = 100, 5  # runs of one call
PATIENCE = 0.5  # seconds for which a growing case is timed


class Collected(Village):
    """A village that collects a few measures of itself and its members, as Mesa users do."""

    def __init__(self, setting: Setting, scenario: Scenario, luck: Luck) -> None:
        super().__init__(setting, scenario, luck)
        self.collector = mesa.DataCollector(
            model_reporters={
                "cash": lambda village: village.kube.cash,
                "attendance": lambda village: village.kube.attendance,
                "partners": lambda village: len(village.partners),
            },
            agenttype_reporters={type(self.members[0]): {"pay": "pay", "trust": "trust"}},
        )

    def step(self) -> None:
        super().step()
        self.collector.collect(self)


def bench(runs: int = 20) -> dict[str, float]:
    """Milliseconds per run of 52 weeks with 20 women and 7 outlets, the whole package.

    Medians over `runs` in the village, alone and with a Mesa DataCollector; the best of five rounds
    of `runs` times BATCH in the ensemble, weekly tables included, on one thread and on all cores.
    `growth_*`: the steepest exponent of time between neighbouring sizes. Seconds of new processes:
    `compile_s` until the first run of a model that was never compiled, `start_s` of one that was,
    `help_s` of `semangat --help`.
    """
    group, scenario = _small_group(), load_scenario("package_2019")
    setting = _setting(group)
    simulate_all(setting, scenario, [Luck()], WEEKS)
    simulate_all(setting, scenario, [Luck()], WEEKS, engine="village")
    village = _median(runs, lambda luck: Village(setting, scenario, luck).live(WEEKS))
    collected = _median(runs, lambda luck: Collected(setting, scenario, luck).live(WEEKS))
    ensemble = _ensemble(setting, scenario, runs, 1)
    every = _ensemble(setting, scenario, runs, os.cpu_count() or 1)
    return {
        "village_ms_per_run": village,
        "village_collected_ms_per_run": collected,
        "ensemble_ms_per_run": ensemble,
        "ensemble_ms_per_run_all": every,
        "ratio": village / ensemble,
        "threads_speedup": ensemble / every,
        "growth_members": _growth(MEMBERS, _members(group), FEW),
        "growth_outlets": _growth(SHOPS, _outlets(group), FEW),
        "growth_weeks": _growth(SPANS, ((_setting(group, weeks), weeks) for weeks in SPANS), BATCH),
        **_starts(),
        "runs": float(runs),
        "cores": float(os.cpu_count() or 1),
    }


def _small_group() -> Group:
    group = load_group()
    return group.model_copy(update={"outlets": group.outlets[:OUTLETS]})


def _setting(
    group: Group, weeks: int = WEEKS, overrides: Mapping[str, Value] | None = None
) -> Setting:
    return setting_for(group, resolve(register_of(group), overrides), weeks)


def _median(runs: int, once: Callable[[Luck], object]) -> float:
    """Milliseconds."""
    return statistics.median(
        1_000 * _seconds(lambda luck=Luck(0, 0, i): once(luck))  # type: ignore[misc]
        for i in range(runs)
    )


def _seconds(once: Callable[[], object]) -> float:
    started = time.perf_counter()
    once()
    return time.perf_counter() - started


def _ensemble(setting: Setting, scenario: Scenario, runs: int, threads: int) -> float:
    """Milliseconds per run, the best of five rounds."""
    lucks = [[Luck(0, 0, BATCH * i + j) for j in range(BATCH)] for i in range(runs)]

    def once(some: Sequence[Luck]) -> None:
        simulate_all(setting, scenario, some, WEEKS)

    with ThreadPoolExecutor(threads) as pool:
        rounds = [_seconds(lambda: list(pool.map(once, lucks))) for _ in range(5)]
    return 1_000 * min(rounds) / (runs * BATCH)


# --- New processes ---


def _starts() -> dict[str, float]:
    """Seconds: a copy of the model has a cache of its own, which is empty at first."""
    live = "from sim import load, run; run(load('package_2019'), weeks=1)"
    with TemporaryDirectory() as folder:
        for part in (ROOT / "sim", ROOT / "configs"):
            if part.is_dir():  # installed, the configurations lie in sim
                target = Path(folder) / part.name
                copytree(part, target, ignore=ignore_patterns("__pycache__"))
        first, later = (_process(["-c", live], folder) for _ in range(2))
    help_s = _process(["-m", "experiments.cli", "--help"], str(ROOT))
    return {"compile_s": first, "start_s": later, "help_s": help_s}


def _process(arguments: Sequence[str], folder: str) -> float:
    asked = [sys.executable, *arguments]
    settings = {**os.environ, "PYTHONPATH": folder}
    return _seconds(
        lambda: subprocess.run(asked, cwd=folder, env=settings, check=True, capture_output=True)
    )


# --- Growth ---


def _members(group: Group) -> Iterator[tuple[Setting, int]]:
    for members in MEMBERS:
        yield _setting(group, WEEKS, {"n_members": members}), WEEKS


def _outlets(group: Group) -> Iterator[tuple[Setting, int]]:
    for outlets in SHOPS:
        yield _setting(with_copies(group, outlets)), WEEKS


def _growth(sizes: Sequence[int], cases: Iterator[tuple[Setting, int]], runs: int) -> float:
    """The steepest exponent between neighbouring sizes, of the same `runs` runs at each.

    All outlets take goods.
    """
    lucks = [Luck(0, 0, i) for i in range(runs)]
    times = [_per_run(setting, weeks, lucks) for setting, weeks in cases]
    return max(
        math.log(late / early) / math.log(large / small)
        for (small, early), (large, late) in pairwise(zip(sizes, times, strict=True))
    )


def _per_run(setting: Setting, weeks: int, lucks: Sequence[Luck]) -> float:
    """Seconds: the shortest of the rounds that fit into PATIENCE, the same runs in each."""
    partners, scenario = setting.outlet_ids, load_scenario("none")
    found: list[float] = []
    while len(found) < 3 or sum(found) < PATIENCE:
        found.append(
            _seconds(lambda: simulate_all(setting, scenario, lucks, weeks, partners=partners))
        )
    return min(found[1:]) / len(lucks)
