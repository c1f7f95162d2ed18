"""A study on a real Dask cluster: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from experiments.studies.shards import KEYS
from tests.commands import COMMAND, ENVIRONMENT, call
from tests.studies import kept, same

pytest.importorskip("distributed")

PATIENCE = 120
STUDY = (
    "sweep", "none", "only_fgd", "--param", "payment_lag=0:4:5", "--villages", "100",
    "--replications", "10", "--weeks", "13",
)  # fmt: skip
RUNS = 10_000


class Cluster(NamedTuple):
    """Where it is, and its worker processes."""

    address: str
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler and two workers, with nothing in common but the network."""
    file = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": ENVIRONMENT}

    def start(*words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *words, "--scheduler-file", str(file)]
        return subprocess.Popen(command, cwd=tmp_path, start_new_session=True, **quiet)  # type: ignore[call-overload]

    scheduler = start("scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard")
    workers = [start("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard") for _ in range(2)]
    until = time.monotonic() + PATIENCE
    while not file.is_file():
        assert time.monotonic() < until
        time.sleep(0.05)
    try:
        yield Cluster(json.loads(file.read_text())["address"], workers)
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def test_the_same_content_also_when_a_worker_is_killed(tmp_path: Path, cluster: Cluster) -> None:
    out, here = tmp_path / "out", tmp_path / "here"
    assert call(*STUDY, "--out", here).code == 0
    process = subprocess.Popen(
        [*COMMAND, *STUDY, "--dask", cluster.address, "--out", out], env=ENVIRONMENT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    until = time.monotonic() + PATIENCE
    while not list(out.rglob("runs/[!.]*.parquet")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)
    os.kill(cluster.workers[0].pid, signal.SIGKILL)
    said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    runs = kept(out)
    assert len(runs) == RUNS
    assert not runs.duplicated(list(KEYS)).any()
    same(runs, kept(here))


def test_no_cluster_there_is_told() -> None:
    told = call("sweep", "none", "--param", "payment_lag=0,1", "--dask", "tcp://127.0.0.1:1")
    assert told.code == 2
    assert "no cluster there" in told.err
