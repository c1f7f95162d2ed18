"""The parameter register as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from sim.parameters import Parameter


def parameter_lines(rows: Sequence[Parameter], as_csv: bool) -> Iterator[str]:
    """One line per parameter, or a CSV with every column."""
    if as_csv:
        yield from _csv(rows)
        return
    width = max(len(row.name) for row in rows)
    for row in rows:
        value = row.default if isinstance(row.default, str) else f"{row.default:g}"
        span = "/".join(row.choices) if row.choices else f"{row.low:g} to {row.high:g}"
        yield (
            f"{row.name:{width}}  {value} {row.unit} ({span}); {row.role}; {row.meaning}. "
            f"Source: {row.source} [{row.provenance}, {row.check}]"
        )


def _csv(rows: Sequence[Parameter]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(asdict(rows[0])), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({**asdict(row), "choices": "|".join(row.choices)})
    yield buffer.getvalue().rstrip("\n")
