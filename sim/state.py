"""What is remembered: every field of every agent, with its unit. No behaviour.

Rupiah and pieces are whole numbers, so that every account closes exactly. Fields under "this week"
are overwritten in every tick. Arrays over products follow the group's file, arrays over sessions
the session days. A `vector` names what its array runs over; both engines hold the same fields.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

NEVER: Final = -10_000  # a week so long ago, or a date so far off, that it plays no part
NONE: Final = -1  # an index that points at nothing

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]
Floats = NDArray[np.float64]


def vector(*over: str) -> Any:
    """A field that is an array; `over` names its axes."""
    return field(default_factory=lambda: np.zeros(0), metadata={"over": over})


class Status(IntEnum):
    """Of an outlet towards the group."""

    STRANGER = 0  # never agreed
    PARTNER = 1  # takes goods
    DROPPED = 2  # the outlet stopped
    PAUSED = 3  # the officers do not serve it now


class When(IntEnum):
    """What a plan may wait for."""

    ALWAYS = 0
    OUTLET_REFUSED = 1
    OUTLET_DROPPED = 2
    PROPOSAL_REJECTED = 3
    ATTENDANCE_BELOW = 4
    CASH_BELOW = 5


class Shock(IntEnum):
    """What may befall a group."""

    HUSBAND_INCOME = 0
    OUTLET_CLOSURE = 1
    OFFICER_ILLNESS = 2
    FAILED_HARVEST = 3
    INGREDIENT_PRICE = 4
    LATE_PAYMENT = 5


@dataclass(eq=False, kw_only=True)
class MemberState:
    """A woman of the group. Trust, efficacy, motivation, belief and propensity in 0-1."""

    id: str
    key: int
    index: int  # her place in the tables
    founder: bool  # was there at the founding
    officer: bool
    house: bool  # the group produces at her house
    active: bool  # is in the group
    kind: int  # rules.members.Type
    trust: float  # in the group
    efficacy: float  # confidence and voice
    motivation: float
    motivation_rest: float  # where her motivation goes back to
    belief: float  # attendance she expects of the others
    propensity: float  # to come, in the form payoff
    expected_pay: float  # Rp per session
    other_income: int  # Rp per week of her household, without her own
    household_size: float  # persons
    fgd: float = 0.0  # what is left of the last FGD she came to, 0-1
    unpaid_weeks: int = 0  # in a row, with expected pay far below the farm wage
    ill_weeks: int = 0  # weeks left of an illness
    poor_weeks: int = 0  # weeks left in which her husband's income is lost
    poor_share: float = 0.0  # share of the other income lost then
    # this week
    called: Flags = vector("session")  # has a farm call on each session day
    farm_days: int = 0  # days with a farm call
    came: Flags = vector("session")  # to each session
    worked: Flags = vector("session")  # was kept to work
    gathered: bool = False  # came to the gathering at hand
    farm_income: int = 0  # Rp
    wage_lost: int = 0  # Rp of farm wage forgone
    pay: int = 0  # Rp from the cash box
    wages: int = 0  # Rp from the village's wage budget


@dataclass(eq=False, kw_only=True)
class OutletState:
    """A place that sells, or might sell, the group's goods."""

    id: str
    key: int
    index: int  # its place among the outlets, sorted by key
    place: int  # in the group's file and the tables
    kind: int  # place in parameters.OUTLET_KINDS
    online: bool  # no place where neighbours meet
    outside: bool  # of the village
    km: float  # from the house where the women produce
    margin: float  # share of the price it keeps
    outright: bool  # buys (putus) instead of taking on consignment (titip)
    lag: int  # weeks until it pays
    acquaintances: Counts = vector("neighbour")  # indices of outlets it hears from; NONE is nobody
    demand: Floats = vector("product")  # mean pieces asked for on a plain open day
    receipts: Counts = vector("product")  # Rp the group gets for a piece
    trip_hours: float  # of one delivery alone
    trip_cost: int  # Rp of one delivery alone
    status: int  # Status
    good: float  # weighted good events
    bad: float  # weighted bad events
    base_rate: float  # trust of one who knows nothing, 0-1
    level: float  # trust in the multiplicative form, 0-1
    due: Counts = vector("lag")  # Rp due at the end of this week and the following
    cap: float = 1.0  # trust never exceeds this
    own: bool = False  # the group's own stall or page, now
    before: int = 0  # status to which it returns when that ends
    experience: float = 1.0  # of a tie, 0-1; grows with good weeks
    informed: bool = False  # has heard of the group
    agreed: bool = False  # has ever agreed since week 0
    promise_weeks: int = 0  # weeks left in which a promise counts
    bad_weeks: int = 0  # in a row
    deliveries: int = 0  # weeks with a delivery
    repair_weeks: int = 0  # until a dropped tie can open again
    closed_weeks: int = 0  # weeks left of a closure
    late_weeks: int = 0  # weeks left in which it does not pay
    refused_week: int = NEVER  # last refusal
    dropped_week: int = NEVER  # last time it stopped
    # this week
    visited: bool = False
    vouched: float = 0.0  # mean trust of the partners it knows, 0-1
    means: Floats = vector("product", "window")  # mean pieces asked for
    orders: Counts = vector("product", "session")
    batches: Counts = vector("product", "session")  # on the shelf
    delivered: Counts = vector("product")  # pieces sent, those then lost included
    sold: Counts = vector("product")
    returned: Counts = vector("product")  # to the group's stock
    wasted: Counts = vector("product")
    lost: Counts = vector("product")  # on the way
    promised: int = 0  # Rp at the buyer's price
    paid: int = 0  # Rp


@dataclass(eq=False, kw_only=True)
class DonorState:
    """A donor or the village government."""

    id: str
    key: int
    index: int  # its place among the donors, sorted by key
    village_government: bool
    ministry: bool  # gives to legal groups of a KUBE's size only
    gives_cash: bool
    amount: int  # Rp of a grant
    good: float  # weighted good events
    bad: float  # weighted bad events
    base_rate: float  # trust of one who knows nothing, 0-1
    open_plan: int = NONE  # the plan that handed in the open proposal
    proposal_quality: float = 0.0  # proposal skill when it was written, 0-1
    decision_week: int = NEVER  # of an open proposal or request for tools
    wage_decision_week: int = NEVER  # of an open request for wages
    granted: bool = False
    payment_week: int = NEVER  # of granted dana desa
    wage_start_week: int = NEVER  # of a granted wage budget
    rejected_week: int = NEVER  # last rejection
    new_head: bool = False  # a new village head was elected


@dataclass(eq=False, kw_only=True)
class KubeState:
    """The joint business group (KUBE) as a whole. Skills, quality and norm in 0-1."""

    cash: int  # Rp
    quality: float
    product_skill: float
    management_skill: float
    proposal_skill: float
    networking: float  # officers' ability to build trust outside
    knowledge: float  # of potentials and sources
    norm: float
    stock: Counts = vector("product")  # durable pieces at the house
    offered: Flags = vector("product")  # is made
    supply: Floats = vector("product")  # share of expected sales the officers send
    sold_memory: Counts = vector("product", "memory")  # pieces sold
    expected_memory: Floats = vector("product", "memory")  # pieces expected
    material_plans: Counts = vector("quarter")  # Rp, weeks of the last quarter
    price_rise: Floats = vector("ingredient")  # share by which it is dearer
    price_weeks: Counts = vector("ingredient")  # weeks left of that
    alive: bool = True
    core_down: int = 0  # weeks until the production core works again
    stopped_weeks: int = 0  # in a row without any possible session
    tools: float = 0.0  # share of granted tools in use, 0-1
    legal: bool = False
    legality_week: int = NEVER
    fgd_week: int = NEVER
    mentor: float = 0.0  # 1 while mentored, then fading
    mentored_until: int = NEVER  # last week of mentoring
    facility_until: int = NEVER  # last week in which the balai desa is lent
    tools_until: int = NEVER  # last week in which tools are lent
    partners_until: int = NEVER  # last week in which PKK and karang taruna help
    harvest_weeks: int = 0  # weeks left of a failed harvest
    harvest_loss: float = 0.0  # share of farm days lost then
    women: int = 0  # who are or were in the group
    candidates: int = 0  # women outside who know of the group and would join
    short_weeks: int = 0  # in a row
    last_attendance: float = 1.0  # in the last week with a session
    stage: int = NONE  # of the cycle of action research
    cycle: int = 0  # reflections begun
    news: int = 0  # good news that the women have not heard yet
    agreements: int = 0
    proposals_submitted: int = 0
    grants_rp: int = 0
    dana_desa_rp: int = 0
    capital: int = 0  # Rp of cash grants, which are not divided
    grant_leak_rp: int = 0  # of cash grants, to households
    intervention_rp: int = 0
    facilitator_days: float = 0.0
    intervention_hours: float = 0.0
    # this week
    held: Flags = vector("session")  # sessions held
    attendance: float = 0.0  # share of the women present, mean of the sessions
    turnout: float = 0.0  # share of those invited who came to the gathering at hand
    opening_cash: int = 0
    opening_stock: Counts = vector("product")
    cash_scale: float = 1.0
    throughput: float = 1.0  # share of the orders that broken ties leave possible
    made: Counts = vector("product")  # pieces
    unit_costs: Counts = vector("product")  # Rp of materials for a piece
    materials: int = 0  # Rp
    transport: int = 0  # Rp, levies included
    receipts: int = 0  # Rp
    grant_cash: int = 0  # Rp
    wages: int = 0  # Rp of the village's wage budget, paid to the women
    payouts: int = 0  # Rp
    trips: int = 0
    work_sessions: int = 0  # women x sessions worked
    spare_hours: float = 0.0  # of women who came and were sent home
    effort: float = 0.0  # mean of those who worked
    binding: int = 0  # rules.work.Binding
    late: bool = False


@dataclass(eq=False, kw_only=True)
class PlanState:
    """One intervention of the scenario, and what has become of it."""

    kind: int  # place in parameters.INTERVENTION_KINDS
    weeks: int  # how long it lasts
    stage: int  # of action research: reflection, planning, action, evaluation
    effective: bool
    officers_only: bool  # who is invited
    outlet: int  # index
    donor: int  # index
    product: int  # index
    clients: int  # women counselled
    legality: bool  # asked for at an audience
    tools: bool  # asked for at an audience, or lent with a facility
    wages: bool  # asked for at an audience
    again: bool  # a refusal or rejection is answered once
    when: int  # When
    about: int  # index of the outlet or donor that `when` is about; NONE is any
    below: float  # threshold of `when`
    every: int  # weeks between two times
    left: int  # times it may still take place
    next_week: int  # earliest week of the next time
    until: int = NEVER  # last week of the present time
    retry_week: int = NEVER  # of a second visit or a proposal handed in again
    last_week: int = NEVER  # when it last began, or could first
    beside_week: int = NEVER  # when it last went on beside the sessions, without an invitation


@dataclass(eq=False, kw_only=True)
class ShockState:
    """A shock that the scenario schedules."""

    kind: int  # Shock
    week: int
    weeks: int  # how long it lasts
    outlet: int  # index; NONE is every outlet
    ingredient: int  # index
    households: int  # how many are hit
    share: float  # lost, or by which a price rises
