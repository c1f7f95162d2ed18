"""What a programme does: one short function for each kind of intervention.

Each takes place in its week, is charged to the programme (never to the cash box), and changes
named states only. With `effective: false` it takes place and costs, and nothing else (theory sheet
2.14.15).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from sim import calendar
from sim.draws import Event
from sim.rules import support
from sim.state import NEVER, Status

if TYPE_CHECKING:
    from sim.village import Village


def fgd(village: Village, _: Any) -> None:
    """Talking together raises attendance for a while and recalls norms (theory sheet 2.2)."""
    village.kube.fgd = 1.0
    village.kube.fgd_week = village.week


def proposal_training(village: Village, _: Any) -> None:
    """Proposal skill rises, and management skill a little (F9, F133)."""
    p, kube = village.p, village.kube
    kube.proposal_skill = support.trained(kube.proposal_skill, p.train_gain_proposal)
    kube.management_skill = support.trained(kube.management_skill, p.train_gain_management)


def negotiation(village: Village, plan: Any) -> None:
    """Two officers visit one outlet (theory sheet 2.5): an agreement, a refusal, or a promise."""
    outlet = village.outlet(plan.outlet)
    outlet.visited = True
    outlet.informed = True
    outlet.promise_weeks = int(village.p.promise_weeks)
    if outlet.status != Status.STRANGER:
        return
    if outlet.may_accept():
        outlet.start_tie()
    elif plan.second_visit:
        village.plan_again(plan, village.p.revisit_weeks, second_visit=False)


def audience(village: Village, plan: Any) -> None:
    """Requests to the village government: legality and tools (Hasil 5; theory sheet 2.8)."""
    government = village.government()
    government.meet()
    if "legality" in plan.requests:
        _ask_for_legality(village)
    if "tools" in plan.requests and government.decision_week == NEVER:
        _ask_for_budget(village)


def _ask_for_legality(village: Village) -> None:
    p, kube = village.p, village.kube
    if kube.legal or kube.legality_week >= village.week:
        return
    if village.draw(Event.LEGALITY) < p.legality_prob:
        luck = (village.draw(Event.LEGALITY_DELAY, 0), village.draw(Event.LEGALITY_DELAY, 1))
        kube.legality_week = village.week + support.delay_weeks(p.legality_delay, *luck)


def _ask_for_budget(village: Village) -> None:
    government, today = village.government(), village.today
    decided = calendar.budget_decision_day(today)
    this_year = decided.replace(year=today.year)
    if decided != this_year and village.draw(Event.BUDGET_LATE) < village.p.budget_late_prob:
        decided = this_year
    government.decision_week = village.setting.calendar.week_of(decided)


def capital_proposal(village: Village, plan: Any) -> None:
    """A proposal to a donor; the decision comes after a delay (theory sheet 2.7)."""
    p, donor = village.p, village.donor(plan.donor)
    if donor.granted or donor.decision_week != NEVER:
        return
    donor.meet()
    donor.proposal_quality = village.kube.proposal_skill
    donor.open_plan = plan
    luck = (donor.draw(Event.GRANT_DELAY, 0), donor.draw(Event.GRANT_DELAY, 1))
    donor.decision_week = village.week + support.delay_weeks(p.grant_delay, *luck)
    village.kube.proposals_submitted += 1


def mentoring(village: Village, plan: Any) -> None:
    """A mentor is with the group for the weeks of the plan (F125; theory sheet 2.9)."""
    village.kube.mentor = 1.0
    village.kube.mentored_until = plan.week + plan.weeks - 1


KINDS: Final[dict[str, Callable[[Village, Any], None]]] = {
    "fgd": fgd,
    "proposal_training": proposal_training,
    "negotiation": negotiation,
    "audience": audience,
    "capital_proposal": capital_proposal,
    "mentoring": mentoring,
}
