"""The files in `configs/fgd/`: the twelve questions that a plan of an FGD answers.

What is left blank is named by the command and printed as lines to write on; questions 5, 6 and 7
are filled from the results (theory: shared field materials; Krueger and Casey 2015 on planning).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, Strict, model_validator

from sim.config.checks import Finding
from sim.config.editors import SCHEMA_DIALECT
from sim.config.files import is_name
from sim.config.schema import Document
from sim.config.values import Day, Described, Line, Note, Number, Slug, Text, unique
from sim.scenario import ConfigError, document, find, read

DEFAULT_FGD: Final = "semangat72"
MOST_OPTIONS: Final = 3
MOST_ASKED: Final = 3
_STAND_INS: Final = {"title": "?"}

Month = Annotated[int, Strict(), Field(ge=1, le=12)]
Minutes = Annotated[int, Strict(), Field(ge=30, le=480)]
Money = Annotated[Number, Field(gt=0, le=1e9)]
Lines = tuple[Line, ...]


class People(Described):
    """Who sits together, who apart, and who opens the door."""

    invited: Lines = ()
    apart: Lines = ()
    """Whom to hear in a group of their own, so that everybody speaks."""
    gatekeepers: Lines = ()


class Place(Described):
    """When and where."""

    date: Day | None = None
    time: Line | None = None
    place: Line | None = None


class Team(Described):
    """Roles; never names of the women."""

    moderator: Line | None = None
    companion: Line | None = None
    note_taker: Line | None = None
    observer: Line | None = None
    documentation: Line | None = None


class Problem(Described):
    """A row of Tabel 2: an aspect, its problem, what could help, what is needed."""

    aspect: Line
    problem: Line
    strength: Line | None = None
    need: Line | None = None


class Season(Described):
    """A row of the seasonal calendar, to be confirmed by the women."""

    name: Line
    months: Annotated[tuple[Month, ...], AfterValidator(unique)] = ()
    sure: bool = False
    source: Note | None = None


class Condition(Described):
    """A row of Tabel 5: one condition before, in plain words, and its ladder's two ends."""

    name: Line
    lowest: Line
    highest: Line


class FgdPlan(Document):
    """Everything about one FGD that no computer knows."""

    title: Text
    decision: Note | None = None
    """1. Which decision the FGD is to help with, as one question."""
    people: People = People()
    """2. Who is invited, who apart, who is the gatekeeper."""
    when: Place = Place()
    """3. When and where; not at harvest, at prayers, or when children are fetched."""
    minutes: Minutes = 90
    team: Team = Team()
    """4. Who does what."""
    problems: tuple[Problem, ...] = Field(default=(), max_length=8)
    """5. What is known already (Tabel 2)."""
    options: Annotated[Lines, AfterValidator(unique), Field(max_length=MOST_OPTIONS)] = ()
    """6. Scenarios to discuss; the first is to stay as now. Blank: chosen from the results."""
    why_these: Note | None = None
    ask: Annotated[tuple[Slug, ...], AfterValidator(unique), Field(max_length=MOST_ASKED)] = ()
    """7. Parameters to ask about. Blank: those that matter most in the results."""
    if_they_disagree: Note | None = None
    """8. What is done when the women do not agree with the pictures."""
    materials: Lines = ()
    """9. What is brought; the number of sheets is reckoned."""
    consent: Note | None = None
    """10. Permission, confidentiality of incomes, photographs."""
    record: Note | None = None
    """11. Where what is said is written down, and how it comes back."""
    summary_to: Lines = ()
    """12. Who gets the summary, and when it is brought to the audience."""
    monthly_need: Money | None = None
    """Rp a month that a woman needs from the group, as the group itself says; never guessed."""
    seasons: tuple[Season, ...] = Field(default=(), max_length=8)
    conditions: tuple[Condition, ...] = Field(default=(), max_length=6)
    words: dict[Line, Note] = Field(default_factory=dict, max_length=200)
    """Texts of the catalogue in local words, by key, such as sheet.closing."""

    @model_validator(mode="before")
    @classmethod
    def _blank(cls, data: object) -> object:
        """A key without a value is a question without an answer."""
        return _filled(data)

    def blanks(self) -> tuple[int, ...]:
        """Numbers of the planning questions that nobody has answered and no result can fill."""
        asked = {
            1: self.decision,
            2: self.people.invited,
            3: self.when.place and self.when.date,
            4: self.team.moderator and self.team.note_taker,
            8: self.if_they_disagree,
            9: self.materials,
            10: self.consent,
            11: self.record,
            12: self.summary_to,
        }
        return tuple(number for number, answer in asked.items() if not answer)


def _filled(data: object) -> object:
    if isinstance(data, dict):
        return {key: _filled(value) for key, value in data.items() if value is not None}
    return data


def load_plan(name_or_path: str | Path = DEFAULT_FGD) -> FgdPlan:
    """A plan by name or path; ConfigError with everything that is wrong with its file."""
    return document(FgdPlan, read(find(name_or_path, "fgd")), _findings, _STAND_INS)


def is_plan(name_or_path: str | Path) -> bool:
    """Whether a path leads to a plan of an FGD; a bare name means a group, scenario or study."""
    path = Path(name_or_path)
    if is_name(str(name_or_path)):
        return False
    try:
        keys = set(read(path).root.plain())
    except ConfigError:
        return False
    return bool(keys & {"decision", "people", "when", "seasons", "conditions", "ask", "words"})


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of a plan, for completion and hints in an editor."""
    schema = FgdPlan.model_json_schema()
    del schema["properties"]["id"]  # the name of the file
    schema["required"].remove("id")
    return {"$schema": SCHEMA_DIALECT, **schema}


def _findings(plan: FgdPlan) -> list[Finding]:
    """Words that the catalogue does not have, or with other blanks."""
    from experiments.messages import MessageError, check_words

    found = []
    for key, words in plan.words.items():
        try:
            check_words(key, words)
        except MessageError as error:
            found.append(Finding(("words", key), str(error)))
    if len(plan.options) == 1:
        found.append(Finding(("options",), "expected two or three options, the first as now"))
    return found
