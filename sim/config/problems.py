"""What is wrong with a configuration, said so that it can be mended: file, line, place, value."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

Steps: TypeAlias = tuple[str | int, ...]  # keys and list positions that lead to a value

_MANY: Final = 20  # names that a message lists
_LONGEST: Final = 60  # characters of a user's own text that a message quotes


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: file, line (from 1), the place inside the file, and what is wrong."""

    file: str
    line: int | None
    where: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return printable(": ".join(part for part in (place, self.where, self.message) if part))


class ConfigError(ValueError):
    """A configuration that cannot be used; `problems` holds everything found, in line order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        once = dict.fromkeys(problems)
        self.problems = tuple(sorted(once, key=lambda problem: problem.line or 0))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def config_error(file: str, message: str, line: int | None = None, where: str = "") -> ConfigError:
    """A ConfigError with a single problem."""
    return ConfigError([Problem(file, line, where, message)])


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """'; did you mean ...?' with the nearest known name, or nothing."""
    near = difflib.get_close_matches(name.lower()[:_LONGEST], list(known), n=1, cutoff=0.5)
    return f"; did you mean '{near[0]}'?" if near else ""


def one_of(value: object, known: Iterable[str]) -> str:
    """What was expected instead of a value that is not among the known names."""
    names = list(known)
    if not names:
        return "and there is none to choose from"
    more = ", ..." if len(names) > _MANY else ""
    listed = ", ".join(names[:_MANY]) + more
    return f"expected one of {listed}{did_you_mean(str(value), names)}"


def spelt(path: Steps) -> str:
    """A place inside a file as people write it: interventions[2].kind."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


def shown(value: object) -> str:
    """A value as a message can quote it: short, on one line, harmless to a terminal."""
    if value is None:
        return "nothing"
    if isinstance(value, dict | list | tuple):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    cut = f"{text[:_LONGEST]}..." if len(text) > _LONGEST else text
    return f"'{printable(cut)}'"


def printable(text: str) -> str:
    """The text with '?' for whatever a terminal could obey instead of showing."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
