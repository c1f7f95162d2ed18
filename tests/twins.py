"""Both engines side by side: the same run week by week, compared to the last bit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim import ensemble, founding, happenings, measures, world
from sim.compiled import readable
from sim.draws import Luck
from sim.parameters import Value
from sim.runs import Record, simulate_all
from sim.scenario import Group, Scenario
from sim.setting import Setting
from sim.village import Village
from sim.world import PARTS, World
from tests.worlds import GROUP, setting

Week = tuple[World, list[Any]]  # the state at its end, and all that has happened so far


class Case(NamedTuple):
    """A run that both engines are to live."""

    plan: Scenario
    weeks: int
    values: Mapping[str, Value] = MappingProxyType({})
    of: Group = GROUP
    luck: Luck = Luck()
    partners: Sequence[str] | None = None


def in_ensemble(ground: Setting, case: Case) -> Iterator[Week]:
    """The weeks of the compiled engine, the burn-in included, one call for each."""
    founded = founding.found(ground, case.plan, case.partners)
    made, burn_in = world.copy(founded), int(ground.p.burn_in_weeks)
    runs, ends = np.array([case.luck.key], np.int64), np.zeros(1, np.int64)
    log = readable(np.empty(ensemble._most_happenings(made, 1), happenings.HAPPENING))
    tables = measures.empty(ground, case.weeks, False, False, 1)
    happened: list[Any] = []
    for first, last in pairwise([-burn_in, *range(-burn_in, case.weeks + 1)]):
        ensemble.live(ground.ground, founded.block, made, runs, first, last, tables, log, ends)
        happened += log[: ends[0]].tolist()
        yield made, happened


def in_village(ground: Setting, case: Case) -> Iterator[Week]:
    """The weeks of the readable engine, the burn-in included."""
    village = Village(ground, case.plan, case.luck, case.partners)
    yield village.snapshot(), []
    while village.week < case.weeks:
        village.step()
        yield village.snapshot(), [tuple(happening) for happening in village.happenings]
        village.week += 1


def differing_fields(one: World, other: World) -> list[str]:
    """Fields of agents whose bytes differ in two worlds."""
    if one.block.tobytes() == other.block.tobytes():
        return []
    found = []
    for part in PARTS:
        for name, array in getattr(one, part)._asdict().items():
            twin = getattr(getattr(other, part), name)
            for field in array.dtype.names or ("",):
                mine, others = (a[field] if field else a for a in (array, twin))
                if mine.tobytes() != others.tobytes():
                    found.append(f"{part}.{field or name}: {_first(mine, others)}")
    return found


def _first(mine: NDArray[Any], others: NDArray[Any]) -> str:
    """Where two arrays differ first, and in what."""
    places = np.argwhere(mine != others)
    if not len(places):
        return "the sign of a zero"
    place = tuple(places[0].tolist())
    return f"at {place} {mine[place]!r} in the ensemble, {others[place]!r} in the village"


def compare(case: Case) -> None:
    """Raise AssertionError in the first week in which the engines differ in anything at all."""
    ground = setting(case.weeks, case.values, case.of)
    week = -int(ground.p.burn_in_weeks) - 1
    weeks = zip(in_ensemble(ground, case), in_village(ground, case), strict=True)
    for (mine, my_log), (other, other_log) in weeks:
        where = "at the founding" if week < -int(ground.p.burn_in_weeks) else f"week {week}"
        found = differing_fields(mine, other)
        assert not found, f"{where}: {found}"
        assert my_log == other_log, f"{where}: {my_log[-5:]} in the ensemble, {other_log[-5:]}"
        week += 1


def records(case: Case) -> tuple[Record, Record]:
    """The run as both engines record it, with every table."""
    ground = setting(case.weeks, case.values, case.of)
    one, other = (
        simulate_all(
            ground, case.plan, [case.luck], case.weeks, partners=case.partners, detail=True,
            members=True, engine=engine,
        )[0]
        for engine in ("ensemble", "village")
    )  # fmt: skip
    return one, other


def compare_records(case: Case) -> None:
    """Raise AssertionError unless both engines write the same tables, to the last bit."""
    one, other = records(case)
    for name, mine, others in zip(Record._fields, one, other, strict=True):
        same = mine == others if name == "keys" else mine.tobytes() == others.tobytes()
        assert same, f"{name} differs"
