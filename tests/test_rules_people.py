"""Rules of people: trust, attendance, habits, skills and donors, by hand and by the sheet."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from sim.parameters import Parameters
from sim.rules import logit, members, support, trust
from sim.rules.members import Type
from tests.strategies import is_quantile, luck, parameters, percent, shares
from tests.worlds import numbers

P = numbers()

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


def test_the_multiplicative_form_by_hand() -> None:
    """A tenth more after a good week, up to 1; a twentieth less after any other."""
    assert trust.multiplied_after(P, 0.5, True) == pytest.approx(0.55)
    assert trust.multiplied_after(P, 0.95, True) == 1
    assert trust.multiplied_after(P, 0.5, False) == pytest.approx(0.475)
    assert trust.trust_of(numbers(trust_form="multiplicative"), 8, 0, 0.45, 0.5, 1.0) == 0.5


def test_a_cap_holds_in_both_forms() -> None:
    beta = trust.trust_of(P, 8, 0, 0.45, 0.5, 1.0)
    assert beta == trust.level(P, 8, 0, 0.45) == pytest.approx(9.8 / 12)
    assert trust.trust_of(P, 8, 0, 0.45, 0.5, 0.6) == 0.6
    assert trust.trust_of(numbers(trust_form="multiplicative"), 8, 0, 0.45, 0.9, 0.6) == 0.6


# --- Members ---


def comes(p: Parameters = P, called: bool = False, **changes: Any) -> float:
    """Probability that a woman comes to a session; neutral where nothing is said."""
    usual = {
        "kind": Type.OTHER.value, "trust": 0.5, "efficacy": 0.5, "motivation": 0.4, "belief": 0.6,
        "propensity": 0.5, "expected_pay": 0.0, "norm": p.norm_init, "mentor": 0.0, "fgd": 0.0,
        "poor": False,
    }  # fmt: skip
    assert usual.keys() >= changes.keys()
    logit = members.inclination(p, *{**usual, **changes}.values())
    return members.attendance_probability(p, logit, called)


@pytest.mark.parametrize(
    ("changes", "logodds"),
    [
        ({}, 0.35),
        ({"called": True}, 0.35 - 0.08 * 17.5),
        ({"trust": 0.6, "efficacy": 0.45}, 0.35 + 0.2 - 0.06),
        ({"expected_pay": 5_000.0}, 0.35 + 0.25),
        ({"mentor": 1.0}, 0.35 + 0.4),
        ({"fgd": 1.0}, 0.35 + 0.5),
        ({"motivation": 0.9}, 0.35 + 0.6 * 0.5),
        ({"propensity": 1.0}, 0.35),  # nothing, in the form conditional
        ({"poor": True}, 0.35),  # attend_need is 0: its direction is unknown
        ({"norm": 0.55}, 0.35 + 1.27 * 0.5),
        ({"kind": Type.CONDITIONAL.value}, 0.35),  # 0.75 x 0.6 is the reference
        ({"kind": Type.CONDITIONAL.value, "belief": 1.0}, 0.35 + 2.5 * 0.3),
        ({"kind": Type.FREE_RIDER.value}, 0.35 - 0.9 * 0.95),
        ({"kind": Type.FREE_RIDER.value, "norm": 1.0}, 0.35 + 1.27 * 0.95),
    ],
)
def test_attendance_by_hand(changes: dict[str, Any], logodds: float) -> None:
    assert comes(**changes) == pytest.approx(1 / (1 + math.exp(-logodds)))


def test_in_the_form_payoff_all_women_follow_what_coming_paid() -> None:
    """Types no longer count; propensity 0.5 is neutral, 2.5 log-odds from never to always."""
    p = numbers(participation_form="payoff")
    for kind in Type:
        for propensity, logodds in ((0.5, 0.35), (1.0, 0.35 + 1.25), (0.0, 0.35 - 1.25)):
            chance = comes(p, kind=kind.value, propensity=propensity)
            assert chance == pytest.approx(1 / (1 + math.exp(-logodds)))


def test_a_lost_income_counts_as_much_as_attend_need() -> None:
    assert comes(numbers(attend_need=0.5), poor=True) == pytest.approx(logit.logistic(0.85))
    assert comes(numbers(attend_need=0.5)) == pytest.approx(logit.logistic(0.35))


def test_an_invitation_is_worth_one_logodd() -> None:
    assert members.gathering_probability(P, 0.35, False) == pytest.approx(logit.logistic(1.35))
    assert members.gathering_probability(P, 0.35, True) == pytest.approx(logit.logistic(-0.05))


def test_propensity_by_hand() -> None:
    """Worth it: paid at least the wage lost, and at all."""
    assert members.propensity_after(P, 0.6, 20_000, 17_500, 1) == pytest.approx(0.72)
    assert members.propensity_after(P, 0.6, 17_000, 17_500, 1) == pytest.approx(0.42)
    assert members.propensity_after(P, 0.6, 0, 0, 2) == pytest.approx(0.42)
    assert members.propensity_after(P, 0.6, 20_000, 0, 0) == 0.6  # she did not come


def test_motivation_by_hand() -> None:
    assert members.motivation_after(P, 0.9, 0.4) == pytest.approx(0.87)
    assert members.motivation_after(P, 0.3, 0.4) == pytest.approx(0.306)
    assert members.gained(0.4, 0.1) == pytest.approx(0.46)
    assert members.gained(0.4, 0) == 0.4


def test_talks_by_hand() -> None:
    assert members.counselled(P, 0.45) == pytest.approx(0.65)
    assert members.counselled(P, 0.9) == 1
    assert members.trust_after_persuasion(P, 0.6) == pytest.approx(0.65)
    assert members.trust_after_persuasion(P, 0.99) == 1


def test_written_rules_bind_those_who_were_there() -> None:
    assert members.norm_adopted(P, 0.05, 1.0) == pytest.approx(0.7)
    assert members.norm_adopted(P, 0.05, 0.5) == pytest.approx(0.35)
    assert members.norm_adopted(P, 0.5, 0.5) == 0.5  # what they have already stays


def test_vacancies_by_hand() -> None:
    assert members.fill_probability(P, 0) == 0.01
    assert members.fill_probability(P, 1) == members.fill_probability(P, 9) == 0.05
    assert members.fill_probability(numbers(join_prob=0), 9) == 0.01


@given(luck)
def test_women_differ_by_a_normal_law(u: float) -> None:
    """Cut off at 0 and 1; the quantile of the draw."""
    found = members.spread(0.6, 0.1, u)
    assert found == pytest.approx(min(1, max(0, stats.norm(0.6, 0.1).ppf(u))), abs=1e-12)
    assert members.spread(0.6, 0, u) == 0.6


@given(luck)
def test_households_differ_by_a_log_normal_law(u: float) -> None:
    month = stats.lognorm(0.25, scale=900_000).ppf(u)
    assert members.other_income(P, u) == pytest.approx(month * 7 / 30.4, abs=1)
    assert members.household_size(P, u) == pytest.approx(
        max(1, stats.lognorm(0.25, scale=4.7).ppf(u))
    )


def test_a_lost_income_by_hand() -> None:
    assert members.other_income_now(200_001, 0.5) == 100_000
    assert members.other_income_now(200_001, 0) == 200_001
    assert members.other_income_now(200_001, 1) == 0


def test_attendance_starts_where_the_sheet_wants_it() -> None:
    """Near 0.55-0.6 among women as founded, without a farm call (theory sheet 2.2)."""
    founded = {"trust": 0.6, "efficacy": 0.45, "expected_pay": 5_000.0, "belief": 0.6}
    rates = {Type.CONDITIONAL: 0.5, Type.FREE_RIDER: 0.3, Type.OTHER: 0.2}
    mean = sum(rate * comes(kind=kind.value, **founded) for kind, rate in rates.items())
    assert 0.55 <= mean <= 0.65


def test_belief_moves_conditional_cooperators_only() -> None:
    assert comes(belief=0.0) == comes(belief=1.0)
    rider = Type.FREE_RIDER.value
    assert comes(kind=rider, belief=0.0) == comes(kind=rider, belief=1.0)


def test_rules_bind_free_riders_more() -> None:
    def odds(kind: int, norm: float) -> float:
        return math.log(1 / comes(kind=kind, norm=norm) - 1)

    kinds = (Type.FREE_RIDER.value, Type.OTHER.value)
    gains = [odds(kind, 0.0) - odds(kind, 1.0) for kind in kinds]
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
    assert members.farm_call_probability(P, 3.5, 0.0) == 0.5
    assert members.farm_call_probability(P, 3.5, 0.5) == 0.25  # half of the harvest is lost
    assert members.farm_call_probability(P, 3.5, 1.0) == 0
    assert members.farm_call_probability(numbers(farm_days_factor=3), 3.5, 0.0) == 1


@given(st.integers(0, 7), shares, luck)
@example(7, 1.0, 0.5)
@example(0, 0.5, 0.5)
def test_days_called_are_binomial(days: int, probability: float, u: float) -> None:
    called = members.days_called(days, probability, members.no_call(days, probability), u)
    assert 0 <= called <= days
    assert is_quantile(stats.binom(days, probability), u, called)


def test_effort_by_hand() -> None:
    assert members.effort(P, Type.CONDITIONAL.value, 0.6, 0.05) == pytest.approx(0.7)
    assert members.effort(P, Type.OTHER.value, 1.0, 0.05) == 1
    assert members.effort(P, Type.FREE_RIDER.value, 1.0, 0.5) == 0.5
    assert members.effort(P, Type.FREE_RIDER.value, 0.0, 0.51) == 1


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


# --- Support ---


def test_skills_by_hand() -> None:
    assert support.trained(0.15, 0.35, 1) == pytest.approx(0.4475)
    assert support.trained(0.15, 0.35, 0.5) == pytest.approx(0.15 + 0.14875)  # half came
    assert support.trained(0.15, 0, 1) == support.trained(0.15, 0.35, 0) == 0.15
    level = 1.0
    for _ in range(28):
        level = support.faded(level, support.kept(28))
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
    chance = support.budget_probability(P, False, 0.45, 0, False)
    assert chance == pytest.approx(logit.logistic(-0.96))
    helped = support.budget_probability(P, True, 0.45, 1, False)
    assert helped == pytest.approx(logit.logistic(0.84))
    elected = support.budget_probability(P, True, 0.45, 1, True)
    assert elected == pytest.approx(logit.logistic(-0.16))  # a new head: one log-odd less
    assert support.wage_probability(P, 0.5) == pytest.approx(0.15)
    assert support.wage_probability(numbers(wage_request_factor=3), 0.5) == 1
    assert support.budget_amount(P) == 9_340_000


def test_pay_day_is_any_day_of_the_half_year() -> None:
    """From 1 January 2020, day 131 of the run, 182 days: weeks 18 to 44."""
    assert support.payment_week(131, 182, 1e-9) == 18
    assert support.payment_week(131, 182, 1 - 1e-9) == 44
    weeks = [support.payment_week(131, 182, (i + 0.5) / 182) for i in range(182)]
    assert [weeks.count(week) for week in (18, 19, 43, 44)] == [2, 7, 7, 5]


def test_a_ministry_gives_to_legal_groups_of_a_kubes_size() -> None:
    assert support.may_grant(P, True, 5) and support.may_grant(P, True, 20)
    assert not support.may_grant(P, True, 4)
    assert not support.may_grant(P, True, 21)
    assert not support.may_grant(P, False, 20)


def test_tools_come_from_money_only() -> None:
    assert support.tools_in_use(P, 3_000_000) == 0.95
    assert support.tools_now(0.4, False) == 0.4
    assert support.tools_now(0.4, True) == 1
    assert support.tools_in_use(P, 0) == 0
