"""The founding: a setting, a scenario and luck become the world of week 0, for both engines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sim import world
from sim.compiled import compiled
from sim.config.timing import STAGES
from sim.draws import Event, event_key, name_key, uniform
from sim.parameters import DAYS_PER_WEEK, OUTLET_KINDS, Kind, Value
from sim.quantiles import rank
from sim.rules import members, selling, support, trust, work
from sim.scenario import Donor, Outlet, Scenario
from sim.setting import Ground, Setting, ingredient_names
from sim.state import NEVER, NONE, Shock, Status, When
from sim.world import Outlets, Room, Women, World

QUARTER: Final = 13  # weeks of materials that the officers remember
_STAGES: Final = tuple(STAGES.values())


def partners_of(setting: Setting) -> list[str]:
    """Ids of the outlets that take goods before week 0 (contradiction X1, theory 2.14.17).

    Under among_the_five each is another outlet of its kind, as long as there is one.
    """
    partners = [o for o in setting.group.outlets if o.initial][: int(setting.p.n_outlets_init)]
    if setting.values["initial_outlets"] == "distinct":
        return [outlet.id for outlet in partners]
    others = [outlet for outlet in setting.group.outlets if not outlet.initial]
    for place, mine in enumerate(partners):
        alike = [outlet for outlet in others if outlet.kind == mine.kind]
        if alike:
            partners[place] = alike[0]
            others.remove(alike[0])
    return [outlet.id for outlet in partners]


def found(setting: Setting, scenario: Scenario, partners: Sequence[str] | None = None) -> World:
    """The world before any luck; `draw_luck` completes it.

    `partners`: ids of the outlets with a tie from before week 0; left out, as the file tells.
    """
    group, p, ground = setting.group, setting.p, setting.ground
    known = partners_of(setting) if partners is None else partners
    rows = {
        "women": len(ground.women), "outlets": len(group.outlets), "donors": len(group.donors),
        "kube": 1, "plans": len(scenario.interventions), "shocks": len(scenario.shocks),
    }  # fmt: skip
    lags = [_lag(setting, outlet) for outlet in group.outlets]
    made = world.empty(
        rows,
        {
            "session": int(p.sessions_per_week),
            "product": len(group.products),
            "window": ground.days.shape[3],
            "lag": max(lags, default=0) + 1,
            "memory": int(p.order_memory_weeks),
            "quarter": QUARTER,
            "ingredient": len(ground.ingredients),
            "neighbour": int(p.hearsay_neighbours),
        },
    )
    for index, place in enumerate(setting.order):
        _found_outlet(setting, made, index, place, group.outlets[place].id in known)
    for index, name in enumerate(setting.donor_ids):
        _found_donor(setting, made.donors.rows, index, _named(group.donors, name))
    _found_kube(setting, made)
    for index, plan in enumerate(scenario.interventions):
        _fill(made.plans.rows, index, _plan(setting, plan))
    for index, shock in enumerate(scenario.shocks):
        _fill(made.shocks.rows, index, _shock(setting, shock))
    return made


def _fill(rows: Any, index: int, values: dict[str, Value]) -> None:
    """One row of zeros gets its values, at once: field by field takes ten times as long."""
    rows[index] = tuple(values.get(name, 0) for name in rows.dtype.names)


def _named(things: Sequence[Any], name: str) -> Any:
    return next(thing for thing in things if thing.id == name)


def _lag(setting: Setting, outlet: Outlet) -> int:
    return int(setting.p.payment_lag if outlet.payment_lag is None else outlet.payment_lag)


def _found_outlet(setting: Setting, made: World, index: int, place: int, partner: bool) -> None:
    """An outlet at the founding; a partner has a tie with a past."""
    outlet = setting.group.outlets[place]
    p, values, products = setting.p, setting.values, setting.ground.products
    km, size = float(values[f"distance_km_{outlet.id}"]), float(values[f"size_{outlet.id}"])
    told = str(values["contract"])
    outright = (outlet.contract if told == "as_told" else told) == "putus"
    usual = p.putus_margin if outright else p.consign_margin
    margin = float(values.get(f"margin_{outlet.id}", usual))
    outside = outlet.place == "outside"
    base = p.trust_base_outside if outside else p.trust_base_in_village
    good = float(p.tie_prior_good) if partner else 0.0
    _fill(
        made.outlets.rows,
        index,
        {
            "key": name_key(outlet.id),
            "index": index,
            "place": place,
            "kind": list(OUTLET_KINDS).index(outlet.kind),
            "online": outlet.kind == "online",
            "outside": outside,
            "km": km,
            "margin": margin,
            "outright": outright,
            "lag": _lag(setting, outlet),
            "trip_hours": work.trip_hours(p, km),
            "trip_cost": work.trip_cost(p, km),
            "status": Status.PARTNER if partner else Status.STRANGER,
            "good": good,
            "base_rate": base,
            "level": trust.level(p, good, 0.0, base),
            "cap": 1.0,
            "experience": 1.0,
            "informed": partner,
            "deliveries": int(p.drop_min_deliveries) if partner else 0,
            "refused_week": NEVER,
            "dropped_week": NEVER,
        },
    )
    for k, product in enumerate(setting.group.products):
        demand = size * float(values[f"demand_{outlet.kind}_{product.id}"])
        made.outlets.demand[index, k] = demand
        made.outlets.receipts[index, k] = selling.unit_receipt(int(products[k]["price"]), margin)
    if partner and not outright:
        made.outlets.due[index, : _lag(setting, outlet)] = _usual_sales(setting, made, index)


def _usual_sales(setting: Setting, made: World, index: int) -> int:
    """Rupiah an old tie owes for one ordinary week before the founding."""
    p, outlet = setting.p, made.outlets.rows[index]
    share = selling.order_share(p, float(outlet["level"]), 1.0, 1.0, False)
    owed = 0
    for k, product in enumerate(setting.ground.products):
        if not product["potential"]:
            open_days = _selling_days(setting, k)
            pieces = selling.order(share, float(made.outlets.demand[index, k]) * open_days)
            owed += pieces * int(made.outlets.receipts[index, k])
    return owed


def _selling_days(setting: Setting, k: int) -> int:
    """Days of a week on which a batch of product `k` is on the shelf."""
    life = int(setting.values[f"shelf_life_days_{setting.group.products[k].id}"])
    return min(DAYS_PER_WEEK, life + int(setting.p.sessions_per_week) - 1)


def _found_donor(setting: Setting, rows: Any, index: int, donor: Donor) -> None:
    p = setting.p
    government, ministry = donor.kind == "village_government", donor.kind == "ministry"
    _fill(
        rows,
        index,
        {
            "key": name_key(donor.id),
            "index": index,
            "village_government": government,
            "ministry": ministry,
            "gives_cash": donor.gives == "cash",
            "amount": int(p.grant_kube_kemensos if ministry else p.grant_pesantren),
            "base_rate": p.trust_base_in_village if government else p.trust_base_outside,
            "open_plan": NONE,
            "decision_week": NEVER,
            "wage_decision_week": NEVER,
            "payment_week": NEVER,
            "wage_start_week": NEVER,
            "rejected_week": NEVER,
        },
    )


def _found_kube(setting: Setting, made: World) -> None:
    p = setting.p
    _fill(
        made.kube.rows,
        0,
        {
            "cash": int(p.working_capital_0),
            "quality": p.quality_init,
            "product_skill": support.skill_at_rest(p, p.quality_init),
            "management_skill": p.management_skill_init,
            "proposal_skill": p.proposal_skill_init,
            "networking": p.networking_init,
            "knowledge": p.knowledge_init,
            "norm": p.norm_init,
            "alive": True,
            "legality_week": NEVER,
            "fgd_week": NEVER,
            "mentored_until": NEVER,
            "facility_until": NEVER,
            "tools_until": NEVER,
            "partners_until": NEVER,
            "women": int(p.n_members),
            "last_attendance": 1.0,
            "stage": NONE,
            "cash_scale": 1.0,
            "throughput": 1.0,
        },
    )
    made.kube.offered[:] = ~setting.ground.products["potential"]
    made.kube.supply[:] = 1.0


def _plan(setting: Setting, plan: Any) -> dict[str, Value]:
    """An intervention of a scenario as a row of the agenda."""
    when, about, below = _condition(setting, plan)
    requests = getattr(plan, "requests", ())
    return {
        "kind": Kind[plan.kind.upper()],
        "weeks": getattr(plan, "weeks", 1),
        "stage": _STAGES.index(plan.stage) if plan.stage else NONE,
        "effective": plan.effective,
        "officers_only": getattr(plan, "invited", "all") == "officers",
        "outlet": _outlet(setting, getattr(plan, "outlet", None)),
        "donor": _donor(setting, getattr(plan, "donor", None)),
        "product": _product(setting, plan),
        "clients": getattr(plan, "clients", 0),
        "legality": "legality" in requests,
        "tools": "tools" in requests or getattr(plan, "tools", False),
        "wages": "wages" in requests,
        "again": getattr(plan, "second_visit", False) or getattr(plan, "resubmit", False),
        "when": when,
        "about": about,
        "below": below,
        "every": plan.repeat.every if plan.repeat else 1,
        "left": plan.repeat.times if plan.repeat else 1,
        "next_week": plan.week,
        "until": NEVER,
        "retry_week": NEVER,
        "last_week": plan.week,
        "beside_week": NEVER,
    }


def _condition(setting: Setting, plan: Any) -> tuple[int, int, float]:
    """What a plan waits for: the condition, whom it is about, the bound."""
    if plan.when is None:
        return When.ALWAYS, NONE, 0.0
    name, value = plan.when.condition
    when = When[name.upper()]
    if when in (When.ATTENDANCE_BELOW, When.CASH_BELOW):
        return when, NONE, float(value)
    find = _donor if when == When.PROPOSAL_REJECTED else _outlet
    return when, NONE if value == "any" else find(setting, value), 0.0


def _outlet(setting: Setting, name: str | None) -> int:
    return NONE if name in (None, "any") else setting.outlet_ids.index(str(name))


def _donor(setting: Setting, name: str | None) -> int:
    return NONE if name is None else setting.donor_ids.index(name)


def _product(setting: Setting, plan: Any) -> int:
    """The potential product that a training may lead to."""
    if plan.kind != "product_training":
        return NONE
    potential = [k for k, each in enumerate(setting.group.products) if each.potential]
    wanted = [k for k in potential if plan.product in (None, setting.group.products[k].id)]
    return wanted[0] if wanted else NONE


def _shock(setting: Setting, shock: Any) -> dict[str, Value]:
    ingredient = getattr(shock, "ingredient", None)
    return {
        "kind": Shock[shock.kind.upper()],
        "week": shock.week,
        "weeks": shock.weeks,
        "outlet": _outlet(setting, getattr(shock, "outlet", None)),
        "ingredient": ingredient_names(setting.group).index(ingredient) if ingredient else NONE,
        "households": getattr(shock, "households", 0),
        "share": getattr(shock, "size", 0.0),
    }


# --- Luck: the people of one run, and who knows whom -------------------------------------------


@compiled
def draw_luck(ground: Ground, women: Women, outlets: Outlets, room: Room, run: int) -> None:
    """Complete a world: the women who found the group, and the acquaintances of the outlets."""
    p = ground.p[0]
    week = -p.burn_in_weeks
    for i in range(p.n_members):
        draw_woman(ground, women, run, week, i)
        women.rows[i].founder = True
        women.rows[i].officer = i < p.n_officers
        women.rows[i].house = i == 0
    _draw_acquaintances(ground, outlets, room, run, week)


@compiled
def draw_woman(ground: Ground, women: Women, run: int, week: int, i: int) -> None:
    """Woman `i` as she enters the group in `week`."""
    p, key, woman = ground.p[0], ground.women[i], women.rows[i]
    woman.key, woman.index, woman.active = key, i, True
    woman.kind = members.type_of(p, uniform(event_key(run, week, Event.MEMBER_TYPE), key, 0))
    luck = uniform(event_key(run, week, Event.MEMBER_TRUST), key, 0)
    woman.trust = members.spread(p.trust_base_inside, p.trust_init_sd, luck)
    luck = uniform(event_key(run, week, Event.MEMBER_EFFICACY), key, 0)
    woman.efficacy = members.spread(p.efficacy_init, p.efficacy_sd, luck)
    luck = uniform(event_key(run, week, Event.MEMBER_MOTIVATION), key, 0)
    woman.motivation = members.spread(p.motivation_init, p.motivation_sd, luck)
    woman.motivation_rest = woman.motivation
    woman.belief = p.belief_init
    woman.propensity = p.belief_init
    woman.expected_pay = p.expected_pay_init
    luck = uniform(event_key(run, week, Event.HOUSEHOLD_INCOME), key, 0)
    woman.other_income = members.other_income(p, luck)
    luck = uniform(event_key(run, week, Event.HOUSEHOLD_SIZE), key, 0)
    woman.household_size = members.household_size(p, luck)


@compiled
def _draw_acquaintances(ground: Ground, made: Outlets, room: Room, run: int, week: int) -> None:
    """Who hears from whom: a small world on each side of the village border.

    Outlets stand on a ring by lot and know the nearest; a few know somebody anywhere instead
    (Watts and Strogatz 1998). Online outlets meet nobody.
    """
    p, outlets, known = ground.p[0], made.rows, made.acquaintances
    lots, everywhere, ring = room.views, room.asked, room.loads
    places, far = event_key(run, week, Event.PLACE), event_key(run, week, Event.FAR)
    met = 0
    for o in range(len(outlets)):
        lots[o] = uniform(places, outlets[o].key, 0)
        for step in range(known.shape[1]):
            known[o, step] = NONE
        if not outlets[o].online:
            everywhere[met] = o
            met += 1
    for side in range(2):
        n = 0
        for place in range(met):
            if outlets[everywhere[place]].outside == (side == 1):
                ring[n] = everywhere[place]
                n += 1
        rank(ring, n, lots)
        for place in range(n):
            me = ring[place]
            for step in range(min(known.shape[1], n - 1)):
                away = step // 2 + 1
                other = ring[(place + away) % n] if step % 2 == 0 else ring[(place - away) % n]
                if uniform(far, outlets[me].key, 2 * step) < p.hearsay_far:
                    luck = uniform(far, outlets[me].key, 2 * step + 1)
                    other = everywhere[int(luck * met)]
                again = other == me
                for earlier in range(step):
                    again = again or known[me, earlier] == other
                known[me, step] = NONE if again else other
