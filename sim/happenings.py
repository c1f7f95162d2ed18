"""What happens to a group, as numbers that both engines write down and tables name."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np

from sim.config.timing import STAGES
from sim.parameters import INTERVENTION_KINDS, Kind
from sim.setting import Setting, ingredient_names, woman_id


class What(IntEnum):
    """Kinds of happenings; smaller numbers are interventions, in the order of their kinds."""

    STAGE = 100  # of action research begins; value: number of the cycle
    NOBODY_CAME = 101  # to an intervention
    ACCEPTED = 110  # an outlet agrees; value: how likely it was
    REFUSED = 111  # value: how likely its yes was
    DROPPED = 112  # an outlet stops; value: its trust
    REOPENED = 113
    PAUSED = 114  # the officers serve an outlet no more
    RESUMED = 115
    DECEPTION = 116
    LATE_DELIVERY = 120  # value: how likely it was
    SESSION_CANCELLED = 121  # value: women who came
    STALL_CLOSED = 122  # the levy could not be paid
    CORE_FAILED = 130  # value: weeks until it works again
    GROUP_ENDED = 131
    MEMBER_LEFT = 140
    MEMBER_JOINED = 141
    NEW_OFFICER = 142
    NEW_HOUSE = 143  # another woman's house serves the group
    LEGAL = 150
    GRANT = 151  # value: how likely it was
    PROPOSAL_REJECTED = 152  # value: how likely a grant was
    BUDGET_GRANTED = 153  # value: how likely it was
    BUDGET_REJECTED = 154  # value: how likely a yes was
    WAGES_GRANTED = 155  # value: how likely it was
    WAGES_REJECTED = 156  # value: how likely a yes was
    DANA_DESA = 157  # arrives; value: Rp so far
    NEW_HEAD = 158  # of the village
    NEW_PRODUCT = 160
    ILLNESS = 170  # value: weeks
    HUSBAND_INCOME = 171  # lost; value: weeks
    OUTLET_CLOSURE = 172  # value: weeks
    FAILED_HARVEST = 173  # value: weeks
    INGREDIENT_PRICE = 174  # value: share by which it is dearer
    LATE_PAYMENT = 175  # value: weeks


OWN: Final = 1_000  # from here on, numbers for happenings of a user's own village


# The same as a row of an array.
HAPPENING: Final = np.dtype([("week", "i8"), ("what", "i8"), ("subject", "i8"), ("value", "f8")])


class Happening(NamedTuple):
    """Something worth telling; `subject` is the index of whom it is about, -1 for nobody."""

    week: int
    what: int
    subject: int
    value: float


_OUTLETS: Final = frozenset(
    {
        What.ACCEPTED, What.REFUSED, What.DROPPED, What.REOPENED, What.PAUSED, What.RESUMED,
        What.DECEPTION, What.STALL_CLOSED, What.OUTLET_CLOSURE, What.LATE_PAYMENT,
        Kind.NEGOTIATION, Kind.MARKET_STALL, Kind.SOCIAL_MEDIA,
    }
)  # fmt: skip
_DONORS: Final = frozenset(
    {What.GRANT, What.PROPOSAL_REJECTED, What.BUDGET_GRANTED, What.BUDGET_REJECTED,
     What.WAGES_GRANTED, What.WAGES_REJECTED, Kind.CAPITAL_PROPOSAL}
)  # fmt: skip
_WOMEN: Final = frozenset(
    {What.MEMBER_LEFT, What.MEMBER_JOINED, What.NEW_OFFICER, What.NEW_HOUSE, What.ILLNESS,
     What.HUSBAND_INCOME}
)  # fmt: skip


def name_of(what: int) -> str:
    """The name of a kind, as it stands in events.parquet."""
    if what < len(INTERVENTION_KINDS):
        return INTERVENTION_KINDS[what]
    return What(what).name.lower() if what < OWN else f"own_{what}"


def names() -> tuple[str, ...]:
    """The names of all kinds."""
    return (*INTERVENTION_KINDS, *(what.name.lower() for what in What))


def subject_of(setting: Setting, what: int, subject: int) -> str:
    """The id of whom a happening is about; empty for nobody."""
    if subject < 0:
        return ""
    if what in _OUTLETS:
        return setting.outlet_ids[subject]
    if what in _DONORS:
        return setting.donor_ids[subject]
    if what in _WOMEN:
        return woman_id(subject)
    if what == What.STAGE:
        return tuple(STAGES.values())[subject]
    if what == What.NOBODY_CAME:
        return INTERVENTION_KINDS[subject]
    if what == What.NEW_PRODUCT:
        return setting.group.products[subject].id
    if what == What.INGREDIENT_PRICE:
        return ingredient_names(setting.group)[subject]
    return str(subject)
