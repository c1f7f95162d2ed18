"""Small plans for tests: few villages, few weeks, and every plan of a small menu."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import inf
from random import Random

import numpy as np

from experiments.advice.planning_genome import (
    Gene,
    Genome,
    Language,
    interventions,
    key_of,
    scenario,
)
from experiments.advice.planning_menu import Needs, menu
from experiments.advice.planning_search import Aim, Search, goals, over, searching
from experiments.advice.planning_trial import trial
from experiments.study import Study
from sim.scenario import Group

RICH = Needs(inf, inf, inf)


def search_for(
    group: Group, kinds: Sequence[str], weeks: int, villages: int, aim: Aim, seed: int = 0
) -> Search:
    """A search that has not begun, in villages of its own."""
    study = Study(group, weeks, seed, replications=1, detail=False)
    language = Language(menu(group, weeks, kinds), weeks)
    return Search(language, trial(study, villages, kept=True), aim, Random(seed))


def found_by(search: Search, evaluations: int) -> float:
    """The highest income gain that a search finds within the budget."""
    for _ in searching(search, [], evaluations):
        pass
    return max(found.goals[0] for found in search.fitting)


def every(language: Language) -> Iterator[Genome]:
    """Every genome of a menu: each activity left out, or in any week and form."""
    genes = [
        [
            Gene(),
            *(Gene(True, week, form) for week in range(language.weeks)
              for form in range(len(each.forms))),
        ]
        for each in language.menu
    ]  # fmt: skip
    yield from product(*genes)


def exhausted(search: Search) -> tuple[np.ndarray, int]:
    """Income gains of all plans within the budget, in a search's villages; how many there are."""
    told = [interventions(genome, search.language) for genome in every(search.language)]
    plans = list({key_of(each): scenario(each, "plan") for each in told}.values())
    with trial(search.trial.study, len(search.trial.drawn), kept=True) as there:
        found = there.tried([scenario([], "none"), *plans])
    fits = over(found[1:], search.aim) <= search.allowed
    return goals(found[1:], found[0], search.aim.margin)[fits, 0], len(plans)
