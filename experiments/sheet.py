"""`lembar.pdf`: one A4 page with which a facilitator opens a group discussion and reads aloud.

The sentences are made here, from the catalogue of messages and the facts of a comparison; the page
is laid out in `typst/lembar.typ`, which gets them finished, as JSON. The rules behind both: women
are counted out of the group's own size and drawn, futures out of twenty and never drawn.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from babel.lists import format_list

from experiments import typesetting
from experiments.messages import LOCALES, rupiah, text
from experiments.plots.lettering import fit

FUTURES = 20  # tries on the computer, whatever the size of the group
ALIKE = range(8, 13)  # better in so many of twenty tries is no difference worth a quarrel
LETTERS = "ABC"
MOST_WOMEN = 100  # more would be too small to count at arm's length
MOST_UNKNOWNS = 3
NEAREST = 500  # rupiah; finer would look more certain than it is

UNCHANGING = (
    "draft",
    "read_aloud",
    "opening",
    "risen",
    "not_risen",
    "often",
    "ask",
    "question",
    "closing",
)

# As in lembar.typ: inches of the page's text and of the questions' column, points of the letters.
INCHES, ASKED = 7.2, 3.1
BODY, TITLE, SMALL = 12, 14, 9


class SheetError(ValueError):
    """Facts that contradict themselves or do not fit on a page."""


@dataclass(frozen=True)
class SheetOption:
    """What the group could do, counted against the first option ("stay as now").

    women_up, women_low, women_high: women of the group whose own income (wages and KUBE money)
    rises: typically, and the fewest and most over the twenty tries; of no use to the first option.
    typical_rupiah, low_rupiah, high_rupiah: likewise what each gains, Rp per woman per week; all
    three or none, for a sum without its range promises too much.
    """

    title: str
    women_up: int = 0
    women_low: int = 0
    women_high: int = 0
    typical_rupiah: int | None = None
    low_rupiah: int | None = None
    high_rupiah: int | None = None

    def money(self) -> dict[str, int]:
        """The sums in rupiah by the blanks they fill; empty where none is known."""
        sums = {"low": self.low_rupiah, "typical": self.typical_rupiah, "high": self.high_rupiah}
        return {blank: amount for blank, amount in sums.items() if amount is not None}


@dataclass(frozen=True)
class SheetFacts:
    """All that the sheet says; SheetError where it contradicts itself or does not fit on a page.

    better_of_20: for each option after the first, the tries (of twenty) in which it is better than
    the first. unknowns: one to three plain phrases in the sheet's language, to be asked today.
    reason: why some do not rise, to follow "the cause is". provenance: what made the numbers.
    """

    group_name: str
    group_size: int
    months: int
    options: tuple[SheetOption, ...]
    better_of_20: tuple[int, ...]
    unknowns: tuple[str, ...]
    reason: str
    provenance: str

    def __post_init__(self) -> None:
        if problems := _problems(self):
            raise SheetError("; ".join(problems))


def _problems(facts: SheetFacts) -> list[str]:
    size, count = facts.group_size, len(facts.options)
    problems = []
    if not 1 <= size <= MOST_WOMEN:
        problems.append(f"group_size is {size}, expected 1 to {MOST_WOMEN}")
    if facts.months < 1:
        problems.append(f"months is {facts.months}, expected 1 or more")
    if not 2 <= count <= len(LETTERS):
        problems.append(f"{count} options, expected 2 or {len(LETTERS)}")
    if len(facts.better_of_20) != count - 1:
        problems.append(f"better_of_20 has {len(facts.better_of_20)} entries for {count} options")
    problems += [
        f"better_of_20 holds {k}, expected 0 to {FUTURES}"
        for k in facts.better_of_20
        if not 0 <= k <= FUTURES
    ]
    if not 1 <= len(facts.unknowns) <= MOST_UNKNOWNS:
        problems.append(f"{len(facts.unknowns)} unknowns, expected 1 to {MOST_UNKNOWNS}")
    return problems + [p for option in facts.options for p in _option_problems(option, size)]


def _option_problems(option: SheetOption, size: int) -> list[str]:
    problems = []
    if not 0 <= option.women_low <= option.women_up <= option.women_high <= size:
        counts = f"{option.women_low}, {option.women_up}, {option.women_high}"
        problems.append(
            f"{option.title!r}: women {counts}, expected 0 <= low <= up <= high <= {size}"
        )
    money = option.money()
    if len(money) not in (0, 3) or list(money.values()) != sorted(money.values()):
        problems.append(
            f"{option.title!r}: rupiah {money}, expected low <= typical <= high or none"
        )
    return problems


def make_sheet(facts: SheetFacts, out: Path, lang: str = "id") -> Path:
    """Write the sheet as a PDF to `out`, the same bytes on every repeat; returns `out`."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(typeset(contents(facts, lang)))
    return out


def typeset(sheet: dict[str, object], kind: Literal["pdf", "png"] = "pdf") -> bytes:
    """The page as a file's bytes; the words go in as data, never as Typst."""
    if kind == "png":
        return typesetting.as_images("lembar", sheet)[0]
    return typesetting.compiled("lembar", sheet)


def contents(facts: SheetFacts, lang: str) -> dict[str, object]:
    """Every word and count of the page, by the names that lembar.typ uses."""

    def say(key: str, **values: object) -> str:
        return text(lang, f"sheet.{key}", **values)

    group = _bold(facts.group_name, INCHES / 2, BODY)
    reason = say("reason", reason=facts.reason.rstrip(" ."))
    foot = say("foot", provenance=facts.provenance)
    return {key: say(key) for key in UNCHANGING} | {
        "lang": lang,
        "title": say("title", group=group),
        "group": group,
        "size": facts.group_size,
        "headline": _headline(facts, lang),
        "rows": [_row(facts, place, lang) for place in range(len(facts.options))],
        "comparisons": _comparisons(facts, lang),
        "reason": fit(reason, INCHES, BODY, lines=3),
        "unknowns": [fit(phrase, ASKED, BODY, lines=2) for phrase in facts.unknowns],
        "foot": fit(foot, INCHES, SMALL, lines=2),
    }


def _bold(name: str, inches: float, size: float) -> str:
    """A name on one line; ornamental letters become plain ones, which the bold font has too."""
    return fit(unicodedata.normalize("NFKC", name), inches, size, weight="bold")


def _headline(facts: SheetFacts, lang: str) -> str:
    months, size = facts.months, facts.group_size
    if all(k in ALIKE for k in facts.better_of_20):
        letters = format_list(LETTERS[: len(facts.options)], locale=LOCALES[lang])
        return text(lang, "sheet.headline_same", months=months, letters=letters)
    (letter, first), *others = zip(LETTERS[1:], facts.options[1:], strict=False)
    whole = {"letter": letter, "months": months, "size": size}
    return " ".join(
        [
            _counted(first.women_up, "headline", lang, **whole),
            *(_counted(each.women_up, "headline_next", lang, letter=name) for name, each in others),
        ]
    )


def _counted(count: int, key: str, lang: str, **values: object) -> str:
    """The sentence with its count, or its own form for nobody."""
    if count == 0:
        return text(lang, f"sheet.{key}_none", **values)
    return text(lang, f"sheet.{key}", count=count, **values)


def _row(facts: SheetFacts, place: int, lang: str) -> dict[str, object]:
    option, size = facts.options[place], facts.group_size
    row = {"letter": LETTERS[place], "title": _bold(option.title, 0.9 * INCHES, TITLE)}
    if place == 0:
        alt, beside = text(lang, "sheet.start_alt", size=size), text(lang, "sheet.start")
        return row | {"up": 0, "count": "", "beside": beside, "below": [], "alt": alt}
    return row | {
        "up": option.women_up,
        "count": str(option.women_up),
        "beside": text(lang, "sheet.count", size=size),
        "below": [" ".join([_range(option, lang), *_money(option, lang)])],
        "alt": text(lang, "sheet.count_alt", size=size, count=option.women_up),
    }


def _range(option: SheetOption, lang: str) -> str:
    return text(lang, "sheet.range", low=option.women_low, high=option.women_high)


def _money(option: SheetOption, lang: str) -> list[str]:
    """One sentence on rupiah where they are given; where some may lose, each amount says so."""
    money = {blank: NEAREST * round(amount / NEAREST) for blank, amount in option.money().items()}
    if not money:
        return []
    if min(money.values()) > 0:
        return [
            text(lang, "sheet.money", **{b: rupiah(amount, lang) for b, amount in money.items()})
        ]
    changes = {blank: _change(amount, lang) for blank, amount in money.items()}
    return [text(lang, "sheet.money_mixed", **changes)]


def _change(amount: int, lang: str) -> str:
    if amount == 0:
        return text(lang, "sheet.same")
    key = "sheet.more" if amount > 0 else "sheet.less"
    return text(lang, key, amount=rupiah(abs(amount), lang))


def _comparisons(facts: SheetFacts, lang: str) -> list[str]:
    """A sentence for each option after the first, and what to do where they are much the same."""
    pairs = zip(LETTERS[1:], facts.better_of_20, strict=False)
    sentences = [_comparison(letter, k, lang) for letter, k in pairs]
    if any(k in ALIKE for k in facts.better_of_20):
        sentences.append(text(lang, "sheet.choose"))
    return sentences


def _comparison(letter: str, k: int, lang: str) -> str:
    if k == 0:
        return text(lang, "sheet.never", letter=letter)
    if k in ALIKE:
        return text(lang, "sheet.alike", letter=letter)
    return text(lang, "sheet.better" if k > max(ALIKE) else "sheet.seldom", letter=letter, k=k)
