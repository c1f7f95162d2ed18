"""What a plan may be made of: all that a group could do, with whom, and in which forms."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sim.config.plan_checks import GOVERNMENT
from sim.parameters import INTERVENTION_KINDS, WEEKLY_KINDS, ParameterError, Value
from sim.scenario import Group

QUARTER: Final = 13  # weeks between two times of what is done again
TIMES: Final = (1, 2, 4)  # how often a meeting may be held
PARTS: Final = 4  # what lasts goes on for one, two, three or all quarters of the run
KEPT_UP: Final = "kept_up"  # an outlet that stops is visited again ...
KEPT_UP_EVERY, KEPT_UP_TIMES = 8, 3  # ... so far apart at least, and so often at most
REPEATED: Final = ("fgd", "education", "agency_training", "persuasion")
REQUESTS: Final = (
    ("legality",), ("tools",), ("legality", "tools"), ("legality", "tools", "wages"),
)  # fmt: skip
TARGETS: Final = ("outlet", "donor", "product")

Form = Mapping[str, Any]  # fields of an intervention beside its kind, target and week


@dataclass(frozen=True)
class Activity:
    """Something that a plan may hold once, in one of its forms."""

    kind: str
    target: str = ""  # id of an outlet, a donor or a product
    forms: tuple[Form, ...] = ({},)
    whom: str = ""  # the key under which a scenario names the target

    @property
    def named(self) -> dict[str, str]:
        """The kind and the target as a scenario has them."""
        return {"kind": self.kind, **({self.whom: self.target} if self.whom else {})}


def menu(group: Group, weeks: int, kinds: Collection[str] | None = None) -> tuple[Activity, ...]:
    """All that `group` could do in `weeks` weeks, in the order of the kinds; `kinds`: only these.

    ParameterError for a kind that does not exist, or for which the group has nobody.
    """
    _refuse_unknown(kinds or ())
    found: list[Activity] = []
    for kind in INTERVENTION_KINDS:
        if kinds is None or kind in kinds:
            mine = list(_activities(kind, group, weeks))
            if kinds is not None and not mine:
                raise ParameterError(f"--kinds: group '{group.id}' has nobody for '{kind}'")
            found += mine
    return tuple(found)


def _refuse_unknown(kinds: Collection[str]) -> None:
    for kind in kinds:
        if kind not in INTERVENTION_KINDS:
            there = ", ".join(INTERVENTION_KINDS)
            raise ParameterError(f"--kinds: no activity is called '{kind}'; there are {there}")


def _activities(kind: str, group: Group, weeks: int) -> Iterator[Activity]:
    if kind in _WITH_TARGETS:
        yield from _WITH_TARGETS[kind](group, weeks)
    elif kind in WEEKLY_KINDS:
        yield Activity(kind, forms=_lengths(weeks))
    elif kind in REPEATED:
        yield Activity(kind, forms=_repeats(weeks))
    elif kind == "counselling":
        yield Activity(kind, forms=({"clients": min(3, group.members.count)},))
    else:
        yield Activity(kind)


def _lengths(weeks: int) -> tuple[Form, ...]:
    """From a quarter of the run to all of it."""
    lengths = dict.fromkeys(math.ceil(weeks * part / PARTS) for part in range(1, PARTS + 1))
    return tuple({"weeks": length} for length in lengths)


def _repeats(weeks: int) -> tuple[Form, ...]:
    fitting = [times for times in TIMES if (times - 1) * QUARTER < weeks]
    return tuple(
        {"repeat": {"every": QUARTER, "times": times}} if times > 1 else {} for times in fitting
    )


def _visits(group: Group, _: int) -> Iterator[Activity]:
    """Every outlet that can be visited; those that take goods already, only once they stop."""
    for outlet in group.outlets:
        if outlet.kind != "online":
            forms: tuple[Form, ...] = (
                ({KEPT_UP: True},) if outlet.initial else ({}, {KEPT_UP: True})
            )
            yield Activity("negotiation", outlet.id, forms, "outlet")


def _audiences(group: Group, _: int) -> Iterator[Activity]:
    if any(donor.kind == GOVERNMENT for donor in group.donors):
        yield Activity("audience", forms=tuple({"requests": list(each)} for each in REQUESTS))


def _proposals(group: Group, _: int) -> Iterator[Activity]:
    for donor in group.donors:
        if donor.kind != GOVERNMENT:
            yield Activity("capital_proposal", donor.id, whom="donor")


def _trainings(group: Group, _: int) -> Iterator[Activity]:
    """Towards each product that is not made yet; without one, for the skill alone."""
    new = [product.id for product in group.products if product.potential]
    for product in new:
        yield Activity("product_training", product, whom="product")
    if not new:
        yield Activity("product_training")


def _own(kind: str, outlet_kind: str) -> Callable[[Group, int], Iterator[Activity]]:
    def activities(group: Group, weeks: int) -> Iterator[Activity]:
        for outlet in group.outlets:
            if outlet.kind == outlet_kind:
                yield Activity(kind, outlet.id, _lengths(weeks), "outlet")

    return activities


_WITH_TARGETS: Final[Mapping[str, Callable[[Group, int], Iterator[Activity]]]] = {
    "negotiation": _visits,
    "audience": _audiences,
    "capital_proposal": _proposals,
    "product_training": _trainings,
    "market_stall": _own("market_stall", "market"),
    "social_media": _own("social_media", "online"),
}


@dataclass(frozen=True)
class Needs:
    """What a plan takes: rupiah, days of a facilitator, hours of all women together."""

    rp: float
    days: float
    hours: float

    def fits(self, budget: Needs) -> bool:
        """Whether it is within a budget in every respect."""
        return self.rp <= budget.rp and self.days <= budget.days and self.hours <= budget.hours


def least(activity: Activity, values: Mapping[str, Value]) -> Needs:
    """By the price list, the shortest form of an activity, when all who are meant come.

    values: parameters of a village, by name.
    """
    weeks = min((int(form.get("weeks", 1)) for form in activity.forms), default=1)
    if activity.forms == ({KEPT_UP: True},):
        weeks = 0  # nothing, as long as the outlet does not stop

    def cost(what: str) -> float:
        return float(values[f"cost_{activity.kind}_{what}"])

    rp = cost("rp") * float(values["intervention_cost_factor"])
    women = min(cost("persons"), float(values["n_members"]))
    return Needs(weeks * rp, weeks * cost("days"), weeks * women * cost("hours"))
