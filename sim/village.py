"""The village: the readable engine. It lives the phases of `sim.week`, week by week."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mesa

from sim import draws, founding, world
from sim import interventions as programme
from sim.agents import Donor, Member, Outlet
from sim.draws import Event, Luck, about
from sim.happenings import Happening, What
from sim.kube import Kube
from sim.parameters import DAYS_PER_WEEK
from sim.rules import members, selling, support, trust, work
from sim.scenario import Scenario
from sim.setting import Setting
from sim.state import NONE, PlanState, Shock, ShockState, Status
from sim.sums import total
from sim.week import PHASES
from sim.world import World


class Village(mesa.Model):  # type: ignore[misc]
    """One group with its outlets and donors, through the weeks of one run.

    `step()` lives one week, `live()` all of them. Phases are methods, one for each row of
    `sim.week.PHASES`; subclass and override one to try another rule. `Women`, `Outlets`, `Donors`
    and `Group` say which classes the agents are made of.
    """

    Women: type[Member] = Member
    Outlets: type[Outlet] = Outlet
    Donors: type[Donor] = Donor
    Group: type[Kube] = Kube

    def __init__(
        self,
        setting: Setting,
        scenario: Scenario,
        luck: Luck = Luck(),
        partners: Sequence[str] | None = None,
    ) -> None:
        """Found the group. `partners`: ids of the outlets with a tie from before week 0."""
        super().__init__()
        self.setting, self.p = setting, setting.p
        self.run_key = luck.key
        self.burn_in = int(self.p.burn_in_weeks)
        self.week = -self.burn_in
        self.session_days = list(range(int(self.p.sessions_per_week)))
        self.days_without_session = DAYS_PER_WEEK - len(self.session_days)
        self.world = founding.found(setting, scenario, partners)
        made = self.world
        founding.draw_luck(setting.ground, made.women, made.outlets, made.room, self.run_key)
        self._settle_in()
        self.event_keys: dict[int, int] = {}
        self.happenings: list[Happening] = []
        self.gathered: list[Member] = []  # who came to the gathering at hand

    def _settle_in(self) -> None:
        """Make the agents from the rows of the world."""

        def rows(part: str, ids: Sequence[str] = ()) -> list[Any]:
            return world.states(self.world, part, ids)

        women = rows("women", self.setting.women_ids)[: int(self.p.n_members)]
        self.members = [self.Women(self, state) for state in women]
        self.outlets = [self.Outlets(self, row) for row in rows("outlets", self.setting.outlet_ids)]
        self.donors = [self.Donors(self, row) for row in rows("donors", self.setting.donor_ids)]
        self.kube = self.Group(self, rows("kube")[0])
        self.plans: list[PlanState] = rows("plans")
        self.planned_shocks: list[ShockState] = rows("shocks")

    def parts(self) -> dict[str, Sequence[Any]]:
        """All that has a state, under the names of `sim.world.World`."""
        return {
            "women": self.members, "outlets": self.outlets, "donors": self.donors,
            "kube": [self.kube], "plans": self.plans, "shocks": self.planned_shocks,
        }  # fmt: skip

    def snapshot(self) -> World:
        """The whole state as arrays, in the shape of the founding (see `sim.world`)."""
        for part, rows in self.parts().items():
            world.write(self.world, part, rows)
        return self.world

    # --- Time, luck and looking things up ---

    @property
    def tick(self) -> int:
        """Index of the week in the setting's arrays, burn-in included."""
        return self.week + self.burn_in

    @property
    def settling(self) -> bool:
        """In the burn-in nobody leaves, nothing breaks and no tie ends (F91: the group lives)."""
        return self.week < 0

    @property
    def farm_days(self) -> float:
        """Days of farm work this week, before farm_days_factor."""
        return float(self.setting.ground.ticks[self.tick]["farm_days"])

    @property
    def women(self) -> list[Member]:
        """The women who are in the group now."""
        return [woman for woman in self.members if woman.active]

    @property
    def partners(self) -> list[Outlet]:
        """Outlets that take goods now."""
        return self.outlets_that_are(Status.PARTNER)

    def outlets_that_are(self, status: Status) -> list[Outlet]:
        """Outlets with this status."""
        return [outlet for outlet in self.outlets if outlet.status == status]

    def draw(self, event: Event, who: int = 0, whom: int = 0) -> float:
        """This week's luck in `event`."""
        return draws.uniform(self.event_keys[event], who, whom)

    def government(self) -> Donor:
        """The village government."""
        return next(donor for donor in self.donors if donor.village_government)

    def note(self, what: int, subject: int = NONE, value: float = 0.0) -> None:
        """Remember a happening."""
        self.happenings.append(Happening(self.week, int(what), int(subject), float(value)))

    def payment_week(self, u: float) -> int:
        """The week in which granted village money arrives: a day from January to June, by lot."""
        tick = self.setting.ground.ticks[self.tick]
        return support.payment_week(tick["payment_day"], tick["payment_days"], u)

    def key_of(self, plan: PlanState) -> int:
        """What a plan is about, for luck: the same visit has the same luck in every scenario."""
        partner = 0
        if plan.outlet != NONE:
            partner = self.outlets[plan.outlet].key
        elif plan.donor != NONE:
            partner = self.donors[plan.donor].key
        return about(partner, plan.kind)

    # --- The week ---

    def live(self, weeks: int, on_week: Callable[[Village], None] | None = None) -> None:
        """Live the burn-in and `weeks` weeks; `on_week(village)` sees each recorded week's end."""
        while self.week < weeks:
            self.step()
            if on_week is not None and not self.settling:
                on_week(self)
            self.week += 1

    def step(self) -> None:
        """Live one week: every phase, in order; `live` then turns to the next week."""
        self.look_up_luck()
        for phase in PHASES:
            getattr(self, phase.name)()

    def look_up_luck(self) -> None:
        """Look up the keys of this week's luck."""
        self.event_keys = {
            event: draws.event_key(self.run_key, self.week, int(event)) for event in Event
        }

    def shocks(self) -> None:
        for woman in self.members:
            woman.suffer()
        for outlet in self.outlets:
            outlet.suffer()
        self.kube.suffer()
        for shock in self.planned_shocks:
            if shock.week == self.week:
                self._befall(shock)

    def _befall(self, shock: ShockState) -> None:
        """A scheduled shock begins."""
        kube = self.kube
        if shock.kind == Shock.HUSBAND_INCOME:
            lots = sorted(self.women, key=lambda woman: woman.draw(Event.SHOCK_HIT))
            for woman in lots[: shock.households]:
                woman.lose_income(shock.weeks, shock.share)
        elif shock.kind == Shock.OFFICER_ILLNESS:
            for woman in self.women:
                if woman.house:
                    woman.fall_ill(shock.weeks)
        elif shock.kind == Shock.FAILED_HARVEST:
            kube.lose_harvest(shock.weeks, shock.share)
        elif shock.kind == Shock.INGREDIENT_PRICE:
            kube.pay_more(shock.ingredient, shock.weeks, shock.share)
        else:
            for outlet in self.outlets:
                if shock.outlet in (NONE, outlet.index):
                    if shock.kind == Shock.OUTLET_CLOSURE:
                        outlet.close(shock.weeks)
                    else:
                        outlet.pay_late(shock.weeks)

    def open_week(self) -> None:
        kube, p = self.kube, self.p
        house_ill = any(woman.house and woman.ill_weeks for woman in self.women)
        stands = work.core_stands(p, kube.core_down, house_ill, kube.facility_until >= self.week)
        can_meet = kube.alive and stands and len(self.women) >= p.min_crew
        kube.start_week(can_meet, self.setting.ground.meets[self.tick])
        for outlet in self.outlets:
            outlet.start_week()

    def farm_calls(self) -> None:
        kube = self.kube
        lost = kube.harvest_loss if kube.harvest_weeks else 0.0
        chance = members.farm_call_probability(self.p, self.farm_days, lost)
        none = members.no_call(self.days_without_session, chance)
        for woman in self.members:
            woman.hear_farm_calls(chance, none)

    def interventions(self) -> None:
        for outlet in self.outlets:
            if outlet.own:
                outlet.close_own()
        if not self.kube.alive:
            return
        for plan in self.plans:
            if programme.takes_place(self, plan):
                programme.carry_out(self, plan)

    def attendance(self) -> None:
        kube, women = self.kube, self.women
        for woman in women:
            woman.decide_to_come()
        came = sum(int(woman.came.sum()) for woman in women)
        kube.attendance = work.share(came, work.hours_of(len(women), len(kube.sessions)))
        there = sum(bool(woman.came.any()) for woman in women)
        for plan in self.plans:
            if plan.beside_week == self.week:
                kube.give_hours(plan.kind, there)

    def orders(self) -> None:
        if not self.kube.sessions:
            return
        partners = self.partners
        quality = selling.quality_factor(self.p, self.kube.quality)
        for outlet in partners:
            alike = sum(o.kind == outlet.kind and o.outside == outlet.outside for o in partners)
            outlet.order(quality, selling.overlap_factor(self.p, alike))
        self.kube.promise(partners)

    def production(self) -> None:
        kube, partners = self.kube, self.partners
        effort = total(kube.hold_session(session, partners) for session in kube.sessions)
        kube.effort = work.share(effort, kube.work_sessions)
        for woman in self.members:
            woman.earn()

    def delivery(self) -> None:
        self.kube.deliver(self.partners)

    def sales(self) -> None:
        for outlet in self.partners:
            outlet.sell()

    def settlement(self) -> None:
        kube = self.kube
        for outlet in self.outlets:
            outlet.settle()
            kube.receipts += outlet.paid
            kube.stock += outlet.returned
        kube.cash += kube.receipts - kube.materials - kube.transport

    def division(self) -> None:
        self.kube.divide(self.women)
        for donor in self.donors:
            if self.kube.alive and 0 < self.week - donor.wage_start_week <= self.p.wage_weeks:
                self.kube.pay_wages(self.women)

    def trust(self) -> None:
        kube, women = self.kube, self.women
        for outlet in self.outlets:
            outlet.judge()
        kube.judge_delivery(self.partners)
        for woman in women:
            work_share = work.share(int(woman.worked.sum()), kube.work_sessions)
            paid = work.share(woman.pay, kube.payouts) if kube.payouts else work_share
            woman.compare(work_share, paid, len(women))
        for donor in self.donors:
            donor.forget()

    def habits(self) -> None:
        kept = support.kept(self.p.fgd_halflife)
        for woman in self.women:
            woman.get_used_to(kept)
        self.kube.get_used_to()

    def skills(self) -> None:
        self.kube.practise()
        for k in range(len(self.setting.ground.products)):
            self.kube.learn_from_sales(k, self.partners)

    def hearsay(self) -> None:
        chances = [trust.telling_probability(self.p, partner) for partner in (True, False)]
        views = [outlet.trust for outlet in self.outlets]
        heard = []
        for outlet in self.outlets:
            known = [(self.outlets[i], views[i]) for i in outlet.acquaintances if i != NONE]
            heard.append([view for other, view in known if other.tells(outlet, *chances)])
        for outlet, opinions in zip(self.outlets, heard, strict=True):
            if opinions:
                outlet.hear(opinions)

    def ties(self) -> None:
        if self.settling or not self.kube.alive:
            return
        for outlet in self.outlets:
            if outlet.status == Status.PARTNER and not outlet.own:
                outlet.may_stop()
            elif outlet.status == Status.DROPPED:
                outlet.may_reopen()
        self.kube.serve_fewer_or_more(self.partners, self.outlets_that_are(Status.PAUSED))

    def people(self) -> None:
        if self.settling or not self.kube.alive:
            return
        kube = self.kube
        kube.replace_lost_officer(self.women)
        for woman in self.women:
            woman.may_leave()
        if kube.may_grow(len(self.women), len(self.members) < len(self.setting.ground.women)):
            self._welcome()
        kube.may_break()
        kube.find_a_house(self.women)

    def _welcome(self) -> None:
        """A woman joins; who she is comes by lot, as at the founding."""
        index = len(self.members)
        ground = self.setting.ground
        founding.draw_woman(ground, self.world.women, self.run_key, self.week, index)
        state = world.states(self.world, "women", self.setting.women_ids)[index]
        self.members.append(self.Women(self, state))
        self.kube.women = len(self.members)
        self.note(What.MEMBER_JOINED, index)

    def outside_money(self) -> None:
        kube, p = self.kube, self.p
        if p.election and self.week == p.election_week:
            for donor in self.donors:
                if donor.village_government:
                    donor.elect()
        if not kube.alive:
            return
        if kube.legality_week == self.week:
            kube.legal = True
            kube.news += 1
            self.note(What.LEGAL)
        for donor in self.donors:
            if donor.wage_decision_week == self.week:
                donor.decide_on_wages()
            if donor.decision_week == self.week and donor.village_government:
                donor.decide_on_budget()
            elif donor.decision_week == self.week:
                donor.decide_on_proposal()
            if donor.payment_week == self.week:
                kube.receive_budget()
