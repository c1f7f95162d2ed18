"""How does the number of partner outlets change what a member earns, and what binds?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count as count_from
from pathlib import Path
from typing import Any

import pandas as pd

from experiments import store
from experiments.compare import MARGIN
from experiments.execute import execute
from experiments.study import Point, Study, villages
from sim.parameters import Value
from sim.rules.work import Binding
from sim.scenario import Group, Scenario

TRUST_LEVELS = ("low", "middle", "high")
TRUST_PARAMETERS = ("trust_base_in_village", "trust_base_outside", "tie_prior_good")
LIMITS = {
    Binding.NO_SESSION: "none",
    Binding.DEMAND: "demand",
    Binding.CASH: "cash",
    Binding.HANDS: "hands",
    Binding.TRIPS: "trips",
    Binding.TIES: "ties",
}


def with_copies(group: Group, partners: int) -> Group:
    """The group with at least `partners` outlets: copies of its own follow after the real ones."""
    outlets = list(group.outlets)
    models = [outlet for outlet in outlets if not outlet.initial] or outlets
    taken = {outlet.id for outlet in outlets}
    copies = max(0, partners - len(outlets)) if models else 0
    for i in range(copies):
        model = models[i % len(models)]
        number = next(n for n in count_from(2) if f"{model.id[:36]}_{n}" not in taken)
        changes = {"id": f"{model.id[:36]}_{number}", "name": f"{model.name} {number}"}
        outlets.append(model.model_copy(update={**changes, "initial": False}))
        taken.add(changes["id"])
    return group.model_copy(update={"outlets": tuple(outlets)})


def run_network(
    study: Study,
    scenario: Scenario,
    partners: Sequence[int],
    count: int,
    out: Path,
    workers: int = 0,
) -> dict[str, Any]:
    """Run `scenario` with each number of partners at each level of trust; returns the manifest.

    Partners are the first outlets of the group's file, then copies of them. Trust is low, middle
    or high when the base trust of outlets and the past of a tie are at the low end, the default
    or the high end of their sourced ranges.
    """
    order = [outlet.id for outlet in study.group.outlets]
    levels = {level: _trust(study, level) for level in TRUST_LEVELS}
    drawn = villages(study, count, (*TRUST_PARAMETERS, "n_outlets_init", *scenario.set))
    design = [
        {"scenario_id": f"partners_{number:02d}_{level}", "partners": number, "trust": level}
        for number in partners
        for level in levels
    ]
    trusted = {
        level: scenario.model_copy(update={"set": {**scenario.set, **values}})
        for level, values in levels.items()
    }
    points = [
        Point(f"partners_{number:02d}_{level}", plan, village, mine, tuple(order[:number]))
        for level, plan in trusted.items()
        for village, mine in drawn.items()
        for number in partners
    ]
    question = {
        "command": "network",
        "scenario": scenario.model_dump(mode="json"),
        "partners": list(partners),
        "villages": count,
        "trust": {level: dict(values) for level, values in levels.items()},
    }
    return execute(study, points, out, question, design, workers)


def _trust(study: Study, level: str) -> dict[str, Value]:
    rows = [study.register[name] for name in TRUST_PARAMETERS]
    ends = {"low": lambda row: row.low, "middle": lambda row: row.default}
    return {row.name: ends.get(level, lambda row: row.high)(row) for row in rows}


def response(out: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Points (one row per run) and shares of what bound, as `network_response` draws them."""
    design = store.read(out, "design")
    runs = store.read(out, "runs").merge(design, on="scenario_id")
    points = runs.rename(columns={"kube_income": "gross_income"})[
        ["partners", "trust", "village_id", "replication_id", "net_income", "gross_income"]
    ]
    weekly = store.read(out, "weekly", ["scenario_id", "binding"]).merge(design, on="scenario_id")
    names = weekly["binding"].map({float(code): name for code, name in LIMITS.items()})
    shares = names.groupby([weekly["partners"], weekly["trust"]]).value_counts(normalize=True)
    return points, shares.rename("share").rename_axis(
        ["partners", "trust", "binding"]
    ).reset_index()


def summarise(out: Path, margin: float = MARGIN) -> dict[str, Any]:
    """Typical net income by partners and trust, what each further partner adds, what binds."""
    points, binding = response(out)
    manifest = store.read_manifest(out)
    middle = points[points["trust"] == "middle"]
    income = middle.groupby(["partners", "village_id"])["net_income"].mean().unstack("partners")
    added = income.diff(axis=1).mean().dropna()
    bound = binding[(binding["trust"] == "middle") & (binding["partners"] == income.columns.max())]
    largest = bound.loc[bound["share"].idxmax()] if len(bound) else None
    by_village = points.groupby(["trust", "partners", "village_id"])["net_income"].mean()
    by_trust = by_village.groupby(["trust", "partners"]).median()
    return {
        "partners": [int(number) for number in income.columns],
        "net_income": {
            level: {int(n): float(v) for n, v in by_trust[level].items()}
            for level in TRUST_LEVELS
            if level in by_trust.index.get_level_values(0)
        },
        "added": {int(number): float(value) for number, value in added.items()},
        "most_binding": None if largest is None else str(largest["binding"]),
        "most_binding_share": None if largest is None else float(largest["share"]),
        "margin": margin,
        "villages": manifest["question"]["villages"],
        "replications": manifest["question"]["replications"],
    }
