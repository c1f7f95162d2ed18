"""What was learnt, in words: each answer, the gains before and after, and the choice."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from experiments.advice.heard import Learnt
from experiments.analysis.learned import Choice
from experiments.messages import number, rupiah, text

SHOWN: Final = 5  # options that are told in words; the table has all
BARELY: Final = 0.02  # a range so much wider or narrower is as wide


def _say(lang: str, key: str, **values: object) -> str:
    return text(lang, f"learn_command.{key}", **values)


# --- Each answer ---------------------------------------------------------------------------------


def said(each: Learnt, lang: str) -> str:
    """An answer, what was thought before, and how well a triangle tells the seeds."""
    found = each.found
    low, value, high = (each.ruler.say(x, lang) for x in (found.low, found.value, found.high))
    blanks: dict[str, str] = {"question": each.ruler.words(lang), "value": value}
    blanks["who"] = _say(lang, f"who.{each.told_by}")
    form = "said" if found.low == found.high else "seeds" if each.answer.seeds else "range"
    if form != "said":
        blanks |= {"low": low, "high": high}
    parts = [_say(lang, form, **blanks), _before(each, lang)]
    if any(each.answer.seeds):
        key = "heaps" if found.heaps else "fit"
        parts.append(_say(lang, key, gap=number(found.gap, lang)))
    return " ".join(parts)


def _before(each: Learnt, lang: str) -> str:
    """What was thought, and whether it is surer now."""
    row = each.row
    was = [each.ruler.say(x, lang) for x in (row.low, float(row.default), row.high)]
    if row.low == row.high:
        thought = _say(lang, "thought_known", value=was[1])
    else:
        thought = _say(lang, "thought_range", low=was[0], high=was[2])
    return f"{thought} {_say(lang, f'width.{width(each)}')}"


def width(each: Learnt) -> str:
    """How sure it is now: known, narrower, wider or same."""
    now, was = each.found.high - each.found.low, each.row.high - each.row.low
    if now == 0:
        return "known"
    if now > was * (1 + BARELY):
        return "wider"
    return "narrower" if now < was * (1 - BARELY) else "same"


# --- The comparison ------------------------------------------------------------------------------


def told(summary: Mapping[str, Any], answers: Sequence[str], lang: str) -> list[str]:
    """All that is printed after learning."""
    titles = {name: title[lang] for name, title in summary["titles"].items()}
    lines = [_say(lang, "title", group=summary["group"], date=summary["date"]), ""]
    lines += [f"* {line}" for line in answers]
    if len(summary["history"]) > 1:
        dates = ", ".join(each["date"] for each in summary["history"][:-1])
        lines += ["", _say(lang, "history", dates=dates)]
    lines += ["", _say(lang, "gains", villages=number(summary["villages"], lang, 0))]
    lines += [f"* {_gain(row, titles, lang)}" for row in _shown(summary)]
    lines += ["", *_choice(summary, titles, lang), _surer(summary, titles, lang)]
    if summary["alone"]:
        lines += ["", *_alone(summary, titles, lang)]
    return [*lines, "", _say(lang, "errors"), text(lang, "packet.not_forecast")]


def _shown(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of the best before and after, then of the next best after."""
    rows = [row for row in summary["gains"] if row["scenario_id"] != summary["baseline"]]
    best = {summary["best_before"], summary["best_after"]}
    rows.sort(key=lambda row: (row["scenario_id"] not in best, -row["mean_after"]))
    return rows[:SHOWN]


def _gain(row: Mapping[str, Any], titles: Mapping[str, str], lang: str) -> str:
    amounts = {
        f"{part}_{when}": rupiah(row[f"{part}_{when}"], lang)
        for part in ("low", "typical", "high")
        for when in ("before", "after")
    }
    change = _signed(row["change"], row["error"], lang)
    return _say(lang, "gain", title=titles[row["scenario_id"]], change=change, **amounts)


def _signed(change: float, error: float, lang: str) -> str:
    """A change of money with its sign and two standard errors."""
    sign = "+" if change > 0 else ""
    span = "?" if error is None or math.isnan(error) else rupiah(2 * error, lang)
    return f"{sign}{rupiah(change, lang)} (± {span})"


def _choice(summary: Mapping[str, Any], titles: Mapping[str, str], lang: str) -> Iterator[str]:
    """Whether another option is best now."""
    old, new = summary["best_before"], summary["best_after"]
    often = {when: number(10 * summary[f"often_{when}"], lang, 0) for when in ("before", "after")}
    if old == new:
        yield _say(lang, "best_same", best=titles[new], **often)
    else:
        lead = Choice(new, old, summary["lead"], summary["lead_error"])
        sure = "best_other" if lead.clear(summary["margin"]) else "best_unclear"
        key = sure if lead.lead > summary["margin"] else "best_alike"
        yield _say(lang, key, old=titles[old], new=titles[new],
                   lead=_signed(lead.lead, lead.error, lang))  # fmt: skip
    if old == new and not any(row["other"] for row in summary["alone"]):
        yield _say(lang, "nothing")


def _surer(summary: Mapping[str, Any], titles: Mapping[str, str], lang: str) -> str:
    rows = [row for row in summary["gains"] if row["scenario_id"] != summary["baseline"]]
    known = [row for row in rows if row["width"] is not None]
    narrower = sum(row["width"] < 1 - BARELY for row in known)
    wider = sum(row["width"] > 1 + BARELY for row in known)
    return _say(lang, "surer", narrower=narrower, wider=wider, all=len(rows))


def _alone(summary: Mapping[str, Any], titles: Mapping[str, str], lang: str) -> Iterator[str]:
    """Each answer by itself, the one that changes most first."""
    shown = summary["shown"]
    yield _say(lang, "alone", title=titles[shown],
               villages=number(summary["alone_villages"], lang, 0))  # fmt: skip
    rows = [row for row in summary["alone"] if row["scenario_id"] == shown]
    for row in sorted(rows, key=lambda row: -abs(row["change"])):
        change = _signed(row["change"], row["error"], lang)
        line = f"* {summary['asked'][row['parameter']][lang]} {change}"
        if row["other"]:
            line += f" {_say(lang, 'alone_other', best=titles[row['best']])}"
        elif row["error"] is not None and abs(row["change"]) <= 2 * row["error"]:
            line += f" {_say(lang, 'alone_none')}"
        yield line


def listed(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for a summary; what is not known is None."""
    return [
        {str(key): None if isinstance(x, float) and math.isnan(x) else x for key, x in row.items()}
        for row in table.to_dict("records")
    ]
