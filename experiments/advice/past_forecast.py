"""What earlier forecasts got right: a folder made by `run` or `compare`, beside the records."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments import store
from experiments.advice.cashbook import WEEK, CashBook
from experiments.analysis import forecasts
from sim.parameters import ParameterError

RUN: Final = ["village_id", "replication_id"]
WEEKLY: Final = ["scenario_id", *RUN, "week", "date", "attendance", "members", "cash"]


def scores_of_forecast(folder: Path, book: CashBook, scenario: str) -> pd.DataFrame:
    """series, weeks, inside, error, naive, better, first, last: one row for each series.

    `scenario` is scored when the folder has it, else the only one that it has. FileNotFoundError
    without a forecast; ParameterError when there is a choice, or no week in common.
    """
    question = _question(folder)
    name = _chosen([each["id"] for each in question["scenarios"]], scenario, folder)
    weekly = store.read(folder, "weekly", WEEKLY, [name]).sort_values([*RUN, "week"])
    start = date.fromisoformat(str(weekly["date"].iloc[0]))
    shift = (start - book.first_day) // WEEK  # the book's week in which the forecast begins
    if (start - book.first_day) % WEEK:
        raise ParameterError(f"{folder}: its weeks begin on another weekday than the group's")
    women = int(question["defaults"]["n_members"])
    rows = [
        _scored(book, series, shift, futures)
        for series in book.names
        if (futures := _futures(folder, name, weekly, series, women)) is not None
    ]
    found = [row for row in rows if row]
    if not found:
        raise ParameterError(f"{folder}: no week of the records lies in its weeks")
    return pd.DataFrame(found)


def _question(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    question = store.read_json(path).get("question", {}) if path.is_file() else {}
    if "scenarios" not in question or "weekly" not in store.names(folder):
        raise FileNotFoundError(f"{folder} holds no forecast; make one with semangat run")
    return dict(question)


def _chosen(names: list[str], wanted: str, folder: Path) -> str:
    if wanted in names:
        return wanted
    if len(names) == 1:
        return names[0]
    raise ParameterError(
        f"{folder} has {', '.join(names)}, not '{wanted}'; say with --scenario what was done"
    )


def _futures(
    folder: Path, scenario: str, weekly: pd.DataFrame, series: str, women: int
) -> NDArray[np.float64] | None:
    """[run, week] of a series; None where the forecast has none."""
    weeks = int(weekly["week"].max()) + 1
    if series in ("cash", "members"):
        return weekly[series].to_numpy(float).reshape(-1, weeks)
    if series == "came":
        members = weekly["members"].to_numpy(float).reshape(-1, weeks)
        before = np.concatenate([np.full((len(members), 1), women), members[:, :-1]], axis=1)
        share = np.nan_to_num(weekly["attendance"].to_numpy(float)).reshape(-1, weeks)
        return np.asarray(share * before)
    what, _, outlet = series.partition("_")
    if "outlet_weekly" not in store.names(folder):
        return None
    columns = ["scenario_id", *RUN, "week", "outlet_id", what]
    table = store.read(folder, "outlet_weekly", columns, [scenario])
    mine = table[table["outlet_id"] == outlet].sort_values([*RUN, "week"])
    return mine[what].to_numpy(float).reshape(-1, weeks) if len(mine) else None


def _scored(
    book: CashBook, series: str, shift: int, futures: NDArray[np.float64]
) -> dict[str, Any] | None:
    """The score of one series; None when no week was written down while the forecast ran.

    The naive forecast is the last value before it began. When nothing was written before, the
    first value is taken for it, and its own week is not scored.
    """
    weeks = np.arange(shift, shift + futures.shape[1])
    seen = book.series[series].reindex(weeks).to_numpy(float, copy=True)
    earlier = book.series[series][book.series.index < shift].dropna()
    there = np.flatnonzero(~np.isnan(seen))
    if len(earlier):
        last = float(earlier.iloc[-1])
    elif len(there) > 1:
        last = float(seen[there[0]])
        seen[there[0]] = np.nan
    else:
        last = float("nan")
    found = forecasts.score(futures, seen, last)
    if found is None:
        return None
    scored = weeks[~np.isnan(seen)]
    ends = {"first": str(book.day(int(scored[0]))), "last": str(book.day(int(scored[-1])))}
    return {"series": series, **vars(found), "better": found.better, **ends}
