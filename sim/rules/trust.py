"""Trust of outlets and donors: reputation with forgetting, and hearsay along the network.

Form: beta reputation (Josang and Ismail 2002 [S40]) with a base rate and a prior weight.
"""

from __future__ import annotations

import math
from enum import IntEnum

from sim.compiled import compiled
from sim.parameters import Parameters


class Form(IntEnum):
    """The choices of the switch trust_form, in their order."""

    BETA = 0
    MULTIPLICATIVE = 1


@compiled
def trust_of(
    p: Parameters, good: float, bad: float, base: float, multiplied: float, cap: float
) -> float:
    """Trust of an outlet (0-1) in the form of the switch, under its cap (theory sheet 2.1).

    multiplied: its level in the multiplicative form; cap: below 1 after a deception [S44].
    """
    if p.trust_form == Form.MULTIPLICATIVE:
        return min(cap, multiplied)
    return min(cap, level(p, good, bad, base))


@compiled
def multiplied_after(p: Parameters, multiplied: float, good_week: bool) -> float:
    """Trust (0-1) in the multiplicative form after a week with a delivery (LFABM [S60])."""
    return min(1.0, multiplied * p.trust_up) if good_week else multiplied * p.trust_down


@compiled
def level(p: Parameters, good: float, bad: float, base: float) -> float:
    """Trust in 0-1 from weighted good and bad events and a base rate (theory sheet 2.1).

    T = (r + W a) / (r + s + W)
    """
    return (good + p.trust_prior_weight * base) / (good + bad + p.trust_prior_weight)


@compiled
def remembered(p: Parameters, evidence: float) -> float:
    """Evidence (events) left after a week of forgetting (theory sheet 2.1)."""
    return p.trust_memory * evidence


@compiled
def good_evidence(p: Parameters, promise_weeks: int) -> float:
    """Weight (events) of a good delivery; more after a visit with a promise [S44]."""
    return p.trust_gain * p.promise_factor if promise_weeks > 0 else p.trust_gain


@compiled
def bad_evidence(p: Parameters) -> float:
    """Weight (events) of a bad delivery: trust is lost faster than won [S41-S43]."""
    return p.trust_gain * p.trust_loss_ratio


@compiled
def telling_probability(p: Parameters, partner: bool) -> float:
    """Probability that an informed outlet tells a neighbour this week [S58].

    Partners tell more often than informed outlets that are no partner.
    """
    per_quarter = p.info_pass_participant if partner else p.info_pass_other
    return -math.expm1(math.log1p(-per_quarter) / p.weeks_per_quarter)


@compiled
def base_after_hearsay(p: Parameters, base: float, teller_trust: float) -> float:
    """Base rate (0-1) moved towards what the teller thinks; symmetric for good and bad [S43]."""
    return base + p.hearsay_weight * (teller_trust - base)
