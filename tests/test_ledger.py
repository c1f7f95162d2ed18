"""Every rupiah and every piece is accounted for, each week, whatever the configuration."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from sim.draws import Luck
from sim.kube import Kube
from sim.measures import gini
from sim.village import Village
from tests.accounts import Audited
from tests.strategies import cases
from tests.twins import Case
from tests.worlds import (
    CALM,
    GROUP,
    WEEKLY,
    column,
    group,
    live,
    outlets,
    per_outlet,
    per_product,
    scenario,
    setting,
    told,
)

WEEKS = 10


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(cases(WEEKS))
def test_the_books_close_every_week(case: Case) -> None:
    audited(case)


def audited(case: Case) -> None:
    """Live a run under audit."""
    ground = setting(case.weeks, case.values, case.of)
    Audited(ground, case.plan, case.luck, case.partners).live(case.weeks)


SHIPPED = ["none", "package_2019_mentoring", "everything", "with_shocks", "reacting_plan"]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_books_of_the_shipped_scenarios_close(name: str) -> None:
    for replication in range(3):
        live(name, 52, luck=Luck(0, 0, replication), village_class=Audited)


def test_two_grants_in_one_week_are_both_booked() -> None:
    donors = [donor.model_dump() | {"gives": "cash"} for donor in GROUP.donors]
    donors.append({"id": "lain", "name": "Pesantren lain", "kind": "pesantren", "gives": "cash"})
    plan = [
        {"kind": "capital_proposal", "week": 1, "donor": name} for name in ("kebon_jambu", "lain")
    ]
    sure = {"grant_intercept": 50, "grant_delay": 0}
    of = group(donors=donors)
    record = live(scenario(*plan), 4, sure, of=of, village_class=Audited)
    assert column(record, "grants_rp").tolist() == [0, 0, 6_000_000, 6_000_000]
    assert column(record, "grant_cash").tolist() == [0, 0, 3_000_000, 0]


def test_each_outlet_pays_after_its_own_lag() -> None:
    """Three new partners of week 1: one pays at once, one after two weeks, one after five."""
    lags = {"segera": 0, "dua": 2, "lima": 5}
    new = {name: {"payment_lag": lag, "initial": False} for name, lag in lags.items()}
    visits = [{"kind": "negotiation", "week": 1, "outlet": name} for name in lags]
    of, sure = group(outlets=outlets(**new)), {**CALM, "accept_intercept": 50}
    record = live(scenario(*visits), 9, sure, of=of, village_class=Audited)
    assert per_outlet(record, "sold")[1:].all()
    assert (per_outlet(record, "paid") > 0).argmax(axis=0).tolist() == [1, 3, 6]


def test_two_stalls_share_one_box() -> None:
    """Cash for one levy and a half: the second stall stays closed."""
    market = {"kind": "market", "initial": False}
    of = group(outlets=outlets(pasar=market, pasar_2=market))
    stall = {"kind": "market_stall", "week": 1, "weeks": 1}
    stalls = [{**stall, "outlet": outlet} for outlet in ("pasar", "pasar_2")]
    poor = {**CALM, "working_capital_0": 150_000}
    record = live(scenario(*stalls), 3, poor, of=of, village_class=Audited)
    assert column(record, "transport").tolist()[1] >= 100_000
    assert [each.subject for each in told(record, "stall_closed", of=of)] == ["pasar_2"]


# --- The tables tell the same story ---


@pytest.fixture(scope="module")
def year() -> Any:
    """A year in which much happens, in a group whose donor gives cash."""
    donors = [donor.model_dump() | {"gives": "cash"} for donor in GROUP.donors]
    eventful = {
        "delivery_fail_prob": 0.2,
        "failure_goods_lost": 0.3,
        "payment_lag": 2,
        "grant_intercept": 5,
        "grant_delay": 3,
        "join_hazard": 0,
    }
    return live("package_2019_mentoring", 52, eventful, of=group(donors=donors))


def test_the_weekly_table_closes_the_box(year: Any) -> None:
    cash, grants = column(year, "cash"), column(year, "grant_cash")
    came = column(year, "receipts") + grants
    went = column(year, "materials") + column(year, "transport") + column(year, "payouts")
    assert grants.any(), "no grant, no test"
    assert (np.diff(cash) == (came - went)[1:]).all()


def test_what_is_owed_grows_with_sales_and_falls_with_payments(year: Any) -> None:
    earned = per_product(year, "gross_margin").sum(axis=1) + column(year, "materials")
    change = np.diff(column(year, "receivable"))
    assert (change == (earned - column(year, "receipts"))[1:]).all()


def test_tables_of_outlets_and_products_add_up_to_the_weekly_one(year: Any) -> None:
    assert (per_product(year, "sold").sum(axis=1) == column(year, "volume")).all()
    assert (per_product(year, "made").sum(axis=1) == column(year, "made")).all()
    assert (per_outlet(year, "paid").sum(axis=1) == column(year, "receipts")).all()
    assert (per_outlet(year, "receivable").sum(axis=1) == column(year, "receivable")).all()
    for name in ("delivered", "sold", "returned", "wasted", "lost"):
        assert (per_product(year, name).sum(axis=1) == per_outlet(year, name).sum(axis=1)).all()
    assert column(year, "late").any()
    assert per_product(year, "lost").any()
    stock = per_product(year, "stock")
    flow = per_product(year, "made") - per_product(year, "delivered")
    assert (np.diff(stock, axis=0) == (flow + per_product(year, "returned"))[1:]).all()


def test_tables_of_women_add_up_to_the_weekly_one(year: Any) -> None:
    women = len(year.women)
    paid, forgone, farm, hours = year.women.sum(axis=0)
    assert column(year, "members").max() == women  # nobody joined who is not in this table
    assert paid == column(year, "payouts").sum() + column(year, "wages").sum()
    assert paid == pytest.approx(column(year, "kube_income").sum() * women)
    assert forgone == pytest.approx(column(year, "farm_income_forgone").sum() * women)
    assert farm == pytest.approx(column(year, "farm_income").sum() * women)
    assert hours == pytest.approx(column(year, "kube_hours").sum() * women)


def test_incomes_add_up(year: Any) -> None:
    kube, farm = column(year, "kube_income"), column(year, "farm_income")
    net, own = column(year, "net_income"), column(year, "own_cash_income")
    assert net == pytest.approx(kube - column(year, "farm_income_forgone"))
    assert own == pytest.approx(kube + farm)
    others = column(year, "household_income") - own
    assert others == pytest.approx(others[0])  # what others earn does not change
    assert others[0] > 0


def test_gini_by_hand() -> None:
    def of(*incomes: float) -> float:
        return float(gini(np.array(incomes, float)))

    assert of() == of(0, 0) == 0
    assert of(3, 3, 3) == pytest.approx(0)
    assert of(0, 0, 0, 8) == pytest.approx(3 / 4)
    assert of(1, 3) == of(30, 10) == pytest.approx(1 / 4)


# --- The auditor sees what is wrong ---


class Thief(Audited):
    def division(self) -> None:
        super().division()
        self.kube.cash -= 1


class Leak(Audited):
    def sales(self) -> None:
        super().sales()
        self.partners[0].batches[0, 0] += 1


class Forgetful(Audited):
    def settlement(self) -> None:
        self.partners[0].sold[0] -= 1
        super().settlement()


class Unpaid(Audited):
    def division(self) -> None:
        super().division()
        self.members[0].pay += 1


@pytest.mark.parametrize("village", [Thief, Leak, Forgetful, Unpaid])
def test_the_auditor_sees_a_missing_rupiah_and_a_missing_piece(village: type[Village]) -> None:
    with pytest.raises(AssertionError, match="week -8"):
        live("none", 1, village_class=village)


def test_costs_of_interventions_never_touch_the_box(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = live("package_2019", 30, engine="village")
    monkeypatch.setattr(Kube, "charge", lambda self, kind: None)
    free = live("package_2019", 30, engine="village")
    assert column(usual, "intervention_cost_rp")[-1] > 0
    assert column(free, "intervention_cost_rp")[-1] == 0
    assert (usual.weekly[:, WEEKLY.index("cash")] == free.weekly[:, WEEKLY.index("cash")]).all()
