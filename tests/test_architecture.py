"""The shape of the code, read from its syntax trees: what a reviewer would otherwise have to watch.

Each check is a function from a tree to a list of complaints, and is itself tried on a bad snippet,
so that no check can pass by looking at nothing.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sim.draws import Event
from sim.happenings import What
from sim.parameters import MONTHS, PRODUCT_FIELDS, REGISTER
from sim.week import PHASES
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

# Mathematics, other rules, and names: numpy for arrays that a rule takes or fills.
RULE_IMPORTS = re.compile(
    r"(__future__|enum|math|typing|numpy(?!\.random)|sim\.(rules|parameters|compiled|quantiles|state))"
    r"(\.|$)|\."
)


def foreign_imports(tree: ast.AST) -> list[str]:
    """Whatever a rule imports beyond mathematics, other rules and the names of numbers."""
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

VILLAGE = [
    *sources("sim/agents"),
    *(ROOT / "sim" / f"{name}.py" for name in ("interventions", "kube", "village")),
]
ENSEMBLE = sources("sim/ensemble")
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


def compiled_functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """Functions that are compiled: they have a decorator."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            yield node


def compiled_arithmetic(tree: ast.AST) -> list[str]:
    """Arithmetic in compiled functions; how much room they need is reckoned in plain ones."""
    return [found for function in compiled_functions(tree) for found in arithmetic(function)]


def test_the_engines_hold_no_arithmetic() -> None:
    assert complaints(arithmetic, VILLAGE) == []
    assert complaints(compiled_arithmetic, ENSEMBLE) == []
    assert sum(1 for path in ENSEMBLE for _ in compiled_functions(parse(path))) > 50


# --- Two engines, one model ----------------------------------------------------------------------

PHASE_OF = {"judge": "trust"}  # a name that the ensemble needs for its rules
FOUNDING = ROOT / "sim" / "founding.py"


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and bare name of every function called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.lineno, node.func.id


def phases_called(tree: ast.AST) -> list[str]:
    """The longest row of phases that one function calls, in order."""
    names = [phase.name for phase in PHASES]
    rows = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            called = [PHASE_OF.get(name, name) for _, name in sorted(calls(function))]
            rows.append([name for name in called if name in names])
    return max(rows, key=len, default=[])


def test_the_ensemble_lives_the_phases_in_their_order() -> None:
    rows = [phases_called(parse(path)) for path in ENSEMBLE]
    assert max(rows, key=len) == [phase.name for phase in PHASES]


def events_of(tree: ast.AST) -> set[str]:
    """The events whose luck code looks up."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Event"
    }


def test_both_engines_look_up_the_same_luck() -> None:
    """The keys are compared by tests/test_twins.py: another key is another number."""
    village, ensemble = (
        set().union(*(events_of(parse(path)) for path in paths)) for paths in (VILLAGE, ENSEMBLE)
    )
    assert village == ensemble
    founding = events_of(parse(FOUNDING))
    assert not village & founding
    assert village | founding == set(Event.__members__)


def unkeyed_draws(tree: ast.AST) -> list[str]:
    """Calls of `draw` in compiled code without an event, who, and whom."""
    return [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "draw"
        and not (len(node.args) == 4 and events_of(node.args[1]))
    ]


def direct_draws(tree: ast.AST) -> list[str]:
    """Numbers looked up past `draw`, in other functions than `draw` itself."""
    return [
        f"line {line}: uniform"
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and function.name != "draw"
        for line, name in calls(function)
        if name == "uniform"
    ]


def test_every_draw_of_the_ensemble_has_its_key() -> None:
    assert complaints(unkeyed_draws, ENSEMBLE) == []
    assert complaints(direct_draws, ENSEMBLE) == []


def happenings_of(tree: ast.AST) -> set[str]:
    """The kinds of happenings that code notes."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "What"
    }


def test_both_engines_note_the_same_happenings() -> None:
    village, ensemble = (
        set().union(*(happenings_of(parse(path)) for path in paths))
        for paths in (VILLAGE, ENSEMBLE)
    )
    assert village == ensemble == set(What.__members__)


def test_imports_point_one_way() -> None:
    """The contracts of pyproject.toml, as `lint-imports` checks them."""
    pytest.importorskip("importlinter", reason="needs import-linter: pip install -e '.[dev]'")
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as f; f()"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


# --- The register and the code know the same numbers ---------------------------------------------

USABLE = set(REGISTER)
AS_A_WHOLE = {"table"}  # all parameters in one row, for compiled code


def unknown_parameters(tree: ast.AST) -> list[str]:
    """Every `p.name` and `x.p.name` whose name the register does not offer."""
    return [
        f"line {node.lineno}: p.{node.attr} is not in the register"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and "p" in (getattr(node.value, "id", None), getattr(node.value, "attr", None))
        and node.attr not in USABLE | AS_A_WHOLE
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
        (foreign_imports, "import pandas as pd", "import math"),
        (
            foreign_imports,
            "from numpy.random import default_rng",
            "from numpy.typing import NDArray",
        ),
        (foreign_imports, "from sim.draws import uniform", "from sim.quantiles import normal"),
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
        (compiled_arithmetic, "@inner\ndef f(): x = 2 * y", "def rows(): return 2 * agents"),
        (compiled_arithmetic, "@compiled\ndef f(): x /= y", "@compiled\ndef f(): x += y"),
        (unkeyed_draws, "draw(now, Event.EXIT, key)", "draw(now, Event.EXIT, key, 0)"),
        (unkeyed_draws, "draw(now, 20, key, 0)", "draw(now, Event.ATTEND, woman.key, s)"),
        (direct_draws, "def f(): uniform(key, 0, 0)", "def draw(): uniform(key, 0, 0)"),
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
