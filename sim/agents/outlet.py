"""A shop, canteen, market or online channel."""

from __future__ import annotations

from sim.agents.actor import Actor
from sim.draws import Event, about
from sim.happenings import What
from sim.rules import outlets, selling, trust, work
from sim.state import NONE, Counts, OutletState, Status
from sim.sums import total


class Outlet(Actor, OutletState):
    """A shop, canteen, market or online channel."""

    @property
    def trust(self) -> float:
        """Trust in the group, 0-1."""
        return trust.trust_of(
            self.village.p, self.good, self.bad, self.base_rate, self.level, self.cap
        )

    @property
    def on_consignment(self) -> bool:
        """Whether it gives back what it does not sell."""
        return outlets.on_consignment(self.own, self.outright)

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
        """It is closed for some weeks; that concerns a group that lives."""
        if not self.village.kube.alive:
            return
        self.closed_weeks = weeks
        self.village.note(What.OUTLET_CLOSURE, self.index, weeks)

    def pay_late(self, weeks: int) -> None:
        """It pays nothing for some weeks; what it owes adds up. To an ended group, if it owes."""
        owes = bool(self.due.any())
        if not self.village.kube.alive and not owes:
            return
        self.late_weeks = weeks
        if owes or self.status == Status.PARTNER:  # nobody notes it of others
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
        elif partner and kube.stopped_weeks == 1 and not self.closed_weeks:
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
        self.base_rate = trust.base_after_hearsay(p, self.base_rate, opinion)
        self.know_nothing_more()
        self.informed = True

    def know_nothing_more(self) -> None:
        """A stranger's trust, in the multiplicative form, is its base rate."""
        if self.status == Status.STRANGER:
            self.level = self.base_rate

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
        self.know_nothing_more()
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
            self.level = max(self.level, self.base_rate)
            self.deliveries = 0
            self.status = Status.PARTNER
            self.village.note(What.REOPENED, self.index)
