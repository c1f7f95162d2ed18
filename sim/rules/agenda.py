"""The agenda: when a plan that reacts takes place, as action research does."""

from __future__ import annotations

from typing import Final

from sim.compiled import compiled
from sim.parameters import Kind
from sim.state import When

# To which the women are invited; each decides whether she comes.
GATHERINGS: Final = (
    Kind.FGD.value, Kind.NORMS.value, Kind.PROPOSAL_TRAINING.value, Kind.PRODUCT_TRAINING.value,
    Kind.EDUCATION.value, Kind.AGENCY_TRAINING.value,
)  # fmt: skip
# On which officers go; somebody must come.
ERRANDS: Final = (
    Kind.NEGOTIATION.value, Kind.AUDIENCE.value, Kind.CAPITAL_PROPOSAL.value, Kind.CAMPAIGN.value,
)  # fmt: skip
# For single women: those who would gain most are invited.
TALKS: Final = (Kind.COUNSELLING.value, Kind.PERSUASION.value)


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
