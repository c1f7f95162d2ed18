"""Members: farm calls, the decision to come, effort, belief, trust in the group, leaving."""

from __future__ import annotations

import math
from enum import IntEnum

from sim.compiled import compiled
from sim.parameters import DAYS_PER_WEEK, Parameters
from sim.quantiles import binomial_from, normal
from sim.rules.logit import logistic


class Type(IntEnum):
    """How a woman answers to what the others do (Fischbacher, Gachter and Fehr 2001 [S46])."""

    CONDITIONAL = 0
    FREE_RIDER = 1
    OTHER = 2


class Participation(IntEnum):
    """The choices of the switch participation_form, in their order."""

    CONDITIONAL = 0
    PAYOFF = 1


@compiled
def type_of(p: Parameters, u: float) -> int:
    """The type of a woman, from one draw and the shares of the types."""
    if u < p.share_conditional:
        return Type.CONDITIONAL.value
    if u < p.share_conditional + p.share_freerider:
        return Type.FREE_RIDER.value
    return Type.OTHER.value


@compiled
def spread(mean: float, sd: float, u: float) -> float:
    """A level (0-1) that differs among women: normal, cut off at 0 and 1."""
    return min(1.0, max(0.0, mean + sd * normal(u)))


@compiled
def other_income(p: Parameters, u: float) -> int:
    """Rupiah a week that the others of her household earn: log-normal (theory sheet 2.14.20)."""
    month = p.hh_income_other_month * math.exp(p.hh_income_sd * normal(u))
    return int(month * DAYS_PER_WEEK / p.days_per_month)


@compiled
def household_size(p: Parameters, u: float) -> float:
    """Persons of her household, at least herself."""
    return max(1.0, p.household_size * math.exp(p.hh_income_sd * normal(u)))


@compiled
def other_income_now(other_income: int, lost: float) -> int:
    """Rupiah a week of the others after a share is lost."""
    return int(other_income * (1 - lost))


@compiled
def farm_call_probability(p: Parameters, farm_days: float, lost: float) -> float:
    """Probability of a farm call on one day, from days of work a week (F23: only when needed).

    lost: share of the work that a failed harvest takes away.
    """
    return min(1.0, p.farm_days_factor * farm_days * (1 - lost) / DAYS_PER_WEEK)


@compiled
def no_call(days: int, probability: float) -> float:
    """Probability that the fields call on none of `days`."""
    return math.exp(days * math.log1p(-probability)) if probability < 1 else 0.0


@compiled
def days_called(days: int, probability: float, none: float, u: float) -> int:
    """Number of `days` with a farm call: the binomial quantile; `none` is `no_call` of them."""
    return binomial_from(days, probability, none, u)


@compiled
def wage_lost(p: Parameters) -> int:
    """Rupiah of farm wage lost by working at a session on a day with a farm call [S51]."""
    return int(p.session_reservation_frac * p.farm_wage_day)


@compiled
def inclination(
    p: Parameters,
    kind: int,
    trust: float,
    efficacy: float,
    motivation: float,
    belief: float,
    propensity: float,
    expected_pay: float,
    norm: float,
    mentor: float,
    fgd: float,
    poor: bool,
) -> float:
    """Log-odds of coming on a day without a farm call (theory sheet 2.2, 2.14.4).

    intercept + trust + confidence + motivation + expected pay + norm + mentoring + memory of the
    FGD; conditional co-operators add what they believe of the others, free riders stay away unless
    rules bind; in the form payoff all women instead follow what coming has paid [S49]. Trust,
    efficacy, motivation, belief, propensity, norm, mentor and fgd are in 0-1, expected pay in
    rupiah per session; poor: her husband's income is lost.
    """
    logit = (
        p.attend_intercept
        + p.attend_trust * (trust - p.attend_centre)
        + p.attend_efficacy * (efficacy - p.attend_centre)
        + p.attend_motivation * (motivation - p.motivation_init)
        + p.attend_pay * expected_pay / p.rupiah_unit
        + p.norm_effect * (norm - p.norm_init)
        + p.mentor_attend * mentor
        + p.fgd_effect * fgd
    )
    if poor:
        logit += p.attend_need
    if p.participation_form == Participation.PAYOFF:
        logit += p.attend_payoff * (propensity - p.attend_centre)
    elif kind == Type.CONDITIONAL:
        logit += p.attend_belief * (p.cc_slope * belief - p.conditional_reference)
    elif kind == Type.FREE_RIDER:
        logit -= p.attend_freerider * (1 - norm)
    return logit


@compiled
def attendance_probability(p: Parameters, inclination: float, called: bool) -> float:
    """Probability that a woman comes to a session; a farm call costs her wage (2.14.5)."""
    if called:
        inclination -= p.opportunity_weight * wage_lost(p) / p.rupiah_unit
    return logistic(inclination)


@compiled
def gathering_probability(p: Parameters, inclination: float, called: bool) -> float:
    """Probability that a woman comes to a gathering of the programme to which she is invited."""
    return attendance_probability(p, inclination + p.invite_logodds, called)


@compiled
def effort(p: Parameters, kind: int, belief: float, norm: float) -> float:
    """Effort (0-1) of a woman at work (theory sheet 2.2)."""
    if kind == Type.FREE_RIDER:
        return 1.0 if norm > p.norm_effort_threshold else p.effort_freerider
    return min(1.0, p.cc_slope * belief + p.effort_floor)


@compiled
def belief_after(p: Parameters, belief: float, attendance: float) -> float:
    """Expected attendance (0-1) of the others, moved towards what was seen."""
    return belief + p.belief_memory * (attendance - belief)


@compiled
def expected_pay_after(p: Parameters, expected: float, pay: int, sessions: int) -> float:
    """Expected pay (Rp per session) after a week in which she came to `sessions` sessions."""
    if sessions == 0:
        return expected
    return expected + p.pay_memory * (pay / sessions - expected)


@compiled
def propensity_after(
    p: Parameters, propensity: float, pay: int, wage_lost: int, sessions: int
) -> float:
    """Propensity (0-1) moved towards coming if it paid at least the wage lost, else away [S49]."""
    if sessions == 0:
        return propensity
    worth_it = 1.0 if pay >= wage_lost and pay > 0 else 0.0
    return propensity + p.payoff_rate * (worth_it - propensity)


@compiled
def motivation_after(p: Parameters, motivation: float, rest: float) -> float:
    """Motivation (0-1) a week later: it goes back to where it rests."""
    return motivation + p.motivation_fade * (rest - motivation)


@compiled
def gained(level: float, gain: float) -> float:
    """A level (0-1) after gaining a share of what is missing to 1."""
    return level + gain * (1 - level)


@compiled
def counselled(p: Parameters, efficacy: float) -> float:
    """Confidence and voice (0-1) of a woman after counselling (F33 to F37)."""
    return min(1.0, efficacy + p.counsel_gain)


@compiled
def trust_after_persuasion(p: Parameters, trust: float) -> float:
    """Trust (0-1) of a woman whom somebody she respects has talked to (F127)."""
    return min(1.0, trust + p.persuasion_gain)


@compiled
def trust_after_meeting(p: Parameters, trust: float, attendance: float, sessions: int) -> float:
    """Trust in the group moves towards attendance, the faster the more often they meet [S45]."""
    rate = min(1.0, p.meet_trust_rate * sessions / p.meet_reference_sessions)
    return trust + rate * (attendance - trust)


@compiled
def trust_after_division(
    p: Parameters, trust: float, work_share: float, pay_share: float, members: int
) -> float:
    """Trust lost when a woman's share of the pay is below her share of the work, within 0-1."""
    lost = p.dissatisfaction_rate * max(0.0, work_share - pay_share) * members
    return min(1.0, max(0.0, trust - lost))


@compiled
def unpaid_weeks_after(p: Parameters, weeks: int, expected_pay: float, farm_days: float) -> int:
    """Weeks in a row in which expected pay was far below what the fields would pay."""
    hired = min(1.0, p.farm_days_factor * farm_days / p.work_days_week)
    return weeks + 1 if expected_pay < p.exit_pay_ratio * hired * wage_lost(p) else 0


@compiled
def exit_probability(p: Parameters, unpaid_weeks: int) -> float:
    """Probability that a woman leaves the group this week [S52]; more when unpaid for long."""
    if unpaid_weeks >= p.exit_unpaid_weeks:
        return min(1.0, p.exit_hazard * p.exit_unpaid_multiplier)
    return p.exit_hazard


@compiled
def fill_probability(p: Parameters, candidates: int) -> float:
    """Probability that a vacancy is filled this week; likelier while candidates wait [S58]."""
    return max(p.join_hazard, p.join_prob) if candidates > 0 else p.join_hazard


@compiled
def norm_adopted(p: Parameters, norm: float, turnout: float) -> float:
    """Norm (0-1) after the group has written its rules; it binds those who were there."""
    return max(norm, p.norm_adopted * turnout)


@compiled
def norm_after(p: Parameters, norm: float, weeks_since_fgd: int, mentored: bool) -> float:
    """Norm strength (0-1): rules that nobody recalls are forgotten (theory sheet 2.14.21)."""
    if mentored or weeks_since_fgd < p.norm_recall_weeks:
        return norm
    return norm * (1 - p.norm_decay)
