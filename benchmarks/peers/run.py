"""The same small sweep through each peer, side by side: `make bench-peers`.

Standard library only. Each peer is installed into an environment of its own from the versions in
requirements-<peer>.txt, measured in turn (so that a busy minute hits all), and killed once.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from measure import Cost, FailedError, kill_after, last_line, measure

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
POINTS = 25  # of the sweep: 5 levels of 2 parameters
WORKERS = (1, 2)
MARKS = "<!-- begin:peers -->", "<!-- end:peers -->"

# SEMANGAT's own sweep. It runs the full model, not the small one: 3 points x villages x luck.
SEMANGAT = ("-m", "experiments.cli", "sweep", "none", "--param", "n_outlets_init=0,1,2")
SEMANGAT_SIZE = ("--villages", "200", "--replications", "20")
SEMANGAT_SMALL = ("--villages", "2", "--replications", "1")


@dataclass(frozen=True)
class Peer:
    """A framework: its package, its script, and what its way of doing it changes."""

    name: str
    package: str
    key: str
    script: str
    differs: str


PEERS = (
    Peer(
        "Mesa `batch_run`",
        "mesa",
        "mesa",
        "mesa_batch.py",
        "agents with methods, a DataCollector read every week. The table of all runs exists only"
        " in memory until the end, and is then written by pandas. Seeds 0, 1, ... at every point.",
    ),
    Peer(
        "EMA Workbench",
        "ema_workbench",
        "ema",
        "ema_experiments.py",
        "the same Mesa model, as a function with replications; one experiment is one point with"
        " all its replications. `save_results` at the end. Same seeds: the same numbers as Mesa,"
        " to the last digit. (Its `FileBasedCallback`, called beta, writes while it runs, but"
        " empties its folder at every start.)",
    ),
    Peer(
        "Modelly",
        "modelly-abm",
        "modelly",
        "modelly_experiment.py",
        "agents with methods and plain attributes, as with Mesa (its columns, all women at once in"
        " numpy, were slower for so few). `Experiment` writes a Parquet file for each run with a"
        " row for every week, which is more than the others store. Seeds are its own, another at"
        " each point.",
    ),
    Peer(
        "Naga",
        "nagasim",
        "naga",
        "naga_doe.py",
        "the model is data: two agent types with expressions, ticked synchronously. Its expressions"
        " have no binomial draw, so sales are a rounded normal one of the same mean and spread."
        " `run_design` holds everything until the end. Each run also makes its standard reports."
        " Seeds 0, 1, ... at every point.",
    ),
)


@dataclass
class Row:
    """What was found about one of them."""

    name: str
    version: str
    command: Callable[[int, Path, bool], Sequence[str]]  # workers, folder, only to warm up
    told: Callable[[str, Path], dict]  # from what it printed, or from its folder
    cwd: Path
    costs: dict[int, list[Cost]] = field(default_factory=lambda: {each: [] for each in WORKERS})
    result: dict = field(default_factory=dict)
    killed: str = ""
    reason: str = ""

    def run(self, workers: int) -> None:
        """One measured run in a folder of its own; every one must have the same result."""
        with tempfile.TemporaryDirectory() as out:
            cost = measure(self.command(workers, Path(out), False), self.cwd)
            result = self.told(cost.printed, Path(out))
        if self.result and result != self.result:
            raise FailedError(f"another result with {workers} workers: {result}, {self.result}")
        self.costs[workers].append(cost)
        self.result = result

    def warm_up(self) -> None:
        """Everything imported and compiled once, before anything is measured."""
        with tempfile.TemporaryDirectory() as out:
            measure(self.command(1, Path(out), True), self.cwd)

    def kill(self) -> None:
        """Killed at half its work, started again: what was kept, how long, and is it the same?"""
        workers = WORKERS[-1]
        whole = self.median(workers, "seconds")
        work = self.median(workers, "cpu") if self.costs[workers][0].cpu else whole
        with tempfile.TemporaryDirectory() as out:
            command = self.command(workers, Path(out), False)
            kill_after(work / 2, command, self.cwd)
            cost = measure(command, self.cwd)
            again = self.told(cost.printed, Path(out))
        kept = again.pop("kept")
        first = {name: value for name, value in self.result.items() if name != "kept"}
        same = "the same result" if again == first else "ANOTHER RESULT"
        self.killed = (
            f"{kept:,} of {again['runs']:,} runs; {cost.seconds:.0f} s more"
            f" (uninterrupted {whole:.0f} s); {same}"
        )

    def median(self, workers: int, what: str) -> float:
        return statistics.median(getattr(cost, what) for cost in self.costs[workers])

    def line(self) -> str:
        """Its row of the table; what failed is told in place of numbers."""
        if self.reason:
            return f"| {self.name} | {self.version} | failed: {self.reason} | | | | | |"
        runs, most = self.result["runs"], WORKERS[-1]
        each = [f"{1_000 * self.median(count, 'seconds') / runs:.2f}" for count in WORKERS]
        cpu, memory = "not measured", "not measured"
        if self.costs[most][0].memory is not None:
            cpu = f"{1_000 * self.median(most, 'cpu') / runs:.2f}"
            memory = f"{self.median(most, 'memory'):.0f}"
        mean = self.result["mean"]
        income = "another model" if mean is None else f"{mean:,.0f}"
        cells = (self.name, self.version, *each, cpu, memory, income, self.killed)
        return f"| {' | '.join(cells)} |"


def peer_row(peer: Peer, folder: Path, replications: int) -> Row:
    """A peer's row, its environment made; a reason where that fails."""
    python = folder / peer.key / "bin" / "python"
    pins = HERE / f"requirements-{peer.key}.txt"
    version = re.search(rf"(?im)^{peer.package}==(\S+)", pins.read_text())

    def command(workers: int, out: Path, warm: bool) -> Sequence[str]:
        count = 1 if warm else replications
        given = ("--replications", count, "--workers", workers, "--out", out)
        return [str(python), str(HERE / peer.script), *map(str, given)]

    def told(printed: str, _: Path) -> dict:
        return json.loads(printed.splitlines()[-1])

    row = Row(peer.name, version[1] if version else "", command, told, HERE)
    row.reason = install(python, pins)
    return row


def install(python: Path, pins: Path) -> str:
    """Make the environment unless it is there; the reason where that fails."""
    done = python.parent.parent / ".done"
    if done.exists() and done.read_text() == pins.read_text():
        return ""
    for command in (
        (sys.executable, "-m", "venv", "--clear", str(python.parent.parent)),
        (str(python), "-m", "pip", "install", "--quiet", "-r", str(pins)),
    ):
        ran = subprocess.run(command, capture_output=True, text=True)
        if ran.returncode:
            return last_line(ran.stderr) or last_line(ran.stdout) or "could not be installed"
    done.write_text(pins.read_text())
    return ""


def semangat_row() -> Row:
    """SEMANGAT's own row: the full model through its command line, by this Python."""

    def command(workers: int, out: Path, warm: bool) -> Sequence[str]:
        size = SEMANGAT_SMALL if warm else SEMANGAT_SIZE
        # Its usual way is threads, one for each core.
        target = ("--lang", "en", "--out", str(out / "sweep"))
        one = ("--workers", "1") if workers == 1 else ()
        return [sys.executable, *SEMANGAT, *size, *one, *target]

    def told(said: str, out: Path) -> dict:
        manifest = json.loads((out / "sweep" / "manifest.json").read_text("utf-8"))
        there = re.search(r"lived, ([\d,]+) were there", said)
        shards = sorted((out / "sweep" / "tables" / "runs").glob("[!.]*.parquet"))
        table = b"".join(shard.read_bytes() for shard in shards)
        return {
            "runs": manifest["runs"],
            "kept": int(there[1].replace(",", "")) if there else 0,
            "mean": None,
            "hash": hashlib.sha256(table).hexdigest()[:12],
        }

    return Row("SEMANGAT, full model", "this tree", command, told, ROOT)


def attempt(row: Row, what: Callable[[], None]) -> None:
    """Do it; a failure becomes the row's reason and the others go on."""
    if row.reason:
        return
    try:
        what()
    except (FailedError, OSError, ValueError, KeyError, IndexError) as failed:
        row.reason = last_line(str(failed)) or type(failed).__name__
        print(f"  {row.name}: {row.reason}", file=sys.stderr)


def compare(rows: Sequence[Row], repeats: int) -> None:
    """Measure all of them in turn, then kill each."""
    for row in rows:
        attempt(row, row.warm_up)
    for repeat in range(repeats):
        for workers in WORKERS:
            for row in rows:
                print(f"{repeat + 1}/{repeats} {row.name}, {workers}", file=sys.stderr)
                attempt(row, lambda row=row, workers=workers: row.run(workers))
    for row in rows:
        print(f"kill {row.name}", file=sys.stderr)
        attempt(row, row.kill)


def page(rows: Sequence[Row], repeats: int) -> str:
    """The table, when and where it was made, and how the adaptations differ."""
    head = (
        "framework | version | ms a run, 1 worker | ms a run, 2 workers | processor ms a run"
        " | memory, MB | mean income, Rp | kept after `kill -9`, and the second start"
    )
    told = (
        f"Measured on {datetime.date.today().isoformat()}: {os.cpu_count()} cores,"
        f" {platform.system()} {platform.machine()}, Python {platform.python_version()} for all."
        f" Medians of {repeats} in turn, from the start of the command to its end;"
        f" processor time and memory are those with {WORKERS[-1]} workers."
    )
    notes = [f"* **{peer.name}**: {peer.differs}" for peer in PEERS]
    table = [f"| {head} |", "|" + " --- |" * 8, *(row.line() for row in rows)]
    return "\n".join([told, "", *table, "", "How the adaptations differ:", "", *notes])


def write(path: Path, text: str) -> None:
    """Put the text between the marks of a page, or make it the whole page."""
    block = f"{MARKS[0]}\n{text}\n{MARKS[1]}"
    old = path.read_text("utf-8") if path.exists() else ""
    if MARKS[0] in old:
        before, after = old.split(MARKS[0])[0], old.split(MARKS[1])[1]
        path.write_text(before + block + after, "utf-8")
    else:
        path.write_text(f"# Peers\n\n{block}\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venvs", type=Path, default=ROOT / ".venv-peers")
    parser.add_argument("--replications", type=int, default=80, help=f"of {POINTS} points")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", action="append", help="a peer's key, or semangat; repeatable")
    parser.add_argument("--out", type=Path, help="a page; the table goes between its marks")
    told = parser.parse_args()
    wanted = told.only or [*(peer.key for peer in PEERS), "semangat"]
    venvs = told.venvs.resolve()
    rows = [peer_row(peer, venvs, told.replications) for peer in PEERS if peer.key in wanted]
    if "semangat" in wanted:
        rows.append(semangat_row())
    compare(rows, told.repeats)
    text = page(rows, told.repeats)
    print(text)
    if told.out:
        write(told.out, text)


if __name__ == "__main__":
    main()
