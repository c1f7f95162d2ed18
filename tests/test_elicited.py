"""Seeds on a scale become a triangle: laid out by one, they give it back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import triang

from experiments.analysis.elicited import Scale, below, from_seeds, from_two, two_heaps
from experiments.designs import quantiles
from sim.parameters import Parameter

MANY = 10_000_000  # seeds, so that counts are as good as shares
TENTHS = tuple(i + 0.5 for i in range(10))  # places whose bins are 0-1, 1-2, ... 9-10


def laid(places: tuple[float, ...], low: float, mode: float, high: float) -> list[int]:
    """Seeds laid out exactly by a triangle: each to the nearest place."""
    edges = (np.array(places[1:]) + places[:-1]) / 2
    inner = triang.cdf(edges, (mode - low) / (high - low), low, high - low)
    return [round(MANY * share) for share in np.diff([0, *inner, 1])]


def test_the_share_below_is_the_textbook_one() -> None:
    x = np.linspace(-1, 12, 60)
    for low, mode, high in ((0, 3, 10), (2, 2, 8), (1, 9, 9)):
        expected = triang.cdf(x, (mode - low) / (high - low), low, high - low)
        assert below(x, low, mode, high) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "triangle", [(0, 4, 10), (0.2, 3, 9.7), (2, 2, 8), (1.1, 7.2, 8.8), (3.3, 5, 6.9)]
)
def test_a_triangle_comes_back(triangle: tuple[float, float, float]) -> None:
    found = from_seeds(TENTHS, laid(TENTHS, *triangle))
    assert (found.low, found.value, found.high) == pytest.approx(triangle, abs=2e-3)
    assert found.gap < 1e-4 * MANY and not found.heaps


def test_a_triangle_on_a_log_scale_comes_back() -> None:
    places = tuple(2.0**i for i in range(8))  # 1, 2, 4 ... 128
    logs = tuple(math.log(place) for place in places)
    seeds = laid(logs, *(math.log(end) for end in (0.8, 20, 150)))
    found = from_seeds(places, seeds, "log")
    assert (found.low, found.value, found.high) == pytest.approx((0.8, 20, 150), rel=2e-3)
    assert from_seeds(places, seeds, "linear").gap > 0.01 * MANY  # the scale matters


@pytest.mark.parametrize(
    ("places", "triangle"),
    [((0, 1, 2, 3, 4, 5), (1, 2, 5)), ((0, 1, 2), (0, 0, 2)), ((0, 4, 8, 12, 16), (3, 9, 17))],
)
def test_whole_numbers_come_back(places: tuple[float, ...], triangle: tuple[int, int, int]) -> None:
    """Seeds laid out by what `designs` draws: the triangle goes half a number beyond its ends."""
    low, mode, high = triangle
    seeds = laid(places, low - 0.5, mode, high + 0.5)
    found = from_seeds(places, seeds, "whole")
    assert (found.low, found.value, found.high) == triangle
    assert found.gap < 1e-6 * MANY


def test_what_is_drawn_lies_as_the_seeds_do() -> None:
    """Sixteen seeds on whole weeks: as many villages of each kind, within the gap that is told."""
    found = from_seeds((0, 1, 2, 3), (2, 8, 5, 1), "whole", (0, 12))
    row = Parameter("x", int(found.value), found.low, found.high, "weeks", "", "",
                    distribution="integer")  # fmt: skip
    drawn = np.array(quantiles(row, (np.arange(1600) + 0.5) / 1600))
    seeds = np.array([(drawn <= week).mean() * 16 for week in range(3)])
    assert np.abs(seeds - np.cumsum((2, 8, 5))).max() == pytest.approx(found.gap, abs=0.02)
    assert found.gap < 1.5


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        ("linear", (15, 20, 25)),
        ("log", (math.sqrt(200), 20, math.sqrt(600))),
        ("whole", (16, 20, 24)),
    ],
)
def test_all_seeds_in_one_place(scale: Scale, expected: tuple[float, float, float]) -> None:
    """All that is known is the place: as wide as half a step allows, and no wider."""
    found = from_seeds((10, 20, 30), (0, 15, 0), scale)
    assert (found.low, found.value, found.high) == pytest.approx(expected, rel=1e-3)
    assert found.gap == pytest.approx(0, abs=1e-9)


def test_all_seeds_on_one_whole_number_make_it_known() -> None:
    found = from_seeds((0, 1, 2), (0, 15, 0), "whole")
    assert (found.low, found.value, found.high) == (1, 1, 1)


def test_two_heaps_are_told_and_kept_wide() -> None:
    found = from_seeds((1, 2, 3, 4, 5), (8, 2, 0, 2, 8))
    assert found.heaps
    assert (found.low, found.value, found.high) == (0.5, 3, 5.5)
    assert found.gap > 4  # seeds that no triangle can tell
    one = from_seeds((1, 2, 3, 4, 5), (2, 4, 8, 4, 2))
    assert not one.heaps and one.gap < 1


@pytest.mark.parametrize(
    ("seeds", "heaps"),
    [
        ((7, 0, 0, 0, 8), True),
        ((4, 2, 4), True),  # a dip of two of ten
        ((5, 4, 6), False),  # a dip of one
        ((1, 0, 9), False),
        ((0, 3, 9, 3, 0), False),
        ((9, 5, 1, 0, 0), False),
        ((6, 3, 1, 5, 5), True),
        ((20,), False),
    ],
)
def test_heaps_are_seen(seeds: tuple[int, ...], heaps: bool) -> None:
    assert two_heaps(seeds) == heaps


def test_hard_limits_hold() -> None:
    found = from_seeds((0, 5, 10), (10, 4, 0), "linear", (0, 8))
    assert found.low == 0 and found.high <= 7.5
    found = from_seeds((0, 0.5, 1), (0, 2, 12), "linear", (0, 1))
    assert found.high == 1
    found = from_seeds((0, 1, 2), (8, 4, 0), "whole", (0, 12))
    assert found.low == 0
    found = from_seeds((0, 10, 100), (0, 5, 9), "log", (0, 120))
    assert 0 < found.low <= 10 and found.high == pytest.approx(120)


def test_a_seed_on_nothing_leaves_the_log_scale() -> None:
    assert from_seeds((0, 1, 2), (3, 9, 3), "log") == from_seeds((0, 1, 2), (3, 9, 3), "linear")


def test_order_and_repetition_of_places_do_not_matter() -> None:
    assert from_seeds((3, 1, 2), (2, 3, 10)) == from_seeds((1, 2, 3), (3, 10, 2))
    assert from_seeds((1, 1.2, 2), (1, 2, 9), "whole") == from_seeds((1, 2), (3, 9), "whole")


def test_two_numbers_put_the_peak_in_the_middle() -> None:
    assert from_two(4, 9).value == 6.5
    assert from_two(4, 9, "log").value == pytest.approx(6)
    assert from_two(0, 9, "log").value == 4.5
    assert from_two(1, 4, "whole").value in (2, 3)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 8), min_size=2, max_size=7).filter(any),
    st.sampled_from(["linear", "log", "whole"]),
    st.floats(0.5, 50),
)
def test_any_seeds_give_a_triangle_around_them(seeds: list[int], scale: Scale, step: float) -> None:
    """It holds every place with a seed, goes half a step beyond at most, and stays possible."""
    places = [step * (i + 1) for i in range(len(seeds))]
    top = places[-1] * 1.01
    found = from_seeds(places, seeds, scale, (0, top))
    held = [round(x) if scale == "whole" else x for x, n in zip(places, seeds, strict=True) if n]
    assert 0 <= found.low <= found.value <= found.high <= top + 1e-9 + (scale == "whole")
    assert found.low <= min(held) + 1e-9 and found.high >= min(max(held), top // 1) - 1e-9
    assert found.low >= min(held) - step and found.high <= max(held) + step
    assert 0 <= found.gap <= sum(seeds)
