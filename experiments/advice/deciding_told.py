"""A decision in words: what is firm, what depends on which assumption, what is luck."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from experiments.advice.deciding import COSTS, MAIN
from experiments.alternatives import AS_IT_IS
from experiments.analysis.outcomes import OUTCOMES
from experiments.messages import number, rupiah, text
from experiments.packet.numbers import share_out

Decision = Mapping[str, Any]
GROUPS: Final = ("better", "rather_better", "same", "open", "rather_worse", "worse")
DECIMALS: Final = {"Rp": 0, "women": 1, "hours": 1, "chance": 0, "share": 3, "0-1": 3}
NEARLY_SURE: Final = 1.96  # standard errors to either side
OF_HUNDRED: Final = 100
OF_TEN: Final = 10


def told(decision: Decision, lang: str) -> list[str]:
    """The decision as lines; none where there is none."""
    if not decision:
        return []
    return [
        text(lang, "decide.head"),
        *_best(decision, lang),
        *_firm(decision, lang),
        *_harm(decision, lang),
        *_depends(decision, lang),
        *_luck(decision, lang),
        *_regret(decision, lang),
        *_waiting(decision, lang),
        *_cost(decision, lang),
    ]


def title(decision: Decision, name: str, lang: str) -> str:
    """The title of a strategy."""
    return str(decision["titles"][name][lang])


def spotlight(decision: Decision) -> list[str]:
    """The strategies told of one by one: the first against the baseline, and the best."""
    names = [name for name in decision["strategies"] if name != decision["baseline"]]
    return list(dict.fromkeys([names[0], decision["best"]]))[
        : 2 if decision["best"] in names else 1
    ]


def against(decision: Decision, other: str, outcome: str = MAIN) -> dict[str, Mapping[str, Any]]:
    """By strategy the comparison with `other` in an outcome."""
    rows = decision["against"]
    return {row["one"]: row for row in rows if row["other"] == other and row["outcome"] == outcome}


# --- Lines ---------------------------------------------------------------------------------------


def _best(decision: Decision, lang: str) -> Iterator[str]:
    rows = decision["strategies"]
    first = [name for name, row in rows.items() if row["rank_first"] == 1]
    best = title(decision, decision["best"], lang)
    others = "; ".join(title(decision, name, lang) for name in first if name != decision["best"])
    key = "best_some" if others else "best_one"
    yield text(lang, f"decide.{key}", best=best, **({"others": others} if others else {}))
    share = of_ten(rows[decision["best"]]["best"], lang)
    yield text(lang, "decide.best_in", best=best, share=share)


def _firm(decision: Decision, lang: str) -> Iterator[str]:
    """Which strategies add how much for sure, which are practically the same as the baseline."""
    rows = against(decision, decision["baseline"])
    yield text(lang, "decide.against", baseline=title(decision, decision["baseline"], lang))
    for group in GROUPS:
        blanks = {} if group == "open" else {"margin": rupiah(decision["margin"], lang)}
        mine = [name for name, row in rows.items() if row["verdict"] == group]
        if mine:
            listed = "; ".join(_with_ends(decision, name, rows[name], lang) for name in mine)
            yield text(lang, f"decide.{group}", listed=listed, **blanks)


def _with_ends(decision: Decision, name: str, row: Mapping[str, Any], lang: str) -> str:
    return text(
        lang, "decide.with_ends", title=title(decision, name, lang), lo=rupiah(row["lo"], lang),
        hi=rupiah(row["hi"], lang),
    )  # fmt: skip


def _harm(decision: Decision, lang: str) -> Iterator[str]:
    """What surely gets worse by over its margin, outcome by outcome, and with which strategies."""
    for outcome in OUTCOMES:
        rows = against(decision, decision["baseline"], outcome)
        worse = [
            text(lang, "decide.harmed", title=title(decision, name, lang), value=_mean(row, lang))
            for name, row in rows.items()
            if row["verdict"] == "worse" and outcome != MAIN
        ]
        if worse:
            named = {"outcome": text(lang, f"outcome.{outcome}"), "listed": "; ".join(worse)}
            yield text(lang, "decide.harm", **named)


def _depends(decision: Decision, lang: str) -> Iterator[str]:
    """Which other form changes the gain of the spotlight by over the margin, or the best."""
    forms = decision["forms"].get("by_form", {})
    others = [form for form in forms if form != AS_IT_IS]
    if not others:
        yield text(lang, "decide.no_forms")
        return
    margin = decision["margin"]
    for name in spotlight(decision):
        usual = forms[AS_IT_IS]["strategies"][name]["gain"]
        moved = {form: forms[form]["strategies"][name] for form in others}
        moved = {f: row for f, row in moved.items() if row["lo"] > margin or row["hi"] < -margin}
        named = {"title": title(decision, name, lang), "margin": rupiah(margin, lang)}
        if not moved:
            yield text(lang, "decide.no_form_matters", count=len(others), **named)
        for form, row in moved.items():
            yield text(
                lang, "decide.form_matters", form=text(lang, f"ablate.form.{form}"),
                title=named["title"], usual=rupiah(usual, lang), gain=rupiah(row["gain"], lang),
            )  # fmt: skip
    turned = {form: forms[form]["best"] for form in others if forms[form]["lead"] > margin}
    for form, best in turned.items():
        named = {"form": text(lang, f"ablate.form.{form}"), "best": title(decision, best, lang)}
        yield text(lang, "decide.form_turns", **named)
    for form, one, other, gap in decision["turned"]:
        named = {"form": text(lang, f"ablate.form.{form}"), "gap": rupiah(gap, lang)}
        titles = {"one": title(decision, one, lang), "other": title(decision, other, lang)}
        yield text(lang, "decide.form_orders", **named, **titles)
    if not turned:
        best = title(decision, forms[AS_IT_IS]["best"], lang)
        yield text(lang, "decide.no_form_turns", count=len(others), best=best)


def _luck(decision: Decision, lang: str) -> Iterator[str]:
    spread = decision["forms"].get("spread") or {
        name: row.get("spread") for name, row in decision["strategies"].items()
    }
    for name in spotlight(decision):
        parts = spread.get(name)
        if not parts or math.isnan(parts["luck"]):
            continue
        forms = parts["forms"] + parts["both"]
        villages, forms, luck = share_out([parts["villages"], forms, parts["luck"]], OF_TEN)
        tenths = {"villages": villages, "forms": forms, "luck": luck}
        yield text(lang, "decide.spread", title=title(decision, name, lang), **tenths)


def _regret(decision: Decision, lang: str) -> Iterator[str]:
    for name in spotlight(decision):
        row = decision["strategies"][name]
        named = {"title": title(decision, name, lang)}
        ceiling = rupiah(row["regret_ceiling"], lang)
        if math.isnan(row["regret_mean"]):
            yield text(lang, "decide.regret_one", ceiling=ceiling, **named)
        else:
            mean = rupiah(max(0.0, row["regret_mean"]), lang)
            yield text(lang, "decide.regret", mean=mean, ceiling=ceiling, **named)
        if row["regret_usual_worst"] > 0:
            worst = rupiah(row["regret_usual_worst"], lang)
            yield text(lang, "decide.usual_worst", worst=worst, **named)


def _waiting(decision: Decision, lang: str) -> Iterator[str]:
    for name in spotlight(decision):
        weeks = decision["strategies"][name]["weeks"]
        named = {"title": title(decision, name, lang), "weeks": decision["weeks"]}
        if math.isnan(weeks["typical"]):
            yield text(lang, "decide.never", **named)
            continue
        ends = {part: number(weeks[part], lang, 0) for part in ("typical", "low", "high")}
        yield text(lang, "decide.waiting", never=of_ten(weeks["never"], lang), **ends, **named)


def _cost(decision: Decision, lang: str) -> Iterator[str]:
    rows = decision["strategies"]
    for cost in COSTS:
        on = [
            name for name, row in rows.items() if row[f"on_{cost}"] and name != decision["baseline"]
        ]
        listed = "; ".join(title(decision, name, lang) for name in on)
        if on:
            yield text(lang, f"decide.frontier.{cost}", listed=listed)
    yield _net_benefit(decision, lang)
    for name in spotlight(decision):
        worth = rows[name]["day_worth"]
        if not math.isnan(worth):
            key = "day_worth" if worth > 0 else "day_worthless"
            blanks = {"worth": rupiah(worth, lang)} if worth > 0 else {}
            yield text(lang, f"decide.{key}", title=title(decision, name, lang), **blanks)


def _net_benefit(decision: Decision, lang: str) -> str:
    """Which strategy leaves most when all is counted, and whether that is clear."""
    rows, base = decision["strategies"], decision["baseline"]
    others = [name for name in rows if name != base]
    best = max(others, key=lambda name: rows[name]["net_benefit"])
    benefit, error = rows[best]["net_benefit"], NEARLY_SURE * rows[best]["net_benefit_error"]
    key = "net_benefit" if benefit > error else "net_loss" if benefit < -error else "net_open"
    return text(
        lang, f"decide.{key}", title=title(decision, best, lang), benefit=rupiah(benefit, lang),
        error=rupiah(error, lang), day=rupiah(decision["day_rp"], lang),
        pays=of_ten(rows[best]["pays"], lang), weeks=decision["weeks"],
    )  # fmt: skip


# --- Numbers -------------------------------------------------------------------------------------


def of_ten(share: float, lang: str) -> str:
    """A share as a count of ten: '7', 'kurang dari 1', 'lebih dari 9'."""
    tenths = share * OF_TEN
    if 0 < tenths < 0.5:
        return text(lang, "decide.under_one")
    if OF_TEN - 0.5 < tenths < OF_TEN:
        return text(lang, "decide.over_nine")
    return number(tenths, lang, 0)


def amount(outcome: str, value: float, lang: str) -> str:
    """An amount with its sign, in the outcome's unit; chances as counts of a hundred groups."""
    if math.isnan(value):
        return "–"
    unit = OUTCOMES[outcome].unit
    sign = "+" if value > 0 else "−" if value < 0 else ""
    if unit == "Rp":
        return f"{sign}{rupiah(abs(value), lang)}"
    if unit == "chance":
        return f"{sign}{number(OF_HUNDRED * abs(value), lang, 0)}"
    return f"{sign}{number(abs(value), lang, DECIMALS[unit])}"


def _mean(row: Mapping[str, Any], lang: str) -> str:
    return amount(row["outcome"], row["mean"], lang)


def value(row: Mapping[str, Any], lang: str) -> str:
    """Mean and both ends of a difference."""
    mean, lo, hi = (amount(row["outcome"], row[end], lang) for end in ("mean", "lo", "hi"))
    return text(lang, "decide.value", mean=mean, lo=lo, hi=hi)
