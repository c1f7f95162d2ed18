"""The shape of the code, read from its syntax trees: what a reviewer would otherwise have to watch.

Each check is a function from a tree to a list of complaints, and is itself tried on a bad snippet,
so that no check can pass by looking at nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sim.parameters import MONTHS, PRODUCT_FIELDS, REGISTER
from tests.repository import ROOT, project_files, sources

REGISTER_FILE = ROOT / "sim" / "parameters.py"
MAX_LINES = 400
TABLES = {REGISTER_FILE}  # as long as the model has numbers

Check = Callable[[ast.AST], list[str]]


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def complaints(check: Check, paths: list[Path]) -> list[str]:
    """What a check finds in the files, one line each."""
    assert paths, "no file to check: has the layout changed?"
    return [f"{path.relative_to(ROOT)}: {found}" for path in paths for found in check(parse(path))]


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported; relative imports begin with a dot."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)


# --- Randomness is looked up, never drawn from a stream ------------------------------------------

STREAMS = {"random", "rng", "shuffle", "shuffle_do", "default_rng", "RandomState"}


def unkeyed_randomness(tree: ast.AST) -> list[str]:
    """Random streams, and `hash`, which Python salts anew in each process."""
    found = [
        f"line {line}: imports {name}"
        for line, name in imported(tree)
        if re.match(r"(random|secrets|uuid|numpy\.random)(\.|$)", name)
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in STREAMS:
            found.append(f"line {node.lineno}: .{node.attr}")
        elif isinstance(node, ast.Name) and node.id == "hash":
            found.append(f"line {node.lineno}: hash")
    return found


def test_every_draw_of_the_model_is_keyed() -> None:
    assert complaints(unkeyed_randomness, sources("sim")) == []


# --- Rules are small, pure, documented, and hold no number ---------------------------------------

RULE_IMPORTS = re.compile(r"(__future__|enum|math|sim\.rules|sim\.parameters)(\.|$)|\.")


def foreign_imports(tree: ast.AST) -> list[str]:
    """Whatever a rule imports beyond math, enums, other rules and the register's names."""
    return [
        f"line {line}: imports {name}"
        for line, name in imported(tree)
        if not RULE_IMPORTS.match(name)
    ]


def is_enum(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and any(
        isinstance(base, ast.Name) and base.id.endswith("Enum") for base in node.bases
    )


def magic_numbers(tree: ast.AST) -> list[str]:
    """Numbers other than 0 and 1, an enum's codes aside; all others belong in the register."""
    codes = {code for node in ast.walk(tree) if is_enum(node) for code in ast.walk(node)}
    return [
        f"line {node.lineno}: {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float | complex)
        and node.value not in (0, 1)
        and node not in codes
    ]


def undocumented_rules(tree: ast.AST) -> list[str]:
    """Public rules without a docstring, and rules with a parameter or result left untyped."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        if not node.name.startswith("_") and ast.get_docstring(node) is None:
            found.append(f"{node.name} has no docstring")
        args = node.args
        named = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
        found += [
            f"{node.name}({argument.arg}) is not annotated"
            for argument in named
            if argument is not None and argument.annotation is None
        ]
        if node.returns is None:
            found.append(f"the result of {node.name} is not annotated")
    return found


@pytest.mark.parametrize("check", [foreign_imports, magic_numbers, undocumented_rules])
def test_rules(check: Check) -> None:
    assert complaints(check, sources("sim/rules")) == []


# --- The engine fetches, calls a rule, stores ----------------------------------------------------

ENGINE = [ROOT / "sim" / f"{name}.py" for name in ("agents", "interventions", "kube", "village")]
FORBIDDEN_OPERATORS = (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)


def repeats_a_list(node: ast.AST) -> bool:
    """Whether this is `[0] * n`, which computes nothing."""
    return isinstance(node, ast.BinOp) and isinstance(node.left, ast.List)


def arithmetic(tree: ast.AST) -> list[str]:
    """Arithmetic beyond adding and subtracting, which are left to counting and accumulating."""
    return [
        f"line {node.lineno}: {type(node.op).__name__}"
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp | ast.AugAssign)
        and isinstance(node.op, FORBIDDEN_OPERATORS)
        and not repeats_a_list(node)
    ]


def test_the_engine_holds_no_arithmetic() -> None:
    assert complaints(arithmetic, ENGINE) == []


# --- The register and the code know the same numbers ---------------------------------------------

USABLE = {name for name, row in REGISTER.items() if row.role != "later"}


def unknown_parameters(tree: ast.AST) -> list[str]:
    """Every `p.name` and `x.p.name` whose name the register does not offer."""
    return [
        f"line {node.lineno}: p.{node.attr} is not in the register"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and "p" in (getattr(node.value, "id", None), getattr(node.value, "attr", None))
        and node.attr not in USABLE
    ]


def spelt_names(tree: ast.AST) -> Iterator[str]:
    """Patterns of the names that code spells out: attributes, strings, f-strings with gaps."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.escape(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "" for part in node.values]
            if parts[0]:  # one that begins with a gap could spell anything
                yield "".join(re.escape(str(part)) or "[a-z0-9_]+" for part in parts)


def monthly_rows(spelt: set[str]) -> set[str]:
    """The register's rows of twelve months whose common stem the code spells out."""
    return {f"{stem}_{month}" for stem in spelt for month in MONTHS} & REGISTER.keys()


def product_rows() -> set[str]:
    """The register's rows of the products, which are read by the product's own name."""
    prices = (name.removeprefix("price_") for name in REGISTER if name.startswith("price_"))
    rows = [{f"{field}_{product}" for field in PRODUCT_FIELDS} for product in prices]
    return set().union(*(row for row in rows if row <= REGISTER.keys()))


def test_the_model_reads_only_parameters_of_the_register() -> None:
    assert complaints(unknown_parameters, sources("sim")) == []


def test_every_parameter_is_used() -> None:
    paths = [path for path in sources("sim", "experiments") if path != REGISTER_FILE]
    spelt = {pattern for path in paths for pattern in spelt_names(parse(path))}
    gaps = [re.compile(pattern) for pattern in spelt if "+" in pattern]
    unused = [
        name
        for name in sorted(USABLE - product_rows() - monthly_rows(spelt) - spelt)
        if not any(pattern.fullmatch(name) for pattern in gaps)
    ]
    assert unused == []


# --- Files ---------------------------------------------------------------------------------------


def test_files_stay_short() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources("sim", "experiments")
        if path not in TABLES
    }
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}


# Written with brackets, so that this file does not hold what it forbids.
MACHINE = re.compile(r"[/]work/|[/]tmp/|[p]yenv|[p]ypi\.org|[p]ythonhosted|[n]pmjs\.org")


def traces_of_a_machine(text: str) -> list[str]:
    """Paths and hosts of the machine on which a file was made."""
    return sorted(set(MACHINE.findall(text)))


def readable(path: Path) -> str:
    """A file's text; nothing where it is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_file_tells_of_the_machine_it_was_made_on() -> None:
    traces = {path: traces_of_a_machine(readable(path)) for path in project_files()}
    assert {str(path.relative_to(ROOT)): found for path, found in traces.items() if found} == {}


# --- The checks themselves -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "bad", "good"),
    [
        (unkeyed_randomness, "import random", "import math"),
        (unkeyed_randomness, "from numpy import random", "from numpy import array"),
        (unkeyed_randomness, "self.random.choice(x)", "draws.uniform(key)"),
        (unkeyed_randomness, "agents.shuffle_do('step')", "agents.do('step')"),
        (unkeyed_randomness, "hash('week')", "hashed('week')"),
        (foreign_imports, "import numpy as np", "import math"),
        (foreign_imports, "from sim.village import Village", "from sim.rules.trust import mean"),
        (magic_numbers, "y = 2 * x", "y = x - 1"),
        (magic_numbers, "def f(x=0.5): ...", "def f(x=1.0): ..."),
        (magic_numbers, "y = x[:3]", "y = x[-1]"),
        (magic_numbers, "class Kind:\n    OTHER = 2", "class Kind(IntEnum):\n    OTHER = 2"),
        (undocumented_rules, "def f(x: int) -> int: ...", "def _f(x: int) -> int: ..."),
        (undocumented_rules, "def _f(x) -> int: ...", "def _f(x: int) -> int: ..."),
        (undocumented_rules, "def _f(*, x: int): ...", "def _f(*, x: int) -> None: ..."),
        (arithmetic, "cash = price * sold", "cash = rules.takings(price, sold)"),
        (arithmetic, "cash /= members", "cash += share"),
        (arithmetic, "sold = 2 * sold", "sold = [0] * outlets"),
        (unknown_parameters, "p.farm_wage", "p.farm_wage_day"),
        (unknown_parameters, "self.p.norm_decey", "self.p.sessions_per_week"),
    ],
)
def test_each_check_sees_what_it_is_for(check: Check, bad: str, good: str) -> None:
    assert check(ast.parse(bad)) != []
    assert check(ast.parse(good)) == []


def test_names_with_gaps_are_understood() -> None:
    tree = ast.parse('f"cost_{kind}_rp", f"{field}_{product}", "min_crew", p.farm_wage_day')
    spelt = set(spelt_names(tree))
    assert {"min_crew", "farm_wage_day", "cost_[a-z0-9_]+_rp"} <= spelt
    assert not any(pattern.startswith("[a-z") for pattern in spelt)


def test_machine_traces_are_seen() -> None:
    assert traces_of_a_machine("see " + "/".join(["", "tmp", "x.py"])) != []
    assert traces_of_a_machine("the framework/temporary/works") == []
