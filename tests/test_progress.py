"""Progress: nothing for short work, plain lines in a file, a bar on a terminal; and stopping."""

from __future__ import annotations

import io
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from experiments import progress
from tests.commands import COMMAND, call, finished, process
from tests.results import holds

HELP_SECONDS = 0.5
PATIENCE = 60
Told = Callable[..., list[str]]
LINE = re.compile(r"(\w+): (\d+)/(\d+), ([\d,]+)/s, (\d+) s left")


class Clock:
    """Time that passes only while the work is done."""

    def __init__(self, seconds_each: float) -> None:
        self.now, self.seconds_each = 1_000.0, seconds_each

    def monotonic(self) -> float:
        return self.now

    def work(self, items: int) -> Iterator[int]:
        for item in range(items):
            self.now += self.seconds_each
            yield item


class Terminal(io.StringIO):
    """Somewhere a person looks at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    """Track `items` that take so many seconds each; gives the lines that are told."""

    def told(items: int, seconds_each: float, unit: int = 1) -> list[str]:
        clock = Clock(seconds_each)
        monkeypatch.setattr(progress, "time", clock)
        assert list(progress.track(clock.work(items), items * unit, "runs", unit)) == list(
            range(items)
        )
        return capsys.readouterr().err.splitlines()

    return told


# --- Lines and bars ------------------------------------------------------------------------------


def test_short_work_is_quiet(lines: Told) -> None:
    assert lines(20, 0.099) == []
    assert lines(1, 60.0) == []
    assert lines(0, 1.0) == []


def test_long_work_is_told_after_two_seconds_and_then_every_ten(lines: Told) -> None:
    assert lines(60, 0.5, unit=5) == [
        "runs: 25/300, 10/s, 28 s left",
        "runs: 130/300, 10/s, 17 s left",
        "runs: 235/300, 10/s, 6 s left",
    ]


def test_the_end_is_not_told_for_the_results_are(lines: Told) -> None:
    told = [LINE.fullmatch(line) for line in lines(3, 30.0)]
    assert [match and match.group(2) for match in told] == ["1", "2"]


def test_a_terminal_gets_a_bar_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, clock = Terminal(), Clock(1.0)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(progress, "time", clock)
    assert len(list(progress.track(clock.work(9), 45, "runs", 5))) == 9
    shown = screen.getvalue()
    assert "runs" in shown
    assert "/45" in shown
    assert "s left" not in shown
    assert shown.endswith("\x1b[2K")  # the line is cleared


def test_short_work_is_quiet_on_a_terminal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, clock = Terminal(), Clock(0.1)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(progress, "time", clock)
    assert len(list(progress.track(clock.work(9), 9, "runs"))) == 9
    assert "runs" not in screen.getvalue()


# --- The command as a process --------------------------------------------------------------------


def seconds(*command: str) -> float:
    """The best of three."""
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        os.waitpid(os.posix_spawn(command[0], command, os.environ), 0)
        taken.append(time.perf_counter() - started)
    return min(taken)


def test_help_is_there_at_once() -> None:
    """In half a second; on a machine that is slow today, in three times what Typer itself takes."""
    typer = seconds(sys.executable, "-c", "import typer, rich.console")
    assert seconds(*COMMAND, "--help") < max(HELP_SECONDS, 3 * typer)


def test_help_names_every_command() -> None:
    told = finished("--help")
    assert (told.code, told.err) == (0, "")
    commands = (
        "run compare sweep network demo sheet check schema params trace validate ablate bench"
    )
    assert [name for name in commands.split() if f" {name} " not in told.out] == []
    assert call().out.strip() == call("--help").out.strip()


def test_output_may_be_cut_off() -> None:
    """`semangat schema group | head -1` ends without a complaint."""
    running = process("schema", "group")
    assert running.stdout is not None
    assert running.stderr is not None
    assert running.stdout.readline() == "{\n"
    running.stdout.close()
    assert running.stderr.read() == ""
    running.wait(PATIENCE)
    running.stderr.close()


@pytest.mark.usefixtures("interruptible")
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs POSIX process groups")
def test_ctrl_c_ends_everything_and_leaves_the_old_results(tmp_path: Path) -> None:
    """As in a terminal: every process of the command gets the interrupt, and ends."""
    out = tmp_path / "out"
    out.mkdir()
    for name in ("manifest.json", "ringkasan.txt", "notes.txt"):
        (out / name).write_text("{}")
    before = holds(tmp_path)
    many = ("--villages", 2_000, "--replications", 1, "--weeks", 20, "--workers", 2)
    words = ("compare", "none", "package_2019", *many, "--out", out)
    running = process(*words, start_new_session=True)
    assert running.stderr is not None
    first = LINE.fullmatch(running.stderr.readline().strip())
    assert first
    assert 0 < int(first.group(2)) < int(first.group(3)) == 4_000
    os.killpg(running.pid, signal.SIGINT)
    told, said = running.communicate(timeout=PATIENCE)  # until no process holds the pipes
    assert (running.returncode, told) == (130, "")
    rest = [line for line in said.splitlines() if not LINE.fullmatch(line)]
    assert rest == ["stopped; results that were there before are untouched"]
    assert holds(tmp_path) == before


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_waits_for_the_item_at_hand() -> None:
    """In the midst of an item it could break a lock or be swallowed by a library."""
    finished_items: list[int] = []

    def work() -> Iterator[int]:
        for item in range(3):
            if item == 1:
                os.kill(os.getpid(), signal.SIGINT)
            finished_items.append(item)
            yield item

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        list(progress.track(work(), 3, "runs"))
    assert finished_items == [0, 1]
    assert signal.getsignal(signal.SIGINT) is before
