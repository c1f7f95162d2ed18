"""From a scenario to tables: one run, or many runs of one village, from Python.

>>> from sim import load, run
>>> tables = run(load("package_2019"), weeks=52, replications=20)
>>> tables.weekly.groupby("week").net_income.mean()
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import ensemble, happenings, measures
from sim import world as worlds
from sim.compiled import is_cold
from sim.draws import Luck
from sim.parameters import Value, resolve
from sim.scenario import DEFAULT_GROUP, Group, Scenario, load_group, load_scenario, register_of
from sim.setting import Setting, setting_for
from sim.village import Village

Engine = Literal["ensemble", "village"]
PREPARING = (
    "Menyiapkan model untuk komputer ini, sekali saja, sekitar setengah menit ... "
    "(compiling the model, once, about half a minute)"
)
KEYS = ("scenario_id", "village_id", "replication_id")


class Record(NamedTuple):
    """One finished run: columns as `sim.measures` names them, the last axis of each array."""

    keys: tuple[str, int, int]  # scenario_id, village_id, replication_id
    weekly: NDArray[np.float64]
    women: NDArray[np.float64]
    outlets: NDArray[np.float64]
    products: NDArray[np.float64]
    members: NDArray[np.float64]
    happenings: NDArray[np.void]  # happenings.HAPPENING, from week 0 on


@dataclass(frozen=True)
class Tables:
    """Tidy tables; docs/tables.md lists their columns."""

    weekly: pd.DataFrame
    women: pd.DataFrame
    outlet_weekly: pd.DataFrame
    product_weekly: pd.DataFrame
    member_weekly: pd.DataFrame
    events: pd.DataFrame


def simulate_all(
    setting: Setting,
    scenario: Scenario,
    lucks: Sequence[Luck],
    weeks: int,
    *,
    partners: Sequence[str] | None = None,
    detail: bool = False,
    members: bool = False,
    engine: Engine = "ensemble",
    village_class: type[Village] = Village,
) -> list[Record]:
    """Live one run for each luck, in order.

    `detail` records outlets and products each week, `members` every woman. Both engines give the
    same records; `village_class` is a subclass of your own, for the engine `village`.
    """
    if engine == "ensemble":
        done = ensemble.simulate(setting, scenario, lucks, weeks, partners, detail, members)
    else:
        done = (
            _in_village(village_class(setting, scenario, luck, partners), weeks, detail, members)
            for luck in lucks
        )
    return [
        _record(scenario.id, luck, tables, log)
        for luck, (tables, log) in zip(lucks, done, strict=True)
    ]


def weekly_of(
    setting: Setting,
    scenario: Scenario,
    lucks: Sequence[Luck],
    weeks: int,
    *,
    partners: Sequence[str] | None = None,
    engine: Engine = "ensemble",
    village_class: type[Village] = Village,
) -> NDArray[np.float64]:
    """[run, week, column] of weekly.parquet alone, for studies of very many runs."""
    if engine == "ensemble":
        keys = [luck.key for luck in lucks]
        parts = ensemble.together(setting, scenario, keys, weeks, partners, False, False)
        return np.concatenate([measures.numbers(tables.weekly) for tables, _, _ in parts])
    records = simulate_all(
        setting, scenario, lucks, weeks, partners=partners, engine=engine,
        village_class=village_class,
    )  # fmt: skip
    return np.array([record.weekly for record in records])


def prepare(setting: Setting, scenario: Scenario) -> None:
    """Compile the ensemble now if that is still to be done, with a word about it on stderr."""
    if is_cold(ensemble.live):
        print(PREPARING, file=sys.stderr, flush=True)
        simulate_all(setting, scenario, [Luck()], 1)


def _in_village(
    village: Village, weeks: int, detail: bool, members: bool
) -> tuple[measures.Tables, NDArray[np.void]]:
    all_runs = measures.empty(village.setting, weeks, detail, members, 1)
    tables = measures.Tables(*(part[0] for part in all_runs))
    ground = village.setting.ground

    def record(here: Village) -> None:
        made = here.snapshot()
        if not worlds.is_finite(made):
            worlds.refuse_odd_fields(here.parts())
        measures.record(ground, made, here.week, tables)

    try:
        village.live(weeks, record)
    except worlds.FieldError:
        raise
    except Exception as error:  # what broke may be a field that holds no number
        _refuse_odd_fields(village, error)
        raise
    return tables, np.array(village.happenings, happenings.HAPPENING)


def _refuse_odd_fields(village: Village, error: Exception) -> None:
    try:
        worlds.refuse_odd_fields(village.parts())
    except worlds.FieldError as odd:
        raise odd from error


def _record(scenario: str, luck: Luck, tables: measures.Tables, log: NDArray[np.void]) -> Record:
    keys = (scenario, luck.village, luck.replication)
    numbers = [measures.numbers(np.asarray(part)) for part in tables]
    weekly, women, outlets, products, members = numbers
    return Record(keys, weekly, women, outlets, products, members, log[log["week"] >= 0])


def run(
    scenario: Scenario | str = "none",
    group: Group | str | None = None,
    *,
    weeks: int | None = None,
    seed: int = 0,
    replications: int = 1,
    overrides: Mapping[str, Value] | None = None,
    members: bool = False,
    engine: Engine = "ensemble",
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
    setting = setting_for(who, values, length)
    lucks = [Luck(seed, 0, replication) for replication in range(replications)]
    records = simulate_all(
        setting, scenario, lucks, length, detail=True, members=members, engine=engine
    )
    return tables(records, setting)


def tables(records: Sequence[Record], setting: Setting) -> Tables:
    """The tidy tables of finished runs (one at least) of one group and calendar."""
    outlets = [outlet.id for outlet in setting.group.outlets]
    products = [product.id for product in setting.group.products]
    founders = setting.women_ids[: len(records[0].women)]
    first_days = [str(day) for day in setting.calendar.first_days[setting.calendar.burn_in :]]
    weekly = _frame(records, "weekly", measures.WEEKLY, None, [])
    weekly.insert(len(KEYS) + 1, "date", _picked(first_days, weekly["week"].to_numpy()))
    outlet_weekly = _frame(records, "outlets", measures.OUTLET_WEEKLY, "outlet_id", outlets)
    kinds = [outlet.kind for outlet in setting.group.outlets]
    outside = np.array([outlet.place == "outside" for outlet in setting.group.outlets], dtype=bool)
    which = np.resize(np.arange(len(outlets)), len(outlet_weekly))
    outlet_weekly.insert(len(KEYS) + 2, "kind", _picked(kinds, which))
    outlet_weekly.insert(len(KEYS) + 3, "outside_village", outside[which])
    return Tables(
        weekly=weekly,
        women=_women(records, founders),
        outlet_weekly=outlet_weekly,
        product_weekly=_frame(records, "products", measures.PRODUCT_WEEKLY, "product_id", products),
        member_weekly=_member_weekly(records, setting.women_ids, len(founders)),
        events=_events(records, setting),
    )


def _keys(records: Iterable[Record], repeats: Iterable[int]) -> dict[str, Any]:
    counts = list(repeats)
    columns = zip(*(record.keys for record in records), strict=True)
    which = np.repeat(np.arange(len(counts)), counts)
    return {name: _picked(values, which) for name, values in zip(KEYS, columns, strict=False)}


def _picked(values: Sequence[Any], places: NDArray[np.int64]) -> Any:
    """`values[places]`: each value becomes one of pandas' own once, not once for each row."""
    return pd.Series(list(values)).array.take(places)


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
        frame[thing] = _picked(ids, np.resize(np.arange(things), len(frame)))
    stacked = np.concatenate([array.reshape(-1, len(columns)) for array in arrays])
    names = [column.name for column in columns]
    return pd.concat([frame, pd.DataFrame(stacked, columns=names)], axis=1)


def _women(records: Sequence[Record], ids: Sequence[str]) -> pd.DataFrame:
    frame = pd.DataFrame(_keys(records, (len(record.women) for record in records)))
    frame["member_id"] = _picked(ids, np.resize(np.arange(len(ids)), len(frame)))
    sums = np.concatenate([record.women for record in records])
    for column, values in zip(measures.WOMAN_SUMS, sums.T, strict=True):
        frame[column.name] = values
    frame["net_income"] = frame["kube_income"] - frame["farm_income_forgone"]
    return frame


def _member_weekly(records: Sequence[Record], ids: Sequence[str], founders: int) -> pd.DataFrame:
    """Weeks of the founders, and of those who joined from the week in which they did."""
    frame = _frame(records, "members", measures.MEMBER_WEEKLY, "member_id", ids)
    place = np.resize(np.arange(len(ids)), len(frame))
    joined = frame.groupby([*KEYS, "member_id"])["active"].cummax() > 0
    return frame[(place < founders) | joined].reset_index(drop=True)


def _events(records: Sequence[Record], setting: Setting) -> pd.DataFrame:
    """What happened, with the names of kinds and subjects."""
    frame = pd.DataFrame(_keys(records, (len(record.happenings) for record in records)))
    rows = np.concatenate([record.happenings for record in records])
    both = np.stack([rows["what"], rows["subject"]], axis=1)
    kinds, which = np.unique(both, axis=0, return_inverse=True)
    frame["week"] = rows["week"]
    frame["kind"] = _picked([happenings.name_of(what) for what, _ in kinds.tolist()], which)
    subjects = [happenings.subject_of(setting, what, whom) for what, whom in kinds.tolist()]
    frame["subject"] = _picked(subjects, which)
    frame["value"] = rows["value"]
    return frame
