"""What is remembered: every field of every agent, with its unit. No behaviour.

Rupiah and pieces are whole numbers, so that every account closes exactly. Fields under "this week"
are overwritten in every tick. Lists over products follow the group's file, lists over sessions the
session days.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

NEVER = -10_000  # a week so long ago, or a date so far off, that it plays no part


class Status(IntEnum):
    """Of an outlet towards the group."""

    STRANGER = 0  # never agreed
    PARTNER = 1  # takes goods
    DROPPED = 2  # the outlet stopped
    PAUSED = 3  # the officers do not serve it now


@dataclass(eq=False)
class MemberState:
    """A woman of the group. Trust, efficacy and belief in 0-1."""

    id: str
    key: int
    officer: bool
    kind: int  # rules.members.Type
    trust: float
    efficacy: float
    belief: float  # attendance she expects of the others
    expected_pay: float  # Rp per session
    other_income: int  # Rp per week of her household, without her own
    household_size: float  # persons
    active: bool = True
    unpaid_weeks: int = 0
    # this week
    called: list[bool] = field(default_factory=list)  # on each session day
    farm_days: int = 0  # days with a farm call
    came: list[bool] = field(default_factory=list)  # to each session
    worked: list[bool] = field(default_factory=list)  # was kept to work
    farm_income: int = 0  # Rp
    wage_lost: int = 0  # Rp of farm wage forgone
    pay: int = 0  # Rp from the group


@dataclass(eq=False)
class OutletState:
    """A place that sells, or might sell, the group's goods."""

    id: str
    key: int
    index: int  # in the group's file and the tables
    kind: str
    outside: bool  # of the village
    km: float
    margin: float  # share of the price it keeps
    outright: bool  # buys (putus) instead of taking on consignment (titip)
    demand: list[float]  # mean pieces of each product asked for on a plain open day
    receipts: list[int]  # Rp the group gets for a piece of each product
    trip_hours: float
    trip_cost: int  # Rp
    status: int
    good: float  # weighted good events
    bad: float  # weighted bad events
    base: float  # trust of one who knows nothing, 0-1
    due: list[int]  # Rp due at the end of this week and the following
    experience: float = 1.0  # of a tie, 0-1; grows with good weeks
    informed: bool = False  # has heard of the group
    agreed: bool = False  # has ever agreed since week 0
    promise_weeks: int = 0  # weeks left in which a promise counts
    bad_weeks: int = 0  # in a row
    deliveries: int = 0  # weeks with a delivery
    repair_weeks: int = 0  # until a dropped tie can open again
    # this week
    visited: bool = False
    means: list[list[float]] = field(default_factory=list)  # product x window: mean pieces asked
    orders: list[list[int]] = field(default_factory=list)  # product x session
    batches: list[list[int]] = field(default_factory=list)  # product x session, on the shelf
    delivered: list[int] = field(default_factory=list)  # pieces sent, those then lost included
    sold: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)  # to the group's stock
    wasted: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)  # on the way
    promised: int = 0  # Rp at the buyer's price
    paid: int = 0  # Rp


@dataclass(eq=False)
class DonorState:
    """A donor or the village government."""

    id: str
    key: int
    village_government: bool
    gives_cash: bool
    good: float
    bad: float
    base: float
    open_plan: Any = None  # the intervention that handed in the open proposal
    proposal_quality: float = 0.0  # proposal skill when it was written, 0-1
    decision_week: int = NEVER  # of an open proposal or budget request
    granted: bool = False
    payment_week: int = NEVER  # of granted dana desa


@dataclass(eq=False)
class KubeState:
    """The joint business group (KUBE) as a whole. Skills, quality and norm in 0-1."""

    cash: int  # Rp
    quality: float
    product_skill: float
    management_skill: float
    proposal_skill: float
    norm: float
    stock: list[int]  # durable pieces at the house, by product
    supply: list[float]  # share of expected sales the officers send, by product
    sold_memory: list[list[int]]  # product x week: pieces sold
    expected_memory: list[list[float]]  # product x week: pieces expected
    alive: bool = True
    core_down: int = 0  # weeks until the production core works again
    stopped_weeks: int = 0  # in a row without any possible session
    tools: float = 0.0  # share of granted tools in use, 0-1
    legal: bool = False
    legality_week: int = NEVER
    fgd_week: int = NEVER
    fgd: float = 0.0  # what is left of its effect, 0-1
    mentor: float = 0.0  # 1 while mentored, then fading
    mentored_until: int = NEVER  # last week of mentoring
    material_plans: list[int] = field(default_factory=list)  # Rp, weeks of the last quarter
    short_weeks: int = 0  # in a row
    agreements: int = 0
    proposals_submitted: int = 0
    grants_rp: int = 0
    dana_desa_rp: int = 0
    grant_leak_rp: int = 0  # of cash grants, to households
    intervention_rp: int = 0
    facilitator_days: float = 0.0
    intervention_hours: float = 0.0
    # this week
    sessions: list[int] = field(default_factory=list)  # session days held
    attendance: float = 0.0  # share of the women present, mean of the sessions
    opening_cash: int = 0
    opening_stock: list[int] = field(default_factory=list)
    cash_scale: float = 1.0
    made: list[int] = field(default_factory=list)  # pieces of each product
    unit_costs: list[int] = field(default_factory=list)  # Rp of materials for a piece
    materials: int = 0
    transport: int = 0
    receipts: int = 0
    grant_cash: int = 0
    payouts: int = 0
    trips: int = 0
    work_sessions: int = 0  # women x sessions worked
    spare_hours: float = 0.0  # of women who came and were sent home
    effort: float = 0.0  # mean of those who worked
    binding: int = 0  # rules.work.Binding
    late: bool = False
