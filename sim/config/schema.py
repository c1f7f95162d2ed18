"""What a group and a scenario are made of: the keys of the files in `configs/`, as frozen objects.

Only what can be seen from one entry alone is checked here; `sim.config.checks` holds the rest.
The text under a field is what an editor shows beside the key.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, PrivateAttr, Strict

from sim.config.problems import Problem
from sim.config.values import (
    LAST_WEEK,
    Day,
    DayOfYear,
    Described,
    Line,
    Note,
    Number,
    ParameterValue,
    Quantity,
    Setting,
    Slug,
    Text,
    Week,
    Weekday,
    Whole,
    among,
    not_empty,
    unique,
)
from sim.parameters import OUTLET_KINDS, REGISTER

MOST: Final = 1_000  # entries of one sort that a file may hold

KindName: TypeAlias = Annotated[
    str, AfterValidator(among(OUTLET_KINDS)), Field(json_schema_extra={"enum": [*OUTLET_KINDS]})
]
ClockName: TypeAlias = Annotated[
    str,
    AfterValidator(among(REGISTER["calendar"].choices)),
    Field(json_schema_extra={"enum": [*REGISTER["calendar"].choices]}),
]


class Document(Described):
    """A whole file; its id is the name of the file without .yaml."""

    id: Slug
    _warnings: tuple[Problem, ...] = PrivateAttr(default=())

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is allowed and yet looks like a mistake, found while loading."""
        return self._warnings

    def with_warnings(self, warnings: Iterable[Problem]) -> Self:
        """The same document, carrying what was found."""
        copy = self.model_copy()
        copy._warnings = tuple(warnings)
        return copy

    def __hash__(self) -> int:
        """Equal documents have equal ids; pydantic cannot hash their mappings."""
        return self.id.__hash__()


# --- The group -----------------------------------------------------------------------------------


class Place(Described):
    """Where the group lives."""

    village: Line
    subdistrict: Line | None = None
    regency: Line | None = None
    province: Line | None = None
    production: Line | None = None
    """Where the women produce."""
    meeting: Line | None = None
    """Where trainings and audiences are held."""
    population: Quantity | None = None
    """Persons."""
    households: Quantity | None = None
    """Households (KK)."""
    source: Note | None = None


class Members(Described):
    """The women at week 0."""

    count: Annotated[int, Strict(), Field(ge=0, le=100_000)]
    """All women, officers included."""
    officers: Annotated[tuple[Line, ...], Field(max_length=100)]
    """Roles, never names of persons."""
    source: Note | None = None


class Sessions(Described):
    """When the women produce together."""

    first_day: Weekday
    """The first session of the week; further sessions follow on the next days."""
    per_week: Annotated[int, Strict(), Field(ge=1, le=7)] | None = None
    """Sessions a week; left out, the register's sessions_per_week."""
    source: Note | None = None


class Product(Described):
    """What the group makes. Numbers left out are the register's rows price_<id>, cost_<id> ..."""

    id: Slug
    name: Text
    sun_dried: bool = False
    """Whether rain spoils part of it."""
    price: Quantity | None = None
    """Rp per piece, to the buyer."""
    cost: Quantity | None = None
    """Rp of materials per piece."""
    shelf_life_days: Quantity | None = None
    """Days on which a batch can be sold; from 7 on, leftovers return to stock."""
    labour_rate: Quantity | None = None
    """Pieces a woman makes in an hour."""
    demand: dict[KindName, Quantity] = Field(default_factory=dict)
    """Pieces that one outlet of the kind could sell on an open day."""
    source: Note | None = None


class Outlet(Described):
    """A place that sells the group's goods, or could."""

    id: Slug
    name: Line
    kind: KindName
    initial: bool = False
    """Whether it took goods before week 0."""
    place: Literal["in_village", "outside"]
    distance_km: Quantity
    """Kilometres from the house where the women produce."""
    size: Quantity = Quantity(value=1)
    """Times the demand of its kind."""
    margin: Quantity | None = None
    """Share of the price that it keeps; left out, the register's."""
    payment_lag: Annotated[int, Strict(), Field(ge=0, le=52)] | None = None
    """Weeks until it pays; left out, the register's."""
    contract: Literal["titip", "putus"] = "titip"
    """titip: consignment, unsold goods come back. putus: outright sale."""
    closed_weekdays: Annotated[tuple[Weekday, ...], AfterValidator(unique)] = ()
    position: Annotated[Number, Field(ge=-360, le=360)] | None = None
    """Degrees on the map, clockwise from the top; left out, partners stand evenly."""
    source: Note | None = None


class Donor(Described):
    """Who may give capital or tools."""

    id: Slug
    name: Line
    kind: Literal["pesantren", "village_government"]
    gives: Literal["tools", "cash"] = "tools"
    position: Annotated[Number, Field(ge=-360, le=360)] | None = None
    """Degrees on the map, as for an outlet."""
    source: Note | None = None


class YearlyBreak(Described):
    """Days closed every year, both ends included; `last` before `first` wraps the new year."""

    first: DayOfYear
    last: DayOfYear
    source: Note | None = None


class CalendarSpec(Described):
    """When schools and pesantren are closed (days); Idul Fitri itself closes everything."""

    clock: ClockName = "typical_year"
    school_closed: tuple[YearlyBreak, ...] = ()
    school_closed_ramadan_first_days: Annotated[Whole, Field(le=30)] = 0
    school_closed_before_lebaran: Annotated[Whole, Field(le=60)] = 0
    school_closed_after_lebaran: Annotated[Whole, Field(le=60)] = 0
    pesantren_closed: tuple[YearlyBreak, ...] = ()
    pesantren_closed_before_lebaran: Annotated[Whole, Field(le=60)] = 0
    pesantren_closed_after_lebaran: Annotated[Whole, Field(le=60)] = 0
    source: Note | None = None


class Group(Document):
    """A joint business group (KUBE), where it lives, and whom it deals with."""

    name: Line
    title: Text
    place: Place
    start: Day
    """First day of week 0; a week begins with the first session."""
    members: Members
    sessions: Sessions
    products: Annotated[tuple[Product, ...], AfterValidator(not_empty), Field(max_length=100)]
    outlets: Annotated[tuple[Outlet, ...], Field(max_length=MOST)] = ()
    donors: Annotated[tuple[Donor, ...], Field(max_length=100)] = ()
    calendar: CalendarSpec = CalendarSpec()
    parameters: dict[str, ParameterValue] = Field(default_factory=dict, max_length=MOST)
    """This group's own values or ranges for parameters of the register."""
    source: Note | None = None


# --- The scenario --------------------------------------------------------------------------------


class Intervention(Described):
    """Something that is done in a week. Not `effective`: it takes place and costs, to no effect."""

    week: Week
    effective: bool = True


class Fgd(Intervention):
    """A focus group discussion (musyawarah)."""

    kind: Literal["fgd"]


class ProposalTraining(Intervention):
    """Training in writing proposals."""

    kind: Literal["proposal_training"]


class Negotiation(Intervention):
    """A visit to one outlet."""

    kind: Literal["negotiation"]
    outlet: Slug
    second_visit: bool = True
    """Whether an outlet that refuses is visited once more."""


class Audience(Intervention):
    """An audience with the village government."""

    kind: Literal["audience"]
    requests: Annotated[
        tuple[Literal["legality", "tools"], ...], AfterValidator(unique), AfterValidator(not_empty)
    ]


class CapitalProposal(Intervention):
    """A proposal for capital or tools handed to a donor."""

    kind: Literal["capital_proposal"]
    donor: Slug
    resubmit: bool = True
    """Whether a rejected proposal is handed in once more."""


class Mentoring(Intervention):
    """A mentor who accompanies the group."""

    kind: Literal["mentoring"]
    weeks: Annotated[int, Strict(), Field(ge=1, le=LAST_WEEK)]
    """How many weeks it lasts."""


AnyIntervention: TypeAlias = Annotated[
    Fgd | ProposalTraining | Negotiation | Audience | CapitalProposal | Mentoring,
    Field(discriminator="kind"),
]


class Scenario(Document):
    """What is done, and when."""

    title: Text
    question: Text | None = None
    group: Line | None = None
    """Name of the group it is written for, or its path from this file; left out, it fits any."""
    interventions: Annotated[tuple[AnyIntervention, ...], Field(max_length=MOST)] = ()
    set: dict[str, Setting] = Field(default_factory=dict, max_length=MOST)
    """Parameters that differ in this scenario."""
