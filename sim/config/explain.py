"""What pydantic found, said in terms of the file: its line, the value, what was expected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Generic, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from sim.config.problems import Problem, Steps, did_you_mean, one_of, shown, spelt
from sim.config.tree import Node
from sim.config.values import LAST_WEEK

Model = TypeVar("Model", bound=BaseModel)

_ROUNDS: Final = 3  # a faulty key is left out, then stood in for, or its item left out as well
_STAND_INS: Final[Mapping[str, Any]] = {  # for keys that an item of a list lacks
    "name": "?",
    "weeks": 1,
    "outlet": "any",
    "donor": "any",
    "ingredient": "any",
    "requests": ["legality"],
    "households": 1,
    "size": 0.1,
    "place": "in_village",
    "distance_km": 1,
}
_UNKNOWN_KEY: Final = "extra_forbidden"
ITEM: Final = 2  # steps to an item of a section that is a list
_FREE: Final = {("set",), ("parameters",)}  # sections whose entries stand for themselves
_EXPECTED: Final = {
    "model_type": "lines such as 'key: value'",
    "model_attributes_type": "lines such as 'key: value'",
    "dict_type": "lines such as 'name: value'",
    "tuple_type": "a list, with '-' before each item",
    "string_type": "a text, in quotes if it is a number",
    "string_pattern_mismatch": "only a-z, 0-9 and _, at most 40 signs",
    "string_too_long": "at most {max_length} signs",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "date_parsing": "a date such as 2019-08-23",
    "date_from_datetime_parsing": "a date such as 2019-08-23",
    "date_from_datetime_inexact": "a date such as 2019-08-23",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "too_long": "at most {max_length}",
}


class Told(NamedTuple, Generic[Model]):
    """What a file tells, as far as it can be understood, and what is wrong with it.

    Where the file has mistakes, `document` is made of what remains without the faulty keys, with
    stand-ins for what is then missing, so that the later checks can still be told of the rest;
    None when that is not enough. `root` is the tree it came from; `gone` are the keys in it that
    the file does not hold like this: nothing that rests on them is to be told.
    """

    document: Model | None
    root: Node
    problems: list[Problem]
    gone: frozenset[Steps] = frozenset()


def validated(
    model: type[Model], root: Node, file: str, name: str, stand_ins: Mapping[str, object]
) -> Told[Model]:
    """What a file tells; `name` becomes the id, `stand_ins` are for sections that it lacks."""
    problems = []
    if (written := root.child("id")) is not None:
        message = f"leave this out: the name of the file is the id, '{name}'"
        problems.append(Problem(file, written.line, "id", message))
    try:
        return Told(model.model_validate({**root.plain(), "id": name}), root, problems)
    except ValidationError as error:
        found = error.errors(include_url=False)
    problems += [_problem(model, root, file, each) for each in found]
    sound, gone = root, frozenset[Steps]()
    for _ in range(_ROUNDS):
        sound, less = _mended(sound, found)
        gone |= less
        left = {key: value for key, value in sound.plain().items() if value != []}
        try:
            document = model.model_validate({**stand_ins, **left, "id": name})
            return Told(document, sound, problems, gone)
        except ValidationError as error:
            found = error.errors(include_url=False)
    return Told(None, sound, problems, gone)


def locate(root: Node, steps: Steps) -> Node:
    """The innermost value that the steps lead to; steps that the file does not have are skipped."""
    node = root
    for step in steps:
        node = node.child(step) or node
    return node


def _problem(model: type[BaseModel], root: Node, file: str, found: Any) -> Problem:
    node = locate(root, found["loc"])
    path = node.path
    if found["type"] in ("missing", "union_tag_not_found"):
        path = (*path, _missing(found))
    elif found["type"] == "union_tag_invalid":
        node = locate(node, ("kind",))
        path = node.path
    return Problem(file, node.line, spelt(path), _message(model, found))


def _missing(found: Any) -> str:
    return "kind" if found["type"] == "union_tag_not_found" else str(found["loc"][-1])


def _message(model: type[BaseModel], found: Any) -> str:
    """What is wrong, beginning with the value wherever there is one."""
    sort, value, context = found["type"], found["input"], found.get("ctx", {})
    if sort in ("missing", "union_tag_not_found"):
        return "missing"
    if sort == _UNKNOWN_KEY:
        known = _known_keys(model, found["loc"])
        hint = did_you_mean(str(found["loc"][-1]), known)
        return f"unknown key; known here: {', '.join(known)}{hint}"
    if sort == "union_tag_invalid":
        value, expected = context["tag"], one_of(context["tag"], _quoted(context["expected_tags"]))
    elif sort == "literal_error":
        expected = one_of(value, _quoted(context["expected"]))
    elif sort == "value_error":
        expected = str(context["error"])
    elif context.get("class_name") == "Text":
        expected = "expected a text, in quotes if it is a number"
    elif sort in _EXPECTED:
        expected = f"expected {_EXPECTED[sort].format(**_short(context))}"
    else:
        expected = str(found["msg"])
    return f"got {shown(value)}, {expected}"


def _short(context: Mapping[str, Any]) -> dict[str, Any]:
    """The bounds as people write them: 1, not 1.0."""
    return {
        name: f"{bound:g}" if isinstance(bound, float) else str(bound)
        for name, bound in context.items()
    }


def _quoted(names: str) -> list[str]:
    """The names in "'a', 'b' or 'c'"."""
    return re.findall(r"'([^']*)'", names)


def _known_keys(model: type[BaseModel], steps: Steps) -> list[str]:
    """The keys that are understood where the last of the steps was found."""
    models = [model]
    for step in steps[:-1]:
        inner = [found for each in models for found in _models_under(each, step)]
        models = inner or [each for each in models if _is_kind(each, step)] or models
    hidden = {"id"} if models == [model] else set()  # the name of the file
    return [key for each in models for key in each.model_fields if key not in hidden]


def _models_under(model: type[BaseModel], key: str | int) -> list[type[BaseModel]]:
    field = model.model_fields.get(str(key))
    return list(_models_in(field.annotation)) if field else []


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model named in a type, at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _is_kind(model: type[BaseModel], kind: str | int) -> bool:
    """Whether a model is the one for interventions of a kind."""
    field = model.model_fields.get("kind")
    return field is not None and get_args(field.annotation) == (kind,)


def _mended(root: Node, found: Iterable[Any]) -> tuple[Node, frozenset[Steps]]:
    """The tree without what is faulty, with stand-ins for what is missing; the keys changed."""
    faulty, lacking = set[Steps](), dict[Steps, Any]()
    for each in found:
        path = locate(root, each["loc"]).path
        here = each["type"] == "missing" and _is_item(path) and len(path) == ITEM
        value = _stand_in(path, _missing(each)) if here else None
        if value is None:
            faulty.add(_entry(root, each))
        else:
            lacking[*path, _missing(each)] = value
    changed = {path for path in faulty if _is_item(path) and len(path) > ITEM}
    return _with(_without(root, faulty), lacking), frozenset({*changed, *lacking})


def _is_item(path: Steps) -> bool:
    """Whether a path leads to an item of a section that is a list, or into one."""
    return len(path) >= ITEM and isinstance(path[1], int)


def _stand_in(item: Steps, key: str) -> Any:
    """A value for a missing key; None when there is none that would do. Each week is another."""
    return LAST_WEEK - int(item[1]) % LAST_WEEK if key == "week" else _STAND_INS.get(key)


def _with(node: Node, lacking: Mapping[Steps, Any]) -> Node:
    """The tree with values for missing keys."""
    if isinstance(node.value, list):
        return Node([_with(child, lacking) for child in node.value], node.line, node.path)
    if not isinstance(node.value, dict):
        return node
    values = {key: _with(child, lacking) for key, child in node.value.items()}
    for path, value in lacking.items():
        if path[:-1] == node.path:
            values[str(path[-1])] = _planted(value, node.line, path)
    return Node(values, node.line, node.path)


def _planted(value: Any, line: int, path: Steps) -> Node:
    if isinstance(value, list):
        return Node([Node(each, line, path) for each in value], line, path)
    return Node(value, line, path)


def _entry(root: Node, found: Any) -> Steps:
    """The entry without which the file would be sound: a key, an item of a list, or a section."""
    path = locate(root, found["loc"]).path
    if found["type"] == _UNKNOWN_KEY:
        return path
    if _is_item(path):
        return path[: ITEM + 1]
    items = [path[: n + 1] for n, step in enumerate(path) if isinstance(step, int)]
    section = path[:2] if path[:1] in _FREE else path[:1]
    return items[0] if items else section


def _without(node: Node, faulty: set[Steps]) -> Node:
    """The tree without the faulty entries; what remains keeps its lines and places."""
    sound = {
        step: _without(child, faulty)
        for step, child in node.children().items()
        if child.path not in faulty
    }
    if isinstance(node.value, list):
        return Node(list(sound.values()), node.line, node.path)
    if isinstance(node.value, dict):
        return Node({str(key): child for key, child in sound.items()}, node.line, node.path)
    return node
