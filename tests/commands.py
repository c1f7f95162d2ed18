"""Calling the command `semangat` as people do, within the test or as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from typer.testing import CliRunner

from experiments.cli import app
from tests.repository import ROOT

COMMAND = (sys.executable, "-m", "experiments.cli")
ENVIRONMENT: Mapping[str, str] = {**os.environ, "PYTHONPATH": str(ROOT)}
SMALL = ("--villages", "2", "--replications", "1", "--weeks", "3", "--workers", "1")


class Told(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str


def call(*words: object) -> Told:
    """The command within this process."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Told(result.exit_code, result.stdout, result.stderr)


def process(*words: object, **options: Any) -> subprocess.Popen[str]:
    """The command as a process, its output to be read."""
    return subprocess.Popen(
        [*COMMAND, *(str(word) for word in words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        **options,
    )


def finished(*words: object, cwd: Path | None = None) -> Told:
    """The command as a process, when it has ended."""
    running = process(*words, cwd=cwd)
    out, err = running.communicate(timeout=60)
    return Told(running.returncode, out, err)
