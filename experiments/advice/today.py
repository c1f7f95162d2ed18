"""Where a group stands after the last week of its records, and runs that begin there.

The cash box, the outlets that sell, the women and how many of them come are taken from the book;
everything else is drawn as in any plausible village, or from what a fit has left. There is no
burn-in: it would live weeks that the book has lived already, and move the cash box.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments import store
from experiments.advice.cashbook import WEEK, CashBook
from experiments.advice.fit import COMMAND, plain
from experiments.analysis.fitting import resampled
from experiments.execute import execute
from experiments.study import Point, Study, villages
from experiments.validation.laboratory import shipped
from sim.columns import WEEKLY
from sim.draws import Luck
from sim.parameters import ParameterError, Value, resolve
from sim.runs import prepare, weekly_of
from sim.scenario import Group, Scenario, register_of

LOOK_BACK: Final = 4  # weeks that tell how things are now
STEPS: Final = 6  # of the calibration
OWN_PLANS: Final = ("market_stall", "social_media")
LUCKS: Final = 4  # runs of a village at each step
NEAREST: Final = 0.02  # to nobody or everybody: beyond, log-odds say nothing
FARTHEST: Final = 5.0  # log-odds: where no session can be held, there is nothing to find
_ATTENDANCE: Final = [column.name for column in WEEKLY].index("attendance")


@dataclass(frozen=True)
class Today:
    """What the last weeks of a book say; None: it says nothing."""

    group: Group  # begins in the week after the last one; its partners and women as now
    weeks: int  # of the book that were looked at
    cash: int | None
    cash_week: int | None
    came: float | None  # women at a session
    partners: tuple[str, ...] | None
    stopped: tuple[str, ...] = ()  # sold earlier in the book
    own: tuple[str, ...] = ()  # places where the group sells by itself; a plan must go on there

    @property
    def women(self) -> int:
        """In the group now."""
        return self.group.members.count

    @property
    def share(self) -> float | None:
        """Of the women who come (0-1)."""
        return None if self.came is None else min(1.0, self.came / self.women)

    def overrides(self) -> dict[str, Value]:
        """Parameters that the book settles."""
        told: dict[str, Value] = {"burn_in_weeks": 0}
        register = register_of(self.group)
        officers = int(resolve(register)["n_officers"])
        if self.women < officers:
            told["n_officers"] = self.women
        if self.cash is not None:
            told["working_capital_0"] = self.cash
        if self.share is not None:
            told["belief_init"] = round(self.share, 4)
        if self.partners is not None:
            told["n_outlets_init"] = len(self.partners)
        return told


def observed(book: CashBook, group: Group, scenarios: Sequence[Scenario] = ()) -> Today:
    """How things are after the last week of a book.

    Online, and where a scenario opens a stall or page of the group, nobody else takes goods.
    """
    recent = book.series.tail(LOOK_BACK)
    partners, stopped, own = _outlets(book.series, recent, group, _opened(group, scenarios))
    women = _women(recent, group)
    came = _came(recent)
    cash = recent["cash"].dropna() if "cash" in recent else pd.Series(dtype=float)
    outlets = group.outlets
    if partners is not None:
        outlets = tuple(o.model_copy(update={"initial": o.id in partners}) for o in outlets)
    now = group.model_copy(
        update={
            "start": book.day(book.last) + WEEK,
            "members": group.members.model_copy(update={"count": women}),
            "outlets": outlets,
        }
    )
    return Today(
        now, len(recent),
        round(float(cash.iloc[-1])) if len(cash) else None,
        int(str(cash.index[-1])) if len(cash) else None,
        float(came.mean()) if len(came) else None,
        partners, stopped, own,
    )  # fmt: skip


def _came(recent: pd.DataFrame) -> pd.Series[float]:
    """Women who came, in weeks with a session; nobody, when that is what every week says."""
    told = recent["came"].dropna() if "came" in recent else pd.Series(dtype=float)
    return told[told > 0] if (told > 0).any() else told


def _women(recent: pd.DataFrame, group: Group) -> int:
    """As last written down, never fewer than came; else as the group's file has it."""
    told = recent["members"].dropna() if "members" in recent else pd.Series(dtype=float)
    women = int(told.iloc[-1]) if len(told) else group.members.count
    came = recent["came"].max() if "came" in recent else 0.0
    return max(women, math.ceil(came) if came > 0 else 1)


def _opened(group: Group, scenarios: Sequence[Scenario]) -> set[str]:
    """Outlets where the group sells by itself."""
    plans = (plan for scenario in scenarios for plan in scenario.interventions)
    stalls = {str(getattr(plan, "outlet", "")) for plan in plans if plan.kind in OWN_PLANS}
    return stalls | {outlet.id for outlet in group.outlets if outlet.kind == "online"}


def _outlets(
    series: pd.DataFrame, recent: pd.DataFrame, group: Group, opened: set[str]
) -> tuple[tuple[str, ...] | None, tuple[str, ...], tuple[str, ...]]:
    """Outlets that sell now, those that sold before, and the group's own places that sell."""
    if not any(str(name).startswith(("sold_", "paid_")) for name in series.columns):
        return None, (), ()
    selling = [o for o in group.outlets if _sold(_written(series, o.id), o.id)]
    before = [o.id for o in group.outlets if _sold(series, o.id) and o not in selling]
    partners = tuple(o.id for o in selling if o.id not in opened)
    return partners, tuple(before), tuple(o.id for o in selling if o.id in opened)


def _written(series: pd.DataFrame, outlet: str) -> pd.DataFrame:
    """The last weeks in which anything is written down of an outlet: a blank is no 0."""
    columns = [name for name in (f"sold_{outlet}", f"paid_{outlet}") if name in series]
    return series[series[columns].notna().any(axis=1)].tail(LOOK_BACK)


def _sold(series: pd.DataFrame, outlet: str) -> bool:
    columns = [name for name in (f"sold_{outlet}", f"paid_{outlet}") if name in series]
    return bool((series[columns] > 0).any(axis=None)) if columns else False


# --- Villages that begin there -------------------------------------------------------------------


def begun(study: Study, today: Today) -> Study:
    """A study that begins today. ParameterError when it also sets what the book tells."""
    told = today.overrides()
    for name in told.keys() & study.overrides.keys():
        raise ParameterError(f"--set {name}: the cash book tells it; leave out one of them")
    return replace(study, group=today.group, overrides={**study.overrides, **told})


def drawn(
    study: Study, scenarios: Sequence[Scenario], count: int, fitted: Path | None
) -> dict[int, dict[str, Value]]:
    """Values of `count` villages: plausible ones, or joint draws of a fit."""
    known = {name for scenario in scenarios for name in scenario.set}
    if fitted is None:
        return villages(study, count, sorted(known))
    table = _draws(fitted, study.group)
    chosen = table.iloc[resampled(table["weight"].to_numpy(), count, study.seed)]
    fixed = {*known, *study.overrides, "village_id", "weight"}
    names = [name for name in table.columns if name not in fixed and name in study.register]
    rows = chosen[names].to_dict("records")
    return {i: plain(study, row) for i, row in enumerate(rows, 1)}


def _draws(folder: Path, group: Group) -> pd.DataFrame:
    """The accepted villages of a fit of this group."""
    path = folder / "manifest.json"
    asked = store.read_json(path).get("question", {}) if path.is_file() else {}
    if asked.get("command") != COMMAND:
        raise FileNotFoundError(f"{folder} holds no fit; make one with semangat fit")
    if asked["group"]["id"] != group.id:
        raise ParameterError(f"{folder} is a fit of {asked['group']['id']}, not of {group.id}")
    return store.read(folder, "villages")


def calibrated(
    study: Study, today: Today, values: Mapping[int, dict[str, Value]], workers: int = 0
) -> dict[int, float]:
    """By village: the attend_intercept with which as many women come as the book says.

    Each village lives the weeks of the book that were looked at, in their own season, and the
    intercept is moved by the log-odds that are missing, a few times.
    """
    assert today.share is not None
    lab = _looking_back(study, today)
    goal = _log_odds(today.share)
    plan = shipped("none", study.group)
    prepare(lab.setting(Point(plan.id, plan, 0, {})), plan)

    def found(item: tuple[int, dict[str, Value]]) -> tuple[int, float]:
        village, mine = item
        usual = study.register["attend_intercept"].default
        level = float(mine.get("attend_intercept", usual))
        for _ in range(STEPS):
            level += goal - _log_odds(_share(lab, today, plan, village, mine, level))
            level = float(np.clip(level, -FARTHEST, FARTHEST))
        return village, level

    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        return dict(pool.map(found, values.items()))


def _looking_back(study: Study, today: Today) -> Study:
    """The weeks that were looked at, to be lived again."""
    start = today.group.start - today.weeks * WEEK
    group = today.group.model_copy(update={"start": start})
    return replace(study, group=group, weeks=today.weeks)


def _share(
    lab: Study, today: Today, plan: Scenario, village: int, values: dict[str, Value], level: float
) -> float:
    """Mean attendance (0-1) with an intercept; nobody when no session is held."""
    point = Point(plan.id, plan, village, {**values, "attend_intercept": level}, today.partners)
    lucks = [Luck(lab.seed, village, i) for i in range(LUCKS)]
    lived = weekly_of(lab.setting(point), plan, lucks, lab.weeks, partners=today.partners)
    there = lived[:, :, _ATTENDANCE]
    return float(np.nanmean(there)) if not np.isnan(there).all() else 0.0


def _log_odds(share: float) -> float:
    inside = min(max(share, NEAREST), 1 - NEAREST)
    return math.log(inside / (1 - inside))


def run_from(
    study: Study, scenarios: Sequence[Scenario], today: Today, count: int, out: Path,
    fitted: Path | None = None, workers: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """Run scenarios from today on into the folder `out`; returns the manifest.

    study: as without a book; it is made to begin today here. FileNotFoundError for a folder that
    holds no fit.
    """
    store.check_folder(out)
    now = begun(study, today)
    values = drawn(now, scenarios, count, fitted)
    settled = {*now.overrides, *(name for scenario in scenarios for name in scenario.set)}
    if today.share is not None and "attend_intercept" not in settled:
        levels = calibrated(now, today, values, workers)
        values = {i: {**mine, "attend_intercept": levels[i]} for i, mine in values.items()}
    points = [
        Point(scenario.id, scenario, village, mine, today.partners)
        for village, mine in values.items()
        for scenario in scenarios
    ]
    question = {
        "command": "run",
        "scenarios": [scenario.model_dump(mode="json") for scenario in scenarios],
        "villages": count,
        "from": _told(today),
        "fit": fitted and str(fitted),
    }
    design = [{"scenario_id": scenario.id, **scenario.set} for scenario in scenarios]
    return execute(now, points, out, question, design, workers)


def _told(today: Today) -> dict[str, Any]:
    return {
        "start": str(today.group.start), "weeks": today.weeks, "cash": today.cash,
        "cash_week": today.cash_week, "came": today.came, "women": today.women,
        "partners": today.partners, "stopped": today.stopped, "own": today.own,
    }  # fmt: skip
