"""The paper's own tables (Tabel 4, Tabel 5, its contradictions), filled from what is measured.

A claim is judged in every run: does it come true there? It is *supported* when it does in most runs
of plausible villages, *contradicted* when it hardly ever does, else it *depends*; what no number of
the model speaks about is *untestable*. A claim that restates an input says so, whatever comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.designs import plausible_villages
from experiments.validation.laboratory import OWN_KINDS, Laboratory, Numbers, Runs, shipped, try_in
from experiments.validation.statistics import FIRST_CYCLE, PACKAGE, STUDY_END
from sim.happenings import name_of
from sim.parameters import ParameterError
from sim.scenario import DEFAULT_GROUP, Group, Scenario, register_of
from sim.state import Status

Table = Literal["table4", "table5"]
Unit = Literal["of_100", "count", "rupiah"]
MOST, FEW = 0.8, 0.2  # of runs: supported, contradicted
BAND: Final = (0.1, 0.5, 0.9)  # of villages
NOTICED = 0.05  # the least rise of a level (0-1) that counts: one woman of twenty; assumed
A_QUARTER = 0.25
SLOWLY = 4  # times the income before, at most: the tolerance of V2a
BEFORE, AFTER = slice(0, 4), slice(12, 16)  # weeks, as in V1 and V2
YEAR_END = 51
COLUMNS = ["village_id", "row", "before", "after", "true"]


@dataclass(frozen=True)
class Scene:
    """A village with a scenario, and the same village and luck without any activity."""

    lab: Laboratory
    scenario: Scenario

    @property
    def done(self) -> Runs:
        return self.lab.run(self.scenario)

    @property
    def alone(self) -> Runs:
        plain = shipped(FIRST_CYCLE, self.lab.group)
        return self.lab.run(plain.model_copy(update={"set": self.scenario.set}))


@dataclass(frozen=True)
class Seen:
    """[run] before, after, and whether the claim came true (1, 0; nan: cannot be told)."""

    before: Numbers
    after: Numbers
    true: Numbers


@dataclass(frozen=True)
class Row:
    """One line of a table. `assumed`: its measure restates an input. No measure: untestable."""

    id: str
    unit: Unit = "of_100"
    measure: Callable[[Scene], Seen] | None = None
    assumed: bool = False
    what: str = ""  # the outlet or donor it is about


# --- Tabel 5 -------------------------------------------------------------------------------------


def _grew(of: Callable[[Runs], Numbers], least: float = NOTICED) -> Callable[[Scene], Seen]:
    """Higher at the study's end than at the start, and than without any activity.

    The start is week 0 without activities: what was done in week 0 shows in it already.
    """

    def measure(scene: Scene) -> Seen:
        alone = of(scene.alone)
        before, after = alone[:, 0], of(scene.done)[:, STUDY_END]
        more = np.minimum(after - before, after - alone[:, STUDY_END])
        return Seen(before, after, (more > least).astype(float))

    return measure


def _column(name: str) -> Callable[[Runs], Numbers]:
    return lambda runs: runs[name]


def _trust(runs: Runs) -> Numbers:
    """[run, week] mean trust of all outlets of others, partners or not."""
    others = [outlet.kind not in OWN_KINDS for outlet in runs.setting.group.outlets]
    return np.asarray(runs.outlets("trust")[:, :, others].mean(2))


def _capital(scene: Scene) -> Seen:
    """Money or tools from outside by the study's end."""
    given = scene.done["grants_rp"] + scene.done["dana_desa_rp"]
    after = given[:, STUDY_END] > 0
    return Seen(np.zeros(len(given)), after.astype(float), after.astype(float))


def _legal(scene: Scene) -> Seen:
    legal = scene.done["legal"]
    return Seen(legal[:, 0], legal[:, STUDY_END], legal[:, STUDY_END])


def _members(scene: Scene) -> Seen:
    members = scene.done["members"]
    return Seen(members[:, 0], members[:, STUDY_END], np.full(len(members), np.nan))


def _income(scene: Scene) -> tuple[Numbers, Numbers]:
    income = scene.done["kube_income"]
    return income[:, BEFORE].mean(1), income[:, AFTER].mean(1)


def _income_rose(scene: Scene) -> Seen:
    before, after = _income(scene)
    alone = scene.alone["kube_income"][:, AFTER].mean(1)
    slowly = (after > before) & (after > alone) & (after <= SLOWLY * before)
    return Seen(before, after, slowly.astype(float))


def _income_same(scene: Scene) -> Seen:
    before, after = _income(scene)
    same = (np.abs(after - before) <= A_QUARTER * before).astype(float)
    return Seen(before, after, np.where(before + after > 0, same, np.nan))


TABLE5: Final = (
    Row("trust", "of_100", _grew(_trust)),
    Row("marketing", "count", _grew(_column("outlets_active"))),
    Row("capital", "of_100", _capital, assumed=True),
    Row("access", "count", _members),
    Row("support", "of_100", _legal, assumed=True),
    Row("ability", "of_100", _grew(_column("networking")), assumed=True),
    Row("knowledge", "of_100", _grew(_column("knowledge")), assumed=True),
    Row("proposal", "of_100", _grew(_column("proposal_skill")), assumed=True),
    Row("voice", "of_100", _grew(_column("voice")), assumed=True),
    Row("income_rose", "rupiah", _income_rose),
    Row("income_same", "rupiah", _income_same),
)

# --- Tabel 4 -------------------------------------------------------------------------------------


def _agreed(place: int) -> Callable[[Scene], Seen]:
    """An outlet takes goods at the study's end: an agreement that was dropped again is none."""

    def measure(scene: Scene) -> Seen:
        partner = (scene.done.outlets("status")[:, :, place] == Status.PARTNER).astype(float)
        return Seen(partner[:, 0], partner[:, STUDY_END], partner[:, STUDY_END])

    return measure


def _happened(donor: str, what: str, by: int) -> Callable[[Scene], Seen]:
    """Whether something happened with a donor up to a week."""

    def measure(scene: Scene) -> Seen:
        turn = scene.done.setting.donor_ids.index(donor)
        done = np.array([_with(turn, what, by, record.happenings) for record in scene.done.records])
        return Seen(np.zeros(len(done)), done, done)

    return measure


def table4(group: Group, scenario: Scenario) -> tuple[Row, ...]:
    """A line for each outlet that a scenario negotiates with, and for its proposals."""
    targets = {getattr(each, "outlet", None) for each in scenario.interventions}
    rows = [
        Row("agreement", "of_100", _agreed(place), what=str(outlet.name))
        for place, outlet in enumerate(group.outlets)
        if outlet.id in targets and outlet.kind not in OWN_KINDS
    ]
    donors = {getattr(each, "donor", None) for each in scenario.interventions}
    for donor in (each for each in group.donors if each.id in donors):
        name = str(donor.name)
        for row, what, by in (
            ("submitted", "capital_proposal", STUDY_END),
            ("granted", "grant", STUDY_END),
            ("granted_in_a_year", "grant", YEAR_END),
        ):
            rows.append(Row(row, "of_100", _happened(donor.id, what, by), True, name))
    return tuple(rows)


def _with(turn: int, what: str, by: int, happenings: NDArray[np.void]) -> float:
    mine = happenings[(happenings["subject"] == turn) & (happenings["week"] <= by)]
    return float(what in {name_of(each) for each in mine["what"]})


# --- The paper's contradictions ------------------------------------------------------------------


def _gain(lab: Laboratory, **settings: Any) -> Numbers:
    """[run] net income (Rp a week) that the package adds within a year."""
    with_it, alone = (lab.run(name, **settings) for name in (PACKAGE, FIRST_CYCLE))
    return (with_it["net_income"] - alone["net_income"]).mean(1)


def _unknown(before: Numbers, after: Numbers) -> Seen:
    return Seen(before, after, np.full(len(before), np.nan))


def _outlets_before(scene: Scene) -> Seen:
    return _unknown(*(_gain(scene.lab, n_outlets_init=count) for count in (0, 2)))


def _order(scene: Scene) -> Seen:
    """Net income of a year in the text's order and in that of Tabel 3; true: they differ."""
    text_order, table_order = (
        scene.lab.run(name)["net_income"].mean(1) for name in (PACKAGE, "package_2019_table3")
    )
    differ = np.abs(text_order - table_order) > A_THOUSAND
    return Seen(text_order, table_order, differ.astype(float))


def _contract(scene: Scene) -> Seen:
    return _unknown(*(_gain(scene.lab, contract=name) for name in ("titip", "putus")))


def _end_of_study(scene: Scene) -> Seen:
    """Outlets that take goods a month before the assumed end and a month after it."""
    active = scene.done["outlets_active"]
    return _unknown(active[:, STUDY_END - 4], active[:, STUDY_END + 4])


A_THOUSAND = 1_000  # Rp a week: less is practically the same
CONTRADICTIONS: Final = (
    Row("X1", "rupiah", _outlets_before),
    Row("X2"),
    Row("X3", "of_100", _capital, assumed=True),
    Row("X4", "rupiah", _income_rose),
    *(Row(f"X{i}") for i in range(5, 9)),
    Row("X9", "rupiah", _order),
    *(Row(f"X{i}") for i in range(10, 14)),
    Row("X14", "rupiah", _contract),
    *(Row(f"X{i}") for i in range(15, 22)),
    Row("X22", "count", _end_of_study),
)  # fmt: skip

# --- Measuring -----------------------------------------------------------------------


def rows_of(table: Table, group: Group, scenario: Scenario) -> tuple[Row, ...]:
    """The lines of a table; the contradictions only for the group of the paper."""
    if table == "table4":
        return table4(group, scenario)
    return (*TABLE5, *(CONTRADICTIONS if group.id == DEFAULT_GROUP else ()))


def run_claims(
    table: Table,
    group: Group,
    scenario: Scenario,
    villages: int,
    replications: int,
    seed: int,
    out: Path,
    workers: int = 0,
) -> None:
    """Measure every line of a table in plausible villages.

    tables/claims.parquet: village_id, row (its place in the table), before and after (means over
    runs, in the row's unit, shares and levels 0-1), true (share of runs in which the claim came
    true, nan: cannot be told). Untestable lines have no rows.
    """
    register = register_of(group)
    drawn = plausible_villages(register, villages, seed, tuple(scenario.set))
    laboratories = [
        Laboratory(group, values, i, replications, seed) for i, values in enumerate(drawn, 1)
    ]
    rows = rows_of(table, group, scenario)
    if not rows:
        raise ParameterError(
            f"'{scenario.id}' visits no outlet and hands in no proposal: nothing for {table}"
        )

    def measure(lab: Laboratory) -> list[list[Any]]:
        scene, found = Scene(lab, scenario), []
        for place, row in enumerate(rows):
            if row.measure:
                seen = row.measure(scene)
                found.append(
                    [lab.village, place, *map(_mean, (seen.before, seen.after, seen.true))]
                )
        return found

    question = {
        "command": table, "group": group.model_dump(mode="json"), "seed": seed,
        "scenario": scenario.model_dump(mode="json"), "villages": villages,
        "replications": replications,
    }  # fmt: skip
    try_in(laboratories, measure, ("claims", COLUMNS), question, out, workers)


def _mean(values: Numbers) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


def summarise(measured: pd.DataFrame, rows: Sequence[Row]) -> pd.DataFrame:
    """One line a row: row, what, unit, assumed, verdict.

    before_, after_ with low, mid and high: BAND over villages; true: share of runs in which the
    claim comes true, and its Monte Carlo error over villages.
    """
    lines = []
    for place, row in enumerate(rows):
        mine = measured[measured["row"] == place]
        line: dict[str, Any] = {"row": row.id, "what": row.what, "unit": row.unit}
        for when in ("before", "after"):
            ends = mine[when].quantile(list(BAND)) if len(mine) else [np.nan] * len(BAND)
            line |= dict(zip((f"{when}_low", f"{when}_mid", f"{when}_high"), ends, strict=True))
        true = mine["true"].dropna()
        line["true"] = true.mean() if len(true) else np.nan
        line["error"] = true.std(ddof=1) / np.sqrt(len(true)) if len(true) > 1 else np.nan
        line["verdict"] = verdict(line["true"])
        line["assumed"] = row.assumed
        lines.append(line)
    return pd.DataFrame(lines)


def verdict(true: float) -> str:
    """What the share of runs in which a claim comes true says about it."""
    if np.isnan(true):
        return "untestable"
    if true >= MOST:
        return "supported"
    return "contradicted" if true <= FEW else "depends"
