"""How a result answers to what a study varies: means by village, gains, cells, stability, recovery.

`runs` is one row a run with scenario_id, point_id, village_id, replication_id and measures;
`design` one row a point, with what was varied.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

CELL: Final = ["point_id", "village_id"]
BOOKKEEPING: Final = ("point_id", "row", "matrix")
BAND: Final = (0.1, 0.5, 0.9)  # of villages
RECOVERED: Final = 0.95  # of what would have been
AT_ONCE: Final = 3  # weeks whose mean counts, as in V13
NEARLY_SURE: Final = 1.96  # standard errors to either side


def varied(design: pd.DataFrame) -> list[str]:
    """The columns of a design that are not the same at all points."""
    return [
        name
        for name in design.columns
        if name not in BOOKKEEPING and design[name].nunique(dropna=False) > 1
    ]


def by_village(runs: pd.DataFrame, measure: str, baseline: str) -> pd.DataFrame:
    """scenario_id, point_id, village_id, value (mean over luck), gain over the baseline.

    The gain is paired: the same point, village and luck. nan where the baseline failed.
    """
    keys = ["scenario_id", *CELL]
    means = runs.groupby(keys, observed=True, sort=False)[measure].mean().rename("value")
    frame = means.reset_index()
    usual = frame.loc[frame["scenario_id"] == baseline, [*CELL, "value"]]
    frame = frame.merge(usual.rename(columns={"value": "usual"}), on=CELL, how="left")
    return frame.assign(gain=frame["value"] - frame.pop("usual"))


def cells(villages: pd.DataFrame, design: pd.DataFrame, factors: Sequence[str]) -> pd.DataFrame:
    """One row a scenario and combination of `factors`: the middle and 8 in 10 of villages.

    villages: see `by_village`. Columns: factors, scenario_id, value, lo, hi, gain, gain_lo,
    gain_hi. Points that differ in other ways are taken together.
    """
    points = design[["point_id", *factors]].drop_duplicates("point_id")
    keys = [*factors, "scenario_id"]
    rows = villages.merge(points, on="point_id").groupby(keys, observed=True, dropna=False)
    value, gain = (rows[name].quantile(list(BAND)).unstack() for name in ("value", "gain"))
    value.columns, gain.columns = ["lo", "value", "hi"], ["gain_lo", "gain", "gain_hi"]
    return pd.concat([value, gain], axis=1).reset_index()


def stability(villages: pd.DataFrame, scenario: str, least: int = 10) -> pd.DataFrame:
    """n, mean, error: the mean gain of a scenario over the first n villages, n doubling.

    Villages are exchangeable, so that the error (one standard error) tells how far the mean can
    move when more are added.
    """
    mine = villages[villages["scenario_id"] == scenario]
    gains = mine.groupby("village_id")["gain"].mean().dropna().to_numpy()
    counts = [n for n in least * 2 ** np.arange(20) if n < len(gains)]
    return pd.DataFrame(
        [
            {
                "n": n,
                "mean": gains[:n].mean(),
                "error": gains[:n].std(ddof=1) / np.sqrt(n),
            }
            for n in (*counts, len(gains))
            if n > 1
        ],
        columns=["n", "mean", "error"],
    )


def enough(error: float, count: int, margin: float) -> int:
    """How many villages make the mean known to within `margin`, 19 times in 20."""
    return int(np.ceil(count * (NEARLY_SURE * error / margin) ** 2))


def recovery(
    runs: pd.DataFrame, design: pd.DataFrame, measure: str, none: str = "none"
) -> pd.DataFrame:
    """scenario_id, shock, week, ratio: a measure kept weekly, with a shock over without it.

    Means over all villages and luck of three weeks that end in `week`, at points that are alike
    but for the shock. Without anything to compare with, nan.
    """
    points = design.drop_duplicates("point_id").set_index("point_id")["shock"]
    column = f"{measure}_weekly"
    weekly = np.stack(list(runs[column]))
    keys = pd.DataFrame(
        {"scenario_id": runs["scenario_id"].to_numpy(), "shock": runs["point_id"].map(points)}
    )
    means = {
        key: weekly[rows.index.to_numpy()].mean(0)
        for key, rows in keys.reset_index(drop=True).groupby(["scenario_id", "shock"])
    }
    frames = []
    for (scenario, shock), values in means.items():
        usual = means.get((scenario, none))
        if shock == none or usual is None:
            continue
        mine, theirs = (_three_weeks(each) for each in (values, usual))
        ratio = np.divide(mine, theirs, out=np.full(len(mine), np.nan), where=theirs > 0)
        frames.append(
            pd.DataFrame(
                {
                    "scenario_id": scenario, "shock": shock,
                    "week": np.arange(AT_ONCE - 1, len(values)), "ratio": ratio,
                }
            )
        )  # fmt: skip
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _three_weeks(values: np.ndarray) -> np.ndarray:
    return np.convolve(values, np.ones(AT_ONCE) / AT_ONCE, "valid")


def weeks_until_well(ratios: pd.DataFrame, end: int) -> float:
    """Weeks after the shock's last week (`end` is the week after it) until all is nearly well.

    0: nothing is lost any more when it ends; nan: not within the run.
    """
    later = ratios[ratios["week"] >= end].sort_values("week")
    well = later[later["ratio"] >= RECOVERED]
    return float(well["week"].iloc[0] - end) if len(well) else np.nan
