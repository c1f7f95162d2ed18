"""Villages whose story is known beforehand, and every parameter at both ends of its range."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from sim.draws import Luck
from sim.parameters import Value
from sim.rules.work import Binding
from sim.runs import Record
from sim.state import Status
from sim.village import Village
from tests.accounts import Audited
from tests.worlds import (
    CALM,
    DEMANDS,
    DRAWN,
    REGISTER,
    column,
    group,
    live,
    outlets,
    per_outlet,
    per_product,
    per_woman,
    plausible,
    scenario,
    setting,
    shipped,
    told,
    weeks_of,
)

# One warung beside the house, asked for far more than it takes: all that it orders is sold.
# It orders 0.1 of 100 pieces a day: 10 + 10 pisang, 10 + 30 bolu and 35 + 35 opak a week.
WARUNG = group(outlets=outlets(warung={}))
BUSY: Mapping[str, Value] = {
    **CALM,
    "n_members": 5,
    "n_officers": 1,
    "working_capital_0": 1_000_000,
    "reserve_share": 0,
    "division_rule": "equal",
    "demand_warung_pisang": 100,
    "demand_warung_bolu": 100,
    "demand_warung_opak": 100,
    "demand_dispersion": 1e9,
    "order_trust_intercept": 0,
    "trust_base_in_village": 0.1,
    "trust_gain": 0,
    "tie_prior_good": 0,
    "drop_threshold": 0,
    "payment_lag": 0,
}
MATERIALS = 20 * 600 + 40 * 1_000 + 70 * 2_250
RECEIPTS = 20 * 800 + 40 * 1_600 + 70 * 4_000
SURPLUS = RECEIPTS - MATERIALS  # 150,500


# --- A week worked by hand ---


def test_an_ordinary_week_by_hand() -> None:
    """The first week also pays out what the box holds above three weeks of materials."""
    week = live("none", 4, BUSY, of=WARUNG, village_class=Audited)
    assert column(week, "attendance").tolist() == [1, 1, 1, 1]
    assert per_product(week, "sold").tolist() == [[20, 40, 70, 0]] * 4
    assert column(week, "materials").tolist() == [MATERIALS] * 4
    assert column(week, "receipts").tolist() == [RECEIPTS] * 4
    assert column(week, "cash").tolist() == [3 * MATERIALS] * 4
    first = SURPLUS + 1_000_000 - 3 * MATERIALS
    assert column(week, "payouts").tolist() == [first, SURPLUS, SURPLUS, SURPLUS]
    assert column(week, "kube_income").tolist()[1:] == [SURPLUS / 5] * 3
    assert column(week, "net_income").tolist()[1:] == [SURPLUS / 5] * 3  # no farm call
    assert column(week, "kube_hours").tolist() == [8] * 4
    assert column(week, "trips").tolist() == [2] * 4
    assert column(week, "binding").tolist() == [Binding.DEMAND] * 4


def test_wages_forgone_by_hand() -> None:
    """Called on every day, a woman loses half a day's wage at each of two sessions."""
    week = live("none", 1, {**BUSY, "farm_days_factor": 100}, of=WARUNG)
    assert column(week, "farm_days") == 7
    assert column(week, "farm_income_forgone") == 2 * 17_500
    assert column(week, "farm_income") == 7 * 35_000 - 2 * 17_500


def test_half_the_cash_makes_half_the_goods() -> None:
    """Cash for half of the materials: 5 + 5, 5 + 15 and 17 + 17 pieces."""
    week = live("none", 1, {**BUSY, "working_capital_0": MATERIALS // 2}, of=WARUNG)
    assert per_product(week, "sold").tolist() == [[10, 20, 34, 0]]
    assert column(week, "binding") == Binding.CASH


def test_short_hours_make_fewer_goods() -> None:
    """3.75 hours, half of one for the trip: 3.25 of 7.8 hours on Friday, of 8.6 on Saturday."""
    week = live("none", 1, {**BUSY, "session_hours": 1}, of=WARUNG)
    assert per_product(week, "made").tolist() == [[4 + 3, 4 + 11, 14 + 13, 0]]
    assert column(week, "binding") == Binding.HANDS


def test_long_trips_leave_no_hours() -> None:
    slow = {**BUSY, "session_hours": 2.5, "delivery_hours_outlet": 3}
    week = live("none", 1, slow, of=WARUNG)
    assert column(week, "binding") == Binding.TRIPS
    assert 0 < column(week, "made") < 130


def test_an_outlet_pays_after_its_lag() -> None:
    """Old partners owe for the weeks before; then they pay what they sold `lag` weeks ago."""
    lagged = live("none", 6, {**BUSY, "payment_lag": 3}, of=WARUNG)
    assert column(lagged, "receipts").tolist() == [RECEIPTS] * 6
    assert column(lagged, "receivable").tolist() == [3 * RECEIPTS] * 6
    of = group(outlets=outlets(baru={"initial": False}))
    visit = scenario({"kind": "negotiation", "week": 1, "outlet": "baru"})
    new = {**BUSY, "payment_lag": 3, "accept_intercept": 50, "new_tie_order_share": 1}
    receipts = column(live(visit, 6, new, of=of), "receipts").tolist()
    assert receipts == [0, 0, 0, 0, RECEIPTS, RECEIPTS]


@pytest.mark.parametrize(
    ("second", "ordered"),
    [
        ({"kind": "school"}, [130, 130]),  # another kind
        ({"place": "outside"}, [130, 130]),  # beyond the border of the village
        ({}, [2 * 8 + 8 + 26 + 2 * 30] * 2),  # 1 / 1.15 of its demand
        ({"size": {"value": 3}}, [110, 2 * 26 + 26 + 78 + 2 * 91]),
    ],
)
def test_overlap_by_hand(second: Mapping[str, object], ordered: list[int]) -> None:
    """Two outlets of a kind on one side of the border share their buyers; others do not."""
    of = group(outlets=outlets(satu={}, dua=second))
    known = {name.replace("warung", "school"): BUSY[name] for name in BUSY if "warung" in name}
    values = {**BUSY, "trust_base_outside": 0.1, **(known if "kind" in second else {})}
    assert per_outlet(live("none", 1, values, of=of), "ordered").tolist() == [ordered]


def test_working_for_nothing_is_no_injustice() -> None:
    """Without a payout nobody got less than her share: trust follows attendance alone."""
    dear = live("none", 10, {**BUSY, "cost_opak": 5_000, "trust_init_sd": 0}, of=WARUNG)
    assert not column(dear, "payouts").any()
    assert column(dear, "made").all()
    expected = [1 - 0.4 * 0.95 ** (week + 1) for week in range(10)]
    assert per_woman(dear, "trust")[:, 0] == pytest.approx(expected)


def test_outright_sale_pays_for_what_arrives() -> None:
    """putus: the outlet keeps 27.5% and pays on delivery, also for what it cannot sell."""
    of = group(outlets=outlets(warung={"contract": "putus"}))
    slow = {**BUSY, "payment_lag": 4, "demand_warung_opak": 0.5, "order_trust_intercept": 0.9}
    week = live("none", 1, {**slow, "demand_warung_pisang": 0, "demand_warung_bolu": 0}, of=of)
    sent, sold = per_product(week, "delivered")[0, 2], per_product(week, "sold")[0, 2]
    assert sent == 2  # 3.5 a week in two orders
    assert column(week, "receipts") == sent * 3_625
    assert per_product(week, "wasted")[0, 2] == sent - sold
    assert not per_product(week, "returned").any()


@pytest.mark.parametrize(("contract", "careful"), [("titip", True), ("putus", False)])
def test_only_what_comes_back_makes_officers_careful(contract: str, careful: bool) -> None:
    """What an outlet bought and did not sell is its own affair (2.14.8, 2.14.19)."""
    of = group(outlets=outlets(warung={"contract": contract}))
    moody = {**BUSY, "order_trust_intercept": 0.9, "demand_dispersion": 0.3}
    record = live("none", 10, moody, of=of, village_class=Audited)
    assert per_product(record, "wasted").any()
    assert (per_product(record, "supply") < 1).any() == careful


def test_goods_in_stock_need_no_cash() -> None:
    """With a week's opak on the shelf, the materials of pisang and bolu suffice."""

    class Stocked(Village):
        def open_week(self) -> None:
            self.kube.stock[2] = 70
            super().open_week()

    cash = {**BUSY, "working_capital_0": 20 * 600 + 40 * 1_000}
    week = live("none", 1, cash, of=WARUNG, village_class=Stocked)
    assert per_product(week, "sold").tolist() == [[20, 40, 70, 0]]
    assert per_product(week, "made").tolist() == [[20, 40, 0, 0]]


@pytest.mark.parametrize(
    ("rule", "officer", "other"), [("equal", 30_100, 30_100), ("officer_bonus", 54_180, 24_080)]
)
def test_division_by_hand(rule: str, officer: int, other: int) -> None:
    """Rp 150,500 among five who worked alike; a fifth of it first for the one officer."""
    week = live("none", 2, {**BUSY, "division_rule": rule}, of=WARUNG, village_class=Audited)
    assert per_woman(week, "kube_income")[1, :5].tolist() == [officer, *[other] * 4]


def test_mentoring_by_hand() -> None:
    """Materials 6% cheaper for three weeks, then half of that, then a quarter."""
    plan = scenario({"kind": "mentoring", "week": 0, "weeks": 3})
    record = live(plan, 5, {**BUSY, "mentor_halflife": 1}, of=WARUNG, village_class=Audited)
    costs = [[564, 940, 2_115]] * 3 + [[582, 970, 2_182], [591, 985, 2_216]]
    expected = [20 * pisang + 40 * bolu + 70 * opak for pisang, bolu, opak in costs]
    assert column(record, "materials").tolist() == expected


def test_rain_stops_drying_and_a_rack_helps() -> None:
    """In January 0.6 of the opak dries; 35 ordered a session, 21 made."""
    rainy = group(outlets=outlets(warung={}), start="2020-01-10")
    assert per_product(live("none", 1, BUSY, of=rainy), "made").tolist() == [[20, 40, 42, 0]]
    gift = scenario({"kind": "capital_proposal", "week": 0, "donor": "kebon_jambu"})
    granted = {**BUSY, "grant_intercept": 50, "grant_delay": 0}
    tools = live(gift, 3, granted, of=rainy)
    assert column(tools, "tools").tolist()[0] == 0
    assert per_product(tools, "made").tolist()[2] == [20, 40, 70, 0]


# --- Nothing to sell, nobody to sell, nowhere to sell ---


def test_without_demand_nothing_is_sold_and_nothing_earned() -> None:
    nothing = live("package_2019_mentoring", 52, dict.fromkeys(DEMANDS, 0), village_class=Audited)
    for name in ("volume", "made", "kube_income", "receipts", "materials", "receivable"):
        assert not column(nothing, name).any(), name
    assert (column(nothing, "cash") == 300_000).all()
    assert (column(nothing, "outlets_new") >= 3)[-1]  # they agreed, and buyers stay away


def test_without_demand_the_women_leave() -> None:
    """2.15.4: a group that pays nobody must be able to die."""
    for replication in range(3):
        nothing = dict.fromkeys(DEMANDS, 0)
        two_years = live("none", 104, nothing, luck=Luck(0, 0, replication))
        assert column(two_years, "members")[-1] < 10


@pytest.mark.parametrize("min_crew", [0, 5])
def test_without_members_nothing_happens(min_crew: int) -> None:
    empty = {"n_members": 0, "n_officers": 0, "min_crew": min_crew}
    nobody = live("package_2019_mentoring", 52, empty, village_class=Audited)
    for name in ("volume", "made", "kube_income", "household_income", "members", "kube_hours"):
        assert not column(nobody, name).any(), name
    assert np.isfinite(column(nobody, "income_gini")).all()
    assert len(nobody.women) == 0


def test_without_outlets_nothing_is_sold() -> None:
    plan = scenario({"kind": "fgd", "week": 0}, {"kind": "mentoring", "week": 0, "weeks": 20})
    steady = {"core_failure_hazard": 0, "illness_hazard": 0, "exit_hazard": 0}
    alone = live(plan, 30, steady, of=group(outlets=[]), village_class=Audited)
    for name in ("volume", "made", "kube_income", "outlets_active", "trips"):
        assert not column(alone, name).any(), name
    assert column(alone, "attendance").mean() > 0.3  # the women still meet
    assert set(column(alone, "binding")) <= {Binding.NO_SESSION, Binding.DEMAND}


def test_without_money_nothing_is_made() -> None:
    broke = {"working_capital_0": 0, "payment_lag": 0}
    poor = live("none", 20, broke, village_class=Audited)
    assert not column(poor, "made").any()
    held = ~np.isnan(column(poor, "attendance"))
    assert (column(poor, "binding")[held] == Binding.CASH).all()


def test_too_few_women_are_dormant() -> None:
    four = {"n_members": 4, "n_officers": 4, "join_hazard": 0}
    few = live("none", 20, four, village_class=Audited)
    assert np.isnan(column(few, "attendance")).all()
    assert not column(few, "made").any()
    more = live("none", 20, {**four, "join_hazard": 1, "exit_hazard": 0}, village_class=Audited)
    assert not np.isnan(column(more, "attendance")[1:]).any()  # a fifth came in week 0
    assert column(more, "members").tolist() == [5, 6, 7, *[8] * 17]  # twice the founders at most


def test_with_everything_at_its_low_end_production_stops() -> None:
    lowest = plausible(dict.fromkeys(DRAWN, 0.0))
    for name in ("none", "package_2019"):
        found = live(name, 52, lowest, village_class=Audited)
        assert not column(found, "volume").any()
        assert not column(found, "kube_income").any()


# --- Trust whose path is known ---


def trust_of(record: Record) -> list[float]:
    return per_outlet(record, "trust")[:, 0].tolist()


def test_pinned_trust_keeps_orders_constant() -> None:
    """Nothing learned and nothing forgotten: the outlet takes the same share for ever."""
    pinned = {
        **CALM,
        "trust_gain": 0,
        "trust_memory": 1,
        "order_step": 0,
        "working_capital_0": 2_000_000,
        "demand_warung_pisang": 40,
        "drop_unsold": 1,
    }
    record = live("none", 30, pinned, of=WARUNG, village_class=Audited)
    assert len(set(trust_of(record))) == 1
    assert len(set(per_outlet(record, "ordered")[:, 0])) == 1


def test_trust_of_an_old_tie_follows_the_closed_form() -> None:
    """r after n good weeks: 8 L^n + (1 - L^n) / (1 - L); T = (r + 4 a) / (r + 4)."""
    smooth = {**CALM, "hearsay_weight": 0, "working_capital_0": 2_000_000, "drop_unsold": 1}
    found = trust_of(live("none", 30, smooth, of=WARUNG))
    good, exact = 8.0, []
    for _ in range(30):
        good = 0.98 * good + 1
        exact.append((good + 4 * 0.45) / (good + 0.0 + 4))
    assert found == exact
    n = np.arange(1, 31)
    r = 8 * 0.98**n + (1 - 0.98**n) / (1 - 0.98)
    assert found == pytest.approx((r + 1.8) / (r + 4))


def test_trust_of_a_new_tie_follows_the_closed_form() -> None:
    """A stranger at its base rate; good weeks count double for four weeks after the visit."""
    of = group(outlets=outlets(baru={"initial": False, "place": "outside"}))
    visit = scenario({"kind": "negotiation", "week": 3, "outlet": "baru"})
    smooth = {
        **CALM,
        "accept_intercept": 50,
        "hearsay_weight": 0,
        "working_capital_0": 2_000_000,
        "drop_unsold": 1,
    }
    record = live(visit, 30, smooth, of=of)
    good, exact = 0.0, [0.3] * 3
    for week in range(3, 30):
        good = 0.98 * good + (2 if week < 7 else 1)
        exact.append((good + 4 * 0.3) / (good + 0.0 + 4))
    assert trust_of(record) == exact
    assert per_outlet(record, "status")[:, 0].tolist() == [0] * 3 + [1] * 27


def test_late_deliveries_lose_trust_by_the_closed_form_and_then_the_outlet() -> None:
    """Four late weeks in a row: 2.5 bad events each, then the outlet stops."""
    late = {**CALM, "delivery_fail_prob": 1, "fail_skill_intercept": 2, "hearsay_weight": 0}
    record = live("none", 8, {**late, "reopen_prob": 0}, of=WARUNG)
    good, bad, exact = 8.0, 0.0, []
    for week in range(8):
        good, bad = 0.98 * good, 0.98 * bad
        bad += 2.5 if week < 4 else 0
        exact.append((good + 1.8) / (good + bad + 4))
    assert trust_of(record) == exact
    assert per_outlet(record, "status")[:, 0].tolist() == [1] * 3 + [2] * 5
    assert column(record, "late").tolist() == [1] * 4 + [0] * 4


def test_unsold_goods_lose_the_outlet_and_no_trust() -> None:
    """Four weeks in a row with too much left count towards stopping only (2.14.12)."""
    fussy = {**CALM, "drop_unsold": 0, "demand_dispersion": 0.5, "reopen_prob": 0}
    record = live("none", 12, {**fussy, "working_capital_0": 2_000_000}, of=WARUNG)
    served = per_outlet(record, "status")[:, 0] == Status.PARTNER
    wasted = per_outlet(record, "wasted")[:, 0] > 0
    assert wasted[:4].all(), "the luck of this run changed: choose another"
    assert served.tolist() == [True] * 3 + [False] * 9
    trust = trust_of(record)
    assert trust[0] < trust[1] < trust[2] < trust[3]
    patient = live(
        "none", 12, {**fussy, "drop_unsold": 1, "working_capital_0": 2_000_000}, of=WARUNG
    )
    assert per_outlet(patient, "status").all()


def test_a_tie_opens_again_with_half_of_the_bad_evidence() -> None:
    """Late for four weeks, a week of repair, open again at the end of week 5, late again."""
    late = {**CALM, "delivery_fail_prob": 1, "fail_skill_intercept": 2, "hearsay_weight": 0}
    again = {**late, "repair_weeks": 1, "reopen_prob": 1, "trust_memory": 1, "drop_threshold": 0}
    record = live("none", 10, again, of=WARUNG)
    bad = [2.5, 5, 7.5, 10, 10, 5, 7.5, 10, 12.5, 15]
    assert trust_of(record) == pytest.approx([(8 + 1.8) / (8 + b + 4) for b in bad])
    assert per_outlet(record, "status")[:, 0].tolist() == [1, 1, 1, 2, 2, 1, 1, 1, 1, 2]


def test_an_outlet_that_was_never_served_does_not_judge() -> None:
    """Promised to and never delivered: trust falls, yet it stops only after deliveries."""
    of = group(outlets=outlets(baru={"initial": False}))
    visit = scenario({"kind": "negotiation", "week": 0, "outlet": "baru"})
    # Officers follow the invitation to visit; to sessions nobody comes.
    nobody = {**CALM, "attend_intercept": -25, "invite_logodds": 50, "accept_intercept": 50}
    record = live(visit, 12, nobody, of=of, village_class=Audited)
    assert trust_of(record)[-1] < 0.25
    assert (per_outlet(record, "status") == Status.PARTNER).all()
    assert (column(record, "binding") == Binding.HANDS).all()


def test_an_announced_stop_is_one_bad_event() -> None:
    """The core is down from week 1 on (2.14.12, 2.15.3)."""
    down = {
        **CALM,
        "core_failure_hazard": 1,
        "core_terminal_prob": 0,
        "repair_weeks": 12,
        "repair_relief": 0,
        "hearsay_weight": 0,
        "working_capital_0": 2_000_000,
        "drop_unsold": 1,
    }
    record = live("none", 8, down, of=WARUNG, village_class=Audited)
    good, bad, exact = 8.0, 0.0, []
    for week in range(8):
        good, bad = 0.98 * good + (week == 0), 0.98 * bad + 2.5 * (week == 1)
        exact.append((good + 1.8) / (good + bad + 4))
    assert trust_of(record) == pytest.approx(exact, abs=1e-12)
    assert column(record, "core_up").tolist() == [0] * 8  # it fails at the end of week 0
    assert np.isnan(column(record, "attendance")[1:]).all()


def test_officers_stop_serving_the_least_and_resume_it() -> None:
    """Short twice: the smaller warung waits; a week with hours to spare, and it is served again."""

    class ShortTwice(Village):
        def ties(self) -> None:
            if self.week == 3:
                self.kube.short_weeks = 2
            super().ties()

    of = group(outlets=outlets(besar={}, kecil={"size": {"value": 0.5}}))
    ample = {**BUSY, "n_members": 20, "trust_gain": 1, "order_trust_intercept": 0.2}
    record = live("none", 6, ample, of=of, village_class=ShortTwice)
    assert per_outlet(record, "status").tolist() == [[1, 1]] * 3 + [[1, 3]] + [[1, 1]] * 2
    delivered = per_outlet(record, "delivered")
    assert (delivered[[0, 1, 2, 3, 5]] > 0).all()
    assert delivered[4, 1] == 0
    trust = per_outlet(record, "trust")
    assert trust[3, 1] < trust[2, 1] == trust[2, 0] < trust[3, 0]  # it minds


def test_officers_short_of_hands_serve_fewer() -> None:
    tired = {**BUSY, "session_hours": 1, "delivery_hours_outlet": 0.8}
    of = group(outlets=outlets(besar={}, kecil={"size": {"value": 0.5}}))
    record = live("none", 3, tired, of=of, village_class=Audited)
    assert per_outlet(record, "status").tolist() == [[1, 1], [1, 3], [1, 3]]


def test_the_core_works_again_after_its_repair() -> None:
    class Once(Village):
        def people(self) -> None:
            if self.week == 0:
                super().people()
            elif self.kube.core_down:
                self.kube.may_break()

    down = {**CALM, "core_failure_hazard": 1, "core_terminal_prob": 0, "repair_weeks": 3}
    record = live("none", 8, {**down, "repair_relief": 0}, of=WARUNG, village_class=Once)
    assert np.isnan(column(record, "attendance")).tolist() == [False] + [True] * 3 + [False] * 4


def test_a_group_that_has_ended_stays_ended_and_gets_nothing() -> None:
    end = {
        "core_failure_hazard": 1,
        "core_terminal_prob": 1,
        "core_mentor_relief": 0,
        "norm_init": 0,
    }
    grant = {"grant_intercept": 50, "grant_delay": 2, "budget_intercept": 50, "legality_delay": 2}
    record = live("package_2019_mentoring", 52, {**end, **grant}, village_class=Audited)
    for name in ("made", "grants_rp", "dana_desa_rp", "tools", "legal", "outlets_new"):
        assert not column(record, name)[1:].any(), name
    assert (column(record, "intervention_cost_rp") == 350_000 + 75_000).all()  # week 0 only


def test_nothing_befalls_a_group_that_has_ended_but_what_it_is_owed() -> None:
    """No office, no leaving, no closing, no dear flour; only who owes pays late, and pays."""
    end = {
        "core_failure_hazard": 1, "core_terminal_prob": 1, "norm_init": 0, "n_officers": 6,
        "exit_hazard": 0.2, "closure_hazard": 1, "late_payment_prob": 1, "price_shock_hazard": 1,
        "illness_hazard": 0.2, "payment_lag": 3,
    }  # fmt: skip
    shocks = [
        {"kind": "outlet_closure", "week": 8, "weeks": 2, "outlet": "warung_lama"},
        {"kind": "ingredient_price", "week": 8, "weeks": 2, "ingredient": "flour", "size": 1},
        {"kind": "late_payment", "week": 20, "weeks": 2},
    ]
    last = live(scenario(shocks=shocks), 40, {**end, "late_payment_prob": 0})
    assert weeks_of(last, "group_ended") == [0]
    after = {each.kind for each in told(last) if each.week > 0}
    assert after == {"illness"}  # women still work in the fields
    assert column(last, "receipts")[1:3].all() and not column(last, "receivable")[2:].any()
    assert len(set(column(last, "members").tolist()[1:])) == 1
    late = live("none", 40, end)
    owing = [each.subject for each in told(late, "late_payment") if each.week > 0]
    assert set(owing) == {"warung_lama", "kantin_pesantren_lama"}


# --- Ties that existed before week 0 ---


def test_old_ties_may_be_among_the_five() -> None:
    partners = {
        choice: Village(setting(1, {"initial_outlets": choice}), shipped("none")).partners
        for choice in ("distinct", "among_the_five")
    }
    assert {o.id for o in partners["distinct"]} == {"warung_lama", "kantin_pesantren_lama"}
    assert {o.id for o in partners["among_the_five"]} == {"warung_amat", "pesantren_al_mubarakah"}


@pytest.mark.parametrize("number", [0, 1, 2])
def test_any_number_of_old_ties(number: int) -> None:
    village = Village(setting(1, {"n_outlets_init": number}), shipped("none"))
    assert len(village.partners) == number


def test_each_old_tie_stands_for_another_of_the_five() -> None:
    five = {"initial_outlets": "among_the_five"}
    two = outlets(lama_1={}, lama_2={}, baru_1={"initial": False}, baru_2={"initial": False})
    village = Village(setting(1, five, group(outlets=two)), shipped("none"))
    assert {outlet.id for outlet in village.partners} == {"baru_1", "baru_2"}
    village = Village(setting(1, five, WARUNG), shipped("none"))
    assert [outlet.status for outlet in village.outlets] == [Status.PARTNER]


# --- Support whose outcome is known ---


def test_whoever_is_sure_to_agree_agrees() -> None:
    sure = live("package_2019", 16, {"accept_intercept": 50, "core_failure_hazard": 0})
    assert column(sure, "outlets_new").tolist()[3:9] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(("second", "visits"), [(True, 2), (False, 1)])
def test_a_refusing_outlet_is_visited_once_more(second: bool, visits: int) -> None:
    never: dict[str, Value] = {"accept_intercept": -50, "revisit_weeks": 4}
    plan = {"kind": "negotiation", "week": 3, "outlet": "warung_amat", "second_visit": second}
    record = live(scenario(plan), 16, never)
    refused = weeks_of(record, "refused")
    assert refused == [3, 7][:visits]
    assert column(record, "intervention_cost_rp")[-1] == visits * 50_000


@pytest.mark.parametrize(("again", "decisions"), [(True, 2), (False, 1)])
def test_a_rejected_proposal_is_handed_in_once_more(again: bool, decisions: int) -> None:
    never: dict[str, Value] = {"grant_intercept": -50, "grant_delay": 0, "resubmit_weeks": 4}
    plan = {"kind": "capital_proposal", "week": 3, "donor": "kebon_jambu", "resubmit": again}
    record = live(scenario(plan), 20, never)
    rejected = weeks_of(record, "proposal_rejected")
    assert rejected == [4, 9][:decisions]
    assert column(record, "proposals_submitted")[-1] == decisions


def test_village_money_comes_in_the_first_half_of_the_next_year() -> None:
    """Pattern V5: asked for by 30 September 2019, paid from January to June 2020."""
    granted = {"budget_intercept": 50, "core_failure_hazard": 0, "burn_in_weeks": 0}
    for replication in range(6):
        record = live("only_audience", 60, granted, luck=Luck(0, 0, replication))
        paid = column(record, "dana_desa_rp")
        weeks = weeks_of(record, "dana_desa")
        assert len(weeks) == 1 and 18 <= weeks[0] <= 44
        assert (paid[: weeks[0]] == 0).all() and (paid[weeks[0] :] == 9_340_000).all()
        assert column(record, "tools")[-1] == pytest.approx(0.95)


@pytest.mark.parametrize(("late", "paid"), [(0, 0), (1, 9_340_000)])
def test_a_late_request_waits_for_another_year(late: float, paid: int) -> None:
    plan = scenario({"kind": "audience", "week": 10, "requests": ["tools"]})
    granted = {"budget_intercept": 50, "core_failure_hazard": 0, "budget_late_prob": late}
    assert column(live(plan, 52, granted), "dana_desa_rp")[-1] == paid


def test_every_day_of_the_half_year_can_be_pay_day() -> None:
    village = Village(setting(60), shipped("none"))
    village.week = 18  # 27 December 2019 to 2 January 2020
    assert village.payment_week(1e-9) == 18
    assert village.payment_week(1 - 1e-9) == 44  # 26 June to 2 July 2020


# --- Every parameter, one at a time ---

EVENTFUL_START = scenario(
    {"kind": "fgd", "week": 0},
    {"kind": "proposal_training", "week": 1},
    {"kind": "audience", "week": 1, "requests": ["legality", "tools"]},
    {"kind": "capital_proposal", "week": 2, "donor": "kebon_jambu"},
    {"kind": "negotiation", "week": 2, "outlet": "warung_amat"},
    {"kind": "negotiation", "week": 3, "outlet": "pesantren_assanusi"},
    {"kind": "mentoring", "week": 4, "weeks": 5},
)
SHORT: Mapping[str, Value] = {"burn_in_weeks": 2, "grant_delay": 4}
USED = list(REGISTER)


@pytest.mark.parametrize("name", USED)
def test_every_parameter_at_both_ends(name: str) -> None:
    row = REGISTER[name]
    ends = row.choices or {row.low, row.high}
    for value in ends:
        changed = {**SHORT, name: value}
        found = live(EVENTFUL_START, 20, changed, village_class=Audited)
        assert np.isfinite(column(found, "net_income")).all()


def test_all_parameters_at_their_high_ends() -> None:
    highest = plausible(dict.fromkeys(DRAWN, 1.0))
    found = live("package_2019_mentoring", 52, highest, village_class=Audited)
    assert column(found, "volume").any()
