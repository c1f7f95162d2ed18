"""The commands that say how far the model can be believed; `cli` puts them with the others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from experiments.asked import load_all, refuse, tell, told_plainly
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

if TYPE_CHECKING:
    from sim.scenario import Group


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

    folder = out or RESULTS / "validate"
    run_validate(_paper_group(group), villages, replications, seed, folder, workers)
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

    folder = out or RESULTS / "calibrate"
    run_calibrate(_paper_group(group), villages, replications, seed, folder, workers)
    tell(report_calibrate(folder, lang), folder, lang)


@told_plainly
def ablate(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            help="the plan that is taken apart, then others to set beside it",
            metavar="[SCENARIO...]",
            show_default="package_2019 and others of the paper",
        ),
    ] = None,
    villages: PlausibleVillages = 200,
    replications: Replications = 5,
    group: GroupName = None,
    seed: Seed = 0,
    margin: Margin = 1_000,
    out: Out = None,
    lang: Lang = "id",
    workers: Workers = 0,
) -> None:
    """Where a plan's gain comes from: without each mechanism, and under other forms."""
    from experiments.report import report_ablations
    from experiments.validation.ablations import STRATEGIES, run_ablations

    who, plans = load_all(scenarios or STRATEGIES, group)
    folder = out or RESULTS / "ablate"
    run_ablations(who, plans, villages, replications, seed, folder, workers)
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


def _paper_group(name: str | None) -> Group:
    """The group of the paper, or one like it: the patterns visit its partners and donors."""
    from experiments.validation.statistics import PAPER_PLANS
    from sim.scenario import DEFAULT_GROUP, ConfigError, load_group, load_scenario

    group = load_group(name or DEFAULT_GROUP)
    try:
        for plan in PAPER_PLANS:
            load_scenario(plan, group)
    except ConfigError:
        refuse(
            f"the patterns are what the paper tells about {DEFAULT_GROUP}, and visit its partners; "
            f"'{group.id}' has others. For another group: semangat ablate SCENARIO --group "
            f"{name}, semangat table5 SCENARIO --group {name}"
        )
    return group


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
