"""The logistic function, shared by every rule of choice."""

from __future__ import annotations

import math

from sim.compiled import compiled


@compiled
def logistic(logit: float) -> float:
    """Probability (0-1) of log-odds; safe however large they are."""
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    odds = math.exp(logit)
    return odds / (1 + odds)
