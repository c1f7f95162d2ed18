"""What is kept of whole runs: everything that is named, and how it was asked for."""

from __future__ import annotations

from pathlib import Path

from experiments import reference, store


def test_everything_named_is_kept_and_nothing_else() -> None:
    kept = {path.name for path in reference.FOLDER.iterdir()}
    assert kept == {*reference.KEPT.values(), "made.json"}


def test_only_what_is_there_is_copied(tmp_path: Path) -> None:
    results, kept = tmp_path / "results", tmp_path / "kept"
    (results / "table4").mkdir(parents=True)
    (results / "table4" / "summary.csv").write_text("row\n")
    manifest = {"question": {"command": "table4", "villages": 3, "group": {}}, "source_hash": "x"}
    store.write_json(results / "table4" / "manifest.json", manifest)
    assert reference.keep(results, kept) == ["table4.csv"]
    assert store.read_json(kept / "made.json") == {
        "table4": {"question": {"command": "table4", "villages": 3}, "source_hash": "x"}
    }
    (results / "lembar.pdf").write_bytes(b"")
    assert reference.keep(results, kept) == ["lembar.pdf", "table4.csv"]
    assert set(store.read_json(kept / "made.json")) == {"table4"}
