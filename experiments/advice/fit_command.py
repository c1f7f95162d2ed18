"""The command `semangat fit`: a group's cash book narrows the numbers nobody knows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.asked import load_all, refuse, tell, told_plainly
from experiments.options import RESULTS, GroupName, Lang, Out, Replications, Seed, Workers

VILLAGES = 4_000
TEMPLATE_WEEKS = 26


@told_plainly
def fit(
    book: Annotated[
        Path | None, typer.Argument(help="the group's weekly records, CSV", metavar="BUKU_KAS.csv")
    ] = None,
    group: GroupName = None,
    scenario: Annotated[
        str, typer.Option("--scenario", help="what was in fact done in those weeks")
    ] = "none",
    villages: Annotated[
        int, typer.Option(min=200, max=100_000, help="plausible villages to compare with")
    ] = VILLAGES,
    replications: Replications = 1,
    forecast: Annotated[
        Path | None,
        typer.Option("--forecast", help="an earlier folder of run or compare, to be scored"),
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="write an empty book instead")
    ] = False,
    seed: Seed = 0,
    out: Out = None,
    lang: Lang = "id",
    workers: Workers = 0,
) -> None:
    """What a group's weekly records say: ranges that are left, and what they cannot tell."""
    from experiments.advice.cashbook import read_book
    from experiments.advice.fit import Asked, run_fit
    from experiments.advice.fit_told import report_fit

    who, (done,) = load_all([scenario], group)
    if template:
        _write_template(who, book, lang)
        return
    if book is None:
        refuse("give the cash book, a CSV file; --template writes an empty one")
    read = read_book(book, who, lang)
    for warning in read.warnings:
        typer.echo(f"warning: {warning}", err=True)
    folder = out or RESULTS / "fit"
    run_fit(Asked(who, done, read, villages, replications, seed), folder, forecast, workers)
    tell(report_fit(folder, lang), folder, lang)


def _write_template(who: object, path: Path | None, lang: str) -> None:
    from experiments.advice.cashbook import template
    from experiments.messages import text
    from sim.scenario import Group

    assert isinstance(who, Group)
    place = path or Path(f"buku_kas_{who.id}.csv")
    if place.exists():
        raise FileExistsError(text(lang, "fit.wrong.exists", path=place))
    place.write_text(template(who, TEMPLATE_WEEKS, lang), "utf-8-sig")
    typer.echo(text(lang, "say.wrote", folder=place))
