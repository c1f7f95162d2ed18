"""The options that several commands share: their names, limits and words of help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

VILLAGES, REPLICATIONS = 1_000, 5  # of a study, unless another number is asked for
OTHER_FORMS = 100  # villages that are lived under other forms of the model, too
RESULTS = Path("results")

Names = Annotated[
    list[str], typer.Argument(help="scenarios, by name or path", metavar="SCENARIO...")
]
GroupName = Annotated[str | None, typer.Option("--group", help="group, by name or path")]
Weeks = Annotated[
    int | None, typer.Option(min=1, max=520, help="recorded weeks", show_default="52")
]
Villages = Annotated[
    int, typer.Option(min=1, max=100_000, help="plausible villages; 1 is the default village alone")
]
PlausibleVillages = Annotated[
    int, typer.Option("--villages", min=2, max=100_000, help="plausible villages")
]
PaperScenario = Annotated[str, typer.Argument(help="scenario, by name or path")]
Replications = Annotated[int, typer.Option(min=1, max=10_000, help="runs with other luck")]
Seed = Annotated[int, typer.Option(min=0, max=2**31 - 1, help="for other villages and luck")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="override a parameter")
]
EngineName = Annotated[
    Literal["ensemble", "village"] | None,
    typer.Option(
        "--engine", help="compiled or readable; the same numbers", show_default="ensemble"
    ),
]
OwnVillage = Annotated[
    str | None,
    typer.Option("--village", metavar="MODULE:CLASS", help="your own subclass of Village"),
]
Out = Annotated[Path | None, typer.Option("--out", help="results folder")]
Lang = Annotated[Literal["id", "en"], typer.Option("--lang", help="language of words and figures")]
Workers = Annotated[int, typer.Option(min=0, max=1_000, help="runs at a time; 0 is one per core")]
OtherForms = Annotated[
    int | None,
    typer.Option(
        "--alternatives",
        min=0,
        max=100_000,
        metavar="VILLAGES",
        help="in so many villages also under other forms of the model; 0: none",
        show_default="100; none with --engine village",
    ),
]
DayPrice = Annotated[
    float, typer.Option("--day-price", min=0, max=1e9, help="Rp of a facilitator's day (assumed)")
]
Margin = Annotated[
    float, typer.Option(min=0, max=1e9, help="Rp a week; less is practically the same")
]
