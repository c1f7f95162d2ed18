"""The unknowns that move the result most, among those that people can be asked about: sheet 7."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from experiments.packet.numbers import Book, whole
from experiments.packet.plan import MOST_ASKED, FgdPlan
from experiments.questions import Question, question_for
from sim.parameters import Parameter, ParameterError
from sim.scenario import Group

FIFTH: Final = 5  # the lowest fifth of the villages is compared with the highest


@dataclass(frozen=True)
class Driver:
    """An unknown that moves the result: its value and the women who rise, at both its ends."""

    question: Question
    bad: float
    good: float
    women_bad: int
    women_good: int
    value: float
    flips: float
    share: float


def drivers_of(
    found: pd.DataFrame, villages: pd.DataFrame, risen: pd.DataFrame,
    register: dict[str, Parameter], group: Group, plan: FgdPlan, lang: str, size: int, book: Book,
    pair: dict[str, Any],
) -> tuple[Driver, ...]:  # fmt: skip
    """The unknowns that matter most among those that people can be asked about."""
    rows = found.set_index("parameter")
    for name in plan.ask:
        if name not in register or question_for(register[name], group, lang) is None:
            raise ParameterError(f"ask: '{name}' is nothing that people can be asked about")
        if name not in rows.index and len(rows):
            raise ParameterError(f"ask: '{name}' does not vary in these results")
    if rows.empty:
        return ()  # too few villages to tell anything
    drivers: list[Driver] = []
    for name in plan.ask or rows.index[rows["matters"].astype(bool)]:
        question = question_for(register[name], group, lang)
        if question and len(drivers) < MOST_ASKED:
            driver = _driver(question, villages[name], risen, rows.loc[name], size, book, pair)
            if plan.ask or driver.women_good > driver.women_bad:
                drivers.append(driver)
    return tuple(drivers)


def _driver(
    question: Question, values: pd.Series[float], risen: pd.DataFrame, row: pd.Series[Any],
    size: int, book: Book, pair: dict[str, Any],
) -> Driver:  # fmt: skip
    """Women who rise in the fifth of the villages where the parameter is lowest, and highest."""
    ranked = values.sort_values(kind="stable")
    count = max(1, len(ranked) // FIFTH)
    ends = []
    for part in (ranked.iloc[:count], ranked.iloc[-count:]):
        women = risen.loc[risen["village_id"].isin(part.index), "better"]
        ends.append((float(part.median()), min(size, whole(float(women.median())))))
    low, high = ends
    bad, good = (low, high) if low[1] <= high[1] else (high, low)
    name = question.parameter
    where = {"parameter": name, "low_is_bad": bad is low, **pair}
    book.tell(f"{name}.values", [bad[0], good[0]], "villages", name, "medians_of_fifths",
              low_is_bad=bad is low)  # fmt: skip
    book.tell(f"{name}.women", [bad[1], good[1]], "women", "kube_income + farm_income",
              "women_better_in_fifths", **where)  # fmt: skip
    return Driver(
        question, *(_people_units(question, end[0], size) for end in (bad, good)),
        bad[1], good[1], float(row["value"]), float(row["flips"]), float(row["share"]),
    )  # fmt: skip


def _people_units(question: Question, value: float, size: int) -> float:
    """A value as people say it; a count of women is never above the group's size."""
    said = question.in_people_units(value)
    return min(said, float(size)) if question.unit == "women" else said
