"""Outlets: acceptance, bad weeks, stopping, opening again."""

from __future__ import annotations

from sim.parameters import Parameters
from sim.rules.logit import logistic


def acceptance_probability(
    p: Parameters,
    trust: float,
    quality: float,
    margin: float,
    km: float,
    legal: bool,
    mentor: float,
) -> float:
    """Probability that an outlet agrees to take goods at a negotiated visit (theory sheet 2.5).

    trust, quality, mentor: 0-1; margin: share of the price it keeps; km: distance.
    """
    logit = (
        p.accept_intercept
        + p.accept_visit
        + p.accept_trust * trust
        + p.accept_quality * (quality - p.quality_reference)
        + p.accept_margin * (margin - p.margin_reference)
        - p.accept_distance * km
        + p.mentor_accept * mentor
    )
    if legal:
        logit += p.endorse_logodds
    return logistic(logit)


def is_short(p: Parameters, delivered: int, promised: int) -> bool:
    """Whether the delivered value (Rp) falls short of the promised value (Rp)."""
    return delivered < p.short_share * promised


def too_much_left(p: Parameters, unsold: int, delivered: int) -> bool:
    """Whether unsold perishables (Rp) annoy the outlet; it counts towards stopping, not trust."""
    return unsold > p.drop_unsold * delivered


def stops(p: Parameters, trust: float, bad_weeks: int, deliveries: int) -> bool:
    """Whether an outlet stops taking goods (theory sheet 2.5, 2.15.10)."""
    if deliveries < p.drop_min_deliveries:
        return False
    return trust < p.drop_threshold or bad_weeks >= p.drop_bad_weeks


def reopening_probability(p: Parameters, visited: bool) -> float:
    """Probability that a repaired tie opens again this week (theory sheet 2.5)."""
    return min(1.0, p.reopen_prob + p.reopen_visit) if visited else p.reopen_prob


def bad_evidence_kept(p: Parameters, bad: float) -> float:
    """Bad evidence (events) that a tie keeps when it opens again (theory sheet 2.14.12)."""
    return p.reopen_kept * bad
