"""Run a study into a results folder: tables, the design, the villages, the manifest."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd

from experiments import store
from experiments.engines import source_hash
from experiments.progress import track
from experiments.study import DETAIL_VILLAGES, Point, Study, run_points
from sim.parameters import Value, resolve
from sim.runs import prepare


def execute(
    study: Study,
    points: Sequence[Point],
    out: Path,
    question: Mapping[str, Any],
    design: Sequence[Mapping[str, Value]],
    workers: int = 0,
    also: Mapping[str, Callable[[], pd.DataFrame]] | None = None,
) -> dict[str, Any]:
    """Run every point, write the folder `out`, return its manifest.

    `question` is what was asked, for the manifest; `design` has one row per scenario_id with the
    settings that distinguish it; `also` makes further tables by name, written unless empty.
    """
    setting = study.setting(points[0])
    if study.engine == "ensemble":
        prepare(setting, points[0].scenario)
    started = time.monotonic()
    runs = len(points) * study.replications
    with store.Writer(out, setting) as writer, closing(run_points(study, points, workers)) as done:
        for records in track(done, runs, "runs", len):
            writer.add(records)
        pd.DataFrame(list(design)).to_parquet(writer.part / "tables" / "design.parquet")
        _villages(points).to_parquet(writer.part / "tables" / "villages.parquet")
        for name, make in (also or {}).items():
            if len(table := make()):
                table.to_parquet(writer.part / "tables" / f"{name}.parquet", index=False)
        asked = {**_described(study), **question}
        made = store.manifest(asked, time.monotonic() - started, runs) | {"engine": study.engine}
        store.write_json(writer.part / "manifest.json", made)
    return made


def _described(study: Study) -> dict[str, Any]:
    own = study.village_class
    return {
        "group": study.group.model_dump(mode="json"),
        "weeks": study.weeks,
        "seed": study.seed,
        "replications": study.replications,
        "set": dict(study.overrides),
        "village_class": own,
        "village_source": own and source_hash(own),
        "detail_villages": DETAIL_VILLAGES if study.detail else 0,
        "defaults": resolve(study.register, study.overrides),
    }


def _villages(points: Sequence[Point]) -> pd.DataFrame:
    """One row per village with the values that were drawn for it."""
    drawn = {point.village: dict(point.values) for point in points}
    rows = [{"village_id": village, **values} for village, values in sorted(drawn.items())]
    return pd.DataFrame(rows)
