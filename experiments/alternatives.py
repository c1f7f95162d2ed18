"""Other forms of the model: what nobody has settled about how people and outlets work.

A result that turns with one of these depends on it, however many runs there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import pandas as pd

from experiments.analysis.runs import run_means
from experiments.progress import track
from experiments.study import Point, Study, run_points
from sim.parameters import Value
from sim.runs import Record, tables

ALTERNATIVES: Final[Mapping[str, Mapping[str, Value]]] = {
    "trust_form": {"trust_form": "multiplicative"},
    "participation_form": {"participation_form": "payoff"},
    "lawang_additive": {"lawang_reading": "additive"},
    "lawang_literal": {"lawang_reading": "literal"},
    "initial_outlets": {"initial_outlets": "among_the_five"},
    "contract": {"contract": "putus"},
}
FORM: Final = "form"  # the column that names them
AS_IT_IS: Final = "full"
AT_ONCE: Final = 500  # runs that are made into rows together


def alternatives_of(study: Study, points: Sequence[Point]) -> dict[str, Mapping[str, Value]]:
    """Those that differ from the model as it is asked for; what --set or a plan sets is settled."""
    settled = {*study.overrides, *(name for point in points for name in point.scenario.set)}
    usual = {row.name: row.default for row in study.register.values()}
    return {
        form: values
        for form, values in ALTERNATIVES.items()
        if not settled & set(values) and any(usual[name] != x for name, x in values.items())
    }


def run_alternatives(study: Study, points: Sequence[Point], workers: int = 0) -> pd.DataFrame:
    """form and the columns of runs.parquet: every point under every other form, the same luck."""
    forms = alternatives_of(study, points)
    todo = len(forms) * len(points) * study.replications
    rows = track(_rows(study, points, forms, workers), todo, "runs", len)
    return pd.concat(list(rows), ignore_index=True) if todo else pd.DataFrame()


def _rows(
    study: Study, points: Sequence[Point], forms: Mapping[str, Mapping[str, Value]], workers: int
) -> Iterator[pd.DataFrame]:
    for form, values in forms.items():
        other = replace(study, overrides={**study.overrides, **values}, detail=False)
        setting = other.setting(points[0])
        waiting: list[Record] = []
        for records in run_points(other, points, workers):
            waiting += records
            if len(waiting) >= AT_ONCE:
                yield run_means(tables(waiting, setting)).assign(**{FORM: form})
                waiting = []
        if waiting:
            yield run_means(tables(waiting, setting)).assign(**{FORM: form})
