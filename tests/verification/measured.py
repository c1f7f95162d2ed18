"""How often the statistics hold what they promise, over many synthetic studies with a known truth.

`python -m tests.verification.measured` measures all of it and writes the table of
docs/statistics.md; `test_statistics.py` measures it again and compares, row by row.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from experiments import markdown
from experiments.analysis import choice
from experiments.analysis.simultaneous import simultaneous, verdict
from experiments.docs import ROOT
from experiments.progress import track

PAGE: Final = ROOT / "docs" / "statistics.md"
BEGIN, END = "<!-- begin:measured -->", "<!-- end:measured -->"
STUDIES: Final = 1_000
VILLAGES, LUCKS = 400, 5
FEW: Final = 100  # villages: with so few and skewed ones, intervals are a little too narrow
TRUE: Final = np.array([0.0, 0.0, 300.0, 1_200.0, 1_500.0, 3_000.0])  # Rp; the second does nothing
LIVES: Final = np.array([0.8, 0.8, 0.9, 0.9, 0.95, 0.95])  # share of groups that live on
MARGIN: Final = 1_000.0


class Measured(NamedTuple):
    """A row of the table: how often something held in `studies`, and how often it should.

    at_least: `nominal` is a floor; otherwise it is met from both sides. told: it is only told, as
    something that does not hold what it promises.
    """

    what: str
    studies: int
    nominal: float
    observed: float
    at_least: bool = False
    told: bool = False

    @property
    def error(self) -> float:
        """Monte Carlo standard error of `observed`."""
        return float(np.sqrt(self.observed * (1 - self.observed) / self.studies))

    @property
    def holds(self) -> bool:
        """Within three standard errors of what is promised (of the promise, when all held)."""
        error = max(self.error, float(np.sqrt(self.nominal * (1 - self.nominal) / self.studies)))
        gap = self.observed - self.nominal
        return gap > -3 * error and (self.at_least or gap < 3 * error)


# --- Simultaneous intervals, ranks, the strategy that does nothing -------------------------------


def worth(seed: int, villages: int = VILLAGES) -> np.ndarray:
    """[village, luck, strategy] Rp a week: skewed villages, effects that differ between them.

    The true mean differences over all possible villages are those of TRUE; the second strategy
    equals the first, run by run.
    """
    luck = np.random.default_rng([seed, 1])
    base = luck.lognormal(0, 1, (villages, 1, 1)) * 2_000
    strength = luck.gamma(1.5, 1 / 1.5, (villages, 1, len(TRUE)))
    made = base + TRUE * strength + luck.normal(0, 1_500, (villages, LUCKS, len(TRUE)))
    made[:, :, 1] = made[:, :, 0]
    return made


def chances(seed: int, villages: int = VILLAGES) -> np.ndarray:
    """[village, strategy]: share of lucks in which the group lives on, as in LIVES."""
    luck = np.random.default_rng([seed, 2])
    made = luck.binomial(LUCKS, LIVES, (villages, len(TRUE))) / LUCKS
    made[:, 1] = made[:, 0]
    return np.asarray(made)


def comparisons() -> list[Measured]:
    """Coverage of all intervals at once, of ranks; false differences of a strategy that is null."""
    held = _held(VILLAGES)
    few = _held(FEW)["all"]
    what = "30 intervals (15 pairs of strategies, 2 outcomes) at once"
    return [
        Measured(f"{what}, {VILLAGES} villages", STUDIES, 0.95, held["all"]),
        Measured(f"{what}, {FEW} villages", STUDIES, 0.95, few, told=True),
        Measured("the same without care for their number (1.96 errors)", STUDIES, 0.95,
                 held["alone"], told=True),
        Measured("places of 6 strategies at once", STUDIES, 0.95, held["ranks"], at_least=True),
        Measured("a strategy without effects is practically the same", STUDIES, 1.0, held["null"]),
    ]  # fmt: skip


def _held(villages: int) -> dict[str, float]:
    """How often all intervals hold, the plain ones, the places, and the null is told as such."""
    pairs = [(i, j) for i in range(len(TRUE)) for j in range(i)]
    truth = np.array([values[i] - values[j] for values in (TRUE, LIVES) for i, j in pairs])
    held: list[dict[str, bool]] = []
    for seed in track(range(STUDIES), STUDIES, "studies"):
        made = worth(seed, villages).mean(1), chances(seed, villages)
        gaps = np.stack([table[:, i] - table[:, j] for table in made for i, j in pairs], 1)
        found = simultaneous(gaps, seed)
        null = found.iloc[pairs.index((1, 0))]
        plain = np.abs(found["mean"] - truth) <= 1.96 * found["error"]
        held.append({
            "all": bool(((found["lo"] <= truth) & (truth <= found["hi"])).all()),
            "alone": bool(plain.all()),
            "ranks": _ranks_hold(found[: len(pairs)], pairs),
            "null": verdict(null["lo"], null["hi"], MARGIN) == "same",
        })  # fmt: skip
    return {name: float(np.mean([each[name] for each in held])) for name in held[0]}


def _ranks_hold(found: pd.DataFrame, pairs: list[tuple[int, int]]) -> bool:
    """Whether each strategy's true place lies among those it may have (equal ones share places)."""
    lo, hi = np.zeros((2, len(TRUE), len(TRUE)))
    for (i, j), row in zip(pairs, found.itertuples(), strict=True):
        lo[i, j], hi[i, j] = row.lo, row.hi
        lo[j, i], hi[j, i] = -row.hi, -row.lo
    places = choice.ranks(lo, hi)
    best = 1 + (TRUE[None, :] > TRUE[:, None]).sum(1)
    last = len(TRUE) - (TRUE[None, :] < TRUE[:, None]).sum(1)
    return bool(((places[:, 0] <= best) & (last <= places[:, 1])).all())


def regrets() -> list[Measured]:
    """How often the true regret lies between its two bounds, each two errors wide."""
    held = []
    for seed in track(range(STUDIES), STUDIES, "studies"):
        luck = np.random.default_rng([seed, 3])
        village = luck.normal([500, 0, 200], 2_000, (VILLAGES, 1, 3))
        found = choice.regret(village + luck.normal(0, 2_000, (VILLAGES, LUCKS, 3))).iloc[0]
        low = found["mean"] - 2 * found["error"]
        held.append(low <= _TRUE_REGRET <= found["ceiling"] + 2 * found["ceiling_error"])
    return [Measured("true regret between its bounds, two errors each", STUDIES, 0.95,
                     float(np.mean(held)), at_least=True)]  # fmt: skip


def _true_regret() -> float:
    village = np.random.default_rng(0).normal([500, 0, 200], 2_000, (4_000_000, 3))
    return float((village.max(1) - village[:, 0]).mean())


_TRUE_REGRET: Final = _true_regret()

MEASURES: Final[dict[str, Callable[[], list[Measured]]]] = {
    "comparisons": comparisons,
    "regrets": regrets,
}


# --- The table -----------------------------------------------------------------------------------


def table(rows: Iterable[Measured]) -> str:
    """The rows as Markdown."""
    head = ("what is promised", "synthetic studies", "promised", "held", "± standard error")
    lines = []
    for row in rows:
        promised = f"{row.nominal:.3f}" if row.nominal else "–"
        floor = "at least " if row.at_least and row.nominal else ""
        lines.append((row.what, row.studies, floor + promised, f"{row.observed:.3f}",
                      f"{row.error:.3f}"))  # fmt: skip
    return markdown.table(head, lines)


def main() -> None:
    """Measure all, or those named on the command line, and write the page."""
    asked = sys.argv[1:] or list(MEASURES)
    rows = [row for name in asked for row in MEASURES[name]()]
    print(table(rows))
    if not sys.argv[1:]:
        _write(PAGE, table(rows))


def _write(page: Path, made: str) -> None:
    text = page.read_text("utf-8")
    head, rest = text.split(BEGIN)
    page.write_text(f"{head}{BEGIN}\n{made}\n{END}{rest.split(END)[1]}", "utf-8")


if __name__ == "__main__":
    main()
