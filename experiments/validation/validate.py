"""Trying every pattern in the default village and in plausible ones; what each is worth."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from experiments import markdown
from experiments.designs import plausible_villages
from experiments.messages import number, text
from experiments.validation.estimates import NOTHING
from experiments.validation.laboratory import Laboratory, made_by, try_in
from experiments.validation.patterns import CHECKS, Check
from sim.scenario import Group, register_of

Verdict = Literal[
    "evidence",
    "fails",
    "assumed",
    "calibrated",
    "guard",
    "no_knock_out",
    "knock_out_passes",
    "passes_elsewhere",
    "default_only",
    "not_tried",
    "untested",
]
A_FEW = 20  # plausible villages, at least, for evidence
LEAST = 0.5  # share of plausible villages in which evidence must hold
EDGE = 2.0  # Monte Carlo errors from a bound within which a value is at the edge
RUNS = 200  # in the default village, whose numbers are told with their error
COLUMNS = ["check", "village_id", "value", "error", "knock_out", "holds", "knock_out_holds"]


def run_validate(
    group: Group, villages: int, replications: int, seed: int, out: Path, workers: int = 0
) -> None:
    """Try every check and its knock-out in the default village and `villages` plausible ones.

    tables/checks.parquet has a row for each check and village; village 0 is the default one, with
    RUNS replications. value, knock_out: of the check and of its knock-out (nan: none, or nothing to
    judge); holds, knock_out_holds: 1 within the tolerance, 0 outside.
    """
    drawn = plausible_villages(register_of(group), villages, seed)
    laboratories = [
        Laboratory(group, {}, 0, RUNS, seed),
        *(Laboratory(group, values, i, replications, seed) for i, values in enumerate(drawn, 1)),
    ]
    question = {
        "command": "validate", "group": group.model_dump(mode="json"), "seed": seed,
        "villages": villages, "replications": replications, "default_replications": RUNS,
    }  # fmt: skip
    try_in(laboratories, _try_all, ("checks", COLUMNS), question, out, workers)


def _try_all(lab: Laboratory) -> list[list[Any]]:
    rows = []
    for check in CHECKS:
        value, error = check.measure(lab)
        other = check.measure(check.knock_out(lab)) if check.knock_out else NOTHING
        held = [check.holds(*each) for each in ((value, error), other)]
        rows.append([check.id, lab.village, value, error, other.value, *held])
    return rows


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """One row for each check: the default village, the verdict, and shares of plausible villages.

    share, knock_out_share: of the plausible villages with something to judge, those in which the
    check and its knock-out hold; together: of all plausible villages, those in which every check
    that is evidence holds (the same in all rows).
    """
    rows = []
    for check in CHECKS:
        mine = table[table["check"] == check.id].set_index("village_id")
        first, plausible = mine.loc[0], mine.drop(index=0)
        rows.append(
            {
                "check": check.id, "kind": check.kind, "source": check.source, "low": check.low,
                "high": check.high, "value": first["value"], "error": first["error"],
                "knock_out": first["knock_out"],
                "share": _share(plausible["holds"]),
                "knock_out_share": _share(plausible["knock_out_holds"]),
                "villages": int(plausible["holds"].notna().sum()),
                "verdict": _in_all(
                    verdict(check, first["holds"], first["knock_out_holds"]), plausible
                ),
                "remark": remark(check, first),
            }
        )  # fmt: skip
    summary = pd.DataFrame(rows)
    return summary.assign(together=_together(table, summary))


def _together(table: pd.DataFrame, summary: pd.DataFrame) -> float:
    evidence = summary.loc[summary["verdict"] == "evidence", "check"]
    mine = table[table["check"].isin(evidence) & (table["village_id"] > 0)]
    return _share(mine.groupby("village_id")["holds"].agg(lambda holds: float((holds == 1).all())))


def verdict(check: Check, holds: float, knock_out_holds: float) -> Verdict:
    """What a check is worth in one village (1 holds, 0 does not, nan cannot be told)."""
    if np.isnan(holds):
        return "untested"
    if not holds:
        return "fails"
    if check.kind != "emergent":
        return check.kind
    if check.knock_out is None or np.isnan(knock_out_holds):
        return "no_knock_out"
    return "knock_out_passes" if knock_out_holds else "evidence"


def _in_all(verdict: Verdict, plausible: pd.DataFrame) -> Verdict:
    """No evidence either where it seldom holds, or its knock-out as often, in plausible villages.

    Paired over villages; fewer means by more than two standard errors.
    """
    both = plausible[["holds", "knock_out_holds"]].dropna().astype(float)
    if verdict != "evidence":
        return verdict
    if len(both) < A_FEW:
        return "not_tried"
    fewer = both["holds"] - both["knock_out_holds"]
    if not fewer.mean() > 2 * fewer.std(ddof=1) / np.sqrt(len(fewer)):
        return "passes_elsewhere"
    return "evidence" if _share(plausible["holds"]) >= LEAST else "default_only"


def remark(check: Check, first: Mapping[str, float] | pd.Series[Any]) -> str:
    """What else must be said of a check in the default village: `passes`, `alike`, `edge`, or none.

    passes: its knock-out holds as well; alike: luck explains the difference to its knock-out, whose
    error is taken to be that of the check; edge: luck may put the value outside its tolerance.
    """
    value, other, error = (float(first[name]) for name in ("value", "knock_out", "error"))
    found = []
    if first["knock_out_holds"] == 1:
        found.append("passes")
    elif not np.isnan(other) and error > 0 and abs(value - other) <= EDGE * np.hypot(error, error):
        found.append("alike")
    bounds = {check.low, check.high} - {0.0, 1.0}  # a share cannot be beyond these
    if error > 0 and any(abs(value - bound) <= EDGE * error for bound in bounds):
        found.append("edge")
    return " ".join(found)


def _share(holds: pd.Series[Any]) -> float:
    known = holds.dropna().astype(float)
    return float(known.mean()) if len(known) else float("nan")


def told(summary: pd.DataFrame, lang: str) -> list[str]:
    """What came out, in words: the score first, then each check, then what cannot be known."""
    emergent = summary[summary["kind"] == "emergent"]
    together = summary["together"].iloc[0]
    good = emergent.groupby(emergent["check"].map(_pattern))["verdict"].agg(_all_evidence)
    shares = emergent["share"].dropna()
    lines = [
        text(lang, "validate.score", good=int(good.sum()), all=len(good)),
        *_elsewhere(summary, shares, together, lang),
        "",
    ]
    for row in summary.to_dict("records"):
        lines.append(
            text(
                lang, "validate.line", check=row["check"],
                what=text(lang, f"validate.check.{row['check']}"),
                value=_number(row["value"], lang), error=_number(row["error"], lang),
                low=_number(row["low"], lang), high=_number(row["high"], lang),
                knock_out=_number(row["knock_out"], lang),
                share=_number(100 * row["share"], lang, 0),
                verdict=_worth(row, lang),
            )
        )  # fmt: skip
    return [*lines, "", text(lang, "say.limits")]


def _elsewhere(
    summary: pd.DataFrame, shares: pd.Series[float], together: float, lang: str
) -> list[str]:
    """How it is in other villages, where some were tried."""
    if summary["villages"].max() < A_FEW:
        return [text(lang, "validate.few", least=A_FEW)]
    share = number(10 * shares.mean(), lang, 1)
    if np.isnan(together):
        return [text(lang, "validate.villages_none", share=share)]
    return [text(lang, "validate.villages", share=share, together=number(100 * together, lang, 0))]


def _worth(row: Mapping[str, Any], lang: str) -> str:
    """The verdict, and what else must be said where the verdict does not say it."""
    known = isinstance(row["remark"], str)  # an empty one comes back from a CSV as no number
    said = row["remark"] if known and row["verdict"] != "knock_out_passes" else ""
    if row["kind"] == "guard" or row["verdict"] in ("untested", "fails"):
        said = ""
    remarks = [text(lang, f"validate.remark.{each}") for each in said.split()]
    share = number(100 * row["share"], lang, 0) if row["share"] == row["share"] else "-"
    verdict = text(lang, f"validate.verdict.{row['verdict']}",
                   **({"share": share} if row["verdict"] == "default_only" else {}))  # fmt: skip
    return "; ".join([verdict, *remarks])


def page(summary: pd.DataFrame, manifest: Mapping[str, Any]) -> str:
    """The result as a page in Markdown, in English: what holds, what does not, what it is worth."""
    default = manifest["question"]["default_replications"]
    made = f"{made_by(manifest)} The default village has {default} replications."
    head = ("check", "what", "kind", "wanted", "default village", "knock-out", "of 100 villages",
            "their knock-outs", "worth")  # fmt: skip
    rows = [
        (
            row["check"],
            text("en", f"validate.check.{row['check']}"),
            row["kind"],
            f"{_number(row['low'], 'en')} to {_number(row['high'], 'en')}",
            f"{_number(row['value'], 'en')} ± {_number(row['error'], 'en')}",
            _number(row["knock_out"], "en"),
            _number(100 * row["share"], "en", 0),
            _number(100 * row["knock_out_share"], "en", 0),
            _worth(row, "en"),
        )
        for row in summary.to_dict("records")
    ]
    words = told(summary, "en")
    return (
        "\n\n".join([f"{words[0]} {words[1]}", made, markdown.table(head, rows), words[-1]]) + "\n"
    )


def _pattern(check: str) -> str:
    return next(each.pattern for each in CHECKS if each.id == check)


def _all_evidence(verdicts: pd.Series[Any]) -> bool:
    """A pattern of several checks counts once, and only when all of them are evidence."""
    return bool((verdicts == "evidence").all())


def _number(value: float, lang: str, decimals: int = 2) -> str:
    if np.isnan(value):
        return "-"
    if np.isinf(value):
        return "∞" if value > 0 else "-∞"
    return number(value, lang, 0 if abs(value) >= 100 else decimals)
