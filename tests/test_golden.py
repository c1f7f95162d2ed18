"""The model gives the results it gave: exactly, on every Python."""

from __future__ import annotations

import pytest

from tests import golden

HINT = (
    "The results of the model changed. If that is what you meant, run `make golden` and say in "
    "CHANGELOG.md that results change, and why. If not, you have found a bug."
)
WRITTEN = golden.written()


@pytest.fixture(scope="module")
def now() -> golden.Golden:
    return golden.golden()


def test_the_same_runs_are_golden(now: golden.Golden) -> None:
    assert list(now) == list(WRITTEN), HINT


@pytest.mark.parametrize("run", WRITTEN)
def test_golden_values(run: str, now: golden.Golden) -> None:
    moved = {
        name: f"{before!r} -> {now[run].get(name)!r}"
        for name, before in WRITTEN[run].items()
        if now[run].get(name) != before
    }
    assert moved == {}, HINT
    assert now[run].keys() == WRITTEN[run].keys(), HINT
