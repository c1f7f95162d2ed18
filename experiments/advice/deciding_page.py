"""A decision as a page: words, then tables of outcomes, of choice, of costs, of other forms."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from experiments import markdown
from experiments.advice.deciding import COSTS
from experiments.advice.deciding_told import (
    OF_HUNDRED,
    Decision,
    amount,
    of_ten,
    title,
    told,
    value,
)
from experiments.analysis.outcomes import OUTCOMES, margin_of
from experiments.messages import number, rupiah, text


def page(decision: Decision, lang: str) -> str:
    """All of it as Markdown: words, then a table of outcomes, of choice, of costs, of forms."""
    head = text(lang, "decide.page", villages=decision["villages"],
                replications=decision["replications"], weeks=decision["weeks"])  # fmt: skip
    parts = [
        f"# {text(lang, 'decide.title')}",
        head,
        *(f"* {line}" for line in told(decision, lang)[1:]),
    ]
    sections = [
        ("outcomes", _outcomes(decision, lang)),
        ("choice", _choice(decision, lang)),
        ("costs", _costs(decision, lang)),
        ("forms", _forms(decision, lang)),
        ("spread", _spread(decision, lang)),
    ]
    body = "\n".join(parts[2:])
    chapters = [_chapter(name, made, lang) for name, made in sections if made]
    return "\n\n".join([*parts[:2], body, *chapters, text(lang, "say.limits")]) + "\n"


def _chapter(name: str, made: str, lang: str) -> str:
    head, about = (text(lang, f"decide.{part}.{name}") for part in ("section", "about"))
    return f"## {head}\n\n{about}\n\n{made}"


def _outcomes(decision: Decision, lang: str) -> str:
    baseline = decision["baseline"]
    head = [
        text(lang, "decide.column.strategy"),
        *(text(lang, f"outcome.{name}") for name in OUTCOMES),
    ]
    found = {(row["one"], row["outcome"]): row
             for row in decision["against"] if row["other"] == baseline}  # fmt: skip
    rows = [
        [
            title(decision, name, lang),
            *(_cell(found[name, outcome], decision["villages"], lang) for outcome in OUTCOMES),
        ]
        for name in decision["strategies"]
        if name != baseline
    ]
    margins = [amount(name, margin_of(name, decision["margin"]), lang)[1:] for name in OUTCOMES]
    return markdown.table(head, [[text(lang, "decide.column.margin"), *margins], *rows])


def _cell(row: Mapping[str, Any], villages: int, lang: str) -> str:
    said = text(lang, f"decide.verdict.{row['verdict']}")
    few = row["villages"] < villages
    note = f" {text(lang, 'decide.of_villages', n=row['villages'])}" if few else ""
    return f"{value(row, lang)} {said}{note}"


def _choice(decision: Decision, lang: str) -> str:
    columns = ("strategy", "rank", "best", "regret", "usual_worst", "worst", "waiting")
    head = [text(lang, f"decide.column.{name}") for name in columns]
    ranked = sorted(decision["strategies"].items(), key=lambda item: item[1]["regret_ceiling"])
    return markdown.table(head, [_chosen(decision, name, row, lang) for name, row in ranked])


def _chosen(decision: Decision, name: str, row: Mapping[str, Any], lang: str) -> Sequence[str]:
    first, last = (number(row[end], lang, 0) for end in ("rank_first", "rank_last"))
    weeks = row.get("weeks")
    waited = "" if not weeks or math.isnan(weeks["typical"]) else text(
        lang, "decide.waited", never=of_ten(weeks["never"], lang),
        **{part: number(weeks[part], lang, 0) for part in ("typical", "low", "high")},
    )  # fmt: skip
    mean = (
        "" if math.isnan(row["regret_mean"]) else f"{rupiah(max(0.0, row['regret_mean']), lang)} – "
    )
    return [
        title(decision, name, lang),
        first if first == last else f"{first}–{last}",
        f"{_of_hundred(row['best'], lang)} ± {_of_hundred(row['best_error'], lang, 1)}",
        mean + _with_error(row["regret_ceiling"], row["regret_ceiling_error"], lang),
        rupiah(row["regret_usual_worst"], lang),
        _with_error(row["regret_worst"], row["regret_worst_error"], lang),
        waited,
    ]


def _of_hundred(share: float, lang: str, decimals: int = 0) -> str:
    return number(OF_HUNDRED * share, lang, decimals)


def _with_error(value: float, error: float, lang: str) -> str:
    return rupiah(value, lang) + ("" if math.isnan(error) else f" ± {rupiah(error, lang)}")


def _costs(decision: Decision, lang: str) -> str:
    columns = ("strategy", "gain", *COSTS, "net_benefit", "pays", "day_worth", "frontier")
    head = [text(lang, f"decide.column.{name}") for name in columns]
    rows = []
    for name, row in decision["strategies"].items():
        on = [_frontier(row, cost, lang) for cost in COSTS if row[f"on_{cost}"]]
        worth = row["day_worth"]
        rows.append([
            title(decision, name, lang), rupiah(row["gain"], lang), rupiah(row[COSTS[0]], lang),
            number(row[COSTS[1]], lang, 1), number(row[COSTS[2]], lang, 0),
            _with_error(row["net_benefit"], row["net_benefit_error"], lang),
            _of_hundred(row["pays"], lang), "" if math.isnan(worth) else rupiah(worth, lang),
            ", ".join(on),
        ])  # fmt: skip
    return markdown.table(head, rows)


def _frontier(row: Mapping[str, Any], cost: str, lang: str) -> str:
    """A cost by which a strategy is on the frontier, and how often when villages are redrawn."""
    often = _of_hundred(row[f"on_{cost}_share"], lang)
    return text(lang, "decide.on_frontier", cost=text(lang, f"decide.short.{cost}"), often=often)


def _spread(decision: Decision, lang: str) -> str:
    """Where the spread of each strategy's gain comes from, of 100 parts."""
    forms = decision["forms"].get("spread", {})
    parts = {name: forms.get(name) or row.get("spread")
             for name, row in decision["strategies"].items()}  # fmt: skip
    told = {name: each for name, each in parts.items() if each and not math.isnan(each["luck"])}
    if not told:
        return ""
    columns = ("villages", "forms", "both", "luck")
    head = [text(lang, f"decide.column.{name}") for name in ("strategy", *columns)]
    return markdown.table(
        head,
        [
            [title(decision, name, lang), *(_of_hundred(each[part], lang) for part in columns)]
            for name, each in told.items()
        ],
    )


def _forms(decision: Decision, lang: str) -> str:
    forms = decision["forms"].get("by_form", {})
    if not forms:
        return ""
    names = [name for name in decision["strategies"] if name != decision["baseline"]]
    head = [text(lang, "decide.column.form"), *(title(decision, name, lang) for name in names)]
    rows = []
    for form, found in forms.items():
        cells = (rupiah(found["strategies"][name]["gain"], lang) for name in names)
        rows.append([text(lang, f"ablate.form.{form}"), *cells])
    return markdown.table(head, rows)
