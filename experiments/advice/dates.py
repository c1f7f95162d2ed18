"""Days as people write them in Indonesia: 2026-01-03, 3/1/2026, 3 Januari 2026, 3 Jan 2026."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Final

from babel.dates import get_month_names

_ISO: Final = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_WORDS: Final = re.compile(r"(?:[a-z']+,?\s+)?([0-9]{1,2})\s+([a-z]+)\.?\s+([0-9]{4})")
_LETTERS: Final = 3  # of a month's name that tell it apart


def day_meant(words: str) -> date | None:
    """The day that is meant, the day before the month; None when it is no day."""
    plain = " ".join(words.lower().split())
    try:
        if found := _ISO.fullmatch(plain):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _DAY_FIRST.fullmatch(plain):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := _WORDS.fullmatch(plain):
            return date(int(found[3]), _months()[found[2][:_LETTERS]], int(found[1]))
    except (ValueError, KeyError):
        pass
    return None


@cache
def _months() -> dict[str, int]:
    """Months by the first letters of their Indonesian and English names; 'Agt' is August too."""
    names = {"agt": 8, "ags": 8}
    for lang in ("id", "en"):
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=lang).items():
                names[name.lower()[:_LETTERS]] = number
    return names
