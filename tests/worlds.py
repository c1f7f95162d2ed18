"""Villages for tests: the shipped group and scenarios, with what a test wants changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import measures
from sim.draws import Luck
from sim.happenings import name_of, subject_of
from sim.parameters import Parameters, Value, resolve
from sim.runs import Engine, Record, simulate_all
from sim.scenario import Group, Scenario, load_group, load_scenario, register_of
from sim.setting import Setting, setting_for
from sim.village import Village

WEEKLY = [column.name for column in measures.WEEKLY]
COSTS = {"intervention_cost_rp", "facilitator_days", "intervention_hours"}

GROUP = load_group()
FIRST = Luck()
REGISTER = register_of(GROUP)
DEMANDS = sorted(
    name for name in REGISTER if name.startswith("demand_") and name != "demand_dispersion"
)
DRAWN = [name for name, row in REGISTER.items() if row.drawn]
MATERIALS = {f"cost_{product.id}" for product in GROUP.products}

# Nothing goes wrong, nobody stays away or leaves, and no day is special.
CALM: Mapping[str, Value] = {
    "attend_intercept": 50,
    "farm_days_factor": 0,
    "delivery_fail_prob": 0,
    "fail_attendance": 0,
    "core_failure_hazard": 0,
    "deception_hazard": 0,
    "illness_hazard": 0,
    "exit_hazard": 0,
    "join_hazard": 0,
    "burn_in_weeks": 0,
    "quality_rate": 0,
}


@cache
def shipped(name: str) -> Scenario:
    """A scenario of `configs/scenarios`."""
    return load_scenario(name, GROUP)


def scenario(
    *interventions: Mapping[str, Any], shocks: Sequence[Mapping[str, Any]] = ()
) -> Scenario:
    """A scenario that does these, and what befalls the group."""
    told = {"interventions": list(map(dict, interventions)), "shocks": list(map(dict, shocks))}
    return Scenario.model_validate({"id": "a_test", "title": "A test", **told})


def group(**changes: Any) -> Group:
    """The shipped group with some fields changed; plain entries become what they describe."""
    return Group.model_validate({**GROUP.model_dump(), **changes})


def outlets(**each: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Entries of outlets by id: warungs beside the house, old partners, where nothing is said."""
    usual = {"kind": "warung", "place": "in_village", "distance_km": 0, "initial": True}
    return [{"id": name, "name": name, **usual, **changes} for name, changes in each.items()]


def plausible(units: Mapping[str, float]) -> dict[str, Value]:
    """Values within the register's ranges: 0 stands for the low end, 1 for the high one."""
    return {
        name: between(REGISTER[name].low, REGISTER[name].high, name, unit)
        for name, unit in units.items()
    }


def between(low: float, high: float, name: str, unit: float) -> Value:
    """A value of the named parameter at `unit` of the way from `low` to `high`."""
    value = low + unit * (high - low)
    return round(value) if REGISTER[name].whole else min(high, value)


def numbers(**overrides: Value) -> Parameters:
    """The register's defaults with some changed, as rules read them."""
    return Parameters(resolve(REGISTER, overrides))


def setting(weeks: int, overrides: Mapping[str, Value] | None = None, of: Group = GROUP) -> Setting:
    """The plausible village with these values."""
    return setting_for(of, resolve(register_of(of), overrides), weeks)


def live(
    plan: Scenario | str = "none",
    weeks: int = 20,
    overrides: Mapping[str, Value] | None = None,
    *,
    of: Group = GROUP,
    luck: Luck = FIRST,
    detail: bool = True,
    engine: Engine = "ensemble",
    village_class: type[Village] | None = None,
) -> Record:
    """One run, with outlets, products and women recorded unless `detail` is off.

    It is lived in the compiled engine, or in a village of a class of one's own.
    """
    (record,) = simulate_all(
        setting(weeks, overrides, of),
        shipped(plan) if isinstance(plan, str) else plan,
        [luck],
        weeks,
        detail=detail,
        members=detail,
        engine="village" if village_class else engine,
        village_class=village_class or Village,
    )
    return record


class Told(NamedTuple):
    """A happening in words."""

    week: int
    kind: str
    subject: str
    value: float


def told(record: Record, *kinds: str, of: Group = GROUP) -> list[Told]:
    """What happened, in order; of these kinds only when some are named."""
    names = setting(1, of=of)
    rows = [
        Told(week, name_of(what), subject_of(names, what, subject), value)
        for week, what, subject, value in record.happenings.tolist()
    ]
    return [row for row in rows if not kinds or row.kind in kinds]


def weeks_of(record: Record, *kinds: str) -> list[int]:
    """The weeks in which something of these kinds happened."""
    wanted = {what for what in record.happenings["what"].tolist() if name_of(what) in kinds}
    return [row[0] for row in record.happenings.tolist() if row[1] in wanted]


def column(record: Record, name: str) -> NDArray[np.float64]:
    """One column of the weekly table, by week."""
    values: NDArray[np.float64] = record.weekly[:, WEEKLY.index(name)]
    return values


def per_outlet(record: Record, name: str) -> NDArray[np.float64]:
    """One column of the outlets' table, [week, outlet]."""
    index = [column.name for column in measures.OUTLET_WEEKLY].index(name)
    values: NDArray[np.float64] = record.outlets[:, :, index]
    return values


def per_product(record: Record, name: str) -> NDArray[np.float64]:
    """One column of the products' table, [week, product]."""
    index = [column.name for column in measures.PRODUCT_WEEKLY].index(name)
    values: NDArray[np.float64] = record.products[:, :, index]
    return values


def per_woman(record: Record, name: str) -> NDArray[np.float64]:
    """One column of the women's table, [week, woman]."""
    index = [column.name for column in measures.MEMBER_WEEKLY].index(name)
    values: NDArray[np.float64] = record.members[:, :, index]
    return values


def differing(one: Record, other: Record, until: int | None = None) -> list[str]:
    """Weekly columns and other tables in which two runs differ at all, costs aside."""
    found = [
        name
        for name in WEEKLY
        if name not in COSTS and not _same(column(one, name)[:until], column(other, name)[:until])
    ]
    tables = ["outlets", "products", "members", *(["women"] if until is None else [])]
    return found + [
        name
        for name in tables
        if not _same(getattr(one, name)[:until], getattr(other, name)[:until])
    ]


def same_story(one: Record, other: Record) -> bool:
    """Whether the same happened in two runs."""
    return one.happenings.tolist() == other.happenings.tolist()


def _same(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    return np.array_equal(one, other, equal_nan=True)
