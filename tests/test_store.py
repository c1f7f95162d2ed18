"""Results folders: written part by part, never half replaced, never over other people's things."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import sim
from experiments import store
from experiments.analysis.runs import run_means
from sim.draws import Luck
from sim.happenings import HAPPENING, What
from sim.runs import Record, Tables, tables
from sim.setting import Setting
from sim.state import NONE
from tests.results import holds
from tests.worlds import live, setting

WEEKS = 3
SETTING = setting(WEEKS)
RECORDS = [live("only_fgd", WEEKS, luck=Luck(0, 0, i)) for i in range(5)]
QUESTION = {"weeks": WEEKS, "seed": 0}
NOTHING = np.empty(0, HAPPENING)


def write(out: Path, records: Sequence[Record], manifest: bool = True) -> None:
    """A study that adds runs one by one."""
    with store.Writer(out, SETTING) as writer:
        for record in records:
            writer.add([record])
        if manifest:
            made = store.manifest(QUESTION, 1.0, len(records))
            store.write_json(writer.part / "manifest.json", made)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A results folder that a study has made."""
    write(tmp_path / "results", RECORDS[:2])
    return tmp_path / "results"


# --- Writing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", [1, 2, 100])
def test_parts_append_to_the_same_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    monkeypatch.setattr(store, "ROWS_IN_A_PART", part)
    write(tmp_path / "out", RECORDS)
    whole = tables(RECORDS, SETTING)
    for name in store.TABLES:
        assert_frame_equal(store.read(tmp_path / "out", name), getattr(whole, name))
    assert_frame_equal(store.read(tmp_path / "out", "runs"), run_means(whole))


def test_parts_are_written_while_the_study_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a long study does not fill the memory."""
    monkeypatch.setattr(store, "ROWS_IN_A_PART", 2)
    parts: list[int] = []

    def counted(records: Sequence[Record], where: Setting) -> Tables:
        parts.append(len(records))
        return tables(records, where)

    monkeypatch.setattr(store, "tables", counted)
    write(tmp_path / "out", RECORDS)
    assert parts == [2, 2, 1]


def test_columns_can_be_chosen(out: Path) -> None:
    chosen = store.read(out, "weekly", ["week", "cash"])
    assert list(chosen.columns) == ["week", "cash"]
    assert len(chosen) == 2 * WEEKS


def test_a_new_study_replaces_the_old_one(out: Path) -> None:
    for stale in ("summary.json", "summary.csv", "summary.txt", "ringkasan.txt", "figures/old.svg"):
        (out / stale).parent.mkdir(exist_ok=True)
        (out / stale).write_text("old")
    write(out, RECORDS[2:])
    assert store.read(out, "runs")["replication_id"].tolist() == [2, 3, 4]
    assert sorted(path.name for path in out.iterdir()) == ["manifest.json", "tables"]
    assert sorted(path.name for path in out.parent.iterdir()) == ["results"]


def test_what_else_lies_in_the_folder_stays(out: Path) -> None:
    (out / "notes.txt").write_text("asked the treasurer")
    (out / "photos").mkdir()
    (out / "photos" / "fgd.jpg").write_bytes(b"\xff\xd8")
    write(out, RECORDS[2:])
    assert (out / "notes.txt").read_text() == "asked the treasurer"
    assert (out / "photos" / "fgd.jpg").read_bytes() == b"\xff\xd8"


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b", RECORDS[:1])
    assert len(store.read(tmp_path / "a" / "b", "runs")) == 1


# --- Stopping ------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError("disk full")])
def test_a_stopped_study_leaves_the_old_results(
    out: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.setattr(store, "ROWS_IN_A_PART", 1)
    before = holds(out.parent)
    writer = store.Writer(out, SETTING)
    with pytest.raises(type(error)), writer:
        writer.add(RECORDS[:2])
        assert (writer.part / "tables" / "weekly.parquet").exists()
        raise error
    assert holds(out.parent) == before


def test_a_study_stopped_in_a_new_folder_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), store.Writer(tmp_path / "new", SETTING) as writer:
        writer.add(RECORDS[:1])
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_study_left_is_cleared_away(out: Path) -> None:
    left = out.parent / ".results.part" / "tables"
    left.mkdir(parents=True)
    (left / "weekly.parquet").write_bytes(b"half")
    write(out, RECORDS[2:])
    assert len(store.read(out, "weekly")) == 3 * WEEKS
    assert sorted(path.name for path in out.parent.iterdir()) == ["results"]


# --- Refusing ------------------------------------------------------------------------------------


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(FileExistsError, match="other things"):
        write(tmp_path, RECORDS[:1])
    assert holds(tmp_path) == {"thesis.docx": b"years of work"}
    assert not (tmp_path.parent / f".{tmp_path.name}.part").exists()


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(FileExistsError, match="is a file"):
        write(tmp_path / "out", RECORDS[:1])
    assert holds(tmp_path) == {"out": b"a file"}


def test_an_empty_folder_is_fine(tmp_path: Path) -> None:
    write(tmp_path, RECORDS[:1])
    assert store.names(tmp_path) >= {"weekly", "runs", "women"}


# --- Tables without rows -------------------------------------------------------------------------


def test_a_table_without_rows_is_not_written(tmp_path: Path) -> None:
    """A sweep records neither outlets nor products, and sometimes nothing happens."""
    quiet = RECORDS[0]._replace(
        happenings=NOTHING, outlets=RECORDS[0].outlets[:0], products=RECORDS[0].products[:0]
    )
    write(tmp_path / "out", [quiet._replace(members=quiet.members[:0])])
    assert store.names(tmp_path / "out") == {"weekly", "women", "runs"}
    with pytest.raises(FileNotFoundError, match="no table 'events'"):
        store.read(tmp_path / "out", "events")


def test_a_table_may_begin_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "ROWS_IN_A_PART", 1)
    write(tmp_path / "out", [RECORDS[0]._replace(happenings=NOTHING), RECORDS[1]])
    events = store.read(tmp_path / "out", "events")
    assert set(events["replication_id"]) == {1}


def test_events_of_any_value_fit_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At first only whole numbers happen (women who came), later a chance."""
    monkeypatch.setattr(store, "ROWS_IN_A_PART", 1)
    cancelled = (0, What.SESSION_CANCELLED, NONE, 3)
    accepted = (1, What.ACCEPTED, SETTING.outlet_ids.index("warung_amat"), 0.83)
    first = RECORDS[0]._replace(happenings=np.array([cancelled], HAPPENING))
    later = RECORDS[1]._replace(happenings=np.array([accepted], HAPPENING))
    write(tmp_path / "out", [first, later])
    events = store.read(tmp_path / "out", "events")
    assert events["value"].tolist() == [3.0, 0.83]
    assert events["kind"].tolist() == ["session_cancelled", "accepted"]
    assert events["subject"].tolist() == ["", "warung_amat"]


def test_a_study_without_runs(tmp_path: Path) -> None:
    write(tmp_path / "out", [])
    assert store.read(tmp_path / "out", "runs").empty


# --- The manifest --------------------------------------------------------------------------------


def test_the_manifest_says_what_made_the_numbers(out: Path) -> None:
    made = store.read_manifest(out)
    assert made["question"] == QUESTION
    assert (made["runs"], made["seconds"]) == (2, 1.0)
    assert made["versions"]["semangat"] == sim.__version__
    assert set(made["versions"]) >= {"python", "mesa", "numpy", "scipy", "pandas", "pyarrow"}
    assert made["source_hash"] == store.source_hash()
    assert set(made["machine"]) == {"system", "processors"}
    assert pd.Timestamp(made["made"]).tzinfo is not None
    assert {"commit", "changed_since_commit", "config_hash"} < set(made)


def test_the_hash_of_the_configuration_depends_on_the_question_alone() -> None:
    def config(question: dict[str, object], seconds: float = 0, runs: int = 1) -> object:
        return store.manifest(question, seconds, runs)["config_hash"]

    assert config({"seed": 0, "weeks": 3}) == config({"weeks": 3, "seed": 0}, 9.9, 500)
    assert config({"seed": 0, "weeks": 3}) != config({"seed": 1, "weeks": 3})


def test_the_source_hash_changes_with_a_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "sim"
    shutil.copytree(
        Path(sim.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__", "_configs")
    )
    here = store.source_hash()
    monkeypatch.setattr(sim, "__file__", str(copy / "__init__.py"))
    assert store.source_hash() == here  # wherever the model lies
    rule = copy / "rules" / "money.py"
    original = rule.read_bytes()
    rule.write_bytes(original.replace(b"\n", b"\r\n"))
    assert store.source_hash() == here  # and however its lines end
    rule.write_bytes(original + b"# another thought\n")
    changed = store.source_hash()
    rule.write_bytes(original)
    rule.rename(copy / "rules" / "cash.py")
    assert len({here, changed, store.source_hash()}) == 3


def test_json_is_readable(tmp_path: Path) -> None:
    store.write_json(tmp_path / "x.json", {"nama": "Kuwu’s", "path": Path("a")})
    text = (tmp_path / "x.json").read_text("utf-8")
    assert "Kuwu’s" in text
    assert text.endswith("}\n")
    assert store.read_json(tmp_path / "x.json") == {"nama": "Kuwu’s", "path": "a"}
