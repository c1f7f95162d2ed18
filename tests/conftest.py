"""What all tests share: drawn examples are the same on every run, and slow tests are marked."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("same-every-time", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("same-every-time")

VERIFICATION = Path(__file__).parent / "verification"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in tests/verification counts as slow."""
    for item in items:
        if VERIFICATION in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A shell in the background has its children ignore Ctrl-C; here it works, as on a terminal."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
