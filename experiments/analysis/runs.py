"""From weekly tables to one row per run."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.runs import KEYS, Tables

LATE_WEEKS = 13  # the last quarter of a run
FIFTHS = 5
MEANS = (
    "net_income", "kube_income", "own_cash_income", "household_income", "farm_income_forgone",
    "kube_hours", "attendance", "unsold_share", "volume", "outlets_active", "trust_inside",
    "trust_outlets", "poverty_gap", "income_gini",
)  # fmt: skip
LASTS = (
    "outlets_new", "members", "cash", "core_up", "legal", "tools", "grants_rp", "dana_desa_rp",
    "intervention_cost_rp", "facilitator_days", "intervention_hours",
)  # fmt: skip


def run_means(tables: Tables) -> pd.DataFrame:
    """One row per run: means over the recorded weeks, states at the end, pay per hour.

    net_income_late is the mean of the last 13 weeks, earning_late 1 when the group paid anything
    in them; pay_per_hour and net_pay_per_hour are Rp per
    hour at sessions, gross and after farm wages forgone (empty without any hour); women_at_a_loss
    is the share of the founding women who lost more farm wages than the group paid them;
    worst_fifth is the own cash (Rp a week) of the poorest fifth of them; survived is 1 unless the
    group has ended.
    """
    keys = list(KEYS)
    weekly = tables.weekly
    runs = weekly.groupby(keys, sort=False)
    means = runs[list(MEANS)].mean()
    lasts = runs[list(LASTS)].last()
    late = weekly[weekly["week"] > weekly["week"].max() - LATE_WEEKS]
    quarter = late.groupby(keys, sort=False)
    means["net_income_late"] = quarter["net_income"].mean()
    means["earning_late"] = (quarter["kube_income"].sum() > 0).astype(float)
    hours = means["kube_hours"].where(means["kube_hours"] > 0)
    means["pay_per_hour"] = means["kube_income"] / hours
    means["net_pay_per_hour"] = means["net_income"] / hours
    loss = tables.women["net_income"] < 0
    means["women_at_a_loss"] = loss.groupby([tables.women[key] for key in keys], sort=False).mean()
    means["worst_fifth"] = _worst_fifth(tables.women) / weekly["week"].nunique()
    ended = tables.events.loc[tables.events["kind"] == "group_ended", keys]
    means["survived"] = (~means.index.isin(pd.MultiIndex.from_frame(ended))).astype(float)
    return means.join(lasts).reset_index()


def _worst_fifth(women: pd.DataFrame) -> pd.Series[float]:
    """By run: mean own cash over all weeks (Rp) of the fifth of the women who have least."""
    cash = women["kube_income"] + women["farm_income"]
    ordered = women[list(KEYS)].assign(cash=cash).sort_values("cash", kind="stable")
    of_run = ordered.groupby(list(KEYS), sort=False)["cash"]
    poorest = of_run.cumcount() < np.ceil(of_run.transform("size") / FIFTHS)
    return ordered[poorest].groupby(list(KEYS), sort=False)["cash"].mean()
