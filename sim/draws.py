"""Randomness as a lookup: the same question always gets the same answer.

A draw is a hash of what is asked: which run (seed, village, replication), which week, which event,
who, and towards whom. Nothing is consumed, so the order of agents cannot matter, and two scenarios
share every draw that both make: common random numbers for every single decision.

The mixer is the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np

from sim.compiled import COMPILES, compiled

_MASK: Final = (1 << 64) - 1
_SIGN: Final = 1 << 63
_GOLDEN: Final = 0x9E3779B97F4A7C15
_MIX_1: Final = 0xBF58476D1CE4E5B9
_MIX_2: Final = 0x94D049BB133111EB
_TO_UNIT: Final = 2.0**-52
_HALF: Final = 0.5
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
    MEMBER_MOTIVATION = 28
    GATHERING = 29
    CAMPAIGN = 30
    CANDIDATES = 31
    JOIN = 32
    NEW_PRODUCT = 33
    DECEPTION = 34
    ILLNESS = 35
    ILLNESS_LENGTH = 36
    HUSBAND_LOSS = 37
    CLOSURE = 38
    HARVEST_FAIL = 39
    PRICE_SHOCK = 40
    LATE_PAYMENT = 41
    ELECTION = 42
    SHOCK_HIT = 43
    WAGES = 44
    WAGES_DAY = 45
    PLACE = 46
    FAR = 47


def name_key(name: str) -> int:
    """A 64-bit key for an agent's id, so that reordering a file changes no draw."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


# Keys are signed 64-bit integers, whose sums wrap around. Compiled code has them; plain Python,
# where whole numbers never wrap, says the same with a mask.
if COMPILES:
    _G, _M1, _M2 = np.uint64(_GOLDEN), np.uint64(_MIX_1), np.uint64(_MIX_2)
    _S30, _S27, _S31, _S12 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(12)

    @compiled
    def _mix(x: Any) -> Any:
        x = (x ^ (x >> _S30)) * _M1
        x = (x ^ (x >> _S27)) * _M2
        return x ^ (x >> _S31)

    @compiled
    def _next_key(key: int, part: int) -> Any:
        return np.int64(_mix(np.uint64(key) + _G + np.uint64(part)))

    @compiled
    def _event_key(run: int, number: int) -> Any:
        return np.int64(_mix(np.uint64(run) + _G * np.uint64(number)))

    @compiled
    def _unit(key: int, who: int, whom: int) -> Any:
        x = np.uint64(key) + np.uint64(who) + _G * np.uint64(whom + 1)
        return (np.float64(_mix(x) >> _S12) + _HALF) * _TO_UNIT

else:

    def _mix(x: Any) -> Any:
        x = ((x ^ (x >> 30)) * _MIX_1) & _MASK
        x = ((x ^ (x >> 27)) * _MIX_2) & _MASK
        return x ^ (x >> 31)

    def _signed(x: int) -> int:
        return x - 2 * _SIGN if x >= _SIGN else x

    def _next_key(key: int, part: int) -> Any:
        return _signed(_mix((int(key) + _GOLDEN + int(part)) & _MASK))

    def _event_key(run: int, number: int) -> Any:
        return _signed(_mix((int(run) + _GOLDEN * int(number)) & _MASK))

    def _unit(key: int, who: int, whom: int) -> Any:
        x = _mix((int(key) + int(who) + _GOLDEN * (int(whom) + 1)) & _MASK)
        return ((x >> 12) + _HALF) * _TO_UNIT


@compiled
def run_key(seed: int, village: int, replication: int) -> int:
    """The key of one run. `village` numbers the plausible village, `replication` the luck."""
    key: int = _next_key(_next_key(_next_key(0, seed), village), replication)
    return key


@compiled
def event_key(run: int, week: int, event: int) -> int:
    """The key of one event in one week of a run; `week` may be negative (burn-in)."""
    key: int = _event_key(run, _EVENTS * week + event)
    return key


@compiled
def uniform(key: int, who: int, whom: int) -> float:
    """A number in (0, 1), a function of its arguments alone.

    key: `event_key(...)`; who: the agent's `name_key`; whom: another agent's, or a small number
    such as a session. For one agent, whom = 0, 1, 2 ... walks SplitMix64's own sequence.
    """
    luck: float = _unit(key, who, whom)
    return luck


@compiled
def about(key: int, number: int) -> int:
    """The key of one thing about an agent: an outlet's kind of visit, a product's window."""
    return key ^ number


@dataclass(frozen=True)
class Luck:
    """Which run this is: the same numbers give the same luck, whatever the scenario."""

    seed: int = 0
    village: int = 0
    replication: int = 0

    @property
    def key(self) -> int:
        """The key of the run."""
        return run_key(self.seed, self.village, self.replication)
