"""What every phase needs: the week at hand, room to work in, luck, notes, and sums."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled
from sim.draws import uniform
from sim.rules import trust, work
from sim.setting import Ground
from sim.world import Women


class Now(NamedTuple):
    """Which run and week this is, the keys of the week's luck, and where happenings are noted."""

    run: int
    week: int
    tick: int
    keys: NDArray[np.int64]  # of events
    log: NDArray[np.void]
    noted: NDArray[np.int64]  # how many: a single number


@compiled
def draw(now: Now, event: int, who: int, whom: int) -> float:
    return uniform(now.keys[event], who, whom)


@compiled
def note(now: Now, what: int, subject: int, value: float) -> None:
    row = now.log[now.noted[0]]
    row.week, row.what, row.subject, row.value = now.week, what, subject, value
    now.noted[0] += 1


@compiled
def active_women(women: Women, group: Any) -> int:
    count = 0
    for i in range(group.women):
        if women.rows[i].active:
            count += 1
    return count


@compiled
def trust_of(p: Any, outlet: Any) -> float:
    return trust.trust_of(p, outlet.good, outlet.bad, outlet.base_rate, outlet.level, outlet.cap)


@compiled
def value_of(ground: Ground, counts: NDArray[np.int64]) -> int:
    """Rupiah at the buyer's price."""
    value = 0
    for k in range(len(counts)):
        value += work.value(counts[k], ground.products[k].price)
    return value
