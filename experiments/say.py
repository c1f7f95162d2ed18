"""Results in words: every sentence is made from a summary, in Bahasa Indonesia or English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from experiments.analysis.runs import LATE_WEEKS
from experiments.messages import number, rupiah, text


def compared(summary: dict[str, Any], lang: str) -> list[str]:
    """What a comparison found: each strategy against the baseline, and what is not known."""
    lines = [text(lang, "say.question")]
    lines += list(_baseline(summary, lang))
    for name in summary["scenarios"]:
        if name != summary["baseline"]:
            lines += ["", *_strategy(summary, name, lang)]
    return [*lines, "", *limits(lang)]


def levels(summary: dict[str, Any], lang: str) -> list[str]:
    """What each scenario gives by itself."""
    lines = []
    for name, row in summary["scenarios"].items():
        title = summary["titles"][name][lang]
        level = row["levels"]["net_income"]
        lines.append(_level(title, level, summary["villages"], lang))
        lines.append(_cash(row["levels"], lang))
        lines.append(_hours(row["levels"], summary["farm_wage_hour"], lang))
    return [*lines, "", *limits(lang)]


def limits(lang: str) -> list[str]:
    """What nobody can know from the paper; said with every result."""
    return [text(lang, "say.limits")]


def _baseline(summary: dict[str, Any], lang: str) -> Iterator[str]:
    found = summary["scenarios"][summary["baseline"]]["levels"]
    title = summary["titles"][summary["baseline"]][lang]
    yield _level(title, found["net_income"], summary["villages"], lang)
    yield _cash(found, lang)
    yield _late(found, summary["weeks"], lang)
    yield _hours(found, summary["farm_wage_hour"], lang)


def _level(title: str, level: dict[str, float], villages: int, lang: str) -> str:
    if villages > 1:
        return text(lang, "say.level", title=title, **_range(level, lang))
    return text(lang, "say.level_one", title=title, typical=rupiah(level["typical"], lang))


def _range(level: dict[str, float], lang: str) -> dict[str, str]:
    return {part: rupiah(level[part], lang) for part in ("typical", "low", "high")}


def _cash(levels: dict[str, Any], lang: str) -> str:
    """The three levels of income: the KUBE, a woman's own cash, her household."""
    names = {"kube": "kube_income", "own": "own_cash_income", "household": "household_income"}
    amounts = {key: rupiah(levels[name]["typical"], lang) for key, name in names.items()}
    return text(lang, "say.incomes", **amounts)


def _late(levels: dict[str, Any], weeks: int, lang: str) -> str:
    """How many of ten groups still pay anything in the last quarter; a mean over villages.

    A run may be shorter than that.
    """
    groups = round(10 * levels["earning_late"]["mean"])
    if weeks >= LATE_WEEKS:
        return text(lang, "say.late", groups=groups)
    if weeks == 1:
        return text(lang, "say.late_week", groups=groups)
    return text(lang, "say.late_weeks", weeks=weeks, groups=groups)


def _hours(levels: dict[str, Any], farm: float, lang: str) -> str:
    if "pay_per_hour" not in levels:
        return text(lang, "say.no_hours")
    return text(
        lang,
        "say.hours",
        gross=rupiah(levels["pay_per_hour"]["typical"], lang),
        net=rupiah(levels["net_pay_per_hour"]["typical"], lang),
        farm=rupiah(farm, lang),
    )


def _strategy(summary: dict[str, Any], name: str, lang: str) -> Iterator[str]:
    row = summary["scenarios"][name]
    net, gross = row["difference"]["net_income"], row["difference"]["kube_income"]
    margin = rupiah(summary["margin"], lang)
    title = summary["titles"][name][lang]
    count = net["villages"]
    if count > 1:
        counts = {"better": net["better"], "villages": count}
        yield text(lang, "say.raises", title=title, margin=margin, **counts, **_range(net, lang))
        yield text(lang, "say.otherwise", same=net["same"], worse=net["worse"], margin=margin)
    else:
        yield text(lang, "say.raises_one", title=title, typical=rupiah(net["typical"], lang))
    yield text(lang, "say.gross", typical=rupiah(gross["typical"], lang))
    yield _cash(row["levels"], lang)
    yield _hours(row["levels"], summary["farm_wage_hour"], lang)
    yield text(
        lang,
        "say.women",
        women=summary["women"],
        better=number(row["women_better"]["typical"], lang, 0),
        low=number(row["women_better"]["low"], lang, 0),
        high=number(row["women_better"]["high"], lang, 0),
        worse=number(100 * row["woman_worse_share"], lang, 1),
        margin=margin,
    )
    levels = row["levels"]
    yield _late(levels, summary["weeks"], lang)
    yield text(
        lang,
        "say.cost",
        cash=rupiah(levels["intervention_cost_rp"]["typical"], lang),
        days=number(levels["facilitator_days"]["typical"], lang, 1),
        hours=number(levels["intervention_hours"]["typical"], lang, 0),
    )
    if net["unknown_share"] is not None and net["better"] + net["worse"]:
        unknown = round(10 * net["unknown_share"])
        yield text(lang, "say.spread", unknown=unknown, luck=10 - unknown)


def network(summary: dict[str, Any], lang: str) -> list[str]:
    """How income answers to the number of partners, and what then binds."""
    first, last = summary["partners"][0], summary["partners"][-1]
    income, all_of_them = summary["net_income"], _partners(last, lang)
    low, high = (rupiah(income["middle"][number], lang) for number in (first, last))
    ends = {"first": _partners(first, lang), "last": all_of_them}
    lines = [text(lang, "say.network", **ends, low=low, high=high)]
    peak = max(income["middle"], key=income["middle"].get)
    if peak != last:
        value = rupiah(income["middle"][peak], lang)
        lines.append(text(lang, "say.peak", peak=_partners(peak, lang), value=value, last=last))
    if summary["added"]:
        lines.append(_added(summary["added"], lang))
        apart = abs(income["high"][last] - income["low"][last])
        lines.append(
            text(
                lang,
                "say.trust" if apart > summary["margin"] else "say.trust_same",
                last=all_of_them,
                low=rupiah(income["low"][last], lang),
                high=rupiah(income["high"][last], lang),
            )
        )
    if summary["most_binding"]:
        lines.append(
            text(
                lang,
                "say.binding",
                last=all_of_them,
                limit=text(lang, f"binding.{summary['most_binding']}"),
                weeks=round(10 * summary["most_binding_share"]),
            )
        )
    return [*lines, "", *limits(lang)]


def _partners(number: int, lang: str) -> str:
    return text(lang, "say.one_partner") if number == 1 else text(lang, "say.partners", n=number)


def _added(added: Mapping[int, float], lang: str) -> str:
    """Which further partner adds most, and what the last one does when it is another."""
    best, final = max(added, key=lambda number: added[number]), max(added)
    most = {"best": best, "most": rupiah(added[best], lang)}
    if len(added) == 1:
        return text(lang, "say.added_only", **most)
    if best == final:
        return text(lang, "say.added_last", **most)
    return text(lang, "say.added", **most, final=final, least=rupiah(added[final], lang))
