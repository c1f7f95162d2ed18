"""A village in the laboratory: run under any scenario and setting, with the same luck each time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments import store
from experiments.progress import track
from sim.columns import OUTLET_WEEKLY, WEEKLY
from sim.draws import Luck
from sim.happenings import name_of
from sim.parameters import Parameters, Value, resolve
from sim.runs import Record, prepare, simulate_all
from sim.scenario import Group, Scenario, load_scenario, register_of
from sim.setting import Setting, setting_for

WEEKS = 52
OWN_KINDS: Final = ("market", "online")  # the group sells there itself, once it has opened them
Numbers = NDArray[np.float64]

_WEEKLY = {column.name: place for place, column in enumerate(WEEKLY)}
_OUTLET = {column.name: place for place, column in enumerate(OUTLET_WEEKLY)}


class Runs(NamedTuple):
    """Runs of one scenario in one village, one for each replication."""

    records: list[Record]
    setting: Setting

    def __getitem__(self, name: Any) -> Numbers:  # type: ignore[override]
        """[run, week] a column of weekly.parquet."""
        return np.array([record.weekly[:, _WEEKLY[name]] for record in self.records])

    def outlets(self, name: str) -> Numbers:
        """[run, week, outlet] a column of outlet_weekly.parquet, outlets in the file's order."""
        return np.array([record.outlets[:, :, _OUTLET[name]] for record in self.records])

    def values(self, *kinds: str) -> Numbers:
        """The values of all happenings of these kinds, run after run."""
        rows = np.concatenate([record.happenings for record in self.records])
        codes = [what for what in set(rows["what"].tolist()) if name_of(what) in kinds]
        return np.asarray(rows["value"][np.isin(rows["what"], codes)], float)

    def firsts(self, outlet: int, *kinds: str) -> NDArray[np.object_]:
        """[run] which of these happened to an outlet (its turn) first; None where none did."""
        found = []
        for record in self.records:
            mine = record.happenings[record.happenings["subject"] == outlet]
            names = [name_of(what) for what in mine["what"]]
            found.append(next((name for name in names if name in kinds), None))
        return np.array(found, object)


Edit = Callable[[Scenario], Scenario]
_READ: dict[tuple[str, str], Scenario] = {}  # scenarios by their own name and the group's


def _as_it_is(scenario: Scenario) -> Scenario:
    return scenario


@dataclass(frozen=True)
class Laboratory:
    """One village, its luck, and what a knock-out changes in it."""

    group: Group
    values: Mapping[str, Value] = field(default_factory=dict)
    village: int = 0
    replications: int = 20
    seed: int = 0
    drawn_from: str = "full"  # the ranges from which its values come
    knocked: Mapping[str, Value] = field(default_factory=dict)  # settings that beat all others
    edit: Edit = _as_it_is  # what a knock-out does to every scenario
    _done: dict[Any, Runs] = field(default_factory=dict, compare=False)
    _lived: list[int] = field(default_factory=list, compare=False)  # runs, knock-outs' too

    def without(
        self, knocked: Mapping[str, Value], edit: Edit = _as_it_is, group: Group | None = None
    ) -> Laboratory:
        """The same village with a mechanism knocked out."""
        return replace(self, knocked=knocked, edit=edit, group=group or self.group, _done={})

    def run(self, scenario: Scenario | str, weeks: int = WEEKS, **settings: Value) -> Runs:
        """All replications of a scenario, under settings of the pattern's own; kept for others."""
        if isinstance(scenario, str):
            scenario = shipped(scenario, self.group)
        key = (repr(scenario), weeks, repr(settings))
        if key not in self._done:
            self._done[key] = self._run(self.edit(scenario), weeks, settings)
        return self._done[key]

    def _run(self, scenario: Scenario, weeks: int, settings: Mapping[str, Value]) -> Runs:
        setting = self.setting(weeks, **{**scenario.set, **settings})
        lucks = [Luck(self.seed, self.village, i) for i in range(self.replications)]
        self._lived.append(len(lucks))
        return Runs(simulate_all(setting, scenario, lucks, weeks, detail=True), setting)

    def forget(self) -> None:
        """Give back the memory of the runs that were kept."""
        self._done.clear()

    @property
    def lived(self) -> int:
        """Runs so far, those of its knock-outs included."""
        return sum(self._lived)

    def setting(self, weeks: int = WEEKS, **settings: Value) -> Setting:
        """The village itself."""
        chosen = {**self.values, **settings, **self.knocked}
        return setting_for(self.group, resolve(register_of(self.group), chosen), weeks)

    @property
    def p(self) -> Parameters:
        """The numbers of the village."""
        return self.setting(1).p


def shipped(name: str, group: Group) -> Scenario:
    """A scenario of `configs/scenarios`, for a group; read once."""
    key = (name, group.id)
    if key not in _READ:
        _READ[key] = load_scenario(name, group)
    return _READ[key]


def planned(base: Scenario, *plans: Mapping[str, Any], shocks: Any = ()) -> Scenario:
    """`base` with more plans and shocks."""
    told = base.model_dump(mode="json", exclude_none=True)
    told["interventions"] = [*told["interventions"], *map(dict, plans)]
    told["shocks"] = [*told["shocks"], *map(dict, shocks)]
    return Scenario.model_validate({**told, "id": f"{base.id}_changed"})


def moved(scenario: Scenario, kind: str, week: int) -> Scenario:
    """A scenario with all its plans of a kind in one week."""
    plans = [
        plan.model_copy(update={"week": week}) if plan.kind == kind else plan
        for plan in scenario.interventions
    ]
    return scenario.model_copy(update={"interventions": tuple(plans)})


def _only_its_own(out: Path, command: str) -> None:
    """FileExistsError for a folder that holds what another command made."""
    if (out / "manifest.json").is_file():
        other = store.read_manifest(out).get("question", {}).get("command")
        if other != command:
            raise FileExistsError(f"{out} holds results of another command: {other or 'unknown'}")


def made_by(manifest: Mapping[str, Any]) -> str:
    """The command that made a result, in a sentence."""
    asked = manifest["question"]
    return (
        f"Made by `semangat {asked['command']} --villages {asked['villages']} --replications "
        f"{asked['replications']} --seed {asked['seed']}` (model {manifest['source_hash']})."
    )


def try_in(
    laboratories: Sequence[Laboratory],
    attempt: Callable[[Laboratory], list[list[Any]]],
    table: tuple[str, Sequence[str]],
    question: Mapping[str, Any],
    out: Path,
    workers: int = 0,
) -> None:
    """Rows of every laboratory, in order, into one table of the folder `out`, with a manifest.

    table: its name and columns; beside it stands `villages` with the numbers of each; question: for
    the manifest. FileExistsError, before anything is lived, for a folder that holds something else.
    """

    def tried(lab: Laboratory) -> list[list[Any]]:
        rows = attempt(lab)
        lab.forget()
        return rows

    _only_its_own(out, str(question["command"]))
    started = time.monotonic()
    first, (name, columns) = laboratories[0], table
    prepare(first.setting(1), shipped("none", first.group))
    with store.folder(out) as part:
        pool = ThreadPoolExecutor(workers or os.cpu_count())
        try:
            done = track(pool.map(tried, laboratories), len(laboratories), "villages")
            rows = [row for some in done for row in some]
        finally:
            pool.shutdown(cancel_futures=True)
        pd.DataFrame(rows, columns=list(columns)).to_parquet(
            part / "tables" / f"{name}.parquet", index=False
        )
        numbers = [
            {"village_id": lab.village, "ranges": lab.drawn_from, **lab.values}
            for lab in laboratories
        ]
        pd.DataFrame(numbers).to_parquet(part / "tables" / "villages.parquet", index=False)
        runs = sum(lab.lived for lab in laboratories)
        made = store.manifest(dict(question), time.monotonic() - started, runs)
        store.write_json(part / "manifest.json", made)
