"""Each kind of intervention: who comes, what it costs, and what it changes, by hand.

`tests/test_null_effects.py` tells the rest: without its sizes each changes nothing, to the bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest

from sim import world
from sim.happenings import name_of
from sim.parameters import INTERVENTION_KINDS, Value
from sim.state import NEVER, Status
from sim.village import Village
from sim.world import World
from tests.twins import differing_fields
from tests.worlds import (
    CALM,
    GROUP,
    column,
    differing,
    group,
    live,
    outlets,
    per_outlet,
    per_product,
    scenario,
    setting,
    told,
    weeks_of,
)

WEEK = 3
SURE: Mapping[str, Value] = {
    **CALM, "accept_intercept": 50, "legality_prob": 1, "new_product_prob": 1, "campaign_reach": 1,
}  # fmt: skip
# What is written down whoever does what: costs, who came, and where the plan stands.
BOOKS = {
    "kube.intervention_rp", "kube.facilitator_days", "kube.intervention_hours", "kube.turnout",
    "women.gathered", "plans.left", "plans.next_week", "plans.until", "plans.last_week",
    "plans.retry_week", "plans.again", "plans.beside_week",
}  # fmt: skip


class Watched(Village):
    """A village that remembers the state before and after the interventions of week 3."""

    before: World
    after: World

    def interventions(self) -> None:
        if self.week == WEEK:
            self.before = world.copy(self.snapshot())
        super().interventions()
        if self.week == WEEK:
            self.after = world.copy(self.snapshot())
            self.came = [woman.index for woman in self.gathered]


def watched(plan: Mapping[str, Any], values: Mapping[str, Value] = SURE) -> Watched:
    """The village in week 3, after a plan of that week took place."""
    village = Watched(setting(WEEK + 1, values), scenario({"week": WEEK, **plan}))
    village.live(WEEK + 1)
    return village


def changed(village: Watched) -> set[str]:
    """The fields that the interventions of the week changed, the books aside."""
    found = differing_fields(village.after, village.before)
    return {each.partition(":")[0] for each in found} - BOOKS


def total(made: World, field: str) -> float:
    """The sum of a field over all agents."""
    part, _, name = field.partition(".")
    arrays = getattr(made, part)
    values = arrays.rows[name] if name in arrays.rows.dtype.names else getattr(arrays, name)
    return float(np.asarray(values, float).sum())


class Effect(NamedTuple):
    """What an intervention of a kind changes, at once; + up, the rest is a date or a mark."""

    plan: Mapping[str, Any]
    up: set[str]
    marks: frozenset[str] | set[str] = frozenset()
    sizes: Mapping[str, Value] = MappingProxyType({})  # each set to no effect
    still: frozenset[str] | set[str] = frozenset()  # marks that are left then


OWN = {"outlets.own", "outlets.status", "outlets.informed", "outlets.receipts"}
EFFECTS = {
    "fgd": Effect(
        {},
        {"women.fgd", "women.motivation", "women.efficacy", "kube.knowledge", "kube.fgd_week"},
        set(),
        {"motivation_fgd": 0, "voice_fgd": 0, "knowledge_fgd": 0},
        {"women.fgd", "kube.fgd_week"},  # which fgd_effect and norm_recall_weeks weigh
    ),
    "proposal_training": Effect(
        {},
        {"kube.proposal_skill", "kube.management_skill"},
        set(),
        {"train_gain_proposal": 0, "train_gain_management": 0},
    ),
    "negotiation": Effect(
        {"outlet": "pesantren_assanusi"},
        {
            "outlets.status",
            "outlets.agreed",
            "outlets.informed",
            "outlets.visited",
            "outlets.promise_weeks",
            "kube.networking",
            "kube.agreements",
            "kube.news",
        },
        {"outlets.experience"},  # a new tie starts small
        {"accept_intercept": -50, "networking_visit": 0, "promise_weeks": 0},
        {"outlets.informed", "outlets.visited", "outlets.refused_week"},
    ),
    "audience": Effect(
        {"requests": ["legality", "tools", "wages"]},
        {
            "donors.good",
            "donors.decision_week",
            "donors.wage_decision_week",
            "kube.networking",
            "kube.legality_week",
        },
        set(),
        {"contact_evidence": 0, "legality_prob": 0, "networking_visit": 0},
        {"donors.decision_week", "donors.wage_decision_week"},
    ),
    "capital_proposal": Effect(
        {"donor": "kebon_jambu"},
        {
            "donors.good",
            "donors.proposal_quality",
            "donors.decision_week",
            "donors.open_plan",
            "kube.proposals_submitted",
        },
        set(),
        {"contact_evidence": 0, "proposal_skill_init": 0},
        {"donors.decision_week", "donors.open_plan", "kube.proposals_submitted"},
    ),
    "mentoring": Effect({"weeks": 2}, {"kube.mentor", "kube.mentored_until"}),
    "norms": Effect({}, {"kube.norm"}, set(), {"norm_adopted": 0}),
    "product_training": Effect(
        {},
        {"kube.product_skill", "kube.offered"},
        set(),
        {"train_gain_product": 0, "new_product_prob": 0},
    ),
    "campaign": Effect({}, {"outlets.informed", "kube.candidates"}, set(), {"campaign_reach": 0}),
    "counselling": Effect({}, {"women.efficacy"}, set(), {"counsel_gain": 0}),
    "market_stall": Effect(
        {"outlet": "pasar", "weeks": 2}, {"kube.transport", *OWN}, set(), {"stall_levy": 0}, OWN
    ),
    "social_media": Effect({"outlet": "media_sosial", "weeks": 2}, OWN),
    "facility": Effect({"weeks": 2, "tools": True}, {"kube.facility_until", "kube.tools_until"}),
    "education": Effect({}, {"women.motivation"}, set(), {"education_gain": 0}),
    "persuasion": Effect({}, {"women.trust"}, set(), {"persuasion_gain": 0}),
    "agency_training": Effect({}, {"kube.management_skill"}, set(), {"agency_gain": 0}),
    "partner_support": Effect({"weeks": 2}, {"kube.partners_until"}),
    "village_regulation": Effect(
        {}, {"outlets.base_rate", "outlets.level"}, set(), {"perdes_base_gain": 0}
    ),
}
NEEDS_WOMEN = set(INTERVENTION_KINDS) - {
    "mentoring", "market_stall", "social_media", "facility", "partner_support",
    "village_regulation",
}  # fmt: skip


def plan_of(kind: str, **changes: Any) -> dict[str, Any]:
    return {"kind": kind, **EFFECTS[kind].plan, **changes}


def test_every_kind_is_here() -> None:
    assert list(EFFECTS) == list(INTERVENTION_KINDS)


@pytest.mark.parametrize("kind", INTERVENTION_KINDS)
def test_what_it_changes_and_in_which_direction(kind: str) -> None:
    village, effect = watched(plan_of(kind)), EFFECTS[kind]
    assert changed(village) == effect.up | effect.marks
    for field in effect.up:
        assert total(village.after, field) > total(village.before, field), field


@pytest.mark.parametrize("kind", [kind for kind in EFFECTS if EFFECTS[kind].sizes])
def test_with_all_its_sizes_at_nothing_only_marks_are_left(kind: str) -> None:
    effect = EFFECTS[kind]
    assert changed(watched(plan_of(kind), {**SURE, **effect.sizes})) == effect.still


@pytest.mark.parametrize("kind", INTERVENTION_KINDS)
def test_an_ineffective_one_only_costs(kind: str) -> None:
    assert changed(watched(plan_of(kind, effective=False))) == set()


@pytest.mark.parametrize("kind", INTERVENTION_KINDS)
def test_when_nobody_comes(kind: str) -> None:
    """It is charged, without any woman's hours, and has no effect, where women are needed."""
    village = watched(plan_of(kind), {**SURE, "attend_intercept": -50})
    noted = "nobody_came" in {each.kind for each in events(village)}
    assert noted == (kind in NEEDS_WOMEN)
    assert (changed(village) == set()) == (kind in NEEDS_WOMEN)
    costs = setting(1).ground.costs[INTERVENTION_KINDS.index(kind)]
    assert village.kube.intervention_rp == costs["rp"]
    assert village.kube.facilitator_days == costs["days"]
    assert village.kube.intervention_hours == 0


BESIDE = [kind for kind in INTERVENTION_KINDS if kind not in NEEDS_WOMEN]


@pytest.mark.parametrize("kind", BESIDE)
def test_what_goes_on_beside_the_sessions_takes_hours_of_those_who_came(kind: str) -> None:
    """As many as it needs, if so many come to any session of the week; none without a session."""
    costs = {f"cost_{kind}_persons": 12, f"cost_{kind}_hours": 2, "farm_days_factor": 1}
    hours = []
    for others in ({}, {"attend_intercept": -1.0}, {"min_crew": 21}):
        village = watched(plan_of(kind), {**SURE, **costs, **others})
        there = sum(bool(woman.came.any()) for woman in village.women)
        assert village.kube.intervention_hours == 2 * min(12, there)
        hours.append(village.kube.intervention_hours)
    assert hours[0] == 24 > hours[1] > hours[2] == 0


def test_no_draw_depends_on_whose_hours_are_booked() -> None:
    """A mentor who takes up more women's time changes nothing else."""
    mentored = scenario({"kind": "mentoring", "week": 2, "weeks": 8})
    one, other = (live(mentored, 20, {"cost_mentoring_persons": n}) for n in (4, 20))
    assert differing(one, other) == []  # costs aside
    assert (column(one, "intervention_hours") < column(other, "intervention_hours"))[2:].all()


class Note(NamedTuple):
    week: int
    kind: str


def events(village: Village) -> list[Note]:
    return [Note(each.week, name_of(each.what)) for each in village.happenings]


# --- Who is invited ---


@pytest.mark.parametrize(
    ("kind", "women"),
    [
        ("fgd", 20), ("norms", 20), ("proposal_training", 20), ("product_training", 20),
        ("education", 20), ("agency_training", 20), ("negotiation", 4), ("audience", 4),
        ("capital_proposal", 4), ("campaign", 4), ("counselling", 3), ("persuasion", 4),
        ("mentoring", 0), ("facility", 0), ("village_regulation", 0),
    ],
)  # fmt: skip
def test_who_comes_when_all_do(kind: str, women: int) -> None:
    village = watched(plan_of(kind))
    assert len(village.came) == women
    if women == 4 and kind != "persuasion":
        assert all(village.members[i].officer for i in village.came)


@pytest.mark.parametrize("kind", ["fgd", "norms", "proposal_training", "education"])
def test_officers_alone_may_be_invited(kind: str) -> None:
    village = watched(plan_of(kind, invited="officers"))
    assert village.came == [0, 1, 2, 3]
    assert village.after.kube.rows[0]["turnout"] == 1  # of those who were asked


@pytest.mark.parametrize(
    ("kind", "field", "places"), [("counselling", "efficacy", 5), ("persuasion", "trust", 4)]
)
def test_those_who_would_gain_most_are_asked(kind: str, field: str, places: int) -> None:
    clients = {"clients": places} if kind == "counselling" else {}
    village = watched(plan_of(kind, **clients))
    levels = village.before.women.rows[field][:20]
    assert village.came == sorted(np.argsort(levels, kind="stable")[:places].tolist())
    gains = village.after.women.rows[field][:20] - levels
    assert (gains > 0).nonzero()[0].tolist() == village.came


def test_more_clients_than_women_are_all_women() -> None:
    assert len(watched(plan_of("counselling", clients=50)).came) == 20


def test_a_woman_who_is_ill_does_not_come() -> None:
    """The one in whose house they produce, an officer."""
    plan = scenario(
        {"kind": "fgd", "week": WEEK},
        shocks=[{"kind": "officer_illness", "week": WEEK, "weeks": 2}],
    )
    village = Watched(setting(WEEK + 1, SURE), plan)
    village.live(WEEK + 1)
    assert village.came == [*range(1, 20)]
    assert village.after.kube.rows[0]["turnout"] == 19 / 20
    assert village.kube.intervention_hours == 19 * 2


# --- By hand ---


def after(kind: str, values: Mapping[str, Value] = SURE, **changes: Any) -> Any:
    """The group after an intervention."""
    return watched(plan_of(kind, **changes), values).after.kube.rows[0]


def before(kind: str, values: Mapping[str, Value] = SURE) -> Any:
    return watched(plan_of(kind), values).before.kube.rows[0]


KEPT = {**SURE, "halflife_proposal": 5_200, "halflife_product": 5_200, "motivation_fade": 0}


def test_an_fgd_by_hand() -> None:
    """A tenth of the missing motivation, 3% of the missing voice, 30% of the missing knowledge."""
    village = watched(plan_of("fgd"), KEPT)
    old, new = village.before.women.rows[:20], village.after.women.rows[:20]
    assert new["motivation"] == pytest.approx(old["motivation"] + 0.1 * (1 - old["motivation"]))
    assert new["efficacy"] == pytest.approx(old["efficacy"] + 0.03 * (1 - old["efficacy"]))
    assert (new["fgd"] == 1).all()
    knew = float(village.before.kube.rows[0]["knowledge"])
    assert village.after.kube.rows[0]["knowledge"] == pytest.approx(knew + 0.3 * (1 - knew))
    assert village.after.kube.rows[0]["fgd_week"] == WEEK


@pytest.mark.parametrize(
    ("kind", "field", "gain"),
    [
        ("proposal_training", "proposal_skill", 0.35),
        ("proposal_training", "management_skill", 0.1),
        ("product_training", "product_skill", 0.25),
        ("agency_training", "management_skill", 0.05),
    ],
)
def test_trainings_by_hand(kind: str, field: str, gain: float) -> None:
    """A share of what is missing, times the share of those invited who came."""
    old = before(kind)[field]
    assert after(kind)[field] == pytest.approx(old + gain * (1 - old))
    some = {**SURE, "attend_intercept": -1.0}
    village = watched(plan_of(kind), some)
    turnout = len(village.came) / 20
    assert 0.1 < turnout < 0.9, "the luck of this run changed: choose another"
    old = village.before.kube.rows[0][field]
    new = village.after.kube.rows[0][field]
    assert new == pytest.approx(old + gain * turnout * (1 - old))


def test_norms_by_hand() -> None:
    assert after("norms")["norm"] == pytest.approx(0.7)
    village = watched(plan_of("norms"), {**SURE, "attend_intercept": -1.0})
    expected = max(0.7 * len(village.came) / 20, village.before.kube.rows[0]["norm"])
    assert village.after.kube.rows[0]["norm"] == pytest.approx(expected)


def test_talks_by_hand() -> None:
    for kind, field, gain in (("counselling", "efficacy", 0.2), ("persuasion", "trust", 0.05)):
        village = watched(plan_of(kind))
        old = village.before.women.rows[field][village.came]
        new = village.after.women.rows[field][village.came]
        assert new == pytest.approx(np.minimum(1, old + gain))
    village = watched(plan_of("education"))
    old, new = (each.women.rows["motivation"][:20] for each in (village.before, village.after))
    assert new == pytest.approx(old + 0.1 * (1 - old))


def test_a_visit_by_hand() -> None:
    village = watched(plan_of("negotiation"))
    outlet = next(each for each in village.outlets if each.id == "pesantren_assanusi")
    new = village.after.outlets.rows[outlet.index]
    assert (new["status"], new["experience"], new["promise_weeks"]) == (Status.PARTNER, 0.7, 4)
    known = before("negotiation")["networking"]
    assert after("negotiation")["networking"] == pytest.approx(known + 0.05 * (1 - known))


def test_a_visit_to_a_partner_renews_the_promise_only() -> None:
    village = watched(plan_of("negotiation", outlet="warung_lama"))
    assert changed(village) == {"outlets.visited", "outlets.promise_weeks", "kube.networking"}


def test_an_audience_by_hand() -> None:
    """Asked on 13 September: decided on 31 December 2019, week 18."""
    village = watched(plan_of("audience"))
    government = village.government()
    asked = village.after.donors.rows[government.index]
    assert asked["decision_week"] == asked["wage_decision_week"] == 18
    assert asked["good"] == pytest.approx(1)
    assert WEEK < village.after.kube.rows[0]["legality_week"] < WEEK + 30
    others = np.delete(village.after.donors.rows, government.index)
    assert (others["decision_week"] == NEVER).all()


def test_what_was_not_asked_for_does_not_come() -> None:
    for wanted in (["legality"], ["tools"], ["wages"]):
        fields = changed(watched(plan_of("audience", requests=wanted)))
        marks = {"kube.legality_week", "donors.decision_week", "donors.wage_decision_week"}
        expected = {"legality": "kube.legality_week", "tools": "donors.decision_week",
                    "wages": "donors.wage_decision_week"}  # fmt: skip
        assert fields & marks == {expected[wanted[0]]}


def test_a_mentor_a_hall_and_helpers_stay_for_their_weeks() -> None:
    """From week 3, for two weeks."""
    for kind, field in (("mentoring", "mentored_until"), ("facility", "facility_until")):
        assert after(kind)[field] == WEEK + 1
    record = live(scenario(plan_of("partner_support", week=WEEK)), 8, SURE)
    assert weeks_of(record, "partner_support") == [3, 4]


def test_a_lent_hall_stands_in_for_the_house() -> None:
    """The woman of the house is ill in weeks 4 to 6; the hall is lent in weeks 3 to 5."""
    ill = [{"kind": "officer_illness", "week": 4, "weeks": 3}]
    hall = {"kind": "facility", "week": 3, "weeks": 3}
    without, lent = (live(scenario(*plan, shocks=ill), 9, SURE) for plan in ([], [hall]))
    assert np.isnan(column(without, "attendance")).nonzero()[0].tolist() == [4, 5, 6]
    assert np.isnan(column(lent, "attendance")).nonzero()[0].tolist() == [6]


def test_helpers_leave_more_hours_for_making() -> None:
    """Few hands: with a fifth of the trips taken over, more is made."""
    short = {**SURE, "n_members": 6, "session_hours": 1}
    alone = live("none", 4, short)
    helped = live(scenario({"kind": "partner_support", "week": 0, "weeks": 4}), 4, short)
    assert column(helped, "made").sum() > column(alone, "made").sum()


def test_a_village_regulation_reaches_the_village_only() -> None:
    village = watched(plan_of("village_regulation"))
    gains = village.after.outlets.rows["base_rate"] - village.before.outlets.rows["base_rate"]
    outside = village.after.outlets.rows["outside"]
    assert (gains[outside] == 0).all()
    assert gains[~outside] == pytest.approx(0.05)


# --- Campaign and joining ---


def test_a_campaign_reaches_outlets_and_candidates_by_lot() -> None:
    some = {**SURE, "campaign_reach": 0.4, "info_pass_participant": 0, "info_pass_other": 0}
    village = watched(plan_of("campaign"), some)
    informed = village.after.outlets.rows["informed"]
    assert village.before.outlets.rows["informed"].sum() == 2  # the old partners
    assert 2 < informed.sum() < 9
    assert 40 < village.after.kube.rows[0]["candidates"] < 80  # of 150, at 0.4


def test_candidates_join_up_to_what_a_kube_may_have() -> None:
    """Ten founders, room for thirteen; one a week; three of 150 candidates are gone."""
    small = {**SURE, "n_members": 10, "kube_limit": 13, "join_prob": 1}
    village = Village(setting(9, small), scenario({"kind": "campaign", "week": 2}))
    members = []
    village.live(9, lambda here: members.append(len(here.women)))
    assert members == [10, 10, 11, 12, 13, 13, 13, 13, 13]
    assert village.kube.candidates == 147
    joined = [woman for woman in village.members if not woman.founder]
    assert [woman.index for woman in joined] == [10, 11, 12]
    assert not any(woman.officer or woman.house for woman in joined)


def test_without_candidates_vacancies_fill_slowly() -> None:
    small = {**SURE, "n_members": 10, "join_prob": 1}
    assert column(live("none", 9, small), "members").max() == 10
    assert column(live("none", 9, {**small, "join_hazard": 1}), "members")[-1] == 19


def test_a_group_founded_larger_keeps_its_size_and_takes_nobody() -> None:
    large = {**SURE, "n_members": 25, "join_hazard": 1}
    assert set(column(live("none", 6, large), "members")) == {25}


# --- A new product ---


def test_a_new_product_is_made_and_sold_from_then_on() -> None:
    record = live(scenario(plan_of("product_training", week=WEEK)), 12, SURE)
    made = per_product(record, "made")[:, 3]
    assert not made[:WEEK].any() and made[WEEK:].any()
    assert column(record, "products").tolist() == [3] * WEEK + [4] * (12 - WEEK)
    (new,) = told(record, "new_product")
    assert (new.week, new.subject) == (WEEK, "keripik")


def test_no_new_product_where_none_is_left() -> None:
    twice = [plan_of("product_training", week=week) for week in (2, 5)]
    assert weeks_of(live(scenario(*twice), 8, SURE), "new_product") == [2]
    none_left = group(products=[each.model_dump() for each in GROUP.products if not each.potential])
    record = live(scenario(twice[0]), 8, SURE, of=none_left)
    assert weeks_of(record, "new_product") == []


# --- Donors, the village budget, an election ---

GRANTED: Mapping[str, Value] = {**SURE, "grant_intercept": 50, "grant_delay": 0}


def kemensos(values: Mapping[str, Value], *others: Mapping[str, Any]) -> Any:
    proposal = {"kind": "capital_proposal", "week": 6, "donor": "kemensos", "resubmit": False}
    return live(scenario(*others, proposal), 12, {**GRANTED, **values})


LEGAL = {"kind": "audience", "week": 0, "requests": ["legality"]}


def test_the_ministry_gives_to_legal_groups_only() -> None:
    """Rp 20 million, half of which reaches the box; chance 0 for a group without its decree."""
    soon = {"legality_delay": 1}
    legal = kemensos(soon, LEGAL)
    assert column(legal, "legal")[6] == 1
    assert column(legal, "grants_rp")[-1] == 20_000_000
    assert column(legal, "grant_cash").tolist() == [0] * 7 + [10_000_000] + [0] * 4
    (no,) = told(kemensos(soon), "proposal_rejected")
    assert (no.subject, no.value) == ("kemensos", 0)


@pytest.mark.parametrize(("women", "given"), [(4, False), (5, True), (20, True), (21, False)])
def test_the_ministry_gives_to_groups_of_a_kubes_size(women: int, given: bool) -> None:
    sized = {"n_members": women, "legality_delay": 1, "min_crew": 0}
    assert bool(weeks_of(kemensos(sized, LEGAL), "grant")) == given


def test_wages_come_to_the_women_and_not_through_the_box() -> None:
    """Asked in week 0, decided in week 18, paid for three weeks: Rp 23,026 a woman and week."""
    wages = {**SURE, "budget_intercept": 50, "wage_request_factor": 1, "wage_weeks": 3}
    ask = scenario({"kind": "audience", "week": 0, "requests": ["wages"]})
    paid, unpaid = live(ask, 52, wages), live(ask, 52, {**wages, "wage_request_factor": 0})
    assert weeks_of(paid, "wages_granted") == [18]
    assert weeks_of(unpaid, "wages_rejected") == [18]
    amounts = column(paid, "wages")
    (weeks,) = amounts.nonzero()
    assert 18 <= weeks[0] <= 44 and len(weeks) == 3 and weeks[-1] == weeks[0] + 2
    assert set(amounts[weeks]) == {20 * 23_026}
    assert column(paid, "dana_desa_rp")[-1] == 3 * 20 * 23_026
    assert not column(unpaid, "dana_desa_rp").any()
    same = slice(0, weeks[0] + 1)  # in the box nothing differs; what women expect does, later
    for name in ("cash", "payouts", "receipts"):
        assert (column(paid, name)[same] == column(unpaid, name)[same]).all(), name
    gained = column(paid, "kube_income") - column(unpaid, "kube_income")
    assert gained[weeks[0]] == pytest.approx(23_026)


def test_a_new_village_head_knows_nothing_of_the_group() -> None:
    """Elected in week 9: evidence is gone, and a request has less of a chance."""
    ask = scenario({"kind": "audience", "week": 2, "requests": ["tools"]})
    chances = []
    for choice, turnover in (("none", 1.0), ("in_time", 0.0), ("in_time", 1.0)):
        values = {**SURE, "election": choice, "kuwu_turnover_prob": turnover}
        record = live(ask, 20, values)
        heads = told(record, "new_head")
        assert bool(heads) == (choice == "in_time" and turnover == 1)
        assert all(each.week == 9 for each in heads)
        (decided,) = told(record, "budget_granted", "budget_rejected")
        chances.append(decided.value)
    assert chances[0] == chances[1] > chances[2] > 0


# --- The own stall and page ---

STALL = {"kind": "market_stall", "week": 2, "weeks": 3, "outlet": "pasar"}
MARKET = group(outlets=outlets(pasar={"kind": "market", "initial": False}))


def test_a_stall_sells_at_the_full_price_and_is_paid_at_once() -> None:
    record = live(scenario(STALL), 8, {**CALM, "working_capital_0": 2_000_000}, of=MARKET)
    sold, open_weeks = per_product(record, "sold"), [2, 3, 4]
    assert sold.any(axis=1).nonzero()[0].tolist() == open_weeks
    prices = np.array([1_000, 2_000, 5_000, 5_000])
    assert column(record, "receipts").tolist() == (sold @ prices).tolist()
    assert column(record, "transport")[open_weeks].tolist() == [100_000] * 3  # beside the house
    assert per_outlet(record, "status")[:, 0].tolist() == [0, 0, 1, 1, 1, 0, 0, 0]
    assert weeks_of(record, "market_stall") == open_weeks


def test_a_stall_is_closed_when_the_levy_cannot_be_paid() -> None:
    poor = {**CALM, "working_capital_0": 99_999, "cost_market_stall_rp": 5, "min_crew": 1}
    record = live(scenario(STALL), 8, poor, of=MARKET)
    assert weeks_of(record, "stall_closed") == [2, 3, 4]
    assert weeks_of(record, "market_stall") == []  # it did not take place
    for cost in ("intervention_cost_rp", "facilitator_days", "intervention_hours"):
        assert not column(record, cost).any()
    assert not column(record, "volume").any()
    assert (column(record, "cash") == 99_999).all()


def test_a_page_needs_no_levy() -> None:
    of = group(outlets=outlets(media={"kind": "online", "initial": False}))
    page = {"kind": "social_media", "week": 2, "weeks": 3, "outlet": "media"}
    record = live(scenario(page), 8, {**CALM, "working_capital_0": 2_000_000}, of=of)
    assert column(record, "volume").nonzero()[0].tolist() == [2, 3, 4]
    assert not column(record, "transport").any()


def test_a_stall_leaves_a_partner_a_partner() -> None:
    """Where the market took goods already, it does so again, at its margin, after the stall."""
    of = group(outlets=outlets(pasar={"kind": "market"}))
    plans = {**CALM, "working_capital_0": 2_000_000, "payment_lag": 0}
    record = live(scenario(STALL), 8, plans, of=of)
    assert (per_outlet(record, "status") == Status.PARTNER).all()
    sold = per_product(record, "sold")
    full, less = np.array([1_000, 2_000, 5_000, 5_000]), np.array([800, 1_600, 4_000, 4_000])
    expected = [sold[week] @ (full if 2 <= week <= 4 else less) for week in range(8)]
    assert column(record, "receipts").tolist() == expected
