"""The phases sales, settlement and division: buyers, leftovers, money."""

from __future__ import annotations

from typing import Any

from sim.compiled import compiled
from sim.draws import Event, about
from sim.ensemble.basis import Now, draw
from sim.rules import money, work
from sim.rules import outlets as ties_rules
from sim.rules import selling as selling_rules
from sim.setting import Ground
from sim.state import Status
from sim.sums import pieces, times
from sim.world import Donors, KubeArrays, Outlets, Women


@compiled
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
                    spread = selling_rules.window_dispersion(p, open_days)
                    luck = draw(now, Event.DEMAND, outlet.key, about(product.key, w))
                    wanted = selling_rules.buyers(outlets.means[o, k, w], spread, luck)
                    window = ground.windows[k, w]
                    outlets.sold[o, k] += selling_rules.sell(
                        outlets.batches[o, k], window.oldest, window.newest, wanted
                    )


@compiled
def settlement(ground: Ground, outlets: Outlets, kube: KubeArrays) -> None:
    group = kube.rows[0]
    for o in range(len(outlets.rows)):
        settle(ground, outlets, o)
        group.receipts += outlets.rows[o].paid
        for k in range(len(ground.products)):
            kube.stock[k] += outlets.returned[o, k]
    group.cash += group.receipts - group.materials - group.transport


@compiled
def on_consignment(outlet: Any) -> bool:
    return ties_rules.on_consignment(outlet.own, outlet.outright)


@compiled
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


@compiled
def division(ground: Ground, now: Now, women: Women, donors: Donors, kube: KubeArrays) -> None:
    p = ground.p[0]
    divide(p, women, kube)
    for d in range(len(donors.rows)):
        since = now.week - donors.rows[d].wage_start_week
        if kube.rows[0].alive and 0 < since <= p.wage_weeks:
            pay_wages(p, women, kube.rows[0])


@compiled
def divide(p: Any, women: Women, kube: KubeArrays) -> None:
    group = kube.rows[0]
    surplus = group.cash - group.opening_cash
    busiest = 0
    for plan in kube.material_plans:
        busiest = max(busiest, plan)
    amount = money.payout(p, surplus, group.cash, busiest, group.capital)
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


@compiled
def pay_wages(p: Any, women: Women, group: Any) -> None:
    wage = money.weekly_wage(p)
    for i in range(group.women):
        if women.rows[i].active:
            women.rows[i].wages += wage
            group.wages += wage
            group.dana_desa_rp += wage
