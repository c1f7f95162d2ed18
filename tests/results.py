"""What a results folder says, worked out again with nothing but its tables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean

from experiments import store
from tests.repository import ROOT

KEYS = ["scenario_id", "village_id", "replication_id"]


def quantile(values: Iterable[float], share: float) -> float:
    """With straight lines between the ordered values."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def incomes(out: Path, measure: str = "net_income") -> dict[tuple[str, int], list[float]]:
    """Income of each scenario and village, by replication, from the weekly table."""
    weekly = store.read(out, "weekly")
    runs: dict[tuple[str, int, int], list[float]] = {}
    for name, village, replication, value in zip(
        *(weekly[key] for key in [*KEYS, measure]), strict=True
    ):
        runs.setdefault((name, village, replication), []).append(value)
    cells: dict[tuple[str, int], list[float]] = {}
    for (name, village, _), weeks in sorted(runs.items()):
        cells.setdefault((name, village), []).append(fmean(weeks))
    return cells


def documented(table: str) -> list[str]:
    """Columns of a table in docs/tables.md, in their order."""
    text = (ROOT / "docs" / "tables.md").read_text("utf-8")
    block = text.partition(f"<!-- begin:{table} -->")[2].partition("<!-- end:")[0]
    return re.findall(r"^\| `(\w+)`", block, re.MULTILINE)


def holds(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, hidden ones too, with its content."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
