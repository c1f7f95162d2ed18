"""The whole state of a run as arrays, one row an agent: what both engines start from and agree on.

The fields are those of `sim.state`: its numbers lie in tables of records, its vectors in arrays
with the agent first. All of it is one block of memory, so that a run begins with one copy.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import Field, fields
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import readable
from sim.draws import Event
from sim.parameters import OUTLET_KINDS
from sim.state import DonorState, KubeState, MemberState, OutletState, PlanState, ShockState

Table = NDArray[np.void]

_NUMBERS: Final = {"int": "i8", "float": "f8", "bool": "?"}
_VECTORS: Final = {"Counts": "i8", "Floats": "f8", "Flags": "?"}
_ALIGNED: Final = 16  # bytes


class Women(NamedTuple):
    """One row a woman; vectors [woman, session]."""

    rows: Table
    called: NDArray[np.bool_]
    came: NDArray[np.bool_]
    worked: NDArray[np.bool_]


class Outlets(NamedTuple):
    """One row an outlet, sorted by key; vectors with the outlet first."""

    rows: Table
    acquaintances: NDArray[np.int64]
    demand: NDArray[np.float64]
    receipts: NDArray[np.int64]
    due: NDArray[np.int64]
    means: NDArray[np.float64]
    orders: NDArray[np.int64]
    batches: NDArray[np.int64]
    delivered: NDArray[np.int64]
    sold: NDArray[np.int64]
    returned: NDArray[np.int64]
    wasted: NDArray[np.int64]
    lost: NDArray[np.int64]


class Donors(NamedTuple):
    """One row a donor, sorted by key."""

    rows: Table


class KubeArrays(NamedTuple):
    """The group: a single row, and its vectors."""

    rows: Table
    stock: NDArray[np.int64]
    offered: NDArray[np.bool_]
    supply: NDArray[np.float64]
    sold_memory: NDArray[np.int64]
    expected_memory: NDArray[np.float64]
    material_plans: NDArray[np.int64]
    price_rise: NDArray[np.float64]
    price_weeks: NDArray[np.int64]
    held: NDArray[np.bool_]
    opening_stock: NDArray[np.int64]
    made: NDArray[np.int64]
    unit_costs: NDArray[np.int64]


class Plans(NamedTuple):
    """One row an intervention, in the scenario's order."""

    rows: Table


class Shocks(NamedTuple):
    """One row a scheduled shock."""

    rows: Table


class Room(NamedTuple):
    """Room to work in, no state: compiled code makes no arrays of its own."""

    keys: NDArray[np.int64]  # of this week's events
    noted: NDArray[np.int64]  # a single number: happenings noted so far
    turns: NDArray[np.float64]  # of women
    sorting: NDArray[np.float64]  # of women
    places: NDArray[np.int64]  # of women
    invited: NDArray[np.bool_]  # of women
    views: NDArray[np.float64]  # of outlets
    heard: NDArray[np.float64]  # of outlets
    asked: NDArray[np.int64]  # of outlets
    loads: NDArray[np.int64]  # of outlets
    alike: NDArray[np.int64]  # [kind, side] partner outlets
    to_make: NDArray[np.int64]  # of products


class World(NamedTuple):
    """Everything, and the block of memory that holds it."""

    women: Women
    outlets: Outlets
    donors: Donors
    kube: KubeArrays
    plans: Plans
    shocks: Shocks
    block: NDArray[np.uint8]
    room: Room


# Each part with the state that its rows hold.
PARTS: Final[Mapping[str, tuple[type[Any], type]]] = {
    "women": (Women, MemberState),
    "outlets": (Outlets, OutletState),
    "donors": (Donors, DonorState),
    "kube": (KubeArrays, KubeState),
    "plans": (Plans, PlanState),
    "shocks": (Shocks, ShockState),
}


@cache
def numbers_of(state: type) -> np.dtype[np.void]:
    """The record of a state's numbers; ids are kept elsewhere."""
    named = ((each.name, _NUMBERS.get(str(each.type))) for each in fields(state))
    return np.dtype([(name, kind) for name, kind in named if kind], align=True)


@cache
def vectors_of(state: type) -> tuple[Field[Any], ...]:
    """The fields of a state that are arrays."""
    return tuple(each for each in fields(state) if "over" in each.metadata)


def empty(lengths: Mapping[str, int], axes: Mapping[str, int]) -> World:
    """A world of zeros: `lengths` tells the rows of each part, `axes` the length of each axis."""
    shapes: dict[tuple[str, str], tuple[tuple[int, ...], np.dtype[Any]]] = {}
    for part, (_, state) in PARTS.items():
        shapes[part, "rows"] = (lengths[part],), numbers_of(state)
        for each in vectors_of(state):
            of_agents = () if state is KubeState else (lengths[part],)
            shape = (*of_agents, *(axes[axis] for axis in each.metadata["over"]))
            shapes[part, each.name] = shape, np.dtype(_VECTORS[str(each.type)])
    return _laid_out(shapes)


def _laid_out(
    shapes: Mapping[tuple[str, str], tuple[tuple[int, ...], np.dtype[Any]]],
) -> World:
    sizes = [math.prod(shape) * kind.itemsize for shape, kind in shapes.values()]
    steps = [-(-size // _ALIGNED) * _ALIGNED for size in sizes]
    block = np.zeros(sum(steps), np.uint8)
    arrays: dict[str, dict[str, NDArray[Any]]] = {part: {} for part in PARTS}
    start = 0
    for ((part, name), (shape, kind)), size, step in zip(shapes.items(), sizes, steps, strict=True):
        arrays[part][name] = readable(block[start : start + size].view(kind).reshape(shape))
        start += step
    parts = {part: made(**arrays[part]) for part, (made, _) in PARTS.items()}
    women, outlets = len(parts["women"].rows), len(parts["outlets"].rows)
    return World(**parts, block=block, room=_room(women, outlets, len(parts["kube"].stock)))


def _room(women: int, outlets: int, products: int) -> Room:
    return Room(
        keys=np.zeros(max(Event) + 1, np.int64),
        noted=np.zeros(1, np.int64),
        turns=np.zeros(women),
        sorting=np.zeros(women),
        places=np.zeros(women, np.int64),
        invited=np.zeros(women, np.bool_),
        views=np.zeros(outlets),
        heard=np.zeros(outlets),
        asked=np.zeros(outlets, np.int64),
        loads=np.zeros(outlets, np.int64),
        alike=np.zeros((len(OUTLET_KINDS), 2), np.int64),
        to_make=np.zeros(products, np.int64),
    )


def copy(world: World) -> World:
    """A world of the same shape and content in memory of its own."""
    shapes = {
        (part, name): (array.shape, array.dtype)
        for part in PARTS
        for name, array in getattr(world, part)._asdict().items()
    }
    made = _laid_out(shapes)
    made.block[:] = world.block
    return made


def states(world: World, part: str, ids: Sequence[str] = ()) -> list[Any]:
    """The rows of a part as state objects with vectors of their own."""
    arrays, state = getattr(world, part), PARTS[part][1]
    names = arrays.rows.dtype.names
    vectors = [each.name for each in vectors_of(state)]
    made = []
    for i, row in enumerate(arrays.rows.tolist()):
        values = dict(zip(names, row, strict=True))
        values |= {name: np.array(_vector(arrays, state, name, i)) for name in vectors}
        if any(each.name == "id" for each in fields(state)):
            values["id"] = ids[i]
        made.append(state(**values))
    return made


def write(world: World, part: str, agents: Iterable[Any]) -> None:
    """Copy agents into the rows of a part, and their vectors."""
    arrays, state = getattr(world, part), PARTS[part][1]
    names = arrays.rows.dtype.names
    vectors = [each.name for each in vectors_of(state)]
    for i, agent in enumerate(agents):
        arrays.rows[i] = tuple(getattr(agent, name) for name in names)
        for name in vectors:
            _vector(arrays, state, name, i)[...] = getattr(agent, name)


def _vector(arrays: Any, state: type, name: str, i: int) -> NDArray[Any]:
    whole: NDArray[Any] = getattr(arrays, name)
    return whole if state is KubeState else whole[i]


# --- What a village of one's own may get wrong ---------------------------------------------------


class FieldError(ValueError):
    """A field of an agent holds what is no number."""


def is_finite(world: World) -> bool:
    """Whether every fraction in the world is a number."""
    arrays = [array for part in PARTS for array in getattr(world, part)]
    columns = [array[name] for array in arrays for name in array.dtype.names or ()]
    plain = [array for array in arrays if array.dtype.names is None]
    return all(np.isfinite(each).all() for each in (*columns, *plain) if each.dtype.kind == "f")


def refuse_odd_fields(parts: Mapping[str, Sequence[Any]]) -> None:
    """Raise FieldError, with the field's name, when an agent holds what is no number."""
    for part, agents in parts.items():
        state, text = PARTS[part][1], {"id"}
        names = [each.name for each in fields(state) if each.name not in text]
        for i, agent in enumerate(agents):
            for name in names:
                value = getattr(agent, name)
                if not _is_number(value):
                    whose = getattr(agent, "id", f"number {i}") if part != "kube" else "the group"
                    raise FieldError(f"{name} of {whose} is {_told(value)}, expected a number")


def _is_number(value: Any) -> bool:
    """Whether a value, or each of an array, is a number."""
    array = np.asarray(value)
    return array.dtype.kind in "biu" or (array.dtype.kind == "f" and bool(np.isfinite(array).all()))


def _told(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)
