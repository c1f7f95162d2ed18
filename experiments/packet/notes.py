"""What the women said, as a form and as data: the way back from the FGD.

`catatan.yaml` or the filled `notulen.xlsx` are read into `Notes`; `experiments.packet.again` turns
these into inputs. Counts only: never who said what.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from experiments.advice.answers import Answer, Count, root_of, wrong_about
from experiments.messages import text
from experiments.packet.facts import Facts
from experiments.questions import Question
from sim.config.problems import Problem
from sim.config.schema import Document, KindName
from sim.config.values import Day, Described, Line, Number, Slug
from sim.parameters import INTERVENTION_KINDS, Parameter
from sim.scenario import ConfigError, document, read, register_of

STEPS: Final = 5  # places on a scale for seeds
MOST_SEEDS: Final = 20  # that each woman may have for all options together


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
    heard: dict[Slug, Answer] = Field(default_factory=dict)
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
    if root_of(notes.group) != root_of(facts.group.id):
        found.append(("group", f"these results are about '{facts.group.id}'"))
    letters = {option.letter for option in facts.options}
    found += [
        (f"seeds.{letter}", f"there is no option {letter}")
        for letter in notes.seeds.keys() - letters
    ]
    register = register_of(facts.group)
    for name, heard in notes.heard.items():
        wrong = wrong_about(name, heard, facts.group, register)
        found += [(f"heard.{name}", message) for message, warning in wrong if not warning]
        if name in facts.manifest["question"]["set"]:
            found.append((f"heard.{name}", text(lang, "notes.wrong.settled", name=name)))
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
