"""What every page is written from, and words that all pages share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from experiments.messages import number, rupiah, text
from experiments.packet import almanac
from experiments.packet.drivers import Driver
from experiments.packet.facts import Facts
from experiments.packet.plan import FgdPlan
from experiments.plots.lettering import printable

Page = dict[str, Any]


@dataclass(frozen=True)
class Writer:
    """What every page is written from."""

    facts: Facts
    plan: FgdPlan
    year: almanac.Year
    bargains: Sequence[almanac.Bargain]
    provenance: str
    lang: str

    def say(self, key: str, **values: object) -> str:
        """A text of the packet's catalogue."""
        return text(self.lang, f"packet.{key}", **values)

    def page(self, number: str, kind: str, headline: str, ask: str, **more: Any) -> Page:
        """What all sheets have: label, headline, one box of questions, 'not a forecast'."""
        source = SOURCES.get(number.rstrip("ABC"))
        foot = "foot" if number.rstrip("ABC") in COMPUTED else "foot_plain"
        values = {"provenance": self.provenance} if foot == "foot" else {}
        return {
            "kind": kind,
            "number": number,
            "label": self.say("label", number=number),
            "by": self.say("by", source=self.say(source[0], n=source[1])) if source else "",
            "group": plain(self.facts.group.name, 60),
            "headline": headline,
            "question": self.say("question"),
            "ask": ask,
            "not_forecast": self.say("not_forecast"),
            "draft": self.say("draft"),
            "foot": self.say(foot, **values),
            **more,
        }


# Sheets that show a table or figure of the paper, and those with numbers from the computer.
SOURCES: Final = {
    "1": ("table", 2), "2": ("figure", 1), "4": ("table", 3), "5": ("table", 3),
    "6": ("table", 3), "8": ("table", 4), "10": ("table", 5),
}  # fmt: skip
COMPUTED: Final = ("5", "6", "7", "8", "9")


def plain(words: str, most: int = 90) -> str:
    """A user's words as the font can show them, cut where they are far too long."""
    line = printable(words)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def thing(driver: Driver, lang: str) -> str:
    """What a driver is about, in a few words."""
    return text(lang, f"thing.{driver.question.key}", **{
        name: words for name, words in driver.question.about if name != "size"
    })  # fmt: skip


def answer(unit: str, value: float, lang: str) -> str:
    """A value as people say it, with its unit; two leading digits are enough."""
    rounded = round_to(value)
    said = rupiah(rounded, lang) if unit == "rupiah" else number(rounded, lang, 1)
    return text(lang, f"unit.{unit}", n=said)


def round_to(value: float, digits: int = 2) -> float:
    """Rounded to so many leading digits, for what nobody knows more exactly."""
    return float(f"{value:.{digits}g}")
