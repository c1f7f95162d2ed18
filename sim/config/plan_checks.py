"""What only the whole shows of a scenario: its plan and its shocks, held against a group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sim.config.checks import Finding, check_settings
from sim.config.plan import (
    Audience,
    CapitalProposal,
    Counselling,
    Intervention,
    Lasting,
    MarketStall,
    Negotiation,
    ProductTraining,
    Scenario,
    SocialMedia,
)
from sim.config.problems import Steps, one_of
from sim.config.register import register_of
from sim.config.schema import Group
from sim.config.shocks import HusbandIncome, IngredientPrice, LatePayment, OutletClosure
from sim.config.values import ANY, LAST_WEEK

GOVERNMENT: Final = "village_government"  # asked in an audience; other donors with a proposal
FROM_BUDGET: Final = {"tools", "wages"}  # requests that the village government may reject


def check_scenario(scenario: Scenario, group: Group) -> list[Finding]:
    """Everything that is wrong or odd about a scenario when this group plays it."""
    return [
        *_partners(scenario, group),
        *_conditions(scenario, group),
        *_repeats(scenario),
        *_repeated_visits(scenario),
        *_overlaps(scenario),
        *_clients(scenario, group),
        *_shocks(scenario, group),
        *check_settings(scenario, register_of(group)),
    ]


# --- Whom and what a plan names ------------------------------------------------------------------


def _partners(scenario: Scenario, group: Group) -> Iterator[Finding]:
    for n, each in enumerate(scenario.interventions):
        path = ("interventions", n)
        if isinstance(each, Negotiation):
            yield from _visited((*path, "outlet"), each, group)
        elif isinstance(each, MarketStall):
            yield from _outlet((*path, "outlet"), each.outlet, group, "market")
        elif isinstance(each, SocialMedia):
            yield from _outlet((*path, "outlet"), each.outlet, group, "online")
        elif isinstance(each, CapitalProposal):
            yield from _donor((*path, "donor"), each.donor, group)
        elif isinstance(each, ProductTraining) and each.product is not None:
            yield from _new_product((*path, "product"), each.product, group)
        elif isinstance(each, Audience) and not _government(group):
            message = f"'{group.id}' has no donor of kind {GOVERNMENT}, who would hold it"
            yield Finding(path, message)


def _visited(path: Steps, visit: Negotiation, group: Group) -> Iterator[Finding]:
    name = visit.outlet
    yield from _outlet(path, name, group)
    initial = {outlet.id for outlet in group.outlets if outlet.initial}
    if name in initial and visit.when is None:
        yield Finding(path, f"got '{name}', which takes goods from the beginning", warning=True)


def _outlet(path: Steps, name: str, group: Group, kind: str = "") -> Iterator[Finding]:
    """An outlet that the group does not have, or that is not of the kind."""
    kinds = {outlet.id: outlet.kind for outlet in group.outlets}
    fitting = [outlet for outlet in kinds if kind in ("", kinds[outlet])]
    if name in kinds and name not in fitting:
        message = f"got '{name}', an outlet of kind {kinds[name]}; {one_of(name, fitting)}"
        yield Finding(path, message)
    elif name not in kinds:
        yield _unknown(path, name, fitting, group)


def _donor(path: Steps, name: str, group: Group) -> Iterator[Finding]:
    others = [donor.id for donor in group.donors if donor.kind != GOVERNMENT]
    if name in _government(group):
        message = f"got '{name}', and the village government is asked in an audience"
        yield Finding(path, f"{message}; {one_of(name, others)}")
    elif name not in others:
        yield _unknown(path, name, others, group)


def _new_product(path: Steps, name: str, group: Group) -> Iterator[Finding]:
    potential = [product.id for product in group.products if product.potential]
    if name in potential:
        return
    if any(product.id == name for product in group.products):
        message = f"got '{name}', which is made from the beginning; {one_of(name, potential)}"
        yield Finding(path, message)
    else:
        yield _unknown(path, name, potential, group)


def _unknown(path: Steps, name: str, known: Iterable[str], group: Group) -> Finding:
    return Finding(path, f"got '{name}'{_is_other(name, group)}; {one_of(name, known)}")


def _is_other(name: str, group: Group) -> str:
    """What a name stands for that is of another sort, or of none."""
    sorts = (
        (group.donors, "a donor"),
        (group.outlets, "an outlet"),
        (group.products, "a product"),
    )
    for named, sort in sorts:
        if any(each.id == name for each in named):
            return f", which is {sort}"
    return f", which group '{group.id}' does not have"


def _government(group: Group) -> list[str]:
    return [donor.id for donor in group.donors if donor.kind == GOVERNMENT]


# --- What a plan waits for, and how often it does things -----------------------------------------


def _conditions(scenario: Scenario, group: Group) -> Iterator[Finding]:
    for n, each in enumerate(scenario.interventions):
        if each.when is None:
            continue
        name, value = each.when.condition
        path = ("interventions", n, "when", name)
        others = [other for m, other in enumerate(scenario.interventions) if m != n]
        if name == "outlet_refused":
            yield from _partner(path, str(value), [outlet.id for outlet in group.outlets], group)
            yield from _in_vain(path, str(value), _visits(others), "visits an outlet", "visits")
        elif name == "outlet_dropped":
            yield from _partner(path, str(value), [outlet.id for outlet in group.outlets], group)
        elif name == "proposal_rejected":
            yield from _partner(path, str(value), [donor.id for donor in group.donors], group)
            asked = _asked(others, group)
            yield from _in_vain(path, str(value), asked, "asks a donor", "asks")


def _partner(path: Steps, name: str, known: list[str], group: Group) -> Iterator[Finding]:
    if name not in (ANY, *known):
        yield _unknown(path, name, [*known, ANY], group)


def _in_vain(path: Steps, name: str, done: set[str], anybody: str, one: str) -> Iterator[Finding]:
    """A warning when nothing else in the plan can bring about what is waited for."""
    if not done or name not in (ANY, *done):
        does = anybody if name == ANY else f"{one} '{name}'"
        yield Finding(path, f"never happens: nothing else in this plan {does}", warning=True)


def _visits(plan: Sequence[Intervention]) -> set[str]:
    return {each.outlet for each in plan if isinstance(each, Negotiation)}


def _asked(plan: Sequence[Intervention], group: Group) -> set[str]:
    """The donors who are asked for something that they may reject."""
    asked = {each.donor for each in plan if isinstance(each, CapitalProposal)}
    if any(isinstance(each, Audience) and FROM_BUDGET & {*each.requests} for each in plan):
        asked |= {*_government(group)}
    return asked


def _repeats(scenario: Scenario) -> Iterator[Finding]:
    for n, each in enumerate(scenario.interventions):
        if each.repeat is None:
            continue
        path, every = ("interventions", n, "repeat"), each.repeat.every
        if isinstance(each, Lasting) and every < each.weeks:
            message = f"got {every}, and it lasts {each.weeks} weeks; expected {each.weeks} or more"
            yield Finding((*path, "every"), f"{message}, so that it ends before it begins again")
        last = max(each.planned_weeks, default=0)
        if last > LAST_WEEK:
            message = f"the last of {each.repeat.times} would be in week {last}"
            yield Finding((*path, "times"), f"{message}; expected {LAST_WEEK} or less")


def _repeated_visits(scenario: Scenario) -> Iterator[Finding]:
    visits: set[tuple[str, int]] = set()
    for n, each in enumerate(scenario.interventions):
        if isinstance(each, Negotiation):
            planned = {(each.outlet, week) for week in each.planned_weeks}
            for outlet, week in sorted(visits & planned)[:1]:
                message = f"a second negotiation with '{outlet}' in week {week}"
                yield Finding(("interventions", n), message)
            visits |= planned


def _overlaps(scenario: Scenario) -> Iterator[Finding]:
    """Stalls and pages are kept once at a time."""
    kept: set[tuple[str, int]] = set()
    for n, each in enumerate(scenario.interventions):
        if not isinstance(each, MarketStall | SocialMedia):
            continue
        weeks = {first + k for first in each.planned_weeks for k in range(each.weeks)}
        planned = {(each.outlet, week) for week in weeks}
        for outlet, week in sorted(kept & planned)[:1]:
            message = f"a second {each.kind} at '{outlet}' in week {week}"
            yield Finding(("interventions", n), message)
        kept |= planned


def _clients(scenario: Scenario, group: Group) -> Iterator[Finding]:
    for n, each in enumerate(scenario.interventions):
        if isinstance(each, Counselling) and each.clients > group.members.count:
            message = f"got {each.clients}, expected no more than the {group.members.count} members"
            yield Finding(("interventions", n, "clients"), message)


# --- Shocks --------------------------------------------------------------------------------------


def _shocks(scenario: Scenario, group: Group) -> Iterator[Finding]:
    outlets = [outlet.id for outlet in group.outlets]
    for n, each in enumerate(scenario.shocks):
        path = ("shocks", n)
        if isinstance(each, HusbandIncome):
            yield from _households((*path, "households"), each.households, group)
        elif isinstance(each, OutletClosure):
            yield from _outlet((*path, "outlet"), each.outlet, group)
        elif isinstance(each, LatePayment):
            yield from _partner((*path, "outlet"), each.outlet, outlets, group)
        elif isinstance(each, IngredientPrice):
            yield from _ingredient((*path, "ingredient"), each.ingredient, group)


def _households(path: Steps, count: int, group: Group) -> Iterator[Finding]:
    members = group.members.count
    if count > members:
        yield Finding(path, f"got {count}, expected no more than the {members} members")


def _ingredient(path: Steps, name: str, group: Group) -> Iterator[Finding]:
    known = list(dict.fromkeys(each for product in group.products for each in product.ingredients))
    if name not in known:
        message = f"got '{name}', which no product names under 'ingredients'"
        yield Finding(path, f"{message}; {one_of(name, known)}")
