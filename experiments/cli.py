"""The command `semangat`. Commands import what they need when they run, so that help is fast."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from experiments.study import Study
    from sim.scenario import Group, Scenario

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Group economics of a women's joint business group (KUBE), simulated week by week.",
)

Names = Annotated[
    list[str], typer.Argument(help="scenarios, by name or path", metavar="SCENARIO...")
]
GroupName = Annotated[str | None, typer.Option("--group", help="group, by name or path")]
Weeks = Annotated[int | None, typer.Option(min=1, max=520, help="recorded weeks [default: 52]")]
Villages = Annotated[
    int, typer.Option(min=1, max=100_000, help="plausible villages; 1 is the default village alone")
]
Replications = Annotated[int, typer.Option(min=1, max=10_000, help="runs with other luck")]
Seed = Annotated[int, typer.Option(min=0, max=2**31 - 1, help="for other villages and luck")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="override a parameter")
]
Out = Annotated[Path | None, typer.Option("--out", help="results folder")]
Lang = Annotated[Literal["id", "en"], typer.Option("--lang", help="language of words and figures")]
Workers = Annotated[int, typer.Option(min=0, max=1_000, help="processes; 0 is one per core")]
Margin = Annotated[
    float, typer.Option(min=0, max=1e9, help="Rp a week; less is practically the same")
]

RESULTS = Path("results")


def main() -> None:
    """Run the command; what a user can mend is told in a line, not as a traceback."""
    app()


def told_plainly(command: Callable[..., None]) -> Callable[..., None]:
    """Turn errors in the user's input into a message and exit code 2."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        from sim.calendar import CalendarError
        from sim.parameters import ParameterError
        from sim.scenario import ConfigError

        try:
            command(*args, **kwargs)
        except BrokenPipeError:
            raise  # the reader of our output has left, as `head` does: typer ends quietly
        except (CalendarError, ConfigError, ParameterError, OSError) as error:
            typer.echo(f"{error}", err=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            typer.echo("stopped; results that were there before are untouched", err=True)
            raise typer.Exit(130) from None

    return run


def load_all(names: Sequence[str], group: str | None) -> tuple[Group, list[Scenario]]:
    """The scenarios, and the group that all of them are about; warnings go to stderr."""
    from sim.scenario import DEFAULT_GROUP, load_group, load_scenario

    named = load_group(group) if group else None
    scenarios = [load_scenario(name, named) for name in names]
    who = named or load_group(next((s.group for s in scenarios if s.group), DEFAULT_GROUP))
    if named is None:
        scenarios = [load_scenario(name, who) for name in names]
    ids = [scenario.id for scenario in scenarios]
    for repeated in {name for name in ids if ids.count(name) > 1}:
        raise_parameter_error(f"scenario '{repeated}' is given twice")
    for warning in [*who.warnings, *(w for scenario in scenarios for w in scenario.warnings)]:
        typer.echo(f"warning: {warning}", err=True)
    return who, scenarios


def raise_parameter_error(message: str) -> None:
    """A mistake on the command line."""
    from sim.parameters import ParameterError

    raise ParameterError(message)


def study_for(
    group: Group,
    scenarios: Sequence[Scenario],
    weeks: int | None,
    seed: int,
    replications: int,
    settings: list[str] | None,
    members: bool = False,
) -> Study:
    """A study from the common options; warns when the calendar of a scenario does."""
    from experiments.study import Point, Study
    from sim.parameters import find, resolve
    from sim.scenario import read_setting, register_of, unlikely

    register = register_of(group)
    overrides = {}
    for setting in settings or []:
        name, equals, value = setting.partition("=")
        if not equals:
            raise_parameter_error(f"--set {setting}: write name=value")
        row = find(register, name.strip())
        overrides[row.name] = read_setting(register, row.name, value.strip())
        if odd := unlikely(row, overrides[row.name]):
            typer.echo(f"warning: --set {row.name}: {odd}", err=True)
    length = weeks or int(resolve(register, overrides)["horizon_weeks"])
    study = Study(group, length, seed, replications, True, members, overrides)
    settings_of = (study.setting(Point(each.id, each, 0, {})) for each in scenarios)
    for warning in dict.fromkeys(w for setting in settings_of for w in setting.calendar.warnings):
        typer.echo(f"warning: {warning}", err=True)
    return study


def tell(lines: Sequence[str], folder: Path, lang: str) -> None:
    """Print what was found and where it lies."""
    from experiments.messages import text

    for line in lines:
        typer.echo(line)
    typer.echo(text(lang, "say.wrote", folder=folder))


@app.command()
@told_plainly
def run(
    scenarios: Names,
    group: GroupName = None,
    weeks: Weeks = None,
    villages: Villages = 100,
    replications: Replications = 5,
    seed: Seed = 0,
    settings: Set = None,
    members: Annotated[bool, typer.Option("--members", help="record every woman weekly")] = False,
    out: Out = None,
    lang: Lang = "id",
    workers: Workers = 0,
) -> None:
    """Run scenarios: weekly tables and how income goes, each on its own."""
    from experiments.compare import MARGIN, run_compare
    from experiments.report import report_run

    who, loaded = load_all(scenarios, group)
    study = study_for(who, loaded, weeks, seed, replications, settings, members)
    folder = out or RESULTS / "run"
    run_compare(study, loaded, villages, folder, workers)
    tell(report_run(folder, MARGIN, lang), folder, lang)


@app.command()
@told_plainly
def compare(
    scenarios: Names,
    group: GroupName = None,
    weeks: Weeks = None,
    villages: Villages = 100,
    replications: Replications = 5,
    seed: Seed = 0,
    settings: Set = None,
    margin: Margin = 1_000,
    out: Out = None,
    lang: Lang = "id",
    workers: Workers = 0,
) -> None:
    """Compare strategies with the first one, in the same villages and with the same luck."""
    from experiments.compare import run_compare
    from experiments.report import report_compare

    who, loaded = load_all(scenarios, group)
    if len(loaded) < 2:
        raise_parameter_error("compare needs two scenarios or more; the first is the baseline")
    study = study_for(who, loaded, weeks, seed, replications, settings)
    folder = out or RESULTS / "compare"
    run_compare(study, loaded, villages, folder, workers)
    tell(report_compare(folder, who, loaded, margin, lang), folder, lang)


@app.command()
@told_plainly
def sweep(
    scenarios: Names,
    param: Annotated[
        list[str],
        typer.Option("--param", metavar="NAME=LEVELS", help="name=1,2,4 or name=low:high:count"),
    ],
    group: GroupName = None,
    weeks: Weeks = None,
    villages: Villages = 100,
    replications: Replications = 5,
    seed: Seed = 0,
    settings: Set = None,
    out: Out = None,
    lang: Lang = "id",
    workers: Workers = 0,
) -> None:
    """Run scenarios over a grid of parameters; with several, gains over the first are drawn."""
    from experiments.designs import parse_levels
    from experiments.report import report_sweep
    from experiments.sweep import run_sweep

    who, loaded = load_all(scenarios, group)
    study = study_for(who, loaded, weeks, seed, replications, settings)
    levels = dict(parse_levels(study.register, text) for text in param)
    if len(levels) < len(param):
        raise_parameter_error("a parameter is swept twice; give all its levels in one --param")
    for name in set(levels) & set(study.overrides):
        raise_parameter_error(f"{name} is both swept and set")
    folder = out or RESULTS / "sweep"
    run_sweep(study, loaded, levels, villages, folder, workers)
    tell(report_sweep(folder, lang), folder, lang)


@app.command()
@told_plainly
def network(
    scenario: Annotated[str, typer.Argument(help="what is done meanwhile")] = "none",
    partners: Annotated[int, typer.Option(min=1, max=200, help="most partner outlets")] = 12,
    group: GroupName = None,
    weeks: Weeks = None,
    villages: Villages = 100,
    replications: Replications = 5,
    seed: Seed = 0,
    settings: Set = None,
    out: Out = None,
    lang: Lang = "id",
    workers: Workers = 0,
) -> None:
    """Income by number of partner outlets and their initial trust; what the next one adds."""
    from dataclasses import replace

    from experiments.network import run_network, with_copies
    from experiments.report import report_network

    who, (loaded,) = load_all([scenario], group)
    study = study_for(who, [loaded], weeks, seed, replications, settings)
    study = replace(study, group=with_copies(who, partners))
    folder = out or RESULTS / "network"
    run_network(study, loaded, range(partners + 1), villages, folder, workers)
    tell(report_network(folder, lang), folder, lang)


@app.command()
@told_plainly
def demo(
    out: Annotated[Path, typer.Option("--out", help="folder for all results")] = RESULTS,
    villages: Villages = 100,
    replications: Replications = 5,
    lang: Lang = "id",
    workers: Workers = 0,
) -> None:
    """The main job: all strategies of SEMANGAT 72, the network, a sweep, and the FGD sheet."""
    from experiments.demo import demonstrate

    for lines, folder in demonstrate(out, villages, replications, lang, workers):
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
        raise_parameter_error(f"no sheet for this group: {error}")
    typer.echo(str(page))


@app.command()
@told_plainly
def check(files: Annotated[list[str], typer.Argument(help="groups or scenarios")]) -> None:
    """Check configuration files: everything that is wrong, with file, line and what would do."""
    from sim.scenario import ConfigError, check_file

    failed = False
    for name in files:
        try:
            document, warnings = check_file(name)
        except ConfigError as error:
            typer.echo(str(error), err=True)
            failed = True
        else:
            for warning in warnings:
                typer.echo(f"warning: {warning}", err=True)
            typer.echo(f"{name}: ok, {type(document).__name__.lower()} '{document.id}'")
    if failed:
        raise typer.Exit(2)


@app.command()
@told_plainly
def schema(kind: Annotated[Literal["group", "scenario"], typer.Argument()]) -> None:
    """Print a JSON Schema, for completion and hints in an editor."""
    from sim.scenario import json_schema

    typer.echo(json.dumps(json_schema(kind), indent=2, ensure_ascii=False))


@app.command()
@told_plainly
def params(
    match: Annotated[str, typer.Argument(help="only names that contain this")] = "",
    group: GroupName = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="comma-separated, all columns")] = False,
) -> None:
    """Print the parameter register: value, range, unit, meaning, source, confidence."""
    from experiments.listing import parameter_lines
    from sim.scenario import DEFAULT_GROUP, load_group, register_of

    register = register_of(load_group(group or DEFAULT_GROUP))
    rows = [row for name, row in register.items() if match in name]
    if not rows:
        raise_parameter_error(f"no parameter's name contains '{match}'")
    for line in parameter_lines(rows, as_csv):
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
    """What one agent (or, without any, the group) did in a week, rule by rule."""
    from experiments.study import Point
    from experiments.trace import trace as trace_week
    from sim.village import Luck, Village

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


def pick(agents: dict[str, Any], name: str, what: str) -> object:
    """The agent called `name`, or an error that lists those there are."""
    if name not in agents:
        raise_parameter_error(f"no {what} '{name}'; there are {', '.join(agents) or 'none'}")
    return agents[name]


@app.command()
@told_plainly
def bench(
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
    runs: Annotated[int, typer.Option(min=1, max=10_000, help="runs to time")] = 20,
) -> None:
    """Milliseconds per run, measured on this machine."""
    from experiments.bench import bench as measure

    result = measure(runs)
    if as_json:
        typer.echo(json.dumps(result))
    else:
        for name, value in result.items():
            typer.echo(f"{name}: {value:.1f}")


if __name__ == "__main__":
    main()
