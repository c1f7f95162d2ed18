"""Members: farm calls, the decision to come, effort, belief, trust in the group, leaving."""

from __future__ import annotations

from enum import IntEnum

from sim.parameters import DAYS_PER_WEEK, Parameters
from sim.rules.logit import logistic


class Type(IntEnum):
    """How a woman answers to what the others do (Fischbacher, Gachter and Fehr 2001 [S46])."""

    CONDITIONAL = 0
    FREE_RIDER = 1
    OTHER = 2


def type_of(p: Parameters, u: float) -> int:
    """The type of a woman, from one draw and the shares of the types."""
    if u < p.share_conditional:
        return Type.CONDITIONAL
    if u < p.share_conditional + p.share_freerider:
        return Type.FREE_RIDER
    return Type.OTHER


def farm_call_probability(p: Parameters, farm_days: float) -> float:
    """Probability of a farm call on one day, from days of work a week (F23: only when needed)."""
    return min(1.0, p.farm_days_factor * farm_days / DAYS_PER_WEEK)


def days_called(days: int, probability: float, u: float) -> int:
    """Number of `days` with a farm call: the binomial quantile of the draw."""
    if probability >= 1:
        return days
    odds = probability / (1 - probability)
    mass = (1 - probability) ** days
    total = mass
    count = 0
    while u > total and count < days:
        mass *= odds * (days - count) / (count + 1)
        total += mass
        count += 1
    return count


def wage_lost(p: Parameters) -> int:
    """Rupiah of farm wage lost by working at a session on a day with a farm call [S51]."""
    return int(p.session_reservation_frac * p.farm_wage_day)


def attendance_probability(
    p: Parameters,
    kind: int,
    trust: float,
    efficacy: float,
    expected_pay: float,
    called: bool,
    norm: float,
    belief: float,
    mentor: float,
    fgd: float,
) -> float:
    """Probability that a woman comes to one session (theory sheet 2.2, 2.14.4-5).

    logit = intercept + trust + confidence + expected pay - wage lost today + norm + mentoring
    + memory of the FGD; conditional co-operators add what they believe of the others, free riders
    stay away unless rules bind. Trust, efficacy, norm, belief, mentor and fgd are in 0-1, expected
    pay in rupiah per session.
    """
    logit = (
        p.attend_intercept
        + p.attend_trust * (trust - p.attend_centre)
        + p.attend_efficacy * (efficacy - p.attend_centre)
        + p.attend_pay * expected_pay / p.rupiah_unit
        + p.norm_effect * (norm - p.norm_init)
        + p.mentor_attend * mentor
        + p.fgd_effect * fgd
    )
    if called:
        logit -= p.opportunity_weight * wage_lost(p) / p.rupiah_unit
    if kind == Type.CONDITIONAL:
        logit += p.attend_belief * (p.cc_slope * belief - p.conditional_reference)
    elif kind == Type.FREE_RIDER:
        logit -= p.attend_freerider * (1 - norm)
    return logistic(logit)


def effort(p: Parameters, kind: int, belief: float, norm: float) -> float:
    """Effort (0-1) of a woman at work (theory sheet 2.2)."""
    if kind == Type.FREE_RIDER:
        return 1.0 if norm > p.norm_effort_threshold else p.effort_freerider
    return min(1.0, p.cc_slope * belief + p.effort_floor)


def belief_after(p: Parameters, belief: float, attendance: float) -> float:
    """Expected attendance (0-1) of the others, moved towards what was seen."""
    return belief + p.belief_memory * (attendance - belief)


def expected_pay_after(p: Parameters, expected: float, pay: int, sessions: int) -> float:
    """Expected pay (Rp per session) after a week in which she came to `sessions` sessions."""
    if sessions == 0:
        return expected
    return expected + p.pay_memory * (pay / sessions - expected)


def trust_after_meeting(p: Parameters, trust: float, attendance: float, sessions: int) -> float:
    """Trust in the group moves towards attendance, the faster the more often they meet [S45]."""
    rate = min(1.0, p.meet_trust_rate * sessions / p.meet_reference_sessions)
    return trust + rate * (attendance - trust)


def trust_after_division(
    p: Parameters, trust: float, effort_share: float, pay_share: float, members: int
) -> float:
    """Trust lost when a woman's share of the pay is below her share of the work, within 0-1."""
    lost = p.dissatisfaction_rate * max(0.0, effort_share - pay_share) * members
    return min(1.0, max(0.0, trust - lost))


def unpaid_weeks_after(p: Parameters, weeks: int, expected_pay: float, farm_days: float) -> int:
    """Weeks in a row in which expected pay was far below what the fields would pay."""
    hired = min(1.0, p.farm_days_factor * farm_days / p.work_days_week)
    return weeks + 1 if expected_pay < p.exit_pay_ratio * hired * wage_lost(p) else 0


def exit_probability(p: Parameters, unpaid_weeks: int) -> float:
    """Probability that a woman leaves the group this week [S52]; more when unpaid for long."""
    if unpaid_weeks >= p.exit_unpaid_weeks:
        return min(1.0, p.exit_hazard * p.exit_unpaid_multiplier)
    return p.exit_hazard


def norm_after(p: Parameters, norm: float, weeks_since_fgd: int, mentored: bool) -> float:
    """Norm strength (0-1): rules that nobody recalls are forgotten (theory sheet 2.14.21)."""
    if mentored or weeks_since_fgd < p.norm_recall_weeks:
        return norm
    return norm * (1 - p.norm_decay)
