"""Before and after: gains, ranges, the choice and each answer alone, against sums done by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from experiments.analysis.learned import alone, before_after, choice, gains, often_best


def table(**columns: list[float]) -> pd.DataFrame:
    """Gains by village 1, 2, ..."""
    return pd.DataFrame(columns, index=pd.RangeIndex(1, len(next(iter(columns.values()))) + 1))


def test_a_gain_is_a_difference_of_means_in_a_village() -> None:
    rows = [
        (name, village, replication, income)
        for name, incomes in (("none", [[1, 3], [10, 10]]), ("b", [[5, 9], [4, 6]]))
        for village, by_luck in enumerate(incomes, 1)
        for replication, income in enumerate(by_luck)
    ]
    runs = pd.DataFrame(rows, columns=["scenario_id", "village_id", "replication_id", "net_income"])
    found = gains(runs, "none")
    assert list(found) == ["none", "b"]
    assert found["none"].tolist() == [0, 0] and found["b"].tolist() == [5, -5]


def test_before_and_after_by_hand() -> None:
    before = table(none=[0.0] * 11, b=[float(i) for i in range(11)])
    after = table(none=[0.0] * 11, b=[5 + (i - 5) / 2 + (1 if i == 10 else 0) for i in range(11)])
    none, b = before_after(before, after).to_dict("records")
    assert (b["low_before"], b["typical_before"], b["high_before"]) == (1, 5, 9)
    assert (b["low_after"], b["typical_after"], b["high_after"]) == (3, 5, 7)
    assert b["width"] == pytest.approx(0.5)
    change = (after["b"] - before["b"]).to_numpy()
    assert b["change"] == pytest.approx(1 / 11)
    assert b["error"] == pytest.approx(np.std(change, ddof=1) / math.sqrt(11))
    assert none["change"] == none["error"] == 0 and math.isnan(none["width"])


def test_one_village_has_no_error() -> None:
    row = before_after(table(none=[0.0], b=[3.0]), table(none=[0.0], b=[4.0])).iloc[1]
    assert row["change"] == 1 and math.isnan(row["error"])
    assert choice(table(none=[0.0], b=[3.0])).clear(1)  # nothing speaks against it
    assert not choice(table(none=[0.0], b=[3.0])).clear(4)


def test_the_choice() -> None:
    found = table(none=[0.0] * 4, b=[1.0, 2, 3, 6], c=[2.0, 3, 4, 1])
    best = choice(found)
    assert (best.best, best.other, best.lead) == ("b", "c", pytest.approx(0.5))
    assert best.error == pytest.approx(np.std([-1, -1, -1, 5], ddof=1) / 2)
    assert not best.clear(0)  # it leads, but by less than two errors
    assert choice(found, "none").clear(1) and not choice(found, "none").clear(3)
    assert often_best(found, "b") == 0.25 and often_best(found, "c") == 0.75


def test_nothing_new_can_be_best() -> None:
    assert choice(table(none=[0.0, 0], b=[-1.0, -2])).best == "none"


def test_an_answer_alone_is_compared_in_its_own_villages() -> None:
    before = table(none=[0.0] * 4, b=[10.0, 10, 0, 0], c=[9.0, 9, 90, 90])
    lifted = table(none=[0.0] * 2, b=[10.0, 10], c=[30.0, 31])
    idle = before.iloc[:2]
    rows = alone(before, {"price": lifted, "lag": idle}, 1).set_index(["parameter", "scenario_id"])
    assert rows.loc[("price", "c"), "change"] == pytest.approx(21.5)
    assert rows.loc[("price", "c"), "error"] == pytest.approx(0.5)
    assert rows.loc[("price", "b"), "change"] == 0
    assert rows.loc[("price", "b"), "best"] == "c" and rows["other"].sum() == 3
    assert not rows.loc["lag", "other"].any() and (rows.loc["lag", "change"] == 0).all()
    assert list(alone(before, {}, 1)) == ["parameter", "scenario_id", "change", "error", "best",
                                          "other"]  # fmt: skip


def test_practically_the_same_is_no_other_choice() -> None:
    before = table(none=[0.0] * 3, b=[10.0] * 3, c=[9.0] * 3)
    after = table(none=[0.0] * 3, b=[10.0] * 3, c=[10.5] * 3)
    assert not alone(before, {"x": after}, 1)["other"].any()
    assert alone(before, {"x": after}, 0.4)["other"].all()
