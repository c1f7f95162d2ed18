"""Is the agent-based part needed? What is left of a plan's gain without each mechanism.

Every village lives the strategies once more with one mechanism switched off, in the baseline as
well, with the same luck; beside it stand a calculation without any agents and other forms of the
model (alternatives). What passes through a mechanism is the gain with it less the gain without.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments import alternatives
from experiments.designs import plausible_villages, stretched
from experiments.validation.laboratory import OWN_KINDS, WEEKS, Laboratory, shipped, try_in
from experiments.validation.patterns import KnockOut, calendar_off, knocked
from experiments.validation.statistics import FIRST_CYCLE, PACKAGE
from sim.parameters import DAYS_PER_WEEK, Value
from sim.scenario import Group, Scenario, register_of

STRATEGIES: Final = (
    PACKAGE, "package_2019_mentoring", "package_2019_norms_mentoring",
    "package_2019_market_online", "only_negotiation", "only_mentoring",
)  # fmt: skip
MOST_VILLAGES = 0.8  # share of villages in which a firm order holds, at least
COLUMNS = ["form", "village_id", "scenario_id", "gain", "level"]

_FROZEN: Final[Mapping[str, Value]] = {
    "trust_gain": 0, "trust_memory": 1, "trust_up": 1, "trust_down": 1, "deception_hazard": 0,
    "info_pass_participant": 0, "info_pass_other": 0, "meet_trust_rate": 0,
    "dissatisfaction_rate": 0, "contact_evidence": 0, "persuasion_gain": 0, "perdes_base_gain": 0,
}  # fmt: skip
_NO_REASONS: Final[Mapping[str, Value]] = dict.fromkeys(
    (
        "attend_trust", "attend_efficacy", "attend_pay", "attend_belief", "attend_freerider",
        "attend_motivation", "attend_need", "attend_payoff", "opportunity_weight", "norm_effect",
        "fgd_effect", "mentor_attend",
    ),
    0,
)  # fmt: skip
_NO_FAILURES: Final[Mapping[str, Value]] = {
    "delivery_fail_prob": 0, "fail_attendance": 0, "core_failure_hazard": 0, "deception_hazard": 0,
    "illness_hazard": 0,
}  # fmt: skip


def _same_attendance(scenario: Scenario | str) -> KnockOut:
    """Every woman comes to each session with the same chance: the mean under a scenario."""

    def change(lab: Laboratory) -> Laboratory:
        usual = float(np.nanmean(lab.run(scenario)["attendance"]))
        chance = min(0.99, max(0.01, usual))
        return lab.without({**_NO_REASONS, "attend_intercept": math.log(chance / (1 - chance))})

    return change


def ablations(plan: Scenario | str) -> dict[str, KnockOut]:
    """What is taken away, in the order of the figure; `full` is the model itself, with `plan`."""
    return {
        "full": lambda lab: lab,
        "trust": knocked(**_FROZEN),
        "attendance": _same_attendance(FIRST_CYCLE),
        "attendance_plan": _same_attendance(plan),
        "hearsay": knocked(info_pass_participant=0, info_pass_other=0),
        "calendar": calendar_off,
        "failures": knocked(**_NO_FAILURES),
        "overlap": knocked(catchment_overlap=0),
    }


ABLATIONS: Final = tuple(ablations(PACKAGE))
ALTERNATIVES: Final[Mapping[str, KnockOut]] = {
    form: knocked(**values) for form, values in alternatives.ALTERNATIVES.items()
}
SPREADSHEET: Final = "spreadsheet"
RANGES: Final[Mapping[str, float]] = {"ranges_half": 0.5, "ranges_double": 2}  # times as wide
MOST: Final = (0.05, 0.95)  # of villages
PRACTICALLY_NOTHING = 1.0  # Rp
FEW: Final = 50  # villages: with fewer, no order is called firm
NEARLY_SURE: Final = 1.96  # standard errors to either side


def spreadsheet(lab: Laboratory, plan: Scenario) -> float:
    """Rp a member and week that the partners of a strategy bring (theory sheet 2.0.1).

    Every outlet that is visited agrees at once and takes all it can sell on the days for which the
    shelf life lasts; nothing fails, nobody stays away, the reserve is kept.
    """
    setting = lab.setting(1, **plan.set)
    p, values = setting.p, setting.values
    visited = {getattr(each, "outlet", None) for each in plan.interventions}
    partners = [each for each in lab.group.outlets if each.initial][: int(p.n_outlets_init)]
    partners += [each for each in lab.group.outlets if each.id in visited and not each.initial]
    margin = 0.0
    for outlet in partners:
        own = outlet.kind in OWN_KINDS
        for product in (each for each in lab.group.products if not each.potential):
            life = int(values[f"shelf_life_days_{product.id}"])
            days = min(DAYS_PER_WEEK, life + int(p.sessions_per_week) - 1)
            pieces = float(values[f"size_{outlet.id}"]) * float(
                values[f"demand_{outlet.kind}_{product.id}"]
            )
            receipt = int(values[f"price_{product.id}"]) * (1 if own else 1 - p.consign_margin)
            margin += pieces * days * (receipt - int(values[f"cost_{product.id}"]))
    return float(margin * (1 - p.reserve_share) / p.n_members)


def run_ablations(
    group: Group,
    plans: Sequence[Scenario],
    villages: int,
    replications: int,
    seed: int,
    out: Path,
    workers: int = 0,
) -> None:
    """Live every plan under every form of the model; `villages` plausible ones.

    The first plan is the one whose gain is taken apart, the others are what it is compared with.

    tables/ablations.parquet: form (an ablation, an alternative, ranges of another width, or
    `spreadsheet`), village_id, scenario_id, gain (Rp a member and week of net income over the
    baseline), level (Rp).
    """
    register = register_of(group)
    registers = {"full": register, **{n: stretched(register, f) for n, f in RANGES.items()}}
    held = {name for plan in plans for name in plan.set}  # by a plan itself
    laboratories = [
        Laboratory(group, values, i, replications, seed, form)
        for form, rows in registers.items()
        for i, values in enumerate(plausible_villages(rows, villages, seed, held), 1)
    ]

    def attempt(lab: Laboratory) -> list[list[Any]]:
        return _try_all(lab, plans)

    question = {
        "command": "ablate", "scenarios": [plan.model_dump(mode="json") for plan in plans],
        "group": group.model_dump(mode="json"), "seed": seed,
        "villages": villages, "replications": replications,
    }  # fmt: skip
    try_in(laboratories, attempt, ("ablations", COLUMNS), question, out, workers)


def _try_all(lab: Laboratory, plans: Sequence[Scenario]) -> list[list[Any]]:
    if lab.drawn_from != "full":
        return _rows(lab.drawn_from, lab, plans, _net_income)
    rows: list[list[Any]] = []
    for form, change in {**ablations(plans[0]), **ALTERNATIVES}.items():
        rows += _rows(form, change(lab), plans, _net_income)
    return rows + _rows(SPREADSHEET, lab, plans, spreadsheet)


def _net_income(lab: Laboratory, plan: Scenario) -> float:
    return float(lab.run(plan, WEEKS)["net_income"].mean())


def _rows(
    form: str,
    lab: Laboratory,
    plans: Sequence[Scenario],
    income: Callable[[Laboratory, Scenario], float],
) -> list[list[Any]]:
    nothing = shipped(FIRST_CYCLE, lab.group)
    rows = []
    for plan in plans:
        # A plan's own settings (`set:`) are no effect of it: they hold without it, too.
        usual = income(lab, nothing.model_copy(update={"set": plan.set}))
        level = income(lab, plan)
        rows.append([form, lab.village, plan.id, level - usual, level])
    return rows


def summarise(
    table: pd.DataFrame, margin: float, titles: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """What is left of the first plan's gain, and the order of the plans, under each form.

    titles: of every plan by its id, in each language, the first one first.
    `headline`: the first plan's gain with the ranges as they are, and half and twice as wide: its
    mean, the ends between which it lies in 9 of 10 villages, and the share of villages in which it
    is more than `margin`.
    `left`: by form its mean and median gain over villages, and the mean's share of the full
    model's. `orders`: by form the plans from the highest mean gain to the lowest.
    `firm`: pairs (better, worse) whose means differ by more than `margin` in the full model, that
    keep their order by more than `margin` under every alternative, and in MOST_VILLAGES, with the
    share of villages in which the first is better; `on_average`: the same in fewer villages;
    `thin`: with the form in which they are closest, and by how much; `depends`: all pairs that some
    alternative turns, with these. `turned`: [ablation, better, worse, gap, error] of pairs that an
    ablation turns, the gap (Rp, with its standard error, paired over villages) being that of the
    worse over the better there.
    """
    plan = next(iter(titles))
    means = table.groupby(["form", "scenario_id"])["gain"].mean().unstack()
    middle = table.groupby(["form", "scenario_id"])["gain"].median().unstack()
    full = means.loc["full"]
    firm, on_average, thin, depends = [], [], [], []
    for better, worse in itertools.permutations(titles, 2):
        if full[better] <= full[worse]:
            continue
        turned = [
            name
            for name in (*ALTERNATIVES, *RANGES)
            if means.loc[name, better] <= means.loc[name, worse]
        ]
        if turned:
            depends.append([better, worse, *turned])
            continue
        apart = {
            name: float(means.loc[name, better] - means.loc[name, worse])
            for name in ("full", *ALTERNATIVES, *RANGES)
        }
        least = min(apart, key=lambda name: apart[name])
        if apart[least] > margin:
            villages = _better_in(table, better, worse)
            (firm if villages >= MOST_VILLAGES else on_average).append([better, worse, villages])
        elif apart["full"] > margin:
            thin.append([better, worse, least, apart[least]])
    return {
        "titles": {name: dict(title) for name, title in titles.items()},
        "headline": {form: _headline(table, plan, form, margin) for form in ("full", *RANGES)},
        "left": {
            form: {
                "mean": float(means.loc[form, plan]),
                "median": float(middle.loc[form, plan]),
                "share": float(means.loc[form, plan] / full[plan]) if full[plan] else math.nan,
            }
            for form in means.index
        },
        "orders": {
            form: list(row.sort_values(ascending=False).index) for form, row in means.iterrows()
        },
        "means": {form: row.to_dict() for form, row in means.iterrows()},
        "firm": firm,
        "on_average": on_average,
        "thin": thin,
        "depends": depends,
        "turned": _turned(table, means, list(titles)),
        "villages": int(table.loc[table["form"] == "full", "village_id"].nunique()),
        "margin": margin,
        "error": _errors(table, plan),
    }


def _turned(table: pd.DataFrame, means: pd.DataFrame, plans: Sequence[str]) -> list[list[Any]]:
    """Pairs of plans whose order an ablation turns."""
    found: list[list[Any]] = []
    for form in ABLATIONS[1:]:
        gains = table[table["form"] == form].pivot(
            index="village_id", columns="scenario_id", values="gain"
        )
        for better, worse in itertools.permutations(plans, 2):
            here = means.loc["full", better] - means.loc["full", worse]
            if here > PRACTICALLY_NOTHING and means.loc[form, better] < means.loc[form, worse]:
                gap = gains[worse] - gains[better]
                error = float(gap.std(ddof=1) / math.sqrt(len(gap)))
                found.append([form, better, worse, float(gap.mean()), error])
    return found


def _better_in(table: pd.DataFrame, better: str, worse: str) -> float:
    """Share of villages in which one strategy brings more than another."""
    gains = table[table["form"] == "full"].pivot(
        index="village_id", columns="scenario_id", values="gain"
    )
    return float((gains[better] > gains[worse]).mean())


def _headline(table: pd.DataFrame, plan: str, form: str, margin: float) -> dict[str, float]:
    gain = table.loc[(table["form"] == form) & (table["scenario_id"] == plan), "gain"]
    low, high = gain.quantile(list(MOST))
    return {"mean": gain.mean(), "low": low, "high": high, "better": (gain > margin).mean()}


def _errors(table: pd.DataFrame, plan: str) -> dict[str, float]:
    """Standard error over villages of what passes through each mechanism (paired)."""
    mine = table[table["scenario_id"] == plan].pivot(
        index="village_id", columns="form", values="gain"
    )
    return {
        form: float((mine["full"] - mine[form]).std(ddof=1) / math.sqrt(len(mine)))
        for form in mine.columns
    }
