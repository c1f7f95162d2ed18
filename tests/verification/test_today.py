"""Forecasts that begin with a cash book, beside those that do not: 60 synthetic groups.

Each group keeps a book for half a year; the next quarter is forecast three ways, and lived. The
rows that are printed stand in docs/fit.md.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from experiments.advice.cashbook import CashBook
from experiments.advice.fit import Asked, draws, infer, plain
from experiments.advice.reference import Reference, live
from experiments.advice.scores import drawn_names
from experiments.advice.today import Today, begun, calibrated, drawn, observed
from experiments.analysis import fitting, forecasts
from experiments.study import Point, Study, villages
from sim.parameters import Value
from sim.scenario import load_group, load_scenario, register_of

VILLAGES, GROUPS, KEPT, AHEAD, DRAWN = 2_000, 60, 26, 13, 60
GROUP = load_group()
PLAN = load_scenario("none", GROUP)
REGISTER = register_of(GROUP)
SERIES = ("came", "cash")
WAYS = ("as any village", "from the book", "from the book, fitted")


@pytest.fixture(scope="module")
def reference() -> Reference:
    study = Study(GROUP, KEPT + AHEAD, replications=1)
    points = [Point(PLAN.id, PLAN, i, each) for i, each in villages(study, VILLAGES).items()]
    return live(study, points)


def book_of(reference: Reference, run: int) -> CashBook:
    names = [
        name
        for k, name in enumerate(reference.names)
        if name != "members" and reference.weeks[run, :KEPT, k].any()
    ]
    return CashBook(pd.DataFrame(reference.of(names, 0, KEPT - 1)[run], columns=names), GROUP.start)


def ahead(today: Today, study: Study, values: dict[int, dict[str, Value]]) -> NDArray[np.float64]:
    """[run, week, series] from today on."""
    levels = calibrated(study, today, values)
    points = [
        Point(PLAN.id, PLAN, i, {**mine, "attend_intercept": levels[i]}, today.partners)
        for i, mine in values.items()
    ]
    return live(study, points).of(SERIES, 0, AHEAD - 1)


def fitted(reference: Reference, run: int, book: CashBook) -> pd.DataFrame:
    """Joint draws of the numbers behind a book, from all other villages."""
    others = np.arange(VILLAGES) != run
    rest = Reference(
        reference.values[others].reset_index(drop=True), reference.weeks[others], reference.names
    )
    names = drawn_names(REGISTER, rest.values)
    return draws(REGISTER, names, infer(Asked(GROUP, PLAN, book, VILLAGES), rest, names))


def test_what_a_book_adds_to_a_forecast(reference: Reference) -> None:
    truth = reference.of(SERIES, KEPT, KEPT + AHEAD - 1)
    recent = reference.of(("came",), KEPT - 4, KEPT - 1)[:, :, 0]
    working = np.flatnonzero(recent.max(1) > 0)  # groups that meet when the forecast is made
    rows = []
    for turn, run in enumerate(np.random.default_rng(1).choice(working, GROUPS, replace=False)):
        book = book_of(reference, run)
        today = observed(book, GROUP)
        study = begun(Study(GROUP, AHEAD, seed=turn + 1, replications=1), today)
        left = fitted(reference, run, book)
        places = fitting.resampled(left["weight"].to_numpy(), DRAWN, turn)
        fixed = {*study.overrides, "village_id", "weight"}
        some = left.iloc[places][[name for name in left if name not in fixed]]
        joint = {i: plain(study, row) for i, row in enumerate(some.to_dict("records"), 1)}
        ways = (
            truth[np.arange(VILLAGES) != run],
            ahead(today, study, drawn(study, [PLAN], DRAWN, None)),
            ahead(today, study, joint),
        )
        for k, name in enumerate(SERIES):
            last = float(book.series[name].iloc[-1])
            for way, futures in zip(WAYS, ways, strict=True):
                found = forecasts.score(futures[:, :, k], truth[run, :, k], last)
                assert found is not None
                inside = found.inside / found.weeks
                rows.append((name, way, run, inside, found.error, found.naive))
    table = pd.DataFrame(rows, columns=["series", "way", "run", "inside", "error", "naive"])
    report(table)
    means = table.groupby(["series", "way"])[["inside", "error", "naive"]].mean()
    for name in SERIES:
        assert means.loc[(name, WAYS[1]), "error"] < means.loc[(name, WAYS[0]), "error"]
        assert means.loc[(name, WAYS[2]), "error"] < means.loc[(name, WAYS[0]), "error"]


def report(table: pd.DataFrame) -> None:
    print("\n| series | forecast | off by | within 8 of 10 | naive |")
    print("| --- | --- | --- | --- | --- |")
    for (name, way), mine in table.groupby(["series", "way"], sort=False):
        means, errors = (mine[["error", "inside", "naive"]].agg(how) for how in ("mean", "sem"))
        print(
            f"| {name} | {way} | {means['error']:.4g} ± {errors['error']:.2g} | "
            f"{100 * means['inside']:.0f} ± {100 * errors['inside']:.0f} | {means['naive']:.4g} |"
        )
