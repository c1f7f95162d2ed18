"""Every sentence that people read, in Indonesian and English, and how numbers are written in each.

Texts lie in `id.yaml` and `en.yaml` beside this file; a key such as `plot.week` names one of them.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from importlib.resources import files

from babel.dates import format_date, get_month_names
from babel.numbers import format_decimal
from ruamel.yaml import YAML

LANGUAGES = ("id", "en")
OF_A_THING = (
    "price_", "cost_", "labour_rate_", "shelf_life_days_", "distance_km_", "size_", "margin_"
)  # fmt: skip
LOCALES = {"id": "id_ID", "en": "en"}


# Words that participants do not use (rules of the field materials), and what they are told in.
FORBIDDEN = re.compile(
    r"%|\b(persen|median|rata-rata|kuantil|ensemble|simulasi|parameter|skenario|probabilitas|"
    r"distribusi|signifikan|baseline|agen|variabel|interval|korelasi)\b",
    re.IGNORECASE,
)
FOR_WOMEN = re.compile(
    r"packet\.(s\d+|slip|explorer|question|not_forecast)\b|sheet\.|thing\.|ask\."
)

_LOCAL: ContextVar[Mapping[str, str] | None] = ContextVar("local words", default=None)


class MessageError(ValueError):
    """A text that does not exist, or whose placeholders do not match the values given."""


@lru_cache
def catalogue(lang: str) -> dict[str, str]:
    """All texts of a language, by dotted key; MessageError for an unknown language."""
    if lang not in LANGUAGES:
        raise MessageError(f"language {lang!r} is not one of {', '.join(LANGUAGES)}")
    source = files(__package__).joinpath(f"{lang}.yaml").read_text("utf-8")
    return _flat(YAML(typ="safe", pure=True).load(source), lang)


def _flat(branch: dict[str, object], lang: str, prefix: str = "") -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, value in branch.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            texts |= _flat(value, lang, f"{key}.")
        elif isinstance(value, str):
            texts[key] = value
        else:
            raise MessageError(f"{lang}.yaml: {key} is {value!r}, expected a text (quote it)")
    return texts


def placeholders(template: str) -> set[str]:
    """The names in braces that a text expects."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def text(lang: str, key: str, **values: object) -> str:
    """The text of `key` with its placeholders filled, e.g. text("id", "plot.raised", k=3, n=20).

    Values go in as they are: braces or markup inside them are never interpreted.
    Raises MessageError when the key is missing or the values are not exactly the placeholders.
    """
    texts = {**catalogue(lang), **(_LOCAL.get() or {})}
    if key not in texts:
        raise MessageError(f"{lang}.yaml has no text {key!r}")
    expected = placeholders(texts[key])
    if expected != set(values):
        raise MessageError(
            f"{lang}.yaml: {key} expects {sorted(expected)}, was given {sorted(values)}"
        )
    return texts[key].format_map(values)


@contextmanager
def local_words(words: Mapping[str, str]) -> Iterator[None]:
    """Use a group's own texts, by key, in place of the catalogue's."""
    before = _LOCAL.set(words)
    try:
        yield
    finally:
        _LOCAL.reset(before)


def check_words(key: str, words: str) -> None:
    """MessageError unless `words` can stand for the text of `key`, with the same blanks."""
    texts = catalogue(LANGUAGES[0])
    if key not in texts:
        raise MessageError(f"no text has the key '{key}'")
    try:
        given = placeholders(words)
    except ValueError as error:
        raise MessageError(f"a brace that is not closed ({error})") from None
    if given != placeholders(texts[key]):
        blanks = ", ".join(f"{{{name}}}" for name in sorted(placeholders(texts[key]))) or "none"
        raise MessageError(f"expected the blanks {blanks}, as in: {texts[key]}")
    if FOR_WOMEN.match(key) and (found := FORBIDDEN.search(words)):
        raise MessageError(f"'{found[0]}' is no word for a participants' sheet")


def has_text(lang: str, key: str) -> bool:
    """Whether a text of this key exists."""
    return key in catalogue(lang)


def parameter_name(name: str, lang: str) -> str:
    """A parameter in people's words, or its own name when nobody has put it into words yet."""
    key = f"parameter.{name}"
    if has_text(lang, key):
        return text(lang, key)
    thing = _of_a_month(name, lang) or _of_an_activity(name, lang) or _of_a_place(name, lang)
    if thing:
        return thing
    for start in OF_A_THING:
        if name.startswith(start):
            thing = name.removeprefix(start).replace("_", " ")
            return text(lang, f"parameter_of.{start.rstrip('_')}", name=thing)
    return name


def _of_a_month(name: str, lang: str) -> str:
    """A value by month, such as rain_drying_jan; empty when it is none."""
    head, _, last = name.rpartition("_")
    months = [month(number, "en").lower() for number in range(1, 13)]
    key = f"parameter_of.{head}"
    if last not in months or not has_text(lang, key):
        return ""
    return text(lang, key, name=month(months.index(last) + 1, lang))


def _of_an_activity(name: str, lang: str) -> str:
    """What an activity costs, such as cost_fgd_hours; empty when it is none."""
    kind, _, last = name.removeprefix("cost_").rpartition("_")
    key = f"parameter_of.cost_{last}"
    if not has_text(lang, f"activity.{kind}") or not has_text(lang, key):
        return ""
    return text(lang, key, name=text(lang, f"activity.{kind}"))


def _of_a_place(name: str, lang: str) -> str:
    """What a kind of outlet sells, such as demand_warung_opak; empty when it is none."""
    for key in catalogue(lang):
        start = f"demand_{key.removeprefix('partner.')}_"
        if key.startswith("partner.") and name.startswith(start):
            product = name.removeprefix(start).replace("_", " ")
            place = text(lang, key).partition(" (")[0]  # without what explains it
            return text(lang, "parameter_of.demand", place=place, name=product)
    return ""


def choice(value: str, lang: str) -> str:
    """One of the values of a switch in people's words, or as it is written in files."""
    key = f"choice.{value}"
    return text(lang, key) if has_text(lang, key) else value


def number(value: float, lang: str, decimals: int = 1) -> str:
    """A number with at most so many decimals: 0.5 is '0,5' in Indonesian, '0.5' in English."""
    rounded = round(value, decimals) + 0.0  # -0.0 becomes 0.0
    return format_decimal(rounded, format="#,##0." + "#" * decimals, locale=LOCALES[lang])


def rupiah(value: float, lang: str) -> str:
    """Whole rupiah: 1500000 is 'Rp 1.500.000' in Indonesian, 'Rp 1,500,000' in English."""
    whole = round(value)
    return f"{'-' if whole < 0 else ''}Rp {number(abs(whole), lang, 0)}"


def day(value: date, lang: str) -> str:
    """A date in full: '23 Agustus 2019', '23 August 2019'."""
    return format_date(value, "d MMMM y", locale=LOCALES[lang])


def month(value: int, lang: str) -> str:
    """The short name of month 1 to 12: 8 is 'Agu' in Indonesian, 'Aug' in English."""
    return str(get_month_names("abbreviated", locale=LOCALES[lang])[value])
