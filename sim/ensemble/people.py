"""The phase people: officers, houses, leaving, joining, and the production core."""

from __future__ import annotations

from typing import Any

from sim import founding
from sim.compiled import compiled
from sim.draws import Event
from sim.ensemble.basis import Now, active_women, draw, note
from sim.happenings import What
from sim.rules import members, work
from sim.setting import Ground
from sim.state import NONE
from sim.world import KubeArrays, Women


@compiled
def people(ground: Ground, now: Now, women: Women, kube: KubeArrays) -> None:
    p, group = ground.p[0], kube.rows[0]
    if now.week < 0 or not group.alive:
        return
    replace_lost_officer(p, now, women, group)
    for i in range(group.women):
        woman = women.rows[i]
        if woman.active:
            chance = members.exit_probability(p, woman.unpaid_weeks)
            if draw(now, Event.EXIT, woman.key, 0) < chance:
                woman.active = False
                note(now, What.MEMBER_LEFT, i, 0.0)
    if may_grow(p, now, group, active_women(women, group), group.women < len(ground.women)):
        founding.draw_woman(ground, women, now.run, now.week, group.women)
        note(now, What.MEMBER_JOINED, group.women, 0.0)
        group.women += 1
    may_break(p, now, group)
    find_a_house(p, now, women, group)


@compiled
def most_confident(women: Women, group: Any, officers: bool) -> int:
    """The most confident woman, officers among them or not; NONE when there is nobody."""
    chosen = NONE
    for i in range(group.women):
        woman = women.rows[i]
        asked = woman.active and (officers or not woman.officer)
        if asked and (chosen == NONE or woman.efficacy > women.rows[chosen].efficacy):
            chosen = i
    return chosen


@compiled
def replace_lost_officer(p: Any, now: Now, women: Women, group: Any) -> None:
    officers = 0
    for i in range(group.women):
        if women.rows[i].active and women.rows[i].officer:
            officers += 1
    chosen = most_confident(women, group, False)
    if officers < p.n_officers and chosen != NONE:
        women.rows[chosen].officer = True
        note(now, What.NEW_OFFICER, chosen, 0.0)


@compiled
def find_a_house(p: Any, now: Now, women: Women, group: Any) -> None:
    for i in range(group.women):
        if women.rows[i].active and women.rows[i].house:
            return
    host = most_confident(women, group, True)
    if host == NONE or not group.alive:
        return
    women.rows[host].house = True
    repair = work.core_repair_weeks(p, group.norm, group.mentor)
    group.core_down = max(group.core_down, repair)
    note(now, What.NEW_HOUSE, host, 0.0)


@compiled
def may_grow(p: Any, now: Now, group: Any, there: int, room: bool) -> bool:
    if not room or there >= max(p.kube_limit, p.n_members):
        return False
    if draw(now, Event.JOIN, 0, 0) >= members.fill_probability(p, group.candidates):
        return False
    group.candidates = max(0, group.candidates - 1)
    return True


@compiled
def may_break(p: Any, now: Now, group: Any) -> None:
    if group.core_down > 0:
        group.core_down -= 1
        return
    hazard = work.core_hazard(p, group.facility_until >= now.week)
    if draw(now, Event.CORE_FAILURE, 0, 0) < hazard:
        final = work.core_final_probability(p, group.norm, group.mentor)
        if draw(now, Event.CORE_FINAL, 0, 0) < final:
            group.alive = False
            note(now, What.GROUP_ENDED, NONE, 0.0)
        else:
            group.core_down = work.core_repair_weeks(p, group.norm, group.mentor)
            note(now, What.CORE_FAILED, NONE, group.core_down)
