"""Numbers as people write them in Indonesia: `Rp 1.500.000,-`, `1,5 juta`, `0,7`, `20%`."""

from __future__ import annotations

import math
import re
from decimal import Decimal, DecimalException
from typing import Final

_UNITS: Final = {
    "": "1",
    "%": "0.01",
    "persen": "0.01",
    "rb": "1e3",
    "ribu": "1e3",
    "jt": "1e6",
    "juta": "1e6",
    "miliar": "1e9",
    "milyar": "1e9",
}
_LONGEST: Final = 60  # characters; no number that a person means is longer

_TEXT: Final = re.compile(
    r"(?:(?:rp|idr)\.?\s*)?(?P<sign>[+-]?)\s*(?:(?:rp|idr)\.?\s*)?"
    r"(?P<digits>[0-9.,]*[0-9][0-9.,]*?(?:e[+-]?[0-9]{1,3})?)"
    r"(?:[.,]-)?\s*(?P<unit>[a-z%]*)"
)
_DOTS_GROUP: Final = re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+(,[0-9]+)?")  # 1.500.000,50
_COMMAS_GROUP: Final = re.compile(r"[1-9][0-9]{0,2}((,[0-9]{3})+\.[0-9]+|(,[0-9]{3}){2,})")
_EITHER: Final = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")  # 1,500
_DECIMAL: Final = re.compile(r"([0-9]+[.,]?[0-9]*|[.,][0-9]+)(e[+-]?[0-9]+)?")


def groups_thousands(text: str) -> bool:
    """Whether the dots in `text` are read as thousands, as in 50.000 or 1.500.000."""
    return _DOTS_GROUP.fullmatch(text) is not None


def parse_number(value: object) -> float:
    """The number that is meant; ValueError, with a way out, when there is none or more than one.

    A dot before exactly three digits groups thousands ('50.000' is fifty thousand); a comma is
    the decimal sign. '1,500' could be either, and is refused.
    """
    if isinstance(value, str):
        number = _from_text(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = _as_float(value)
    else:
        raise ValueError("expected a number")
    if not math.isfinite(number):
        raise ValueError("expected a number that is not infinite")
    return number


def _from_text(text: str) -> float:
    words = " ".join(text.lower().replace("−", "-").split())
    match = _TEXT.fullmatch(words) if len(words) <= _LONGEST else None
    if match is None or match["unit"] not in _UNITS:
        raise ValueError("expected a number such as 1500000, 1,5 juta, Rp 1.500.000,- or 0,7")
    number = _plain(match["digits"])
    try:
        return float(Decimal(match["sign"] + number) * Decimal(_UNITS[match["unit"]]))
    except DecimalException:
        raise ValueError(f"expected a number, and '{match['digits']}' is not one") from None


def _plain(digits: str) -> str:
    """The digits with a dot as decimal sign and nothing between the thousands."""
    if _DOTS_GROUP.fullmatch(digits):
        return digits.replace(".", "").replace(",", ".")
    if _COMMAS_GROUP.fullmatch(digits):
        return digits.replace(",", "")
    if _EITHER.fullmatch(digits):
        decimal, thousands = float(digits.replace(",", ".")), digits.replace(",", "")
        raise ValueError(f"expected {decimal:g} or {thousands}, whichever is meant")
    if not _DECIMAL.fullmatch(digits):
        raise ValueError(f"expected a number, and '{digits}' is not one")
    return digits.replace(",", ".")


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ValueError("expected a smaller number") from None
