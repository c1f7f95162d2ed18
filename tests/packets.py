"""A small comparison of which packets are made, and how a reader meets them."""

from __future__ import annotations

import io
from pathlib import Path

from pypdf import PdfReader

from experiments.compare import run_compare
from experiments.packet.plan import FgdPlan, load_plan
from experiments.report import report_compare
from experiments.study import Study
from sim.config.values import Text
from sim.scenario import Group, Scenario, load_group, load_scenario

SCENARIOS = ("none", "package_2019", "package_2019_mentoring")
WEEKS = 26
EMPTY = FgdPlan(id="fgd", title=Text(id="FGD", en="FGD"))


def comparison(
    out: Path,
    group: Group | None = None,
    scenarios: list[Scenario] | None = None,
    villages: int = 12,
    replications: int = 4,
) -> Path:
    """The folder of a comparison, small and quick."""
    who = group or load_group()
    plans = scenarios or [load_scenario(name, who) for name in SCENARIOS]
    study = Study(who, WEEKS, replications=replications)
    run_compare(study, plans, villages, out, 1)
    report_compare(out, who, plans, 1_000.0, "id")
    return out


def plan(**changes: object) -> FgdPlan:
    """The shipped plan, with changes."""
    return load_plan().model_copy(update=changes)


def pages(pdf: bytes | Path) -> list[str]:
    """The words of every page."""
    source = pdf if isinstance(pdf, Path) else io.BytesIO(pdf)
    return [page.extract_text() for page in PdfReader(source).pages]
