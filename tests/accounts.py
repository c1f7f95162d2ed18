"""A village whose books are audited every week, to the last rupiah and piece.

`Audited` lives like any village and raises AssertionError in the first week whose accounts do not
close. It keeps its own record of what outlets owe, of what materials cost and of who was loaded.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import Any

from sim.agents import Outlet
from sim.rules import money
from sim.rules.money import Division
from sim.state import Status
from sim.village import Village


def same(what: str, found: object, expected: object) -> None:
    """Raise unless two accounts agree exactly."""
    if found != expected:
        raise AssertionError(f"{what}: {found}, expected {expected}")


def holds(what: str, truth: bool) -> None:
    """Raise unless something that must always hold does."""
    if not truth:
        raise AssertionError(what)


class Audited(Village):
    """A village with an auditor at the door."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.box = self.kube.cash
        self.shelf = list(self.kube.stock)
        self.owed = {outlet.id: deque(outlet.due[:-1]) for outlet in self.outlets}
        self.granted = self.leaked = 0
        self.loaded: dict[str, int] = {}
        self.ordered: dict[str, list[int]] = {}

    def production(self) -> None:
        self.ordered = {o.id: [sum(orders) for orders in o.orders] for o in self.partners}
        super().production()

    def delivery(self) -> None:
        sessions = range(len(self.session_days))
        self.loaded = {o.id: sum(o.loaded_at(s) for s in sessions) for o in self.partners}
        super().delivery()

    def step(self) -> None:
        super().step()
        for audit in AUDITS:
            try:
                audit(self)
            except AssertionError as error:
                raise AssertionError(f"week {self.week}, {audit.__name__}: {error}") from error


# --- Money ---


def the_box(village: Audited) -> None:
    """What was there and came in, less what went out, is there; never less than nothing."""
    kube = village.kube
    same("opening cash", kube.opening_cash, village.box)
    came = kube.receipts + kube.grant_cash
    went = kube.materials + kube.transport + kube.payouts
    same("closing cash", kube.cash, village.box + came - went)
    holds(f"cash is {kube.cash}", kube.cash >= 0)
    holds("an amount below zero", min(kube.materials, kube.transport, kube.payouts) >= 0)
    holds("not whole rupiah", all(isinstance(x, int) for x in (kube.cash, came, went)))
    holds("spent more than the box held", kube.materials + kube.transport <= village.box)
    village.box = kube.cash


def costs(village: Audited) -> None:
    """Materials of what was made; one trip for each outlet and session with goods."""
    kube, products = village.kube, village.setting.products
    for cost, product in zip(kube.unit_costs, products, strict=True):
        holds(f"{product.id} costs {cost}", 0 <= cost <= product.cost)
    same("materials", kube.materials, sum(map(lambda n, c: n * c, kube.made, kube.unit_costs)))
    trips = {outlet.id: outlet.trip_cost for outlet in village.outlets}
    expected = sum(count * trips[name] for name, count in village.loaded.items())
    same("transport", kube.transport, expected)
    same("trips", kube.trips, sum(village.loaded.values()))


def receivables(village: Audited) -> None:
    """Every outlet pays what it sold, `lag` weeks later; one that bought pays on delivery."""
    for outlet in village.outlets:
        owed = village.owed[outlet.id]
        earned = _earned(outlet)
        if outlet.outright:
            same(f"{outlet.id} pays at once", outlet.paid, earned)
        else:
            owed.append(earned)
            same(f"{outlet.id} pays", outlet.paid, owed.popleft())
        same(f"{outlet.id} owes", sum(outlet.due), sum(owed))
    same("receipts", village.kube.receipts, sum(outlet.paid for outlet in village.outlets))


def _earned(outlet: Outlet) -> int:
    arrived = [sent - lost for sent, lost in zip(outlet.delivered, outlet.lost, strict=True)]
    bought = arrived if outlet.outright else outlet.sold
    return sum(pieces * receipt for pieces, receipt in zip(bought, outlet.receipts, strict=True))


def payouts(village: Audited) -> None:
    """The pay of all women is what left the box, by the group's rule, out of a surplus only."""
    kube, p, women = village.kube, village.p, [w for w in village.members if w.pay]
    same("payouts", kube.payouts, sum(woman.pay for woman in village.members))
    holds("negative pay", all(woman.pay >= 0 for woman in village.members))
    surplus = kube.receipts - kube.materials - kube.transport
    holds("paid without a surplus", surplus > 0 or kube.payouts == 0)
    if p.division_rule == Division.EQUAL:
        holds("unequal shares", len({woman.pay for woman in women}) <= 1)
    if p.division_rule == Division.ATTENDANCE:
        ordered = sorted((sum(woman.worked), woman.pay) for woman in village.members)
        holds("more work, less pay", all(a[1] <= b[1] for a, b in pairwise(ordered)))
        holds("paid without work", all(sum(woman.worked) for woman in women))
    if p.division_rule == Division.OFFICER_BONUS:
        entitled = all(sum(woman.worked) or woman.officer for woman in women)
        holds("a bonus for one who is no officer", entitled)
    before = village.box + kube.payouts - kube.grant_cash
    asked = money.payout(p, surplus, before, max(kube.material_plans, default=0))
    holds(f"{kube.payouts} paid of {asked}", kube.payouts <= asked)
    if _can_divide(village):
        odd = 2 * len(village.members)
        holds(
            f"{kube.payouts} paid of {asked}: not only odd rupiah kept", asked - odd < kube.payouts
        )


def _can_divide(village: Audited) -> bool:
    """Whether somebody has a share in every part of a payout."""
    rule, here = village.p.division_rule, [w for w in village.members if w.active]
    if rule == Division.EQUAL:
        return bool(here)
    officers = rule != Division.OFFICER_BONUS or any(woman.officer for woman in here)
    return bool(village.kube.work_sessions) and officers


def grants(village: Audited) -> None:
    """A cash grant reaches the box but for what leaks."""
    kube = village.kube
    leaked = kube.grant_leak_rp - village.leaked
    given = kube.grants_rp - village.granted
    holds("a grant taken back", given >= 0 and leaked >= 0)
    holds("cash from nowhere", kube.grant_cash + leaked in (0, given) or kube.tools > 0)
    holds("leaked more than given", leaked + kube.grant_cash <= given)
    village.granted, village.leaked = kube.grants_rp, kube.grant_leak_rp


# --- Pieces ---


def stock(village: Audited) -> None:
    """What was on the shelf and made, less what left, plus what came back, is on the shelf."""
    kube = village.kube
    same("opening stock", kube.opening_stock, village.shelf)
    for k, product in enumerate(village.setting.products):
        left = sum(outlet.delivered[k] for outlet in village.outlets)
        back = sum(outlet.returned[k] for outlet in village.outlets)
        same(product.id, kube.stock[k], village.shelf[k] + kube.made[k] - left + back)
        holds(f"{product.id}: stock {kube.stock[k]}", kube.stock[k] >= 0)
        holds(f"{product.id} is kept and spoils", product.dry or kube.stock[k] == 0)
    village.shelf = list(kube.stock)


def deliveries(village: Audited) -> None:
    """Whatever reached an outlet was sold, returned, wasted or lost; no more than ordered."""
    for outlet in village.outlets:
        for k, product in enumerate(village.setting.products):
            name = f"{product.id} at {outlet.id}"
            fates = (outlet.sold[k], outlet.returned[k], outlet.wasted[k], outlet.lost[k])
            same(name, outlet.delivered[k], sum(fates))
            holds(f"{name}: {fates}", min(fates) >= 0)
            holds(f"{name} spoils and returns", product.dry or not outlet.returned[k])
            holds(f"{name} bought and returns", not (outlet.outright and outlet.returned[k]))
            holds(f"{name} lost in time", village.kube.late or not outlet.lost[k])
            ordered = village.ordered.get(outlet.id, [0] * len(village.setting.products))
            holds(f"{name} not ordered", outlet.delivered[k] <= ordered[k])


# --- Women ---


def farm_income(village: Audited) -> None:
    """Days called times the wage, less what working at a session on such a day costs."""
    wage, p = int(village.p.farm_wage_day), village.p
    lost = int(p.session_reservation_frac * p.farm_wage_day)
    for woman in village.members:
        missed = sum(c and w for c, w in zip(woman.called, woman.worked, strict=True))
        same(f"{woman.id} lost", woman.wage_lost, missed * lost)
        same(f"{woman.id} earned", woman.farm_income, woman.farm_days * wage - woman.wage_lost)
        holds(f"{woman.id} owes the fields", woman.farm_income >= 0)
        holds(f"{woman.id}: {woman.farm_days} days", sum(woman.called) <= woman.farm_days <= 7)


def presence(village: Audited) -> None:
    """Only women who came work, only at sessions that are held."""
    kube = village.kube
    for woman in village.members:
        held = [session in kube.sessions for session in village.session_days]
        for came, worked, met in zip(woman.came, woman.worked, held, strict=True):
            holds(f"{woman.id} worked and was not there", came or not worked)
            holds(f"{woman.id} came to no session", met or not came)
    worked_sessions = sum(sum(woman.worked) for woman in village.members)
    same("work sessions", kube.work_sessions, worked_sessions)
    crews = [sum(w.worked[s] for w in village.members) for s in village.session_days]
    holds(f"crews {crews}", all(crew == 0 or crew >= village.p.min_crew for crew in crews))
    holds("made without hands", any(crews) or not any(kube.made))


def minds(village: Audited) -> None:
    """Trust, skills and the rest stay shares; partners only are delivered to."""
    kube = village.kube
    levels = [kube.norm, kube.quality, kube.product_skill, kube.management_skill]
    levels += [kube.proposal_skill, kube.fgd, kube.mentor, kube.attendance, kube.tools]
    levels += [level for w in village.members for level in (w.trust, w.belief, w.efficacy)]
    levels += [agent.trust for agent in [*village.outlets, *village.donors]]
    levels += [outlet.base for outlet in village.outlets] + kube.supply
    holds("a level outside 0-1", all(0 <= level <= 1 for level in levels))
    for outlet in village.outlets:
        served = outlet.id in village.loaded
        holds(f"{outlet.id} is a stranger and served", served or not any(outlet.delivered))
        holds(f"{outlet.id} is {outlet.status}", outlet.status in list(Status))


AUDITS = (
    the_box, costs, receivables, payouts, grants, stock, deliveries, farm_income, presence, minds,
)  # fmt: skip
