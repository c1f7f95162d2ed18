"""Plans in words: what each costs, gives and does, which is first, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from experiments.advice.planning_genome import A_WEEK
from experiments.messages import number, rupiah, text

KEY = "plan_command"


def told(summary: dict[str, Any], lang: str, command: str) -> list[str]:
    """What `semangat plan` answers; `command` compares the first plan once more."""
    rows = {row["id"]: row for row in summary["plans"]}
    first = rows[summary["first"]]
    lines = [asked_line(summary, lang), searched_line(summary, lang), ""]
    if first["id"] == "none":
        lines.append(text(lang, f"{KEY}.none_first", margin=rupiah(summary["margin"], lang)))
    else:
        lines += list(_recommended(first, summary, lang))
        second = rows.get(summary["second"] or "")
        lines += ["", _second(second, first, summary, lang) if second else _only(lang)]
    return [
        *lines,
        package_line(summary, lang),
        "",
        risk_line(summary, lang),
        text(lang, f"{KEY}.how", command=command),
        "",
        text(lang, "say.limits"),
    ]


def _only(lang: str) -> str:
    return text(lang, f"{KEY}.only")


def _recommended(first: dict[str, Any], summary: dict[str, Any], lang: str) -> Iterator[str]:
    yield text(lang, f"{KEY}.first", title=title_of(first, summary, lang))
    yield from (f"  {what}: {when}" for what, when in activities(first, summary, lang))
    yield cost_line(first, lang)
    yield gain_line(first, summary, lang)
    yield sure_line(first, lang)


def title_of(row: dict[str, Any], summary: dict[str, Any], lang: str) -> str:
    """What a plan is called."""
    if row["id"] == "none":
        return text(lang, f"{KEY}.nothing")
    if not row["id"].startswith("plan_"):
        return str(row["title"][lang])
    place = row["id"].removeprefix("plan_")
    if row["shipped"]:
        return text(lang, f"{KEY}.plan_shipped", n=place, title=row["title"][lang])
    return text(lang, f"{KEY}.plan", n=place)


def short_title(row: dict[str, Any], summary: dict[str, Any], lang: str) -> str:
    """The same for a figure."""
    return title_of({**row, "shipped": ""}, summary, lang)


def gained(value: float, lang: str) -> str:
    """A gain with its sign."""
    return f"{'+' if round(value) > 0 else ''}{rupiah(value, lang)}"


def about(cost: float, lang: str) -> str:
    """A cost in whole thousands: nobody knows prices better than that."""
    return rupiah(round(cost, -3), lang)


def of_hundred(share: float, lang: str) -> str:
    """A share as a count of 100; neither 0 nor 100 unless it is."""
    count = round(100 * share)
    if 0 < share < 1:
        count = min(99, max(1, count))
    return number(count, lang, 0)


def cost_line(row: dict[str, Any], lang: str) -> str:
    """What a plan costs."""
    return text(
        lang, f"{KEY}.cost", rp=about(row["rp"], lang), high=about(row["rp_high"], lang),
        days=number(row["days"], lang, 1), hours=number(row["hours"], lang, 0),
    )  # fmt: skip


def gain_line(row: dict[str, Any], summary: dict[str, Any], lang: str) -> str:
    """What a plan gives."""
    amounts = {name: rupiah(row[name], lang) for name in ("income", "low", "high", "fifth")}
    robust = of_hundred(row["robust"], lang)
    return text(
        lang, f"{KEY}.gain", margin=rupiah(summary["margin"], lang), robust=robust, **amounts
    )


def sure_line(row: dict[str, Any], lang: str) -> str:
    """How sure it is that a plan is the best of those shown."""
    counts = {"best": of_hundred(row["best"], lang), "where": of_hundred(row["best_in"], lang)}
    return text(lang, f"{KEY}.sure", **counts)


def limit(summary: dict[str, Any], lang: str) -> str:
    """The budget in rupiah, where there is one."""
    rp = summary["budget"]["rp"]
    return text(lang, f"{KEY}.no_limit") if rp is None else rupiah(rp, lang)


def limit_days(summary: dict[str, Any], lang: str) -> str:
    """The days of a facilitator."""
    days = summary["budget"]["days"]
    return text(lang, f"{KEY}.no_limit_days") if days is None else number(days, lang, 1)


def asked_line(summary: dict[str, Any], lang: str) -> str:
    """What was asked."""
    hours = summary["budget"]["hours"]
    more = "" if hours is None else text(
        lang, f"{KEY}.asked_hours", hours=number(hours, lang, 0)
    )  # fmt: skip
    limits = {"rp": limit(summary, lang), "days": limit_days(summary, lang)}
    return text(lang, f"{KEY}.asked", hours=more, weeks=summary["weeks"], **limits)


def searched_line(summary: dict[str, Any], lang: str) -> str:
    """How it was searched."""
    counts = {key: number(summary[key], lang, 0) for key in ("tried", "villages", "replications")}
    return text(lang, f"{KEY}.searched", **counts)


def risk_line(summary: dict[str, Any], lang: str) -> str:
    """Which plans were left out from the beginning."""
    return text(lang, f"{KEY}.risk", risk=number(100 * summary["risk"], lang, 0), most=A_WEEK)


def _second(
    second: dict[str, Any], first: dict[str, Any], summary: dict[str, Any], lang: str
) -> str:
    values = {
        "income": "", "fifth": gained(second["fifth"], lang), "cost": about(second["rp"], lang),
        "robust": of_hundred(second["robust"], lang),
    }  # fmt: skip
    goals = ", ".join(
        text(lang, f"{KEY}.goal.{goal}", **({} if goal == "income" else {"value": values[goal]}))
        for goal in summary["better_in"]
    )
    title, less = title_of(second, summary, lang), first["income"] - second["income"]
    if less <= summary["margin"]:
        return text(lang, f"{KEY}.second_same", title=title, goals=goals)
    return text(lang, f"{KEY}.second", title=title, goals=goals, less=rupiah(less, lang))


def package_line(summary: dict[str, Any], lang: str) -> str:
    """Whether the package of 2019 is within the budget, and what it gives."""
    row = next((row for row in summary["plans"] if row["id"] == summary["package"]), None)
    if row is None:
        return text(lang, f"{KEY}.package_not")
    what = {
        "rp": about(row["rp"], lang), "days": number(row["days"], lang, 1),
        "income": gained(row["income"], lang),
    }  # fmt: skip
    if row["over"] > summary["risk"]:
        over, hours = of_hundred(row["over"], lang), number(row["hours"], lang, 0)
        return text(lang, f"{KEY}.package_over", over=over, hours=hours, **what)
    return text(lang, f"{KEY}.package_in", robust=of_hundred(row["robust"], lang), **what)


# --- What is done --------------------------------------------------------------------------------


def activities(row: dict[str, Any], summary: dict[str, Any], lang: str) -> list[tuple[str, str]]:
    """What a plan does and when, one pair for each of its activities."""
    return [(what(each, summary, lang), when(each, lang)) for each in row["interventions"]]


def what(told: dict[str, Any], summary: dict[str, Any], lang: str) -> str:
    """An activity with its partner, or what is asked for."""
    whom = named(told, summary, lang)
    if "when" in told:
        return text(lang, f"{KEY}.again_with", whom=whom)
    activity = text(lang, f"activity.{told['kind']}")
    return text(lang, f"{KEY}.with", activity=activity, whom=whom) if whom else activity


def named(told: dict[str, Any], summary: dict[str, Any], lang: str) -> str:
    """Whom or what an activity is about; nothing for most."""
    partner = next((told[key] for key in ("outlet", "donor", "product") if told.get(key)), None)
    if partner:
        return str(summary["names"][partner][lang])
    return ", ".join(text(lang, f"{KEY}.request.{each}") for each in told.get("requests", ()))


def when(told: dict[str, Any], lang: str) -> str:
    """The weeks of an activity."""
    if "when" in told:
        return text(lang, f"{KEY}.when", first=told["week"])
    if "weeks" in told:
        return text(
            lang, f"{KEY}.week_to", first=told["week"], last=told["week"] + told["weeks"] - 1
        )
    return text(lang, f"{KEY}.weeks", weeks=", ".join(map(str, starts(told, math.inf))))


def starts(told: dict[str, Any], weeks: float) -> list[int]:
    """The weeks in which an activity takes place for sure, of so many."""
    if "when" in told:
        return []
    repeat = told.get("repeat", {"every": 1, "times": 1})
    planned = (told["week"] + repeat["every"] * n for n in range(repeat["times"]))
    return [week for week in planned if week < weeks]
