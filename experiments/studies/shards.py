"""A study on disk: Parquet shards, each written whole or not at all, and a catalogue of them.

    DIR/manifest.json            what was asked, and of which model: its identity
    DIR/catalogue.jsonl          a line for each shard: rows, bytes, checksum
    DIR/tables/runs/*.parquet    a shard for each block of runs
    DIR/tables/design.parquet, villages.parquet, failures.parquet

Whatever happens, what is on disk is a whole shard or a file whose name begins with a dot. A shard
that is damaged or not of this study is set aside, and its runs are lived again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from experiments import store
from experiments.studies.design import Layout
from experiments.studies.live import Frame, Lived

KEYS: Final = ("scenario_id", "point_id", "village_id", "replication_id")
MARK: Final = b"semangat_study"  # in the footer of a shard: the identity of its study
SET_ASIDE: Final = "set_aside"
LOCK: Final = ".lock"


class BusyError(Exception):
    """Another process works on the folder."""


class Line(NamedTuple):
    """What the catalogue says about a shard."""

    shard: str
    rows: int
    bytes: int
    sha256: str
    made: str


class Shards:
    """The folder of a study while it is being worked on; a context manager, one at a time."""

    def __init__(self, out: Path, identity: str) -> None:
        """`identity`: a hash that stands in every shard of the study."""
        self.out, self.identity = out, identity
        self.runs = out / "tables" / "runs"
        self._lock = FileLock(out / LOCK, timeout=0)
        self.lines: dict[str, Line] = {}
        self.set_aside: list[str] = []

    def __enter__(self) -> Shards:
        self.runs.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout:
            raise BusyError(
                f"another process works on {self.out}; wait for it, or give another folder with "
                "--out"
            ) from None
        for left in (*self.out.rglob(".*.part"),):
            left.unlink(missing_ok=True)  # of a process that was killed
        self._take_stock()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def _take_stock(self) -> None:
        """Which shards are whole and of this study; the catalogue then says the same."""
        told, torn = read_catalogue(self.out)
        strange: list[str] = []
        for path in sorted(self.runs.glob("*.parquet")):
            if not path.is_file():
                self._put_aside(path)
                continue
            data = path.read_bytes()
            line = told.get(path.name)
            sound = _identity_of(data) == self.identity
            digest = hashlib.sha256(data).hexdigest()
            if not sound or (line is not None and line.sha256 != digest):
                self._put_aside(path)
            else:
                self.lines[path.name] = line or _line(path.name, data, _rows_of(data))
                strange += [] if line else [path.name]
        self._put_copies_aside(strange)
        if torn or self.lines != told:
            lines = "".join(_told(line) for line in self.lines.values())
            write_whole(self.out / "catalogue.jsonl", lines.encode())

    def _put_copies_aside(self, strange: Sequence[str]) -> None:
        """Of shards that the catalogue does not know, those whose runs are here already."""
        if not strange:
            return
        known = [name for name in self.lines if name not in strange]
        here = np.concatenate([np.empty(0, np.uint64), *map(self._keys, known)])
        for name in strange:
            keys = self._keys(name)
            if np.isin(keys, here).any() or len(np.unique(keys)) < len(keys):
                del self.lines[name]
                self._put_aside(self.runs / name)
            else:
                here = np.concatenate([here, keys])

    def _keys(self, name: str) -> NDArray[np.uint64]:
        return run_hashes(self.runs / name)

    def _put_aside(self, path: Path) -> None:
        place = self.out / SET_ASIDE
        place.mkdir(exist_ok=True)
        number = len(list(place.iterdir()))
        path.rename(place / f"{number:04d}-{path.name}")
        self.set_aside.append(path.name)

    def done(self, layout: Layout) -> NDArray[np.bool_]:
        """[run] of the layout: which are here already."""
        done = np.zeros(layout.runs, bool)
        places = {
            "scenario_id": {each.id: i for i, each in enumerate(layout.asked.scenarios)},
            "point_id": {point: i for i, point in enumerate(layout.point_ids)},
            "village_id": {village: i for i, village in enumerate(layout.village_ids)},
        }
        times = layout.asked.file.replications
        for name in self.lines:
            keys = pd.read_parquet(self.runs / name, columns=list(KEYS))
            village, point, scenario = (
                keys[column].map(places[column]).fillna(-1).to_numpy(np.int64)
                for column in ("village_id", "point_id", "scenario_id")
            )
            luck = keys["replication_id"].to_numpy(np.int64)
            cell = (village * len(layout.point_ids) + point) * len(
                layout.asked.scenarios
            ) + scenario
            known = (village >= 0) & (point >= 0) & (scenario >= 0) & (luck < times)
            done[(cell * times + luck)[known]] = True
        return done

    def add(self, frame: Frame, lived: Lived) -> None:
        """Keep the runs of a block: first the shard, then its line in the catalogue."""
        if not len(lived.numbers):
            return
        data = encoded(frame, lived, self.identity)
        keys = json.dumps(lived.keys).encode()
        name = f"{lived.number:06d}-{hashlib.sha256(keys).hexdigest()[:8]}.parquet"
        write_whole(self.runs / name, data)
        line = _line(name, data, len(lived.numbers))
        self.lines[name] = line
        with (self.out / "catalogue.jsonl").open("ab") as file:
            file.write(_told(line).encode())
            file.flush()
            os.fsync(file.fileno())

    @property
    def rows(self) -> int:
        """How many runs are here."""
        return sum(line.rows for line in self.lines.values())


# --- Files ---------------------------------------------------------------------------------------


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, also when the machine stops."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # a folder cannot be opened there
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_table(path: Path, rows: pd.DataFrame) -> None:
    """A small table, whole or not at all."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(rows, preserve_index=False), sink)
    write_whole(path, sink.getvalue().to_pybytes())


def write_manifest(out: Path, made: Mapping[str, Any]) -> None:
    """The manifest, whole or not at all."""
    text = json.dumps(made, indent=1, ensure_ascii=False, default=str) + "\n"
    write_whole(out / "manifest.json", text.encode())


def encoded(frame: Frame, lived: Lived, identity: str) -> bytes:
    """A block as the bytes of a Parquet file."""
    columns: dict[str, pa.Array] = {
        "scenario_id": pa.array(lived.keys["scenario_id"], pa.string()),
        "point_id": pa.array(lived.keys["point_id"], pa.string()),
        "village_id": pa.array(lived.keys["village_id"], pa.int64()),
        "replication_id": pa.array(lived.keys["replication_id"], pa.int64()),
    }
    for place, name in enumerate(frame.columns):
        columns[name] = pa.array(np.ascontiguousarray(lived.numbers[:, place]))
    for name, values in lived.weekly.items():
        flat = pa.array(values.reshape(-1))
        columns[f"{name}_weekly"] = pa.FixedSizeListArray.from_arrays(flat, values.shape[1])
    table = pa.table(columns).replace_schema_metadata({MARK: identity.encode()})
    sink = pa.BufferOutputStream()
    words = ["scenario_id", "point_id"]
    pq.write_table(
        table, sink, compression="zstd", compression_level=1, use_dictionary=words,
        write_statistics=list(KEYS),
    )  # fmt: skip
    return bytes(sink.getvalue().to_pybytes())


def run_hashes(path: Path) -> NDArray[np.uint64]:
    """A hash of scenario, point, village and luck of each run of a shard."""
    keys = pd.read_parquet(path, columns=list(KEYS))
    return np.asarray(pd.util.hash_pandas_object(keys, index=False, categorize=False), np.uint64)


def marks(out: Path) -> set[str | None]:
    """The identities that stand in the shards of a folder; None for what is no shard."""
    shards = (out / "tables" / "runs").glob("[!.]*.parquet")
    return {_identity_of(path.read_bytes()) for path in shards if path.is_file()}


def read_catalogue(out: Path) -> tuple[dict[str, Line], bool]:
    """Lines by shard, and whether something in it cannot be read (a process was killed)."""
    path = out / "catalogue.jsonl"
    lines: dict[str, Line] = {}
    torn = False
    for text in path.read_bytes().split(b"\n") if path.is_file() else ():
        if not text:
            continue
        try:
            line = Line(**json.loads(text))
        except (ValueError, TypeError):
            torn = True
        else:
            lines[line.shard] = line
    return lines, torn or (path.is_file() and not path.read_bytes().endswith(b"\n"))


def _line(name: str, data: bytes, rows: int) -> Line:
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return Line(name, rows, len(data), hashlib.sha256(data).hexdigest(), made)


def _told(line: Line) -> str:
    return json.dumps(line._asdict()) + "\n"


def _identity_of(data: bytes) -> str | None:
    """The identity in the footer of a shard; None for what is no whole Parquet file of ours."""
    try:
        metadata = pq.read_schema(pa.BufferReader(data)).metadata or {}
    except (pa.ArrowException, OSError):
        return None
    mark = metadata.get(MARK)
    return mark.decode("ascii", "replace") if mark else None


def _rows_of(data: bytes) -> int:
    return int(pq.read_metadata(pa.BufferReader(data)).num_rows)


def version_of(library: str) -> str:
    """The version of a library that is installed."""
    return version(library)


def check_folder(out: Path) -> dict[str, Any] | None:
    """The manifest of the study in a folder; None when it is new.

    FileExistsError when it holds something else. A manifest that is lost or damaged is made anew
    where shards of a study are left: these say themselves which one they are of.
    """
    if out.is_file():
        raise FileExistsError(f"{out} is a file; give a folder with --out")
    made = _manifest(out)
    if made is not None:
        if "identity" not in made:
            command = made.get("question", {}).get("command", "unknown")
            raise FileExistsError(
                f"{out} holds results of another command: {command}; give another folder with --out"
            )
        return made
    others = [path.name for path in out.iterdir() if path.name != LOCK] if out.is_dir() else []
    if others and not _only_begun(out, others) and not marks(out) - {None}:
        raise FileExistsError(f"{out} holds other things; give a new or empty folder with --out")
    return None


def _manifest(out: Path) -> dict[str, Any] | None:
    """The manifest; None when there is none that can be read."""
    try:
        return store.read_manifest(out)
    except (FileNotFoundError, NotADirectoryError, store.DamagedError):
        return None


def _only_begun(out: Path, names: Sequence[str]) -> bool:
    """Whether a process was killed before it could write the manifest."""
    return set(names) <= {"tables", "manifest.json", ".manifest.json.part"} and not any(
        out.rglob("*.parquet")
    )
