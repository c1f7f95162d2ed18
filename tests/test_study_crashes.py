"""Whatever happens to a study, running it again completes it: nothing is lost, nothing doubled."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from experiments.studies import design, executors, shards
from experiments.studies.shards import KEYS, BusyError, Shards
from experiments.studies.sweep import ChangedError, run_study
from experiments.studies.verifying import verify
from tests.commands import COMMAND, ENVIRONMENT, call
from tests.studies import kept, lived, plan, same

ONE = executors.threads(1)
PATIENCE = 60


class KilledError(BaseException):
    """As if the process had been killed here: nothing of ours catches it."""


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several shards in small studies."""
    monkeypatch.setattr(design, "BLOCK_RUNS", 4)


@contextmanager
def fails(call: str, at: int, error: BaseException) -> Iterator[None]:
    """One call of the operating system fails at its n-th time (from 0)."""
    where, name = (os, "fsync") if call == "fsync" else (Path, call)
    usual: Callable[..., Any] = getattr(where, name)
    left = [at]

    def sometimes(*args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] == -1:
            raise error
        return usual(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, name, sometimes)
        yield


# --- One fault -----------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
@pytest.mark.parametrize("at", range(0, 24, 3))
def test_killed_at_any_step_it_goes_on(tmp_path: Path, step: str, at: int) -> None:
    out = tmp_path / "out"
    with pytest.raises(KilledError), fails(step, at, KilledError()):
        run_study(plan(), out, ONE)
        raise KilledError  # the step was never reached
    run_study(plan(), out, ONE)
    same(kept(out), lived(plan()))
    assert verify(out, 16).sound
    assert not list(out.rglob(".*.part"))


@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
@pytest.mark.parametrize("at", [0, 4, 9, 14])
def test_a_full_disk_is_told_and_what_was_done_stays(tmp_path: Path, step: str, at: int) -> None:
    out = tmp_path / "out"
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(OSError, match="No space left"), fails(step, at, full):
        run_study(plan(), out, ONE)
        raise full
    done = len(kept(out)) if list(out.rglob("runs/*.parquet")) else 0
    again = run_study(plan(), out, ONE)
    assert again.there >= done
    assert again.there + again.new == 16
    same(kept(out), lived(plan()))


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """The kernel refuses to write more than so many bytes to a file."""
    study = ("sweep", "none", "--param", "payment_lag=0:4:5", "--villages", "0", "--replications",
             "16000", "--weeks", "4", "--out", "out")  # fmt: skip
    limit = "import resource, signal, sys, runpy; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, 90_000)); "
    limit += "runpy.run_module('experiments.cli', run_name='__main__')"
    done = subprocess.run(
        [COMMAND[0], "-c", limit, *study], cwd=tmp_path, env=ENVIRONMENT, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "the same command goes on from there" in done.stderr
    assert "Traceback" not in done.stderr
    again = subprocess.run(
        [*COMMAND, *study], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert "80.000" in again.stdout.splitlines()[0]
    assert call("verify", tmp_path / "out").code == 0


@pytest.mark.parametrize("harm", ["cut", "foreign", "empty", "text", "flipped"])
def test_a_damaged_or_foreign_shard_is_set_aside(tmp_path: Path, harm: str) -> None:
    out = tmp_path / "out"
    run_study(plan(), out, ONE)
    path = sorted((out / "tables" / "runs").glob("*.parquet"))[1]
    data = path.read_bytes()
    if harm == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif harm == "empty":
        path.write_bytes(b"")
    elif harm == "text":
        path.write_text("not a table")
    elif harm == "flipped":
        middle = len(data) // 2
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    else:
        pd.DataFrame({"a": [1]}).to_parquet(path)
    harmed = path.read_bytes()
    again = run_study(plan(), out, ONE)
    assert again.set_aside == [path.name]
    assert again.new == 4
    same(kept(out), lived(plan()))
    aside = list((out / shards.SET_ASIDE).iterdir())
    assert [each.read_bytes() for each in aside] == [harmed]


def test_what_is_lost_is_lived_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_study(plan(), out, ONE)
    sorted((out / "tables" / "runs").glob("*.parquet"))[2].unlink()
    (out / "catalogue.jsonl").write_bytes((out / "catalogue.jsonl").read_bytes()[:-20])
    again = run_study(plan(), out, ONE)
    assert again.new == 4
    same(kept(out), lived(plan()))
    lines, torn = shards.read_catalogue(out)
    assert not torn
    assert set(lines) == {path.name for path in (out / "tables" / "runs").glob("*.parquet")}


def test_a_second_process_is_told(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_study(plan(), out, ONE)
    with Shards(out, "x" * 16), pytest.raises(BusyError, match="another process works on"):
        run_study(plan(), out, ONE)
    busy = tmp_path / "busy"
    with Shards(busy, "x" * 16):
        told = call("sweep", "none", "--param", "payment_lag=0,1", "--out", busy)
    assert told.code == 2
    assert "another process works on" in told.err


# --- Real processes ------------------------------------------------------------------------------

STUDY = (
    "sweep", "none", "only_fgd", "--param", "payment_lag=0:4:5", "--param",
    "price_opak=4000:9000:6", "--villages", "40", "--replications", "5", "--weeks", "8",
)  # fmt: skip


def begun(out: Path, process: subprocess.Popen[str], count: int) -> None:
    """Wait until so many shards are there."""
    until = time.monotonic() + PATIENCE
    while len(list(out.rglob("runs/[!.]*.parquet"))) < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)


def test_kill_9_and_then_the_same_as_if_nothing_had_happened(tmp_path: Path) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    subprocess.run([*COMMAND, *STUDY, "--out", whole], env=ENVIRONMENT, check=True,
                   capture_output=True)  # fmt: skip
    for count in (1, 3):
        process = subprocess.Popen(
            [*COMMAND, *STUDY, "--out", out], env=ENVIRONMENT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        begun(out, process, count)
        process.kill()
        process.communicate()
        assert len(list(out.rglob("runs/[!.]*.parquet"))) < 40
    subprocess.run([*COMMAND, *STUDY, "--out", out], env=ENVIRONMENT, check=True,
                   capture_output=True)  # fmt: skip
    one, other = kept(out), kept(whole)
    assert len(one) == 12_000
    assert not one.duplicated(list(KEYS)).any()
    same(one, other)
    for table in ("design", "villages"):
        a, b = (pd.read_parquet(each / "tables" / f"{table}.parquet") for each in (out, whole))
        pd.testing.assert_frame_equal(a, b)


def test_ctrl_c_stops_between_blocks_and_says_how_to_go_on(
    tmp_path: Path, interruptible: None
) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(
        [*COMMAND, *STUDY, "--out", out], env=ENVIRONMENT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    begun(out, process, 1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "the same command goes on from there" in said
    assert "Traceback" not in said
    done = len(kept(out))
    assert 0 < done < 12_000
    again = call(*STUDY, "--out", out)
    assert again.code == 0
    assert f"{done:,}".replace(",", ".") in again.out.splitlines()[0]


def test_a_worker_that_is_killed_costs_time_not_results(tmp_path: Path) -> None:
    """One of two processes is killed in the midst of a study."""
    out = tmp_path / "out"
    process = subprocess.Popen(
        [*COMMAND, *STUDY, "--workers", "2", "--out", out], env=ENVIRONMENT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    begun(out, process, 1)
    workers = [pid for pid in descendants(process.pid) if "forkserver" in command_of(pid)]
    if workers:
        os.kill(workers[-1], signal.SIGKILL)
    _, said = process.communicate(timeout=2 * PATIENCE)
    assert process.returncode == 0, said
    assert workers
    assert len(kept(out)) == 12_000
    assert not kept(out).duplicated(list(KEYS)).any()


def descendants(pid: int) -> list[int]:
    """Processes below a process, oldest first (Linux)."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    mine = [int(each) for each in children.read_text().split()] if children.is_file() else []
    return [*mine, *(deep for each in mine for deep in descendants(each))]


def command_of(pid: int) -> str:
    """How a process was started."""
    return Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace")


# --- Any sequence of events, against an oracle in memory -----------------------------------------


class AnySequence(RuleBasedStateMachine):
    """Runs, kills, growth, damage and verification in any order; the oracle knows the content."""

    oracle: pd.DataFrame

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.out = self.folder / "out"
        self.keys: dict[str, Any] = {"villages": 1, "replications": 1, "windows": {}}
        self.whole = False

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def plan(self) -> Any:
        return plan(**self.keys)

    @rule()
    def run(self) -> None:
        outcome = run_study(self.plan, self.out, ONE)
        assert outcome.there + outcome.new == outcome.asked
        self.whole = True

    @rule(step=st.sampled_from(["fsync", "replace", "open"]), at=st.integers(0, 30))
    def is_killed(self, step: str, at: int) -> None:
        try:
            with fails(step, at, KilledError()):
                run_study(self.plan, self.out, ONE)
        except KilledError:
            pass
        else:
            self.whole = True

    @rule(key=st.sampled_from(["villages", "replications"]))
    def grows(self, key: str) -> None:
        if self.keys[key] < 3:
            self.keys[key] += 1
            self.whole = False

    @rule(levels=st.sampled_from([[0, 2], [0, 1, 2], [2, 0, 4]]))
    def tries_other_points(self, levels: list[int]) -> None:
        self.keys["parameters"] = {"payment_lag": levels}
        self.whole = False

    @rule(cut=st.floats(0, 0.99), which=st.integers(0, 99))
    def is_damaged(self, cut: float, which: int) -> None:
        there = sorted(self.out.rglob("runs/*.parquet"))
        if there:
            path = there[which % len(there)]
            data = path.read_bytes()
            path.write_bytes(data[: int(cut * len(data))])
            self.whole = False

    @rule(which=st.integers(0, 99))
    def is_copied(self, which: int) -> None:
        there = sorted(self.out.rglob("runs/*.parquet"))
        if there:
            path = there[which % len(there)]
            shutil.copy(path, path.with_name(f"{path.stem} (copy).parquet"))
            self.whole = False

    @rule(name=st.sampled_from(["manifest.json", "tables/design.parquet", "catalogue.jsonl"]),
          cut=st.floats(0, 0.99))  # fmt: skip
    def is_cut_short(self, name: str, cut: float) -> None:
        path = self.out / name
        if path.is_file():
            data = path.read_bytes()
            path.write_bytes(data[: int(cut * len(data))])
            self.whole = False

    @precondition(lambda self: self.whole)
    @rule(seed=st.integers(0, 99))
    def is_verified(self, seed: int) -> None:
        assert verify(self.out, 3, seed).sound

    @invariant()
    def holds_what_the_model_says(self) -> None:
        if not getattr(self, "whole", False):
            return
        runs = kept(self.out)
        assert not runs.duplicated(list(KEYS)).any()
        wanted = lived(self.plan)
        mine = runs.merge(wanted[list(KEYS)], on=list(KEYS))
        assert len(mine) == len(wanted)
        for column in wanted.columns[len(KEYS) :]:
            assert np.array_equal(mine[column], wanted[column], equal_nan=True)


TestAnySequence = AnySequence.TestCase
TestAnySequence.settings = settings(
    max_examples=12, stateful_step_count=10, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


# --- What other programs do to a folder ----------------------------------------------------------


def test_a_copied_shard_is_no_part_of_the_study(tmp_path: Path) -> None:
    run_study(plan(), tmp_path / "out", ONE)
    before = kept(tmp_path / "out")
    shard = next((tmp_path / "out").rglob("runs/*.parquet"))
    shutil.copy(shard, shard.with_name(f"{shard.stem} (copy).parquet"))
    assert len(kept(tmp_path / "out")) == len(before)  # readers do not see it
    assert not verify(tmp_path / "out", 3, 0).sound
    outcome = run_study(plan(), tmp_path / "out", ONE)
    assert outcome.new == 0 and outcome.set_aside == [f"{shard.stem} (copy).parquet"]
    assert verify(tmp_path / "out", 3, 0).sound
    (tmp_path / "out" / "catalogue.jsonl").unlink()  # also when nothing says which came first
    shutil.copy(shard, shard.with_name(f"{shard.stem} (copy).parquet"))
    assert len(run_study(plan(), tmp_path / "out", ONE).set_aside) == 1
    assert len(kept(tmp_path / "out")) == len(before)


def test_runs_that_are_there_twice_are_told(tmp_path: Path) -> None:
    """As an older version would have taken them in."""
    run_study(plan(), tmp_path / "out", ONE)
    shard = next((tmp_path / "out").rglob("runs/*.parquet"))
    copy = shard.with_name("copy.parquet")
    shutil.copy(shard, copy)
    catalogue = tmp_path / "out" / "catalogue.jsonl"
    line = next(t for t in catalogue.read_text().splitlines() if shard.name in t)
    catalogue.write_text(catalogue.read_text() + line.replace(shard.name, copy.name) + "\n")
    found = verify(tmp_path / "out", 3, 0)
    assert not found.sound and any("runs are there twice" in line for line in found.lines)


@pytest.mark.parametrize(
    "name", ["manifest.json", "tables/design.parquet", "tables/villages.parquet"]
)
def test_a_damaged_table_is_told_and_made_anew(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    run_study(plan(), out, ONE)
    before = (out / name).read_bytes()
    (out / name).write_bytes(before[:40])
    for command in ("verify", "results")[: 1 if "villages" in name else 2]:  # nobody else reads it
        told = call(command, out)
        assert told.code == 2 and "damaged" in told.err and len(told.err.splitlines()) == 1
    assert run_study(plan(), out, ONE).new == 0
    assert verify(out, 3, 0).sound
    if name != "manifest.json":  # which tells when it was made
        assert (out / name).read_bytes() == before


def test_a_lost_manifest_does_not_open_the_door_to_another_study(tmp_path: Path) -> None:
    run_study(plan(), tmp_path / "out", ONE)
    (tmp_path / "out" / "manifest.json").unlink()
    with pytest.raises(ChangedError, match="lost or damaged, and the runs are of another study"):
        run_study(plan(weeks=5), tmp_path / "out", ONE)
    assert run_study(plan(), tmp_path / "out", ONE).new == 0


def test_a_folder_named_like_a_shard_is_set_aside(tmp_path: Path) -> None:
    run_study(plan(), tmp_path / "out", ONE)
    (tmp_path / "out" / "tables" / "runs" / "x.parquet").mkdir()
    outcome = run_study(plan(), tmp_path / "out", ONE)
    assert (outcome.new, outcome.set_aside) == (0, ["x.parquet"])


def test_runs_that_do_not_come_back_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = executors.live
    monkeypatch.setattr(executors, "live", lambda *given: list(whole(*given))[1:])
    with pytest.raises(OSError, match="runs were asked for and have not come back"):
        run_study(plan(), tmp_path / "out", ONE)


def test_blocks_outlive_a_pool_that_breaks() -> None:
    blocks = iter(range(5))
    first = executors._first([], blocks)
    assert next(first) == 0
    first.close()
    assert list(executors._first([9], blocks)) == [9, 1, 2, 3, 4]
    generated = (n for n in range(5))
    first = executors._first([], generated)
    assert next(first) == 0
    del first
    assert list(executors._first([], generated)) == [1, 2, 3, 4]
