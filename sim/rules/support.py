"""Support: skills learned and forgotten, quality, mentoring, donors and the village budget."""

from __future__ import annotations

import math

from sim.compiled import compiled
from sim.parameters import DAYS_PER_WEEK, GAMMA_SHAPE, HALVING, Parameters
from sim.rules.logit import logistic


@compiled
def trained(skill: float, gain: float, turnout: float) -> float:
    """Skill (0-1) after a training that gives `gain` of what is missing to those who come (2.9)."""
    return skill + gain * turnout * (1 - skill)


@compiled
def kept(halflife: float) -> float:
    """Share of a level that a week of fading leaves; half-life in weeks (skills [S63], FGD)."""
    return math.exp(-math.log(HALVING) / halflife)


@compiled
def faded(level: float, kept: float) -> float:
    """A level after one week of fading."""
    return level * kept


@compiled
def skill_at_rest(p: Parameters, quality: float) -> float:
    """Product skill (0-1) that keeps `quality` as it is."""
    return min(1.0, max(0.0, (quality - p.quality_base) / p.quality_skill))


@compiled
def quality_after(p: Parameters, quality: float, skill: float, effort: float) -> float:
    """Quality (0-1) moved towards what skill and the effort of the crew make (theory sheet 2.9)."""
    target = (
        p.quality_base + p.quality_skill * skill + p.effort_quality * (effort - p.effort_reference)
    )
    return min(1.0, max(0.0, quality + p.quality_rate * (target - quality)))


@compiled
def delay_weeks(mean: float, u_1: float, u_2: float) -> int:
    """Whole weeks, at least one: a gamma delay of shape 2, the sum of two exponential waits."""
    return max(1, math.ceil(-mean / GAMMA_SHAPE * (math.log(u_1) + math.log(u_2))))


@compiled
def grant_probability(
    p: Parameters, proposal_quality: float, legal: bool, weeks: int, mentor: float, trust: float
) -> float:
    """Probability that a donor grants a proposal (theory sheet 2.7).

    proposal_quality: skill (0-1) when it was written; weeks: since week 0; trust: the donor's.
    """
    logit = (
        p.grant_intercept
        + p.grant_quality * proposal_quality
        + p.mentor_donor * mentor
        + p.grant_trust * trust
    )
    if legal:
        logit += p.grant_legality
    if weeks > p.grant_age_weeks:
        logit += p.grant_age
    return logistic(logit)


@compiled
def may_grant(p: Parameters, legal: bool, women: int) -> bool:
    """Whether a ministry gives at all: to a legal group of a KUBE's size [S16]."""
    return legal and p.kube_smallest <= women <= p.kube_limit


@compiled
def budget_probability(
    p: Parameters, legal: bool, trust: float, mentor: float, new_head: bool
) -> float:
    """Probability that a request enters the village budget (theory sheet 2.8)."""
    logit = p.budget_intercept + p.budget_trust * trust + p.budget_mentor * mentor
    if legal:
        logit += p.budget_legality
    if new_head:
        logit += p.budget_turnover
    return logistic(logit)


@compiled
def wage_probability(p: Parameters, budget_probability: float) -> float:
    """Probability that a wage budget is granted: less than for tools (theory sheet 2.8)."""
    return min(1.0, p.wage_request_factor * budget_probability)


@compiled
def payment_week(first_day: int, days: int, u: float) -> int:
    """Week in which granted money arrives: any of `days` days from `first_day`, by lot."""
    return (first_day + int(days * u)) // DAYS_PER_WEEK


@compiled
def tools_now(tools: float, lent: bool) -> float:
    """Tools at work (0-1): those granted, or all while some are lent (F120)."""
    return 1.0 if lent else tools


@compiled
def tools_in_use(p: Parameters, amount: int) -> float:
    """Share (0-1) of granted tools that is not lost [S66]; nothing comes of a grant of nothing."""
    return 1 - p.grant_tools_leak if amount > 0 else 0.0


@compiled
def budget_amount(p: Parameters) -> int:
    """Rupiah of dana desa for the group when its request is granted."""
    return int(p.dana_desa_group_share * p.dana_desa_year)
