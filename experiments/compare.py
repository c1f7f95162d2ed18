"""Which strategy raises what a member earns, and how sure is that?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments import store
from experiments.analysis import paired
from experiments.execute import execute
from experiments.study import Point, Study, villages
from sim.scenario import Group, Scenario

MARGIN = 1_000.0  # Rp per member per week: less is practically the same
INCOMES = ("net_income", "kube_income", "own_cash_income", "household_income", "net_income_late")
LEVELS = (
    *INCOMES, "farm_income_forgone", "kube_hours", "pay_per_hour", "net_pay_per_hour",
    "attendance", "outlets_active", "outlets_new", "trust_inside", "trust_outlets", "members",
    "core_up", "women_at_a_loss", "poverty_gap", "income_gini", "cash", "grants_rp",
    "dana_desa_rp", "intervention_cost_rp", "facilitator_days", "intervention_hours",
)  # fmt: skip


def run_compare(
    study: Study, scenarios: Sequence[Scenario], count: int, out: Path, workers: int = 0
) -> dict[str, Any]:
    """Run every scenario in the same villages with the same luck; returns the manifest."""
    known = sorted({name for scenario in scenarios for name in scenario.set})
    drawn = villages(study, count, known)
    points = [
        Point(scenario.id, scenario, village, values)
        for village, values in drawn.items()
        for scenario in scenarios
    ]
    question = {
        "command": "compare",
        "scenarios": [scenario.model_dump(mode="json") for scenario in scenarios],
        "villages": count,
    }
    design = [{"scenario_id": scenario.id, **scenario.set} for scenario in scenarios]
    return execute(study, points, out, question, design, workers)


def summarise(out: Path, margin: float = MARGIN) -> dict[str, Any]:
    """The summary of a compare folder; the first scenario is the baseline.

    Every number that is told in words or drawn comes from here or from the tables.
    """
    manifest = store.read_manifest(out)
    asked = manifest["question"]
    runs, women = store.read(out, "runs"), store.read(out, "women")
    names = [scenario["id"] for scenario in asked["scenarios"]]
    baseline = names[0]
    rows = {name: _levels(runs[runs["scenario_id"] == name]) for name in names}
    for name in names[1:]:
        rows[name] |= _against(runs, women, name, baseline, asked["weeks"], margin)
    return {
        "baseline": baseline,
        "margin": margin,
        "villages": asked["villages"],
        "replications": asked["replications"],
        "weeks": asked["weeks"],
        "women": asked["group"]["members"]["count"],
        "titles": {scenario["id"]: scenario["title"] for scenario in asked["scenarios"]},
        "farm_wage_hour": _farm_wage_hour(out, asked["defaults"]),
        "config_hash": manifest["config_hash"],
        "seed": asked["seed"],
        "version": manifest["versions"]["semangat"],
        "scenarios": rows,
    }


def _farm_wage_hour(out: Path, defaults: dict[str, Any]) -> float:
    """Farm wage per hour (Rp) in the typical village."""
    drawn = store.read(out, "villages")
    wages = drawn.get("farm_wage_day", pd.Series([defaults["farm_wage_day"]]))
    return float(wages.median()) / float(defaults["farm_hours_day"])


def _levels(runs: pd.DataFrame) -> dict[str, Any]:
    """Typical value and the range of 8 in 10 villages of each measure."""
    by_village = runs.groupby("village_id")[list(LEVELS)].mean()
    levels: dict[str, Any] = {}
    for name in LEVELS:
        values = by_village[name].dropna()
        if len(values):
            low, typical, high = np.quantile(values, [0.1, 0.5, 0.9])
            levels[name] = {"typical": float(typical), "low": float(low), "high": float(high)}
    return {"levels": levels}


def _against(
    runs: pd.DataFrame, women: pd.DataFrame, name: str, baseline: str, weeks: int, margin: float
) -> dict[str, Any]:
    compared = {
        measure: asdict(paired.compare(paired.differences(runs, name, baseline, measure), margin))
        for measure in INCOMES
    }
    counts = paired.women_better(women, weeks, name, baseline, margin)
    by_village = counts.groupby("village_id")[["better", "worse"]].mean()
    low, typical, high = np.quantile(by_village["better"], [0.1, 0.5, 0.9])
    all_women = len(women) / max(1, len(runs))
    return {
        "difference": compared,
        "women_better": {"typical": float(typical), "low": float(low), "high": float(high)},
        "woman_worse_share": float(counts["worse"].mean() / all_women) if all_women else 0.0,
        "better_of_20": round(20 * compared["net_income"]["better_runs"]),
    }


def table(summary: dict[str, Any]) -> pd.DataFrame:
    """The summary as a table for people: one row per scenario."""
    rows = []
    for name, row in summary["scenarios"].items():
        levels = {measure: level["typical"] for measure, level in row["levels"].items()}
        net = row.get("difference", {}).get("net_income", {})
        extra = {
            f"gain_{key}": net.get(key) for key in ("typical", "low", "high", "better", "worse")
        }
        rows.append({"scenario_id": name, **extra, **levels})
    return pd.DataFrame(rows)


def ties(out: Path, group: Group, scenario: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Partners at the start and at the end (in most runs) of a scenario, for `network_map`."""
    weekly = store.read(out, "outlet_weekly", ["scenario_id", "outlet_id", "week", "status"])
    mine = weekly[weekly["scenario_id"] == scenario]
    partner = (mine["status"] == 1).groupby([mine["week"], mine["outlet_id"]]).mean()
    events = store.read(out, "events")
    asked = events[(events["scenario_id"] == scenario) & (events["kind"] == "capital_proposal")]
    weeks = mine["week"]
    return (
        _nodes(group, partner[weeks.min()] > 0.5, set()),
        _nodes(group, partner[weeks.max()] > 0.5, set(asked["subject"])),
    )


def _nodes(group: Group, partner: pd.Series[bool], asked: set[str]) -> pd.DataFrame:
    outlets = [
        {
            "id": outlet.id, "name": outlet.name, "kind": outlet.kind, "role": "outlet",
            "tie": bool(partner[outlet.id]), "distance_km": outlet.distance_km.value,
            "place": outlet.place, "angle": outlet.position,
        }
        for outlet in group.outlets
    ]  # fmt: skip
    donors = [
        {
            "id": donor.id, "name": donor.name, "kind": donor.kind, "role": "donor",
            "tie": donor.id in asked, "distance_km": None, "place": "in_village", "angle": None,
        }
        for donor in group.donors
    ]  # fmt: skip
    return pd.DataFrame([*outlets, *donors])
