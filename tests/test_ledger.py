"""Every rupiah and every piece is accounted for, each week, whatever the configuration."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kube import Kube
from sim.measures import gini
from sim.parameters import Value
from sim.runs import simulate
from sim.scenario import Group, Scenario, register_of
from sim.village import Luck, Village
from tests.accounts import Audited
from tests.worlds import (
    DRAWN,
    GROUP,
    REGISTER,
    WEEKLY,
    between,
    column,
    group,
    live,
    per_outlet,
    per_product,
    plausible,
    scenario,
    setting,
)

WEEKS = 10
shares = st.floats(0, 1)

# Wider than plausible, where books break first.
WIDE: dict[str, tuple[float, float]] = {
    "n_members": (0, 40),
    "n_officers": (0, 5),
    "min_crew": (0, 10),
    "sessions_per_week": (1, 6),
    "burn_in_weeks": (0, 3),
    "n_outlets_init": (0, 4),
    "working_capital_0": (0, 2_000_000),
    "reserve_share": (0, 1),
    "officer_bonus_share": (0, 1),
    "payment_lag": (0, 4),
    "consign_margin": (0, 0.95),
    "failure_goods_lost": (0, 1),
    "delivery_fail_prob": (0, 1),
    "core_failure_hazard": (0, 0.5),
    "core_terminal_prob": (0, 1),
    "exit_hazard": (0, 0.3),
    "farm_days_factor": (0, 4),
    "session_reservation_frac": (0, 1),
    "shelf_life_days_pisang": (1, 8),
    "shelf_life_days_bolu": (1, 8),
    "shelf_life_days_opak": (1, 60),
    "drop_min_deliveries": (0, 3),
    "demand_dispersion": (0.05, 1_000),
    "accept_intercept": (-3, 5),
    "grant_delay": (0, 4),
    "grant_intercept": (-4, 4),
    "grant_cash_leak": (0, 1),
    "resubmit_weeks": (1, 3),
    "revisit_weeks": (1, 3),
    "budget_late_prob": (0, 1),
    "budget_intercept": (-4, 4),
    "mentor_material_saving": (0, 1),
    "session_hours": (0.1, 8),
}
START = ["2019-08-23", "2019-12-06", "2020-04-17"]  # an ordinary autumn, a new year, Ramadan
CHOICES = {name: row.choices for name, row in REGISTER.items() if row.choices}


@st.composite
def overrides(draw: st.DrawFn) -> dict[str, Value]:
    found = plausible(draw(st.dictionaries(st.sampled_from(DRAWN), shares, max_size=25)))
    for name, unit in draw(st.dictionaries(st.sampled_from(sorted(WIDE)), shares)).items():
        found[name] = between(*WIDE[name], name, unit)
    found |= {name: draw(st.sampled_from(choices)) for name, choices in CHOICES.items()}
    return found


@st.composite
def groups(draw: st.DrawFn) -> Group:
    """Outlets and donors of the shipped group under other terms; perhaps none at all."""
    outlets = [
        outlet.model_dump()
        | {
            "contract": draw(st.sampled_from(["titip", "titip", "putus"])),
            "payment_lag": draw(st.none() | st.integers(0, 4)),
            "margin": draw(st.none() | st.floats(0, 0.95).map(lambda share: {"value": share})),
            "initial": draw(st.booleans()),
        }
        for outlet in draw(st.permutations(GROUP.outlets))[: draw(st.integers(0, 9))]
    ]
    donors = [{"id": "lain", "name": "Pesantren lain", "kind": "pesantren"}]
    donors = [donor.model_dump() for donor in GROUP.donors] + donors
    for donor in donors:
        donor["gives"] = draw(st.sampled_from(["cash", "tools"]))
    return group(outlets=outlets, donors=donors, start=draw(st.sampled_from(START)))


@st.composite
def plans(draw: st.DrawFn, of: Group) -> Scenario:
    weeks = st.integers(0, WEEKS - 1)
    visits = [
        {"kind": "negotiation", "week": draw(weeks), "outlet": outlet.id} for outlet in of.outlets
    ]
    others: list[dict[str, Any]] = [
        {"kind": "fgd"},
        {"kind": "proposal_training"},
        {"kind": "audience", "requests": ["legality", "tools"]},
        {"kind": "capital_proposal", "donor": "kebon_jambu"},
        {"kind": "capital_proposal", "donor": "lain"},
        {"kind": "mentoring", "weeks": draw(st.integers(1, 6))},
    ]
    return scenario(*visits, *({"week": draw(weeks), **other} for other in others))


@st.composite
def runs(draw: st.DrawFn) -> tuple[Group, dict[str, Value], Scenario, Luck]:
    of = draw(groups())
    known = register_of(of)  # without the demand of kinds that this group does not deal with
    values = {name: value for name, value in draw(overrides()).items() if name in known}
    return of, values, draw(plans(of)), Luck(draw(st.integers(0, 99)))


@settings(max_examples=100)
@given(runs())
def test_the_books_close_every_week(
    run: tuple[Group, dict[str, Value], Scenario, Luck],
) -> None:
    of, values, plan, luck = run
    simulate(setting(WEEKS, values, of), plan, luck, WEEKS, detail=True, village_class=Audited)


@pytest.mark.parametrize("name", ["none", "package_2019", "package_2019_mentoring"])
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
    assert paid == column(year, "payouts").sum()
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
    assert gini([]) == gini([0, 0]) == 0
    assert gini([3, 3, 3]) == pytest.approx(0)
    assert gini([0, 0, 0, 8]) == pytest.approx(3 / 4)
    assert gini([1, 3]) == gini([30, 10]) == pytest.approx(1 / 4)


# --- The auditor sees what is wrong ---


class Thief(Audited):
    def division(self) -> None:
        super().division()
        self.kube.cash -= 1


class Leak(Audited):
    def sales(self) -> None:
        super().sales()
        self.partners[0].batches[0][0] += 1


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
    usual = live("package_2019", 30)
    monkeypatch.setattr(Kube, "charge", lambda self, kind: None)
    free = live("package_2019", 30)
    assert column(usual, "intervention_cost_rp")[-1] > 0
    assert column(free, "intervention_cost_rp")[-1] == 0
    assert (usual.weekly[:, WEEKLY.index("cash")] == free.weekly[:, WEEKLY.index("cash")]).all()
