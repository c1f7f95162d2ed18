"""The model written again after MODEL.md, in plain Python: a check of the page and both engines.

No rule, draw, quantile or calendar of `sim` is used. What goes in is what a user gives: values of
parameters, a group's file and a scenario. Names and order are those of MODEL.md, whose sections the
headings name; what is not recorded week by week (events, single outlets) is left out. The calendar
is that of the page: SEMANGAT 72, from the summer of 2019 to that of 2020.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import NormalDist
from types import SimpleNamespace as Thing
from typing import Any

NEVER = -10_000
NAN = float("nan")
STRANGER, PARTNER, DROPPED, PAUSED = range(4)
CONDITIONAL, FREE_RIDER, OTHER = range(3)
NO_SESSION, DEMAND, CASH, HANDS, TRIPS, BROKEN_TIE = range(6)
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
REFLECTION = "reflection"
DAYTIME = {"pesantren", "school"}
KINDS = [
    "fgd", "proposal_training", "negotiation", "audience", "capital_proposal", "mentoring", "norms",
    "product_training", "campaign", "counselling", "market_stall", "social_media", "facility",
    "education", "persuasion", "agency_training", "partner_support", "village_regulation",
]  # fmt: skip
GATHERINGS = {
    "fgd", "norms", "proposal_training", "product_training", "education", "agency_training",
}  # fmt: skip
ERRANDS = {"negotiation", "audience", "capital_proposal", "campaign"}
TALKS = {"counselling", "persuasion"}
AT_FIRST = [
    "MEMBER_TYPE", "MEMBER_TRUST", "MEMBER_EFFICACY", "HOUSEHOLD_INCOME", "HOUSEHOLD_SIZE",
]  # fmt: skip
LATER = [
    "FARM_CALL", "ATTEND", "ROTA", "DELIVERY", "DEMAND", "HEARSAY", "ACCEPT", "REOPEN",
    "CORE_FAILURE", "CORE_FINAL", "EXIT", "LEGALITY", "LEGALITY_DELAY", "GRANT", "GRANT_DELAY",
    "BUDGET", "BUDGET_LATE", "BUDGET_DAY", "MEMBER_MOTIVATION", "GATHERING", "CAMPAIGN",
    "CANDIDATES", "JOIN", "NEW_PRODUCT", "DECEPTION", "ILLNESS", "ILLNESS_LENGTH", "HUSBAND_LOSS",
    "CLOSURE", "HARVEST_FAIL", "PRICE_SHOCK", "LATE_PAYMENT", "ELECTION", "SHOCK_HIT", "WAGES",
    "WAGES_DAY", "PLACE", "FAR",
]  # fmt: skip
EVENTS = {name: number for number, name in enumerate(AT_FIRST, 1)} | {
    name: number for number, name in enumerate(LATER, 10)
}


# --- Small rules ---------------------------------------------------------------------------------


def total(numbers: Iterable[float]) -> float:
    """Sums of fractions run from left to right."""
    result = 0.0
    for number in numbers:
        result += number
    return result


def share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def within(x: float) -> float:
    return min(1.0, max(0.0, x))


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def gained(x: float, gain: float) -> float:
    return x + gain * (1 - x)


def trained(x: float, gain: float, turnout: float) -> float:
    return x + gain * turnout * (1 - x)


def kept(halflife: float) -> float:
    return math.exp(-math.log(2) / halflife)


def delay(mean: float, u1: float, u2: float) -> int:
    return max(1, math.ceil(-(mean / 2) * (math.log(u1) + math.log(u2))))


# --- 3.1 Quantile functions ----------------------------------------------------------------------

normal = NormalDist().inv_cdf


def gamma(mean: float, variance: float, u: float) -> float:
    s = variance / (9 * mean * mean)
    r = 1 - s + normal(u) * math.sqrt(s)
    return mean * r**3 if r > 0 else 0.0


def binomial(n: int, chance: float, u: float) -> int:
    if chance >= 1:
        return n
    none = n * math.log1p(-chance)
    if none < -700:
        near = n * chance + normal(u) * math.sqrt(n * chance * (1 - chance)) + 0.5
        return min(n, max(0, int(near)))
    mass = reached = math.exp(none)
    j = 0
    while u > reached and j < n:
        mass *= chance / (1 - chance) * (n - j) / (j + 1)
        reached += mass
        j += 1
    return j


def negative_binomial(mean: float, size: float, u: float) -> int:
    if mean <= 0:
        return 0
    if mean > 16:
        return int(gamma(mean, mean + mean * mean / size, u) + 0.5)
    mass = reached = math.exp(-size * math.log1p(mean / size))
    step = mean / (mean + size)
    j = 0
    while u > reached and mass > 0:
        mass *= (step * size + j * step) / (j + 1)
        reached += mass
        j += 1
    return j


# --- 7. Draws ------------------------------------------------------------------------------------

MASK, GOLDEN = (1 << 64) - 1, 0x9E3779B97F4A7C15


def mix(x: int) -> int:
    x &= MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def run_key(*parts: int) -> int:
    """Of seed, village and replication."""
    key = 0
    for part in parts:
        key = mix(key + GOLDEN + part)
    return key


def key_of(name: str) -> int:
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


# --- 3.3 The calendar ----------------------------------------------------------------------------


class Calendar:
    """Feasts and holidays, as the page tells them for the two clocks."""

    def __init__(self, clock: str) -> None:
        self.official = clock == "replication_2019"
        self.lebaran = (date(2019, 6, 5 if self.official else 4), date(2020, 5, 24))
        self.ramadan = date(2020, 4, 24)

    def around(self, day: date, before: int, after: int) -> bool:
        """From `before` days before Idul Fitri to `after` days after its two days."""
        return any(-before <= (day - feast).days < 2 + after for feast in self.lebaran)

    def feast(self, day: date) -> bool:
        return self.around(day, 0, 0)

    def fasting(self, day: date) -> bool:
        return self.ramadan <= day < self.lebaran[1]

    def fortnight(self, day: date) -> bool:
        return self.around(day, 14, 0) and not self.feast(day)

    def is_open(self, kind: str, day: date) -> bool:
        if kind == "pesantren":
            return not self.around(day, 10, 10)
        return not (self.feast(day) or (kind == "school" and self.no_school(day)))

    def no_school(self, day: date) -> bool:
        month_day = (day.month, day.day)
        winter = month_day >= (12, 24) or month_day <= (1, 5)
        summer = (7, 1) <= month_day <= (7, 13) or (self.official and day == date(2019, 7, 14))
        first_days = 0 <= (day - self.ramadan).days < 3
        return winter or summer or first_days or self.around(day, 7, 7)


# --- The model -----------------------------------------------------------------------------------


class Rebuilt:
    """One run; `rows` holds the weekly columns of each recorded week."""

    def __init__(
        self, values: Mapping[str, Any], group: Any, scenario: Any, luck: Sequence[int] = (0, 0, 0)
    ) -> None:
        """`luck` is seed, village and replication."""
        self.values, self.p, self.start = values, Thing(**values), group.start
        self.calendar, self.run = Calendar(values["calendar"]), run_key(*luck)
        self.week = -int(self.p.burn_in_weeks)
        self.sessions = int(self.p.sessions_per_week)
        self.rows: list[dict[str, float]] = []
        self.found_products(group)
        self.women: list[Any] = []
        for i in range(int(self.p.n_members)):
            self.add_woman()
            self.women[i].officer, self.women[i].house = i < self.p.n_officers, i == 0
        self.found_outlets(group)
        self.draw_acquaintances()
        self.found_donors(group)
        self.found_group()
        self.plans = [self.plan_of(one) for one in scenario.interventions]
        self.scheduled = scenario.shocks

    def live(self, weeks: int) -> list[dict[str, float]]:
        """Live the burn-in and `weeks` weeks; the columns of each."""
        while self.week < weeks:
            self.step()
            if self.week >= 0:
                self.rows.append(self.record())
            self.week += 1
        return self.rows

    def step(self) -> None:
        """1.3: the phases of a week."""
        self.shocks()
        self.open_week()
        self.farm_calls()
        self.interventions()
        self.attendance()
        if self.held:
            self.orders()
        self.production()
        self.delivery()
        self.sales()
        self.settlement()
        self.division()
        self.trust()
        self.habits()
        self.skills()
        self.hearsay()
        if self.week >= 0 and self.kube.alive:
            self.ties()
            self.people()
        self.outside_money()

    # --- Looking up ---

    def u(self, event: str, who: int = 0, whom: int = 0) -> float:
        """This week's draw."""
        key = mix(self.run + GOLDEN * (64 * self.week + EVENTS[event]))
        return ((mix(key + who + GOLDEN * (whom + 1)) >> 12) + 0.5) / 2**52

    @property
    def today(self) -> date:
        return self.start + timedelta(weeks=self.week)

    @property
    def days(self) -> list[date]:
        return [self.today + timedelta(days=d) for d in range(7)]

    def monthly(self, name: str) -> float:
        """The mean of a monthly value, weighted by this week's days in each month."""
        in_month = [sum(day.month == m + 1 for day in self.days) for m in range(12)]
        parts = (n * self.values[f"{name}_{m}"] for n, m in zip(in_month, MONTHS, strict=True))
        return total(parts) / 7

    def active(self) -> list[Any]:
        return [woman for woman in self.women if woman.active]

    def partners(self) -> list[Any]:
        return [outlet for outlet in self.outlets if outlet.status == PARTNER]

    def level_of(self, who: Any) -> float:
        """Trust of an outlet or donor from counted evidence."""
        prior = self.p.trust_prior_weight
        result: float = (who.good + prior * who.base_rate) / (who.good + who.bad + prior)
        return result

    def trust_of(self, outlet: Any) -> float:
        multiplied = self.p.trust_form == "multiplicative"
        return min(outlet.cap, outlet.level if multiplied else self.level_of(outlet))

    def value(self, pieces: Sequence[int], dry: bool = True) -> int:
        """Rupiah at the buyer's price; of perishables alone when not `dry`."""
        goods = zip(self.products, pieces, strict=True)
        return sum(product.price * n for product, n in goods if dry or not product.dry)

    # --- 3.2 Initialisation ---

    def found_products(self, group: Any) -> None:
        v = self.values
        self.products = []
        for each in group.products:
            product = Thing(
                id=each.id, key=key_of(each.id), sun_dried=each.sun_dried, potential=each.potential,
                ingredients=dict(each.ingredients), rate=v[f"labour_rate_{each.id}"],
                price=int(v[f"price_{each.id}"]), cost=int(v[f"cost_{each.id}"]),
                life=int(v[f"shelf_life_days_{each.id}"]),
            )  # fmt: skip
            product.dry = product.life >= 7
            product.windows = self.windows(product.life)
            self.products.append(product)
        self.ingredients = sorted({name for each in self.products for name in each.ingredients})

    def windows(self, life: int) -> list[Any]:
        """Runs of days with the same batches on the shelf."""
        edges = {0, 7}
        for s in range(self.sessions):
            edges |= {s, min(s + life, 7)}
        ends = sorted(edges)
        found = []
        for first, end in pairwise(ends):
            batches = [s for s in range(self.sessions) if s <= first < s + life]
            if batches:
                found.append(Thing(days=range(first, end), batches=batches))
        return found

    def add_woman(self) -> None:
        p, number = self.p, len(self.women)
        key = key_of(f"ibu_{number + 1:02d}")
        kind = self.u("MEMBER_TYPE", key)
        free = p.share_conditional + p.share_freerider
        motivation = p.motivation_init + p.motivation_sd * normal(self.u("MEMBER_MOTIVATION", key))
        efficacy = p.efficacy_init + p.efficacy_sd * normal(self.u("MEMBER_EFFICACY", key))
        trust = p.trust_base_inside + p.trust_init_sd * normal(self.u("MEMBER_TRUST", key))
        richer = math.exp(p.hh_income_sd * normal(self.u("HOUSEHOLD_INCOME", key)))
        larger = math.exp(p.hh_income_sd * normal(self.u("HOUSEHOLD_SIZE", key)))
        woman = Thing(
            key=key, officer=False, house=False, active=True, unpaid_weeks=0, fgd=0.0,
            kind=(kind >= p.share_conditional) + (kind >= free),
            trust=within(trust), efficacy=within(efficacy),
            motivation=within(motivation), motivation_rest=within(motivation),
            other_income=int(p.hh_income_other_month * richer * 7 / p.days_per_month),
            household_size=max(1, p.household_size * larger),
            belief=p.belief_init, propensity=p.belief_init, expected_pay=p.expected_pay_init,
            ill_weeks=0, poor_weeks=0, poor_share=0.0, called=[False] * self.sessions,
            came=[False] * self.sessions, worked=[False] * self.sessions,
            farm_days=0, farm_income=0, wage_lost=0, pay=0, wages=0,
        )  # fmt: skip
        self.women.append(woman)

    def found_outlets(self, group: Any) -> None:
        known = self.known_from_before(group)
        self.outlets = []
        for told in group.outlets:
            outlet = self.outlet_of(told, told.id in known)
            if told.id in known and not outlet.outright:
                outlet.due[: outlet.lag] = [self.usual_week(outlet)] * outlet.lag
            self.outlets.append(outlet)
        self.outlets.sort(key=lambda outlet: outlet.key)

    def known_from_before(self, group: Any) -> set[str]:
        """Ids of the outlets that begin as partners."""
        marked = [o for o in group.outlets if o.initial][: int(self.p.n_outlets_init)]
        if self.p.initial_outlets == "distinct":
            return {outlet.id for outlet in marked}
        others, known = [o for o in group.outlets if not o.initial], set()
        for outlet in marked:
            alike = [other for other in others if other.kind == outlet.kind]
            chosen = alike[0] if alike else outlet
            others = [other for other in others if other is not chosen]
            known.add(chosen.id)
        return known

    def outlet_of(self, told: Any, partner: bool) -> Any:
        p, v = self.p, self.values
        contract = told.contract if p.contract == "as_told" else p.contract
        usual_margin = p.putus_margin if contract == "putus" else p.consign_margin
        margin = v.get(f"margin_{told.id}", usual_margin)
        km, size = v[f"distance_km_{told.id}"], v[f"size_{told.id}"]
        outside = told.place == "outside"
        lag = int(p.payment_lag if told.payment_lag is None else told.payment_lag)
        first = self.start.weekday()
        outlet = Thing(
            id=told.id, key=key_of(told.id), kind=told.kind, outside=outside, km=km, margin=margin,
            outright=contract == "putus", lag=lag, due=[0] * (lag + 1),
            demand=[size * v[f"demand_{told.kind}_{each.id}"] for each in self.products],
            receipts=[int(each.price * (1 - margin)) for each in self.products],
            trip_hours=p.delivery_hours_outlet + 2 * km * p.travel_minutes_km / p.minutes_per_hour,
            trip_cost=int(2 * km * p.transport_cost_km),
            rests=[WEEKDAYS[(first + d) % 7] in told.closed_weekdays for d in range(7)],
            base_rate=p.trust_base_outside if outside else p.trust_base_in_village,
            good=float(p.tie_prior_good) if partner else 0.0, bad=0.0, cap=1.0, experience=1.0,
            status=PARTNER if partner else STRANGER, informed=partner,
            deliveries=int(p.drop_min_deliveries) if partner else 0,
            own=False, before=STRANGER, agreed=False, promise_weeks=0, bad_weeks=0, repair_weeks=0,
            closed_weeks=0, late_weeks=0, refused_week=NEVER, dropped_week=NEVER,
        )  # fmt: skip
        outlet.level = self.level_of(outlet)
        return outlet

    def usual_week(self, outlet: Any) -> int:
        """What an old partner owes for each week of its lag."""
        c = min(1, self.p.order_trust_intercept + outlet.level)
        owed = 0
        for k, product in enumerate(self.products):
            if not product.potential:
                days = min(7, product.life + self.sessions - 1)
                owed += outlet.receipts[k] * int(c * (outlet.demand[k] * days))
        return owed

    def draw_acquaintances(self) -> None:
        p, everywhere = self.p, [o for o in self.outlets if o.kind != "online"]
        for outlet in self.outlets:
            outlet.acquaintances = []
        for outside in (False, True):
            ring = [outlet for outlet in everywhere if outlet.outside == outside]
            ring.sort(key=lambda outlet: self.u("PLACE", outlet.key))
            for place, outlet in enumerate(ring):
                for step in range(min(int(p.hearsay_neighbours), len(ring) - 1)):
                    away = step // 2 + 1
                    other = ring[(place + (away if step % 2 == 0 else -away)) % len(ring)]
                    if self.u("FAR", outlet.key, 2 * step) < p.hearsay_far:
                        luck = self.u("FAR", outlet.key, 2 * step + 1)
                        other = everywhere[int(luck * len(everywhere))]
                    if other is not outlet and other not in outlet.acquaintances:
                        outlet.acquaintances.append(other)

    def found_donors(self, group: Any) -> None:
        p = self.p
        self.donors = []
        for told in group.donors:
            government, ministry = told.kind == "village_government", told.kind == "ministry"
            donor = Thing(
                id=told.id, key=key_of(told.id), village_government=government, ministry=ministry,
                gives_cash=told.gives == "cash", good=0.0, bad=0.0,
                amount=int(p.grant_kube_kemensos if ministry else p.grant_pesantren),
                base_rate=p.trust_base_in_village if government else p.trust_base_outside,
                granted=False, new_head=False, open_plan=None, proposal_quality=0.0,
                decision_week=NEVER, wage_decision_week=NEVER, payment_week=NEVER,
                wage_start_week=NEVER, rejected_week=NEVER,
            )  # fmt: skip
            self.donors.append(donor)
        self.donors.sort(key=lambda donor: donor.key)

    def found_group(self) -> None:
        p, n, memory = self.p, len(self.products), int(self.p.order_memory_weeks)
        self.kube = Thing(
            cash=int(p.working_capital_0), quality=p.quality_init,
            product_skill=within((p.quality_init - p.quality_base) / p.quality_skill),
            management_skill=p.management_skill_init, proposal_skill=p.proposal_skill_init,
            networking=p.networking_init, knowledge=p.knowledge_init, norm=p.norm_init,
            stock=[0] * n, offered=[not product.potential for product in self.products],
            supply=[1.0] * n, sold_memory=[[0] * memory for _ in range(n)],
            expected_memory=[[0.0] * memory for _ in range(n)], material_plans=[0] * 13,
            price_rise=[0.0] * len(self.ingredients), price_weeks=[0] * len(self.ingredients),
            alive=True, core_down=0, stopped_weeks=0, tools=0.0, legal=False, legality_week=NEVER,
            fgd_week=NEVER, mentor=0.0, mentored_until=NEVER, facility_until=NEVER,
            tools_until=NEVER,
            partners_until=NEVER, harvest_weeks=0, harvest_loss=0.0, candidates=0, short_weeks=0,
            last_attendance=1.0, stage=None, cycle=0, news=0, agreements=0, proposals_submitted=0,
            capital=0, grants_rp=0, dana_desa_rp=0, intervention_rp=0, facilitator_days=0.0,
            intervention_hours=0.0,
        )  # fmt: skip

    def plan_of(self, told: Any) -> Any:
        def named(things: Sequence[Any], field: str) -> Any:
            return next((one for one in things if one.id == getattr(told, field, None)), None)

        product = None
        if told.kind == "product_training":
            new = [k for k, each in enumerate(self.products) if each.potential]
            product = next((k for k in new if told.product in (None, self.products[k].id)), None)
        return Thing(
            kind=told.kind, weeks=getattr(told, "weeks", 1), stage=told.stage,
            effective=told.effective, officers_only=getattr(told, "invited", "all") == "officers",
            outlet=named(self.outlets, "outlet"), donor=named(self.donors, "donor"),
            product=product, clients=getattr(told, "clients", 0),
            requests=getattr(told, "requests", ()), tools=getattr(told, "tools", False),
            again=getattr(told, "second_visit", False) or getattr(told, "resubmit", False),
            when=told.when.condition if told.when else None,
            every=told.repeat.every if told.repeat else 1,
            left=told.repeat.times if told.repeat else 1,
            next_week=told.week, last_week=told.week, until=NEVER, retry_week=NEVER,
        )  # fmt: skip

    # --- 3.4 shocks ---

    def shocks(self) -> None:
        p, kube = self.p, self.kube
        for woman in self.women:
            woman.ill_weeks = max(0, woman.ill_weeks - 1)
            woman.poor_weeks = max(0, woman.poor_weeks - 1)
        for outlet in self.outlets:
            outlet.closed_weeks = max(0, outlet.closed_weeks - 1)
            outlet.late_weeks = max(0, outlet.late_weeks - 1)
        kube.harvest_weeks = max(0, kube.harvest_weeks - 1)
        for i in range(len(self.ingredients)):
            kube.price_weeks[i] = max(0, kube.price_weeks[i] - 1)
            kube.price_rise[i] *= kube.price_weeks[i] > 0
        if self.week >= 0:
            for woman in self.active():
                self.may_strike_woman(woman)
            for outlet in self.outlets:
                shut, late = self.u("CLOSURE", outlet.key), self.u("LATE_PAYMENT", outlet.key)
                if not outlet.closed_weeks and shut < p.closure_hazard and kube.alive:
                    outlet.closed_weeks = int(p.closure_weeks)
                if not outlet.late_weeks and late < p.late_payment_prob:
                    self.pay_late(outlet, 1)
            self.may_strike_group()
        for shock in self.scheduled:
            if shock.week == self.week:
                self.befall(shock)

    def may_strike_woman(self, woman: Any) -> None:
        p = self.p
        if not woman.ill_weeks and self.u("ILLNESS", woman.key) < p.illness_hazard:
            luck = (self.u("ILLNESS_LENGTH", woman.key, i) for i in (0, 1))
            woman.ill_weeks = delay(p.illness_weeks, *luck)
        if not woman.poor_weeks and self.u("HUSBAND_LOSS", woman.key) < p.husband_loss_hazard:
            woman.poor_weeks = int(p.husband_loss_weeks)
            woman.poor_share = p.husband_loss_share

    def may_strike_group(self) -> None:
        p, kube = self.p, self.kube
        if not kube.harvest_weeks and self.u("HARVEST_FAIL") < p.harvest_fail_hazard:
            kube.harvest_weeks, kube.harvest_loss = int(p.harvest_fail_weeks), p.harvest_fail_share
        for i, name in enumerate(self.ingredients):
            luck = self.u("PRICE_SHOCK", key_of(name))
            if not kube.price_weeks[i] and luck < p.price_shock_hazard and kube.alive:
                kube.price_weeks[i], kube.price_rise[i] = (
                    int(p.price_shock_weeks), p.price_shock_size
                )  # fmt: skip

    def befall(self, shock: Any) -> None:
        """A scheduled shock."""
        kube = self.kube
        if shock.kind == "husband_income":
            lots = sorted(self.active(), key=lambda woman: self.u("SHOCK_HIT", woman.key))
            for woman in lots[: shock.households]:
                woman.poor_weeks, woman.poor_share = shock.weeks, shock.size
        elif shock.kind == "officer_illness":
            for woman in self.active():
                if woman.house:
                    woman.ill_weeks = shock.weeks
        elif shock.kind == "failed_harvest":
            kube.harvest_weeks, kube.harvest_loss = shock.weeks, shock.size
        elif shock.kind == "ingredient_price" and kube.alive:
            i = self.ingredients.index(shock.ingredient)
            kube.price_weeks[i], kube.price_rise[i] = shock.weeks, shock.size
        for outlet in self.outlets:
            if getattr(shock, "outlet", None) in ("any", outlet.id):
                if shock.kind == "late_payment":
                    self.pay_late(outlet, shock.weeks)
                elif kube.alive:
                    outlet.closed_weeks = shock.weeks

    def pay_late(self, outlet: Any, weeks: int) -> None:
        if self.kube.alive or any(outlet.due):
            outlet.late_weeks = weeks

    # --- open_week, farm_calls ---

    def open_week(self) -> None:
        p, kube = self.p, self.kube
        house_ill = any(woman.house and woman.ill_weeks for woman in self.active())
        lent = kube.facility_until >= self.week
        whole = kube.core_down == 0 and (not house_ill or (lent and p.facility_stands_in == 1))
        stands = p.lawang_reading == "additive" or whole
        can_meet = kube.alive and stands and len(self.active()) >= p.min_crew
        met = range(self.sessions) if can_meet else ()
        self.held = [s for s in met if not self.calendar.feast(self.days[s])]
        kube.stopped_weeks = 0 if can_meet else kube.stopped_weeks + 1
        kube.opening_cash, kube.cash_scale, kube.throughput = kube.cash, 1.0, 1.0
        kube.made, kube.unit_costs = [0] * len(self.products), [k.cost for k in self.products]
        kube.materials = kube.transport = kube.receipts = kube.grant_cash = 0
        kube.wages = kube.payouts = kube.trips = kube.work_sessions = 0
        kube.spare_hours = kube.effort = 0.0
        kube.binding, kube.late = NO_SESSION, False
        for outlet in self.outlets:
            outlet.visited, outlet.promised = False, 0
            outlet.means = [[0.0] * len(product.windows) for product in self.products]
            outlet.orders = [[0] * self.sessions for _ in self.products]
            outlet.batches = [[0] * self.sessions for _ in self.products]
            for field in ("delivered", "sold", "returned", "wasted", "lost"):
                setattr(outlet, field, [0] * len(self.products))

    def farm_calls(self) -> None:
        p, kube = self.p, self.kube
        loss = kube.harvest_loss if kube.harvest_weeks else 0.0
        self.field_days = self.monthly("farm_days")
        chance = min(1, p.farm_days_factor * self.field_days * (1 - loss) / 7)
        self.wage = int(p.session_reservation_frac * p.farm_wage_day)
        for woman in self.women:
            well, key = not woman.ill_weeks, woman.key
            woman.called = [
                well and self.u("FARM_CALL", key, s) < chance for s in range(self.sessions)
            ]
            others = binomial(7 - self.sessions, chance, self.u("FARM_CALL", key, 7))
            woman.farm_days = sum(woman.called) + (others if well else 0)
            woman.came, woman.worked = [False] * self.sessions, [False] * self.sessions
            woman.pay = woman.wages = 0

    # --- interventions ---

    def interventions(self) -> None:
        for outlet in self.outlets:
            if outlet.own:
                outlet.own, outlet.status = False, outlet.before
                self.know_nothing_more(outlet)
                outlet.receipts = [int(each.price * (1 - outlet.margin)) for each in self.products]
        self.beside: list[str] = []  # what goes on this week without an invitation
        for plan in self.plans if self.kube.alive else ():
            if self.takes_place(plan):
                self.carry_out(plan)

    def takes_place(self, plan: Any) -> bool:
        begins = plan.left > 0 and self.week >= plan.next_week and self.holds(plan)
        if begins:
            plan.left -= 1
            plan.next_week, plan.last_week = self.week + plan.every, self.week
            plan.until = self.week + plan.weeks - 1
            if plan.stage not in (None, self.kube.stage):
                self.kube.stage = plan.stage
                self.kube.cycle += plan.stage == REFLECTION
        return begins or self.week <= plan.until or self.week == plan.retry_week

    def holds(self, plan: Any) -> bool:
        """The condition of `when`."""
        if plan.when is None:
            return True
        kind, about = plan.when
        if kind == "attendance_below":
            return bool(self.kube.last_attendance < about)
        if kind == "cash_below":
            return bool(self.kube.cash < about)
        partners, field = {
            "outlet_refused": (self.outlets, "refused_week"),
            "outlet_dropped": (self.outlets, "dropped_week"),
            "proposal_rejected": (self.donors, "rejected_week"),
        }[kind]
        weeks = [getattr(one, field) for one in partners if about in ("any", one.id)]
        return bool(plan.last_week <= max(weeks, default=NEVER) < self.week)

    def inclination(self, woman: Any) -> float:
        """Of the phase attendance."""
        p, kube = self.p, self.kube
        x = p.attend_intercept + p.attend_trust * (woman.trust - p.attend_centre)
        x += p.attend_efficacy * (woman.efficacy - p.attend_centre)
        x += p.attend_motivation * (woman.motivation - p.motivation_init)
        x += p.attend_pay * woman.expected_pay / p.rupiah_unit
        x += p.norm_effect * (kube.norm - p.norm_init)
        x += p.mentor_attend * kube.mentor + p.fgd_effect * woman.fgd
        x += p.attend_need if woman.poor_weeks > 0 else 0
        if p.participation_form == "payoff":
            x += p.attend_payoff * (woman.propensity - p.attend_centre)
        elif woman.kind == CONDITIONAL:
            x += p.attend_belief * (p.cc_slope * woman.belief - p.conditional_reference)
        elif woman.kind == FREE_RIDER:
            x -= p.attend_freerider * (1 - kube.norm)
        return float(x)

    def chance_to_come(self, inclination: float, called: bool) -> float:
        lost = self.p.opportunity_weight * self.wage / self.p.rupiah_unit if called else 0
        return logistic(inclination - lost)

    def invited_to(self, plan: Any) -> list[Any]:
        women = self.active()
        if plan.kind in GATHERINGS:
            return [woman for woman in women if woman.officer or not plan.officers_only]
        if plan.kind in ERRANDS:
            return [woman for woman in women if woman.officer]
        if plan.kind == "counselling":
            return sorted(women, key=lambda woman: woman.efficacy)[: plan.clients]
        if plan.kind == "persuasion":
            places = int(self.p.cost_persuasion_persons)
            return sorted(women, key=lambda woman: woman.trust)[:places]
        return []

    def carry_out(self, plan: Any) -> None:
        kube, kind, v = self.kube, plan.kind, self.values
        short = kube.cash - kube.transport < int(self.p.stall_levy)
        if kind == "market_stall" and plan.effective and short:
            return
        partner = plan.outlet or plan.donor
        whom = (partner.key if partner else 0) ^ KINDS.index(kind)
        invited = self.invited_to(plan)
        came = []
        for woman in invited:
            likely = self.inclination(woman) + self.p.invite_logodds
            chance = self.chance_to_come(likely, woman.called[0])
            if not woman.ill_weeks and self.u("GATHERING", woman.key, whom) < chance:
                came.append(woman)
        turnout = share(len(came), len(invited))
        needs_women = kind in GATHERINGS | ERRANDS | TALKS
        kube.intervention_rp += int(int(v[f"cost_{kind}_rp"]) * self.p.intervention_cost_factor)
        kube.facilitator_days += v[f"cost_{kind}_days"]
        if needs_women:
            self.give_hours(kind, len(came))
        else:
            self.beside.append(kind)
        if plan.effective and (came or not needs_women):
            getattr(self, f"effect_of_{kind}")(plan, came, turnout)

    def give_hours(self, kind: str, came: int) -> None:
        women = min(int(self.values[f"cost_{kind}_persons"]), came)
        self.kube.intervention_hours += women * self.values[f"cost_{kind}_hours"]

    def effect_of_fgd(self, _: Any, came: list[Any], turnout: float) -> None:
        p, kube = self.p, self.kube
        for woman in came:
            woman.fgd = 1.0
            woman.motivation = gained(woman.motivation, p.motivation_fgd)
            woman.efficacy = gained(woman.efficacy, p.voice_fgd)
        kube.knowledge = trained(kube.knowledge, p.knowledge_fgd, turnout)
        kube.fgd_week = self.week

    def effect_of_proposal_training(self, _: Any, __: list[Any], turnout: float) -> None:
        p, kube = self.p, self.kube
        kube.proposal_skill = trained(kube.proposal_skill, p.train_gain_proposal, turnout)
        kube.management_skill = trained(kube.management_skill, p.train_gain_management, turnout)

    def effect_of_negotiation(self, plan: Any, _: list[Any], __: float) -> None:
        p, kube, outlet = self.p, self.kube, plan.outlet
        outlet.informed = outlet.visited = True
        outlet.promise_weeks = int(p.promise_weeks)
        if outlet.status == STRANGER:
            if self.u("ACCEPT", outlet.key) < self.acceptance(outlet):
                outlet.experience, outlet.deliveries = p.new_tie_order_share, 0
                outlet.bad_weeks = 0
                outlet.status = PAUSED if kube.short_weeks > 0 else PARTNER
                if not outlet.agreed:
                    outlet.agreed = True
                    kube.agreements += 1
                    kube.news += 1
            else:
                outlet.refused_week = self.week
                if plan.again:
                    plan.again, plan.retry_week = False, self.week + int(p.revisit_weeks)
        kube.networking = gained(kube.networking, p.networking_visit)

    def acceptance(self, outlet: Any) -> float:
        p, kube = self.p, self.kube
        known = [self.trust_of(o) for o in outlet.acquaintances if o.status == PARTNER]
        x = p.accept_intercept + p.accept_visit + p.accept_trust * self.trust_of(outlet)
        x += p.accept_quality * (kube.quality - p.quality_reference)
        x += p.accept_margin * (outlet.margin - p.margin_reference) - p.accept_distance * outlet.km
        x += p.mentor_accept * kube.mentor + p.accept_vouch * share(total(known), len(known))
        x += p.accept_networking * (kube.networking - p.networking_init)
        x += p.accept_knowledge * (kube.knowledge - p.knowledge_init)
        return logistic(x + p.endorse_logodds * kube.legal)

    def effect_of_audience(self, plan: Any, _: list[Any], __: float) -> None:
        p, kube = self.p, self.kube
        government = next(donor for donor in self.donors if donor.village_government)
        government.good += p.contact_evidence
        kube.networking = gained(kube.networking, p.networking_visit)
        asked = "legality" in plan.requests and not kube.legal and kube.legality_week < self.week
        if asked and self.u("LEGALITY") < p.legality_prob:
            luck = (self.u("LEGALITY_DELAY", 0, i) for i in (0, 1))
            kube.legality_week = self.week + delay(p.legality_delay, *luck)
        if "tools" in plan.requests and government.decision_week == NEVER:
            government.decision_week = self.budget_week()
        if "wages" in plan.requests and government.wage_decision_week == NEVER:
            government.wage_decision_week = self.budget_week()

    def budget_week(self) -> int:
        """3.3: the week in which a request made now is decided."""
        year = self.today.year
        in_time = (self.today.month, self.today.day) <= (9, 30)
        if not in_time and self.u("BUDGET_LATE") >= self.p.budget_late_prob:
            year += 1
        return (date(year, 12, 31) - self.start).days // 7

    def effect_of_capital_proposal(self, plan: Any, _: list[Any], __: float) -> None:
        p, kube, donor = self.p, self.kube, plan.donor
        if not donor.granted and donor.decision_week == NEVER:
            donor.good += p.contact_evidence
            donor.proposal_quality, donor.open_plan = kube.proposal_skill, plan
            luck = (self.u("GRANT_DELAY", donor.key, i) for i in (0, 1))
            donor.decision_week = self.week + delay(p.grant_delay, *luck)
            kube.proposals_submitted += 1

    def effect_of_mentoring(self, plan: Any, _: list[Any], __: float) -> None:
        self.kube.mentor, self.kube.mentored_until = 1.0, plan.until

    def effect_of_norms(self, _: Any, __: list[Any], turnout: float) -> None:
        self.kube.norm = max(self.kube.norm, self.p.norm_adopted * turnout)

    def effect_of_product_training(self, plan: Any, _: list[Any], turnout: float) -> None:
        p, kube = self.p, self.kube
        kube.product_skill = trained(kube.product_skill, p.train_gain_product, turnout)
        new = plan.product is not None and not kube.offered[plan.product]
        if new and self.u("NEW_PRODUCT") < p.new_product_prob:
            kube.offered[plan.product] = True

    def effect_of_campaign(self, _: Any, __: list[Any], ___: float) -> None:
        p, kube = self.p, self.kube
        for outlet in self.outlets:
            outlet.informed |= self.u("CAMPAIGN", outlet.key) < p.campaign_reach
        reached = binomial(int(p.n_pool_recruits), p.campaign_reach, self.u("CANDIDATES"))
        kube.candidates = max(kube.candidates, reached)

    def effect_of_counselling(self, _: Any, came: list[Any], __: float) -> None:
        for woman in came:
            woman.efficacy = min(1, woman.efficacy + self.p.counsel_gain)

    def effect_of_market_stall(self, plan: Any, came: list[Any], turnout: float) -> None:
        self.kube.transport += int(self.p.stall_levy)
        self.effect_of_social_media(plan, came, turnout)

    def effect_of_social_media(self, plan: Any, _: list[Any], __: float) -> None:
        outlet = plan.outlet
        if not outlet.own:
            outlet.before, outlet.status = outlet.status, PARTNER
        outlet.own = outlet.informed = True
        outlet.receipts = [product.price for product in self.products]

    def effect_of_facility(self, plan: Any, _: list[Any], __: float) -> None:
        self.kube.facility_until = max(self.kube.facility_until, plan.until)
        if plan.tools:
            self.kube.tools_until = max(self.kube.tools_until, plan.until)

    def effect_of_education(self, _: Any, came: list[Any], __: float) -> None:
        for woman in came:
            woman.motivation = gained(woman.motivation, self.p.education_gain)

    def effect_of_persuasion(self, _: Any, came: list[Any], __: float) -> None:
        for woman in came:
            woman.trust = min(1, woman.trust + self.p.persuasion_gain)

    def effect_of_agency_training(self, _: Any, __: list[Any], turnout: float) -> None:
        kube = self.kube
        kube.management_skill = trained(kube.management_skill, self.p.agency_gain, turnout)

    def effect_of_partner_support(self, _: Any, __: list[Any], ___: float) -> None:
        self.kube.partners_until = self.week

    def effect_of_village_regulation(self, _: Any, __: list[Any], ___: float) -> None:
        for outlet in self.outlets:
            if not outlet.outside:
                outlet.base_rate = min(1, outlet.base_rate + self.p.perdes_base_gain)
                self.know_nothing_more(outlet)

    def know_nothing_more(self, outlet: Any) -> None:
        """A stranger's level is its base."""
        if outlet.status == STRANGER:
            outlet.level = outlet.base_rate

    # --- attendance ---

    def attendance(self) -> None:
        women = self.active()
        for woman in women:
            if not woman.ill_weeks:
                inclination = self.inclination(woman)
                for s in self.held:
                    chance = self.chance_to_come(inclination, woman.called[s])
                    woman.came[s] = self.u("ATTEND", woman.key, s) < chance
        came = sum(sum(woman.came) for woman in women)
        self.kube.attendance = share(came, len(women) * len(self.held))
        for kind in self.beside:
            self.give_hours(kind, sum(any(woman.came) for woman in women))

    # --- orders ---

    def orders(self) -> None:
        kube, p, partners = self.kube, self.p, self.partners()
        for outlet in partners:
            if not outlet.closed_weeks:
                self.order(outlet)
        broken = any(outlet.status == DROPPED for outlet in self.outlets)
        if broken and p.lawang_reading != "additive":
            kube.throughput = 0.0 if p.lawang_reading == "literal" else 1 - p.lawang_kappa
        if kube.throughput < 1:
            kube.binding = BROKEN_TIE
        self.scale_orders(kube.throughput)
        materials, transport = 0, kube.transport
        for k, product in enumerate(self.products):
            factor = 1.0
            for name, rise in zip(self.ingredients, kube.price_rise, strict=True):
                factor += product.ingredients.get(name, 0.0) * rise
            dear = int(product.cost * factor)
            kube.unit_costs[k] = int(dear * (1 - p.mentor_material_saving * kube.mentor))
            ordered = sum(sum(outlet.orders[k]) for outlet in partners)
            materials += kube.unit_costs[k] * max(0, ordered - kube.stock[k])
        for s in self.held:
            transport += sum(int(o.trip_cost * self.trip_left(o, s)) for o in self.served(s))
        kube.material_plans = [*kube.material_plans[1:], materials]
        if materials + transport > kube.cash:
            kube.cash_scale = max(0, (kube.cash - transport) / materials) if materials else 0.0
        self.scale_orders(kube.cash_scale)
        for outlet in partners:
            outlet.promised = self.value([sum(orders) for orders in outlet.orders])

    def order(self, outlet: Any) -> None:
        p, kube = self.p, self.kube
        quality = max(0, 1 + p.quality_elasticity * (kube.quality - p.quality_reference))
        alike = [o for o in self.partners() if (o.kind, o.outside) == (outlet.kind, outlet.outside)]
        overlap = 1 / (1 + p.catchment_overlap * (len(alike) - 1))
        trusted = outlet.experience * min(1, p.order_trust_intercept + self.trust_of(outlet))
        for k, product in enumerate(self.products):
            if not kube.offered[k]:
                continue
            part = kube.supply[k] if outlet.own else min(trusted, kube.supply[k])
            means = outlet.means[k]
            for w, window in enumerate(product.windows):
                days = total(self.day_factor(outlet, product.dry, d) for d in window.days)
                means[w] = outlet.demand[k] * days * quality * overlap
            for s in self.held:
                baked = [m for m, w in zip(means, product.windows, strict=True)
                         if w.batches[-1] == s]  # fmt: skip
                expected = total(means) / len(self.held) if product.dry else total(baked)
                outlet.orders[k][s] = int(part * expected)

    def day_factor(self, outlet: Any, dry: bool, d: int) -> float:
        p, day = self.p, self.days[d]
        if outlet.rests[d] or not self.calendar.is_open(outlet.kind, day):
            return 0.0
        factor = 1.0
        if self.calendar.fasting(day):
            daytime = outlet.kind in DAYTIME
            factor = p.ramadan_canteen_mult if daytime else p.ramadan_takjil_mult
        return max(factor, p.lebaran_mult) if dry and self.calendar.fortnight(day) else factor

    def scale_orders(self, scale: float) -> None:
        for outlet in self.partners():
            outlet.orders = [[int(n * scale) for n in orders] for orders in outlet.orders]

    def served(self, s: int) -> list[Any]:
        """Partners with an order for a session."""
        return [o for o in self.partners() if any(orders[s] for orders in o.orders)]

    def trip_left(self, outlet: Any, s: int) -> float:
        m = sum(other.outside == outlet.outside for other in self.served(s))
        return float(1 - self.p.shared_trip_saving * (m - 1) / m)

    # --- production ---

    def production(self) -> None:
        kube = self.kube
        efforts = total(self.hold_session(s) for s in self.held)
        kube.effort = share(efforts, kube.work_sessions)
        for woman in self.women:
            missed = sum(c and w for c, w in zip(woman.called, woman.worked, strict=True))
            woman.wage_lost = self.wage * missed
            woman.farm_income = woman.farm_days * int(self.p.farm_wage_day) - woman.wage_lost

    def hold_session(self, s: int) -> float:
        """Returns the effort of all who worked."""
        p, kube, partners = self.p, self.kube, self.partners()
        ordered = [sum(o.orders[k][s] for o in partners) for k in range(len(self.products))]
        came = [woman for woman in self.active() if woman.came[s]]
        if not any(ordered) or len(came) < p.min_crew:
            idle = DEMAND if kube.cash_scale >= 1 else CASH
            kube.binding = max(kube.binding, HANDS if any(ordered) else idle)
            return 0.0
        tools = 1.0 if kube.tools_until >= self.week else kube.tools
        drying, productivity = self.monthly("rain_drying"), p.tools_gain * tools
        to_make = [max(0, n - stock) for n, stock in zip(ordered, kube.stock, strict=True)]
        for k, product in enumerate(self.products):
            if product.sun_dried and not tools > 0:
                to_make[k] = int(to_make[k] * drying)
        making = total(
            n / (product.rate * (p.tools_multiplier_init + productivity))
            for n, product in zip(to_make, self.products, strict=True)
        )
        road = total(o.trip_hours * self.trip_left(o, s) for o in self.served(s))
        if kube.partners_until >= self.week:
            road *= 1 - p.partner_trip_relief
        wanted = max(int(p.min_crew), math.ceil((making + road) / self.hours(1)))
        turns = {woman.key: self.u("ROTA", woman.key, s) + woman.called[s] for woman in came}
        home = set(sorted(turns, key=lambda key: turns[key])[wanted:])
        crew = [woman for woman in came if woman.key not in home]
        for woman in crew:
            woman.worked[s] = True
        hours, scale = self.hours(len(crew)), 1.0
        if making + road > hours:
            scale = max(0, (hours - road) / making) if making else 0.0
        if kube.cash_scale >= 1 and scale >= 1:
            binding = DEMAND
        elif kube.cash_scale < scale:
            binding = CASH
        else:
            binding = TRIPS if making <= hours else HANDS
        kube.binding = max(kube.binding, binding)
        kube.work_sessions += len(crew)
        kube.spare_hours += self.hours(len(home))
        for k, n in enumerate(to_make):
            self.make_and_load(k, s, int(n * scale))
        return total(self.effort(woman) for woman in crew)

    def hours(self, women: int) -> float:
        return float(women * self.p.session_hours * (1 - self.p.indirect_time_share))

    def make_and_load(self, k: int, s: int, made: int) -> None:
        kube, partners = self.kube, self.partners()
        kube.made[k] += made
        kube.materials += made * kube.unit_costs[k]
        available, orders = kube.stock[k] + made, [outlet.orders[k][s] for outlet in partners]
        ordered = sum(orders)
        loads = orders
        if ordered > available:
            loads = [n * available // ordered for n in orders]
            rests = [n * available % ordered for n in orders]
            odd = available - sum(loads)
            for i in sorted(range(len(orders)), key=lambda i: -rests[i])[:odd]:
                loads[i] += 1
        kube.stock[k] = available - sum(loads)
        for outlet, load in zip(partners, loads, strict=True):
            outlet.batches[k][s] = load

    def effort(self, woman: Any) -> float:
        p = self.p
        if woman.kind == FREE_RIDER:
            return float(1.0 if self.kube.norm > p.norm_effort_threshold else p.effort_freerider)
        return float(min(1, p.cc_slope * woman.belief + p.effort_floor))

    # --- delivery, sales, settlement ---

    def delivery(self) -> None:
        p, kube, partners = self.p, self.kube, self.partners()
        chance = p.delivery_fail_prob * (1 - p.fail_norm * kube.norm)
        chance *= p.fail_skill_intercept - p.fail_skill_slope * kube.management_skill
        chance *= 1 - (1 - p.mentor_failure) * kube.mentor
        chance += p.fail_attendance * max(0, p.fail_attendance_floor - kube.attendance)
        kube.late = kube.work_sessions > 0 and self.u("DELIVERY") < chance
        for outlet in partners:
            for s in self.held:
                if any(batches[s] for batches in outlet.batches):
                    kube.trips += 1
                    kube.transport += int(outlet.trip_cost * self.trip_left(outlet, s))
            outlet.delivered = [sum(batches) for batches in outlet.batches]
            if kube.late:
                for k, batches in enumerate(outlet.batches):
                    lost = [int(p.failure_goods_lost * n) for n in batches]
                    outlet.lost[k] = sum(lost)
                    outlet.batches[k] = [n - gone for n, gone in zip(batches, lost, strict=True)]

    def sales(self) -> None:
        for outlet in self.partners():
            for k, product in enumerate(self.products):
                for w, window in enumerate(product.windows):
                    opened = sum(self.day_factor(outlet, product.dry, d) > 0 for d in window.days)
                    if not opened or not any(outlet.batches[k]):
                        continue
                    luck = self.u("DEMAND", outlet.key, product.key ^ w)
                    size = self.p.demand_dispersion * opened
                    wanted = negative_binomial(outlet.means[k][w], size, luck)
                    for s in window.batches:
                        sold = min(wanted, outlet.batches[k][s])
                        outlet.batches[k][s] -= sold
                        outlet.sold[k] += sold
                        wanted -= sold

    def on_consignment(self, outlet: Any) -> bool:
        return outlet.own or not outlet.outright

    def settlement(self) -> None:
        kube = self.kube
        for outlet in self.outlets:
            titip = self.on_consignment(outlet)
            owed = 0
            for k, product in enumerate(self.products):
                left = sum(outlet.batches[k])
                if product.dry and titip:
                    kube.stock[k] += left
                else:
                    outlet.wasted[k] += left
                arrived = outlet.delivered[k] - outlet.lost[k]
                owed += outlet.receipts[k] * (outlet.sold[k] if titip else arrived)
            outlet.due[outlet.lag if titip and not outlet.own else 0] += owed
            paid = 0 if outlet.late_weeks else outlet.due[0]
            unpaid = outlet.due[0] - paid
            outlet.due = [*outlet.due[1:], 0]
            outlet.due[0] += unpaid
            kube.receipts += paid
        kube.cash += kube.receipts - kube.materials - kube.transport

    # --- division ---

    def division(self) -> None:
        p, kube, women = self.p, self.kube, self.active()
        surplus, payout = kube.cash - kube.opening_cash, 0
        if surplus > 0:
            shared = int((1 - p.reserve_share) * surplus)
            reserve = p.reserve_release_weeks * max(kube.material_plans)
            payout = min(
                kube.cash, shared + max(0, int(kube.cash - kube.capital - shared - reserve))
            )
        with_bonus = p.division_rule == "officer_bonus"
        bonus = int(p.officer_bonus_share * payout) if with_bonus else 0
        weights = [1 if p.division_rule == "equal" else sum(woman.worked) for woman in women]
        officers = sum(woman.officer for woman in women)
        for woman, weight in zip(women, weights, strict=True):
            woman.pay = (payout - bonus) * weight // sum(weights) if sum(weights) else 0
            woman.pay += bonus * woman.officer // officers if officers else 0
            kube.payouts += woman.pay
        kube.cash -= kube.payouts
        wage = int(p.wage_request * 7 / p.days_per_month)
        for donor in self.donors:
            if kube.alive and 0 < self.week - donor.wage_start_week <= p.wage_weeks:
                for woman in women:
                    woman.wages += wage
                    kube.wages += wage
                    kube.dana_desa_rp += wage

    # --- trust ---

    def trust(self) -> None:
        p, kube, women = self.p, self.kube, self.active()
        for outlet in self.outlets:
            outlet.good *= p.trust_memory
            outlet.bad *= p.trust_memory
            if outlet.status == PARTNER and not outlet.own:
                if outlet.promised > 0:
                    self.judge(outlet)
                elif kube.stopped_weeks == 1 and not outlet.closed_weeks:
                    self.lose_trust(outlet)
            outlet.promise_weeks = max(0, outlet.promise_weeks - 1)
        promised = sum(outlet.promised for outlet in self.partners())
        sent = sum(self.value(outlet.delivered) for outlet in self.partners())
        kube.short_weeks = kube.short_weeks + 1 if sent < p.short_share * promised else 0
        rate = min(1, p.meet_trust_rate * len(self.held) / p.meet_reference_sessions)
        for woman in women:
            if self.held:
                woman.trust += rate * (kube.attendance - woman.trust)
            worked = share(sum(woman.worked), kube.work_sessions)
            paid = share(woman.pay, kube.payouts) if kube.payouts else worked
            less = p.dissatisfaction_rate * max(0, worked - paid) * len(women)
            woman.trust = within(woman.trust - less)
        for donor in self.donors:
            donor.good *= p.trust_memory
            donor.bad *= p.trust_memory

    def judge(self, outlet: Any) -> None:
        p, kube = self.p, self.kube
        sent = self.value(outlet.delivered)
        failed = kube.late or sent < p.short_share * outlet.promised
        if failed:
            self.lose_trust(outlet)
        else:
            outlet.good += p.trust_gain * (p.promise_factor if outlet.promise_weeks > 0 else 1)
            outlet.level = min(1, outlet.level * p.trust_up)
            outlet.experience = min(1, outlet.experience * (1 + p.order_step))
        outlet.deliveries += sent > 0
        wasted, fresh = self.value(outlet.wasted, False), self.value(outlet.delivered, False)
        bad = failed or wasted > p.drop_unsold * fresh
        outlet.bad_weeks = outlet.bad_weeks + 1 if bad else 0
        deceived = self.u("DECEPTION", outlet.key) < p.deception_hazard * (1 - kube.norm)
        if sent and self.week >= 0 and deceived:
            outlet.cap = min(outlet.cap, p.deception_cap)
            self.lose_trust(outlet)

    def lose_trust(self, outlet: Any) -> None:
        """One bad event."""
        outlet.bad += self.p.trust_gain * self.p.trust_loss_ratio
        outlet.level *= self.p.trust_down

    # --- habits, skills ---

    def habits(self) -> None:
        p, kube = self.p, self.kube
        work_share = min(1, p.farm_days_factor * self.field_days / p.work_days_week)
        for woman in self.active():
            came = sum(woman.came)
            if self.held:
                woman.belief += p.belief_memory * (kube.attendance - woman.belief)
            if came:
                paid_off = float(woman.pay >= woman.wage_lost and woman.pay > 0)
                woman.propensity += p.payoff_rate * (paid_off - woman.propensity)
                woman.expected_pay += p.pay_memory * (woman.pay / came - woman.expected_pay)
            woman.motivation += p.motivation_fade * (woman.motivation_rest - woman.motivation)
            for _ in range(kube.news):
                woman.motivation = gained(woman.motivation, p.motivation_news)
            woman.fgd *= kept(p.fgd_halflife)
            unpaid = woman.expected_pay < p.exit_pay_ratio * work_share * self.wage
            woman.unpaid_weeks = woman.unpaid_weeks + 1 if unpaid else 0
        recalled = self.week - kube.fgd_week < p.norm_recall_weeks
        if self.week > kube.mentored_until and not recalled:
            kube.norm *= 1 - p.norm_decay
        if self.week >= kube.mentored_until:
            kube.mentor *= kept(p.mentor_halflife)
        kube.news = 0
        if self.held:
            kube.last_attendance = kube.attendance

    def skills(self) -> None:
        p, kube = self.p, self.kube
        for skill in ("proposal_skill", "networking", "knowledge"):
            setattr(kube, skill, getattr(kube, skill) * kept(p.halflife_proposal))
        if kube.work_sessions:
            rest = p.quality_base + p.quality_skill * kube.product_skill
            rest += p.effort_quality * (kube.effort - p.effort_reference)
            kube.quality = within(kube.quality + p.quality_rate * (rest - kube.quality))
        else:
            kube.product_skill *= kept(p.halflife_product)
            kube.management_skill *= kept(p.halflife_product)
        for k in range(len(self.products)):
            self.learn_what_to_send(k)

    def learn_what_to_send(self, k: int) -> None:
        p, kube = self.p, self.kube
        shelves = [outlet for outlet in self.partners() if self.on_consignment(outlet)]
        delivered = sum(outlet.delivered[k] for outlet in shelves)
        if not delivered:
            return
        sold = sum(outlet.sold[k] for outlet in shelves)
        expected = total(total(outlet.means[k]) for outlet in shelves)
        kube.sold_memory[k] = [*kube.sold_memory[k][1:], sold]
        kube.expected_memory[k] = [*kube.expected_memory[k][1:], expected]
        unsold, supply = (delivered - sold) / delivered, kube.supply[k]
        if unsold < p.order_low_unsold:
            kube.supply[k] = min(1, supply * (1 + p.order_step))
        elif unsold > p.order_high_unsold:
            usual = share(sum(kube.sold_memory[k]), total(kube.expected_memory[k]))
            kube.supply[k] = min(supply, max(supply * (1 - p.order_step), usual))

    # --- hearsay, ties ---

    def hearsay(self) -> None:
        p = self.p
        heard = []
        for outlet in self.outlets:
            opinions = []
            for teller in outlet.acquaintances:
                partner = teller.status == PARTNER
                q = p.info_pass_participant if partner else p.info_pass_other
                chance = 1 - (1 - q) ** (1 / p.weeks_per_quarter)
                if teller.informed and self.u("HEARSAY", teller.key, outlet.key) < chance:
                    opinions.append(self.trust_of(teller))
            heard.append(opinions)
        for outlet, opinions in zip(self.outlets, heard, strict=True):
            if opinions:
                opinion = total(opinions) / len(opinions)
                outlet.base_rate += p.hearsay_weight * (opinion - outlet.base_rate)
                outlet.informed = True
                self.know_nothing_more(outlet)

    def ties(self) -> None:
        p, kube = self.p, self.kube
        paused = [outlet for outlet in self.outlets if outlet.status == PAUSED]
        for outlet in self.outlets:
            if outlet.status == PARTNER and not outlet.own:
                lost = self.trust_of(outlet) < p.drop_threshold
                bad = lost or outlet.bad_weeks >= p.drop_bad_weeks
                if bad and outlet.deliveries >= p.drop_min_deliveries:
                    outlet.status, outlet.repair_weeks = DROPPED, int(p.repair_weeks)
                    outlet.bad_weeks, outlet.dropped_week = 0, self.week
            elif outlet.status == DROPPED:
                self.may_reopen(outlet)
        served = [outlet for outlet in self.partners() if not outlet.own]
        if kube.short_weeks >= p.serve_short_weeks and len(served) > 1:
            least = min(served, key=self.brings)
            least.status, kube.short_weeks = PAUSED, 0
            self.lose_trust(least)
        elif paused and kube.work_sessions and not kube.short_weeks:
            best = max(paused, key=self.brings)
            if best.trip_hours * len(self.held) <= kube.spare_hours:
                best.status = PARTNER

    def may_reopen(self, outlet: Any) -> None:
        p = self.p
        if outlet.repair_weeks:
            outlet.repair_weeks -= 1
            return
        visit = p.reopen_visit if outlet.visited else 0
        if self.u("REOPEN", outlet.key) < min(1, p.reopen_prob + visit):
            outlet.status, outlet.deliveries = PARTNER, 0
            outlet.bad *= p.reopen_kept
            outlet.level = max(outlet.level, outlet.base_rate)

    def brings(self, outlet: Any) -> tuple[float, float]:
        """Rupiah per trip, then trust."""
        margins = zip(self.products, outlet.demand, outlet.receipts, self.kube.offered, strict=True)
        rupiah = total(demand * (got - one.cost) for one, demand, got, made in margins if made)
        return rupiah - outlet.trip_cost, self.trust_of(outlet)

    # --- people ---

    def people(self) -> None:
        p, kube, women = self.p, self.kube, self.active()
        others = [woman for woman in women if not woman.officer]
        if others and len(women) - len(others) < p.n_officers:
            max(others, key=lambda woman: woman.efficacy).officer = True
        for woman in women:
            long_unpaid = woman.unpaid_weeks >= p.exit_unpaid_weeks
            chance = p.exit_hazard * (p.exit_unpaid_multiplier if long_unpaid else 1)
            woman.active = self.u("EXIT", woman.key) >= chance
        places = max(p.kube_limit, p.n_members) - len(self.active())
        if places > 0 and len(self.women) < 2 * p.n_members:
            chance = max(p.join_hazard, p.join_prob if kube.candidates > 0 else 0)
            if self.u("JOIN") < chance:
                kube.candidates = max(0, kube.candidates - 1)
                self.add_woman()
        if kube.core_down:
            kube.core_down -= 1
        elif self.u("CORE_FAILURE") < self.core_hazard():
            final = p.core_terminal_prob * (1 - kube.norm)
            if self.u("CORE_FINAL") < final * (1 - p.core_mentor_relief * kube.mentor):
                kube.alive = False
            else:
                kube.core_down = self.repair()
        women = self.active()
        if kube.alive and women and not any(woman.house for woman in women):
            max(women, key=lambda woman: woman.efficacy).house = True
            kube.core_down = max(kube.core_down, self.repair())

    def core_hazard(self) -> float:
        p = self.p
        if p.lawang_reading == "additive":
            return 0.0
        lent = self.kube.facility_until >= self.week
        return float(p.core_failure_hazard * (1 - p.facility_core_relief if lent else 1))

    def repair(self) -> int:
        relief = self.p.repair_relief * max(self.kube.norm, self.kube.mentor)
        return max(1, math.ceil(self.p.repair_weeks * (1 - relief)))

    # --- outside_money ---

    def outside_money(self) -> None:
        p, kube = self.p, self.kube
        if p.election == "in_time" and self.week == p.election_week:
            for donor in self.donors:
                likely = self.u("ELECTION", donor.key) < p.kuwu_turnover_prob
                if donor.village_government and likely:
                    donor.good = donor.bad = 0.0
                    donor.new_head = True
        if not kube.alive:
            return
        if kube.legality_week == self.week:
            kube.legal = True
            kube.news += 1
        for donor in self.donors:
            if donor.wage_decision_week == self.week:
                self.decide_on_wages(donor)
            if donor.decision_week == self.week:
                donor.decision_week = NEVER
                if donor.village_government:
                    self.decide_on_budget(donor)
                else:
                    self.decide_on_proposal(donor)
            if donor.payment_week == self.week:
                amount = int(p.dana_desa_group_share * p.dana_desa_year)
                kube.news += 1
                kube.dana_desa_rp += amount
                self.receive_tools(amount)

    def budget_chance(self, donor: Any) -> float:
        p, kube = self.p, self.kube
        x = p.budget_intercept + p.budget_legality * kube.legal
        x += p.budget_trust * self.level_of(donor) + p.budget_mentor * kube.mentor
        return logistic(x + p.budget_turnover * donor.new_head)

    def decide_on_wages(self, donor: Any) -> None:
        donor.wage_decision_week = NEVER
        chance = min(1, self.p.wage_request_factor * self.budget_chance(donor))
        if self.u("WAGES", donor.key) < chance:
            donor.wage_start_week = self.payment_week(self.u("WAGES_DAY", donor.key))
        else:
            donor.rejected_week = self.week

    def decide_on_budget(self, donor: Any) -> None:
        if self.u("BUDGET", donor.key) < self.budget_chance(donor):
            donor.payment_week = self.payment_week(self.u("BUDGET_DAY", donor.key))
        else:
            donor.rejected_week = self.week

    def payment_week(self, u: float) -> int:
        """The week of a day from January to June of next year."""
        first = date(self.today.year + 1, 1, 1)
        days = (date(first.year, 7, 1) - first).days
        return ((first - self.start).days + int(u * days)) // 7

    def decide_on_proposal(self, donor: Any) -> None:
        p, kube = self.p, self.kube
        right_size = p.kube_smallest <= len(self.active()) <= p.kube_limit
        x = p.grant_intercept + p.grant_quality * donor.proposal_quality
        x += p.grant_legality * kube.legal + p.grant_age * (self.week > p.grant_age_weeks)
        x += p.mentor_donor * kube.mentor + p.grant_trust * self.level_of(donor)
        may = not donor.ministry or (kube.legal and right_size)
        if may and self.u("GRANT", donor.key) < logistic(x):
            donor.granted = True
            kube.news += 1
            kube.grants_rp += donor.amount
            if donor.gives_cash:
                kube.grant_cash += int(donor.amount * (1 - p.grant_cash_leak))
                kube.cash += int(donor.amount * (1 - p.grant_cash_leak))
                kube.capital += int(donor.amount * (1 - p.grant_cash_leak))
            else:
                self.receive_tools(donor.amount)
        else:
            donor.rejected_week, plan = self.week, donor.open_plan
            if plan.again:
                plan.again, plan.retry_week = False, self.week + int(p.resubmit_weeks)

    def receive_tools(self, amount: int) -> None:
        in_use = 1 - self.p.grant_tools_leak if amount > 0 else 0.0
        self.kube.tools = max(self.kube.tools, in_use)

    # --- 5. What is recorded ---

    def record(self) -> dict[str, float]:
        kube = self.kube
        columns = {**self.of_founders(), **self.of_women(), **self.of_outlets()}
        same = (
            "throughput norm knowledge networking proposal_skill product_skill management_skill "
            "quality cash materials transport receipts grant_cash payouts wages trips binding late "
            "legal tools proposals_submitted grants_rp dana_desa_rp facilitator_days "
            "intervention_hours"
        )
        columns |= {name: getattr(kube, name) for name in same.split()}
        columns["outlets_new"] = kube.agreements
        columns["intervention_cost_rp"] = kube.intervention_rp
        columns["made"], columns["products"] = sum(kube.made), sum(kube.offered)
        columns["attendance"] = kube.attendance if self.held else NAN
        columns["core_up"] = kube.alive and kube.core_down == 0
        columns["trust_donors"] = self.mean([self.level_of(donor) for donor in self.donors])
        columns["linking"] = sum(donor.good > 0 for donor in self.donors)
        return {name: float(value) for name, value in columns.items()}

    def mean(self, values: Sequence[float]) -> float:
        return share(total(values), len(values))

    def of_founders(self) -> dict[str, float]:
        p, women = self.p, self.women[: int(self.p.n_members)]
        line = p.poverty_line_month * 7 / p.days_per_month
        cash = [woman.pay + woman.wages + woman.farm_income for woman in women]
        lost = [woman.poor_share if woman.poor_weeks > 0 else 0 for woman in women]
        household = [
            own + int(woman.other_income * (1 - gone))
            for own, woman, gone in zip(cash, women, lost, strict=True)
        ]
        needs = [line * woman.household_size for woman in women]
        gaps = [max(0, n - h) / n for n, h in zip(needs, household, strict=True)]
        above = [h >= n for n, h in zip(needs, household, strict=True)]
        n, all_cash = len(women), sum(cash)
        ranked = sum(place * x for place, x in enumerate(sorted(cash), start=1))
        income = self.mean([woman.pay + woman.wages for woman in women])
        forgone = self.mean([woman.wage_lost for woman in women])
        return {
            "farm_days": self.mean([woman.farm_days for woman in women]),
            "farm_income": self.mean([woman.farm_income for woman in women]),
            "kube_income": income,
            "farm_income_forgone": forgone,
            "net_income": income - forgone,
            "own_cash_income": self.mean(cash),
            "household_income": self.mean(household),
            "kube_hours": self.mean([sum(woman.worked) * p.session_hours for woman in women]),
            "households_above_poverty_line": self.mean(above),
            "poverty_gap": self.mean(gaps),
            "income_gini": 2 * ranked / (n * all_cash) - (n + 1) / n if all_cash > 0 else 0.0,
        }

    def of_women(self) -> dict[str, float]:
        women = self.active()
        present = [sum(woman.came[s] for woman in self.women) for s in range(self.sessions)]
        return {
            "members": len(women),
            "trust_inside": self.mean([woman.trust for woman in women]),
            "motivation": self.mean([woman.motivation for woman in women]),
            "voice": self.mean([woman.efficacy for woman in women]),
            "bonding": share(sum(c * (c - 1) for c in present), sum(present)),
        }

    def of_outlets(self) -> dict[str, float]:
        outlets, partners = self.outlets, self.partners() if self.kube.alive else []
        shelves = [outlet for outlet in outlets if self.on_consignment(outlet)]
        delivered = sum(sum(outlet.delivered) for outlet in shelves)
        sold = sum(sum(outlet.sold) for outlet in shelves)
        sales = [self.value(outlet.sold) for outlet in outlets]
        stops = self.p.lawang_reading != "additive" and sum(sales) > 0
        return {
            "volume": sum(sum(outlet.sold) for outlet in outlets),
            "volume_outside": sum(sum(outlet.sold) for outlet in outlets if outlet.outside),
            "delivered": sum(sum(outlet.delivered) for outlet in outlets),
            "receivable": sum(sum(outlet.due) for outlet in outlets),
            "informed": self.mean([outlet.informed for outlet in outlets]),
            "unsold_share": (delivered - sold) / delivered if delivered else NAN,
            "reach": share(total(map(self.usual, partners)), total(map(self.usual, outlets))),
            "largest_loss": max(map(self.loss_without, outlets, sales)) if any(sales) else 0.0,
            "core_loss": stops,
            "outlets_active": len(partners),
            "trust_outlets": self.mean(list(map(self.trust_of, partners))) if partners else NAN,
        }

    def loss_without(self, outlet: Any, takings: int) -> float:
        """Share of this week's sales, of which there are some."""
        own = takings / sum(self.value(one.sold) for one in self.outlets)
        if outlet.own or (outlet.status != PARTNER and not takings):
            return own
        left = {"structural": 1 - self.p.lawang_kappa, "additive": 1.0, "literal": 0.0}
        return own + (1 - own) * (1 - left[self.p.lawang_reading] / self.kube.throughput)

    def usual(self, outlet: Any) -> float:
        """Rupiah of the demand for what is offered, on a plain open day."""
        goods = zip(self.products, outlet.demand, self.kube.offered, strict=True)
        return total(demand * product.price for product, demand, made in goods if made)
