"""What answers changed: gains before and after, in the same villages with the same luck.

`runs` is one row per run with scenario_id, village_id, replication_id and net_income (Rp a week);
a gain is a scenario's mean over replications minus the baseline's, in one village.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

RANGE = {"low": 0.1, "typical": 0.5, "high": 0.9}  # 8 of 10 villages lie between


def gains(runs: pd.DataFrame, baseline: str, measure: str = "net_income") -> pd.DataFrame:
    """[village_id x scenario_id] the gain over the baseline, which has 0; scenarios in order."""
    order = list(dict.fromkeys(runs["scenario_id"]))
    means = runs.groupby(["village_id", "scenario_id"], observed=True)[measure].mean().unstack()
    return means[order].sub(means[baseline], axis=0)


def before_after(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """One row per scenario: low, typical, high and mean before and after, and what changed.

    before, after: see `gains`. change: mean paired difference over the villages that both have;
    error: its standard error (nan with one village); width: how wide the range of 8 in 10
    villages is after, against before (1: as wide; nan where it had no width).
    """
    rows = []
    for name in before:
        row: dict[str, object] = {"scenario_id": name}
        for when, table in (("before", before), ("after", after)):
            ends = np.quantile(table[name], list(RANGE.values()))
            row |= {f"{part}_{when}": float(end) for part, end in zip(RANGE, ends, strict=True)}
            row[f"mean_{when}"] = float(table[name].mean())
        rows.append({**row, **_change(before[name], after[name])})
    found = pd.DataFrame(rows)
    widths = [found[f"high_{when}"] - found[f"low_{when}"] for when in ("before", "after")]
    found["width"] = (widths[1] / widths[0]).where(widths[0] > 0)
    return found


def _change(before: pd.Series[float], after: pd.Series[float]) -> dict[str, float]:
    change = (after - before).dropna()
    return {"change": float(change.mean()), "error": _error(change)}


def _error(values: pd.Series[float]) -> float:
    """Standard error of a mean over villages; nan with one."""
    count = len(values)
    return float(values.std(ddof=1)) / math.sqrt(count) if count > 1 else math.nan


@dataclass(frozen=True)
class Choice:
    """Which scenario gives most on average, and how far it leads another.

    lead: mean gain over `other` (Rp a week), `error` its standard error over villages.
    """

    best: str
    other: str
    lead: float
    error: float

    def clear(self, margin: float) -> bool:
        """Whether it leads by more than `margin` and two standard errors."""
        return self.lead > margin and not self.lead <= 2 * self.error


def choice(table: pd.DataFrame, other: str | None = None) -> Choice:
    """The best of a table of `gains` against another, or against the second when none is named."""
    means = table.mean().sort_values(ascending=False, kind="stable")
    best = str(means.index[0])
    rival = other or str(means.index[min(1, len(means) - 1)])
    lead = table[best] - table[rival]
    return Choice(best, rival, float(lead.mean()), _error(lead))


def often_best(table: pd.DataFrame, name: str) -> float:
    """Share of villages in which nothing gives more than `name`."""
    return float((table[name] >= table.max(axis=1)).mean())


def alone(before: pd.DataFrame, tried: dict[str, pd.DataFrame], margin: float) -> pd.DataFrame:
    """What each answer changes by itself: parameter, scenario_id, change, error, best, other.

    before and tried (by parameter): see `gains`; compared in the villages that `tried` has. best:
    which scenario is best with this answer alone; other: whether that is another one than in the
    same villages before, and clearly more than it (see `Choice.clear`).
    """
    rows = []
    for name, after in tried.items():
        same = before.loc[after.index]
        was = choice(same).best
        now = choice(after, was)
        other = now.best != was and now.clear(margin)
        rows += [
            {"parameter": name, "scenario_id": scenario, **_change(same[scenario], after[scenario]),
             "best": now.best, "other": other}
            for scenario in before
        ]  # fmt: skip
    columns = ["parameter", "scenario_id", "change", "error", "best", "other"]
    return pd.DataFrame(rows, columns=columns)
