"""The phases hearsay and ties: what outlets tell, who stops, who comes back."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.compiled import compiled
from sim.draws import Event
from sim.ensemble.basis import Now, draw, note, trust_of
from sim.ensemble.learning import lose_trust
from sim.happenings import What
from sim.rules import outlets as ties_rules
from sim.rules import trust, work
from sim.setting import Ground
from sim.state import NONE, Status
from sim.sums import times
from sim.world import KubeArrays, Outlets, Room


@compiled
def hearsay(ground: Ground, now: Now, outlets: Outlets, room: Room) -> None:
    p, rows = ground.p[0], outlets.rows
    views, heard = room.views, room.heard
    as_partner = trust.telling_probability(p, True)
    otherwise = trust.telling_probability(p, False)
    for o in range(len(rows)):
        views[o] = trust_of(p, rows[o])
    for o in range(len(rows)):
        opinions, told = 0.0, 0
        for other in outlets.acquaintances[o]:
            if other == NONE or not rows[other].informed:
                continue
            chance = as_partner if rows[other].status == Status.PARTNER else otherwise
            if draw(now, Event.HEARSAY, rows[other].key, rows[o].key) < chance:
                opinions += views[other]
                told += 1
        heard[o] = work.share(opinions, told) if told else np.nan
    for o in range(len(rows)):
        if not np.isnan(heard[o]):
            outlet = rows[o]
            outlet.base_rate = trust.base_after_hearsay(p, outlet.base_rate, heard[o])
            if outlet.status == Status.STRANGER:
                outlet.level = outlet.base_rate
            outlet.informed = True


@compiled
def ties(ground: Ground, now: Now, outlets: Outlets, kube: KubeArrays) -> None:
    p, group = ground.p[0], kube.rows[0]
    if now.week < 0 or not group.alive:
        return
    for o in range(len(outlets.rows)):
        outlet = outlets.rows[o]
        if outlet.status == Status.PARTNER and not outlet.own:
            may_stop(p, now, outlet)
        elif outlet.status == Status.DROPPED:
            may_reopen(p, now, outlet)
    serve_fewer_or_more(ground, now, outlets, kube)


@compiled
def may_stop(p: Any, now: Now, outlet: Any) -> None:
    opinion = trust_of(p, outlet)
    if ties_rules.stops(p, opinion, outlet.bad_weeks, outlet.deliveries):
        outlet.status = Status.DROPPED
        outlet.repair_weeks = p.repair_weeks
        outlet.bad_weeks = 0
        outlet.dropped_week = now.week
        note(now, What.DROPPED, outlet.index, opinion)


@compiled
def may_reopen(p: Any, now: Now, outlet: Any) -> None:
    if outlet.repair_weeks > 0:
        outlet.repair_weeks -= 1
        return
    chance = ties_rules.reopening_probability(p, outlet.visited)
    if draw(now, Event.REOPEN, outlet.key, 0) < chance:
        outlet.bad = ties_rules.bad_evidence_kept(p, outlet.bad)
        outlet.level = max(outlet.level, outlet.base_rate)
        outlet.deliveries = 0
        outlet.status = Status.PARTNER
        note(now, What.REOPENED, outlet.index, 0.0)


@compiled
def brings_per_trip(ground: Ground, outlets: Outlets, o: int, kube: KubeArrays) -> Any:
    brings = 0.0
    for k in range(len(ground.products)):
        if kube.offered[k]:
            brings += work.brings_per_trip(
                outlets.demand[o, k], outlets.receipts[o, k], ground.products[k].cost
            )
    return brings - outlets.rows[o].trip_cost


@compiled
def serve_fewer_or_more(ground: Ground, now: Now, outlets: Outlets, kube: KubeArrays) -> None:
    p, group, rows = ground.p[0], kube.rows[0], outlets.rows
    least = best = NONE
    served = 0
    for o in range(len(rows)):
        if rows[o].status == Status.PARTNER and not rows[o].own:
            served += 1
            if least == NONE or brings_less(ground, outlets, kube, o, least):
                least = o
        elif rows[o].status == Status.PAUSED and (
            best == NONE or brings_less(ground, outlets, kube, best, o)
        ):
            best = o
    if group.short_weeks >= p.serve_short_weeks and served > 1:
        rows[least].status = Status.PAUSED
        lose_trust(p, rows[least])
        group.short_weeks = 0
        note(now, What.PAUSED, least, 0.0)
    elif best != NONE and group.work_sessions > 0 and group.short_weeks == 0:
        hours = work.hours_of(times(kube.held), rows[best].trip_hours)
        if hours <= group.spare_hours:
            rows[best].status = Status.PARTNER
            note(now, What.RESUMED, best, 0.0)


@compiled
def brings_less(ground: Ground, outlets: Outlets, kube: KubeArrays, o: int, other: int) -> Any:
    """Whether outlet `o` brings less per trip than `other`, or as much and trusts less."""
    p = ground.p[0]
    mine = brings_per_trip(ground, outlets, o, kube)
    others = brings_per_trip(ground, outlets, other, kube)
    if mine != others:
        return mine < others
    return trust_of(p, outlets.rows[o]) < trust_of(p, outlets.rows[other])
