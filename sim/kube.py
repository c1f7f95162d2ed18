"""The joint business group (KUBE): cash box, crew, trips, what officers decide together."""

from __future__ import annotations

from sim import founding
from sim.agents import Actor, Member, Outlet
from sim.draws import Event
from sim.rules import members, money, outlets, selling, support, trust, work
from sim.state import KubeState, Status
from sim.sums import total


class Kube(Actor, KubeState):
    """The group as one actor; its women are `Member`s, its partners `Outlet`s."""

    key = 0

    @property
    def products(self) -> tuple[founding.Product, ...]:
        return self.village.setting.products

    def value(self, pieces: list[int]) -> int:
        """Rupiah of pieces of each product at the buyer's price."""
        return sum(
            work.value(n, product.price) for n, product in zip(pieces, self.products, strict=True)
        )

    def start_week(self, can_meet: bool, meeting_days: list[int]) -> None:
        """Clear what belongs to last week; sessions are held when the group can meet at all."""
        self.sessions = meeting_days if can_meet else []
        self.stopped_weeks = 0 if can_meet else self.stopped_weeks + 1
        self.opening_cash, self.opening_stock = self.cash, list(self.stock)
        self.made = [0] * len(self.stock)
        self.unit_costs = [product.cost for product in self.products]
        self.cash_scale = 1.0
        self.materials = self.transport = self.receipts = self.grant_cash = self.payouts = 0
        self.trips = self.work_sessions = 0
        self.spare_hours = self.effort = 0.0
        self.binding, self.late = int(work.Binding.NO_SESSION), False

    # --- Production ---

    def promise(self, partners: list[Outlet]) -> None:
        """Scale all orders by what the cash box can finance; what is left is a promise."""
        p, materials = self.village.p, 0
        for k, product in enumerate(self.products):
            self.unit_costs[k] = work.material_cost(p, product.cost, self.mentor)
            wanted = sum(sum(outlet.orders[k]) for outlet in partners)
            materials += work.value(max(0, wanted - self.stock[k]), self.unit_costs[k])
        transport = sum(
            outlet.trip_cost
            for outlet in partners
            for session in self.sessions
            if outlet.orders_at(session)
        )
        quarter = int(p.weeks_per_quarter)
        self.material_plans = [*self.material_plans, materials][-quarter:]
        self.cash_scale = work.cash_scale(self.cash, materials, transport)
        for outlet in partners:
            outlet.orders = [
                [work.scaled(pieces, self.cash_scale) for pieces in orders]
                for orders in outlet.orders
            ]
            outlet.promised = self.value([sum(orders) for orders in outlet.orders])

    def hold_session(self, session: int, partners: list[Outlet]) -> float:
        """Choose the crew, make the goods, load them for each outlet; returns summed effort."""
        p = self.village.p
        wanted = [sum(o.orders[k][session] for o in partners) for k in range(len(self.stock))]
        came = [woman for woman in self.village.women if woman.came[session]]
        if not any(wanted):
            self.binding = max(self.binding, work.binding(self.cash_scale, 1.0, 0.0, 0.0))
            return 0.0
        if len(came) < p.min_crew:
            self.binding = max(self.binding, work.Binding.HANDS)
            self.village.note("session_cancelled", str(session), len(came))
            return 0.0
        to_make = self._pieces_to_make(wanted)
        making = self._making_hours(to_make)
        trips = total(o.trip_hours for o in partners if o.orders_at(session))
        crew = self._choose_crew(came, session, work.crew_wanted(p, making + trips))
        hours = work.productive_hours(p, len(crew))
        scale = work.hours_scale(hours, making, trips)
        self.binding = max(self.binding, work.binding(self.cash_scale, scale, hours, making))
        self.work_sessions += len(crew)
        self.spare_hours += work.productive_hours(p, len(came) - len(crew))
        for k, pieces in enumerate(to_make):
            made = work.scaled(pieces, scale)
            self.made[k] += made
            self.materials += work.value(made, self.unit_costs[k])
            self._load(k, session, made, partners)
        return total(woman.effort() for woman in crew)

    def _pieces_to_make(self, wanted: list[int]) -> list[int]:
        village = self.village
        to_make = [max(0, n - stock) for n, stock in zip(wanted, self.stock, strict=True)]
        drying = village.setting.drying[village.tick]
        return [
            work.dried(n, drying, self.tools > 0) if product.sun_dried else n
            for n, product in zip(to_make, self.products, strict=True)
        ]

    def _making_hours(self, to_make: list[int]) -> float:
        productivity = work.productivity(self.village.p, self.tools)
        return total(
            work.making_hours(n, product.rate, productivity)
            for n, product in zip(to_make, self.products, strict=True)
        )

    def _choose_crew(self, came: list[Member], session: int, wanted: int) -> list[Member]:
        """Officers send home those with field work first, then by lot (theory sheet 2.14.14)."""
        lots = {woman.id: woman.draw(Event.ROTA, session) for woman in came}
        crew = sorted(came, key=lambda woman: (woman.called[session], lots[woman.id]))[:wanted]
        for woman in crew:
            woman.worked[session] = True
        return crew

    def _load(self, k: int, session: int, made: int, partners: list[Outlet]) -> None:
        available = self.stock[k] + made
        loads = selling.ration([outlet.orders[k][session] for outlet in partners], available)
        self.stock[k] = available - sum(loads)
        for outlet, load in zip(partners, loads, strict=True):
            outlet.batches[k][session] = load

    def deliver(self, partners: list[Outlet]) -> None:
        """One trip an outlet and session; the week's deliveries are in time or late."""
        p = self.village.p
        chance = work.failure_probability(
            p, self.norm, self.management_skill, self.mentor, self.attendance
        )
        self.late = bool(self.work_sessions) and self.draw(Event.DELIVERY) < chance
        lost = p.failure_goods_lost if self.late else 0.0
        for outlet in partners:
            trips = sum(outlet.loaded_at(session) for session in self.sessions)
            self.trips += trips
            self.transport += work.value(trips, outlet.trip_cost)
            outlet.receive(lost)
        if self.late:
            self.village.note("late_delivery", "", chance)

    # --- Money ---

    def divide(self, women: list[Member]) -> None:
        """Keep a reserve, divide the rest by the group's rule; odd rupiah stay in the box."""
        p = self.village.p
        surplus = self.cash - self.opening_cash
        materials = max(self.material_plans, default=0)
        amount = money.payout(p, surplus, self.cash, materials)
        bonus = money.bonus(p, p.division_rule, amount)
        worked = [sum(woman.worked) for woman in women]
        shares = money.divide(amount - bonus, money.weights(p.division_rule, worked))
        extras = money.divide(bonus, [int(woman.officer) for woman in women])
        for woman, share, extra in zip(women, shares, extras, strict=True):
            woman.pay = share + extra
            self.payouts += woman.pay
        self.cash -= self.payouts

    def receive_grant(self, amount: int, in_cash: bool) -> None:
        """A donor's grant, in cash or as tools, less what leaks (theory sheet 2.7)."""
        p = self.village.p
        self.grants_rp += amount
        if in_cash:
            arrived = money.granted_value(amount, p.grant_cash_leak)
            self.grant_cash += arrived
            self.grant_leak_rp += amount - arrived
            self.cash += arrived
        else:
            self.tools = max(self.tools, support.tools_in_use(p, amount))

    def receive_budget(self) -> None:
        """Dana desa arrives as tools and repairs (F148)."""
        p = self.village.p
        amount = support.budget_amount(p)
        self.dana_desa_rp += amount
        self.tools = max(self.tools, support.tools_in_use(p, amount))
        self.village.note("dana_desa", "", self.dana_desa_rp)

    # --- After the week ---

    def judge_delivery(self, partners: list[Outlet]) -> None:
        """Count weeks in a row in which the group delivered less than it promised."""
        promised = sum(outlet.promised for outlet in partners)
        sent = sum(self.value(outlet.delivered) for outlet in partners)
        short = outlets.is_short(self.village.p, sent, promised)
        self.short_weeks = self.short_weeks + 1 if short else 0

    def get_used_to(self) -> None:
        """Norms, the FGD and mentoring fade unless somebody keeps them alive."""
        p, week = self.village.p, self.village.week
        mentored = week <= self.mentored_until
        self.norm = members.norm_after(p, self.norm, week - self.fgd_week, mentored)
        self.fgd = support.faded(self.fgd, p.fgd_halflife)
        if week >= self.mentored_until:
            self.mentor = support.faded(self.mentor, p.mentor_halflife)

    def practise(self) -> None:
        """Skills fade unless practised; quality follows skill and effort."""
        p = self.village.p
        self.proposal_skill = support.faded(self.proposal_skill, p.halflife_proposal)
        if self.work_sessions:
            self.quality = support.quality_after(p, self.quality, self.product_skill, self.effort)
        else:
            self.product_skill = support.faded(self.product_skill, p.halflife_product)
            self.management_skill = support.faded(self.management_skill, p.halflife_product)

    def learn_from_sales(self, k: int, partners: list[Outlet]) -> None:
        """Officers send more or less of a product after what came back (theory sheet 2.14.8)."""
        on_consignment = [outlet for outlet in partners if not outlet.outright]
        delivered = sum(outlet.delivered[k] for outlet in on_consignment)
        if not delivered:
            return
        sold = sum(outlet.sold[k] for outlet in on_consignment)
        expected = total(total(outlet.means[k]) for outlet in on_consignment)
        self.sold_memory[k] = [*self.sold_memory[k][1:], sold]
        self.expected_memory[k] = [*self.expected_memory[k][1:], expected]
        self.supply[k] = selling.supply_after(
            self.village.p,
            self.supply[k],
            work.share(delivered - sold, delivered),
            work.share(sum(self.sold_memory[k]), total(self.expected_memory[k])),
        )

    def serve_fewer_or_more(self, partners: list[Outlet], paused: list[Outlet]) -> None:
        """Stop serving the outlet that brings least per trip, or resume the best one (2.15.9)."""
        p = self.village.p
        if self.short_weeks >= p.serve_short_weeks and len(partners) > 1:
            least = min(partners, key=lambda outlet: (outlet.brings_per_trip(), outlet.trust))
            least.status = Status.PAUSED
            least.bad += trust.bad_evidence(p)
            self.short_weeks = 0
            self.village.note("paused", least.id)
        elif paused and self.work_sessions and not self.short_weeks:
            best = max(paused, key=lambda outlet: (outlet.brings_per_trip(), outlet.trust))
            if work.hours_of(len(self.sessions), best.trip_hours) <= self.spare_hours:
                best.status = Status.PARTNER
                self.village.note("resumed", best.id)

    def replace_lost_officer(self, women: list[Member]) -> None:
        """The most confident woman takes a vacant office (theory sheet 2.14.14)."""
        officers = sum(woman.officer for woman in women)
        others = [woman for woman in women if not woman.officer]
        if officers < self.village.p.n_officers and others:
            chosen = max(others, key=lambda woman: woman.efficacy)
            chosen.officer = True
            self.village.note("new_officer", chosen.id)

    def may_break(self) -> None:
        """The production core (one house, one treasurer) may fail, for a while or for good."""
        p = self.village.p
        if self.core_down:
            self.core_down -= 1
        elif self.alive and self.draw(Event.CORE_FAILURE) < p.core_failure_hazard:
            final = work.core_final_probability(p, self.norm, self.mentor)
            if self.draw(Event.CORE_FINAL) < final:
                self.alive = False
                self.village.note("group_ended")
            else:
                self.core_down = work.core_repair_weeks(p, self.norm, self.mentor)
                self.village.note("core_failed", "", self.core_down)

    def charge(self, kind: str) -> None:
        """Book what an intervention costs; the programme pays, not the cash box (2.14.15)."""
        p = self.village.p
        women = min(getattr(p, f"cost_{kind}_persons"), len(self.village.women))
        self.intervention_rp += work.scaled(
            getattr(p, f"cost_{kind}_rp"), p.intervention_cost_factor
        )
        self.facilitator_days += getattr(p, f"cost_{kind}_days")
        self.intervention_hours += work.hours_of(women, getattr(p, f"cost_{kind}_hours"))
