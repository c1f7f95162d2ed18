"""Progress with time left: a bar on a terminal, plain lines elsewhere, nothing for short work."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

Item = TypeVar("Item")

QUIET_SECONDS = 2.0
LINE_SECONDS = 10.0


def track(items: Iterable[Item], total: int, what: str, unit: int = 1) -> Iterator[Item]:
    """Pass `items` on and report on stderr; each item stands for `unit` of what is counted."""
    told = _bar if sys.stderr.isatty() else _lines
    yield from told(_between_items(items), total, what, unit)


def _between_items(items: Iterable[Item]) -> Iterator[Item]:
    """Ctrl-C ends the work after the item at hand: in its midst it can break a lock, or get lost.

    A second one ends it at once.
    """
    usual = signal.getsignal(signal.SIGINT)
    mine = threading.current_thread() is threading.main_thread()
    if not mine or usual is not signal.default_int_handler:
        yield from items
        return
    asked = threading.Event()

    def ask(*_: Any) -> None:
        asked.set()
        signal.signal(signal.SIGINT, usual)

    signal.signal(signal.SIGINT, ask)
    try:
        for item in items:
            if asked.is_set():
                break
            yield item
    finally:
        signal.signal(signal.SIGINT, usual)
    if asked.is_set():
        raise KeyboardInterrupt


def _bar(items: Iterable[Item], total: int, what: str, unit: int) -> Iterator[Item]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), Left())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    started = time.monotonic()
    task = bar.add_task(what, total=total * unit)
    try:
        for item in items:
            yield item
            bar.advance(task, unit)
            if not bar.live.is_started and time.monotonic() - started > QUIET_SECONDS:
                bar.start()
    finally:
        bar.stop()


def _lines(items: Iterable[Item], total: int, what: str, unit: int) -> Iterator[Item]:
    started = told = time.monotonic()
    for done, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        wait = QUIET_SECONDS if told == started else LINE_SECONDS
        if now - told > wait and done < total:
            left = (now - started) / done * (total - done)
            print(f"{what}: {done * unit}/{total * unit}, {left:.0f} s left", file=sys.stderr)
            told = now
