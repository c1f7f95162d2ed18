"""One plausible village: the numbers of a group become what stands before luck and the scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import calendar
from sim.compiled import readable
from sim.draws import name_key
from sim.parameters import (
    DAYS_PER_WEEK,
    INTERVENTION_KINDS,
    MONTHS,
    OUTLET_KINDS,
    Parameters,
    Value,
)
from sim.rules import selling
from sim.scenario import Group, Outlet
from sim.sums import total

PRODUCT: Final = np.dtype(
    [
        ("key", "i8"),
        ("price", "i8"),  # Rp a piece
        ("cost", "i8"),  # Rp a piece
        ("rate", "f8"),  # pieces an hour
        ("windows", "i8"),  # selling windows of a week
        ("dry", "?"),  # leftovers return to stock
        ("sun_dried", "?"),
        ("potential", "?"),  # not made at the founding
    ],
    align=True,
)
WINDOW: Final = np.dtype([("oldest", "i8"), ("newest", "i8")])  # batches on the shelf
TICK: Final = np.dtype(
    [
        ("farm_days", "f8"),  # days a week before farm_days_factor
        ("drying", "f8"),  # share of sun-dried goods that dries
        ("decision_week", "i8"),  # when a request made now is decided
        ("early_week", "i8"),  # the same at the end of this year
        ("payment_day", "i8"),  # first day of payment after a decision now, from week 0
        ("payment_days", "i8"),  # days on which it may come
    ]
)
COST: Final = np.dtype([("rp", "i8"), ("days", "f8"), ("persons", "i8"), ("hours", "f8")])


class Ground(NamedTuple):
    """What stands still through a run, as arrays; outlets are sorted by key.

    A window is a span of selling days with the same batches on the shelf.
    """

    p: NDArray[np.void]  # one row of parameters
    products: NDArray[np.void]  # PRODUCT
    windows: NDArray[np.void]  # [product, window] WINDOW
    baked_for: NDArray[np.bool_]  # [product, session, window] whose sales a session bakes for
    ingredients: NDArray[np.int64]  # keys
    ingredient_shares: NDArray[np.float64]  # [product, ingredient] of the cost
    days: NDArray[np.float64]  # [tick, outlet, product, window] open days by demand factor
    open_days: NDArray[np.int64]  # [tick, outlet, product, window]
    ticks: NDArray[np.void]  # TICK of each week, the burn-in included
    meets: NDArray[np.bool_]  # [tick, day]
    costs: NDArray[np.void]  # COST of each kind of intervention
    women: NDArray[np.int64]  # keys


@dataclass(frozen=True)
class Setting:
    """A plausible village; `order` gives the outlets' places in the group's file, by key."""

    group: Group
    p: Parameters
    values: Mapping[str, Value]
    calendar: calendar.Calendar
    order: tuple[int, ...]
    ground: Ground

    @property
    def outlet_ids(self) -> list[str]:
        """Ids of the outlets, sorted by key."""
        return [self.group.outlets[place].id for place in self.order]

    @property
    def donor_ids(self) -> list[str]:
        """Ids of the donors, sorted by key."""
        return sorted((donor.id for donor in self.group.donors), key=name_key)

    @property
    def women_ids(self) -> list[str]:
        """Ids of the women who are in the group or may join it."""
        return [woman_id(i) for i in range(len(self.ground.women))]


def woman_id(index: int) -> str:
    """The pseudonym of a woman."""
    return f"ibu_{index + 1:02d}"


def setting_for(group: Group, values: Mapping[str, Value], weeks: int) -> Setting:
    """The setting of `group` with resolved `values`, for a run of `weeks` recorded weeks."""
    p = Parameters(values)
    burn_in = int(p.burn_in_weeks)
    cal = _calendar(group.calendar, str(values["calendar"]), group.start, weeks, burn_in)
    keys = [name_key(outlet.id) for outlet in group.outlets]
    order = tuple(sorted(range(len(keys)), key=keys.__getitem__))
    outlets = [group.outlets[place] for place in order]
    sessions = int(p.sessions_per_week)
    products = _products(group, values)
    windows = [
        _windows(int(values[f"shelf_life_days_{each.id}"]), sessions) for each in group.products
    ]
    products["windows"] = [len(each) for each in windows]
    days, open_days = _window_days(group, outlets, p, cal, products, windows)
    names, shares = _ingredients(group)
    ground = Ground(
        p=readable(p.table),
        products=readable(products),
        windows=readable(_window_table(windows)),
        baked_for=_baked_for(products, windows, sessions),
        ingredients=names,
        ingredient_shares=shares,
        days=days,
        open_days=open_days,
        ticks=readable(_ticks(p, cal)),
        meets=np.array(cal.meeting_days),
        costs=readable(_costs(p)),
        women=_women_keys(2 * int(p.n_members)),  # everyone may leave and be replaced once
    )
    return Setting(group, p, values, cal, order, ground)


@lru_cache(maxsize=16)
def _calendar(
    terms: calendar.Terms, clock: str, start: date, weeks: int, burn_in: int
) -> calendar.Calendar:
    return calendar.build(terms, clock, start, weeks, burn_in)


@lru_cache(maxsize=16)
def _women_keys(women: int) -> NDArray[np.int64]:
    return np.array([name_key(woman_id(i)) for i in range(women)], np.int64)


def _ticks(p: Parameters, cal: calendar.Calendar) -> NDArray[np.void]:
    rows = _budget(cal).copy()
    rows["farm_days"] = _monthly(cal, p, "farm_days")
    rows["drying"] = _monthly(cal, p, "rain_drying")
    return rows


@lru_cache(maxsize=16)
def _budget(cal: calendar.Calendar) -> NDArray[np.void]:
    """Weeks in which the village decides, and the days on which it pays, by tick."""
    rows = np.zeros(len(cal.first_days), TICK)
    for row, today in zip(rows, cal.first_days, strict=True):
        decided = calendar.budget_decision_day(today)
        first, last = calendar.payment_window(today)
        row["decision_week"] = cal.week_of(decided)
        row["early_week"] = cal.week_of(decided.replace(year=today.year))
        row["payment_day"] = (first - cal.start).days
        row["payment_days"] = (last - first).days + 1
    return rows


def _monthly(cal: calendar.Calendar, p: Parameters, name: str) -> NDArray[np.float64]:
    levels = np.array([getattr(p, f"{name}_{month}") for month in MONTHS])
    return np.array([total(week) / DAYS_PER_WEEK for week in (cal.month_days * levels).tolist()])


def _products(group: Group, values: Mapping[str, Value]) -> NDArray[np.void]:
    rows = np.zeros(len(group.products), PRODUCT)
    for row, product in zip(rows, group.products, strict=True):
        life = int(values[f"shelf_life_days_{product.id}"])
        row["key"] = name_key(product.id)
        row["price"] = int(values[f"price_{product.id}"])
        row["cost"] = int(values[f"cost_{product.id}"])
        row["rate"] = float(values[f"labour_rate_{product.id}"])
        row["dry"] = life >= DAYS_PER_WEEK
        row["sun_dried"] = product.sun_dried
        row["potential"] = product.potential
    return rows


@lru_cache(maxsize=256)
def _windows(life: int, sessions: int) -> tuple[tuple[int, int, int, int], ...]:
    """(first day, end day, oldest batch, newest batch) of each window.

    The week is cut where a batch arrives or gets too old; days without any batch fall out.
    """
    edges = {0, DAYS_PER_WEEK}
    for session in range(sessions):
        edges |= {session, min(session + life, DAYS_PER_WEEK)}
    windows = []
    for first, end in pairwise(sorted(edges)):
        live = [s for s in range(sessions) if s <= first < s + life]
        if live:
            windows.append((first, end, live[0], live[-1]))
    return tuple(windows)


def _window_table(windows: list[tuple[tuple[int, int, int, int], ...]]) -> NDArray[np.void]:
    table = np.zeros((len(windows), max(map(len, windows))), WINDOW)
    for k, each in enumerate(windows):
        for w, (_, _, oldest, newest) in enumerate(each):
            table[k, w] = oldest, newest
    return table


def _baked_for(
    products: NDArray[np.void], windows: list[tuple[tuple[int, int, int, int], ...]], sessions: int
) -> NDArray[np.bool_]:
    """Dry goods are baked for the whole week, the others for the days before the next session."""
    table = np.zeros((len(windows), sessions, max(map(len, windows))), np.bool_)
    for k, each in enumerate(windows):
        for w, (_, _, _, newest) in enumerate(each):
            table[k, :, w] = products[k]["dry"] or np.arange(sessions) == newest
    return table


def _ingredients(group: Group) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Keys of all ingredients, and [product, ingredient] their shares of the cost."""
    names = sorted({name for product in group.products for name in product.ingredients})
    shares = [[product.ingredients.get(name, 0.0) for name in names] for product in group.products]
    keys = np.array([name_key(name) for name in names], np.int64)
    return keys, np.array(shares, float).reshape(len(group.products), len(names))


def ingredient_names(group: Group) -> list[str]:
    """The ingredients in the order of `Ground.ingredients`."""
    return sorted({name for product in group.products for name in product.ingredients})


def _costs(p: Parameters) -> NDArray[np.void]:
    rows = np.zeros(len(INTERVENTION_KINDS), COST)
    for row, kind in zip(rows, INTERVENTION_KINDS, strict=True):
        for name in COST.names or ():
            row[name] = getattr(p, f"cost_{kind}_{name}")
    return rows


def _window_days(
    group: Group,
    outlets: list[Outlet],
    p: Parameters,
    cal: calendar.Calendar,
    products: NDArray[np.void],
    windows: list[tuple[tuple[int, int, int, int], ...]],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """[tick, outlet, product, window] open days weighted by their factors, and unweighted."""
    most = max(map(len, windows))
    shape = (len(cal.first_days), len(outlets), len(products), most)
    weighted, unweighted = np.zeros(shape), np.zeros(shape, np.int64)
    kinds = list(OUTLET_KINDS)
    alike: dict[object, tuple[int, int]] = {}  # outlets and products with the same days
    factors: dict[tuple[str, bool], NDArray[np.float64]] = {}
    for o, outlet in enumerate(outlets):
        for k, dry in enumerate(products["dry"].tolist()):
            same = alike.setdefault((outlet.kind, outlet.closed_weekdays, windows[k], dry), (o, k))
            if same != (o, k):
                weighted[:, o, k] = weighted[:, *same]
                unweighted[:, o, k] = unweighted[:, *same]
                continue
            if (outlet.kind, dry) not in factors:
                factors[outlet.kind, dry] = _day_factors(p, cal, kinds.index(outlet.kind), dry)
            rests = _rest_days(outlet.closed_weekdays, group.start.weekday())
            daily = factors[outlet.kind, dry] * ~rests
            for w, (first, end, _, _) in enumerate(windows[k]):
                weighted[:, o, k, w] = daily[:, first:end].sum(1)
                unweighted[:, o, k, w] = (daily[:, first:end] > 0).sum(1)
    return weighted, unweighted


def _day_factors(
    p: Parameters, cal: calendar.Calendar, kind: int, dry: bool
) -> NDArray[np.float64]:
    """[tick, day] factors on the mean demand of one kind of outlet."""
    states = [(o, f, n) for o in (False, True) for f in (False, True) for n in (False, True)]
    daytime = list(OUTLET_KINDS.values())[kind].daytime
    table = np.array([selling.day_factor(p, daytime, dry, *state) for state in states])
    return table[_day_states(cal, kind)]


@lru_cache(maxsize=128)
def _day_states(cal: calendar.Calendar, kind: int) -> NDArray[np.int64]:
    """[tick, day] number of the day's state: open, fasting, before Lebaran."""
    is_open, fasting = cal.open_days[:, kind, :].astype(np.int64), cal.fasting.astype(np.int64)
    return (2 * is_open + fasting) * 2 + cal.before_lebaran


@lru_cache(maxsize=128)
def _rest_days(closed: tuple[str, ...], first: int) -> NDArray[np.bool_]:
    """[day] True on the weekdays on which an outlet rests; day 0 is weekday `first`."""
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return np.array([names[(first + d) % len(names)] in closed for d in range(DAYS_PER_WEEK)])
