"""A parameter in people's units: the one place where questions and answers meet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from experiments.messages import number, parameter_name
from experiments.packet.writer import answer
from experiments.questions import Question, question_for
from sim.parameters import Parameter
from sim.scenario import Group

Unit = Literal["people", "model"]


def asked_about(row: Parameter, group: Group, lang: str = "id") -> Question | None:
    """The question about a parameter; None when nobody could answer it."""
    return question_for(row, group, lang)


@dataclass(frozen=True)
class Ruler:
    """How numbers about a parameter are told: in the question's unit, or the register's."""

    row: Parameter
    question: Question | None

    def model(self, told: Iterable[float]) -> tuple[float, ...]:
        """What was told as values of the parameter."""
        to = self.question.in_model_units if self.question else float
        return tuple(float(f"{to(each):.12g}") for each in told)  # no 0.30000000000000004

    def people(self, values: Iterable[float]) -> tuple[float, ...]:
        """Values of the parameter as they are told."""
        to = self.question.in_people_units if self.question else float
        return tuple(to(each) for each in values)

    def words(self, lang: str) -> str:
        """What is asked, or the parameter's name."""
        if self.question:
            return self.question.words(lang)
        return f"{parameter_name(self.row.name, lang)}:"

    def say(self, value: float, lang: str) -> str:
        """A value of the parameter in words, with its unit."""
        (told,) = self.people([value])
        if self.question:
            return answer(self.question.unit, told, lang)
        return f"{number(told, lang, 3)} {self.row.unit}"


def ruler(row: Parameter, group: Group, unit: Unit = "people", lang: str = "id") -> Ruler:
    """The ruler for answers in a unit; in people's where there is a question."""
    return Ruler(row, asked_about(row, group, lang) if unit == "people" else None)
