"""Common random numbers: what has no effect changes nothing, and nothing differs before it must."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim import measures
from sim.draws import Luck
from sim.parameters import INTERVENTION_KINDS, Value
from sim.runs import Record
from tests.worlds import (
    CALM,
    COSTS,
    DEMANDS,
    REGISTER,
    Told,
    column,
    differing,
    group,
    live,
    outlets,
    per_outlet,
    scenario,
    shipped,
    told,
)

WEEKS = 6  # how long lasting kinds go on


def whole(kind: str, **changes: Any) -> dict[str, Any]:
    """An intervention of a kind, in week 3."""
    more: dict[str, dict[str, Any]] = {
        "negotiation": {"outlet": "pesantren_assanusi"},
        "audience": {"requests": ["legality", "tools"]},
        "capital_proposal": {"donor": "kebon_jambu"},
        "market_stall": {"outlet": "pasar"},
        "social_media": {"outlet": "media_sosial"},
        **{kind: {"weeks": WEEKS} for kind in ("mentoring", "facility", "partner_support")},
    }
    if kind in ("market_stall", "social_media"):
        more[kind]["weeks"] = WEEKS
    return {"kind": kind, "week": 3, **more.get(kind, {}), **changes}


COST_COLUMNS = {
    "rp": "intervention_cost_rp", "days": "facilitator_days", "hours": "intervention_hours",
}  # fmt: skip
LUCKS = [Luck(0, 0, i) for i in range(2)]


def without(kinds: set[str], record: Record) -> list[Told]:
    """What happened, but for the note that an intervention of these kinds took place."""
    return [each for each in told(record) if each.kind not in {*kinds, "nobody_came"}]


@pytest.mark.parametrize("kind", INTERVENTION_KINDS)
def test_an_ineffective_intervention_costs_and_changes_nothing(kind: str) -> None:
    """Alone, and on top of the package."""
    package = [plan.model_dump() for plan in shipped("package_2019").interventions]
    for others, weeks in (([], 30), (package, 40)):
        null = scenario(*others, whole(kind, effective=False))
        for luck in LUCKS:
            one = live(scenario(*others), weeks, luck=luck)
            other = live(null, weeks, luck=luck)
            assert differing(one, other) == []
            assert len(other.happenings) > len(one.happenings)
            assert without({kind}, one) == without({kind}, other)
            for name, cost in COST_COLUMNS.items():
                more = (column(other, cost) - column(one, cost))[-1]
                assert (more > 0) == (float(REGISTER[f"cost_{kind}_{name}"].default) > 0)


@pytest.mark.parametrize("kind", INTERVENTION_KINDS)
def test_an_ineffective_intervention_costs_as_much(kind: str) -> None:
    """Once it takes place; a refusal may bring a second visit and its cost later."""
    real, null = (live(scenario(whole(kind, effective=does)), 5) for does in (True, False))
    for cost in COSTS:
        assert (column(real, cost) == column(null, cost)).all()


@pytest.mark.parametrize(
    ("kind", "weeks", "rupiah", "days", "hours"),
    [
        ("fgd", 1, 350_000, 1, 40),
        ("proposal_training", 1, 750_000, 1, 80),
        ("negotiation", 1, 50_000, 0.5, 6),
        ("audience", 1, 300_000, 0.5, 12),  # six are asked for, four officers go
        ("capital_proposal", 1, 100_000, 1, 12),
        ("mentoring", 6, 75_000, 0.5, 4),
        ("norms", 1, 150_000, 1, 60),
        ("product_training", 1, 1_200_000, 1, 120),
        ("campaign", 1, 500_000, 1, 16),
        ("counselling", 1, 0, 0.5, 6),
        ("market_stall", 6, 0, 0, 10),
        ("social_media", 6, 12_500, 0.1, 2),
        ("facility", 6, 0, 0.1, 0),
        ("education", 1, 100_000, 0.5, 20),
        ("persuasion", 1, 0, 0.5, 4),
        ("agency_training", 1, 1_000_000, 0.5, 120),
        ("partner_support", 6, 50_000, 0.1, 0),
        ("village_regulation", 1, 500_000, 2, 12),
    ],
)
def test_costs_by_hand(kind: str, weeks: int, rupiah: int, days: float, hours: float) -> None:
    """The cost table, times the weeks it lasts; women who come: all twenty at most."""
    all_come = {**CALM, "intervention_cost_factor": 2, "burn_in_weeks": 2}
    record = live(scenario(whole(kind, effective=False)), 12, all_come)
    assert column(record, "intervention_cost_rp").tolist()[2] == 0
    assert column(record, "intervention_cost_rp")[-1] == 2 * weeks * rupiah
    assert column(record, "facilitator_days")[-1] == pytest.approx(weeks * days)
    assert column(record, "intervention_hours")[-1] == pytest.approx(weeks * hours)
    assert {kind} == {plan.kind for plan in told(record)}


def test_only_women_who_come_give_their_hours() -> None:
    few = {**CALM, "n_members": 8}
    record = live(scenario(whole("fgd", effective=False), whole("audience")), 5, few)
    assert column(record, "intervention_hours")[-1] == 8 * 2 + 4 * 3


NO_DEMAND: dict[str, dict[str, Value]] = {
    kind: {name: 0 for name in DEMANDS if name.startswith(f"demand_{kind}_")}
    for kind in ("market", "online")
}
# Every number through which an intervention acts, set to no effect.
NULL: dict[str, dict[str, Value]] = {
    "fgd": {
        "fgd_effect": 0,
        "norm_recall_weeks": 0,
        "motivation_fgd": 0,
        "voice_fgd": 0,
        "knowledge_fgd": 0,
    },
    "proposal_training": {"train_gain_proposal": 0, "train_gain_management": 0},
    "negotiation": {
        "accept_intercept": -50,
        "promise_factor": 1,
        "reopen_visit": 0,
        "info_pass_other": 0,
        "networking_visit": 0,
    },
    "audience": {
        "contact_evidence": 0,
        "legality_prob": 0,
        "dana_desa_group_share": 0,
        "networking_visit": 0,
        "motivation_news": 0,
    },
    "capital_proposal": {"contact_evidence": 0, "grant_pesantren": 0, "motivation_news": 0},
    "mentoring": {
        "mentor_attend": 0,
        "mentor_accept": 0,
        "mentor_donor": 0,
        "mentor_failure": 1,
        "mentor_material_saving": 0,
        "core_mentor_relief": 0,
        "repair_relief": 0,
        "budget_mentor": 0,
        "norm_decay": 0,
    },
    "norms": {"norm_adopted": 0},
    "product_training": {"train_gain_product": 0, "new_product_prob": 0},
    "campaign": {"campaign_reach": 0},
    "counselling": {"counsel_gain": 0},
    "market_stall": {
        "stall_levy": 0,
        "info_pass_participant": 0,  # its neighbours on the market hear of the group
        "info_pass_other": 0,
        **NO_DEMAND["market"],
    },
    "social_media": NO_DEMAND["online"],
    "facility": {"facility_core_relief": 0, "facility_stands_in": 0},
    "education": {"education_gain": 0},
    "persuasion": {"persuasion_gain": 0},
    "agency_training": {"agency_gain": 0},
    "partner_support": {"partner_trip_relief": 0},
    "village_regulation": {"perdes_base_gain": 0},
}
# What tells that something took place, and is no effect: a proposal handed in, a stall opened, an
# outlet that has heard of the group.
OPENED = {"informed", "outlets", "outlets_active", "trust_outlets", "reach"}
# Where it can be felt: hands are short, the core is frail, the woman of the house often ill.
NEEDS: dict[str, dict[str, Value]] = {
    "facility": {"core_failure_hazard": 0.1, "illness_hazard": 0.4},
    "partner_support": {"session_hours": 1, "delivery_hours_outlet": 1},
}
ITSELF: dict[str, set[str]] = {
    "negotiation": {"informed"},
    "capital_proposal": {"proposals_submitted"},
    "market_stall": OPENED,
    "social_media": OPENED,
}


@pytest.mark.parametrize("kind", INTERVENTION_KINDS)
def test_without_its_effects_an_intervention_changes_nothing(kind: str) -> None:
    frail = {"core_failure_hazard": 0.05, "delivery_fail_prob": 0.2, **NEEDS.get(kind, {})}
    null = NULL[kind]
    twice = [whole(kind), whole(kind, week=11)]
    if kind == "negotiation":  # also a visit to an old partner
        twice.append(whole(kind, week=5, outlet="warung_lama"))
    changed = False
    for luck in LUCKS:
        one, other = (
            live("none", 52, {**frail, **null}, luck=luck),
            live(scenario(*twice), 52, {**frail, **null}, luck=luck),
        )
        assert set(differing(one, other)) <= ITSELF.get(kind, set())
        real = live(scenario(*twice), 52, frail, luck=luck)
        moved = set(differing(live("none", 52, frail, luck=luck), real))
        changed |= bool(moved - ITSELF.get(kind, set()))
    assert changed, f"{kind} has no effect at all"


# Nothing by themselves: no memory is lost that a mentor could keep; nobody makes chips yet.
ALONE = {"norm_decay", "demand_market_keripik", "demand_online_keripik"}
FRAIL = {"core_mentor_relief", "repair_relief", "facility_core_relief"}  # felt when the core fails


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in INTERVENTION_KINDS for name in NULL[kind] if name not in ALONE],
)
def test_each_of_those_effects_is_one(kind: str, name: str) -> None:
    """With all others off, this number alone makes the intervention do something."""
    on: dict[str, Value] = {
        "accept_intercept": 5,
        "promise_factor": 3,
        "reopen_visit": 0.5,
        "info_pass_other": 0.6,
        "mentor_accept": 5,
        "mentor_donor": 5,
        "budget_mentor": 5,
        "mentor_failure": 0,
        "legality_prob": 1,
        "norm_recall_weeks": 8,
        "grant_pesantren": 3_000_000,
        "dana_desa_group_share": 0.05,
        "stall_levy": 100_000,
        "info_pass_participant": 0.9,
        **dict.fromkeys(DEMANDS, 20),
    }
    needs: dict[str, Value] = {
        "budget_intercept": -2 if kind == "mentoring" else 50,
        "grant_intercept": -2 if kind == "mentoring" else 50,
        "accept_intercept": -2,
        "grant_delay": 8,
        "core_failure_hazard": 0.1 if name in FRAIL else 0,
        "illness_hazard": 0.1 if name == "facility_stands_in" else 0,
        "core_terminal_prob": 0.4,
        "repair_weeks": 6,
        "drop_min_deliveries": 2,
        "drop_threshold": 0.6,
        "delivery_fail_prob": 0.4,
        "info_pass_participant": 0.1,  # strangers have not heard of the group yet
    }
    acts = [whole(kind), whole(kind, week=11)]
    if kind == "negotiation":
        visits = {5: "warung_lama", 9: "warung_lama", 12: "warung_lama", 2: "warung_amat"}
        acts += [whole(kind, week=week, outlet=outlet) for week, outlet in visits.items()]
    others = [
        whole(other)
        for other in ("audience", "capital_proposal", "negotiation")
        if kind == "mentoring"
    ]
    values = {**needs, **NEEDS.get(kind, {}), **NULL[kind], name: on.get(name, 1)}
    for luck in (Luck(0, 0, i) for i in range(12)):
        one, other = (
            live(scenario(*plan), 40, values, luck=luck) for plan in (others, acts + others)
        )
        if set(differing(one, other)) - ITSELF.get(kind, set()):
            return
    raise AssertionError(f"{name} alone changes nothing")


# --- The same luck until something differs ---


@pytest.mark.parametrize("kind", INTERVENTION_KINDS)
@pytest.mark.parametrize("week", [1, 10])
def test_scenarios_are_identical_until_they_differ(kind: str, week: int) -> None:
    """Bit for bit before the week of the intervention, and no longer at the end."""
    sure = {"accept_intercept": 5, "budget_intercept": 50, "grant_intercept": 5, "grant_delay": 4}
    sure |= NEEDS.get(kind, {})
    package = shipped("package_2019").interventions
    others = [plan.model_dump() for plan in package if plan.kind != kind]
    for luck in LUCKS:
        one = live(scenario(*others), 30, sure, luck=luck)
        other = live(scenario(*others, whole(kind, week=week)), 30, sure, luck=luck)
        assert differing(one, other, until=week) == []
        assert differing(one, other) != []
        early = [[each for each in told(run) if each.week < week] for run in (one, other)]
        assert early[0] == early[1]


def test_an_intervention_after_the_end_changes_nothing() -> None:
    late = scenario(whole("fgd", week=40), whole("negotiation", week=41))
    for luck in LUCKS:
        assert differing(live("none", 40, luck=luck), live(late, 40, luck=luck)) == []


def test_a_longer_run_begins_like_a_shorter_one() -> None:
    short, long = live("package_2019", 20), live("package_2019", 52)
    assert np.array_equal(short.weekly, long.weekly[:20], equal_nan=True)


def test_the_luck_of_women_is_shared_by_all_scenarios() -> None:
    """Farm calls and households do not depend on what the programme does."""
    plans = ("none", "package_2019", "package_2019_mentoring")
    days = [column(live(plan, 52), "farm_days").tolist() for plan in plans]
    assert days[0] == days[1] == days[2]


def test_one_more_outlet_of_another_kind_leaves_the_others_demand_alone() -> None:
    """With cash, hands and sun to spare, what an old partner sells does not depend on a new one."""
    ample: dict[str, Value] = {
        "working_capital_0": 50_000_000,
        "attend_intercept": 50,
        "min_crew": 0,
        "session_hours": 20,
        "delivery_fail_prob": 0,
        "fail_attendance": 0,
        "hearsay_weight": 0,
        "core_failure_hazard": 0,
        "order_step": 0,
        "effort_quality": 0,
        "accept_intercept": 50,
    }
    of = group(outlets=outlets(lama={}, kantin={"kind": "school", "initial": False}))
    plans = (scenario(), scenario(whole("negotiation", outlet="kantin")))
    one, other = (live(plan, 14, ample, of=of) for plan in plans)
    for name in (each.name for each in measures.OUTLET_WEEKLY if each.name != "loss_if_lost"):
        assert np.array_equal(per_outlet(one, name)[:, 0], per_outlet(other, name)[:, 0]), name
    assert per_outlet(other, "sold")[:, 1].any()
