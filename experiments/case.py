"""The tables about the case: SEMANGAT 72, its outlets, products and scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from experiments.markdown import code, number, role, span, table
from sim.draws import name_key
from sim.parameters import REGISTER
from sim.scenario import Intervention, Quantity, Shock, load_group, load_scenario, register_of

SCENARIOS: Final = Path(__file__).resolve().parent.parent / "configs/scenarios"
EXAMPLES: Final = ("contoh_perluasan",)  # of another group


def outlets() -> str:
    """The outlets of SEMANGAT 72, and whose turn comes first where turns matter."""
    outlets = load_group().outlets
    turns = sorted(outlets, key=lambda outlet: name_key(outlet.id))
    rows = [
        (code(outlet.id), turns.index(outlet) + 1, outlet.kind, outlet.place,
         _quantity(outlet.distance_km), "yes" if outlet.initial else "",
         ", ".join(outlet.closed_weekdays))
        for outlet in outlets
    ]  # fmt: skip
    head = ("outlet", "turn", "kind", "place", "km (range)", "before week 0", "rests on")
    return table(head, rows)


def _quantity(quantity: Quantity) -> str:
    low, high = quantity.low, quantity.high
    around = "" if low is None or high is None else f" ({number(low)} to {number(high)})"
    return number(quantity.value) + around


def products() -> str:
    """The products of SEMANGAT 72; their numbers are parameters."""
    rows = [
        (code(product.id), "yes" if product.potential else "", "yes" if product.sun_dried else "",
         ", ".join(f"{name} {number(share)}" for name, share in product.ingredients.items()))
        for product in load_group().products
    ]  # fmt: skip
    return table(("product", "potential", "dried in the sun", "ingredients, shares of cost"), rows)


def parameters() -> str:
    """Parameters that the file of SEMANGAT 72 adds to the register, or whose role it changes."""
    rows = [
        (code(row.name), number(row.default), span(row), row.unit, role(row))
        for row in register_of(load_group()).values()
        if row.name not in REGISTER or role(row) != role(REGISTER[row.name])
    ]
    return table(("parameter", "default", "range", "unit", "role"), rows)


def scenarios() -> str:
    """What each scenario that ships does, week by week."""
    names = sorted(path.stem for path in SCENARIOS.glob("*.yaml"))
    plans = [load_scenario(name) for name in names if name not in EXAMPLES]
    rows = [
        (code(plan.id), "; ".join(map(_planned, plan.interventions)),
         "; ".join(map(_planned, plan.shocks)))
        for plan in plans
    ]  # fmt: skip
    return table(("scenario", "interventions: week kind (with)", "shocks"), rows)


def _planned(plan: Intervention | Shock) -> str:
    given = plan.model_dump(exclude={"kind", "week"}, exclude_defaults=True, exclude_none=True)
    details = ", ".join(f"{name} {_listed(value)}" for name, value in given.items())
    return f"{plan.week} {plan.kind}" + (f" ({details})" if details else "")  # type: ignore[union-attr]


def _listed(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name} {_listed(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return "+".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else number(value)
