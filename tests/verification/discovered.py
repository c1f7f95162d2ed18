"""How often discovery keeps its promises, over synthetic villages with a known truth.

`python -m tests.verification.discovered` prints what docs/discover.md tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from experiments.analysis.discovery import discover
from experiments.progress import track
from tests.boxed import INSIDE, OUTSIDE, noise, planted, villages

NOISE: Final = 200  # studies in which nothing is to be found
PLANTED: Final = 100  # studies with a box
SHUFFLES: Final = 19  # in those with a box, which need few
FRESH: Final = 20_000  # villages on which a box that was told is worth what it truly is


class Held(NamedTuple):
    """How a study with a planted box came out."""

    found: bool
    both: bool
    more: bool
    density: float  # told less true, in standard errors
    coverage: float


def false_finds() -> float:
    """Share of studies of pure noise in which conditions are told all the same."""
    found = [bool(discover(*noise(seed)).chosen) for seed in track(range(NOISE), NOISE, "noise")]
    return float(np.mean(found))


def held() -> list[Held]:
    """Of each study with a planted box: what was found of it, and how far off its rates are."""
    return [_held(seed) for seed in track(range(PLANTED), PLANTED, "planted")]


def _held(seed: int) -> Held:
    found = discover(*planted(seed), shuffles=SHUFFLES)
    if not found.chosen:
        return Held(False, False, False, np.nan, np.nan)
    fresh = villages(10_000 + seed, FRESH)
    chance = np.where((fresh["p2"] < 0.4) & (fresh["p7"] > 0.5), INSIDE, OUTSIDE)
    inside = np.logical_and.reduce([each.holds(fresh[each.name]) for each in found.box])
    density, coverage = chance[inside].mean(), chance[inside].sum() / chance.sum()
    told, names = found.rate, {each.name for each in found.box}
    return Held(
        True, names >= {"p2", "p7"}, len(names - {"p2", "p7"}) > 0,
        (told.density.value - density) / told.density.error,
        (told.coverage.value - coverage) / told.coverage.error,
    )  # fmt: skip


def table(rate: float | None, rows: Sequence[Held]) -> str:
    """What was measured, as rows of a Markdown table."""
    lines = []
    if rate is not None:
        error = np.sqrt(rate * (1 - rate) / NOISE)
        lines.append(f"| pure luck, and conditions are told | {NOISE} | {rate:.3f} ± {error:.3f} |")
    said = {
        "found": "a planted box, and conditions are told",
        "both": "both of its numbers are among them",
        "more": "another number is among them",
    }
    for name, what in said.items() if rows else ():
        share = np.mean([getattr(row, name) for row in rows])
        lines.append(f"| {what} | {PLANTED} | {share:.2f} |")
    for name in ("density", "coverage") if rows else ():
        off = np.array([getattr(row, name) for row in rows if row.found])
        within, bias = np.mean(np.abs(off) < 2), off.mean()
        what = f"{name} is within two of its errors of the truth (off by {bias:+.2f} on average)"
        lines.append(f"| {what} | {PLANTED} | {within:.2f} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, and print."""
    print(table(false_finds(), held()))


if __name__ == "__main__":
    main()
