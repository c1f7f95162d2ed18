"""Which parameters people can be asked about, in whose unit, and who can answer.

The words are in the catalogue: `ask.<key>` is the question, `unit.<unit>` its unit. The answer is
the parameter times `factor`: a hazard a week times 52 is "how often in a year".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from experiments.messages import text
from sim.parameters import OUTLET_KINDS, Parameter
from sim.scenario import Group

Who = Literal["women", "outlets", "officers", "village"]
WOMEN: Final = 0.0  # a factor that stands for the size of the group


@dataclass(frozen=True)
class Question:
    """How a parameter is asked about."""

    parameter: str
    key: str
    unit: str
    who: Who
    factor: float
    about: tuple[tuple[str, str], ...] = ()  # blanks of the text

    def words(self, lang: str) -> str:
        """The question in plain words."""
        return text(lang, f"ask.{self.key}", **dict(self.about))

    def in_people_units(self, value: float) -> float:
        """A parameter's value as people would say it."""
        return value * self.factor

    def in_model_units(self, answer: float) -> float:
        """What people say as a parameter's value."""
        return answer / self.factor


# Parameter, unit, who can answer, factor.
_ALONE: Final[tuple[tuple[str, str, Who, float], ...]] = (
    ("session_hours", "hours", "women", 1),
    ("indirect_time_share", "minutes", "women", 60),
    ("min_crew", "women", "women", 1),
    ("share_conditional", "women", "women", WOMEN),
    ("share_freerider", "women", "women", WOMEN),
    ("household_size", "people", "women", 1),
    ("hh_income_other_month", "rupiah", "women", 1),
    ("farm_wage_day", "rupiah", "women", 1),
    ("session_reservation_frac", "rupiah", "women", 10_000),
    ("core_failure_hazard", "times", "women", 52),
    ("repair_weeks", "weeks", "women", 1),
    ("delivery_fail_prob", "of_ten_weeks", "women", 10),
    ("failure_goods_lost", "of_ten", "women", 10),
    ("delivery_hours_outlet", "minutes", "women", 60),
    ("transport_cost_km", "rupiah", "officers", 1),
    ("working_capital_0", "rupiah", "officers", 1),
    ("reserve_share", "rupiah", "officers", 10_000),
    ("n_outlets_init", "outlets", "officers", 1),
    ("consign_margin", "rupiah", "outlets", 10_000),
    ("payment_lag", "weeks", "outlets", 1),
    ("stall_levy", "rupiah", "village", 1),
)
_OF_PRODUCT: Final[tuple[tuple[str, str, Who], ...]] = (
    ("price", "rupiah", "women"),
    ("cost", "rupiah", "women"),
    ("labour_rate", "pieces", "women"),
    ("shelf_life_days", "days", "women"),
)
_OF_OUTLET: Final[tuple[tuple[str, str, Who], ...]] = (
    ("distance_km", "km", "women"),
    ("size", "times_as_much", "outlets"),
)


def question_for(row: Parameter, group: Group, lang: str) -> Question | None:
    """The question about a parameter; None when nobody in the room could answer it."""
    name = row.name
    for parameter, unit, who, factor in _ALONE:
        if parameter == name:
            size = group.members.count
            about = (("size", str(size)),) if factor == WOMEN else ()
            return Question(name, name, unit, who, factor or float(size), about)
    products = {each.id: getattr(each.name, lang) for each in group.products if not each.potential}
    for start, unit, who in _OF_PRODUCT:
        product = name.removeprefix(f"{start}_")
        if name.startswith(f"{start}_") and product in products:
            return Question(name, start, unit, who, 1, (("product", products[product]),))
    outlets = {each.id: each.name for each in group.outlets}
    for start, unit, who in _OF_OUTLET:
        outlet = name.removeprefix(f"{start}_")
        if name.startswith(f"{start}_") and outlet in outlets:
            return Question(name, start, unit, who, 1, (("outlet", outlets[outlet]),))
    for kind in OUTLET_KINDS:
        product = name.removeprefix(f"demand_{kind}_")
        if name.startswith(f"demand_{kind}_") and product in products:
            about = (("product", products[product]), ("kind", text(lang, f"partner.{kind}")))
            return Question(name, "demand", "pieces", "outlets", 1, about)
    return None
