"""Writing configuration files that are read back as they were meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter

from sim.config.numerals import groups_thousands


class _Plain(RoundTripRepresenter):
    """Numbers of which no dot is read as one between thousands: 6.999 is written 6.9990."""


def _number(representer: Any, value: float) -> ScalarNode:
    node: ScalarNode = representer.represent_float(value)
    if groups_thousands(node.value.removeprefix("-")):
        node.value += "0"
    return node


_Plain.add_representer(float, _number)


def write(tree: dict[str, Any], path: Path) -> None:
    """A mapping of plain values as YAML."""
    yaml = YAML()
    yaml.Representer = _Plain
    yaml.width = 100
    yaml.allow_unicode = True
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(tree, file)
