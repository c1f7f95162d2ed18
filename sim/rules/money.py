"""Money: reserve, payout and its division. All amounts are whole rupiah."""

from __future__ import annotations

from enum import IntEnum

from sim.compiled import compiled
from sim.parameters import DAYS_PER_WEEK, Parameters


class Division(IntEnum):
    """The three rules of the switch division_rule, in the order of its choices."""

    EQUAL = 0
    ATTENDANCE = 1
    OFFICER_BONUS = 2


@compiled
def payout(p: Parameters, surplus: int, cash: int, busy_week: int, capital: int) -> int:
    """Rupiah paid out of the cash box this week (theory sheet 2.14.13).

    The members' part of a positive surplus, and what the box then holds above a few weeks of
    materials in the busiest week of the last quarter, so that a quiet month (Ramadan) does not
    empty it. Granted money (`capital`) is for working with and stays. Never more than the box
    holds.
    """
    if surplus <= 0:
        return 0
    shared = int((1 - p.reserve_share) * surplus)
    excess = int(cash - capital - shared - p.reserve_release_weeks * busy_week)
    return min(cash, shared + max(0, excess))


@compiled
def bonus(p: Parameters, rule: int, amount: int) -> int:
    """Rupiah of a payout that the officers divide among themselves first."""
    return int(p.officer_bonus_share * amount) if rule == Division.OFFICER_BONUS else 0


@compiled
def weight(rule: int, sessions: int) -> int:
    """Weight of a woman in a division: everyone alike, or sessions worked."""
    return 1 if rule == Division.EQUAL else sessions


@compiled
def part(amount: int, weight: int, total: int) -> int:
    """Whole rupiah in proportion to a weight, rounded down; the rest stays in the box."""
    return amount * weight // total if total else 0


@compiled
def weekly_wage(p: Parameters) -> int:
    """Rupiah a woman gets each week from a wage budget of the village (F147)."""
    return int(p.wage_request * DAYS_PER_WEEK / p.days_per_month)


@compiled
def granted_value(amount: int, leak: float) -> int:
    """Rupiah of a cash grant that reach the box, after what leaks to households [S66]."""
    return int(amount * (1 - leak))
