"""The folder of an answer: words in both languages, tables, a figure, the summary, a manifest."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from experiments import store
from experiments.advice import ask_told
from experiments.advice.ask import ANSWERS, MEASURE, Asked, Compared
from experiments.messages import LANGUAGES, text
from experiments.plots import asking, style
from experiments.questions import questions_of
from experiments.report import footer
from sim.scenario import register_of

PAGES: Final = {"id": "pertanyaan", "en": "questions"}
NUMBERS: Final = (
    "parameter", "rank", "value", "error", "noise", "flips", "share", "chance", "matters", "low",
    "high", "group",
)  # fmt: skip


def report_ask(
    compared: Compared, asked: Asked, out: Path, top: int, lang: str,
    steady: pd.DataFrame | None = None, villages: int = 0,
) -> list[str]:  # fmt: skip
    """Write the folder; returns the lines to print.

    steady: see `ask_ranges.stability`, in so many `villages`.
    """
    _only_its_own(out)
    started = time.monotonic()
    summary = summarise(compared, asked, top, steady, villages)
    with store.folder(out) as part:
        _tables(compared, asked, part, lang, steady)
        store.write_json(part / "summary.json", summary)
        made = _manifest(compared, started)
        store.write_json(part / "manifest.json", made)
        for each, name in PAGES.items():
            (part / f"{name}.md").write_text(ask_told.page(summary, each), "utf-8")
            _figure(summary, made, part / "figures" / name, each)
        for name in (*(f"{each}.md" for each in PAGES.values()), "questions.csv"):
            (out / name).unlink(missing_ok=True)  # so that the new one can take its place
    return ask_told.lines(summary, lang)


def _only_its_own(out: Path) -> None:
    """FileExistsError for a folder that holds what another command made."""
    if (out / "manifest.json").is_file():
        other = store.read_manifest(out).get("question", {}).get("command")
        if other != "ask":
            raise FileExistsError(f"{out} holds results of another command: {other or 'unknown'}")


def _manifest(compared: Compared, started: float) -> dict[str, Any]:
    source = compared.manifest
    question = {
        "command": "ask",
        "options": compared.options,
        "measure": MEASURE,
        "comparison": {key: source[key] for key in ("config_hash", "source_hash", "made")},
        **{key: compared.asked[key] for key in ("villages", "replications", "weeks", "seed")},
    }
    return store.manifest(question, time.monotonic() - started, 0)


def summarise(
    compared: Compared, asked: Asked, top: int, steady: pd.DataFrame | None, villages: int
) -> dict[str, Any]:
    """All that is told in words or drawn; the `top` questions that matter, best first."""
    titles = {each["id"]: each["title"] for each in compared.asked["scenarios"]}
    found = asked.answerable
    first = found.iloc[0] if len(found) else asked.found.iloc[0]
    gains = compared.worth[compared.options[1:]].mean()
    return {
        "group": compared.group.name,
        "options": compared.options,
        "titles": {name: titles[name] for name in compared.options},
        "best": asked.best,
        "shown": str(gains.idxmax()),
        "turning": len(asked.turning),
        "noise": float(first["noise"]),
        "chance": float(first["chance"]),
        "questions": _rows(compared, found[found["matters"]].head(top)),
        "unanswerable": asked.unanswerable[list(NUMBERS)].head(top).to_dict("records"),
        "groups": asked.groups.to_dict("records"),
        "everything": asked.everything._asdict(),
        "naive": asked.naive,
        "stability": None if steady is None else _stability(compared, steady, top, villages),
        **{key: compared.asked[key] for key in ("villages", "replications", "weeks", "seed")},
        "config_hash": compared.manifest["config_hash"],
        "version": compared.manifest["versions"]["semangat"],
    }


def _rows(compared: Compared, found: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of answerable unknowns with the question, its unit and who can answer."""
    register = register_of(compared.group)
    told = {lang: questions_of(register, compared.group, lang) for lang in LANGUAGES}
    rows = []
    for row in found.to_dict("records"):
        name = row["parameter"]
        rows.append(
            {key: row[key] for key in NUMBERS}
            | {
                "who": told["id"][name].who,
                "question": {lang: told[lang][name].words(lang) for lang in LANGUAGES},
                "unit": {lang: told[lang][name].unit_words(lang) for lang in LANGUAGES},
            }
        )
    return rows


def _stability(compared: Compared, steady: pd.DataFrame, top: int, villages: int) -> dict[str, Any]:
    """How many of the first `top` questions stay among the first, and their ranks."""
    first = steady.head(top)
    register = register_of(compared.group)
    told = {lang: questions_of(register, compared.group, lang) for lang in LANGUAGES}
    ranks = first.astype(object).where(first.notna(), None).to_dict("records")
    for row in ranks:
        name = row["parameter"]
        row["question"] = {lang: told[lang][name].words(lang) for lang in LANGUAGES}
    stayed = {width: int((first[f"rank_{width}"] <= top).sum()) for width in ("half", "double")}
    return {"top": len(first), "villages": villages, "ranks": ranks, **stayed}


def _tables(
    compared: Compared, asked: Asked, part: Path, lang: str, steady: pd.DataFrame | None
) -> None:
    """All unknowns and groups as Parquet; the questions as CSV, for a spreadsheet."""
    asked.found.to_parquet(part / "tables" / f"{ANSWERS}.parquet", index=False)
    asked.groups.to_parquet(part / "tables" / "groups.parquet", index=False)
    if steady is not None:
        steady.to_parquet(part / "tables" / "ranges.parquet", index=False)
    rows = [
        {"rank": row["rank"], "parameter": row["parameter"], "question": row["question"][lang],
         "unit": row["unit"][lang], "who": text(lang, f"who.{row['who']}")}
        | {key: row[key] for key in NUMBERS if key not in ("rank", "parameter")}
        for row in _rows(compared, asked.answerable)
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(part / "questions.csv", index=False, lineterminator="\n")


def _figure(summary: Mapping[str, Any], made: dict[str, Any], stem: Path, lang: str) -> None:
    if rows := asking.rows(summary):
        headline = ask_told.verdict(summary, lang)[0]
        picture = asking.asking(rows, summary, headline, lang)
        style.save(picture, stem, asking.data(rows, lang), footer(made, lang))
