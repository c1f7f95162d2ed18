"""What may happen to a group while a scenario runs, as frozen objects."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, Strict

from sim.config.values import ANY, Described, Number, Share, Slug, Week, Weeks


class Shock(Described):
    """Something that happens to the group and lasts some weeks."""

    week: Week
    """The first week."""
    weeks: Weeks
    """How many weeks it lasts."""


class HusbandIncome(Shock):
    """Households lose the husband's income, or part of it (F31, F32)."""

    kind: Literal["husband_income"]
    households: Annotated[int, Strict(), Field(ge=1, le=100_000)]
    """How many of the members' households."""
    size: Share
    """Share of their other income that is lost."""


class OutletClosure(Shock):
    """An outlet is closed."""

    kind: Literal["outlet_closure"]
    outlet: Slug


class OfficerIllness(Shock):
    """The woman in whose house they produce is ill (F77)."""

    kind: Literal["officer_illness"]


class FailedHarvest(Shock):
    """The fields need fewer hands."""

    kind: Literal["failed_harvest"]
    size: Share
    """Share of the farm days that is lost."""


class IngredientPrice(Shock):
    """An ingredient becomes dearer or cheaper."""

    kind: Literal["ingredient_price"]
    ingredient: Slug
    """One that a product of the group names."""
    size: Annotated[Number, Field(ge=-0.9, le=10)]
    """Change of its price: 0.3 is 30 percent dearer."""


class LatePayment(Shock):
    """What outlets owe comes only after these weeks."""

    kind: Literal["late_payment"]
    outlet: Slug = ANY
    """One outlet, or any: all of them."""


AnyShock: TypeAlias = Annotated[
    HusbandIncome | OutletClosure | OfficerIllness | FailedHarvest | IngredientPrice | LatePayment,
    Field(discriminator="kind"),
]
