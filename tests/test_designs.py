"""Which points are run: villages drawn from the register, grids, levels as people write them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import qmc

from experiments import designs
from experiments.designs import grid, parse_levels, plausible_villages, stretched
from experiments.study import Study, villages
from sim.draws import name_key
from sim.parameters import Parameter, ParameterError, Value
from sim.scenario import register_of
from tests.worlds import DRAWN, GROUP, REGISTER, group

COUNT = 60
VILLAGES = plausible_villages(REGISTER, COUNT, seed=0)


def values_of(name: str) -> list[float]:
    """What one parameter is in every village, in ascending order."""
    return sorted(float(village[name]) for village in VILLAGES)


def triangle(low: float, mode: float, high: float) -> Callable[[float], float]:
    """The distribution function of a triangle, written out."""

    def below(x: float) -> float:
        if x <= mode:
            return (x - low) ** 2 / ((high - low) * (mode - low)) if mode > low else 0.0
        return 1 - (high - x) ** 2 / ((high - low) * (high - mode))

    return below


def law(row: Parameter) -> Callable[[float], float]:
    """The share of plausible villages in which a parameter lies below a value."""
    mode = float(row.default)
    if row.whole:
        wide = triangle(row.low - 0.5, mode, row.high + 0.5)
        return lambda x: wide(x + 0.5)
    if row.distribution == "log_triangular":
        logs = triangle(math.log(row.low), math.log(mode), math.log(row.high))
        return lambda x: logs(math.log(x))
    return triangle(row.low, mode, row.high)


def row(distribution: str = "triangular", low: float = 1, high: float = 4) -> Parameter:
    """A parameter with its peak at 2."""
    return Parameter("x", 2, low, high, "-", "-", "-", distribution=distribution)  # type: ignore[arg-type]


# --- Plausible villages --------------------------------------------------------------------------


def test_every_uncertain_parameter_is_drawn_and_no_other() -> None:
    assert len(VILLAGES) == COUNT
    assert all(set(village) == set(DRAWN) for village in VILLAGES)


def test_draws_lie_inside_the_range() -> None:
    for name in DRAWN:
        values = values_of(name)
        assert REGISTER[name].low <= values[0] < values[-1] <= REGISTER[name].high, name


def test_one_draw_in_every_layer_of_the_law() -> None:
    """The k-th smallest of n lies between the quantiles k/n and (k + 1)/n: shape and layers."""
    for name in [name for name in DRAWN if not REGISTER[name].whole]:
        below = law(REGISTER[name])
        for k, value in enumerate(values_of(name)):
            assert k / COUNT - 1e-6 <= below(value) <= (k + 1) / COUNT + 1e-6, name


def test_whole_numbers_are_as_frequent_as_the_law_says() -> None:
    for name in [name for name in DRAWN if REGISTER[name].whole]:
        below, counts = law(REGISTER[name]), Counter(village[name] for village in VILLAGES)
        assert all(type(value) is int for value in counts), name
        seen = 0
        for value in range(int(REGISTER[name].low), int(REGISTER[name].high)):
            seen += counts[value]
            assert abs(seen - COUNT * below(value)) <= 1, (name, value)


def test_the_three_laws_by_hand() -> None:
    """Medians from the formula of the triangle, far enough from each other to be told apart."""
    for distribution, median in (
        ("triangular", 4 - math.sqrt(0.5 * 3 * 2)),
        ("log_triangular", 2),  # 1, 2, 4: symmetric on a log scale
        ("integer", 2),
    ):
        drawn = plausible_villages({"x": row(distribution)}, 999, 0)
        middle = sorted(float(village["x"]) for village in drawn)[499]
        assert middle == pytest.approx(median, abs=0.02), distribution


def test_layers_of_different_parameters_are_shuffled_against_each_other() -> None:
    orders = {tuple(sorted(range(COUNT), key=lambda i: VILLAGES[i][name])) for name in DRAWN}
    assert len(orders) > len(DRAWN) - 5  # whole numbers may tie


def test_a_factor_that_may_be_nothing_at_all() -> None:
    """A group may say that perhaps nothing sells; no logarithm is taken of that."""
    drawn = plausible_villages({"x": row("log_triangular", low=0)}, 50, 0)
    assert 0 <= min(float(village["x"]) for village in drawn) < 0.5


def test_the_seed_decides() -> None:
    again, other = (plausible_villages(REGISTER, COUNT, seed) for seed in (0, 1))
    assert again == VILLAGES
    assert all(one != two for one, two in zip(other, VILLAGES, strict=True))


def test_what_is_known_is_left_out_and_changes_nothing_else() -> None:
    known = {"farm_wage_day", "price_opak", "sessions_per_week", "no_such_parameter"}
    without = plausible_villages(REGISTER, COUNT, 0, known)
    assert without == [
        {name: value for name, value in village.items() if name not in known}
        for village in VILLAGES
    ]
    assert "farm_wage_day" in VILLAGES[0]


def test_a_group_that_knows_everything() -> None:
    told = {name: each for name, each in REGISTER.items() if not each.drawn}
    assert plausible_villages(told, 3, 0) == [{}, {}, {}]


def test_what_a_group_knows_of_itself_is_not_drawn() -> None:
    """A bare number is known; a range of its own is drawn within that range."""
    own: dict[str, object] = {
        "farm_wage_day": 80_000,
        "accept_intercept": {"value": 0.5, "low": 0.4, "high": 0.6},
    }
    register = register_of(group(parameters={**GROUP.model_dump()["parameters"], **own}))
    drawn = plausible_villages(register, 20, 0)
    assert register["farm_wage_day"].default == 80_000
    assert all("farm_wage_day" not in village for village in drawn)
    assert all(0.4 <= float(village["accept_intercept"]) <= 0.6 for village in drawn)


def test_one_village_is_the_default_one() -> None:
    assert villages(Study(GROUP, 1), 1) == {0: {}}


def test_villages_are_numbered_from_one() -> None:
    study = Study(GROUP, 1, seed=5, overrides={"farm_wage_day": 70_000})
    known = ("farm_wage_day", "price_opak")
    drawn = plausible_villages(REGISTER, 3, 5, known)
    assert villages(study, 3, ["price_opak"]) == {1: drawn[0], 2: drawn[1], 3: drawn[2]}


# --- Grids ---------------------------------------------------------------------------------------


def test_a_grid_has_every_combination_and_the_last_changes_fastest() -> None:
    cells = grid({"a": [1, 2], "b": ["x", "y", "z"]})
    assert cells == [
        {"a": a, "b": b} for a, b in ((1, "x"), (1, "y"), (1, "z"), (2, "x"), (2, "y"), (2, "z"))
    ]
    assert grid({}) == [{}]


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("sessions_per_week=1,2,4", [1, 2, 4]),
        ("sessions_per_week=3", [3]),
        (" sessions_per_week = 3 , 1", [3, 1]),
        ("sessions_per_week=1:4:4", [1, 2, 3, 4]),
        ("sessions_per_week=1:3:5", [1, 2, 3]),  # whole numbers, each of them once
        ("sessions_per_week=3:1:3", [3, 2, 1]),
        ("consign_margin=0.1:0.3:3", [0.1, 0.2, 0.3]),
        ("consign_margin=10%:30%:2", [0.1, 0.3]),
        ("farm_wage_day=Rp 50.000,70000", [50_000, 70_000]),
        ("division_rule=equal,attendance", ["equal", "attendance"]),
    ],
)
def test_levels_as_people_write_them(text: str, levels: list[Value]) -> None:
    name, found = parse_levels(REGISTER, text)
    assert (name, found) == (text.partition("=")[0].strip(), levels)
    assert all(type(value) is int for value in found) or not REGISTER[name].whole


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sessions_per_week", "name=1,2,4"),
        ("sessions_per_week=", "name=1,2,4"),
        ("sessions_per_week= ", "name=1,2,4"),
        ("sessions_per_week=1:4", "name=low:high:count"),
        ("sessions_per_week=1:4:2:1", "name=low:high:count"),
        ("sessions_per_week=1:4:x", "name=low:high:count"),
        ("sessions_per_week=1:4:1", "name=low:high:count"),
        ("sessions_per_week=1:4:-3", "name=low:high:count"),
        ("sessions_per_week=1:4:1001", "name=low:high:count"),
        ("sessions_per_week=1:4:", "name=low:high:count"),
        ("sesions_per_week=1,2", "did you mean sessions_per_week"),
        ("=1,2", "unknown parameter ''"),
        ("sessions_per_week=1,,2", "sessions_per_week: got ''"),
        ("sessions_per_week=1,two", "'two'"),
        ("sessions_per_week=1,2.5", "whole number"),
        ("sessions_per_week=1,99", "outside what is possible"),
        ("sessions_per_week=1:99:3", "outside what is possible"),
        ("consign_margin=0.1:nan:3", "'nan'"),
        ("division_rule=equal,fair", "expected one of equal"),
        ("division_rule=equal:attendance:2", "write name=1,2,4"),
    ],
)
def test_levels_that_are_refused(text: str, said: str) -> None:
    with pytest.raises(ParameterError) as refused:
        parse_levels(REGISTER, text)
    assert said in str(refused.value)


def test_ranges_half_and_twice_as_wide() -> None:
    rows = {
        "plain": row(low=1, high=4),  # about its default
        "log": row("log_triangular", 1, 4),
        "whole": row("integer", 1, 4),
    }
    default = float(rows["plain"].default)
    half, double = (stretched(rows, factor) for factor in (0.5, 2))
    assert (half["plain"].low, half["plain"].high) == ((default + 1) / 2, (default + 4) / 2)
    assert (double["plain"].low, double["plain"].high) == (2 - default, 8 - default)
    assert half["log"].high == pytest.approx(math.sqrt(default * 4))
    assert double["log"].low == pytest.approx(1 / default)
    assert isinstance(half["whole"].low, int)
    assert half["whole"].low >= 1


def test_stretched_ranges_stay_possible() -> None:
    wide = stretched(REGISTER, 100)
    assert all(each.hard_low <= each.low <= each.high <= each.hard_high for each in wide.values())
    assert {name for name, each in wide.items() if each != REGISTER[name]} <= set(DRAWN)


@pytest.mark.parametrize("count", [1, 2, 100, 1_000])
def test_a_column_is_a_latin_hypercube_of_scipy(count: int) -> None:
    for name, seed in (("price_opak", 0), ("trust_gain", 7)):
        luck = [seed, name_key(name) % 2**64]
        theirs = qmc.LatinHypercube(1, rng=luck).random(count)[:, 0]
        assert np.array_equal(designs._column(name, count, seed), theirs)
