"""What a strategy does to people: the outcomes of a comparison, as paired differences by village.

Each outcome is defined once, in OUTCOMES; `differences` makes all of them from the tables of a
results folder. A woman's own cash is what the KUBE and the fields pay her.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

RUN: Final = ["village_id", "replication_id"]
AT_ONCE: Final = 4  # weeks, about a month
FROM_RUNS: Final = (
    "net_income", "worst_fifth", "income_gini", "poverty_gap", "survived", "kube_hours",
    "net_pay_per_hour",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """An outcome of a run. better: 1 where more is better, -1 where less is, 0
    where it is neither.

    margin: a difference that is practically none; None: the margin that the user sets.
    """

    name: str
    unit: str
    better: int
    margin: float | None
    meaning: str


OUTCOMES: Final[dict[str, Outcome]] = {
    each.name: each
    for each in (
        Outcome("net_income", "Rp", 1, None, "KUBE income less farm wages lost, a woman and week"),
        Outcome("women_up", "women", 1, 1, "founding women whose own cash rose over the margin"),
        Outcome("worst_fifth", "Rp", 1, None, "own cash of the poorest fifth of the women, a week"),
        Outcome("income_gini", "0-1", -1, 0.01, "inequality of own cash among founding women"),
        Outcome("poverty_gap", "share", -1, 0.01, "mean shortfall below the poverty line"),
        Outcome("survived", "chance", 1, 0.05, "the group has not ended by the last week"),
        Outcome("women_down", "women", -1, 1, "founding women whose own cash fell over the margin"),
        Outcome("box_down", "chance", -1, 0.1, "the cash box ends lower by over a month's margin"),
        Outcome("kube_hours", "hours", 0, 0.5, "a founding woman's hours at sessions, a week"),
        Outcome("net_pay_per_hour", "Rp", 1, 500, "net income for an hour at sessions"),
    )
}


def margin_of(outcome: str, margin: float) -> float:
    """What is practically no difference in an outcome, when `margin` is the user's (Rp)."""
    own = OUTCOMES[outcome].margin
    return margin if own is None else own


def by_village(
    runs: pd.DataFrame, women: pd.DataFrame, names: Sequence[str], margin: float, weeks: int
) -> pd.DataFrame:
    """[village, (outcome, scenario)]: means over luck of every outcome, in the order of OUTCOMES.

    names[0] is the baseline, against which women_up, women_down and box_down (lower by the margin
    of all founding women over AT_ONCE weeks) are told: it has zeros there itself. net_pay_per_hour
    is income over hours of all runs of a village, nan without any hour.
    """
    runs = runs[runs["scenario_id"].isin(list(names))]
    cells = runs.groupby(["village_id", "scenario_id"], observed=True)
    means = cells[[name for name in FROM_RUNS if name != "net_pay_per_hour"]].mean().unstack()
    found = {name: means[name] for name in means.columns.unique(0)}
    found["net_pay_per_hour"] = found["net_income"] / found["kube_hours"].where(
        found["kube_hours"] > 0
    )
    found |= _against_baseline(runs, women, names, margin, weeks)
    return pd.concat({name: found[name][list(names)] for name in OUTCOMES}, axis=1)


def _against_baseline(
    runs: pd.DataFrame, women: pd.DataFrame, names: Sequence[str], margin: float, weeks: int
) -> dict[str, pd.DataFrame]:
    """[village, scenario] of what is told of a run and its pair."""
    cash = runs.pivot_table(index=RUN, columns="scenario_id", values="cash", observed=True)
    founders = women.groupby(["scenario_id", *RUN], observed=True).size().iloc[0]
    lower = cash.lt(cash[names[0]] - margin * AT_ONCE * founders, axis=0).astype(float)
    up, down = _moved(women, names, margin, weeks)
    return {
        name: table.groupby("village_id").mean()
        for name, table in (("box_down", lower), ("women_up", up), ("women_down", down))
    }


def _moved(
    women: pd.DataFrame, names: Sequence[str], margin: float, weeks: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """[run, scenario]: women whose own cash rose, and fell, by over the margin a week."""
    cash = (women["kube_income"] + women["farm_income"]) / weeks
    keys = [*RUN, "member_id"]
    wide = women[[*keys, "scenario_id"]].assign(cash=cash)
    wide = wide.pivot_table(index=keys, columns="scenario_id", values="cash", observed=True)
    change = wide[list(names)].sub(wide[names[0]], axis=0)
    return tuple(
        moved.astype(float).groupby(level=RUN).sum()
        for moved in (change > margin, change < -margin)
    )  # type: ignore[return-value]


def weeks_until_gain(weekly: pd.DataFrame, name: str, baseline: str, margin: float) -> pd.Series:
    """By village: weeks until the gain shows, and stays; nan where it never does.

    weekly: scenario_id, village_id, replication_id, week, net_income. A gain (the paired mean over
    luck) shows at the end of the first week at which both the mean of the last AT_ONCE weeks and
    the mean of all weeks that follow are over the margin.
    """
    means = weekly.groupby(["scenario_id", "village_id", "week"], observed=True)[
        "net_income"
    ].mean()
    gain = (means[name] - means[baseline]).unstack("week").sort_index(axis=1)
    table = gain.to_numpy()
    weeks = table.shape[1]
    at_once = min(AT_ONCE, weeks)
    last = np.lib.stride_tricks.sliding_window_view(table, at_once, axis=1).mean(2)
    later = table[:, ::-1].cumsum(1)[:, ::-1] / np.arange(weeks, 0, -1)
    follow = np.hstack([later[:, at_once:], last[:, -1:]])  # after the last week: as it ended
    shows = (last > margin) & (follow > margin)
    first = np.where(shows.any(1), shows.argmax(1) + at_once, np.nan)
    return pd.Series(first, index=gain.index, name="weeks")
