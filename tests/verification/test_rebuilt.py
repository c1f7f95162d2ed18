"""The model written again after MODEL.md has the weekly columns of the engines.

Where this fails and the twins agree, MODEL.md is unclear or wrong, or both engines are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import pytest

from sim.calendar import KINDS
from sim.draws import Event, Luck
from sim.parameters import Value, resolve
from sim.runs import simulate_all
from sim.scenario import Scenario
from tests.verification.rebuilt import EVENTS, Calendar, Rebuilt
from tests.worlds import DRAWN, GROUP, REGISTER, WEEKLY, plausible, scenario, setting, shipped

WEEKS = 52
HARD_TIMES: Mapping[str, Value] = {
    "exit_hazard": 0.05, "join_hazard": 0.3, "core_failure_hazard": 0.1, "illness_hazard": 0.1,
    "husband_loss_hazard": 0.05, "closure_hazard": 0.05, "harvest_fail_hazard": 0.05,
    "price_shock_hazard": 0.05, "late_payment_prob": 0.1, "deception_hazard": 0.05,
}  # fmt: skip
WAGES: Mapping[str, Value] = {"wage_request_factor": 5, "budget_intercept": 3, "wage_weeks": 8}
WIDE_EARS: Mapping[str, Value] = {"hearsay_neighbours": 6, "hearsay_far": 0.9}
SMALL: Mapping[str, Value] = {
    "n_members": 8, "kube_limit": 12, "sessions_per_week": 4, "join_hazard": 0.2,
    "drop_threshold": 0.7, "stall_levy": 300_000, "payment_lag": 3,
}  # fmt: skip
BROKE: Mapping[str, Value] = {
    "accept_intercept": 10, "drop_threshold": 0.6, "drop_min_deliveries": 1, "stall_levy": 300_000,
}  # fmt: skip
ENDING: Mapping[str, Value] = {
    **WAGES, "wage_weeks": 52, "core_failure_hazard": 0.04, "core_terminal_prob": 1,
}  # fmt: skip
STALLS = scenario(  # at an outlet that had agreed and stopped meanwhile; some weeks two of them
    {"kind": "negotiation", "week": 0, "outlet": "pasar"},
    {"kind": "market_stall", "week": 10, "weeks": 4, "outlet": "pasar",
     "repeat": {"every": 8, "times": 4}},
    {"kind": "market_stall", "week": 12, "weeks": 40, "outlet": "pasar"},
)  # fmt: skip
UNTIL_THE_END = scenario({"kind": "audience", "week": 0, "requests": ["wages"]})
CASES: list[tuple[str | Scenario, Mapping[str, Value]]] = [
    ("none", {}),
    ("package_2019", {}),
    ("package_2019_norms_mentoring", {"sessions_per_week": 1, "payment_lag": 0}),
    ("kemensos_grant", {"grant_legality": 6, "legality_prob": 1}),
    ("with_shocks", {}),
    ("reacting_plan", {"lawang_kappa": 0.4, "drop_threshold": 0.6}),
    ("perfected_design", {}),
    ("everything", {}),
    ("everything", HARD_TIMES),
    ("everything", {**WAGES, **WIDE_EARS}),
    ("everything", {**WAGES, **HARD_TIMES, "trust_form": "multiplicative"}),
    ("everything", {**SMALL, "core_failure_hazard": 0.2, "core_terminal_prob": 0.4}),
    (STALLS, BROKE),
    (UNTIL_THE_END, ENDING),
    ("with_shocks", {**HARD_TIMES, **ENDING, "division_rule": "equal", "payment_lag": 4}),
    *(
        ("perfected_design", {name: choice, "drop_threshold": 0.5})
        for name, row in REGISTER.items()
        for choice in row.choices
        if choice != row.default
    ),
]


@pytest.mark.parametrize(("told", "changes"), CASES)
def test_weekly_columns_are_those_of_the_engines(
    told: str | Scenario, changes: Mapping[str, Value]
) -> None:
    same_columns(told, changes)


@pytest.mark.parametrize("village", range(8))
def test_so_they_are_in_other_villages(village: int) -> None:
    chance = np.random.default_rng(village)
    same_columns("everything", plausible({name: chance.random() for name in DRAWN}), village)


def same_columns(told: str | Scenario, changes: Mapping[str, Value], village: int = 0) -> None:
    """Raise AssertionError in the first week in which a column differs."""
    plan = shipped(told) if isinstance(told, str) else told
    values = resolve(REGISTER, {**plan.set, **changes})
    ground = setting(WEEKS, {**plan.set, **changes})
    for replication in range(3):
        luck = Luck(5, village, replication)
        (record,) = simulate_all(ground, plan, [luck], WEEKS, engine="ensemble")
        rows = Rebuilt(values, GROUP, plan, (5, village, replication)).live(WEEKS)
        for week, (mine, engines) in enumerate(zip(rows, record.weekly, strict=True)):
            assert set(mine) == set(WEEKLY)
            expected = dict(zip(WEEKLY, engines.tolist(), strict=True))
            assert mine == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True), week


@pytest.mark.parametrize("clock", REGISTER["calendar"].choices)
def test_the_calendar_is_as_the_page_tells_it(clock: str) -> None:
    built, told = setting(WEEKS, {"calendar": clock}).calendar, Calendar(clock)
    for tick, first in enumerate(built.first_days):
        for d in range(7):
            day = first + timedelta(days=d)
            opened = [told.is_open(kind, day) for kind in KINDS]
            assert built.open_days[tick, :, d].tolist() == opened, day
            assert built.fasting[tick, d] == told.fasting(day), day
            assert built.before_lebaran[tick, d] == told.fortnight(day), day
            assert built.meeting_days[tick, d] != told.feast(day), day


def test_every_event_is_counted_alike() -> None:
    assert {event.name: event.value for event in Event} == EVENTS
