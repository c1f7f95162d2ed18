"""Which unknown is worth asking about: would knowing it change which option is best?

The partition estimate of the value of partial perfect information, one parameter at a time (Strong
and Oakley 2013, "An efficient method for computing single-parameter partial EVPI"): villages are
sorted by the parameter into bins of equal size, and within each bin the best option is taken.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

BINS: Final = 10
SHUFFLES: Final = 200  # about as many as there are parameters: one in all passes by chance
FEWEST_IN_A_BIN: Final = 5


def worth_asking(
    villages: pd.DataFrame, worth: pd.DataFrame, result: pd.Series[float], seed: int = 0
) -> pd.DataFrame:
    """parameter, value, noise, flips, share, chance, matters; sorted by what matters most.

    villages: drawn parameters by village_id; worth: [village_id x option], what an option gives in
    a village; result: by village_id, what is shown to people. `value`: what knowing the parameter
    is worth (unit of `worth`); `flips`: share of bins in which another option is best; `share`:
    share of the variance of `result` that goes with the parameter (0 to 1, adjusted for the number
    of bins); `noise`, `chance`: the largest value and share of SHUFFLES parameters that mean
    nothing; `matters`: whether either is above it. Parameters that do not vary are left out. Empty
    with too few villages.
    """
    drawn = villages.loc[worth.index]
    drawn = drawn.loc[:, drawn.nunique() > 1]
    bins = min(BINS, len(drawn) // FEWEST_IN_A_BIN)
    columns = ["parameter", "value", "noise", "flips", "share", "chance", "matters"]
    if bins < 2 or worth.shape[1] < 2:
        return pd.DataFrame(columns=columns)
    best = int(worth.mean().to_numpy().argmax())
    table = worth.to_numpy()
    shown = result.loc[worth.index].to_numpy(float)
    order = drawn.rank(method="first").to_numpy().astype(int) - 1
    cell = order * bins // len(drawn)
    luck = np.random.default_rng(seed)
    idle = [luck.permutation(cell[:, 0]) for _ in range(SHUFFLES)]
    noise = max(_value(each, bins, table)[0] for each in idle)
    chance = max(_share(each, bins, shown) for each in idle)
    rows = []
    for i, name in enumerate(drawn.columns):
        value, flips = _value(cell[:, i], bins, table, best)
        share = _share(cell[:, i], bins, shown)
        rows.append((name, value, noise, flips, share, chance, value > noise or share > chance))
    found = pd.DataFrame(rows, columns=columns)
    counted = found["value"].where(found["value"] > noise, 0.0)
    keys = found[["matters"]].assign(value=counted, share=found["share"])
    order_of = keys.sort_values(list(keys), ascending=False, kind="stable").index
    return found.loc[order_of].reset_index(drop=True)


def _value(cell: np.ndarray, bins: int, table: np.ndarray, best: int = 0) -> tuple[float, float]:
    """Gain of choosing in each bin over choosing once, and share of bins that choose otherwise."""
    means = np.array([table[cell == each].mean(axis=0) for each in range(bins)])
    sizes = np.bincount(cell, minlength=bins) / len(cell)
    value = float(sizes @ means.max(axis=1) - (sizes @ means).max())
    return max(0.0, value), float((means.argmax(axis=1) != best).mean())


def _share(cell: np.ndarray, bins: int, gain: np.ndarray) -> float:
    """Variance between bins as a share of all (adjusted eta squared)."""
    total = float(((gain - gain.mean()) ** 2).sum())
    if total == 0:
        return 0.0
    within = sum(
        float(((gain[cell == each] - gain[cell == each].mean()) ** 2).sum()) for each in range(bins)
    )
    spread = within / max(1, len(gain) - bins)
    return max(0.0, 1 - spread / (total / (len(gain) - 1)))
