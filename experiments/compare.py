"""Which strategy raises what a member earns, and how sure is that?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments import store
from experiments.alternatives import run_alternatives
from experiments.analysis import paired
from experiments.analysis.drivers import drivers, leading_topics
from experiments.execute import execute
from experiments.study import Point, Study, villages
from sim.founding import partners_of
from sim.parameters import resolve
from sim.rules.work import Binding
from sim.scenario import Group, Scenario, register_of
from sim.setting import setting_for

MARGIN = 1_000.0  # Rp per member per week: less is practically the same
BAND = (0.1, 0.5, 0.9)  # of runs, as on all sheets
TOPICS_ASKED = 3
FEWEST_VILLAGES = 20  # with fewer, a correlation says nothing
INCOMES = ("net_income", "kube_income", "own_cash_income", "household_income", "net_income_late")
LEVELS = (
    *INCOMES, "farm_income_forgone", "kube_hours", "pay_per_hour", "net_pay_per_hour",
    "attendance", "outlets_active", "outlets_new", "trust_inside", "trust_outlets", "members",
    "core_up", "earning_late", "women_at_a_loss", "poverty_gap", "income_gini", "cash", "grants_rp",
    "dana_desa_rp", "intervention_cost_rp", "facilitator_days", "intervention_hours",
)  # fmt: skip


def run_compare(
    study: Study,
    scenarios: Sequence[Scenario],
    count: int,
    out: Path,
    workers: int = 0,
    other_forms: int = 0,
) -> dict[str, Any]:
    """Run every scenario in the same villages with the same luck; returns the manifest.

    In the first `other_forms` villages also under other forms of the model: `alternatives`.
    """
    known = sorted({name for scenario in scenarios for name in scenario.set})
    drawn = villages(study, count, known)
    points = [
        Point(scenario.id, scenario, village, values)
        for village, values in drawn.items()
        for scenario in scenarios
    ]
    few = [point for point in points if point.village in list(drawn)[:other_forms]]
    question = {
        "command": "compare",
        "scenarios": [scenario.model_dump(mode="json") for scenario in scenarios],
        "villages": count,
    }
    also = {"alternatives": lambda: run_alternatives(study, few, workers)}
    design = [{"scenario_id": scenario.id, **scenario.set} for scenario in scenarios]
    return execute(study, points, out, question, design, workers, also)


def summarise(out: Path, margin: float = MARGIN) -> dict[str, Any]:
    """The summary of a compare folder; the first scenario is the baseline.

    Every number that is told in words or drawn comes from here or from the tables.
    """
    manifest = store.read_manifest(out)
    asked = manifest["question"]
    runs, women = store.read(out, "runs"), store.read(out, "women")
    weekly = store.read(out, "weekly", ["scenario_id", *paired.PAIR, "binding"])
    names = [scenario["id"] for scenario in asked["scenarios"]]
    baseline = names[0]
    rows = {name: _levels(runs[runs["scenario_id"] == name]) for name in names}
    for name in names[1:]:
        mine = weekly[weekly["scenario_id"] == name]
        rows[name] |= _against(runs, women, mine, name, baseline, asked["weeks"], margin)
    return {
        "baseline": baseline,
        "margin": margin,
        "villages": asked["villages"],
        "replications": asked["replications"],
        "weeks": asked["weeks"],
        "group": asked["group"]["name"],
        "women": int(asked["defaults"]["n_members"]),
        "ask": _to_ask(out, runs, names),
        "titles": {scenario["id"]: scenario["title"] for scenario in asked["scenarios"]},
        "farm_wage_hour": _farm_wage_hour(out, asked["defaults"]),
        "config_hash": manifest["config_hash"],
        "seed": asked["seed"],
        "version": manifest["versions"]["semangat"],
        "scenarios": rows,
    }


def _to_ask(out: Path, runs: pd.DataFrame, names: list[str]) -> list[str]:
    """Topics to ask about: what goes along most with the gain of the first strategy."""
    villages = store.read(out, "villages")
    if len(names) < 2 or len(villages) < FEWEST_VILLAGES:
        return leading_topics(drivers(villages.iloc[:0], pd.Series(dtype=float)), TOPICS_ASKED)
    gains = paired.differences(runs, names[1], names[0], "net_income")
    return leading_topics(
        drivers(villages, gains.groupby("village_id")["difference"].mean()), TOPICS_ASKED
    )


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
            levels[name] = {
                "typical": float(typical),
                "low": float(low),
                "high": float(high),
                "mean": float(values.mean()),
            }
    return {"levels": levels}


def _against(
    runs: pd.DataFrame,
    women: pd.DataFrame,
    weekly: pd.DataFrame,
    name: str,
    baseline: str,
    weeks: int,
    margin: float,
) -> dict[str, Any]:
    compared = {
        measure: asdict(paired.compare(paired.differences(runs, name, baseline, measure), margin))
        for measure in INCOMES
    }
    counts = paired.women_better(women, weeks, name, baseline, margin)
    low, typical, high = np.quantile(counts["better"], BAND)
    gains = paired.differences(runs, name, baseline, "net_income")["difference"]
    all_women = len(women) / max(1, len(runs))
    limit = paired.usual_limit(weekly, counts, int(all_women / 2))
    return {
        "difference": compared,
        "women_better": {"typical": float(typical), "low": float(low), "high": float(high)},
        "woman_worse_share": float(counts["worse"].mean() / all_women) if all_women else 0.0,
        "twenty_tries": {
            "women": _band(counts["better"]),
            "rupiah": _band(gains),
        },
        "limit": Binding(limit).name.lower(),
        "better_of_20": round(20 * float((gains > margin).mean())),
    }


def _band(values: pd.Series[float]) -> list[float]:
    """Between which ends 16 of 20 runs lie, and the middle: low, middle, high."""
    return [float(value) for value in np.quantile(values, BAND)]


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


def ties(group: Group, scenario: Scenario) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Partners before week 0 and in the plan of a scenario, for `network_map`.

    A donor is a tie when the plan asks it for something.
    """
    setting = setting_for(group, resolve(register_of(group)), weeks=1)
    before = set(partners_of(setting))
    planned = set(before)
    for plan in scenario.interventions:
        planned |= {getattr(plan, who) for who in ("outlet", "donor") if hasattr(plan, who)}
        if plan.kind == "audience":
            planned |= {donor.id for donor in group.donors if donor.kind == "village_government"}
    return _nodes(group, before), _nodes(group, planned)


def _nodes(group: Group, ties: set[str]) -> pd.DataFrame:
    partners = [(outlet, "outlet") for outlet in group.outlets]
    partners += [(donor, "donor") for donor in group.donors]
    return pd.DataFrame(
        {
            "id": partner.id,
            "name": partner.name,
            "kind": partner.kind,
            "role": role,
            "tie": partner.id in ties,
            "distance_km": partner.distance_km.value if role == "outlet" else None,
            "place": getattr(partner, "place", "in_village"),
            "angle": partner.position,
        }
        for partner, role in partners
    )
