"""The phases attendance and orders: who comes, what outlets take, what officers promise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled
from sim.draws import Event
from sim.ensemble.agenda import give_hours, inclination
from sim.ensemble.basis import Now, draw, trust_of
from sim.rules import members, work
from sim.rules import selling as selling_rules
from sim.setting import Ground
from sim.state import Status
from sim.sums import pieces, times
from sim.world import KubeArrays, Outlets, Plans, Room, Women


@compiled
def attendance(ground: Ground, now: Now, women: Women, kube: KubeArrays, plans: Plans) -> None:
    p, group = ground.p[0], kube.rows[0]
    came = there = here = 0
    for i in range(group.women):
        woman = women.rows[i]
        if not woman.active:
            continue
        there += 1
        if woman.ill_weeks > 0:
            continue
        logit = inclination(p, woman, group)
        for s in range(len(kube.held)):
            if kube.held[s]:
                chance = members.attendance_probability(p, logit, women.called[i, s])
                women.came[i, s] = draw(now, Event.ATTEND, woman.key, s) < chance
        came += times(women.came[i])
        here += 1 if times(women.came[i]) else 0
    group.attendance = work.share(came, work.hours_of(there, times(kube.held)))
    for i in range(len(plans.rows)):
        if plans.rows[i].beside_week == now.week:
            give_hours(ground, group, plans.rows[i].kind, here)


@compiled
def orders(ground: Ground, now: Now, outlets: Outlets, kube: KubeArrays, room: Room) -> None:
    p, group = ground.p[0], kube.rows[0]
    if times(kube.held) == 0:
        return
    quality = selling_rules.quality_factor(p, group.quality)
    alike = room.alike
    for kind in range(len(alike)):
        alike[kind, 0] = alike[kind, 1] = 0
    for o in range(len(outlets.rows)):
        outlet = outlets.rows[o]
        if outlet.status == Status.PARTNER:
            alike[outlet.kind, 1 if outlet.outside else 0] += 1
    for o in range(len(outlets.rows)):
        outlet = outlets.rows[o]
        if outlet.status == Status.PARTNER:
            rivals = alike[outlet.kind, 1 if outlet.outside else 0]
            order(ground, now, outlets, o, kube, quality, selling_rules.overlap_factor(p, rivals))
    promise(ground, outlets, kube)


@compiled
def order(
    ground: Ground,
    now: Now,
    outlets: Outlets,
    o: int,
    kube: KubeArrays,
    quality: float,
    overlap: float,
) -> None:
    p, outlet = ground.p[0], outlets.rows[o]
    if outlet.closed_weeks > 0:
        return
    sessions = times(kube.held)
    opinion = trust_of(p, outlet)
    for k in range(len(ground.products)):
        if not kube.offered[k]:
            continue
        product = ground.products[k]
        for w in range(product.windows):
            days = ground.days[now.tick, o, k, w]
            outlets.means[o, k, w] = selling_rules.mean_demand(
                outlets.demand[o, k], days, quality, overlap
            )
        share = selling_rules.order_share(p, opinion, outlet.experience, kube.supply[k], outlet.own)
        for s in range(len(kube.held)):
            if kube.held[s]:
                expected = 0.0
                for w in range(product.windows):
                    if ground.baked_for[k, s, w]:
                        expected += outlets.means[o, k, w]
                if product.dry:
                    expected = work.share(expected, sessions)
                outlets.orders[o, k, s] = selling_rules.order(share, expected)


@compiled
def promise(ground: Ground, outlets: Outlets, kube: KubeArrays) -> None:
    p, group = ground.p[0], kube.rows[0]
    broken = 0
    for o in range(len(outlets.rows)):
        if outlets.rows[o].status == Status.DROPPED:
            broken += 1
    group.throughput = work.throughput(p, broken)
    if group.throughput < 1:
        group.binding = work.Binding.TIES
    scale_orders(outlets, group.throughput)
    materials = 0
    for k in range(len(ground.products)):
        rise = ground.ingredient_shares[k]
        cost = work.dearer(ground.products[k].cost, rise, kube.price_rise)
        kube.unit_costs[k] = work.material_cost(p, cost, group.mentor)
        wanted = 0
        for o in range(len(outlets.rows)):
            wanted += pieces(outlets.orders[o, k])
        materials += work.value(max(0, wanted - kube.stock[k]), kube.unit_costs[k])
    transport = group.transport
    for s in range(len(kube.held)):
        if kube.held[s]:
            inside, outside = trips_together(p, outlets, s)
            for o in range(len(outlets.rows)):
                if any_at(outlets.orders, o, s):
                    share = outside if outlets.rows[o].outside else inside
                    transport += work.scaled(outlets.rows[o].trip_cost, share)
    plans = kube.material_plans
    for week in range(len(plans) - 1):
        plans[week] = plans[week + 1]
    plans[len(plans) - 1] = materials
    group.cash_scale = work.cash_scale(group.cash, materials, transport)
    scale_orders(outlets, group.cash_scale)
    for o in range(len(outlets.rows)):
        value = 0
        for k in range(len(ground.products)):
            value += work.value(pieces(outlets.orders[o, k]), ground.products[k].price)
        outlets.rows[o].promised = value


@compiled
def scale_orders(outlets: Outlets, scale: float) -> None:
    if scale == 1:
        return
    for o in range(outlets.orders.shape[0]):
        for k in range(outlets.orders.shape[1]):
            for s in range(outlets.orders.shape[2]):
                outlets.orders[o, k, s] = work.scaled(outlets.orders[o, k, s], scale)


@compiled
def any_at(counts: NDArray[np.int64], o: int, s: int) -> bool:
    """Whether there is anything of outlet `o` at session `s`: ordered, or loaded."""
    found = False
    for k in range(counts.shape[1]):
        found = found or counts[o, k, s] > 0
    return found


@compiled
def trips_together(p: Any, outlets: Outlets, s: int) -> tuple[float, float]:
    """Share of a trip that is left in the village and outside, by how many are served."""
    inside = outside = 0
    for o in range(len(outlets.rows)):
        if any_at(outlets.orders, o, s):
            if outlets.rows[o].outside:
                outside += 1
            else:
                inside += 1
    return work.trip_factor(p, max(1, inside)), work.trip_factor(p, max(1, outside))
