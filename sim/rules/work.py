"""Work: crew, hours, cash, trips, drying, and what goes wrong."""

from __future__ import annotations

import math
from enum import IntEnum

from sim.parameters import BOTH_WAYS, Parameters


class Binding(IntEnum):
    """What limited a week's production."""

    NO_SESSION = 0
    DEMAND = 1
    CASH = 2
    HANDS = 3
    TRIPS = 4


def share(part: float, whole: float) -> float:
    """Part of a whole (0-1); nothing of nothing is 0."""
    return part / whole if whole else 0.0


def value(pieces: int, rupiah: int) -> int:
    """Rupiah of `pieces` (or days, or trips) at `rupiah` each."""
    return pieces * rupiah


def hours_of(women: int, hours: float) -> float:
    """Hours of `women` (or sessions) that each take `hours`."""
    return women * hours


def brings_per_trip(demand: float, receipt: int, cost: int) -> float:
    """Rupiah a product brings at an outlet on a plain open day, before the trip."""
    return demand * (receipt - cost)


def trip_hours(p: Parameters, km: float) -> float:
    """Hours of one delivery to an outlet `km` away, both ways (theory sheet 2.14.7)."""
    return p.delivery_hours_outlet + BOTH_WAYS * km * p.travel_minutes_km / p.minutes_per_hour


def trip_cost(p: Parameters, km: float) -> int:
    """Rupiah of one delivery, both ways."""
    return int(BOTH_WAYS * km * p.transport_cost_km)


def productivity(p: Parameters, tools: float) -> float:
    """Labour productivity factor; granted tools (0-1 in use) raise it (theory sheet 2.3)."""
    return p.tools_multiplier_init + p.tools_gain * tools


def making_hours(pieces: int, rate: float, productivity: float) -> float:
    """Productive hours that `pieces` take at `rate` pieces an hour."""
    return pieces / (rate * productivity)


def productive_hours(p: Parameters, women: int) -> float:
    """Hours a session of `women` has for making and delivering (theory sheet 2.3)."""
    return women * p.session_hours * (1 - p.indirect_time_share)


def crew_wanted(p: Parameters, hours: float) -> int:
    """Women the work needs: officers send the others home (theory sheet 2.14.14)."""
    return max(p.min_crew, math.ceil(hours / productive_hours(p, 1)))


def cash_scale(cash: int, materials: int, transport: int) -> float:
    """Share of the orders (0-1) that the cash box can finance; officers promise no more."""
    if materials + transport <= cash:
        return 1.0
    if materials == 0:
        return 0.0
    return max(0.0, (cash - transport) / materials)


def hours_scale(hours: float, making: float, trips: float) -> float:
    """Share of the planned pieces (0-1) that the crew can make beside its trips."""
    if making + trips <= hours:
        return 1.0
    if making == 0:
        return 0.0
    return max(0.0, (hours - trips) / making)


def scaled(pieces: int, scale: float) -> int:
    """Whole part of `pieces` (of goods, rupiah or days) times a scale."""
    return int(pieces * scale)


def dried(pieces: int, drying: float, rack: bool) -> int:
    """Pieces of a sun-dried product that can be made in this month's rain, all with a rack."""
    return pieces if rack else int(pieces * drying)


def material_cost(p: Parameters, cost: int, mentor: float) -> int:
    """Rupiah of materials for one piece; a mentor knows cheaper suppliers [S68]."""
    return int(cost * (1 - p.mentor_material_saving * mentor))


def binding(cash_scale: float, hours_scale: float, crew_hours: float, making: float) -> int:
    """What limited production, from the two scales, the crew's hours and the hours of making."""
    if cash_scale >= 1 and hours_scale >= 1:
        return Binding.DEMAND
    if cash_scale < hours_scale:
        return Binding.CASH
    return Binding.TRIPS if making <= crew_hours else Binding.HANDS


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


def core_final_probability(p: Parameters, norm: float, mentor: float) -> float:
    """Probability that a failure of the production core ends the group (theory sheet 2.15.4)."""
    return p.core_terminal_prob * (1 - norm) * (1 - p.core_mentor_relief * mentor)


def core_repair_weeks(p: Parameters, norm: float, mentor: float) -> int:
    """Weeks until the core works again, at least one; norms or a mentor shorten it."""
    return max(1, math.ceil(p.repair_weeks * (1 - p.repair_relief * max(norm, mentor))))
