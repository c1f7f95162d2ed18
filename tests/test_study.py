"""Many runs: the same numbers however they are spread, and settings that override each other."""

from __future__ import annotations

import multiprocessing
import os
import signal
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import study as studies
from experiments.engines import Engine
from experiments.study import AHEAD, DETAIL_VILLAGES, Point, Study, pieces, run_point, run_points
from sim.happenings import OWN
from sim.parameters import resolve
from sim.runs import KEYS, Record, run
from sim.scenario import Group, Scenario
from sim.setting import Setting
from tests.own_village import write_teller
from tests.repository import ROOT
from tests.worlds import GROUP, REGISTER, differing, per_outlet, same_story, scenario, shipped

WEEKS = 5
STUDY = Study(GROUP, WEEKS, seed=3, replications=2, detail=True, members=True)
VILLAGE = replace(STUDY, engine="village")
ENGINES: tuple[Engine, ...] = ("ensemble", "village")
LATE = scenario({"kind": "fgd", "week": 3}, {"kind": "mentoring", "week": 3, "weeks": 2})
PATIENCE = 10  # seconds that a worker may take to end


def point(plan: Scenario | str = "none", village: int = 0, **values: Any) -> Point:
    """A scenario in a village."""
    chosen = shipped(plan) if isinstance(plan, str) else plan
    return Point(chosen.id, chosen, village, values)


POINTS = [
    point("none", 1, farm_wage_day=60_000),
    point("only_fgd", 1, farm_wage_day=60_000),
    point("none", 2, farm_wage_day=90_000),
    point("only_fgd", 2, farm_wage_day=90_000),
    point("package_2019"),
]


def same(one: Record, other: Record) -> bool:
    """Whether two records are equal bit for bit."""
    return (
        one.keys == other.keys
        and same_story(one, other)
        and all(
            np.array_equal(mine, yours, equal_nan=True)
            for mine, yours in zip(one[1:-1], other[1:-1], strict=True)
        )
    )


def all_same(one: list[list[Record]], other: list[list[Record]]) -> bool:
    """Whether two studies gave the same records in the same order."""
    return [len(records) for records in one] == [len(records) for records in other] and all(
        same(mine, yours)
        for some, others in zip(one, other, strict=True)
        for mine, yours in zip(some, others, strict=True)
    )


@pytest.fixture(scope="module")
def alone() -> list[list[Record]]:
    """Every point, by one process."""
    return list(run_points(STUDY, POINTS, workers=1))


# --- However the work is spread ------------------------------------------------------------------


def test_records_come_in_the_order_of_the_points(alone: list[list[Record]]) -> None:
    assert [record.keys for records in alone for record in records] == [
        (point.name, point.village, replication) for point in POINTS for replication in (0, 1)
    ]
    assert len({record.weekly.tobytes() for records in alone for record in records}) == 10


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("workers", [0, 1, 2, 99])
def test_engine_and_workers_change_nothing(
    alone: list[list[Record]], workers: int, engine: Engine
) -> None:
    assert all_same(list(run_points(replace(STUDY, engine=engine), POINTS, workers)), alone)


def test_a_village_is_founded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """For all its scenarios, when they stand beside each other and set nothing."""
    founded: list[float] = []

    def counted(group: Group, values: Any, weeks: int) -> Setting:
        founded.append(values["farm_wage_day"])
        return original(group, values, weeks)

    original = studies.setting_for
    monkeypatch.setattr(studies, "setting_for", counted)
    list(run_points(STUDY, POINTS, workers=1))
    assert founded == [60_000, 90_000, REGISTER["farm_wage_day"].default]


def test_few_runs_wait_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many points there are, only so many are lived before someone asks for them."""
    lived: list[int] = []

    def noted(study: Study, each: Point, setting: object) -> list[Record]:
        lived.append(each.village)
        return []

    monkeypatch.setattr(studies, "run_point", noted)
    many = [point("none", i, farm_wage_day=50_000 + i) for i in range(1, 200)]
    with closing(run_points(STUDY, many, workers=2)) as running:
        next(running)
    assert 0 < len(lived) <= 2 * AHEAD


@pytest.mark.parametrize("workers", [1, 2])
def test_pieces_change_nothing(
    alone: list[list[Record]], monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    """Replications of a point that come in pieces are the same, in the same order."""
    monkeypatch.setattr("experiments.study.MOST_WEEKS", STUDY.weeks)
    assert [list(piece) for piece in pieces(STUDY)] == [[i] for i in range(STUDY.replications)]
    found = list(run_points(STUDY, POINTS, workers))
    assert all(len(piece) == 1 for piece in found)
    assert len(found) == len(POINTS) * STUDY.replications
    together = [record for piece in found for record in piece]
    assert all_same([together], [[record for point in alone for record in point]])


@pytest.mark.parametrize("size", [1, 2, 3])
def test_parts_change_nothing(alone: list[list[Record]], size: int) -> None:
    """Points run in parts, last part first: nothing carries over from run to run."""
    starts = range(0, len(POINTS), size)
    parts = {at: list(run_points(STUDY, POINTS[at : at + size], 1)) for at in reversed(starts)}
    assert all_same([records for at in starts for records in parts[at]], alone)


def test_more_replications_change_nothing(alone: list[list[Record]]) -> None:
    more = run_point(replace(STUDY, replications=3), POINTS[0])
    assert all_same([more[:2]], [alone[0]])
    assert not same(more[2]._replace(keys=more[1].keys), more[1])


def test_recording_more_changes_nothing(alone: list[list[Record]]) -> None:
    plain = run_point(replace(STUDY, detail=False, members=False), POINTS[-1])
    for bare, full in zip(plain, alone[-1], strict=True):
        assert np.array_equal(bare.weekly, full.weekly, equal_nan=True)
        assert (len(bare.outlets), len(bare.members)) == (0, 0)


def test_outlets_and_products_are_recorded_in_the_first_villages_only() -> None:
    """A thousand villages of them would fill a disk; docs/tables.md says how many."""
    last, next_one = (run_point(STUDY, point("none", DETAIL_VILLAGES + i))[0] for i in (0, 1))
    assert (len(last.outlets), len(last.products), len(last.members)) == (WEEKS, WEEKS, WEEKS)
    assert (len(next_one.outlets), len(next_one.products)) == (0, 0)
    assert len(next_one.weekly) == len(next_one.members) == WEEKS
    assert f"first {DETAIL_VILLAGES} villages" in (ROOT / "docs" / "tables.md").read_text("utf-8")


def test_a_study_is_the_same_as_python_runs() -> None:
    """`sim.run` gives the default village of a study."""
    tables = run("package_2019", weeks=WEEKS, seed=3, replications=2)
    for record in run_point(STUDY, POINTS[-1]):
        mine = tables.weekly[tables.weekly["replication_id"] == record.keys[2]]
        numbers = mine.drop(columns=[*KEYS, "week", "date"]).to_numpy()
        assert np.array_equal(numbers, record.weekly, equal_nan=True)


def test_nothing_to_run() -> None:
    assert list(run_points(STUDY, [], workers=2)) == []


# --- The same luck -------------------------------------------------------------------------------


def test_strategies_differ_only_after_something_differs() -> None:
    """The same villages and the same luck: until week 3 nothing has been done."""
    for nothing, late in zip(
        run_point(STUDY, point("none", 4)), run_point(STUDY, point(LATE, 4)), strict=True
    ):
        assert differing(nothing, late, until=3) == []
        assert differing(nothing, late)


def test_another_name_for_the_same_plan_is_the_same_run() -> None:
    again = Point("other_name", shipped("only_fgd"), 1, {"farm_wage_day": 60_000})
    for one, other in zip(run_point(STUDY, POINTS[1]), run_point(STUDY, again), strict=True):
        assert same(one, other._replace(keys=one.keys))
        assert other.keys[0] == "other_name"


@pytest.mark.parametrize(
    "study", [STUDY, replace(STUDY, seed=4)], ids=["another village", "another seed"]
)
def test_other_luck(study: Study) -> None:
    usual = run_point(STUDY, point("none", 1))
    other = run_point(study, point("none", 2 if study is STUDY else 1))
    assert differing(usual[0], other[0])
    assert differing(usual[0], usual[1])


# --- Which value counts --------------------------------------------------------------------------


def test_the_command_line_beats_the_scenario_beats_the_village() -> None:
    drawn = {"farm_wage_day": 50_000, "consign_margin": 0.1, "min_crew": 3}
    mine = shipped("none").model_copy(update={"set": {"farm_wage_day": 60_000, "min_crew": 4}})
    study = replace(STUDY, overrides={"farm_wage_day": 70_000})
    values = study.setting(point(mine, 1, **drawn)).values
    assert values["farm_wage_day"] == 70_000
    assert values["min_crew"] == 4
    assert values["consign_margin"] == 0.1
    assert values["payment_lag"] == REGISTER["payment_lag"].default


def test_what_is_overridden_is_lived() -> None:
    """A wage of nothing: no farm income, whatever village and scenario say."""
    mine = shipped("none").model_copy(update={"set": {"farm_wage_day": 60_000}})
    study = replace(STUDY, overrides={"farm_wage_day": 0})
    rich, poor = (run_point(each, point(mine, 1, farm_wage_day=90_000)) for each in (STUDY, study))
    assert rich[0].women[:, 2].sum() > 0
    assert poor[0].women[:, 2].sum() == 0


def test_the_default_village_has_the_defaults_of_the_group() -> None:
    assert STUDY.setting(point("none")).values == resolve(REGISTER)


def test_a_point_may_name_the_partners() -> None:
    some = replace(point("none"), partners=("pasar", "warung_gres"))
    ids = [outlet.id for outlet in GROUP.outlets]
    for record in run_point(STUDY, some):
        served = np.flatnonzero(per_outlet(record, "delivered").any(axis=0))
        assert {ids[i] for i in served} == {"pasar", "warung_gres"}


# --- A village of one's own ----------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2])
def test_ones_own_village_is_lived_in_every_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.chdir(tmp_path)
    study = replace(VILLAGE, village_class=write_teller(tmp_path, "teller_of_study"))
    for records in run_points(study, POINTS, workers):
        for record in records:
            told = record.happenings[record.happenings["what"] == OWN]
            assert told["week"].tolist() == list(range(WEEKS))


# --- Stopping ------------------------------------------------------------------------------------


def ended(workers: list[multiprocessing.process.BaseProcess]) -> bool:
    """Whether all workers end, waiting a little for what they are at."""
    for worker in workers:
        worker.join(PATIENCE)
    return not any(worker.is_alive() for worker in workers)


def test_workers_leave_an_interrupt_to_who_started_them(alone: list[list[Record]]) -> None:
    """Ctrl-C reaches every process of the terminal; only the first one answers."""
    with closing(run_points(VILLAGE, [*POINTS, *POINTS], workers=2)) as running:
        found = [next(running) for _ in POINTS]
        for worker in multiprocessing.active_children():
            assert worker.pid is not None
            os.kill(worker.pid, signal.SIGINT)
        found += running
    assert all_same(found, [*alone, *alone])


def test_no_worker_outlives_a_study_that_is_given_up() -> None:
    many = [point("none", village) for village in range(1, 200)]
    with closing(run_points(VILLAGE, many, workers=2)) as running:
        next(running)
        workers = multiprocessing.active_children()
        assert len(workers) == 2
    assert ended(workers)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_error_in_a_worker_is_told_and_ends_the_others(engine: Engine) -> None:
    wrong = point("none", 1, farm_wage_day=-1)
    study = replace(STUDY, engine=engine)
    with pytest.raises(ValueError, match="farm_wage_day"):
        list(run_points(study, [POINTS[0], wrong, *POINTS], workers=2))
    assert ended(multiprocessing.active_children())
