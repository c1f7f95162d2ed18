"""What the women said, as a form and as data: the way back from the FGD.

`catatan.yaml` or the filled `notulen.xlsx` are read into `Notes`; `experiments.packet.again` turns
these into inputs. Counts only: never who said what.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, Strict, model_validator

from experiments.messages import number, text
from experiments.packet.facts import Facts
from experiments.questions import Question, question_for
from sim.config.problems import Problem
from sim.config.schema import Document, KindName
from sim.config.values import Day, Described, Line, Number, Slug
from sim.parameters import INTERVENTION_KINDS, Parameter
from sim.scenario import ConfigError, document, read, register_of

STEPS: Final = 5  # places on a scale for seeds
MOST_SEEDS: Final = 20  # that each woman may have for all options together
SLACK: Final = 3.0  # times beyond a plausible end that nobody wonders at

Count = Annotated[int, Strict(), Field(ge=0, le=10_000)]


class Heard(Described):
    """What was said of one unknown, in people's units: seeds on a scale, or one number."""

    said: Number | None = None
    scale: tuple[Number, ...] = ()
    seeds: tuple[Count, ...] = ()

    @model_validator(mode="after")
    def _one_form(self) -> Heard:
        if len(self.scale) != len(self.seeds):
            raise ValueError(f"expected a count of seeds for each of {len(self.scale)} places")
        if self.said is not None and any(self.seeds):
            raise ValueError("expected one number or seeds on a scale, not both")
        if self.said is None and not any(self.seeds):
            raise ValueError("expected a number or seeds; leave it out where nothing was said")
        return self


class NewPartner(Described):
    """An outlet that the women added."""

    name: Line
    kind: KindName = "warung"
    km: Annotated[Number, Field(ge=0, le=100)]
    place: Literal["in_village", "outside"] = "in_village"


class Rejected(Described):
    """An assumption that the women do not believe, and their words."""

    assumption: Line
    quote: Line | None = None


class Notes(Document):
    """The record of one FGD: counts and corrections, no names of women."""

    date: Day
    group: Slug
    """The group of the results that were discussed."""
    present: Count | None = None
    silent: Count | None = None
    seeds: dict[Literal["A", "B", "C"], Count] = Field(default_factory=dict)
    heard: dict[Slug, Heard] = Field(default_factory=dict)
    struck: tuple[Slug, ...] = ()
    added: tuple[NewPartner, ...] = Field(default=(), max_length=20)
    order: tuple[Literal[INTERVENTION_KINDS], ...] = ()  # type: ignore[valid-type]
    """Kinds of activity in the order agreed on."""
    rejected: tuple[Rejected, ...] = Field(default=(), max_length=20)
    problems: dict[Line, Count] = Field(default_factory=dict, max_length=20)
    """Seeds for each problem of sheet 1, by its words."""
    need: Annotated[Number, Field(gt=0, le=100_000_000)] | None = None
    """Rp a month that a woman needs from the group: the line of sheet 5."""
    seasons: tuple[Line, ...] = Field(default=(), max_length=20)
    """Corrections of the seasonal calendar, in words."""
    promises: tuple[Line, ...] = Field(default=(), max_length=20)
    """Who does what and when, roles only."""


def scale_of(row: Parameter, question: Question) -> tuple[float, ...]:
    """Places for seeds from the lowest to the highest plausible value, in people's units."""
    steps = [row.low + (row.high - row.low) * i / (STEPS - 1) for i in range(STEPS)]
    if row.distribution == "log_triangular" and row.low > 0:
        steps = [row.low * (row.high / row.low) ** (i / (STEPS - 1)) for i in range(STEPS)]
    if row.whole:
        steps = [float(round(step)) for step in steps]
    said = (float(f"{question.in_people_units(step):.2g}") for step in steps)
    return tuple(dict.fromkeys(said))


def load_notes(path: Path, facts: Facts, lang: str = "id") -> Notes:
    """The notes in a filled form or a YAML file, checked against what was discussed.

    ConfigError with everything that is wrong, by line or cell.
    """
    if path.suffix.lower() == ".xlsx":
        from experiments.packet.filled import from_form

        notes = from_form(path, lang)
    else:
        notes = document(Notes, read(path), lambda notes: [], {})
    problems = [
        Problem(str(path), None, key, message) for key, message in _wrong(notes, facts, lang)
    ]
    if problems:
        raise ConfigError(problems)
    return notes


def _wrong(notes: Notes, facts: Facts, lang: str) -> list[tuple[str, str]]:
    """What cannot be about these results."""
    found = []
    if notes.group != facts.group.id:
        found.append(("group", f"these results are about '{facts.group.id}'"))
    letters = {option.letter for option in facts.options}
    found += [
        (f"seeds.{letter}", f"there is no option {letter}")
        for letter in notes.seeds.keys() - letters
    ]
    register = register_of(facts.group)
    for name, heard in notes.heard.items():
        question = question_for(register[name], facts.group, "id") if name in register else None
        if question is None:
            found.append((f"heard.{name}", "this is nothing that people can be asked about"))
            continue
        row = register[name]
        for answer in (*heard.scale, *([] if heard.said is None else [heard.said])):
            value = question.in_model_units(answer)
            if meant := _thousands(answer, value, row):
                found.append(
                    (f"heard.{name}", text(lang, "notes.wrong.thousands", said=f"{answer:g}",
                                           meant=number(meant, lang, 1)))
                )  # fmt: skip
                continue
            if not row.hard_low <= value <= row.hard_high:
                low, high = (question.in_people_units(x) for x in (row.hard_low, row.hard_high))
                found.append((f"heard.{name}", f"{answer:g} is outside {low:g} to {high:g}"))
    outlets = {each.id for each in facts.group.outlets}
    found += [
        (f"struck.{name}", f"no such outlet; there are {', '.join(sorted(outlets))}")
        for name in notes.struck
        if name not in outlets
    ]
    women = facts.size
    if sum(notes.seeds.values()) > MOST_SEEDS * women:
        total = sum(notes.seeds.values())
        found.append(("seeds", text(lang, "notes.wrong.seeds", n=total, size=women)))
    present = women if notes.present is None else notes.present
    if present > women:
        found.append(("present", text(lang, "notes.wrong.present", n=present, size=women)))
    if notes.silent is not None and notes.silent > present:
        found.append(("silent", text(lang, "notes.wrong.silent", n=notes.silent, size=present)))
    return found


def _thousands(answer: float, value: float, row: Parameter) -> float | None:
    """What was meant, where an answer is a thousand times too small or too large; else None.

    That is: far from all that is plausible, and within it once three zeros are added or struck.
    """
    for factor in (1_000.0, 0.001):
        near = row.low / SLACK <= value * factor <= row.high * SLACK
        if near and not row.low / SLACK <= value <= row.high * SLACK:
            return answer * factor
    return None
