"""Every number on a sheet, with the table and column that it was read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

import numpy as np

Value = TypeVar("Value")

NEAREST = 1_000  # rupiah a month; finer would look more certain than it is


@dataclass(frozen=True)
class Told:
    """One number (or list of numbers) of the packet.

    key: what it is; table, column: of the results folder (tables/<table>.parquet), or `manifest`;
    statistic: how it was made of them; where: which rows and what else the statistic needs.
    """

    key: str
    value: Any
    table: str
    column: str
    statistic: str
    where: dict[str, Any]


@dataclass
class Book:
    """All numbers told so far, in the order of telling."""

    told: list[Told] = field(default_factory=list)

    def tell(
        self, key: str, value: Value, table: str, column: str, statistic: str, **where: Any
    ) -> Value:
        """Note where a value comes from; returns the value."""
        self.told.append(Told(key, value, table, column, statistic, where))
        return value

    def listed(self) -> list[dict[str, Any]]:
        """For `packet_manifest.json`."""
        return [asdict(each) for each in self.told]


def nearest(amount: float, unit: int = NEAREST) -> int:
    """An amount rounded half up to whole units."""
    return int(unit * np.floor(amount / unit + 0.5))


def whole(count: float) -> int:
    """A count rounded half up."""
    return nearest(count, 1)


def share_out(counts: Sequence[float], total: int) -> list[int]:
    """Whole numbers that add up to `total`, in proportion to `counts`: largest remainders first.

    The first of the list wins a tie. All zeros where there is nothing to share in proportion to.
    """
    whole_sum = float(sum(counts))
    if whole_sum <= 0:
        return [0] * len(counts)
    exact = [total * count / whole_sum for count in counts]
    shares = [int(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda i: -(exact[i] - shares[i]))
    for i in order[: total - sum(shares)]:
        shares[i] += 1
    return shares
