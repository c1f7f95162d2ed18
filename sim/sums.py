"""Adding up the same way on every Python and in both engines: from left to right."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled


def total(numbers: Iterable[float]) -> float:
    """Sum from left to right: `sum` rounds otherwise from Python 3.12 on."""
    result = 0.0
    for number in numbers:
        result += number
    return result


added = compiled(total)  # the same, for compiled code


@compiled
def pieces(counts: NDArray[np.int64]) -> int:
    """Sum of whole numbers, for compiled code."""
    result = 0
    for count in counts:
        result += count
    return result


@compiled
def times(flags: NDArray[np.bool_]) -> int:
    """How many are true, for compiled code."""
    count = 0
    for flag in flags:
        if flag:
            count += 1
    return count
