"""Where the spread of a gain comes from: unknown villages, other forms of the model, luck."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

PARTS: Final = ("villages", "forms", "both", "luck")


def variance_parts(gains: NDArray[np.float64]) -> dict[str, float]:
    """Variances by source, of gains[form, village, replication] (unit of gains, squared).

    villages: what we do not know of a village; forms: of how people and outlets work; both: forms
    that matter more in some villages; luck: the rest. Random effects, from the mean squares of a
    crossed table in which luck lies within a village and is the same under every form (Searle,
    Casella and McCulloch 1992, chapter 4); below zero counts as zero. Two of each at least; with
    one form `forms` and `both` are zero.
    """
    forms, villages, lucks = gains.shape
    if villages < 2 or lucks < 2:
        raise ValueError("two villages and two replications at least")
    total = gains.mean()
    by_form, by_village = gains.mean((1, 2)), gains.mean((0, 2))
    by_cell, by_luck = gains.mean(2), gains.mean(0)
    village = by_village - total
    form = by_form - total
    both = by_cell - by_village - by_form[:, None] + total
    luck = by_luck - by_village[:, None]
    rest = gains - by_cell[:, :, None] - luck[None]
    ms_village = forms * lucks * (village**2).sum() / (villages - 1)
    ms_luck = forms * (luck**2).sum() / (villages * (lucks - 1))
    if forms < 2:
        between = max(0.0, (ms_village - ms_luck) / lucks)
        return {"villages": between, "forms": 0.0, "both": 0.0, "luck": float(ms_luck)}
    ms_form = villages * lucks * (form**2).sum() / (forms - 1)
    ms_both = lucks * (both**2).sum() / ((forms - 1) * (villages - 1))
    ms_rest = (rest**2).sum() / ((forms - 1) * villages * (lucks - 1))
    own_luck = max(0.0, (ms_luck - ms_rest) / forms)
    found = {
        "villages": (ms_village - ms_luck - ms_both + ms_rest) / (forms * lucks),
        "forms": (ms_form - ms_both) / (villages * lucks),
        "both": (ms_both - ms_rest) / lucks,
        "luck": own_luck + ms_rest,
    }
    return {name: max(0.0, float(found[name])) for name in PARTS}


def shares(parts: dict[str, float]) -> dict[str, float]:
    """Each part of the whole (0 to 1); all nan where nothing varies."""
    whole = sum(parts.values())
    return {name: value / whole if whole else np.nan for name, value in parts.items()}
