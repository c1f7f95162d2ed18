"""The patterns V1 to V13 of the theory sheet (section 3), and a few that are not on its list.

A check is one number with a tolerance: what it is in one village, and how sure (Monte Carlo). Its
`kind` says what it is worth. *assumed*: it restates an input, and can be no evidence. *calibrated*:
numbers were chosen by it (`calibrate`), which is no evidence either. *guard*: a model that does not
pass it is broken. *emergent*: nothing in the model says it. Its knock-out is the same village
without the mechanism that should bring it about; where the knock-out passes as well, the check is
no evidence either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from experiments.validation import guards
from experiments.validation import statistics as of
from experiments.validation.estimates import Estimate
from experiments.validation.laboratory import Laboratory, moved, planned
from sim.parameters import Value
from sim.scenario import Scenario

Kind = Literal["assumed", "calibrated", "emergent", "guard"]
Measure = Callable[[Laboratory], Estimate]
KnockOut = Callable[[Laboratory], Laboratory]
NEARLY_SURE: Final = 1.96  # standard errors to either side


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
    sure: bool = False  # whether luck must be excluded, too: 0 outside the 95 percent interval

    @property
    def pattern(self) -> str:
        """The pattern it belongs to: V3 for V3a."""
        return self.id.rstrip("abcd")

    def holds(self, value: float, error: float = 0.0) -> float:
        """1 when a value is within the tolerance, 0 when not, nan when there is none."""
        if np.isnan(value):
            return np.nan
        if self.sure and not abs(value) > NEARLY_SURE * error:
            return 0.0
        return float(self.low <= value <= self.high)


# --- Knock-outs ----------------------------------------------------------------------------------


def knocked(**settings: Value) -> KnockOut:
    """The same village under other settings."""
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


def calendar_off(lab: Laboratory) -> Laboratory:
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
    return lab.without(sure, lambda scenario: moved(scenario, "negotiation", 4))


def _two_houses(lab: Laboratory) -> Laboratory:
    """The balai desa is lent all the time."""
    hall = {"kind": "facility", "week": 0, "weeks": 52}
    return lab.without({}, lambda scenario: planned(scenario, hall))


def _same_as_inside(lab: Laboratory) -> Laboratory:
    """Outlets outside are as near and as trusting at first, and none knows whom to ask."""
    as_near = {"accept_distance": 0, "accept_vouch": 0}
    return lab.without({**as_near, "trust_base_outside": lab.p.trust_base_in_village})


_NO_VISITS: Final = _without("negotiation")
_NO_PROPOSAL: Final = _without("capital_proposal")
_NO_DECREE: Final = knocked(legality_prob=0)
_NO_NOISE: Final = knocked(demand_dispersion=1e9)
_DECAY: Final = knocked(cc_slope=1, share_freerider=0)
_ONE_NET: Final = knocked(lawang_reading="literal")  # kappa = 1: all stands while a tie is broken
CHECKS: Final = (
    Check("V1", "calibrated", "paper", 0.7, 1, of.flat, knocked(tie_prior_good=0)),
    Check("V2a", "emergent", "paper", 1.2, 4, of.slow_rise, _at_once),
    Check("V2b", "calibrated", "paper", 0.8, 1, of.no_jump, _at_once),
    Check("V3a", "emergent", "paper", 4, 5, of.agreements, _NO_VISITS),
    Check("V3b", "emergent", "paper", 3, 6, of.few_agreements, _NO_VISITS),
    Check("V3c", "emergent", "paper", 3, 6, of.many_agreements, _NO_VISITS),
    Check("V3d", "assumed", "paper", 0, 0.5, of.no_agreements),
    Check("V4a", "assumed", "paper", 0.9, 1, of.submitted, _NO_PROPOSAL),
    Check("V4b", "assumed", "paper", 0, 0.2, of.answered, knocked(grant_delay=0)),
    Check("V5a", "assumed", "paper", 0, 0.02, of.cash_this_year),
    Check("V5b", "assumed", "paper", 0.1, 0.7, of.cash_in_a_year),
    Check("V5c", "assumed", "paper", 0, 0.2, of.cash_when_late, knocked(budget_late_prob=1)),
    Check("V6a", "emergent", "paper", -1, -0.1, of.outside_is_harder, _same_as_inside),
    Check("V6b", "assumed", "paper", 0.95, 1, of.nothing_outside),
    Check("V7a", "assumed", "paper", 0.95, 1, of.same_products),
    Check("V7b", "assumed", "paper", 3.1, 3.6, of.new_products, knocked(new_product_prob=0)),
    Check("V8a", "assumed", "literature", 5, 20, of.regained, knocked(trust_loss_ratio=1)),
    Check("V8b", "assumed", "literature", 3, np.inf, of.faster_lost, knocked(trust_loss_ratio=1)),
    Check("V9a", "emergent", "literature", -0.4, -0.1, of.coming_decays, _DECAY),
    Check("V9b", "emergent", "literature", 0.1, 1, of.norms_stop_it, _DECAY),
    Check("V9c", "emergent", "literature", 0.05, 1, of.an_fgd_revives, _DECAY),
    Check("V10a", "assumed", "literature", 0.1, 0.7, of.fasting_canteens, calendar_off),
    Check("V10b", "assumed", "literature", 1.3, 3, of.fasting_others, calendar_off),
    Check("V10c", "assumed", "literature", 0, 0.2, of.holidays, calendar_off),
    Check("V11a", "emergent", "literature", 0.05, 0.2, of.unsold, _NO_NOISE),
    Check("V11b", "assumed", "literature", -np.inf, 0, of.too_many_fritters, _NO_NOISE),
    Check("V12a", "emergent", "paper", 0.02, np.inf, of.audience_first, _NO_DECREE, sure=True),
    Check("V12b", "assumed", "paper", 0.1, 1, of.training_first, knocked(train_gain_proposal=0)),
    Check("V13a", "assumed", "paper", 0.8, 1, of.the_house_fails, _two_houses),
    Check("V13b", "assumed", "paper", 0.05, 0.35, of.one_partner_out, _NO_VISITS),
    Check("V13c", "assumed", "literature", 0, 12, of.recovery),
    Check("V13d", "assumed", "paper", 0.05, 0.35, of.one_tie_breaks, _ONE_NET),
    Check("P1", "emergent", "paper", 0.7, 1, of.outside_ties_bind),
    Check("P2", "emergent", "theory", 0, 1, of.pays_less_than_fields),
    Check("G1", "guard", "theory", 0, 0, guards.without_effects),
    Check("G2", "guard", "theory", 0, 0, guards.nobody_buys),
    Check("G3", "guard", "theory", 0, 0, guards.nobody_comes),
    Check("G4", "guard", "theory", 0, 0.1, guards.all_at_their_worse_end),
)  # fmt: skip
