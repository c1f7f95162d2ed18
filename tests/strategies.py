"""What hypothesis draws: numbers for rules, and whole runs; small helpers to judge results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from sim.config.timing import STAGES
from sim.draws import Luck
from sim.parameters import BASE, INTERVENTION_KINDS, WEEKLY_KINDS, Kind, Value
from sim.rules.agenda import GATHERINGS
from sim.scenario import Group, Scenario, register_of
from sim.setting import ingredient_names
from tests.twins import Case
from tests.worlds import DRAWN, GROUP, REGISTER, between, group, numbers, plausible, scenario

shares = st.floats(0, 1)
luck = st.floats(1e-9, 1 - 1e-9)
rupiah = st.integers(0, 10**9)
counts = st.lists(st.integers(0, 500), min_size=0, max_size=20)

BASE_ROWS = [name for name in DRAWN if name in BASE]
parameters = st.dictionaries(st.sampled_from(BASE_ROWS), shares, max_size=12).map(
    lambda units: numbers(**plausible(units))
)


def percent(value: float) -> int:
    """A share in whole percent."""
    return round(100 * value)


def is_quantile(law: Any, u: float, count: int) -> bool:
    """Whether `count` is the quantile of a count law, rounding of its sums aside."""
    return bool(law.cdf(count - 1) <= u + 1e-9 and law.cdf(count) >= u - 1e-9)


# --- Whole runs ----------------------------------------------------------------------------------

# Wider than plausible, where books break first and rare things happen often.
WIDE: dict[str, tuple[float, float]] = {
    "n_members": (0, 40),
    "n_officers": (0, 5),
    "min_crew": (0, 10),
    "kube_limit": (1, 40),
    "sessions_per_week": (1, 6),
    "burn_in_weeks": (0, 3),
    "n_outlets_init": (0, 12),
    "working_capital_0": (0, 2_000_000),
    "reserve_share": (0, 1),
    "officer_bonus_share": (0, 1),
    "payment_lag": (0, 4),
    "consign_margin": (0, 0.95),
    "shared_trip_saving": (0, 1),
    "lawang_kappa": (0, 1),
    "failure_goods_lost": (0, 1),
    "delivery_fail_prob": (0, 1),
    "delivery_hours_outlet": (0, 4),
    "core_failure_hazard": (0, 0.5),
    "core_terminal_prob": (0, 1),
    "repair_weeks": (0, 3),
    "exit_hazard": (0, 0.3),
    "join_hazard": (0, 1),
    "join_prob": (0, 1),
    "illness_hazard": (0, 0.5),
    "farm_days_factor": (0, 4),
    "session_reservation_frac": (0, 1),
    "shelf_life_days_pisang": (1, 8),
    "shelf_life_days_bolu": (1, 8),
    "shelf_life_days_opak": (1, 60),
    "order_memory_weeks": (1, 12),
    "drop_min_deliveries": (0, 3),
    "drop_bad_weeks": (1, 3),
    "drop_threshold": (0, 1),
    "serve_short_weeks": (1, 2),
    "reopen_prob": (0, 1),
    "deception_hazard": (0, 0.5),
    "demand_dispersion": (0.05, 1_000),
    "hearsay_neighbours": (0, 12),
    "hearsay_far": (0, 1),
    "info_pass_participant": (0, 0.99),
    "info_pass_other": (0, 0.99),
    "accept_intercept": (-3, 5),
    "grant_delay": (0, 4),
    "grant_intercept": (-4, 4),
    "grant_cash_leak": (0, 1),
    "resubmit_weeks": (1, 3),
    "revisit_weeks": (1, 3),
    "budget_late_prob": (0, 1),
    "budget_intercept": (-4, 4),
    "legality_delay": (0, 4),
    "wage_request_factor": (0, 5),
    "wage_weeks": (1, 5),
    "election_week": (0, 8),
    "kuwu_turnover_prob": (0, 1),
    "campaign_reach": (0, 1),
    "new_product_prob": (0, 1),
    "stall_levy": (0, 500_000),
    "mentor_material_saving": (0, 1),
    "session_hours": (0.1, 8),
    "husband_loss_hazard": (0, 0.3),
    "closure_hazard": (0, 0.3),
    "harvest_fail_hazard": (0, 0.3),
    "price_shock_hazard": (0, 0.3),
    "late_payment_prob": (0, 0.5),
}
START = ["2019-08-23", "2019-12-06", "2020-04-17"]  # an ordinary autumn, a new year, Ramadan
CHOICES = {name: row.choices for name, row in REGISTER.items() if row.choices}
SHOCKS = (
    "husband_income", "outlet_closure", "officer_illness", "failed_harvest", "ingredient_price",
    "late_payment",
)  # fmt: skip
MOST_OUTLETS = 12


@st.composite
def overrides(draw: st.DrawFn) -> dict[str, Value]:
    """Values of parameters, plausible and less so; every switch."""
    found = plausible(draw(st.dictionaries(st.sampled_from(DRAWN), shares, max_size=25)))
    for name, unit in draw(st.dictionaries(st.sampled_from(sorted(WIDE)), shares)).items():
        found[name] = between(*WIDE[name], name, unit)
    found |= {name: draw(st.sampled_from(choices)) for name, choices in CHOICES.items()}
    return found


@st.composite
def groups(draw: st.DrawFn) -> Group:
    """Outlets and donors of the shipped group under other terms; perhaps none at all."""
    plain = [outlet.model_dump() for outlet in GROUP.outlets]
    more = [each | {"id": f"{each['id']}_2"} for each in plain]
    outlets = [
        outlet
        | {
            "contract": draw(st.sampled_from(["titip", "titip", "putus"])),
            "payment_lag": draw(st.none() | st.integers(0, 4)),
            "margin": draw(st.none() | st.floats(0, 0.95).map(lambda share: {"value": share})),
            "initial": draw(st.booleans()),
        }
        for outlet in draw(st.permutations(plain + more))[: draw(st.integers(0, MOST_OUTLETS))]
    ]
    other = {"id": "lain", "name": "Pesantren lain", "kind": "pesantren"}
    donors = [donor.model_dump() for donor in GROUP.donors] + [other]
    donors = draw(st.permutations(donors))[: draw(st.integers(0, 3))]
    for donor in donors:
        donor["gives"] = draw(st.sampled_from(["cash", "tools"]))
    return group(outlets=outlets, donors=donors, start=draw(st.sampled_from(START)))


@st.composite
def plan_of(draw: st.DrawFn, of: Group, kind: str, last: int) -> dict[str, Any] | None:
    """One intervention of a kind, with or without conditions; None where nobody is there for it."""
    week, ids = st.integers(0, last), [outlet.id for outlet in of.outlets]
    plan: dict[str, Any] = {
        "kind": kind,
        "week": draw(week),
        "effective": draw(st.integers(0, 9)) > 0,
    }
    plan["stage"] = draw(st.none() | st.sampled_from([*STAGES.values()]))
    if kind in WEEKLY_KINDS:
        plan["weeks"] = draw(st.integers(1, 6))
    if Kind[kind.upper()] in GATHERINGS:
        plan["invited"] = draw(st.sampled_from(["all", "all", "officers"]))
    if kind == "counselling":
        plan["clients"] = draw(st.integers(1, 30))
    needs: Mapping[str, tuple[str, list[str]]] = {
        "negotiation": ("outlet", ids),
        "market_stall": ("outlet", [each.id for each in of.outlets if each.kind == "market"]),
        "social_media": ("outlet", [each.id for each in of.outlets if each.kind == "online"]),
        "capital_proposal": (
            "donor", [each.id for each in of.donors if each.kind != "village_government"],
        ),
    }  # fmt: skip
    if kind in needs:
        name, whom = needs[kind]
        if not whom:
            return None
        plan[name] = draw(st.sampled_from(whom))
    if kind == "negotiation":
        plan["second_visit"] = draw(st.booleans())
    if kind == "capital_proposal":
        plan["resubmit"] = draw(st.booleans())
    if kind == "audience":
        if not any(donor.kind == "village_government" for donor in of.donors):
            return None
        asked = st.sampled_from(["legality", "tools", "wages"])
        plan["requests"] = draw(st.lists(asked, min_size=1, unique=True))
    plan["when"] = draw(st.none() | conditions(of))
    if draw(st.booleans()):
        every = st.integers(plan.get("weeks", 1), plan.get("weeks", 1) + 3)
        plan["repeat"] = {"every": draw(every), "times": draw(st.integers(2, 4))}
    return plan


def conditions(of: Group) -> st.SearchStrategy[dict[str, Any]]:
    """What a plan may wait for."""
    outlet = st.sampled_from(["any", *(each.id for each in of.outlets)])
    donor = st.sampled_from(["any", *(each.id for each in of.donors)])
    return st.one_of(
        st.fixed_dictionaries({"outlet_refused": outlet}),
        st.fixed_dictionaries({"outlet_dropped": outlet}),
        st.fixed_dictionaries({"proposal_rejected": donor}),
        st.fixed_dictionaries({"attendance_below": shares}),
        st.fixed_dictionaries({"cash_below": st.floats(0, 1_000_000)}),
    )


@st.composite
def shock_of(draw: st.DrawFn, of: Group, kind: str, last: int) -> dict[str, Any] | None:
    """One scheduled shock of a kind; None where there is nobody to befall."""
    shock: dict[str, Any] = {"kind": kind, "week": draw(st.integers(0, last))}
    shock["weeks"] = draw(st.integers(1, 6))
    ids = [outlet.id for outlet in of.outlets]
    if kind == "husband_income":
        shock["households"] = draw(st.integers(1, 45))
    if kind in ("husband_income", "failed_harvest"):
        shock["size"] = draw(shares)
    if kind == "ingredient_price":
        shock["ingredient"] = draw(st.sampled_from(ingredient_names(of)))
        shock["size"] = draw(st.floats(-0.9, 3))
    if kind == "outlet_closure":
        if not ids:
            return None
        shock["outlet"] = draw(st.sampled_from(ids))
    if kind == "late_payment":
        shock["outlet"] = draw(st.sampled_from(["any", *ids]))
    return shock


@st.composite
def scenarios(draw: st.DrawFn, of: Group, last: int) -> Scenario:
    """Interventions and shocks of any kinds, in any weeks; many visits, so that ties begin."""
    kinds = draw(st.lists(st.sampled_from(INTERVENTION_KINDS), max_size=20))
    kinds += ["negotiation"] * draw(st.integers(0, 6))
    plans = [draw(plan_of(of, kind, last)) for kind in kinds]
    befalling = draw(st.lists(st.sampled_from(SHOCKS), max_size=6))
    shocks = [draw(shock_of(of, kind, last)) for kind in befalling]
    return scenario(*(plan for plan in plans if plan), shocks=[shock for shock in shocks if shock])


@st.composite
def cases(draw: st.DrawFn, weeks: int) -> Case:
    """A whole run: group, values, plans and shocks, luck."""
    of = draw(groups())
    known = register_of(of)  # without the demand of kinds that this group does not deal with
    values = {name: value for name, value in draw(overrides()).items() if name in known}
    return Case(draw(scenarios(of, weeks - 1)), weeks, values, of, Luck(draw(st.integers(0, 99))))
