"""What a finished plan command leaves for people: files of plans, pages, figures, sentences."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from experiments import store
from experiments.advice import planning_summary, planning_told
from experiments.advice.planning_files import takes, write_plans
from experiments.advice.planning_page import PAGES, page
from experiments.plots import plans as figures
from experiments.plots import style


def report_plan(out: Path, lang: str) -> list[str]:
    """Everything from the tables of the folder; returns the sentences."""
    summary = planning_summary.summarise(out)
    store.write_json(out / "summary.json", summary)
    planning_summary.table(summary).to_csv(out / "plans.csv", index=False)
    write_plans(summary, out)
    command = takes(summary, out)
    for each, name in PAGES.items():
        (out / name).write_text(page(summary, each, command), "utf-8")
    _draw(summary, store.read(out, "tried"), out, lang)
    lines = planning_told.told(summary, lang, command)
    name = "ringkasan.txt" if lang == "id" else "summary.txt"
    (out / name).write_text("\n".join(lines) + "\n", "utf-8")
    return lines


def _draw(summary: dict[str, Any], tried: pd.DataFrame, out: Path, lang: str) -> None:
    made = style.provenance(
        summary["config_hash"], summary["seed"], summary["villages"], summary["replications"],
        summary["version"], lang,
    )  # fmt: skip
    foot = style.footer(made, lang)
    table = figures.timeline_table(summary, lang)
    drawn = figures.timeline(table, summary, _dates(summary), lang)
    style.save(drawn, out / "figures" / "timeline", table, foot)
    points = figures.front_table(summary, tried)
    style.save(figures.front(points, summary, lang), out / "figures" / "front", points, foot)


def _dates(summary: dict[str, Any]) -> pd.Series[str]:
    """First day of each week, by week."""
    first = date.fromisoformat(summary["start"])
    days = [str(first + timedelta(weeks=week)) for week in range(summary["weeks"])]
    return pd.Series(days, index=range(summary["weeks"]))
