"""Settings of many points or villages, column by column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.parameters import Value


class Columns:
    """Settings of many points or villages, a column for each parameter: dicts need ten times more.

    A whole number stays one, and a word a word.
    """

    def __init__(self, columns: Mapping[str, Sequence[Value] | NDArray[Any]], length: int) -> None:
        """`length`: how many there are, also without any column."""
        self._columns = {name: _compact(values) for name, values in columns.items()}
        self._length = length

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Value]]) -> Columns:
        """From rows with the same keys."""
        names = list(rows[0]) if rows else []
        return cls({name: [row[name] for row in rows] for name in names}, len(rows))

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, place: int) -> dict[str, Value]:
        return {name: column[place].item() for name, column in self._columns.items()}

    def frame(self) -> pd.DataFrame:
        """A row each."""
        words = {name: column.astype(object) if column.dtype.kind == "U" else column
                 for name, column in self._columns.items()}  # fmt: skip
        return pd.DataFrame(words, index=range(self._length))

    @classmethod
    def joined(cls, parts: Sequence[Columns]) -> Columns:
        """One after the other; all have the same columns."""
        names = list(parts[0]._columns)
        both = {name: np.concatenate([part._columns[name] for part in parts]) for name in names}
        return cls(both, sum(map(len, parts)))

    def first(self, count: int) -> Columns:
        """The first of them."""
        return Columns({name: column[:count] for name, column in self._columns.items()}, count)


def _compact(values: Sequence[Value] | NDArray[Any]) -> NDArray[Any]:
    if isinstance(values, np.ndarray):
        return values
    words = any(isinstance(value, str) for value in values)
    whole = all(isinstance(value, int) for value in values)
    return np.array(values, str if words else np.int64 if whole else np.float64)
