"""The phase outside_money: decrees, donors, an election, the village budget."""

from __future__ import annotations

from typing import Any

from sim.compiled import compiled
from sim.draws import Event
from sim.ensemble.basis import Now, active_women, draw, note
from sim.happenings import What
from sim.rules import money, support, trust
from sim.setting import Ground
from sim.state import NEVER, NONE
from sim.world import Donors, KubeArrays, Plans, Women


@compiled
def outside_money(
    ground: Ground, now: Now, women: Women, donors: Donors, kube: KubeArrays, plans: Plans
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


@compiled
def elect(p: Any, now: Now, donor: Any) -> None:
    if draw(now, Event.ELECTION, donor.key, 0) < p.kuwu_turnover_prob:
        donor.good = 0.0
        donor.bad = 0.0
        donor.new_head = True
        note(now, What.NEW_HEAD, NONE, 0.0)


@compiled
def donor_trust(p: Any, donor: Any) -> float:
    return trust.level(p, donor.good, donor.bad, donor.base_rate)


@compiled
def budget_chance(p: Any, donor: Any, group: Any) -> float:
    return support.budget_probability(
        p, group.legal, donor_trust(p, donor), group.mentor, donor.new_head
    )


@compiled
def payment_week(ground: Ground, now: Now, luck: float) -> int:
    tick = ground.ticks[now.tick]
    return support.payment_week(tick.payment_day, tick.payment_days, luck)


@compiled
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


@compiled
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


@compiled
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


@compiled
def receive_grant(p: Any, group: Any, amount: int, in_cash: bool) -> None:
    group.news += 1
    group.grants_rp += amount
    if in_cash:
        arrived = money.granted_value(amount, p.grant_cash_leak)
        group.grant_cash += arrived
        group.capital += arrived
        group.grant_leak_rp += amount - arrived
        group.cash += arrived
    else:
        group.tools = max(group.tools, support.tools_in_use(p, amount))


@compiled
def receive_budget(p: Any, now: Now, group: Any) -> None:
    amount = support.budget_amount(p)
    group.news += 1
    group.dana_desa_rp += amount
    group.tools = max(group.tools, support.tools_in_use(p, amount))
    note(now, What.DANA_DESA, NONE, group.dana_desa_rp)
