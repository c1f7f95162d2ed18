"""Where a plan's gain comes from, in words and tables."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

from experiments import markdown
from experiments.messages import number, rupiah, text
from experiments.validation.ablations import (
    ABLATIONS,
    ALTERNATIVES,
    FEW,
    MOST_VILLAGES,
    NEARLY_SURE,
    PRACTICALLY_NOTHING,
    SPREADSHEET,
)
from experiments.validation.laboratory import made_by


def told(summary: Mapping[str, Any], lang: str) -> list[str]:
    """Where the first plan's gain comes from, against paper, and which orders are firm."""
    plan, gain = titled(summary, lang)[0], rupiah(summary["left"]["full"]["mean"], lang)
    lines = [text(lang, "ablate.full", plan=plan, gain=gain)]
    for form in ABLATIONS[1:]:
        error = rupiah(NEARLY_SURE * summary["error"][form], lang)
        lines.append(text(lang, "ablate.left", **_what(summary, form, lang), error=error))
    return [*lines, *orders(summary, lang), "", text(lang, "say.limits")]


def titled(summary: Mapping[str, Any], lang: str) -> list[str]:
    """The titles of the plans, that whose gain is taken apart first."""
    return [title[lang] for title in summary["titles"].values()]


def page(summary: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """The result as a page in Markdown, in English."""
    rows = []
    for form in (*ABLATIONS, *ALTERNATIVES, SPREADSHEET):
        error = rupiah(NEARLY_SURE * summary["error"][form], "en")
        rows.append((*_what(summary, form, "en").values(), "" if form == "full" else error))
    adds = f"“{titled(summary, 'en')[0]}” adds, a member and week"
    head = ("form", adds, "of 100", "± (difference to the first)")
    words = "\n".join(orders(summary, "en")).replace("\n- ", "\n* ")
    parts = [made_by(manifest), markdown.table(head, rows), words, plans(summary)]
    return "\n\n".join(parts) + "\n"


def _what(summary: Mapping[str, Any], form: str, lang: str) -> dict[str, str]:
    left = summary["left"][form]
    return {
        "form": text(lang, f"ablate.form.{form}"),
        "gain": rupiah(left["mean"], lang),
        "share": "-" if math.isnan(left["share"]) else number(100 * left["share"], lang, 0),
    }


def orders(summary: Mapping[str, Any], lang: str) -> list[str]:
    """The order of the plans here and on paper, the headline, and which orders are firm."""
    full, sheet = summary["left"]["full"], summary["left"][SPREADSHEET]
    lines = [
        text(lang, "ablate.model", order=_order(summary, "full", lang)),
        "",
        text(
            lang, "ablate.sheet", gain=rupiah(sheet["mean"], lang),
            own=rupiah(full["mean"], lang), order=_order(summary, SPREADSHEET, lang),
        ),
        *(f"- {line}" for line in _moved(summary, lang)),
        "",
    ]  # fmt: skip
    lines += [f"- {_headline_told(summary, form, lang)}" for form in summary["headline"]]
    return [*lines, *_firm(summary, lang), *_turned(summary, lang)]


def _order(summary: Mapping[str, Any], form: str, lang: str) -> str:
    """Plans from the highest mean gain to the lowest under a form."""
    titles = _titles(summary, lang)
    names, means = summary["orders"][form], summary["means"][form]
    words = titles[names[0]]
    for before, name in itertools.pairwise(names):
        same = means[before] - means[name] < PRACTICALLY_NOTHING
        words += f" {'=' if same else '>'} {titles[name]}"
    return words


def _titles(summary: Mapping[str, Any], lang: str) -> dict[str, str]:
    return dict(zip(summary["titles"], titled(summary, lang), strict=True))


def _moved(summary: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Plans that stand elsewhere on paper, and the ablation that brings them back there."""
    places = {form: {name: i for i, name in enumerate(order, 1)}
              for form, order in summary["orders"].items()}  # fmt: skip
    for name, title in _titles(summary, lang).items():
        here, paper = places["full"][name], places[SPREADSHEET][name]
        if here == paper:
            continue
        back = [form for form in ABLATIONS[1:] if places[form][name] == paper]
        told_of = {"plan": title, "paper": paper, "own": here}
        if back:
            forms = "; ".join(text(lang, f"ablate.form.{form}") for form in back)
            yield text(lang, "ablate.moved", **told_of, forms=forms)
        else:
            yield text(lang, "ablate.moved_none", **told_of)


def _firm(summary: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Orders that hold under every alternative, and those that depend on something."""
    if summary["villages"] < FEW:
        yield from ("", text(lang, "ablate.few", villages=summary["villages"]))
        return
    titles = _titles(summary, lang)
    margin, least = rupiah(summary["margin"], lang), number(100 * MOST_VILLAGES, lang, 0)
    for how, head in (
        ("firm", text(lang, "ablate.firm", margin=margin, least=least)),
        ("on_average", text(lang, "ablate.on_average")),
    ):
        if summary[how]:
            yield from ("", head, "")
        for better, worse, villages in summary[how]:
            names = {"better": titles[better], "worse": titles[worse]}
            share = number(100 * villages, lang, 0)
            yield f"- {text(lang, 'ablate.over', **names, share=share)}"
    if summary["thin"]:
        yield from ("", text(lang, "ablate.thin", margin=margin), "")
    for better, worse, form, gap in summary["thin"]:
        names = {"better": titles[better], "worse": titles[worse]}
        named = {"form": text(lang, f"ablate.form.{form}"), "least": rupiah(gap, lang)}
        yield f"- {text(lang, 'ablate.thin_over', **names, **named)}"
    for better, worse, *forms in summary["depends"]:
        named_forms = "; ".join(text(lang, f"ablate.form.{form}") for form in forms)
        names = {"better": titles[better], "worse": titles[worse]}
        yield from ("", text(lang, "ablate.depends", forms=named_forms, **names))


def _turned(summary: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Orders that turn without a mechanism, and whether luck may explain it."""
    if summary["turned"]:
        yield from ("", text(lang, "ablate.turned_head"), "")
    titles = _titles(summary, lang)
    for form, better, worse, gap, error in summary["turned"]:
        key = "turned" if gap > NEARLY_SURE * error else "turned_luck"
        words = text(
            lang, f"ablate.{key}", form=text(lang, f"ablate.form.{form}"), better=titles[better],
            worse=titles[worse], gap=rupiah(gap, lang), error=rupiah(NEARLY_SURE * error, lang),
        )  # fmt: skip
        yield f"- {words}"


def _headline_told(summary: Mapping[str, Any], form: str, lang: str) -> str:
    row = summary["headline"][form]
    return text(
        lang, "ablate.headline", form=text(lang, f"ablate.form.{form}"),
        gain=rupiah(row["mean"], lang), low=rupiah(row["low"], lang),
        high=rupiah(row["high"], lang), margin=rupiah(summary["margin"], lang),
        better=number(100 * row["better"], lang, 0),
    )  # fmt: skip


def plans(summary: Mapping[str, Any]) -> str:
    """What each plan adds on paper, here, and without each mechanism, as a table in Markdown."""
    forms = (SPREADSHEET, *ABLATIONS, *ALTERNATIVES)
    head = [text("en", "ablate.plan_head"), *(text("en", f"ablate.form.{form}") for form in forms)]
    rows = [
        [title, *(number(summary["means"][form][name], "en", 0) for form in forms)]
        for name, title in _titles(summary, "en").items()
    ]
    return f"{text('en', 'ablate.plans')}:\n\n{markdown.table(head, rows)}"
