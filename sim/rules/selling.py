"""Selling on consignment: what outlets take, what buyers want, what is left over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled
from sim.parameters import Parameters
from sim.quantiles import negative_binomial

Counts = NDArray[np.int64]


@compiled
def day_factor(
    p: Parameters, daytime: bool, dry: bool, is_open: bool, fasting: bool, before_lebaran: bool
) -> float:
    """Factor on the mean demand of a day (theory sheet 2.12): closed, Ramadan, before Lebaran."""
    if not is_open:
        return 0.0
    factor = 1.0
    if fasting:
        factor = p.ramadan_canteen_mult if daytime else p.ramadan_takjil_mult
    if before_lebaran and dry:
        factor = max(factor, p.lebaran_mult)
    return factor


@compiled
def quality_factor(p: Parameters, quality: float) -> float:
    """Factor on demand: 1 at the reference quality (theory sheet 2.9)."""
    return max(0.0, 1 + p.quality_elasticity * (quality - p.quality_reference))


@compiled
def overlap_factor(p: Parameters, outlets: int) -> float:
    """Share of its demand left to each of `outlets` of one kind nearby (theory sheet 2.14.11)."""
    return 1 / (1 + p.catchment_overlap * max(0, outlets - 1))


@compiled
def mean_demand(per_day: float, days: float, quality: float, overlap: float) -> float:
    """Mean pieces asked for in a selling window; `days` counts days weighted by their factors."""
    return per_day * days * quality * overlap


@compiled
def order_share(p: Parameters, trust: float, experience: float, supply: float, own: bool) -> float:
    """Share (0-1) of its expected sales that an outlet takes (theory sheet 2.5, 2.14.8).

    The outlet caps it by its trust, a new tie by its short experience, the officers by what they
    dare to send. The group's own stall or page needs no trust.
    """
    if own:
        return supply
    cap = min(1.0, p.order_trust_intercept + trust)
    return min(experience * cap, supply)


@compiled
def order(share: float, expected: float) -> int:
    """Whole pieces ordered."""
    return int(share * expected)


@compiled
def experience_after(p: Parameters, experience: float) -> float:
    """Experience (0-1) of a tie after a good week: orders of a new tie grow step by step."""
    return min(1.0, experience * (1 + p.order_step))


@compiled
def supply_after(p: Parameters, supply: float, unsold: float, sold_of_expected: float) -> float:
    """Share of expected sales the officers dare to send, after a week (Krejci et al. 2015 [S59]).

    Nearly sold out: one step more. Too much left: down to the recent mean of what sold, but no
    more than one step a week. `unsold` and `sold_of_expected` are shares.
    """
    if unsold < p.order_low_unsold:
        return min(1.0, supply * (1 + p.order_step))
    if unsold > p.order_high_unsold:
        return min(supply, max(supply * (1 - p.order_step), sold_of_expected))
    return supply


@compiled
def window_dispersion(p: Parameters, open_days: int) -> float:
    """Dispersion of the sum over `open_days` independent days."""
    return p.demand_dispersion * open_days


@compiled
def buyers(mean: float, dispersion: float, u: float) -> int:
    """Pieces asked for in a selling window: negative binomial (theory sheet 2.14.10).

    mean: pieces; dispersion: negative binomial size, infinite for Poisson; u: the draw.
    """
    return negative_binomial(mean, dispersion, u) if mean > 0 else 0


@compiled
def sell(batches: Counts, first: int, last: int, wanted: int) -> int:
    """Sell up to `wanted` pieces from batches first..last, oldest first; returns pieces sold."""
    sold = 0
    for batch in range(first, last + 1):
        taken = min(batches[batch], wanted - sold)
        batches[batch] -= taken
        sold += taken
    return sold


@compiled
def ration(orders: Counts, available: int, shares: Counts) -> None:
    """Share `available` whole pieces in proportion to `orders`, nobody above her order.

    Fills `shares`. Largest remainders get the odd pieces, the first in the list on a tie.
    """
    wanted = 0
    for order in orders:
        wanted += order
    left = available
    for i in range(len(orders)):
        shares[i] = orders[i] * available // wanted if wanted > available else orders[i]
        left -= shares[i]
    if wanted <= available:
        return
    for _ in range(left):
        largest, rest = 0, -1
        for i in range(len(orders)):
            left_over = orders[i] * available % wanted
            taken = shares[i] > orders[i] * available // wanted
            if left_over > rest and not taken:
                largest, rest = i, left_over
        shares[largest] += 1


@compiled
def unit_receipt(price: int, margin: float) -> int:
    """Rupiah the group gets for one piece sold."""
    return int(price * (1 - margin))
