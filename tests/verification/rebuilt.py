"""The model written again from MODEL.md alone, in plain Python: a check of the page and both engines.

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
from statistics import NormalDist
from types import SimpleNamespace as Thing
from typing import Any

NEVER = -10_000
NAN = float("nan")
STRANGER, PARTNER, DROPPED, PAUSED = range(4)
CONDITIONAL, FREE_RIDER, OTHER = range(3)
NO_SESSION, DEMAND, CASH, HANDS, TRIPS, BROKEN_TIE = range(6)
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
STAGES = "reflection planning action evaluation".split()
DAYTIME = {"pesantren", "school"}
KINDS = (
    "fgd proposal_training negotiation audience capital_proposal mentoring norms product_training "
    "campaign counselling market_stall social_media facility education persuasion agency_training "
    "partner_support village_regulation"
).split()
GATHERINGS = set("fgd norms proposal_training product_training education agency_training".split())
ERRANDS = {"negotiation", "audience", "capital_proposal", "campaign"}
TALKS = {"counselling", "persuasion"}
AT_FIRST = "MEMBER_TYPE MEMBER_TRUST MEMBER_EFFICACY HOUSEHOLD_INCOME HOUSEHOLD_SIZE"
LATER = (
    "FARM_CALL ATTEND ROTA DELIVERY DEMAND HEARSAY ACCEPT REOPEN CORE_FAILURE CORE_FINAL EXIT "
    "LEGALITY LEGALITY_DELAY GRANT GRANT_DELAY BUDGET BUDGET_LATE BUDGET_DAY MEMBER_MOTIVATION "
    "GATHERING CAMPAIGN CANDIDATES JOIN NEW_PRODUCT DECEPTION ILLNESS ILLNESS_LENGTH HUSBAND_LOSS "
    "CLOSURE HARVEST_FAIL PRICE_SHOCK LATE_PAYMENT ELECTION SHOCK_HIT WAGES WAGES_DAY PLACE FAR"
)
EVENTS = {
    name: number
    for first, names in ((1, AT_FIRST), (10, LATER))
    for number, name in enumerate(names.split(), first)
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
        if self.week >= 0:
            if self.kube.alive:
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
        result: float = (who.good + prior * who.base) / (who.good + who.bad + prior)
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
        for first, end in zip(ends, ends[1:], strict=False):
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
        self.women.append(
            Thing(
                key=key, officer=False, house=False, active=True, unpaid_weeks=0, fgd=0.0,
                kind=CONDITIONAL if kind < p.share_conditional
                else FREE_RIDER if kind < free else OTHER,
                trust=within(trust), efficacy=within(efficacy),
                motivation=within(motivation), motivation_rest=within(motivation),
                other_income=int(p.hh_income_other_month * richer * 7 / p.days_per_month),
                household_size=max(1, p.household_size * larger),
                belief=p.belief_init, propensity=p.belief_init, expected_pay=p.expected_pay_init,
                ill_weeks=0, poor_weeks=0, poor_share=0.0, called=[False] * self.sessions,
                came=[False] * self.sessions, worked=[False] * self.sessions,
                farm_days=0, farm_income=0, wage_lost=0, pay=0, wages=0,
            )  # fmt: skip
        )

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
            base=p.trust_base_outside if outside else p.trust_base_in_village,
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
            self.donors.append(
                Thing(
                    id=told.id, key=key_of(told.id), village_government=government,
                    ministry=ministry, gives_cash=told.gives == "cash", good=0.0, bad=0.0,
                    amount=int(p.grant_kube_kemensos if ministry else p.grant_pesantren),
                    base=p.trust_base_in_village if government else p.trust_base_outside,
                    granted=False, new_head=False, open_plan=None, proposal_quality=0.0,
                    decision_week=NEVER, wage_decision_week=NEVER, payment_week=NEVER,
                    wage_start_week=NEVER, rejected_week=NEVER,
                )  # fmt: skip
            )
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
            partners_until=NEVER, harvest_weeks=0, harvest_loss=0.0, candidates=0, short_weeks=0,
            last_attendance=1.0, stage=None, cycle=0, news=0, agreements=0, proposals_submitted=0,
            grants_rp=0, dana_desa_rp=0, intervention_rp=0, facilitator_days=0.0,
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
            requests=getattr(told, "requests", ()),
            again=getattr(told, "second_visit", False) or getattr(told, "resubmit", False),
            when=told.when.condition if told.when else None,
            every=told.repeat.every if told.repeat else 1,
            left=told.repeat.times if told.repeat else 1,
            next_week=told.week, last_week=told.week, until=NEVER, retry_week=NEVER,
        )  # fmt: skip
