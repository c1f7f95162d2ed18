"""What a search may begin with, and which of its plans are worth showing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from experiments.advice.planning_genome import key_of
from experiments.advice.planning_menu import KEPT_UP, Activity, Needs, least
from experiments.advice.planning_search import Aim, goals, over
from experiments.analysis.planning import spread, unbeaten, unlike
from experiments.messages import number
from experiments.study import Study
from sim.config.files import known
from sim.parameters import ParameterError, resolve
from sim.scenario import ConfigError, Group, Scenario, load_scenario

PACKAGE: Final = "package_2019"
SURE: Final = 3  # of the plans with most income come on whatever else is said of them
TENTH: Final = 0.1  # of the budget: less is practically the same cost
TWENTIETH: Final = 0.05  # of the villages: fewer are practically as robust

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Candidate:
    """A plan on its way through the steps; `shipped`: the scenario that it is, where it is one."""

    plan: Scenario
    shipped: str = ""

    @property
    def told(self) -> list[dict[str, Any]]:
        """What it does, as a file would say it."""
        return [
            {"kind": each.kind, **each.model_dump(mode="json", exclude_defaults=True)}
            for each in self.plan.interventions
        ]

    @property
    def key(self) -> str:
        """The same for plans that do the same."""
        return key_of(self.told)


def distinct(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Of those that do the same, the first."""
    return list({each.key: each for each in reversed(candidates)}.values())[::-1]


def shipped(group: Group, weeks: int, kinds: Sequence[str] | None) -> list[Candidate]:
    """The scenarios that fit the group and the kinds, without shocks or numbers of their own."""
    found = []
    for name in known("scenarios"):
        try:
            plan = load_scenario(name, group)
        except ConfigError:
            continue  # of another group
        mine = {each.kind for each in plan.interventions}
        late = any(each.week >= weeks for each in plan.interventions)
        if mine and not (plan.shocks or plan.set or late) and (kinds is None or mine <= {*kinds}):
            found.append(Candidate(plan, name))
    return found


def package(group: Group) -> Candidate | None:
    """The package of 2019, where the group has its partners."""
    try:
        return Candidate(load_scenario(PACKAGE, group), PACKAGE)
    except ConfigError:
        return None


# --- A budget that is too small for anything -----------------------------------------------------


def refuse_hopeless(activities: Sequence[Activity], study: Study, budget: Needs) -> None:
    """ParameterError when not even one activity fits by the price list; tells the nearest one."""
    values = resolve(study.register, study.overrides)
    alone = [each for each in activities if each.forms != ({KEPT_UP: True},)]
    if not alone:
        raise ParameterError("there is nothing that this group could do; give other --kinds")
    needs = {each.kind: least(each, values) for each in alone}
    if any(each.fits(budget) for each in needs.values()):
        return
    kind = min(needs, key=lambda name: _excess(needs[name], budget))
    nearest = needs[kind]
    raise ParameterError(
        f"no activity fits this budget; the nearest is {kind}, which takes Rp "
        f"{number(nearest.rp, 'en', 0)}, {number(nearest.days, 'en', 2)} facilitator days and "
        f"{number(nearest.hours, 'en', 1)} hours of women at least"
    )


def _excess(needs: Needs, budget: Needs) -> float:
    """The shares of what is needed that a budget lacks, summed."""
    pairs = zip(asdict(needs).values(), asdict(budget).values(), strict=True)
    return float(sum(max(0.0, (need - there) / need) for need, there in pairs if need > 0))


# --- Which plans are worth showing ---------------------------------------------------------------


def margins(aim: Aim) -> tuple[float, ...]:
    """Within which two plans are practically the same: income, worst-off, cost, robustness."""
    spent = aim.budget.rp if np.isfinite(aim.budget.rp) else 0.0
    return aim.margin, aim.margin, TENTH * spent, TWENTIETH


def scales(aim: Aim) -> Numbers:
    """The margins, none of them zero: what differences are measured in."""
    return np.array([margin if margin > 0 else 1.0 for margin in margins(aim)])


def by_income(found: Numbers, nothing: Numbers, aim: Aim) -> list[int]:
    """Places of the plans within the budget, most income first.

    found: [plan, village, replication, measure]; nothing: the same of doing nothing.
    """
    fits = over(found, aim) <= aim.risk
    income = goals(found, nothing, aim.margin)[:, 0]
    return sorted(np.flatnonzero(fits).tolist(), key=lambda place: -income[place])


def worth_showing(reached: Numbers, aim: Aim, count: int) -> list[int]:
    """Places of at most `count` plans that neither another nor doing nothing makes superfluous.

    reached: [plan, goal], most income first. A plan is superfluous when another is as good in
    everything and better in something, or when one with more income is nowhere worse by a margin.
    """
    all_ = np.vstack([np.zeros((1, reached.shape[1])), reached])  # doing nothing comes first
    there = sorted({0, *unbeaten(all_)})
    kept = [there[place] for place in unlike(all_[there], margins(aim))]
    plans = [place - 1 for place in kept if place]
    return [plans[place] for place in spread(reached[plans] / scales(aim), count)]


def going_on(found: Numbers, nothing: Numbers, aim: Aim, count: int) -> list[int]:
    """Places of the plans for the next step: some with most income, and those worth showing."""
    order = by_income(found, nothing, aim)
    reached = goals(found[order], nothing, aim.margin)
    places = dict.fromkeys([*range(min(SURE, len(order))), *worth_showing(reached, aim, count)])
    return [order[place] for place in places][:count]
