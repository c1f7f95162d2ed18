"""Randomness as a lookup: the same question always gets the same answer.

A draw is a hash of what is asked: which run (seed, village, replication), which week, which event,
who, and towards whom. Nothing is consumed, so the order of agents cannot matter, and two scenarios
share every draw that both make: common random numbers for every single decision.

The mixer is the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
"""

from __future__ import annotations

import hashlib
from enum import IntEnum
from typing import Final

_MASK: Final = (1 << 64) - 1
_GOLDEN: Final = 0x9E3779B97F4A7C15
_MIX_1: Final = 0xBF58476D1CE4E5B9
_MIX_2: Final = 0x94D049BB133111EB
_TO_UNIT: Final = 2.0**-52
_EVENTS: Final = 64  # more than there are events, so that a week and an event make one number


class Event(IntEnum):
    """Every decision that luck takes part in. A new draw gets a new number, never a used one."""

    MEMBER_TYPE = 1
    MEMBER_TRUST = 2
    MEMBER_EFFICACY = 3
    HOUSEHOLD_INCOME = 4
    HOUSEHOLD_SIZE = 5
    FARM_CALL = 10
    ATTEND = 11
    ROTA = 12
    DELIVERY = 13
    DEMAND = 14
    HEARSAY = 15
    ACCEPT = 16
    REOPEN = 17
    CORE_FAILURE = 18
    CORE_FINAL = 19
    EXIT = 20
    LEGALITY = 21
    LEGALITY_DELAY = 22
    GRANT = 23
    GRANT_DELAY = 24
    BUDGET = 25
    BUDGET_LATE = 26
    BUDGET_DAY = 27


def name_key(name: str) -> int:
    """A 64-bit key for an agent's id, so that reordering a file changes no draw."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")


def _mix(x: int) -> int:
    x = ((x ^ (x >> 30)) * _MIX_1) & _MASK
    x = ((x ^ (x >> 27)) * _MIX_2) & _MASK
    return x ^ (x >> 31)


def run_key(seed: int, village: int, replication: int) -> int:
    """The key of one run. `village` numbers the plausible village, `replication` the luck."""
    key = 0
    for part in (seed, village, replication):
        key = _mix((key + _GOLDEN + part) & _MASK)
    return key


def event_key(run: int, week: int, event: int) -> int:
    """The key of one event in one week of a run; `week` may be negative (burn-in)."""
    return _mix((run + _GOLDEN * (_EVENTS * week + event)) & _MASK)


def uniform(key: int, who: int = 0, whom: int = 0) -> float:
    """A number in (0, 1), a function of its arguments alone.

    key: `event_key(...)`; who: the agent's `name_key`; whom: another agent's, or a small number
    such as a session. For one agent, whom = 0, 1, 2 ... walks SplitMix64's own sequence.
    """
    x = (key + who + _GOLDEN * (whom + 1)) & _MASK  # then _mix, written out: the hottest lines
    x = ((x ^ (x >> 30)) * _MIX_1) & _MASK
    x = ((x ^ (x >> 27)) * _MIX_2) & _MASK
    return (((x ^ (x >> 31)) >> 12) + 0.5) * _TO_UNIT
