"""From a scenario to tables: one run, or many runs of one village, from Python.

>>> from sim import load, run
>>> tables = run(load("package_2019"), weeks=52, replications=20)
>>> tables.weekly.groupby("week").net_income.mean()
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import founding, measures
from sim.parameters import Value, resolve
from sim.scenario import DEFAULT_GROUP, Group, Scenario, load_group, load_scenario, register_of
from sim.village import Happening, Luck, Village

KEYS = ("scenario_id", "village_id", "replication_id")


class Record(NamedTuple):
    """One finished run: arrays as `measures.Recorder` describes them, and what happened."""

    keys: tuple[str, int, int]  # scenario_id, village_id, replication_id
    weekly: NDArray[np.float64]
    women: NDArray[np.float64]
    outlets: NDArray[np.float64]
    products: NDArray[np.float64]
    members: NDArray[np.float64]
    happenings: list[Happening]


@dataclass(frozen=True)
class Tables:
    """Tidy tables; docs/tables.md lists their columns."""

    weekly: pd.DataFrame
    women: pd.DataFrame
    outlet_weekly: pd.DataFrame
    product_weekly: pd.DataFrame
    member_weekly: pd.DataFrame
    events: pd.DataFrame


def simulate(
    setting: founding.Setting,
    scenario: Scenario,
    luck: Luck,
    weeks: int,
    *,
    partners: Sequence[str] | None = None,
    detail: bool = False,
    members: bool = False,
    village_class: type[Village] = Village,
) -> Record:
    """Live one run. `detail` records outlets and products each week, `members` every woman."""
    village = village_class(setting, scenario, luck, partners)
    recorder = measures.Recorder(village, weeks, detail, members)
    village.live(weeks, recorder)
    return Record(
        keys=(scenario.id, luck.village, luck.replication),
        weekly=recorder.weekly,
        women=recorder.women,
        outlets=recorder.outlets,
        products=recorder.products,
        members=recorder.members,
        happenings=[happening for happening in village.happenings if happening.week >= 0],
    )


def simulate_all(
    setting: founding.Setting,
    scenario: Scenario,
    lucks: Sequence[Luck],
    weeks: int,
    *,
    partners: Sequence[str] | None = None,
    detail: bool = False,
    members: bool = False,
    engine: Literal["ensemble", "village"] = "ensemble",
    village_class: type[Village] = Village,
) -> list[Record]:
    """Live one run for each luck, in order."""
    return [
        simulate(
            setting, scenario, luck, weeks, partners=partners, detail=detail, members=members,
            village_class=village_class,
        )
        for luck in lucks
    ]  # fmt: skip


def run(
    scenario: Scenario | str = "none",
    group: Group | str | None = None,
    *,
    weeks: int | None = None,
    seed: int = 0,
    replications: int = 1,
    overrides: Mapping[str, Value] | None = None,
    members: bool = False,
) -> Tables:
    """Run a scenario in the default village, `replications` times with different luck.

    `overrides` beat the scenario's own `set`. Raises ConfigError for a file that cannot be read,
    ParameterError for a wrong parameter.
    """
    who = load_group(group) if isinstance(group, str) else group
    if isinstance(scenario, str):
        scenario = load_scenario(scenario, who)
    who = who or load_group(scenario.group or DEFAULT_GROUP)
    values = resolve(register_of(who), {**scenario.set, **(overrides or {})})
    length = int(values["horizon_weeks"]) if weeks is None else weeks
    setting = founding.setting_for(who, values, length)
    records = [
        simulate(setting, scenario, Luck(seed, 0, i), length, detail=True, members=members)
        for i in range(replications)
    ]
    return tables(records, setting)


def tables(records: Sequence[Record], setting: founding.Setting) -> Tables:
    """The tidy tables of finished runs (one at least) of one group and calendar."""
    outlets = [outlet.id for outlet in setting.group.outlets]
    products = [product.id for product in setting.products]
    women = [f"ibu_{i + 1:02d}" for i in range(len(records[0].women))]
    first_days = setting.calendar.first_days[setting.calendar.burn_in :]
    weekly = _frame(records, "weekly", measures.WEEKLY, None, [])
    weekly.insert(len(KEYS) + 1, "date", [str(first_days[week]) for week in weekly["week"]])
    outlet_weekly = _frame(records, "outlets", measures.OUTLET_WEEKLY, "outlet_id", outlets)
    where = {outlet.id: outlet for outlet in setting.group.outlets}
    kinds = [where[outlet_id].kind for outlet_id in outlet_weekly["outlet_id"]]
    outside = [where[outlet_id].place == "outside" for outlet_id in outlet_weekly["outlet_id"]]
    outlet_weekly.insert(len(KEYS) + 2, "kind", kinds)
    outlet_weekly.insert(len(KEYS) + 3, "outside_village", outside)
    return Tables(
        weekly=weekly,
        women=_women(records, women),
        outlet_weekly=outlet_weekly,
        product_weekly=_frame(records, "products", measures.PRODUCT_WEEKLY, "product_id", products),
        member_weekly=_frame(records, "members", measures.MEMBER_WEEKLY, "member_id", women),
        events=_events(records),
    )


def _keys(records: Iterable[Record], repeats: Iterable[int]) -> dict[str, Any]:
    counts = list(repeats)
    columns = zip(*(record.keys for record in records), strict=True)
    return {
        name: np.repeat(np.array(values), counts)
        for name, values in zip(KEYS, columns, strict=False)
    }


def _frame(
    records: Sequence[Record],
    part: str,
    columns: Sequence[measures.Column],
    thing: str | None,
    ids: Sequence[str],
) -> pd.DataFrame:
    """Stack one array of every record: [week, column] or [week, thing, column]."""
    arrays = [getattr(record, part) for record in records]
    things = len(ids) if thing else 1
    weeks = [len(array) for array in arrays]
    frame = pd.DataFrame(_keys(records, (n * things for n in weeks)))
    frame["week"] = np.concatenate([np.repeat(np.arange(n), things) for n in weeks])
    if thing:
        frame[thing] = np.concatenate([np.tile(np.array(ids), n) for n in weeks])
    stacked = np.concatenate([array.reshape(-1, len(columns)) for array in arrays])
    names = [column.name for column in columns]
    return pd.concat([frame, pd.DataFrame(stacked, columns=names)], axis=1)


def _women(records: Sequence[Record], ids: Sequence[str]) -> pd.DataFrame:
    frame = pd.DataFrame(_keys(records, (len(record.women) for record in records)))
    frame["member_id"] = np.tile(np.array(ids), len(records))
    sums = np.concatenate([record.women for record in records])
    for name, values in zip(measures.WOMAN_SUMS, sums.T, strict=True):
        frame[name] = values
    frame["net_income"] = frame["kube_income"] - frame["farm_income_forgone"]
    return frame


def _events(records: Sequence[Record]) -> pd.DataFrame:
    rows = [(*record.keys, *happening) for record in records for happening in record.happenings]
    return pd.DataFrame(rows, columns=[*KEYS, *Happening._fields]).astype({"value": float})
