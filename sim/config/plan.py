"""What a scenario is made of: the keys of the files in `configs/scenarios/`, as frozen objects.

Only what can be seen from one entry alone is checked here; `sim.config.plan_checks` holds the rest.
The text under a field is what an editor shows beside the key. Where the paper names an activity,
its fact is told.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, Strict

from sim.config.schema import MOST, Document
from sim.config.shocks import AnyShock
from sim.config.timing import Repeat, Stage, When
from sim.config.values import Described, Line, Setting, Slug, Text, Week, Weeks, not_empty, unique


class Intervention(Described):
    """Something that is done in a week. Not `effective`: it takes place and costs, to no effect."""

    week: Week
    """The week in which it takes place; with `when`, the first in which it could."""
    effective: bool = True
    stage: Stage | None = None
    """Stage of action research: reflection, planning, action, evaluation; Indonesian as well."""
    when: When | None = None
    repeat: Repeat | None = None

    @property
    def planned_weeks(self) -> tuple[int, ...]:
        """The weeks in which it takes place whatever happens; none when it waits for something."""
        if self.when:
            return ()
        if self.repeat is None:
            return (self.week,)
        return tuple(self.week + n * self.repeat.every for n in range(self.repeat.times))


class Gathering(Intervention):
    """What women are invited to; each decides whether she comes."""

    invited: Literal["all", "officers"] = "all"


class Lasting(Intervention):
    """What goes on for some weeks."""

    weeks: Weeks
    """How many weeks it lasts."""


class Fgd(Gathering):
    """A focus group discussion (musyawarah; F99, F100)."""

    kind: Literal["fgd"]


class ProposalTraining(Gathering):
    """Training in writing proposals (F110)."""

    kind: Literal["proposal_training"]


class Negotiation(Intervention):
    """A visit to one outlet (F113, F141)."""

    kind: Literal["negotiation"]
    outlet: Slug
    second_visit: bool = True
    """Whether an outlet that refuses is visited once more."""


class Audience(Intervention):
    """An audience with the village government (F144)."""

    kind: Literal["audience"]
    requests: Annotated[
        tuple[Literal["legality", "tools", "wages"], ...],
        AfterValidator(unique),
        AfterValidator(not_empty),
    ]
    """legality (F69), tools (F146), and a monthly budget for wages (F147)."""


class CapitalProposal(Intervention):
    """A proposal for capital or tools handed to a donor (F138)."""

    kind: Literal["capital_proposal"]
    donor: Slug
    """A donor of kind pesantren or ministry; the village government is asked in an audience."""
    resubmit: bool = True
    """Whether a rejected proposal is handed in once more."""


class Mentoring(Lasting):
    """A mentor who accompanies the group (F125)."""

    kind: Literal["mentoring"]


class Norms(Gathering):
    """Writing the group's own rules, AD/ART (F105, F131)."""

    kind: Literal["norms"]


class ProductTraining(Gathering):
    """Training in making products, from which a new one may come (F46, F134)."""

    kind: Literal["product_training"]
    product: Slug | None = None
    """The potential product that it may lead to; left out, the first potential one."""


class Campaign(Intervention):
    """Telling people about the group, and inviting women to join (F121, F122)."""

    kind: Literal["campaign"]


class Counselling(Intervention):
    """Counselling of single women (F33, F36)."""

    kind: Literal["counselling"]
    clients: Annotated[int, Strict(), Field(ge=1, le=100_000)] = 3
    """How many women are counselled."""


class MarketStall(Lasting):
    """The group's own stall at a market (F106)."""

    kind: Literal["market_stall"]
    outlet: Slug
    """An outlet of kind market."""


class SocialMedia(Lasting):
    """Selling through social media (F106)."""

    kind: Literal["social_media"]
    outlet: Slug
    """An outlet of kind online."""


class Facility(Lasting):
    """Collaboration: the village hall is lent to the group (F120)."""

    kind: Literal["facility"]
    tools: bool = False
    """Tools are lent as well."""


class Education(Gathering):
    """Telling the group what came of the talks with others (F126)."""

    kind: Literal["education"]


class Persuasion(Intervention):
    """Convincing members and stakeholders that the work is useful (F127)."""

    kind: Literal["persuasion"]


class AgencyTraining(Gathering):
    """Further training by local agencies (F181)."""

    kind: Literal["agency_training"]


class PartnerSupport(Lasting):
    """PKK and karang taruna help (F183)."""

    kind: Literal["partner_support"]


class VillageRegulation(Intervention):
    """A village regulation (Perdes) in favour of the group (F165)."""

    kind: Literal["village_regulation"]


AnyIntervention: TypeAlias = Annotated[
    Fgd
    | ProposalTraining
    | Negotiation
    | Audience
    | CapitalProposal
    | Mentoring
    | Norms
    | ProductTraining
    | Campaign
    | Counselling
    | MarketStall
    | SocialMedia
    | Facility
    | Education
    | Persuasion
    | AgencyTraining
    | PartnerSupport
    | VillageRegulation,
    Field(discriminator="kind"),
]


class Scenario(Document):
    """What is done, and when."""

    title: Text
    question: Text | None = None
    group: Line | None = None
    """Name of the group it is written for, or its path from this file; left out, it fits any."""
    interventions: Annotated[tuple[AnyIntervention, ...], Field(max_length=MOST)] = ()
    shocks: Annotated[tuple[AnyShock, ...], Field(max_length=MOST)] = ()
    """What happens to the group."""
    set: dict[str, Setting] = Field(default_factory=dict, max_length=MOST)
    """Parameters that differ in this scenario."""
