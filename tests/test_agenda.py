"""Plans that react: when they take place, how often, and in which stage of action research."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sim.parameters import Value
from sim.rules import agenda
from sim.runs import Record
from sim.state import NEVER, When
from tests.worlds import CALM, column, group, live, outlets, scenario, told, weeks_of

NEVER_ACCEPT: Mapping[str, Value] = {**CALM, "accept_intercept": -50}


def weeks(plan: Mapping[str, Any], *others: Mapping[str, Any], **values: Value) -> list[int]:
    """The weeks in which the first plan takes place, within 24."""
    record = live(scenario(plan, *others), 24, {**NEVER_ACCEPT, **values})
    return weeks_of(record, plan["kind"])


# --- The rules ---


@pytest.mark.parametrize(
    ("left", "next_week", "week", "does"),
    [(1, 3, 3, True), (1, 3, 9, True), (1, 3, 2, False), (0, 3, 3, False)],
)
def test_begins_by_hand(left: int, next_week: int, week: int, does: bool) -> None:
    assert agenda.begins(left, next_week, week) == does


@pytest.mark.parametrize(
    ("when", "happened", "since", "does"),
    [
        (When.ALWAYS, NEVER, 5, True),
        (When.OUTLET_REFUSED, 4, 5, False),  # before the plan's own week, or its last time
        (When.OUTLET_REFUSED, 5, 5, True),
        (When.OUTLET_DROPPED, 8, 5, True),
        (When.PROPOSAL_REJECTED, 9, 5, True),
        (When.PROPOSAL_REJECTED, 10, 5, False),  # this very week: it is not known yet
        (When.OUTLET_REFUSED, NEVER, 0, False),
        (When.ATTENDANCE_BELOW, NEVER, 5, True),  # 0.4 < 0.5
        (When.CASH_BELOW, NEVER, 5, False),  # Rp 4 is not below Rp 0.5
    ],
)
def test_conditions_by_hand(when: When, happened: int, since: int, does: bool) -> None:
    assert agenda.holds(when.value, 0.5, happened, since, 10, 0.4, 4) == does


def test_a_bound_itself_is_not_below() -> None:
    assert not agenda.holds(When.ATTENDANCE_BELOW.value, 0.5, NEVER, 0, 9, 0.5, 0)
    assert not agenda.holds(When.CASH_BELOW.value, 500.0, NEVER, 0, 9, 0.5, 500)
    assert agenda.holds(When.CASH_BELOW.value, 500.0, NEVER, 0, 9, 0.5, 499)


# --- How often ---


def test_once() -> None:
    assert weeks({"kind": "fgd", "week": 3}) == [3]


def test_at_fixed_distances() -> None:
    assert weeks({"kind": "fgd", "week": 3, "repeat": {"every": 4, "times": 3}}) == [3, 7, 11]


def test_what_lasts_goes_on_each_time() -> None:
    plan = {"kind": "facility", "week": 2, "weeks": 2, "repeat": {"every": 5, "times": 3}}
    assert weeks(plan) == [2, 3, 7, 8, 12, 13]


def test_costs_are_charged_each_time() -> None:
    plan = {"kind": "fgd", "week": 3, "repeat": {"every": 4, "times": 3}}
    cost = column(live(scenario(plan), 13, CALM), "intervention_cost_rp").tolist()
    assert cost == [0] * 3 + [350_000] * 4 + [700_000] * 4 + [1_050_000] * 2


# --- What it waits for ---

VISIT = {"kind": "negotiation", "outlet": "warung_amat", "week": 5, "second_visit": False}


def test_after_a_refusal() -> None:
    """Refused in week 5, so that the norms are written in week 6, once."""
    norms = {"kind": "norms", "week": 0, "when": {"outlet_refused": "warung_amat"}}
    assert weeks(norms, VISIT) == [6]
    assert weeks({**norms, "when": {"outlet_refused": "any"}}, VISIT) == [6]
    assert weeks({**norms, "when": {"outlet_refused": "warung_gres"}}, VISIT) == []
    assert weeks({**norms, "week": 6}, VISIT) == []  # what was before its week does not count
    assert weeks({**norms, "week": 5}, VISIT) == [6]
    assert weeks(norms, VISIT, accept_intercept=50) == []  # it agreed


def test_each_refusal_counts_once() -> None:
    """Visits in weeks 5 and 9; at most three times, at least two weeks apart."""
    again = {**VISIT, "repeat": {"every": 4, "times": 2}}
    norms = {"kind": "norms", "week": 0, "when": {"outlet_refused": "any"}}
    assert weeks({**norms, "repeat": {"every": 2, "times": 3}}, again) == [6, 10]
    assert weeks({**norms, "repeat": {"every": 6, "times": 3}}, again) == [6, 12]
    assert weeks(norms, again) == [6]


def test_the_week_of_its_own_visit_counts() -> None:
    """A visit that is repeated when refused: refused again each time, until the limit."""
    again = {**VISIT, "week": 5, "when": {"outlet_refused": "warung_amat"}}
    plan = {**again, "repeat": {"every": 3, "times": 3}}
    record = live(scenario(VISIT, plan), 24, NEVER_ACCEPT)
    assert weeks_of(record, "refused") == [5, 6, 9, 12]


def test_after_a_rejected_proposal() -> None:
    """Handed in week 2, decided (no) in week 3, known in week 4."""
    proposal = {"kind": "capital_proposal", "week": 2, "donor": "kebon_jambu", "resubmit": False}
    never = {"grant_intercept": -50, "grant_delay": 0}
    training = {"kind": "proposal_training", "week": 0}
    for whom, expected in (("kebon_jambu", [4]), ("any", [4]), ("kemensos", [])):
        plan = {**training, "when": {"proposal_rejected": whom}}
        assert weeks(plan, proposal, **never) == expected


def test_after_an_outlet_stopped() -> None:
    """Late for four weeks in a row, dropped at the end of week 3, answered in week 4."""
    late = {"delivery_fail_prob": 1, "fail_skill_intercept": 2, "reopen_prob": 0}
    plan = {"kind": "norms", "week": 0, "when": {"outlet_dropped": "warung_lama"}}
    record = live(scenario(plan), 12, {**CALM, **late})
    dropped = [each for each in told(record, "dropped") if each.subject == "warung_lama"]
    assert [each.week for each in dropped] == [3]
    assert weeks_of(record, "norms") == [4]


def test_when_few_come() -> None:
    """Nobody comes: seen at the end of week 0; every second week, at most three times."""
    few = {"kind": "persuasion", "week": 0, "when": {"attendance_below": 0.5}}
    plan = {**few, "repeat": {"every": 2, "times": 3}}
    assert weeks(plan, attend_intercept=-50) == [1, 3, 5]
    assert weeks(plan) == []  # all come


def test_when_the_box_is_empty() -> None:
    """Materials are bought on Friday and paid for after a lag: the box is low after week 0."""
    of = group(outlets=outlets(warung={"payment_lag": 4, "initial": False}))
    visit = {"kind": "negotiation", "week": 0, "outlet": "warung"}
    plan = {"kind": "fgd", "week": 0, "when": {"cash_below": 300_000}}
    record = live(scenario(visit, plan), 6, {**CALM, "accept_intercept": 50}, of=of)
    assert column(record, "cash")[0] < 300_000
    assert weeks_of(record, "fgd") == [1]


# --- Second visits and proposals handed in again ---


def test_a_second_visit_is_no_new_time() -> None:
    """It comes four weeks after the refusal, beside the repetition of the plan."""
    plan = {**VISIT, "second_visit": True, "repeat": {"every": 10, "times": 2}}
    record = live(scenario(plan), 24, NEVER_ACCEPT)
    assert weeks_of(record, "refused") == [5, 9, 15]


# --- Stages ---


def stages(record: Record) -> list[tuple[int, str, float]]:
    return [(each.week, each.subject, each.value) for each in told(record, "stage")]


def test_stages_are_noted_when_they_begin_and_reflections_are_counted() -> None:
    every = {"every": 6, "times": 2}
    plan = scenario(
        {"kind": "fgd", "week": 0, "stage": "refleksi", "repeat": every},
        {"kind": "norms", "week": 1, "stage": "perencanaan", "repeat": every},
        {"kind": "proposal_training", "week": 2, "stage": "planning", "repeat": every},
        {"kind": "persuasion", "week": 3, "stage": "action", "repeat": every},
        {"kind": "education", "week": 4, "stage": "evaluasi", "repeat": every},
        {"kind": "counselling", "week": 5},  # of no stage
    )
    cycle = ["reflection", "planning", "action", "evaluation"]
    expected = [
        (start + after, stage, number)
        for number, start in ((1, 0), (2, 6))
        for stage, after in zip(cycle, (0, 1, 3, 4), strict=True)
    ]
    for engine in ("ensemble", "village"):
        assert stages(live(plan, 14, CALM, engine=engine)) == expected


def test_a_plan_that_waits_in_vain_begins_no_stage() -> None:
    plan = {"kind": "norms", "week": 0, "stage": "planning", "when": {"outlet_refused": "any"}}
    record = live(scenario({"kind": "fgd", "week": 0, "stage": "reflection"}, plan), 9, CALM)
    assert stages(record) == [(0, "reflection", 1)]


def test_the_shipped_plan_that_reacts_goes_through_the_cycle() -> None:
    found = stages(live("reacting_plan", 52))
    reflections = [week for week, stage, _ in found if stage == "reflection"]
    assert reflections == [0, 13, 26, 39]
    assert [number for _, stage, number in found if stage == "reflection"] == [1, 2, 3, 4]
    assert {stage for _, stage, _ in found} == {"reflection", "planning", "action", "evaluation"}


def test_a_group_that_has_ended_does_nothing_more() -> None:
    end = {"core_failure_hazard": 1, "core_terminal_prob": 1, "norm_init": 0, "burn_in_weeks": 0}
    plan = {"kind": "fgd", "week": 0, "stage": "reflection", "repeat": {"every": 2, "times": 4}}
    record = live(scenario(plan), 12, {**CALM, **end})
    assert weeks_of(record, "group_ended") == [0]
    assert weeks_of(record, "fgd") == [0]
