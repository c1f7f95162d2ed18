"""The ensemble: the weeks of the village once more, compiled, for thousands of runs a second.

Phase by phase and name by name the same as `sim.village` and its agents: fetch, call a rule, store.
Both engines call the very same compiled rules with the same keyed luck, so that every field of
every agent is equal after every week, to the last bit (tests/test_twins.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import founding, measures
from sim import world as worlds
from sim.compiled import borrowed, compiled, inner
from sim.draws import Event, Luck, about, event_key, uniform
from sim.happenings import What
from sim.parameters import DAYS_PER_WEEK, INTERVENTION_KINDS, OUTLET_KINDS
from sim.quantiles import binomial, rank, smallest
from sim.rules import agenda, members, money, selling, support, trust, work
from sim.rules import outlets as ties_rules
from sim.scenario import Scenario
from sim.setting import Ground, Setting
from sim.state import NEVER, NONE, Shock, Status, When
from sim.world import Donors, Group, Outlets, Plans, Shocks, Women, World

HAPPENING: Final = np.dtype([("week", "i8"), ("what", "i8"), ("subject", "i8"), ("value", "f8")])
EVENTS: Final = max(Event) + 1
_OF_AN_AGENT: Final = 4  # happenings of one week, at most
_OF_A_GROUP: Final = 16
(
    FGD, PROPOSAL_TRAINING, NEGOTIATION, AUDIENCE, CAPITAL_PROPOSAL, MENTORING, NORMS,
    PRODUCT_TRAINING, CAMPAIGN, COUNSELLING, MARKET_STALL, SOCIAL_MEDIA, FACILITY, EDUCATION,
    PERSUASION, AGENCY_TRAINING, PARTNER_SUPPORT, VILLAGE_REGULATION,
) = range(len(INTERVENTION_KINDS))  # fmt: skip


class Now(NamedTuple):
    """Which run and week this is, the keys of the week's luck, and where happenings are noted."""

    run: int
    week: int
    tick: int
    keys: NDArray[np.int64]
    log: NDArray[np.void]
    noted: NDArray[np.int64]  # how many


class Scratch(NamedTuple):
    """Room to work in, made once: small arrays are dear in a weekly loop."""

    turns: NDArray[np.float64]  # of women
    sorting: NDArray[np.float64]  # of women
    places: NDArray[np.int64]  # of women
    invited: NDArray[np.bool_]  # of women
    views: NDArray[np.float64]  # of outlets
    heard: NDArray[np.float64]  # of outlets
    asked: NDArray[np.int64]  # of outlets
    loads: NDArray[np.int64]  # of outlets
    alike: NDArray[np.int64]  # [kind, side] partner outlets
    to_make: NDArray[np.int64]  # of products


# --- Luck and notes ------------------------------------------------------------------------------


@inner
def draw(now: Now, event: int, who: int, whom: int) -> float:
    return uniform(now.keys[event], who, whom)


@inner
def note(now: Now, what: int, subject: int, value: float) -> None:
    row = now.log[now.noted[0]]
    row.week, row.what, row.subject, row.value = now.week, what, subject, value
    now.noted[0] += 1


@inner
def pieces(counts: NDArray[np.int64]) -> int:
    total = 0
    for count in counts:
        total += count
    return total


@inner
def total(numbers: NDArray[np.float64]) -> float:
    result = 0.0
    for number in numbers:
        result += number
    return result


@inner
def times(flags: NDArray[np.bool_]) -> int:
    count = 0
    for flag in flags:
        if flag:
            count += 1
    return count


@inner
def active_women(women: Women, group: Any) -> int:
    count = 0
    for i in range(group.women):
        if women.rows[i].active:
            count += 1
    return count


@inner
def trust_of(p: Any, outlet: Any) -> float:
    return trust.trust_of(p, outlet.good, outlet.bad, outlet.base, outlet.level, outlet.cap)


@inner
def value_of(ground: Ground, counts: NDArray[np.int64]) -> int:
    """Rupiah at the buyer's price."""
    value = 0
    for k in range(len(counts)):
        value += work.value(counts[k], ground.products[k].price)
    return value


# --- Phase: shocks -------------------------------------------------------------------------------


@inner
def shocks(
    ground: Ground, now: Now, women: Women, outlets: Outlets, kube: Group, planned: Shocks,
    scratch: Scratch,
) -> None:  # fmt: skip
    group = kube.rows[0]
    settling = now.week < 0
    for i in range(group.women):
        suffer_woman(ground.p[0], now, women.rows[i], settling)
    for o in range(len(outlets.rows)):
        suffer_outlet(ground.p[0], now, outlets.rows[o], settling)
    suffer_group(ground, now, kube, settling)
    for s in range(len(planned.rows)):
        if planned.rows[s].week == now.week:
            befall(now, women, outlets, kube, scratch, planned.rows[s])


@inner
def suffer_woman(p: Any, now: Now, woman: Any, settling: bool) -> None:
    woman.ill_weeks = max(0, woman.ill_weeks - 1)
    woman.poor_weeks = max(0, woman.poor_weeks - 1)
    if settling or not woman.active:
        return
    if woman.ill_weeks == 0 and draw(now, Event.ILLNESS, woman.key, 0) < p.illness_hazard:
        luck_1 = draw(now, Event.ILLNESS_LENGTH, woman.key, 0)
        luck_2 = draw(now, Event.ILLNESS_LENGTH, woman.key, 1)
        fall_ill(now, woman, support.delay_weeks(p.illness_weeks, luck_1, luck_2))
    if (
        woman.poor_weeks == 0
        and draw(now, Event.HUSBAND_LOSS, woman.key, 0) < p.husband_loss_hazard
    ):
        lose_income(now, woman, p.husband_loss_weeks, p.husband_loss_share)


@inner
def fall_ill(now: Now, woman: Any, weeks: int) -> None:
    woman.ill_weeks = weeks
    note(now, What.ILLNESS, woman.index, weeks)


@inner
def lose_income(now: Now, woman: Any, weeks: int, share: float) -> None:
    woman.poor_weeks, woman.poor_share = weeks, share
    note(now, What.HUSBAND_INCOME, woman.index, weeks)


@inner
def suffer_outlet(p: Any, now: Now, outlet: Any, settling: bool) -> None:
    outlet.closed_weeks = max(0, outlet.closed_weeks - 1)
    outlet.late_weeks = max(0, outlet.late_weeks - 1)
    if settling:
        return
    if outlet.closed_weeks == 0 and draw(now, Event.CLOSURE, outlet.key, 0) < p.closure_hazard:
        close(now, outlet, p.closure_weeks)
    if (
        outlet.late_weeks == 0
        and draw(now, Event.LATE_PAYMENT, outlet.key, 0) < p.late_payment_prob
    ):
        pay_late(now, outlet, 1)


@inner
def close(now: Now, outlet: Any, weeks: int) -> None:
    outlet.closed_weeks = weeks
    note(now, What.OUTLET_CLOSURE, outlet.index, weeks)


@inner
def pay_late(now: Now, outlet: Any, weeks: int) -> None:
    outlet.late_weeks = weeks
    note(now, What.LATE_PAYMENT, outlet.index, weeks)


@inner
def suffer_group(ground: Ground, now: Now, kube: Group, settling: bool) -> None:
    p, group = ground.p[0], kube.rows[0]
    group.harvest_weeks = max(0, group.harvest_weeks - 1)
    for i in range(len(ground.ingredients)):
        kube.price_weeks[i] = max(0, kube.price_weeks[i] - 1)
        if kube.price_weeks[i] == 0:
            kube.price_rise[i] = 0.0
    if settling:
        return
    if group.harvest_weeks == 0 and draw(now, Event.HARVEST_FAIL, 0, 0) < p.harvest_fail_hazard:
        lose_harvest(now, group, p.harvest_fail_weeks, p.harvest_fail_share)
    for i in range(len(ground.ingredients)):
        luck = draw(now, Event.PRICE_SHOCK, ground.ingredients[i], 0)
        if kube.price_weeks[i] == 0 and luck < p.price_shock_hazard:
            pay_more(now, kube, i, p.price_shock_weeks, p.price_shock_size)


@inner
def lose_harvest(now: Now, group: Any, weeks: int, share: float) -> None:
    group.harvest_weeks, group.harvest_loss = weeks, share
    note(now, What.FAILED_HARVEST, NONE, weeks)


@inner
def pay_more(now: Now, kube: Group, ingredient: int, weeks: int, size: float) -> None:
    kube.price_weeks[ingredient], kube.price_rise[ingredient] = weeks, size
    note(now, What.INGREDIENT_PRICE, ingredient, size)


@inner
def befall(
    now: Now, women: Women, outlets: Outlets, kube: Group, scratch: Scratch, shock: Any
) -> None:
    """A scheduled shock begins."""
    group = kube.rows[0]
    if shock.kind == Shock.HUSBAND_INCOME:
        there = 0
        for i in range(group.women):
            if women.rows[i].active:
                scratch.turns[i] = draw(now, Event.SHOCK_HIT, women.rows[i].key, 0)
                scratch.places[there] = i
                there += 1
        rank(scratch.places, there, scratch.turns)
        for place in range(min(there, shock.households)):
            lose_income(now, women.rows[scratch.places[place]], shock.weeks, shock.size)
    elif shock.kind == Shock.OFFICER_ILLNESS:
        for i in range(group.women):
            if women.rows[i].active and women.rows[i].house:
                fall_ill(now, women.rows[i], shock.weeks)
    elif shock.kind == Shock.FAILED_HARVEST:
        lose_harvest(now, group, shock.weeks, shock.size)
    elif shock.kind == Shock.INGREDIENT_PRICE:
        pay_more(now, kube, shock.ingredient, shock.weeks, shock.size)
    else:
        for o in range(len(outlets.rows)):
            if shock.outlet == NONE or shock.outlet == o:
                if shock.kind == Shock.OUTLET_CLOSURE:
                    close(now, outlets.rows[o], shock.weeks)
                else:
                    pay_late(now, outlets.rows[o], shock.weeks)


# --- Phases: open_week, farm_calls ---------------------------------------------------------------


@inner
def open_week(ground: Ground, now: Now, women: Women, outlets: Outlets, kube: Group) -> None:
    p, group = ground.p[0], kube.rows[0]
    house_ill = False
    for i in range(group.women):
        woman = women.rows[i]
        house_ill = house_ill or (woman.active and woman.house and woman.ill_weeks > 0)
    stands = work.core_stands(p, group.core_down, house_ill, group.facility_until >= now.week)
    can_meet = group.alive and stands and active_women(women, group) >= p.min_crew
    start_week(ground, now, kube, can_meet)
    for o in range(len(outlets.rows)):
        clear_outlet(outlets, o)


@inner
def start_week(ground: Ground, now: Now, kube: Group, can_meet: bool) -> None:
    group = kube.rows[0]
    for s in range(len(kube.held)):
        kube.held[s] = ground.meets[now.tick, s] and can_meet
    group.stopped_weeks = 0 if can_meet else group.stopped_weeks + 1
    group.opening_cash = group.cash
    for k in range(len(kube.stock)):
        kube.opening_stock[k] = kube.stock[k]
        kube.made[k] = 0
        kube.unit_costs[k] = ground.products[k].cost
    group.cash_scale = 1.0
    group.throughput = 1.0
    group.materials = 0
    group.transport = 0
    group.receipts = 0
    group.grant_cash = 0
    group.wages = 0
    group.payouts = 0
    group.trips = 0
    group.work_sessions = 0
    group.spare_hours = 0.0
    group.effort = 0.0
    group.binding = work.Binding.NO_SESSION
    group.late = False


@inner
def clear_outlet(outlets: Outlets, o: int) -> None:
    outlet = outlets.rows[o]
    outlet.visited = False
    outlet.vouched = 0.0
    for k in range(outlets.orders.shape[1]):
        for w in range(outlets.means.shape[2]):
            outlets.means[o, k, w] = 0.0
        for s in range(outlets.orders.shape[2]):
            outlets.orders[o, k, s] = 0
            outlets.batches[o, k, s] = 0
        outlets.delivered[o, k] = 0
        outlets.sold[o, k] = 0
        outlets.returned[o, k] = 0
        outlets.wasted[o, k] = 0
        outlets.lost[o, k] = 0
    outlet.promised = 0
    outlet.paid = 0


@inner
def farm_calls(ground: Ground, now: Now, women: Women, kube: Group) -> None:
    p, group = ground.p[0], kube.rows[0]
    lost = group.harvest_loss if group.harvest_weeks > 0 else 0.0
    chance = members.farm_call_probability(p, ground.ticks[now.tick].farm_days, lost)
    sessions = women.called.shape[1]
    none = members.no_call(DAYS_PER_WEEK - sessions, chance)
    for i in range(group.women):
        woman = women.rows[i]
        for s in range(sessions):
            women.called[i, s] = draw(now, Event.FARM_CALL, woman.key, s) < chance
            women.came[i, s] = False
            women.worked[i, s] = False
        luck = draw(now, Event.FARM_CALL, woman.key, DAYS_PER_WEEK)
        others = members.days_called(DAYS_PER_WEEK - sessions, chance, none, luck)
        woman.farm_days = times(women.called[i]) + others
        woman.gathered = False
        woman.pay = 0


# --- Phase: interventions ------------------------------------------------------------------------


@inner
def interventions(
    ground: Ground, now: Now, women: Women, outlets: Outlets, donors: Donors, kube: Group,
    plans: Plans, scratch: Scratch,
) -> None:  # fmt: skip
    for o in range(len(outlets.rows)):
        if outlets.rows[o].own:
            close_own(ground, outlets, o)
    if not kube.rows[0].alive:
        return
    for i in range(len(plans.rows)):
        if takes_place(now, plans.rows[i], outlets, donors, kube.rows[0]):
            carry_out(ground, now, women, outlets, donors, kube, plans, i, scratch)


@inner
def takes_place(now: Now, plan: Any, outlets: Outlets, donors: Donors, group: Any) -> bool:
    begins = agenda.begins(plan.left, plan.next_week, now.week) and is_called_for(
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


@inner
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
    return agenda.holds(
        plan.when, plan.below, happened, plan.last_week, now.week, group.last_attendance,
        group.cash,
    )  # fmt: skip


@inner
def carry_out(
    ground: Ground, now: Now, women: Women, outlets: Outlets, donors: Donors, kube: Group,
    plans: Plans, i: int, scratch: Scratch,
) -> None:  # fmt: skip
    """Invite, charge, and let it have its effect."""
    group, plan = kube.rows[0], plans.rows[i]
    invited = invite(ground, women, group, plan, scratch)
    key = key_of(plan, outlets, donors)
    gathered = 0
    for w in range(group.women):
        decide_to_gather(ground.p[0], now, women, w, group, key, scratch.invited[w])
        if women.rows[w].gathered:
            gathered += 1
    group.turnout = work.share(gathered, invited)
    needs_women = plan.kind in agenda.GATHERINGS or plan.kind in agenda.ERRANDS or plan.kind in agenda.TALKS
    charge(ground, group, plan.kind, gathered if needs_women else active_women(women, group))
    note(now, plan.kind, plan.outlet if plan.outlet != NONE else plan.donor, 0.0)
    if needs_women and gathered == 0:
        note(now, What.NOBODY_CAME, plan.kind, 0.0)
    elif plan.effective:
        take_effect(ground, now, women, outlets, donors, kube, plans, i)


@inner
def invite(ground: Ground, women: Women, group: Any, plan: Any, scratch: Scratch) -> int:
    """Who is asked to come: all women, the officers, or those who would gain most; how many."""
    gathering, errand = plan.kind in agenda.GATHERINGS, plan.kind in agenda.ERRANDS
    there = invited = 0
    for i in range(group.women):
        woman = women.rows[i]
        asked = gathering and (woman.officer or not plan.officers_only)
        asked = asked or (errand and woman.officer)
        scratch.invited[i] = woman.active and asked
        invited += 1 if scratch.invited[i] else 0
        if woman.active:
            scratch.turns[i] = woman.efficacy if plan.kind == COUNSELLING else woman.trust
            scratch.places[there] = i
            there += 1
    if plan.kind in agenda.TALKS:
        wanted = plan.clients if plan.kind == COUNSELLING else ground.costs[plan.kind].persons
        rank(scratch.places, there, scratch.turns)
        invited = min(there, wanted)
        for place in range(invited):
            scratch.invited[scratch.places[place]] = True
    return invited


@inner
def key_of(plan: Any, outlets: Outlets, donors: Donors) -> int:
    partner = 0
    if plan.outlet != NONE:
        partner = outlets.rows[plan.outlet].key
    elif plan.donor != NONE:
        partner = donors.rows[plan.donor].key
    return about(partner, plan.kind)


@inner
def inclination(p: Any, woman: Any, group: Any) -> float:
    return members.inclination(
        p, woman.kind, woman.trust, woman.efficacy, woman.motivation, woman.belief,
        woman.propensity, woman.expected_pay, group.norm, group.mentor, woman.fgd,
        woman.poor_weeks > 0,
    )  # fmt: skip


@inner
def decide_to_gather(
    p: Any, now: Now, women: Women, i: int, group: Any, key: int, invited: bool
) -> None:
    woman = women.rows[i]
    woman.gathered = False
    if not invited or woman.ill_weeks > 0:
        return
    chance = members.gathering_probability(p, inclination(p, woman, group), women.called[i, 0])
    woman.gathered = draw(now, Event.GATHERING, woman.key, key) < chance


@inner
def charge(ground: Ground, group: Any, kind: int, came: int) -> None:
    cost = ground.costs[kind]
    group.intervention_rp += work.scaled(cost.rp, ground.p[0].intervention_cost_factor)
    group.facilitator_days += cost.days
    group.intervention_hours += work.hours_of(min(cost.persons, came), cost.hours)


@inner
def take_effect(
    ground: Ground, now: Now, women: Women, outlets: Outlets, donors: Donors, kube: Group,
    plans: Plans, i: int,
) -> None:  # fmt: skip
    p, group, plan = ground.p[0], kube.rows[0], plans.rows[i]
    if plan.kind == FGD:
        fgd(p, now, women, group)
    elif plan.kind == PROPOSAL_TRAINING:
        gain, turnout = p.train_gain_proposal, group.turnout
        group.proposal_skill = support.trained(group.proposal_skill, gain, turnout)
        gain = p.train_gain_management
        group.management_skill = support.trained(group.management_skill, gain, turnout)
    elif plan.kind == NEGOTIATION:
        negotiate(p, now, outlets, group, plan)
    elif plan.kind == AUDIENCE:
        audience(ground, now, donors, group, plan)
    elif plan.kind == CAPITAL_PROPOSAL:
        propose(p, now, donors, group, plans, i)
    elif plan.kind == MENTORING:
        group.mentor = 1.0
        group.mentored_until = plan.until
    elif plan.kind == NORMS:
        group.norm = members.norm_adopted(p, group.norm, group.turnout)
    elif plan.kind == PRODUCT_TRAINING:
        train_product(p, now, kube, plan)
    elif plan.kind == CAMPAIGN:
        campaign(p, now, outlets, group)
    elif plan.kind == MARKET_STALL:
        market_stall(ground, now, outlets, group, plan)
    elif plan.kind == SOCIAL_MEDIA:
        open_own(ground, outlets, plan.outlet)
    elif plan.kind == FACILITY:
        group.facility_until = max(group.facility_until, plan.until)
    elif plan.kind == AGENCY_TRAINING:
        skill = support.trained(group.management_skill, p.agency_gain, group.turnout)
        group.management_skill = skill
    elif plan.kind == PARTNER_SUPPORT:
        group.partners_until = now.week
    elif plan.kind == VILLAGE_REGULATION:
        for o in range(len(outlets.rows)):
            outlet = outlets.rows[o]
            if not outlet.outside:
                outlet.base = ties_rules.base_after_regulation(p, outlet.base)
    else:
        talk(p, women, group, plan.kind)


@inner
def fgd(p: Any, now: Now, women: Women, group: Any) -> None:
    for i in range(group.women):
        woman = women.rows[i]
        if woman.gathered:
            woman.fgd = 1.0
            woman.motivation = members.gained(woman.motivation, p.motivation_fgd)
            woman.efficacy = members.gained(woman.efficacy, p.voice_fgd)
    group.knowledge = support.trained(group.knowledge, p.knowledge_fgd, group.turnout)
    group.fgd_week = now.week


@inner
def talk(p: Any, women: Women, group: Any, kind: int) -> None:
    """Counselling, education and persuasion: what those who come take home."""
    for i in range(group.women):
        woman = women.rows[i]
        if not woman.gathered:
            continue
        if kind == COUNSELLING:
            woman.efficacy = members.counselled(p, woman.efficacy)
        elif kind == EDUCATION:
            woman.motivation = members.gained(woman.motivation, p.education_gain)
        elif kind == PERSUASION:
            woman.trust = members.trust_after_persuasion(p, woman.trust)


@inner
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


@inner
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


@inner
def ask_around(p: Any, outlets: Outlets, o: int) -> None:
    known, opinion = 0, 0.0
    for other in outlets.acquaintances[o]:
        if other != NONE and outlets.rows[other].status == Status.PARTNER:
            known += 1
            opinion += trust_of(p, outlets.rows[other])
    outlets.rows[o].vouched = work.share(opinion, known)


@inner
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


@inner
def audience(ground: Ground, now: Now, donors: Donors, group: Any, plan: Any) -> None:
    p = ground.p[0]
    for d in range(len(donors.rows)):
        government = donors.rows[d]
        if government.village_government:
            government.good += p.contact_evidence
            group.networking = members.gained(group.networking, p.networking_visit)
            if plan.legality and not group.legal and group.legality_week < now.week:
                ask_for_legality(p, now, group)
            if plan.tools and government.decision_week == NEVER:
                government.decision_week = decision_week(ground, now)
            if plan.wages and government.wage_decision_week == NEVER:
                government.wage_decision_week = decision_week(ground, now)
            return


@inner
def ask_for_legality(p: Any, now: Now, group: Any) -> None:
    if draw(now, Event.LEGALITY, 0, 0) < p.legality_prob:
        luck_1 = draw(now, Event.LEGALITY_DELAY, 0, 0)
        luck_2 = draw(now, Event.LEGALITY_DELAY, 0, 1)
        group.legality_week = now.week + support.delay_weeks(p.legality_delay, luck_1, luck_2)


@inner
def decision_week(ground: Ground, now: Now) -> int:
    tick = ground.ticks[now.tick]
    in_time = draw(now, Event.BUDGET_LATE, 0, 0) < ground.p[0].budget_late_prob
    return tick.early_week if in_time else tick.decision_week


@inner
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


@inner
def train_product(p: Any, now: Now, kube: Group, plan: Any) -> None:
    group = kube.rows[0]
    group.product_skill = support.trained(group.product_skill, p.train_gain_product, group.turnout)
    if plan.product == NONE or kube.offered[plan.product]:
        return
    if draw(now, Event.NEW_PRODUCT, 0, 0) < p.new_product_prob:
        kube.offered[plan.product] = True
        note(now, What.NEW_PRODUCT, plan.product, 0.0)


@inner
def campaign(p: Any, now: Now, outlets: Outlets, group: Any) -> None:
    for o in range(len(outlets.rows)):
        if draw(now, Event.CAMPAIGN, outlets.rows[o].key, 0) < p.campaign_reach:
            outlets.rows[o].informed = True
    luck = draw(now, Event.CANDIDATES, 0, 0)
    reached = binomial(p.n_pool_recruits, p.campaign_reach, luck)
    group.candidates = max(group.candidates, reached)


@inner
def market_stall(ground: Ground, now: Now, outlets: Outlets, group: Any, plan: Any) -> None:
    levy = int(ground.p[0].stall_levy)
    if group.cash - group.transport < levy:
        note(now, What.STALL_CLOSED, plan.outlet, 0.0)
        return
    group.transport += levy
    open_own(ground, outlets, plan.outlet)


@inner
def open_own(ground: Ground, outlets: Outlets, o: int) -> None:
    outlet = outlets.rows[o]
    if not outlet.own and outlet.status != Status.PARTNER:
        outlet.rented = True
        outlet.status = Status.PARTNER
    outlet.own = True
    outlet.informed = True
    for k in range(len(ground.products)):
        outlets.receipts[o, k] = ground.products[k].price


@inner
def close_own(ground: Ground, outlets: Outlets, o: int) -> None:
    outlet = outlets.rows[o]
    if outlet.rented:
        outlet.status = Status.PARTNER if outlet.agreed else Status.STRANGER
    outlet.own = False
    outlet.rented = False
    for k in range(len(ground.products)):
        outlets.receipts[o, k] = selling.unit_receipt(ground.products[k].price, outlet.margin)


# --- Phases: attendance, orders ------------------------------------------------------------------


@inner
def attendance(ground: Ground, now: Now, women: Women, kube: Group) -> None:
    p, group = ground.p[0], kube.rows[0]
    came = there = 0
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
                came += 1 if women.came[i, s] else 0
    group.attendance = work.share(came, work.hours_of(there, times(kube.held)))


@inner
def orders(ground: Ground, now: Now, outlets: Outlets, kube: Group, scratch: Scratch) -> None:
    p, group = ground.p[0], kube.rows[0]
    if times(kube.held) == 0:
        return
    quality = selling.quality_factor(p, group.quality)
    alike = scratch.alike
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
            order(ground, now, outlets, o, kube, quality, selling.overlap_factor(p, rivals))
    promise(ground, outlets, kube)


@inner
def order(
    ground: Ground, now: Now, outlets: Outlets, o: int, kube: Group, quality: float, overlap: float
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
            outlets.means[o, k, w] = selling.mean_demand(
                outlets.demand[o, k], days, quality, overlap
            )
        share = selling.order_share(p, opinion, outlet.experience, kube.supply[k], outlet.own)
        for s in range(len(kube.held)):
            if kube.held[s]:
                expected = 0.0
                for w in range(product.windows):
                    if ground.baked_for[k, s, w]:
                        expected += outlets.means[o, k, w]
                if product.dry:
                    expected = work.share(expected, sessions)
                outlets.orders[o, k, s] = selling.order(share, expected)


@inner
def promise(ground: Ground, outlets: Outlets, kube: Group) -> None:
    p, group = ground.p[0], kube.rows[0]
    broken = 0
    for o in range(len(outlets.rows)):
        if outlets.rows[o].status == Status.DROPPED:
            broken += 1
    group.throughput = work.throughput(p, broken)
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
                if orders_at(outlets, o, s):
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


@inner
def scale_orders(outlets: Outlets, scale: float) -> None:
    if scale == 1:
        return
    for o in range(outlets.orders.shape[0]):
        for k in range(outlets.orders.shape[1]):
            for s in range(outlets.orders.shape[2]):
                outlets.orders[o, k, s] = work.scaled(outlets.orders[o, k, s], scale)


@inner
def orders_at(outlets: Outlets, o: int, s: int) -> bool:
    for k in range(outlets.orders.shape[1]):
        if outlets.orders[o, k, s] > 0:
            return True
    return False


@inner
def loaded_at(outlets: Outlets, o: int, s: int) -> bool:
    for k in range(outlets.batches.shape[1]):
        if outlets.batches[o, k, s] > 0:
            return True
    return False


@inner
def trips_together(p: Any, outlets: Outlets, s: int) -> tuple[float, float]:
    """Share of a trip that is left in the village and outside, by how many are served."""
    inside = outside = 0
    for o in range(len(outlets.rows)):
        if orders_at(outlets, o, s):
            if outlets.rows[o].outside:
                outside += 1
            else:
                inside += 1
    return work.trip_factor(p, max(1, inside)), work.trip_factor(p, max(1, outside))


# --- Phases: production, delivery ----------------------------------------------------------------


@inner
def production(
    ground: Ground, now: Now, women: Women, outlets: Outlets, kube: Group, scratch: Scratch
) -> None:
    p, group = ground.p[0], kube.rows[0]
    effort = 0.0
    for s in range(len(kube.held)):
        if kube.held[s]:
            effort += hold_session(ground, now, women, outlets, kube, scratch, s)
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


@inner
def hold_session(
    ground: Ground, now: Now, women: Women, outlets: Outlets, kube: Group, scratch: Scratch, s: int
) -> float:
    p, group = ground.p[0], kube.rows[0]
    came = 0
    for i in range(group.women):
        if women.came[i, s]:
            came += 1
    ordered = False
    for o in range(len(outlets.rows)):
        ordered = ordered or orders_at(outlets, o, s)
    if not ordered:
        group.binding = max(group.binding, work.binding(group.cash_scale, 1.0, 0.0, 0.0))
        return 0.0
    if came < p.min_crew:
        group.binding = max(group.binding, work.Binding.HANDS.value)
        note(now, What.SESSION_CANCELLED, s, came)
        return 0.0
    to_make = scratch.to_make
    making = 0.0
    productivity = work.productivity(p, group.tools)
    for k in range(len(ground.products)):
        product, wanted = ground.products[k], 0
        for o in range(len(outlets.rows)):
            wanted += outlets.orders[o, k, s]
        to_make[k] = max(0, wanted - kube.stock[k])
        if product.sun_dried:
            to_make[k] = work.dried(to_make[k], ground.ticks[now.tick].drying, group.tools > 0)
        making += work.making_hours(to_make[k], product.rate, productivity)
    trips = 0.0
    inside, outside = trips_together(p, outlets, s)
    for o in range(len(outlets.rows)):
        if orders_at(outlets, o, s):
            share = outside if outlets.rows[o].outside else inside
            trips += work.trip_left(outlets.rows[o].trip_hours, share)
    trips = work.hours_on_the_road(p, trips, group.partners_until >= now.week)
    wanted_crew = work.crew_wanted(p, making + trips)
    effort, crew = choose_crew(p, now, women, group, scratch, s, came, wanted_crew)
    hours = work.productive_hours(p, crew)
    scale = work.hours_scale(hours, making, trips)
    group.binding = max(group.binding, work.binding(group.cash_scale, scale, hours, making))
    group.work_sessions += crew
    group.spare_hours += work.productive_hours(p, came - crew)
    for k in range(len(ground.products)):
        made = work.scaled(to_make[k], scale)
        kube.made[k] += made
        group.materials += work.value(made, kube.unit_costs[k])
        load(outlets, kube, scratch, k, s, made)
    return effort


@inner
def choose_crew(
    p: Any, now: Now, women: Women, group: Any, scratch: Scratch, s: int, came: int, wanted: int
) -> tuple[float, int]:
    """Keep those whose turn it is; returns their summed effort and their number."""
    turns, sorting = scratch.turns, scratch.sorting[:came]
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


@inner
def load(outlets: Outlets, kube: Group, scratch: Scratch, k: int, s: int, made: int) -> None:
    available = kube.stock[k] + made
    n = len(outlets.rows)
    asked, loads = scratch.asked, scratch.loads
    for o in range(n):
        asked[o] = outlets.orders[o, k, s]
    selling.ration(asked, available, loads)
    for o in range(n):
        outlets.batches[o, k, s] = loads[o]
        available -= loads[o]
    kube.stock[k] = available


@inner
def delivery(ground: Ground, now: Now, outlets: Outlets, kube: Group) -> None:
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
                if loaded_at(outlets, o, s):
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


# --- Phases: sales, settlement, division ---------------------------------------------------------


@inner
def sales(ground: Ground, now: Now, outlets: Outlets) -> None:
    p = ground.p[0]
    for o in range(len(outlets.rows)):
        outlet = outlets.rows[o]
        if outlet.status != Status.PARTNER:
            continue
        for k in range(len(ground.products)):
            if outlets.delivered[o, k] == 0:
                continue
            product = ground.products[k]
            for w in range(product.windows):
                open_days = ground.open_days[now.tick, o, k, w]
                if open_days > 0:
                    spread = selling.window_dispersion(p, open_days)
                    luck = draw(now, Event.DEMAND, outlet.key, about(product.key, w))
                    wanted = selling.buyers(outlets.means[o, k, w], spread, luck)
                    window = ground.windows[k, w]
                    outlets.sold[o, k] += selling.sell(
                        outlets.batches[o, k], window.oldest, window.newest, wanted
                    )


@inner
def settlement(ground: Ground, outlets: Outlets, kube: Group) -> None:
    group = kube.rows[0]
    for o in range(len(outlets.rows)):
        settle(ground, outlets, o)
        group.receipts += outlets.rows[o].paid
        for k in range(len(ground.products)):
            kube.stock[k] += outlets.returned[o, k]
    group.cash += group.receipts - group.materials - group.transport


@inner
def on_consignment(outlet: Any) -> bool:
    return outlet.own or not outlet.outright


@inner
def settle(ground: Ground, outlets: Outlets, o: int) -> None:
    outlet, due = outlets.rows[o], outlets.due[o]
    owed = 0
    for k in range(len(ground.products)):
        left = pieces(outlets.batches[o, k])
        if ground.products[k].dry and on_consignment(outlet):
            outlets.returned[o, k] += left
        else:
            outlets.wasted[o, k] += left
        bought = outlets.sold[o, k]
        if not on_consignment(outlet):
            bought = outlets.delivered[o, k] - outlets.lost[o, k]
        owed += work.value(bought, outlets.receipts[o, k])
    last = len(due) - 1
    due[outlet.lag if on_consignment(outlet) and not outlet.own else 0] += owed
    outlet.paid = 0 if outlet.late_weeks > 0 else due[0]
    left_open = due[0] - outlet.paid
    for week in range(last):
        due[week] = due[week + 1]
    due[last] = 0
    due[0] += left_open


@inner
def division(ground: Ground, now: Now, women: Women, donors: Donors, kube: Group) -> None:
    p = ground.p[0]
    divide(p, women, kube)
    for d in range(len(donors.rows)):
        if 0 <= now.week - donors.rows[d].wage_start_week < p.wage_weeks:
            pay_wages(p, women, kube.rows[0])


@inner
def divide(p: Any, women: Women, kube: Group) -> None:
    group = kube.rows[0]
    surplus = group.cash - group.opening_cash
    busiest = 0
    for plan in kube.material_plans:
        busiest = max(busiest, plan)
    amount = money.payout(p, surplus, group.cash, busiest)
    bonus = money.bonus(p, p.division_rule, amount)
    weights = officers = 0
    for i in range(group.women):
        if women.rows[i].active:
            weights += money.weight(p.division_rule, times(women.worked[i]))
            officers += 1 if women.rows[i].officer else 0
    for i in range(group.women):
        woman = women.rows[i]
        if woman.active:
            weight = money.weight(p.division_rule, times(women.worked[i]))
            woman.pay = money.part(amount - bonus, weight, weights)
            woman.pay += money.part(bonus, 1 if woman.officer else 0, officers)
            group.payouts += woman.pay
    group.cash -= group.payouts


@inner
def pay_wages(p: Any, women: Women, group: Any) -> None:
    wage = money.weekly_wage(p)
    for i in range(group.women):
        if women.rows[i].active:
            women.rows[i].pay += wage
            group.wages += wage
    group.dana_desa_rp += group.wages


# --- Phases: trust, habits, skills ---------------------------------------------------------------


@inner
def judge(
    ground: Ground, now: Now, women: Women, outlets: Outlets, donors: Donors, kube: Group
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
            effort = work.share(times(women.worked[i]), group.work_sessions)
            paid = work.share(woman.pay, group.payouts) if group.payouts else effort
            if sessions:
                woman.trust = members.trust_after_meeting(
                    p, woman.trust, group.attendance, sessions
                )
            woman.trust = members.trust_after_division(p, woman.trust, effort, paid, there)
    for d in range(len(donors.rows)):
        donor = donors.rows[d]
        donor.good = trust.remembered(p, donor.good)
        donor.bad = trust.remembered(p, donor.bad)


@inner
def judge_week(ground: Ground, now: Now, outlets: Outlets, o: int, group: Any) -> None:
    p, outlet = ground.p[0], outlets.rows[o]
    outlet.good = trust.remembered(p, outlet.good)
    outlet.bad = trust.remembered(p, outlet.bad)
    if outlet.status == Status.PARTNER and not outlet.own:
        if outlet.promised > 0:
            judge_delivery(ground, now, outlets, o, group)
        elif group.stopped_weeks == 1:
            lose_trust(p, outlet)
    outlet.promise_weeks = max(0, outlet.promise_weeks - 1)


@inner
def lose_trust(p: Any, outlet: Any) -> None:
    outlet.bad += trust.bad_evidence(p)
    outlet.level = trust.multiplied_after(p, outlet.level, False)


@inner
def judge_delivery(ground: Ground, now: Now, outlets: Outlets, o: int, group: Any) -> None:
    p, outlet = ground.p[0], outlets.rows[o]
    sent = value_of(ground, outlets.delivered[o])
    failed = group.late or ties_rules.is_short(p, sent, outlet.promised)
    if failed:
        lose_trust(p, outlet)
    else:
        outlet.good += trust.good_evidence(p, outlet.promise_weeks)
        outlet.level = trust.multiplied_after(p, outlet.level, True)
        outlet.experience = selling.experience_after(p, outlet.experience)
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


@inner
def perishable(ground: Ground, counts: NDArray[np.int64]) -> int:
    value = 0
    for k in range(len(counts)):
        if not ground.products[k].dry:
            value += work.value(counts[k], ground.products[k].price)
    return value


@inner
def habits(ground: Ground, now: Now, women: Women, kube: Group) -> None:
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


@inner
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


@inner
def skills(ground: Ground, outlets: Outlets, kube: Group) -> None:
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


@inner
def learn_from_sales(p: Any, outlets: Outlets, kube: Group, k: int) -> None:
    delivered, sold, expected = 0, 0, 0.0
    for o in range(len(outlets.rows)):
        outlet = outlets.rows[o]
        if outlet.status == Status.PARTNER and on_consignment(outlet):
            delivered += outlets.delivered[o, k]
            sold += outlets.sold[o, k]
            expected += total(outlets.means[o, k])
    if delivered == 0:
        return
    last = kube.sold_memory.shape[1] - 1
    for week in range(last):
        kube.sold_memory[k, week] = kube.sold_memory[k, week + 1]
        kube.expected_memory[k, week] = kube.expected_memory[k, week + 1]
    kube.sold_memory[k, last] = sold
    kube.expected_memory[k, last] = expected
    kube.supply[k] = selling.supply_after(
        p,
        kube.supply[k],
        work.share(delivered - sold, delivered),
        work.share(pieces(kube.sold_memory[k]), total(kube.expected_memory[k])),
    )


# --- Phases: hearsay, ties -----------------------------------------------------------------------


@inner
def hearsay(ground: Ground, now: Now, outlets: Outlets, scratch: Scratch) -> None:
    p, rows = ground.p[0], outlets.rows
    views, heard = scratch.views, scratch.heard
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
            outlet.base = trust.base_after_hearsay(p, outlet.base, heard[o])
            if outlet.status == Status.STRANGER:
                outlet.level = outlet.base
            outlet.informed = True


@inner
def ties(ground: Ground, now: Now, outlets: Outlets, kube: Group) -> None:
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


@inner
def may_stop(p: Any, now: Now, outlet: Any) -> None:
    opinion = trust_of(p, outlet)
    if ties_rules.stops(p, opinion, outlet.bad_weeks, outlet.deliveries):
        outlet.status = Status.DROPPED
        outlet.repair_weeks = p.repair_weeks
        outlet.bad_weeks = 0
        outlet.dropped_week = now.week
        note(now, What.DROPPED, outlet.index, opinion)


@inner
def may_reopen(p: Any, now: Now, outlet: Any) -> None:
    if outlet.repair_weeks > 0:
        outlet.repair_weeks -= 1
        return
    chance = ties_rules.reopening_probability(p, outlet.visited)
    if draw(now, Event.REOPEN, outlet.key, 0) < chance:
        outlet.bad = ties_rules.bad_evidence_kept(p, outlet.bad)
        outlet.level = max(outlet.level, outlet.base)
        outlet.deliveries = 0
        outlet.status = Status.PARTNER
        note(now, What.REOPENED, outlet.index, 0.0)


@inner
def brings_per_trip(ground: Ground, outlets: Outlets, o: int, kube: Group) -> float:
    brings = 0.0
    for k in range(len(ground.products)):
        if kube.offered[k]:
            brings += work.brings_per_trip(
                outlets.demand[o, k], outlets.receipts[o, k], ground.products[k].cost
            )
    return brings - outlets.rows[o].trip_cost


@inner
def serve_fewer_or_more(ground: Ground, now: Now, outlets: Outlets, kube: Group) -> None:
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


@inner
def brings_less(ground: Ground, outlets: Outlets, kube: Group, o: int, other: int) -> bool:
    """Whether outlet `o` brings less per trip than `other`, or as much and trusts less."""
    p = ground.p[0]
    mine = brings_per_trip(ground, outlets, o, kube)
    others = brings_per_trip(ground, outlets, other, kube)
    if mine != others:
        return mine < others
    return trust_of(p, outlets.rows[o]) < trust_of(p, outlets.rows[other])


# --- Phases: people, outside_money ---------------------------------------------------------------


@inner
def people(ground: Ground, now: Now, women: Women, kube: Group) -> None:
    p, group = ground.p[0], kube.rows[0]
    if now.week < 0:
        return
    replace_lost_officer(p, now, women, group)
    find_a_house(p, now, women, group)
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


@inner
def most_confident(women: Women, group: Any, officers: bool) -> int:
    """The most confident woman, officers among them or not; NONE when there is nobody."""
    chosen = NONE
    for i in range(group.women):
        woman = women.rows[i]
        if woman.active and (officers or not woman.officer):
            if chosen == NONE or woman.efficacy > women.rows[chosen].efficacy:
                chosen = i
    return chosen


@inner
def replace_lost_officer(p: Any, now: Now, women: Women, group: Any) -> None:
    officers = 0
    for i in range(group.women):
        if women.rows[i].active and women.rows[i].officer:
            officers += 1
    chosen = most_confident(women, group, False)
    if officers < p.n_officers and chosen != NONE:
        women.rows[chosen].officer = True
        note(now, What.NEW_OFFICER, chosen, 0.0)


@inner
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


@inner
def may_grow(p: Any, now: Now, group: Any, there: int, room: bool) -> bool:
    if not group.alive or not room or there >= max(p.kube_limit, p.n_members):
        return False
    if draw(now, Event.JOIN, 0, 0) >= members.fill_probability(p, group.candidates):
        return False
    group.candidates = max(0, group.candidates - 1)
    return True


@inner
def may_break(p: Any, now: Now, group: Any) -> None:
    if group.core_down > 0:
        group.core_down -= 1
        return
    hazard = work.core_hazard(p, group.facility_until >= now.week)
    if group.alive and draw(now, Event.CORE_FAILURE, 0, 0) < hazard:
        final = work.core_final_probability(p, group.norm, group.mentor)
        if draw(now, Event.CORE_FINAL, 0, 0) < final:
            group.alive = False
            note(now, What.GROUP_ENDED, NONE, 0.0)
        else:
            group.core_down = work.core_repair_weeks(p, group.norm, group.mentor)
            note(now, What.CORE_FAILED, NONE, group.core_down)


@inner
def outside_money(
    ground: Ground, now: Now, women: Women, donors: Donors, kube: Group, plans: Plans
) -> None:
    p, group = ground.p[0], kube.rows[0]
    if p.election and now.week == p.election_week:
        for d in range(len(donors.rows)):
            if donors.rows[d].village_government:
                elect(p, now, donors.rows[d])
    if not group.alive:
        return
    if group.legality_week == now.week:
        group.legal = True
        group.news += 1
        note(now, What.LEGAL, NONE, 0.0)
    for d in range(len(donors.rows)):
        donor = donors.rows[d]
        if donor.wage_decision_week == now.week:
            decide_on_wages(ground, now, donor, group)
        if donor.decision_week == now.week and donor.village_government:
            decide_on_budget(ground, now, donor, group)
        elif donor.decision_week == now.week:
            decide_on_proposal(p, now, women, donor, group, plans)
        if donor.payment_week == now.week:
            receive_budget(p, now, group)


@inner
def elect(p: Any, now: Now, donor: Any) -> None:
    if draw(now, Event.ELECTION, donor.key, 0) < p.kuwu_turnover_prob:
        donor.good = 0.0
        donor.bad = 0.0
        donor.new_head = True
        note(now, What.NEW_HEAD, NONE, 0.0)


@inner
def donor_trust(p: Any, donor: Any) -> float:
    return trust.level(p, donor.good, donor.bad, donor.base)


@inner
def budget_chance(p: Any, donor: Any, group: Any) -> float:
    return support.budget_probability(
        p, group.legal, donor_trust(p, donor), group.mentor, donor.new_head
    )


@inner
def payment_week(ground: Ground, now: Now, luck: float) -> int:
    tick = ground.ticks[now.tick]
    return support.payment_week(tick.payment_day, tick.payment_days, luck)


@inner
def decide_on_wages(ground: Ground, now: Now, donor: Any, group: Any) -> None:
    p = ground.p[0]
    chance = support.wage_probability(p, budget_chance(p, donor, group))
    donor.wage_decision_week = NEVER
    if draw(now, Event.WAGES, donor.key, 0) < chance:
        note(now, What.WAGES_GRANTED, donor.index, chance)
        luck = draw(now, Event.WAGES_DAY, donor.key, 0)
        donor.wage_start_week = payment_week(ground, now, luck)
    else:
        note(now, What.WAGES_REJECTED, donor.index, chance)
        donor.rejected_week = now.week


@inner
def decide_on_budget(ground: Ground, now: Now, donor: Any, group: Any) -> None:
    chance = budget_chance(ground.p[0], donor, group)
    donor.decision_week = NEVER
    if draw(now, Event.BUDGET, donor.key, 0) < chance:
        note(now, What.BUDGET_GRANTED, donor.index, chance)
        luck = draw(now, Event.BUDGET_DAY, donor.key, 0)
        donor.payment_week = payment_week(ground, now, luck)
    else:
        note(now, What.BUDGET_REJECTED, donor.index, chance)
        donor.rejected_week = now.week


@inner
def decide_on_proposal(
    p: Any, now: Now, women: Women, donor: Any, group: Any, plans: Plans
) -> None:
    chance = 0.0
    if not donor.ministry or support.may_grant(p, group.legal, active_women(women, group)):
        chance = support.grant_probability(
            p, donor.proposal_quality, group.legal, now.week, group.mentor, donor_trust(p, donor)
        )
    donor.decision_week = NEVER
    donor.granted = draw(now, Event.GRANT, donor.key, 0) < chance
    if donor.granted:
        note(now, What.GRANT, donor.index, chance)
        receive_grant(p, group, donor.amount, donor.gives_cash)
        return
    note(now, What.PROPOSAL_REJECTED, donor.index, chance)
    donor.rejected_week = now.week
    plan = plans.rows[donor.open_plan]
    if plan.again:
        plan.again = False
        plan.retry_week = now.week + p.resubmit_weeks


@inner
def receive_grant(p: Any, group: Any, amount: int, in_cash: bool) -> None:
    group.news += 1
    group.grants_rp += amount
    if in_cash:
        arrived = money.granted_value(amount, p.grant_cash_leak)
        group.grant_cash += arrived
        group.grant_leak_rp += amount - arrived
        group.cash += arrived
    else:
        group.tools = max(group.tools, support.tools_in_use(p, amount))


@inner
def receive_budget(p: Any, now: Now, group: Any) -> None:
    amount = support.budget_amount(p)
    group.news += 1
    group.dana_desa_rp += amount
    group.tools = max(group.tools, support.tools_in_use(p, amount))
    note(now, What.DANA_DESA, NONE, group.dana_desa_rp)


# --- Weeks and runs ------------------------------------------------------------------------------


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
        log, ends = np.empty(rows * len(some), HAPPENING), np.zeros(len(some), np.int64)
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
    """More than can be noted in a run: every agent's happenings in every week, every shock's hits."""
    agents = sum(len(part.rows) for part in made[:-1]) + len(made.kube.price_rise)
    hits = len(made.shocks.rows) * (len(made.women.rows) + len(made.outlets.rows))
    return (_OF_AN_AGENT * agents + _OF_A_GROUP) * ticks + hits
