"""A woman of the group."""

from __future__ import annotations

from sim.agents.actor import Actor
from sim.draws import Event
from sim.happenings import What
from sim.parameters import DAYS_PER_WEEK
from sim.rules import members, support, work
from sim.state import MemberState, PlanState


class Member(Actor, MemberState):
    """A woman of the group."""

    def suffer(self) -> None:
        """Illness and lost income go on, end, or begin."""
        village, p = self.village, self.village.p
        self.ill_weeks, self.poor_weeks = max(0, self.ill_weeks - 1), max(0, self.poor_weeks - 1)
        if village.settling or not self.active:
            return
        if not self.ill_weeks and self.draw(Event.ILLNESS) < p.illness_hazard:
            luck = self.draw(Event.ILLNESS_LENGTH, 0), self.draw(Event.ILLNESS_LENGTH, 1)
            self.fall_ill(support.delay_weeks(p.illness_weeks, *luck))
        if not self.poor_weeks and self.draw(Event.HUSBAND_LOSS) < p.husband_loss_hazard:
            self.lose_income(p.husband_loss_weeks, p.husband_loss_share)

    def fall_ill(self, weeks: int) -> None:
        """She cannot come for some weeks."""
        self.ill_weeks = weeks
        self.village.note(What.ILLNESS, self.index, weeks)

    def lose_income(self, weeks: int, share: float) -> None:
        """Her husband's income is lost, or a share of it."""
        self.poor_weeks, self.poor_share = weeks, share
        self.village.note(What.HUSBAND_INCOME, self.index, weeks)

    def hear_farm_calls(self, chance: float, none: float) -> None:
        """Learn on which days the fields call; `none` is the chance of none without a session."""
        self.called[:] = self.came[:] = self.worked[:] = False
        self.gathered = False
        self.farm_days = self.pay = self.wages = 0
        if self.ill_weeks:
            return
        for day in range(len(self.called)):
            self.called[day] = self.draw(Event.FARM_CALL, day) < chance
        rest, luck = self.village.days_without_session, self.draw(Event.FARM_CALL, DAYS_PER_WEEK)
        others = members.days_called(rest, chance, none, luck)
        self.farm_days = int(self.called.sum()) + others

    def inclination(self) -> float:
        """Log-odds of coming on a day without a farm call."""
        kube = self.village.kube
        return members.inclination(
            self.village.p, self.kind, self.trust, self.efficacy, self.motivation, self.belief,
            self.propensity, self.expected_pay, kube.norm, kube.mentor, self.fgd,
            self.poor_weeks > 0,
        )  # fmt: skip

    def decide_to_gather(self, plan: PlanState, invited: bool) -> None:
        """Come to a gathering of the programme, on the first session day, or not."""
        self.gathered = False
        if not invited or self.ill_weeks:
            return
        chance = members.gathering_probability(
            self.village.p, self.inclination(), bool(self.called[0])
        )
        self.gathered = self.draw(Event.GATHERING, self.village.key_of(plan)) < chance

    def decide_to_come(self) -> None:
        """Decide for each session held this week (rule attendance_probability)."""
        if self.ill_weeks:
            return
        inclination = self.inclination()
        for session in self.village.kube.sessions:
            chance = members.attendance_probability(
                self.village.p, inclination, bool(self.called[session])
            )
            self.came[session] = self.draw(Event.ATTEND, session) < chance

    def earn(self) -> None:
        """Farm income of the week, and what working at sessions cost of it."""
        p = self.village.p
        missed = int((self.called & self.worked).sum())
        self.wage_lost = work.value(missed, members.wage_lost(p))
        self.farm_income = work.value(self.farm_days, int(p.farm_wage_day)) - self.wage_lost

    def compare(self, work_share: float, pay_share: float, women: int) -> None:
        """Trust after seeing who came and what each got."""
        p, kube = self.village.p, self.village.kube
        if kube.sessions:
            self.trust = members.trust_after_meeting(
                p, self.trust, kube.attendance, len(kube.sessions)
            )
        self.trust = members.trust_after_division(p, self.trust, work_share, pay_share, women)

    def get_used_to(self, fgd_kept: float) -> None:
        """Belief, motivation, expected pay and the memory of the FGD after the week."""
        p, kube = self.village.p, self.village.kube
        came = int(self.came.sum())
        if kube.sessions:
            self.belief = members.belief_after(p, self.belief, kube.attendance)
        self.propensity = members.propensity_after(
            p, self.propensity, self.pay, self.wage_lost, came
        )
        self.motivation = members.motivation_after(p, self.motivation, self.motivation_rest)
        for _ in range(kube.news):
            self.motivation = members.gained(self.motivation, p.motivation_news)
        self.fgd = support.faded(self.fgd, fgd_kept)
        self.expected_pay = members.expected_pay_after(p, self.expected_pay, self.pay, came)
        self.unpaid_weeks = members.unpaid_weeks_after(
            p, self.unpaid_weeks, self.expected_pay, self.village.farm_days
        )

    def effort(self) -> float:
        """Effort at work this week, 0-1."""
        return members.effort(self.village.p, self.kind, self.belief, self.village.kube.norm)

    def may_leave(self) -> None:
        """Leave the group, or stay."""
        chance = members.exit_probability(self.village.p, self.unpaid_weeks)
        if self.draw(Event.EXIT) < chance:
            self.active = False
            self.village.note(What.MEMBER_LEFT, self.index)
