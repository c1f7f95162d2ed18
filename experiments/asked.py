"""What was asked on the command line, made into a study; mistakes are told in a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from experiments.engines import Engine
    from experiments.study import Study
    from sim.parameters import Parameter, Value
    from sim.scenario import Group, Scenario


def told_plainly(command: Callable[..., None]) -> Callable[..., None]:
    """Turn errors in the user's input into a message and exit code 2."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        from experiments.engines import VillageError
        from experiments.packet.problems import PacketError
        from sim.calendar import CalendarError
        from sim.parameters import ParameterError
        from sim.scenario import ConfigError

        try:
            command(*args, **kwargs)
        except BrokenPipeError:
            raise  # the reader of our output has left, as `head` does: typer ends quietly
        except (
            CalendarError,
            ConfigError,
            ParameterError,
            VillageError,
            PacketError,
            OSError,
        ) as error:
            typer.echo(f"{error}", err=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            typer.echo("stopped; results that were there before are untouched", err=True)
            raise typer.Exit(130) from None

    return run


def refuse(message: str) -> NoReturn:
    """End with a mistake on the command line."""
    from sim.parameters import ParameterError

    raise ParameterError(message)


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
        refuse(f"scenario '{repeated}' is given twice")
    for warning in [*who.warnings, *(w for scenario in scenarios for w in scenario.warnings)]:
        typer.echo(f"warning: {warning}", err=True)
    return who, scenarios


def study_for(
    group: Group,
    scenarios: Sequence[Scenario],
    weeks: int | None,
    seed: int,
    replications: int,
    settings: Sequence[str] | None,
    engine: Engine | None = None,
    own_village: str | None = None,
    *,
    detail: bool = False,
    members: bool = False,
) -> Study:
    """A study from the common options; warns when the calendar of a scenario does."""
    from experiments.engines import engine_for
    from experiments.study import Point, Study
    from sim.parameters import resolve
    from sim.scenario import register_of

    register = register_of(group)
    overrides = _overrides(register, settings or [])
    study = Study(
        group=group,
        weeks=weeks or int(resolve(register, overrides)["horizon_weeks"]),
        seed=seed,
        replications=replications,
        detail=detail,
        members=members,
        overrides=overrides,
        engine=engine_for(engine, own_village),
        village_class=own_village,
    )
    made = [study.setting(Point(each.id, each, 0, {})) for each in scenarios]
    if any(int(setting.p.n_members) < 1 for setting in made):
        refuse("n_members: a group has one woman at least")
    for warning in dict.fromkeys(w for setting in made for w in setting.calendar.warnings):
        typer.echo(f"warning: {warning}", err=True)
    return study


def warn_of_late(study: Study, scenarios: Sequence[Scenario]) -> None:
    """Tell what a scenario plans for after the last week of the run."""
    for scenario in scenarios:
        planned = (*scenario.interventions, *scenario.shocks)
        late = [f"{each.kind} (week {each.week})" for each in planned if each.week >= study.weeks]
        if late:
            end = f"warning: {scenario.id}: the run ends after week {study.weeks - 1}, before"
            typer.echo(f"{end} {', '.join(late)}", err=True)


def overrides_of(group: Group, settings: Sequence[str]) -> dict[str, Value]:
    """The values of `--set name=value` for a group; warns of unlikely ones."""
    from sim.scenario import register_of

    return _overrides(register_of(group), settings)


def _overrides(register: Mapping[str, Parameter], settings: Sequence[str]) -> dict[str, Value]:
    """The values of `--set name=value`; warns of unlikely ones."""
    from sim.parameters import find
    from sim.scenario import read_setting, unlikely

    overrides: dict[str, Value] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            refuse(f"--set {setting}: write name=value")
        row = find(register, name.strip())
        if row.name in overrides:
            refuse(f"--set {row.name}: given twice")
        overrides[row.name] = read_setting(register, row.name, value.strip())
        if odd := unlikely(row, overrides[row.name]):
            typer.echo(f"warning: --set {row.name}: {odd}", err=True)
    return overrides


def pick(agents: Mapping[str, Any], name: str, what: str) -> object:
    """The agent called `name`, or an error that lists those there are."""
    if name not in agents:
        refuse(f"no {what} '{name}'; there are {', '.join(agents) or 'none'}")
    return agents[name]


def tell(lines: Sequence[str], folder: Path, lang: str) -> None:
    """Print what was found and where it lies."""
    from experiments.messages import text

    for line in lines:
        typer.echo(line)
    typer.echo(text(lang, "say.wrote", folder=folder))
