"""Where blocks are lived: threads of this process, processes, a Dask cluster, or any executor."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from experiments.studies.design import Block
from experiments.studies.live import Frame, Lived, live_block
from experiments.study import worker_context
from sim.parameters import ParameterError

AHEAD: Final = 3  # blocks that wait for each worker: so few that memory stays bounded
MOST_BREAKS: Final = 5  # times that workers may be killed, one after another, before we give up


@dataclass(frozen=True)
class Where:
    """Makes executors; `workers` of them live blocks at the same time."""

    make: Callable[[], Executor]
    workers: int


def threads(workers: int = 0) -> Where:
    """Threads of this process: for the ensemble, which leaves the interpreter free."""
    count = workers or os.cpu_count() or 1
    return Where(lambda: ThreadPoolExecutor(count), count)


def processes(workers: int = 0) -> Where:
    """Processes on this machine."""
    count = workers or os.cpu_count() or 1
    return Where(lambda: ProcessPoolExecutor(count, worker_context(), _deaf_to_ctrl_c), count)


@contextmanager
def dask(address: str) -> Iterator[Where]:
    """The workers of a Dask cluster, which have this project installed.

    ParameterError when there is no cluster at the address, or no Dask here.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ParameterError("--dask needs Dask: pip install 'semangat[dask]'") from None
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise ParameterError(f"--dask {address}: no cluster there ({error})") from None
    with client:
        yield Where(lambda: client.get_executor(pure=False), sum(client.ncores().values()) or 1)


def _deaf_to_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever stops the study stops its workers


def live(frame: Frame, blocks: Iterator[Block], where: Where) -> Iterator[Lived]:
    """Blocks as they are done, in any order; those of workers that were killed begin anew."""
    left: list[Block] = []
    breaks = 0
    while True:
        pool = where.make()
        waiting: dict[Future[Lived], Block] = {}
        try:
            yield from _until_it_breaks(frame, blocks, left, pool, where.workers, waiting)
            return
        except BrokenExecutor:
            breaks += 1
            if breaks > MOST_BREAKS:
                raise
            left = [*left, *waiting.values()]
        finally:
            for future in waiting:
                future.cancel()  # not every executor can do so when it shuts down
            pool.shutdown()


def _until_it_breaks(
    frame: Frame,
    blocks: Iterator[Block],
    left: list[Block],
    pool: Executor,
    workers: int,
    waiting: dict[Future[Lived], Block],
) -> Iterator[Lived]:
    """`waiting` holds what was not done when BrokenExecutor is raised."""
    queue = _first(left, blocks)
    for block in queue:
        waiting[_submit(pool, frame, block, waiting)] = block
        if len(waiting) >= AHEAD * workers:
            yield from _finished(waiting)
    while waiting:
        yield from _finished(waiting)


def _submit(
    pool: Executor, frame: Frame, block: Block, waiting: dict[Future[Lived], Block]
) -> Future[Lived]:
    try:
        return pool.submit(live_block, frame, block)
    except BrokenExecutor:
        waiting[Future()] = block
        raise


def _first(left: list[Block], blocks: Iterator[Block]) -> Iterator[Block]:
    while left:
        yield left.pop()
    for block in blocks:  # noqa: UP028 `yield from` would end `blocks` when this is broken off
        yield block


def _result(future: Future[Lived]) -> Lived:
    """What was lived; a cluster that loses workers is as broken as a pool that does."""
    try:
        return future.result()
    except Exception as error:
        if type(error).__module__.partition(".")[0] == "distributed":
            raise BrokenExecutor(f"the cluster lost its workers ({error})") from error
        raise


def _finished(waiting: dict[Future[Lived], Block]) -> Iterator[Lived]:
    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in done:
        lived = _result(future)  # where its worker was killed the block stays in `waiting`
        del waiting[future]
        yield lived
