"""The command `semangat discover`: when does a plan fail?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from experiments.asked import tell, told_plainly
from experiments.options import Lang, Out


@told_plainly
def discover(
    results: Annotated[
        Path, typer.Argument(help="folder of a comparison (or one that holds it), or of a study")
    ],
    scenario: Annotated[
        str | None,
        typer.Option(help="the plan", show_default="package_2019, or the second scenario"),
    ] = None,
    outcome: Annotated[
        Literal["net_income", "women_at_a_loss", "ended"],
        typer.Option(help="what failing is about"),
    ] = "net_income",
    margin: Annotated[
        float | None,
        typer.Option(
            min=-1e9, max=1e9, show_default="1000 of net_income, 1 of women_at_a_loss",
            help="failing: a gain below so many Rp a week; so many of ten women at a loss",
        ),
    ] = None,
    most: Annotated[int, typer.Option(min=1, max=5, help="conditions at most")] = 3,
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="NAME=LEVEL", help="which cell of a study's grid"),
    ] = None,
    out: Out = None,
    lang: Lang = "id",
) -> None:  # fmt: skip
    """When does a plan fail? Two or three conditions that mark the villages in which it does."""
    from experiments.advice.discover import discovered, plan_of, read
    from experiments.advice.discover_report import check_own, report_discover
    from experiments.asked import refuse

    if outcome == "ended" and margin is not None:
        refuse("--margin: a group has ended or it has not; leave it out with --outcome ended")
    folder = out or results / "discover"
    check_own(folder)
    stored = read(results, outcome, at or [])
    it = discovered(stored, plan_of(stored, scenario), outcome, margin, most)
    tell(report_discover(it, folder, lang), folder, lang)
