"""Adding up the same way on every Python."""

from __future__ import annotations

from collections.abc import Iterable


def total(numbers: Iterable[float]) -> float:
    """Sum from left to right: `sum` rounds otherwise from Python 3.12 on."""
    result = 0.0
    for number in numbers:
        result += number
    return result
