"""The patterns V1 to V13 of the theory sheet (section 3), and a few that are not on its list.

A check is one number with a tolerance: what it is in one village, and how sure (Monte Carlo). Its
`kind` says what it is worth. *assumed*: it restates an input, and can be no evidence. *emergent*:
nothing in the model says it. Its knock-out is the same village without the mechanism that should
bring it about; where the knock-out passes as well, the check is no evidence either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np

from experiments.validation.laboratory import (
    Laboratory,
    Numbers,
    Runs,
    planned,
    shipped,
)
from sim.parameters import MONTHS, Value
from sim.quantiles import negative_binomial
from sim.rules import trust
from sim.rules.work import Binding
from sim.scenario import Scenario

Kind = Literal["assumed", "calibrated", "emergent"]
FIRST_CYCLE, PACKAGE, SUPPORTED = (
    "none",
    "package_2019",
    "package_2019_norms_mentoring",
)  # S0 S1 S1+
STUDY_END = 16  # week; assumed (X22)
NEW_YEAR = 18  # the week that holds 1 January 2020
RAMADAN = slice(36, 39)  # whole weeks of fasting in 2020, with schools open again
BEFORE_RAMADAN = slice(31, 35)
CHRISTMAS, TERM = 18, slice(12, 17)  # a week of school holiday; weeks of term before it


class Estimate(NamedTuple):
    """A number and its Monte Carlo standard error; both nan where there is nothing to judge."""

    value: float
    error: float


Measure = Callable[[Laboratory], Estimate]
KnockOut = Callable[[Laboratory], Laboratory]


@dataclass(frozen=True)
class Check:
    """One statistic of a pattern: it holds when `low` <= value <= `high`."""

    id: str
    kind: Kind
    source: Literal["paper", "literature", "theory"]
    low: float
    high: float
    measure: Measure
    knock_out: KnockOut | None = None

    def holds(self, value: float) -> float:
        """1 when a value is within the tolerance, 0 when not, nan when there is none."""
        return np.nan if np.isnan(value) else float(self.low <= value <= self.high)


# --- Numbers of runs -----------------------------------------------------------------------------


def _mean(values: Numbers) -> Estimate:
    values = values[~np.isnan(values)]
    if len(values) == 0:
        return Estimate(np.nan, np.nan)
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return Estimate(float(values.mean()), float(error))


def _quantile(values: Numbers, share: float) -> Estimate:
    """A quantile; its error from the order statistics one standard error to either side."""
    values = values[~np.isnan(values)]
    if len(values) == 0:
        return Estimate(np.nan, np.nan)
    step = np.sqrt(share * (1 - share) / len(values))
    low, high = np.quantile(values, np.clip([share - step, share + step], 0, 1))
    return Estimate(float(np.quantile(values, share)), float((high - low) / 2))


def _share(true: Numbers) -> Estimate:
    """A share of runs; its error as if one more run had gone each way (Agresti and Coull 1998)."""
    n = len(true)
    if n == 0:
        return Estimate(np.nan, np.nan)
    smooth = (true.sum() + 2) / (n + 4)
    return Estimate(float(true.mean()), float(np.sqrt(smooth * (1 - smooth) / (n + 4))))


def _ratio(top: Numbers, bottom: Numbers) -> Numbers:
    """Element by element; nan where nothing can be divided."""
    return np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)


# --- Knock-outs ----------------------------------------------------------------------------------


def _set(**settings: Value) -> KnockOut:
    return lambda lab: lab.without(settings)


def _without(kind: str) -> KnockOut:
    """Plans of a kind do nothing."""

    def edit(scenario: Scenario) -> Scenario:
        kept = [
            plan.model_copy(update={"effective": plan.effective and plan.kind != kind})
            for plan in scenario.interventions
        ]
        return scenario.model_copy(update={"interventions": tuple(kept)})

    return lambda lab: lab.without({}, edit)


def _all_at_once(scenario: Scenario) -> Scenario:
    """Every visit in one week."""
    kept = [
        plan.model_copy(update={"week": 4}) if plan.kind == "negotiation" else plan
        for plan in scenario.interventions
    ]
    return scenario.model_copy(update={"interventions": tuple(kept)})


def _calendar_off(lab: Laboratory) -> Laboratory:
    """No fasting trade, no school breaks; the two days of Idul Fitri stay."""
    plain = type(lab.group.calendar)(clock=lab.group.calendar.clock)
    trade: Mapping[str, Value] = {
        "ramadan_canteen_mult": 1, "ramadan_takjil_mult": 1, "lebaran_mult": 1
    }  # fmt: skip
    return lab.without(trade, group=lab.group.model_copy(update={"calendar": plain}))


def _at_once(lab: Laboratory) -> Laboratory:
    """Orders whatever the trust, every visit in one week and agreed to, and money enough."""
    sure: Mapping[str, Value] = {
        "order_trust_intercept": 1, "new_tie_order_share": 1, "accept_intercept": 50,
        "working_capital_0": 5_000_000,
    }  # fmt: skip
    return lab.without(sure, _all_at_once)


def _two_houses(lab: Laboratory) -> Laboratory:
    """The balai desa is lent all the time."""
    hall = {"kind": "facility", "week": 0, "weeks": 52}
    return lab.without({}, lambda scenario: planned(scenario, hall))


# --- V1 to V3: income and agreements -------------------------------------------------------------


def _before_and_after(runs: Runs) -> Numbers:
    """[run] KUBE income of weeks 12-15 over that of weeks 0-3."""
    income = runs["kube_income"]
    return _ratio(income[:, 12:16].mean(1), income[:, 0:4].mean(1))


def flat(lab: Laboratory) -> Estimate:
    """Share of runs without activities whose income changes by a quarter at most."""
    change = _before_and_after(lab.run(FIRST_CYCLE)) - 1
    return _share(np.abs(np.nan_to_num(change, nan=np.inf)) <= 0.25)


def _whole(runs: Runs) -> Numbers:
    """[run] whether the core never fails before the study ends."""
    return runs["core_up"][:, :STUDY_END].min(1) > 0


def slow_rise(lab: Laboratory) -> Estimate:
    """Median ratio of income after to before, among runs without a failure of the core."""
    runs = lab.run(PACKAGE)
    return _quantile(_before_and_after(runs)[_whole(runs).astype(bool)], 0.5)


def no_jump(lab: Laboratory) -> Estimate:
    """Share of those runs whose 3-week mean never rises by 60 percent from week to week."""
    runs = lab.run(PACKAGE)
    income = runs["kube_income"][_whole(runs).astype(bool)]
    smooth = (income[:, :-2] + income[:, 1:-1] + income[:, 2:])[:, 1:13]  # ends in weeks 3-14
    rises = _ratio(smooth[:, 1:], smooth[:, :-1]) - 1
    return _share(np.nan_to_num(rises, nan=np.inf).max(1) < 0.6)


def _agreements(lab: Laboratory, scenario: str) -> Numbers:
    return lab.run(scenario)["outlets_new"][:, STUDY_END]


def agreements(lab: Laboratory) -> Estimate:
    """Median number of new agreements at the study's end."""
    return _quantile(_agreements(lab, PACKAGE), 0.5)


def few_agreements(lab: Laboratory) -> Estimate:
    """Their lower quartile."""
    return _quantile(_agreements(lab, PACKAGE), 0.25)


def many_agreements(lab: Laboratory) -> Estimate:
    """Their upper quartile."""
    return _quantile(_agreements(lab, PACKAGE), 0.75)


def no_agreements(lab: Laboratory) -> Estimate:
    """Mean number without any visit."""
    return _mean(_agreements(lab, FIRST_CYCLE))


# --- V4, V5: money from outside ------------------------------------------------------------------


def submitted(lab: Laboratory) -> Estimate:
    """Share of runs with a proposal handed in at the study's end."""
    return _share(lab.run(PACKAGE)["proposals_submitted"][:, STUDY_END] > 0)


def answered(lab: Laboratory) -> Estimate:
    """Share of runs with a grant at the study's end."""
    return _share(lab.run(PACKAGE)["grants_rp"][:, STUDY_END] > 0)


def _dana_desa(lab: Laboratory, audience: int, by: int) -> Estimate:
    plain = shipped(PACKAGE, lab.group.id)
    moved = [
        plan.model_copy(update={"week": audience}) if plan.kind == "audience" else plan
        for plan in plain.interventions
    ]
    plan = plain.model_copy(update={"interventions": tuple(moved)})
    return _share(lab.run(plan)["dana_desa_rp"][:, by] > 0)


def cash_this_year(lab: Laboratory) -> Estimate:
    """Share of runs with village money before 2020."""
    return _dana_desa(lab, 5, NEW_YEAR - 1)


def cash_in_a_year(lab: Laboratory) -> Estimate:
    """The same within 52 weeks."""
    return _dana_desa(lab, 5, 51)


def cash_when_late(lab: Laboratory) -> Estimate:
    """The same when the audience is held in November."""
    return _dana_desa(lab, 10, 51)


# --- V6, V7: outside the village, products ------------------------------------------------------


def outside_is_harder(lab: Laboratory) -> Estimate:
    """First visits agreed to: outside the village less inside, one visit in week 4 to each."""
    strangers = [(place, each) for place, each in enumerate(lab.group.outlets)
                 if not each.initial and each.kind not in ("market", "online")]  # fmt: skip
    plain = shipped(FIRST_CYCLE, lab.group.id)
    shares: dict[bool, list[Numbers]] = {True: [], False: []}
    for _, outlet in strangers:
        visit = {"kind": "negotiation", "week": 4, "outlet": outlet.id, "second_visit": False}
        runs = lab.run(planned(plain, visit))
        index = runs.setting.outlet_ids.index(outlet.id)
        first = runs.firsts(index, "accepted", "refused")
        shares[outlet.place == "outside"].append(first[first != None] == "accepted")  # noqa: E711
    if not all(sum(map(len, side)) for side in shares.values()):
        return Estimate(np.nan, np.nan)
    outside, inside = (_share(np.concatenate(shares[side]).astype(float)) for side in (True, False))
    return Estimate(outside.value - inside.value, float(np.hypot(outside.error, inside.error)))


def nothing_outside(lab: Laboratory) -> Estimate:
    """Share of runs without activities that sell nothing outside the village."""
    return _share(lab.run(FIRST_CYCLE)["volume_outside"].sum(1) == 0)


def same_products(lab: Laboratory) -> Estimate:
    """Share of runs, without activities and with the package, with as many products as before."""
    usual = sum(not product.potential for product in lab.group.products)
    runs = [lab.run(name)["products"][:, -1] for name in (FIRST_CYCLE, PACKAGE)]
    return _share(np.concatenate(runs) == usual)


def new_products(lab: Laboratory) -> Estimate:
    """Mean number of products after two trainings in making them."""
    training = {"kind": "product_training", "week": 2, "repeat": {"every": 13, "times": 2}}
    return _mean(lab.run(planned(shipped(FIRST_CYCLE, lab.group.id), training))["products"][:, -1])


# --- V8, V9: trust and coming --------------------------------------------------------------------


def _one_failure(lab: Laboratory) -> tuple[float, float, int]:
    """Mean weekly gain over 12 good weeks, the loss of one failure, weeks until it is won back."""
    p = lab.p
    good = bad = 0.0
    levels = [trust.level(p, good, bad, p.trust_base_in_village)]
    for week in range(12 + 1 + 200):
        good, bad = trust.remembered(p, good), trust.remembered(p, bad)
        if week == 12:
            bad += trust.bad_evidence(p)
        else:
            good += trust.good_evidence(p, 0)
        levels.append(trust.level(p, good, bad, p.trust_base_in_village))
    before = levels[12]
    regained = next((w for w, level in enumerate(levels[14:], 1) if level >= before), 200)
    return (before - levels[0]) / 12, before - levels[13], regained


def regained(lab: Laboratory) -> Estimate:
    """Weeks until the trust lost in one failure is won back, after twelve good weeks."""
    return Estimate(float(_one_failure(lab)[2]), 0.0)


def faster_lost(lab: Laboratory) -> Estimate:
    """How many good weeks one failure undoes."""
    gain, loss, _ = _one_failure(lab)
    return Estimate(loss / gain if gain > 0 else np.nan, 0.0)


def _same_field_work(lab: Laboratory) -> dict[str, Value]:
    p = lab.p
    mean = sum(getattr(p, f"farm_days_{month}") for month in MONTHS) / len(MONTHS)
    return {f"farm_days_{month}": float(mean) for month in MONTHS}


def _attendance(lab: Laboratory, scenario: Scenario | str) -> Numbers:
    """[run, week] under the same field work in every week."""
    return lab.run(scenario, **_same_field_work(lab))["attendance"]


def coming_decays(lab: Laboratory) -> Estimate:
    """Attendance of weeks 40-51 against weeks 2-6, as a change, without activities."""
    came = _attendance(lab, FIRST_CYCLE)
    early, late = (np.nan_to_num(came[:, weeks]).mean(1) for weeks in (slice(2, 7), slice(40, 52)))
    change = _mean(late - early)
    return Estimate(change.value / early.mean(), change.error / early.mean())


def norms_stop_it(lab: Laboratory) -> Estimate:
    """Attendance of weeks 40-51 with norms and a mentor less that without activities."""
    both = (_attendance(lab, name) for name in (SUPPORTED, FIRST_CYCLE))
    supported, alone = (np.nan_to_num(came[:, 40:]).mean(1) for came in both)
    return _mean(supported - alone)


def an_fgd_revives(lab: Laboratory) -> Estimate:
    """Attendance of weeks 31-34 with an FGD in week 30 less that without it."""
    fgd = {"kind": "fgd", "week": 30}
    plain = shipped(FIRST_CYCLE, lab.group.id)
    both = (_attendance(lab, each) for each in (planned(plain, fgd), plain))
    met, alone = (np.nan_to_num(came[:, 31:35]).mean(1) for came in both)
    return _mean(met - alone)


# --- V10, V11: trade -----------------------------------------------------------------------------


CANTEENS, OTHERS = ("pesantren", "school"), ("warung", "market", "online")


def _trade(lab: Laboratory, kinds: Sequence[str], now: slice, before: slice) -> Estimate:
    """What partners of these kinds sell a week in `now`, against `before`; over runs that sold."""
    runs = lab.run(PACKAGE)
    chosen = np.array([outlet.kind in kinds for outlet in lab.group.outlets])
    sold = runs.outlets("sold")[:, :, chosen].sum(2)
    return _mean(_ratio(sold[:, now].mean(1), sold[:, before].mean(1)))


def fasting_canteens(lab: Laboratory) -> Estimate:
    """Sales of canteens in Ramadan against the weeks before."""
    return _trade(lab, CANTEENS, RAMADAN, BEFORE_RAMADAN)


def fasting_others(lab: Laboratory) -> Estimate:
    """Sales of all others in Ramadan against the weeks before."""
    return _trade(lab, OTHERS, RAMADAN, BEFORE_RAMADAN)


def holidays(lab: Laboratory) -> Estimate:
    """Sales of school canteens in the December holiday against the term."""
    return _trade(lab, ("school",), slice(CHRISTMAS, CHRISTMAS + 1), TERM)


def unsold(lab: Laboratory) -> Estimate:
    """Median over runs of the share of pieces that stay unsold, weeks 8-30 of the package."""
    shares = lab.run(PACKAGE)["unsold_share"][:, 8:31]
    with np.errstate(all="ignore"):
        usual = np.array([np.nan if np.isnan(run).all() else np.nanmedian(run) for run in shares])
    return _quantile(usual, 0.5)


def too_many_fritters(lab: Laboratory) -> Estimate:
    """Profit (Rp) of a day's pisang at one outlet that gets 1.3 times what it usually sells."""
    p, setting = lab.p, lab.setting(1)
    mean = float(setting.values["demand_pesantren_pisang"])
    sent = int(1.3 * mean)
    price = int(int(setting.values["price_pisang"]) * (1 - p.consign_margin))
    luck = (np.arange(4_000) + 0.5) / 4_000
    asked = np.array([negative_binomial(mean, p.demand_dispersion, u) for u in luck.tolist()])
    profit = price * np.minimum(asked, sent) - int(setting.values["cost_pisang"]) * sent
    return Estimate(float(profit.mean()), 0.0)


# --- V12, V13: order, and a knot that fails ------------------------------------------------------


def audience_first(lab: Laboratory) -> Estimate:
    """Income of weeks 23-26: audience before the visits against after them, as a change."""
    plain = shipped(PACKAGE, lab.group.id)

    def held(week: int) -> Numbers:
        moved = [
            plan.model_copy(update={"week": week}) if plan.kind == "audience" else plan
            for plan in plain.interventions
        ]
        runs = lab.run(plain.model_copy(update={"interventions": tuple(moved)}))
        return runs["kube_income"][:, 23:27].mean(1)

    before, after = held(1), held(10)
    change, usual = _mean(before - after), after.mean()
    if usual <= 0:
        return Estimate(np.nan, np.nan)
    return Estimate(change.value / usual, change.error / usual)


def training_first(lab: Laboratory) -> Estimate:
    """Chance of a grant when the proposal comes after the training, less when before."""
    plain = shipped(FIRST_CYCLE, lab.group.id)
    donor = next(each.id for each in lab.group.donors if each.kind == "pesantren")
    training = {"kind": "proposal_training", "week": 2}

    def asked(week: int) -> Estimate:
        proposal = {"kind": "capital_proposal", "week": week, "donor": donor, "resubmit": False}
        runs = lab.run(planned(plain, training, proposal), 104)
        return _mean(runs.values("grant", "proposal_rejected"))

    late, early = asked(3), asked(1)
    return Estimate(late.value - early.value, float(np.hypot(late.error, early.error)))


def the_house_fails(lab: Laboratory) -> Estimate:
    """Share of the volume that is lost while the woman of the house is ill for three weeks."""
    plain = shipped(FIRST_CYCLE, lab.group.id)
    ill = {"kind": "officer_illness", "week": 10, "weeks": 3}
    both = (lab.run(each)["made"] for each in (planned(plain, shocks=[ill]), plain))
    without_her, usual = (made[:, 10:13].sum(1) for made in both)
    return _mean(1 - _ratio(without_her, usual))


def _one_partner_out(lab: Laboratory) -> tuple[Numbers, Numbers]:
    """[week] mean volume with one of the partners closed for four weeks from week 22, and without.

    Each outlet of the package in turn, in the runs in which it is a partner then.
    """
    plain = shipped(PACKAGE, lab.group.id)
    usual = lab.run(plain)
    open_then = usual.outlets("status")[:, 21] == 1
    lost, kept = [], []
    for place, outlet in enumerate(lab.group.outlets):
        if open_then[:, place].any():
            closure = {"kind": "outlet_closure", "week": 22, "weeks": 4, "outlet": outlet.id}
            runs = lab.run(planned(plain, shocks=[closure]))
            lost.append(runs["volume"][open_then[:, place]])
            kept.append(usual["volume"][open_then[:, place]])
    nothing = np.full((1, 52), np.nan)
    return np.concatenate(lost or [nothing]), np.concatenate(kept or [nothing])


def one_partner_out(lab: Laboratory) -> Estimate:
    """Share of the volume that is lost while one partner is closed."""
    lost, kept = (volume[:, 22:26].sum(1) for volume in _one_partner_out(lab))
    return _mean(1 - _ratio(lost, kept))


def recovery(lab: Laboratory) -> Estimate:
    """Weeks until the volume is back within 5 in 100 of what it would be."""
    lost, kept = (volume.mean(0) for volume in _one_partner_out(lab))
    ratio = [lost[w : w + 3].sum() / kept[w : w + 3].sum() if kept[w : w + 3].sum() else np.nan
             for w in range(26, 50)]  # fmt: skip
    if np.isnan(ratio).all():
        return Estimate(np.nan, np.nan)
    return Estimate(float(next((w for w, r in enumerate(ratio) if r >= 0.95), 26)), np.nan)


# --- Not on the list -----------------------------------------------------------------------------


def outside_ties_bind(lab: Laboratory) -> Estimate:
    """Share of weeks with work, without activities, in which only the outlets' orders limit it."""
    binding = lab.run(FIRST_CYCLE)["binding"]
    held = binding != Binding.NO_SESSION
    return _mean(_ratio(((binding == Binding.DEMAND) & held).sum(1) * 1.0, held.sum(1) * 1.0))


def pays_less_than_fields(lab: Laboratory) -> Estimate:
    """Pay of an hour in the group over that of an hour in the fields, with the package."""
    runs, p = lab.run(PACKAGE), lab.p
    hours = runs["kube_hours"].sum(1)
    return _mean(_ratio(runs["kube_income"].sum(1), hours) / (p.farm_wage_day / p.farm_hours_day))


_NO_VISITS: Final = _without("negotiation")
_NO_PROPOSAL: Final = _without("capital_proposal")
_NO_NOISE: Final = _set(demand_dispersion=1e9)
_DECAY: Final = _set(cc_slope=1, share_freerider=0)
CHECKS: Final = (
    Check("V1", "emergent", "paper", 0.7, 1, flat, _set(tie_prior_good=0)),
    Check("V2a", "emergent", "paper", 1.2, 4, slow_rise, _at_once),
    Check("V2b", "emergent", "paper", 0.8, 1, no_jump, _at_once),
    Check("V3a", "emergent", "paper", 4, 5, agreements, _NO_VISITS),
    Check("V3b", "emergent", "paper", 3, 6, few_agreements, _NO_VISITS),
    Check("V3c", "emergent", "paper", 3, 6, many_agreements, _NO_VISITS),
    Check("V3d", "assumed", "paper", 0, 0.5, no_agreements),
    Check("V4a", "assumed", "paper", 0.9, 1, submitted, _NO_PROPOSAL),
    Check("V4b", "assumed", "paper", 0, 0.2, answered, _set(grant_delay=0)),
    Check("V5a", "assumed", "paper", 0, 0.02, cash_this_year),
    Check("V5b", "assumed", "paper", 0.1, 0.7, cash_in_a_year),
    Check("V5c", "assumed", "paper", 0, 0.2, cash_when_late, _set(budget_late_prob=1)),
    Check("V6a", "emergent", "paper", -1, -0.1, outside_is_harder, lambda lab: lab.without(
        {"accept_distance": 0, "trust_base_outside": lab.p.trust_base_in_village})),
    Check("V6b", "assumed", "paper", 0.95, 1, nothing_outside),
    Check("V7a", "assumed", "paper", 0.95, 1, same_products),
    Check("V7b", "assumed", "paper", 3.1, 3.6, new_products, _set(new_product_prob=0)),
    Check("V8a", "assumed", "literature", 5, 20, regained, _set(trust_loss_ratio=1)),
    Check("V8b", "assumed", "literature", 3, np.inf, faster_lost, _set(trust_loss_ratio=1)),
    Check("V9a", "emergent", "literature", -0.4, -0.1, coming_decays, _DECAY),
    Check("V9b", "emergent", "literature", 0.1, 1, norms_stop_it, _DECAY),
    Check("V9c", "emergent", "literature", 0.05, 1, an_fgd_revives, _DECAY),
    Check("V10a", "assumed", "literature", 0.1, 0.7, fasting_canteens, _calendar_off),
    Check("V10b", "assumed", "literature", 1.3, 3, fasting_others, _calendar_off),
    Check("V10c", "assumed", "literature", 0, 0.2, holidays, _calendar_off),
    Check("V11a", "emergent", "literature", 0.05, 0.2, unsold, _NO_NOISE),
    Check("V11b", "assumed", "literature", -np.inf, 0, too_many_fritters, _NO_NOISE),
    Check("V12a", "emergent", "paper", 0.02, np.inf, audience_first, _set(legality_prob=0)),
    Check("V12b", "assumed", "paper", 0.1, 1, training_first, _set(train_gain_proposal=0)),
    Check("V13a", "assumed", "paper", 0.8, 1, the_house_fails, _two_houses),
    Check("V13b", "emergent", "paper", 0.05, 0.35, one_partner_out),
    Check("V13c", "emergent", "literature", 0, 12, recovery),
    Check("P1", "emergent", "paper", 0.7, 1, outside_ties_bind, _set(session_hours=0.2)),
    Check("P2", "emergent", "theory", 0, 1, pays_less_than_fields, _set(price_opak=15_000)),
)  # fmt: skip
