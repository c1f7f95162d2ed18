"""When a plan fails, in words: conditions, how often, who can know, what else could be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from experiments import markdown
from experiments.advice.units import Ruler, ruler
from experiments.analysis.boxes import Condition
from experiments.analysis.discovery import PARTS, steady
from experiments.messages import number, parameter_name, rupiah, text
from experiments.questions import HOUR, RUPIAH
from experiments.studies.named import factor_name, level_name
from sim.parameters import Parameter
from sim.scenario import Group

Told = Mapping[str, Any]
OF_TEN: Final = 10
MOST_PLANS: Final = 3


class Words:
    """Parameters of a group, in words."""

    def __init__(self, register: Mapping[str, Parameter], group: Group, lang: str) -> None:
        self.register, self.group, self.lang = register, group, lang

    def ruler(self, name: str) -> Ruler | None:
        """How numbers about it are told; None for what a study varies beside the register."""
        row = self.register.get(name)
        return ruler(row, self.group, lang=self.lang) if row else None

    def thing(self, name: str) -> str:
        """What a parameter is about, in a few words."""
        it = self.ruler(name)
        if it is None:
            return f"“{factor_name(name, self.lang)}”"
        if it.question is None:
            return f"“{parameter_name(name, self.lang)}”"
        about = {key: told for key, told in it.question.about if key != "size"}
        return text(self.lang, f"thing.{it.question.key}", **about)

    def unit(self, name: str) -> str:
        """The unit of a parameter as it stands on an axis."""
        it = self.ruler(name)
        if it is None or it.question is None:
            return ""
        said = it.question.unit_words(self.lang).replace("…", "").strip()
        return self._of(it, said) if said else ""

    def value(self, name: str, value: float) -> str:
        """A value as people say it."""
        it = self.ruler(name)
        if it is None or it.question is None:
            return number(float(f"{value:.2g}"), self.lang, 3)
        return self._of(it, it.say(value, self.lang))

    def _of(self, it: Ruler, said: str) -> str:
        """What a share is of."""
        if it.question is None or it.row.unit != "share":
            return said
        whole = {float(RUPIAH): "of_rupiah", float(HOUR): "of_hour"}.get(it.question.factor)
        return text(self.lang, f"discover.{whole}", value=said) if whole else said

    def condition(self, it: Condition) -> str:
        """A condition as part of a sentence."""
        thing = self.thing(it.name)
        if it.among:
            levels = [level_name(it.name, each, self.group, self.lang) for each in it.among]
            return text(self.lang, "discover.among", thing=thing, levels=" / ".join(levels))
        row = self.register.get(it.name)
        if row is not None and row.whole:
            return self._whole(it, thing)
        ends = {
            end: self.value(it.name, value)
            for end, value in (("low", it.low), ("high", it.high))
            if np.isfinite(value)
        }
        key = "between" if len(ends) == 2 else "above" if "low" in ends else "below"
        return text(self.lang, f"discover.{key}", thing=thing, **ends)

    def _whole(self, it: Condition, thing: str) -> str:
        """The same of a whole number: from the first inside to the last."""
        low, high = np.ceil(it.low), np.ceil(it.high) - 1
        if low == high:
            return text(self.lang, "discover.exactly", thing=thing, n=self.value(it.name, low))
        ends = {
            end: self.value(it.name, value)
            for end, value in (("low", low), ("high", high))
            if np.isfinite(value)
        }
        key = "from_to" if len(ends) == 2 else "at_least" if "low" in ends else "at_most"
        return text(self.lang, f"discover.{key}", thing=thing, **ends)

    def box(self, conditions: list[Condition]) -> str:
        """All conditions of a box."""
        *first, last = [self.condition(each) for each in conditions]
        both = text(self.lang, "discover.and")
        return f"{', '.join(first)}{both}{last}" if first else last

    def knows(self, name: str) -> str:
        """Whether anybody can know it beforehand, and whether it can be set."""
        it = self.ruler(name)
        if it is None or it.row.role == "lever":
            return text(self.lang, "discover.lever")
        if it.question is None:
            return text(self.lang, "discover.nobody")
        return text(
            self.lang, "discover.somebody", who=it.question.who_words(self.lang),
            question=it.question.words(self.lang),
        )  # fmt: skip


def conditions_of(told: Told, box: int) -> list[Condition]:
    """The conditions of a box of a summary."""
    return [
        Condition(each["name"], each["low"], each["high"], tuple(each["among"]))
        for each in told["boxes"][box - 1]["conditions"]
    ]


def lines(told: Told, words: Words) -> list[str]:
    """What was found, line by line."""
    return [line for part in (_about, _found) for line in part(told, words)]


def _about(told: Told, words: Words) -> Iterator[str]:
    lang = words.lang
    yield text(lang, "discover.title", title=_title(told, told["scenario"], lang))
    yield fails_when(told, lang)
    cases = _whole(told, "cases", lang)
    yield text(lang, "discover.base", base=_tenths(told["base"], lang), cases=cases)
    if told["outcome"] == "ended":
        return
    key = "luck" if told["replications"] > 1 else "luck_one"
    blanks = {"seen", "cases", "replications", "unsure"} if key == "luck" else set()
    yield text(lang, f"discover.{key}", **{name: _whole(told, name, lang) for name in blanks})


def fails_when(told: Told, lang: str) -> str:
    """What counts as failing."""
    blanks = {
        "net_income": {"baseline": _title(told, told["baseline"], lang),
                       "margin": rupiah(told["margin"], lang)},
        "women_at_a_loss": {"margin": number(told["margin"], lang, 1)},
        "ended": {},
    }[told["outcome"]]  # fmt: skip
    return text(lang, f"discover.fails.{told['outcome']}", **blanks)


def _found(told: Told, words: Words) -> Iterator[str]:
    lang = words.lang
    if told["why_not"]:
        blanks = {"as_well": _as_well(told, lang), "shuffles": told["shuffles"]}
        chosen = blanks if told["why_not"] == "luck" else {}
        yield text(lang, f"discover.none.{told['why_not']}", **chosen)
        return
    box, conditions = told["boxes"][told["chosen"] - 1], conditions_of(told, told["chosen"])
    yield text(lang, "discover.box", conditions=words.box(conditions))
    density, error = (_tenths(box[name], lang) for name in ("density", "density_error"))
    rest = _tenths(told["rest"], lang)
    yield text(lang, "discover.density", density=density, error=error, rest=rest)
    covered, error = (_tenths(box[name], lang) for name in ("coverage", "coverage_error"))
    yield text(lang, "discover.coverage", coverage=covered, error=error)
    yield text(lang, "discover.honest", as_well=_as_well(told, lang), shuffles=told["shuffles"])
    for each in conditions:
        yield text(
            lang, "discover.condition", condition=words.condition(each), parts=PARTS,
            again=box["again"][each.name], knows=words.knows(each.name),
        )  # fmt: skip
    yield from _narrower(told, words)
    yield from _plans(told, lang)


def _narrower(told: Told, words: Words) -> Iterator[str]:
    """Boxes with more conditions that most searches agree on, and that say more."""
    for place in range(told["chosen"], len(told["boxes"])):
        box = told["boxes"][place]
        if steady(box["again"]) and len(box["again"]) == place + 1:
            yield text(
                words.lang, "discover.narrower", density=_tenths(box["density"], words.lang),
                conditions=words.box(conditions_of(told, place + 1)),
                coverage=_tenths(box["coverage"], words.lang),
            )  # fmt: skip


def _plans(told: Told, lang: str) -> Iterator[str]:
    """Plans that surely fail less often in such villages."""
    if len(told["titles"]) < 3:
        return
    if not told["others"]:
        yield text(lang, "discover.no_plan")
    for name, row in list(told["others"].items())[:MOST_PLANS]:
        yield text(
            lang, "discover.plan", title=_title(told, name, lang),
            density=_tenths(row["density"], lang), less=_tenths(row["less"], lang),
            error=_tenths(row["error"], lang),
        )  # fmt: skip


def page(told: Told, words: Words) -> str:
    """All of it as Markdown."""
    lang = words.lang
    head, *rest = lines(told, words)
    parts = [f"# {head}", "\n".join(f"* {line}" for line in rest)]
    if told["boxes"] and told["chosen"]:
        parts += [_chapter("fewer", _fewer(told, words), lang),
                  _chapter("wider", _wider(told, lang), lang)]  # fmt: skip
    return "\n\n".join([*parts, text(lang, "discover.limits"), text(lang, "say.limits")]) + "\n"


def _chapter(name: str, table: str, lang: str) -> str:
    head, about = (text(lang, f"discover.{part}.{name}") for part in ("section", "about"))
    return f"## {head}\n\n{about}\n\n{table}"


def _fewer(told: Told, words: Words) -> str:
    rows = [
        [words.box(conditions_of(told, i + 1)), *_rates(row, words.lang)]
        for i, row in enumerate(told["boxes"])
        if len(row["again"]) == i + 1
    ]
    return markdown.table(_head(("conditions", "width", "density", "coverage"), words.lang), rows)


def _wider(told: Told, lang: str) -> str:
    rows = [_rates(row, lang) for row in told["wider"]]
    return markdown.table(_head(("width", "density", "coverage"), lang), rows)


def _head(columns: tuple[str, ...], lang: str) -> list[str]:
    return [text(lang, f"discover.column.{name}") for name in columns]


def _rates(row: Told, lang: str) -> list[str]:
    """Villages inside, failing ones among them, failing ones inside: out of ten, with errors."""
    pairs = [
        f"{_tenths(row[name], lang)} ± {_tenths(row[f'{name}_error'], lang)}"
        for name in ("density", "coverage")
    ]
    return [_tenths(row["width"], lang), *pairs]


def _tenths(share: float, lang: str) -> str:
    return number(OF_TEN * share, lang, 1)


def _as_well(told: Told, lang: str) -> str:
    """How many shuffles did as well."""
    return number(told["by_luck"] * (1 + told["shuffles"]) - 1, lang, 0)


def _whole(told: Told, name: str, lang: str) -> str:
    return number(told[name], lang, 0)


def _title(told: Told, name: str, lang: str) -> str:
    return str(told["titles"][name][lang])
