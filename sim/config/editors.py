"""The JSON Schema of the files, from which an editor completes and explains keys."""

from __future__ import annotations

from typing import Any, Final, Literal

from sim.config.plan import Scenario
from sim.config.schema import Group
from sim.config.values import NUMBER_FORMS
from sim.parameters import REGISTER

SCHEMA_DIALECT: Final = "http://json-schema.org/draft-07/schema#"  # what editors read


def json_schema(kind: Literal["group", "scenario"]) -> dict[str, Any]:
    """The JSON Schema of a kind of file, for completion and hints in an editor."""
    model, field = (Group, "parameters") if kind == "group" else (Scenario, "set")
    schema = model.model_json_schema()
    del schema["properties"]["id"]  # the name of the file
    schema["required"].remove("id")
    _allow_short_forms(schema["$defs"])
    _name_parameters(schema["properties"][field])
    return {"$schema": SCHEMA_DIALECT, **schema}


def _name_parameters(values: dict[str, Any]) -> None:
    """Offer the names of the register with what they mean; others stay allowed (own products)."""
    value = values["additionalProperties"]
    forms = value.pop("oneOf", None) or value.pop("anyOf")  # text can be a number or a choice
    value["anyOf"] = forms
    values["properties"] = {
        name: {**value, "description": f"{row.meaning} ({row.unit}), by default {row.default}"}
        for name, row in REGISTER.items()
    }


def _allow_short_forms(definitions: dict[str, Any]) -> None:
    """A bare number is a quantity, a bare text serves for both languages."""
    for name, short in (("Quantity", NUMBER_FORMS), ("Text", [{"type": "string"}])):
        if name in definitions:
            definitions[name] = {"anyOf": [*short, definitions[name]]}
