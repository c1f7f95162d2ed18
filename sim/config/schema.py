"""What a group is made of: the keys of the files in `configs/groups/`, as frozen objects.

Only what can be seen from one entry alone is checked here; `sim.config.checks` holds the rest.
The text under a field is what an editor shows beside the key.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, PrivateAttr, Strict

from sim.config.problems import Problem
from sim.config.values import (
    ANY,
    Day,
    DayOfYear,
    Described,
    Line,
    Note,
    Number,
    ParameterValue,
    Quantity,
    Share,
    Slug,
    Text,
    Weekday,
    Whole,
    among,
    not_empty,
    unique,
)
from sim.parameters import OUTLET_KINDS, REGISTER

MOST: Final = 1_000  # entries of one sort that a file may hold
ROUNDING: Final = 1e-9  # of shares that are written with a few digits


def _a_name(name: str) -> str:
    """The id of a partner, when it is not the word that stands for all of them."""
    if name == ANY:
        raise ValueError(f"expected another id; '{ANY}' stands for all of them")
    return name


PartnerId: TypeAlias = Annotated[Slug, AfterValidator(_a_name)]

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

    count: Annotated[int, Strict(), Field(ge=1, le=100_000)]
    """All women, officers included."""
    officers: Annotated[tuple[Line, ...], Field(max_length=100)]
    """Roles, never names of persons."""
    source: Note | None = None


class Sessions(Described):
    """When the women produce together."""

    first_day: Weekday
    """The first session of the week; further sessions follow on the next days."""
    per_week: Annotated[int, Strict(), Field(ge=1, le=6)] | None = None
    """Sessions a week; left out, the register's sessions_per_week."""
    source: Note | None = None


def _one_whole(shares: dict[str, float]) -> dict[str, float]:
    """The shares when they fit into one whole."""
    total = sum(shares.values())
    if total > 1 + ROUNDING:
        raise ValueError(f"expected shares of 1 or less together, not {total:g}")
    return shares


class Product(Described):
    """What the group makes. Numbers left out are the register's rows price_<id>, cost_<id> ..."""

    id: Slug
    name: Text
    potential: bool = False
    """Not made yet; a product training may lead to it."""
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
    ingredients: Annotated[dict[Slug, Share], AfterValidator(_one_whole), Field(max_length=100)] = (
        Field(default_factory=dict)
    )
    """Shares of the cost of materials, by ingredient; the rest keeps its price in every shock."""
    source: Note | None = None


def _made_already(products: tuple[Product, ...]) -> tuple[Product, ...]:
    """The products when the group makes one of them from the beginning."""
    if all(product.potential for product in products):
        raise ValueError("expected at least one product that is not 'potential'")
    return products


class Outlet(Described):
    """A place that sells the group's goods, or could."""

    id: PartnerId
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

    id: PartnerId
    name: Line
    kind: Literal["pesantren", "village_government", "ministry"]
    """village_government is asked in an audience, the others with a proposal."""
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
    products: Annotated[
        tuple[Product, ...],
        AfterValidator(not_empty),
        AfterValidator(_made_already),
        Field(max_length=100),
    ]
    outlets: Annotated[tuple[Outlet, ...], Field(max_length=MOST)] = ()
    donors: Annotated[tuple[Donor, ...], Field(max_length=100)] = ()
    calendar: CalendarSpec = CalendarSpec()
    parameters: dict[str, ParameterValue] = Field(default_factory=dict, max_length=MOST)
    """This group's own values or ranges for parameters of the register."""
    source: Note | None = None
