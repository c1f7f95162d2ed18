"""What hypothesis draws for rules, and small helpers to judge what they give."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from sim.parameters import CATALOGUE, Parameters
from tests.worlds import DRAWN, numbers, plausible

shares = st.floats(0, 1)
luck = st.floats(1e-9, 1 - 1e-9)
rupiah = st.integers(0, 10**9)
counts = st.lists(st.integers(0, 500), min_size=0, max_size=20)

BASE_ROWS = [name for name in DRAWN if name not in CATALOGUE and name in Parameters.__slots__]
parameters = st.dictionaries(st.sampled_from(BASE_ROWS), shares, max_size=12).map(
    lambda units: numbers(**plausible(units))
)


def percent(value: float) -> int:
    """A share in whole percent."""
    return round(100 * value)


def is_quantile(law: Any, u: float, count: int) -> bool:
    """Whether `count` is the quantile of a count law, rounding of its sums aside."""
    return bool(law.cdf(count - 1) <= u + 1e-9 and law.cdf(count) >= u - 1e-9)
