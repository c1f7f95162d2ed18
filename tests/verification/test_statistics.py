"""The statistics hold what they promise, and docs/statistics.md says how often, to the digit."""

from __future__ import annotations

import pytest

from tests.verification.measured import MEASURES, PAGE, table


@pytest.mark.parametrize("name", MEASURES)
def test_promises_are_held_as_often_as_the_page_tells(name: str) -> None:
    rows = MEASURES[name]()
    for row in rows:
        assert row.told or row.holds, row
    page = PAGE.read_text("utf-8")
    for line in table(rows).splitlines()[2:]:
        assert line in page
