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
