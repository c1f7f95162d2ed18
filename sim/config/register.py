"""The register of parameters as one group's file makes it, and values as people write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sim.config.numerals import groups_thousands, parse_number
from sim.config.problems import Steps, one_of, shown
from sim.config.schema import Group, Outlet, Product
from sim.config.values import Quantity
from sim.parameters import (
    CATALOGUE,
    PRODUCT_FIELDS,
    REGISTER,
    Parameter,
    ParameterError,
    Value,
    checked,
    find,
    with_value,
)

PRODUCTS: Final = tuple(
    name.removeprefix("price_") for name in REGISTER if name in CATALOGUE and "price_" in name
)  # those that the register knows
OWN_FILE: Final = "the group's file"
FAR: Final = 10  # times outside the range: an amount of money that is hardly meant
SLIP: Final = 1_000  # the three zeros that are left out most often


@dataclass(frozen=True, slots=True)
class Told:
    """What a group's file tells about one parameter; `row` where the register has none yet."""

    path: Steps
    name: str
    value: Quantity | str
    row: Parameter | None = None


def register_of(group: Group) -> dict[str, Parameter]:
    """Every parameter of a group, by name, with what its file tells.

    Its products and outlets bring their rows: price_<product> ..., demand_<kind>_<product> for
    the kinds of its outlets, distance_km_<outlet>, size_<outlet>. A bare number is known, a range
    stays uncertain. Raises ParameterError for what `check_group` reports.
    """
    register = base_rows(group)
    for each in told(group):
        register[each.name] = applied(each, register)
    return register


def read_setting(register: Mapping[str, Parameter], name: str, value: object) -> Value:
    """A value for a parameter, from a number or from text as people write it ('Rp 50.000').

    Raises ParameterError for an unknown name and for a value that is not possible.
    """
    row = find(register, name)
    if row.choices and value not in row.choices:
        raise ParameterError(f"{name}: got {shown(value)}, {one_of(value, row.choices)}")
    if row.choices:
        return checked(row, value)
    try:
        number = parse_number(value)
    except ValueError as error:
        raise ParameterError(f"{name}: got {shown(value)}, {error}") from None
    try:
        return checked(row, number)
    except ParameterError as error:
        if not (isinstance(value, str) and groups_thousands(value)):
            raise
        comma = value.replace(".", ",")
        raise ParameterError(f"{error}; a dot groups thousands, '{comma}' does not") from None


def unlikely(row: Parameter, value: Value) -> str:
    """A warning for an amount of money that is far from what is usual; empty when it is not."""
    if isinstance(value, str) or not row.unit.startswith("Rp"):
        return ""
    if row.low / FAR <= value <= row.high * FAR:
        return ""
    meant = [near for near in (value * SLIP, value / SLIP) if row.low <= near <= row.high]
    hint = f"; did you mean {meant[0]:.0f}?" if meant else ""
    return f"got {value:g} {row.unit}, usual is {row.low:.0f} to {row.high:.0f}{hint}"


def base_rows(group: Group) -> dict[str, Parameter]:
    """The rows of the register that concern a group: its products, the kinds of its outlets."""
    own = {f"{field}_{product.id}" for product in group.products for field in _fields(group)}
    return {name: row for name, row in REGISTER.items() if name not in CATALOGUE or name in own}


def _fields(group: Group) -> list[str]:
    kinds = {outlet.kind: None for outlet in group.outlets}
    return [*PRODUCT_FIELDS, *(f"demand_{kind}" for kind in kinds)]


def told(group: Group) -> Iterator[Told]:
    """Every parameter that a group's file tells something about."""
    members, sessions = group.members, group.sessions
    count = Quantity(value=members.count, source=members.source)
    officers = Quantity(value=len(members.officers), source=members.source)
    yield Told(("members", "count"), "n_members", count)
    yield Told(("members", "officers"), "n_officers", officers)
    if sessions.per_week is not None:
        per_week = Quantity(value=sessions.per_week, source=sessions.source)
        yield Told(("sessions", "per_week"), "sessions_per_week", per_week)
    yield Told(("calendar", "clock"), "calendar", group.calendar.clock)
    for n, product in enumerate(group.products):
        yield from _of_product(("products", n), product, _fields(group))
    for n, outlet in enumerate(group.outlets):
        yield from _of_outlet(("outlets", n), outlet)
    for name, value in group.parameters.items():
        yield Told(("parameters", name), name, value)


def _of_product(path: Steps, product: Product, fields: list[str]) -> Iterator[Told]:
    for field in fields:
        kind = field.removeprefix("demand_") if field not in PRODUCT_FIELDS else ""
        place = ("demand", kind) if kind else (field,)
        value = product.demand.get(kind) if kind else getattr(product, field)
        if value is not None:
            name = f"{field}_{product.id}"
            yield Told((*path, *place), name, value, _product_row(field, product))


def _product_row(field: str, product: Product) -> Parameter | None:
    """A row for a product that the register does not know, shaped like those that it does."""
    if product.id in PRODUCTS:
        return None
    rows = [REGISTER[f"{field}_{known}"] for known in PRODUCTS]
    return replace(
        rows[0],
        name=f"{field}_{product.id}",
        low=min(row.low for row in rows),
        high=max(row.high for row in rows),
        meaning=rows[0].meaning.replace(PRODUCTS[0], product.id),
        distribution=rows[-1].distribution,
    )


def _of_outlet(path: Steps, outlet: Outlet) -> Iterator[Told]:
    way = Parameter(
        f"distance_km_{outlet.id}", 0, 0, 0, "km", f"way to {outlet.name}", OWN_FILE,
        hard_low=0, hard_high=500,
    )  # fmt: skip
    size = Parameter(
        f"size_{outlet.id}", 1, 1, 1, "x", f"size of {outlet.name}, in outlets of its kind",
        OWN_FILE, hard_low=0, hard_high=1_000,
    )  # fmt: skip
    yield Told((*path, "distance_km"), way.name, outlet.distance_km, way)
    yield Told((*path, "size"), size.name, outlet.size, size)
    if outlet.margin:
        name, usual = f"margin_{outlet.id}", REGISTER["consign_margin"]
        margin = replace(usual, name=name, meaning=f"share of the price {outlet.name} keeps")
        yield Told((*path, "margin"), name, outlet.margin, margin)


def applied(each: Told, register: Mapping[str, Parameter]) -> Parameter:
    """The row with what the group tells; ParameterError when that is not possible."""
    row = each.row or find(register, each.name)
    if isinstance(each.value, str):
        return with_value(row, read_setting({row.name: row}, row.name, each.value))
    quantity = each.value
    known = with_value(row, quantity.value, quantity.low, quantity.high)
    source = quantity.source or OWN_FILE
    return replace(known, source=source, provenance=_provenance(source))


def _provenance(source: str) -> str:
    """Where a number comes from, by how its source begins: F74 a fact, [S16] an outside source."""
    if source[:1] == "F" and source[1:2].isdigit():
        return "paper"
    return "literature" if source.startswith("[S") else "assumption"
