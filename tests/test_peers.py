"""The benchmark beside other frameworks: what of it can be tried without installing them."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.repository import ROOT

PEERS = ROOT / "benchmarks" / "peers"
PIN = re.compile(r"[A-Za-z0-9_.-]+==[0-9][0-9a-z.]*")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """run.py, as it is when it is called in its folder."""
    monkeypatch.syspath_prepend(str(PEERS))
    yield importlib.import_module("run")
    for name in ("run", "measure"):
        sys.modules.pop(name, None)


def test_every_peer_has_its_script_and_its_versions(run: ModuleType) -> None:
    for peer in run.PEERS:
        pins = (PEERS / f"requirements-{peer.key}.txt").read_text("utf-8").splitlines()
        assert [line for line in pins if not PIN.fullmatch(line)] == []
        assert peer.package in {pin.split("==")[0].lower() for pin in pins}
        ast.parse((PEERS / peer.script).read_text("utf-8"))


def test_a_command_is_measured_or_its_failure_told(run: ModuleType, tmp_path: Path) -> None:
    cost = run.measure([sys.executable, "-c", "print(7)"], tmp_path)
    assert cost.printed == "7\n"
    assert cost.seconds > 0
    with pytest.raises(run.FailedError, match="no such thing"):
        run.measure([sys.executable, "-c", "import sys; sys.exit('no such thing')"], tmp_path)


def test_nothing_of_a_killed_command_goes_on(run: ModuleType, tmp_path: Path) -> None:
    busy = "import time\nwhile time.process_time() < {}: pass\n"
    child = busy.format(3) + "open('late', 'w')"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    run.kill_after(0.5, [sys.executable, "-c", parent], tmp_path)
    run.measure([sys.executable, "-c", busy.format(3.5)], tmp_path)
    assert not (tmp_path / "late").exists()
    with pytest.raises(run.FailedError, match="before it could be killed"):
        run.kill_after(30, [sys.executable, "-c", ""], tmp_path)


def test_a_failed_peer_keeps_its_row(run: ModuleType, tmp_path: Path) -> None:
    row = run.Row("Other", "1.0", lambda *_: ["no-such-command"], lambda *_: {}, tmp_path)
    run.compare([row], repeats=1)
    assert row.line().startswith("| Other | 1.0 | failed: ")
    assert row.line().count("|") == 9


def test_the_table_goes_between_the_marks(run: ModuleType, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n" + "\nold\n".join(run.MARKS) + "\nafter\n", "utf-8")
    run.write(page, "new")
    assert page.read_text("utf-8") == "before\n" + "\nnew\n".join(run.MARKS) + "\nafter\n"
