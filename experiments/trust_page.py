"""The parts of docs/validation.md, made from what results/reference/ holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pandas as pd

from experiments import markdown, store
from experiments.validation import ablations_told, calibrate, claims_told, validate
from sim.parameters import REGISTER

REFERENCE: Final = Path(__file__).resolve().parent.parent / "results" / "reference"


def checks() -> str:
    """The score, and every check."""
    return validate.page(pd.read_csv(REFERENCE / "validation.csv"), _made("validate"))


def calibration() -> str:
    """What the patterns left, and what that does to the others."""
    return calibrate.page(store.read_json(REFERENCE / "calibration.json"), _made("calibrate"))


def ablation() -> str:
    """What is left of the gain without each mechanism, with other ranges, and firm orders."""
    return ablations_told.page(store.read_json(REFERENCE / "ablation.json"), _made("ablate"))


def table4() -> str:
    """Tabel 4 as measured."""
    return _claims("table4")


def table5() -> str:
    """Tabel 5 and the contradictions as measured."""
    return _claims("table5")


def provenance() -> str:
    """How many numbers come from where."""
    rows = [row for row in REGISTER.values() if not row.choices]
    kinds = ("paper", "literature", "calibrated", "assumption")
    counts = [
        (
            kind,
            sum(row.provenance == kind for row in rows),
            sum(row.provenance == kind and row.drawn for row in rows),
        )
        for kind in kinds
    ]
    return markdown.table(("source", "numbers", "of which drawn in plausible villages"), counts)


def _claims(table: str) -> str:
    summary = pd.read_csv(REFERENCE / f"{table}.csv", dtype={"what": object}).fillna({"what": ""})
    page = claims_told.page(summary, _made(table), "en").replace("\n## ", "\n#### ")
    return page.replace("# ", "### ", 1).strip()


def _made(command: str) -> dict[str, Any]:
    """The manifest, as far as it is kept."""
    made: dict[str, Any] = store.read_json(REFERENCE / "made.json")[command]
    return made
