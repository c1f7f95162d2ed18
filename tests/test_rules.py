"""All rules: bounds and directions whatever the parameters, and that each has its example."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.compiled import COMPILES, Compiled
from sim.parameters import Parameters
from sim.rules import agenda, logit, members, money, outlets, selling, support, trust, work
from sim.rules.members import Type
from tests.strategies import parameters, shares
from tests.worlds import numbers

MODULES = (agenda, logit, members, money, outlets, selling, support, trust, work)


def rules(module: ModuleType) -> Iterator[str]:
    """The names of the rules that a module defines."""
    for name, value in vars(module).items():
        origin = inspect.unwrap(value) if callable(value) else value
        if inspect.isfunction(origin) and origin.__module__ == module.__name__ and name[0] != "_":
            yield name


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
        members.gathering_probability,
        members.exit_probability,
        members.farm_call_probability,
        members.fill_probability,
        members.effort,
        outlets.acceptance_probability,
        outlets.reopening_probability,
        outlets.deception_probability,
        support.grant_probability,
        support.budget_probability,
        support.wage_probability,
        trust.telling_probability,
        trust.level,
        trust.trust_of,
        selling.order_share,
        selling.overlap_factor,
        work.failure_probability,
        work.core_hazard,
        work.core_final_probability,
        work.throughput,
        work.trip_factor,
    )
}
ARGUMENTS: dict[str, st.SearchStrategy[Any]] = {
    "kind": st.sampled_from([kind.value for kind in Type]),
    "inclination": st.floats(-20, 20),
    "called": st.booleans(),
    "legal": st.booleans(),
    "new_head": st.booleans(),
    "visited": st.booleans(),
    "partner": st.booleans(),
    "own": st.booleans(),
    "facility": st.booleans(),
    "km": st.floats(0, 30),
    "weeks": st.integers(0, 104),
    "unpaid_weeks": st.integers(0, 52),
    "farm_days": st.floats(0, 7),
    "good": st.floats(0, 50),
    "bad": st.floats(0, 50),
    "outlets": st.integers(0, 20),
    "candidates": st.integers(0, 20),
    "broken": st.integers(0, 9),
    "together": st.integers(1, 9),
}
# +1: never lower when the argument rises; -1: never higher; missing: depends on the rest.
DIRECTIONS = {
    "attendance_probability": {"inclination": 1, "called": -1},
    "gathering_probability": {"inclination": 1, "called": -1},
    "exit_probability": {"unpaid_weeks": 1},
    "farm_call_probability": {"farm_days": 1, "lost": -1},
    "fill_probability": {"candidates": 1},
    "effort": {"belief": 1, "norm": 1},
    "acceptance_probability": {
        "trust": 1, "quality": 1, "margin": 1, "km": -1, "legal": 1, "mentor": 1, "vouched": 1,
        "networking": 1, "knowledge": 1,
    },
    "reopening_probability": {"visited": 1},
    "deception_probability": {"norm": -1},
    "grant_probability": {
        "proposal_quality": 1, "legal": 1, "weeks": 1, "mentor": 1, "trust": 1,
    },
    "budget_probability": {"legal": 1, "trust": 1, "mentor": 1, "new_head": -1},
    "wage_probability": {"budget_probability": 1},
    "telling_probability": {},
    "level": {"good": 1, "bad": -1, "base": 1},
    "trust_of": {"good": 1, "bad": -1, "base": 1, "multiplied": 1, "cap": 1},
    "order_share": {"trust": 1, "experience": 1, "supply": 1, "own": 1},
    "overlap_factor": {"outlets": -1},
    "failure_probability": {"norm": -1, "management": -1, "mentor": -1, "attendance": -1},
    "core_hazard": {"facility": -1},
    "core_final_probability": {"norm": -1, "mentor": -1},
    "throughput": {"broken": -1},
    "trip_factor": {"together": -1},
}  # fmt: skip


@pytest.mark.parametrize("name", PROBABILITIES)
@given(parameters, st.data())
def test_shares_stay_within_bounds_and_move_the_right_way(
    name: str, p: Parameters, data: st.DataObject
) -> None:
    rule = PROBABILITIES[name]
    names = [argument for argument in inspect.signature(rule).parameters if argument != "p"]
    drawn = {each: data.draw(ARGUMENTS.get(each, shares), label=each) for each in names}
    found = rule(p, *drawn.values())
    assert 0 <= found <= 1
    for argument, direction in DIRECTIONS[name].items():
        other = data.draw(ARGUMENTS.get(argument, shares), label=f"other {argument}")
        moved = rule(p, *{**drawn, argument: other}.values()) - found
        assert moved * (other - drawn[argument]) * direction >= -1e-12, argument


INCLINED = {
    "trust": 1, "efficacy": 1, "motivation": 1, "belief": 1, "propensity": 1, "expected_pay": 1,
    "norm": 1, "mentor": 1, "fgd": 1,
}  # fmt: skip


@given(parameters, st.booleans(), st.data())
def test_women_are_inclined_the_right_way(p: Parameters, payoff: bool, data: st.DataObject) -> None:
    """In both forms of participation."""
    if payoff:
        p = numbers(participation_form="payoff")
    kind = data.draw(ARGUMENTS["kind"])
    mind = {each: data.draw(shares, label=each) for each in INCLINED}
    mind["expected_pay"] *= 50_000
    found = members.inclination(p, kind, *mind.values(), False)
    for each, direction in INCLINED.items():
        other = data.draw(shares, label=f"other {each}")
        other *= 50_000 if each == "expected_pay" else 1
        moved = members.inclination(p, kind, *{**mind, each: other}.values(), False) - found
        assert moved * (other - mind[each]) * direction >= -1e-9, each


@given(parameters, shares, shares, st.integers(0, 6), st.integers(0, 40))
def test_minds_stay_within_0_and_1(
    p: Parameters, level: float, seen: float, sessions: int, women: int
) -> None:
    for found in (
        members.belief_after(p, level, seen),
        members.propensity_after(p, level, women, sessions, sessions),
        members.motivation_after(p, level, seen),
        members.gained(level, seen),
        members.counselled(p, level),
        members.trust_after_persuasion(p, level),
        members.trust_after_meeting(p, level, seen, sessions),
        members.trust_after_division(p, level, seen, 1 - seen, women),
        members.norm_adopted(p, level, seen),
        members.norm_after(p, level, sessions, False),
        members.spread(level, seen, 0.001 + 0.998 * level),
        support.trained(level, seen, level),
        support.quality_after(p, level, seen, seen),
        support.skill_at_rest(p, level),
        support.faded(level, support.kept(1 + women)),
        selling.experience_after(p, level),
        selling.supply_after(p, level, seen, 1 - seen),
        outlets.base_after_regulation(p, level),
        trust.base_after_hearsay(p, level, seen),
        trust.multiplied_after(p, level, sessions > 2),
    ):
        assert 0 <= found <= 1


@given(parameters, shares, shares)
def test_beliefs_move_towards_what_was_seen(p: Parameters, belief: float, seen: float) -> None:
    after_week = members.belief_after(p, belief, seen)
    assert abs(after_week - seen) <= abs(belief - seen) + 1e-12


def test_every_rule_has_an_example() -> None:
    """A new rule needs one: its name must stand in a file of tests of rules."""
    here = Path(__file__).parent
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in [*here.glob("*rules*"), here / "test_agenda.py"]
    )
    untried = [
        f"{module.__name__}.{name}"
        for module in MODULES
        for name in rules(module)
        if f"{module.__name__.rpartition('.')[2]}.{name}(" not in text
    ]
    assert untried == []
    assert sum(1 for module in MODULES for _ in rules(module)) > 80, "rules are not found"


# --- One compiled function for both engines ---


def samples(name: str) -> list[Any]:
    """Some argument for each parameter of a rule, by its name and type; new at every call."""
    given = {
        "kind": 1, "trust": 0.3, "rule": 2, "cash": 90_000, "surplus": 60_000, "busy_week": 7_000,
        "amount": 1_001, "members": 20, "women": 7, "sessions": 2, "pay": 9_000, "total": 9,
        "wage_lost": 17_500, "other_income": 250_000, "price": 1_000, "materials": 120_000,
        "km": 3.5, "weeks": 30, "candidates": 2, "unpaid_weeks": 9, "cost": 1_000, "hours": 7.5,
        "together": 3, "broken": 1, "promised": 100, "delivered": 60, "unsold": 50, "bad_weeks": 3,
        "deliveries": 5, "promise_weeks": 2, "core_down": 0, "outlets": 3, "open_days": 3,
        "weeks_since_fgd": 9, "farm_days": 2.0, "halflife": 12.0, "first": 0, "last": 1, "days": 3,
        "mean": 2.5, "dispersion": 1.6, "making": 9.0, "pieces": 30, "rate": 8.0, "wanted": 4,
    }  # fmt: skip
    made: dict[str, Any] = {
        "Parameters": numbers(), "bool": True, "Counts": [3, 2], "NDArray[np.float64]": [0.3, 0.2]
    }  # fmt: skip
    arguments: list[Any] = []
    for parameter in inspect.signature(RULES[name]).parameters.values():
        kind = parameter.annotation
        if kind in ("int", "float"):
            value = given.get(parameter.name, 0.4 if kind == "float" else 2)
            arguments.append({"int": int, "float": float}[kind](value))
        else:
            value = made[kind]
            arguments.append(np.array(value) if isinstance(value, list) else value)
    return arguments


RULES = {
    f"{module.__name__.rpartition('.')[2]}.{name}": value
    for module in MODULES
    for name in rules(module)
    if isinstance(value := getattr(module, name), Compiled)
}


@pytest.mark.skipif(not COMPILES, reason="nothing is compiled")
@pytest.mark.parametrize("name", RULES)
def test_a_rule_gives_what_its_python_gives(name: str) -> None:
    """What is compiled is what stands in the file."""
    arguments, alike = samples(name), samples(name)
    result, plain = RULES[name](*arguments), inspect.unwrap(RULES[name])(*alike)
    if plain is not None:  # else it fills an array
        assert result == pytest.approx(plain, rel=1e-12)
        assert np.isfinite(plain)
    for one, other in zip(arguments, alike, strict=True):
        assert isinstance(one, Parameters) or np.array_equal(one, other)


def test_a_wrong_call_is_told_in_a_line() -> None:
    with pytest.raises(TypeError, match=r"order takes 2 arguments, 1 were given|missing 1"):
        selling.order(0.5)  # type: ignore[call-arg]
