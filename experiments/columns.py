"""What the columns mean that are made after a run; `sim.columns` tells of all others."""

from __future__ import annotations

from typing import Final

from experiments.analysis.runs import LATE_WEEKS

About = dict[str, tuple[str, str]]  # unit and meaning of each column

KEYS: Final[About] = {
    "scenario_id": ("-", "the strategy; in a sweep or a network study a cell of design.parquet"),
    "village_id": ("-", "0 the default village, 1 to n the plausible villages"),
    "replication_id": ("-", "0, 1, ...: other luck in the same village"),
    "week": ("weeks", "0 is the first recorded week"),
    "date": ("YYYY-MM-DD", "first day of the week"),
    "outlet_id": ("-", "id in the group's file"),
    "kind": ("-", "kind of the outlet"),
    "outside_village": ("true/false", "on which side of the village border"),
    "product_id": ("-", "id in the group's file"),
    "member_id": ("-", "ibu_01, ibu_02, ...; officers of week 0 come first"),
}
WOMEN: Final[About] = {
    "net_income": ("Rp", "kube_income less farm_income_forgone"),
}
RUNS: Final[About] = {
    "net_income_late": ("Rp", f"mean of net_income over the last {LATE_WEEKS} weeks"),
    "earning_late": ("0/1", f"the group paid anything in the last {LATE_WEEKS} weeks"),
    "pay_per_hour": ("Rp/hour", "kube_income for an hour at sessions; empty without any hour"),
    "net_pay_per_hour": ("Rp/hour", "net_income for an hour at sessions; empty without any hour"),
    "women_at_a_loss": ("share", "founding women whose net_income over the run is below zero"),
    "worst_fifth": ("Rp", "own cash of the poorest fifth of the founding women, a week"),
    "survived": ("0/1", "the group has not ended by the last week"),
}
EVENTS: Final[About] = {
    "kind": ("-", "what happened, see below"),
    "subject": ("-", "whom or what it is about; often empty"),
    "value": ("-", "a number that depends on the kind, see below"),
}
