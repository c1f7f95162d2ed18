"""Which points are run: plausible villages drawn from the register, and grids over parameters."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import triang

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
    columns = village_columns(register, count, seed, known)
    return [{name: values[village] for name, values in columns.items()} for village in range(count)]


def village_columns(
    register: Mapping[str, Parameter], count: int, seed: int, known: Collection[str] = ()
) -> dict[str, list[Value]]:
    """The same by parameter: its value in each village."""
    rows = [row for row in register.values() if row.drawn and row.name not in known]
    shares = np.array([_column(row.name, count, seed) for row in rows]).reshape(len(rows), count)
    return {row.name: values for row, values in zip(rows, _quantiles(rows, shares), strict=True)}


def _column(name: str, count: int, seed: int) -> NDArray[np.float64]:
    """[village] shares in (0, 1), one in each of `count` equal strata, in an order of its own.

    The same as `qmc.LatinHypercube(1, rng=[seed, key]).random(count)`, which takes ten times as
    long to begin (a test compares).
    """
    luck = np.random.default_rng([seed, name_key(name) % 2**64]).spawn(1)[0]
    within = luck.uniform(size=count)  # keys are signed, seeds are not
    order = np.arange(1, count + 1)
    luck.shuffle(order)
    return np.asarray((order - within) / count)


def quantiles(row: Parameter, shares: NDArray[np.float64]) -> list[Value]:
    """Values of a parameter at shares (0-1) of its distribution."""
    return _quantiles([row], shares[None])[0]


def _quantiles(rows: Sequence[Parameter], shares: NDArray[np.float64]) -> list[list[Value]]:
    """By parameter: values at [parameter, village] shares."""
    if not rows:
        return []
    low, mode, high = (
        np.array(ends)[:, None] for ends in zip(*(_triangle(row) for row in rows), strict=True)
    )
    drawn = triang.ppf(shares, (mode - low) / (high - low), loc=low, scale=high - low)
    return [_values(row, values) for row, values in zip(rows, drawn.tolist(), strict=True)]


def _on_log_scale(row: Parameter) -> bool:
    return row.distribution == "log_triangular" and row.low > 0  # a group may say "or none"


def _triangle(row: Parameter) -> tuple[float, float, float]:
    """Low end, peak and high end of the triangle that is drawn from."""
    ends = row.low, float(row.default), row.high
    if _on_log_scale(row):
        return math.log(ends[0]), math.log(ends[1]), math.log(ends[2])
    return (ends[0] - 0.5, ends[1], ends[2] + 0.5) if row.whole else ends


def _values(row: Parameter, drawn: Sequence[float]) -> list[Value]:
    if _on_log_scale(row):
        return [math.exp(value) for value in drawn]
    if row.whole:
        return [int(min(row.high, max(row.low, round(value)))) for value in drawn]
    return list(drawn)


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
