"""When the interventions of a plan take place, and in which stage of action research."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, Strict, WithJsonSchema, model_validator

from sim.config.problems import one_of
from sim.config.values import LAST_WEEK, Described, Number, Share, Slug, Weeks

# The four stages of action research (F63, F65, F66, F70), in the paper's words and in English.
STAGES: Final = {
    "refleksi": "reflection",
    "perencanaan": "planning",
    "tindakan": "action",
    "evaluasi": "evaluation",
}
_STAGE_WORDS: Final = (*STAGES.values(), *STAGES)


def _stage(word: object) -> object:
    """The English name of a stage; ValueError for a word that names none."""
    if word not in _STAGE_WORDS:
        raise ValueError(one_of(word, _STAGE_WORDS))
    return STAGES.get(str(word), word)


Stage: TypeAlias = Annotated[
    Literal["reflection", "planning", "action", "evaluation"],
    BeforeValidator(_stage),
    WithJsonSchema({"enum": [*_STAGE_WORDS]}),
]


class When(Described):
    """What an intervention waits for, looked at every week from its `week` on: one condition.

    It takes place in the first week after one in which the condition held. What happens to a
    partner counts since `week`, or since the intervention last took place.
    """

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    outlet_refused: Slug | None = None
    """An outlet that refused a visit, or any."""
    outlet_dropped: Slug | None = None
    """An outlet that stopped taking goods, or any."""
    proposal_rejected: Slug | None = None
    """A donor that rejected a proposal, the village government a request; or any."""
    attendance_below: Share | None = None
    """Share of the members who were there."""
    cash_below: Annotated[Number, Field(ge=0)] | None = None
    """Rp in the cash box."""

    @model_validator(mode="after")
    def _just_one(self) -> Self:
        if len(self._told()) != 1:
            raise ValueError(f"expected exactly one of {', '.join(type(self).model_fields)}")
        return self

    def _told(self) -> dict[str, str | float]:
        return {name: value for name, value in self if value is not None}

    @property
    def condition(self) -> tuple[str, str | float]:
        """The name of the condition, and the partner or the bound that belongs to it."""
        return next(iter(self._told().items()))


class Repeat(Described):
    """How often something takes place: at fixed distances, or with `when` at least these apart."""

    every: Weeks
    """Weeks from one time to the next; with `when`, at least."""
    times: Annotated[int, Strict(), Field(ge=2, le=LAST_WEEK)]
    """How often in all, the first time included; with `when`, at most."""
