"""Work: crew, hours, cash, trips, drying, and what goes wrong."""

from __future__ import annotations

import math
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.compiled import compiled
from sim.parameters import BOTH_WAYS, Parameters


class Reading(IntEnum):
    """The choices of the switch lawang_reading, in their order."""

    STRUCTURAL = 0
    ADDITIVE = 1
    LITERAL = 2


class Binding(IntEnum):
    """What limited a week's production."""

    NO_SESSION = 0
    DEMAND = 1
    CASH = 2
    HANDS = 3
    TRIPS = 4
    TIES = 5


@compiled
def share(part: float, whole: float) -> float:
    """Part of a whole (0-1); nothing of nothing is 0."""
    return part / whole if whole else 0.0


@compiled
def value(pieces: int, rupiah: int) -> int:
    """Rupiah of `pieces` (or days, or trips) at `rupiah` each."""
    return pieces * rupiah


@compiled
def hours_of(women: int, hours: float) -> float:
    """Hours of `women` (or sessions) that each take `hours`."""
    return women * hours


@compiled
def brings_per_trip(demand: float, receipt: int, cost: int) -> float:
    """Rupiah a product brings at an outlet on a plain open day, before the trip."""
    return demand * (receipt - cost)


@compiled
def trip_hours(p: Parameters, km: float) -> float:
    """Hours of one delivery to an outlet `km` away, both ways (theory sheet 2.14.7)."""
    return p.delivery_hours_outlet + BOTH_WAYS * km * p.travel_minutes_km / p.minutes_per_hour


@compiled
def trip_cost(p: Parameters, km: float) -> int:
    """Rupiah of one delivery, both ways."""
    return int(BOTH_WAYS * km * p.transport_cost_km)


@compiled
def trip_factor(p: Parameters, together: int) -> float:
    """Share of a trip's hours and cost when `together` outlets of one side are served that day.

    Every outlet but one shares its trip with another (Lawang 2).
    """
    return 1 - p.shared_trip_saving * (together - 1) / together


@compiled
def trip_left(hours: float, factor: float) -> float:
    """Hours of a trip that are left when it is shared."""
    return hours * factor


@compiled
def hours_on_the_road(p: Parameters, hours: float, helped: bool) -> float:
    """Hours of trips left to the women when PKK and karang taruna help (F183)."""
    return hours * (1 - p.partner_trip_relief) if helped else hours


@compiled
def turn(called: bool, lot: float) -> float:
    """Who is kept for work first: the smaller; field work goes home first, then by lot (0-1)."""
    return lot + 1 if called else lot


@compiled
def core_stands(p: Parameters, core_down: int, house_ill: bool, facility: bool) -> bool:
    """Whether the group has a place to produce at: one house, or a lent balai desa (F77, F120)."""
    if p.lawang_reading == Reading.ADDITIVE:
        return True
    stands_in = facility and p.facility_stands_in > 0
    return core_down == 0 and (stands_in or not house_ill)


@compiled
def throughput(p: Parameters, broken: int) -> float:
    """Share of the orders that can be served while `broken` ties wait for repair (Lawang 4).

    (1 - kappa) + kappa x (all ties whole), theory sheet 2.10.
    """
    if broken == 0 or p.lawang_reading == Reading.ADDITIVE:
        return 1.0
    return 0.0 if p.lawang_reading == Reading.LITERAL else 1 - p.lawang_kappa


@compiled
def stops_with_a_tie(p: Parameters, now: float) -> float:
    """Share (0-1) of all other sales that stop when one more tie breaks (Lawang 4).

    now: this week's throughput, under which they were made.
    """
    return 1 - share(throughput(p, 1), now)


@compiled
def loss_of_tie(own: float, stops: float) -> float:
    """Share (0-1) of a week's sales lost with a tie: its `own`, and what of the rest `stops`."""
    return own + (1 - own) * stops


@compiled
def dearer(cost: int, shares: NDArray[np.float64], rises: NDArray[np.float64]) -> int:
    """Rupiah of a piece's materials when ingredients, each a share of the cost, are dearer."""
    factor = 1.0
    for i in range(len(shares)):
        factor += shares[i] * rises[i]
    return int(cost * factor)


@compiled
def productivity(p: Parameters, tools: float) -> float:
    """Labour productivity factor; granted tools (0-1 in use) raise it (theory sheet 2.3)."""
    return p.tools_multiplier_init + p.tools_gain * tools


@compiled
def making_hours(pieces: int, rate: float, productivity: float) -> float:
    """Productive hours that `pieces` take at `rate` pieces an hour."""
    return pieces / (rate * productivity)


@compiled
def productive_hours(p: Parameters, women: int) -> float:
    """Hours a session of `women` has for making and delivering (theory sheet 2.3)."""
    return women * p.session_hours * (1 - p.indirect_time_share)


@compiled
def crew_wanted(p: Parameters, hours: float) -> int:
    """Women the work needs: officers send the others home (theory sheet 2.14.14)."""
    return max(p.min_crew, math.ceil(hours / productive_hours(p, 1)))


@compiled
def cash_scale(cash: int, materials: int, transport: int) -> float:
    """Share of the orders (0-1) that the cash box can finance; officers promise no more."""
    if materials + transport <= cash:
        return 1.0
    if materials == 0:
        return 0.0
    return max(0.0, (cash - transport) / materials)


@compiled
def hours_scale(hours: float, making: float, trips: float) -> float:
    """Share of the planned pieces (0-1) that the crew can make beside its trips."""
    if making + trips <= hours:
        return 1.0
    if making == 0:
        return 0.0
    return max(0.0, (hours - trips) / making)


@compiled
def scaled(pieces: float, scale: float) -> int:
    """Whole part of `pieces` (of goods, rupiah or days) times a scale."""
    return int(pieces * scale)


@compiled
def dried(pieces: int, drying: float, rack: bool) -> int:
    """Pieces of a sun-dried product that can be made in this month's rain, all with a rack."""
    return pieces if rack else int(pieces * drying)


@compiled
def material_cost(p: Parameters, cost: int, mentor: float) -> int:
    """Rupiah of materials for one piece; a mentor knows cheaper suppliers [S68]."""
    return int(cost * (1 - p.mentor_material_saving * mentor))


@compiled
def binding(cash_scale: float, hours_scale: float, crew_hours: float, making: float) -> int:
    """What limited production, from the two scales, the crew's hours and the hours of making."""
    if cash_scale >= 1 and hours_scale >= 1:
        return Binding.DEMAND.value
    if cash_scale < hours_scale:
        return Binding.CASH.value
    return Binding.TRIPS.value if making <= crew_hours else Binding.HANDS.value


@compiled
def failure_probability(
    p: Parameters, norm: float, management: float, mentor: float, attendance: float
) -> float:
    """Probability that this week's deliveries are late (theory sheet 2.3)."""
    base = (
        p.delivery_fail_prob
        * (1 - p.fail_norm * norm)
        * (p.fail_skill_intercept - p.fail_skill_slope * management)
        * (1 - (1 - p.mentor_failure) * mentor)
    )
    missing = max(0.0, p.fail_attendance_floor - attendance)
    return min(1.0, base + p.fail_attendance * missing)


@compiled
def core_hazard(p: Parameters, facility: bool) -> float:
    """Probability that the production core fails this week; a lent balai desa bridges some."""
    if p.lawang_reading == Reading.ADDITIVE:
        return 0.0
    return (
        p.core_failure_hazard * (1 - p.facility_core_relief) if facility else p.core_failure_hazard
    )


@compiled
def core_final_probability(p: Parameters, norm: float, mentor: float) -> float:
    """Probability that a failure of the production core ends the group (theory sheet 2.15.4)."""
    return p.core_terminal_prob * (1 - norm) * (1 - p.core_mentor_relief * mentor)


@compiled
def core_repair_weeks(p: Parameters, norm: float, mentor: float) -> int:
    """Weeks until the core works again, at least one; norms or a mentor shorten it."""
    return max(1, math.ceil(p.repair_weeks * (1 - p.repair_relief * max(norm, mentor))))
