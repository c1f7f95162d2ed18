"""The command `semangat`. Commands import what they need when they run, so that help is fast."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from experiments.advice.ask_command import ask
from experiments.advice.discover_command import discover
from experiments.advice.fit_command import fit
from experiments.advice.learn_command import learn
from experiments.advice.planning_command import plan
from experiments.asked import load_all, pick, refuse, study_for, tell, told_plainly, warn_of_late
from experiments.options import (
    OTHER_FORMS,
    REPLICATIONS,
    RESULTS,
    VILLAGES,
    DayPrice,
    EngineName,
    GroupName,
    Lang,
    Margin,
    Names,
    OtherForms,
    Out,
    OwnVillage,
    Replications,
    Seed,
    Set,
    Villages,
    Weeks,
    Workers,
)
from experiments.packet.commands import notes, packet
from experiments.studies.commands import results, sweep, verify
from experiments.trust import ablate, calibrate, table4, table5, validate

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Group economics of a women's joint business group (KUBE), simulated week by week.",
)


for elsewhere in (
    sweep, verify, results, validate, calibrate, ablate, table4, table5, packet, ask, learn, fit,
    plan, discover,
):  # fmt: skip
    app.command()(elsewhere)
app.add_typer(notes, name="notes")


def main() -> None:
    """Run the command; what a user can mend is told in a line, not as a traceback."""
    app()


@app.command()
@told_plainly
def run(
    scenarios: Names,
    group: GroupName = None,
    weeks: Weeks = None,
    villages: Villages = VILLAGES,
    replications: Replications = REPLICATIONS,
    seed: Seed = 0,
    settings: Set = None,
    members: Annotated[bool, typer.Option("--members", help="record every woman weekly")] = False,
    book: Annotated[
        Path | None, typer.Option("--from", help="cash book: begin after its last week")
    ] = None,
    fitted: Annotated[
        Path | None, typer.Option("--fit", help="with --from: folder of semangat fit")
    ] = None,
    out: Out = None,
    lang: Lang = "id",
    workers: Workers = 0,
    engine: EngineName = None,
    village: OwnVillage = None,
) -> None:
    """Run scenarios: weekly tables and how income goes, each on its own."""
    from experiments.compare import MARGIN, run_compare
    from experiments.report import report_run

    who, loaded = load_all(scenarios, group)
    study = study_for(
        who, loaded, weeks, seed, replications, settings, engine, village, detail=True,
        members=members,
    )  # fmt: skip
    warn_of_late(study, loaded)
    folder = out or RESULTS / "run"
    if book or fitted:
        if not book:
            refuse("--fit needs the cash book too: --from BUKU_KAS.csv")
        from experiments.advice.today_told import continue_from

        lines = continue_from(book, study, loaded, villages, folder, fitted, lang, workers)
        tell(lines, folder, lang)
        return
    run_compare(study, loaded, villages, folder, workers)
    tell(report_run(folder, MARGIN, lang), folder, lang)


@app.command()
@told_plainly
def compare(
    scenarios: Names,
    group: GroupName = None,
    weeks: Weeks = None,
    villages: Villages = VILLAGES,
    replications: Replications = REPLICATIONS,
    seed: Seed = 0,
    settings: Set = None,
    margin: Margin = 1_000,
    day_price: DayPrice = 200_000,
    alternatives: OtherForms = None,
    out: Out = None,
    lang: Lang = "id",
    workers: Workers = 0,
    engine: EngineName = None,
    village: OwnVillage = None,
) -> None:
    """Compare strategies with the first one, in the same villages and with the same luck.

    Says which differences are real, all at once, what they cost, and what they depend on.
    """
    from experiments.compare import run_compare
    from experiments.report import report_compare

    who, loaded = load_all(scenarios, group)
    if len(loaded) < 2:
        refuse("compare needs two scenarios or more; the first is the baseline")
    study = study_for(
        who, loaded, weeks, seed, replications, settings, engine, village, detail=True
    )
    warn_of_late(study, loaded)
    folder = out or RESULTS / "compare"
    usual = OTHER_FORMS if study.engine == "ensemble" else 0
    other_forms = usual if alternatives is None else alternatives
    run_compare(study, loaded, villages, folder, workers, other_forms)
    tell(report_compare(folder, who, loaded, margin, lang, day_price), folder, lang)


@app.command()
@told_plainly
def network(
    scenario: Annotated[str, typer.Argument(help="what is done meanwhile")] = "none",
    partners: Annotated[int, typer.Option(min=1, max=200, help="most partner outlets")] = 12,
    group: GroupName = None,
    weeks: Weeks = None,
    villages: Villages = VILLAGES,
    replications: Replications = REPLICATIONS,
    seed: Seed = 0,
    settings: Set = None,
    out: Out = None,
    lang: Lang = "id",
    workers: Workers = 0,
    engine: EngineName = None,
    village: OwnVillage = None,
) -> None:
    """Income by number of partner outlets and their initial trust; what the next one adds."""
    from dataclasses import replace

    from experiments.network import run_network, with_copies
    from experiments.report import report_network

    who, (loaded,) = load_all([scenario], group)
    if not who.outlets:
        refuse(f"group '{who.id}' has no outlets: there is nothing to vary")
    study = study_for(who, [loaded], weeks, seed, replications, settings, engine, village)
    warn_of_late(study, [loaded])
    study = replace(study, group=with_copies(who, partners))
    folder = out or RESULTS / "network"
    run_network(study, loaded, range(partners + 1), villages, folder, workers)
    tell(report_network(folder, lang), folder, lang)


@app.command()
@told_plainly
def demo(
    out: Annotated[Path, typer.Option("--out", help="folder for all results")] = RESULTS,
    villages: Villages = VILLAGES,
    replications: Replications = REPLICATIONS,
    lang: Lang = "id",
    workers: Workers = 0,
    engine: EngineName = None,
    village: OwnVillage = None,
) -> None:
    """The main job: all strategies of SEMANGAT 72, the network, a sweep, and the FGD sheet."""
    from experiments.demo import demonstrate
    from experiments.engines import engine_for

    chosen = engine_for(engine, village)
    found = demonstrate(out, villages, replications, lang, workers, chosen, village)
    for lines, folder in found:
        tell([*lines, ""], folder, lang)


@app.command()
@told_plainly
def sheet(
    results: Annotated[Path, typer.Argument(help="folder of a comparison")],
    options: Annotated[list[str] | None, typer.Option("--option", help="at most 3")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="the PDF to write")] = None,
    lang: Lang = "id",
) -> None:
    """One A4 page with which a facilitator opens an FGD, from a comparison."""
    from experiments.report import report_sheet
    from experiments.sheet import SheetError

    try:
        page = report_sheet(results, out or results / "lembar.pdf", options or [], lang)
    except SheetError as error:
        refuse(f"no sheet for this group: {error}")
    typer.echo(str(page))


@app.command()
@told_plainly
def check(
    files: Annotated[
        list[str], typer.Argument(help="groups, scenarios, studies, plans of FGDs, answers")
    ],
) -> None:
    """Check configuration files: everything that is wrong, with file, line and what would do."""
    from experiments.advice.answers import check_answers, is_answers
    from experiments.packet.plan import is_plan, load_plan
    from experiments.studies.described import check_study, is_study
    from sim.scenario import ConfigError, check_file

    failed = False
    for name in files:
        try:
            if is_plan(name):
                document, warnings = load_plan(name), ()
            elif is_answers(name):
                document, warnings = check_answers(name)
            else:
                document, warnings = (check_study if is_study(name) else check_file)(name)
        except ConfigError as error:
            typer.echo(str(error), err=True)
            failed = True
        else:
            for warning in warnings:
                typer.echo(f"warning: {warning}", err=True)
            sort = type(document).__name__.lower().removesuffix("file")
            typer.echo(f"{name}: ok, {sort} '{document.id}'")
    if failed:
        raise typer.Exit(2)


@app.command()
@told_plainly
def schema(
    kind: Annotated[Literal["group", "scenario", "study", "fgd", "answers"], typer.Argument()],
) -> None:
    """Print a JSON Schema, for completion and hints in an editor."""
    from experiments.advice.answers import answers_schema
    from experiments.packet.plan import plan_schema
    from experiments.studies.described import study_schema
    from sim.scenario import json_schema

    others = {"study": study_schema, "fgd": plan_schema, "answers": answers_schema}
    made = others[kind]() if kind in others else json_schema(kind)
    typer.echo(json.dumps(made, indent=2, ensure_ascii=False))


@app.command()
@told_plainly
def params(
    match: Annotated[str, typer.Argument(help="only names that contain this")] = "",
    group: GroupName = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="comma-separated, all columns")] = False,
) -> None:
    """Print the parameter register: value, range, unit, meaning, source, confidence, question."""
    from experiments.listing import parameter_lines
    from sim.scenario import DEFAULT_GROUP, load_group, register_of

    who = load_group(group or DEFAULT_GROUP)
    register = register_of(who)
    rows = [row for name, row in register.items() if match in name]
    if not rows:
        refuse(f"no parameter's name contains '{match}'")
    for line in parameter_lines(rows, who, as_csv):
        typer.echo(line)


@app.command()
@told_plainly
def trace(
    scenario: Annotated[str, typer.Argument(help="scenario, by name or path")],
    week: Annotated[int, typer.Option(min=0, max=520, help="week to look at")] = 0,
    member: Annotated[int | None, typer.Option(min=1, help="number of a woman")] = None,
    outlet: Annotated[str | None, typer.Option(help="id of an outlet")] = None,
    donor: Annotated[str | None, typer.Option(help="id of a donor")] = None,
    group: GroupName = None,
    seed: Seed = 0,
    replication: Annotated[int, typer.Option(min=0)] = 0,
    settings: Set = None,
) -> None:
    """What one agent (or, without any, the group) did in a week, rule by rule, phase by phase.

    Always of the village, the readable engine; the compiled one has the same numbers.
    """
    from experiments.study import Point
    from experiments.trace import trace as trace_week
    from sim.draws import Luck
    from sim.village import Village

    if sum(each is not None for each in (member, outlet, donor)) > 1:
        refuse("one agent at a time: --member, --outlet or --donor")
    who, (loaded,) = load_all([scenario], group)
    study = study_for(who, [loaded], week + 1, seed, 1, settings)
    luck = Luck(seed, 0, replication)
    village = Village(study.setting(Point(loaded.id, loaded, 0, {})), loaded, luck)
    agent: object = village.kube
    if member is not None:
        agent = pick({str(i + 1): w for i, w in enumerate(village.members)}, str(member), "member")
    elif outlet is not None:
        agent = pick({each.id: each for each in village.outlets}, outlet, "outlet")
    elif donor is not None:
        agent = pick({each.id: each for each in village.donors}, donor, "donor")
    typer.echo("\n".join(trace_week(village, week, agent)))


@app.command()
@told_plainly
def bench(
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
    runs: Annotated[int, typer.Option(min=1, max=10_000, help="runs to time")] = 20,
    study: Annotated[
        int | None,
        typer.Option(
            min=1_000, max=10_000_000, help="instead: studies of so many runs against the ensemble"
        ),
    ] = None,
) -> None:
    """Milliseconds per run, measured on this machine."""
    from experiments.bench import bench as measure
    from experiments.studies.benching import bench_studies

    result = bench_studies(study) if study else measure(runs)
    if as_json:
        typer.echo(json.dumps(result))
    else:
        for name, value in result.items():
            typer.echo(f"{name}: {value:.3g}")


if __name__ == "__main__":
    main()
