"""Who acts: members, outlets and donors as Mesa agents. They look up luck, call rules, remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from sim import draws
from sim.draws import Event
from sim.parameters import DAYS_PER_WEEK
from sim.rules import members, outlets, selling, support, trust, work
from sim.state import NEVER, DonorState, MemberState, OutletState, Status
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

    def hear_farm_calls(self) -> None:
        """Learn on which days of the week the fields call."""
        village = self.village
        chance = members.farm_call_probability(village.p, village.farm_days)
        self.called = [
            self.draw(Event.FARM_CALL, day) < chance for day in range(len(village.session_days))
        ]
        rest = village.days_without_session
        others = members.days_called(rest, chance, self.draw(Event.FARM_CALL, DAYS_PER_WEEK))
        self.farm_days = sum(self.called) + others
        self.came = [False] * len(self.called)
        self.worked = [False] * len(self.called)
        self.pay = 0

    def decide_to_come(self) -> None:
        """Decide for each session held this week (rule attendance_probability)."""
        village, kube = self.village, self.village.kube
        for session in kube.sessions:
            chance = members.attendance_probability(
                village.p, self.kind, self.trust, self.efficacy, self.expected_pay,
                self.called[session], kube.norm, self.belief, kube.mentor, kube.fgd,
            )  # fmt: skip
            self.came[session] = self.draw(Event.ATTEND, session) < chance

    def earn(self) -> None:
        """Farm income of the week, and what working at sessions cost of it."""
        p = self.village.p
        missed = sum(c and w for c, w in zip(self.called, self.worked, strict=True))
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

    def get_used_to(self) -> None:
        """Belief and expected pay after the week."""
        p, kube = self.village.p, self.village.kube
        if kube.sessions:
            self.belief = members.belief_after(p, self.belief, kube.attendance)
        self.expected_pay = members.expected_pay_after(
            p, self.expected_pay, self.pay, sum(self.came)
        )
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
            self.village.note("member_left", self.id)


class Outlet(Actor, OutletState):
    """A shop, canteen, market or online channel."""

    @property
    def trust(self) -> float:
        """Trust in the group, 0-1."""
        return trust.level(self.village.p, self.good, self.bad, self.base)

    def orders_at(self, session: int) -> bool:
        """Whether it ordered anything for a session."""
        return any(orders[session] for orders in self.orders)

    def loaded_at(self, session: int) -> bool:
        """Whether anything was made for it at a session."""
        return any(batches[session] for batches in self.batches)

    def brings_per_trip(self) -> float:
        """Rupiah it brings on a plain open day, less the trip."""
        costs = [product.cost for product in self.village.setting.products]
        brings = map(work.brings_per_trip, self.demand, self.receipts, costs)
        return total(brings) - self.trip_cost

    def can_tell(self) -> bool:
        """Whether it takes part in hearsay: it has heard of the group and is a place."""
        return self.informed and self.kind != "online"

    def is_near(self, other: Outlet) -> bool:
        """Whether it meets `other`: another place on the same side of the village border."""
        return other is not self and other.kind != "online" and other.outside == self.outside

    def start_week(self, sessions: int) -> None:
        """Clear what belongs to last week."""
        products = len(self.demand)
        self.visited = False
        self.means = []
        self.orders = [[0] * sessions for _ in range(products)]
        self.batches = [[0] * sessions for _ in range(products)]
        for counts in ("delivered", "sold", "returned", "wasted", "lost"):
            setattr(self, counts, [0] * products)
        self.promised = self.paid = 0

    def order(self, quality: float, overlap: float) -> None:
        """Order for each product and session what trust and the officers allow."""
        village = self.village
        p = village.p
        for k, product in enumerate(village.setting.products):
            days = village.setting.days[village.tick][self.index][k]
            means = [selling.mean_demand(self.demand[k], day, quality, overlap) for day in days]
            self.means.append(means)
            share = selling.order_share(p, self.trust, self.experience, village.kube.supply[k])
            for session in village.kube.sessions:
                expected = total(means[w] for w in product.session_windows[session])
                if product.dry:
                    expected = work.share(expected, len(village.kube.sessions))
                self.orders[k][session] = selling.order(share, expected)

    def receive(self, lost_share: float) -> None:
        """Take in the goods; of a late delivery a share may be lost."""
        self.delivered = [sum(batches) for batches in self.batches]
        for k, batches in enumerate(self.batches):
            for session, pieces in enumerate(batches):
                lost = work.scaled(pieces, lost_share)
                batches[session] -= lost
                self.lost[k] += lost

    def sell(self) -> None:
        """Sell to this week's buyers, window by window, the oldest batch first."""
        village = self.village
        for k, product in enumerate(village.setting.products):
            batches = self.batches[k]
            if not any(batches):
                continue
            for w, window in enumerate(product.windows):
                open_days = village.setting.open_days[village.tick][self.index][k][w]
                if open_days:
                    spread = selling.window_dispersion(village.p, open_days)
                    luck = self.draw(Event.DEMAND, product.key + w)
                    wanted = selling.buyers(self.means[k][w], spread, luck)
                    self.sold[k] += selling.sell(batches, window.oldest, window.newest, wanted)

    def settle(self) -> None:
        """Give back or throw away leftovers, and pay what is due (theory sheet 2.14.6, 13)."""
        products = self.village.setting.products
        for k, product in enumerate(products):
            left = sum(self.batches[k])
            counts = self.returned if product.dry and not self.outright else self.wasted
            counts[k] += left
        owed = sum(map(work.value, self.bought(), self.receipts))
        self.due[0 if self.outright else -1] += owed
        self.paid = self.due[0]
        self.due = [*self.due[1:], 0]

    def bought(self) -> list[int]:
        """Pieces of each product that it pays for: what arrived (putus) or what sold (titip)."""
        if not self.outright:
            return self.sold
        return [sent - lost for sent, lost in zip(self.delivered, self.lost, strict=True)]

    def judge(self) -> None:
        """Trust after the week: good, bad, or nothing to judge (theory sheet 2.14.12)."""
        village = self.village
        p, kube = village.p, village.kube
        self.good, self.bad = trust.remembered(p, self.good), trust.remembered(p, self.bad)
        partner = self.status == Status.PARTNER
        if partner and self.promised:
            self._judge_delivery(kube.late)
        elif partner and kube.stopped_weeks == 1:
            self.bad += trust.bad_evidence(p)
        self.promise_weeks = max(0, self.promise_weeks - 1)

    def _judge_delivery(self, late: bool) -> None:
        p, products = self.village.p, self.village.setting.products
        prices = [product.price for product in products]
        sent = sum(map(work.value, self.delivered, prices))
        failed = late or outlets.is_short(p, sent, self.promised)
        if failed:
            self.bad += trust.bad_evidence(p)
        else:
            self.good += trust.good_evidence(p, self.promise_weeks)
            self.experience = selling.experience_after(p, self.experience)
        self.deliveries += 1 if sent else 0
        unsold = outlets.too_much_left(
            p, self._perishable(self.wasted), self._perishable(self.delivered)
        )
        self.bad_weeks = self.bad_weeks + 1 if failed or unsold else 0

    def _perishable(self, pieces: list[int]) -> int:
        """Rupiah of the perishable among pieces of each product, at the buyer's price."""
        return sum(
            work.value(n, product.price)
            for n, product in zip(pieces, self.village.setting.products, strict=True)
            if not product.dry
        )

    def tells(self, neighbour: Outlet) -> bool:
        """Whether this outlet tells a neighbour of the group this week."""
        chance = trust.telling_probability(self.village.p, self.status == Status.PARTNER)
        return self.draw(Event.HEARSAY, neighbour.key) < chance

    def hear(self, opinions: list[float]) -> None:
        """The base rate moves towards what was heard, on the mean of several opinions."""
        opinion = work.share(total(opinions), len(opinions))
        self.base = trust.base_after_hearsay(self.village.p, self.base, opinion)
        self.informed = True

    def may_accept(self) -> bool:
        """At a negotiated visit: become a partner, or refuse."""
        kube = self.village.kube
        chance = outlets.acceptance_probability(
            self.village.p, self.trust, kube.quality, self.margin, self.km, kube.legal,
            kube.mentor,
        )  # fmt: skip
        accepts = self.draw(Event.ACCEPT) < chance
        self.village.note("accepted" if accepts else "refused", self.id, chance)
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

    def may_stop(self) -> None:
        """Stop taking goods when trust is gone or too many weeks were bad."""
        p = self.village.p
        if outlets.stops(p, self.trust, self.bad_weeks, self.deliveries):
            self.status = Status.DROPPED
            self.repair_weeks = int(p.repair_weeks)
            self.bad_weeks = 0
            self.village.note("dropped", self.id, self.trust)

    def may_reopen(self) -> None:
        """A dropped tie opens again, after its repair time, with part of its bad evidence."""
        if self.repair_weeks:
            self.repair_weeks -= 1
            return
        p = self.village.p
        if self.draw(Event.REOPEN) < outlets.reopening_probability(p, self.visited):
            self.bad = outlets.bad_evidence_kept(p, self.bad)
            self.deliveries = 0
            self.status = Status.PARTNER
            self.village.note("reopened", self.id)


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

    def decide(self) -> None:
        """Decide on an open request or proposal (theory sheet 2.7, 2.8)."""
        self.decision_week = NEVER
        if self.village_government:
            self._decide_on_budget()
        else:
            self._decide_on_proposal()

    def _decide_on_budget(self) -> None:
        village, kube = self.village, self.village.kube
        chance = support.budget_probability(village.p, kube.legal, self.trust, kube.mentor)
        granted = self.draw(Event.BUDGET) < chance
        village.note("budget_granted" if granted else "budget_rejected", self.id, chance)
        if granted:
            self.payment_week = village.budget_payment_week(self.draw(Event.BUDGET_DAY))

    def _decide_on_proposal(self) -> None:
        village, kube = self.village, self.village.kube
        chance = support.grant_probability(
            village.p, self.proposal_quality, kube.legal, village.week, kube.mentor, self.trust
        )
        self.granted = self.draw(Event.GRANT) < chance
        village.note("grant" if self.granted else "proposal_rejected", self.id, chance)
        if self.granted:
            kube.receive_grant(int(village.p.grant_pesantren), self.gives_cash)
        elif self.open_plan is not None and self.open_plan.resubmit:
            village.plan_again(self.open_plan, village.p.resubmit_weeks, resubmit=False)
