"""The same comparison once more, of a group that has learnt: same villages, luck and settings.

A parameter keeps its place in every village (common random numbers), so that before and after
differ by nothing but the answers. The results that were asked about are only read.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments import store
from experiments.compare import run_compare, summarise
from experiments.engines import source_hash
from experiments.progress import track
from experiments.study import Point, Study, run_points, villages
from sim.columns import WEEKLY
from sim.parameters import ParameterError
from sim.runs import prepare
from sim.scenario import Group, Scenario

INCOME: Final = [column.name for column in WEEKLY].index("net_income")


def same_model(manifest: Mapping[str, Any]) -> None:
    """ParameterError when results come of another model: more than answers would differ."""
    asked = manifest["question"]
    own = asked.get("village_class")
    if manifest["source_hash"] != store.source_hash() or (
        own and asked.get("village_source") != source_hash(own)
    ):
        raise ParameterError(
            "the model has changed since these results were made, so that before and after would "
            "differ by more than the answers; make them anew with semangat compare"
        )


def study_of(manifest: Mapping[str, Any], group: Group) -> Study:
    """The study that was run, of a group that has learnt."""
    asked = manifest["question"]
    return Study(
        group, int(asked["weeks"]), int(asked["seed"]), int(asked["replications"]),
        overrides=asked["set"], engine=manifest["engine"],
        village_class=asked.get("village_class"),
    )  # fmt: skip


def compare_again(
    manifest: Mapping[str, Any], group: Group, scenarios: Sequence[Scenario], margin: float,
    out: Path, workers: int = 0,
) -> None:  # fmt: skip
    """The same question with other inputs: same villages, luck, weeks and settings."""
    same_model(manifest)
    study = study_of(manifest, group)
    run_compare(study, scenarios, int(manifest["question"]["villages"]), out, workers)
    store.write_json(out / "summary.json", summarise(out, margin))


def incomes(
    manifest: Mapping[str, Any], group: Group, scenarios: Sequence[Scenario], most: int,
    workers: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """scenario_id, village_id, replication_id, net_income (Rp a week), as in `runs`.

    The same question once more, in the first `most` villages, with nothing else kept.
    """
    study = replace(study_of(manifest, group), detail=False)
    known = sorted({name for scenario in scenarios for name in scenario.set})
    drawn = villages(study, int(manifest["question"]["villages"]), known)
    points = [
        Point(each.id, each, village, values)
        for village, values in list(drawn.items())[:most]
        for each in scenarios
    ]
    if study.engine == "ensemble":
        prepare(study.setting(points[0]), scenarios[0])
    runs = len(points) * study.replications
    rows = []
    with closing(run_points(study, points, workers)) as done:
        for records in track(done, runs, "runs", len):
            rows += [(*each.keys, float(np.mean(each.weekly[:, INCOME]))) for each in records]
    return pd.DataFrame(rows, columns=["scenario_id", "village_id", "replication_id", "net_income"])


@contextmanager
def fresh(folder: Path, what: str) -> Iterator[Path]:
    """A hidden folder to write into, which becomes `folder` when all went well.

    FileExistsError when that holds anything: nothing that was learnt is lost.
    """
    if folder.is_file() or (folder.exists() and any(folder.iterdir())):
        raise FileExistsError(f"{folder} holds {what}")
    part = folder.parent / f".{folder.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        yield part
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
