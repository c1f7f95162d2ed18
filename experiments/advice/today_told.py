"""Runs that begin with a cash book: what was taken from it, what is still guessed, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import typer

from experiments import store
from experiments.messages import day, number, rupiah, text
from experiments.study import Study
from sim.scenario import Group, Scenario


def continue_from(
    book: Path, study: Study, scenarios: Sequence[Scenario], count: int, out: Path,
    fitted: Path | None, lang: str, workers: int,
) -> list[str]:  # fmt: skip
    """Run from today's state into `out`; returns the sentences of the folder."""
    from experiments.advice.cashbook import read_book
    from experiments.advice.today import observed, run_from
    from experiments.compare import MARGIN
    from experiments.report import report_run

    read = read_book(book, study.group, lang)
    for warning in read.warnings:
        typer.echo(f"warning: {warning}", err=True)
    today = observed(read, study.group, scenarios)
    run_from(study, scenarios, today, count, out, fitted, workers)
    lines = [*told(store.read_manifest(out)["question"], lang), "", *report_run(out, MARGIN, lang)]
    name = "ringkasan.txt" if lang == "id" else "summary.txt"
    (out / name).write_text("\n".join(lines) + "\n", "utf-8")
    return lines


def told(question: dict[str, Any], lang: str) -> list[str]:
    """What a run that begins today took from the book, and what is still guessed."""
    now, group = question["from"], Group.model_validate(question["group"])
    start = day(date.fromisoformat(now["start"]), lang)
    lines = [text(lang, "fit.today.title", start=start), text(lang, "fit.today.took")]
    lines += [f"- {line}" for line in _taken(now, group, lang)]
    lines.append(text(lang, "fit.today.guessed"))
    return [*lines, *(f"- {line}" for line in _guessed(now, question, lang))]


def _taken(now: dict[str, Any], group: Group, lang: str) -> Iterator[str]:
    names = {outlet.id: outlet.name for outlet in group.outlets}

    def listed(which: str) -> str:
        return ", ".join(names[outlet] for outlet in now[which])

    if now["cash"] is not None:
        yield text(lang, "fit.today.cash", cash=rupiah(now["cash"], lang))
    yield text(lang, "fit.today.women", women=now["women"])
    if now["came"] is not None:
        came = number(now["came"], lang, 1)
        yield text(lang, "fit.today.came", came=came, weeks=now["weeks"])
    if now["partners"]:
        yield text(lang, "fit.today.partners", names=listed("partners"), weeks=now["weeks"])
    elif now["partners"] is not None:
        yield text(lang, "fit.today.no_partner", weeks=now["weeks"])
    if now["stopped"]:
        yield text(lang, "fit.today.stopped", names=listed("stopped"), weeks=now["weeks"])
    if now["own"]:
        yield text(lang, "fit.today.own", names=listed("own"))


def _guessed(now: dict[str, Any], question: dict[str, Any], lang: str) -> Iterator[str]:
    if now["cash"] is None:
        yield text(lang, "fit.today.no_cash")
    if now["came"] is None:
        yield text(lang, "fit.today.no_came")
    if now["partners"] is None:
        yield text(lang, "fit.today.no_outlets")
    yield text(lang, "fit.today.hidden")
    yield text(lang, "fit.today.from_fit" if question["fit"] else "fit.today.from_ranges")
