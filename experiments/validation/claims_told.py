"""The paper's tables in words: a page in Markdown, and a line for each claim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from experiments import markdown
from experiments.messages import number, rupiah, text
from experiments.validation.claims import FEW, MOST, Unit
from sim.scenario import DEFAULT_GROUP

FEWEST_VILLAGES, FEWEST_RUNS = 20, 100  # with fewer, nothing is judged


def few(asked: Mapping[str, Any]) -> bool:
    """Whether a sample is too small to judge a claim by."""
    runs = asked["villages"] * asked["replications"]
    return bool(asked["villages"] < FEWEST_VILLAGES or runs < FEWEST_RUNS)


def _judged(summary: pd.DataFrame, asked: Mapping[str, Any]) -> pd.DataFrame:
    """The summary, its verdicts taken back where the sample is too small for them."""
    if not few(asked):
        return summary
    told_of = summary["verdict"].where(summary["verdict"].eq("untestable"), "few")
    return summary.assign(verdict=told_of)


def _warnings(asked: Mapping[str, Any], lang: str) -> list[str]:
    lines = []
    if few(asked):
        lines.append(text(lang, "claims.few", villages=FEWEST_VILLAGES, runs=FEWEST_RUNS))
    if asked.get("group", {}).get("id", DEFAULT_GROUP) != DEFAULT_GROUP:
        lines.append(text(lang, "claims.other_group"))
    return lines


def page(summary: pd.DataFrame, manifest: Mapping[str, Any], lang: str) -> str:
    """The table as Markdown."""
    asked = manifest["question"]
    summary = _judged(summary, asked)
    head = [text(lang, f"claims.head.{name}") for name in ("paper", "measure", "before", "after",
                                                           "true", "verdict")]  # fmt: skip
    mine = [row for row in summary.to_dict("records") if not row["row"].startswith("X")]
    others = [row for row in summary.to_dict("records") if row["row"].startswith("X")]
    parts = [
        f"# {_title(asked, lang)}",
        *_warnings(asked, lang),
        text(lang, "claims.how", villages=number(asked["villages"], lang, 0),
             replications=asked["replications"], most=number(10 * MOST, lang, 0),
             few=number(10 * FEW, lang, 0)),
        markdown.table(head, [_cells(row, lang) for row in mine]),
    ]  # fmt: skip
    if others:
        parts += [
            f"## {text(lang, 'claims.contradictions')}",
            markdown.table(head, [_cells(row, lang) for row in others]),
        ]
    return "\n\n".join([*parts, text(lang, "say.limits")]) + "\n"


def _cells(row: Mapping[str, Any], lang: str) -> list[str]:
    paper, measure = (
        text(lang, f"claims.{row['row']}.{part}", **({"what": row["what"]} if row["what"] and
             part == "paper" else {}))
        for part in ("paper", "measure")
    )  # fmt: skip
    said = text(lang, f"claims.verdict.{row['verdict']}")
    if row["assumed"]:
        said += f" ({text(lang, 'claims.assumed')})"
    name = f"{row['row']}: " if row["row"].startswith("X") else ""
    spans = [_span(row, when, lang) for when in ("before", "after")]
    return [name + paper, measure, *spans, _of_ten(row, lang), said]


def _span(row: Mapping[str, Any], when: str, lang: str) -> str:
    low, mid, high = (row[f"{when}_{part}"] for part in ("low", "mid", "high"))
    if np.isnan(mid):
        return "-"
    least, usual, most = (_amount(value, row["unit"], lang) for value in (low, mid, high))
    return f"{usual} ({least} - {most})"


def _amount(value: float, unit: Unit, lang: str) -> str:
    if unit == "rupiah":
        return rupiah(value, lang)
    return number(100 * value, lang, 0) if unit == "of_100" else number(value, lang, 1)


def _of_ten(row: Mapping[str, Any], lang: str) -> str:
    if np.isnan(row["true"]):
        return "-"
    return f"{number(10 * row['true'], lang, 1)} ± {number(10 * row['error'], lang, 1)}"


def _title(asked: Mapping[str, Any], lang: str) -> str:
    return text(lang, f"claims.title.{asked['command']}", scenario=asked["scenario"]["title"][lang])


def told(summary: pd.DataFrame, manifest: Mapping[str, Any], lang: str) -> list[str]:
    """How many claims are supported, contradicted, undecided or untestable, then each in a line."""
    asked = manifest["question"]
    summary = _judged(summary, asked)
    counts = summary.loc[~summary["row"].str.startswith("X"), "verdict"].value_counts()
    kinds = ("supported", "contradicted", "depends", "untestable")
    count = text(lang, "claims.count", **{name: int(counts.get(name, 0)) for name in kinds})
    lines = [_title(asked, lang), *_warnings(asked, lang), *([] if few(asked) else [count]), ""]
    nothing = summary["verdict"].eq("untestable") & summary["after_mid"].isna()
    for row in summary[~nothing].to_dict("records"):
        paper, measure, before, after, true, said = _cells(row, lang)
        shown = "" if before == "-" else f" {measure}: {before} -> {after}."
        lines.append(f"- {paper}: {said}.{shown}" + ("" if true == "-" else f" ({true} / 10)"))
    if nothing.any():
        silent = ", ".join(summary.loc[nothing, "row"])
        lines.append(f"- {silent}: {text(lang, 'claims.verdict.untestable')}.")
    return [*lines, "", text(lang, "say.limits")]
