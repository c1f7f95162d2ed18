"""The door to `configs/`: groups and scenarios by name or path, as checked, frozen objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

from sim.config.checks import Finding, check_group, check_settings
from sim.config.editors import json_schema
from sim.config.explain import ITEM, locate, validated
from sim.config.files import ConfigFile, find, is_name, known, no_such, read
from sim.config.plan import AnyIntervention, Intervention, Scenario
from sim.config.plan_checks import check_scenario
from sim.config.problems import ConfigError, Problem, Steps, config_error, spelt
from sim.config.register import read_setting, register_of, unlikely
from sim.config.schema import Document, Donor, Group, Outlet
from sim.config.shocks import AnyShock, Shock
from sim.config.tree import Node
from sim.config.values import Quantity
from sim.parameters import REGISTER

__all__ = [
    "DEFAULT_GROUP",
    "AnyIntervention",
    "AnyShock",
    "ConfigError",
    "Donor",
    "Group",
    "Intervention",
    "Outlet",
    "Quantity",
    "Scenario",
    "Shock",
    "check_file",
    "document",
    "find",
    "json_schema",
    "load",
    "load_group",
    "load_scenario",
    "read",
    "read_setting",
    "register_of",
    "unlikely",
]

DEFAULT_GROUP: Final = "semangat72"

# Parameters that only a group's own file makes known.
_OF_A_GROUP: Final = (
    "distance_km_", "size_", "margin_", "price_", "cost_", "shelf_life_days_", "labour_rate_",
    "demand_",
)  # fmt: skip

Doc = TypeVar("Doc", bound=Document)
Check = Callable[[Doc], Sequence[Finding]]

_KEYS: Final[Mapping[type[Document], str]] = {
    Group: "members:, products:, outlets: ...",
    Scenario: "interventions:, set: ...",
}

# What a file lacks is said; these let the rest of it be checked all the same.
_STAND_INS: Final[Mapping[type[Document], Mapping[str, object]]] = {
    Group: {
        "name": "?",
        "title": "?",
        "place": {"village": "?"},
        "start": "2019-08-23",
        "members": {"count": 20, "officers": []},
        "sessions": {"first_day": "friday"},
        "products": [{"id": "opak", "name": "?"}],
    },
    Scenario: {"title": "?"},
}


def load_group(name_or_path: str | Path = DEFAULT_GROUP) -> Group:
    """A group by name or path; ConfigError with everything that is wrong with its file."""
    return _group(_expect(read(find(name_or_path, "groups")), Group))


def load_scenario(name_or_path: str | Path, group: Group | None = None) -> Scenario:
    """A scenario by name or path, checked against `group`, or the one it names, or the default.

    The values under `set` come out as the parameters' own types. ConfigError with everything that
    is wrong with the file.
    """
    return _scenario(_expect(read(find(name_or_path, "scenarios")), Scenario), group)


def load(name_or_path: str | Path) -> Scenario | Group:
    """A scenario or a group, whichever the name or path leads to; scenarios come first."""
    text = str(name_or_path)
    if not is_name(text):
        return _either(read(Path(text)))
    files = {**known("groups"), **known("scenarios")}
    if text not in files:
        raise no_such(text, "scenario or group", files)
    return _either(read(files[text]))


def check_file(path: str | Path) -> tuple[Scenario | Group, tuple[Problem, ...]]:
    """A scenario or group with its warnings; ConfigError when it cannot be used."""
    document = load(path)
    return document, document.warnings


def _either(file: ConfigFile) -> Scenario | Group:
    """The document that the keys of a file speak for."""
    sort = _sort(file)
    if sort is None:
        raise config_error(
            file.name, f"expected a group ({_KEYS[Group]}) or a scenario ({_KEYS[Scenario]})"
        )
    return _group(file) if sort is Group else _scenario(file, None)


def _sort(file: ConfigFile) -> type[Document] | None:
    """What the keys of a file speak for; None when for nothing, or for both alike."""
    keys, group, scenario = (
        set(names) for names in (file.root.plain(), Group.model_fields, Scenario.model_fields)
    )
    for_group, for_scenario = len(keys & group - scenario), len(keys & scenario - group)
    if for_group == for_scenario:
        return None
    return Group if for_group > for_scenario else Scenario


def _expect(file: ConfigFile, model: type[Document]) -> ConfigFile:
    """The file, unless it clearly is of the other sort."""
    if _sort(file) not in (model, None):
        raise config_error(file.name, f"expected a {model.__name__.lower()} ({_KEYS[model]})")
    return file


def _group(file: ConfigFile) -> Group:
    return document(Group, file, check_group, _STAND_INS[Group])


def _scenario(file: ConfigFile, group: Group | None) -> Scenario:
    problems: tuple[Problem, ...] = ()
    home = None
    if group is None:
        try:
            home = _home(file)
            group = load_group(home)
        except ConfigError as error:
            problems = error.problems

    def check(scenario: Scenario) -> Sequence[Finding]:
        if group:
            return check_scenario(scenario, group)
        found = check_settings(scenario, REGISTER)
        return [each for each in found if not str(each.path[-1]).startswith(_OF_A_GROUP)]

    scenario = document(Scenario, file, check, _STAND_INS[Scenario], problems)
    return _settled(scenario, group, home) if group else scenario


def _home(file: ConfigFile) -> Path:
    """The file of the group that a scenario's file names; of the default when it names none."""
    node = file.root.child("group")
    name = node.value if node and isinstance(node.value, str) else DEFAULT_GROUP
    try:
        return find(name, "groups", beside=file.path)
    except ConfigError as error:
        message = f"got {error.problems[0].file}: {error.problems[0].message}"
        raise config_error(file.name, message, node.line if node else None, "group") from None


def _settled(scenario: Scenario, group: Group, home: Path | None) -> Scenario:
    """The scenario with settings of the parameters' types, and its group found from anywhere."""
    register = register_of(group)
    settings = {name: read_setting(register, name, raw) for name, raw in scenario.set.items()}
    update: dict[str, object] = {"set": settings} if settings else {}
    if home and scenario.group and known("groups").get(scenario.group) != home:
        update["group"] = str(home.resolve())
    return scenario.model_copy(update=update)


def document(
    model: type[Doc],
    file: ConfigFile,
    check: Check[Doc],
    stand_ins: Mapping[str, object],
    others: Sequence[Problem] = (),
) -> Doc:
    """The checked object with its warnings; ConfigError with everything that is wrong.

    `stand_ins` are for keys that the file lacks, so that the rest is checked all the same; `others`
    are problems that are known already.
    """
    name, misnamed = _id(file)
    told = validated(model, file.root, file.name, name, stand_ins)
    document, root = told.document, told.root
    problems = [*file.problems, *misnamed, *told.problems, *others]
    warnings: list[Problem] = []
    for finding in check(document) if document else ():
        if _is_about(finding, root, told.gone):
            node = locate(root, finding.path)
            problem = Problem(file.name, node.line, spelt(node.path), finding.message)
            (warnings if finding.warning else problems).append(problem)
    if document is None or problems:
        raise ConfigError(problems)
    return document.with_warnings(warnings)


def _is_about(finding: Finding, root: Node, gone: Collection[Steps]) -> bool:
    """Whether a finding rests on what the file says, and not on stand-ins.

    What is told of an item as a whole, or of its repetition, may rest on any of its keys but names.
    """
    sections = (finding.path[0], finding.beside or finding.path[0])
    path = locate(root, finding.path).path
    if any(path[: len(each)] == each for each in gone):
        return False
    whole = path[ITEM : ITEM + 1] in ((), ("repeat",))
    changed = any(each[:ITEM] == path[:ITEM] and each[-1] != "name" for each in gone)
    return all(root.child(section) for section in sections) and not (whole and changed)


def _id(file: ConfigFile) -> tuple[str, list[Problem]]:
    """The id that the name of a file gives, and what is wrong with it."""
    stem = file.path.stem
    if re.fullmatch(r"[a-z0-9_]{1,40}", stem):
        return stem, []
    better = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")[:40] or "my_file"
    message = (
        f"the name of the file is the id: expected only a-z, 0-9 and _, at most 40; rename it to "
        f"'{better}.yaml'"
    )
    return better, [Problem(file.name, None, "", message)]
