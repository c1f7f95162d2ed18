"""The ensemble: the weeks of the village once more, compiled, for thousands of runs a second.

Phase by phase and name by name the same as `sim.village` and its agents: fetch, call a rule, store.
Both engines call the very same compiled rules with the same keyed luck, so that every field of
every agent is equal after every week, to the last bit (tests/test_twins.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim import founding, measures
from sim.compiled import compiled_long, readable
from sim.draws import Luck, event_key
from sim.ensemble.agenda import interventions
from sim.ensemble.basis import Now
from sim.ensemble.giving import outside_money
from sim.ensemble.learning import habits, judge, skills
from sim.ensemble.making import delivery, production
from sim.ensemble.network import hearsay, ties
from sim.ensemble.orders import attendance, orders
from sim.ensemble.people import people
from sim.ensemble.selling import division, sales, settlement
from sim.ensemble.shocks import farm_calls, open_week, shocks
from sim.happenings import HAPPENING
from sim.scenario import Scenario
from sim.setting import Ground, Setting
from sim.world import PARTS, World


@compiled_long
def live(
    ground: Ground, founded: NDArray[np.uint8], world: World, runs: NDArray[np.int64], first: int,
    last: int, tables: measures.Tables, log: NDArray[np.void], ends: NDArray[np.int64],
) -> None:  # fmt: skip
    """Weeks `first` up to, not including, `last` of all `runs` of one setting.

    When `first` is the first week of the burn-in, each run begins at the founding; else the world
    is as it was left. `ends[r]` tells where the happenings of a run end in `log`. The phases are
    those of `sim.week.PHASES`, in order; all is one function, so that it is optimised once.
    """
    women, outlets, donors = world.women, world.outlets, world.donors
    kube, plans, planned, room = world.kube, world.plans, world.shocks, world.room
    burn_in = ground.p[0].burn_in_weeks
    room.noted[0] = 0
    for r in range(len(runs)):
        if first == -burn_in:
            for byte in range(len(founded)):
                world.block[byte] = founded[byte]
            founding.draw_luck(ground, women, outlets, room, runs[r])
        here = measures.Tables(
            tables.weekly[r], tables.women[r], tables.outlets[r], tables.products[r],
            tables.members[r],
        )  # fmt: skip
        for week in range(first, last):
            for event in range(len(room.keys)):
                room.keys[event] = event_key(runs[r], week, event)
            now = Now(runs[r], week, week + burn_in, room.keys, log, room.noted)
            shocks(ground, now, women, outlets, kube, planned, room)
            open_week(ground, now, women, outlets, kube)
            farm_calls(ground, now, women, kube)
            interventions(ground, now, women, outlets, donors, kube, plans, room)
            attendance(ground, now, women, kube, plans)
            orders(ground, now, outlets, kube, room)
            production(ground, now, women, outlets, kube, room)
            delivery(ground, now, outlets, kube)
            sales(ground, now, outlets)
            settlement(ground, outlets, kube)
            division(ground, now, women, donors, kube)
            judge(ground, now, women, outlets, donors, kube)
            habits(ground, now, women, kube)
            skills(ground, outlets, kube)
            hearsay(ground, now, outlets, room)
            ties(ground, now, outlets, kube)
            people(ground, now, women, kube)
            outside_money(ground, now, women, donors, kube, plans)
            if week >= 0:
                measures.record(ground, world, week, here)
        ends[r] = room.noted[0]


MOST_ROWS: Final = 1 << 20  # of happenings that one call may need
_OF_AN_AGENT: Final = 4  # happenings of one week, at most
_OF_A_GROUP: Final = 16


def simulate(
    setting: Setting, scenario: Scenario, lucks: Sequence[Luck], weeks: int,
    partners: Sequence[str] | None, detail: bool, members_too: bool,
) -> Iterator[tuple[measures.Tables, NDArray[np.void]]]:  # fmt: skip
    """Live one run for each luck; yields the tables of each and its happenings (HAPPENING)."""
    keys = [luck.key for luck in lucks]
    for tables, log, ends in together(
        setting, scenario, keys, weeks, partners, detail, members_too
    ):
        starts = [0, *ends[:-1].tolist()]
        for r, (start, end) in enumerate(zip(starts, ends.tolist(), strict=True)):
            yield measures.Tables(*(part[r] for part in tables)), log[start:end].copy()


def together(
    setting: Setting, scenario: Scenario, keys: Sequence[int], weeks: int,
    partners: Sequence[str] | None, detail: bool, members_too: bool,
) -> Iterator[tuple[measures.Tables, NDArray[np.void], NDArray[np.int64]]]:  # fmt: skip
    """The same for the keys of lucks, many runs at a time: tables [run, ...], log, where it ends.

    The happenings of run r end in `log` at ends[r].
    """
    made = founding.found(setting, scenario, partners)
    founded = made.block.copy()
    rows = _most_happenings(made, weeks + int(setting.p.burn_in_weeks))
    chunk = max(1, MOST_ROWS // rows)
    for first in range(0, len(keys), chunk):
        runs = np.array(keys[first : first + chunk], np.int64)
        tables = measures.empty(setting, weeks, detail, members_too, len(runs))
        log = readable(np.empty(rows * len(runs), HAPPENING))
        ends = np.zeros(len(runs), np.int64)
        first_week = -int(setting.p.burn_in_weeks)
        live(
            setting.ground, founded, made, runs, first_week, weeks, tables, log, ends
        )  # fmt: skip
        yield tables, log, ends


def _most_happenings(made: World, ticks: int) -> int:
    """More than can be noted in a run: of every agent in every week, and every shock's hits."""
    agents = sum(len(getattr(made, part).rows) for part in PARTS) + len(made.kube.price_rise)
    hits = len(made.shocks.rows) * (len(made.women.rows) + len(made.outlets.rows))
    return (_OF_AN_AGENT * agents + _OF_A_GROUP) * ticks + hits
