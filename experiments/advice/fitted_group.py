"""A group's file with ranges that something has narrowed, and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from sim.config.numerals import groups_thousands
from sim.config.register import PRODUCTS
from sim.scenario import Group, load_group

OUTLET_FIELDS: Final = ("distance_km", "size", "margin")
PRODUCT_FIELDS: Final = ("price", "cost", "shelf_life_days", "labour_rate")
Tree = dict[str, Any]
Range = tuple[float, float, float]  # low, value, high


def write_group(group: Group, ranges: Mapping[str, Range], source: str, folder: Path) -> Group:
    """Write `<group>_buku.yaml` into `folder`, and read it back with every check.

    ranges: by parameter; each goes where a group's file tells it. ConfigError when that is no
    possible group.
    """
    tree: Tree = group.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    del tree["id"]
    for name, (low, value, high) in ranges.items():
        put(tree, name, {"value": value, "low": low, "high": high, "source": source})
    path = folder / f"{group.id[:35]}_buku.yaml"
    with path.open("w", encoding="utf-8") as file:
        _yaml().dump(tree, file)
    return load_group(path)


def _yaml() -> YAML:
    """A writer of files that are read back as they are: 8.886 would be read as 8886."""
    yaml = YAML()
    yaml.width = 100
    yaml.allow_unicode = True

    def represent(writer: Any, value: float) -> Any:
        words = repr(value)
        told = f"{words}0" if groups_thousands(words) else words
        return writer.represent_scalar("tag:yaml.org,2002:float", told)

    yaml.representer.add_representer(float, represent)
    return yaml


def put(tree: Tree, name: str, quantity: Tree) -> None:
    """A number where the group's file tells it: at its outlet, its product, or `parameters`."""
    for outlet in tree.get("outlets", ()):
        for field in OUTLET_FIELDS:
            if name == f"{field}_{outlet['id']}":
                outlet[field] = quantity
                return
    for product in tree["products"]:
        if product["id"] in PRODUCTS:
            continue
        for field in PRODUCT_FIELDS:
            if name == f"{field}_{product['id']}":
                product[field] = quantity
                return
        for kind in product.get("demand", {}):
            if name == f"demand_{kind}_{product['id']}":
                product["demand"][kind] = quantity
                return
    tree.setdefault("parameters", {})[name] = quantity
