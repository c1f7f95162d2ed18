"""What moves what, in many plausible villages under the same luck."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from experiments.designs import plausible_villages
from sim.draws import Luck
from sim.parameters import Value
from sim.scenario import Scenario
from tests.worlds import (
    DEMANDS,
    MATERIALS,
    REGISTER,
    WEEKLY,
    live,
    scenario,
    told,
)

VILLAGES = 32
WEEKS = 22


@cache
def villages() -> list[dict[str, Value]]:
    """Plausible villages, which stay the same when a parameter is added."""
    drawn = plausible_villages(REGISTER, VILLAGES, 72)
    return [values | {"burn_in_weeks": 4} for values in drawn]


Change = Callable[[Mapping[str, Value]], Mapping[str, Value]]


def means(plan: str, change: Change = dict) -> dict[str, NDArray[np.float64]]:
    """Means over the weeks of every weekly column, by village; nan where there is none."""
    found = [
        live(plan, WEEKS, {**values, **change(values)}, luck=Luck(0, i), detail=False).weekly
        for i, values in enumerate(villages())
    ]
    filled = [np.where(np.isnan(weekly), 0, weekly).sum(axis=0) for weekly in found]
    with np.errstate(invalid="ignore"):
        averages = np.array(filled) / [(~np.isnan(weekly)).sum(axis=0) for weekly in found]
    return {name: averages[:, i] for i, name in enumerate(WEEKLY)}


@cache
def usual(plan: str) -> dict[str, NDArray[np.float64]]:
    return means(plan)


def to(**values: Value) -> Change:
    """Set some parameters, whatever they were."""
    return lambda _: values


def times(names: set[str], factor: float) -> Change:
    """Multiply some parameters."""
    return lambda values: {
        name: float(values.get(name, REGISTER[name].default)) * factor for name in names
    }


class Direction(NamedTuple):
    """What a change does to columns: + up, - down, in the mean and in more villages than not."""

    what: str
    plan: str
    change: Change
    moves: Mapping[str, str]


DIRECTIONS = [
    Direction("more demand", "none", times(DEMANDS, 1.5), {"net_income": "+", "volume": "+"}),
    Direction("more demand and more outlets", "package_2019", times(DEMANDS, 1.5),
              {"net_income": "+", "volume": "+"}),
    Direction("cheaper materials", "none", times(MATERIALS, 0.8), {"net_income": "+"}),
    Direction("outlets keep less", "none", times({"consign_margin"}, 0.3),
              {"net_income": "+", "receipts": "+"}),
    Direction("outlets are offered more", "only_negotiation", to(consign_margin=0.35),
              {"outlets_new": "+"}),
    Direction("no overlap", "package_2019", to(catchment_overlap=0), {"net_income": "+"}),
    Direction("more capital", "package_2019", times({"working_capital_0"}, 4),
              {"net_income": "+", "volume": "+", "made": "+"}),
    Direction("more trust outside", "only_negotiation", to(trust_base_outside=0.7),
              {"volume_outside": "+"}),
    Direction("more trust in the village", "only_negotiation", to(trust_base_in_village=0.8),
              {"outlets_new": "+", "trust_outlets": "+"}),
    Direction("lower farm wages", "none", times({"farm_wage_day"}, 0.5),
              {"attendance": "+", "volume": "+"}),
    Direction("less farm work", "none", times({"farm_days_factor"}, 0.5),
              {"attendance": "+", "farm_income": "-", "net_income": "+"}),
    Direction("more failures", "none", to(delivery_fail_prob=0.3),
              {"trust_outlets": "-", "net_income": "-", "late": "+"}),
    Direction("no goods lost", "package_2019", to(failure_goods_lost=0),
              {"net_income": "+", "volume": "+"}),
    Direction("a core that holds", "none", to(core_failure_hazard=0), {"core_up": "+"}),
    Direction("women who come", "none", to(attend_intercept=1.5),
              {"attendance": "+", "net_income": "+", "trust_outlets": "+"}),
    Direction("women who trust each other", "none", to(trust_base_inside=0.9),
              {"attendance": "+", "trust_inside": "+", "volume": "+"}),
    Direction("better goods", "package_2019", to(quality_init=0.9),
              {"net_income": "+", "quality": "+", "outlets_new": "+"}),
    Direction("bolu that keeps", "none", to(shelf_life_days_bolu=6), {"volume": "+"}),
    Direction("free trips", "package_2019", to(transport_cost_km=0),
              {"net_income": "+", "transport": "-"}),
    Direction("steady buyers", "none", to(demand_dispersion=1_000),
              {"net_income": "+", "unsold_share": "-"}),
    Direction("women who stay", "none", to(exit_hazard=0), {"members": "+"}),
    Direction("an FGD that moves", "only_fgd", to(fgd_effect=2.5), {"attendance": "+"}),
    Direction("norms that bind", "none", to(norm_init=0.8),
              {"norm": "+", "quality": "+"}),
]  # fmt: skip


@pytest.mark.parametrize("direction", DIRECTIONS, ids=lambda direction: direction.what)
def test_directions(direction: Direction) -> None:
    before, after = usual(direction.plan), means(direction.plan, direction.change)
    for name, sign in direction.moves.items():
        moved(name, before[name], after[name], 1 if sign == "+" else -1)


def moved(name: str, before: Any, after: Any, sign: int) -> None:
    """The right way in the mean, and in more villages than the wrong way."""
    difference = sign * (after - before)
    difference = difference[np.isfinite(difference)]
    right, wrong = int((difference > 0).sum()), int((difference < 0).sum())
    assert difference.mean() > 0, f"{name}: {difference.mean():g} in the mean"
    assert right > wrong, f"{name}: right in {right} villages, wrong in {wrong}"


SUPPORT = {
    "package_2019": ("none", {"net_income": 1, "outlets_new": 1, "volume": 1}),
    "package_2019_mentoring": ("package_2019", {"net_income": 1, "attendance": 1, "norm": 1}),
    "only_mentoring": ("none", {"attendance": 1, "net_income": 1}),
    "only_negotiation": ("none", {"outlets_new": 1, "volume": 1, "kube_income": 1}),
    "only_fgd": ("none", {"attendance": 1, "norm": 1}),
    "only_proposal_training": ("none", {"proposal_skill": 1, "management_skill": 1}),
    "only_audience": ("none", {"legal": 1, "trust_donors": 1}),
    "only_capital_proposal": ("none", {"proposals_submitted": 1, "trust_donors": 1}),
}


@pytest.mark.parametrize("plan", SUPPORT)
def test_support_helps(plan: str) -> None:
    without, moves = SUPPORT[plan]
    before, after = usual(without), usual(plan)
    for name, sign in moves.items():
        moved(name, before[name], after[name], sign)


def chances(plan: Scenario, weeks: int, kind: set[str], change: Change) -> list[float]:
    """The probabilities with which outlets or donors decided, over the villages."""
    runs = [
        live(plan, weeks, {**values, **change(values)}, luck=Luck(0, i), detail=False)
        for i, values in enumerate(villages())
    ]
    return [each.value for run in runs for each in told(run, *kind)]


def test_training_before_the_proposal_raises_its_chance() -> None:
    """V12: by ten points and more where all come; after the proposal it does not."""
    proposal = {"kind": "capital_proposal", "week": 3, "donor": "kebon_jambu", "resubmit": False}
    soon = to(grant_delay=2, halflife_proposal=28, core_failure_hazard=0)
    answered = {"grant", "proposal_rejected"}
    trainings = ([], [{"kind": "proposal_training", "week": 1}],
                 [{"kind": "proposal_training", "week": 4}])  # fmt: skip
    gains = []
    for come in ({}, {"invite_logodds": 50}):
        alone, before, after = (
            chances(scenario(proposal, *training), 12, answered, lambda _, c=come: {**soon(_), **c})
            for training in trainings
        )
        assert len(alone) == len(before) == len(after) > 0.8 * VILLAGES
        assert alone == after
        assert all(b > a for a, b in zip(alone, before, strict=True))
        gains.append(np.mean(before) - np.mean(alone))
    assert gains[1] > 0.1  # when all come to the training
    assert 0.5 * gains[1] < gains[0] < gains[1]  # when those come who wish to


def test_legality_and_a_mentor_open_doors() -> None:
    visit = {"kind": "negotiation", "week": 20, "outlet": "warung_amat", "second_visit": False}
    audience = {"kind": "audience", "week": 0, "requests": ["legality"]}
    mentor = {"kind": "mentoring", "week": 20, "weeks": 1}
    sure = to(legality_prob=1, legality_delay=2, core_failure_hazard=0)
    answered = {"accepted", "refused"}
    alone, legal, both = (
        chances(scenario(*plan), 21, answered, sure)
        for plan in ([visit], [audience, visit], [audience, mentor, visit])
    )
    assert len(alone) == len(legal) == len(both) > 0.8 * VILLAGES
    assert np.mean(alone) < np.mean(legal) < np.mean(both)
    assert sum(b > a for a, b in zip(alone, legal, strict=True)) > 0.9 * len(alone)
