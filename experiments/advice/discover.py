"""When does a plan fail? From a stored comparison or study, of which nothing is run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from experiments import store
from experiments.analysis.discovery import SHUFFLES, Found, discover
from experiments.analysis.luck import UNSURE, chances_below
from experiments.analysis.responses import varied
from experiments.analysis.sensitivity import BASE
from experiments.packet.facts import comparison_in
from experiments.progress import track
from experiments.studies.material import Reading
from sim.parameters import ParameterError
from sim.scenario import Group

Numbers = NDArray[np.float64]

USUAL: Final = "package_2019"  # the plan that is asked about unless another one is named
KEYS: Final = ["scenario_id", "village_id", "replication_id"]
OF_TEN: Final = 10  # women
SURE: Final = 0.05  # another plan is told only if luck alone would show one so seldom


@dataclass(frozen=True)
class Failure:
    """What counts as failing. column: of runs.parquet, times `factor`; gain: against the baseline.

    below: whether it fails under the margin, or at it and above; chance: the column is itself a
    chance (1: it did not fail) and has no margin.
    """

    column: str
    margin: float = 0.0
    factor: float = 1.0
    gain: bool = False
    below: bool = True
    chance: bool = False


FAILURES: Final = {
    "net_income": Failure("net_income", 1_000.0, gain=True),
    "women_at_a_loss": Failure("women_at_a_loss", 1.0, float(OF_TEN), below=False),
    "ended": Failure("survived", chance=True),
}


@dataclass(frozen=True)
class Stored:
    """Villages of a comparison, or points of a study, and how a plan did there.

    values: [village, parameter]; runs: village, scenario_id, replication and the outcome, a gain
    where the outcome is one.
    """

    folder: Path
    manifest: dict[str, Any]
    group: Group
    titles: dict[str, dict[str, str]]
    values: pd.DataFrame
    runs: pd.DataFrame

    @property
    def baseline(self) -> str:
        """The first scenario."""
        return next(iter(self.titles))

    @property
    def asked(self) -> dict[str, Any]:
        """The question of the results."""
        question: dict[str, Any] = self.manifest["question"]
        return question


@dataclass(frozen=True)
class Discovered:
    """What was asked, and what was found.

    means: [village] of the outcome; others: by plan, of the villages inside the box, how many fail
    with it, and the difference with its standard error.
    """

    stored: Stored
    scenario: str
    outcome: str
    margin: float
    means: Numbers
    seen: int
    found: Found
    others: dict[str, dict[str, float]]


def read(results: Path, outcome: str, at: Sequence[str] = ()) -> Stored:
    """The tables of a comparison or a study; errors say what is missing.

    at: NAME=LEVEL, which cell of a grid is meant.
    """
    manifest = results / "manifest.json"
    if manifest.is_file() and "identity" in store.read_manifest(results):
        return _study(results, outcome, at)
    if at:
        raise ParameterError("--at names a cell of a study's grid; these results are a comparison")
    folder = comparison_in(results)
    made = store.read_manifest(folder)
    asked = made["question"]
    runs = _outcome(store.read(folder, "runs"), outcome, folder, asked["scenarios"][0]["id"])
    villages = store.read(folder, "villages").set_index("village_id")
    titles = {each["id"]: each["title"] for each in asked["scenarios"]}
    group = Group.model_validate(asked["group"])
    return Stored(folder, made, group, titles, villages, runs.rename(columns=_AS_CASES))


_AS_CASES: Final = {"village_id": "case"}


def _outcome(runs: pd.DataFrame, outcome: str, folder: Path, baseline: str) -> pd.DataFrame:
    """scenario_id, village_id, replication_id, value."""
    what = FAILURES[outcome]
    if what.column not in runs:
        raise FileNotFoundError(
            f"{folder} does not hold what --outcome {outcome} needs ({what.column}); make it anew "
            "with semangat compare, or leave out --outcome"
        )
    told = runs[KEYS].assign(value=runs[what.column] * what.factor)
    if not what.gain:
        return told
    pair = KEYS[1:]
    usual = told.loc[told["scenario_id"] == baseline, [*pair, "value"]]
    both = told.merge(usual.rename(columns={"value": "usual"}), on=pair)
    return both.assign(value=both["value"] - both.pop("usual"))


def _study(folder: Path, outcome: str, at: Sequence[str]) -> Stored:
    """A study: points that are drawn are the villages; in a grid, the villages of one cell are."""
    it = Reading(folder, "id")
    if outcome != "net_income" or it.measure != "net_income":
        raise ParameterError(f"{folder}: a study tells of net_income alone, and only if it kept it")
    drawn = it.kept.file.design in ("lhs", "sobol")
    few_villages = it.villages["village_id"].nunique() < 2
    design = it.design.drop_duplicates("point_id").set_index("point_id")
    if "matrix" in design:
        design = design[design["matrix"].isin(list(BASE))]
    design = _cell(design, at, folder)
    runs = it.runs[it.runs["point_id"].isin(design.index)]
    pair = ["point_id", *KEYS[1:]]
    usual = runs.loc[runs["scenario_id"] == it.baseline, [*pair, it.measure]]
    runs = runs[[*pair, "scenario_id", it.measure]].merge(usual, on=pair, suffixes=("", "_usual"))
    runs["value"] = runs[it.measure] - runs[f"{it.measure}_usual"]
    if drawn or few_villages:
        values, case = design[varied(design.reset_index())], "point_id"
    else:
        if len(design) > 1:
            raise ParameterError(
                f"{folder} is a grid of {len(design)} cells; say which with --at NAME=LEVEL: "
                + "; ".join(f"{name}: {_levels(design[name])}" for name in it.factors)
            )
        values, case = store.read(folder, "villages").set_index("village_id"), "village_id"
    asked = it.kept.manifest["question"]
    titles = {each["id"]: each["title"] for each in asked["scenarios"]}
    told = runs[["scenario_id", case, "value"]].rename(columns={case: "case"})
    return Stored(folder, it.kept.manifest, it.kept.group, titles, values, told)


def _cell(design: pd.DataFrame, at: Sequence[str], folder: Path) -> pd.DataFrame:
    """The points of a design with these levels; ParameterError when there are none."""
    for each in at:
        name, equals, level = each.partition("=")
        if not equals or name not in design:
            raise ParameterError(f"--at {each}: write NAME=LEVEL, with a name that {folder} varies")
        if pd.api.types.is_numeric_dtype(design[name]):
            mine = np.isclose(design[name], pd.to_numeric(level, errors="coerce"))
        else:
            mine = (design[name].astype(str) == level).to_numpy()
        if not mine.any():
            raise ParameterError(f"--at {each}: there are {_levels(design[name])}")
        design = design[mine]
    return design


def _levels(column: pd.Series) -> str:
    return ", ".join(map(str, column.drop_duplicates().tolist()))


def plan_of(stored: Stored, scenario: str | None) -> str:
    """The plan that is asked about; ParameterError for one that is not in the results."""
    plans = list(stored.titles)[1:]
    if not plans:
        raise ParameterError(f"{stored.folder} holds one scenario; a plan is compared with another")
    if scenario is None:
        return USUAL if USUAL in plans else plans[0]
    if scenario not in plans:
        what = "is what others are compared with" if scenario == stored.baseline else "is not there"
        raise ParameterError(f"scenario '{scenario}' {what}; there are {', '.join(plans)}")
    return scenario


def chances(
    stored: Stored, scenario: str, what: Failure, margin: float
) -> tuple[Numbers, Numbers, int]:
    """[village] chance of failing (0-1); [village] mean outcome; how many failed as it was seen."""
    runs = stored.runs[stored.runs["scenario_id"] == scenario]
    cells = runs.groupby("case")["value"].agg(["mean", "var", "size"]).reindex(stored.values.index)
    means = cells["mean"].to_numpy(float)
    if what.chance:
        return 1 - means, 1 - means, int((means < 1 / 2).sum())
    spread, count = cells["var"].to_numpy(float), cells["size"].to_numpy(float)
    below = chances_below(means, spread, count, margin)
    seen = int((means < margin).sum())
    return (below, means, seen) if what.below else (1 - below, means, len(means) - seen)


def discovered(
    stored: Stored, scenario: str, outcome: str, margin: float | None, most: int
) -> Discovered:
    """The conditions under which a plan fails, in villages that were lived in full."""
    what = FAILURES[outcome]
    limit = what.margin if margin is None else margin
    whole = stored.runs.loc[stored.runs["scenario_id"] == scenario].groupby("case")["value"].count()
    values = stored.values.loc[stored.values.index.isin(whole[whole > 0].index)]
    stored = Stored(**{**vars(stored), "values": values})
    fails, means, seen = chances(stored, scenario, what, limit)
    seed = int(stored.asked["seed"])

    def progress(each: Any) -> Any:
        return track(each, SHUFFLES, "shuffles")

    found = discover(values, fails, most, seed, progress)
    others = _others(stored, scenario, what, limit, found) if found.chosen else {}
    return Discovered(stored, scenario, outcome, limit, means, seen, found, others)


def _others(
    stored: Stored, scenario: str, what: Failure, margin: float, found: Found
) -> dict[str, dict[str, float]]:
    """Other plans that surely fail less often in villages like those in the box.

    The villages are those that the conditions mark without having been found on them; with many
    plans to choose from, more is asked of each (Bonferroni).
    """
    plans = [name for name in list(stored.titles)[1:] if name != scenario]
    told = {}
    for name in plans:
        fails, _, _ = chances(stored, name, what, margin)
        less = (found.fails - fails)[found.inside]
        if np.isnan(less).any():
            continue  # a study in which some points of this plan failed
        error = float(less.std() / np.sqrt(len(less)))
        if less.mean() > norm.isf(SURE / len(plans)) * error:
            density = float(fails[found.inside].mean())
            told[name] = {"density": density, "less": float(less.mean()), "error": error}
    return dict(sorted(told.items(), key=lambda item: item[1]["density"]))


def unsure(found: Found) -> int:
    """Villages of which it is luck whether they were seen to fail."""
    return int(((found.fails > UNSURE[0]) & (found.fails < UNSURE[1])).sum())


def summary_of(it: Discovered) -> dict[str, Any]:
    """All that is told in words."""
    asked, found = it.stored.asked, it.found
    return {
        "scenario": it.scenario,
        "baseline": it.stored.baseline,
        "titles": {name: it.stored.titles[name] for name in it.stored.titles},
        "outcome": it.outcome,
        "margin": it.margin,
        "cases": len(found.fails),
        "replications": int(asked["replications"]),
        "weeks": int(asked["weeks"]),
        "women": it.stored.group.members.count,
        "seen": it.seen,
        "unsure": unsure(found),
        "base": float(found.fails.mean()) if len(found.fails) else 0.0,
        "why_not": found.why_not,
        "by_luck": found.by_luck,
        "shuffles": found.shuffles,
        "chosen": found.chosen,
        "boxes": _boxes(found),
        "wider": [_told(rates) for rates in found.wider],
        "rest": _rest(found),
        "others": it.others,
    }  # fmt: skip


def _boxes(found: Found) -> list[dict[str, Any]]:
    """By number of conditions; again: of all searches, those that took each parameter."""
    return [
        {"conditions": [vars(each) for each in box], "again": again, **_told(rates)}
        for box, again, rates in zip(found.boxes, found.again, found.rates, strict=False)
    ]


def _told(rates: Any) -> dict[str, float]:
    pairs: Mapping[str, Any] = {name: getattr(rates, name) for name in ("base", "coverage",
                                                                       "density")}  # fmt: skip
    flat = {name: rate.value for name, rate in pairs.items()}
    errors = {f"{name}_error": rate.error for name, rate in pairs.items()}
    return {**flat, **errors, "width": rates.width, "merit": rates.merit}


def _rest(found: Found) -> float:
    """Of the villages outside the box, the share that fail."""
    return float(found.fails[~found.inside].mean()) if found.chosen else 0.0
