"""A group's file with ranges that something has narrowed, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from experiments.advice.files import write
from experiments.advice.learning import as_meant, named, plain, set_number
from sim.scenario import Group, load_group

Range = tuple[float, float, float]  # low, value, high


def write_group(group: Group, ranges: Mapping[str, Range], source: str, folder: Path) -> Group:
    """Write `<group>_buku.yaml` into `folder`, and read it back with every check.

    ranges: by parameter; each goes where a group's file tells it. ConfigError when that is no
    possible group.
    """
    tree, name = plain(group), named(group.id, "_buku")
    for parameter, (low, value, high) in ranges.items():
        set_number(tree, parameter, {"value": value, "low": low, "high": high, "source": source})
    path = folder / f"{name}.yaml"
    write(tree, path)
    made = load_group(path)
    as_meant(Group.model_validate({**tree, "id": name}), made)
    return made
