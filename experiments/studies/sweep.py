"""Running a study: what is asked, less what is there already, lived and kept block by block."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from experiments import store
from experiments.engines import Engine
from experiments.engines import source_hash as village_source
from experiments.progress import track
from experiments.studies import design, executors, shards
from experiments.studies.described import Asked
from experiments.studies.design import ASKED, Block, Layout
from experiments.studies.live import Frame, live_block
from sim.parameters import Value, resolve
from sim.runs import prepare

CHANGING: Final = ("numpy", "scipy", "numba", "llvmlite")  # whose versions can change numbers
MOST_TOLD: Final = 8  # differences
A_SAMPLE: Final = 400  # runs that are timed by --dry-run


Otherwise = Literal["refuse", "beside", "replace"]


class ChangedError(Exception):
    """The folder holds a study of another model, or one that asked for something else."""


@dataclass(frozen=True)
class Plan:
    """A study as it is to be run."""

    asked: Asked
    overrides: Mapping[str, Value]
    engine: Engine = "ensemble"
    village_class: str | None = None

    @property
    def frame(self) -> Frame:
        """What travels to the workers."""
        file = self.asked.file
        return Frame(
            self.asked.group, file.weeks, file.seed, file.measures, dict(file.windows),
            file.weekly, self.engine, self.village_class, store.source_hash(),
        )  # fmt: skip

    @property
    def layout(self) -> Layout:
        """All its runs, in order."""
        return Layout(self.asked, self.overrides)

    def identity(self, layout: Layout) -> dict[str, Any]:
        """What must be the same for runs to stand in one folder; scenarios and points may grow."""
        file, own = self.asked.file, self.village_class
        return {
            "group": self.asked.group.model_dump(mode="json"),
            "scenarios": {each.id: each.model_dump(mode="json") for each in self.asked.scenarios},
            "shocks": {
                name: [shock.model_dump(mode="json") for shock in some]
                for name, some in file.levers.shocks.items()
            },
            "parameters": resolve(layout.register, self.overrides),
            "ranges": {
                row.name: [row.low, row.high] for row in layout.register.values() if row.drawn
            },
            "set": dict(self.overrides),
            "design": file.design,
            "varied": layout.varied,
            "drawn": sorted(self._drawn(layout)),
            "weeks": file.weeks,
            "seed": file.seed,
            "measures": list(file.measures),
            "windows": {name: list(ends) for name, ends in file.windows.items()},
            "weekly": list(file.weekly),
            "village": own and {"class": own, "source": village_source(own)},
            "source": store.source_hash(),
            "versions": {name: shards.version_of(name) for name in CHANGING},
        }

    def _drawn(self, layout: Layout) -> set[str]:
        """Which parameters the villages draw: other ones would make other villages."""
        return set(layout.drawn[0])


class Outcome(NamedTuple):
    """What a run of a study did."""

    new: int  # runs
    there: int  # before
    asked: int
    failed: int  # cells
    set_aside: list[str]
    out: Path


def run_study(
    plan: Plan, out: Path, where: executors.Where, otherwise: Otherwise = "refuse"
) -> Outcome:
    """Live what is missing; what is there stays. Running again does nothing.

    ChangedError when `out` holds a study with which this one must not be mixed (unless it may begin
    `beside` it or `replace` it); FileExistsError when it holds something else; BusyError when
    another process works there; OSError of a full disk: all that was kept stays, and running again
    goes on.
    """
    layout, frame = plan.layout, plan.frame
    identity = plan.identity(layout)
    out = _folder(out, identity, otherwise)
    out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with shards.Shards(out, _hash(identity)) as kept:
        before = shards.check_folder(out)
        merged = _grown(identity, before["identity"] if before else {})
        _same_villages(out, layout)
        _write(out, plan, merged, before, kept.rows, 0.0)  # first: it says whose folder this is
        _write_design(out, layout)
        done = kept.done(layout)
        failures: list[dict[str, Any]] = []
        new = 0
        try:
            for block in _lived(frame, layout, done, where, failures):
                kept.add(frame, block)
                new += len(block.numbers)
        finally:
            _write_failures(out, failures)
            _write(out, plan, merged, before, kept.rows, time.monotonic() - started)
        there = int(done.sum())
        lost = layout.runs - there - new - sum(each["replications"] for each in failures)
        if lost:
            raise OSError(f"{lost:,} runs were asked for and have not come back")
        return Outcome(new, there, layout.runs, len(failures), kept.set_aside, out)


def _lived(
    frame: Frame,
    layout: Layout,
    done: Any,
    where: executors.Where,
    failures: list[dict[str, Any]],
) -> Iterator[Any]:
    missing = int((~done).sum())
    if not missing:
        return
    if frame.engine == "ensemble":
        first = next(layout.blocks(done)).work[0][0]
        _prepare(frame, layout, first)
    lived = executors.live(frame, layout.blocks(done), where)

    def told() -> str:
        return f"{len(failures)} failed" if failures else ""

    for block in track(lived, missing, "runs", lambda each: _runs(each), told):
        failures += block.failures
        yield block


def _runs(lived: Any) -> int:
    return len(lived.numbers) + sum(each["replications"] for each in lived.failures)


def _prepare(frame: Frame, layout: Layout, cell: design.Cell) -> None:
    """Compile before anything is timed; a first cell that fails is told of later."""
    from sim.setting import setting_for

    try:
        values = resolve(layout.register, cell.values)
        prepare(setting_for(frame.group, values, 1), cell.scenario)
    except Exception:
        return


# --- The folder ----------------------------------------------------------------------------------


def _folder(out: Path, identity: Mapping[str, Any], otherwise: Otherwise) -> Path:
    """Where to work: `out`, or the next free name beside it, when `out` is another study's."""
    place, number = out, 1
    while True:
        before = shards.check_folder(place)
        changes = differences(before["identity"], identity) if before else _lost(place, identity)
        if not changes:
            return place
        if otherwise == "replace":
            store.clear(place)
            return place
        if otherwise == "refuse":
            told = "\n".join(f"  {line}" for line in changes[:MOST_TOLD])
            more = len(changes) - MOST_TOLD
            rest = f"\n  and {more} more" if more > 0 else ""
            raise ChangedError(
                f"{out} holds runs of another model or question; they must not be mixed:\n"
                f"{told}{rest}\n"
                "--new begins a new folder beside it, --out names another"
            )
        number += 1
        place = out.with_name(f"{out.name}-{number}")


def _lost(out: Path, identity: Mapping[str, Any]) -> list[str]:
    """What speaks against a folder whose manifest is lost: runs of another study."""
    foreign = shards.marks(out) - {None, _hash(identity)}
    return ["manifest.json is lost or damaged, and the runs are of another study"] * bool(foreign)


GROWING: Final = ("scenarios", "shocks")  # mappings to which entries may be added


def differences(before: Any, now: Any, path: str = "") -> list[str]:
    """What two identities do not share, told key by key."""
    before, now = (json.loads(json.dumps(each, default=str)) for each in (before, now))
    return list(_differ(before, now, path))


def _differ(before: Any, now: Any, path: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        for key in sorted({*before, *now}):
            where = f"{path}.{key}" if path else key
            if key in before and key in now:
                yield from _differ(before[key], now[key], where)
            elif path not in GROWING:
                change = "is new" if key in now else "is gone"
                yield f"{where} {change}"
    elif before != now:
        if path == "source":
            yield f"the source of the model (sim/) has changed: {before} -> {now}"
        else:
            yield f"{path}: {_short(before)} -> {_short(now)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _grown(now: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The identity with all scenarios that the folder has ever held."""
    return {**now, **{key: {**before.get(key, {}), **now[key]} for key in GROWING}}


def _hash(identity: Mapping[str, Any]) -> str:
    """Stands in each shard. What may grow is left out: it is part of the runs' own keys."""
    fixed = {key: value for key, value in identity.items() if key not in GROWING}
    text = json.dumps(fixed, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _same_villages(out: Path, layout: Layout) -> None:
    path = out / "tables" / "villages.parquet"
    was = _readable(path)
    if was is None:
        return
    both = was.merge(layout.villages_frame(), on="village_id", suffixes=("", "_now"))
    for name in (each for each in both.columns if f"{each}_now" in both):
        if not np.array_equal(both[name].to_numpy(), both[f"{name}_now"].to_numpy()):
            raise ChangedError(
                f"{out} holds villages that were drawn in another way (see {name}); they must not "
                "be mixed\n--new begins a new folder beside it, --out names another"
            )


def _write_design(out: Path, layout: Layout) -> None:
    """design.parquet and villages.parquet; what was there and is not asked for now stays."""
    for name, rows, key in (
        ("design", layout.design_frame(), "point_id"),
        ("villages", layout.villages_frame(), "village_id"),
    ):
        path = out / "tables" / f"{name}.parquet"
        was = _readable(path)
        if was is not None:
            gone = was[~was[key].isin(rows[key])]
            if ASKED in rows:
                gone = gone.assign(**{ASKED: False})
            rows = pd.concat([rows, gone], ignore_index=True) if len(gone) else rows
        shards.write_table(path, rows)


def _readable(path: Path) -> pd.DataFrame | None:
    """A small table; None when it is not there, or damaged: then it is made anew."""
    try:
        return pd.read_parquet(path)
    except (FileNotFoundError, pa.ArrowInvalid):
        return None


def _write_failures(out: Path, failures: list[dict[str, Any]]) -> None:
    """failures.parquet: the cells that could not be lived when the study was last run."""
    path = out / "tables" / "failures.parquet"
    if failures:
        shards.write_table(path, pd.DataFrame(failures))
    else:
        path.unlink(missing_ok=True)


def _write(
    out: Path,
    plan: Plan,
    identity: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    runs: int,
    seconds: float,
) -> None:
    file = plan.asked.file
    question = {
        "command": "sweep",
        "study": file.model_dump(mode="json"),
        "group": plan.asked.group.model_dump(mode="json"),
        "scenarios": [each.model_dump(mode="json") for each in plan.asked.scenarios],
        "set": dict(plan.overrides),
        "village_class": plan.village_class,
        "seed": file.seed,
        "villages": file.villages,
        "replications": file.replications,
        "weeks": file.weeks,
    }
    made = store.manifest(question, (before or {}).get("seconds", 0.0) + seconds, runs)
    shards.write_manifest(out, {**made, "engine": plan.engine, "identity": dict(identity)})


# --- Before and after ----------------------------------------------------------------------------


class Forecast(NamedTuple):
    """What a study will cost."""

    runs: int
    missing: int
    blocks: int
    seconds: float
    bytes: int


def forecast(
    plan: Plan, out: Path, workers: int, otherwise: Literal["refuse", "beside"] = "refuse"
) -> Forecast:
    """How many runs are missing in `out`, how long they take here, how much room they need.

    A few hundred runs of the study are lived for it; nothing is written. ChangedError where the
    study itself would be refused.
    """
    layout, frame = plan.layout, plan.frame
    out = _folder(out, plan.identity(layout), otherwise)
    before = shards.check_folder(out)
    done = np.zeros(layout.runs, bool)
    if before:
        kept = shards.Shards(out, _hash(before["identity"]))
        kept.lines = {name: line for name, line in shards.read_catalogue(out)[0].items()
                      if (kept.runs / name).is_file()}  # fmt: skip
        done = kept.done(layout)
    missing = int((~done).sum())
    if not missing:
        return Forecast(layout.runs, 0, 0, 0.0, 0)
    first = next(layout.blocks(done))
    _prepare(frame, layout, first.work[0][0])
    sample = _some(first)
    started = time.perf_counter()
    lived = live_block(frame, sample)
    each = (time.perf_counter() - started) / max(1, sample.runs)
    size = len(shards.encoded(frame, lived, "0" * 16)) / max(1, len(lived.numbers))
    count = len(np.unique(np.flatnonzero(~done) // layout.block_size))
    return Forecast(layout.runs, missing, count, missing * each / workers, round(missing * size))


def _some(block: Block) -> Block:
    work, runs = [], 0
    for cell, replications in block.work:
        work.append((cell, replications[: A_SAMPLE - runs]))
        runs += len(work[-1][1])
        if runs >= A_SAMPLE:
            break
    return Block(block.number, tuple(work))
