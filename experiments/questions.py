"""Which parameters people can be asked about, in whose unit, and who can answer.

The words are in the catalogue: `ask.<key>` is the question, `thing.<key>` what it is about, in
short, and `unit.<unit>` its unit. The answer is the parameter times `factor`: a hazard a week times
52 is "how often in a year". What nobody in or around the group can know, such as how strongly one
thing acts on another, has no question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from experiments.messages import month, text
from sim.parameters import MONTHS, OUTLET_KINDS, Parameter
from sim.scenario import Group

Who = Literal["women", "officers", "outlets", "village", "donors"]
WHO: Final[tuple[Who, ...]] = get_args(Who)
YEAR: Final = 52  # weeks
TEN: Final = 10
HOUR: Final = 60  # minutes
RUPIAH: Final = 10_000  # of which a share is told
MILLION: Final = 1_000_000


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

    def unit_words(self, lang: str) -> str:
        """The unit alone, with dots where the answer goes."""
        return "Rp …" if self.unit == "rupiah" else text(lang, f"unit.{self.unit}", n="…")

    def who_words(self, lang: str) -> str:
        """Who can answer."""
        return text(lang, f"who.{self.who}")


# Who can answer, unit, factor: the parameters.
_ALONE: Final[dict[tuple[Who, str, float], tuple[str, ...]]] = {
    ("women", "hours", 1): ("session_hours",),
    ("women", "minutes", HOUR): (
        "indirect_time_share", "delivery_hours_outlet", "shared_trip_saving",
    ),
    ("women", "minutes", 1): ("travel_minutes_km",),
    ("women", "women", 1): ("min_crew",),
    ("women", "people", 1): ("household_size", "n_pool_recruits"),
    ("women", "rupiah", 1): ("hh_income_other_month", "farm_wage_day", "expected_pay_init"),
    ("women", "rupiah", RUPIAH): (
        "session_reservation_frac", "exit_pay_ratio", "husband_loss_share", "price_shock_size",
        "grant_cash_leak",
    ),
    ("women", "days", TEN): ("farm_days_factor",),
    ("women", "of_ten_days", TEN): ("harvest_fail_share",),
    ("women", "times", YEAR): ("core_failure_hazard", "illness_hazard", "price_shock_hazard"),
    ("women", "in_ten_years", TEN * YEAR): ("harvest_fail_hazard",),
    ("women", "of_ten_houses", TEN * YEAR): ("husband_loss_hazard",),
    ("women", "weeks", 1): (
        "repair_weeks", "illness_weeks", "exit_unpaid_weeks", "norm_recall_weeks", "fgd_halflife",
        "husband_loss_weeks", "harvest_fail_weeks", "price_shock_weeks",
    ),
    ("women", "of_ten_weeks", TEN): ("delivery_fail_prob",),
    ("women", "of_ten", TEN): ("failure_goods_lost",),
    ("women", "packs", TEN): ("tools_multiplier_init", "tools_gain"),
    ("women", "of_ten_women", TEN): ("trust_base_inside", "efficacy_init", "motivation_init"),
    ("women", "of_ten_things", TEN): ("norm_init", "norm_adopted", "grant_tools_leak"),
    ("officers", "rupiah", 1): ("transport_cost_km", "working_capital_0", "wage_request"),
    ("officers", "rupiah", RUPIAH): (
        "reserve_share", "officer_bonus_share", "intervention_cost_factor",
    ),
    ("officers", "outlets", 1): ("n_outlets_init",),
    ("officers", "weeks", 1): (
        "reserve_release_weeks", "order_memory_weeks", "serve_short_weeks",
    ),
    ("officers", "packs", TEN): ("order_step", "order_low_unsold", "order_high_unsold"),
    ("officers", "times", YEAR): ("join_hazard", "late_payment_prob", "deception_hazard"),
    ("outlets", "rupiah", RUPIAH): ("consign_margin", "putus_margin"),
    ("outlets", "weeks", 1): (
        "payment_lag", "promise_weeks", "revisit_weeks", "drop_bad_weeks", "closure_weeks",
    ),
    ("outlets", "of_ten_people", TEN): (
        "trust_base_in_village", "trust_base_outside", "catchment_overlap",
    ),
    ("outlets", "of_ten", TEN): (
        "quality_init", "order_trust_intercept", "new_tie_order_share", "drop_unsold",
        "short_share",
    ),
    ("outlets", "packs", TEN): ("ramadan_takjil_mult", "ramadan_canteen_mult", "lebaran_mult"),
    ("outlets", "count", 1): ("tie_prior_good", "trust_loss_ratio", "drop_min_deliveries"),
    ("outlets", "of_ten_places", TEN): (
        "reopen_visit", "info_pass_participant", "info_pass_other", "hearsay_far",
    ),
    ("outlets", "outlets", 1): ("hearsay_neighbours",),
    ("outlets", "times", YEAR): ("closure_hazard",),
    ("village", "rupiah", 1): ("stall_levy", "dana_desa_year"),
    ("village", "rupiah", MILLION): ("dana_desa_group_share",),
    ("village", "minutes", HOUR): ("partner_trip_relief",),
    ("village", "yes_no", 1): ("facility_stands_in",),
    ("village", "weeks", 1): ("legality_delay",),
    ("village", "of_ten_groups", TEN): ("legality_prob", "core_terminal_prob"),
    ("village", "of_ten_times", TEN): ("facility_core_relief", "kuwu_turnover_prob"),
    ("village", "of_ten_things", TEN): (
        "campaign_reach", "budget_late_prob", "wage_request_factor",
    ),
    ("donors", "rupiah", 1): ("grant_pesantren", "grant_kube_kemensos"),
    ("donors", "weeks", 1): ("grant_delay", "resubmit_weeks"),
}  # fmt: skip
# Asked as so many of all women, or of all women in a year.
_OF_WOMEN: Final = {
    "share_conditional": 1.0, "share_freerider": 1.0, "belief_init": 1.0,
    "exit_hazard": float(YEAR),
}  # fmt: skip
_OF_PRODUCT: Final[tuple[tuple[str, str, Who], ...]] = (
    ("price", "rupiah", "women"),
    ("cost", "rupiah", "women"),
    ("labour_rate", "pieces", "women"),
    ("shelf_life_days", "days", "women"),
)
_OF_OUTLET: Final[tuple[tuple[str, str, Who, float], ...]] = (
    ("distance_km", "km", "women", 1),
    ("size", "times_as_much", "outlets", 1),
    ("margin", "rupiah", "outlets", RUPIAH),
)
_BY_NAME: Final = {name: row for row, names in _ALONE.items() for name in names}


def question_for(row: Parameter, group: Group, lang: str) -> Question | None:
    """The question about a parameter; None when nobody in or around the group could answer it."""
    name = row.name
    if name in _BY_NAME:
        who, unit, factor = _BY_NAME[name]
        return Question(name, name, unit, who, factor)
    if name in _OF_WOMEN:
        size = group.members.count
        about = (("size", str(size)),)
        return Question(name, name, "women", "women", _OF_WOMEN[name] * size, about)
    return _of_month(name, lang) or _of_product(name, group, lang) or _of_outlet(name, group)


def questions_of(register: Mapping[str, Parameter], group: Group, lang: str) -> dict[str, Question]:
    """Every question about a register, by the parameter's name."""
    found = {name: question_for(row, group, lang) for name, row in register.items()}
    return {name: question for name, question in found.items() if question}


def _of_month(name: str, lang: str) -> Question | None:
    head, _, last = name.rpartition("_")
    if head != "rain_drying" or last not in MONTHS:
        return None
    about = (("month", month(MONTHS.index(last) + 1, lang)),)
    return Question(name, head, "of_ten_trays", "women", TEN, about)


def _of_product(name: str, group: Group, lang: str) -> Question | None:
    products = {each.id: getattr(each.name, lang) for each in group.products if not each.potential}
    for start, unit, who in _OF_PRODUCT:
        product = name.removeprefix(f"{start}_")
        if name.startswith(f"{start}_") and product in products:
            return Question(name, start, unit, who, 1, (("product", products[product]),))
    for kind in OUTLET_KINDS:
        product = name.removeprefix(f"demand_{kind}_")
        if name.startswith(f"demand_{kind}_") and product in products:
            about = (("product", products[product]), ("kind", text(lang, f"partner.{kind}")))
            return Question(name, "demand", "pieces", "outlets", 1, about)
    return None


def _of_outlet(name: str, group: Group) -> Question | None:
    outlets = {each.id: each.name for each in group.outlets}
    for start, unit, who, factor in _OF_OUTLET:
        outlet = name.removeprefix(f"{start}_")
        if name.startswith(f"{start}_") and outlet in outlets:
            return Question(name, start, unit, who, factor, (("outlet", outlets[outlet]),))
    return None
