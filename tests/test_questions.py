"""A comparison from end to end: tables, numbers and sentences agree."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pandas as pd
import pytest

from experiments import compare, say, store
from experiments.analysis import paired
from experiments.analysis.drivers import drivers
from experiments.messages import number, rupiah
from experiments.study import Study
from sim.scenario import Scenario
from tests.results import KEYS, documented, incomes, quantile
from tests.worlds import DRAWN, GROUP, REGISTER, shipped

WEEKS, VILLAGES, REPLICATIONS = 12, 3, 2
STUDY = Study(GROUP, WEEKS, seed=1, replications=REPLICATIONS, detail=True)
PLAN: Scenario = shipped("package_2019").model_copy(update={"set": {"farm_wage_day": 65_000}})
MARGIN = 150.0
TABLES = {"weekly", "women", "events", "runs", "outlet_weekly", "product_weekly"}


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison of a plan with nothing."""
    out = tmp_path_factory.mktemp("questions") / "compare"
    compare.run_compare(STUDY, [shipped("none"), PLAN], VILLAGES, out, workers=1)
    return out


def test_every_table_is_there_as_documented(compared: Path) -> None:
    assert store.names(compared) == {*TABLES, "villages", "design"}
    for name in TABLES:
        assert list(store.read(compared, name).columns) == documented(name), name


def test_every_run_and_week_is_there_once(compared: Path) -> None:
    weekly, runs = store.read(compared, "weekly"), store.read(compared, "runs")
    names = ["none", "package_2019"]
    expected = {
        (name, village, replication)
        for name in names
        for village in range(1, VILLAGES + 1)
        for replication in range(REPLICATIONS)
    }
    assert set(runs[KEYS].itertuples(index=False, name=None)) == expected
    assert len(runs) == len(expected)
    assert weekly.groupby(KEYS)["week"].agg(list).tolist() == [list(range(WEEKS))] * len(expected)
    women = store.read(compared, "women").groupby(KEYS)["member_id"].nunique()
    assert women.tolist() == [GROUP.members.count] * len(expected)


def test_villages_are_those_that_were_lived(compared: Path) -> None:
    """What the scenario sets is not drawn; the rest is, as if the scenario were not there."""
    drawn = store.read(compared, "villages").set_index("village_id")
    assert set(drawn.columns) == set(DRAWN) - {"farm_wage_day"}
    assert list(drawn.index) == [1, 2, 3]
    assert (drawn.nunique()[["consign_margin", "attend_intercept"]] == VILLAGES).all()
    design = store.read(compared, "design").set_index("scenario_id")
    assert design.loc["package_2019", "farm_wage_day"] == 65_000
    assert pd.isna(design.loc["none", "farm_wage_day"])


def test_runs_are_means_of_weeks(compared: Path) -> None:
    runs = store.read(compared, "runs")
    cells = incomes(compared)
    for name, village, replication, value in runs[[*KEYS, "net_income"]].itertuples(index=False):
        assert value == pytest.approx(cells[name, village][replication])
    hours = store.read(compared, "women").groupby(KEYS)["kube_hours"].sum()
    per_woman = hours / GROUP.members.count / WEEKS
    assert runs.set_index(KEYS)["kube_hours"].to_numpy() == pytest.approx(
        per_woman.reindex(pd.MultiIndex.from_frame(runs[KEYS])).to_numpy()
    )


def test_levels_are_quantiles_over_villages(compared: Path) -> None:
    summary = compare.summarise(compared, MARGIN)
    for measure in ("net_income", "own_cash_income", "household_income"):
        cells = incomes(compared, measure)
        for name, row in summary["scenarios"].items():
            means = [fmean(values) for (scenario, _), values in cells.items() if scenario == name]
            level = row["levels"][measure]
            assert [level["low"], level["typical"], level["high"]] == pytest.approx(
                [quantile(means, 0.1), quantile(means, 0.5), quantile(means, 0.9)]
            )


def test_gains_are_paired(compared: Path) -> None:
    cells = incomes(compared)
    gains = {
        village: [b - a for a, b in zip(base, cells["package_2019", village], strict=True)]
        for (name, village), base in cells.items()
        if name == "none"
    }
    means = [fmean(runs) for runs in gains.values()]
    row = compare.summarise(compared, MARGIN)["scenarios"]["package_2019"]
    found = row["difference"]["net_income"]
    assert found["typical"] == pytest.approx(quantile(means, 0.5))
    assert found["low"] == pytest.approx(quantile(means, 0.1))
    assert found["better"] == sum(mean > MARGIN for mean in means)
    assert found["worse"] == sum(mean < -MARGIN for mean in means)
    assert found["same"] == VILLAGES - found["better"] - found["worse"]
    up = [gain > MARGIN for runs in gains.values() for gain in runs]
    assert row["better_of_20"] == round(20 * sum(up) / len(up))


def test_women_are_counted_from_their_own_table(compared: Path) -> None:
    women = store.read(compared, "women")
    cash = {
        (name, village, replication, woman): (kube + farm) / WEEKS
        for name, village, replication, woman, kube, farm in women[
            [*KEYS, "member_id", "kube_income", "farm_income"]
        ].itertuples(index=False)
    }
    changes = {key[1:]: x - cash["none", *key[1:]] for key, x in cash.items() if key[0] != "none"}
    better = [
        sum(x > MARGIN for key, x in changes.items() if key[:2] == (village, luck))
        for village in range(1, VILLAGES + 1)
        for luck in range(REPLICATIONS)
    ]
    row = compare.summarise(compared, MARGIN)["scenarios"]["package_2019"]
    assert row["women_better"]["typical"] == pytest.approx(quantile(better, 0.5))
    worse = sum(x < -MARGIN for x in changes.values()) / len(changes)
    assert row["woman_worse_share"] == pytest.approx(worse)


def test_the_baseline_costs_nothing_and_the_plan_at_least_what_it_says(compared: Path) -> None:
    """A refusal may bring a second visit, which costs again; a group that ends costs no more."""
    rows = compare.summarise(compared)["scenarios"]
    assert rows["none"]["levels"]["intervention_cost_rp"]["high"] == 0
    costs = [float(REGISTER[f"cost_{plan.kind}_days"].default) for plan in PLAN.interventions]
    assert sum(costs) <= rows["package_2019"]["levels"]["facilitator_days"]["high"]


@pytest.mark.parametrize("lang", ["id", "en"])
def test_sentences_hold_the_numbers_of_the_summary(compared: Path, lang: str) -> None:
    summary = compare.summarise(compared, MARGIN)
    row = summary["scenarios"]["package_2019"]
    words = "\n".join(say.compared(summary, lang))
    net, levels = row["difference"]["net_income"], row["levels"]
    amounts = [
        *(net[part] for part in ("typical", "low", "high")),
        row["difference"]["kube_income"]["typical"],
        levels["own_cash_income"]["typical"],
        levels["household_income"]["typical"],
        levels["pay_per_hour"]["typical"],
        levels["net_pay_per_hour"]["typical"],
        levels["intervention_cost_rp"]["typical"],
        summary["farm_wage_hour"],
        MARGIN,
        *(
            summary["scenarios"]["none"]["levels"]["net_income"][part]
            for part in ("typical", "low", "high")
        ),
    ]
    assert all(rupiah(amount, lang) in words for amount in amounts)
    of = "dari" if lang == "id" else "of"
    assert f"{net['better']} {of} {VILLAGES}" in words
    assert number(100 * row["woman_worse_share"], lang, 1) in words
    assert summary["titles"]["package_2019"][lang] in words


@pytest.mark.parametrize(
    ("weeks", "said"),
    [
        (1, ("Dalam satu minggu ini", "In this one week")),
        (12, ("Selama 12 minggu ini", "In these 12 weeks")),
        (13, ("Pada tiga bulan terakhir", "In the last three months")),
    ],
)
def test_a_short_run_is_not_called_three_months(
    compared: Path, weeks: int, said: tuple[str, str]
) -> None:
    summary = {**compare.summarise(compared, MARGIN), "weeks": weeks}
    for lang, words in zip(("id", "en"), said, strict=True):
        late = [line for line in say.compared(summary, lang) if line.startswith(words)]
        assert len(late) == 2, "of the baseline and of the strategy"


def test_the_sheet_speaks_of_the_women_who_were_there(tmp_path: Path) -> None:
    """--set beats the file of the group, also in words."""
    study = replace(STUDY, weeks=2, replications=1, overrides={"n_members": 9})
    compare.run_compare(study, [shipped("none"), shipped("only_fgd")], 1, tmp_path, workers=1)
    summary = compare.summarise(tmp_path)
    assert summary["women"] == 9
    assert summary["scenarios"]["only_fgd"]["difference"]["net_income"]["villages"] == 1
    assert list(store.read(tmp_path, "villages")["village_id"]) == [0]


def test_what_to_ask_is_what_drives_the_gain(tmp_path: Path) -> None:
    study = replace(STUDY, weeks=2, replications=1, detail=False)
    plans = [shipped("none"), shipped("only_fgd")]
    compare.run_compare(study, plans, compare.FEWEST_VILLAGES, tmp_path, workers=1)
    runs, drawn = store.read(tmp_path, "runs"), store.read(tmp_path, "villages")
    gains = paired.differences(runs, "only_fgd", "none", "net_income")
    table = drivers(drawn, gains.set_index("village_id")["difference"])
    topics = [topic for topic in table["topic"] if topic]
    assert compare.summarise(tmp_path)["ask"] == list(dict.fromkeys(topics))[:3]


def test_what_limits_most_often_is_told(compared: Path) -> None:
    """Among the runs in which no more than half of the women have more."""
    weekly, women = store.read(compared, "weekly"), store.read(compared, "women")
    risen = paired.women_better(women, WEEKS, "package_2019", "none", MARGIN)
    poor = set(risen.loc[risen["better"] <= GROUP.members.count // 2, KEYS[1:]].itertuples(
        index=False, name=None
    ))  # fmt: skip
    rows = weekly[weekly["scenario_id"] == "package_2019"]
    keys = rows[KEYS[1:]].itertuples(index=False, name=None)
    codes = [
        int(c) for c, key in zip(rows["binding"], keys, strict=True) if not poor or key in poor
    ]
    ((code, _),) = Counter(codes).most_common(1)
    limits = ("no_session", "demand", "cash", "hands", "trips")
    found = compare.summarise(compared, MARGIN)["scenarios"]["package_2019"]["limit"]
    assert found == limits[code]
