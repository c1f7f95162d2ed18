"""Paired comparisons: two strategies in the same villages with the same luck.

`runs` is one row per run with scenario_id, village_id, replication_id and the measures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

PAIR = ["village_id", "replication_id"]


def differences(runs: pd.DataFrame, scenario: str, baseline: str, measure: str) -> pd.DataFrame:
    """village_id, replication_id, difference: scenario minus baseline, run by run."""
    ours = runs[runs["scenario_id"] == scenario].set_index(PAIR)[measure]
    theirs = runs[runs["scenario_id"] == baseline].set_index(PAIR)[measure]
    return (ours - theirs).rename("difference").reset_index()


@dataclass(frozen=True)
class Comparison:
    """A paired difference over villages. `typical`, `low`, `high`: 50, 10 and 90 % of villages.

    better, worse, same: numbers of villages whose mean difference is above `margin`, below
    -margin, or between; error: standard error of `mean` over villages; unknown_share: share of
    the variance between runs that comes from the villages and not from luck (None when it cannot
    be told apart).
    """

    villages: int
    mean: float
    error: float | None
    typical: float
    low: float
    high: float
    better: int
    worse: int
    same: int
    better_runs: float
    unknown_share: float | None


def compare(pairs: pd.DataFrame, margin: float) -> Comparison:
    """Summarise differences made by `differences`."""
    villages = pairs.groupby("village_id")["difference"].mean()
    count = len(villages)
    better, worse = int((villages > margin).sum()), int((villages < -margin).sum())
    low, typical, high = np.quantile(villages, [0.1, 0.5, 0.9])
    return Comparison(
        villages=count,
        mean=float(villages.mean()),
        error=float(villages.std(ddof=1) / math.sqrt(count)) if count > 1 else None,
        typical=float(typical),
        low=float(low),
        high=float(high),
        better=better,
        worse=worse,
        same=count - better - worse,
        better_runs=float((pairs["difference"] > 0).mean()),
        unknown_share=unknown_share(pairs),
    )


def unknown_share(pairs: pd.DataFrame) -> float | None:
    """Share of the variance of single runs that lies between villages: what we do not know.

    One-way random effects; the rest is luck. None with one village or one replication.
    """
    by_village = pairs.groupby("village_id")["difference"]
    replications = by_village.size().min()
    if by_village.ngroups < 2 or replications < 2:
        return None
    luck = float(by_village.var(ddof=1).mean())
    between = max(0.0, float(by_village.mean().var(ddof=1)) - luck / float(replications))
    return between / (between + luck) if between + luck > 0 else None


def women_better(
    women: pd.DataFrame, weeks: int, scenario: str, baseline: str, margin: float
) -> pd.DataFrame:
    """village_id, replication_id, better, worse: numbers of women.

    A woman is better (worse) off when her own cash, farm wages and KUBE together, is more than
    `margin` rupiah a week above (below) what she has in the baseline with the same luck.
    """
    cash = (women["kube_income"] + women["farm_income"]) / weeks
    frame = women[[*PAIR, "scenario_id", "member_id"]].assign(cash=cash)
    wide = frame[frame["scenario_id"].isin([scenario, baseline])].pivot_table(
        index=[*PAIR, "member_id"], columns="scenario_id", values="cash", observed=True
    )
    change = wide[scenario] - wide[baseline]
    counts = pd.DataFrame({"better": change > margin, "worse": change < -margin})
    return counts.groupby(PAIR).sum().reset_index()


def usual_limit(weekly: pd.DataFrame, counts: pd.DataFrame, most: int) -> int:
    """What limited production in most weeks of the runs in which at most `most` women are better.

    weekly: village_id, replication_id, binding (a code of `Binding`) of one strategy; counts: see
    `women_better`. Over all runs when there is no such run.
    """
    poor = counts.loc[counts["better"] <= most, PAIR]
    codes = weekly.merge(poor if len(poor) else counts[PAIR], on=PAIR)["binding"]
    return int(codes.mode().iloc[0])
