"""Rules of trade: work, money, outlets and selling, by hand and by the sheet."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import stats

from sim import sums
from sim.parameters import DAYS_PER_WEEK, Parameters
from sim.rules import money, outlets, selling, work
from sim.rules.money import Division
from sim.rules.work import Binding
from sim.setting import _windows
from tests.strategies import counts, is_quantile, luck, parameters, percent, rupiah, shares
from tests.worlds import numbers, setting

P = numbers()

# --- Work ---


def test_trips_by_hand() -> None:
    assert work.trip_hours(P, 0) == 0.5
    assert work.trip_hours(P, 7.5) == pytest.approx(1.5)  # 60 minutes on the way
    assert work.trip_cost(P, 8) == 8_000


def test_shared_trips_by_hand() -> None:
    """Two on one side: each saves half of a fifth, so that one of the two trips is cheaper."""
    assert [work.trip_factor(P, n) for n in (1, 2, 4)] == pytest.approx([1, 0.9, 0.85])
    assert work.trip_factor(numbers(shared_trip_saving=0), 9) == 1
    assert work.trip_left(1.5, 0.9) == pytest.approx(1.35)
    assert work.hours_on_the_road(P, 10.0, True) == pytest.approx(8)
    assert work.hours_on_the_road(P, 10.0, False) == 10


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
    assert work.core_hazard(P, False) == 0.01
    assert work.core_hazard(P, True) == 0.005  # a lent balai desa bridges half


def test_a_place_to_produce_at() -> None:
    """One house; the balai desa stands in when she is ill, not when the core is broken."""
    assert work.core_stands(P, 0, False, False)
    assert not work.core_stands(P, 0, True, False)
    assert work.core_stands(P, 0, True, True)
    assert not work.core_stands(numbers(facility_stands_in=0), 0, True, True)
    assert not work.core_stands(P, 1, False, True)


def test_the_three_readings_of_lawang() -> None:
    """structural: the core; additive: nothing stops; literal: a broken tie stops all."""
    structural, additive, literal = (
        numbers(lawang_reading=reading, lawang_kappa=0.3)
        for reading in ("structural", "additive", "literal")
    )
    assert [work.throughput(p, 0) for p in (structural, additive, literal)] == [1, 1, 1]
    assert [work.throughput(p, 2) for p in (structural, additive, literal)] == [0.7, 1, 0]
    assert work.throughput(P, 5) == 1  # kappa is 0 in the usual village
    assert [work.stops_with_a_tie(p, 1.0) for p in (additive, literal)] == [0, 1]
    assert work.stops_with_a_tie(structural, 1.0) == pytest.approx(0.3)
    assert work.stops_with_a_tie(structural, 0.7) == 0  # a tie is broken anyhow
    assert work.loss_of_tie(0.6, 0.5) == pytest.approx(0.8)
    assert work.loss_of_tie(0.1 + 0.2, 0.0) == 0.1 + 0.2
    assert work.core_stands(additive, 3, True, False)
    assert not work.core_stands(literal, 3, False, False)
    assert [work.core_hazard(p, False) for p in (structural, additive, literal)] == [0.01, 0, 0.01]


def test_dear_ingredients_by_hand() -> None:
    """Pisang, Rp 600: 0.4 banana twice as dear, 0.2 flour a half."""
    shares_of, rises = np.array([0.4, 0.2]), np.array([1.0, 0.5])
    assert work.dearer(600, shares_of, rises) == 900
    assert work.dearer(600, shares_of, np.zeros(2)) == 600
    assert work.dearer(600, shares_of, np.array([-0.5, 0.0])) == 480
    assert work.dearer(600, np.zeros(0), np.zeros(0)) == 600


def test_field_work_goes_home_first() -> None:
    assert work.turn(False, 0.9) < work.turn(True, 0.1)
    assert work.turn(True, 0.1) < work.turn(True, 0.2)


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
    assert money.payout(P, 100_000, 400_000, 200_000, 0) == 80_000
    assert money.payout(P, 100_000, 800_000, 200_000, 0) == 80_000 + (800_000 - 80_000 - 600_000)
    assert money.payout(P, 100_000, 800_000, 200_000, 200_000) == 80_000  # the rest was granted
    assert money.payout(P, 0, 800_000, 200_000, 0) == 0
    assert money.payout(P, -5, 800_000, 200_000, 0) == 0


@given(parameters, st.integers(-(10**8), 10**8), rupiah, rupiah)
def test_payout_stays_within_the_box(p: Parameters, surplus: int, before: int, busy: int) -> None:
    cash = before + surplus
    assume(cash >= 0)
    paid = money.payout(p, surplus, cash, busy, 0)
    assert 0 <= paid <= cash
    assert paid <= max(0, surplus) or cash - paid >= p.reserve_release_weeks * busy


def divided(amount: int, by: list[int]) -> list[int]:
    return [money.part(amount, weight, sum(by)) for weight in by]


@given(rupiah, counts)
def test_a_division_keeps_only_odd_rupiah(amount: int, by: list[int]) -> None:
    parts = divided(amount, by)
    left = amount - sum(parts)
    if sum(by):
        assert 0 <= left < len(by)
        for part, weight in zip(parts, by, strict=True):
            assert 0 <= amount * weight / sum(by) - part < 1
    else:
        assert not any(parts)


@given(rupiah, counts)
def test_who_weighs_more_gets_no_less(amount: int, by: list[int]) -> None:
    pairs = sorted(zip(by, divided(amount, by), strict=True))
    assert [part for _, part in pairs] == sorted(part for _, part in pairs)


def test_division_rules_by_hand() -> None:
    assert [money.weight(Division.EQUAL.value, n) for n in (2, 0, 1)] == [1, 1, 1]
    assert [money.weight(Division.ATTENDANCE.value, n) for n in (2, 0, 1)] == [2, 0, 1]
    assert [money.weight(Division.OFFICER_BONUS.value, n) for n in (2, 0, 1)] == [2, 0, 1]
    assert divided(100, [2, 0, 1]) == [66, 0, 33]
    assert money.part(100, 0, 0) == 0
    assert money.bonus(P, Division.OFFICER_BONUS.value, 1_001) == 200
    assert money.bonus(P, Division.EQUAL.value, 1_001) == 0
    assert money.granted_value(3_000_001, 0.5) == 1_500_000


def test_a_wage_budget_by_hand() -> None:
    """Rp 100,000 a month is 23,026 a week of a month of 30.4 days."""
    assert money.weekly_wage(P) == 23_026


# --- Outlets ---


def accepts(p: Parameters = P, **changes: Any) -> float:
    usual = {
        "trust": 0.35, "quality": 0.5, "margin": 0.2, "km": 0, "legal": False, "mentor": 0,
        "vouched": 0, "networking": p.networking_init, "knowledge": p.knowledge_init,
    }  # fmt: skip
    assert usual.keys() >= changes.keys()
    return outlets.acceptance_probability(p, *{**usual, **changes}.values())


def test_acceptance_as_the_sheet_reads() -> None:
    """0.54 merely asked, 0.76 after a visit, 0.88 endorsed, 0.93 with a mentor; 0.68 at 8 km."""
    assert percent(accepts(numbers(accept_visit=0))) == 54
    assert percent(accepts()) == 76
    assert percent(accepts(legal=True)) == 88
    assert percent(accepts(legal=True, mentor=1)) == 93
    assert percent(accepts(km=8)) == 68


def test_who_knows_and_who_is_known_is_accepted_more_often() -> None:
    """Log-odds: 0.6 per unit of a partner's trust, 0.8 of networking, 0.5 of knowledge."""

    def gain(**changes: float) -> float:
        return math.log(1 / accepts() - 1) - math.log(1 / accepts(**changes) - 1)

    assert gain(vouched=0.5) == pytest.approx(0.3)
    assert gain(networking=0.7) == pytest.approx(0.4)
    assert gain(knowledge=0.7) == pytest.approx(0.25)


def test_a_village_regulation_by_hand() -> None:
    assert outlets.base_after_regulation(P, 0.45) == pytest.approx(0.5)
    assert outlets.base_after_regulation(P, 0.99) == 1


def test_deception_by_hand() -> None:
    assert outlets.deception_probability(P, 0) == 0.001
    assert outlets.deception_probability(P, 0.7) == pytest.approx(0.0003)
    assert outlets.deception_probability(P, 1) == 0


def test_outside_is_harder() -> None:
    """Pattern V6: at least ten points less at a first visit."""
    inside = accepts(trust=P.trust_base_in_village, km=1)
    assert accepts(trust=P.trust_base_outside, km=8) - inside <= -0.10


def test_what_is_on_consignment() -> None:
    assert outlets.on_consignment(False, False)
    assert outlets.on_consignment(True, True)
    assert not outlets.on_consignment(False, True)


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
    assert selling.order_share(P, 0.35, 1, 1, False) == pytest.approx(0.5)
    assert selling.order_share(P, 0.35, 0.7, 1, False) == pytest.approx(0.35)
    assert selling.order_share(P, 0.95, 1, 1, False) == 1
    assert selling.order_share(P, 0.95, 1, 0.8, False) == 0.8  # the officers dare no more
    assert selling.order_share(P, 0.0, 0.1, 0.8, True) == 0.8  # the group's own stall
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


@given(st.floats(0, 16), st.floats(0.5, 1000) | st.just(math.inf), luck)
@example(0.0, 5.0, 0.5)
@example(16.0, 1e9, 0.5)
def test_buyers_are_negative_binomial(mean: float, size: float, u: float) -> None:
    """To a mean of sixteen; tests/test_quantiles.py tells how near it is above."""
    assume(mean == 0 or mean > 1e-6)
    law = stats.poisson(mean) if size > 1e8 else stats.nbinom(size, size / (size + mean))
    assert is_quantile(law, u, selling.buyers(mean, size, u))


@given(st.floats(0, 2_000), st.floats(0.5, 1_000), luck, luck)
def test_more_luck_and_more_demand_bring_no_fewer_buyers(
    mean: float, size: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert 0 <= selling.buyers(mean, size, low) <= selling.buyers(mean, size, high)


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
    shelf = np.array(batches, np.int64)
    sold = selling.sell(shelf, first, last, wanted)
    left = shelf.tolist()
    on_shelf = batches[first : last + 1]
    assert sold == min(wanted, sum(on_shelf)) == sum(batches) - sum(left)
    assert left[:first] + left[last + 1 :] == batches[:first] + batches[last + 1 :]
    touched = [i for i in range(first, last + 1) if left[i] < batches[i]]
    assert all(left[i] == 0 for i in range(first, max(touched, default=first)))


def rationed(orders: list[int], available: int) -> list[int]:
    shares = np.full(len(orders), -1, np.int64)
    selling.ration(np.array(orders, np.int64), available, shares)
    return [*shares.tolist()]


@given(counts, st.integers(0, 10_000))
def test_rationing_is_fair_to_a_piece(orders: list[int], available: int) -> None:
    loads = rationed(orders, available)
    wanted = sum(orders)
    assert sum(loads) == min(wanted, available)
    for load, order in zip(loads, orders, strict=True):
        assert 0 <= load <= order
        if wanted > available:
            assert abs(load - order * available / wanted) < 1


def test_rationing_by_hand() -> None:
    assert rationed([10, 20, 30], 30) == [5, 10, 15]
    assert rationed([10, 20, 31], 30) == [5, 10, 15]  # 4.9, 9.8, 15.2
    assert rationed([1, 1, 1], 2) == [1, 1, 0]
    assert rationed([3, 4], 9) == [3, 4]


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
    days = [sum(end - first for first, end, _, _ in _windows(life, 2)) for life in (1, 3, 60)]
    assert days == [2, 4, 7]  # two sessions x shelf life (2.0.2)

    def week(demand: tuple[int, int, int]) -> float:
        return sum(map(math.prod, zip(demand, margins, days, strict=True)))

    assert week((10, 6, 2)) == pytest.approx(43_000, rel=0.01)
    assert week((40, 25, 6)) == pytest.approx(150_000, rel=0.01)


@pytest.mark.parametrize("sessions", range(1, 7))
@pytest.mark.parametrize("life", [1, 2, 3, 6, 7, 60])
def test_windows_hold_each_batch_on_its_days(sessions: int, life: int) -> None:
    shelf = {
        (day, batch)
        for batch in range(sessions)
        for day in range(batch, min(batch + life, DAYS_PER_WEEK))
    }
    windows = _windows(life, sessions)
    found = [
        (day, batch)
        for first, end, oldest, newest in windows
        for day in range(first, end)
        for batch in range(oldest, newest + 1)
    ]
    assert sorted(found) == sorted(shelf)
    ground = setting(1, {"sessions_per_week": sessions, "shelf_life_days_bolu": life}).ground
    bolu, baked_for = ground.products[1], ground.baked_for[1, :, : len(windows)]
    assert bolu["windows"] == len(windows)
    assert bolu["dry"] == (life >= DAYS_PER_WEEK)
    expected = [(oldest, newest) for _, _, oldest, newest in windows]
    assert ground.windows[1, : len(windows)].tolist() == expected
    if bolu["dry"]:  # each session bakes for the whole week
        assert baked_for.all()
    else:  # each window is baked for once, by the latest batch in it
        assert baked_for.sum(axis=0).tolist() == [1] * len(windows)
        assert baked_for.argmax(axis=0).tolist() == [newest for *_, newest in windows]
