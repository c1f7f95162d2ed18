"""The kinds of values that stand in a configuration: texts, names, numbers, days."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Strict,
    StringConstraints,
    Tag,
    WithJsonSchema,
    model_validator,
)

from sim.config.numerals import parse_number
from sim.config.problems import one_of
from sim.parameters import Value

LAST_WEEK: Final = 520  # ten years
ANY: Final = "any"  # in place of the id of one partner: whichever of them
NUMBER_FORMS: Final = [{"type": "number"}, {"type": "string"}]  # in a JSON Schema
_NUMBER_SCHEMA: Final = WithJsonSchema({"anyOf": NUMBER_FORMS})


def _one_line(text: str) -> str:
    """The text with single blanks; ValueError when nothing that can be printed is left."""
    line = " ".join(text.split())
    if not line:
        raise ValueError("expected a text, and this is empty")
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in line):
        raise ValueError("expected a text, and this holds a character that cannot be printed")
    return line


def among(names: Iterable[str]) -> Callable[[str], str]:
    """A check that a name is among the known ones."""
    known = tuple(names)

    def checked(name: str) -> str:
        if name not in known:
            raise ValueError(one_of(name, known))
        return name

    return checked


def not_empty(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """The items when there are any; pydantic's own bound would count only the sound ones."""
    if not items:
        raise ValueError("expected at least one")
    return items


def unique(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """The items when none comes twice."""
    if len(set(items)) < len(items):
        raise ValueError("expected each only once")
    return items


def _day_of_year(text: str) -> str:
    """The text when it is a day as MM-DD; 29 February is one."""
    try:
        if re.fullmatch("[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(f"2020-{text}").strftime("%m-%d")
    except ValueError:
        pass
    raise ValueError("expected a month and a day, as in 12-24")


def _date_text(value: object) -> object:
    if not isinstance(value, str | date):  # a bare number would be read as seconds since 1970
        raise ValueError("expected a date such as 2019-08-23")
    return value


def _setting(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("expected a number or a word")
    return value


Line: TypeAlias = Annotated[str, AfterValidator(_one_line), Field(max_length=300)]
Note: TypeAlias = Annotated[str, AfterValidator(_one_line), Field(max_length=2000)]
Slug: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
Whole: TypeAlias = Annotated[int, Strict(), Field(ge=0)]
Week: TypeAlias = Annotated[int, Strict(), Field(ge=0, le=LAST_WEEK)]
Weeks: TypeAlias = Annotated[int, Strict(), Field(ge=1, le=LAST_WEEK)]
Number: TypeAlias = Annotated[
    float, BeforeValidator(parse_number), WithJsonSchema({"anyOf": NUMBER_FORMS})
]
Share: TypeAlias = Annotated[Number, Field(ge=0, le=1)]
Day: TypeAlias = Annotated[
    date, BeforeValidator(_date_text), Field(ge=date(2000, 1, 1), le=date(2070, 12, 31))
]
DayOfYear: TypeAlias = Annotated[str, AfterValidator(_day_of_year)]
Weekday: TypeAlias = Literal[
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
]


class Described(BaseModel):
    """Base of all: frozen, no unknown keys; docstrings of fields describe them in the schema."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Text(Described):
    """A text in Indonesian and English; a bare text serves for both."""

    id: Note
    en: Note

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, data: object) -> object:
        return {"id": data, "en": data} if isinstance(data, str) else data


class Quantity(Described):
    """A number with the range in which the truth lies, and its source; a bare number is known."""

    value: Number
    low: Number | None = None
    high: Number | None = None
    source: Note | None = None
    """A fact of the paper (F74), a section or table of it, or 'assumption' and why."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, data: object) -> object:
        return data if isinstance(data, dict | Quantity) else {"value": parse_number(data)}

    @model_validator(mode="after")
    def _ordered(self) -> Quantity:
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        if not low <= self.value <= high:
            got = f"{low:g}, {self.value:g}, {high:g}"
            raise ValueError(f"expected low <= value <= high, not {got}")
        return self


def _number_or_choice(value: object) -> str:
    """Which of its two forms a parameter of a group has: text that is no number names a choice."""
    if isinstance(value, str):
        try:
            parse_number(value)
        except ValueError:
            return "choice"
    return "number"


ParameterValue: TypeAlias = Annotated[
    Annotated[Quantity, Tag("number")] | Annotated[Line, Tag("choice")],
    Discriminator(_number_or_choice),
]
Setting: TypeAlias = Annotated[Value, BeforeValidator(_setting)]
