"""Discovery tells no luck, finds what is there, and counts it rightly: docs/discover.md says so."""

from __future__ import annotations

import numpy as np

from tests.repository import ROOT
from tests.verification.discovered import NOISE, PLANTED, false_finds, held, table

PAGE = (ROOT / "docs" / "discover.md").read_text("utf-8")


def test_pure_luck_yields_conditions_five_times_in_a_hundred_at_most() -> None:
    rate = false_finds()
    assert rate <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / NOISE)
    assert all(line in PAGE for line in table(rate, []).splitlines())


def test_a_planted_box_is_found_and_its_rates_are_right() -> None:
    rows = held()
    assert np.mean([row.found for row in rows]) > 0.95
    assert np.mean([row.both for row in rows]) > 0.95
    for off in ("density", "coverage"):
        gaps = np.array([getattr(row, off) for row in rows if row.found])
        assert np.mean(np.abs(gaps) < 2) > 0.95 - 3 * np.sqrt(0.05 * 0.95 / PLANTED) - 0.1
    assert all(line in PAGE for line in table(None, rows).splitlines())
