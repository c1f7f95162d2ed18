"""From a budget to a few plans: searched in few villages, judged in others that nobody has seen."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments import store
from experiments.advice.planning_choices import (
    PACKAGE,
    Candidate,
    by_income,
    distinct,
    going_on,
    package,
    refuse_hopeless,
    scales,
    shipped,
    worth_showing,
)
from experiments.advice.planning_genome import Language, encoded, scenario
from experiments.advice.planning_menu import menu
from experiments.advice.planning_search import Aim, Search, goals, searching
from experiments.advice.planning_trial import MEASURES, Trial, trial
from experiments.analysis.planning import spread
from experiments.progress import track
from experiments.study import Point, Study
from sim.runs import KEYS, prepare

SEARCHED: Final = 100  # villages of the search, with one luck
SHORT: Final = (150, 2)  # villages and lucks in which the candidates are thinned
CANDIDATES: Final = 30  # plans of the search that come to them, as unlike as possible ...
RICHEST: Final = 10  # ... and so many with most income: some will turn out over the budget
FINALISTS: Final = 8  # plans that come to the last villages
SHOWN: Final = 5  # plans that are handed over, at most
ANOTHER_SEED: Final = 1_000_003  # from one step's villages to the next one's
NOTHING: Final = "none"
METHOD: Final = 1  # raised when the same question would give other plans

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Question:
    """What was asked beside the study: the aim, what may be done, and how long is searched."""

    aim: Aim
    villages: int
    evaluations: int
    kinds: tuple[str, ...] | None = None
    group_file: str = ""  # as it was given: a name or a path


def run_plan(study: Study, question: Question, out: Path, workers: int = 0) -> None:
    """Search, thin out and judge; writes the folder `out`, unless it answers this question already.

    tables/runs.parquet holds the last step, run by run: the plans handed over (plan_1 ...), those
    that fell behind there (left_1 ...), doing nothing, and the package; tables/tried.parquet what
    the search has seen. FileExistsError for a folder of another command.
    """
    asked = _asked(study, question)
    if _answered(out, asked):
        return
    activities = menu(study.group, study.weeks, question.kinds)
    refuse_hopeless(activities, study, question.aim.budget)
    started, nothing = time.monotonic(), scenario([], NOTHING)
    prepare(study.setting(Point(NOTHING, nothing, 0, {})), nothing)
    search = _searched(study, question, Language(activities, study.weeks), workers)
    finalists, lived = _shortened(study, question, search, workers)
    runs, plans = _judged(study, question, finalists, workers)
    lived += search.trial.runs + len(runs)
    with store.folder(out) as part:
        runs.to_parquet(part / "tables" / "runs.parquet", index=False)
        _tried(search).to_parquet(part / "tables" / "tried.parquet", index=False)
        made = store.manifest({**asked, "plans": plans}, time.monotonic() - started, lived)
        store.write_json(part / "manifest.json", made)


def _asked(study: Study, question: Question) -> dict[str, Any]:
    aim = question.aim
    return {
        "command": "plan",
        "method": METHOD,
        "group": study.group.model_dump(mode="json"),
        "group_file": question.group_file,
        "weeks": study.weeks,
        "seed": study.seed,
        "set": dict(study.overrides),
        "villages": question.villages,
        "replications": study.replications,
        "evaluations": question.evaluations,
        "kinds": list(question.kinds) if question.kinds is not None else None,
        "budget": {
            name: limit if np.isfinite(limit) else None
            for name, limit in asdict(aim.budget).items()
        },
        "risk": aim.risk,
        "margin": aim.margin,
    }


def _answered(out: Path, asked: Mapping[str, Any]) -> bool:
    """Whether the folder holds the answer to this very question, made by this model."""
    store.check_folder(out)
    if not (out / "manifest.json").is_file():
        return False
    there = store.read_manifest(out)
    other = there.get("question", {})
    if other.get("command") != "plan":
        raise FileExistsError(f"{out} holds results of another command: {other.get('command')}")
    same = all(other.get(name) == value for name, value in asked.items())
    return bool(same and there["source_hash"] == store.source_hash())


# --- Search, thin out, judge ---------------------------------------------------------------------


def _elsewhere(study: Study, step: int, replications: int) -> Study:
    """The study in villages, and with luck, that no other step sees."""
    seed = (study.seed + step * ANOTHER_SEED) % 2**31
    return replace(study, seed=seed, replications=replications)


def _searched(study: Study, question: Question, language: Language, workers: int) -> Search:
    """The finished search; it begins with what ships."""
    few = min(SEARCHED, question.villages)
    with trial(_elsewhere(study, 1, 1), few, workers, kept=True) as there:
        search = Search(language, there, question.aim, Random(study.seed))
        plans = shipped(study.group, study.weeks, question.kinds)
        going = searching(
            search, [encoded(each.plan, language) for each in plans], question.evaluations
        )
        for _ in track(going, question.evaluations, "plans", int):
            pass
    return search


def _shortened(
    study: Study, question: Question, search: Search, workers: int
) -> tuple[list[Candidate], int]:
    """The few that come to the last villages, and how many runs that took."""
    ships = shipped(study.group, study.weeks, question.kinds)
    candidates = distinct([*ships, *_leading(search)])
    villages = min(SHORT[0], question.villages)
    with trial(_elsewhere(study, 2, SHORT[1]), villages, workers) as there:
        found = _followed(there, [scenario([], NOTHING), *(each.plan for each in candidates)])
    places = going_on(found[1:], found[0], question.aim, FINALISTS)
    return [candidates[place] for place in places], there.runs


def _leading(search: Search) -> list[Candidate]:
    """What the search found: the most income, and as many others as are unlike."""
    front = search.front
    values = np.array([found.goals for found in front]).reshape(len(front), -1)
    first = range(min(RICHEST, len(front)))
    places = sorted({*first, *spread(values / scales(search.aim), CANDIDATES)})
    return [Candidate(front[place].plan) for place in places]


def _followed(there: Trial, plans: Sequence[Any]) -> Numbers:
    """[plan, village, replication, measure] with a line of progress."""
    with closing(there.by_village(plans)) as going:
        return np.stack(list(track(going, len(there.drawn), "villages")), axis=1)


def _judged(
    study: Study, question: Question, finalists: Sequence[Candidate], workers: int
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """The runs of the last villages, and every plan with its name: the best first."""
    own = package(study.group)
    known = [Candidate(scenario([], NOTHING), NOTHING), *([own] if own else [])]
    plans = distinct([*known, *finalists])
    with trial(study, question.villages, workers) as there:
        found = _followed(there, [each.plan for each in plans])
    order = [1 + place for place in by_income(found[1:], found[0], question.aim)]
    reached = goals(found[order], found[0], question.aim.margin)
    shown = [order[place] for place in worth_showing(reached, question.aim, SHOWN)]
    names = _names(len(known), len(plans), shown)
    told = [_told(plans[place], name, place in shown) for place, name in names.items()]
    return _runs(found, names, list(there.drawn)), told


def _names(known: int, plans: int, shown: Sequence[int]) -> dict[int, str]:
    """A name for each place: the plans shown, the package, nothing, what was left."""
    new = [place for place in shown if place >= known]
    left = [place for place in range(known, plans) if place not in new]
    return {
        **{place: f"plan_{n}" for n, place in enumerate(new, 1)},
        **({1: PACKAGE} if known > 1 else {}),
        0: NOTHING,
        **{place: f"left_{n}" for n, place in enumerate(left, 1)},
    }


def _told(candidate: Candidate, name: str, unbeaten: bool) -> dict[str, Any]:
    title = candidate.plan.title.model_dump() if candidate.shipped else None
    return {
        "id": name,
        "shipped": candidate.shipped,
        "title": title,
        "unbeaten": unbeaten,
        "interventions": candidate.told,
    }


def _runs(found: Numbers, names: Mapping[int, str], villages: Sequence[int]) -> pd.DataFrame:
    """One row per run, tidy."""
    plans, _, lucks, _ = found.shape
    index = pd.MultiIndex.from_product(
        [[names[place] for place in range(plans)], villages, range(lucks)], names=KEYS
    )
    flat = found.reshape(-1, len(MEASURES))
    return pd.DataFrame(flat, index=index, columns=list(MEASURES)).reset_index()


def _tried(search: Search) -> pd.DataFrame:
    """What the search has seen, in its own villages: the best of them are too good to be true."""
    rows = [found.goals for found in search.known.values()]
    table = pd.DataFrame(rows, columns=["income", "fifth", "rp", "robust"])
    fits = [found.over == 0 for found in search.known.values()]
    return table.assign(rp=-table["rp"], fits=fits)
