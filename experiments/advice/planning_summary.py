"""What the last step says of each plan, from the tables of the folder alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments import store
from experiments.advice.planning_choices import PACKAGE, margins
from experiments.advice.planning_menu import Needs
from experiments.advice.planning_run import NOTHING
from experiments.advice.planning_search import Aim
from experiments.advice.planning_trial import MEASURES
from experiments.analysis.planning import best_in, best_probability, mean_error

GOALS: Final = ("income", "fifth", "cost", "robust")
COSTS: Final = ("rp", "days", "hours")
RANGE: Final = (0.1, 0.5, 0.9)

Numbers = NDArray[np.float64]


def aim_of(asked: dict[str, Any]) -> Aim:
    """The aim that a manifest tells."""
    limits = (np.inf if limit is None else float(limit) for limit in asked["budget"].values())
    return Aim(Needs(*limits), float(asked["risk"]), float(asked["margin"]))


def summarise(out: Path) -> dict[str, Any]:
    """Everything that is told, drawn or written of the plans.

    `plans`: those that no other beats, most income first, then the package and doing nothing;
    `first` is the one recommended, `second` the next, `better_in` the goals in which it is
    better than the first by a margin.
    """
    manifest = store.read_manifest(out)
    asked = manifest["question"]
    runs = store.read(out, "runs")
    shown = [plan for plan in asked["plans"] if not plan["id"].startswith("left")]
    rows = _rows(shown, runs, asked)
    rows.sort(key=lambda row: (not row["unbeaten"], row["id"] == NOTHING, -row["income"]))
    choice = [row for row in rows if row["unbeaten"]] or [_named(rows, NOTHING)]
    first, second = choice[0], choice[1] if len(choice) > 1 else None
    return {
        "group": asked["group"]["name"],
        "group_id": asked["group"]["id"],
        "group_file": asked["group_file"],
        "names": _partners(asked["group"]),
        "start": str(asked["group"]["start"]),
        **{key: asked[key] for key in ("weeks", "budget", "risk", "margin", "seed", "kinds")},
        **{key: asked[key] for key in ("villages", "replications", "evaluations", "set")},
        "tried": len(store.read(out, "tried", ["income"])),
        "runs": manifest["runs"],
        "seconds": manifest["seconds"],
        "first": first["id"],
        "second": second["id"] if second else None,
        "better_in": better_in(second, first, aim_of(asked)) if second else [],
        "package": _named(rows, PACKAGE)["id"] if _has(rows, PACKAGE) else None,
        "plans": rows,
        "config_hash": manifest["config_hash"],
        "version": manifest["versions"]["semangat"],
    }


def _partners(group: dict[str, Any]) -> dict[str, dict[str, str]]:
    """What outlets, donors and products are called, by id."""
    named = [each for sort in ("outlets", "donors", "products") for each in group[sort]]
    return {
        each["id"]: each["name"] if isinstance(each["name"], dict)
        else {"id": each["name"], "en": each["name"]}
        for each in named
    }  # fmt: skip


def _has(rows: list[dict[str, Any]], name: str) -> bool:
    return any(row["id"] == name for row in rows)


def _named(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(row for row in rows if row["id"] == name)


def better_in(one: dict[str, Any], other: dict[str, Any], aim: Aim) -> list[str]:
    """The goals in which a plan is better than another by more than the margin."""
    pairs = zip(GOALS, margins(aim), strict=True)
    return [goal for goal, margin in pairs if _goal(one, goal) > _goal(other, goal) + margin]


def _goal(row: dict[str, Any], goal: str) -> float:
    return -float(row["rp"]) if goal == "cost" else float(row[goal])


def _rows(
    plans: list[dict[str, Any]], runs: pd.DataFrame, asked: dict[str, Any]
) -> list[dict[str, Any]]:
    cells = [_cells(runs, plan["id"]) for plan in plans]
    nothing = cells[[plan["id"] for plan in plans].index(NOTHING)]
    gains = np.stack([(cell - nothing)[:, :, 0].mean(axis=1) for cell in cells])
    fits = np.array([_over(cell, asked) <= asked["risk"] for cell in cells])
    probability, often = np.zeros(len(cells)), np.zeros(len(cells))
    probability[fits] = best_probability(gains[fits], asked["seed"])
    often[fits] = best_in(gains[fits])
    errors = mean_error(gains)
    return [
        {
            **plan,
            **_levels(cell, nothing, gain, asked),
            "error": None if np.isnan(error) else float(error),
            "best": float(best),
            "best_in": float(where),
        }
        for plan, cell, gain, error, best, where in zip(
            plans, cells, gains, errors, probability, often, strict=True
        )
    ]


def _cells(runs: pd.DataFrame, name: str) -> Numbers:
    """[village, replication, measure] of a plan."""
    mine = runs[runs["scenario_id"] == name].sort_values(["village_id", "replication_id"])
    villages = mine["village_id"].nunique()
    return mine[list(MEASURES)].to_numpy(float).reshape(villages, -1, len(MEASURES))


def _over(cell: Numbers, asked: dict[str, Any]) -> float:
    limits = np.array([np.inf if limit is None else limit for limit in asked["budget"].values()])
    return float((cell[:, :, 2:] > limits).any(axis=2).mean())


def _levels(
    cell: Numbers, nothing: Numbers, gain: Numbers, asked: dict[str, Any]
) -> dict[str, Any]:
    low, typical, high = np.quantile(gain, RANGE)
    costs = dict(zip(COSTS, cell[:, :, 2:].mean(axis=(0, 1)), strict=True))
    return {
        "income": float(gain.mean()),
        "low": float(low),
        "typical": float(typical),
        "high": float(high),
        "fifth": float((cell - nothing)[:, :, 1].mean()),
        "robust": float((gain > asked["margin"]).mean()),
        **{name: float(cost) for name, cost in costs.items()},
        "rp_high": float(np.quantile(cell[:, :, 2], RANGE[-1])),
        "over": _over(cell, asked),
    }


def table(summary: dict[str, Any]) -> pd.DataFrame:
    """One row for each plan, for spreadsheets; what is done is in the files of the plans."""
    columns = [
        "id", "shipped", "unbeaten", "income", "error", "low", "typical", "high", "fifth", "robust",
        "rp", "rp_high", "days", "hours", "over", "best", "best_in",
    ]  # fmt: skip
    return pd.DataFrame([{name: row[name] for name in columns} for row in summary["plans"]])
