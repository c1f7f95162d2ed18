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
from sim import world as worlds
from sim.compiled import borrowed, compiled, inner, readable
from sim.draws import Luck, event_key
from sim.ensemble.agenda import interventions
from sim.ensemble.basis import EVENTS, Now, Scratch
from sim.ensemble.giving import outside_money
from sim.ensemble.learning import habits, judge, skills
from sim.ensemble.making import delivery, production
from sim.ensemble.network import hearsay, ties
from sim.ensemble.orders import attendance, orders
from sim.ensemble.people import people
from sim.ensemble.selling import division, sales, settlement
from sim.ensemble.shocks import farm_calls, open_week, shocks
from sim.happenings import HAPPENING
from sim.parameters import OUTLET_KINDS
from sim.scenario import Scenario
from sim.setting import Ground, Setting
from sim.world import Donors, Group, Outlets, Plans, Shocks, Women, World


@inner
def lend(ground: Ground, made: World, scratch: Scratch) -> tuple[Ground, World, Scratch]:
    """The same arrays, borrowed for the time of a call."""
    women, outlets, kube = made.women, made.outlets, made.kube
    return (
        Ground(
            borrowed(ground.p), borrowed(ground.products), borrowed(ground.windows),
            borrowed(ground.baked_for), borrowed(ground.ingredients),
            borrowed(ground.ingredient_shares), borrowed(ground.days), borrowed(ground.open_days),
            borrowed(ground.ticks), borrowed(ground.meets), borrowed(ground.costs),
            borrowed(ground.women),
        ),
        World(
            Women(
                borrowed(women.rows), borrowed(women.called), borrowed(women.came),
                borrowed(women.worked),
            ),
            Outlets(
                borrowed(outlets.rows), borrowed(outlets.acquaintances), borrowed(outlets.demand),
                borrowed(outlets.receipts), borrowed(outlets.due), borrowed(outlets.means),
                borrowed(outlets.orders), borrowed(outlets.batches), borrowed(outlets.delivered),
                borrowed(outlets.sold), borrowed(outlets.returned), borrowed(outlets.wasted),
                borrowed(outlets.lost),
            ),
            Donors(borrowed(made.donors.rows)),
            Group(
                borrowed(kube.rows), borrowed(kube.stock), borrowed(kube.offered),
                borrowed(kube.supply), borrowed(kube.sold_memory), borrowed(kube.expected_memory),
                borrowed(kube.material_plans), borrowed(kube.price_rise),
                borrowed(kube.price_weeks), borrowed(kube.held), borrowed(kube.opening_stock),
                borrowed(kube.made), borrowed(kube.unit_costs),
            ),
            Plans(borrowed(made.plans.rows)),
            Shocks(borrowed(made.shocks.rows)),
            borrowed(made.block),
        ),
        Scratch(
            borrowed(scratch.turns), borrowed(scratch.sorting), borrowed(scratch.places),
            borrowed(scratch.invited), borrowed(scratch.views),
            borrowed(scratch.heard), borrowed(scratch.asked), borrowed(scratch.loads),
            borrowed(scratch.alike), borrowed(scratch.to_make),
        ),
    )  # fmt: skip


@compiled
def live(
    whole: Ground, founded: NDArray[np.uint8], whole_world: World, room: Scratch,
    runs: NDArray[np.int64], first: int, last: int, tables: measures.Tables,
    keys: NDArray[np.int64], log: NDArray[np.void], ends: NDArray[np.int64],
) -> None:  # fmt: skip
    """Weeks `first` up to, not including, `last` of all `runs` of one setting.

    When `first` is the first week of the burn-in, each run begins at the founding; else the world
    is as it was left. `ends[r]` tells where the happenings of a run end in `log`. The phases are
    those of `sim.week.PHASES`, in order; all is one function, so that it is optimised once.
    """
    ground, world, scratch = lend(whole, whole_world, room)
    women, outlets, donors = world.women, world.outlets, world.donors
    kube, plans, planned = world.kube, world.plans, world.shocks
    burn_in = ground.p[0].burn_in_weeks
    noted = np.zeros(1, np.int64)
    for r in range(len(runs)):
        if first == -burn_in:
            for byte in range(len(founded)):
                world.block[byte] = founded[byte]
            founding.draw_luck(ground, women, outlets, runs[r])
        here = measures.Tables(
            borrowed(tables.weekly[r]), borrowed(tables.women[r]), borrowed(tables.outlets[r]),
            borrowed(tables.products[r]), borrowed(tables.members[r]),
        )  # fmt: skip
        for week in range(first, last):
            for event in range(len(keys)):
                keys[event] = event_key(runs[r], week, event)
            tick = week + burn_in
            now = Now(runs[r], week, tick, borrowed(keys), borrowed(log), borrowed(noted))
            shocks(ground, now, women, outlets, kube, planned, scratch)
            open_week(ground, now, women, outlets, kube)
            farm_calls(ground, now, women, kube)
            interventions(ground, now, women, outlets, donors, kube, plans, scratch)
            attendance(ground, now, women, kube)
            orders(ground, now, outlets, kube, scratch)
            production(ground, now, women, outlets, kube, scratch)
            delivery(ground, now, outlets, kube)
            sales(ground, now, outlets)
            settlement(ground, outlets, kube)
            division(ground, now, women, donors, kube)
            judge(ground, now, women, outlets, donors, kube)
            habits(ground, now, women, kube)
            skills(ground, outlets, kube)
            hearsay(ground, now, outlets, scratch)
            ties(ground, now, outlets, kube)
            people(ground, now, women, kube)
            outside_money(ground, now, women, donors, kube, plans)
            if week >= 0:
                measures.record(ground, world, week, here)
        ends[r] = noted[0]


MOST_ROWS: Final = 1 << 20  # of happenings that one call may need
_OF_AN_AGENT: Final = 4  # happenings of one week, at most
_OF_A_GROUP: Final = 16


def simulate(
    setting: Setting, scenario: Scenario, lucks: Sequence[Luck], weeks: int,
    partners: Sequence[str] | None, detail: bool, members_too: bool,
) -> Iterator[tuple[measures.Tables, NDArray[np.void]]]:  # fmt: skip
    """Live one run for each luck; yields the tables of each and its happenings (HAPPENING)."""
    founded = founding.found(setting, scenario, partners)
    made = worlds.copy(founded)
    scratch = _scratch(made)
    rows = _most_happenings(made, weeks + int(setting.p.burn_in_weeks))
    chunk = max(1, MOST_ROWS // rows)
    keys = np.zeros(EVENTS, np.int64)
    for first in range(0, len(lucks), chunk):
        some = lucks[first : first + chunk]
        runs = np.array([luck.key for luck in some], np.int64)
        tables = measures.empty(setting, weeks, detail, members_too, len(some))
        log = readable(np.empty(rows * len(some), HAPPENING))
        ends = np.zeros(len(some), np.int64)
        first_week = -int(setting.p.burn_in_weeks)
        live(
            setting.ground, founded.block, made, scratch, runs, first_week, weeks, tables, keys,
            log, ends,
        )  # fmt: skip
        starts = [0, *ends[:-1].tolist()]
        for r, (start, end) in enumerate(zip(starts, ends.tolist(), strict=True)):
            yield measures.Tables(*(part[r] for part in tables)), log[start:end].copy()


def _scratch(made: World) -> Scratch:
    women, outlets = len(made.women.rows), len(made.outlets.rows)
    return Scratch(
        turns=np.zeros(women),
        sorting=np.zeros(women),
        places=np.zeros(women, np.int64),
        invited=np.zeros(women, np.bool_),
        views=np.zeros(outlets),
        heard=np.zeros(outlets),
        asked=np.zeros(outlets, np.int64),
        loads=np.zeros(outlets, np.int64),
        alike=np.zeros((len(OUTLET_KINDS), 2), np.int64),
        to_make=np.zeros(len(made.kube.stock), np.int64),
    )


def _most_happenings(made: World, ticks: int) -> int:
    """More than can be noted in a run: of every agent in every week, and every shock's hits."""
    agents = sum(len(part.rows) for part in made[:-1]) + len(made.kube.price_rise)
    hits = len(made.shocks.rows) * (len(made.women.rows) + len(made.outlets.rows))
    return (_OF_AN_AGENT * agents + _OF_A_GROUP) * ticks + hits
