"""The columns of every table, with unit and meaning; `sim.measures` fills them."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np


class Column(NamedTuple):
    """A column of a table."""

    name: str
    unit: str
    meaning: str


WEEKLY: Final = (
    Column("attendance", "share", "women present, mean of the week's sessions; empty without one"),
    Column("farm_days", "days", "days with a farm call per founding woman"),
    Column("farm_income", "Rp", "farm wages earned per founding woman"),
    Column("kube_income", "Rp", "paid out by the group per founding woman (gross), wages included"),
    Column("farm_income_forgone", "Rp", "farm wages lost by working at sessions"),
    Column("net_income", "Rp", "kube_income less farm_income_forgone"),
    Column("own_cash_income", "Rp", "kube_income plus farm_income: a woman's own cash"),
    Column("household_income", "Rp", "own cash and what others in the household earn"),
    Column("kube_hours", "hours", "hours at sessions per founding woman"),
    Column("volume", "pieces", "sold at all outlets"),
    Column("volume_outside", "pieces", "sold outside the village"),
    Column("made", "pieces", "made at the sessions"),
    Column("delivered", "pieces", "taken to outlets"),
    Column("unsold_share", "share", "of the pieces on consignment; empty without any"),
    Column("outlets_active", "outlets", "that take goods at the end of the week (bridging ties); "
           "none once the group has ended"),
    Column("outlets_new", "agreements", "since week 0"),
    Column("informed", "share", "of the outlets that have heard of the group"),
    Column("reach", "share", "of all outlets' usual demand (Rp) that active outlets stand for"),
    Column("bonding", "women", "others whom a woman met at sessions, mean of those who came"),
    Column("linking", "ties", "donors and village government who have met the group"),
    Column("largest_loss", "share", "of this week's sales (Rp) lost if the most important outlet "
           "fell out"),
    Column("core_loss", "share", "of this week's sales (Rp) lost if the house fell out"),
    Column("throughput", "share", "of the orders that broken ties leave possible (Lawang 4)"),
    Column("trust_inside", "0-1", "mean trust of the women in the group"),
    Column("trust_outlets", "0-1", "mean over active outlets; empty without any"),
    Column("trust_donors", "0-1", "mean over donors and village government"),
    Column("norm", "0-1", "strength of group rules"),
    Column("motivation", "0-1", "mean of the women"),
    Column("voice", "0-1", "mean confidence and voice of the women"),
    Column("knowledge", "0-1", "of potentials and sources"),
    Column("networking", "0-1", "officers' ability to build trust outside"),
    Column("proposal_skill", "0-1", "of the officers"),
    Column("product_skill", "0-1", "of the group"),
    Column("management_skill", "0-1", "of the officers"),
    Column("quality", "0-1", "of the products"),
    Column("products", "products", "kinds of products"),
    Column("cash", "Rp", "in the cash box at the end of the week"),
    Column("materials", "Rp", "spent on materials"),
    Column("transport", "Rp", "spent on trips and levies"),
    Column("receipts", "Rp", "paid by outlets"),
    Column("receivable", "Rp", "owed by outlets at the end of the week"),
    Column("grant_cash", "Rp", "of cash grants that reached the box"),
    Column("payouts", "Rp", "paid out of the box to all women"),
    Column("wages", "Rp", "of the village's wage budget, paid to all women"),
    Column("trips", "trips", "to outlets"),
    Column("members", "women", "in the group at the end of the week"),
    Column("households_above_poverty_line", "share", "of the founding women's households"),
    Column("poverty_gap", "share", "mean shortfall below the poverty line, of the line"),
    Column("income_gini", "0-1", "inequality of own cash income among founding women"),
    Column("core_up", "0/1", "the production core works and the group exists"),
    Column("binding", "code", "what limited production: 0 no session, 1 demand, 2 cash, 3 hands, "
           "4 trips, 5 a broken tie"),
    Column("late", "0/1", "this week's deliveries were late"),
    Column("legal", "0/1", "the group has its decree"),
    Column("tools", "0-1", "share of granted tools in use"),
    Column("proposals_submitted", "proposals", "since week 0"),
    Column("grants_rp", "Rp", "granted by donors since week 0"),
    Column("dana_desa_rp", "Rp", "of the village budget since week 0, wages included"),
    Column("intervention_cost_rp", "Rp", "cash spent by the programme since week 0"),
    Column("facilitator_days", "days", "of the programme since week 0"),
    Column("intervention_hours", "hours", "of all women at interventions since week 0"),
)  # fmt: skip
OUTLET_WEEKLY: Final = (
    Column(
        "status",
        "code",
        "0 stranger, 1 partner, 2 dropped, 3 paused; once the group has ended, as it was then",
    ),
    Column("trust", "0-1", "in the group"),
    Column("ordered", "pieces", "promised by the officers"),
    Column("delivered", "pieces", ""),
    Column("sold", "pieces", ""),
    Column("returned", "pieces", "unsold, back to stock"),
    Column("wasted", "pieces", "unsold and spoilt"),
    Column("lost", "pieces", "lost on the way"),
    Column("paid", "Rp", "to the group this week"),
    Column("receivable", "Rp", "owed at the end of the week"),
    Column("degree", "outlets", "acquaintances from whom it hears"),
    Column(
        "loss_if_lost",
        "share",
        "of this week's sales (Rp) lost if it fell out: its own, and "
        "what a broken tie stops elsewhere (Lawang 4)",
    ),
)
PRODUCT_WEEKLY: Final = (
    Column("made", "pieces", ""),
    Column("delivered", "pieces", ""),
    Column("sold", "pieces", ""),
    Column("returned", "pieces", "back to stock"),
    Column("wasted", "pieces", "spoilt at outlets"),
    Column("lost", "pieces", "lost on the way"),
    Column("stock", "pieces", "at the house at the end of the week"),
    Column("supply", "share", "of expected sales the officers send"),
    Column("gross_margin", "Rp", "receipts earned less materials"),
)
MEMBER_WEEKLY: Final = (
    Column("active", "0/1", "is in the group"),
    Column("trust", "0-1", "in the group"),
    Column("motivation", "0-1", ""),
    Column("voice", "0-1", "confidence and voice"),
    Column("belief", "0-1", "attendance she expects of the others"),
    Column("expected_pay", "Rp", "per session"),
    Column("farm_days", "days", "with a farm call"),
    Column("sessions_came", "sessions", ""),
    Column("sessions_worked", "sessions", ""),
    Column("ill", "0/1", "cannot come"),
    Column("farm_income", "Rp", ""),
    Column("farm_income_forgone", "Rp", ""),
    Column("kube_income", "Rp", ""),
)
# Sums over the recorded weeks for each woman: columns of women.parquet.
WOMAN_SUMS: Final = (
    Column("kube_income", "Rp", ""),
    Column("farm_income_forgone", "Rp", ""),
    Column("farm_income", "Rp", ""),
    Column("kube_hours", "hours", "at sessions"),
)


def row_of(columns: tuple[Column, ...]) -> np.dtype[np.void]:
    """One record of a table."""
    return np.dtype([(column.name, "f8") for column in columns])
