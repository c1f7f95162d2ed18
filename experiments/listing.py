"""The parameter register as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from experiments.messages import LANGUAGES
from experiments.questions import question_for
from sim.parameters import Parameter
from sim.scenario import Group


def parameter_lines(rows: Sequence[Parameter], group: Group, as_csv: bool) -> Iterator[str]:
    """One line per parameter, or a CSV with every column; with the question and who can answer."""
    if as_csv:
        yield from _csv(rows, group)
        return
    width = max(len(row.name) for row in rows)
    for row in rows:
        value = row.default if isinstance(row.default, str) else f"{row.default:g}"
        span = "/".join(row.choices) if row.choices else f"{row.low:g} to {row.high:g}"
        yield (
            f"{row.name:{width}}  {value} {row.unit} ({span}); {row.role}; {row.meaning}. "
            f"Source: {row.source} [{row.provenance}, {row.check}]{_ask(row, group)}"
        )


def _ask(row: Parameter, group: Group) -> str:
    question = question_for(row, group, "id")
    return f". Ask {question.who}: {question.words('id')}" if question else ""


def asked(row: Parameter, group: Group) -> dict[str, str]:
    """question_id, question_en, who, and the unit of the answer; empty where nobody can know."""
    told = {lang: question_for(row, group, lang) for lang in LANGUAGES}
    words = {f"question_{lang}": each.words(lang) if each else "" for lang, each in told.items()}
    known = told[LANGUAGES[0]]
    units = {f"answer_{lang}": each.unit_words(lang) if each else "" for lang, each in told.items()}
    return words | {"who": known.who if known else ""} | units


def _csv(rows: Sequence[Parameter], group: Group) -> Iterator[str]:
    buffer = io.StringIO()
    told = [{**asdict(row), "choices": "|".join(row.choices), **asked(row, group)} for row in rows]
    writer = csv.DictWriter(buffer, list(told[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(told)
    yield buffer.getvalue().rstrip("\n")
