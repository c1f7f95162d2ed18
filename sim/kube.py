"""The joint business group (KUBE): cash box, crew, trips, what officers decide together."""

from __future__ import annotations

import numpy as np

from sim.agents import Actor, Member, Outlet
from sim.draws import Event
from sim.happenings import What
from sim.rules import members, money, outlets, selling, support, work
from sim.state import NONE, Counts, Flags, KubeState, Status
from sim.sums import total


class Kube(Actor, KubeState):
    """The group as one actor; its women are `Member`s, its partners `Outlet`s."""

    key = 0

    @property
    def sessions(self) -> list[int]:
        """Session days held this week."""
        held: list[int] = self.held.nonzero()[0].tolist()
        return held

    def value(self, pieces: Counts) -> int:
        """Rupiah of pieces of each product at the buyer's price."""
        prices = self.village.setting.ground.products["price"].tolist()
        return sum(map(work.value, pieces.tolist(), prices))

    def suffer(self) -> None:
        """A failed harvest and dear ingredients go on, end, or begin."""
        village, p = self.village, self.village.p
        self.harvest_weeks = max(0, self.harvest_weeks - 1)
        self.price_weeks[:] = (self.price_weeks - 1).clip(0)
        self.price_rise[self.price_weeks == 0] = 0.0
        if village.settling:
            return
        if not self.harvest_weeks and self.draw(Event.HARVEST_FAIL) < p.harvest_fail_hazard:
            self.lose_harvest(p.harvest_fail_weeks, p.harvest_fail_share)
        for i, key in enumerate(village.setting.ground.ingredients):
            luck = village.draw(Event.PRICE_SHOCK, key)
            if not self.price_weeks[i] and luck < p.price_shock_hazard:
                self.pay_more(i, p.price_shock_weeks, p.price_shock_size)

    def lose_harvest(self, weeks: int, share: float) -> None:
        """The fields call less for some weeks."""
        self.harvest_weeks, self.harvest_loss = weeks, share
        self.village.note(What.FAILED_HARVEST, NONE, weeks)

    def pay_more(self, ingredient: int, weeks: int, size: float) -> None:
        """An ingredient is dearer by a share for some weeks; nobody buys it for an ended group."""
        if not self.alive:
            return
        self.price_weeks[ingredient], self.price_rise[ingredient] = weeks, size
        self.village.note(What.INGREDIENT_PRICE, ingredient, size)

    def start_week(self, can_meet: bool, meets: Flags) -> None:
        """Clear what belongs to last week; sessions are held when the group can meet at all."""
        self.held[:] = meets[: len(self.held)] & can_meet
        self.stopped_weeks = 0 if can_meet else self.stopped_weeks + 1
        self.opening_cash = self.cash
        self.opening_stock[:] = self.stock
        self.made[:] = 0
        self.unit_costs[:] = self.village.setting.ground.products["cost"]
        self.cash_scale = self.throughput = 1.0
        self.materials = self.transport = self.receipts = self.grant_cash = 0
        self.wages = self.payouts = self.trips = self.work_sessions = 0
        self.spare_hours = self.effort = 0.0
        self.binding, self.late = int(work.Binding.NO_SESSION), False

    # --- Production ---

    def trips_together(self, partners: list[Outlet], session: int) -> list[float]:
        """For each partner the share of its trip that is left when others are served alike."""
        p, served = self.village.p, [outlet.orders_at(session) for outlet in partners]
        sides = [outlet.outside for outlet, goes in zip(partners, served, strict=True) if goes]
        return [
            work.trip_factor(p, sides.count(outlet.outside)) if goes else 0.0
            for outlet, goes in zip(partners, served, strict=True)
        ]

    def promise(self, partners: list[Outlet]) -> None:
        """Scale all orders by what is whole and the cash box can pay; the rest is a promise."""
        p, ground = self.village.p, self.village.setting.ground
        broken = len(self.village.outlets_that_are(Status.DROPPED))
        self.throughput = work.throughput(p, broken)
        if self.throughput < 1:
            self.binding = int(work.Binding.TIES)
        self._scale_orders(partners, self.throughput)
        materials = 0
        for k, product in enumerate(ground.products):
            cost = work.dearer(product["cost"], ground.ingredient_shares[k], self.price_rise)
            self.unit_costs[k] = work.material_cost(p, cost, self.mentor)
            wanted = sum(int(outlet.orders[k].sum()) for outlet in partners)
            materials += work.value(max(0, wanted - self.stock[k]), self.unit_costs[k])
        transport = self.transport
        for session in self.sessions:
            shares = self.trips_together(partners, session)
            transport += sum(
                work.scaled(outlet.trip_cost, share)
                for outlet, share in zip(partners, shares, strict=True)
            )
        self.material_plans[:-1] = self.material_plans[1:]
        self.material_plans[-1] = materials
        self.cash_scale = work.cash_scale(self.cash, materials, transport)
        self._scale_orders(partners, self.cash_scale)
        for outlet in partners:
            outlet.promised = self.value(outlet.orders.sum(1))

    def _scale_orders(self, partners: list[Outlet], scale: float) -> None:
        for outlet in partners:
            for k, session in zip(*outlet.orders.nonzero(), strict=True):
                outlet.orders[k, session] = work.scaled(outlet.orders[k, session], scale)

    def hold_session(self, session: int, partners: list[Outlet]) -> float:
        """Choose the crew, make the goods, load them for each outlet; returns summed effort."""
        p, week = self.village.p, self.village.week
        wanted = [sum(int(o.orders[k, session]) for o in partners) for k in range(len(self.stock))]
        came = [woman for woman in self.village.women if woman.came[session]]
        if not any(wanted):
            self.binding = max(self.binding, work.binding(self.cash_scale, 1.0, 0.0, 0.0))
            return 0.0
        if len(came) < p.min_crew:
            self.binding = max(self.binding, work.Binding.HANDS)
            self.village.note(What.SESSION_CANCELLED, session, len(came))
            return 0.0
        to_make = self._pieces_to_make(wanted)
        making = self._making_hours(to_make)
        shares = self.trips_together(partners, session)
        trips = work.hours_on_the_road(
            p,
            total(
                work.trip_left(o.trip_hours, share)
                for o, share in zip(partners, shares, strict=True)
            ),
            self.partners_until >= week,
        )
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

    @property
    def tools_now(self) -> float:
        """Tools at work this week (0-1), granted or lent."""
        return support.tools_now(self.tools, self.tools_until >= self.village.week)

    def _pieces_to_make(self, wanted: list[int]) -> list[int]:
        ground, tick = self.village.setting.ground, self.village.tick
        to_make = [max(0, n - int(stock)) for n, stock in zip(wanted, self.stock, strict=True)]
        return [
            work.dried(n, ground.ticks[tick]["drying"], self.tools_now > 0)
            if product["sun_dried"]
            else n
            for n, product in zip(to_make, ground.products, strict=True)
        ]

    def _making_hours(self, to_make: list[int]) -> float:
        productivity = work.productivity(self.village.p, self.tools_now)
        products = self.village.setting.ground.products
        return total(
            work.making_hours(n, product["rate"], productivity)
            for n, product in zip(to_make, products, strict=True)
        )

    def _choose_crew(self, came: list[Member], session: int, wanted: int) -> list[Member]:
        """Officers send home those with field work first, then by lot (theory sheet 2.14.14)."""
        turns = {
            woman.id: work.turn(bool(woman.called[session]), woman.draw(Event.ROTA, session))
            for woman in came
        }
        crew = sorted(came, key=lambda woman: turns[woman.id])[:wanted]
        for woman in crew:
            woman.worked[session] = True
        return sorted(crew, key=lambda woman: woman.index)

    def _load(self, k: int, session: int, made: int, partners: list[Outlet]) -> None:
        available = int(self.stock[k]) + made
        loads = np.zeros(len(partners), np.int64)
        orders = np.array([outlet.orders[k, session] for outlet in partners], np.int64)
        selling.ration(orders, available, loads)
        self.stock[k] = available - int(loads.sum())
        for outlet, load in zip(partners, loads, strict=True):
            outlet.batches[k, session] = load

    def deliver(self, partners: list[Outlet]) -> None:
        """One trip an outlet and session; the week's deliveries are in time or late."""
        p = self.village.p
        chance = work.failure_probability(
            p, self.norm, self.management_skill, self.mentor, self.attendance
        )
        self.late = bool(self.work_sessions) and self.draw(Event.DELIVERY) < chance
        lost = p.failure_goods_lost if self.late else 0.0
        for session in self.sessions:
            shares = self.trips_together(partners, session)
            for outlet, share in zip(partners, shares, strict=True):
                if outlet.loaded_at(session):
                    self.trips += 1
                    self.transport += work.scaled(outlet.trip_cost, share)
        for outlet in partners:
            outlet.receive(lost)
        if self.late:
            self.village.note(What.LATE_DELIVERY, NONE, chance)

    # --- Money ---

    def divide(self, women: list[Member]) -> None:
        """Keep a reserve, divide the rest by the group's rule; odd rupiah stay in the box."""
        p = self.village.p
        surplus = self.cash - self.opening_cash
        amount = money.payout(p, surplus, self.cash, int(self.material_plans.max()), self.capital)
        bonus = money.bonus(p, p.division_rule, amount)
        weights = [money.weight(p.division_rule, int(woman.worked.sum())) for woman in women]
        officers = sum(woman.officer for woman in women)
        for woman, weight in zip(women, weights, strict=True):
            woman.pay = money.part(amount - bonus, weight, sum(weights))
            woman.pay += money.part(bonus, int(woman.officer), officers)
            self.payouts += woman.pay
        self.cash -= self.payouts

    def pay_wages(self, women: list[Member]) -> None:
        """The village's wage budget goes to the women, not through the box (F147)."""
        wage = money.weekly_wage(self.village.p)
        for woman in women:
            woman.wages += wage
            self.wages += wage
            self.dana_desa_rp += wage

    def receive_grant(self, amount: int, in_cash: bool) -> None:
        """A donor's grant, in cash or as tools, less what leaks (theory sheet 2.7)."""
        p = self.village.p
        self.news += 1
        self.grants_rp += amount
        if in_cash:
            arrived = money.granted_value(amount, p.grant_cash_leak)
            self.grant_cash += arrived
            self.capital += arrived
            self.grant_leak_rp += amount - arrived
            self.cash += arrived
        else:
            self.tools = max(self.tools, support.tools_in_use(p, amount))

    def receive_budget(self) -> None:
        """Dana desa arrives as tools and repairs (F148)."""
        p = self.village.p
        amount = support.budget_amount(p)
        self.news += 1
        self.dana_desa_rp += amount
        self.tools = max(self.tools, support.tools_in_use(p, amount))
        self.village.note(What.DANA_DESA, NONE, self.dana_desa_rp)

    # --- After the week ---

    def enter_stage(self, stage: int) -> None:
        """A stage of action research begins; with a reflection, a new cycle."""
        self.stage = stage
        self.cycle += 1 if stage == 0 else 0
        self.village.note(What.STAGE, stage, self.cycle)

    def judge_delivery(self, partners: list[Outlet]) -> None:
        """Count weeks in a row in which the group delivered less than it promised."""
        promised = sum(outlet.promised for outlet in partners)
        sent = sum(self.value(outlet.delivered) for outlet in partners)
        short = outlets.is_short(self.village.p, sent, promised)
        self.short_weeks = self.short_weeks + 1 if short else 0

    def get_used_to(self) -> None:
        """Norms and mentoring fade unless somebody keeps them alive."""
        p, week = self.village.p, self.village.week
        mentored = week <= self.mentored_until
        self.norm = members.norm_after(p, self.norm, week - self.fgd_week, mentored)
        if week >= self.mentored_until:
            self.mentor = support.faded(self.mentor, support.kept(p.mentor_halflife))
        self.news = 0
        if self.sessions:
            self.last_attendance = self.attendance

    def practise(self) -> None:
        """Skills fade unless practised; quality follows skill and effort."""
        p = self.village.p
        papers, craft = support.kept(p.halflife_proposal), support.kept(p.halflife_product)
        self.proposal_skill = support.faded(self.proposal_skill, papers)
        self.networking = support.faded(self.networking, papers)
        self.knowledge = support.faded(self.knowledge, papers)
        if self.work_sessions:
            self.quality = support.quality_after(p, self.quality, self.product_skill, self.effort)
        else:
            self.product_skill = support.faded(self.product_skill, craft)
            self.management_skill = support.faded(self.management_skill, craft)

    def learn_from_sales(self, k: int, partners: list[Outlet]) -> None:
        """Officers send more or less of a product after what came back (theory sheet 2.14.8)."""
        on_consignment = [outlet for outlet in partners if outlet.on_consignment]
        delivered = sum(int(outlet.delivered[k]) for outlet in on_consignment)
        if not delivered:
            return
        sold = sum(int(outlet.sold[k]) for outlet in on_consignment)
        expected = total(total(outlet.means[k].tolist()) for outlet in on_consignment)
        for memory, value in ((self.sold_memory, sold), (self.expected_memory, expected)):
            memory[k, :-1] = memory[k, 1:]
            memory[k, -1] = value
        self.supply[k] = selling.supply_after(
            self.village.p,
            self.supply[k],
            work.share(delivered - sold, delivered),
            work.share(self.sold_memory[k].sum(), total(self.expected_memory[k].tolist())),
        )

    def serve_fewer_or_more(self, partners: list[Outlet], paused: list[Outlet]) -> None:
        """Stop serving the outlet that brings least per trip, or resume the best one (2.15.9)."""
        p = self.village.p
        served = [outlet for outlet in partners if not outlet.own]
        if self.short_weeks >= p.serve_short_weeks and len(served) > 1:
            least = min(served, key=lambda outlet: (outlet.brings_per_trip(), outlet.trust))
            least.status = Status.PAUSED
            least.lose_trust()
            self.short_weeks = 0
            self.village.note(What.PAUSED, least.index)
        elif paused and self.work_sessions and not self.short_weeks:
            best = max(paused, key=lambda outlet: (outlet.brings_per_trip(), outlet.trust))
            if work.hours_of(len(self.sessions), best.trip_hours) <= self.spare_hours:
                best.status = Status.PARTNER
                self.village.note(What.RESUMED, best.index)

    def replace_lost_officer(self, women: list[Member]) -> None:
        """The most confident woman takes a vacant office (theory sheet 2.14.14)."""
        officers = sum(woman.officer for woman in women)
        others = [woman for woman in women if not woman.officer]
        if officers < self.village.p.n_officers and others:
            chosen = max(others, key=lambda woman: woman.efficacy)
            chosen.officer = True
            self.village.note(What.NEW_OFFICER, chosen.index)

    def find_a_house(self, women: list[Member]) -> None:
        """When she leaves in whose house they produce, another house must be made ready."""
        if any(woman.house for woman in women) or not women or not self.alive:
            return
        host = max(women, key=lambda woman: woman.efficacy)
        host.house = True
        repair = work.core_repair_weeks(self.village.p, self.norm, self.mentor)
        self.core_down = max(self.core_down, repair)
        self.village.note(What.NEW_HOUSE, host.index)

    def may_grow(self, women: int, room: bool) -> bool:
        """Whether a vacancy is filled this week."""
        p = self.village.p
        if not room or women >= max(p.kube_limit, p.n_members):
            return False
        if self.draw(Event.JOIN) >= members.fill_probability(p, self.candidates):
            return False
        self.candidates = max(0, self.candidates - 1)
        return True

    def may_break(self) -> None:
        """The production core (one house, one treasurer) may fail, for a while or for good."""
        village, p = self.village, self.village.p
        if self.core_down:
            self.core_down -= 1
            return
        hazard = work.core_hazard(p, self.facility_until >= village.week)
        if self.draw(Event.CORE_FAILURE) < hazard:
            final = work.core_final_probability(p, self.norm, self.mentor)
            if self.draw(Event.CORE_FINAL) < final:
                self.alive = False
                village.note(What.GROUP_ENDED)
            else:
                self.core_down = work.core_repair_weeks(p, self.norm, self.mentor)
                village.note(What.CORE_FAILED, NONE, self.core_down)

    def charge(self, kind: int) -> None:
        """Book what an intervention costs; the programme pays, not the cash box (2.14.15)."""
        cost = self.village.setting.ground.costs[kind]
        self.intervention_rp += work.scaled(cost["rp"], self.village.p.intervention_cost_factor)
        self.facilitator_days += float(cost["days"])

    def give_hours(self, kind: int, came: int) -> None:
        """Book the hours of the women it needs, as far as so many came."""
        cost = self.village.setting.ground.costs[kind]
        women = min(int(cost["persons"]), came)
        self.intervention_hours += work.hours_of(women, cost["hours"])
