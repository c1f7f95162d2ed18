"""The documentation says what the code does: tables, ids, names of commands and files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from typer.main import get_command

from experiments import docs
from experiments.cli import app
from sim import state
from sim.draws import Event
from sim.parameters import INTERVENTION_KINDS, REGISTER
from sim.rules import members, money, outlets, selling, support, trust, work
from sim.week import PHASES
from tests.repository import ROOT, project_files, sources

DECISIONS = sorted(f"docs/decisions/{path.name}" for path in (ROOT / "docs/decisions").glob("*.md"))
PROSE = ("README.md", "MODEL.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/parameters.md",
         "docs/sources.md", "docs/tables.md", *DECISIONS)  # fmt: skip
RECORDS = (state.MemberState, state.OutletState, state.DonorState, state.KubeState)


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


def test_every_parameter_of_a_rule_is_in_an_equation() -> None:
    rules = (members, money, outlets, selling, support, trust, work)
    read_by_rules = {
        node.attr
        for rule in rules
        for node in ast.walk(ast.parse(Path(rule.__file__).read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in REGISTER
    }
    assert len(read_by_rules) > 50
    assert [name for name in sorted(read_by_rules) if name not in by_hand("MODEL.md")] == []


# --- Ids of sources ------------------------------------------------------------------------------

RANGE = re.compile(r"\b([FSX])(\d+)(?:-| to )\1(\d+)\b")
SINGLE = re.compile(r"\b[FSX]\d+b?\b")
PASSAGES = re.compile(r"(?:theory(?: sheet)?|domain) (\d\.[\d., ]*\d)")


def ids(text: str) -> set[str]:
    """Every F, S and X id that a text cites, ranges written out."""
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


# --- Events, commands and files ------------------------------------------------------------------


def texts(node: ast.AST) -> Iterator[str]:
    """Every text that an expression can yield."""
    return (n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and n.value)


def kinds_noted() -> set[str]:
    """The kinds of events that the model notes, by the first argument of `note(...)`."""
    calls = (
        node
        for path in sources("sim")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "note"
    )
    return {text for call in calls for text in texts(call.args[0])}


def test_every_kind_of_event_is_explained() -> None:
    section = by_hand("docs/tables.md").split("## events")[1].split("## runs")[0]
    assert set(re.findall(r"`(\w+)`", section)) == kinds_noted() | set(INTERVENTION_KINDS)


def commands() -> set[str]:
    return set(get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", PROSE)
def test_commands_that_pages_name_exist(page: str) -> None:
    named = set(re.findall(r"(?:^|`)semangat ([a-z]+)", read(page), re.MULTILINE))
    assert named <= commands()


def test_the_readme_names_every_command() -> None:
    assert commands() <= set(re.findall(r"semangat ([a-z]+)", read("README.md")))


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
