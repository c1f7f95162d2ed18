"""The phases trust, habits and skills: what the week leaves behind."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled
from sim.draws import Event
from sim.ensemble.basis import Now, active_women, draw, note, value_of
from sim.ensemble.selling import on_consignment
from sim.happenings import What
from sim.rules import members, support, trust, work
from sim.rules import outlets as ties_rules
from sim.rules import selling as selling_rules
from sim.setting import Ground
from sim.state import Status
from sim.sums import added, pieces, times
from sim.world import Donors, KubeArrays, Outlets, Women


@compiled
def judge(
    ground: Ground, now: Now, women: Women, outlets: Outlets, donors: Donors, kube: KubeArrays
) -> None:
    """The phase `trust`."""
    p, group = ground.p[0], kube.rows[0]
    promised = sent = 0
    for o in range(len(outlets.rows)):
        judge_week(ground, now, outlets, o, group)
        if outlets.rows[o].status == Status.PARTNER:
            promised += outlets.rows[o].promised
            sent += value_of(ground, outlets.delivered[o])
    short = ties_rules.is_short(p, sent, promised)
    group.short_weeks = group.short_weeks + 1 if short else 0
    there, sessions = active_women(women, group), times(kube.held)
    for i in range(group.women):
        woman = women.rows[i]
        if woman.active:
            work_share = work.share(times(women.worked[i]), group.work_sessions)
            paid = work.share(woman.pay, group.payouts) if group.payouts else work_share
            if sessions:
                woman.trust = members.trust_after_meeting(
                    p, woman.trust, group.attendance, sessions
                )
            woman.trust = members.trust_after_division(p, woman.trust, work_share, paid, there)
    for d in range(len(donors.rows)):
        donor = donors.rows[d]
        donor.good = trust.remembered(p, donor.good)
        donor.bad = trust.remembered(p, donor.bad)


@compiled
def judge_week(ground: Ground, now: Now, outlets: Outlets, o: int, group: Any) -> None:
    p, outlet = ground.p[0], outlets.rows[o]
    outlet.good = trust.remembered(p, outlet.good)
    outlet.bad = trust.remembered(p, outlet.bad)
    if outlet.status == Status.PARTNER and not outlet.own:
        if outlet.promised > 0:
            judge_delivery(ground, now, outlets, o, group)
        elif group.stopped_weeks == 1 and outlet.closed_weeks == 0:
            lose_trust(p, outlet)
    outlet.promise_weeks = max(0, outlet.promise_weeks - 1)


@compiled
def lose_trust(p: Any, outlet: Any) -> None:
    outlet.bad += trust.bad_evidence(p)
    outlet.level = trust.multiplied_after(p, outlet.level, False)


@compiled
def judge_delivery(ground: Ground, now: Now, outlets: Outlets, o: int, group: Any) -> None:
    p, outlet = ground.p[0], outlets.rows[o]
    sent = value_of(ground, outlets.delivered[o])
    failed = group.late or ties_rules.is_short(p, sent, outlet.promised)
    if failed:
        lose_trust(p, outlet)
    else:
        outlet.good += trust.good_evidence(p, outlet.promise_weeks)
        outlet.level = trust.multiplied_after(p, outlet.level, True)
        outlet.experience = selling_rules.experience_after(p, outlet.experience)
    outlet.deliveries += 1 if sent else 0
    unsold = ties_rules.too_much_left(
        p, perishable(ground, outlets.wasted[o]), perishable(ground, outlets.delivered[o])
    )
    outlet.bad_weeks = outlet.bad_weeks + 1 if failed or unsold else 0
    if sent and now.week >= 0:
        chance = ties_rules.deception_probability(p, group.norm)
        if draw(now, Event.DECEPTION, outlet.key, 0) < chance:
            outlet.cap = min(outlet.cap, p.deception_cap)
            lose_trust(p, outlet)
            note(now, What.DECEPTION, o, 0.0)


@compiled
def perishable(ground: Ground, counts: NDArray[np.int64]) -> int:
    value = 0
    for k in range(len(counts)):
        if not ground.products[k].dry:
            value += work.value(counts[k], ground.products[k].price)
    return value


@compiled
def habits(ground: Ground, now: Now, women: Women, kube: KubeArrays) -> None:
    p, group = ground.p[0], kube.rows[0]
    kept, sessions = support.kept(p.fgd_halflife), times(kube.held)
    for i in range(group.women):
        if women.rows[i].active:
            farm_days = ground.ticks[now.tick].farm_days
            get_used_to(p, women, i, group, kept, sessions, farm_days)
    mentored = now.week <= group.mentored_until
    group.norm = members.norm_after(p, group.norm, now.week - group.fgd_week, mentored)
    if now.week >= group.mentored_until:
        group.mentor = support.faded(group.mentor, support.kept(p.mentor_halflife))
    group.news = 0
    if sessions:
        group.last_attendance = group.attendance


@compiled
def get_used_to(
    p: Any, women: Women, i: int, group: Any, kept: float, sessions: int, farm_days: float
) -> None:
    woman, came = women.rows[i], times(women.came[i])
    if sessions:
        woman.belief = members.belief_after(p, woman.belief, group.attendance)
    woman.propensity = members.propensity_after(
        p, woman.propensity, woman.pay, woman.wage_lost, came
    )
    woman.motivation = members.motivation_after(p, woman.motivation, woman.motivation_rest)
    for _ in range(group.news):
        woman.motivation = members.gained(woman.motivation, p.motivation_news)
    woman.fgd = support.faded(woman.fgd, kept)
    woman.expected_pay = members.expected_pay_after(p, woman.expected_pay, woman.pay, came)
    woman.unpaid_weeks = members.unpaid_weeks_after(
        p, woman.unpaid_weeks, woman.expected_pay, farm_days
    )


@compiled
def skills(ground: Ground, outlets: Outlets, kube: KubeArrays) -> None:
    p, group = ground.p[0], kube.rows[0]
    papers, craft = support.kept(p.halflife_proposal), support.kept(p.halflife_product)
    group.proposal_skill = support.faded(group.proposal_skill, papers)
    group.networking = support.faded(group.networking, papers)
    group.knowledge = support.faded(group.knowledge, papers)
    if group.work_sessions > 0:
        group.quality = support.quality_after(p, group.quality, group.product_skill, group.effort)
    else:
        group.product_skill = support.faded(group.product_skill, craft)
        group.management_skill = support.faded(group.management_skill, craft)
    for k in range(len(ground.products)):
        learn_from_sales(p, outlets, kube, k)


@compiled
def learn_from_sales(p: Any, outlets: Outlets, kube: KubeArrays, k: int) -> None:
    delivered, sold, expected = 0, 0, 0.0
    for o in range(len(outlets.rows)):
        outlet = outlets.rows[o]
        if outlet.status == Status.PARTNER and on_consignment(outlet):
            delivered += outlets.delivered[o, k]
            sold += outlets.sold[o, k]
            expected += added(outlets.means[o, k])
    if delivered == 0:
        return
    last = kube.sold_memory.shape[1] - 1
    for week in range(last):
        kube.sold_memory[k, week] = kube.sold_memory[k, week + 1]
        kube.expected_memory[k, week] = kube.expected_memory[k, week + 1]
    kube.sold_memory[k, last] = sold
    kube.expected_memory[k, last] = expected
    kube.supply[k] = selling_rules.supply_after(
        p,
        kube.supply[k],
        work.share(delivered - sold, delivered),
        work.share(pieces(kube.sold_memory[k]), added(kube.expected_memory[k])),
    )
