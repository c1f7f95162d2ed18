"""What one agent of the village did in one week, rule by rule, with arguments and results.

The ensemble is compiled into one function, into which nobody can look; its numbers are the same.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import numpy as np

from sim.compiled import Compiled
from sim.draws import Event
from sim.happenings import name_of, subject_of
from sim.parameters import Parameters
from sim.rules import members, money, outlets, selling, support, trust, work
from sim.village import Village
from sim.week import PHASES, Phase

RULES = (members, money, outlets, selling, support, trust, work)
LISTED = 12  # longer lists are shortened


def trace(village: Village, week: int, agent: object) -> list[str]:
    """Live until `week`, then through it; under each phase the rules called for `agent`.

    A phase in which none is called is left out; what changed, and what happened, come last.
    """
    while village.week < week:
        village.step()
        village.week += 1
    lines: list[str] = []
    before = _plain(agent)
    seen = len(village.happenings)
    village.look_up_luck()
    with _listening(agent, lines):
        for number, phase in enumerate(PHASES, start=1):
            _announce(village, number, phase, lines)
    lines.append("changed:")
    for name, value in _plain(agent).items():
        if before.get(name) != value:
            lines.append(f"  {name}: {_shown(before.get(name))} -> {_shown(value)}")
    for _, what, subject, value in village.happenings[seen:]:
        whom = subject_of(village.setting, what, subject)
        lines.append(f"event: {name_of(what)} {whom} {_shown(value)}")
    return lines


def _announce(village: Village, number: int, phase: Phase, lines: list[str]) -> None:
    """Live a phase; what it adds stands under its number, name and sentence."""
    told = len(lines)
    getattr(village, phase.name)()
    if len(lines) > told:
        lines[told:told] = [f"[{number}] {phase.name}: {phase.sentence}"]
        lines.append("")


def _plain(agent: object) -> dict[str, Any]:
    simple = (bool, int, float, str, np.ndarray)
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in vars(agent).items()
        if isinstance(value, simple) and not name.startswith("_")
    }


@contextmanager
def _listening(agent: object, lines: list[str]) -> Iterator[None]:
    """Within, every rule that `agent` calls adds a line."""
    originals = [
        (module, name, rule)
        for module in RULES
        for name, rule in inspect.getmembers(module, lambda each: isinstance(each, Compiled))
        if rule.__module__ == module.__name__
    ]
    for module, name, rule in originals:
        setattr(module, name, _told(module.__name__.rpartition(".")[2], rule, agent, lines))
    agent.draw = _luck(agent, lines)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del agent.draw  # type: ignore[attr-defined]
        for module, name, rule in originals:
            setattr(module, name, rule)


def _told(
    module: str, rule: Callable[..., Any], agent: object, lines: list[str]
) -> Callable[..., Any]:
    names = list(inspect.signature(rule).parameters)

    def listen(*args: Any, **named: Any) -> Any:
        given = ", ".join(  # before the call: a rule may sell from the shelf that it is given
            f"{name}={_shown(value)}"
            for name, value in (*zip(names, args, strict=False), *named.items())
            if not isinstance(value, Parameters)
        )
        result = rule(*args, **named)
        if _calls_for(agent, sys._getframe(1)):
            gives = args[-1] if result is None else result  # or it fills the last array
            lines.append(f"  {module}.{rule.__name__}({given}) = {_shown(gives)}")
        return result

    return listen


def _luck(agent: Any, lines: list[str]) -> Callable[..., float]:
    looked_up = agent.draw

    def listen(event: Event, whom: int = 0) -> float:
        luck: float = looked_up(event, whom)
        lines.append(f"  luck in {event.name.lower()}({whom}) = {_shown(luck)}")
        return luck

    return listen


def _calls_for(agent: object, frame: FrameType) -> bool:
    """Whether a method of `agent` called, perhaps from within a comprehension."""
    outer = frame.f_back
    return any(f is not None and f.f_locals.get("self") is agent for f in (frame, outer)) and (
        "rules" not in frame.f_code.co_filename
    )


def _shown(value: object) -> str:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        inner = ", ".join(_shown(item) for item in value[:LISTED])
        return f"[{inner}{', ...' if len(value) > LISTED else ''}]"
    return str(value)
