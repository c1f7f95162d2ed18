"""Outlets: acceptance, bad weeks, stopping, opening again."""

from __future__ import annotations

from sim.compiled import compiled
from sim.parameters import Parameters
from sim.rules.logit import logistic


@compiled
def on_consignment(own: bool, outright: bool) -> bool:
    """Whether an outlet gives back what it does not sell (F94); the group's own always does."""
    return own or not outright


@compiled
def acceptance_probability(
    p: Parameters,
    trust: float,
    quality: float,
    margin: float,
    km: float,
    legal: bool,
    mentor: float,
    vouched: float,
    networking: float,
    knowledge: float,
) -> float:
    """Probability that an outlet agrees to take goods at a negotiated visit (theory sheet 2.5).

    trust, quality, mentor: 0-1; margin: share of the price it keeps; km: distance; vouched: mean
    trust of the partners it knows (Lawang 3); networking, knowledge: of the officers (Tabel 5).
    """
    logit = (
        p.accept_intercept
        + p.accept_visit
        + p.accept_trust * trust
        + p.accept_quality * (quality - p.quality_reference)
        + p.accept_margin * (margin - p.margin_reference)
        - p.accept_distance * km
        + p.mentor_accept * mentor
        + p.accept_vouch * vouched
        + p.accept_networking * (networking - p.networking_init)
        + p.accept_knowledge * (knowledge - p.knowledge_init)
    )
    if legal:
        logit += p.endorse_logodds
    return logistic(logit)


@compiled
def is_short(p: Parameters, delivered: int, promised: int) -> bool:
    """Whether the delivered value (Rp) falls short of the promised value (Rp)."""
    return delivered < p.short_share * promised


@compiled
def too_much_left(p: Parameters, unsold: int, delivered: int) -> bool:
    """Whether unsold perishables (Rp) annoy the outlet; it counts towards stopping, not trust."""
    return unsold > p.drop_unsold * delivered


@compiled
def stops(p: Parameters, trust: float, bad_weeks: int, deliveries: int) -> bool:
    """Whether an outlet stops taking goods (theory sheet 2.5, 2.15.10)."""
    if deliveries < p.drop_min_deliveries:
        return False
    return trust < p.drop_threshold or bad_weeks >= p.drop_bad_weeks


@compiled
def reopening_probability(p: Parameters, visited: bool) -> float:
    """Probability that a repaired tie opens again this week (theory sheet 2.5)."""
    return min(1.0, p.reopen_prob + p.reopen_visit) if visited else p.reopen_prob


@compiled
def base_after_regulation(p: Parameters, base: float) -> float:
    """Base rate (0-1) of an outlet in the village after a village regulation (F165)."""
    return min(1.0, base + p.perdes_base_gain)


@compiled
def deception_probability(p: Parameters, norm: float) -> float:
    """Probability of wrong counts or unpaid money at one outlet in a week (theory sheet 2.1)."""
    return p.deception_hazard * (1 - norm)


@compiled
def bad_evidence_kept(p: Parameters, bad: float) -> float:
    """Bad evidence (events) that a tie keeps when it opens again (theory sheet 2.14.12)."""
    return p.reopen_kept * bad
