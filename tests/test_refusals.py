"""What the command refuses: exit code 2, a message that helps, and nothing done or left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments import store
from tests.commands import SMALL, call, finished

RUN = ("run", "none")
TRACE = ("trace", "none")
SWEEP = ("sweep", "none", "--param")

# What people write, and what the message must say. Words of the command line itself are Typer's.
MISTAKES: dict[str, tuple[tuple[object, ...], tuple[str, ...]]] = {
    "misspelt scenario": (("run", "pakcage_2019"), ("pakcage_2019", "did you mean 'package_2019'")),
    "no such file": (("run", "plans/none.yaml"), ("plans/none.yaml", "no such file")),
    "a group for a scenario": (("run", "contoh"), ("'contoh'", "no scenario has this name")),
    "unknown group": ((*RUN, "--group", "semangat73"), ("semangat73", "did you mean 'semangat72'")),
    "a plan for another group": (
        ("run", "package_2019", "--group", "contoh"),
        ("package_2019.yaml:", "group 'contoh' does not have"),
    ),
    "no scenario": (("run",), ("SCENARIO",)),
    "twice the same": (("compare", "none", "only_fgd", "none"), ("'none' is given twice",)),
    "one alone": (("compare", "none"), ("compare needs two scenarios",)),
    "misspelt parameter": (
        (*RUN, "--set", "farm_wage_dai=5"),
        ("unknown parameter 'farm_wage_dai'", "did you mean farm_wage_day"),
    ),
    "no equals sign": ((*RUN, "--set", "farm_wage_day"), ("farm_wage_day", "name=value")),
    "no value": ((*RUN, "--set", "farm_wage_day="), ("farm_wage_day", "''", "number")),
    "no name": ((*RUN, "--set", "=5"), ("unknown parameter ''",)),
    "not a number": ((*RUN, "--set", "farm_wage_day=much"), ("'much'", "number")),
    "not finite": ((*RUN, "--set", "farm_wage_day=nan"), ("'nan'", "number")),
    "out of bounds": ((*RUN, "--set", "consign_margin=1.5"), ("1.5", "outside what is possible")),
    "not whole": ((*RUN, "--set", "min_crew=2.5"), ("min_crew", "whole number")),
    "not a choice": (
        (*RUN, "--set", "division_rule=fair"),
        ("'fair'", "equal, attendance, officer_bonus"),
    ),
    "set twice": (
        (*RUN, "--set", "min_crew=2", "--set", "min_crew=3"),
        ("--set min_crew", "twice"),
    ),
    "no weeks": ((*RUN, "--weeks", 0), ("--weeks",)),
    "too many weeks": ((*RUN, "--weeks", 521), ("--weeks",)),
    "weeks in words": ((*RUN, "--weeks", "ten"), ("--weeks",)),
    "no villages": ((*RUN, "--villages", 0), ("--villages",)),
    "no replications": ((*RUN, "--replications", 0), ("--replications",)),
    "no seed": ((*RUN, "--seed", -1), ("--seed",)),
    "no margin": (("compare", "none", "only_fgd", "--margin", "inf"), ("--margin",)),
    "a negative margin": (("compare", "none", "only_fgd", "--margin", -1), ("--margin",)),
    "another language": ((*RUN, "--lang", "jv"), ("--lang", "jv")),
    "another engine": ((*RUN, "--engine", "fast"), ("--engine", "fast")),
    "no class": ((*RUN, "--village", "mine"), ("--village mine", "module:Class")),
    "no module": ((*RUN, "--village", "mine:Mine"), ("no module 'mine' in this folder",)),
    "no module in a package": ((*RUN, "--village", "sim.mine:Mine"), ("no module 'sim.mine'",)),
    "no such class": (
        (*RUN, "--village", "sim.village:Vilage"),
        ("no class 'Vilage'", "did you mean 'Village'"),
    ),
    "not a village": (
        ("demo", "--village", "sim.village:Luck"),
        ("not a subclass of sim.village.Village",),
    ),
    "a village in the ensemble": (
        ("network", "--village", "sim.village:Village", "--engine", "ensemble"),
        ("leave out --engine ensemble",),
    ),
    "no partners": (("network", "--partners", 0), ("--partners",)),
    "two agents at a time": (
        (*TRACE, "--member", 1, "--outlet", "pasar"),
        ("one agent at a time",),
    ),
    "no levels": ((*SWEEP, "payment_lag"), ("name=1,2,4",)),
    "a sweep of nothing": (("sweep", "none"), ("--param",)),
    "swept twice": ((*SWEEP, "payment_lag=0", "--param", "payment_lag=1"), ("swept twice",)),
    "swept and set": (
        (*SWEEP, "payment_lag=0", "--set", "payment_lag=1"),
        ("payment_lag is both swept and set",),
    ),
    "a level out of bounds": ((*SWEEP, "payment_lag=0,900"), ("payment_lag", "900")),
    "too high a number": ((*TRACE, "--member", 21), ("no member '21'", "there are 1, 2, 3")),
    "number zero": ((*TRACE, "--member", 0), ("--member",)),
    "unknown outlet": ((*TRACE, "--outlet", "warung"), ("no outlet 'warung'", "warung_gres")),
    "unknown donor": ((*TRACE, "--donor", "bank"), ("no donor 'bank'", "kebon_jambu")),
    "no such parameter": (("params", "zzz"), ("'zzz'",)),
    "no such schema": (("schema", "outlet"), ("outlet",)),
    "no results": (("sheet", "nowhere"), ("nowhere", "no comparison")),
    "no such command": (("simulate",), ("simulate",)),
    "no such option": ((*RUN, "--farmers", 3), ("--farmers",)),
}


def squeezed(text: str) -> str:
    """Without the frame and the line breaks that Typer puts into its own messages."""
    return " ".join(text.replace("│", " ").split())


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_told(home: Path, mistake: str) -> None:
    words, said = MISTAKES[mistake]
    told = call(*words)
    assert (told.code, told.out) == (2, "")
    assert [part for part in said if part not in squeezed(told.err)] == []
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    "words", [MISTAKES["misspelt scenario"][0], MISTAKES["no weeks"][0]], ids=["ours", "Typer's"]
)
def test_a_mistake_is_no_traceback(home: Path, words: tuple[object, ...]) -> None:
    told = finished(*words, cwd=home)
    assert (told.code, told.out) == (2, "")
    assert "Traceback" not in told.err
    assert 0 < told.err.count("\n") < 8


def test_mistakes_in_a_file_are_told_with_their_lines(home: Path) -> None:
    (home / "plan.yaml").write_text(
        "title: a\n"
        "interventons: []\n"
        "interventions:\n"
        "  - {kind: negotiation, week: 1, outlet: warung_ahmat}\n"
        "set: {sesions_per_week: 2}\n"
    )
    told = call("run", "plan.yaml")
    assert (told.code, told.out) == (2, "")
    for line, said in (
        (2, "did you mean 'interventions'"),
        (4, "did you mean 'warung_amat'"),
        (5, "did you mean sessions_per_week"),
    ):
        assert any(
            row.startswith(f"plan.yaml:{line}:") and said in row for row in told.err.splitlines()
        ), told.err


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("class Mine(", ("mine_{name}.py:1:", "never closed")),
        ("import nowhere_to_be_found", ("module 'mine_{name}' needs", "'nowhere_to_be_found'")),
        ("class Mine: ...", ("not a subclass",)),
    ],
    ids=["syntax", "needs", "other"],
)
def test_a_village_that_cannot_be_used_is_told(
    home: Path, request: pytest.FixtureRequest, code: str, said: tuple[str, ...]
) -> None:
    name = request.node.callspec.id
    (home / f"mine_{name}.py").write_text(code)
    told = call("run", "none", "--village", f"mine_{name}:Mine")
    assert (told.code, told.out) == (2, "")
    assert [part for part in said if part.format(name=name) not in told.err] == []
    assert not (home / "results").exists()


# --- Folders -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("run", "none"),
        ("compare", "none", "only_fgd"),
        ("sweep", "none", "--param", "payment_lag=0"),
        ("network", "--partners", 1),
    ],
)
def test_folders_of_others_and_files_are_not_touched(home: Path, words: tuple[object, ...]) -> None:
    (home / "thesis").mkdir()
    (home / "thesis" / "draft.docx").write_bytes(b"years of work")
    (home / "notes").write_text("a file")
    for out, said in (("thesis", "holds other things"), ("notes", "is a file")):
        told = call(*words, *SMALL, "--out", out)
        assert (told.code, told.out) == (2, "")
        assert f"{out} {said}" in told.err
        assert "--out" in told.err
    kept = {path.name for path in home.rglob("*")}
    assert kept == {"thesis", "draft.docx", "notes"}


def test_results_are_replaced_and_notes_beside_them_stay(home: Path) -> None:
    folder = home / "out"
    assert call("sweep", "none", "--param", "payment_lag=0", *SMALL, "--out", "out").code == 0
    (folder / "notes.txt").write_text("asked the treasurer")
    again = ("--lang", "en", "--out", "out")
    assert call("sweep", "none", "--param", "payment_lag=1", *SMALL, *again).code == 0
    assert set(store.read(folder, "design")["payment_lag"]) == {0, 1}
    assert len(store.read(folder, "runs")) == 4  # what was there is added to
    assert (folder / "notes.txt").exists()
    assert not (folder / "ringkasan.txt").exists()  # it told of the old results


def test_a_sheet_needs_a_comparison_of_what_it_shows(home: Path) -> None:
    assert call("compare", "none", "only_fgd", *SMALL, "--out", "compare").code == 0
    (home / "network").mkdir()
    (home / "network" / "summary.json").write_text('{"partners": [0, 1]}')
    for folder, options, said in (
        ("network", (), "no comparison"),
        ("compare", ("--option", "package_2019"), "'package_2019' was not compared"),
        ("compare", ("--option", "none"), "no sheet"),
    ):
        told = call("sheet", folder, *options)
        assert (told.code, told.out) == (2, "")
        assert said in told.err
        assert not list(home.rglob("*.pdf"))
    assert call("sheet", "compare", "--option", "only_fgd", "--out", "page.pdf").code == 0
    assert (home / "page.pdf").exists()


def test_nobody_cannot_be_compared(home: Path) -> None:
    """Nothing can be said about the members of a group of no women."""
    told = call("compare", "none", "only_fgd", *SMALL, "--set", "n_members=0", "--out", "out")
    assert (told.code, told.out) == (2, "")
    assert told.err == "n_members: a group has one woman at least\n"
    assert not (home / "out").exists()


def test_a_range_that_begins_at_nothing_can_be_drawn(home: Path) -> None:
    """Not a mistake: perhaps nothing sells at all."""
    group = Path(str(store.__file__)).parent.parent / "configs" / "groups" / "contoh.yaml"
    text = group.read_text("utf-8").replace("{value: 6, low: 3,", "{value: 6, low: 0,")
    (home / "kami.yaml").write_text(text, "utf-8")
    assert "low: 0," in text
    told = call("run", "none", "--group", "kami.yaml", *SMALL)
    assert (told.code, told.err) == (0, "")
