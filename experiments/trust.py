"""The commands that say how far the model can be believed; `cli` puts them with the others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from experiments.asked import load_all, tell, told_plainly
from experiments.options import (
    RESULTS,
    GroupName,
    Lang,
    Margin,
    Out,
    PaperScenario,
    PlausibleVillages,
    Replications,
    Seed,
    Workers,
)


@told_plainly
def validate(
    villages: Annotated[int, typer.Option(min=0, max=100_000, help="plausible villages")] = 200,
    replications: Replications = 20,
    group: GroupName = None,
    seed: Seed = 0,
    out: Out = None,
    lang: Lang = "id",
    workers: Workers = 0,
) -> None:
    """How far can the model be trusted: patterns, their knock-outs, and where they hold."""
    from experiments.report import report_validate
    from experiments.validation.validate import run_validate
    from sim.scenario import DEFAULT_GROUP, load_group

    folder = out or RESULTS / "validate"
    run_validate(load_group(group or DEFAULT_GROUP), villages, replications, seed, folder, workers)
    tell(report_validate(folder, lang), folder, lang)


@told_plainly
def calibrate(
    villages: PlausibleVillages = 4_000,
    replications: Replications = 20,
    group: GroupName = None,
    seed: Seed = 0,
    out: Out = None,
    lang: Lang = "id",
    workers: Workers = 0,
) -> None:
    """Which numbers the paper's story narrows, by history matching from their sourced ranges."""
    from experiments.report import report_calibrate
    from experiments.validation.calibrate import run_calibrate
    from sim.scenario import DEFAULT_GROUP, load_group

    folder = out or RESULTS / "calibrate"
    run_calibrate(load_group(group or DEFAULT_GROUP), villages, replications, seed, folder, workers)
    tell(report_calibrate(folder, lang), folder, lang)


@told_plainly
def ablate(
    villages: PlausibleVillages = 200,
    replications: Replications = 5,
    group: GroupName = None,
    seed: Seed = 0,
    margin: Margin = 1_000,
    out: Out = None,
    lang: Lang = "id",
    workers: Workers = 0,
) -> None:
    """Where the package's gain comes from: without each mechanism, and under other forms."""
    from experiments.report import report_ablations
    from experiments.validation.ablations import run_ablations
    from sim.scenario import DEFAULT_GROUP, load_group

    folder = out or RESULTS / "ablate"
    run_ablations(load_group(group or DEFAULT_GROUP), villages, replications, seed, folder, workers)
    tell(report_ablations(folder, margin, lang), folder, lang)


@told_plainly
def table4(
    scenario: PaperScenario = "package_2019",
    group: GroupName = None,
    villages: PlausibleVillages = 200,
    replications: Replications = 20,
    seed: Seed = 0,
    out: Out = None,
    lang: Lang = "id",
    workers: Workers = 0,
) -> None:
    """Tabel 4 of the paper as measured: who agreed, which proposal was handed in or granted."""
    _table("table4", scenario, group, villages, replications, seed, out, lang, workers)


@told_plainly
def table5(
    scenario: PaperScenario = "package_2019",
    group: GroupName = None,
    villages: PlausibleVillages = 200,
    replications: Replications = 20,
    seed: Seed = 0,
    out: Out = None,
    lang: Lang = "id",
    workers: Workers = 0,
) -> None:
    """Tabel 5 of the paper as measured: before and after, and what its claims are worth."""
    _table("table5", scenario, group, villages, replications, seed, out, lang, workers)


def _table(
    table: Literal["table4", "table5"], scenario: str, group: str | None, villages: int,
    replications: int, seed: int, out: Path | None, lang: Lang, workers: int,
) -> None:  # fmt: skip
    from experiments.report import report_claims
    from experiments.validation.claims import run_claims

    who, (loaded,) = load_all([scenario], group)
    folder = out or RESULTS / table
    run_claims(table, who, loaded, villages, replications, seed, folder, workers)
    tell(report_claims(folder, lang), folder, lang)
