"""Progress with time left: a bar on a terminal, plain lines elsewhere, nothing for short work."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

Item = TypeVar("Item")

QUIET_SECONDS = 2.0
LINE_SECONDS = 10.0


def track(
    items: Iterable[Item],
    total: int,
    what: str,
    unit: int | Callable[[Item], int] = 1,
    told: Callable[[], str] = str,
) -> Iterator[Item]:
    """Pass `items` on and report on stderr: how many of `total`, how fast, what is left.

    Each item stands for `unit` of what is counted; `told` adds a word, such as of failures.
    """
    count = unit if callable(unit) else lambda _: unit
    show = _bar if sys.stderr.isatty() else _lines
    yield from show(_between_items(items), total, what, count, told)


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


def _bar(
    items: Iterable[Item],
    total: int,
    what: str,
    count: Callable[[Item], int],
    told: Callable[[], str],
) -> Iterator[Item]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    columns = (
        TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[speed]}"),
        Left(), TextColumn("{task.fields[told]}"),
    )  # fmt: skip
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    started = time.monotonic()
    task = bar.add_task(what, total=total, speed="", told="")
    done = 0
    try:
        for item in items:
            yield item
            done += count(item)
            took = time.monotonic() - started
            bar.update(task, advance=count(item), speed=_speed(done, took), told=told())
            if not bar.live.is_started and took > QUIET_SECONDS:
                bar.start()
    finally:
        bar.stop()


def _lines(
    items: Iterable[Item],
    total: int,
    what: str,
    count: Callable[[Item], int],
    told: Callable[[], str],
) -> Iterator[Item]:
    started = last = time.monotonic()
    done = 0
    for item in items:
        yield item
        done += count(item)
        now = time.monotonic()
        wait = QUIET_SECONDS if last == started else LINE_SECONDS
        if now - last > wait and 0 < done < total:
            left = (now - started) / done * (total - done)
            words = (f"{what}: {done}/{total}", _speed(done, now - started), f"{left:.0f} s left")
            print(", ".join(word for word in (*words, told()) if word), file=sys.stderr)
            last = now


def _speed(done: int, seconds: float) -> str:
    return f"{done / seconds:,.0f}/s" if seconds > 0 else ""
