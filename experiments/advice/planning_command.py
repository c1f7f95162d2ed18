"""The command `semangat plan`."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from experiments.asked import refuse, study_for, tell, told_plainly
from experiments.options import (
    REPLICATIONS,
    RESULTS,
    GroupName,
    Lang,
    Margin,
    Out,
    Replications,
    Seed,
    Set,
    Weeks,
    Workers,
)

JUDGED = 500  # villages of the last step
EVALUATIONS = 700


@told_plainly
def plan(
    budget: Annotated[float, typer.Option(help="rupiah for all activities")],
    days: Annotated[float, typer.Option(help="days of a facilitator")],
    hours: Annotated[
        float | None, typer.Option(help="hours of all women together", show_default="no limit")
    ] = None,
    group: GroupName = None,
    weeks: Weeks = None,
    kinds: Annotated[
        str | None,
        typer.Option(metavar="KIND,KIND,...", help="only these activities", show_default="all"),
    ] = None,
    evaluations: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="plans that the search looks at")
    ] = EVALUATIONS,
    villages: Annotated[
        int, typer.Option(min=2, max=100_000, help="plausible villages of the last step")
    ] = JUDGED,
    replications: Replications = REPLICATIONS,
    risk: Annotated[
        float, typer.Option(help="share of tries in which a plan may cost more than the budget")
    ] = 0.1,
    seed: Seed = 0,
    settings: Set = None,
    margin: Margin = 1_000,
    out: Out = None,
    lang: Lang = "id",
    workers: Workers = 0,
) -> None:
    """Search the plans under a budget that no other beats: sets, timing, order and partners.

    Asked again, it tells again what it found, and does not search anew.
    """
    from experiments.advice.planning_menu import Needs
    from experiments.advice.planning_report import report_plan
    from experiments.advice.planning_run import Question, run_plan
    from experiments.advice.planning_search import Aim
    from sim.scenario import DEFAULT_GROUP, load_group

    limits = {"--budget": budget, "--days": days, "--hours": math.inf if hours is None else hours}
    for name, limit in limits.items():
        if math.isnan(limit) or limit < 0:
            refuse(f"{name}: got {limit:g}; expected 0 or more")
    if not 0 <= risk < 1:
        refuse(f"--risk: got {risk:g}; expected a share from 0 to less than 1, such as 0.1")
    who = load_group(group or DEFAULT_GROUP)
    for warning in who.warnings:
        typer.echo(f"warning: {warning}", err=True)
    study = study_for(who, [], weeks, seed, replications, settings)
    aim = Aim(Needs(*limits.values()), risk, margin)
    named = tuple(dict.fromkeys(each.strip() for each in kinds.split(","))) if kinds else None
    question = Question(aim, villages, evaluations, named, group or DEFAULT_GROUP)
    folder = out or RESULTS / "plan"
    run_plan(study, question, folder, workers)
    tell(report_plan(folder, lang), folder, lang)
