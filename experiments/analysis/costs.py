"""What a gain costs: the options that no mixture of others beats, and net benefit."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def frontier(effect: Numbers, cost: Numbers) -> pd.DataFrame:
    """on (whether an option lies on the frontier), price (cost of one more unit of effect there).

    An option is off when another gives as much for less, or when a mixture of two does (extended
    dominance; Weinstein 1990). price is nan off the frontier and for its cheapest option.
    """
    order = np.lexsort((-effect, cost))
    kept: list[int] = []
    for i in order:
        if kept and effect[i] <= effect[kept[-1]]:
            continue
        while len(kept) > 1 and _price(effect, cost, kept[-1], i) <= _price(
            effect, cost, kept[-2], kept[-1]
        ):
            kept.pop()
        kept.append(int(i))
    on = np.array([any(cost[i] == cost[k] and effect[i] == effect[k] for k in kept)
                   for i in range(len(effect))])  # fmt: skip
    price = np.full(len(effect), np.nan)
    for one, other in pairwise(kept):
        price[other] = _price(effect, cost, one, other)
    return pd.DataFrame({"on": on, "price": price})


def _price(effect: Numbers, cost: Numbers, one: int, other: int) -> float:
    return float((cost[other] - cost[one]) / (effect[other] - effect[one]))


def beaten(effect: Numbers, costs: Numbers) -> NDArray[np.bool_]:
    """Whether another option gives at least as much for no more of any cost; costs[option, kind].

    Of options that are equal in everything none beats the other.
    """
    as_good = effect[None, :] >= effect[:, None]
    as_cheap = (costs[None, :, :] <= costs[:, None, :]).all(2)
    more = effect[None, :] > effect[:, None]
    less = (costs[None, :, :] < costs[:, None, :]).any(2)
    return np.asarray((as_good & as_cheap & (more | less)).any(1))


def net_benefit(gain: Numbers, cash: Numbers, days: Numbers, hours: Numbers,
                day_rp: float, hour_rp: Numbers) -> Numbers:  # fmt: skip
    """What is left of a gain (Rp) after cash, a facilitator's days and women's hours are paid."""
    return np.asarray(gain - cash - days * day_rp - hours * hour_rp)
