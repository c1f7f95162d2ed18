"""The phases shocks, open_week and farm_calls: what befalls the group, and a new week."""

from __future__ import annotations

from typing import Any

from sim.compiled import compiled
from sim.draws import Event
from sim.ensemble.basis import Now, active_women, draw, note
from sim.happenings import What
from sim.parameters import DAYS_PER_WEEK
from sim.quantiles import rank
from sim.rules import members, support, work
from sim.setting import Ground
from sim.state import NONE, Shock, Status
from sim.sums import pieces
from sim.world import KubeArrays, Outlets, Room, Shocks, Women


@compiled
def shocks(
    ground: Ground, now: Now, women: Women, outlets: Outlets, kube: KubeArrays, planned: Shocks,
    room: Room,
) -> None:  # fmt: skip
    group = kube.rows[0]
    settling = now.week < 0
    for i in range(group.women):
        suffer_woman(ground.p[0], now, women.rows[i], settling)
    for o in range(len(outlets.rows)):
        suffer_outlet(ground.p[0], now, outlets, o, group, settling)
    suffer_group(ground, now, kube, settling)
    for s in range(len(planned.rows)):
        if planned.rows[s].week == now.week:
            befall(now, women, outlets, kube, room, planned.rows[s])


@compiled
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


@compiled
def fall_ill(now: Now, woman: Any, weeks: int) -> None:
    woman.ill_weeks = weeks
    note(now, What.ILLNESS, woman.index, weeks)


@compiled
def lose_income(now: Now, woman: Any, weeks: int, share: float) -> None:
    woman.poor_weeks, woman.poor_share = weeks, share
    note(now, What.HUSBAND_INCOME, woman.index, weeks)


@compiled
def suffer_outlet(p: Any, now: Now, outlets: Outlets, o: int, group: Any, settling: bool) -> None:
    outlet = outlets.rows[o]
    outlet.closed_weeks = max(0, outlet.closed_weeks - 1)
    outlet.late_weeks = max(0, outlet.late_weeks - 1)
    if settling:
        return
    if outlet.closed_weeks == 0 and draw(now, Event.CLOSURE, outlet.key, 0) < p.closure_hazard:
        close(now, outlet, p.closure_weeks, group)
    if (
        outlet.late_weeks == 0
        and draw(now, Event.LATE_PAYMENT, outlet.key, 0) < p.late_payment_prob
    ):
        pay_late(now, outlets, o, 1, group)


@compiled
def close(now: Now, outlet: Any, weeks: int, group: Any) -> None:
    if not group.alive:
        return
    outlet.closed_weeks = weeks
    note(now, What.OUTLET_CLOSURE, outlet.index, weeks)


@compiled
def pay_late(now: Now, outlets: Outlets, o: int, weeks: int, group: Any) -> None:
    owes = pieces(outlets.due[o]) > 0
    if not group.alive and not owes:
        return
    outlets.rows[o].late_weeks = weeks
    if owes or outlets.rows[o].status == Status.PARTNER:
        note(now, What.LATE_PAYMENT, o, weeks)


@compiled
def suffer_group(ground: Ground, now: Now, kube: KubeArrays, settling: bool) -> None:
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


@compiled
def lose_harvest(now: Now, group: Any, weeks: int, share: float) -> None:
    group.harvest_weeks, group.harvest_loss = weeks, share
    note(now, What.FAILED_HARVEST, NONE, weeks)


@compiled
def pay_more(now: Now, kube: KubeArrays, ingredient: int, weeks: int, size: float) -> None:
    if not kube.rows[0].alive:
        return
    kube.price_weeks[ingredient], kube.price_rise[ingredient] = weeks, size
    note(now, What.INGREDIENT_PRICE, ingredient, size)


@compiled
def befall(
    now: Now, women: Women, outlets: Outlets, kube: KubeArrays, room: Room, shock: Any
) -> None:
    """A scheduled shock begins."""
    group = kube.rows[0]
    if shock.kind == Shock.HUSBAND_INCOME:
        there = 0
        for i in range(group.women):
            if women.rows[i].active:
                room.turns[i] = draw(now, Event.SHOCK_HIT, women.rows[i].key, 0)
                room.places[there] = i
                there += 1
        rank(room.places, there, room.turns)
        for place in range(min(there, shock.households)):
            lose_income(now, women.rows[room.places[place]], shock.weeks, shock.share)
    elif shock.kind == Shock.OFFICER_ILLNESS:
        for i in range(group.women):
            if women.rows[i].active and women.rows[i].house:
                fall_ill(now, women.rows[i], shock.weeks)
    elif shock.kind == Shock.FAILED_HARVEST:
        lose_harvest(now, group, shock.weeks, shock.share)
    elif shock.kind == Shock.INGREDIENT_PRICE:
        pay_more(now, kube, shock.ingredient, shock.weeks, shock.share)
    else:
        for o in range(len(outlets.rows)):
            if shock.outlet == NONE or shock.outlet == o:
                if shock.kind == Shock.OUTLET_CLOSURE:
                    close(now, outlets.rows[o], shock.weeks, group)
                else:
                    pay_late(now, outlets, o, shock.weeks, group)


@compiled
def open_week(ground: Ground, now: Now, women: Women, outlets: Outlets, kube: KubeArrays) -> None:
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


@compiled
def start_week(ground: Ground, now: Now, kube: KubeArrays, can_meet: bool) -> None:
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


@compiled
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


@compiled
def farm_calls(ground: Ground, now: Now, women: Women, kube: KubeArrays) -> None:
    p, group = ground.p[0], kube.rows[0]
    lost = group.harvest_loss if group.harvest_weeks > 0 else 0.0
    chance = members.farm_call_probability(p, ground.ticks[now.tick].farm_days, lost)
    sessions = women.called.shape[1]
    none = members.no_call(DAYS_PER_WEEK - sessions, chance)
    for i in range(group.women):
        woman = women.rows[i]
        well = woman.ill_weeks == 0
        days = 0
        for s in range(sessions):
            women.called[i, s] = well and draw(now, Event.FARM_CALL, woman.key, s) < chance
            women.came[i, s] = False
            women.worked[i, s] = False
            days += 1 if women.called[i, s] else 0
        if well:
            luck = draw(now, Event.FARM_CALL, woman.key, DAYS_PER_WEEK)
            days += members.days_called(DAYS_PER_WEEK - sessions, chance, none, luck)
        woman.farm_days = days
        woman.gathered = False
        woman.pay = 0
        woman.wages = 0
