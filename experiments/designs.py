"""Which points are run: plausible villages drawn from the register, and grids over parameters."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc, triang

from sim.draws import name_key
from sim.parameters import Parameter, ParameterError, Value, find
from sim.scenario import read_setting


def plausible_villages(
    register: Mapping[str, Parameter], count: int, seed: int, known: Collection[str] = ()
) -> list[dict[str, Value]]:
    """`count` villages: a Latin hypercube over every uncertain parameter that is not in `known`.

    Each parameter follows a triangle over its range with the peak at its default (on a log scale,
    or rounded to whole numbers, where the register says so). The same seed gives the same villages
    whatever the scenario, and a parameter keeps its values whatever other parameters there are: its
    column of the hypercube is seeded by its own name.
    """
    drawn = {
        row.name: quantiles(row, _column(row.name, count, seed))
        for row in register.values()
        if row.drawn and row.name not in known
    }
    return [{name: values[village] for name, values in drawn.items()} for village in range(count)]


def _column(name: str, count: int, seed: int) -> NDArray[np.float64]:
    """[village] shares in (0, 1), one in each of `count` equal strata, in an order of its own."""
    luck = [seed, name_key(name) % 2**64]  # keys are signed, seeds are not
    column: NDArray[np.float64] = qmc.LatinHypercube(1, rng=luck).random(count)
    return column[:, 0]


def quantiles(row: Parameter, shares: NDArray[np.float64]) -> list[Value]:
    """Values of a parameter at shares (0-1) of its distribution."""
    low, mode, high = row.low, float(row.default), row.high
    on_log_scale = row.distribution == "log_triangular" and low > 0  # a group may say "or none"
    if on_log_scale:
        low, mode, high = math.log(low), math.log(mode), math.log(high)
    elif row.whole:
        low, high = low - 0.5, high + 0.5
    values = triang.ppf(shares, (mode - low) / (high - low), loc=low, scale=high - low)
    if on_log_scale:
        return [math.exp(value) for value in values]
    if row.whole:
        return [int(min(row.high, max(row.low, round(value)))) for value in values]
    return [float(value) for value in values]


def stretched(register: Mapping[str, Parameter], factor: float) -> dict[str, Parameter]:
    """Every range `factor` times as wide about its default, as far as that is possible at all.

    Ranges that are drawn on a log scale are stretched on it; whole numbers stay whole.
    """
    return {name: _stretched(row, factor) if row.drawn else row for name, row in register.items()}


def _stretched(row: Parameter, factor: float) -> Parameter:
    mode = float(row.default)
    if row.distribution == "log_triangular" and row.low > 0:
        low, high = (mode * (end / mode) ** factor for end in (row.low, row.high))
    else:
        low, high = (mode + factor * (end - mode) for end in (row.low, row.high))
    if row.whole:
        low, high = round(low), round(high)
    return replace(row, low=max(row.hard_low, low), high=min(row.hard_high, high))


def grid(settings: Mapping[str, Sequence[Value]]) -> list[dict[str, Value]]:
    """Every combination of the values of each parameter, the last one changing fastest."""
    return [
        dict(zip(settings, values, strict=True)) for values in itertools.product(*settings.values())
    ]


def parse_levels(register: Mapping[str, Parameter], text: str) -> tuple[str, list[Value]]:
    """`name=1,2,4` or `name=low:high:count` as a name and its values.

    Raises ParameterError for an unknown name, an impossible value or another form.
    """
    name, equals, levels = text.partition("=")
    row = find(register, name.strip())
    parts = levels.split(":")
    if equals and len(parts) == 3 and not row.choices:
        low, high = (float(read_setting(register, row.name, part)) for part in parts[:2])
        steps = int(parts[2]) if parts[2].isdecimal() else 0
        if 2 <= steps <= 1000:
            step = (high - low) / (steps - 1)
            raw = [float(f"{low + i * step:.12g}") for i in range(steps)]  # 0.3, not 0.3000...04
            unlike = dict.fromkeys(round(value) if row.whole else value for value in raw)
            return row.name, [read_setting(register, row.name, value) for value in unlike]
    elif equals and len(parts) == 1 and levels.strip():
        return row.name, [
            read_setting(register, row.name, part.strip()) for part in levels.split(",")
        ]
    raise ParameterError(f"'{text}': write name=1,2,4 or name=low:high:count")
