"""The command `semangat ask`: what the next FGD should find out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.asked import tell, told_plainly
from experiments.options import Lang, Out, Workers

STRETCHED = 300  # villages for each of the two other widths of the ranges


@told_plainly
def ask(
    results: Annotated[Path, typer.Argument(help="folder of a comparison, or one that holds it")],
    options: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="SCENARIO", help="to choose from; all unless given"),
    ] = None,
    top: Annotated[int, typer.Option(min=1, max=100, help="questions to tell")] = 10,
    stability: Annotated[
        bool, typer.Option("--stability", help="also with ranges half and twice as wide (runs)")
    ] = False,
    villages: Annotated[
        int, typer.Option(min=20, max=100_000, help="plausible villages of --stability")
    ] = STRETCHED,
    out: Out = None,
    lang: Lang = "id",
    workers: Workers = 0,
) -> None:
    """Which unknown is worth asking the women, the outlets or the village about next."""
    from experiments.advice.ask import ask_of, read_comparison
    from experiments.advice.ask_ranges import stability as steadiness
    from experiments.advice.ask_report import report_ask

    compared = read_comparison(results, options or [])
    asked = ask_of(compared)
    folder = out or results / "ask"
    lines = report_ask(compared, asked, folder, top, lang)
    if stability:
        steady = steadiness(compared, asked, villages, folder, workers)
        lines = report_ask(compared, asked, folder, top, lang, steady, villages)
    tell(lines, folder, lang)
