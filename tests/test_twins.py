"""The two engines are one model: every field of every agent is equal after every week.

Exactly equal, byte for byte, and in everything: also the rows of women who have not joined (zeros
in both) and what belongs to the week at hand. `tests/verification` compares many more runs.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from sim import world
from sim.draws import Luck
from sim.runs import simulate_all
from sim.scenario import load_group, load_scenario
from sim.village import Village
from tests.repository import ROOT
from tests.strategies import cases
from tests.twins import Case, compare, compare_records, differing_fields, in_ensemble
from tests.worlds import REGISTER, live, scenario, setting, shipped, told

WEEKS = 8
OF_ANOTHER_GROUP = {"contoh_perluasan": "contoh"}
SCENARIOS = sorted(
    path.stem
    for path in (ROOT / "configs" / "scenarios").glob("*.yaml")
    if path.stem not in OF_ANOTHER_GROUP
)
CHOICES = [(name, choice) for name, row in REGISTER.items() for choice in row.choices]
BUSY = ("everything", "reacting_plan", "with_shocks")


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_shipped_scenario_is_the_same_week_by_week(name: str) -> None:
    compare(Case(shipped(name), 52))


@pytest.mark.parametrize("name", OF_ANOTHER_GROUP)
def test_another_group_is_the_same(name: str) -> None:
    of = load_group(OF_ANOTHER_GROUP[name])
    case = Case(load_scenario(name, of), 20, of=of)
    compare(case)
    compare_records(case)


@pytest.mark.parametrize(("name", "choice"), CHOICES)
def test_every_alternative_is_the_same(name: str, choice: str) -> None:
    compare(Case(shipped("everything"), 26, {name: choice}, luck=Luck(3)))


@pytest.mark.parametrize("name", BUSY)
def test_the_tables_are_the_same(name: str) -> None:
    compare_records(Case(shipped(name), 30, luck=Luck(0, 0, 1)))


def test_partners_named_by_the_caller_are_the_same() -> None:
    case = Case(shipped("package_2019"), 12, partners=["pasar", "warung_gres"])
    compare(case)
    compare_records(case)


def test_women_who_leave_and_join_are_the_same() -> None:
    """So many leave that all who might join have joined before the end."""
    coming = {"exit_hazard": 0.3, "join_hazard": 1, "kube_limit": 20}
    case = Case(shipped("none"), 60, coming)
    compare(case)
    joined = told(live("none", 60, coming), "member_joined")
    assert len(joined) == 20, "everyone may be replaced once"


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(cases(WEEKS))
def test_any_configuration_is_the_same(case: Case) -> None:
    compare(case)


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(cases(WEEKS))
def test_any_configuration_is_recorded_the_same(case: Case) -> None:
    compare_records(case)


def test_many_shocks_in_one_week_find_room_in_the_log() -> None:
    """Each of twenty shocks befalls all forty women, in a run of a single week."""
    blow = {"kind": "husband_income", "week": 0, "weeks": 1, "households": 40, "size": 1}
    short = {"n_members": 40, "burn_in_weeks": 0, "min_crew": 1}
    compare_records(Case(scenario(shocks=[blow] * 20), 1, short))


def test_runs_do_not_depend_on_the_runs_beside_them() -> None:
    """Many runs of one call start from the same founding and leave nothing behind."""
    alone = live("everything", 12, luck=Luck(0, 0, 5))
    lucks = [Luck(0, 0, i) for i in range(8)]
    many = simulate_all(setting(12), shipped("everything"), lucks, 12, detail=True, members=True)
    for name in alone._fields[1:]:
        assert getattr(many[5], name).tobytes() == getattr(alone, name).tobytes(), name


# --- The comparison itself sees what is wrong ---


def test_a_last_bit_of_difference_is_seen() -> None:
    case = Case(shipped("none"), 1)
    *_, (made, _) = in_ensemble(setting(1), case)
    other = world.copy(made)
    assert differing_fields(made, other) == []
    other.women.rows[3]["trust"] += 1e-16
    other.women.rows[3]["trust"] *= 1 + 1e-15
    assert [each.partition(":")[0] for each in differing_fields(made, other)] == ["women.trust"]
    other = world.copy(made)
    other.outlets.sold[1, 0] += 1
    assert "outlets.sold: at (1, 0)" in differing_fields(made, other)[0]


def test_a_village_that_does_otherwise_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = Village.settlement

    def careless(self: Village) -> None:
        usual(self)
        self.kube.cash += 1 if self.week == 2 else 0

    monkeypatch.setattr(Village, "settlement", careless)
    with pytest.raises(AssertionError, match="week 2"):
        compare(Case(shipped("none"), 4))
