"""Guards against a model that shows what it was built to show (theory sheet, section 3).

One function a number, like `statistics`; a model that does not pass them is broken.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from experiments.validation.estimates import Estimate, mean, share
from experiments.validation.laboratory import Laboratory, shipped
from experiments.validation.statistics import FIRST_CYCLE, PACKAGE
from sim.columns import WEEKLY
from sim.parameters import OUTLET_KINDS
from sim.scenario import register_of

COSTS = ("intervention_cost_rp", "facilitator_days", "intervention_hours")
NEVER = -50.0  # log-odds


def without_effects(lab: Laboratory) -> Estimate:
    """Largest change in any weekly column, costs aside, by a package without effects."""
    plain, package = (shipped(name, lab.group) for name in (FIRST_CYCLE, PACKAGE))
    plans = tuple(each.model_copy(update={"effective": False}) for each in package.interventions)
    both = [lab.run(each) for each in (package.model_copy(update={"interventions": plans}), plain)]
    names = [column.name for column in WEEKLY if column.name not in COSTS]
    tables = [np.stack([np.nan_to_num(runs[name]) for name in names]) for runs in both]
    return Estimate(float(np.abs(tables[0] - tables[1]).max()), 0.0)


def nobody_buys(lab: Laboratory) -> Estimate:
    """Income (Rp a member and week) with the package when nobody buys anything."""
    demand = [
        f"demand_{kind}_{product.id}" for kind in OUTLET_KINDS for product in lab.group.products
    ]
    return mean(lab.run(PACKAGE, **dict.fromkeys(demand, 0))["kube_income"].mean(1))


def nobody_comes(lab: Laboratory) -> Estimate:
    """Pieces sold a week with the package when no woman ever comes."""
    return mean(lab.run(PACKAGE, attend_intercept=NEVER)["volume"].mean(1))


def all_at_their_worse_end(lab: Laboratory) -> Estimate:
    """Share of runs that still sell in the last four weeks, every unknown at its worse end.

    The worse end is the one with less income, all others at their defaults. The outlets at the
    start stay: without any, there is nothing to stop. Told of the default village alone.
    """
    if lab.village:
        return Estimate(np.nan, np.nan)
    few = replace(lab, replications=10, _done={})
    worse = {}
    for row in register_of(lab.group).values():
        if row.drawn and row.name != "n_outlets_init":
            ends = [int(end) if row.whole else end for end in (row.low, row.high)]
            worse[row.name] = min(ends, key=partial(_income_with, few, row.name))
            few.forget()
    return share(lab.run(FIRST_CYCLE, **worse)["volume"][:, -4:].sum(1) > 0)


def _income_with(lab: Laboratory, name: str, value: float) -> float:
    return float(lab.run(FIRST_CYCLE, **{name: value})["net_income"].mean())
