"""The commands about studies; `cli` puts them with the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.asked import load_all, overrides_of, refuse, tell, told_plainly
from experiments.options import (
    REPLICATIONS,
    RESULTS,
    EngineName,
    GroupName,
    Lang,
    Out,
    OwnVillage,
    Set,
    Weeks,
)

if TYPE_CHECKING:
    from experiments.studies.described import Asked
    from experiments.studies.executors import Where
    from experiments.studies.sweep import Outcome, Plan

VILLAGES = 200  # of a sweep without a file

Folder = Annotated[Path, typer.Argument(help="folder of a study")]


@told_plainly
def sweep(
    names: Annotated[
        list[str],
        typer.Argument(
            help="a study; with --param, scenarios instead", metavar="STUDY | SCENARIO..."
        ),
    ],
    param: Annotated[
        list[str] | None,
        typer.Option("--param", metavar="NAME=LEVELS", help="name=1,2,4 or name=low:high:count"),
    ] = None,
    group: GroupName = None,
    weeks: Weeks = None,
    villages: Annotated[
        int | None, typer.Option(min=0, max=1_000_000, help="plausible villages; 0: the default")
    ] = None,
    points: Annotated[
        int | None, typer.Option(min=1, max=1_000_000, help="of a design lhs or sobol")
    ] = None,
    replications: Annotated[
        int | None, typer.Option(min=1, max=1_000_000, help="runs with other luck")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**31 - 1)] = None,
    settings: Set = None,
    out: Out = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="tell how many runs, how long, how many bytes")
    ] = False,
    new: Annotated[
        bool, typer.Option("--new", help="begin beside a study that must not be mixed with")
    ] = False,
    workers: Annotated[
        int, typer.Option(min=0, max=1_000, help="local processes; 0: threads of this one")
    ] = 0,
    dask: Annotated[
        str | None, typer.Option("--dask", metavar="ADDRESS", help="a Dask cluster")
    ] = None,
    lang: Lang = "id",
    engine: EngineName = None,
    village: OwnVillage = None,
) -> None:
    """Run a study over uncertainties and levers; run again, it goes on where it was stopped.

    Exit code 3: some points failed, and are told; the rest is there.
    """
    from experiments.engines import engine_for
    from experiments.studies.reading import report
    from experiments.studies.sweep import Plan, forecast, run_study

    given = {
        "weeks": weeks, "villages": villages, "points": points, "replications": replications,
        "seed": seed,
    }  # fmt: skip
    changes = {name: value for name, value in given.items() if value is not None}
    if param:
        asked = _without_file(names, param, group, changes)
    else:
        asked = _from_file(names, group, changes)
    plan = Plan(
        asked, overrides_of(asked.group, settings or []), engine_for(engine, village), village
    )
    _refuse_twice(plan)
    folder = out or RESULTS / "sweep" / asked.file.id
    otherwise: Any = "beside" if new else "refuse"
    with _where(plan, workers, dask) as where:
        if dry_run:
            told = _run(lambda: forecast(plan, folder, where.workers, otherwise), folder)
            typer.echo(_forecast(told, lang))
            return
        outcome = _run(lambda: run_study(plan, folder, where, otherwise), folder)
    tell([*_told(outcome, lang), *report(outcome.out, lang)], outcome.out, lang)
    if outcome.failed:
        raise typer.Exit(3)


@told_plainly
def verify(
    folder: Folder,
    sample: Annotated[int, typer.Option(min=1, max=1_000_000, help="runs")] = 100,
    seed: Annotated[int | None, typer.Option(min=0, help="which; another one each time")] = None,
) -> None:
    """Live some runs of a study once more, and compare every number to the last bit."""
    from experiments.studies.verifying import verify as check

    found = check(folder, sample, seed)
    for line in found.lines:
        typer.echo(line)
    if not found.sound:
        raise typer.Exit(1)


@told_plainly
def results(folder: Folder) -> None:
    """What a folder holds: of which question and model, how many runs, what failed."""
    from experiments.studies.verifying import holds

    for line in holds(folder):
        typer.echo(line)


def _from_file(names: Sequence[str], group: str | None, changes: dict[str, Any]) -> Asked:
    from experiments.studies.described import load_study
    from sim.config.files import known

    if len(names) > 1:
        refuse("one study at a time; to sweep scenarios, give --param NAME=LEVELS")
    if names[0] in known("scenarios") and names[0] not in known("studies"):
        refuse(f"'{names[0]}' is a scenario, not a study; to sweep it, give --param NAME=LEVELS")
    return load_study(names[0], group, changes)


def _without_file(
    names: Sequence[str], param: Sequence[str], group: str | None, changes: dict[str, Any]
) -> Asked:
    """A grid from the command line."""
    from experiments.designs import parse_levels
    from experiments.studies.described import StudyFile, settled
    from sim.scenario import register_of

    who, scenarios = load_all(names, group)
    if "points" in changes:
        refuse("--points belongs to a design lhs or sobol; this is a grid")
    register = register_of(who)
    levels = dict(parse_levels(register, text) for text in param)
    if len(levels) < len(param):
        refuse("a parameter is swept twice; give all its levels in one --param")
    told = {
        "id": "_".join(levels)[:40],
        "title": " × ".join(levels),
        "scenarios": [scenario.id for scenario in scenarios],
        "villages": VILLAGES,
        "replications": REPLICATIONS,
        **changes,
    }
    file = StudyFile.model_validate({**told, "parameters": {n: list(v) for n, v in levels.items()}})
    return settled(file, who, tuple(scenarios))


def _refuse_twice(plan: Plan) -> None:
    rows = {name for row in plan.asked.rows for name in row}
    for name in sorted({*plan.asked.spans, *rows} & set(plan.overrides)):
        refuse(f"{name} is both swept and set")


@contextmanager
def _where(plan: Plan, workers: int, dask: str | None) -> Iterator[Where]:
    from experiments.studies import executors

    if dask and workers:
        refuse("--dask has its own workers; leave out --workers")
    if dask:
        with executors.dask(dask) as where:
            yield where
    elif workers or plan.engine == "village":
        yield executors.processes(workers)
    else:
        yield executors.threads()


def _run(run: Any, folder: Path) -> Any:
    """Run, and say how to go on when it is stopped or cannot write."""
    from experiments.studies.live import SourceError
    from experiments.studies.shards import BusyError
    from experiments.studies.sweep import ChangedError

    on = "what was done is kept; the same command goes on from there"
    try:
        outcome = run()
    except (BusyError, ChangedError, SourceError) as error:
        refuse(str(error))
    except KeyboardInterrupt:
        typer.echo(f"stopped; {on}", err=True)
        raise typer.Exit(130) from None
    except BrokenExecutor as error:
        refuse(f"workers were killed again and again ({error}); {on}")
    except FileExistsError as error:
        refuse(str(error))
    except OSError as error:
        begun = (folder / "manifest.json").is_file()
        refuse(f"{folder}: {error.strerror or error}" + (f"; {on}" if begun else ""))
    return outcome


def _told(outcome: Outcome, lang: str) -> list[str]:
    from experiments.messages import number, text

    counts = {
        name: number(value, lang, 0)
        for name, value in (("new", outcome.new), ("there", outcome.there), ("all", outcome.asked))
    }
    lines = [text(lang, "study.done", **counts)]
    if outcome.set_aside:
        lines.append(text(lang, "study.set_aside", names=", ".join(outcome.set_aside)))
    if outcome.failed:
        lines.append(text(lang, "study.failed", count=outcome.failed))
        lines += [f"  {line}" for line in _failures(outcome.out)]
    return lines


def _failures(out: Path) -> list[str]:
    from experiments.studies.verifying import failures

    return failures(out)


def _forecast(told: Any, lang: str) -> str:
    from experiments.messages import number, text

    minutes, seconds = divmod(round(told.seconds), 60)
    return text(
        lang, "study.forecast", runs=number(told.runs, lang, 0),
        missing=number(told.missing, lang, 0), blocks=number(told.blocks, lang, 0),
        time=f"{minutes} min {seconds} s", size=number(told.bytes / 1e6, lang, 1),
    )  # fmt: skip
