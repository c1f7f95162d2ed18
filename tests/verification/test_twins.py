"""The two engines over many more runs than `tests/test_twins.py` has time for."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from sim.draws import Luck
from sim.parameters import REGISTER
from tests.strategies import cases
from tests.test_twins import SCENARIOS
from tests.twins import Case, compare, compare_records
from tests.worlds import shipped

MANY = settings(max_examples=600, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("clock", REGISTER["calendar"].choices)
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_shipped_scenario_is_the_same_in_many_runs(name: str, clock: str) -> None:
    for replication in range(8):
        compare(Case(shipped(name), 104, {"calendar": clock}, luck=Luck(7, 1, replication)))


@MANY
@given(cases(26))
def test_any_configuration_is_the_same(case: Case) -> None:
    compare(case)


@MANY
@given(cases(14))
def test_any_configuration_is_recorded_the_same(case: Case) -> None:
    compare_records(case)
