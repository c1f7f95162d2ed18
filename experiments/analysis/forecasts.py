"""How well many possible futures told what then happened: bands, counts, and a proper score.

The continuous ranked probability score of an ensemble is the mean distance to what happened less
half the mean distance among the futures; of one future it is the plain distance, so that it can be
set beside a naive forecast (Gneiting and Raftery 2007).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

BAND: Final = (0.1, 0.9)  # 8 in 10
SURPRISING: Final = 0.05  # of all series together: chance that one stands out and should not

Table = NDArray[np.float64]
Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]


def band(futures: Table) -> tuple[Vector, Vector, Vector]:
    """[week] low end, middle and high end of 8 in 10 of the futures [run, week]."""
    low, middle, high = np.quantile(futures, (BAND[0], 0.5, BAND[1]), axis=0)
    return low, middle, high


@dataclass(frozen=True)
class Inside:
    """Weeks of the records against the band; `alike`: how often a future itself strays as far."""

    weeks: int
    inside: int
    below: int
    above: int
    alike: float  # 0 to 1; small where the futures cannot be what is behind the records


def inside(futures: Table, seen: Vector) -> Inside:
    """Compare records [week] with futures [run, week]; weeks with nan are left out.

    Weeks hang together, so the count is judged by the futures' own, each against the band of all.
    """
    there = ~np.isnan(seen)
    runs, told = futures[:, there], seen[there]
    low, _, high = band(runs) if there.any() else (told, told, told)
    strayed = ((runs < low) | (runs > high)).sum(1)
    mine = int(((told < low) | (told > high)).sum())
    alike = (1 + int((strayed >= mine).sum())) / (1 + len(runs))
    below, above = int((told < low).sum()), int((told > high).sum())
    return Inside(len(told), len(told) - mine, below, above, alike)


def crps(futures: Table, seen: Vector) -> Vector:
    """[week] continuous ranked probability score (in the unit of the records) of [run, week]."""
    count = len(futures)
    ordered = np.sort(futures, axis=0)
    to_seen = np.abs(futures - seen).mean(0)
    turns = 2 * np.arange(1, count + 1) - count - 1
    among = 2 * (turns[:, None] * ordered).sum(0) / count**2
    return np.asarray(to_seen - among / 2)


@dataclass(frozen=True)
class Score:
    """What a forecast of one series got right, beside 'it stays as it last was'."""

    weeks: int
    inside: int
    error: float  # mean score, in the unit of the records
    naive: float  # mean distance of the last value known when the forecast was made; nan: none

    @property
    def better(self) -> bool:
        """Whether it was nearer than the naive forecast."""
        return bool(self.error < self.naive)


def score(futures: Table, seen: Vector, last: float) -> Score | None:
    """Score futures [run, week] by records [week] (nan: not written); None without any.

    last: the value known when the forecast was made; nan when there is none.
    """
    there = ~np.isnan(seen)
    if not there.any():
        return None
    runs, told = futures[:, there], seen[there]
    low, _, high = band(runs)
    within = int(((low <= told) & (told <= high)).sum())
    naive = float(np.abs(told - last).mean())
    return Score(len(told), within, float(crps(runs, told).mean()), naive)


def cannot(found: list[Inside]) -> list[bool]:
    """Which series the futures cannot bring about, all series taken together (Bonferroni)."""
    return [each.alike < SURPRISING / len(found) for each in found]
