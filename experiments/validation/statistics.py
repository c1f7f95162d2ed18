"""What the patterns are about, one function a number: of one village, from its runs.

The theory sheet (section 3) says what each is to be. nan where a village gives nothing to judge.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.validation.estimates import Estimate, mean, quantile, ratio, share
from experiments.validation.laboratory import (
    OWN_KINDS,
    Laboratory,
    Numbers,
    Runs,
    moved,
    planned,
    shipped,
)
from sim.parameters import MONTHS, Value
from sim.quantiles import negative_binomial
from sim.rules import trust
from sim.rules.work import Binding
from sim.scenario import Scenario
from sim.state import Status

FIRST_CYCLE, PACKAGE, SUPPORTED = "none", "package_2019", "package_2019_norms_mentoring"
PAPER_PLANS = (PACKAGE, SUPPORTED)  # they name the partners of the paper's group
STUDY_END = 16  # week; assumed (X22)
NEW_YEAR = 18  # the week that holds 1 January 2020
RAMADAN = slice(35, 39)  # the whole weeks of fasting in 2020, with their school breaks
BEFORE_RAMADAN = slice(31, 35)
CHRISTMAS, TERM = 18, slice(12, 17)  # a week of school holiday; weeks of term before it

# --- V1 to V3: income and agreements -------------------------------------------------------------


def _before_and_after(runs: Runs) -> Numbers:
    """[run] KUBE income of weeks 12-15 over that of weeks 0-3."""
    income = runs["kube_income"]
    return ratio(income[:, 12:16].mean(1), income[:, 0:4].mean(1))


def flat(lab: Laboratory) -> Estimate:
    """Share of runs without activities whose income changes by a quarter at most.

    A group that earns nothing before and after has no income that could change.
    """
    runs = lab.run(FIRST_CYCLE)
    earned = runs["kube_income"][:, [*range(4), *range(12, 16)]].sum(1) > 0
    change = _before_and_after(runs)[earned] - 1
    return share(np.abs(np.nan_to_num(change, nan=np.inf)) <= 0.25)


def _whole(runs: Runs) -> Numbers:
    """[run] whether the core never fails before the study ends."""
    return runs["core_up"][:, :STUDY_END].min(1) > 0


def slow_rise(lab: Laboratory) -> Estimate:
    """Median ratio of income after to before, among runs without a failure of the core."""
    runs = lab.run(PACKAGE)
    return quantile(_before_and_after(runs)[_whole(runs).astype(bool)], 0.5)


def no_jump(lab: Laboratory) -> Estimate:
    """Share of those runs whose 3-week mean never rises by 60 percent from week to week."""
    runs = lab.run(PACKAGE)
    income = runs["kube_income"][_whole(runs).astype(bool)]
    smooth = (income[:, :-2] + income[:, 1:-1] + income[:, 2:])[:, 1:13]  # ends in weeks 3-14
    rises = ratio(smooth[:, 1:], smooth[:, :-1]) - 1
    return share(np.nan_to_num(rises, nan=np.inf).max(1) < 0.6)


def _agreements(lab: Laboratory, scenario: str) -> Numbers:
    """[run] outlets that take goods at the study's end and were strangers in week 0."""
    runs = lab.run(scenario)
    status = runs.outlets("status")
    new = (status[:, STUDY_END] == Status.PARTNER) & (status[:, 0] == Status.STRANGER)
    return np.asarray(new.sum(1), float)


def agreements(lab: Laboratory) -> Estimate:
    """Median number of new agreements at the study's end."""
    return quantile(_agreements(lab, PACKAGE), 0.5)


def few_agreements(lab: Laboratory) -> Estimate:
    """Their lower quartile."""
    return quantile(_agreements(lab, PACKAGE), 0.25)


def many_agreements(lab: Laboratory) -> Estimate:
    """Their upper quartile."""
    return quantile(_agreements(lab, PACKAGE), 0.75)


def no_agreements(lab: Laboratory) -> Estimate:
    """Mean number without any visit."""
    return mean(_agreements(lab, FIRST_CYCLE))


# --- V4, V5: money from outside ------------------------------------------------------------------


def submitted(lab: Laboratory) -> Estimate:
    """Share of runs with a proposal handed in at the study's end."""
    return share(lab.run(PACKAGE)["proposals_submitted"][:, STUDY_END] > 0)


def answered(lab: Laboratory) -> Estimate:
    """Share of runs with a grant at the study's end."""
    return share(lab.run(PACKAGE)["grants_rp"][:, STUDY_END] > 0)


def _dana_desa(lab: Laboratory, audience: int, by: int) -> Estimate:
    plan = moved(shipped(PACKAGE, lab.group), "audience", audience)
    return share(lab.run(plan)["dana_desa_rp"][:, by] > 0)


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
                 if not each.initial and each.kind not in OWN_KINDS]  # fmt: skip
    plain = shipped(FIRST_CYCLE, lab.group)
    shares: dict[bool, list[Numbers]] = {True: [], False: []}
    for _, outlet in strangers:
        visit = {"kind": "negotiation", "week": 4, "outlet": outlet.id, "second_visit": False}
        runs = lab.run(planned(plain, visit))
        index = runs.setting.outlet_ids.index(outlet.id)
        first = runs.firsts(index, "accepted", "refused")
        shares[outlet.place == "outside"].append(first[first != None] == "accepted")  # noqa: E711
    if not all(sum(map(len, side)) for side in shares.values()):
        return Estimate(np.nan, np.nan)
    outside, inside = (share(np.concatenate(shares[side]).astype(float)) for side in (True, False))
    return Estimate(outside.value - inside.value, float(np.hypot(outside.error, inside.error)))


def nothing_outside(lab: Laboratory) -> Estimate:
    """Share of runs without activities that sell nothing outside the village."""
    return share(lab.run(FIRST_CYCLE)["volume_outside"].sum(1) == 0)


def same_products(lab: Laboratory) -> Estimate:
    """Share of runs, without activities and with the package, with as many products as before."""
    usual = sum(not product.potential for product in lab.group.products)
    runs = [lab.run(name)["products"][:, -1] for name in (FIRST_CYCLE, PACKAGE)]
    return share(np.concatenate(runs) == usual)


def new_products(lab: Laboratory) -> Estimate:
    """Mean number of products after two trainings in making them."""
    training = {"kind": "product_training", "week": 2, "repeat": {"every": 13, "times": 2}}
    return mean(lab.run(planned(shipped(FIRST_CYCLE, lab.group), training))["products"][:, -1])


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
    change = mean(late - early)
    return Estimate(change.value / early.mean(), change.error / early.mean())


def norms_stop_it(lab: Laboratory) -> Estimate:
    """Attendance of weeks 40-51 with norms and a mentor less that without activities."""
    both = (_attendance(lab, name) for name in (SUPPORTED, FIRST_CYCLE))
    supported, alone = (np.nan_to_num(came[:, 40:]).mean(1) for came in both)
    return mean(supported - alone)


def an_fgd_revives(lab: Laboratory) -> Estimate:
    """Attendance of weeks 31-34 with an FGD in week 30 less that without it."""
    fgd = {"kind": "fgd", "week": 30}
    plain = shipped(FIRST_CYCLE, lab.group)
    both = (_attendance(lab, each) for each in (planned(plain, fgd), plain))
    met, alone = (np.nan_to_num(came[:, 31:35]).mean(1) for came in both)
    return mean(met - alone)


# --- V10, V11: trade -----------------------------------------------------------------------------


CANTEENS, OTHERS = ("pesantren", "school"), ("warung", "market", "online")


def _trade(lab: Laboratory, kinds: Sequence[str], now: slice, before: slice) -> Estimate:
    """What partners of these kinds sell a week in `now`, against `before`; over runs that sold."""
    runs = lab.run(PACKAGE)
    chosen = np.array([outlet.kind in kinds for outlet in lab.group.outlets])
    sold = runs.outlets("sold")[:, :, chosen].sum(2)
    return mean(ratio(sold[:, now].mean(1), sold[:, before].mean(1)))


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
    return quantile(usual, 0.5)


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
    plain = shipped(PACKAGE, lab.group)

    def held(week: int) -> Numbers:
        runs = lab.run(moved(plain, "audience", week))
        return runs["kube_income"][:, 23:27].mean(1)

    before, after = held(1), held(10)
    change, usual = mean(before - after), after.mean()
    if usual <= 0:
        return Estimate(np.nan, np.nan)
    return Estimate(change.value / usual, change.error / usual)


def training_first(lab: Laboratory) -> Estimate:
    """Chance of a grant when the proposal comes after the training, less when before."""
    plain = shipped(FIRST_CYCLE, lab.group)
    donor = next(each.id for each in lab.group.donors if each.kind == "pesantren")
    training = {"kind": "proposal_training", "week": 2}

    def asked(week: int) -> Estimate:
        proposal = {"kind": "capital_proposal", "week": week, "donor": donor, "resubmit": False}
        runs = lab.run(planned(plain, training, proposal), 104)
        return mean(runs.values("grant", "proposal_rejected"))

    late, early = asked(3), asked(1)
    return Estimate(late.value - early.value, float(np.hypot(late.error, early.error)))


def the_house_fails(lab: Laboratory) -> Estimate:
    """Share of the volume that is lost while the woman of the house is ill for three weeks."""
    plain = shipped(FIRST_CYCLE, lab.group)
    ill = {"kind": "officer_illness", "week": 10, "weeks": 3}
    both = (lab.run(each)["made"] for each in (planned(plain, shocks=[ill]), plain))
    without_her, usual = (made[:, 10:13].sum(1) for made in both)
    return mean(1 - ratio(without_her, usual))


def _one_partner_out(lab: Laboratory) -> tuple[Numbers, Numbers]:
    """[week] mean volume with one of the partners closed for four weeks from week 22, and without.

    Each outlet of the package in turn, in the runs in which it is a partner then.
    """
    plain = shipped(PACKAGE, lab.group)
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
    return mean(1 - ratio(lost, kept))


def one_tie_breaks(lab: Laboratory) -> Estimate:
    """Share of the sales of weeks 20-25 that hangs on one tie, mean of the partners then."""
    runs = lab.run(PACKAGE)
    partners = runs.outlets("status")[:, 20:26] == 1
    lost = np.where(partners, runs.outlets("loss_if_lost")[:, 20:26], 0).sum((1, 2))
    return mean(ratio(lost, partners.sum((1, 2)).astype(float)))


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
    return mean(ratio(((binding == Binding.DEMAND) & held).sum(1) * 1.0, held.sum(1) * 1.0))


def pays_less_than_fields(lab: Laboratory) -> Estimate:
    """Pay of an hour in the group over that of an hour in the fields, with the package."""
    runs, p = lab.run(PACKAGE), lab.p
    hours = runs["kube_hours"].sum(1)
    return mean(ratio(runs["kube_income"].sum(1), hours) / (p.farm_wage_day / p.farm_hours_day))
