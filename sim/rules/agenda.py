"""The agenda: when a plan that reacts takes place, as action research does."""

from __future__ import annotations

from typing import Final

from sim.compiled import compiled
from sim.parameters import INTERVENTION_KINDS
from sim.state import When

# To which the women are invited; each decides whether she comes.
GATHERINGS: Final = tuple(
    INTERVENTION_KINDS.index(kind)
    for kind in (
        "fgd", "norms", "proposal_training", "product_training", "education", "agency_training",
    )
)  # fmt: skip
# On which officers go; somebody must come.
ERRANDS: Final = tuple(
    INTERVENTION_KINDS.index(kind)
    for kind in ("negotiation", "audience", "capital_proposal", "campaign")
)
# For single women: those who would gain most are invited.
TALKS: Final = tuple(INTERVENTION_KINDS.index(kind) for kind in ("counselling", "persuasion"))


@compiled
def holds(
    when: int, below: float, happened: int, since: int, week: int, attendance: float, cash: int
) -> bool:
    """Whether what a plan waits for held in the week before.

    happened: week of the last refusal, end or rejection that it is about; since: when the plan last
    began; attendance: share of the women at the last sessions; cash: Rp in the box.
    """
    if when == When.ATTENDANCE_BELOW:
        return attendance < below
    if when == When.CASH_BELOW:
        return cash < below
    return when == When.ALWAYS or since <= happened < week


@compiled
def begins(left: int, next_week: int, week: int) -> bool:
    """Whether a plan may begin in a week: it has times left and the week has come."""
    return left > 0 and week >= next_week
