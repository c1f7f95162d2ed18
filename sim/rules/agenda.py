"""The agenda: when a plan that reacts takes place, as action research does."""

from __future__ import annotations

from sim.compiled import compiled
from sim.state import When


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
