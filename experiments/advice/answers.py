"""The files in `configs/answers/`: what was said of the unknowns, when, and by whom.

Five forms, in people's units: seeds on a scale, one number, two numbers between which it lies, or
the lowest, likely and highest. Never a person's name: who told is one of a few kinds of people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, cast, get_args

from pydantic import AfterValidator, Field, Strict, model_validator

from experiments.advice.units import asked_about, ruler
from sim.config.checks import Finding
from sim.config.editors import SCHEMA_DIALECT
from sim.config.files import ConfigFile, is_name, known, no_such
from sim.config.problems import Problem, did_you_mean
from sim.config.schema import Document
from sim.config.values import Day, Described, Line, Number, Slug, unique
from sim.parameters import REGISTER, Parameter
from sim.scenario import (
    ConfigError,
    Group,
    document,
    find,
    load_group,
    read,
    register_of,
    unlikely,
)

Source = Literal["women", "outlets", "officers", "village", "pesantren"]
How = Literal["fgd", "visit", "book"]
SOURCES: Final = get_args(Source)
SLACK: Final = 3.0  # times beyond a plausible end that nobody wonders at
SEEDS: Final = (10, 20)  # the roulette method
LEARNT: Final = ("_belajar", "_fgd", "_buku")  # a group that has learnt keeps its name before these
ELSEWHERE: Final = ("n_members", "n_officers", "sessions_per_week")
FOLDER: Final = cast(Any, "answers")  # of configs; the model itself knows nothing of answers
STAND_INS: Final[Mapping[str, object]] = {
    "date": "2026-01-01", "group": "semangat72", "told_by": "women", "answers": {"?": 0},
}  # fmt: skip

Count = Annotated[int, Strict(), Field(ge=0, le=10_000)]
Places = Annotated[tuple[Number, ...], AfterValidator(unique)]


def _any(answers: dict[str, Answer]) -> dict[str, Answer]:
    if not answers:
        raise ValueError("expected one answer at least")
    return answers


class Answer(Described):
    """What was said of one unknown: seeds on a scale, a number, two numbers, or three."""

    said: Number | None = None
    """One number: it is known from now on."""
    between: tuple[Number, Number] | None = None
    """Two numbers between which it lies."""
    low: Number | None = None
    likely: Number | None = None
    high: Number | None = None
    """The lowest, the likely and the highest: all three."""
    scale: Places = ()
    seeds: tuple[Count, ...] = ()
    """Places on a scale, and the number of seeds on each; 10 to 20 in all."""
    by: Source | None = None
    """Who told this, where it is somebody else than `told_by` of the file."""
    unit: Literal["people", "model"] = "people"
    """model: the number as the register has it, for what nobody can be asked about."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, data: object) -> object:
        return data if isinstance(data, dict | Answer) else {"said": data}

    @model_validator(mode="after")
    def _one_form(self) -> Answer:
        if len(self.scale) != len(self.seeds):
            raise ValueError(f"expected a count of seeds for each of {len(self.scale)} places")
        three = [each for each in (self.low, self.likely, self.high) if each is not None]
        forms = [self.said is not None, self.between is not None, bool(three), any(self.seeds)]
        if sum(forms) > 1:
            raise ValueError("expected one number or seeds on a scale, or a range, not both")
        if not any(forms):
            raise ValueError(
                "expected a number or seeds on a scale, or a range; leave it out where nothing "
                "was said"
            )
        if three and None in (self.low, self.likely, self.high):
            raise ValueError("expected low, likely and high, all three; of two, write between")
        if three != sorted(three):
            raise ValueError("expected low, likely and high in this order, the lowest first")
        if self.between and self.between[0] > self.between[1]:
            raise ValueError("expected the lower number first")
        if any(self.seeds) and len(self.scale) == 1:
            raise ValueError("expected a scale of two places at least; of one, write said")
        return self

    @property
    def numbers(self) -> tuple[float, ...]:
        """Every number that was said or stands on the scale."""
        told = (self.said, *(self.between or ()), self.low, self.likely, self.high, *self.scale)
        return tuple(each for each in told if each is not None)


class Answers(Document):
    """What was told on one day about one group; no names of persons."""

    date: Day
    group: Slug
    """The group that was asked; after it has learnt, it may be called as before."""
    told_by: Source
    how: How = "fgd"
    """fgd: said in the group; visit: asked on the spot; book: read in the cash book."""
    answers: Annotated[dict[Line, Answer], Field(max_length=200), AfterValidator(_any)]
    """By parameter of the register."""

    @property
    def occasion(self) -> str:
        """When and how it was told, as it is kept in the group's file."""
        return f"{'FGD' if self.how == 'fgd' else self.how} {self.date.isoformat()}"


def root_of(group: str) -> str:
    """The name of a group before it learnt anything."""
    for end in LEARNT:
        group = group.removesuffix(end)
    return group


def load_answers(
    name_or_path: str | Path, group: Group | None = None, fixed: Mapping[str, bool] | None = None
) -> Answers:
    """Answers by name or path, checked against `group`, or the one the file names.

    fixed: parameters that the comparison sets itself, and whether everywhere. ConfigError with
    everything that is wrong.
    """
    file = read(_find(name_or_path))
    others: list[Problem] = []
    who = group or _group_of(file, others)

    def check(answers: Answers) -> list[Finding]:
        return list(_findings(answers, who, fixed or {})) if who else []

    return document(Answers, file, check, STAND_INS, others)


def check_answers(name_or_path: str | Path) -> tuple[Answers, tuple[Any, ...]]:
    """Answers with their warnings; ConfigError when they cannot be used."""
    answers = load_answers(name_or_path)
    return answers, answers.warnings


def is_answers(name_or_path: str | Path) -> bool:
    """Whether a name or path leads to answers, and not to another kind of file."""
    name = str(name_or_path)
    if is_name(name):
        others = ("groups", "scenarios", "studies")
        taken = {each for folder in others for each in known(cast(Any, folder))}
        return name in known(FOLDER) and name not in taken
    try:
        return bool({"answers", "told_by"} & set(read(Path(name)).root.plain()))
    except ConfigError:
        return False


def answers_schema() -> dict[str, Any]:
    """The JSON Schema of a file of answers, for completion and hints in an editor."""
    schema = Answers.model_json_schema()
    del schema["properties"]["id"]  # the name of the file
    schema["required"].remove("id")
    bare: Any = [{"type": "number"}, {"type": "string"}]  # a number alone is what was said
    by_name = schema["properties"]["answers"]
    by_name["additionalProperties"] = {"anyOf": [by_name["additionalProperties"], *bare]}
    return {"$schema": SCHEMA_DIALECT, **schema}


def _find(name_or_path: str | Path) -> Path:
    name = str(name_or_path)
    if not is_name(name):
        return Path(name)
    files = known(FOLDER)
    if name not in files:
        raise no_such(name, "file of answers", files)
    return files[name]


def _group_of(file: ConfigFile, problems: list[Problem]) -> Group | None:
    """The group that a file names, or that from which it has learnt; None without one.

    What is wrong with the name is added to `problems`.
    """
    node = file.root.child("group")
    if node is None or not isinstance(node.value, str):
        return None
    name = node.value if node.value in known("groups") else root_of(node.value)
    try:
        return load_group(find(name, "groups"))
    except ConfigError as error:
        problems += [
            Problem(file.name, node.line, "group", each.message) for each in error.problems
        ]
        return None


# --- What cannot be ------------------------------------------------------------------------------


def _findings(answers: Answers, group: Group, fixed: Mapping[str, bool]) -> Iterator[Finding]:
    if root_of(answers.group) != root_of(group.id):
        yield Finding(("group",), f"these results are about '{group.id}'")
    register = register_of(group)
    for name, answer in answers.answers.items():
        for message, warning in wrong_about(name, answer, group, register):
            yield Finding(("answers", name), message, warning)
        if name in fixed:
            message = "the comparison sets this (--set): no answer could change a thing"
            part = "a plan sets this: there the answer changes nothing, elsewhere its middle counts"
            yield Finding(("answers", name), message if fixed[name] else part, not fixed[name])


def wrong_about(
    name: str, answer: Answer, group: Group, register: Mapping[str, Parameter]
) -> Iterator[tuple[str, bool]]:
    """What is wrong with an answer, or (True) odd about it."""
    row = register.get(name)
    if row is None:
        yield f"no parameter has this name{did_you_mean(name, register)}", False
    elif row.choices or row.role in ("lever", "switch") or name in ELSEWHERE:
        yield "this is decided and not unknown: change it in the group's file or in a plan", False
    elif answer.unit == "people" and asked_about(row, group) is None:
        yield (
            (
                "this is nothing that people can be asked about; give 'unit: model' for a number "
                f"in {row.unit}, as the register has it"
            ),
            False,
        )
    else:
        yield from _of_numbers(row, answer, group)


def _of_numbers(row: Parameter, answer: Answer, group: Group) -> Iterator[tuple[str, bool]]:
    """What is impossible, unlikely or not counted like this."""
    told_in = ruler(row, group, answer.unit)
    low, high = told_in.people((row.hard_low, row.hard_high))
    for told, value in zip(answer.numbers, told_in.model(answer.numbers), strict=True):
        if not row.hard_low <= value <= row.hard_high:
            yield f"{told:g} is outside {low:g} to {high:g}", False
        elif meant := _thousands(told, value, row):
            yield f"read as {told:g}; was {meant:,.12g} meant? Write all the zeros", False
        elif message := unlikely(row, value):
            yield message, True
        elif row.whole and value != round(value):
            yield f"{told:g} is counted as {round(value)}: only whole numbers are possible", True
    count, (fewest, most) = sum(answer.seeds), SEEDS
    if answer.seeds and not fewest <= count <= most:
        yield f"{count} seeds; usual are {fewest} to {most}", True
    given = row.name in REGISTER and REGISTER[row.name].role == "given"
    if given and answer.said is None:
        yield "villages do not differ in this: only the middle counts", True


def _thousands(answer: float, value: float, row: Parameter) -> float | None:
    """What was meant, where an answer is a thousand times too small or too large; else None.

    That is: far from all that is plausible, and within it once three zeros are added or struck.
    """
    for factor in (1_000.0, 0.001):
        near = row.low / SLACK <= value * factor <= row.high * SLACK
        if near and not row.low / SLACK <= value <= row.high * SLACK:
            return answer * factor
    return None
