"""Does what to ask depend on how wide the ranges are? The same options at half and twice the width.

Reweighing the stored villages would not tell: none of them lies outside the ranges they were drawn
from. So these are runs of their own, stored below the answer and not run again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pandas as pd

from experiments import store
from experiments.advice.ask import Asked, Compared, ranked, read_comparison
from experiments.designs import plausible_villages, stretched
from experiments.execute import execute
from experiments.study import Point, Study
from sim.scenario import Scenario

WIDTHS: Final = {"half": 0.5, "double": 2.0}


def stability(
    compared: Compared, asked: Asked, villages: int, out: Path, workers: int = 0
) -> pd.DataFrame:
    """parameter, rank_stored, rank_half, rank_double, and `turns_` likewise: is it above noise?

    Of everything that somebody can answer, by stored rank. A rank is missing where the number does
    not vary: twice the width may be no width, where a bound of what is possible stands.
    """
    tables = {"stored": asked.answerable}
    for name, factor in WIDTHS.items():
        folder = out / f"ranges_{name}"
        run_stretched(compared, factor, villages, folder, workers)
        found = ranked(read_comparison(folder, compared.options))
        tables[name] = found[found["question"]]
    made = tables["stored"][["parameter"]].copy()
    for name, table in tables.items():
        table = table.assign(turns=table["value"] > table["noise"])[["parameter", "rank", "turns"]]
        columns = {"rank": f"rank_{name}", "turns": f"turns_{name}"}
        made = made.merge(table.rename(columns=columns), on="parameter", how="left")
    return made


def run_stretched(
    compared: Compared, factor: float, villages: int, out: Path, workers: int = 0
) -> None:
    """Run the options in villages of stretched ranges, unless the folder holds just these runs."""
    asked = compared.asked
    by_id = {each["id"]: each for each in asked["scenarios"]}
    scenarios = [Scenario.model_validate(by_id[name]) for name in compared.options]
    question = {
        "command": "compare",
        "scenarios": [scenario.model_dump(mode="json") for scenario in scenarios],
        "villages": villages,
        "ranges": factor,
    }
    study = Study(
        compared.group, int(asked["weeks"]), int(asked["seed"]), int(asked["replications"]),
        detail=False, overrides=asked["set"], engine=compared.manifest.get("engine", "ensemble"),
        village_class=asked.get("village_class"),
    )  # fmt: skip
    if _stored(out, study, question):
        return
    known = {*study.overrides, *(name for scenario in scenarios for name in scenario.set)}
    register = stretched(study.register, factor)
    drawn = plausible_villages(register, villages, study.seed, known)
    points = [
        Point(scenario.id, scenario, village, values)
        for village, values in enumerate(drawn, 1)
        for scenario in scenarios
    ]
    design = [{"scenario_id": scenario.id, **scenario.set} for scenario in scenarios]
    execute(study, points, out, question, design, workers)


def _stored(out: Path, study: Study, question: dict[str, Any]) -> bool:
    """Whether a folder holds these runs, of this model."""
    if not (out / "manifest.json").is_file():
        return False
    made = store.read_manifest(out)
    mine = {
        **question, "seed": study.seed, "weeks": study.weeks,
        "replications": study.replications, "set": dict(study.overrides),
        "group": study.group.model_dump(mode="json"), "village_class": study.village_class,
    }  # fmt: skip
    same = all(made["question"].get(key) == value for key, value in mine.items())
    return same and made["source_hash"] == store.source_hash()
