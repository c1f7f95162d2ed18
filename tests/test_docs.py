"""The documentation says what the code does: tables, ids, names of commands and files."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.main import get_command

from experiments import docs
from experiments.cli import app
from sim import founding, happenings, measures, state
from sim.draws import Event
from sim.parameters import BASE, INTERVENTION_KINDS, MONTHS, REGISTER
from sim.week import PHASES
from tests.commands import call
from tests.repository import ROOT, project_files, sources

DECISIONS = sorted(f"docs/decisions/{path.name}" for path in (ROOT / "docs/decisions").glob("*.md"))
PROSE = ("README.md", "MODEL.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/parameters.md",
         "docs/sources.md", "docs/tables.md", "docs/own-village.md", "docs/peers.md",
         "docs/statistics.md", "docs/ask.md", "docs/learn.md", "docs/fit.md", "docs/plan.md",
         "docs/discover.md",
         *DECISIONS)  # fmt: skip
OWN_VILLAGE = "docs/own-village.md"
RECORDS = (state.MemberState, state.OutletState, state.DonorState, state.KubeState, state.PlanState,
           state.ShockState)  # fmt: skip
TABLES = (measures.WEEKLY, measures.WOMAN_SUMS, measures.OUTLET_WEEKLY, measures.PRODUCT_WEEKLY,
          measures.MEMBER_WEEKLY)  # fmt: skip


def read(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def by_hand(page: str) -> str:
    """What a page says outside the tables that are made from the code."""
    return re.sub(r"<!-- begin:(\w+) -->.*?<!-- end:\1 -->", "", read(page), flags=re.DOTALL)


# --- Tables made from the code -------------------------------------------------------------------


@pytest.mark.parametrize("page", docs.PAGES)
def test_tables_are_those_of_the_code(page: str) -> None:
    assert read(page) == docs.filled(read(page)), "run: python -m experiments.docs"


def test_every_table_stands_in_a_page() -> None:
    placed = {name for page in docs.PAGES for name in re.findall(r"begin:(\w+) -->", read(page))}
    assert placed == set(docs.BLOCKS)


def test_a_changed_table_is_seen() -> None:
    page = "<!-- begin:phases -->\n| old |\n<!-- end:phases -->"
    assert docs.filled(page) != page
    assert docs.filled(docs.filled(page)) == docs.filled(page)


# --- MODEL.md leaves nothing out -----------------------------------------------------------------


def test_every_phase_has_its_heading() -> None:
    assert re.findall(r"^#### (\w+)$", read("MODEL.md"), re.MULTILINE) == [
        phase.name for phase in PHASES
    ]


@pytest.mark.parametrize("record", RECORDS)
def test_every_state_variable_is_explained(record: type) -> None:
    """Either the code has a comment beside the field, or MODEL.md names it."""
    without = re.findall(r"^\| `(\w+)` \|.*\|  \|$", docs.fields_of(record), re.MULTILINE)
    assert {field.name for field in fields(record)} >= set(without)
    assert [name for name in without if f"`{name}`" not in by_hand("MODEL.md")] == []


def test_every_draw_is_explained() -> None:
    assert [event.name for event in Event if event.name not in by_hand("MODEL.md")] == []


def rules() -> list[str]:
    """The name of every rule."""
    return [
        node.name
        for path in sources("sim/rules")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    ]


def test_every_rule_is_named_beside_its_equation() -> None:
    model = by_hand("MODEL.md")
    assert len(rules()) > 50
    assert [name for name in rules() if not re.search(rf"\b\w+\.{name}\b", model)] == []


def test_rules_that_are_named_exist() -> None:
    modules = "|".join(path.stem for path in sources("sim/rules"))
    named = set(re.findall(rf"\b(?:{modules})\.([a-z]\w+)\b", by_hand("MODEL.md")))
    assert named - set(rules()) == set()


def told(name: str) -> str:
    """How a text speaks of a parameter: twelve months, eighteen costs under one name."""
    if name.startswith("cost_"):
        return f"cost_<kind>_{name.rpartition('_')[2]}"
    return re.sub(rf"_({'|'.join(MONTHS)})$", "_<month>", name)


def test_every_parameter_is_in_an_equation_or_a_sentence() -> None:
    model = by_hand("MODEL.md")
    unread = {"farm_hours_day"}  # for the wage per hour in words; no rule of the model reads it
    names = {told(name) for name in BASE if name not in unread}
    assert [name for name in sorted(names) if not re.search(rf"\b{name}(?!\w)", model)] == []


def effects() -> dict[str, str]:
    """What MODEL.md says by hand of each kind of intervention: the row of its effect."""
    section = by_hand("MODEL.md").split("**What it does:**")[1].split("*Negotiation.*")[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", section, re.MULTILINE))


def test_every_intervention_has_its_effect_and_its_parameter() -> None:
    assert tuple(effects()) == INTERVENTION_KINDS
    for kind, row in effects().items():
        effect, _, size = row.rpartition(" | ")
        assert effect, kind
        named = set(re.findall(r"`(\w+)`", size))
        assert named <= set(REGISTER), kind
        assert named or kind == "social_media", kind


def test_every_happening_is_in_the_table() -> None:
    table = docs.BLOCKS["happenings"]()
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(happenings.names())


@pytest.mark.parametrize("columns", TABLES)
def test_every_column_is_in_a_table(columns: tuple[measures.Column, ...]) -> None:
    listed = set(re.findall(r"^\| `(\w+)` \|", read("docs/tables.md"), re.MULTILINE))
    assert {column.name for column in columns} <= listed
    assert all(column.unit for column in columns)


def test_every_column_of_a_week_has_its_meaning() -> None:
    assert [column.name for column in measures.WEEKLY if not column.meaning] == []


def test_every_alternative_is_listed() -> None:
    model = by_hand("MODEL.md")
    switches = {row.name: row.choices for row in REGISTER.values() if row.role == "switch"}
    for name, choices in switches.items():
        (row,) = re.findall(rf"^\| `{name}` \| (.*) \|$", model, re.MULTILINE)
        assert set(choices) <= set(re.findall(r"`(\w+)`", row)), name


# --- Ids of sources ------------------------------------------------------------------------------

RANGE = re.compile(r"\b([FSX])(\d+)(?:-| to )\1(\d+)\b")
SINGLE = re.compile(r"\b[FSX]\d+b?\b")
PASSAGES = re.compile(r"(?:theory(?: sheet)?|domain) (\d\.[\d., ]*\d)")


def ids(text: str) -> set[str]:
    """Every F, S and X id that a text cites, ranges written out; a linter's codes are none."""
    text = re.sub(r"noqa: [\w, ]+", "", text)
    spans = RANGE.findall(text)
    between = {f"{kind}{n}" for kind, low, high in spans for n in range(int(low), int(high) + 1)}
    return between | set(SINGLE.findall(text))


def passages(text: str) -> set[str]:
    """Every passage of the theory sheet that a text cites."""
    return {
        found for cited in PASSAGES.findall(text) for found in re.findall(r"\d(?:\.\d+)+", cited)
    }


def test_ids_are_read_as_people_write_them() -> None:
    assert ids("[S10-S13], F144 to F146; X1, [S27b]") == {
        "S10", "S11", "S12", "S13", "F144", "F145", "F146", "X1", "S27b"
    }  # fmt: skip
    assert passages("theory sheet 2.2, 2.14.4-5; domain 2.8") == {"2.2", "2.14.4", "2.8"}


def test_every_id_that_is_cited_is_explained() -> None:
    known = set(re.findall(r"^\| ([\w.]+) \|", read("docs/sources.md"), re.MULTILINE))
    configs = sorted((ROOT / "configs").rglob("*.yaml"))
    cited: dict[str, set[str]] = {}
    for path in [*sources("sim", "experiments"), *configs, *(ROOT / page for page in PROSE)]:
        text = path.read_text("utf-8")
        cited[path.name] = ids(text) | passages(text)
    assert any(cited.values())
    missing = {name: sorted(found - known) for name, found in cited.items()}
    assert {name: found for name, found in missing.items() if found} == {}


# --- Commands and files ---------------------------------------------------------------------------


def commands() -> set[str]:
    return set(get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", PROSE)
def test_commands_that_pages_name_exist(page: str) -> None:
    named = set(re.findall(r"(?:^|`)semangat ([a-z0-9]+)", read(page), re.MULTILINE))
    assert named <= commands()


def test_the_readme_names_every_command() -> None:
    assert commands() <= set(re.findall(r"semangat ([a-z0-9]+)", read("README.md")))


PATHS = re.compile(r"`((?:sim|experiments|configs|tests|docs|results/reference)/[\w./-]*\w)`")


@pytest.mark.parametrize("page", PROSE)
def test_files_that_pages_name_exist(page: str) -> None:
    held = {path.relative_to(ROOT).as_posix() for path in project_files()}
    folders = {str(parent) for name in held for parent in Path(name).parents}
    named = set(PATHS.findall(by_hand(page))) | links(page)
    assert sorted(named - held - folders) == []


def links(page: str) -> set[str]:
    """Files that a page links to, from the top folder."""
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", read(page))
    return {
        (ROOT / page).parent.joinpath(t).resolve().relative_to(ROOT).as_posix() for t in targets
    }


# --- The worked example of a village of one's own ------------------------------------------------


def blocks(language: str) -> list[str]:
    """The blocks of code of the page, in one language; commands have none."""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", read(OWN_VILLAGE), re.DOTALL | re.MULTILINE)
    return [code for written_in, code in fenced if written_in == language]


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the example's file, from which commands are given."""
    (tmp_path / "my_village.py").write_text(blocks("python")[0], "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("my_village", None)


def test_the_commands_of_the_example_run(example: Path) -> None:
    commands = blocks("")[0].splitlines()
    assert {line.split()[1] for line in commands} == {"run", "compare", "sweep"}
    for line in commands:
        words = line.split()[1:]
        words[words.index("--villages") + 1] = "1"
        small = ("--weeks", 3, "--replications", 1, "--workers", 1)
        told = call(*words, *small, "--out", example / words[0])
        assert told.code == 0, told.err
        manifest = json.loads((example / words[0] / "manifest.json").read_text("utf-8"))
        assert manifest["engine"] == "village"
        assert manifest["question"]["village_class"] == "my_village:CarefulVillage"


def test_the_example_does_what_it_says(example: Path) -> None:
    """Whoever expects few stays at home, and no base rate moves by hearsay."""
    names: dict[str, Any] = {}
    exec(blocks("python")[1].replace("52", "6"), names)
    assert len(names["beliefs"]) == 6
    village = names["village"]
    assert {type(woman).__name__ for woman in village.members} == {"Careful"}
    first = founding.found(names["setting"], names["load_scenario"]("package_2019"))
    assert [outlet.base_rate for outlet in village.outlets] == first.outlets.rows[
        "base_rate"
    ].tolist()
    village.kube.held[:] = True
    for woman in village.women:
        woman.came[:], woman.belief = False, 0.4
        woman.decide_to_come()
        assert not woman.came.any()


def test_the_readme_tells_the_score_of_the_reference() -> None:
    words = {
        2: "Two",
        3: "Three",
        4: "Four",
        5: "Five",
        6: "Six",
        7: "Seven",
        8: "Eight",
        9: "Nine",
    }
    summary = pd.read_csv(ROOT / "results" / "reference" / "validation.csv")
    emergent = summary[summary["kind"] == "emergent"]
    patterns = emergent.groupby(emergent["check"].str.rstrip("abcd"))["verdict"]
    good = int(patterns.agg(lambda verdicts: bool((verdicts == "evidence").all())).sum())
    said = f"{words[good]} of {words[patterns.ngroups].lower()} patterns are evidence"
    assert said in " ".join(read("README.md").split())
