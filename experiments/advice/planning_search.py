"""The search: building up, NSGA-II (Deb et al. 2002, by the library Platypus), then small steps.

Every plan is tried in the same few villages with the same luck, and never twice. Building up adds
the activity that brings most income, again and again; from there a population spreads over cost,
robustness and the worst-off; at last the plans with most income are improved by small steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from platypus import NSGAII, Direction, InjectedPopulation, Problem, Solution
from platypus.core import ParetoDominance
from platypus.evaluator import Evaluator
from platypus.operators import Selector, Variator
from platypus.types import Type

from experiments.advice.planning_genome import (
    Gene,
    Genome,
    Language,
    at_random,
    changed,
    crossed,
    interventions,
    key_of,
    neighbours,
    plain,
    scenario,
)
from experiments.advice.planning_menu import Needs
from experiments.advice.planning_trial import Trial
from experiments.analysis.planning import over_budget, unbeaten
from sim.scenario import Scenario

POPULATION: Final = 60
CROSSED: Final = 0.8  # of the pairs; the others are only changed
BUILDING: Final = 0.5  # of the evaluations, at most
IN_STEPS: Final = 0.3  # of the evaluations
AT_ONCE: Final = 16  # steps that are tried together
AGAIN: Final = 20  # changes, at most, to make a plan that was not tried
STARTS: Final = 2  # plans that are improved step by step, taking turns

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Aim:
    """What a plan may take, in which share of the tries it may take more, and what counts as gain.

    margin: Rp a week; less is practically the same.
    """

    budget: Needs
    risk: float
    margin: float


@dataclass(frozen=True)
class Found:
    """A plan with what it gave."""

    genome: Genome
    plan: Scenario
    goals: tuple[float, ...]  # as from `goals`, the more the better
    over: float  # share of the tries beyond what is allowed; 0 when it fits


def goals(found: Numbers, nothing: Numbers, margin: float) -> Numbers:
    """[plan, goal]: income gain, the worst-off fifth's gain, cost with a minus, robustness.

    found: [plan, village, replication, measure]; nothing: the same of doing nothing. Robustness is
    the share of villages in which the income gain, luck aside, is above the margin.
    """
    gain = (found - nothing).mean(axis=2)
    robust = (gain[:, :, 0] > margin).mean(axis=1)
    cost = found[..., 2].mean(axis=(1, 2))
    return np.stack([gain[:, :, 0].mean(axis=1), gain[:, :, 1].mean(axis=1), -cost, robust], axis=1)


def over(found: Numbers, aim: Aim) -> Numbers:
    """[plan] share of the tries over the budget."""
    budget = (aim.budget.rp, aim.budget.days, aim.budget.hours)
    return over_budget(found[..., 2:].reshape(len(found), -1, len(budget)), budget)


@dataclass
class Search:
    """All plans tried so far, in the villages of a trial."""

    language: Language
    trial: Trial
    aim: Aim
    luck: Random
    known: dict[str, Found] = field(default_factory=dict)
    _nothing: Numbers | None = None

    @property
    def allowed(self) -> float:
        """A standard error less than the risk: the budget must hold in other villages as well."""
        tries = len(self.trial.drawn) * self.trial.study.replications
        return max(0.0, self.aim.risk - (self.aim.risk * (1 - self.aim.risk) / tries) ** 0.5)

    def tried(self, genomes: Sequence[Genome]) -> list[Found]:
        """What each plan gave; those that do the same are tried once."""
        told = [interventions(genome, self.language) for genome in genomes]
        keys = [key_of(each) for each in told]
        new = {
            key: (genome, scenario(each, "plan"))
            for key, genome, each in zip(keys, genomes, told, strict=True)
            if key not in self.known
        }
        if new:
            self._try(new)
        return [self.known[key] for key in keys]

    def _try(self, new: dict[str, tuple[Genome, Scenario]]) -> None:
        found = self.trial.tried([plan for _, plan in new.values()])
        if self._nothing is None:
            self._nothing = self.trial.tried([scenario([], "none")])[0]
        beyond = np.maximum(0.0, over(found, self.aim) - self.allowed)
        reached = goals(found, self._nothing, self.aim.margin)
        for (key, (genome, plan)), mine, excess in zip(new.items(), reached, beyond, strict=True):
            told = tuple(float(goal) for goal in mine)
            self.known[key] = Found(plain(genome, self.language), plan, told, float(excess))

    def fresh(self, genome: Genome) -> Genome:
        """The genome, changed until it is a plan that was not tried; a small menu may have none."""
        for _ in range(AGAIN):
            if key_of(interventions(genome, self.language)) not in self.known:
                break
            genome = changed(genome, self.language, self.luck)
        return genome

    @property
    def fitting(self) -> list[Found]:
        """Those within the budget."""
        return [found for found in self.known.values() if found.over == 0]

    @property
    def front(self) -> list[Found]:
        """Those within the budget that no other beats, most income first."""
        fitting = sorted(self.fitting, key=lambda found: found.goals, reverse=True)
        values = np.array([found.goals for found in fitting]).reshape(len(fitting), -1)
        return [fitting[place] for place in unbeaten(values)]


# --- Building up ---------------------------------------------------------------------------------


def building(search: Search, evaluations: int) -> Iterator[int]:
    """From nothing, always the activity that brings most; yields how many plans were looked at.

    It ends when nothing that fits brings more income.
    """
    (now,) = search.tried([tuple(Gene() for _ in search.language.menu)])
    while evaluations > 0:
        near = _with_one_more(now.genome, search.language)[:evaluations]
        fitting = [found for found in search.tried(near) if found.over == 0]
        evaluations -= len(near)
        yield len(near)
        best = max([now, *fitting], key=lambda found: found.goals[0])
        if best is now:
            return
        now = best


def _with_one_more(genome: Genome, language: Language) -> list[Genome]:
    """Every activity that is not done yet, in each form, as soon as there is room."""
    return [
        (*genome[:place], Gene(True, 0, form), *genome[place + 1 :])
        for place, activity in enumerate(language.menu)
        if not genome[place].done
        for form in range(len(activity.forms))
    ]


# --- NSGA-II: what Platypus needs to know of plans -----------------------------------------------


class _Plans(Type):  # type: ignore[misc]
    """A genome as a variable."""

    def __init__(self, language: Language, luck: Random) -> None:
        super().__init__()
        self.language, self.luck = language, luck

    def rand(self) -> Genome:
        return at_random(self.language, self.luck)


class _Varied(Variator):  # type: ignore[misc]
    """Two children of two parents: crossed, then changed."""

    def __init__(self, search: Search) -> None:
        super().__init__(2)
        self.search = search

    def evolve(self, parents: Sequence[Any]) -> list[Any]:
        genomes, luck = (parents[0].variables[0], parents[1].variables[0]), self.search.luck
        if luck.random() < CROSSED:
            genomes = crossed(*genomes, luck)
        changes = (changed(genome, self.search.language, luck) for genome in genomes)
        return [_solution(parents[0].problem, self.search.fresh(each)) for each in changes]


class _Tournament(Selector):  # type: ignore[misc]
    """The better of two; with luck of its own, for the library's is everybody's."""

    def __init__(self, luck: Random) -> None:
        super().__init__()
        self.luck, self.dominance = luck, ParetoDominance()

    def select_one(self, population: Sequence[Any]) -> Any:
        one, other = self.luck.choice(population), self.luck.choice(population)
        return other if self.dominance.compare(one, other) > 0 else one


class _Together(Evaluator):  # type: ignore[misc]
    """Tries all plans of a generation at once, so that a village is prepared once."""

    def __init__(self, search: Search) -> None:
        super().__init__()
        self.search = search

    def evaluate_all(self, jobs: Iterable[Any], **_: Any) -> list[Any]:
        waiting = list(jobs)
        self.search.tried([job.solution.variables[0] for job in waiting])
        for job in waiting:
            job.run()
        return waiting


def _solution(problem: Any, genome: Genome) -> Any:
    made = Solution(problem)
    made.variables[0] = genome
    return made


def _problem(search: Search) -> Any:
    def told(variables: Sequence[Genome]) -> tuple[list[float], list[float]]:
        (found,) = search.tried([variables[0]])
        return list(found.goals), [found.over]

    problem = Problem(1, 4, 1, function=told)
    problem.types[0] = _Plans(search.language, search.luck)
    problem.directions[:] = Direction.MAXIMIZE
    problem.constraints[:] = "<=0"
    return problem


def evolving(search: Search, seeds: Sequence[Genome], evaluations: int) -> Iterator[int]:
    """Generation after generation; yields how many plans were looked at in each."""
    problem = _problem(search)
    size = max(2, min(POPULATION, evaluations))
    first = [_solution(problem, genome) for genome in reversed(seeds[:size])]
    algorithm = NSGAII(
        problem,
        size,
        InjectedPopulation(first),
        _Tournament(search.luck),
        _Varied(search),
        evaluator=_Together(search),
    )
    while algorithm.nfe < evaluations:
        before = algorithm.nfe
        algorithm.step()
        yield algorithm.nfe - before


# --- Step by step --------------------------------------------------------------------------------


@dataclass
class _Climb:
    """A plan that is being improved, and its neighbours that were not looked at yet."""

    search: Search
    best: Found
    near: list[Genome] = field(default_factory=list)

    def __post_init__(self) -> None:
        search = self.search
        self.near = neighbours(self.best.genome, search.language, search.luck)

    def step(self, size: int) -> _Climb:
        """Look at some neighbours, then at plans farther away; go on from the best of them."""
        search = self.search
        near: list[Genome] = []
        while self.near and len(near) < size:
            near.append(self.near.pop())
        far = (changed(self.best.genome, search.language, search.luck) for _ in range(size))
        near += [search.fresh(genome) for genome in far][: size - len(near)]
        fitting = [found for found in search.tried(near) if found.over == 0]
        best = max([self.best, *fitting], key=lambda found: found.goals[0])
        return self if best is self.best else _Climb(search, best)


def stepping(search: Search, evaluations: int) -> Iterator[int]:
    """Small changes of the plans with most income, each kept when it brings more; yields counts."""
    best = sorted(search.fitting, key=lambda found: found.goals[0], reverse=True)[:STARTS]
    climbs = [_Climb(search, found) for found in best]
    for turn, first in enumerate(range(0, evaluations if climbs else 0, AT_ONCE)):
        size, place = min(AT_ONCE, evaluations - first), turn % len(climbs)
        climbs[place] = climbs[place].step(size)
        yield size


def searching(search: Search, seeds: Sequence[Genome], evaluations: int) -> Iterator[int]:
    """All parts after each other; yields how many plans were looked at each time.

    seeds: plans that are looked at first, such as those that ship.
    """
    search.tried(seeds[:evaluations])
    yield min(len(seeds), evaluations)
    left = evaluations - min(len(seeds), evaluations)
    built = 0
    for count in building(search, int(left * BUILDING)):
        built += count
        yield count
    steps = int(left * IN_STEPS)
    yield from evolving(search, [found.genome for found in search.front], left - built - steps)
    yield from stepping(search, steps)
