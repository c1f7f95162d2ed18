"""A donor, or the village government."""

from __future__ import annotations

from sim.agents.actor import Actor
from sim.draws import Event
from sim.happenings import What
from sim.rules import support, trust
from sim.state import NEVER, DonorState


class Donor(Actor, DonorState):
    """A donor, or the village government with its budget calendar."""

    @property
    def trust(self) -> float:
        """Trust in the group, 0-1."""
        return trust.level(self.village.p, self.good, self.bad, self.base_rate)

    def forget(self) -> None:
        """Evidence fades."""
        p = self.village.p
        self.good, self.bad = trust.remembered(p, self.good), trust.remembered(p, self.bad)

    def meet(self) -> None:
        """An audience or a handed-over proposal is good evidence."""
        self.good += self.village.p.contact_evidence

    def elect(self) -> None:
        """A new village head knows nothing of the group (theory sheet 2.0.4)."""
        if self.draw(Event.ELECTION) < self.village.p.kuwu_turnover_prob:
            self.good = self.bad = 0.0
            self.new_head = True
            self.village.note(What.NEW_HEAD)

    def decide_on_proposal(self) -> None:
        """Grant an open proposal or reject it (theory sheet 2.7)."""
        village, kube = self.village, self.village.kube
        p = village.p
        chance = 0.0
        if not self.ministry or support.may_grant(p, kube.legal, len(village.women)):
            chance = support.grant_probability(
                p, self.proposal_quality, kube.legal, village.week, kube.mentor, self.trust
            )
        self.decision_week = NEVER
        self.granted = self.draw(Event.GRANT) < chance
        village.note(What.GRANT if self.granted else What.PROPOSAL_REJECTED, self.index, chance)
        if self.granted:
            kube.receive_grant(self.amount, self.gives_cash)
            return
        self.rejected_week = village.week
        plan = village.plans[self.open_plan]
        if plan.again:
            plan.again = False
            plan.retry_week = village.week + p.resubmit_weeks

    def decide_on_budget(self) -> None:
        """Put an open request for tools into the village budget, or not (theory sheet 2.8)."""
        village, chance = self.village, self._budget_chance()
        self.decision_week = NEVER
        granted = self.draw(Event.BUDGET) < chance
        village.note(What.BUDGET_GRANTED if granted else What.BUDGET_REJECTED, self.index, chance)
        if granted:
            self.payment_week = village.payment_week(self.draw(Event.BUDGET_DAY))
        else:
            self.rejected_week = village.week

    def decide_on_wages(self) -> None:
        """The same for a budget of monthly wages, which is less likely."""
        village = self.village
        chance = support.wage_probability(village.p, self._budget_chance())
        self.wage_decision_week = NEVER
        granted = self.draw(Event.WAGES) < chance
        village.note(What.WAGES_GRANTED if granted else What.WAGES_REJECTED, self.index, chance)
        if granted:
            self.wage_start_week = village.payment_week(self.draw(Event.WAGES_DAY))
        else:
            self.rejected_week = village.week

    def _budget_chance(self) -> float:
        kube = self.village.kube
        return support.budget_probability(
            self.village.p, kube.legal, self.trust, kube.mentor, self.new_head
        )
