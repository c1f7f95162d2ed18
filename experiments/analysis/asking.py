"""Which unknown is worth asking about: would knowing it change which option is best?

Values of information by regression (`information`, `together`), as tidy tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments.analysis import information
from experiments.analysis.information import Floats
from experiments.analysis.together import Rule, worth_of_all

COLUMNS: Final = (
    "parameter", "value", "error", "noise", "flips", "share", "chance", "matters",
)  # fmt: skip
TENTH: Final = 10
CLEAR: Final = 1.96  # standard errors


def worth_asking(
    villages: pd.DataFrame, worth: pd.DataFrame, result: pd.Series[float], seed: int = 0
) -> pd.DataFrame:
    """parameter, value, error, noise, flips, share, chance, matters; what matters most first.

    villages: drawn parameters by village_id; worth: [village_id x option], what an option gives in
    a village, mean over luck; result: by village_id, what is shown to people. `value`, `error`:
    what knowing the parameter is worth (unit of `worth`) and its standard error; `flips`: share of
    villages in which another option is best; `share`: share of the variance of `result` that goes
    with the parameter (0 to 1, adjusted for the columns of the regression); `noise`, `chance`: the
    largest value and share of 200 parameters that mean nothing; `matters`: whether either is above
    it. Parameters that do not vary are left out. Empty with too few villages or options.
    """
    drawn = varying(villages, worth)
    if len(drawn) < information.FEWEST or worth.shape[1] < 2 or drawn.empty:
        return pd.DataFrame(columns=COLUMNS)
    basis = information.bases(drawn)
    idle = information.shuffled(basis, seed)
    kept = information.undominated(worth.to_numpy(float))
    shown = result.loc[worth.index].to_numpy(float)
    known = information.worth_of_knowing(basis, kept, seed)
    noise = float(information.worth_of_knowing(idle, kept, seed).value.max())
    share, chance = explained(basis, shown), float(explained(idle, shown).max())
    found = pd.DataFrame(
        {"parameter": drawn.columns, "value": known.value, "error": known.error, "noise": noise,
         "flips": known.flips, "share": share, "chance": chance,
         "matters": (known.value > noise) | (share > chance)},
    )  # fmt: skip
    counted = found["value"].where(found["value"] > noise, 0.0)
    keys = found[["matters"]].assign(value=counted, share=found["share"])
    order = keys.sort_values(list(keys), ascending=False, kind="stable").index
    return found.loc[order].reset_index(drop=True)


def varying(villages: pd.DataFrame, worth: pd.DataFrame) -> pd.DataFrame:
    """The parameters that differ between the villages of `worth`, in their order."""
    drawn = villages.loc[worth.index]
    return drawn.loc[:, drawn.nunique() > 1]


def explained(basis: Floats, result: Floats) -> Floats:
    """[parameter] share of the variance of `result` [village] (adjusted R squared, not below 0)."""
    left = result - result.mean()
    total = float(left @ left)
    if total == 0:
        return np.zeros(len(basis))
    columns = (np.abs(basis).sum(axis=1) > 0).sum(axis=1) - 1  # without the constant
    inside = ((np.einsum("pnk,n->pk", basis, left)) ** 2).sum(axis=1) / total
    count = len(result)
    adjusted = 1 - (1 - inside) * (count - 1) / np.maximum(1, count - 1 - columns)
    return np.asarray(np.clip(adjusted, 0, None))


def best_at_ends(villages: pd.DataFrame, worth: pd.DataFrame) -> pd.DataFrame:
    """parameter, low, high: best option in the tenth of the villages with its lowest, highest value.

    By the regression, not by the few villages themselves.
    """
    drawn = varying(villages, worth)
    table = worth.to_numpy(float)
    tenth = max(1, len(table) // TENTH)
    rows = []
    for name, basis in zip(drawn, information.bases(drawn), strict=True):
        gains = basis @ (basis.T @ table)
        order = drawn[name].to_numpy().argsort(kind="stable")
        ends = (gains[part].mean(axis=0).argmax() for part in (order[:tenth], order[-tenth:]))
        rows.append((name, *(worth.columns[int(end)] for end in ends)))
    return pd.DataFrame(rows, columns=["parameter", "low", "high"])


def worth_of_groups(
    villages: pd.DataFrame, worth: pd.DataFrame, found: pd.DataFrame,
    groups: Mapping[str, Sequence[str]], seed: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """group, parameters, value, error, flips, matters: what knowing all of a group is worth.

    Never less than the best of its members alone (found: see `worth_asking`), for who knows more
    is not worse off. It matters when it is 1.96 errors above nothing, or one of its members is
    worth something.
    """
    drawn = varying(villages, worth)
    kept = information.undominated(worth.to_numpy(float))
    alone = found.set_index("parameter")
    rows: list[dict[str, Any]] = []
    for group, members in groups.items():
        names = [name for name in members if name in drawn]
        if names:
            rule = worth_of_all(drawn[names].to_numpy(float), kept, seed)
            rows.append({"group": group, "parameters": len(names)} | _at_least(rule, alone, names))
    return pd.DataFrame(rows, columns=["group", "parameters", "value", "error", "flips", "matters"])


def _at_least(rule: Rule, alone: pd.DataFrame, names: Sequence[str]) -> dict[str, Any]:
    """The rule, or the best of the members where that is worth more."""
    mine = alone.loc[names]
    single = mine.loc[mine["value"].idxmax()]
    clear = bool((mine["value"] > mine["noise"]).any()) or rule.value > CLEAR * rule.error
    best = single if single["value"] > rule.value else pd.Series(rule._asdict())
    return {key: float(best[key]) for key in ("value", "error", "flips")} | {"matters": clear}


def naive(worth: pd.DataFrame) -> float:
    """Value of knowing everything, luck included: an upper bound, for nobody can know luck."""
    table = worth.to_numpy(float)
    return float(table.max(axis=1).mean() - table.mean(axis=0).max())
