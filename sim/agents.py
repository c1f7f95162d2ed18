"""Who acts: members, outlets and donors as Mesa agents. They look up luck, call rules, remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from sim import draws
from sim.draws import Event, about
from sim.happenings import What
from sim.parameters import DAYS_PER_WEEK
from sim.rules import members, outlets, selling, support, trust, work
from sim.state import NEVER, NONE, Counts, DonorState, MemberState, OutletState, PlanState, Status
from sim.sums import total

if TYPE_CHECKING:
    from sim.village import Village


class Actor(mesa.Agent):  # type: ignore[misc]
    """An agent whose fields are those of its state record."""

    key: int

    def __init__(self, model: Village, state: object) -> None:
        super().__init__(model, **vars(state))
        self.village = model

    def draw(self, event: Event, whom: int = 0) -> float:
        """This week's luck of this agent in `event`."""
        return draws.uniform(self.village.event_keys[event], self.key, whom)


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


class Outlet(Actor, OutletState):
    """A shop, canteen, market or online channel."""

    @property
    def trust(self) -> float:
        """Trust in the group, 0-1."""
        return trust.trust_of(self.village.p, self.good, self.bad, self.base, self.level, self.cap)

    @property
    def on_consignment(self) -> bool:
        """Whether it gives back what it does not sell."""
        return self.own or not self.outright

    def suffer(self) -> None:
        """Closures and late payment go on, end, or begin."""
        village, p = self.village, self.village.p
        self.closed_weeks = max(0, self.closed_weeks - 1)
        self.late_weeks = max(0, self.late_weeks - 1)
        if village.settling:
            return
        if not self.closed_weeks and self.draw(Event.CLOSURE) < p.closure_hazard:
            self.close(p.closure_weeks)
        if not self.late_weeks and self.draw(Event.LATE_PAYMENT) < p.late_payment_prob:
            self.pay_late(1)

    def close(self, weeks: int) -> None:
        """It is closed for some weeks."""
        self.closed_weeks = weeks
        self.village.note(What.OUTLET_CLOSURE, self.index, weeks)

    def pay_late(self, weeks: int) -> None:
        """It pays nothing for some weeks; what it owes adds up."""
        self.late_weeks = weeks
        self.village.note(What.LATE_PAYMENT, self.index, weeks)

    def orders_at(self, session: int) -> bool:
        """Whether it ordered anything for a session."""
        return bool(self.orders[:, session].any())

    def loaded_at(self, session: int) -> bool:
        """Whether anything was made for it at a session."""
        return bool(self.batches[:, session].any())

    def brings_per_trip(self) -> float:
        """Rupiah it brings on a plain open day, less the trip."""
        products = self.village.setting.ground.products
        offered = self.village.kube.offered
        brings = (
            work.brings_per_trip(self.demand[k], self.receipts[k], products[k]["cost"])
            for k in range(len(products))
            if offered[k]
        )
        return total(brings) - self.trip_cost

    def start_week(self) -> None:
        """Clear what belongs to last week."""
        self.visited = False
        self.vouched = 0.0
        self.means[:] = 0.0
        self.orders[:] = self.batches[:] = 0
        for counts in (self.delivered, self.sold, self.returned, self.wasted, self.lost):
            counts[:] = 0
        self.promised = self.paid = 0

    def order(self, quality: float, overlap: float) -> None:
        """Order for each product and session what trust and the officers allow."""
        village, ground = self.village, self.village.setting.ground
        p, kube = village.p, village.kube
        for k, product in enumerate(ground.products):
            if not kube.offered[k] or self.closed_weeks:
                continue
            for w in range(product["windows"]):
                days = ground.days[village.tick, self.index, k, w]
                self.means[k, w] = selling.mean_demand(self.demand[k], days, quality, overlap)
            share = selling.order_share(p, self.trust, self.experience, kube.supply[k], self.own)
            for session in kube.sessions:
                expected = total(self.means[k][ground.baked_for[k, session]].tolist())
                if product["dry"]:
                    expected = work.share(expected, len(kube.sessions))
                self.orders[k, session] = selling.order(share, expected)

    def receive(self, lost_share: float) -> None:
        """Take in the goods; of a late delivery a share may be lost."""
        self.delivered[:] = self.batches.sum(1)
        for k, session in zip(*self.batches.nonzero(), strict=True):
            lost = work.scaled(self.batches[k, session], lost_share)
            self.batches[k, session] -= lost
            self.lost[k] += lost

    def sell(self) -> None:
        """Sell to this week's buyers, window by window, the oldest batch first."""
        village, ground = self.village, self.village.setting.ground
        for k, product in enumerate(ground.products):
            if not self.batches[k].any():
                continue
            for w in range(product["windows"]):
                open_days = ground.open_days[village.tick, self.index, k, w]
                window = ground.windows[k, w]
                if open_days:
                    spread = selling.window_dispersion(village.p, open_days)
                    luck = self.draw(Event.DEMAND, about(product["key"], w))
                    wanted = selling.buyers(self.means[k, w], spread, luck)
                    self.sold[k] += selling.sell(
                        self.batches[k], window["oldest"], window["newest"], wanted
                    )

    def settle(self) -> None:
        """Give back or throw away leftovers, and pay what is due (theory sheet 2.14.6, 13)."""
        products = self.village.setting.ground.products
        for k, left in enumerate(self.batches.sum(1)):
            counts = self.returned if products[k]["dry"] and self.on_consignment else self.wasted
            counts[k] += left
        owed = sum(map(work.value, self.bought(), self.receipts))
        self.due[self.lag if self.on_consignment and not self.own else 0] += owed
        self.paid = 0 if self.late_weeks else int(self.due[0])
        left_open = int(self.due[0]) - self.paid
        self.due[:-1] = self.due[1:]
        self.due[-1] = 0
        self.due[0] += left_open

    def bought(self) -> Counts:
        """Pieces of each product that it pays for: what sold (titip) or what arrived (putus)."""
        return self.sold if self.on_consignment else self.delivered - self.lost

    def judge(self) -> None:
        """Trust after the week: good, bad, or nothing to judge (theory sheet 2.14.12)."""
        village = self.village
        p, kube = village.p, village.kube
        self.good, self.bad = trust.remembered(p, self.good), trust.remembered(p, self.bad)
        partner = self.status == Status.PARTNER and not self.own
        if partner and self.promised:
            self._judge_delivery(kube.late)
        elif partner and kube.stopped_weeks == 1:
            self.lose_trust()
        self.promise_weeks = max(0, self.promise_weeks - 1)

    def lose_trust(self) -> None:
        """One bad event."""
        self.bad += trust.bad_evidence(self.village.p)
        self.level = trust.multiplied_after(self.village.p, self.level, False)

    def _judge_delivery(self, late: bool) -> None:
        p = self.village.p
        sent = self.village.kube.value(self.delivered)
        failed = late or outlets.is_short(p, sent, self.promised)
        if failed:
            self.lose_trust()
        else:
            self.good += trust.good_evidence(p, self.promise_weeks)
            self.level = trust.multiplied_after(p, self.level, True)
            self.experience = selling.experience_after(p, self.experience)
        self.deliveries += 1 if sent else 0
        unsold = outlets.too_much_left(
            p, self._perishable(self.wasted), self._perishable(self.delivered)
        )
        self.bad_weeks = self.bad_weeks + 1 if failed or unsold else 0
        if sent:
            self._may_be_deceived()

    def _perishable(self, pieces: Counts) -> int:
        """Rupiah of the perishable among pieces of each product, at the buyer's price."""
        products = self.village.setting.ground.products
        return sum(
            work.value(n, product["price"])
            for n, product in zip(pieces, products, strict=True)
            if not product["dry"]
        )

    def _may_be_deceived(self) -> None:
        """Wrong counts or unpaid money: trust never fully recovers (theory sheet 2.1)."""
        village = self.village
        chance = outlets.deception_probability(village.p, village.kube.norm)
        if not village.settling and self.draw(Event.DECEPTION) < chance:
            self.cap = min(self.cap, village.p.deception_cap)
            self.lose_trust()
            village.note(What.DECEPTION, self.index)

    def tells(self, listener: Outlet, as_partner: float, otherwise: float) -> bool:
        """Whether this outlet, if it has heard of the group, tells an acquaintance this week."""
        chance = as_partner if self.status == Status.PARTNER else otherwise
        return self.informed and self.draw(Event.HEARSAY, listener.key) < chance

    def hear(self, opinions: list[float]) -> None:
        """The base rate moves towards what was heard, on the mean of several opinions."""
        p, opinion = self.village.p, work.share(total(opinions), len(opinions))
        self.base = trust.base_after_hearsay(p, self.base, opinion)
        self.know_nothing_more()
        self.informed = True

    def know_nothing_more(self) -> None:
        """A stranger's trust, in the multiplicative form, is its base rate."""
        if self.status == Status.STRANGER:
            self.level = self.base

    def ask_around(self) -> None:
        """What the partners it knows think of the group (Lawang 3)."""
        known = [self.village.outlets[i] for i in self.acquaintances if i != NONE]
        partners = [outlet.trust for outlet in known if outlet.status == Status.PARTNER]
        self.vouched = work.share(total(partners), len(partners))

    def may_accept(self) -> bool:
        """At a negotiated visit: become a partner, or refuse."""
        village, kube = self.village, self.village.kube
        self.ask_around()
        chance = outlets.acceptance_probability(
            village.p, self.trust, kube.quality, self.margin, self.km, kube.legal, kube.mentor,
            self.vouched, kube.networking, kube.knowledge,
        )  # fmt: skip
        accepts = self.draw(Event.ACCEPT) < chance
        village.note(What.ACCEPTED if accepts else What.REFUSED, self.index, chance)
        if not accepts:
            self.refused_week = village.week
        return accepts

    def start_tie(self) -> None:
        """A new tie: no past, small first orders; it waits when the officers are short already."""
        p, kube = self.village.p, self.village.kube
        self.experience = p.new_tie_order_share
        self.deliveries = self.bad_weeks = 0
        self.informed = True
        self.status = Status.PAUSED if kube.short_weeks else Status.PARTNER
        if not self.agreed:
            self.agreed = True
            kube.agreements += 1
            kube.news += 1

    def open_own(self) -> None:
        """The group sells here itself: no margin, no trust needed, paid at once."""
        if not self.own:
            self.before, self.status = self.status, Status.PARTNER
        self.own = self.informed = True
        self.receipts[:] = self.village.setting.ground.products["price"]

    def close_own(self) -> None:
        """The stall or page is given up."""
        self.status, self.own = self.before, False
        for k, product in enumerate(self.village.setting.ground.products):
            self.receipts[k] = selling.unit_receipt(product["price"], self.margin)

    def may_stop(self) -> None:
        """Stop taking goods when trust is gone or too many weeks were bad."""
        p, week = self.village.p, self.village.week
        if outlets.stops(p, self.trust, self.bad_weeks, self.deliveries):
            self.status = Status.DROPPED
            self.repair_weeks = p.repair_weeks
            self.bad_weeks = 0
            self.dropped_week = week
            self.village.note(What.DROPPED, self.index, self.trust)

    def may_reopen(self) -> None:
        """A dropped tie opens again, after its repair time, with part of its bad evidence."""
        if self.repair_weeks:
            self.repair_weeks -= 1
            return
        p = self.village.p
        if self.draw(Event.REOPEN) < outlets.reopening_probability(p, self.visited):
            self.bad = outlets.bad_evidence_kept(p, self.bad)
            self.level = max(self.level, self.base)
            self.deliveries = 0
            self.status = Status.PARTNER
            self.village.note(What.REOPENED, self.index)


class Donor(Actor, DonorState):
    """A donor, or the village government with its budget calendar."""

    @property
    def trust(self) -> float:
        """Trust in the group, 0-1."""
        return trust.level(self.village.p, self.good, self.bad, self.base)

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
