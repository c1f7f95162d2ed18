"""The founding: numbers become a setting; a setting and luck become women, outlets, donors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sim import calendar
from sim.draws import Event, event_key, name_key, uniform
from sim.parameters import DAYS_PER_WEEK, MONTHS, OUTLET_KINDS, Parameters, Value
from sim.rules import members, selling, support, trust, work
from sim.scenario import Donor, Group, Outlet
from sim.state import DonorState, KubeState, MemberState, OutletState, Status
from sim.sums import total


@dataclass(frozen=True, slots=True)
class Window:
    """Selling days of a week with the same batches on the shelf."""

    first_day: int
    end_day: int  # exclusive
    oldest: int  # batch
    newest: int  # batch


@dataclass(frozen=True, slots=True)
class Product:
    """A product: rupiah a piece, pieces an hour, and when a week's batches sell."""

    id: str
    key: int
    price: int
    cost: int
    rate: float
    dry: bool  # leftovers return to stock
    sun_dried: bool
    windows: tuple[Window, ...]
    session_windows: tuple[tuple[int, ...], ...]  # windows whose sales each session bakes for


@dataclass(frozen=True)
class Setting:
    """One plausible village: everything that stands before luck and the scenario.

    Arrays over ticks are nested lists: `days[t][outlet][product][window]` is the number of open
    days weighted by their demand factors, `open_days` the same unweighted.
    """

    group: Group
    p: Parameters
    values: Mapping[str, Value]
    calendar: calendar.Calendar
    products: tuple[Product, ...]
    days: list[list[list[list[float]]]]
    open_days: list[list[list[list[int]]]]
    farm_days: list[float]  # per tick, days a week before farm_days_factor
    drying: list[float]  # per tick, share of sun-dried goods that dries
    meets: list[list[bool]]  # per tick and day


def setting_for(group: Group, values: Mapping[str, Value], weeks: int) -> Setting:
    """The setting of `group` with resolved `values`, for a run of `weeks` recorded weeks."""
    p = Parameters(values)
    clock = str(values["calendar"])
    cal = _calendar(group.calendar, clock, group.start, weeks, int(p.burn_in_weeks))
    products = tuple(
        _product(product.id, product.sun_dried, values, int(p.sessions_per_week))
        for product in group.products
    )
    days, open_days = _window_days(group, p, cal, products)
    return Setting(
        group=group,
        p=p,
        values=values,
        calendar=cal,
        products=products,
        days=days,
        open_days=open_days,
        farm_days=_monthly(cal, p, "farm_days"),
        drying=_monthly(cal, p, "rain_drying"),
        meets=cal.meeting_days.tolist(),
    )


@lru_cache(maxsize=16)
def _calendar(
    terms: calendar.Terms, clock: str, start: date, weeks: int, burn_in: int
) -> calendar.Calendar:
    return calendar.build(terms, clock, start, weeks, burn_in)


def _monthly(cal: calendar.Calendar, p: Parameters, name: str) -> list[float]:
    levels = np.array([getattr(p, f"{name}_{month}") for month in MONTHS])
    return [total((days * levels).tolist()) / DAYS_PER_WEEK for days in cal.month_days]


def _product(
    product_id: str, sun_dried: bool, values: Mapping[str, Value], sessions: int
) -> Product:
    life = int(values[f"shelf_life_days_{product_id}"])
    windows = _windows(life, sessions)
    dry = life >= DAYS_PER_WEEK
    baked_for = tuple(
        tuple(range(len(windows)))
        if dry
        else tuple(i for i, window in enumerate(windows) if window.newest == session)
        for session in range(sessions)
    )
    return Product(
        id=product_id,
        key=name_key(product_id),
        price=int(values[f"price_{product_id}"]),
        cost=int(values[f"cost_{product_id}"]),
        rate=float(values[f"labour_rate_{product_id}"]),
        dry=dry,
        sun_dried=sun_dried,
        windows=windows,
        session_windows=baked_for,
    )


def _windows(life: int, sessions: int) -> tuple[Window, ...]:
    """Cut the week where a batch arrives or gets too old; days without any batch fall out."""
    edges = {0, DAYS_PER_WEEK}
    for session in range(sessions):
        edges |= {session, min(session + life, DAYS_PER_WEEK)}
    cuts = sorted(edges)
    windows = []
    for first, end in pairwise(cuts):
        live = [s for s in range(sessions) if s <= first < s + life]
        if live:
            windows.append(Window(first, end, live[0], live[-1]))
    return tuple(windows)


def _window_days(
    group: Group, p: Parameters, cal: calendar.Calendar, products: tuple[Product, ...]
) -> tuple[list[list[list[list[float]]]], list[list[list[list[int]]]]]:
    kinds = list(OUTLET_KINDS)
    factors = {
        (kind, dry): _day_factors(p, cal, kinds.index(kind), OUTLET_KINDS[kind].daytime, dry)
        for kind in {outlet.kind for outlet in group.outlets}
        for dry in {product.dry for product in products}
    }
    weighted, unweighted = [], []
    for outlet in group.outlets:
        rests = _rest_days(outlet, group)
        for product in products:
            daily = factors[outlet.kind, product.dry] * ~rests
            weighted.append([daily[:, w.first_day : w.end_day].sum(1) for w in product.windows])
            unweighted.append(
                [(daily[:, w.first_day : w.end_day] > 0).sum(1) for w in product.windows]
            )
    return (
        _by_tick(weighted, len(group.outlets), len(products)),
        _by_tick(unweighted, len(group.outlets), len(products)),
    )


def _by_tick(columns: list[list[NDArray]], outlets: int, products: int) -> list:  # type: ignore[type-arg]
    """[outlet x product][window] arrays over ticks -> [tick][outlet][product][window]."""
    if not columns:
        return []
    nested = [np.stack(windows, axis=1).tolist() for windows in columns]
    return [
        [[nested[o * products + k][t] for k in range(products)] for o in range(outlets)]
        for t in range(len(nested[0]))
    ]


def _day_factors(
    p: Parameters, cal: calendar.Calendar, kind: int, daytime: bool, dry: bool
) -> NDArray[np.float64]:
    """[tick, day] factors on the mean demand of one kind of outlet."""
    is_open, fasting, before = cal.open_days[:, kind, :], cal.fasting, cal.before_lebaran
    factors = np.zeros(is_open.shape)
    for state in np.ndindex(2, 2, 2):
        opened, fasts, nears = (bool(flag) for flag in state)
        here = (is_open == opened) & (fasting == fasts) & (before == nears)
        factors[here] = selling.day_factor(p, daytime, dry, opened, fasts, nears)
    return factors


def _rest_days(outlet: Outlet, group: Group) -> NDArray[np.bool_]:
    """[day] True on the weekdays on which the outlet rests; day 0 is the start date's weekday."""
    first = group.start.weekday()
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return np.array([names[(first + d) % len(names)] in outlet.closed_weekdays for d in range(7)])


# --- Luck: the people of one run ---------------------------------------------------------------


def women_of(setting: Setting, run: int) -> list[MemberState]:
    """The women at the founding; officers come first and `run` decides how they differ."""
    p = setting.p
    week = -int(p.burn_in_weeks)
    return [_woman(p, run, week, index) for index in range(int(p.n_members))]


def _woman(p: Parameters, run: int, week: int, index: int) -> MemberState:
    woman_id = f"ibu_{index + 1:02d}"
    key = name_key(woman_id)

    def drawn(event: Event) -> float:
        return uniform(event_key(run, week, event), key)

    def spread(mean: float, sd: float, event: Event) -> float:
        return float(np.clip(mean + sd * NormalDist().inv_cdf(drawn(event)), 0.0, 1.0))

    def household(mean: float, event: Event) -> float:
        return float(mean * math.exp(p.hh_income_sd * NormalDist().inv_cdf(drawn(event))))

    income = household(p.hh_income_other_month, Event.HOUSEHOLD_INCOME)
    return MemberState(
        id=woman_id,
        key=key,
        officer=index < p.n_officers,
        kind=members.type_of(p, drawn(Event.MEMBER_TYPE)),
        trust=spread(p.trust_base_inside, p.trust_init_sd, Event.MEMBER_TRUST),
        efficacy=spread(p.efficacy_init, p.efficacy_sd, Event.MEMBER_EFFICACY),
        belief=p.belief_init,
        expected_pay=p.expected_pay_init,
        other_income=int(income * DAYS_PER_WEEK / p.days_per_month),
        household_size=max(1.0, household(p.household_size, Event.HOUSEHOLD_SIZE)),
    )


def partners_of(setting: Setting) -> list[str]:
    """Ids of the outlets that take goods before week 0 (contradiction X1, theory 2.14.17).

    Under among_the_five each is another outlet of its kind, as long as there is one.
    """
    partners = [o for o in setting.group.outlets if o.initial][: int(setting.p.n_outlets_init)]
    if setting.values["initial_outlets"] == "distinct":
        return [outlet.id for outlet in partners]
    others = [outlet for outlet in setting.group.outlets if not outlet.initial]
    for place, mine in enumerate(partners):
        alike = [outlet for outlet in others if outlet.kind == mine.kind]
        if alike:
            partners[place] = alike[0]
            others.remove(alike[0])
    return [outlet.id for outlet in partners]


def outlets_of(setting: Setting, partners: list[str]) -> list[OutletState]:
    """The outlets at the founding; `partners` have a tie with a past."""
    return [
        _outlet(setting, index, outlet, outlet.id in partners)
        for index, outlet in enumerate(setting.group.outlets)
    ]


def _outlet(setting: Setting, index: int, outlet: Outlet, partner: bool) -> OutletState:
    p, values = setting.p, setting.values
    km = float(values[f"distance_km_{outlet.id}"])
    size = float(values[f"size_{outlet.id}"])
    outright = outlet.contract == "putus"
    usual = p.putus_margin if outright else p.consign_margin
    margin = float(values.get(f"margin_{outlet.id}", usual))
    lag = int(p.payment_lag if outlet.payment_lag is None else outlet.payment_lag)
    outside = outlet.place == "outside"
    state = OutletState(
        id=outlet.id,
        key=name_key(outlet.id),
        index=index,
        kind=outlet.kind,
        outside=outside,
        km=km,
        margin=margin,
        outright=outright,
        demand=[
            size * float(values[f"demand_{outlet.kind}_{product.id}"])
            for product in setting.products
        ],
        receipts=[selling.unit_receipt(product.price, margin) for product in setting.products],
        trip_hours=work.trip_hours(p, km),
        trip_cost=work.trip_cost(p, km),
        status=Status.PARTNER if partner else Status.STRANGER,
        good=float(p.tie_prior_good) if partner else 0.0,
        bad=0.0,
        base=p.trust_base_outside if outside else p.trust_base_in_village,
        due=[0] * (lag + 1),
        informed=partner,
        deliveries=int(p.drop_min_deliveries) if partner else 0,
    )
    if partner and not outright:
        state.due[:lag] = [_usual_sales(setting, state)] * lag
    return state


def _usual_sales(setting: Setting, outlet: OutletState) -> int:
    """Rupiah an old tie owes for one ordinary week before the founding."""
    p = setting.p
    share = selling.order_share(p, trust.level(p, outlet.good, outlet.bad, outlet.base), 1.0, 1.0)
    days = [
        sum(window.end_day - window.first_day for window in product.windows)
        for product in setting.products
    ]
    return sum(
        receipt * selling.order(share, demand * open_days)
        for receipt, demand, open_days in zip(outlet.receipts, outlet.demand, days, strict=True)
    )


def donors_of(setting: Setting) -> list[DonorState]:
    """The donors and the village government at the founding."""
    return [_donor(setting.p, donor) for donor in setting.group.donors]


def _donor(p: Parameters, donor: Donor) -> DonorState:
    government = donor.kind == "village_government"
    return DonorState(
        id=donor.id,
        key=name_key(donor.id),
        village_government=government,
        gives_cash=donor.gives == "cash",
        good=0.0,
        bad=0.0,
        base=p.trust_base_in_village if government else p.trust_base_outside,
    )


def kube_of(setting: Setting) -> KubeState:
    """The group at the founding."""
    p = setting.p
    products, memory = len(setting.products), int(p.order_memory_weeks)
    return KubeState(
        cash=int(p.working_capital_0),
        quality=p.quality_init,
        product_skill=support.skill_at_rest(p, p.quality_init),
        management_skill=p.management_skill_init,
        proposal_skill=p.proposal_skill_init,
        norm=p.norm_init,
        stock=[0] * products,
        supply=[1.0] * products,
        sold_memory=[[0] * memory for _ in range(products)],
        expected_memory=[[0.0] * memory for _ in range(products)],
    )
