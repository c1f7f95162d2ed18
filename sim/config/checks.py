"""What only the whole shows: a group and a scenario's settings, held against the register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, get_args

from sim.config.plan import Scenario
from sim.config.problems import Steps
from sim.config.register import (
    PRODUCTS,
    Told,
    applied,
    base_rows,
    read_setting,
    told,
    unlikely,
)
from sim.config.schema import Group
from sim.config.values import Quantity, Weekday
from sim.parameters import PRODUCT_FIELDS, REGISTER, Parameter, ParameterError, Value, find

KUBE_SIZE: Final = (5, 20)  # families [S16]
WEEKDAYS: Final = get_args(Weekday)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the whole shows; `path` leads to it, `beside` is another section it rests on."""

    path: Steps
    message: str
    warning: bool = False
    beside: str = ""


# --- A group -------------------------------------------------------------------------------------


def check_group(group: Group) -> list[Finding]:
    """Everything that is wrong or odd about a group as a whole."""
    return [
        *_repeated_ids(group),
        *_members(group),
        *_outlets(group),
        *_first_day(group),
        *_missing_numbers(group),
        *_numbers(group),
    ]


def _repeated_ids(group: Group) -> Iterator[Finding]:
    products = {("products", n): each.id for n, each in enumerate(group.products)}
    partners = {("outlets", n): each.id for n, each in enumerate(group.outlets)}
    partners |= {("donors", n): each.id for n, each in enumerate(group.donors)}
    for named in (products, partners):
        taken: set[str] = set()
        for path, name in named.items():
            if name in taken:
                message = f"got '{name}' a second time, expected an id of its own"
                yield Finding((*path, "id"), message)
            taken.add(name)


def _members(group: Group) -> Iterator[Finding]:
    count, officers = group.members.count, len(group.members.officers)
    low, high = KUBE_SIZE
    if officers > count:
        message = f"got {officers} roles, expected no more than the {count} members"
        yield Finding(("members", "officers"), message)
    if not low <= count <= high:
        message = f"got {count}; by the rules a KUBE has {low} to {high} members"
        yield Finding(("members", "count"), message, warning=True)


def _outlets(group: Group) -> Iterator[Finding]:
    if not group.outlets:
        told = "outlets" in group.model_fields_set
        path = ("outlets",) if told else ("products",)
        yield Finding(path, "there are no outlets: nothing can be sold", warning=True)


def _first_day(group: Group) -> Iterator[Finding]:
    start, expected = group.start, group.sessions.first_day
    late = (start.weekday() - WEEKDAYS.index(expected)) % len(WEEKDAYS)
    if late:
        message = (
            f"got {start}, a {WEEKDAYS[start.weekday()]}, expected a {expected}, the day of the "
            f"first session; did you mean {start - timedelta(days=late)}?"
        )
        yield Finding(("start",), message, beside="sessions")


def _missing_numbers(group: Group) -> Iterator[Finding]:
    kinds = {outlet.kind: None for outlet in group.outlets}
    for n, product in enumerate(group.products):
        if product.id in PRODUCTS:
            continue
        for field in PRODUCT_FIELDS:
            if getattr(product, field) is None:
                unit = REGISTER[f"{field}_{PRODUCTS[0]}"].unit
                message = f"the register does not know '{product.id}'; add '{field}: ...' ({unit})"
                yield Finding(("products", n), message)
        for kind in kinds:
            if kind not in product.demand:
                message = f"add '{kind}: ...', pieces that one {kind} sells on an open day, or 0"
                yield Finding(("products", n, "demand"), message)


def _numbers(group: Group) -> Iterator[Finding]:
    register, seen = base_rows(group), set[str]()
    for each in told(group):
        if each.row and each.name in REGISTER:
            message = f"would be read as the register's '{each.name}'; choose another id"
            yield Finding((*each.path[:2], "id"), message)
        elif each.name in seen:
            yield Finding(each.path, "told a second time; it also has its own place in this file")
        else:
            yield from _number(each, register)
        seen.add(each.name)


def _number(each: Told, register: Mapping[str, Parameter]) -> Iterator[Finding]:
    try:
        applied(each, register)
    except ParameterError as error:
        yield Finding(each.path, str(error).removeprefix(f"{each.name}: "))
        return
    if isinstance(each.value, Quantity):
        row = each.row or find(register, each.name)
        yield from _slip(each.path, row, each.value.value)


def _slip(path: Steps, row: Parameter, value: Value) -> Iterator[Finding]:
    if message := unlikely(row, value):
        yield Finding(path, message, warning=True)


# --- Settings -------------------------------------------------------------------------------------


def check_settings(scenario: Scenario, register: Mapping[str, Parameter]) -> Iterator[Finding]:
    """Everything that is wrong or odd about the settings of a scenario."""
    for name, raw in scenario.set.items():
        try:
            value = read_setting(register, name, raw)
        except ParameterError as error:
            yield Finding(("set", name), str(error).removeprefix(f"{name}: "))
        else:
            yield from _slip(("set", name), register[name], value)
