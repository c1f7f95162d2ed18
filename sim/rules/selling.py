"""Selling on consignment: what outlets take, what buyers want, what is left over."""

from __future__ import annotations

import math

from sim.parameters import LOG_TINY, LOGISTIC_SPREAD, Parameters

# Whole numbers, one for each product, session, outlet or woman.
Counts = list[int]


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


def quality_factor(p: Parameters, quality: float) -> float:
    """Factor on demand: 1 at the reference quality (theory sheet 2.9)."""
    return max(0.0, 1 + p.quality_elasticity * (quality - p.quality_reference))


def overlap_factor(p: Parameters, outlets: int) -> float:
    """Share of its demand left to each of `outlets` of one kind nearby (theory sheet 2.14.11)."""
    return 1 / (1 + p.catchment_overlap * max(0, outlets - 1))


def mean_demand(per_day: float, days: float, quality: float, overlap: float) -> float:
    """Mean pieces asked for in a selling window; `days` counts days weighted by their factors."""
    return per_day * days * quality * overlap


def order_share(p: Parameters, trust: float, experience: float, supply: float) -> float:
    """Share (0-1) of its expected sales that an outlet takes (theory sheet 2.5, 2.14.8).

    The outlet caps it by its trust, a new tie by its short experience, the officers by what they
    dare to send.
    """
    cap = min(1.0, p.order_trust_intercept + trust)
    return min(experience * cap, supply)


def order(share: float, expected: float) -> int:
    """Whole pieces ordered."""
    return int(share * expected)


def experience_after(p: Parameters, experience: float) -> float:
    """Experience (0-1) of a tie after a good week: orders of a new tie grow step by step."""
    return min(1.0, experience * (1 + p.order_step))


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


def window_dispersion(p: Parameters, open_days: int) -> float:
    """Dispersion of the sum over `open_days` independent days."""
    return p.demand_dispersion * open_days


def buyers(mean: float, dispersion: float, u: float) -> int:
    """Pieces asked for: the negative binomial quantile of the draw (theory sheet 2.14.10).

    mean: pieces; dispersion: negative binomial size, infinite for Poisson. Walks up from zero; for
    thousands of pieces, where zero is too rare for a float, a logistic law of the same mean and
    variance serves.
    """
    if mean <= 0:
        return 0
    if dispersion == math.inf:
        log_zero, odds, extra = -mean, mean, 0.0
    else:
        log_zero = -dispersion * math.log1p(mean / dispersion)
        odds, extra = mean * dispersion / (mean + dispersion), mean / (mean + dispersion)
    if log_zero < LOG_TINY:
        variance = mean + mean * mean / dispersion
        scale = LOGISTIC_SPREAD * math.sqrt(variance)
        return max(0, int(mean + scale * math.log(u / (1 - u))))
    mass = total = math.exp(log_zero)
    count = 0
    while u > total and mass > 0:
        mass *= (odds + extra * count) / (count + 1)
        total += mass
        count += 1
    return count


def sell(batches: Counts, first: int, last: int, wanted: int) -> int:
    """Sell up to `wanted` pieces from batches first..last, oldest first; returns pieces sold."""
    sold = 0
    for batch in range(first, last + 1):
        taken = min(batches[batch], wanted - sold)
        batches[batch] -= taken
        sold += taken
    return sold


def ration(orders: Counts, available: int) -> Counts:
    """Share `available` whole pieces in proportion to `orders`, nobody above her order.

    Largest remainders get the odd pieces, the first in the list on a tie.
    """
    wanted = sum(orders)
    if wanted <= available:
        return list(orders)
    shares = [order * available // wanted for order in orders]
    rests = [order * available % wanted for order in orders]
    for _ in range(available - sum(shares)):
        largest = rests.index(max(rests))
        shares[largest] += 1
        rests[largest] = -1
    return shares


def unit_receipt(price: int, margin: float) -> int:
    """Rupiah the group gets for one piece sold."""
    return int(price * (1 - margin))
