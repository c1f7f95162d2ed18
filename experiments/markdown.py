"""Pieces of Markdown: tables, code, numbers."""

from __future__ import annotations

from collections.abc import Sequence

from sim.parameters import Parameter, Value


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").strip()


def code(value: object) -> str:
    """A name as code; nothing for an empty one."""
    return f"`{value}`" if str(value) else ""


def codes(names: Sequence[str]) -> str:
    """Names as code, each once."""
    return ", ".join(code(name) for name in dict.fromkeys(names))


def number(value: Value) -> str:
    """A number with its thousands grouped; a word as it is."""
    return value if isinstance(value, str) else format(value, ",.12g")


def span(row: Parameter) -> str:
    """The range of a parameter, or its choices."""
    if row.choices:
        return ", ".join(row.choices)
    return f"{number(row.low)} to {number(row.high)}"


def role(row: Parameter) -> str:
    """The role of a parameter and how it is drawn."""
    forms = {"log_triangular": "log scale", "integer": "whole"}
    return ", ".join(filter(None, (row.role, forms.get(row.distribution))))
