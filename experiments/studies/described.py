"""The files in `configs/studies/`: what is asked, over which uncertainties and levers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, Strict, model_validator

from experiments.studies.measures import KEPT, MOST_MEASURES, known_measures
from sim.config.checks import Finding
from sim.config.editors import SCHEMA_DIALECT
from sim.config.files import ConfigFile, is_name, known
from sim.config.problems import Problem, Steps, config_error, did_you_mean, one_of, shown
from sim.config.schema import Document
from sim.config.shocks import AnyShock
from sim.config.values import (
    LAST_WEEK,
    Described,
    Line,
    Setting,
    Slug,
    Text,
    Week,
    Weeks,
    not_empty,
    unique,
)
from sim.parameters import Kind, Parameter, ParameterError, Value
from sim.parameters import find as find_parameter
from sim.scenario import (
    DEFAULT_GROUP,
    ConfigError,
    Group,
    Scenario,
    document,
    find,
    load_group,
    load_scenario,
    read,
    read_setting,
    register_of,
)

ALL: Final = "all"  # in place of names of parameters: every uncertain one
NONE: Final = "none"  # no shock; no partner
AS_IS: Final = "as_is"  # no alternative
MOST_POINTS: Final = 1_000_000
MOST_RUNS: Final = 100_000_000

Count = Annotated[int, Strict(), Field(ge=1, le=MOST_POINTS)]
Shift = Annotated[int, Strict(), Field(ge=-LAST_WEEK, le=LAST_WEEK)]


class Span(Described):
    """What a parameter is varied over: a list of values, or a range, its own when none is told."""

    values: tuple[Setting, ...] | None = None
    low: Setting | None = None
    high: Setting | None = None
    levels: Annotated[int, Strict(), Field(ge=2, le=1_000)] = 5
    """In a grid: how many values from low to high."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, data: object) -> object:
        if data is None:
            return {}
        if isinstance(data, list | tuple):
            return {"values": data}
        return data if isinstance(data, dict | Span) else {"values": [data]}

    @model_validator(mode="after")
    def _one_form(self) -> Span:
        if self.values is not None and (self.low is not None or self.high is not None):
            raise ValueError("expected a list of values or low and high, not both")
        if self.values is not None and not self.values:
            raise ValueError("expected at least one value")
        return self


class Levers(Described):
    """What people decide, or what happens to them; every combination is tried."""

    shift: dict[str, tuple[Shift, ...]] = Field(default_factory=dict)
    """Weeks by which the activities of a kind (or `all`) come later, or earlier when negative."""
    partners: tuple[tuple[Slug, ...], ...] = ()
    """Outlets that take goods from before week 0, in place of those of the group's file."""
    shocks: dict[Slug, tuple[AnyShock, ...]] = Field(default_factory=dict)
    """What may go wrong, by a name of your own; `none` is tried beside them."""
    alternatives: Annotated[tuple[Slug, ...], AfterValidator(unique)] = ()
    """Switches of the model, each turned to its other forms, one at a time; beside `as_is`."""


class StudyFile(Document):
    """A study: a question, scenarios, what is varied, how often, and what is kept."""

    title: Text
    question: Text | None = None
    group: Line | None = None
    scenarios: Annotated[tuple[Line, ...], AfterValidator(unique), AfterValidator(not_empty)]
    """Names or paths; the first is what the others are compared with."""
    design: Literal["grid", "lhs", "sobol", "list"] = "grid"
    """grid: every combination; lhs: a Latin hypercube; sobol: for Sobol' indices; list: a CSV."""
    parameters: dict[str, Span] | Literal["all"] = Field(default_factory=dict)
    points: Count = 256
    """lhs: points; sobol: base sample, a power of two (points are that times inputs + 2)."""
    inputs: Literal["parameters", "topics"] = "parameters"
    """sobol: indices of each parameter, or of topics whose parameters move together."""
    file: Line | None = None
    """list: a CSV beside this file, a column for each parameter, a row for each point."""
    levers: Levers = Levers()
    villages: Annotated[int, Strict(), Field(ge=0, le=MOST_POINTS)] = 0
    """Plausible villages at each point; 0 is the default village alone."""
    replications: Annotated[int, Strict(), Field(ge=1, le=MOST_POINTS)] = 5
    weeks: Weeks = 52
    seed: Annotated[int, Strict(), Field(ge=0, le=2**31 - 1)] = 0
    measures: Annotated[tuple[Slug, ...], AfterValidator(unique), AfterValidator(not_empty)] = KEPT
    """Columns of weekly.parquet, kept for each run: means a week, of what adds up the last."""
    windows: dict[Slug, tuple[Week, Weeks]] = Field(default_factory=dict)
    """Names of parts of the year, first week and the week after the last, kept as well."""
    weekly: Annotated[tuple[Slug, ...], AfterValidator(unique)] = ()
    """Columns kept week by week."""


@dataclass(frozen=True)
class Asked:
    """A study with everything it names."""

    file: StudyFile
    group: Group
    scenarios: tuple[Scenario, ...]
    spans: Mapping[str, tuple[Value, ...] | tuple[float, float] | None]
    """By parameter: the values of a grid, low and high of a range, None for its own range."""
    rows: tuple[Mapping[str, Value], ...] = ()  # of the CSV of a list


_STAND_INS: Final = {"title": "?", "scenarios": ["none"]}


def load_study(
    name_or_path: str | Path,
    group_name: str | None = None,
    changes: Mapping[str, object] | None = None,
) -> Asked:
    """A study by name or path; ConfigError with everything that is wrong with its file.

    `group_name` beats the file's; so do `changes`, values of its keys such as `villages`.
    """
    file = read(find(name_or_path, "studies"))
    group, scenarios, others = _named(file, group_name)
    register = register_of(group) if group else None

    def check(study: StudyFile) -> list[Finding]:
        return list(_findings(study, group, register)) if group and register else []

    study = document(StudyFile, file, check, _STAND_INS, others)
    if changes:
        study = study.model_copy(update=dict(changes))
        for finding in check(study):
            raise ParameterError(f"--{finding.path[0]}: {finding.message}")
    assert group is not None
    return settled(study, group, scenarios, file.path)


def is_study(name_or_path: str | Path) -> bool:
    """Whether a name or path leads to a study, and not to a group or scenario."""
    name = str(name_or_path)
    if is_name(name):
        return name in known("studies") and name not in {**known("groups"), **known("scenarios")}
    try:
        keys = set(read(Path(name)).root.plain())
    except ConfigError:
        return False
    return bool(keys & {"scenarios", "design", "levers", "villages", "replications"})


def check_study(name_or_path: str | Path) -> tuple[StudyFile, tuple[Problem, ...]]:
    """A study with its warnings; ConfigError when it cannot be used."""
    study = load_study(name_or_path).file
    return study, study.warnings


def study_schema() -> dict[str, Any]:
    """The JSON Schema of a study, for completion and hints in an editor."""
    schema = StudyFile.model_json_schema()
    del schema["properties"]["id"]  # the name of the file
    schema["required"].remove("id")
    return {"$schema": SCHEMA_DIALECT, **schema}


def settled(
    study: StudyFile, group: Group, scenarios: tuple[Scenario, ...], beside: Path | None = None
) -> Asked:
    """A checked study with its values in the parameters' own types.

    ConfigError for a CSV that cannot be used.
    """
    register = register_of(group)
    if study.parameters == ALL:
        named = {name: Span() for name, row in register.items() if row.drawn}
    else:
        named = dict(study.parameters)
    spans = {name: _span(register, name, span, study.design) for name, span in named.items()}
    rows: tuple[Mapping[str, Value], ...] = ()
    if study.design == "list":
        rows = _rows(find_beside(str(study.file), beside), register)
    return Asked(study, group, scenarios, spans, rows)


def find_beside(file: str, beside: Path | None) -> Path:
    """A file that a study names, looked up next to it."""
    return beside.parent / file if beside else Path(file)


def _named(
    file: ConfigFile, group_name: str | None
) -> tuple[Group | None, tuple[Scenario, ...], list[Problem]]:
    """The group and scenarios that a file names, and what is wrong with them."""
    told = file.root.plain()
    problems: list[Problem] = []

    def tell(key: str, error: ConfigError) -> None:
        node = file.root.child(key)
        first = error.problems[0]
        where = f"{first.file}: " if first.file else ""
        line = node.line if node else None
        problems.append(Problem(file.name, line, key, f"{where}{first.message}"))

    group: Group | None = None
    name = told.get("group", DEFAULT_GROUP)
    try:
        beside = None if group_name else file.path
        group = load_group(find(group_name or str(name), "groups", beside=beside))
    except ConfigError as error:
        tell("group", error)
    scenarios = []
    names = told.get("scenarios")
    for each in names if group and isinstance(names, list) else ():
        try:
            path = find(str(each), "scenarios", beside=file.path)
            scenarios.append(load_scenario(path, group))
        except ConfigError as error:
            tell("scenarios", error)
    return group, tuple(scenarios), problems


def _findings(
    study: StudyFile, group: Group, register: Mapping[str, Parameter]
) -> Iterator[Finding]:
    """Everything that is wrong with a study as a whole."""
    if isinstance(study.parameters, dict):
        for name, span in study.parameters.items():
            yield from _span_findings(("parameters", name), register, span, study.design)
    elif study.design in ("grid", "list"):
        yield Finding(("parameters",), f"got 'all', which design {study.design} cannot vary")
    if study.design == "list" and not study.file:
        yield Finding(("design",), "got 'list', which needs file: with a CSV")
    if study.design != "list" and study.file:
        yield Finding(("file",), f"only design list reads a file, this is {study.design}")
    if study.design == "sobol" and study.points & (study.points - 1):
        yield Finding(("points",), f"got {study.points}, expected a power of two")
    if study.design in ("lhs", "sobol") and not study.parameters:
        yield Finding(("design",), f"got '{study.design}', which needs parameters:")
    yield from _lever_findings(study.levers, group, register)
    for key in ("measures", "weekly"):
        for place, name in enumerate(getattr(study, key)):
            if name not in known_measures():
                hint = did_you_mean(name, known_measures())
                yield Finding((key, place), f"got '{name}', no column of weekly.parquet{hint}")
    if len(study.measures) > MOST_MEASURES:
        yield Finding(("measures",), f"got {len(study.measures)}, expected {MOST_MEASURES} at most")
    for name, (first, after) in study.windows.items():
        if not first < after <= study.weeks:
            got = f"got {first} to {after}"
            yield Finding(("windows", name), f"{got}, expected first < after <= {study.weeks}")


def _span_findings(
    path: Steps, register: Mapping[str, Parameter], span: Span, design: str
) -> Iterator[Finding]:
    name = str(path[-1])
    try:
        _span(register, name, span, design)
    except ParameterError as error:
        yield Finding(path, str(error).removeprefix(f"{name}: "))


def _lever_findings(
    levers: Levers, group: Group, register: Mapping[str, Parameter]
) -> Iterator[Finding]:
    kinds = [ALL, *(kind.name.lower() for kind in Kind)]
    for name in levers.shift:
        if name not in kinds:
            yield Finding(("levers", "shift", name), f"got {shown(name)}, {one_of(name, kinds)}")
    ids = [outlet.id for outlet in group.outlets]
    for place, partners in enumerate(levers.partners):
        for name in partners:
            if name not in ids:
                yield Finding(("levers", "partners", place), f"got '{name}', {one_of(name, ids)}")
    outlets = {getattr(each, "outlet", None) for some in levers.shocks.values() for each in some}
    for name in outlets - {None, "any", *ids}:
        yield Finding(("levers", "shocks"), f"got '{name}', {one_of(str(name), ids)}")
    if NONE in levers.shocks:
        yield Finding(("levers", "shocks", NONE), "leave this out: 'none' is always tried")
    switches = [name for name, row in register.items() if row.choices]
    for place, name in enumerate(levers.alternatives):
        if name not in switches:
            told = f"got '{name}', {one_of(name, switches)}"
            yield Finding(("levers", "alternatives", place), told)


def _span(
    register: Mapping[str, Parameter], name: str, span: Span, design: str
) -> tuple[Value, ...] | tuple[float, float] | None:
    """What a parameter is varied over; ParameterError for what is not possible."""
    values = None
    if span.values is not None:
        values = tuple(read_setting(register, name, value) for value in span.values)
        if len(set(values)) < len(values):
            raise ParameterError(f"{name}: expected each value only once")
    row = find_parameter(register, name)
    if row.choices:
        if span.low is not None or span.high is not None or design in ("lhs", "sobol"):
            raise ParameterError(f"{name}: a choice among {', '.join(row.choices)}; vary it in a "
                                 "grid, with a list of values")  # fmt: skip
        return values or row.choices
    if design in ("lhs", "sobol"):
        if values is not None:
            raise ParameterError(f"{name}: design {design} takes low and high, not a list")
        if span.low is None and span.high is None:
            if not row.drawn:
                raise ParameterError(f"{name}: it has no range of its own; write low and high")
            return None
    if values is not None:
        return values
    ends = (
        row.low if span.low is None else read_setting(register, name, span.low),
        row.high if span.high is None else read_setting(register, name, span.high),
    )
    low, high = float(ends[0]), float(ends[1])
    if not low < high:
        raise ParameterError(f"{name}: expected low < high, not {low:g}, {high:g}")
    return (low, high) if design in ("lhs", "sobol") else _levels(row, low, high, span.levels)


def _levels(row: Parameter, low: float, high: float, count: int) -> tuple[Value, ...]:
    step = (high - low) / (count - 1)
    raw = [float(f"{low + i * step:.12g}") for i in range(count)]  # 0.3, not 0.3000...04
    return tuple(dict.fromkeys(round(value) if row.whole else value for value in raw))


def _rows(path: Path, register: Mapping[str, Parameter]) -> tuple[Mapping[str, Value], ...]:
    """The points of a CSV; ConfigError with every line that cannot be used."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            text = file.read()
            # A spreadsheet in Indonesia writes semicolons, for its decimal sign is the comma.
            semicolons = ";" in text.partition("\n")[0]
            told = list(csv.reader(io.StringIO(text), delimiter=";" if semicolons else ","))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise config_error(str(path), f"cannot be read as a CSV: {error}") from None
    head, *lines = told or [[]]
    names = [name.strip() for name in head]
    problems, rows = [], []
    if not any(names) or len(set(names)) < len(names):
        raise config_error(str(path), "expected a first line with names of parameters, each once")
    for line, cells in enumerate(lines, 2):
        if not any(cell.strip() for cell in cells):
            continue
        row = {}
        if len(cells) != len(names):
            problems.append(
                Problem(str(path), line, "", f"got {len(cells)} values, expected {len(names)}")
            )
        for name, cell in zip(names, cells, strict=False):
            try:
                row[name] = read_setting(register, name, cell.strip())
            except ParameterError as error:
                problems.append(Problem(str(path), line, name, str(error)))
        rows.append(row)
    if problems:
        raise ConfigError(problems)
    if not rows:
        raise config_error(str(path), "it holds no points")
    return tuple(rows)
