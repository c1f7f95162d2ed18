"""How long a run takes, measured on this machine now."""

from __future__ import annotations

import statistics
import time

from sim import founding
from sim.parameters import resolve
from sim.runs import simulate
from sim.scenario import load_group, load_scenario, register_of
from sim.village import Luck

WEEKS = 52


def bench(runs: int = 20) -> dict[str, float]:
    """Milliseconds per run of 52 weeks, 20 women and the outlets of SEMANGAT 72.

    The median over `runs`, weekly tables included; `_detail` with outlets and products each week.
    """
    group = load_group()
    scenario = load_scenario("package_2019", group)
    setting = founding.setting_for(group, resolve(register_of(group)), WEEKS)

    def once(replication: int, detail: bool) -> float:
        started = time.perf_counter()
        simulate(setting, scenario, Luck(replication=replication), WEEKS, detail=detail)
        return 1_000 * (time.perf_counter() - started)

    return {
        "village_ms_per_run": statistics.median(once(i, False) for i in range(runs)),
        "village_ms_per_run_detail": statistics.median(once(i, True) for i in range(runs)),
        "runs": float(runs),
        "weeks": float(WEEKS),
    }
