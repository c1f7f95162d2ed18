"""An answer as a distribution of its parameter: units, scale and limits are the register's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from experiments.advice.answers import Answer
from experiments.advice.units import Ruler, ruler
from experiments.analysis.elicited import Elicited, Scale, from_seeds, from_two
from sim.parameters import Parameter
from sim.scenario import Group

BEFORE: Final = "; before: "
LONGEST: Final = 1_500  # signs of a source that are kept
DIGITS: Final = 4  # of a fitted number, which no seeds tell more exactly


@dataclass(frozen=True)
class Learnt:
    """What one answer makes of a parameter: its row before, and the triangle after."""

    row: Parameter
    answer: Answer
    ruler: Ruler
    found: Elicited
    told_by: str
    source: str

    @property
    def name(self) -> str:
        """The parameter."""
        return self.row.name

    @property
    def quantity(self) -> dict[str, Any]:
        """What is written into the group's file."""
        found = self.found
        return {"value": found.value, "low": found.low, "high": found.high, "source": self.source}


def heard(
    answers: Mapping[str, Answer], group: Group, register: Mapping[str, Parameter],
    told: str, by: str, lang: str = "id",
) -> list[Learnt]:  # fmt: skip
    """Every answer as a distribution; `told`: on what occasion, `by`: by whom, if none is named."""
    made = []
    for name, answer in answers.items():
        row = register[name]
        told_in, who = ruler(row, group, answer.unit, lang), answer.by or by
        found = elicited(row, answer, told_in)
        made.append(Learnt(row, answer, told_in, found, who, _source(f"{told}, {who}", row)))
    return made


def elicited(row: Parameter, answer: Answer, told_in: Ruler) -> Elicited:
    """Low, value and high of a parameter in its own unit, never outside what is possible."""
    if any(answer.seeds):
        hard = (row.hard_low, row.hard_high)
        fit = from_seeds(told_in.model(answer.scale), answer.seeds, scale_of(row), hard)
        return _tidy(fit, row, DIGITS)
    if answer.said is not None:
        (value,) = told_in.model([answer.said])
        return _tidy(Elicited(value, value, value), row)
    if answer.between is not None:
        low, high = told_in.model(answer.between)
        return _tidy(from_two(low, high, scale_of(row)), row)
    three = [each for each in (answer.low, answer.likely, answer.high) if each is not None]
    low, value, high = told_in.model(three)
    return _tidy(Elicited(low, value, high), row)


def scale_of(row: Parameter) -> Scale:
    """The scale on which plausible values of a parameter are drawn."""
    if row.whole:
        return "whole"
    return "log" if row.distribution == "log_triangular" else "linear"


def _tidy(found: Elicited, row: Parameter, digits: int = 12) -> Elicited:
    """Whole where it must be, with so many leading digits, and possible."""

    def tidy(value: float) -> float:
        rounded = float(round(value)) if row.whole else float(f"{value:.{digits}g}")
        return float(min(max(rounded, row.hard_low), row.hard_high))

    return replace(found, low=tidy(found.low), value=tidy(found.value), high=tidy(found.high))


def _source(told: str, row: Parameter) -> str:
    """The new source, and behind it those of earlier answers."""
    return f"{told}{BEFORE}{row.source}"[:LONGEST] if _learnt(row.source) else told


def _learnt(source: str) -> bool:
    """Whether a source is an earlier answer: an FGD, a visit, the cash book, with its day."""
    first, _, rest = source.partition(" ")
    return first in ("FGD", "visit", "book") and rest[:4].isdigit()
