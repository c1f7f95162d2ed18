"""What each kind of intervention does; the twins of `sim.interventions`."""

from __future__ import annotations

from typing import Any

from sim.compiled import compiled
from sim.draws import Event
from sim.ensemble.basis import Now, draw, note, trust_of
from sim.happenings import What
from sim.parameters import Kind
from sim.quantiles import binomial
from sim.rules import agenda, members, support, work
from sim.rules import outlets as ties_rules
from sim.rules import selling as selling_rules
from sim.setting import Ground
from sim.state import NEVER, NONE, Status
from sim.world import Donors, KubeArrays, Outlets, Plans, Women


@compiled
def take_effect(
    ground: Ground, now: Now, women: Women, outlets: Outlets, donors: Donors, kube: KubeArrays,
    plans: Plans, i: int,
) -> None:  # fmt: skip
    p, group, plan = ground.p[0], kube.rows[0], plans.rows[i]
    if plan.kind == Kind.FGD:
        fgd(p, now, women, group)
    elif plan.kind == Kind.PROPOSAL_TRAINING:
        gain, turnout = p.train_gain_proposal, group.turnout
        group.proposal_skill = support.trained(group.proposal_skill, gain, turnout)
        gain = p.train_gain_management
        group.management_skill = support.trained(group.management_skill, gain, turnout)
    elif plan.kind == Kind.NEGOTIATION:
        negotiate(p, now, outlets, group, plan)
    elif plan.kind == Kind.AUDIENCE:
        audience(ground, now, donors, group, plan)
    elif plan.kind == Kind.CAPITAL_PROPOSAL:
        propose(p, now, donors, group, plans, i)
    elif plan.kind == Kind.MENTORING:
        group.mentor = 1.0
        group.mentored_until = plan.until
    elif plan.kind == Kind.NORMS:
        group.norm = members.norm_adopted(p, group.norm, group.turnout)
    elif plan.kind == Kind.PRODUCT_TRAINING:
        train_product(p, now, kube, plan)
    elif plan.kind == Kind.CAMPAIGN:
        campaign(p, now, outlets, group)
    elif plan.kind == Kind.MARKET_STALL:
        group.transport += int(p.stall_levy)
        open_own(ground, outlets, plan.outlet)
    elif plan.kind == Kind.SOCIAL_MEDIA:
        open_own(ground, outlets, plan.outlet)
    elif plan.kind == Kind.FACILITY:
        group.facility_until = max(group.facility_until, plan.until)
        if plan.tools:
            group.tools_until = max(group.tools_until, plan.until)
    elif plan.kind == Kind.AGENCY_TRAINING:
        skill = support.trained(group.management_skill, p.agency_gain, group.turnout)
        group.management_skill = skill
    elif plan.kind == Kind.PARTNER_SUPPORT:
        group.partners_until = now.week
    elif plan.kind == Kind.VILLAGE_REGULATION:
        for o in range(len(outlets.rows)):
            outlet = outlets.rows[o]
            if not outlet.outside:
                outlet.base_rate = ties_rules.base_after_regulation(p, outlet.base_rate)
                if outlet.status == Status.STRANGER:
                    outlet.level = outlet.base_rate
    elif plan.kind in agenda.TALKS or plan.kind == Kind.EDUCATION:
        talk(p, women, group, plan.kind)


@compiled
def fgd(p: Any, now: Now, women: Women, group: Any) -> None:
    for i in range(group.women):
        woman = women.rows[i]
        if woman.gathered:
            woman.fgd = 1.0
            woman.motivation = members.gained(woman.motivation, p.motivation_fgd)
            woman.efficacy = members.gained(woman.efficacy, p.voice_fgd)
    group.knowledge = support.trained(group.knowledge, p.knowledge_fgd, group.turnout)
    group.fgd_week = now.week


@compiled
def talk(p: Any, women: Women, group: Any, kind: int) -> None:
    """Counselling, education and persuasion: what those who come take home."""
    for i in range(group.women):
        woman = women.rows[i]
        if not woman.gathered:
            continue
        if kind == Kind.COUNSELLING:
            woman.efficacy = members.counselled(p, woman.efficacy)
        elif kind == Kind.EDUCATION:
            woman.motivation = members.gained(woman.motivation, p.education_gain)
        elif kind == Kind.PERSUASION:
            woman.trust = members.trust_after_persuasion(p, woman.trust)


@compiled
def negotiate(p: Any, now: Now, outlets: Outlets, group: Any, plan: Any) -> None:
    outlet = outlets.rows[plan.outlet]
    outlet.visited = True
    outlet.informed = True
    outlet.promise_weeks = p.promise_weeks
    if outlet.status == Status.STRANGER:
        if may_accept(p, now, outlets, plan.outlet, group):
            start_tie(p, outlet, group)
        elif plan.again:
            plan.again = False
            plan.retry_week = now.week + p.revisit_weeks
    group.networking = members.gained(group.networking, p.networking_visit)


@compiled
def may_accept(p: Any, now: Now, outlets: Outlets, o: int, group: Any) -> bool:
    outlet = outlets.rows[o]
    ask_around(p, outlets, o)
    chance = ties_rules.acceptance_probability(
        p, trust_of(p, outlet), group.quality, outlet.margin, outlet.km, group.legal,
        group.mentor, outlet.vouched, group.networking, group.knowledge,
    )  # fmt: skip
    accepts = draw(now, Event.ACCEPT, outlet.key, 0) < chance
    if accepts:
        note(now, What.ACCEPTED, o, chance)
    else:
        note(now, What.REFUSED, o, chance)
        outlet.refused_week = now.week
    return accepts


@compiled
def ask_around(p: Any, outlets: Outlets, o: int) -> None:
    known, opinion = 0, 0.0
    for other in outlets.acquaintances[o]:
        if other != NONE and outlets.rows[other].status == Status.PARTNER:
            known += 1
            opinion += trust_of(p, outlets.rows[other])
    outlets.rows[o].vouched = work.share(opinion, known)


@compiled
def start_tie(p: Any, outlet: Any, group: Any) -> None:
    outlet.experience = p.new_tie_order_share
    outlet.deliveries = 0
    outlet.bad_weeks = 0
    outlet.informed = True
    outlet.status = Status.PAUSED if group.short_weeks > 0 else Status.PARTNER
    if not outlet.agreed:
        outlet.agreed = True
        group.agreements += 1
        group.news += 1


@compiled
def audience(ground: Ground, now: Now, donors: Donors, group: Any, plan: Any) -> None:
    p = ground.p[0]
    for d in range(len(donors.rows)):
        government = donors.rows[d]
        if government.village_government:
            government.good += p.contact_evidence
            group.networking = members.gained(group.networking, p.networking_visit)
            if plan.legality and not group.legal and group.legality_week < now.week:
                ask_for_legality(p, now, group)
            if plan.tools or plan.wages:
                decided = decision_week(ground, now)
                if plan.tools and government.decision_week == NEVER:
                    government.decision_week = decided
                if plan.wages and government.wage_decision_week == NEVER:
                    government.wage_decision_week = decided
            return


@compiled
def ask_for_legality(p: Any, now: Now, group: Any) -> None:
    if draw(now, Event.LEGALITY, 0, 0) < p.legality_prob:
        luck_1 = draw(now, Event.LEGALITY_DELAY, 0, 0)
        luck_2 = draw(now, Event.LEGALITY_DELAY, 0, 1)
        group.legality_week = now.week + support.delay_weeks(p.legality_delay, luck_1, luck_2)


@compiled
def decision_week(ground: Ground, now: Now) -> Any:
    tick = ground.ticks[now.tick]
    in_time = draw(now, Event.BUDGET_LATE, 0, 0) < ground.p[0].budget_late_prob
    return tick.early_week if in_time else tick.decision_week


@compiled
def propose(p: Any, now: Now, donors: Donors, group: Any, plans: Plans, i: int) -> None:
    donor = donors.rows[plans.rows[i].donor]
    if donor.granted or donor.decision_week != NEVER:
        return
    donor.good += p.contact_evidence
    donor.proposal_quality = group.proposal_skill
    donor.open_plan = i
    luck_1 = draw(now, Event.GRANT_DELAY, donor.key, 0)
    luck_2 = draw(now, Event.GRANT_DELAY, donor.key, 1)
    donor.decision_week = now.week + support.delay_weeks(p.grant_delay, luck_1, luck_2)
    group.proposals_submitted += 1


@compiled
def train_product(p: Any, now: Now, kube: KubeArrays, plan: Any) -> None:
    group = kube.rows[0]
    group.product_skill = support.trained(group.product_skill, p.train_gain_product, group.turnout)
    if plan.product == NONE or kube.offered[plan.product]:
        return
    if draw(now, Event.NEW_PRODUCT, 0, 0) < p.new_product_prob:
        kube.offered[plan.product] = True
        note(now, What.NEW_PRODUCT, plan.product, 0.0)


@compiled
def campaign(p: Any, now: Now, outlets: Outlets, group: Any) -> None:
    for o in range(len(outlets.rows)):
        if draw(now, Event.CAMPAIGN, outlets.rows[o].key, 0) < p.campaign_reach:
            outlets.rows[o].informed = True
    luck = draw(now, Event.CANDIDATES, 0, 0)
    reached = binomial(p.n_pool_recruits, p.campaign_reach, luck)
    group.candidates = max(group.candidates, reached)


@compiled
def open_own(ground: Ground, outlets: Outlets, o: int) -> None:
    outlet = outlets.rows[o]
    if not outlet.own:
        outlet.before = outlet.status
        outlet.status = Status.PARTNER
    outlet.own = True
    outlet.informed = True
    for k in range(len(ground.products)):
        outlets.receipts[o, k] = ground.products[k].price


@compiled
def close_own(ground: Ground, outlets: Outlets, o: int) -> None:
    outlet = outlets.rows[o]
    outlet.status = outlet.before
    outlet.own = False
    if outlet.status == Status.STRANGER:
        outlet.level = outlet.base_rate
    for k in range(len(ground.products)):
        outlets.receipts[o, k] = selling_rules.unit_receipt(ground.products[k].price, outlet.margin)
