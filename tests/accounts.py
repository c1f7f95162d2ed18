"""A village whose books are audited every week, to the last rupiah and piece.

`Audited` lives like any village and raises AssertionError in the first week whose accounts do not
close. It keeps its own record of what outlets owe, of who was loaded and went together, of who
shared in the payout, and of who came and went.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from sim.agents import Member, Outlet
from sim.happenings import What
from sim.parameters import Kind
from sim.rules import money
from sim.rules.money import Division
from sim.state import Status
from sim.village import Village

STALL = Kind.MARKET_STALL


def same(what: str, found: object, expected: object) -> None:
    """Raise unless two accounts agree exactly."""
    if found != expected:
        raise AssertionError(f"{what}: {found}, expected {expected}")


def holds(what: str, truth: object) -> None:
    """Raise unless something that must always hold does."""
    if not truth:
        raise AssertionError(what)


class Audited(Village):
    """A village with an auditor at the door."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.box = self.kube.cash
        self.shelf: list[int] = self.kube.stock.tolist()
        # What each outlet owes, as (week in which it is due, Rp).
        self.owed = {
            outlet.id: [(self.week + n, rupiah) for n, rupiah in enumerate(outlet.due.tolist())]
            for outlet in self.outlets
        }
        self.granted = self.leaked = self.dana_desa = self.levies = 0
        self.here = len(self.women)
        self.sharing: list[tuple[Member, bool]] = []  # women at the division, whether officers
        self.loaded: list[list[Outlet]] = []  # for each session
        self.asked: list[list[Outlet]] = []  # who ordered for each session
        self.ordered: dict[str, list[int]] = {}

    def interventions(self) -> None:
        super().interventions()
        self.levies = self.kube.transport

    def production(self) -> None:
        self.ordered = {o.id: o.orders.sum(1).tolist() for o in self.partners}
        super().production()

    def delivery(self) -> None:
        partners, days = self.partners, self.session_days
        self.asked = [[o for o in partners if o.orders[:, day].any()] for day in days]
        self.loaded = [[o for o in partners if o.batches[:, day].any()] for day in days]
        super().delivery()

    def division(self) -> None:
        self.sharing = [(woman, woman.officer) for woman in self.women]
        super().division()

    def step(self) -> None:
        super().step()
        for audit in AUDITS:
            try:
                audit(self)
            except AssertionError as error:
                raise AssertionError(f"week {self.week}, {audit.__name__}: {error}") from error


# --- Money ---


def the_box(village: Audited) -> None:
    """What was there and came in, less what went out, is there; never less than nothing.

    Wages from the village budget go to the women and never through the box.
    """
    kube = village.kube
    same("opening cash", kube.opening_cash, village.box)
    came = kube.receipts + kube.grant_cash
    went = kube.materials + kube.transport + kube.payouts
    same("closing cash", kube.cash, village.box + came - went)
    holds(f"cash is {kube.cash}", kube.cash >= 0)
    holds("an amount below zero", min(kube.materials, kube.transport, kube.payouts) >= 0)
    holds("not whole rupiah", all(int(x) == x for x in (kube.cash, came, went)))
    holds("spent more than the box held", kube.materials + kube.transport <= village.box)
    village.box = kube.cash


def costs(village: Audited) -> None:
    """Materials of what was made, at this week's prices."""
    kube, ground = village.kube, village.setting.ground
    for k, product in enumerate(ground.products):
        factor = 1.0
        for part, rise in zip(ground.ingredient_shares[k], kube.price_rise, strict=True):
            factor += part * rise
        dear = int(product["cost"] * factor) if kube.sessions else int(product["cost"])
        cheap = int(dear * (1 - village.p.mentor_material_saving))
        holds(f"product {k} costs {kube.unit_costs[k]}", cheap <= kube.unit_costs[k] <= dear)
    same("materials", kube.materials, int((kube.made * kube.unit_costs).sum()))


def trips(village: Audited) -> None:
    """One trip an outlet and session with goods, cheaper together; and the levies of stalls."""
    kube, p = village.kube, village.p
    expected = village.levies
    for loaded, asked in zip(village.loaded, village.asked, strict=True):
        for outlet in loaded:
            alike = sum(other.outside == outlet.outside for other in asked)
            expected += int(outlet.trip_cost * (1 - p.shared_trip_saving * (alike - 1) / alike))
    same("transport", kube.transport, expected)
    same("trips", kube.trips, sum(map(len, village.loaded)))
    week = [each.what for each in village.happenings if each.week == village.week]
    paid = week.count(STALL)
    most = paid * int(p.stall_levy)
    holds(f"levies of {village.levies} for {paid} stalls", 0 <= village.levies <= most)


def receivables(village: Audited) -> None:
    """Every outlet pays what it sold its own `lag` later; buyers and own stalls pay at once.

    One that pays late owes all that is due until it pays.
    """
    for outlet in village.outlets:
        owed, week = village.owed[outlet.id], village.week
        at_once = outlet.own or outlet.outright
        owed.append((week if at_once else week + outlet.lag, _earned(outlet)))
        if outlet.late_weeks:
            same(f"{outlet.id} pays late", outlet.paid, 0)
        else:
            same(f"{outlet.id} pays", outlet.paid, sum(rp for due, rp in owed if due <= week))
            village.owed[outlet.id] = owed = [(due, rp) for due, rp in owed if due > week]
        same(f"{outlet.id} owes", outlet.due.sum(), sum(rp for _, rp in owed))
    same("receipts", village.kube.receipts, sum(outlet.paid for outlet in village.outlets))


def _earned(outlet: Outlet) -> int:
    """Rupiah for what it sold or, where it buys outright, for what arrived."""
    prices = outlet.village.setting.ground.products["price"]
    if outlet.own:
        same(f"{outlet.id} keeps no margin", outlet.receipts.tolist(), prices.tolist())
    else:
        full = [int(price * (1 - outlet.margin)) for price in prices.tolist()]
        same(f"{outlet.id} keeps its margin", outlet.receipts.tolist(), full)
    buys = outlet.outright and not outlet.own
    pieces = outlet.delivered - outlet.lost if buys else outlet.sold
    return int((pieces * outlet.receipts).sum())


def payouts(village: Audited) -> None:
    """The pay of all women is what left the box, by the group's rule."""
    kube, p = village.kube, village.p
    pay = [(woman, woman.pay, officer) for woman, officer in village.sharing]
    same("payouts", kube.payouts, sum(rupiah for _, rupiah, _ in pay))
    same("all pay", sum(woman.pay for woman in village.members), kube.payouts)
    holds("negative pay", all(rupiah >= 0 for _, rupiah, _ in pay))
    surplus = kube.receipts - kube.materials - kube.transport
    holds("paid without a surplus", surplus > 0 or kube.payouts == 0)
    paid = [(woman, rupiah, officer) for woman, rupiah, officer in pay if rupiah]
    if p.division_rule == Division.EQUAL:
        holds("unequal shares", len({rupiah for _, rupiah, _ in paid}) <= 1)
    if p.division_rule == Division.ATTENDANCE:
        ordered = sorted((int(woman.worked.sum()), rupiah) for woman, rupiah, _ in pay)
        holds("more work, less pay", all(a[1] <= b[1] for a, b in pairwise(ordered)))
        holds("paid without work", all(woman.worked.any() for woman, _, _ in paid))
    if p.division_rule == Division.OFFICER_BONUS:
        entitled = all(woman.worked.any() or officer for woman, _, officer in paid)
        holds("a bonus for one who is no officer", entitled)
    before = village.box + kube.payouts - kube.grant_cash
    busy, bound = max(kube.material_plans.tolist(), default=0), kube.capital - kube.grant_cash
    asked = money.payout(p, surplus, before, busy, bound)
    holds(f"{kube.payouts} paid of {asked}", kube.payouts <= asked)
    if _can_divide(village):
        odd = 2 * len(village.members)
        holds(
            f"{kube.payouts} paid of {asked}: not only odd rupiah kept", asked - odd < kube.payouts
        )


def wages(village: Audited) -> None:
    """The village's wage budget goes to each woman alike, in the weeks for which it is granted."""
    kube, p = village.kube, village.p
    starts = [donor.wage_start_week for donor in village.donors]
    paying = sum(0 < village.week - start <= p.wage_weeks for start in starts)
    wage = paying * int(p.wage_request * 7 / p.days_per_month)
    if any(
        each.what == What.GROUP_ENDED and each.week < village.week for each in village.happenings
    ):
        wage = 0
    holds("unequal wages", all(woman.wages == wage for woman, _ in village.sharing))
    same("wages", kube.wages, sum(woman.wages for woman in village.members))


def _can_divide(village: Audited) -> bool:
    """Whether somebody has a share in every part of a payout."""
    rule, here = village.p.division_rule, village.sharing
    if rule == Division.EQUAL:
        return bool(here)
    officers = rule != Division.OFFICER_BONUS or any(officer for _, officer in here)
    return bool(village.kube.work_sessions) and officers


def grants(village: Audited) -> None:
    """A cash grant reaches the box but for what leaks; village money comes as tools and wages."""
    kube = village.kube
    leaked = kube.grant_leak_rp - village.leaked
    given = kube.grants_rp - village.granted
    holds("a grant taken back", given >= 0 and leaked >= 0)
    holds("cash from nowhere", kube.grant_cash + leaked in (0, given) or kube.tools > 0)
    holds("leaked more than given", leaked + kube.grant_cash <= given)
    budget = int(village.p.dana_desa_group_share * village.p.dana_desa_year)
    arrived = kube.dana_desa_rp - village.dana_desa - kube.wages
    holds(f"dana desa of {arrived}", arrived in (0, budget))
    village.granted, village.leaked = kube.grants_rp, kube.grant_leak_rp
    village.dana_desa = kube.dana_desa_rp


# --- Pieces ---


def stock(village: Audited) -> None:
    """What was on the shelf and made, less what left, plus what came back, is on the shelf."""
    kube = village.kube
    same("opening stock", kube.opening_stock.tolist(), village.shelf)
    for k, product in enumerate(village.setting.ground.products):
        left = sum(int(outlet.delivered[k]) for outlet in village.outlets)
        back = sum(int(outlet.returned[k]) for outlet in village.outlets)
        same(f"product {k}", kube.stock[k], village.shelf[k] + kube.made[k] - left + back)
        holds(f"product {k}: stock {kube.stock[k]}", kube.stock[k] >= 0)
        holds(f"product {k} is kept and spoils", product["dry"] or kube.stock[k] == 0)
        holds(f"product {k} is made and not offered", kube.offered[k] or not kube.made[k])
    village.shelf = kube.stock.tolist()


def deliveries(village: Audited) -> None:
    """Whatever reached an outlet was sold, returned, wasted or lost; no more than ordered."""
    products = village.setting.ground.products
    for outlet in village.outlets:
        holds(f"{outlet.id} is closed", not outlet.closed_weeks or not outlet.delivered.any())
        for k, product in enumerate(products):
            name = f"product {k} at {outlet.id}"
            fates = (outlet.sold[k], outlet.returned[k], outlet.wasted[k], outlet.lost[k])
            same(name, outlet.delivered[k], sum(fates))
            holds(f"{name}: {fates}", min(fates) >= 0)
            holds(f"{name} spoils and returns", product["dry"] or not outlet.returned[k])
            bought = outlet.outright and not outlet.own
            holds(f"{name} bought and returns", not (bought and outlet.returned[k]))
            holds(f"{name} lost in time", village.kube.late or not outlet.lost[k])
            ordered = village.ordered.get(outlet.id, [0] * len(products))
            holds(f"{name} not ordered", outlet.delivered[k] <= ordered[k])


# --- Women ---


def farm_income(village: Audited) -> None:
    """Days called times the wage, less what working at a session on such a day costs."""
    wage, p = int(village.p.farm_wage_day), village.p
    lost = int(p.session_reservation_frac * p.farm_wage_day)
    for woman in village.members:
        if not (woman.active or woman.farm_days):
            continue  # she joined or left at the end of this week or before
        missed = int((woman.called & woman.worked).sum())
        same(f"{woman.id} lost", woman.wage_lost, missed * lost)
        same(f"{woman.id} earned", woman.farm_income, woman.farm_days * wage - woman.wage_lost)
        holds(f"{woman.id} owes the fields", woman.farm_income >= 0)
        holds(f"{woman.id}: {woman.farm_days} days", woman.called.sum() <= woman.farm_days <= 7)


def presence(village: Audited) -> None:
    """Only women of the group who came work, only at sessions that are held; nobody ill comes."""
    kube = village.kube
    shared = {woman.id for woman, _ in village.sharing}
    for woman in village.members:
        holds(f"{woman.id} worked and was not there", not (woman.worked & ~woman.came).any())
        holds(f"{woman.id} came to no session", not (woman.came & ~kube.held).any())
        holds(f"{woman.id} came and is ill", not (woman.ill_weeks and woman.came.any()))
        holds(f"{woman.id} is not of the group", woman.id in shared or not woman.came.any())
    worked = sum(int(woman.worked.sum()) for woman in village.members)
    same("work sessions", kube.work_sessions, worked)
    crews = [sum(int(w.worked[s]) for w in village.members) for s in village.session_days]
    holds(f"crews {crews}", all(crew == 0 or crew >= village.p.min_crew for crew in crews))
    holds("made without hands", any(crews) or not kube.made.any())


def who_is_there(village: Audited) -> None:
    """Who was there, less who left, plus who joined, is there; never more than a KUBE may have."""
    week = [each.what for each in village.happenings if each.week == village.week]
    here, joined = len(village.women), week.count(What.MEMBER_JOINED)
    same("women", here, village.here - week.count(What.MEMBER_LEFT) + joined)
    same("women who are or were there", village.kube.women, len(village.members))
    holds("two joined at once", joined <= 1)
    room = max(village.p.kube_limit, village.p.n_members)
    holds(f"{here} women, room for {room}", here <= max(room, village.here))
    same("places", [woman.index for woman in village.members], [*range(len(village.members))])
    village.here = here


def minds(village: Audited) -> None:
    """Trust, skills and the rest stay shares; partners only are delivered to."""
    kube = village.kube
    levels = [kube.norm, kube.quality, kube.product_skill, kube.management_skill, kube.mentor]
    levels += [kube.proposal_skill, kube.networking, kube.knowledge, kube.attendance, kube.tools]
    levels += [kube.turnout, kube.last_attendance, kube.cash_scale, kube.throughput, kube.effort]
    for woman in village.members:
        levels += [woman.trust, woman.efficacy, woman.motivation, woman.belief, woman.propensity]
        levels += [woman.fgd]
    levels += [agent.trust for agent in [*village.outlets, *village.donors]]
    for outlet in village.outlets:
        levels += [outlet.base_rate, outlet.level, outlet.cap, outlet.experience, outlet.vouched]
    levels += kube.supply.tolist()
    holds("a level outside 0-1", all(0 <= level <= 1 for level in levels))
    for outlet in village.outlets:
        served = outlet.id in village.ordered
        holds(f"{outlet.id} is a stranger and served", served or not outlet.delivered.any())
        holds(f"{outlet.id} is {outlet.status}", outlet.status in list(Status))


AUDITS = (
    the_box, costs, trips, receivables, payouts, wages, grants, stock, deliveries, farm_income,
    presence, who_is_there, minds,
)  # fmt: skip
