"""What a programme does: one short function for each kind of intervention.

Each takes place in its week, is charged to the programme (never to the cash box; a stall's levy
aside), and changes named states only. With `effective: false` it takes place and costs, and nothing
else (theory sheet 2.14.15).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from sim import quantiles
from sim.draws import Event
from sim.happenings import What
from sim.parameters import INTERVENTION_KINDS, Kind
from sim.rules import agenda, members, outlets, support, work
from sim.state import NEVER, NONE, PlanState, Status, When

if TYPE_CHECKING:
    from sim.agents import Member
    from sim.village import Village


def fgd(village: Village, _: PlanState) -> None:
    """Talking together: those who come remember it, and the group learns what it could do (F8)."""
    p, kube = village.p, village.kube
    for woman in village.gathered:
        woman.fgd = 1.0
        woman.motivation = members.gained(woman.motivation, p.motivation_fgd)
        woman.efficacy = members.gained(woman.efficacy, p.voice_fgd)
    kube.knowledge = support.trained(kube.knowledge, p.knowledge_fgd, kube.turnout)
    kube.fgd_week = village.week


def proposal_training(village: Village, _: PlanState) -> None:
    """Proposal skill rises, and management skill a little (F9, F133)."""
    p, kube = village.p, village.kube
    kube.proposal_skill = support.trained(kube.proposal_skill, p.train_gain_proposal, kube.turnout)
    kube.management_skill = support.trained(
        kube.management_skill, p.train_gain_management, kube.turnout
    )


def negotiation(village: Village, plan: PlanState) -> None:
    """Two officers visit one outlet (theory sheet 2.5): an agreement, a refusal, or a promise."""
    p, kube, outlet = village.p, village.kube, village.outlets[plan.outlet]
    outlet.visited = True
    outlet.informed = True
    outlet.promise_weeks = p.promise_weeks
    if outlet.status == Status.STRANGER:
        if outlet.may_accept():
            outlet.start_tie()
        elif plan.again:
            plan.again = False
            plan.retry_week = village.week + p.revisit_weeks
    kube.networking = members.gained(kube.networking, p.networking_visit)


def audience(village: Village, plan: PlanState) -> None:
    """Requests to the village government: legality, tools, wages (Hasil 5; theory sheet 2.8)."""
    p, kube, government = village.p, village.kube, village.government()
    government.meet()
    kube.networking = members.gained(kube.networking, p.networking_visit)
    if plan.legality and not kube.legal and kube.legality_week < village.week:
        _ask_for_legality(village)
    if plan.tools or plan.wages:
        decided = _decision_week(village)
        if plan.tools and government.decision_week == NEVER:
            government.decision_week = decided
        if plan.wages and government.wage_decision_week == NEVER:
            government.wage_decision_week = decided


def _ask_for_legality(village: Village) -> None:
    p, kube = village.p, village.kube
    if village.draw(Event.LEGALITY) < p.legality_prob:
        luck = (village.draw(Event.LEGALITY_DELAY, 0, 0), village.draw(Event.LEGALITY_DELAY, 0, 1))
        kube.legality_week = village.week + support.delay_weeks(p.legality_delay, *luck)


def _decision_week(village: Village) -> int:
    """When a request made now is decided; a late one may still reach the revised budget."""
    tick = village.setting.ground.ticks[village.tick]
    in_time = village.draw(Event.BUDGET_LATE) < village.p.budget_late_prob
    return int(tick["early_week"] if in_time else tick["decision_week"])


def capital_proposal(village: Village, plan: PlanState) -> None:
    """A proposal to a donor; the decision comes after a delay (theory sheet 2.7)."""
    p, donor = village.p, village.donors[plan.donor]
    if donor.granted or donor.decision_week != NEVER:
        return
    donor.meet()
    donor.proposal_quality = village.kube.proposal_skill
    donor.open_plan = village.plans.index(plan)
    luck = (donor.draw(Event.GRANT_DELAY, 0), donor.draw(Event.GRANT_DELAY, 1))
    donor.decision_week = village.week + support.delay_weeks(p.grant_delay, *luck)
    village.kube.proposals_submitted += 1


def mentoring(village: Village, plan: PlanState) -> None:
    """A mentor is with the group for the weeks of the plan (F125; theory sheet 2.9)."""
    village.kube.mentor = 1.0
    village.kube.mentored_until = plan.until


def norms(village: Village, _: PlanState) -> None:
    """The group writes its rules, AD/ART (F105; theory sheet 2.1)."""
    kube = village.kube
    kube.norm = members.norm_adopted(village.p, kube.norm, kube.turnout)


def product_training(village: Village, plan: PlanState) -> None:
    """Product skill rises; a new product may come of it (theory sheet 2.9)."""
    p, kube = village.p, village.kube
    kube.product_skill = support.trained(kube.product_skill, p.train_gain_product, kube.turnout)
    if plan.product == NONE or kube.offered[plan.product]:
        return
    if village.draw(Event.NEW_PRODUCT) < p.new_product_prob:
        kube.offered[plan.product] = True
        village.note(What.NEW_PRODUCT, plan.product)


def campaign(village: Village, _: PlanState) -> None:
    """Seeding information: outlets hear of the group, women who might join as well (F121, F122)."""
    p, kube = village.p, village.kube
    for outlet in village.outlets:
        if outlet.draw(Event.CAMPAIGN) < p.campaign_reach:
            outlet.informed = True
    luck = village.draw(Event.CANDIDATES)
    reached = quantiles.binomial(p.n_pool_recruits, p.campaign_reach, luck)
    kube.candidates = max(kube.candidates, reached)


def counselling(village: Village, _: PlanState) -> None:
    """Clients gain confidence (F33 to F37)."""
    for woman in village.gathered:
        woman.efficacy = members.counselled(village.p, woman.efficacy)


def market_stall(village: Village, plan: PlanState) -> None:
    """The group's own stall, for a levy from the cash box (F106)."""
    village.kube.transport += int(village.p.stall_levy)
    village.outlets[plan.outlet].open_own()


def social_media(village: Village, plan: PlanState) -> None:
    """Buyers order through social media and fetch at the house (F106)."""
    village.outlets[plan.outlet].open_own()


def facility(village: Village, plan: PlanState) -> None:
    """The balai desa is lent, a second place to produce at, and tools if planned (F120)."""
    kube = village.kube
    kube.facility_until = max(kube.facility_until, plan.until)
    if plan.tools:
        kube.tools_until = max(kube.tools_until, plan.until)


def education(village: Village, _: PlanState) -> None:
    """Hearing what came of it motivates those who come (F126)."""
    for woman in village.gathered:
        woman.motivation = members.gained(woman.motivation, village.p.education_gain)


def persuasion(village: Village, _: PlanState) -> None:
    """The women who trust least are talked to (F127)."""
    for woman in village.gathered:
        woman.trust = members.trust_after_persuasion(village.p, woman.trust)


def agency_training(village: Village, _: PlanState) -> None:
    """Further training by a local agency: management skill (F181)."""
    p, kube = village.p, village.kube
    kube.management_skill = support.trained(kube.management_skill, p.agency_gain, kube.turnout)


def partner_support(village: Village, _: PlanState) -> None:
    """PKK and karang taruna take over part of the trips (F183)."""
    village.kube.partners_until = village.week


def village_regulation(village: Village, _: PlanState) -> None:
    """A Perdes makes outlets in the village readier to trust the group (F165)."""
    for outlet in village.outlets:
        if not outlet.outside:
            outlet.base_rate = outlets.base_after_regulation(village.p, outlet.base_rate)
            outlet.know_nothing_more()


KINDS: Final[dict[str, Callable[[Village, PlanState], None]]] = {
    "fgd": fgd,
    "proposal_training": proposal_training,
    "negotiation": negotiation,
    "audience": audience,
    "capital_proposal": capital_proposal,
    "mentoring": mentoring,
    "norms": norms,
    "product_training": product_training,
    "campaign": campaign,
    "counselling": counselling,
    "market_stall": market_stall,
    "social_media": social_media,
    "facility": facility,
    "education": education,
    "persuasion": persuasion,
    "agency_training": agency_training,
    "partner_support": partner_support,
    "village_regulation": village_regulation,
}


# --- Whether, by whom, at what cost --------------------------------------------------------------


def takes_place(village: Village, plan: PlanState) -> bool:
    """Whether it begins, goes on, or is done once more; a new stage is noted."""
    begins = agenda.begins(plan.left, plan.next_week, village.week) and _is_called_for(
        village, plan
    )
    if begins:
        plan.left -= 1
        plan.next_week = village.week + plan.every
        plan.until = village.week + plan.weeks - 1
        plan.last_week = village.week
        if plan.stage != NONE and plan.stage != village.kube.stage:
            village.kube.enter_stage(plan.stage)
    return begins or village.week <= plan.until or village.week == plan.retry_week


def _is_called_for(village: Village, plan: PlanState) -> bool:
    """Whether what the plan waits for has come to pass."""
    kube, happened = village.kube, NEVER
    if plan.when == When.OUTLET_REFUSED:
        happened = _latest([o.refused_week for o in village.outlets], plan.about)
    elif plan.when == When.OUTLET_DROPPED:
        happened = _latest([o.dropped_week for o in village.outlets], plan.about)
    elif plan.when == When.PROPOSAL_REJECTED:
        happened = _latest([donor.rejected_week for donor in village.donors], plan.about)
    return agenda.holds(
        plan.when, plan.below, happened, plan.last_week, village.week, kube.last_attendance,
        kube.cash,
    )  # fmt: skip


def _latest(weeks: Sequence[int], about: int) -> int:
    """The latest of the weeks, or the one of a single partner."""
    return max(weeks, default=NEVER) if about == NONE else weeks[about]


def carry_out(village: Village, plan: PlanState) -> None:
    """Invite, charge, and let it have its effect."""
    kube, kind = village.kube, plan.kind
    if not _can_pay_levy(village, plan):
        village.note(What.STALL_CLOSED, plan.outlet)
        return
    invited = _invited(village, plan)
    for woman in village.members:
        woman.decide_to_gather(plan, woman in invited)
    village.gathered = [woman for woman in invited if woman.gathered]
    kube.turnout = work.share(len(village.gathered), len(invited))
    needs_women = kind in agenda.GATHERINGS or kind in agenda.ERRANDS or kind in agenda.TALKS
    kube.charge(kind)
    if needs_women:
        kube.give_hours(kind, len(village.gathered))
    else:
        plan.beside_week = village.week  # its hours: of those who come to the sessions
    village.note(kind, plan.outlet if plan.outlet != NONE else plan.donor)
    if needs_women and not village.gathered:
        village.note(What.NOBODY_CAME, kind)
    elif plan.effective:
        KINDS[INTERVENTION_KINDS[kind]](village, plan)


def _can_pay_levy(village: Village, plan: PlanState) -> bool:
    """Whether the cash box has a stall's levy, after those of other stalls; else true."""
    if plan.kind != Kind.MARKET_STALL or not plan.effective:
        return True
    return bool(village.kube.cash - village.kube.transport >= int(village.p.stall_levy))


def _invited(village: Village, plan: PlanState) -> list[Member]:
    """Who is asked to come: all women, the officers, or those who would gain most."""
    if plan.kind in agenda.GATHERINGS:
        return [w for w in village.women if w.officer or not plan.officers_only]
    if plan.kind in agenda.ERRANDS:
        return [woman for woman in village.women if woman.officer]
    if plan.kind not in agenda.TALKS:
        return []
    counselling = plan.kind == Kind.COUNSELLING
    places = (
        plan.clients if counselling else int(village.setting.ground.costs[plan.kind]["persons"])
    )
    need = sorted(village.women, key=lambda woman: woman.efficacy if counselling else woman.trust)
    return sorted(need[:places], key=lambda woman: woman.index)
