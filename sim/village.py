"""The village: the readable engine. It lives the phases of `sim.week`, week by week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import mesa

from sim import calendar, draws, founding
from sim.agents import Donor, Member, Outlet
from sim.draws import Event
from sim.interventions import KINDS
from sim.kube import Kube
from sim.parameters import DAYS_PER_WEEK
from sim.rules import selling, work
from sim.scenario import Scenario
from sim.state import Status
from sim.sums import total
from sim.week import PHASES


class Happening(NamedTuple):
    """Something worth telling: a row of events.parquet."""

    week: int
    kind: str
    subject: str
    value: float


@dataclass(frozen=True)
class Luck:
    """Which run this is: the same numbers give the same luck, whatever the scenario."""

    seed: int = 0
    village: int = 0
    replication: int = 0


class Village(mesa.Model):  # type: ignore[misc]
    """One group with its outlets and donors, through the weeks of one run.

    `step()` lives one week, `live()` all of them. Phases are methods, one for each row of
    `sim.week.PHASES`; subclass and override one to try another rule.
    """

    def __init__(
        self,
        setting: founding.Setting,
        scenario: Scenario,
        luck: Luck = Luck(),
        partners: Sequence[str] | None = None,
    ) -> None:
        """Found the group. `partners`: ids of the outlets with a tie from before week 0."""
        super().__init__()
        self.setting, self.p = setting, setting.p
        self.run_key = draws.run_key(luck.seed, luck.village, luck.replication)
        self.burn_in = int(self.p.burn_in_weeks)
        self.week = -self.burn_in
        self.session_days = list(range(int(self.p.sessions_per_week)))
        self.days_without_session = DAYS_PER_WEEK - len(self.session_days)
        known = founding.partners_of(setting) if partners is None else list(partners)
        self.members = [Member(self, state) for state in founding.women_of(setting, self.run_key)]
        outlets = founding.outlets_of(setting, known)
        # By key, so that the order of a file changes nothing.
        self.outlets = [Outlet(self, state) for state in sorted(outlets, key=lambda o: o.key)]
        self.donors = [Donor(self, state) for state in founding.donors_of(setting)]
        self.kube = Kube(self, founding.kube_of(setting))
        self.event_keys: dict[int, int] = {}
        self.happenings: list[Happening] = []
        self.plans: dict[int, list[Any]] = defaultdict(list)
        for plan in scenario.interventions:
            for week in range(plan.week, plan.week + getattr(plan, "weeks", 1)):
                self.plans[week].append(plan)

    # --- Time, luck and looking things up ---

    @property
    def tick(self) -> int:
        """Index of the week in the setting's arrays, burn-in included."""
        return self.week + self.burn_in

    @property
    def today(self) -> date:
        """First day of the week."""
        return self.setting.calendar.first_days[self.tick]

    @property
    def settling(self) -> bool:
        """In the burn-in nobody leaves, nothing breaks and no tie ends (F91: the group lives)."""
        return self.week < 0

    @property
    def farm_days(self) -> float:
        """Days of farm work this week, before farm_days_factor."""
        return self.setting.farm_days[self.tick]

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

    def outlet(self, outlet_id: str) -> Outlet:
        """The outlet called `outlet_id`."""
        return next(outlet for outlet in self.outlets if outlet.id == outlet_id)

    def donor(self, donor_id: str) -> Donor:
        """The donor called `donor_id`."""
        return next(donor for donor in self.donors if donor.id == donor_id)

    def government(self) -> Donor:
        """The village government."""
        return next(donor for donor in self.donors if donor.village_government)

    def note(self, kind: str, subject: str = "", value: float = 0.0) -> None:
        """Remember a happening."""
        self.happenings.append(Happening(self.week, kind, subject, value))

    def plan_again(self, plan: Any, weeks_later: float, **changes: Any) -> None:
        """Put a changed copy of an intervention into a later week."""
        week = self.week + int(weeks_later)
        self.plans[week].append(plan.model_copy(update={"week": week, **changes}))

    def budget_payment_week(self, u: float) -> int:
        """The week in which granted dana desa arrives: a day from January to June, by lot."""
        first, last = calendar.payment_window(self.today)
        days = work.scaled((last - first).days + 1, u)
        return self.setting.calendar.week_of(first + timedelta(days=days))

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
        self.event_keys = {e: draws.event_key(self.run_key, self.week, e) for e in Event}

    def open_week(self) -> None:
        meets = self.setting.meets[self.tick]
        kube = self.kube
        can_meet = kube.alive and not kube.core_down and len(self.women) >= self.p.min_crew
        kube.start_week(can_meet, [day for day in self.session_days if meets[day]])
        for outlet in self.outlets:
            outlet.start_week(len(self.session_days))

    def farm_calls(self) -> None:
        for woman in self.members:
            woman.hear_farm_calls()

    def interventions(self) -> None:
        if not self.kube.alive:
            return
        for plan in self.plans[self.week]:
            self.kube.charge(plan.kind)
            self.note(plan.kind, getattr(plan, "outlet", getattr(plan, "donor", "")))
            if plan.effective:
                KINDS[plan.kind](self, plan)

    def attendance(self) -> None:
        kube, women = self.kube, self.women
        for woman in women:
            woman.decide_to_come()
        came = sum(sum(woman.came) for woman in women)
        kube.attendance = work.share(came, work.hours_of(len(women), len(kube.sessions)))

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
            for k, pieces in enumerate(outlet.returned):
                kube.stock[k] += pieces
        kube.cash += kube.receipts - kube.materials - kube.transport

    def division(self) -> None:
        self.kube.divide(self.women)

    def trust(self) -> None:
        kube, women = self.kube, self.women
        for outlet in self.outlets:
            outlet.judge()
        kube.judge_delivery(self.partners)
        for woman in women:
            work_share = work.share(sum(woman.worked), kube.work_sessions)
            paid = work.share(woman.pay, kube.payouts) if kube.payouts else work_share
            woman.compare(work_share, paid, len(women))
        for donor in self.donors:
            donor.forget()

    def habits(self) -> None:
        for woman in self.women:
            woman.get_used_to()
        self.kube.get_used_to()

    def skills(self) -> None:
        self.kube.practise()
        for k in range(len(self.setting.products)):
            self.kube.learn_from_sales(k, self.partners)

    def hearsay(self) -> None:
        tellers = [(outlet, outlet.trust) for outlet in self.outlets if outlet.can_tell()]
        heard = [
            (outlet, [what for o, what in tellers if o.is_near(outlet) and o.tells(outlet)])
            for outlet in self.outlets
        ]
        for outlet, opinions in heard:
            if opinions:
                outlet.hear(opinions)

    def ties(self) -> None:
        if self.settling or not self.kube.alive:
            return
        for outlet in self.outlets:
            if outlet.status == Status.PARTNER:
                outlet.may_stop()
            elif outlet.status == Status.DROPPED:
                outlet.may_reopen()
        self.kube.serve_fewer_or_more(self.partners, self.outlets_that_are(Status.PAUSED))

    def people(self) -> None:
        if self.settling:
            return
        self.kube.replace_lost_officer(self.women)
        for woman in self.women:
            woman.may_leave()
        self.kube.may_break()

    def outside_money(self) -> None:
        kube = self.kube
        if not kube.alive:
            return
        if kube.legality_week == self.week:
            kube.legal = True
            self.note("legal")
        for donor in self.donors:
            if donor.decision_week == self.week:
                donor.decide()
            if donor.payment_week == self.week:
                kube.receive_budget()
