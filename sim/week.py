"""The week as data: what happens in a tick, in which order, and who acts.

The village runs exactly these phases in this order; MODEL.md quotes the table.
A tick is seven days, from the group's first session day (theory sheet 2.13).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Phase:
    """One step of the week. `together`: everyone decides on what stood before the phase."""

    name: str
    who: str
    together: bool
    sentence: str


PHASES: Final = (
    Phase("shocks", "women, outlets", True,
          "What befalls the group begins or ends: illness, lost income, closures, prices."),
    Phase("open_week", "group", True,
          "The calendar says which sessions are held and which outlets are open."),
    Phase("farm_calls", "members", True,
          "Each woman learns on which days the fields call her."),
    Phase("interventions", "programme", False,
          "What the scenario plans, or what it waited for, takes place; women decide to come."),
    Phase("attendance", "members", True,
          "Each woman decides for each session whether she comes."),
    Phase("orders", "outlets", True,
          "Partner outlets order by trust; officers promise what the cash box can finance."),
    Phase("production", "group", False,
          "Officers keep as many women as the work needs; the crew makes what its hours allow."),
    Phase("delivery", "group", True,
          "Goods go out, one trip an outlet and session; the week's deliveries may be late."),
    Phase("sales", "outlets", True,
          "Buyers come window by window; the oldest batch sells first."),
    Phase("settlement", "outlets", True,
          "Leftovers return or are wasted; what is due this week is paid."),
    Phase("division", "members", True,
          "A part of the surplus stays in the box, the rest is divided."),
    Phase("trust", "outlets, members, donors", True,
          "Outlets judge the week, women compare what they saw and got, evidence is forgotten."),
    Phase("habits", "members", True,
          "Beliefs, motivation, expected pay, norms and the memory of meetings move."),
    Phase("skills", "group", True,
          "Unused skills fade, quality follows skill and effort, officers adjust what they send."),
    Phase("hearsay", "outlets", True,
          "Outlets tell their acquaintances what they think of the group."),
    Phase("ties", "outlets", False,
          "Outlets stop or open again; officers stop serving, or resume, where they must."),
    Phase("people", "members", False,
          "Lost officers are replaced, women leave and join, the production core may fail."),
    Phase("outside_money", "donors", False,
          "Decrees, donors' decisions, an election and the village budget arrive."),
)  # fmt: skip
