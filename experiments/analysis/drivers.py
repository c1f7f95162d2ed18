"""Which unknowns go together with a result: a first look, before any value of information."""

from __future__ import annotations

from typing import Final

import pandas as pd

# What people can be asked, and the parameters that it is about, by the start of their names.
TOPICS: Final = {
    "demand": ("demand_", "size_", "catchment_"),
    "attendance": (
        "attend_",
        "share_",
        "cc_",
        "conditional_",
        "fgd_",
        "opportunity_",
        "min_crew",
        "trust_base_inside",
    ),
    "prices": ("price_", "cost_", "consign_margin", "margin_"),
    "payment": ("payment_lag", "working_capital", "reserve_"),
    "fields": ("farm_", "session_reservation"),
    "outlets": (
        "n_outlets_init",
        "trust_base_in_village",
        "trust_base_outside",
        "tie_",
        "accept_",
        "drop_",
        "order_",
    ),
    "time": ("session_hours", "labour_rate", "delivery_", "indirect_", "distance_"),
}

# Everything that is unknown, in groups, by the start of the names; the first that fits.
GROUPS: Final = {
    "troubles": (
        "husband_", "closure_", "harvest_", "price_shock_", "late_payment_", "illness_",
        "deception_", "core_", "repair_", "facility_", "rain_",
    ),
    "village": ("dana_desa_", "budget_", "kuwu_", "wage_request", "legality_", "stall_levy",
                "perdes_", "partner_trip_"),
    "donors": ("grant_", "resubmit_", "contact_"),
    "learning": ("train_", "agency_", "knowledge_", "networking_", "halflife_", "management_",
                 "proposal_", "new_product_", "quality_", "tools_", "education_"),
    "programme": ("mentor_", "intervention_cost_", "campaign_", "counsel_", "persuasion_"),
    "demand": (*TOPICS["demand"], "ramadan_", "lebaran_"),
    "prices": (*TOPICS["prices"], "putus_margin"),
    "payment": (*TOPICS["payment"], "officer_bonus_"),
    "outlets": (*TOPICS["outlets"], "trust_prior", "trust_gain", "trust_loss", "trust_memory",
                "trust_up", "trust_down", "promise_", "reopen_", "revisit_", "info_pass_",
                "hearsay_", "endorse_", "new_tie_", "short_share", "serve_short_"),
    "time": (*TOPICS["time"], "travel_", "transport_", "shared_trip_", "fail_", "failure_",
             "shelf_life_"),
    "fields": TOPICS["fields"],
    "attendance": (*TOPICS["attendance"], "belief_", "norm_", "motivation_", "efficacy_",
                   "trust_init_", "effort_", "exit_", "join_", "expected_pay", "pay_memory",
                   "payoff_", "meet_trust_", "dissatisfaction_", "invite_", "voice_", "n_pool_",
                   "household_", "hh_income_"),
}  # fmt: skip


def group_of(parameter: str) -> str:
    """The group of unknowns that a parameter belongs to; empty when it is in none."""
    fits = (group for group, starts in GROUPS.items() if parameter.startswith(starts))
    return next(fits, "")


def topic_of(parameter: str) -> str:
    """The topic that a parameter belongs to; empty when nobody in the room can know it."""
    for topic, starts in TOPICS.items():
        if parameter.startswith(starts):
            return topic
    return ""


def drivers(villages: pd.DataFrame, result: pd.Series[float]) -> pd.DataFrame:
    """parameter, rho, topic: rank correlation (Spearman) of each drawn parameter with `result`.

    villages: one row per village_id; result: indexed by village_id. Strongest first; parameters
    that do not vary are left out.
    """
    drawn = villages.set_index("village_id")
    drawn = drawn.loc[:, drawn.nunique() > 1]
    rho = drawn.rank().corrwith(result.rank()).dropna()
    table = pd.DataFrame({"parameter": rho.index, "rho": rho.to_numpy()})
    table["topic"] = [topic_of(name) for name in table["parameter"]]
    return table.sort_values("rho", key=abs, ascending=False, ignore_index=True)


def leading_topics(table: pd.DataFrame, count: int) -> list[str]:
    """The topics whose strongest parameter goes along most with the result; all when unknown."""
    known = [topic for topic in table["topic"] if topic]
    return list(dict.fromkeys([*known, *TOPICS]))[:count]
