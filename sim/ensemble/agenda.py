"""The phase interventions: what takes place, who is invited and comes, what it costs."""

from __future__ import annotations

from typing import Any

from sim.compiled import compiled
from sim.draws import Event, about
from sim.ensemble.basis import Now, draw, note
from sim.ensemble.effects import close_own, take_effect
from sim.happenings import What
from sim.parameters import Kind
from sim.quantiles import rank
from sim.rules import agenda as agenda_rules
from sim.rules import members, work
from sim.setting import Ground
from sim.state import NEVER, NONE, When
from sim.world import Donors, KubeArrays, Outlets, Plans, Room, Women


@compiled
def interventions(
    ground: Ground, now: Now, women: Women, outlets: Outlets, donors: Donors, kube: KubeArrays,
    plans: Plans, room: Room,
) -> None:  # fmt: skip
    for o in range(len(outlets.rows)):
        if outlets.rows[o].own:
            close_own(ground, outlets, o)
    if not kube.rows[0].alive:
        return
    for i in range(len(plans.rows)):
        if takes_place(now, plans.rows[i], outlets, donors, kube.rows[0]):
            carry_out(ground, now, women, outlets, donors, kube, plans, i, room)


@compiled
def takes_place(now: Now, plan: Any, outlets: Outlets, donors: Donors, group: Any) -> bool:
    begins = agenda_rules.begins(plan.left, plan.next_week, now.week) and is_called_for(
        now, plan, outlets, donors, group
    )
    if begins:
        plan.left -= 1
        plan.next_week = now.week + plan.every
        plan.until = now.week + plan.weeks - 1
        plan.last_week = now.week
        if plan.stage != NONE and plan.stage != group.stage:
            group.stage = plan.stage
            group.cycle += 1 if plan.stage == 0 else 0
            note(now, What.STAGE, plan.stage, group.cycle)
    return begins or now.week <= plan.until or now.week == plan.retry_week


@compiled
def is_called_for(now: Now, plan: Any, outlets: Outlets, donors: Donors, group: Any) -> bool:
    happened = NEVER
    if plan.when == When.OUTLET_REFUSED:
        for o in range(len(outlets.rows)):
            if plan.about == NONE or plan.about == o:
                happened = max(happened, outlets.rows[o].refused_week)
    elif plan.when == When.OUTLET_DROPPED:
        for o in range(len(outlets.rows)):
            if plan.about == NONE or plan.about == o:
                happened = max(happened, outlets.rows[o].dropped_week)
    elif plan.when == When.PROPOSAL_REJECTED:
        for d in range(len(donors.rows)):
            if plan.about == NONE or plan.about == d:
                happened = max(happened, donors.rows[d].rejected_week)
    return agenda_rules.holds(
        plan.when, plan.below, happened, plan.last_week, now.week, group.last_attendance,
        group.cash,
    )  # fmt: skip


@compiled
def carry_out(
    ground: Ground, now: Now, women: Women, outlets: Outlets, donors: Donors, kube: KubeArrays,
    plans: Plans, i: int, room: Room,
) -> None:  # fmt: skip
    """Invite, charge, and let it have its effect."""
    group, plan = kube.rows[0], plans.rows[i]
    if not can_pay_levy(ground.p[0], group, plan):
        note(now, What.STALL_CLOSED, plan.outlet, 0.0)
        return
    invited = invite(ground, women, group, plan, room)
    key = key_of(plan, outlets, donors)
    gathered = 0
    for w in range(group.women):
        decide_to_gather(ground.p[0], now, women, w, group, key, room.invited[w])
        if women.rows[w].gathered:
            gathered += 1
    group.turnout = work.share(gathered, invited)
    needs_women = (
        plan.kind in agenda_rules.GATHERINGS
        or plan.kind in agenda_rules.ERRANDS
        or plan.kind in agenda_rules.TALKS
    )
    charge(ground, group, plan.kind)
    if needs_women:
        give_hours(ground, group, plan.kind, gathered)
    else:
        plan.beside_week = now.week
    note(now, plan.kind, plan.outlet if plan.outlet != NONE else plan.donor, 0.0)
    if needs_women and gathered == 0:
        note(now, What.NOBODY_CAME, plan.kind, 0.0)
    elif plan.effective:
        take_effect(ground, now, women, outlets, donors, kube, plans, i)


@compiled
def invite(ground: Ground, women: Women, group: Any, plan: Any, room: Room) -> int:
    """Who is asked to come: all women, the officers, or those who would gain most; how many."""
    gathering, errand = plan.kind in agenda_rules.GATHERINGS, plan.kind in agenda_rules.ERRANDS
    there = invited = 0
    for i in range(group.women):
        woman = women.rows[i]
        asked = gathering and (woman.officer or not plan.officers_only)
        asked = asked or (errand and woman.officer)
        room.invited[i] = woman.active and asked
        invited += 1 if room.invited[i] else 0
        if woman.active:
            room.turns[i] = woman.efficacy if plan.kind == Kind.COUNSELLING else woman.trust
            room.places[there] = i
            there += 1
    if plan.kind in agenda_rules.TALKS:
        wanted = plan.clients if plan.kind == Kind.COUNSELLING else ground.costs[plan.kind].persons
        rank(room.places, there, room.turns)
        invited = min(there, wanted)
        for place in range(invited):
            room.invited[room.places[place]] = True
    return invited


@compiled
def key_of(plan: Any, outlets: Outlets, donors: Donors) -> int:
    partner = 0
    if plan.outlet != NONE:
        partner = outlets.rows[plan.outlet].key
    elif plan.donor != NONE:
        partner = donors.rows[plan.donor].key
    return about(partner, plan.kind)


@compiled
def inclination(p: Any, woman: Any, group: Any) -> float:
    return members.inclination(
        p, woman.kind, woman.trust, woman.efficacy, woman.motivation, woman.belief,
        woman.propensity, woman.expected_pay, group.norm, group.mentor, woman.fgd,
        woman.poor_weeks > 0,
    )  # fmt: skip


@compiled
def decide_to_gather(
    p: Any, now: Now, women: Women, i: int, group: Any, key: int, invited: bool
) -> None:
    woman = women.rows[i]
    woman.gathered = False
    if not invited or woman.ill_weeks > 0:
        return
    chance = members.gathering_probability(p, inclination(p, woman, group), women.called[i, 0])
    woman.gathered = draw(now, Event.GATHERING, woman.key, key) < chance


@compiled
def can_pay_levy(p: Any, group: Any, plan: Any) -> bool:
    if plan.kind != Kind.MARKET_STALL or not plan.effective:
        return True
    return bool(group.cash - group.transport >= int(p.stall_levy))


@compiled
def charge(ground: Ground, group: Any, kind: int) -> None:
    cost = ground.costs[kind]
    group.intervention_rp += work.scaled(cost.rp, ground.p[0].intervention_cost_factor)
    group.facilitator_days += cost.days


@compiled
def give_hours(ground: Ground, group: Any, kind: int, came: int) -> None:
    cost = ground.costs[kind]
    group.intervention_hours += work.hours_of(min(cost.persons, came), cost.hours)
