"""A results folder: tables as Parquet, written part by part, and a manifest beside them.

Nothing that was there before is touched until the new tables are complete.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import sim
from experiments.analysis.runs import run_means
from sim.runs import Record, Tables, tables
from sim.setting import Setting


class DamagedError(OSError):
    """A file of a results folder that cannot be read: cut short, or not what it should be."""


TABLES = tuple(field.name for field in fields(Tables))
MADE = (
    "manifest.json", "tables", "figures", "summary.json", "summary.csv", "summary.txt",
    "ringkasan.txt", "decision.json", "decision.csv", "keputusan.md", "decision.md",
)  # fmt: skip
ROWS_IN_A_PART = 500  # runs kept in memory before they are written, as one row group a table
_LIBRARIES = ("mesa", "numpy", "scipy", "pandas", "pyarrow")


class Writer:
    """Appends finished runs to the tables of a folder; a context manager.

    Writes into a hidden folder beside `out` and moves it in place at the end, so that a study
    which is stopped leaves the old results as they were.
    """

    def __init__(self, out: Path, setting: Setting) -> None:
        self.out, self.setting = out, setting
        self.part = out.parent / f".{out.name}.part"
        self._waiting: list[Record] = []
        self._files: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> Writer:
        check_folder(self.out)
        shutil.rmtree(self.part, ignore_errors=True)
        (self.part / "tables").mkdir(parents=True)
        return self

    def add(self, records: Sequence[Record]) -> None:
        """Append finished runs."""
        self._waiting += records
        if len(self._waiting) >= ROWS_IN_A_PART:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        made = tables(self._waiting, self.setting)
        for name in TABLES:
            frame: pd.DataFrame = getattr(made, name)
            if len(frame):
                self._append(name, frame)
        self._append("runs", run_means(made))
        self._waiting = []

    def _append(self, name: str, frame: pd.DataFrame) -> None:
        table = pa.Table.from_pandas(frame, preserve_index=False, nthreads=1)
        if name not in self._files:
            path = self.part / "tables" / f"{name}.parquet"
            words = list(frame.select_dtypes(exclude="number").columns)
            # A dictionary of numbers that hardly ever repeat costs time and gains nothing.
            self._files[name] = pq.ParquetWriter(
                path, table.schema, compression="zstd", compression_level=3, use_dictionary=words
            )
        self._files[name].write_table(table.cast(self._files[name].schema))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._flush()
        for file in self._files.values():
            file.close()
        if kind is not None:
            shutil.rmtree(self.part, ignore_errors=True)
            return
        if "runs" not in self._files:
            pd.DataFrame().to_parquet(self.part / "tables" / "runs.parquet")
        _move_into_place(self.part, self.out)


@contextmanager
def folder(out: Path) -> Iterator[Path]:
    """A hidden folder beside `out` to write into, which takes its place when all went well."""
    check_folder(out)
    part = out.parent / f".{out.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    (part / "tables").mkdir(parents=True)
    try:
        yield part
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    _move_into_place(part, out)


def _move_into_place(part: Path, out: Path) -> None:
    """Replace what a study made before; whatever else lies in the folder stays."""
    out.mkdir(parents=True, exist_ok=True)
    for name in MADE:
        _remove(out / name)
    for made in part.iterdir():
        made.rename(out / made.name)
    part.rmdir()


def clear(out: Path) -> None:
    """Remove what a study has made; whatever else lies in the folder stays."""
    for name in (*MADE, "catalogue.jsonl"):
        _remove(out / name)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def check_folder(out: Path) -> None:
    """FileExistsError when `out` holds something that no study has made."""
    if out.is_file():
        raise FileExistsError(f"{out} is a file; give a folder with --out")
    if out.is_dir() and any(out.iterdir()) and not (out / "manifest.json").is_file():
        raise FileExistsError(f"{out} holds other things; give a new or empty folder with --out")


def read(
    out: Path,
    name: str,
    columns: Sequence[str] | None = None,
    scenarios: Sequence[str] | None = None,
) -> pd.DataFrame:
    """A table of a results folder; FileNotFoundError when the study did not write it.

    `scenarios`: only the rows of these.
    """
    path = out / "tables" / f"{name}.parquet"
    shards = sorted((out / "tables" / name).glob("[!.]*.parquet"))  # of a study
    if not path.is_file() and not shards:
        raise FileNotFoundError(f"{out} has no table '{name}'")
    source: Any = path if path.is_file() else _kept(out, shards)
    only = None if scenarios is None else [("scenario_id", "in", list(scenarios))]
    try:
        return pd.read_parquet(source, columns=columns and list(columns), filters=only)
    except pa.ArrowInvalid:
        raise DamagedError(f"{out}: table '{name}' is damaged") from None


def _kept(out: Path, shards: Sequence[Path]) -> list[Path]:
    """The shards that the catalogue names: a copy that somebody made is none of the study."""
    catalogue = out / "catalogue.jsonl"
    if not catalogue.is_file():
        return list(shards)
    named = set(re.findall(r'"shard": "([^"]+)"', catalogue.read_text("utf-8", "replace")))
    return [path for path in shards if path.name in named] or list(shards)


def names(out: Path) -> set[str]:
    """Names of the tables in a results folder."""
    tables = out / "tables"
    shards = {path.parent.name for path in tables.glob("*/[!.]*.parquet")}
    return shards | {path.stem for path in tables.glob("[!.]*.parquet")}


def read_manifest(out: Path) -> dict[str, Any]:
    """The manifest of a results folder."""
    return read_json(out / "manifest.json")


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file."""
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except ValueError:
        raise DamagedError(f"{path} is damaged") from None
    return content


def source_hash() -> str:
    """A hash of the model's source: results of different hashes must not be mixed."""
    root = Path(sim.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:12]


def manifest(question: dict[str, Any], seconds: float, runs: int) -> dict[str, Any]:
    """Everything needed to make the same numbers again. `question`: configuration and seeds."""
    config = json.dumps(question, sort_keys=True, default=str)
    return {
        "config_hash": hashlib.sha256(config.encode()).hexdigest()[:12],
        "source_hash": source_hash(),
        "question": question,
        "versions": {
            "semangat": sim.__version__,
            "python": platform.python_version(),
            **{name: version(name) for name in _LIBRARIES},
        },
        "commit": _git("rev-parse", "HEAD"),
        "changed_since_commit": bool(_git("status", "--porcelain", "--", "sim", "configs")),
        "machine": {"system": platform.system(), "processors": os.cpu_count()},
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "runs": runs,
        "seconds": round(seconds, 1),
    }


def write_json(path: Path, content: object) -> None:
    """Readable JSON, one trailing newline."""
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n", "utf-8")


def _git(*words: str) -> str | None:
    """Output of git in the source folder; None outside a checkout."""
    folder = Path(sim.__file__).resolve().parent.parent
    if not (folder / ".git").exists():
        return None
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
