"""What may befall a group: each shock by hand, planned and by chance; of no size, nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from sim.draws import Luck
from sim.parameters import Value
from sim.runs import Record
from tests.accounts import Audited
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
    per_woman,
    scenario,
    told,
    weeks_of,
)

WEEK, LENGTH, WEEKS = 4, 3, 12
HIT = [4, 5, 6]  # the weeks of a shock
AMPLE: Mapping[str, Value] = {
    **CALM, "working_capital_0": 5_000_000, "reserve_release_weeks": 100, "drop_unsold": 1,
}  # fmt: skip


def struck(kind: str, values: Mapping[str, Value] = AMPLE, **how: Any) -> Record:
    """A run with one shock in weeks 4 to 6."""
    shock = {"kind": kind, "week": WEEK, "weeks": LENGTH, **how}
    return live(scenario(shocks=[shock]), WEEKS, values, village_class=Audited)


def calm(values: Mapping[str, Value] = AMPLE) -> Record:
    """The same run without it."""
    return live("none", WEEKS, values)


def weeks_where(flags: Any) -> list[int]:
    return [int(week) for week in np.asarray(flags).nonzero()[0]]


# --- Planned ---


def test_a_lost_income_by_hand() -> None:
    """Half of the other income of three households, for three weeks; all they have is 1."""
    record, usual = struck("husband_income", households=3, size=0.5), calm()
    lost = column(usual, "household_income") - column(record, "household_income")
    assert weeks_where(lost > 1) == HIT
    assert len(told(record, "husband_income")) == 3
    assert {(each.week, each.value) for each in told(record, "husband_income")} == {(4, 3)}
    all_lost = struck("husband_income", households=20, size=1.0)
    left = column(all_lost, "household_income") - column(all_lost, "own_cash_income")
    assert left[HIT] == pytest.approx(0)
    poor = column(all_lost, "poverty_gap")
    assert (poor[HIT] > column(usual, "poverty_gap")[HIT]).all()
    assert differing(all_lost, usual) != []


def test_a_lost_income_moves_attendance_only_by_attend_need() -> None:
    none, need = {**AMPLE, "attend_intercept": 0.35}, 0.5
    usual, same = calm(none), struck("husband_income", none, households=20, size=1.0)
    assert (column(usual, "attendance") == column(same, "attendance")).all()
    more = struck("husband_income", {**none, "attend_need": need}, households=20, size=1.0)
    difference = column(more, "attendance") - column(usual, "attendance")
    assert (difference[:WEEK] == 0).all()
    assert (difference[HIT] >= 0).all() and difference[HIT].sum() > 0


def test_more_households_than_women_are_all_women() -> None:
    assert len(told(struck("husband_income", households=45, size=1.0), "husband_income")) == 20


def test_a_closed_outlet_orders_nothing_and_minds_nothing() -> None:
    record = struck("outlet_closure", outlet="warung_lama")
    sold = per_outlet(record, "sold")[:, 0]
    assert weeks_where(sold == 0) == HIT
    assert weeks_where(per_outlet(record, "ordered")[:, 0] == 0) == HIT
    assert (per_outlet(record, "status")[:, 0] == 1).all()
    (event,) = told(record, "outlet_closure")
    assert event == (WEEK, "outlet_closure", "warung_lama", LENGTH)
    trust = per_outlet(record, "trust")[:, 0]
    assert (np.diff(trust)[[3, 4, 5]] < 0).all()  # evidence is forgotten, no more than that
    assert trust[3] - trust[4] < 0.01


def test_the_woman_of_the_house_falls_ill() -> None:
    """One house: no session for three weeks (F77); she herself cannot come."""
    record = struck("officer_illness")
    assert weeks_where(np.isnan(column(record, "attendance"))) == HIT
    assert weeks_where(per_woman(record, "ill")[:, 0]) == HIT
    assert weeks_where(per_woman(record, "ill").sum(axis=1) > 1) == []
    assert not column(record, "made")[HIT].any()
    (event,) = told(record, "illness")
    assert event == (WEEK, "illness", "ibu_01", LENGTH)


def test_in_the_additive_reading_her_illness_stops_nothing() -> None:
    """Lawang 4 read as a sum: the others go on elsewhere; only she does not come."""
    record = struck("officer_illness", {**AMPLE, "lawang_reading": "additive"})
    assert column(record, "attendance")[HIT].tolist() == [19 / 20] * LENGTH
    assert column(record, "made")[HIT].all()


def test_a_failed_harvest_by_hand() -> None:
    """All farm days lost: no calls, no wages, and no reason to stay away."""
    called = {**AMPLE, "farm_days_factor": 1, "attend_intercept": 0.35}
    record, usual = struck("failed_harvest", called, size=1.0), calm(called)
    assert weeks_where(column(record, "farm_days") == 0) == HIT
    assert weeks_where(column(record, "farm_income") == 0) == HIT
    assert column(record, "attendance")[HIT].sum() >= column(usual, "attendance")[HIT].sum()
    half = struck("failed_harvest", called, size=0.5)
    share = column(half, "farm_days")[HIT].sum() / column(usual, "farm_days")[HIT].sum()
    assert 0.25 < share < 0.75
    (event,) = told(record, "failed_harvest")
    assert event == (WEEK, "failed_harvest", "", LENGTH)


def test_a_dear_ingredient_by_hand() -> None:
    """Flour twice as dear: pisang 600 x 1.2 = 720, bolu 1,000 x 1.1 = 1,100, opak as ever."""
    record = struck("ingredient_price", ingredient="flour", size=1.0)
    made, costs = per_product(record, "made")[:, :3], np.array([600, 1_000, 2_250])
    dear = np.array([720, 1_100, 2_250])
    expected = [made[w] @ (dear if w in HIT else costs) for w in range(WEEKS)]
    assert column(record, "materials").tolist() == expected
    (event,) = told(record, "ingredient_price")
    assert event == (WEEK, "ingredient_price", "flour", 1.0)


def test_a_cheaper_ingredient_by_hand() -> None:
    record = struck("ingredient_price", ingredient="glutinous_rice", size=-0.4)
    made, costs = per_product(record, "made")[:, :3], np.array([600, 1_000, 2_250])
    cheap = np.array([600, 1_000, 1_575])
    expected = [made[w] @ (cheap if w in HIT else costs) for w in range(WEEKS)]
    assert column(record, "materials").tolist() == expected


def test_what_is_paid_late_is_paid_in_full_afterwards() -> None:
    """One warung: nothing in weeks 4 to 6, and four weeks' pay at once in week 7."""
    of = group(outlets=outlets(warung={"payment_lag": 1}))
    shock = {"kind": "late_payment", "week": WEEK, "weeks": LENGTH, "outlet": "warung"}
    late = live(scenario(shocks=[shock]), WEEKS, AMPLE, of=of, village_class=Audited)
    usual = live("none", WEEKS, AMPLE, of=of)
    paid, due = column(late, "receipts"), column(usual, "receipts")
    assert weeks_where(paid == 0) == HIT
    assert paid[7] == due[4:8].sum()
    assert (paid[:4] == due[:4]).all()
    assert column(late, "receivable")[6] == column(usual, "receivable")[6] + due[4:7].sum()


@pytest.mark.parametrize(("whom", "outlets_late"), [("any", 2), ("kantin_pesantren_lama", 1)])
def test_one_outlet_or_all_pay_late(whom: str, outlets_late: int) -> None:
    record = struck("late_payment", outlet=whom)
    assert len(told(record, "late_payment")) == outlets_late
    paid = per_outlet(record, "paid")
    assert weeks_where(paid[:, 1] == 0) == HIT
    assert (weeks_where(paid[:, 0] == 0) == HIT) == (whom == "any")


# --- Without size, nothing ---


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("husband_income", {"households": 20}),
        ("failed_harvest", {}),
        ("ingredient_price", {"ingredient": "flour"}),
    ],
)
def test_a_shock_without_size_changes_nothing(kind: str, how: dict[str, Any]) -> None:
    """Bit for bit, in a village in which much happens."""
    for replication in range(3):
        plan = scenario(shocks=[{"kind": kind, "week": 3, "weeks": 6, "size": 0, **how}])
        luck = Luck(0, 0, replication)
        one, other = live(plan, 26, luck=luck), live("none", 26, luck=luck)
        assert differing(one, other) == []
        assert {each.kind for each in set(told(one)) - set(told(other))} == {kind}


# --- By chance ---

# kind: the hazard, what else it needs, and how many things it may befall in a week.
HAZARDS: dict[str, tuple[str, dict[str, Value], int]] = {
    "husband_income": ("husband_loss_hazard", {"husband_loss_weeks": 1}, 20),
    "outlet_closure": ("closure_hazard", {"closure_weeks": 1}, 9),
    "illness": ("illness_hazard", {"illness_weeks": 0}, 20),
    "failed_harvest": ("harvest_fail_hazard", {"harvest_fail_weeks": 1}, 1),
    "ingredient_price": ("price_shock_hazard", {"price_shock_weeks": 1}, 6),
    "late_payment": ("late_payment_prob", {}, 2),  # the partners: others owe nothing
}


@pytest.mark.parametrize("kind", HAZARDS)
def test_hazards(kind: str) -> None:
    """Never at 0, always at 1, and about as often as told between; not before week 0."""
    hazard, more, things = HAZARDS[kind]
    values = {**CALM, **more, "burn_in_weeks": 4}
    for chance in (0, 1, 0.25):
        record = live("none", 40, {**values, hazard: chance})
        found = len(weeks_of(record, kind))
        expected = chance * 40 * things
        assert found == pytest.approx(expected, abs=3 * (expected * (1 - chance)) ** 0.5)
    ingredients = {name for product in GROUP.products for name in product.ingredients}
    assert HAZARDS["ingredient_price"][2] == len(ingredients)


def test_nothing_befalls_the_group_before_week_0() -> None:
    always = {name: 1 for name, _, _ in HAZARDS.values()}
    quiet = dict.fromkeys(always, 0)
    one, other = (live("none", 1, {**CALM, **each, "burn_in_weeks": 8}) for each in (always, quiet))
    assert column(one, "cash")[0] != column(other, "cash")[0] or differing(one, other)
    first = live("none", 1, {**CALM, **always, "burn_in_weeks": 0}, village_class=NoBurnIn)
    assert weeks_of(first, "illness") == [0] * 20


class NoBurnIn(Audited):
    """A village that must not see a shock while it settles."""

    def step(self) -> None:
        super().step()
        assert not (self.settling and self.happenings)


@pytest.mark.parametrize("kind", ["husband_income", "outlet_closure", "failed_harvest"])
def test_a_shock_by_chance_lasts_as_long_as_told(kind: str) -> None:
    """Again as soon as it is over, and not before: every third week."""
    hazard, more, _ = HAZARDS[kind]
    (length,) = more
    record = live("none", 10, {**CALM, hazard: 1, length: 3})
    assert sorted({*weeks_of(record, kind)}) == [0, 3, 6, 9]


def test_illnesses_last_a_gamma_time() -> None:
    """Mean two weeks, whole weeks and at least one: 2.5 or so in the mean."""
    record = live("none", 104, {**CALM, "illness_hazard": 0.05})
    lengths = [each.value for each in told(record, "illness")]
    assert len(lengths) > 50
    assert min(lengths) == 1
    assert 2 < np.mean(lengths) < 3
