"""The command `semangat learn`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.asked import tell, told_plainly
from experiments.options import Lang, Out, Workers


@told_plainly
def learn(
    answers: Annotated[
        str, typer.Argument(help="file of answers, by name or path", metavar="ANSWERS")
    ],
    results: Annotated[
        Path,
        typer.Option("--results", help="the comparison they are about, or a folder that holds it"),
    ],
    out: Out = None,
    alone: Annotated[
        int,
        typer.Option(
            min=0, max=100_000, help="villages in which each answer is tried alone; 0: none"
        ),
    ] = 200,
    lang: Lang = "id",
    workers: Workers = 0,
) -> None:
    """Answers become the group's own numbers; run again, and say what changed."""
    from experiments.advice.learn import learn as learn_from
    from experiments.advice.learn import read_answers

    said, was = read_answers(answers, results)
    for warning in said.warnings:
        typer.echo(f"warning: {warning}", err=True)
    folder = out or results / "learn" / said.date.isoformat()
    tell(learn_from(said, was, folder, lang, workers, alone), folder, lang)
