"""One command measured from outside: wall and processor time, memory, and a kill -9 halfway.

Standard library only. Memory and processor time are summed over all processes of the command's
session, from /proc; where there is no /proc they are not measured.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

EVERY = 0.2  # seconds between two looks at the processes
PATIENCE = 3_600  # seconds after which a command counts as failed
PROC = Path("/proc")
HAS_PROC = (PROC / "self" / "smaps_rollup").exists()


class FailedError(Exception):
    """A command that did not do what it should; the message says why, in one line."""


@dataclass
class Cost:
    """What a finished command took."""

    seconds: float
    cpu: float | None  # seconds, of all its processes
    memory: float | None  # megabytes at the peak; shared pages are divided among their users
    printed: str


@dataclass
class Watch:
    """Looks at all processes of a session until told to stop."""

    session: int
    peak: float = 0.0
    cpu: dict[int, float] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        while not self.ended.is_set():
            kilobytes = 0
            for entry in PROC.iterdir():
                if entry.name.isdigit():
                    kilobytes += self.one(entry)
            self.peak = max(self.peak, kilobytes / 1024)
            self.ended.wait(EVERY)

    def one(self, process: Path) -> int:
        """Kilobytes of a process when it belongs to the session; it may end at any time."""
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) != self.session:
                return 0
            ticks = int(fields[11]) + int(fields[12])
            self.cpu[int(process.name)] = ticks / os.sysconf("SC_CLK_TCK")
            rollup = (process / "smaps_rollup").read_text()
        except (OSError, IndexError):
            return 0
        return sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))


def start(command: Sequence[str], cwd: Path) -> subprocess.Popen[str]:
    """The command in a session of its own, so that all of it can be found and killed."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def measure(command: Sequence[str], cwd: Path) -> Cost:
    """Run the command to its end, which must be a good one."""
    before, started = of_children(), time.perf_counter()
    process = start(command, cwd)
    watch = Watch(process.pid)
    looking = threading.Thread(target=watch.look, daemon=True)
    if HAS_PROC:
        looking.start()
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise FailedError(f"not done after {PATIENCE} s") from None
    seconds = time.perf_counter() - started
    watch.ended.set()
    if process.returncode:
        raise FailedError(last_line(err) or f"exit status {process.returncode}")
    if not HAS_PROC:
        return Cost(seconds, None, None, out)
    looking.join()
    # A look sees a process that nobody waits for; waiting sees one that ends between two looks.
    cpu = max(sum(watch.cpu.values()), of_children() - before)
    return Cost(seconds, cpu, watch.peak, out)


def kill_after(work: float, command: Sequence[str], cwd: Path) -> None:
    """Start the command and kill all its processes, so that none can tidy up, when they have done
    so many seconds of work: processor time, which a busy machine does not shorten, or without
    /proc seconds on the clock."""
    process, started = start(command, cwd), time.perf_counter()
    watch = Watch(process.pid)
    looking = threading.Thread(target=watch.look, daemon=True)
    if HAS_PROC:
        looking.start()
    while process.poll() is None:
        done = sum(list(watch.cpu.values())) if HAS_PROC else time.perf_counter() - started
        if done >= work:
            os.killpg(process.pid, signal.SIGKILL)
            break
        time.sleep(EVERY / 2)
    watch.ended.set()
    process.communicate()
    if process.returncode != -signal.SIGKILL:
        raise FailedError("was done before it could be killed")


def of_children() -> float:
    """Processor seconds of all children that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""
