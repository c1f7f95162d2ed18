"""What is recorded, defined once: every column of every table, with its unit and meaning.

Incomes are rupiah per woman who founded the group, in that week, so that a group does not look
better when women leave. docs/tables.md is made from these definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.parameters import DAYS_PER_WEEK

if TYPE_CHECKING:
    from sim.agents import Member, Outlet
    from sim.village import Village


class Column(NamedTuple):
    """A column of a table. `read` gives its value at the end of a week."""

    name: str
    unit: str
    meaning: str
    read: Callable[..., float]


def _per_founder(read: Callable[[Member], float]) -> Callable[[Village], float]:
    return lambda v: _mean([read(woman) for woman in v.members])


def _mean(numbers: Sequence[float]) -> float:
    return fmean(numbers) if numbers else 0.0


def _household_week(v: Village, woman: Member) -> float:
    return woman.farm_income + woman.pay + woman.other_income


def _poverty_line_week(v: Village, woman: Member) -> float:
    person: float = v.p.poverty_line_month * DAYS_PER_WEEK / v.p.days_per_month
    return person * woman.household_size


def _poverty_gap(v: Village, woman: Member) -> float:
    line = _poverty_line_week(v, woman)
    return max(0.0, line - _household_week(v, woman)) / line


def gini(incomes: Sequence[float]) -> float:
    """Gini coefficient (0-1) of non-negative incomes; 0 when there are none."""
    ordered, total = sorted(incomes), sum(incomes)
    if total <= 0:
        return 0.0
    n = len(ordered)
    ranked = sum((i + 1) * income for i, income in enumerate(ordered))
    return 2 * ranked / (n * total) - (n + 1) / n


def _sum(counts: str) -> Callable[[Village], float]:
    return lambda v: sum(sum(getattr(outlet, counts)) for outlet in v.outlets)


def _unsold_share(v: Village) -> float:
    taken = [outlet for outlet in v.outlets if not outlet.outright]
    delivered = sum(sum(outlet.delivered) for outlet in taken)
    sold = sum(sum(outlet.sold) for outlet in taken)
    return (delivered - sold) / delivered if delivered else float("nan")


def _kube(name: str) -> Callable[[Village], float]:
    return lambda v: float(getattr(v.kube, name))


WEEKLY: Final = (
    Column("attendance", "share", "women present, mean of the week's sessions; empty without one",
           lambda v: v.kube.attendance if v.kube.sessions else float("nan")),
    Column("farm_days", "days", "days with a farm call per founding woman",
           _per_founder(lambda w: w.farm_days)),
    Column("farm_income", "Rp", "farm wages earned per founding woman",
           _per_founder(lambda w: w.farm_income)),
    Column("kube_income", "Rp", "paid out by the group per founding woman (gross)",
           _per_founder(lambda w: w.pay)),
    Column("farm_income_forgone", "Rp", "farm wages lost by working at sessions",
           _per_founder(lambda w: w.wage_lost)),
    Column("net_income", "Rp", "kube_income less farm_income_forgone",
           _per_founder(lambda w: w.pay - w.wage_lost)),
    Column("own_cash_income", "Rp", "kube_income plus farm_income: a woman's own cash",
           _per_founder(lambda w: w.pay + w.farm_income)),
    Column("household_income", "Rp", "own cash and what others in the household earn",
           lambda v: _mean([_household_week(v, w) for w in v.members])),
    Column("kube_hours", "hours", "hours at sessions per founding woman",
           lambda v: v.kube.work_sessions * v.p.session_hours / max(1, len(v.members))),
    Column("volume", "pieces", "sold at all outlets", _sum("sold")),
    Column("volume_outside", "pieces", "sold outside the village",
           lambda v: sum(sum(outlet.sold) for outlet in v.outlets if outlet.outside)),
    Column("made", "pieces", "made at the sessions", lambda v: sum(v.kube.made)),
    Column("delivered", "pieces", "taken to outlets", _sum("delivered")),
    Column("unsold_share", "share", "of the pieces on consignment; empty without any",
           _unsold_share),
    Column("outlets_active", "outlets", "that take goods at the end of the week",
           lambda v: len(v.partners)),
    Column("outlets_new", "agreements", "since week 0", _kube("agreements")),
    Column("trust_inside", "0-1", "mean trust of the women in the group",
           lambda v: _mean([woman.trust for woman in v.women])),
    Column("trust_outlets", "0-1", "mean over active outlets; empty without any",
           lambda v: _mean([o.trust for o in v.partners]) if v.partners else float("nan")),
    Column("trust_donors", "0-1", "mean over donors and village government",
           lambda v: _mean([donor.trust for donor in v.donors])),
    Column("norm", "0-1", "strength of group rules", _kube("norm")),
    Column("proposal_skill", "0-1", "of the officers", _kube("proposal_skill")),
    Column("product_skill", "0-1", "of the group", _kube("product_skill")),
    Column("management_skill", "0-1", "of the officers", _kube("management_skill")),
    Column("quality", "0-1", "of the products", _kube("quality")),
    Column("products", "products", "kinds of products", lambda v: len(v.setting.products)),
    Column("cash", "Rp", "in the cash box at the end of the week", _kube("cash")),
    Column("materials", "Rp", "spent on materials", _kube("materials")),
    Column("transport", "Rp", "spent on trips", _kube("transport")),
    Column("receipts", "Rp", "paid by outlets", _kube("receipts")),
    Column("receivable", "Rp", "owed by outlets at the end of the week",
           lambda v: sum(sum(outlet.due) for outlet in v.outlets)),
    Column("grant_cash", "Rp", "of cash grants that reached the box", _kube("grant_cash")),
    Column("payouts", "Rp", "paid out to all women", _kube("payouts")),
    Column("trips", "trips", "to outlets", _kube("trips")),
    Column("members", "women", "in the group at the end of the week", lambda v: len(v.women)),
    Column("households_above_poverty_line", "share", "of the founding women's households",
           lambda v: _mean([_household_week(v, w) >= _poverty_line_week(v, w) for w in v.members])),
    Column("poverty_gap", "share", "mean shortfall below the poverty line, of the line",
           lambda v: _mean([_poverty_gap(v, w) for w in v.members])),
    Column("income_gini", "0-1", "inequality of own cash income among founding women",
           lambda v: gini([w.pay + w.farm_income for w in v.members])),
    Column("core_up", "0/1", "the production core works and the group exists",
           lambda v: float(v.kube.alive and not v.kube.core_down)),
    Column("binding", "code", "what limited production: 0 no session, 1 demand, 2 cash, 3 hands, "
           "4 trips", _kube("binding")),
    Column("late", "0/1", "this week's deliveries were late", _kube("late")),
    Column("legal", "0/1", "the group has its decree", _kube("legal")),
    Column("tools", "0-1", "share of granted tools in use", _kube("tools")),
    Column("proposals_submitted", "proposals", "since week 0", _kube("proposals_submitted")),
    Column("grants_rp", "Rp", "granted by donors since week 0", _kube("grants_rp")),
    Column("dana_desa_rp", "Rp", "of the village budget since week 0", _kube("dana_desa_rp")),
    Column("intervention_cost_rp", "Rp", "cash spent by the programme since week 0",
           _kube("intervention_rp")),
    Column("facilitator_days", "days", "of the programme since week 0", _kube("facilitator_days")),
    Column("intervention_hours", "hours", "of all women at interventions since week 0",
           _kube("intervention_hours")),
)  # fmt: skip

OUTLET_WEEKLY: Final = (
    Column("status", "code", "0 stranger, 1 partner, 2 dropped, 3 paused", lambda v, o: o.status),
    Column("trust", "0-1", "in the group", lambda v, o: o.trust),
    Column("ordered", "pieces", "promised by the officers",
           lambda v, o: sum(map(sum, o.orders))),
    Column("delivered", "pieces", "", lambda v, o: sum(o.delivered)),
    Column("sold", "pieces", "", lambda v, o: sum(o.sold)),
    Column("returned", "pieces", "unsold, back to stock", lambda v, o: sum(o.returned)),
    Column("wasted", "pieces", "unsold and spoilt", lambda v, o: sum(o.wasted)),
    Column("lost", "pieces", "lost on the way", lambda v, o: sum(o.lost)),
    Column("paid", "Rp", "to the group this week", lambda v, o: o.paid),
    Column("receivable", "Rp", "owed at the end of the week", lambda v, o: sum(o.due)),
)  # fmt: skip


def _over_outlets(counts: str) -> Callable[[Village, int], float]:
    return lambda v, k: sum(getattr(outlet, counts)[k] for outlet in v.outlets)


def _gross_margin(v: Village, k: int) -> float:
    earned = sum(outlet.bought()[k] * outlet.receipts[k] for outlet in v.outlets)
    return earned - v.kube.made[k] * v.kube.unit_costs[k]


PRODUCT_WEEKLY: Final = (
    Column("made", "pieces", "", lambda v, k: v.kube.made[k]),
    Column("delivered", "pieces", "", _over_outlets("delivered")),
    Column("sold", "pieces", "", _over_outlets("sold")),
    Column("returned", "pieces", "back to stock", _over_outlets("returned")),
    Column("wasted", "pieces", "spoilt at outlets", _over_outlets("wasted")),
    Column("lost", "pieces", "lost on the way", _over_outlets("lost")),
    Column("stock", "pieces", "at the house at the end of the week", lambda v, k: v.kube.stock[k]),
    Column("supply", "share", "of expected sales the officers send", lambda v, k: v.kube.supply[k]),
    Column("gross_margin", "Rp", "receipts earned less materials", _gross_margin),
)

MEMBER_WEEKLY: Final = (
    Column("active", "0/1", "is in the group", lambda v, w: w.active),
    Column("trust", "0-1", "in the group", lambda v, w: w.trust),
    Column("belief", "0-1", "attendance she expects of the others", lambda v, w: w.belief),
    Column("expected_pay", "Rp", "per session", lambda v, w: w.expected_pay),
    Column("farm_days", "days", "with a farm call", lambda v, w: w.farm_days),
    Column("sessions_came", "sessions", "", lambda v, w: sum(w.came)),
    Column("sessions_worked", "sessions", "", lambda v, w: sum(w.worked)),
    Column("farm_income", "Rp", "", lambda v, w: w.farm_income),
    Column("farm_income_forgone", "Rp", "", lambda v, w: w.wage_lost),
    Column("kube_income", "Rp", "", lambda v, w: w.pay),
)

# Sums over the recorded weeks for each woman: columns of women.parquet.
WOMAN_SUMS: Final = ("kube_income", "farm_income_forgone", "farm_income", "kube_hours")


class Recorder:
    """Collects one run; call it with the village at the end of each recorded week.

    weekly: [week, column]; outlets: [week, outlet, column]; products: [week, product, column];
    women: [woman, sum]; members: [week, woman, column]; none of the last three unless asked for.
    """

    def __init__(self, village: Village, weeks: int, detail: bool, members: bool) -> None:
        outlets, products = len(village.outlets), len(village.setting.products)
        women = len(village.members)
        self.weekly = np.zeros((weeks, len(WEEKLY)))
        self.women = np.zeros((women, len(WOMAN_SUMS)))
        self.outlets = np.zeros((weeks if detail else 0, outlets, len(OUTLET_WEEKLY)))
        self.products = np.zeros((weeks if detail else 0, products, len(PRODUCT_WEEKLY)))
        self.members = np.zeros((weeks if members else 0, women, len(MEMBER_WEEKLY)))

    def __call__(self, village: Village) -> None:
        """Record this week."""
        week = village.week
        self.weekly[week] = [column.read(village) for column in WEEKLY]
        for woman, sums in zip(village.members, self.women, strict=True):
            sums += _woman_sums(village, woman)
        if len(self.outlets):
            in_file = sorted(village.outlets, key=lambda outlet: outlet.index)
            self.outlets[week] = _rows(village, OUTLET_WEEKLY, in_file)
            self.products[week] = _rows(
                village, PRODUCT_WEEKLY, range(len(village.setting.products))
            )
        if len(self.members):
            self.members[week] = _rows(village, MEMBER_WEEKLY, village.members)


def _woman_sums(village: Village, woman: Member) -> list[float]:
    hours = sum(woman.worked) * village.p.session_hours
    return [woman.pay, woman.wage_lost, woman.farm_income, hours]


def _rows(
    village: Village, columns: tuple[Column, ...], things: Sequence[Outlet | Member | int]
) -> NDArray[np.float64]:
    rows = [[float(column.read(village, thing)) for column in columns] for thing in things]
    return np.array(rows).reshape(len(rows), len(columns))
