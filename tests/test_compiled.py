"""The door to the compiler: threads may come through it at once, and it leaves nothing behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numba
import pytest

from sim import compiled
from sim.compiled import COMPILES, Compiled
from sim.rules import work

pytestmark = pytest.mark.skipif(not COMPILES, reason="nothing is compiled")


def test_threads_compile_into_the_models_own_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, cache = tmp_path / "here", tmp_path / "cache"
    here.mkdir()
    cache.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(compiled, "CACHE", cache)
    before = numba.config.CACHE_DIR  # type: ignore[attr-defined]
    rules = [getattr(work, name) for name in ("share", "value", "hours_of", "scaled")]
    new = [Compiled(rule.__wrapped__) for rule in 4 * rules]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda rule: rule(6, 3), new))
    assert results == [2, 18, 18, 18] * 4
    assert before == numba.config.CACHE_DIR  # type: ignore[attr-defined]
    assert list(here.iterdir()) == []
    assert {path.name.split("-")[0] for path in cache.glob("*.nbi")} == {
        f"work.enter_{name}" for name in ("share", "value", "hours_of", "scaled")
    }


def test_what_was_kept_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "CACHE", tmp_path)
    written = work.share.__wrapped__  # type: ignore[attr-defined]
    first = Compiled(written)
    assert compiled.is_cold(first)
    assert first(6, 3) == 2
    assert not compiled.is_cold(first)
    again = Compiled(written)
    assert again(6, 3) == 2
    entry = again._entry
    assert sum(entry.stats.cache_hits.values()) == 1  # type: ignore[union-attr]
