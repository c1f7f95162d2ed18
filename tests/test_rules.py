"""Every rule: examples worked by hand, the theory sheet's readings, bounds, and directions."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import stats

from sim import sums
from sim.parameters import CATALOGUE, DAYS_PER_WEEK, Parameters
from sim.rules import logit, members, money, outlets, selling, support, trust, work
from sim.rules.members import Type
from sim.rules.money import Division
from sim.rules.work import Binding
from tests.worlds import DRAWN, numbers, plausible, setting

P = numbers()
BASE_ROWS = [name for name in DRAWN if name not in CATALOGUE and name in Parameters.__slots__]

shares = st.floats(0, 1)
draws = st.floats(1e-9, 1 - 1e-9)
rupiah = st.integers(0, 10**9)
counts = st.lists(st.integers(0, 500), min_size=0, max_size=20)
parameters = st.dictionaries(st.sampled_from(BASE_ROWS), shares, max_size=12).map(
    lambda units: numbers(**plausible(units))
)


def percent(value: float) -> int:
    return round(100 * value)


# --- The logistic function ---


def test_logistic() -> None:
    assert logit.logistic(0) == 0.5
    assert logit.logistic(math.log(3)) == pytest.approx(0.75)
    assert logit.logistic(-1e6) == 0
    assert logit.logistic(1e6) == 1


@given(st.floats(-700, 700))
def test_logistic_is_symmetric(x: float) -> None:
    assert logit.logistic(x) + logit.logistic(-x) == pytest.approx(1)


# --- Trust of outlets and donors ---


def after(p: Parameters, weeks: str, base: float = 0.35, good: float = 0, bad: float = 0) -> float:
    """Trust after weeks of good (+), bad (-) and no (.) deliveries."""
    for week in weeks:
        good, bad = trust.remembered(p, good), trust.remembered(p, bad)
        good += trust.good_evidence(p, 0) if week == "+" else 0
        bad += trust.bad_evidence(p) if week == "-" else 0
    return trust.level(p, good, bad, base)


def test_trust_grows_as_the_sheet_reads() -> None:
    """0.35 -> 0.67 after 4 good weeks, 0.82 after 12; a year without contact: about 0.67."""
    assert after(P, "") == pytest.approx(0.35)
    assert percent(after(P, "+" * 4)) == 67
    assert percent(after(P, "+" * 12)) == 82
    assert after(P, "+" * 12 + "." * 52) == pytest.approx(0.67, abs=0.01)
    assert after(P, "+" * 12 + "." * 2000) == pytest.approx(0.35)


def test_four_good_weeks_by_hand() -> None:
    """Memory 1: r = 4 good events beside a prior of 4 at 0.35."""
    p = numbers(trust_memory=1)
    assert after(p, "++++") == pytest.approx((4 + 4 * 0.35) / (4 + 4))
    assert after(p, "+-") == pytest.approx((1 + 1.4) / (1 + 2.5 + 4))


def weeks_to_regain(p: Parameters) -> int:
    before = after(p, "+" * 12)
    return next(n for n in range(200) if after(p, "+" * 12 + "-" + "+" * n) >= before)


def test_trust_is_lost_faster_than_won() -> None:
    """One failure: 0.82 -> 0.70; about 14 weeks to regain, 6 if symmetric, 20 at ratio 4."""
    assert percent(after(P, "+" * 12 + "-")) == 70
    assert weeks_to_regain(P) == pytest.approx(14, abs=1)
    assert weeks_to_regain(numbers(trust_loss_ratio=1)) == pytest.approx(6, abs=1)
    assert weeks_to_regain(numbers(trust_loss_ratio=4)) == pytest.approx(20, abs=1)
    lost = after(P, "+" * 12) - after(P, "+" * 12 + "-")
    won = (after(P, "+" * 12) - 0.35) / 12
    assert lost > 3 * won  # pattern V8


def test_trust_without_gain_or_forgetting_stays() -> None:
    p = numbers(trust_gain=0, trust_memory=1)
    assert after(p, "+-.-+", good=8) == after(p, "", good=8)


def test_a_promise_doubles_good_weeks_only() -> None:
    assert trust.good_evidence(P, 0) == 1
    assert trust.good_evidence(P, 4) == trust.good_evidence(P, 1) == 2
    assert trust.bad_evidence(P) == 2.5


@given(parameters, st.booleans())
def test_telling_every_week_makes_the_quarter(p: Parameters, partner: bool) -> None:
    quarter = p.info_pass_participant if partner else p.info_pass_other
    weekly = trust.telling_probability(p, partner)
    assert 1 - (1 - weekly) ** 13 == pytest.approx(quarter)


def test_partners_tell_seven_times_as_often() -> None:
    times = trust.telling_probability(P, True) / trust.telling_probability(P, False)
    assert times == pytest.approx(7, rel=0.25)


@given(parameters, shares, shares)
def test_hearsay_moves_between_base_and_opinion(p: Parameters, base: float, other: float) -> None:
    heard = trust.base_after_hearsay(p, base, other)
    assert min(base, other) - 1e-12 <= heard <= max(base, other) + 1e-12


def test_hearsay_by_hand() -> None:
    assert trust.base_after_hearsay(P, 0.3, 0.8) == pytest.approx(0.4)
    assert trust.base_after_hearsay(P, 0.8, 0.3) == pytest.approx(0.7)  # as strong downwards


# --- Members ---


def comes(p: Parameters = P, **changes: Any) -> float:
    """Probability that a woman comes to a session; neutral where nothing is said."""
    usual = {
        "kind": Type.OTHER, "trust": 0.5, "efficacy": 0.5, "expected_pay": 0.0, "called": False,
        "norm": p.norm_init, "belief": 0.6, "mentor": 0.0, "fgd": 0.0,
    }  # fmt: skip
    return members.attendance_probability(p, **{**usual, **changes})


@pytest.mark.parametrize(
    ("changes", "logodds"),
    [
        ({}, 0.35),
        ({"called": True}, 0.35 - 0.08 * 17.5),
        ({"trust": 0.6, "efficacy": 0.45}, 0.35 + 0.2 - 0.06),
        ({"expected_pay": 5_000.0}, 0.35 + 0.25),
        ({"mentor": 1.0}, 0.35 + 0.4),
        ({"fgd": 1.0}, 0.35 + 0.5),
        ({"norm": 0.55}, 0.35 + 1.27 * 0.5),
        ({"kind": Type.CONDITIONAL}, 0.35),  # 0.75 x 0.6 is the reference
        ({"kind": Type.CONDITIONAL, "belief": 1.0}, 0.35 + 2.5 * 0.3),
        ({"kind": Type.FREE_RIDER}, 0.35 - 0.9 * 0.95),
        ({"kind": Type.FREE_RIDER, "norm": 1.0}, 0.35 + 1.27 * 0.95),
    ],
)
def test_attendance_by_hand(changes: dict[str, Any], logodds: float) -> None:
    assert comes(**changes) == pytest.approx(1 / (1 + math.exp(-logodds)))


def test_attendance_starts_where_the_sheet_wants_it() -> None:
    """Near 0.55-0.6 among women as founded, without a farm call (theory sheet 2.2)."""
    founded = {"trust": 0.6, "efficacy": 0.45, "expected_pay": 5_000.0, "belief": 0.6}
    rates = {Type.CONDITIONAL: 0.5, Type.FREE_RIDER: 0.3, Type.OTHER: 0.2}
    mean = sum(rate * comes(kind=kind, **founded) for kind, rate in rates.items())
    assert 0.55 <= mean <= 0.65


def test_belief_moves_conditional_cooperators_only() -> None:
    assert comes(belief=0.0) == comes(belief=1.0)
    rider = Type.FREE_RIDER
    assert comes(kind=rider, belief=0.0) == comes(kind=rider, belief=1.0)


def test_rules_bind_free_riders_more() -> None:
    def odds(kind: int, norm: float) -> float:
        return math.log(1 / comes(kind=kind, norm=norm) - 1)

    gains = [odds(kind, 0.0) - odds(kind, 1.0) for kind in (Type.FREE_RIDER, Type.OTHER)]
    assert gains == pytest.approx([1.27 + 0.9, 1.27])


def test_a_farm_call_costs_more_where_wages_are_higher() -> None:
    low, high = numbers(farm_wage_day=20_000), numbers(farm_wage_day=50_000)
    assert comes(low, called=True) > comes(high, called=True)
    assert comes(low) == comes(high)
    assert members.wage_lost(P) == 17_500


@given(shares)
def test_types_come_in_their_shares(u: float) -> None:
    kind = members.type_of(P, u)
    assert kind == (Type.CONDITIONAL if u < 0.5 else Type.FREE_RIDER if u < 0.8 else Type.OTHER)


def test_farm_calls_by_hand() -> None:
    assert members.farm_call_probability(P, 3.5) == 0.5
    assert members.farm_call_probability(numbers(farm_days_factor=3), 3.5) == 1


def is_quantile(law: Any, u: float, count: int) -> bool:
    """Whether `count` is the quantile of a count law, rounding of its sums aside."""
    return bool(law.cdf(count - 1) <= u + 1e-9 and law.cdf(count) >= u - 1e-9)


@given(st.integers(0, 7), shares, draws)
@example(7, 1.0, 0.5)
@example(0, 0.5, 0.5)
def test_days_called_are_binomial(days: int, probability: float, u: float) -> None:
    called = members.days_called(days, probability, u)
    assert 0 <= called <= days
    assert is_quantile(stats.binom(days, probability), u, called)


def test_effort_by_hand() -> None:
    assert members.effort(P, Type.CONDITIONAL, 0.6, 0.05) == pytest.approx(0.7)
    assert members.effort(P, Type.OTHER, 1.0, 0.05) == 1
    assert members.effort(P, Type.FREE_RIDER, 1.0, 0.5) == 0.5
    assert members.effort(P, Type.FREE_RIDER, 0.0, 0.51) == 1


def test_habits_by_hand() -> None:
    assert members.belief_after(P, 0.6, 0.8) == pytest.approx(0.66)
    assert members.expected_pay_after(P, 5_000, 20_000, 2) == pytest.approx(7_000)
    assert members.expected_pay_after(P, 5_000, 20_000, 0) == 5_000
    assert members.trust_after_meeting(P, 0.6, 0.8, 2) == pytest.approx(0.61)
    assert members.trust_after_meeting(P, 0.6, 0.8, 1) == pytest.approx(0.605)  # half as often
    assert members.trust_after_division(P, 0.6, 0.10, 0.05, 20) == pytest.approx(0.59)
    assert members.trust_after_division(P, 0.6, 0.05, 0.10, 20) == 0.6


def test_unpaid_by_hand() -> None:
    """Under 0.3 of half a day's wage, in the share of weeks in which fields hire at all."""
    limit = 0.3 * 17_500
    assert members.unpaid_weeks_after(P, 3, limit - 1, 6) == 4
    assert members.unpaid_weeks_after(P, 3, limit, 6) == 0
    assert members.unpaid_weeks_after(P, 3, limit / 3 - 1, 2) == 4
    assert members.unpaid_weeks_after(P, 3, limit / 3 + 1, 2) == 0
    assert members.exit_probability(P, 7) == 0.0011
    assert members.exit_probability(P, 8) == pytest.approx(0.022)


def test_norms_fade_unless_recalled() -> None:
    assert members.norm_after(P, 0.5, 3, False) == 0.5  # the FGD's week and three more
    assert members.norm_after(P, 0.5, 4, False) == pytest.approx(0.495)
    assert members.norm_after(P, 0.5, 99, True) == 0.5
    assert members.norm_after(numbers(norm_recall_weeks=0), 0.5, 0, False) == pytest.approx(0.495)


# --- Work ---


def test_trips_by_hand() -> None:
    assert work.trip_hours(P, 0) == 0.5
    assert work.trip_hours(P, 7.5) == pytest.approx(1.5)  # 60 minutes on the way
    assert work.trip_cost(P, 8) == 8_000


def test_hours_by_hand() -> None:
    assert work.productive_hours(P, 10) == pytest.approx(30)
    assert work.making_hours(50, 25, 1) == 2
    assert work.making_hours(50, 25, work.productivity(P, 1)) == pytest.approx(2 / 1.5)
    assert work.productivity(P, 0) == 1
    assert work.crew_wanted(P, 18) == 6
    assert work.crew_wanted(P, 18.1) == 7
    assert work.crew_wanted(P, 1) == 5  # the smallest crew
    assert work.hours_of(6, 3) == 18


def test_labour_is_slack_as_the_sheet_finds() -> None:
    """65 to 115 productive hours a week at attendance 0.55 to 0.9 (theory sheet 2.0.3)."""
    assert work.productive_hours(P, 2 * 11) == pytest.approx(66)
    assert work.productive_hours(P, 2 * 18) == pytest.approx(108)


@given(parameters, st.floats(0, 200), st.floats(0, 20))
@example(P, 17.5, 0.5)
def test_the_wanted_crew_suffices(p: Parameters, making: float, trips: float) -> None:
    crew = work.crew_wanted(p, making + trips)
    assert work.hours_scale(work.productive_hours(p, crew), making, trips) >= 1 - 1e-12
    if crew > p.min_crew:
        assert work.hours_scale(work.productive_hours(p, crew - 1), making, trips) < 1


def test_scales_by_hand() -> None:
    assert work.cash_scale(100_000, 90_000, 10_000) == 1
    assert work.cash_scale(55_000, 90_000, 10_000) == 0.5
    assert work.cash_scale(5_000, 90_000, 10_000) == 0
    assert work.cash_scale(5_000, 0, 10_000) == 0
    assert work.hours_scale(4, 6, 1) == 0.5
    assert work.hours_scale(1, 6, 2) == 0
    assert work.hours_scale(1, 0, 2) == 0
    assert work.scaled(7, 0.5) == 3


@given(rupiah, st.lists(st.tuples(st.integers(0, 10**5), st.integers(0, 10**4))), rupiah)
def test_what_is_promised_can_be_paid(
    cash: int, orders: list[tuple[int, int]], transport: int
) -> None:
    """Orders (pieces, unit cost) scaled to the box never cost more than it holds."""
    scale = work.cash_scale(cash, sum(pieces * cost for pieces, cost in orders), transport)
    assert 0 <= scale <= 1
    spent = sum(work.value(work.scaled(pieces, scale), cost) for pieces, cost in orders)
    assert scale == 0 or spent + transport <= cash


@given(st.integers(0, 10**5), shares)
def test_scaled_pieces_are_whole_and_no_more(pieces: int, scale: float) -> None:
    assert pieces * scale - 1 < work.scaled(pieces, scale) <= pieces


def test_binding_names_what_is_scarcest() -> None:
    assert work.binding(1, 1, 10, 5) == Binding.DEMAND
    assert work.binding(0.5, 1, 10, 5) == Binding.CASH
    assert work.binding(0.5, 0.4, 10, 12) == Binding.HANDS
    assert work.binding(1, 0.9, 10, 9.5) == Binding.TRIPS


def test_rain_and_a_rack() -> None:
    assert work.dried(10, 0.6, False) == 6
    assert work.dried(10, 0.6, True) == 10


def test_failure_by_hand() -> None:
    """0.04 (1 - 0.3 x 0.05)(1.3 - 0.6 x 0.35) + 0.35 x 0.1 at attendance 0.6."""
    base = 0.04 * 0.985 * 1.09
    assert work.failure_probability(P, 0.05, 0.35, 0, 0.6) == pytest.approx(base + 0.035)
    assert work.failure_probability(P, 0.05, 0.35, 0, 0.7) == pytest.approx(base)
    assert work.failure_probability(P, 0.05, 0.35, 1, 0.7) == pytest.approx(base / 2)


def test_core_by_hand() -> None:
    assert work.core_final_probability(P, 0, 0) == 0.15
    assert work.core_final_probability(P, 0.5, 1) == pytest.approx(0.15 * 0.5 * 0.5)
    assert work.core_repair_weeks(P, 0, 0) == 3
    assert work.core_repair_weeks(numbers(repair_weeks=12), 0.05, 1) == 9  # 8.4 weeks
    assert work.core_repair_weeks(numbers(repair_weeks=0), 0, 0) == 1


def test_a_mentor_knows_cheaper_suppliers() -> None:
    assert work.material_cost(P, 1_000, 0) == 1_000
    assert work.material_cost(P, 1_000, 1) == 940


def test_sums_go_from_left_to_right() -> None:
    """Python 3.12's `sum` would give 1.0, 3.11's this."""
    assert sums.total([0.1] * 10) == 0.9999999999999999
    assert sums.total([]) == 0


def test_shares_and_values() -> None:
    assert work.share(3, 4) == 0.75
    assert work.share(0, 0) == 0
    assert work.value(3, 500) == 1_500
    assert work.brings_per_trip(10, 800, 600) == 2_000


# --- Money ---


def test_payout_by_hand() -> None:
    """A fifth of the surplus stays, unless the box holds over three weeks of materials."""
    assert money.payout(P, 100_000, 400_000, 200_000) == 80_000
    assert money.payout(P, 100_000, 800_000, 200_000) == 80_000 + (800_000 - 80_000 - 600_000)
    assert money.payout(P, 0, 800_000, 200_000) == 0
    assert money.payout(P, -5, 800_000, 200_000) == 0


@given(parameters, st.integers(-(10**8), 10**8), rupiah, rupiah)
def test_payout_stays_within_the_box(p: Parameters, surplus: int, before: int, busy: int) -> None:
    cash = before + surplus
    assume(cash >= 0)
    paid = money.payout(p, surplus, cash, busy)
    assert 0 <= paid <= cash
    assert paid <= max(0, surplus) or cash - paid >= p.reserve_release_weeks * busy


@given(rupiah, counts)
def test_a_division_keeps_only_odd_rupiah(amount: int, by: list[int]) -> None:
    parts = money.divide(amount, by)
    left = amount - sum(parts)
    assert len(parts) == len(by)
    if sum(by):
        assert 0 <= left < len(by)
        for part, weight in zip(parts, by, strict=True):
            assert 0 <= amount * weight / sum(by) - part < 1
    else:
        assert not any(parts)


@given(rupiah, counts)
def test_who_weighs_more_gets_no_less(amount: int, by: list[int]) -> None:
    pairs = sorted(zip(by, money.divide(amount, by), strict=True))
    assert [part for _, part in pairs] == sorted(part for _, part in pairs)


def test_division_rules_by_hand() -> None:
    assert money.weights(Division.EQUAL, [2, 0, 1]) == [1, 1, 1]
    assert money.weights(Division.ATTENDANCE, [2, 0, 1]) == [2, 0, 1]
    assert money.divide(100, [2, 0, 1]) == [66, 0, 33]
    assert money.bonus(P, Division.OFFICER_BONUS, 1_001) == 200
    assert money.bonus(P, Division.EQUAL, 1_001) == 0
    assert money.granted_value(3_000_001, 0.5) == 1_500_000


# --- Outlets ---


def accepts(p: Parameters = P, **changes: Any) -> float:
    usual = {"trust": 0.35, "quality": 0.5, "margin": 0.2, "km": 0, "legal": False, "mentor": 0}
    return outlets.acceptance_probability(p, **{**usual, **changes})


def test_acceptance_as_the_sheet_reads() -> None:
    """0.54 merely asked, 0.76 after a visit, 0.88 endorsed, 0.93 with a mentor; 0.68 at 8 km."""
    assert percent(accepts(numbers(accept_visit=0))) == 54
    assert percent(accepts()) == 76
    assert percent(accepts(legal=True)) == 88
    assert percent(accepts(legal=True, mentor=1)) == 93
    assert percent(accepts(km=8)) == 68


def test_outside_is_harder() -> None:
    """Pattern V6: at least ten points less at a first visit."""
    inside = accepts(trust=P.trust_base_in_village, km=1)
    assert accepts(trust=P.trust_base_outside, km=8) - inside <= -0.10


def test_bad_weeks_by_hand() -> None:
    assert not outlets.is_short(P, 70, 100)
    assert outlets.is_short(P, 69, 100)
    assert not outlets.too_much_left(P, 35, 100)
    assert outlets.too_much_left(P, 36, 100)
    assert not outlets.too_much_left(P, 0, 0)


def test_stopping_by_hand() -> None:
    assert outlets.stops(P, 0.24, 0, 4)
    assert not outlets.stops(P, 0.25, 3, 4)
    assert outlets.stops(P, 0.9, 4, 4)
    assert not outlets.stops(P, 0.1, 9, 3)  # too few deliveries to judge


def test_opening_again_by_hand() -> None:
    assert outlets.reopening_probability(P, False) == 0.2
    assert outlets.reopening_probability(P, True) == 0.5
    assert outlets.bad_evidence_kept(P, 5.0) == 2.5


# --- Selling ---


@pytest.mark.parametrize(
    ("daytime", "dry", "fasting", "before_lebaran", "factor"),
    [
        (False, False, False, False, 1),
        (True, False, True, False, 0.4),  # a canteen in Ramadan
        (False, False, True, False, 2),  # at dusk
        (True, True, True, True, 2),  # dry goods before Lebaran, even at a canteen
        (False, False, False, True, 1),
        (False, True, False, True, 2),
        (False, True, True, True, 2),  # the larger of the two, not both
    ],
)
def test_days_by_hand(
    daytime: bool, dry: bool, fasting: bool, before_lebaran: bool, factor: float
) -> None:
    assert selling.day_factor(P, daytime, dry, True, fasting, before_lebaran) == factor
    assert selling.day_factor(P, daytime, dry, False, fasting, before_lebaran) == 0


def test_demand_by_hand() -> None:
    assert selling.quality_factor(P, 0.5) == 1
    assert selling.quality_factor(P, 0.7) == pytest.approx(0.7 + 0.6 * 0.7)
    assert [selling.overlap_factor(P, n) for n in (0, 1, 2, 3)] == pytest.approx(
        [1, 1, 1 / 1.15, 1 / 1.3]
    )
    assert selling.mean_demand(10, 2.5, 1.2, 0.5) == pytest.approx(15)


def test_orders_by_hand() -> None:
    """theta = min(1, 0.15 + T): a stranger starts at half, a new tie at 0.7 of that."""
    assert selling.order_share(P, 0.35, 1, 1) == pytest.approx(0.5)
    assert selling.order_share(P, 0.35, 0.7, 1) == pytest.approx(0.35)
    assert selling.order_share(P, 0.95, 1, 1) == 1
    assert selling.order_share(P, 0.95, 1, 0.8) == 0.8  # the officers dare no more
    assert selling.order(0.5, 39) == 19
    assert selling.experience_after(P, 0.7) == pytest.approx(0.735)
    assert selling.experience_after(P, 0.99) == 1


def test_supply_by_hand() -> None:
    """Up one step when under 8% is left, down when over 20% is, at most to what sells."""
    assert selling.supply_after(P, 0.8, 0.05, 0.7) == pytest.approx(0.84)
    assert selling.supply_after(P, 0.99, 0.05, 0.7) == 1
    assert selling.supply_after(P, 0.8, 0.08, 0.7) == selling.supply_after(P, 0.8, 0.2, 0.7) == 0.8
    assert selling.supply_after(P, 0.8, 0.3, 0.6) == pytest.approx(0.76)
    assert selling.supply_after(P, 0.8, 0.3, 0.78) == 0.78
    assert selling.supply_after(P, 0.8, 0.3, 0.9) == 0.8


@given(st.floats(0, 500), st.floats(0.5, 1000) | st.just(math.inf), draws)
@example(743.0, math.inf, 0.99)
@example(0.0, 5.0, 0.5)
@example(40.0, 1e9, 0.5)
def test_buyers_are_negative_binomial(mean: float, size: float, u: float) -> None:
    assume(mean == 0 or mean > 1e-6)
    law = stats.poisson(mean) if size > 1e8 else stats.nbinom(size, size / (size + mean))
    count = selling.buyers(mean, size, u)
    if mean < 650:
        assert is_quantile(law, u, count)
    else:  # a logistic law in place of the true one
        assert count == pytest.approx(law.ppf(u), abs=0.7 * math.sqrt(mean))


@pytest.mark.parametrize(("mean", "size"), [(5_000, math.inf), (800, math.inf), (20_000, 400)])
def test_many_buyers_keep_mean_and_variance(mean: float, size: float) -> None:
    us = (np.arange(20_000) + 0.5) / 20_000
    found = np.array([selling.buyers(mean, size, u) for u in us])
    variance = mean + mean**2 / size
    assert found.mean() == pytest.approx(mean, abs=1)  # whole buyers, rounded down
    assert found.var() == pytest.approx(variance, rel=0.02)
    assert (np.diff(found) >= 0).all()


@given(st.integers(1, 7))
def test_a_window_sells_like_its_days(open_days: int) -> None:
    """The sum of independent days has the variance of the days together."""
    size = selling.window_dispersion(P, open_days)
    mean = 40.0 * open_days
    assert mean + mean**2 / size == pytest.approx(open_days * (40 + 40**2 / 5))


@given(counts, st.data())
def test_selling_takes_the_oldest_first(batches: list[int], data: st.DataObject) -> None:
    assume(batches)
    last = data.draw(st.integers(0, len(batches) - 1))
    first = data.draw(st.integers(0, last))
    wanted = data.draw(st.integers(0, 2_000))
    left = list(batches)
    sold = selling.sell(left, first, last, wanted)
    on_shelf = batches[first : last + 1]
    assert sold == min(wanted, sum(on_shelf)) == sum(batches) - sum(left)
    assert left[:first] + left[last + 1 :] == batches[:first] + batches[last + 1 :]
    touched = [i for i in range(first, last + 1) if left[i] < batches[i]]
    assert all(left[i] == 0 for i in range(first, max(touched, default=first)))


@given(counts, st.integers(0, 10_000))
def test_rationing_is_fair_to_a_piece(orders: list[int], available: int) -> None:
    loads = selling.ration(orders, available)
    wanted = sum(orders)
    assert sum(loads) == min(wanted, available)
    for load, order in zip(loads, orders, strict=True):
        assert 0 <= load <= order
        if wanted > available:
            assert abs(load - order * available / wanted) < 1


def test_rationing_by_hand() -> None:
    assert selling.ration([10, 20, 30], 30) == [5, 10, 15]
    assert selling.ration([10, 20, 31], 30) == [5, 10, 15]  # 4.9, 9.8, 15.2
    assert selling.ration([1, 1, 1], 2) == [1, 1, 0]
    assert selling.ration([3, 4], 9) == [3, 4]


@pytest.mark.parametrize(
    ("price", "cost", "margin", "break_even"),
    [(1_000, 600, 200, 0.25), (2_000, 1_000, 600, 0.375), (5_000, 2_250, 1_750, 0.4375)],
)
def test_margins_and_break_even(price: int, cost: int, margin: int, break_even: float) -> None:
    """Gross margins 200, 600, 1,750; unsold shares of 25%, 37.5%, 44% eat them up (2.4)."""
    receipt = selling.unit_receipt(price, 0.2)
    assert receipt - cost == margin
    made = 10_000
    sold = made - work.scaled(made, break_even)
    assert work.value(sold, receipt) == work.value(made, cost)


def test_what_outlets_bring_as_the_sheet_finds() -> None:
    """A warung about Rp 43,000 a week for the whole group, a pesantren Rp 150,000 (2.0.1)."""
    margins = (200, 600, 1_750)
    days = [
        sum(window.end_day - window.first_day for window in product.windows)
        for product in setting(1).products
    ]
    assert days == [2, 4, 7]  # two sessions x shelf life (2.0.2)

    def week(demand: tuple[int, int, int]) -> float:
        return sum(map(math.prod, zip(demand, margins, days, strict=True)))

    assert week((10, 6, 2)) == pytest.approx(43_000, rel=0.01)
    assert week((40, 25, 6)) == pytest.approx(150_000, rel=0.01)


@pytest.mark.parametrize("sessions", range(1, 7))
@pytest.mark.parametrize("life", [1, 2, 3, 6, 7, 60])
def test_windows_hold_each_batch_on_its_days(sessions: int, life: int) -> None:
    product = setting(1, {"sessions_per_week": sessions, "shelf_life_days_bolu": life}).products[1]
    shelf = {
        (day, batch)
        for batch in range(sessions)
        for day in range(batch, min(batch + life, DAYS_PER_WEEK))
    }
    found = [
        (day, batch)
        for window in product.windows
        for day in range(window.first_day, window.end_day)
        for batch in range(window.oldest, window.newest + 1)
    ]
    assert sorted(found) == sorted(shelf)
    baked_for = [w for windows in product.session_windows for w in windows]
    if not product.dry:  # each window is baked for once, by the latest batch in it
        assert sorted(baked_for) == list(range(len(product.windows)))
    assert product.dry == (life >= DAYS_PER_WEEK)


# --- Support ---


def test_skills_by_hand() -> None:
    assert support.trained(0.15, 0.35) == pytest.approx(0.4475)
    assert support.trained(0.15, 0) == 0.15
    level = 1.0
    for _ in range(28):
        level = support.faded(level, 28)
    assert level == pytest.approx(0.5)


@given(st.floats(0.3, 0.9))
def test_skill_at_rest_keeps_quality(quality: float) -> None:
    skill = support.skill_at_rest(P, quality)
    assert support.quality_after(P, quality, skill, P.effort_reference) == pytest.approx(quality)


def test_quality_by_hand() -> None:
    """Skill 1 aims at 0.9; 0.08 of the way a week; effort above 0.65 adds a fifth of it."""
    assert support.quality_after(P, 0.5, 1, 0.65) == pytest.approx(0.5 + 0.08 * 0.4)
    assert support.quality_after(P, 0.5, 1, 0.85) == pytest.approx(0.5 + 0.08 * 0.44)


@pytest.mark.parametrize("mean", [2.0, 4.0, 20.0, 40.0])
def test_delays_are_gamma(mean: float) -> None:
    rng = np.random.default_rng(1)
    found = np.array([support.delay_weeks(mean, *rng.random(2)) for _ in range(20_000)])
    law = stats.gamma(2, scale=mean / 2)
    assert found.min() >= 1
    for weeks in (1, 2, 4, 10, 20, 52):
        expected = law.cdf(weeks)
        error = 4 * math.sqrt(expected * (1 - expected) / len(found)) + 1e-9
        assert (found <= weeks).mean() == pytest.approx(expected, abs=error)


def test_a_delay_of_nothing_takes_a_week() -> None:
    assert support.delay_weeks(0, 0.5, 0.5) == 1


def test_grants_by_hand() -> None:
    """-2.2 + 2.5 quality + 0.5 trust; training first is worth over ten points (V12)."""
    untrained = support.grant_probability(P, 0.15, False, 10, 0, 0.3)
    trained = support.grant_probability(P, 0.4475, False, 10, 0, 0.3)
    assert untrained == pytest.approx(logit.logistic(-2.2 + 0.375 + 0.15))
    assert trained - untrained >= 0.10
    assert support.grant_probability(P, 0.15, False, 26, 0, 0.3) == untrained
    best = support.grant_probability(P, 0.15, True, 27, 1, 0.3)
    assert best == pytest.approx(logit.logistic(-2.2 + 0.375 + 0.15 + 0.8 + 0.5 + 0.6))


def test_budget_by_hand() -> None:
    assert support.budget_probability(P, False, 0.45, 0) == pytest.approx(logit.logistic(-0.96))
    assert support.budget_probability(P, True, 0.45, 1) == pytest.approx(logit.logistic(0.84))
    assert support.budget_amount(P) == 9_340_000


def test_tools_come_from_money_only() -> None:
    assert support.tools_in_use(P, 3_000_000) == 0.95
    assert support.tools_in_use(P, 0) == 0


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


def test_every_rule_is_tried_here() -> None:
    """A new rule needs an example: its name must stand in this file."""
    text = inspect.getsource(inspect.getmodule(test_every_rule_is_tried_here))  # type: ignore[arg-type]
    modules = (logit, members, money, outlets, selling, support, trust, work)
    untried = [
        f"{module.__name__}.{name}"
        for module in modules
        for name, rule in inspect.getmembers(module, inspect.isfunction)
        if rule.__module__ == module.__name__
        and not name.startswith("_")
        and f"{module.__name__.rpartition('.')[2]}.{name}" not in text
    ]
    assert untried == []
