"""Which plan, how sure: the statistics on cases whose answer is known, and a comparison's own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments import compare, report, store
from experiments.advice import deciding, deciding_page, deciding_told
from experiments.alternatives import alternatives_of
from experiments.analysis import choice, costs
from experiments.analysis.outcomes import OUTCOMES, by_village, weeks_until_gain
from experiments.analysis.simultaneous import simultaneous, verdict
from experiments.analysis.variance import shares, variance_parts
from experiments.messages import FORBIDDEN
from experiments.study import Point, Study
from sim.scenario import Scenario
from tests.commands import call
from tests.worlds import GROUP, shipped

# --- Intervals that hold at once -----------------------------------------------------------------


def test_one_comparison_has_the_usual_interval() -> None:
    values = np.random.default_rng(1).normal(5, 2, 400)
    found = simultaneous(values[:, None], resamples=4_000).iloc[0]
    reach = stats.norm.ppf(0.975) * values.std(ddof=1) / 20
    assert found["mean"] == pytest.approx(values.mean())
    assert found["hi"] - found["mean"] == pytest.approx(reach, rel=0.05)


def test_many_comparisons_have_the_interval_of_sidak() -> None:
    table = np.random.default_rng(2).normal(size=(400, 20))
    found = simultaneous(table, resamples=4_000)
    sidak = stats.norm.ppf((1 + 0.95 ** (1 / 20)) / 2)
    assert ((found["hi"] - found["mean"]) / found["error"]).to_numpy() == pytest.approx(
        sidak, rel=0.05
    )


def test_comparisons_that_go_together_cost_no_more_than_one() -> None:
    values = np.random.default_rng(3).normal(size=(300, 1))
    one, twenty = simultaneous(values), simultaneous(np.tile(values, 20) * np.arange(1, 21))
    reach = (one["hi"] - one["mean"])[0] / one["error"][0]
    assert ((twenty["hi"] - twenty["mean"]) / twenty["error"]).to_numpy() == pytest.approx(reach)


def test_what_does_not_vary_is_known_exactly_and_widens_nothing() -> None:
    values = np.random.default_rng(4).normal(size=(100, 1))
    alone = simultaneous(values)
    both = simultaneous(np.hstack([values, np.full((100, 1), 7.1), np.zeros((100, 1))]))
    assert both.loc[1, ["lo", "hi"]].tolist() == pytest.approx([7.1, 7.1], abs=1e-9)
    assert both.loc[2, ["mean", "lo", "hi"]].tolist() == [0, 0, 0]
    assert both.loc[0, "hi"] == pytest.approx(alone.loc[0, "hi"])


def test_what_differs_in_a_single_village_does_not_widen_the_rest() -> None:
    luck = np.random.default_rng(5)
    values, rare = luck.normal(size=(200, 1)), np.zeros((200, 1))
    rare[17] = 3.0
    found = simultaneous(np.hstack([values, rare]))
    assert ((found["hi"] - found["mean"]) / found["error"]).max() < 5
    assert found.loc[1, "lo"] < 0 < found.loc[1, "hi"]


def test_a_village_without_a_value_is_left_out_and_one_village_has_no_ends() -> None:
    table = np.array([[1.0, 2.0], [3.0, np.nan], [5.0, np.nan]])
    found = simultaneous(table)
    assert found["villages"].tolist() == [3, 1]
    assert found.loc[0, "mean"] == 3
    assert np.isfinite(found.loc[0, "lo"]) and np.isnan(found.loc[1, ["lo", "hi"]]).all()


def test_memory_is_taken_in_blocks_with_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(6).normal(size=(50, 3))
    whole = simultaneous(values)
    monkeypatch.setattr("experiments.analysis.simultaneous.AT_ONCE", 120)
    pd.testing.assert_frame_equal(simultaneous(values), whole)


def test_what_is_rare_may_have_been_missed() -> None:
    """In none of 100 villages: with 1 in 20 missed as often, up to ln 20 villages more."""
    table = np.zeros((100, 2))
    found = simultaneous(table[:, :1], reach_of_one=np.array([1.0]))
    assert found.loc[0, "hi"] == pytest.approx(np.log(20) / 100)
    found = simultaneous(table, reach_of_one=np.array([1.0, 0.0]))
    assert found["hi"].tolist() == pytest.approx([np.log(40) / 100, 0])


@pytest.mark.parametrize(
    ("lo", "hi", "better", "said"),
    [
        (1_100, 2_000, 1, "better"),
        (900, 2_000, 1, "rather_better"),
        (-900, 900, 1, "same"),
        (0, 0, 1, "same"),
        (-900, 2_000, 1, "open"),
        (-2_000, -10, 1, "rather_worse"),
        (-2_000, -1_100, 1, "worse"),
        (1_100, 2_000, -1, "worse"),
        (-2_000, -900, -1, "rather_better"),
        (1_100, 2_000, 0, "more"),
        (-2_000, -900, 0, "rather_less"),
        (float("nan"), float("nan"), 1, "open"),
    ],
)
def test_an_interval_in_a_word(lo: float, hi: float, better: int, said: str) -> None:
    assert verdict(lo, hi, 1_000, better) == said


# --- Choosing ------------------------------------------------------------------------------------


def test_ranks_by_intervals_that_do_not_touch_zero() -> None:
    """A is above B and C; B and C cannot be told apart."""
    lo = np.array([[0, 1, 2], [-3, 0, -1], [-4, -2, 0]], float)
    hi = np.array([[0, 3, 4], [-1, 0, 2], [-2, 1, 0]], float)
    assert choice.ranks(lo, hi).tolist() == [[1, 1], [2, 3], [2, 3]]


def test_chances_of_being_best_share_what_is_equal() -> None:
    worth = np.zeros((4, 1, 3))
    worth[0, :, 2] = worth[1, :, 2] = 1
    found = choice.best_share(worth)
    assert found["best"].tolist() == pytest.approx([1 / 6, 1 / 6, 4 / 6])
    assert choice.best_on_average(worth).sum() == pytest.approx(1)


def test_regret_without_luck_is_exact() -> None:
    means = np.array([[3.0, 1.0], [0.0, 4.0]])
    worth = np.repeat(means[:, None, :], 4, axis=1)
    found = choice.regret(worth)
    assert found["mean"].tolist() == found["ceiling"].tolist() == [2.0, 1.0]
    assert found["worst"].tolist() == [4.0, 2.0]
    assert found["worst_error"].tolist() == [0.0, 0.0]


def test_pure_luck_has_regret_only_in_the_upper_bound() -> None:
    """Ten options that are all worth the same in every village."""
    worth = np.random.default_rng(7).normal(size=(2_000, 4, 10))
    found = choice.regret(worth)
    assert (found["mean"].abs() < 4 * found["error"]).all()
    assert (found["ceiling"] > 0.5).all()


def test_true_regret_lies_between_its_bounds() -> None:
    luck = np.random.default_rng(8)
    village = luck.normal([0.3, 0.0], 1, (3_000, 1, 2))
    worth = village + luck.normal(0, 1.5, (3_000, 6, 2))
    true = (village.max(2) - village[:, :, 0]).mean()
    found = choice.regret(worth).iloc[0]
    assert found["mean"] - 3 * found["error"] < true < found["ceiling"] + 3 * found["ceiling_error"]
    assert found["mean"] < found["ceiling"]


def test_one_replication_has_no_lower_bound() -> None:
    assert np.isnan(choice.regret(np.ones((5, 1, 2)))["mean"]).all()


# --- Where the spread comes from -----------------------------------------------------------------


def test_parts_of_the_variance_are_found_again() -> None:
    luck = np.random.default_rng(9)
    forms, villages, lucks = 6, 800, 5
    gains = (
        luck.normal(0, 3, (1, villages, 1))
        + luck.normal(0, 1, (forms, villages, 1))
        + luck.normal(0, 2, (1, villages, lucks))
        + luck.normal(0, 1.5, (forms, villages, lucks))
        + np.array([-2, -1, 0, 0, 1, 2.0])[:, None, None]
    )
    found = variance_parts(gains)
    assert found["villages"] == pytest.approx(9, rel=0.15)
    assert found["both"] == pytest.approx(1, rel=0.15)
    assert found["luck"] == pytest.approx(4 + 1.5**2, rel=0.1)
    assert found["forms"] == pytest.approx(2, rel=0.15)  # the variance of -2 ... 2
    assert sum(shares(found).values()) == pytest.approx(1)


def test_with_one_form_there_are_villages_and_luck() -> None:
    luck = np.random.default_rng(10)
    gains = luck.normal(0, 3, (1, 900, 1)) + luck.normal(0, 2, (1, 900, 5))
    found = variance_parts(gains)
    assert found["forms"] == found["both"] == 0
    assert found["villages"] == pytest.approx(9, rel=0.15)
    assert found["luck"] == pytest.approx(4, rel=0.1)
    with pytest.raises(ValueError, match="two villages"):
        variance_parts(gains[:, :1])


# --- What it costs -------------------------------------------------------------------------------


def test_a_mixture_of_two_beats_what_lies_below_their_line() -> None:
    """Weinstein's extended dominance: at cost 2, half of each neighbour gives 5, not 4."""
    effect, cost = np.array([0.0, 4.0, 10.0, 9.0]), np.array([0.0, 2.0, 4.0, 6.0])
    found = costs.frontier(effect, cost)
    assert found["on"].tolist() == [True, False, True, False]
    assert found["price"].iloc[2] == pytest.approx(0.4)
    assert np.isnan(found["price"].iloc[0])


def test_of_options_equally_dear_the_better_one_is_kept() -> None:
    found = costs.frontier(np.array([1.0, 3.0, 2.0]), np.array([0.0, 0.0, 5.0]))
    assert found["on"].tolist() == [False, True, False]


def test_equal_options_are_on_the_frontier_together() -> None:
    found = costs.frontier(np.array([1.0, 1.0, 3.0]), np.array([2.0, 2.0, 3.0]))
    assert found["on"].tolist() == [True, True, True]


def test_beaten_looks_at_all_costs_together() -> None:
    effect = np.array([5.0, 4.0, 4.0, 5.0])
    each = np.array([[2.0, 2.0], [2.0, 1.0], [2.0, 2.0], [2.0, 2.0]])
    assert costs.beaten(effect, each).tolist() == [False, False, True, False]


# --- Outcomes ------------------------------------------------------------------------------------


def test_weeks_until_a_gain_shows_and_stays() -> None:
    weeks = 20
    gains = {
        1: [0] * 8 + [2_000] * 12,  # from week 8 on: after week 12 the last four are all above
        2: [2_000] * 6 + [-500] * 14,  # it does not stay
        3: [0] * 20,
        4: [1_500] * 20,
    }
    rows = [
        (name, village, 0, week, 500.0 + (gain[week] if name == "plan" else 0))
        for village, gain in gains.items()
        for week in range(weeks)
        for name in ("none", "plan")
    ]
    columns = ["scenario_id", "village_id", "replication_id", "week", "net_income"]
    found = weeks_until_gain(pd.DataFrame(rows, columns=columns), "plan", "none", 1_000)
    assert found[1] == 11  # three of four weeks at 2,000: their mean is 1,500
    assert np.isnan(found[2]) and np.isnan(found[3])
    assert found[4] == 4


# --- A comparison from end to end ----------------------------------------------------------------

WEEKS, VILLAGES, REPLICATIONS, FORMS = 16, 20, 2, 3
MARGIN = 150.0


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing, the package, and a plan that does nothing at all."""
    out = tmp_path_factory.mktemp("deciding") / "compare"
    idle = shipped("none").model_copy(update={"id": "idle"})
    study = Study(GROUP, WEEKS, seed=3, replications=REPLICATIONS)
    plans = [shipped("none"), shipped("package_2019"), idle]
    compare.run_compare(study, plans, VILLAGES, out, 1, FORMS)
    return out


@pytest.fixture(scope="module")
def decision(compared: Path) -> dict[str, object]:
    return deciding.decide(compared, MARGIN)


def test_a_plan_without_effects_is_practically_the_same_in_everything(decision: dict) -> None:
    rows = [row for row in decision["against"] if row["one"] == "idle" and row["other"] == "none"]
    assert [row["outcome"] for row in rows] == list(OUTCOMES)
    assert {row["verdict"] for row in rows} == {"same"}
    assert {(row["lo"], row["hi"]) for row in rows} == {(0.0, 0.0)}
    idle, none = (decision["strategies"][name] for name in ("idle", "none"))
    assert idle["rank_first"] == none["rank_first"] and idle["rank_last"] == none["rank_last"]


def test_outcomes_are_those_of_the_tables(compared: Path, decision: dict) -> None:
    women, runs = store.read(compared, "women"), store.read(compared, "runs")
    women["cash"] = (women["kube_income"] + women["farm_income"]) / WEEKS
    fifth = GROUP.members.count // 5
    poorest = (
        women.groupby(["scenario_id", "village_id", "replication_id"])["cash"]
        .apply(lambda cash: np.sort(cash)[:fifth].mean())
        .groupby("scenario_id")
        .mean()
    )
    found = decision["outcomes"]["worst_fifth"]
    assert found == pytest.approx(poorest.to_dict())
    keys = ["village_id", "replication_id", "member_id"]
    wide = women.pivot_table(index=keys, columns="scenario_id", values="cash")
    gap = wide["package_2019"] - wide["none"]
    each = VILLAGES * REPLICATIONS
    assert decision["outcomes"]["women_up"]["package_2019"] == (gap > MARGIN).sum() / each
    assert decision["outcomes"]["women_down"]["package_2019"] == (gap < -MARGIN).sum() / each
    ended = store.read(compared, "events").query("kind == 'group_ended'")
    assert 1 - runs["survived"].mean() == pytest.approx(len(ended) / len(runs))


def test_every_number_of_a_strategy_is_there(decision: dict) -> None:
    row = decision["strategies"]["package_2019"]
    gain = next(
        each["mean"] for each in decision["against"]
        if (each["one"], each["other"], each["outcome"]) == ("package_2019", "none", "net_income")
    )  # fmt: skip
    assert row["gain"] == pytest.approx(gain * GROUP.members.count * WEEKS)
    assert row["facilitator_days"] > 0 and row["intervention_cost_rp"] > 0
    spent = row["intervention_cost_rp"] + deciding.DAY_RP * row["facilitator_days"]
    assert row["net_benefit"] < row["gain"] - spent  # women's hours are counted, too
    assert {"typical", "never", "never_error"} <= set(row["weeks"])


def test_the_price_of_a_day_breaks_even(compared: Path, decision: dict) -> None:
    worth = decision["strategies"]["package_2019"]["day_worth"]
    again = deciding.decide(compared, MARGIN, worth)
    assert again["strategies"]["package_2019"]["net_benefit"] == pytest.approx(0, abs=1e-3)


def test_other_forms_are_lived_with_the_same_luck(compared: Path, decision: dict) -> None:
    other = store.read(compared, "alternatives")
    assert sorted(other["village_id"].unique()) == list(range(1, FORMS + 1))
    forms = list(dict.fromkeys(other["form"]))
    study = Study(GROUP, WEEKS, seed=3, replications=REPLICATIONS)
    expected = alternatives_of(study, [Point("none", shipped("none"), 1, {})])
    assert forms == list(expected) and len(forms) == 6
    assert len(other) == len(forms) * FORMS * REPLICATIONS * 3
    found = decision["forms"]["by_form"]
    assert list(found) == ["full", *forms]
    usual = found["full"]["strategies"]["package_2019"]
    assert (usual["change"], usual["lo"], usual["hi"]) == (0, 0, 0)
    cells = choice.cube(other[other["form"] == "contract"], ["none", "package_2019"], "net_income")
    gain = (cells[:, :, 1] - cells[:, :, 0]).mean()
    assert found["contract"]["strategies"]["package_2019"]["gain"] == pytest.approx(gain)
    assert sum(decision["forms"]["spread"]["package_2019"].values()) == pytest.approx(1)


def test_an_order_that_a_form_turns_is_told() -> None:
    """Of three sure orders, one is turned; the baseline gains nothing under any form."""
    rows = [("net_income", *pair, "better") for pair in (("a", "b"), ("a", "none"), ("b", "none"))]
    pairs = pd.DataFrame(rows, columns=["outcome", "one", "other", "verdict"])
    gains = {"full": (5, 3), "contract": (2, 3)}
    forms = {
        form: {"strategies": {"a": {"gain": a}, "b": {"gain": b}}} for form, (a, b) in gains.items()
    }
    assert deciding._turned(pairs, {"by_form": forms}) == [["contract", "a", "b", 1]]
    assert deciding._turned(pairs, {}) == []


def test_what_is_settled_is_no_alternative() -> None:
    study = Study(GROUP, WEEKS, overrides={"trust_form": "beta"})
    plan = shipped("none").model_copy(update={"set": {"contract": "putus"}})
    left = alternatives_of(study, [Point("none", plan, 1, {})])
    assert "trust_form" not in left and "contract" not in left and "initial_outlets" in left


@pytest.mark.parametrize("lang", ["id", "en"])
def test_words_and_page_say_all_of_it(decision: dict, lang: str) -> None:
    lines = deciding_told.told(decision, lang)
    page = deciding_page.page(decision, lang)
    assert all(line in page for line in lines[1:])
    assert not re.search(r"\bnan\b", page)
    title = decision["titles"]["package_2019"][lang]
    assert any(title in line for line in lines)
    if lang == "id":
        assert not FORBIDDEN.search(
            "\n".join(lines).replace("rata-rata", "").replace("Rata-rata", "")
        )


def test_a_report_leaves_it_all_and_one_village_leaves_none(compared: Path, tmp_path: Path) -> None:
    plans = [Scenario.model_validate(each) for each in
             store.read_manifest(compared)["question"]["scenarios"]]  # fmt: skip
    report.report_compare(compared, GROUP, plans, MARGIN, "en")
    for name in ("decision.json", "decision.csv", "keputusan.md", "decision.md"):
        assert (compared / name).stat().st_size > 100
    for name in ("decision", "frontier"):
        assert (compared / "figures" / f"{name}.png").is_file()
    told = json.loads((compared / "decision.json").read_text())
    table = pd.read_csv(compared / "decision.csv")
    assert len(table) == len(told["against"])
    alone = tmp_path / "one"
    compare.run_compare(Study(GROUP, 4), plans[:2], 1, alone, 1)
    assert deciding.decide(alone, MARGIN) == {}


def test_by_village_knows_only_what_was_asked(compared: Path) -> None:
    runs, women = store.read(compared, "runs"), store.read(compared, "women")
    found = by_village(runs, women, ["none", "package_2019"], MARGIN, WEEKS)
    assert list(found.columns.unique(1)) == ["none", "package_2019"]
    assert len(found) == VILLAGES
    assert (found["women_up"]["none"] == 0).all()


def test_from_the_command_line(tmp_path: Path) -> None:
    out = tmp_path / "c"
    asked = ["compare", "none", "only_fgd", "--villages", 20, "--replications", 1, "--weeks", 4]
    told = call(*asked, "--alternatives", 2, "--lang", "en", "--out", out)
    assert told.code == 0 and "PRACTICALLY THE SAME" in told.out
    assert "alternatives" in store.names(out)
    assert call(*asked, "--alternatives", 0, "--lang", "en", "--out", out).code == 0
    assert "alternatives" not in store.names(out)
    assert call(*asked, "--alternatives", -1).code == 2
    few = call("compare", "none", "only_fgd", "--villages", 3, "--replications", 1, "--weeks", 4,
               "--out", out, "--lang", "en")  # fmt: skip
    assert "Too few plausible villages" in few.out and not (out / "decision.json").exists()
