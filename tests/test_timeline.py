"""The timeline shows which stage did what in which week, and in how many runs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from experiments import report, store
from experiments.plots import style
from experiments.plots.strip import MARKS
from experiments.plots.timeline import STAGES, timeline, timeline_table, twentieths
from sim.draws import Luck
from tests.commands import SMALL, call
from tests.drawn import clashes, words
from tests.plot_data import HOSTILE, weekly
from tests.worlds import live, told, weeks_of

COLUMNS = ["village_id", "replication_id", "week", "kind", "subject", "value"]
PLANNED = [
    ("fgd", "reflection"),
    ("norms", "planning"),
    ("negotiation", "action"),
    ("mentoring", "action"),
    ("fgd", "evaluation"),
]
DATES = weekly(1, 1, 1).set_index("week")["date"].map(str)


def run(replication: int, visit: int = 3) -> list[tuple[int, int, int, str, str, float]]:
    """A cycle of the plan and half a second one; a visit in week `visit`, and an audience."""
    rows = [
        (0, "stage", "reflection", 1.0),
        (0, "fgd", "", 0.0),
        (1, "session_cancelled", "", 2.0),
        (visit, "stage", "action", 1.0),
        (visit, "negotiation", "warung", 0.0),
        (visit, "negotiation", "pasar", 0.0),
        (visit, "refused", "pasar", 0.2),
        (9, "audience", "", 0.0),
        (12, "stage", "evaluation", 1.0),
        (12, "fgd", "", 0.0),
        (13, "mentoring", "", 0.0),
        (14, "stage", "reflection", 2.0),
        (14, "fgd", "", 0.0),
    ]
    return [(1, replication, *row) for row in rows]


EVENTS = pd.DataFrame([*run(0), *run(1), *run(2, visit=5), *run(3)], columns=COLUMNS)
TABLE = timeline_table(EVENTS, PLANNED, runs=5)  # in the fifth nothing happened


def share(stage: str, kind: str, week: float) -> float:
    """What the table says, 0 where it says nothing."""
    table = TABLE[(TABLE["stage"] == stage) & (TABLE["kind"] == kind) & (TABLE["week"] == week)]
    return float(table["share"].sum())


def test_shares_are_counted_over_all_runs() -> None:
    assert share("reflection", "fgd", 0) == 4 / 5
    assert (share("action", "negotiation", 3), share("action", "negotiation", 5)) == (3 / 5, 1 / 5)
    assert TABLE["share"].between(0, 1).all()
    assert set(TABLE["kind"]) == {"fgd", "negotiation", "audience", "mentoring", "stage"}


def test_a_kind_belongs_to_the_stage_it_was_done_in() -> None:
    """The discussion opens the cycle and closes it."""
    assert share("evaluation", "fgd", 12) == share("reflection", "fgd", 14) == 4 / 5
    assert share("evaluation", "fgd", 0) == share("reflection", "fgd", 12) == 0


def test_what_lasts_into_the_next_stage_keeps_its_own() -> None:
    assert share("action", "mentoring", 13) == 4 / 5


def test_what_is_planned_in_no_stage_stands_outside() -> None:
    assert share("outside", "audience", 9) == 4 / 5
    assert "Di luar tahap" in [word.text for word in words(timeline(TABLE, DATES, "a"))]
    inside = TABLE[TABLE["stage"] != "outside"]
    assert "Di luar tahap" not in [word.text for word in words(timeline(inside, DATES, "a"))]


def test_cycles_are_numbered_in_their_usual_week() -> None:
    cycles = TABLE[TABLE["kind"] == "stage"].set_index(["stage", "cycle"])["week"]
    assert cycles.to_dict() == {
        ("reflection", 1): 0,
        ("reflection", 2): 14,
        ("action", 1): 3,
        ("evaluation", 1): 12,
    }


def test_an_empty_stage_is_shown_as_empty() -> None:
    shown = [word.text for word in words(timeline(TABLE, DATES, "a", "en"))]
    assert shown.count("no activity") == 1  # nothing was planned
    assert {"Reflection", "Planning", "Action", "Evaluation"} <= set(shown)


def test_counts_are_told_of_twenty() -> None:
    assert twentieths(pd.Series([1.0, 0.5, 0.04, 0.001])).tolist() == [20, 10, 1, 1]


@pytest.mark.parametrize("lang", ["id", "en"])
def test_words_stay_inside_and_apart(lang: str) -> None:
    """With every kind of intervention in every stage, and a name beyond measure."""
    rows = [
        (stage, kind, week, 0.5, None)
        for stage in ("reflection", "planning", "action", "evaluation", "outside")
        for kind in MARKS
        for week in (0, 51)
    ]
    cycles = [("planning", "stage", week, 1.0, cycle) for cycle, week in enumerate(range(0, 52), 1)]
    table = pd.DataFrame([*rows, *cycles], columns=["stage", "kind", "week", "share", "cycle"])
    for name in HOSTILE:
        figure = timeline(table, DATES, name, lang)
        shown = words(figure)
        for word in shown:
            assert figure.bbox.x0 <= word.box.x0 < word.box.x1 <= figure.bbox.x1 + 1, word.text
            assert figure.bbox.y0 <= word.box.y0 < word.box.y1 <= figure.bbox.y1 + 1, word.text
            assert word.size >= style.SMALL, word.text
        assert clashes(shown) == []


def test_marks_can_be_told_apart_without_colour() -> None:
    assert len({(mark.shape, mark.filled) for mark in MARKS.values()}) == len(MARKS)


def test_drawing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        style.save(timeline(TABLE, DATES, "a"), tmp_path / name, TABLE, "foot")
    for kind in ("svg", "png", "csv"):
        assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()


def test_plans_with_stages_get_a_timeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And only they; the stages are read from the plan that the manifest keeps."""
    assert call("compare", "none", "only_fgd", *SMALL, "--out", tmp_path / "out").code == 0
    folder = tmp_path / "out"
    assert not list((folder / "figures").glob("timeline_*"))
    manifest = store.read_manifest(folder)
    manifest["question"]["scenarios"][1]["interventions"][0]["stage"] = "reflection"
    store.write_json(folder / "manifest.json", manifest)
    report._timelines(folder, {"none": "a", "only_fgd": "b"}, "id", "foot")
    made = sorted(path.name for path in (folder / "figures").glob("timeline_*"))
    assert made == [f"timeline_only_fgd.{end}" for end in ("csv", "png", "svg")]
    told = pd.read_csv(folder / "figures" / "timeline_only_fgd.csv")
    told = told[told["kind"] == "fgd"]
    assert told[["stage", "week", "share"]].values.tolist() == [["reflection", 0, 1.0]]


@pytest.mark.parametrize(
    ("plan", "weeks"),
    [
        ({"week": 3}, [3]),
        ({"week": 3, "weeks": 2}, [3, 4]),
        ({"week": 1, "weeks": 2, "repeat": {"every": 4, "times": 2}}, [1, 2, 5, 6]),
        ({"week": 1, "when": {"cash_below": 5}, "repeat": {"every": 4, "times": 2}}, []),
        ({"week": 3, "when": None, "repeat": None}, [3]),
    ],
)
def test_the_strip_shows_what_is_certain(plan: dict[str, object], weeks: list[int]) -> None:
    assert report._weeks(plan) == weeks


def test_cycles_are_marked_by_how_often_they_come() -> None:
    """The second reflection comes in one run of twenty: a small and pale mark beside its number."""
    rows = [
        ("reflection", "stage", 0, 1.0, 1.0),
        ("reflection", "stage", 13, 0.05, 2.0),
    ]
    table = pd.DataFrame(rows, columns=["stage", "kind", "week", "share", "cycle"])
    (ax,) = timeline(table, DATES, "a").axes
    usual, rare = ax.collections
    assert usual.get_offsets()[0].tolist() == [0, 0] and rare.get_offsets()[0].tolist() == [13, 0]
    assert usual.get_sizes()[0] > 3 * rare.get_sizes()[0]
    assert usual.get_facecolor()[0, 0] < rare.get_facecolor()[0, 0]  # darker
    places = {word.get_text(): word.get_position()[0] for word in ax.texts}
    assert 0 < places["1"] < 2 and 13 < places["2"] < 15


@pytest.mark.parametrize("replication", range(8))
def test_every_cycle_of_the_reacting_plan_has_four_stages(replication: int) -> None:
    """As long as the group lives; in order, as far as what reacts does not step in."""
    record = live("reacting_plan", 52, luck=Luck(0, 0, replication))
    end = min([52, *weeks_of(record, "group_ended")])
    stages = told(record, "stage")
    for cycle in range(1, 1 + end // 13):
        first = {}
        for each in stages:
            if each.value == cycle:
                first.setdefault(each.subject, each.week - 13 * (cycle - 1))
        assert set(first) == set(STAGES), cycle
        assert first["reflection"] == 0 and first["evaluation"] == 12
