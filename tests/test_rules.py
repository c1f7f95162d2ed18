"""All rules: bounds and directions whatever the parameters, and that each has its example."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.parameters import Parameters
from sim.rules import logit, members, money, outlets, selling, support, trust, work
from sim.rules.members import Type
from tests.strategies import parameters, shares

# --- The logistic function ---


def test_logistic() -> None:
    assert logit.logistic(0) == 0.5
    assert logit.logistic(math.log(3)) == pytest.approx(0.75)
    assert logit.logistic(-1e6) == 0
    assert logit.logistic(1e6) == 1


@given(st.floats(-700, 700))
def test_logistic_is_symmetric(x: float) -> None:
    assert logit.logistic(x) + logit.logistic(-x) == pytest.approx(1)


# --- Directions and bounds, whatever the parameters ---

PROBABILITIES: dict[str, Callable[..., float]] = {
    function.__name__: function
    for function in (
        members.attendance_probability,
        outlets.acceptance_probability,
        outlets.reopening_probability,
        support.grant_probability,
        support.budget_probability,
        trust.telling_probability,
        work.failure_probability,
        work.core_final_probability,
        members.exit_probability,
        members.farm_call_probability,
        trust.level,
        selling.order_share,
        members.effort,
        selling.overlap_factor,
    )
}
ARGUMENTS: dict[str, st.SearchStrategy[Any]] = {
    "kind": st.sampled_from(Type),
    "expected_pay": st.floats(0, 100_000),
    "called": st.booleans(),
    "legal": st.booleans(),
    "visited": st.booleans(),
    "partner": st.booleans(),
    "km": st.floats(0, 30),
    "weeks": st.integers(0, 104),
    "unpaid_weeks": st.integers(0, 52),
    "farm_days": st.floats(0, 7),
    "good": st.floats(0, 50),
    "bad": st.floats(0, 50),
    "outlets": st.integers(0, 20),
}
# +1: never lower when the argument rises; -1: never higher; missing: depends on the rest.
DIRECTIONS = {
    "attendance_probability": {
        "trust": 1, "efficacy": 1, "expected_pay": 1, "called": -1, "norm": 1, "belief": 1,
        "mentor": 1, "fgd": 1,
    },
    "acceptance_probability": {
        "trust": 1, "quality": 1, "margin": 1, "km": -1, "legal": 1, "mentor": 1,
    },
    "reopening_probability": {"visited": 1},
    "grant_probability": {
        "proposal_quality": 1, "legal": 1, "weeks": 1, "mentor": 1, "trust": 1,
    },
    "budget_probability": {"legal": 1, "trust": 1, "mentor": 1},
    "telling_probability": {},
    "failure_probability": {"norm": -1, "management": -1, "mentor": -1, "attendance": -1},
    "core_final_probability": {"norm": -1, "mentor": -1},
    "exit_probability": {"unpaid_weeks": 1},
    "farm_call_probability": {"farm_days": 1},
    "level": {"good": 1, "bad": -1, "base": 1},
    "order_share": {"trust": 1, "experience": 1, "supply": 1},
    "effort": {"belief": 1, "norm": 1},
    "overlap_factor": {"outlets": -1},
}  # fmt: skip


@pytest.mark.parametrize("name", PROBABILITIES)
@given(parameters, st.data())
def test_shares_stay_within_bounds_and_move_the_right_way(
    name: str, p: Parameters, data: st.DataObject
) -> None:
    rule = PROBABILITIES[name]
    names = [argument for argument in inspect.signature(rule).parameters if argument != "p"]
    drawn = {each: data.draw(ARGUMENTS.get(each, shares), label=each) for each in names}
    found = rule(p, **drawn)
    assert 0 <= found <= 1
    for argument, direction in DIRECTIONS[name].items():
        other = data.draw(ARGUMENTS.get(argument, shares), label=f"other {argument}")
        moved = rule(p, **{**drawn, argument: other}) - found
        assert moved * (other - drawn[argument]) * direction >= -1e-12, argument


@given(parameters, shares, shares, st.integers(0, 6), st.integers(0, 40))
def test_minds_stay_within_0_and_1(
    p: Parameters, level: float, seen: float, sessions: int, women: int
) -> None:
    for found in (
        members.belief_after(p, level, seen),
        members.trust_after_meeting(p, level, seen, sessions),
        members.trust_after_division(p, level, seen, 1 - seen, women),
        members.norm_after(p, level, sessions, False),
        support.trained(level, seen),
        support.quality_after(p, level, seen, seen),
        support.skill_at_rest(p, level),
        selling.experience_after(p, level),
        selling.supply_after(p, level, seen, 1 - seen),
        support.faded(level, 1 + women),
    ):
        assert 0 <= found <= 1


@given(parameters, shares, shares)
def test_beliefs_move_towards_what_was_seen(p: Parameters, belief: float, seen: float) -> None:
    after_week = members.belief_after(p, belief, seen)
    assert abs(after_week - seen) <= abs(belief - seen) + 1e-12


def test_every_rule_has_an_example() -> None:
    """A new rule needs one: its name must stand in a file of tests of rules."""
    text = "".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*rules*")
    )
    untried = [
        f"{module.__name__}.{name}"
        for module in (logit, members, money, outlets, selling, support, trust, work)
        for name, rule in inspect.getmembers(module, inspect.isfunction)
        if rule.__module__ == module.__name__
        and not name.startswith("_")
        and f"{module.__name__.rpartition('.')[2]}.{name}(" not in text
    ]
    assert untried == []
