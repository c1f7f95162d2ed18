"""Which plausible villages the paper allows: history matching against the calibrated checks.

A village is ruled out when a calibrated check lies further from its tolerance than luck explains
(implausibility over three standard errors: Vernon, Goldstein and Bower 2010). Every village is
looked at with few runs, and once more with many unless the first look rules it out. What is left
shows which numbers the patterns speak about; the checks that were not used say what that costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp

from experiments import markdown
from experiments.designs import plausible_villages
from experiments.messages import number, parameter_name, text
from experiments.validation.laboratory import Laboratory, made_by, try_in
from experiments.validation.patterns import CHECKS, Check
from sim.parameters import Parameter, as_sourced
from sim.scenario import Group, register_of

TARGETS: Final = tuple(check for check in CHECKS if check.kind == "calibrated")
KEPT: Final = tuple(check for check in CHECKS if check.kind == "emergent")
CLOSE = 200  # runs of the second look
CHECKED = 200  # plausible villages in which the checks that were not used are tried, too
RULED_OUT: Final = 3.0  # standard errors
SURE: Final = 0.01  # of all parameters together: chance that one seems told and is not
RANGE: Final = (0.05, 0.5, 0.95)
A_HUNDRED = 100
COLUMNS = ["village_id", "check", "value", "error", "holds", "replications"]


def run_calibrate(
    group: Group, villages: int, replications: int, seed: int, out: Path, workers: int = 0
) -> None:
    """Look at `villages` drawn from the sourced ranges, as they were before any calibration.

    tables/looks.parquet: village_id, check, value and its Monte Carlo error, holds (1, 0, nan:
    nothing to judge), replications; tables/villages.parquet: the numbers of each village.
    """
    drawn = plausible_villages(as_sourced(register_of(group)), villages, seed)
    laboratories = [
        Laboratory(group, values, i, replications, seed) for i, values in enumerate(drawn, 1)
    ]
    question = {
        "command": "calibrate", "group": group.model_dump(mode="json"), "seed": seed,
        "villages": villages, "replications": replications, "close": CLOSE,
    }  # fmt: skip
    try_in(laboratories, _look, ("looks", COLUMNS), question, out, workers)


def _look(lab: Laboratory) -> list[list[Any]]:
    rows = [_row(check, lab) for check in TARGETS]
    allowed = _most(rows) <= RULED_OUT
    if allowed:
        close = replace(lab, replications=CLOSE, _done={})
        rows = [_row(check, close) for check in TARGETS]
        allowed = _most(rows) <= RULED_OUT
    if allowed or lab.village <= CHECKED:
        rows += [_row(check, lab) for check in KEPT]
    return rows


def _row(check: Check, lab: Laboratory) -> list[Any]:
    value, error = check.measure(lab)
    return [lab.village, check.id, value, error, check.holds(value, error), lab.replications]


def _most(rows: list[list[Any]]) -> float:
    by_id = {check.id: check for check in TARGETS}
    return max(implausibility(by_id[row[1]], row[2], row[3]) for row in rows)


def implausibility(check: Check, value: float, error: float) -> float:
    """Standard errors from the value to the tolerance; 0 inside, infinite without a value."""
    outside = max(check.low - value, value - check.high, 0.0)
    if np.isnan(outside) or (outside > 0 and not error > 0):
        return np.inf
    return outside / error if outside else 0.0


def summarise(
    looks: pd.DataFrame, villages: pd.DataFrame, register: Mapping[str, Parameter]
) -> dict[str, Any]:
    """What is left, which parameters that tells about, and what it does to the other checks.

    `allowed`: villages that are not ruled out; `held`: those of them in which all targets hold.
    `parameters`: from the one told most about to the least, each with its quantiles RANGE before
    and after, `distance` (Kolmogorov-Smirnov, of those left to those ruled out), `told` (whether
    luck can hardly explain it, all parameters taken together) and `free` (nothing but an assumption
    stands behind it, so that it may be calibrated). `checks`: shares of villages in which the
    checks that were not used hold, among CHECKED of all and among those left.
    """
    targets = looks[looks["check"].isin([check.id for check in TARGETS])]
    by_id = {check.id: check for check in TARGETS}
    far = pd.Series(
        [implausibility(by_id[row.check], row.value, row.error) for row in targets.itertuples()],
        index=targets["village_id"],
    )
    most = far.groupby(level=0).max()
    left = set(most.index[most <= RULED_OUT])
    held = targets[targets["village_id"].isin(left)].groupby("village_id")["holds"].min()
    return {
        "villages": len(most),
        "allowed": len(left),
        "held": int(held.sum()),
        "parameters": _told_about(villages.set_index("village_id"), left, register),
        "checks": _checks(looks, left),
    }


def _told_about(
    villages: pd.DataFrame, left: set[int], register: Mapping[str, Parameter]
) -> list[dict[str, Any]]:
    numbers = villages.select_dtypes("number")
    kept = numbers.index.isin(left)
    if kept.sum() < 2 or kept.all():
        return []
    rows = []
    for name in numbers:
        test = ks_2samp(numbers.loc[kept, name], numbers.loc[~kept, name])
        rows.append(
            {
                "name": name,
                "before": numbers[name].quantile(list(RANGE)).tolist(),
                "after": numbers.loc[kept, name].quantile(list(RANGE)).tolist(),
                "distance": float(test.statistic),
                "told": bool(test.pvalue < SURE / numbers.shape[1]),
                "free": register[str(name)].provenance in ("assumption", "calibrated"),
            }
        )
    return sorted(rows, key=lambda row: -row["distance"])


def _checks(looks: pd.DataFrame, left: set[int]) -> list[dict[str, Any]]:
    rows = []
    for check in KEPT:
        mine = looks[looks["check"] == check.id].set_index("village_id")["holds"]
        every, some = mine[mine.index <= CHECKED], mine[mine.index.isin(left)]
        rows.append({"check": check.id, "all": every.mean(), "allowed": some.mean()})
    return rows


def told(summary: Mapping[str, Any], lang: str) -> list[str]:
    """What the patterns leave, what they tell, and what they do to the checks that were kept."""
    lines = [*_narrowed(summary, lang), "", text(lang, "calibrate.kept")]
    for row in summary["checks"]:
        lines.append(text(lang, "calibrate.check", **_kept(row, lang)))
    return [*lines, "", text(lang, "say.limits")]


def page(summary: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """The result as a page in Markdown, in English."""
    first, *others = _narrowed(summary, "en")
    rows = [tuple(_kept(row, "en").values()) for row in summary["checks"]]
    head = ("check", "what", "of all", "of those left")
    parts = [made_by(manifest), first, "\n".join(others), text("en", "calibrate.kept"),
             markdown.table(head, rows)]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _narrowed(summary: Mapping[str, Any], lang: str) -> list[str]:
    """How many villages are left, the numbers told about, and how many others there are."""
    left = {
        name: number(summary[key], lang, 0)
        for name, key in (("all", "villages"), ("left", "allowed"), ("held", "held"))
    }
    lines = [text(lang, "calibrate.left", **left)]
    spoken = [row for row in summary["parameters"] if row["told"]]
    for row in spoken:
        key = "calibrate.free" if row["free"] else "calibrate.asked"
        spans = {when: _span(row[when], lang) for when in ("before", "after")}
        meaning = parameter_name(row["name"], lang)
        lines.append(text(lang, key, name=row["name"], meaning=meaning, **spans))
    others = len(summary["parameters"]) - len(spoken)
    return [*lines, text(lang, "calibrate.silent", count=others)]


def _span(values: list[float], lang: str) -> str:
    decimals = 0 if values[2] >= A_HUNDRED else 3
    return " - ".join(number(value, lang, decimals) for value in (values[0], values[2]))


def _kept(row: Mapping[str, Any], lang: str) -> dict[str, str]:
    shares = {
        key: "-" if np.isnan(row[key]) else number(A_HUNDRED * row[key], lang, 0)
        for key in ("all", "allowed")
    }
    return {
        "check": row["check"], "what": text(lang, f"validate.check.{row['check']}"), **shares
    }  # fmt: skip
