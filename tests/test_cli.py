"""Every command, as people call it: what it prints, what it leaves, in either language."""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pandas.testing import assert_frame_equal
from typer.main import get_command

from experiments import demo, store
from experiments.cli import app
from experiments.messages import catalogue
from sim.happenings import OWN, name_of
from tests.commands import SMALL, Told, call
from tests.own_village import write_teller
from tests.repository import ROOT
from tests.worlds import REGISTER

LANGUAGES = {"id": "en", "en": "id"}  # and the other one
WORDS = {"id": "ringkasan.txt", "en": "summary.txt"}
FIGURES = {
    "run": {"fans"},
    "compare": {"fans", "differences", "network_map"},
    "network": {"response"},
    "sweep/payment_lag": {"lines"},
}
Session = tuple[str, Path, dict[str, Told]]


@pytest.fixture(scope="module", params=LANGUAGES)
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Everything that makes results, called once in each language, without naming a folder."""
    home, lang = tmp_path_factory.mktemp("session"), request.param
    options = (*SMALL, "--lang", lang)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        told = {
            "run": call("run", "only_fgd", "--members", *options),
            "compare": call("compare", "none", "package_2019", *options),
            "network": call("network", "--partners", 1, *options),
            "sweep": call("sweep", "none", "only_fgd", "--param", "payment_lag=0,1", *options),
            "sheet": call("sheet", "results/compare", "--lang", lang),
        }
    return lang, home / "results", told


def figures(folder: Path) -> set[str]:
    """Names of the figures in a results folder."""
    return {path.stem for path in (folder / "figures").iterdir()}


def sentences(lang: str) -> set[str]:
    """What is said in one language alone: pieces of its sentences between the blanks."""
    other = " ".join(catalogue(LANGUAGES[lang]).values())
    pieces = (p for t in catalogue(lang).values() for p in re.split(r"\{\w+\}|[\n]", t))
    return {piece for piece in pieces if len(piece) > 11 and piece not in other}


# --- What is left behind -------------------------------------------------------------------------


def test_every_command_succeeds_quietly(session: Session) -> None:
    for name, told in session[2].items():
        errors = [line for line in told.err.splitlines() if "the run ends after week 2" not in line]
        assert (told.code, errors) == (0, []), name


def test_a_plan_after_the_last_week_is_told(tmp_path: Path) -> None:
    told = call("run", "package_2019", "--weeks", 8, "--villages", 1, "--out", tmp_path / "run")
    assert "package_2019: the run ends after week 7, before negotiation (week 8)\n" in told.err
    longer = tmp_path / "longer"
    assert not call("run", "package_2019", "--weeks", 9, "--villages", 1, "--out", longer).err


def test_every_command_has_its_own_folder(session: Session) -> None:
    lang, results, told = session
    assert {path.name for path in results.iterdir()} == {name.split("/")[0] for name in FIGURES}
    for name in FIGURES:
        words = (results / name / WORDS[lang]).read_text("utf-8")
        said = told[name.split("/")[0]].out
        assert words in said
        assert said.splitlines()[-1].endswith(f"results/{name}")
        asked = store.read_manifest(results / name)["question"]
        assert (asked["weeks"], asked["villages"], asked["replications"]) == (3, 2, 1)


def test_every_figure_comes_in_two_forms_with_its_data(session: Session) -> None:
    for name, expected in FIGURES.items():
        folder = session[1] / name / "figures"
        made = {path.name for path in folder.iterdir()}
        assert made == {f"{figure}.{end}" for figure in expected for end in ("svg", "png", "csv")}


def test_the_sheet_is_a_page(session: Session) -> None:
    _, results, told = session
    page = Path(told["sheet"].out.strip())
    assert (results.parent / page).read_bytes().startswith(b"%PDF-")
    assert page == Path("results/compare/lembar.pdf")


def test_the_summary_is_a_table_too(session: Session) -> None:
    with (session[1] / "compare" / "summary.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["scenario_id"] for row in rows] == ["none", "package_2019"]
    summary = store.read_json(session[1] / "compare" / "summary.json")
    gain = summary["scenarios"]["package_2019"]["difference"]["net_income"]["typical"]
    assert float(rows[1]["gain_typical"]) == pytest.approx(gain)


def test_every_woman_is_recorded_when_asked_for(session: Session) -> None:
    assert "member_weekly" in store.names(session[1] / "run")
    assert "member_weekly" not in store.names(session[1] / "compare")


def test_one_language_at_a_time(session: Session) -> None:
    """No sentence of the other language, printed or drawn."""
    lang, results, told = session
    shown = " ".join(each.out for each in told.values())
    for path in results.rglob("*.svg"):
        texts = ElementTree.parse(path).getroot().iter()
        shown += " ".join(element.text or "" for element in texts)
    assert [piece for piece in sentences(LANGUAGES[lang]) if piece in shown] == []
    assert len([piece for piece in sentences(lang) if piece in shown]) > 40


def test_the_main_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that `make run` leaves, with fewer strategies."""
    monkeypatch.setattr(demo, "STRATEGIES", demo.SHEET)
    monkeypatch.setattr(demo, "PARTNERS", 1)
    told = call("demo", "--out", tmp_path, "--villages", 1, "--replications", 1, "--workers", 1)
    assert told.code == 0
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {"compare", "network", "sweep", "start", "lembar.pdf"}  # too few for a packet
    assert "a packet shows 20 futures" in told.out
    for name in ("compare", "network", "sweep", "start"):
        assert (tmp_path / name / "ringkasan.txt").read_text("utf-8") in told.out
    assert "makalah" in told.out  # what it cannot know


# --- Engines -------------------------------------------------------------------------------------


def test_engines_give_the_same_results(tmp_path: Path) -> None:
    """And the same question has the same hash, whichever answers."""
    manifests = {}
    for engine in ("ensemble", "village"):
        options = (*SMALL, "--engine", engine, "--alternatives", 1, "--out", tmp_path / engine)
        assert call("compare", "none", "package_2019", *options).code == 0
        manifests[engine] = store.read_manifest(tmp_path / engine)
        assert manifests[engine]["engine"] == engine
    assert manifests["ensemble"]["config_hash"] == manifests["village"]["config_hash"]
    for name in store.names(tmp_path / "ensemble"):
        one, other = (store.read(tmp_path / engine, name) for engine in manifests)
        assert_frame_equal(one, other)


def test_ones_own_village_is_lived_and_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own = write_teller(tmp_path, "teller_of_cli")
    told = call("run", "none", *SMALL, "--village", own, "--out", "own")
    assert (told.code, told.err) == (0, "")
    kinds = store.read(tmp_path / "own", "events")["kind"]
    assert (kinds == name_of(OWN)).sum() == 2 * 3  # villages and weeks
    made = store.read_manifest(tmp_path / "own")
    assert (made["engine"], made["question"]["village_class"]) == ("village", own)
    assert re.fullmatch("[0-9a-f]{12}", made["question"]["village_source"])


@pytest.mark.parametrize("workers", [1, 2])
def test_a_mistake_in_ones_own_village_is_told_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = ["from sim.village import Village", "class Failing(Village):",
             "    def sales(self):", "        raise ValueError('oops')"]  # fmt: skip
    (tmp_path / "failing.py").write_text("\n".join(lines))
    told = call("run", "none", *SMALL, "--village", "failing:Failing", "--workers", workers)
    where = tmp_path / "failing.py"
    said = f"--village failing:Failing: ValueError in {where}, line 4: oops\n"
    assert (told.code, told.err) == (2, said)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("kube.cash", "'rich'", "cash of the group is 'rich'"),
        ("kube.quality", "float('nan')", "quality of the group is nan"),
        ("members[3].other_income", "None", "other_income of ibu_04 is None"),
        ("members[0].trust", "'much'", "trust of ibu_01 is 'much'"),
        ("outlets[1].base_rate", "float('inf')", "base_rate of warung_lama is inf"),
    ],
)
def test_a_field_that_holds_no_number_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str, value: str, said: str
) -> None:
    """In one line, where the run went on with it as well as where it broke something else."""
    monkeypatch.chdir(tmp_path)
    name = re.sub(r"\W", "_", f"odd_{field}")
    lines = ["from sim.village import Village", "class Odd(Village):",
             "    def hearsay(self):", "        super().hearsay()",
             f"        self.{field} = {value}"]  # fmt: skip
    (tmp_path / f"{name}.py").write_text("\n".join(lines))
    told = call("run", "none", *SMALL, "--village", f"{name}:Odd")
    assert (told.code, told.err) == (2, f"--village {name}:Odd: {said}, expected a number\n")


@pytest.mark.parametrize("command", ["run", "compare", "sweep", "network", "demo"])
def test_commands_that_run_choose_an_engine(command: str) -> None:
    options = {each.name: each for each in get_command(app).commands[command].params}
    assert {"engine", "village"} <= set(options)
    if command != "sweep":  # whose file says how many
        assert (options["villages"].default, options["replications"].default) == (1_000, 5)


# --- Answers without results ---------------------------------------------------------------------


def test_check_says_what_is_fine() -> None:
    path = ROOT / "configs" / "groups" / "contoh.yaml"
    said = f"package_2019: ok, scenario 'package_2019'\n{path}: ok, group 'contoh'\n"
    assert call("check", "package_2019", path) == (0, said, "")


def test_check_tells_everything_that_is_wrong(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        "title: {id: a, en: a}\n"
        "interventions:\n"
        "  - {kind: negosiasi, week: 0}\n"
        "  - {kind: fgd, weak: 2}\n"
        "set: {farm_wage_dai: 3}\n"
    )
    told = call("check", wrong, "none")
    assert (told.code, told.out) == (2, "none: ok, scenario 'none'\n")
    for line, place, said in (
        (3, "interventions[0].kind", "'negosiasi'"),
        (4, "interventions[1].weak", "did you mean 'week'"),
        (5, "set.farm_wage_dai", "did you mean"),
    ):
        assert any(
            f"wrong.yaml:{line}: {place}" in row and said in row for row in told.err.splitlines()
        ), (line, told.err)


@pytest.mark.parametrize("kind", ["group", "scenario"])
def test_schema_is_a_schema(kind: str) -> None:
    told = call("schema", kind)
    schema = json.loads(told.out)
    assert (told.code, told.err) == (0, "")
    assert schema["$schema"].startswith("http://json-schema.org/")
    assert {"group": "members", "scenario": "interventions"}[kind] in schema["properties"]


def test_params_prints_every_number_with_its_source() -> None:
    lines = call("params").out.splitlines()
    assert [line.split()[0] for line in lines] == list(REGISTER)
    for line, row in zip(lines, REGISTER.values(), strict=True):
        assert row.meaning in line
        assert row.source in line
        assert row.unit in line


def test_params_can_be_narrowed_down_and_read_by_machines() -> None:
    found = [line.split()[0] for line in call("params", "ramadan").out.splitlines()]
    assert found == [name for name in REGISTER if "ramadan" in name] != []
    rows = list(csv.DictReader(call("params", "--csv").out.splitlines()))
    assert [row["name"] for row in rows] == list(REGISTER)
    wage = next(row for row in rows if row["name"] == "farm_wage_day")
    assert float(wage["default"]) == REGISTER["farm_wage_day"].default


def test_params_are_those_of_the_group() -> None:
    names = {line.split()[0] for line in call("params", "--group", "contoh").out.splitlines()}
    assert names != set(REGISTER)
    assert not any("warung_amat" in name for name in names)


@pytest.mark.parametrize(
    "agent",
    [
        (),
        ("--member", 7),
        ("--outlet", "warung_gres"),
        ("--donor", "kebon_jambu"),
    ],
)
def test_trace_tells_of_a_week(agent: tuple[object, ...]) -> None:
    told = call("trace", "package_2019", "--week", 5, *agent)
    assert (told.code, told.err) == (0, "")
    assert "changed:" in told.out.splitlines()
    assert re.search(r"^  \w+\.\w+\(.*\) = ", told.out, re.MULTILINE)


def test_trace_says_which_engine_it_looks_into() -> None:
    assert "Always of the village" in " ".join(call("trace", "--help").out.split())


def test_trace_follows_seed_replication_and_settings() -> None:
    usual = call("trace", "none", "--week", 2)
    assert usual == call("trace", "none", "--week", 2, "--seed", 0, "--replication", 0)
    for change in (("--seed", 1), ("--replication", 1), ("--set", "min_crew=9")):
        assert call("trace", "none", "--week", 2, *change) != usual


def test_bench_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    told = call("bench", "--runs", 1, "--json")
    measured = json.loads(told.out)
    assert 0 < measured["village_ms_per_run"] < 5_000
    assert all(measured[name] > 0 for name in measured if not name.startswith("growth_"))
    times = measured["village_ms_per_run"], measured["ensemble_ms_per_run"]
    assert measured["ratio"] == pytest.approx(times[0] / times[1])
    assert {name for name in measured if name.startswith("growth_")} == {
        "growth_members", "growth_outlets", "growth_weeks"
    }  # fmt: skip
    assert (measured["runs"], measured["cores"]) == (1, os.cpu_count())
    assert all(measured[f"{what}_s"] < 300 for what in ("compile", "start", "help"))
    monkeypatch.setattr("experiments.bench.bench", lambda runs: measured)
    assert call("bench", "--runs", 1).out.count("\n") == len(measured)


# --- Warnings ------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["--set", "scenario"])
def test_a_replication_past_march_2020_is_warned_of(tmp_path: Path, place: str) -> None:
    """Week 0 begins on 23 August 2019; schools and pesantren closed in mid March 2020."""
    (tmp_path / "mine.yaml").write_text("title: a\nset: {calendar: replication_2019}\n")
    plan = tmp_path / "mine.yaml" if place == "scenario" else "none"
    options = ("--set", "calendar=replication_2019") if place == "--set" else ()
    late, early = (call("trace", plan, "--week", week, *options) for week in (32, 20))
    assert late.code == 0
    assert re.fullmatch(r"warning: .*2020.*COVID-19.*\n", late.err)
    assert early.err == ""


def test_an_unlikely_number_is_warned_of() -> None:
    told = call("trace", "none", "--set", "farm_wage_day=50")
    assert told.code == 0
    assert told.err.startswith("warning: --set farm_wage_day:")
    assert told.err.count("\n") == 1
