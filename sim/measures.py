"""What is recorded, defined once: every column of every table, with its unit and meaning.

Both engines call these compiled functions on the world at the end of a week. Incomes are rupiah per
woman who founded the group, in that week, so that a group does not look better when women leave.
docs/tables.md is made from these definitions.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.columns import (
    MEMBER_WEEKLY,
    OUTLET_WEEKLY,
    PRODUCT_WEEKLY,
    WEEKLY,
    WOMAN_SUMS,
    Column,
    row_of,
)
from sim.compiled import compiled, readable
from sim.parameters import DAYS_PER_WEEK, Parameters
from sim.quantiles import sort
from sim.rules import members, support, trust, work
from sim.rules import outlets as ties
from sim.setting import Ground, Setting
from sim.state import Status
from sim.sums import pieces, times
from sim.world import Donors, KubeArrays, Outlets, Room, Women, World

__all__ = [
    "MEMBER_WEEKLY", "OUTLET_WEEKLY", "PRODUCT_WEEKLY", "WEEKLY", "WOMAN_SUMS", "Column", "Tables",
    "empty", "gini", "numbers", "record", "row_of",
]  # fmt: skip


class Tables(NamedTuple):
    """Rows of one run, or of several with the run first; parts not asked for have no weeks."""

    weekly: NDArray[np.void]  # [week]
    women: NDArray[np.void]  # [woman] who founded the group
    outlets: NDArray[np.void]  # [week, outlet], in the file's order
    products: NDArray[np.void]  # [week, product]
    members: NDArray[np.void]  # [week, woman] who is in the group or might join


def empty(setting: Setting, weeks: int, detail: bool, members: bool, runs: int) -> Tables:
    """Tables of zeros for `runs` runs of `weeks` recorded weeks."""
    group, founders = setting.group, int(setting.p.n_members)
    shapes = (
        ((weeks,), WEEKLY),
        ((founders,), WOMAN_SUMS),
        ((weeks if detail else 0, len(group.outlets)), OUTLET_WEEKLY),
        ((weeks if detail else 0, len(group.products)), PRODUCT_WEEKLY),
        ((weeks if members else 0, len(setting.ground.women)), MEMBER_WEEKLY),
    )
    return Tables(*(readable(np.zeros((runs, *shape), row_of(what))) for shape, what in shapes))


def numbers(table: NDArray[np.void]) -> NDArray[np.float64]:
    """A table with its columns as the last axis."""
    return table.view(np.float64).reshape(*table.shape, len(table.dtype.names or ()))


@compiled
def record(ground: Ground, world: World, week: int, tables: Tables) -> None:
    """Write down week `week` (0 or later) of a world."""
    p, row = ground.p[0], tables.weekly[week]
    _incomes(p, world.women, world.room, row)
    _people(p, world.women, world.kube, row)
    _trade(p, ground, world.outlets, world.kube, row)
    _group(world.kube, world.donors, p, week, row)
    _sums(p, world.women, tables.women)
    if len(tables.outlets):
        _outlets(p, ground, world.outlets, world.kube, tables.outlets[week])
        _products(ground, world.outlets, world.kube, tables.products[week])
    if len(tables.members):
        _members(world.women, tables.members[week])


@compiled
def _incomes(p: Parameters, women: Women, room: Room, row: Any) -> None:
    """Per founding woman, whether she is still in the group or not."""
    n = p.n_members
    line = p.poverty_line_month * DAYS_PER_WEEK / p.days_per_month  # Rp a person and week
    cash = room.sorting[:n]
    for i in range(n):
        woman = women.rows[i]
        cash[i] = woman.pay + woman.wages + woman.farm_income
        lost = woman.poor_share if woman.poor_weeks > 0 else 0.0
        household = cash[i] + members.other_income_now(woman.other_income, lost)
        needs = line * woman.household_size
        row.farm_days += woman.farm_days
        row.farm_income += woman.farm_income
        row.kube_income += woman.pay + woman.wages
        row.farm_income_forgone += woman.wage_lost
        row.own_cash_income += cash[i]
        row.household_income += household
        row.kube_hours += times(women.worked[i]) * p.session_hours
        row.households_above_poverty_line += 1 if household >= needs else 0
        row.poverty_gap += max(0.0, needs - household) / needs
    row.net_income = row.kube_income - row.farm_income_forgone
    if n:
        row.farm_days /= n
        row.farm_income /= n
        row.kube_income /= n
        row.farm_income_forgone /= n
        row.own_cash_income /= n
        row.household_income /= n
        row.kube_hours /= n
        row.households_above_poverty_line /= n
        row.poverty_gap /= n
        row.net_income /= n
    row.income_gini = gini(cash)


@compiled
def gini(incomes: NDArray[np.float64]) -> float:
    """Gini coefficient (0-1) of non-negative incomes, which it sorts; 0 when there are none."""
    sort(incomes)
    total = ranked = 0.0
    for i in range(len(incomes)):
        total += incomes[i]
        ranked += (i + 1) * incomes[i]
    if total <= 0:
        return 0.0
    n = len(incomes)
    return 2 * ranked / (n * total) - (n + 1) / n


@compiled
def _people(p: Parameters, women: Women, kube: KubeArrays, row: Any) -> None:
    """The women who are in the group now."""
    group = kube.rows[0]
    met = came = 0
    for s in range(len(kube.held)):
        present = 0
        for i in range(group.women):
            present += 1 if women.came[i, s] else 0
        came += present
        met += present * max(0, present - 1)
    for i in range(group.women):
        woman = women.rows[i]
        if woman.active:
            row.members += 1
            row.trust_inside += woman.trust
            row.motivation += woman.motivation
            row.voice += woman.efficacy
    if row.members > 0:
        row.trust_inside /= row.members
        row.motivation /= row.members
        row.voice /= row.members
    row.bonding = work.share(met, came)
    row.attendance = group.attendance if times(kube.held) else np.nan


@compiled
def _trade(p: Parameters, ground: Ground, outlets: Outlets, kube: KubeArrays, row: Any) -> None:
    """Goods, outlets and what hangs on the most important one."""
    products = ground.products
    taken = kept = usual = reached = value = trusted = 0.0
    for o in range(len(outlets.rows)):
        outlet = outlets.rows[o]
        sold, delivered = pieces(outlets.sold[o]), pieces(outlets.delivered[o])
        row.volume += sold
        row.delivered += delivered
        row.volume_outside += sold if outlet.outside else 0
        row.receivable += pieces(outlets.due[o])
        row.informed += 1 if outlet.informed else 0
        if ties.on_consignment(outlet.own, outlet.outright):
            taken += delivered
            kept += delivered - sold
        here = 0.0
        for k in range(len(products)):
            here += outlets.demand[o, k] * products[k].price if kube.offered[k] else 0.0
        usual += here
        value += _takings(ground, outlets, o)
        if outlet.status == Status.PARTNER and kube.rows[0].alive:
            row.outlets_active += 1
            reached += here
            trusted += trust.trust_of(
                p, outlet.good, outlet.bad, outlet.base_rate, outlet.level, outlet.cap
            )
    row.made = pieces(kube.made)
    row.unsold_share = kept / taken if taken > 0 else np.nan
    row.informed = work.share(row.informed, len(outlets.rows))
    row.reach = work.share(reached, usual)
    for o in range(len(outlets.rows)):
        loss = _loss(p, ground, outlets, o, value, kube.rows[0].throughput)
        row.largest_loss = max(row.largest_loss, loss)
    row.core_loss = 1.0 if value > 0 and not work.core_stands(p, 1, True, False) else 0.0
    row.trust_outlets = trusted / row.outlets_active if row.outlets_active > 0 else np.nan
    row.products = times(kube.offered)


@compiled
def _takings(ground: Ground, outlets: Outlets, o: int) -> float:
    """Rupiah that buyers spent at an outlet this week."""
    rupiah = 0.0
    for k in range(len(ground.products)):
        rupiah += outlets.sold[o, k] * ground.products[k].price
    return rupiah


@compiled
def _loss(
    p: Parameters, ground: Ground, outlets: Outlets, o: int, value: float, throughput: float
) -> float:
    """Share of the week's sales `value` that is lost without an outlet."""
    outlet, takings = outlets.rows[o], _takings(ground, outlets, o)
    stops = 0.0
    tied = outlet.status == Status.PARTNER or takings > 0
    if value > 0 and tied and not outlet.own:  # the own stall or page is no tie that breaks
        stops = work.stops_with_a_tie(p, throughput)
    return work.loss_of_tie(work.share(takings, value), stops)


@compiled
def _group(kube: KubeArrays, donors: Donors, p: Parameters, week: int, row: Any) -> None:
    """The group as a whole, and those who may give."""
    group = kube.rows[0]
    for i in range(len(donors.rows)):
        donor = donors.rows[i]
        row.trust_donors += trust.level(p, donor.good, donor.bad, donor.base_rate)
        row.linking += 1 if donor.good > 0 else 0
    row.trust_donors = work.share(row.trust_donors, len(donors.rows))
    row.outlets_new = group.agreements
    row.throughput = group.throughput
    row.norm = group.norm
    row.knowledge = group.knowledge
    row.networking = group.networking
    row.proposal_skill = group.proposal_skill
    row.product_skill = group.product_skill
    row.management_skill = group.management_skill
    row.quality = group.quality
    row.cash = group.cash
    row.materials = group.materials
    row.transport = group.transport
    row.receipts = group.receipts
    row.grant_cash = group.grant_cash
    row.payouts = group.payouts
    row.wages = group.wages
    row.trips = group.trips
    row.core_up = 1.0 if group.alive and group.core_down == 0 else 0.0
    row.binding = group.binding
    row.late = 1.0 if group.late else 0.0
    row.legal = 1.0 if group.legal else 0.0
    row.tools = support.tools_now(group.tools, group.tools_until >= week)
    row.proposals_submitted = group.proposals_submitted
    row.grants_rp = group.grants_rp
    row.dana_desa_rp = group.dana_desa_rp
    row.intervention_cost_rp = group.intervention_rp
    row.facilitator_days = group.facilitator_days
    row.intervention_hours = group.intervention_hours


@compiled
def _sums(p: Parameters, women: Women, rows: NDArray[np.void]) -> None:
    """Add the week to each woman's sums."""
    for i in range(len(rows)):
        woman = women.rows[i]
        rows[i].kube_income += woman.pay + woman.wages
        rows[i].farm_income_forgone += woman.wage_lost
        rows[i].farm_income += woman.farm_income
        rows[i].kube_hours += times(women.worked[i]) * p.session_hours


@compiled
def _outlets(
    p: Parameters, ground: Ground, outlets: Outlets, kube: KubeArrays, rows: NDArray[np.void]
) -> None:
    value = 0.0
    for o in range(len(outlets.rows)):
        outlet = outlets.rows[o]
        row = rows[outlet.place]
        row.status = outlet.status
        row.trust = trust.trust_of(
            p, outlet.good, outlet.bad, outlet.base_rate, outlet.level, outlet.cap
        )
        for k in range(len(ground.products)):
            row.ordered += pieces(outlets.orders[o, k])
        value += _takings(ground, outlets, o)
        row.delivered = pieces(outlets.delivered[o])
        row.sold = pieces(outlets.sold[o])
        row.returned = pieces(outlets.returned[o])
        row.wasted = pieces(outlets.wasted[o])
        row.lost = pieces(outlets.lost[o])
        row.paid = outlet.paid
        row.receivable = pieces(outlets.due[o])
        for other in outlets.acquaintances[o]:
            row.degree += 1 if other >= 0 else 0
    for o in range(len(rows)):
        loss = _loss(p, ground, outlets, o, value, kube.rows[0].throughput)
        rows[outlets.rows[o].place].loss_if_lost = loss


@compiled
def _products(ground: Ground, outlets: Outlets, kube: KubeArrays, rows: NDArray[np.void]) -> None:
    for k in range(len(rows)):
        row = rows[k]
        row.made = kube.made[k]
        row.stock = kube.stock[k]
        row.supply = kube.supply[k]
        row.gross_margin = -kube.made[k] * kube.unit_costs[k]
        for o in range(len(outlets.rows)):
            outlet = outlets.rows[o]
            row.delivered += outlets.delivered[o, k]
            row.sold += outlets.sold[o, k]
            row.returned += outlets.returned[o, k]
            row.wasted += outlets.wasted[o, k]
            row.lost += outlets.lost[o, k]
            bought = outlets.sold[o, k]
            if not ties.on_consignment(outlet.own, outlet.outright):
                bought = outlets.delivered[o, k] - outlets.lost[o, k]
            row.gross_margin += bought * outlets.receipts[o, k]


@compiled
def _members(women: Women, rows: NDArray[np.void]) -> None:
    for i in range(len(rows)):
        woman, row = women.rows[i], rows[i]
        row.active = 1.0 if woman.active else 0.0
        row.trust = woman.trust
        row.motivation = woman.motivation
        row.voice = woman.efficacy
        row.belief = woman.belief
        row.expected_pay = woman.expected_pay
        row.farm_days = woman.farm_days
        row.sessions_came = times(women.came[i])
        row.sessions_worked = times(women.worked[i])
        row.ill = 1.0 if woman.ill_weeks > 0 else 0.0
        row.farm_income = woman.farm_income
        row.farm_income_forgone = woman.wage_lost
        row.kube_income = woman.pay + woman.wages
