"""The parameter register: every number of the model, once.

Each row gives the name, the default, the range in which the truth plausibly lies, the unit, what it
means and where it comes from. S-numbers and F-numbers refer to `docs/sources.md`: S are outside
sources, F are facts of the paper (Mushoddiq). Nothing else in `sim/` holds a number that matters,
the dates in `sim/calendar.py` aside; rules read them as `p.name`.

Roles
    uncertain  unknown, drawn from its range in every plausible village
    given      told by the group's file or a convention; not drawn
    lever      something the group or the programme decides; not drawn
    switch     a structural alternative, one of `choices`; not drawn
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

Value = float | int | str
Role = Literal["uncertain", "given", "lever", "switch"]
Distribution = Literal["triangular", "log_triangular", "integer"]

INFINITY: Final = float("inf")


class ParameterError(ValueError):
    """A name or value that the register does not allow; the message says what would do."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of the register. `low` and `high` bound what is plausible, `hard_*` what is possible.

    `provenance`: paper, literature, assumption, or calibrated (an assumption that `semangat
    calibrate` has narrowed, `sourced` being its default, low and high before); `check`: V seen in
    the source, M from memory, A not verified. `distribution` says how plausible values are drawn: a
    triangle with its peak at the default (on a log scale for factors and sizes), or the same
    rounded to whole numbers.
    """

    name: str
    default: Value
    low: float
    high: float
    unit: str
    meaning: str
    source: str
    provenance: str = "assumption"
    check: str = "A"
    role: Role = "uncertain"
    hard_low: float = -INFINITY
    hard_high: float = INFINITY
    distribution: Distribution = "triangular"
    choices: tuple[str, ...] = ()
    sourced: tuple[float, float, float] | None = None

    @property
    def drawn(self) -> bool:
        """Whether plausible villages differ in this parameter."""
        return self.role == "uncertain" and self.low < self.high

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are allowed."""
        return self.distribution == "integer"


@dataclass(frozen=True, slots=True)
class OutletKind:
    """A kind of outlet: canteens are `daytime` trade (Ramadan empties them), `terms` close them."""

    name: str
    daytime: bool
    terms: Literal["none", "school", "pesantren"]


OUTLET_KINDS: Final[dict[str, OutletKind]] = {
    kind.name: kind
    for kind in (
        OutletKind("warung", daytime=False, terms="none"),
        OutletKind("pesantren", daytime=True, terms="pesantren"),
        OutletKind("school", daytime=True, terms="school"),
        OutletKind("market", daytime=False, terms="none"),
        OutletKind("online", daytime=False, terms="none"),
    )
}


class Kind(IntEnum):
    """What a scenario can plan; a new kind gets the next number."""

    FGD = 0
    PROPOSAL_TRAINING = 1
    NEGOTIATION = 2
    AUDIENCE = 3
    CAPITAL_PROPOSAL = 4
    MENTORING = 5
    NORMS = 6
    PRODUCT_TRAINING = 7
    CAMPAIGN = 8
    COUNSELLING = 9
    MARKET_STALL = 10
    SOCIAL_MEDIA = 11
    FACILITY = 12
    EDUCATION = 13
    PERSUASION = 14
    AGENCY_TRAINING = 15
    PARTNER_SUPPORT = 16
    VILLAGE_REGULATION = 17


INTERVENTION_KINDS: Final = tuple(kind.name.lower() for kind in Kind)
# Kinds whose costs are told per week while they last.
WEEKLY_KINDS: Final = ("mentoring", "market_stall", "social_media", "facility", "partner_support")
PRODUCT_FIELDS: Final = ("price", "cost", "shelf_life_days", "labour_rate")
DAYS_PER_WEEK: Final = 7
BOTH_WAYS: Final = 2
HALVING: Final = 2
GAMMA_SHAPE: Final = 2  # of delays: the sum of two exponential waits
MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip

# What is possible at all, by unit; a row may narrow it.
_HARD: Final[dict[str, tuple[float, float]]] = {
    "share": (0.0, 1.0),
    "0-1": (0.0, 1.0),
    "probability": (0.0, 1.0),
    "1/week": (0.0, 1.0),
    "log-odds": (-50.0, 50.0),
    "x": (0.0, 100.0),
    "weeks": (0.0, 520.0),
    "days": (1.0, 365.0),
    "days/week": (0.0, 7.0),
    "hours": (0.0, 24.0),
    "persons": (0.0, 100_000.0),
    "outlets": (0.0, 1_000.0),
    "km": (0.0, 500.0),
    "pieces/day": (0.0, 100_000.0),
    "pieces/hour": (0.01, 10_000.0),
    "events": (0.0, 1_000.0),
}

_ROWS: list[Parameter] = []


def _row(
    name: str,
    default: Value,
    low: float,
    high: float,
    unit: str,
    meaning: str,
    source: str,
    origin: str = "assumption/A",
    *,
    role: Role = "uncertain",
    hard: tuple[float, float] | None = None,
    distribution: Distribution = "triangular",
    choices: tuple[str, ...] = (),
    sourced: tuple[float, float, float] | None = None,
) -> None:
    provenance, _, check = origin.partition("/")
    bounds = hard or _HARD.get(unit) or ((0.0, 1e12) if unit.startswith("Rp") else None)
    hard_low, hard_high = bounds or (-INFINITY, INFINITY)
    _ROWS.append(
        Parameter(
            name, default, low, high, unit, meaning, source, provenance, check, role,
            hard_low, hard_high, distribution, choices, sourced,
        )
    )  # fmt: skip


def _switch(name: str, default: str, choices: tuple[str, ...], meaning: str, source: str) -> None:
    _row(name, default, 0, 0, "-", meaning, source, "assumption/A", role="switch", choices=choices)


# fmt: off
# --- The group ---
_row("n_members", 20, 5, 20, "persons", "members of the group at week 0",
     "F74; KUBE rule 5-20 families [S16]", "paper/V", role="given", distribution="integer")
_row("n_officers", 4, 3, 5, "persons", "officers; they carry the ties outward", "F73", "paper/V",
     role="given", distribution="integer")
_row("n_pool_recruits", 150, 50, 400, "persons", "farm labourers a campaign can reach",
     "share of the 996 households (F17) in RW 03-05", distribution="integer")
_row("kube_limit", 20, 20, 20, "persons", "women a group may have; one founded larger keeps its "
     "size", "KUBE rule 5-20 families [S16]", "literature/V", role="given", distribution="integer")
_row("sessions_per_week", 2, 1, 6, "sessions", "production sessions: the first weekday and the "
     "following days", "F78", "paper/V", role="lever", hard=(1, 6), distribution="integer")
_row("session_hours", 4, 2, 6, "hours", "length of a session", "not in the paper", hard=(0.1, 24))
_row("horizon_weeks", 52, 16, 104, "weeks", "length of a run", "study end assumed at week 16 (X22)",
     role="lever", distribution="integer", hard=(1, 520))
_row("burn_in_weeks", 8, 4, 16, "weeks", "weeks lived before week 0, not recorded",
     "theory sheet 2.14.1", role="given", distribution="integer", hard=(0, 104))
_row("min_crew", 5, 3, 10, "persons", "a session with fewer women is cancelled",
     "theory sheet 2.0.3: needed so that cooperation matters", distribution="integer")
_row("working_capital_0", 300_000, 300_000, 2_000_000, "Rp", "cash box at the founding",
     "ask the treasurer; range theory sheet 2.15.10", distribution="log_triangular")
_row("reserve_share", 0.2, 0.0, 0.4, "share", "share of a positive surplus kept as capital",
     "cooperative example 40% reserve [S53]; no KUBE rule found")
_row("reserve_release_weeks", 3, 1, 8, "weeks", "reserve above this many weeks of materials is "
     "paid out", "theory sheet 2.14.13")
_switch("division_rule", "attendance", ("equal", "attendance", "officer_bonus"),
        "how the surplus is divided among the women",
        "UU 25/1992: in proportion to services; KUBE rule not found")
_row("officer_bonus_share", 0.2, 0.0, 0.4, "share", "share of the payout that officers divide "
     "first under officer_bonus", "assumption")
_switch("initial_outlets", "distinct", ("distinct", "among_the_five"),
        "whether the outlets before week 0 are two others or two of the five of Tabel 4",
        "contradiction X1; theory sheet 2.14.17")
_switch("calendar", "typical_year", ("typical_year", "replication_2019"),
        "which calendar the weeks follow", "theory sheet 2.14.18")
_switch("trust_form", "beta", ("beta", "multiplicative"),
        "how outlets form trust: counted evidence, or a level times a factor after each week",
        "Josang and Ismail 2002 [S40]; LFABM [S60]")
_switch("participation_form", "conditional", ("conditional", "payoff"),
        "what women answer to: what the others do, or what coming has paid",
        "Fischbacher et al. 2001 [S46]; Burton-Chellew et al. 2015 [S49]")
_switch("lawang_reading", "structural", ("structural", "additive", "literal"),
        "what one broken knot does: the production core stops all; nothing else stops; all stops",
        "Lawang 4 (F157); theory sheet 2.10")
_switch("contract", "as_told", ("as_told", "titip", "putus"),
        "contract with every outlet: as the file tells, consignment, or outright sale",
        "theory sheet 2.14.19; contradiction X14")
_switch("election", "none", ("none", "in_time"),
        "whether a village head is elected in election_week", "theory sheet 2.0.4 [S38, S39]")

# --- Farm work and households ---
_row("farm_wage_day", 35_000, 20_000, 50_000, "Rp/day", "farm wage of a woman per day",
     "F24; national mean 54,354 [S4]", "paper/V", hard=(0, 10_000_000))
_row("farm_hours_day", 6, 5, 8, "hours", "hours of a farm day, for the wage per hour",
     "theory sheet 2.0.1: Rp 5,000-7,000 per hour", role="given")
for _month, _days in zip(
    MONTHS, (2.0, 1.0, 2.5, 4.0, 3.0, 1.5, 2.0, 2.0, 0.8, 0.8, 2.0, 4.0), strict=True
):
    _row(f"farm_days_{_month}", _days, 0.5 * _days, min(7.0, 1.5 * _days), "days/week",
         f"days a week on which a woman is called to the fields in {_month.capitalize()}",
         "shape from the planting calendar [S28-S30], level guessed", role="given")
_row("farm_days_factor", 1.0, 0.5, 1.5, "x", "multiplies farm_days of every month",
     "levels are guessed; ask in the FGD")
_row("session_reservation_frac", 0.5, 0.3, 1.0, "share", "share of a day's wage lost by attending "
     "a session on a day with a farm call", "half-day pay about half a day [S51]", "assumption/V/A")
_row("hh_income_other_month", 900_000, 400_000, 1_300_000, "Rp/month", "other household income",
     "F21: below 1,500,000 with wages")
_row("hh_income_sd", 0.25, 0.1, 0.5, "share", "spread of other income and size among households",
     "theory sheet 2.14.20")
_row("household_size", 4.7, 4.0, 5.5, "persons", "persons per household", "[S5]",
     "literature/V/A", hard=(1, 30))
_row("poverty_line_month", 376_860, 376_860, 391_009, "Rp/person/month", "rural poverty line, "
     "West Java, March to September 2019", "BPS [S3]", "literature/V", role="given",
     hard=(1, 1e9))
_row("days_per_month", 30.4, 30.4, 30.5, "days", "mean length of a month", "convention",
     "literature/V", role="given")

# --- Products (the three of the paper; another group writes its own into its file) ---
for _product, _price, _cost, _life, _rate in (
    ("pisang", (1_000, 500, 1_500), (600, 400, 850), (1, 1, 1), (25, 15, 30)),
    ("bolu", (2_000, 1_000, 2_500), (1_000, 700, 1_300), (3, 2, 5), (25, 15, 30)),
    ("opak", (5_000, 4_000, 10_000), (2_250, 1_700, 3_000), (60, 7, 180), (5, 3, 6)),
):
    _row(f"price_{_product}", *_price, "Rp/piece", f"price of {_product} to the buyer "
         "(opak: pack of 10)", "[S22]; not found for Cirebon 2019", "literature/V/A",
         hard=(1, 10_000_000))
    _row(f"cost_{_product}", *_cost, "Rp/piece", f"materials of one piece of {_product}",
         "build-up at August 2019 prices [S8], theory sheet 3.2", hard=(0, 10_000_000))
    _row(f"shelf_life_days_{_product}", *_life, "days", f"days on which a batch of {_product} can "
         "be sold; from 7 on, leftovers return to stock", "[S22]", "literature/V/A",
         distribution="integer")
    _row(f"labour_rate_{_product}", *_rate, "pieces/hour", f"pieces of {_product} a woman makes in "
         "an hour", "kipo 25-30 an hour, opak 50 pieces an hour [S22]", "literature/V/A")
for _kind, _sizes, _spread, _source in (
    ("warung", (10, 6, 2), (0.5, 2.0), "key uncertainty; ask in the FGD"),
    ("pesantren", (40, 25, 6), (0.3, 3.0), "pocket money up to Rp 10,000 a day [S79]"),
    ("school", (25, 15, 3), (0.5, 2.0), "canteen of 280 pupils Rp 120-250k a day [S79]"),
    ("market", (40, 20, 8), (0.3, 3.0), "unused potential of Tabel 2 (F106)"),
    ("online", (0, 6, 4), (0.3, 3.0), "unused potential of Tabel 2 (F106); sign only [S79]"),
):
    for _product, _size in zip(("pisang", "bolu", "opak"), _sizes, strict=True):
        _row(f"demand_{_kind}_{_product}", _size, _spread[0] * _size, _spread[1] * _size,
             "pieces/day", f"{_product} that one {_kind} outlet could sell on an open day",
             _source, distribution="log_triangular" if _size else "triangular")

# --- Work ---
_row("indirect_time_share", 0.25, 0.1, 0.4, "share", "share of a session spent shopping and "
     "cooking around the production", "F92", hard=(0, 0.95))
_row("tools_multiplier_init", 1.0, 0.5, 1.0, "x", "productivity with the tools at week 0",
     "assumption", hard=(0.01, 100))
_row("tools_gain", 0.5, 0.2, 1.5, "x", "added to the multiplier when tools are granted",
     "assumption")
for _month, _dry in zip(
    MONTHS, (0.6, 0.7, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.75), strict=True
):
    _row(f"rain_drying_{_month}", _dry, 0.4 if _dry < 1 else 1.0, 1.0, "share",
         f"share of sun-dried goods that dries in {_month.capitalize()}",
         "rain and opak drying [S79]; direction sourced, level guessed", "assumption/V/A")
_row("delivery_hours_outlet", 0.5, 0.25, 1.5, "hours", "work of one delivery at one outlet",
     "F92: goods are taken to warung and canteen")
_row("travel_minutes_km", 4, 3, 6, "minutes/km", "motorcycle, each way", "assumption", hard=(0, 60))
_row("minutes_per_hour", 60, 60, 60, "minutes", "convention", "convention", "literature/V",
     role="given", hard=(1, 1_000))
_row("transport_cost_km", 500, 200, 1_500, "Rp/km", "motorcycle, each way", "assumption")
_row("delivery_fail_prob", 0.04, 0.01, 0.1, "1/week", "late delivery in a week, before what norms, "
     "management and attendance change", "assumption")
_row("fail_norm", 0.3, 0.0, 0.6, "share", "share of failures that full norms prevent",
     "theory sheet 2.3")
_row("fail_skill_intercept", 1.3, 1.0, 1.6, "x", "failure factor without management skill",
     "theory sheet 2.3", role="given")
_row("fail_skill_slope", 0.6, 0.0, 1.2, "x", "how much management skill lowers it",
     "theory sheet 2.3")
_row("fail_attendance", 0.35, 0.0, 0.7, "probability", "added per unit of attendance missing below "
     "fail_attendance_floor", "theory sheet 2.3")
_row("fail_attendance_floor", 0.7, 0.5, 0.8, "share", "attendance that keeps deliveries on time",
     "theory sheet 2.3")
_row("failure_goods_lost", 0.0, 0.0, 0.5, "share", "goods lost in a failed delivery week",
     "theory sheet 2.14.12")
_row("core_failure_hazard", 0.01, 0.0, 0.03, "1/week", "the one house or treasurer falls out",
     "F77: one site; calibrated on V1, V2b", "calibrated/A", sourced=(0.01, 0.0, 0.05))
_row("repair_weeks", 3, 1, 12, "weeks", "until the core, or a dropped tie, can be repaired",
     "Lawang 4 (F157); length assumed", distribution="integer")
_row("repair_relief", 0.3, 0.0, 0.6, "share", "share of the repair time that full norms or a "
     "mentor save", "theory sheet 2.10")
_row("core_terminal_prob", 0.15, 0.0, 0.4, "probability", "a core failure ends the group, without "
     "norms or mentor", "21 of 42 KUBE inactive [S21]")
_row("core_mentor_relief", 0.5, 0.0, 1.0, "share", "share of final failures a mentor prevents",
     "companions most decisive [S18]; size assumed")
_row("lawang_kappa", 0.0, 0.0, 1.0, "share", "share of all output lost while any tie is broken, in "
     "the structural reading", "F157; theory sheet 2.10", "paper/V",
     role="given")
_row("shared_trip_saving", 0.2, 0.0, 0.5, "share", "hours and cost of a trip saved when another "
     "outlet on that side is served the same day", "Lawang 2 (F155): ties complement each other; "
     "size assumed")
_row("facility_core_relief", 0.5, 0.0, 1.0, "share", "core failures that a lent balai desa "
     "bridges", "F120; size assumed")
_row("facility_stands_in", 1, 0, 1, "0/1", "a lent balai desa stands in for the house of a woman "
     "who is ill", "F120; whether it does is assumed", distribution="integer")
_row("partner_trip_relief", 0.2, 0.0, 0.5, "share", "hours of trips that PKK and karang taruna "
     "take over", "F183; size assumed")
_row("deception_hazard", 0.001, 0.0, 0.005, "1/week", "wrong counts or unpaid money at one outlet, "
     "without norms", "theory sheet 2.1; size assumed")
_row("stall_levy", 100_000, 50_000, 200_000, "Rp/week", "levy of an own market stall, from the "
     "cash box", "cost table of the theory sheet")

# --- Quality and skills ---
_row("quality_init", 0.5, 0.3, 0.7, "0-1", "product quality at the founding; product skill starts "
     "where it keeps this quality", "assumption")
_row("quality_base", 0.3, 0.2, 0.4, "0-1", "quality without any skill", "theory sheet 2.9",
     role="given")
_row("quality_skill", 0.6, 0.4, 0.7, "0-1", "quality that full skill adds", "theory sheet 2.9",
     role="given", hard=(0.01, 1.0))
_row("quality_rate", 0.08, 0.03, 0.2, "1/week", "speed at which quality follows skill and effort",
     "theory sheet 2.9")
_row("quality_elasticity", 0.6, 0.2, 1.2, "x", "demand gained per unit of quality above "
     "quality_reference", "theory sheet 2.9 (0.7 + 0.6 q)")
_row("quality_reference", 0.5, 0.5, 0.5, "0-1", "quality at which the demand numbers hold",
     "convention", role="given")
_row("effort_quality", 0.2, 0.0, 0.5, "0-1", "quality gained per unit of effort above "
     "effort_reference", "theory sheet 2.0.3 (v); size assumed")
_row("effort_reference", 0.65, 0.5, 0.8, "0-1", "effort at which skill alone decides quality",
     "assumption", role="given")
_row("effort_floor", 0.25, 0.0, 0.5, "0-1", "effort of a conditional co-operator who expects "
     "nobody", "theory sheet 2.2")
_row("effort_freerider", 0.5, 0.2, 0.8, "0-1", "effort of a free rider without binding norms",
     "theory sheet 2.2")
_row("norm_effort_threshold", 0.5, 0.3, 0.7, "0-1", "norm above which free riders work fully",
     "theory sheet 2.2")
_row("management_skill_init", 0.35, 0.2, 0.5, "0-1", "management skill at the founding",
     "F92: division of work already good")
_row("proposal_skill_init", 0.15, 0.05, 0.3, "0-1", "proposal skill at the founding",
     "no proposal written before (F104)")
_row("train_gain_proposal", 0.35, 0.1, 0.6, "share", "share of the missing proposal skill that a "
     "training gives", "F9, size assumed")
_row("train_gain_management", 0.1, 0.0, 0.3, "share", "share of the missing management skill that "
     "the proposal training gives", "F133, size assumed")
_row("train_gain_product", 0.25, 0.1, 0.5, "share", "likewise for product skill",
     "training = +5-10% profit [S65]", "literature/M")
_row("new_product_prob", 0.1, 0.0, 0.3, "probability", "a product training leads to a new product",
     "theory sheet 2.9; none reported (X8)")
_row("agency_gain", 0.05, 0.0, 0.2, "share", "share of the missing management skill that a "
     "training by a local agency gives", "F181; size assumed")
_row("knowledge_init", 0.2, 0.0, 0.4, "0-1", "knowledge of potentials and sources at the founding",
     "F8, F175; size assumed")
_row("knowledge_fgd", 0.3, 0.0, 0.6, "share", "share of the missing knowledge that an FGD gives",
     "F8, F175; size assumed")
_row("networking_init", 0.2, 0.1, 0.4, "0-1", "officers' ability to build trust outside at the "
     "founding", "F168, F179; size assumed")
_row("networking_visit", 0.05, 0.0, 0.15, "share", "share of the missing ability that a visit or "
     "an audience gives", "F172; size assumed")
_row("halflife_proposal", 28, 15, 60, "weeks", "half-life of unused proposal skill",
     "6.5 months, accuracy tasks [S63]", "literature/V", hard=(0.1, 5_200))
_row("halflife_product", 48, 25, 110, "weeks", "half-life of unpractised product and management "
     "skill", "11 months, mixed tasks [S63]", "literature/V", hard=(0.1, 5_200))

# --- Members: trust, attendance, norms ---
_row("trust_base_inside", 0.6, 0.4, 0.7, "0-1", "mean trust of the women in the group at the "
     "founding", "theory sheet 2.15.1; F92")
_row("trust_init_sd", 0.1, 0.05, 0.2, "0-1", "spread of that trust", "assumption")
_row("efficacy_init", 0.45, 0.3, 0.6, "0-1", "mean confidence and voice of the women", "F29, F35")
_row("efficacy_sd", 0.15, 0.1, 0.2, "0-1", "spread of that confidence", "assumption")
_row("share_conditional", 0.5, 0.4, 0.7, "share", "women who come when they expect others to",
     "[S46]", "literature/V")
_row("share_freerider", 0.3, 0.05, 0.35, "share", "women who come less without binding rules",
     "[S46]; lower in field groups [S48]", "literature/V", hard=(0, 1))
_row("cc_slope", 0.75, 0.4, 1.0, "x", "conditional co-operation is imperfect below 1", "[S47]",
     "literature/V/A")
_row("conditional_reference", 0.45, 0.3, 0.6, "0-1", "cc_slope x belief at which a conditional "
     "co-operator is neutral", "theory sheet 2.14.4")
_row("belief_init", 0.6, 0.4, 0.8, "0-1", "attendance the women expect at the founding",
     "assumption")
_row("belief_memory", 0.3, 0.1, 0.6, "1/week", "weight of last week in that belief", "assumption")
_row("expected_pay_init", 5_000, 2_000, 10_000, "Rp", "pay per session that a woman expects at the "
     "founding", "assumption")
_row("pay_memory", 0.4, 0.2, 0.8, "1/week", "weight of last week in expected pay", "assumption")
_row("attend_intercept", 0.35, 0.1, 0.7, "log-odds", "attendance of a neutral woman without a farm "
     "call", "theory sheet 2.15.1: decides whether groups live")
_row("attend_trust", 2.0, 0.0, 4.0, "log-odds", "per unit of trust in the group",
     "theory sheet 2.2")
_row("attend_efficacy", 1.2, 0.0, 3.0, "log-odds", "per unit of confidence", "theory sheet 2.2")
_row("attend_pay", 0.05, 0.01, 0.1, "log-odds", "per Rp 1,000 of expected pay", "theory sheet 2.2")
_row("attend_belief", 2.5, 0.0, 4.0, "log-odds", "per unit of belief, conditional co-operators",
     "theory sheet 2.2")
_row("attend_freerider", 0.9, 0.0, 2.0, "log-odds", "free riders stay away without norms",
     "theory sheet 2.2")
_row("attend_centre", 0.5, 0.5, 0.5, "0-1", "trust and confidence of a neutral woman",
     "convention", role="given")
_row("opportunity_weight", 0.08, 0.02, 0.15, "log-odds", "per Rp 1,000 of farm wage lost that day",
     "theory sheet 2.14.5")
_row("rupiah_unit", 1_000, 1_000, 1_000, "Rp", "unit of attend_pay and opportunity_weight",
     "convention", role="given", hard=(1, 1e9))
_row("norm_init", 0.05, 0.0, 0.3, "0-1", "strength of group rules at the founding",
     "F105: no binding rules", "paper/V")
_row("norm_effect", 1.27, 0.5, 2.0, "log-odds", "attendance per unit of norm",
     "punishment d = 0.70 [S50]", "literature/V")
_row("norm_decay", 0.01, 0.0, 0.03, "1/week", "norm forgotten when not recalled",
     "theory sheet 2.1", hard=(0, 1))
_row("norm_recall_weeks", 4, 2, 8, "weeks", "an FGD keeps norms in mind this long",
     "theory sheet 2.14.21")
_row("fgd_effect", 0.5, 0.0, 1.8, "log-odds", "attendance right after an FGD",
     "communication in dilemmas, d about 1, scaled down (Balliet 2010)", "assumption/M")
_row("fgd_halflife", 12, 6, 26, "weeks", "half-life of that effect", "theory sheet 2.2",
     hard=(0.1, 5_200))
_row("meet_trust_rate", 0.05, 0.01, 0.1, "1/week", "trust moves towards observed attendance",
     "[S45]; size assumed", "assumption/V/A")
_row("meet_reference_sessions", 2, 2, 2, "sessions", "sessions a week at which that rate holds",
     "[S45]", role="given", hard=(0.1, 7))
_row("dissatisfaction_rate", 0.01, 0.0, 0.03, "x", "trust lost per unit of pay share below effort "
     "share, times members", "theory sheet 2.15.8")
_row("exit_hazard", 0.0011, 0.0005, 0.005, "1/week", "a woman leaves", "[S52]", "literature/V",
     distribution="log_triangular")
_row("exit_unpaid_multiplier", 20, 3, 40, "x", "times that when unpaid for long",
     "theory sheet 2.15.4")
_row("exit_pay_ratio", 0.3, 0.1, 0.5, "share", "unpaid: expected pay below this share of the "
     "farm wage forgone", "theory sheet 2.2")
_row("exit_unpaid_weeks", 8, 4, 16, "weeks", "unpaid for this long", "theory sheet 2.2",
     distribution="integer")
_row("work_days_week", 6, 6, 6, "days/week", "days on which fields hire", "theory sheet 2.2",
     role="given", hard=(1, 7))
_row("counsel_gain", 0.2, 0.0, 0.4, "0-1", "confidence gained by counselling", "F33-F37",
     "assumption/V/A")
_row("voice_fgd", 0.03, 0.0, 0.1, "share", "share of the missing confidence and voice that an FGD "
     "gives those who come", "F150; size assumed")
_row("motivation_init", 0.4, 0.2, 0.6, "0-1", "mean motivation of the women at the founding",
     "F35: low")
_row("motivation_sd", 0.1, 0.05, 0.2, "0-1", "spread of that motivation", "assumption")
_row("motivation_news", 0.1, 0.0, 0.3, "share", "share of the missing motivation that good news "
     "gives: an agreement, a decree, a grant", "F150; size assumed")
_row("motivation_fgd", 0.1, 0.0, 0.3, "share", "the same from an FGD, for those who come",
     "F150; size assumed")
_row("motivation_fade", 0.06, 0.02, 0.15, "1/week", "motivation goes back to where it began",
     "assumption")
_row("attend_motivation", 0.6, 0.0, 1.2, "log-odds", "per unit of motivation above motivation_init",
     "F150; size assumed")
_row("attend_need", 0.0, -0.5, 0.5, "log-odds", "when her husband's income is lost",
     "direction unknown: ask")
_row("invite_logodds", 1.0, 0.0, 2.0, "log-odds", "coming to a gathering of the programme rather "
     "than to a session", "assumption")
_row("education_gain", 0.1, 0.0, 0.3, "share", "share of the missing motivation that feedback of "
     "results gives those who come", "F126; size assumed")
_row("persuasion_gain", 0.05, 0.0, 0.2, "0-1", "trust in the group gained by the women talked to",
     "F127; size assumed")
_row("norm_adopted", 0.7, 0.4, 0.9, "0-1", "norm after the group has written its rules (AD/ART), "
     "all women present", "theory sheet 2.1")
_row("illness_hazard", 0.005, 0.0, 0.02, "1/week", "a woman falls ill and cannot come",
     "assumption")
_row("illness_weeks", 2, 1, 6, "weeks", "mean length of an illness (gamma, shape 2)", "assumption")
_row("join_hazard", 0.01, 0.0, 0.03, "1/week", "a vacancy is filled without any campaign",
     "assumption")
_row("campaign_reach", 0.3, 0.1, 0.6, "share", "outlets and candidates that a campaign informs",
     "[S58]; size assumed", "literature/V/A")
_row("join_prob", 0.05, 0.0, 0.15, "1/week", "a vacancy is filled while informed candidates wait",
     "[S58]: those who know decide alone; size assumed")
_row("attend_payoff", 2.5, 0.0, 4.0, "log-odds", "per unit of propensity, in the form payoff",
     "[S49]; size assumed", "literature/V/A")
_row("payoff_rate", 0.3, 0.1, 0.6, "1/week", "speed at which propensity follows what coming paid",
     "[S49]; size assumed", "literature/V/A")

# --- Outlets: trust, acceptance, orders, dropping ---
_row("n_outlets_init", 2, 0, 2, "outlets", "outlets that took goods before week 0",
     "contradiction X1", "paper/V", distribution="integer")
_row("trust_base_in_village", 0.45, 0.1, 0.5, "0-1", "trust of a stranger in the village",
     "theory sheet 2.14.16 [S57]")
_row("trust_base_outside", 0.3, 0.1, 0.5, "0-1", "trust of a stranger outside the village",
     "theory sheet 2.14.16 [S57]")
_row("trust_prior_weight", 4, 2, 8, "events", "weight of the base rate against experience",
     "beta reputation uses 2 [S40]", "literature/V", hard=(0.001, 1_000))
_row("trust_gain", 1, 0.5, 1, "events", "evidence of a good delivery", "[S40]", "literature/V")
_row("trust_loss_ratio", 2.5, 1.0, 4.0, "x", "weight of a bad delivery against a good one",
     "direction [S41-S43], size assumed", "literature/V/A")
_row("trust_memory", 0.98, 0.94, 1.0, "1/week", "share of the evidence kept each week",
     "form [S40]")
_row("tie_prior_good", 8, 4, 20, "events", "good events behind a tie that existed before week 0",
     "theory sheet 2.14.1")
_row("promise_factor", 2, 1, 3, "x", "weight of good deliveries after a visit with a promise",
     "[S44]; size assumed", "assumption/V/A")
_row("promise_weeks", 4, 2, 8, "weeks", "length of that", "theory sheet 2.1",
     distribution="integer")
_row("deception_cap", 0.6, 0.3, 1.0, "0-1", "trust never exceeds this after dishonesty", "[S44]",
     "literature/V")
_row("trust_up", 1.1, 1.02, 1.2, "x", "trust after a good week, in the form multiplicative",
     "[S60]", "literature/V", hard=(1, 10))
_row("trust_down", 0.95, 0.8, 0.98, "x", "trust after any other week, in the form multiplicative",
     "[S60]", "literature/V", hard=(0, 1))
_row("accept_vouch", 0.6, 0.0, 1.2, "log-odds", "per unit of trust of the partners it knows: an "
     "outlet vouches for the next", "Lawang 3 (F156); size assumed")
_row("accept_networking", 0.8, 0.0, 1.6, "log-odds", "per unit of the officers' ability to build "
     "trust above networking_init", "F168, F179; size assumed")
_row("accept_knowledge", 0.5, 0.0, 1.0, "log-odds", "per unit of knowledge of potentials above "
     "knowledge_init", "F8, F175; size assumed")
_row("perdes_base_gain", 0.05, 0.0, 0.15, "0-1", "base trust of outlets in the village after a "
     "village regulation", "F165; size assumed")
_row("accept_intercept", -0.6, -3.0, 1.0, "log-odds", "acceptance by an outlet merely asked",
     "theory sheet 2.5")
_row("accept_trust", 2.2, 1.0, 5.0, "log-odds", "per unit of its trust", "[S61], size assumed")
_row("accept_quality", 1.5, 0.5, 3.0, "log-odds", "per unit of quality above quality_reference",
     "theory sheet 2.5")
_row("accept_visit", 1.0, 0.0, 2.5, "log-odds", "a negotiated visit", "theory sheet 2.5")
_row("accept_distance", 0.05, 0.0, 0.15, "log-odds", "lost per km", "theory sheet 2.5")
_row("accept_margin", 10, 0, 20, "log-odds", "per unit of margin offered above margin_reference",
     "theory sheet 2.5 (0.5 per 5 points)")
_row("margin_reference", 0.2, 0.2, 0.2, "share", "usual margin of an outlet", "[S10]",
     "literature/V", role="given")
_row("endorse_logodds", 0.8, 0.0, 1.6, "log-odds", "legality from the village, in acceptance",
     "F161; size assumed")
_row("revisit_weeks", 4, 2, 8, "weeks", "until a refusing outlet is visited a second time",
     "theory sheet 2.5", distribution="integer", hard=(1, 520))
_row("order_trust_intercept", 0.15, 0.0, 1.0, "share", "share of sellable volume an outlet takes "
     "without trust", "theory sheet 2.5")
_row("new_tie_order_share", 0.7, 0.4, 1.0, "share", "first orders of a new tie, of its cap",
     "theory sheet 2.14.1")
_row("order_step", 0.05, 0.02, 0.1, "share", "weekly step of the quantity sent",
     "Krejci et al. 2015 [S59], damped", "literature/V")
_row("order_low_unsold", 0.08, 0.04, 0.12, "share", "send more when less than this is unsold",
     "[S59]", "literature/V")
_row("order_high_unsold", 0.2, 0.15, 0.3, "share", "send less when more than this is unsold",
     "[S12, S59]", "literature/V")
_row("order_memory_weeks", 3, 1, 6, "weeks", "weeks of sales the officers remember", "[S59]",
     "literature/V", distribution="integer", hard=(1, 12))
_row("consign_margin", 0.2, 0.05, 0.25, "share", "share of the price an outlet keeps (titip jual)",
     "[S10-S13]", "literature/V", hard=(0, 0.95))
_row("putus_margin", 0.275, 0.25, 0.3, "share", "the same when it buys outright (putus)",
     "theory sheet 2.4", hard=(0, 0.95))
_row("payment_lag", 0, 0, 2, "weeks", "until an outlet pays for what it sold",
     "F80 (consignment); lag assumed [S14]; calibrated on V1, V2b", "calibrated/A",
     distribution="integer", hard=(0, 12), sourced=(1, 0, 4))
_row("demand_dispersion", 5, 2, 50, "x", "negative binomial size; infinite is Poisson",
     "theory sheet 2.14.10", distribution="log_triangular", hard=(0.01, 1e9))
_row("catchment_overlap", 0.15, 0.0, 0.5, "x", "each further outlet of a kind nearby takes from "
     "the others", "F94: sold around Tangkil")
_row("drop_threshold", 0.25, 0.1, 0.4, "0-1", "an outlet with less trust stops", "theory sheet 2.5")
_row("drop_bad_weeks", 4, 3, 6, "weeks", "or after this many bad weeks in a row",
     "theory sheet 2.5", distribution="integer", hard=(1, 520))
_row("drop_min_deliveries", 4, 2, 8, "events", "deliveries before it judges",
     "theory sheet 2.15.10", distribution="integer")
_row("drop_unsold", 0.35, 0.25, 0.5, "share", "unsold perishables, by value, that make a bad week",
     "theory sheet 2.14.12")
_row("short_share", 0.7, 0.5, 0.9, "share", "delivered value under this share of the promise is "
     "short", "theory sheet 2.14.12")
_row("serve_short_weeks", 2, 1, 4, "weeks", "short weeks in a row until the officers stop serving "
     "the outlet that brings least per trip", "theory sheet 2.15.9", distribution="integer",
     hard=(1, 520))
_row("reopen_prob", 0.2, 0.05, 0.4, "1/week", "a repaired tie opens again", "theory sheet 2.5")
_row("reopen_visit", 0.3, 0.0, 0.5, "probability", "added by a visit", "theory sheet 2.5")
_row("reopen_kept", 0.5, 0.3, 1.0, "share", "bad evidence kept when a tie opens again",
     "theory sheet 2.14.12")
_row("info_pass_participant", 0.35, 0.1, 0.6, "probability", "a partner outlet tells a neighbour, "
     "per quarter", "[S58]", "literature/V/M")
_row("info_pass_other", 0.05, 0.01, 0.15, "probability", "an informed outlet that is no partner "
     "does", "[S58]", "literature/V/M")
_row("hearsay_weight", 0.2, 0.0, 0.4, "share", "how far hearsay moves the base rate",
     "symmetric [S43]; size assumed")
_row("hearsay_neighbours", 4, 2, 8, "outlets", "acquaintances of an outlet on its side of the "
     "village border", "small world, Watts and Strogatz 1998; size assumed",
     distribution="integer", hard=(0, 100))
_row("hearsay_far", 0.1, 0.0, 0.3, "probability", "an acquaintance is anywhere else instead",
     "small world, Watts and Strogatz 1998; size assumed")
_row("weeks_per_quarter", 13, 13, 13, "weeks", "convention", "convention", role="given",
     hard=(1, 52))

# --- Calendar effects ---
_row("ramadan_takjil_mult", 2.0, 1.3, 3.0, "x", "sales at dusk in Ramadan (warung, market, online)",
     "[S25]", "literature/V")
_row("ramadan_canteen_mult", 0.4, 0.0, 0.9, "x", "daytime canteen sales in Ramadan", "[S24]",
     "literature/V/A")
_row("lebaran_mult", 2.0, 1.3, 3.0, "x", "dry goods in the two weeks before Lebaran", "[S26]",
     "literature/V")

# --- Support: mentoring, donors, village budget ---
_row("mentor_attend", 0.4, 0.0, 0.8, "log-odds", "mentoring on attendance", "theory sheet 2.9",
     "assumption/V/A")
_row("mentor_accept", 0.6, 0.0, 1.2, "log-odds", "mentoring on acceptance by outlets",
     "theory sheet 2.9", "assumption/V/A")
_row("mentor_donor", 0.6, 0.0, 1.2, "log-odds", "mentoring on a donor's decision",
     "theory sheet 2.7, 2.9", "assumption/V/A")
_row("mentor_failure", 0.5, 0.3, 1.0, "x", "failure probability while mentored",
     "theory sheet 2.9", "assumption/V/A")
_row("mentor_halflife", 26, 8, 52, "weeks", "half-life of mentoring after it ends",
     "profit effect faded [S68]", "assumption/V/A", hard=(0.1, 5_200))
_row("mentor_material_saving", 0.06, 0.0, 0.12, "share", "cheaper materials while mentored",
     "form [S68], size assumed")
_row("grant_pesantren", 3_000_000, 1_000_000, 10_000_000, "Rp", "what Kebon Jambu is asked for",
     "F139: equipment; value assumed", distribution="log_triangular")
_row("grant_kube_kemensos", 20_000_000, 10_000_000, 25_000_000, "Rp", "Kemensos KUBE grant, for a "
     "legal group of a KUBE's size", "[S16, S17, S20]", "literature/V")
_row("kube_smallest", 5, 5, 5, "persons", "women a group needs for a Kemensos grant", "[S16]",
     "literature/V", role="given", distribution="integer")
_row("grant_intercept", -2.2, -4.0, 0.0, "log-odds", "a decision with nothing in favour",
     "theory sheet 2.7")
_row("grant_quality", 2.5, 1.0, 4.0, "log-odds", "per unit of proposal quality", "theory sheet 2.7")
_row("grant_legality", 0.8, 0.0, 1.6, "log-odds", "a legal group", "theory sheet 2.7")
_row("grant_age", 0.5, 0.0, 1.0, "log-odds", "a group older than grant_age_weeks",
     "theory sheet 2.7")
_row("grant_age_weeks", 26, 26, 52, "weeks", "six months of activity since week 0",
     "theory sheet 2.7", role="given")
_row("grant_trust", 0.5, 0.0, 1.0, "log-odds", "per unit of the donor's trust (personal tie)",
     "theory sheet 2.7")
_row("grant_delay", 20, 6, 40, "weeks", "mean time until a donor decides (gamma, shape 2)",
     "F143: no answer by study end")
_row("resubmit_weeks", 4, 2, 12, "weeks", "until a rejected proposal is submitted once more",
     "theory sheet 2.7", distribution="integer", hard=(1, 520))
_row("grant_cash_leak", 0.5, 0.2, 0.8, "share", "share of a cash grant that goes to households",
     "[S66]", "literature/M")
_row("grant_tools_leak", 0.05, 0.0, 0.2, "share", "share of granted tools that gets lost",
     "[S66]", "literature/M")
_row("legality_prob", 0.8, 0.5, 1.0, "probability", "a decree follows the request",
     "theory sheet 2.14.15; none reported (X7)")
_row("legality_delay", 4, 2, 12, "weeks", "mean time until the decree (gamma, shape 2)",
     "theory sheet 2.14.15")
_row("contact_evidence", 1, 0, 2, "events", "good evidence that an audience or a handed-over "
     "proposal gives the one who receives it", "assumption")
_row("dana_desa_year", 934_000_000, 700_000_000, 1_300_000_000, "Rp/year", "dana desa of a village",
     "national mean 2019 [S37]", "literature/V")
_row("dana_desa_group_share", 0.01, 0.0, 0.05, "share", "share that a granted request gets",
     "assumption [S36]")
_row("budget_intercept", -1.5, -3.0, 0.0, "log-odds", "a request enters the village budget",
     "theory sheet 2.8")
_row("budget_legality", 1.0, 0.0, 2.0, "log-odds", "a legal group", "theory sheet 2.8")
_row("budget_trust", 1.2, 0.0, 2.4, "log-odds", "per unit of the village government's trust",
     "theory sheet 2.8")
_row("budget_mentor", 0.8, 0.0, 1.6, "log-odds", "mentoring", "theory sheet 2.8")
_row("budget_late_prob", 0.1, 0.0, 0.3, "probability", "a request after 30 September still reaches "
     "the next budget, through its revision", "theory sheet 2.8")
_row("budget_turnover", -1.0, -2.0, 0.0, "log-odds", "a new village head was elected",
     "theory sheet 2.8")
_row("kuwu_turnover_prob", 0.32, 0.0, 1.0, "probability", "the village head changes at week 9",
     "[S38, S39]", "literature/V/A")
_row("election_week", 9, 9, 9, "weeks", "week of the election: 27 October 2019", "[S38, S39]",
     "literature/V", role="given", distribution="integer", hard=(0, 520))
_row("wage_request", 100_000, 50_000, 200_000, "Rp/member/month", "wage budget asked for",
     "F147; size assumed")
_row("wage_request_factor", 0.3, 0.0, 1.0, "x", "chance of a wage budget against tools",
     "theory sheet 2.8")
_row("wage_weeks", 52, 52, 52, "weeks", "how long a granted wage budget pays", "F147: monthly, one "
     "budget year", role="given", distribution="integer", hard=(1, 520))

# --- Shocks that may happen by themselves (none in the default village) ---
_row("husband_loss_hazard", 0.0, 0.0, 0.005, "1/week", "a husband's income is lost for a while",
     "Pendahuluan; size assumed")
_row("husband_loss_weeks", 8, 2, 26, "weeks", "for how long", "assumption", distribution="integer")
_row("husband_loss_share", 0.5, 0.2, 0.8, "share", "share of the other income lost", "assumption")
_row("closure_hazard", 0.0, 0.0, 0.005, "1/week", "an outlet closes for a while", "assumption")
_row("closure_weeks", 4, 1, 12, "weeks", "for how long", "assumption", distribution="integer")
_row("harvest_fail_hazard", 0.0, 0.0, 0.005, "1/week", "a harvest fails: drought or flood",
     "700 of 42,000 ha lost in July 2019 [S32]", "literature/V/A")
_row("harvest_fail_weeks", 8, 4, 16, "weeks", "for how long fields call less", "assumption",
     distribution="integer")
_row("harvest_fail_share", 0.5, 0.2, 1.0, "share", "share of farm days lost", "assumption")
_row("price_shock_hazard", 0.0, 0.0, 0.02, "1/week", "an ingredient becomes dearer",
     "banana prices up to double in Ramadan [S23]", "literature/V/A")
_row("price_shock_weeks", 8, 4, 16, "weeks", "for how long", "assumption", distribution="integer")
_row("price_shock_size", 0.3, 0.1, 1.0, "x", "by what share", "[S23]", "literature/V/A")
_row("late_payment_prob", 0.0, 0.0, 0.035, "1/week", "an outlet does not pay this week, and later",
     "F80 (consignment); size assumed; calibrated on V1, V2b", "calibrated/A",
     sourced=(0.0, 0.0, 0.05))

# --- What interventions cost (given by the programme; one factor is uncertain) ---
_row("intervention_cost_factor", 1.0, 0.5, 2.0, "x", "multiplies the cash cost of every "
     "intervention", "all costs are assumptions", distribution="log_triangular")
_ASSUMED: Final = "assumption; the paper names it and tells no cost"
_COST_SOURCES: Final = {
    "facility": _ASSUMED, "education": _ASSUMED, "persuasion": _ASSUMED,
    "agency_training": _ASSUMED, "partner_support": _ASSUMED, "village_regulation": _ASSUMED,
    "market_stall": "cost table of the theory sheet; levy and transport: stall_levy, trips",
}
for _kind, _cash, _days, _persons, _hours in (
    ("fgd", 350_000, 1.0, 20, 2.0),
    ("proposal_training", 750_000, 1.0, 20, 4.0),
    ("negotiation", 50_000, 0.5, 2, 3.0),
    ("audience", 300_000, 0.5, 6, 3.0),
    ("capital_proposal", 100_000, 1.0, 2, 6.0),
    ("mentoring", 75_000, 0.5, 4, 1.0),
    ("norms", 150_000, 1.0, 20, 3.0),
    ("product_training", 1_200_000, 1.0, 20, 6.0),
    ("campaign", 500_000, 1.0, 4, 4.0),
    ("counselling", 0, 0.5, 3, 2.0),
    ("market_stall", 0, 0.0, 2, 5.0),
    ("social_media", 12_500, 0.1, 1, 2.0),
    ("facility", 0, 0.1, 0, 0.0),
    ("education", 100_000, 0.5, 20, 1.0),
    ("persuasion", 0, 0.5, 4, 1.0),
    ("agency_training", 1_000_000, 0.5, 20, 6.0),
    ("partner_support", 50_000, 0.1, 0, 0.0),
    ("village_regulation", 500_000, 2.0, 4, 3.0),
):
    _per = " per week" if _kind in WEEKLY_KINDS else ""
    _source = _COST_SOURCES.get(_kind, "cost table of the theory sheet")
    _row(f"cost_{_kind}_rp", _cash, _cash / 2, _cash * 2, "Rp", f"cash for one {_kind}{_per}",
         _source, role="given")
    _row(f"cost_{_kind}_days", _days, _days / 2, _days * 2, "facilitator days",
         f"facilitator's time for one {_kind}{_per}", _source, role="given", hard=(0, 100))
    _row(f"cost_{_kind}_persons", _persons, min(1, _persons), 20, "persons",
         f"women at one {_kind}", _source, role="given", distribution="integer")
    _row(f"cost_{_kind}_hours", _hours, _hours / 2, _hours * 2, "hours", f"hours of each woman at "
         f"one {_kind}{_per}", _source, role="given", hard=(0, 100))

# fmt: on
# Rows of single products: they enter a group's register only with that product.
CATALOGUE: Final = frozenset(
    row.name
    for row in _ROWS
    if row.name.startswith(("price_", "cost_", "shelf_life_days_", "labour_rate_", "demand_"))
    and row.name.rpartition("_")[2] in ("pisang", "bolu", "opak")
)
REGISTER: Final[Mapping[str, Parameter]] = {row.name: row for row in _ROWS}


def find(register: Mapping[str, Parameter], name: str) -> Parameter:
    """The row called `name`; ParameterError with the nearest names otherwise."""
    if name in register:
        return register[name]
    near = difflib.get_close_matches(name, register, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise ParameterError(f"unknown parameter '{name}'{hint}")


def checked(parameter: Parameter, value: object) -> Value:
    """`value` as the parameter's own type; ParameterError when it is not possible."""
    if parameter.choices:
        if value not in parameter.choices:
            allowed = ", ".join(parameter.choices)
            raise ParameterError(f"{parameter.name} is one of {allowed}, not '{value}'")
        return str(value)
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ParameterError(f"{parameter.name} must be a number, not '{value}'") from None
    if not parameter.hard_low <= number <= parameter.hard_high:
        raise ParameterError(
            f"{parameter.name} = {value} is outside what is possible "
            f"({parameter.hard_low:g} to {parameter.hard_high:g} {parameter.unit})"
        )
    if parameter.whole and number != int(number):
        raise ParameterError(f"{parameter.name} must be a whole number, not {value}")
    return int(number) if parameter.whole else number


def with_value(
    parameter: Parameter, value: object, low: float | None = None, high: float | None = None
) -> Parameter:
    """The row as a group tells it: a bare value is known (not drawn), a range stays uncertain."""
    known = checked(parameter, value)
    if parameter.choices:
        return replace(parameter, default=known)
    parameter = replace(parameter, sourced=None)
    number = float(known)
    if low is None and high is None:
        role: Role = "given" if parameter.role == "uncertain" else parameter.role
        return replace(parameter, default=known, low=number, high=number, role=role)
    lowest = float(checked(parameter, number if low is None else low))
    highest = float(checked(parameter, number if high is None else high))
    if not lowest <= number <= highest:
        span = f"{lowest:g} and {highest:g}"
        raise ParameterError(f"{parameter.name}: {number:g} is not between {span}")
    return replace(parameter, default=known, low=lowest, high=highest)


def as_sourced(register: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """The register with the ranges of its sources, as it was before any calibration."""
    return {name: _as_sourced(row) for name, row in register.items()}


def _as_sourced(row: Parameter) -> Parameter:
    if row.sourced is None:
        return row
    default, low, high = row.sourced
    value = int(default) if row.whole else default
    return replace(row, default=value, low=low, high=high, sourced=None, provenance="assumption")


def resolve(
    register: Mapping[str, Parameter], overrides: Mapping[str, object] | None = None
) -> dict[str, Value]:
    """Defaults of a group's register with `overrides`; ParameterError for a wrong name or value."""
    values = {name: row.default for name, row in register.items()}
    for name, value in (overrides or {}).items():
        values[name] = checked(find(register, name), value)
    return values


# What rules may read, and how it lies in memory: whole numbers and switches as integers.
BASE: Final = tuple(row.name for row in _ROWS if row.name not in CATALOGUE)
TABLE: Final = np.dtype(
    [(name, "i8" if REGISTER[name].whole or REGISTER[name].choices else "f8") for name in BASE]
)

_SWITCHES: Final = [
    (place, REGISTER[name].choices) for place, name in enumerate(BASE) if REGISTER[name].choices
]


class Parameters:
    """The values of one village, read as `p.name`; a switch reads as the index of its choice.

    `table` holds the same in one row, for compiled code.
    """

    __slots__ = (*BASE, "table")

    def __init__(self, values: Mapping[str, Value]) -> None:
        """Take every base parameter from `values`; KeyError when one is missing."""
        row = [values[name] for name in BASE]
        for place, choices in _SWITCHES:
            row[place] = choices.index(str(row[place]))
        table = np.array([tuple(row)], TABLE)
        for name, value in zip(BASE, table[0].item(), strict=True):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "table", table)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("parameters are resolved once; use overrides to change one")

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
