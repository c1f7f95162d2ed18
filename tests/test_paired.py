"""Paired comparisons, on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.analysis.paired import compare, differences, unknown_share, women_better

SCENARIO, BASELINE = "package", "none"


def pairs(*villages: list[float]) -> pd.DataFrame:
    """Differences: one list of replications for each village."""
    rows = [(v, r, x) for v, village in enumerate(villages, 1) for r, x in enumerate(village)]
    return pd.DataFrame(rows, columns=["village_id", "replication_id", "difference"])


def runs_of(incomes: dict[str, dict[tuple[int, int], float]]) -> pd.DataFrame:
    """A table of runs from income by scenario, village and replication."""
    rows = [(name, *keys, x) for name, each in incomes.items() for keys, x in each.items()]
    columns = ["scenario_id", "village_id", "replication_id", "net_income"]
    return pd.DataFrame(rows, columns=columns)


def women_of(cash: dict[str, list[tuple[float, float]]]) -> pd.DataFrame:
    """Women of one run: what KUBE and fields gave each, by scenario."""
    rows = [
        (name, 1, 0, f"ibu_{i:02d}", kube, farm)
        for name, women in cash.items()
        for i, (kube, farm) in enumerate(women, 1)
    ]
    columns = ["scenario_id", "village_id", "replication_id", "member_id"]
    return pd.DataFrame(rows, columns=[*columns, "kube_income", "farm_income"])


def villages_with(rng: np.random.Generator, apart: float, luck: float) -> pd.DataFrame:
    """600 villages x 5 replications with known variance between villages and between runs."""
    between = rng.normal(0, apart, 600) if apart else np.zeros(600)
    return pairs(*(list(middle + rng.normal(0, luck, 5)) for middle in between))


# --- Differences ---------------------------------------------------------------------------------


def test_runs_are_paired_by_village_and_replication_whatever_their_order() -> None:
    theirs = {(1, 0): 10.0, (1, 1): 20.0, (2, 0): 30.0}
    ours = {(2, 0): 31.5, (1, 1): 15.0, (1, 0): 10.0}
    runs = runs_of({SCENARIO: ours, BASELINE: theirs, "third": {(1, 0): 99.0}})
    found = differences(runs, SCENARIO, BASELINE, "net_income")
    assert list(found.columns) == ["village_id", "replication_id", "difference"]
    assert found.set_index(["village_id", "replication_id"])["difference"].to_dict() == {
        (1, 0): 0.0,
        (1, 1): -5.0,
        (2, 0): 1.5,
    }


def test_a_strategy_against_itself_and_the_other_way_round() -> None:
    runs = runs_of({SCENARIO: {(1, 0): 4.0, (2, 0): 9.0}, BASELINE: {(1, 0): 1.0, (2, 0): 2.0}})
    there = differences(runs, SCENARIO, BASELINE, "net_income")["difference"]
    back = differences(runs, BASELINE, SCENARIO, "net_income")["difference"]
    itself = differences(runs, SCENARIO, SCENARIO, "net_income")["difference"]
    assert (list(there), list(back), list(itself)) == ([3.0, 7.0], [-3.0, -7.0], [0.0, 0.0])


# --- Comparisons ---------------------------------------------------------------------------------


def test_a_comparison_by_hand() -> None:
    """Village means 2000, 1000, 500, -1000, -3000 with a margin of 1000: at the margin is same."""
    found = compare(
        pairs([1500, 2500], [900, 1100], [-500, 1500], [-2000, 0], [-3000, -3000]), margin=1000
    )
    assert (found.villages, found.better, found.same, found.worse) == (5, 1, 3, 1)
    assert found.mean == pytest.approx(-100)
    assert found.typical == pytest.approx(500)
    assert found.low == pytest.approx(-3000 + 0.4 * 2000)  # a tenth of the way along four steps
    assert found.high == pytest.approx(1000 + 0.6 * 1000)
    squares = [2100**2, 1100**2, 600**2, 900**2, 2900**2]
    assert found.error == pytest.approx((sum(squares) / 4 / 5) ** 0.5)
    assert found.better_runs == pytest.approx(5 / 10)  # 0 is not better


def test_the_margin_only_moves_the_counts() -> None:
    some = pairs([10.0, 20.0], [-5.0, -15.0], [0.0, 1.0])
    narrow, wide = compare(some, 0), compare(some, 100)
    assert (narrow.better, narrow.worse, narrow.same) == (2, 1, 0)
    assert (wide.better, wide.worse, wide.same) == (0, 0, 3)
    assert (narrow.mean, narrow.low, narrow.high) == (wide.mean, wide.low, wide.high)


def test_villages_count_alike_however_often_they_were_run() -> None:
    found = compare(pairs([0.0] * 9, [10.0, 10.0]), margin=1)
    assert (found.mean, found.typical, found.better) == (5.0, 5.0, 1)


def test_one_village_has_no_error_and_no_unknowns() -> None:
    found = compare(pairs([1.0, 2.0, 6.0]), margin=0)
    assert (found.villages, found.error, found.unknown_share) == (1, None, None)
    assert found.mean == found.typical == found.low == found.high == pytest.approx(3)


def test_one_replication_cannot_tell_luck_from_unknowns() -> None:
    found = compare(pairs([1.0], [2.0], [6.0]), margin=1.5)
    assert found.unknown_share is None
    assert found.error is not None
    assert (found.better, found.same) == (2, 1)


# --- What we do not know, and luck ---------------------------------------------------------------


def test_the_split_by_hand() -> None:
    """Runs 1, 3 and 5, 7: luck 2; means 2 and 6 have variance 8, of which luck makes 2 / 2."""
    assert unknown_share(pairs([1, 3], [5, 7])) == pytest.approx(7 / (7 + 2))


@pytest.mark.parametrize(("apart", "luck"), [(3, 1), (1, 1), (1, 3), (0, 1), (2, 0.01)])
def test_the_split_recovers_what_was_put_in(apart: float, luck: float) -> None:
    shares = [
        unknown_share(villages_with(np.random.default_rng(seed), apart, luck)) for seed in range(5)
    ]
    right = apart**2 / (apart**2 + luck**2)
    assert np.mean([share for share in shares if share is not None]) == pytest.approx(
        right, abs=0.03
    )


def test_the_split_does_not_depend_on_units() -> None:
    some = villages_with(np.random.default_rng(3), 2, 1)
    dear = some.assign(difference=1_000 * some["difference"] + 5)
    assert unknown_share(dear) == pytest.approx(unknown_share(some))


def test_luck_alone_is_not_negative_knowledge() -> None:
    assert unknown_share(pairs([-1, 1], [-1, 1], [1, -1])) == 0


def test_no_luck_at_all() -> None:
    assert unknown_share(pairs([1, 1], [5, 5])) == 1


def test_no_variance_has_no_split() -> None:
    assert unknown_share(pairs([4, 4], [4, 4])) is None
    assert compare(pairs([4, 4], [4, 4]), margin=1).unknown_share is None


# --- Women ---------------------------------------------------------------------------------------


def test_women_are_counted_by_their_own_cash_a_week() -> None:
    """Over 10 weeks, margin 100 a week: a change of 1,000 is the same, 1,010 is not."""
    women = women_of(
        {
            BASELINE: [(5_000, 5_000)] * 5,
            SCENARIO: [
                (6_010, 5_000),  # more from the KUBE
                (9_000, 1_000),  # more from the KUBE, as much less from the fields
                (5_000, 6_000),  # at the margin
                (3_990, 5_000),
                (0, 0),
            ],
            "third": [(0, 0)] * 5,
        }
    )
    found = women_better(women, 10, SCENARIO, BASELINE, 100)
    assert found.to_dict("records") == [
        {"village_id": 1, "replication_id": 0, "better": 1, "worse": 2}
    ]


def test_women_are_paired_with_themselves() -> None:
    """Who earns what is swapped: one better, one worse, though the run's mean is the same."""
    women = women_of({BASELINE: [(0, 0), (50, 0)], SCENARIO: [(50, 0), (0, 0)]})
    shuffled = women.sample(frac=1, random_state=1)
    for table in (women, shuffled):
        found = women_better(table, 1, SCENARIO, BASELINE, 10).iloc[0]
        assert (found["better"], found["worse"]) == (1, 1)


def test_every_run_has_its_count() -> None:
    first = women_of({BASELINE: [(0, 0)] * 3, SCENARIO: [(9, 0), (9, 0), (0, 0)]})
    second = first.assign(replication_id=1, kube_income=0)
    third = first.assign(village_id=2, kube_income=lambda t: -t["kube_income"])
    found = women_better(pd.concat([third, first, second]), 1, SCENARIO, BASELINE, 5)
    assert found.to_numpy().tolist() == [[1, 0, 2, 0], [1, 1, 0, 0], [2, 0, 0, 2]]
