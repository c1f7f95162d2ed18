"""Answers into a group's own file; nothing changes but what they declare.

`semangat learn` and the notes of the packet both go through here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from experiments.advice.answers import root_of
from experiments.advice.files import write
from experiments.advice.heard import Learnt
from sim.config.register import PRODUCTS
from sim.parameters import ParameterError
from sim.scenario import Group, Scenario, load_group, load_scenario

OUTLET_FIELDS: Final = ("distance_km_", "size_", "margin_")
LONGEST_ID: Final = 40
Tree = dict[str, Any]


@dataclass(frozen=True)
class Inputs:
    """A group and scenarios as trees that can be changed, and as they were."""

    group: Tree
    scenarios: dict[str, Tree]
    before: Tree


@dataclass(frozen=True)
class Applied:
    """A group and scenarios as corrected; `declared`: what changed, in words."""

    group: Group
    scenarios: tuple[Scenario, ...]
    declared: tuple[str, ...]


def inputs(group: Group, scenarios: Iterable[Scenario]) -> Inputs:
    """A group and scenarios as their files would have them."""
    who, plans = plain(group), {each.id: plain(each) for each in scenarios}
    return Inputs(who, plans, {"group": _copy(who), "scenarios": _copy(plans)})


def plain(document: Group | Scenario) -> Tree:
    """A document as its file would have it."""
    tree: Tree = document.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    del tree["id"]
    return tree


def _copy(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _copy(value) for key, value in tree.items()}
    return [_copy(each) for each in tree] if isinstance(tree, list) else tree


def put(group: Tree, learnt: Iterable[Learnt]) -> None:
    """Put every answer where the group's file tells the number."""
    for each in learnt:
        set_number(group, each.name, each.quantity)


def set_number(group: Tree, name: str, quantity: Tree) -> None:
    """Put a number where the group's file tells it: at its outlet, its product, or `parameters`."""
    for start in OUTLET_FIELDS:
        for outlet in group.get("outlets", ()):
            if name == start + outlet["id"]:
                outlet[start.rstrip("_")] = quantity
                return
    for product in group["products"]:
        own = product["id"] not in PRODUCTS
        for field in ("price", "cost", "shelf_life_days", "labour_rate"):
            if name == f"{field}_{product['id']}" and (own or field in product):
                product[field] = quantity
                return
        for kind in product.get("demand", {}):
            if name == f"demand_{kind}_{product['id']}":
                product["demand"][kind] = quantity
                return
    group.setdefault("parameters", {})[name] = quantity


def changed(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Dotted paths of everything that differs between two trees; lists of things by their id."""
    if isinstance(before, list) and isinstance(after, list):
        before, after = _by_id(before), _by_id(after)
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            below = f"{path}.{key}" if path else str(key)
            yield from changed(before.get(key), after.get(key), below)
    elif before != after:
        yield path


def _by_id(items: list[Any]) -> Any:
    if all(isinstance(each, dict) and "id" in each for each in items):
        return {each["id"]: each for each in items}
    return dict(enumerate(items))


def only_declared(
    given: Inputs, names: Iterable[str], what: str, also: Callable[[list[str]], bool] | None = None
) -> None:
    """ParameterError when anything changed but the numbers called `names` and what `also` allows.

    what: who declares it, for the message.
    """
    told = tuple(names)
    for path in changed(given.before, {"group": given.group, "scenarios": given.scenarios}):
        parts = path.split(".")
        if not (any(_tells(name, parts) for name in told) or (also and also(parts))):
            raise ParameterError(f"{what} not tell of '{path}', and it would change")


def _tells(name: str, parts: Sequence[str]) -> bool:
    """Whether a path is the place of a parameter."""
    if parts[:2] == ["group", "parameters"]:
        return len(parts) < 3 or parts[2] == name
    if len(parts) < 4:
        return False
    if parts[3] == "demand" and len(parts) > 4:
        return name == f"demand_{parts[4]}_{parts[2]}"
    return name == f"{parts[3]}_{parts[2]}"


def named(group: str, end: str) -> str:
    """The name of a group that has learnt."""
    return f"{root_of(group)[: LONGEST_ID - len(end)]}{end}"


def written(given: Inputs, name: str, folder: Path, declared: Sequence[str] = ()) -> Applied:
    """Files as the project's own, then read back with every check.

    ParameterError when a file does not say what was meant.
    """
    home = folder / "configs"
    for sort in ("groups", "scenarios"):
        (home / sort).mkdir(parents=True, exist_ok=True)
    path = home / "groups" / f"{name}.yaml"
    write(given.group, path)
    group = load_group(path)
    as_meant(Group.model_validate({**given.group, "id": name}), group)
    scenarios = []
    for key, tree in given.scenarios.items():
        path = home / "scenarios" / f"{key}.yaml"
        write({**tree, "group": name}, path)
        scenarios.append(load_scenario(path, group))
        as_meant(Scenario.model_validate({**tree, "group": name, "id": key}), scenarios[-1])
    return Applied(group, tuple(scenarios), tuple(declared))


def as_meant(meant: Group | Scenario, read: Group | Scenario) -> None:
    """ParameterError when a file that was written says something else when it is read."""
    trees = (each.model_dump(mode="json") for each in (meant, read))
    for path in changed(*trees):
        raise ParameterError(f"'{path}' of '{meant.id}' was written, but is read as something else")
