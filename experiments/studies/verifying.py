"""What a folder holds, and whether it is what this model says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments import store
from experiments.studies import shards
from experiments.studies.described import Asked, StudyFile
from experiments.studies.design import ASKED, LEVERS, Block, Cell, DesignPoint, pulled
from experiments.studies.live import Frame, live_block
from experiments.studies.sweep import CHANGING, differences
from sim.parameters import Value
from sim.scenario import Group, Scenario, register_of

MOST_TOLD: Final = 10


class Found(NamedTuple):
    """What a verification found."""

    lines: list[str]
    sound: bool


class Kept:
    """A study as its folder tells it, without the file it was made from."""

    def __init__(self, folder: Path) -> None:
        """FileNotFoundError when the folder holds no study."""
        if not (folder / "manifest.json").is_file():
            raise FileNotFoundError(f"{folder} holds no results")
        self.folder, self.manifest = folder, store.read_manifest(folder)
        if "identity" not in self.manifest:
            raise FileNotFoundError(f"{folder} holds no study, but results of another command")
        self.identity: dict[str, Any] = self.manifest["identity"]
        asked = self.manifest["question"]
        self.file = StudyFile.model_validate(asked["study"])
        self.group = Group.model_validate(asked["group"])
        self.scenarios = {
            name: Scenario.model_validate(told) for name, told in self.identity["scenarios"].items()
        }
        self.overrides: Mapping[str, Value] = asked["set"]
        self.lines, _ = shards.read_catalogue(folder)

    @property
    def frame(self) -> Frame:
        """What its runs were lived with."""
        own = self.identity["village"]
        windows = {name: (ends[0], ends[1]) for name, ends in self.identity["windows"].items()}
        return Frame(
            self.group, self.identity["weeks"], self.identity["seed"],
            tuple(self.identity["measures"]), windows, tuple(self.identity["weekly"]),
            "village" if own else "ensemble", own and own["class"],
        )  # fmt: skip

    def points(self) -> dict[str, DesignPoint]:
        """Points by their ids, as design.parquet tells them."""
        register = register_of(self.group)
        points = {}
        for row in store.read(self.folder, "design").to_dict("records"):
            told = {name: value for name, value in row.items() if not _is_gone(value)}
            values = {
                name: int(value) if register[name].whole else value
                for name, value in told.items()
                if name in register
            }
            levers = {
                name: value if isinstance(value, str) else int(value)
                for name, value in told.items()
                if name in LEVERS or name.startswith("shift_")
            }
            points[row["point_id"]] = DesignPoint(values, levers)
        return points

    def villages(self) -> dict[int, dict[str, Value]]:
        """Villages by their ids."""
        register = register_of(self.group)
        table = store.read(self.folder, "villages").to_dict("records")
        return {
            int(row.pop("village_id")): {
                str(name): int(value) if register[str(name)].whole else value
                for name, value in row.items()
            }
            for row in table
        }

    def cell(self, scenario: str, point: DesignPoint, village: int, values: Any) -> Cell:
        """What stands behind a row of runs.parquet."""
        shocks = {**self.identity["shocks"]}
        levers = self.file.levers.model_dump(mode="json") | {"shocks": shocks}
        file = StudyFile.model_validate({**self.file.model_dump(mode="json"), "levers": levers})
        asked = Asked(file, self.group, tuple(self.scenarios.values()), {})
        return pulled(self.scenarios[scenario], point, village, values, self.overrides, asked)


def _is_gone(value: object) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


def verify(folder: Path, sample: int, seed: int | None = None) -> Found:
    """Check every shard against the catalogue, and live `sample` runs once more, to the last bit.

    FileNotFoundError when the folder holds no study.
    """
    kept = Kept(folder)
    lines = list(_shard_faults(kept))
    faults = len(lines)
    changed = _changed(kept)
    if changed:
        return Found([*lines, "the model has changed since; its runs cannot be lived again:",
                      *(f"  {line}" for line in changed)], False)  # fmt: skip
    total = sum(line.rows for line in kept.lines.values())
    chosen = np.random.default_rng(seed).choice(total, min(sample, total), replace=False)
    wrong = list(_wrong(kept, np.sort(chosen)))
    lines += wrong[:MOST_TOLD]
    same = len(chosen) - len({line.partition(":")[0] for line in wrong})
    lines.append(
        f"{len(kept.lines)} shards, {faults} faulty; {same} of {len(chosen)} runs lived again are "
        "equal to the last bit"
    )
    return Found(lines, not faults and not wrong)


def _shard_faults(kept: Kept) -> Iterator[str]:
    there = {path.name for path in (kept.folder / "tables" / "runs").glob("[!.]*.parquet")}
    for name, line in kept.lines.items():
        if name not in there:
            yield f"{name}: in the catalogue, but not there"
            continue
        data = (kept.folder / "tables" / "runs" / name).read_bytes()
        if hashlib.sha256(data).hexdigest() != line.sha256:
            yield f"{name}: not as it was written (checksum)"
    whole = [kept.folder / "tables" / "runs" / name for name in kept.lines if name in there]
    twice = _twice([path for path in whole if path.is_file()])
    if twice:
        yield f"{twice:,} runs are there twice"
    for name in sorted(there - set(kept.lines)):
        yield f"{name}: there, but not in the catalogue; the next run of the study looks at it"


def _twice(paths: Sequence[Path]) -> int:
    """How many runs stand in more than one place; what cannot be read is told elsewhere."""
    found = [np.empty(0, np.uint64)]
    for path in paths:
        with suppress(OSError, ValueError):
            found.append(shards.run_hashes(path))
    keys = np.concatenate(found)
    return len(keys) - len(np.unique(keys))


def _changed(kept: Kept) -> list[str]:
    now = {
        "source": store.source_hash(),
        "versions": {name: shards.version_of(name) for name in CHANGING},
    }
    return differences({key: kept.identity[key] for key in now}, now)


def _wrong(kept: Kept, chosen: NDArray[np.int64]) -> Iterator[str]:
    """What differs, for the chosen rows of all shards taken together."""
    points, villages, frame = kept.points(), kept.villages(), kept.frame
    first = 0
    for name, line in kept.lines.items():
        mine = chosen[(chosen >= first) & (chosen < first + line.rows)] - first
        first += line.rows
        path = kept.folder / "tables" / "runs" / name
        if not len(mine) or not path.is_file():
            continue
        try:
            rows = pd.read_parquet(path).iloc[mine]
        except (OSError, ValueError):
            continue  # its checksum tells already
        for row in rows.to_dict("records"):
            village = row["village_id"]
            cell = kept.cell(row["scenario_id"], points[row["point_id"]], village,
                             villages[village])  # fmt: skip
            lived = live_block(frame, Block(0, ((cell, (row["replication_id"],)),)))
            run = " ".join(str(row[key]) for key in shards.KEYS)
            if lived.failures:
                yield f"{run}: {lived.failures[0]['error']}"
                continue
            now = dict(zip(frame.columns, lived.numbers[0], strict=True))
            now |= {f"{each}_weekly": values[0] for each, values in lived.weekly.items()}
            for column, value in now.items():
                if not same_bits(row[column], value):
                    yield f"{run}: {column} was {row[column]}, is {value}"


def same_bits(one: Any, other: Any) -> bool:
    """Whether numbers are equal to the last bit; without a number equals without a number."""
    a, b = (np.atleast_1d(np.asarray(each, np.float64)) for each in (one, other))
    if a.shape != b.shape:
        return False
    return bool(((a.view(np.int64) == b.view(np.int64)) | (np.isnan(a) & np.isnan(b))).all())


def holds(folder: Path) -> list[str]:
    """What a results folder holds, line by line; FileNotFoundError when it holds none."""
    if not (folder / "manifest.json").is_file():
        raise FileNotFoundError(f"{folder} holds no results")
    manifest = store.read_manifest(folder)
    if "identity" not in manifest:
        return _other(folder, manifest)
    kept = Kept(folder)
    changed = _changed(kept)
    file, rows = kept.file, sum(line.rows for line in kept.lines.values())
    size = sum(line.bytes for line in kept.lines.values())
    design = store.read(folder, "design")
    design = design[design[ASKED]]
    runs = store.read(folder, "runs", list(shards.KEYS)) if rows else pd.DataFrame()
    missing = _asked_for(kept, design) - (len(of_question(kept, design, runs)) if rows else 0)
    question = file.question or file.title
    lines = [
        f"study {file.id}: {question.id} / {question.en}",
        f"design {file.design}: {design['point_id'].nunique()} points, "
        f"{max(1, file.villages)} villages, {file.replications} replications, {file.weeks} weeks",
        f"scenarios: {', '.join(kept.scenarios)}",
        f"runs: {rows:,} in {len(kept.lines)} shards, {size / 1e6:.1f} MB"
        + (f"; {missing:,} missing: the same command goes on" if missing else ""),
        f"made {manifest['made']}, {manifest['seconds']:.0f} s of work",
        f"model {kept.identity['source']}: " + ("this one" if not changed else "; ".join(changed)),
    ]
    if rows:
        counts = runs.groupby("scenario_id", observed=True).size()
        lines += [f"  {name}: {count:,} runs" for name, count in counts.items()]
    failed = failures(folder)
    return [*lines, *([f"{len(failed)} points failed:"] if failed else []), *failed]


def of_question(kept: Kept, design: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """The runs that the last question asks for; a folder may hold more, of earlier ones."""
    asked = kept.manifest["question"]
    names = [each["id"] for each in asked["scenarios"]]
    return runs[
        runs["scenario_id"].isin(names)
        & runs["point_id"].isin(design["point_id"].unique())
        & (runs["village_id"] <= asked["villages"])
        & (runs["replication_id"] < asked["replications"])
    ]


def _asked_for(kept: Kept, design: pd.DataFrame) -> int:
    asked = kept.manifest["question"]
    cells = design["point_id"].nunique() * max(1, asked["villages"]) * len(asked["scenarios"])
    return int(cells * asked["replications"])


def _other(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    tables = ", ".join(
        f"{name} ({len(store.read(folder, name)):,} rows)" for name in sorted(store.names(folder))
    )
    return [
        f"results of semangat {manifest['question']['command']}, made {manifest['made']}",
        f"model {manifest['source_hash']}"
        + (": this one" if manifest["source_hash"] == store.source_hash() else ": another one"),
        f"tables: {tables}",
    ]


def failures(folder: Path) -> list[str]:
    """The points that failed when the study was last run, in lines."""
    if "failures" not in store.names(folder):
        return []
    rows = store.read(folder, "failures").to_dict("records")
    lines = [
        f"{row['scenario_id']} {row['point_id']} village {row['village_id']}: {row['error']}"
        for row in rows[:MOST_TOLD]
    ]
    return [*lines, *([f"and {len(rows) - MOST_TOLD} more"] if len(rows) > MOST_TOLD else [])]
