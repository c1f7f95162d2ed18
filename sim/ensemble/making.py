"""The phases production and delivery: the crew, its hours, the goods, the trips."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.compiled import compiled
from sim.draws import Event
from sim.ensemble.basis import Now, draw, note
from sim.ensemble.orders import any_at, trips_together
from sim.happenings import What
from sim.quantiles import smallest
from sim.rules import members, support, work
from sim.rules import selling as selling_rules
from sim.setting import Ground
from sim.state import NONE
from sim.sums import pieces
from sim.world import KubeArrays, Outlets, Room, Women


@compiled
def production(
    ground: Ground, now: Now, women: Women, outlets: Outlets, kube: KubeArrays, room: Room
) -> None:
    p, group = ground.p[0], kube.rows[0]
    effort = 0.0
    for s in range(len(kube.held)):
        if kube.held[s]:
            effort += hold_session(ground, now, women, outlets, kube, room, s)
    group.effort = work.share(effort, group.work_sessions)
    for i in range(group.women):
        woman = women.rows[i]
        missed = 0
        for s in range(len(kube.held)):
            if women.called[i, s] and women.worked[i, s]:
                missed += 1
        woman.wage_lost = work.value(missed, members.wage_lost(p))
        wages = work.value(woman.farm_days, int(p.farm_wage_day))
        woman.farm_income = wages - woman.wage_lost


@compiled
def hold_session(
    ground: Ground, now: Now, women: Women, outlets: Outlets, kube: KubeArrays, room: Room, s: int
) -> float:
    p, group = ground.p[0], kube.rows[0]
    came = 0
    for i in range(group.women):
        if women.came[i, s]:
            came += 1
    ordered = False
    for o in range(len(outlets.rows)):
        ordered = ordered or any_at(outlets.orders, o, s)
    if not ordered:
        group.binding = max(group.binding, work.binding(group.cash_scale, 1.0, 0.0, 0.0))
        return 0.0
    if came < p.min_crew:
        group.binding = max(group.binding, work.Binding.HANDS.value)
        note(now, What.SESSION_CANCELLED, s, came)
        return 0.0
    to_make = room.to_make
    making = 0.0
    tools = support.tools_now(group.tools, group.tools_until >= now.week)
    productivity = work.productivity(p, tools)
    for k in range(len(ground.products)):
        product, wanted = ground.products[k], 0
        for o in range(len(outlets.rows)):
            wanted += outlets.orders[o, k, s]
        to_make[k] = max(0, wanted - kube.stock[k])
        if product.sun_dried:
            to_make[k] = work.dried(to_make[k], ground.ticks[now.tick].drying, tools > 0)
        making += work.making_hours(to_make[k], product.rate, productivity)
    trips = 0.0
    inside, outside = trips_together(p, outlets, s)
    for o in range(len(outlets.rows)):
        if any_at(outlets.orders, o, s):
            share = outside if outlets.rows[o].outside else inside
            trips += work.trip_left(outlets.rows[o].trip_hours, share)
    trips = work.hours_on_the_road(p, trips, group.partners_until >= now.week)
    wanted_crew = work.crew_wanted(p, making + trips)
    effort, crew = choose_crew(p, now, women, group, room, s, came, wanted_crew)
    hours = work.productive_hours(p, crew)
    scale = work.hours_scale(hours, making, trips)
    group.binding = max(group.binding, work.binding(group.cash_scale, scale, hours, making))
    group.work_sessions += crew
    group.spare_hours += work.productive_hours(p, came - crew)
    for k in range(len(ground.products)):
        made = work.scaled(to_make[k], scale)
        kube.made[k] += made
        group.materials += work.value(made, kube.unit_costs[k])
        load(outlets, kube, room, k, s, made)
    return effort


@compiled
def choose_crew(
    p: Any, now: Now, women: Women, group: Any, room: Room, s: int, came: int, wanted: int
) -> tuple[float, int]:
    """Keep those whose turn it is; returns their summed effort and their number."""
    turns, sorting = room.turns, room.sorting[:came]
    place = 0
    for i in range(group.women):
        if women.came[i, s]:
            luck = draw(now, Event.ROTA, women.rows[i].key, s)
            turns[i] = work.turn(women.called[i, s], luck)
            sorting[place] = turns[i]
            place += 1
    last = smallest(sorting, wanted) if wanted < came else np.inf
    effort, crew = 0.0, 0
    for i in range(group.women):
        if women.came[i, s] and turns[i] <= last:
            women.worked[i, s] = True
            woman = women.rows[i]
            effort += members.effort(p, woman.kind, woman.belief, group.norm)
            crew += 1
    return effort, crew


@compiled
def load(outlets: Outlets, kube: KubeArrays, room: Room, k: int, s: int, made: int) -> None:
    available = kube.stock[k] + made
    n = len(outlets.rows)
    asked, loads = room.asked, room.loads
    for o in range(n):
        asked[o] = outlets.orders[o, k, s]
    selling_rules.ration(asked, available, loads)
    for o in range(n):
        outlets.batches[o, k, s] = loads[o]
        available -= loads[o]
    kube.stock[k] = available


@compiled
def delivery(ground: Ground, now: Now, outlets: Outlets, kube: KubeArrays) -> None:
    p, group = ground.p[0], kube.rows[0]
    chance = work.failure_probability(
        p, group.norm, group.management_skill, group.mentor, group.attendance
    )
    group.late = group.work_sessions > 0 and draw(now, Event.DELIVERY, 0, 0) < chance
    lost_share = p.failure_goods_lost if group.late else 0.0
    for s in range(len(kube.held)):
        if kube.held[s]:
            inside, outside = trips_together(p, outlets, s)
            for o in range(len(outlets.rows)):
                if any_at(outlets.batches, o, s):
                    share = outside if outlets.rows[o].outside else inside
                    group.trips += 1
                    group.transport += work.scaled(outlets.rows[o].trip_cost, share)
    for o in range(len(outlets.rows)):
        for k in range(len(ground.products)):
            outlets.delivered[o, k] = pieces(outlets.batches[o, k])
            for s in range(len(kube.held)):
                lost = work.scaled(outlets.batches[o, k, s], lost_share)
                outlets.batches[o, k, s] -= lost
                outlets.lost[o, k] += lost
    if group.late:
        note(now, What.LATE_DELIVERY, NONE, chance)
