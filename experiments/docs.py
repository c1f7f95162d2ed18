"""The tables in MODEL.md and docs/, made from the code so that they cannot drift from it.

`python -m experiments.docs` rewrites what stands between `<!-- begin:NAME -->` and
`<!-- end:NAME -->`; tests/test_docs.py fails when a page and the code differ.
"""

from __future__ import annotations

import ast
import inspect
import io
import re
import tokenize
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pandas as pd

from experiments.analysis.runs import LASTS, LATE_WEEKS, MEANS, run_means
from sim import interventions, measures, state
from sim.draws import Event, name_key
from sim.parameters import OUTLET_KINDS, REGISTER, Parameter, Value
from sim.runs import Tables, run
from sim.scenario import Intervention, Quantity, load_group, load_scenario
from sim.week import PHASES

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = ("MODEL.md", "docs/parameters.md", "docs/tables.md")
PACKAGE: Final = "package_2019"
COSTS: Final = ("rp", "days", "persons", "hours")
WEEKLY_MARK: Final = "this week"  # the comment in sim/state.py above what a tick overwrites

_BLOCK: Final = re.compile(r"(<!-- begin:(\w+) -->\n).*?(<!-- end:\2 -->)", re.DOTALL)


def main() -> None:
    """Rewrite every page."""
    for page in PAGES:
        path = ROOT / page
        path.write_text(filled(path.read_text("utf-8")), "utf-8")


def filled(text: str) -> str:
    """The text of a page with every block made anew; KeyError for an unknown block."""
    return _BLOCK.sub(lambda found: found[1] + BLOCKS[found[2]]() + "\n" + found[3], text)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").strip()


def _code(value: object) -> str:
    return f"`{value}`" if str(value) else ""


def _number(value: Value) -> str:
    return value if isinstance(value, str) else format(value, ",.12g")


# --- The model -----------------------------------------------------------------------------------


def phases() -> str:
    """The week, from `sim.week.PHASES`."""
    rows = [
        (number, _code(phase.name), phase.who, "at once" if phase.together else "in order",
         phase.sentence)
        for number, phase in enumerate(PHASES, start=1)
    ]  # fmt: skip
    return table(("", "phase", "who", "acts", "what happens"), rows)


def fields_of(record: type) -> str:
    """The fields of a state record in `sim/state.py`, with the comment beside each."""
    source = inspect.getsource(record)
    notes = _comments(source)
    (tree,) = ast.parse(source).body
    rows, span = [], "kept"
    last = tree.lineno
    for node in ast.walk(tree):
        if not isinstance(node, ast.AnnAssign):
            continue
        if any(notes.get(line) == WEEKLY_MARK for line in range(last, node.lineno)):
            span = WEEKLY_MARK
        last = node.lineno
        kind = ast.unparse(node.annotation)
        rows.append((_code(ast.unparse(node.target)), kind, _first(node.value), span,
                     notes.get(node.lineno, "")))  # fmt: skip
    return table(("field", "type", "at first", "span", "what it holds"), rows)


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.strip("# ") for t in tokens if t.type == tokenize.COMMENT}


def _first(default: ast.expr | None) -> str:
    if default is None:
        return "founding"
    return "empty" if isinstance(default, ast.Call) else ast.unparse(default)


def draws() -> str:
    """Every event that luck decides, and where the model looks it up."""
    used: dict[str, list[str]] = {event.name: [] for event in Event}
    for path in sorted((ROOT / "sim").glob("*.py")):
        for name, place in _uses(ast.parse(path.read_text("utf-8")), ()):
            if place not in used[name]:
                used[name].append(place)
    rows = [
        (_code(event.name), event.value, "; ".join(map(_code, used[event.name]))) for event in Event
    ]
    return table(("draw", "number", "looked up in (with)"), rows)


def _uses(node: ast.AST, scope: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Name and place of every `Event.NAME` below a node."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        scope = (*scope, node.name)
    if isinstance(node, ast.Call) and node.args and _is_event(node.args[0]):
        event, *keys = node.args
        more = f"({', '.join(map(ast.unparse, keys))})" if keys else ""
        yield event.attr, ".".join(scope[:2]) + more  # type: ignore[attr-defined]
        return
    if _is_event(node):
        yield node.attr, ".".join(scope[:2])  # type: ignore[attr-defined]
    for child in ast.iter_child_nodes(node):
        yield from _uses(child, scope)


def _is_event(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == Event.__name__
    )


# --- Parameters ----------------------------------------------------------------------------------


def parameters() -> str:
    """The rows that the model uses, without their sources."""
    rows = [
        (_code(row.name), _number(row.default), _span(row), row.unit, _role(row), row.meaning)
        for row in REGISTER.values()
        if row.role != "later"
    ]
    return table(("parameter", "default", "range", "unit", "role", "meaning"), rows)


def register() -> str:
    """Every row, with bounds and sources."""
    rows = [
        (_code(row.name), _number(row.default), _span(row), _bounds(row), row.unit, _role(row),
         row.meaning, row.source, f"{row.provenance}, {row.check}")
        for row in REGISTER.values()
    ]  # fmt: skip
    head = ("parameter", "default", "range", "possible", "unit", "role", "meaning", "source",
            "confidence")  # fmt: skip
    return table(head, rows)


def _span(row: Parameter) -> str:
    if row.choices:
        return ", ".join(row.choices)
    return f"{_number(row.low)} to {_number(row.high)}"


def _bounds(row: Parameter) -> str:
    return "" if row.choices else f"{_number(row.hard_low)} to {_number(row.hard_high)}"


def _role(row: Parameter) -> str:
    forms = {"log_triangular": "log scale", "integer": "whole"}
    return ", ".join(filter(None, (row.role, forms.get(row.distribution))))


def outlet_kinds() -> str:
    """The kinds of outlets."""
    rows = [
        (_code(kind.name), "yes" if kind.daytime else "no", kind.terms)
        for kind in OUTLET_KINDS.values()
    ]
    return table(("kind", "daytime trade", "closed in the terms of"), rows)


def intervention_kinds() -> str:
    """What each intervention does and costs."""
    rows = []
    for kind, act in interventions.KINDS.items():
        costs = [REGISTER[f"cost_{kind}_{part}"].default for part in COSTS]
        effect = (inspect.getdoc(act) or "").partition("\n")[0]
        rows.append((_code(kind), effect, *map(_number, costs)))
    head = ("kind", "what it does", "cash (Rp)", "facilitator days", "women", "hours of each")
    return table(head, rows)


# --- The case ------------------------------------------------------------------------------------


def case_outlets() -> str:
    """The outlets of SEMANGAT 72, and whose turn comes first where turns matter."""
    outlets = load_group().outlets
    turns = sorted(outlets, key=lambda outlet: name_key(outlet.id))
    rows = [
        (_code(outlet.id), turns.index(outlet) + 1, outlet.kind, outlet.place,
         _quantity(outlet.distance_km), "yes" if outlet.initial else "",
         ", ".join(outlet.closed_weekdays))
        for outlet in outlets
    ]  # fmt: skip
    head = ("outlet", "turn", "kind", "place", "km (range)", "before week 0", "rests on")
    return table(head, rows)


def _quantity(quantity: Quantity) -> str:
    low, high = quantity.low, quantity.high
    span = "" if low is None or high is None else f" ({_number(low)} to {_number(high)})"
    return _number(quantity.value) + span


def case_scenarios() -> str:
    """What the package does, week by week."""
    plans = load_scenario(PACKAGE).interventions
    return table(("week", "kind", "with"), [(p.week, _code(p.kind), _details(p)) for p in plans])


def _details(plan: Intervention) -> str:
    given = plan.model_dump(exclude={"kind", "week", "effective"})
    return ", ".join(f"{name}: {_listed(value)}" for name, value in given.items())


def _listed(value: Any) -> str:
    return " and ".join(value) if isinstance(value, tuple) else str(value).lower()


# --- Tables of results ---------------------------------------------------------------------------

KEYS: Final = {
    "scenario_id": ("-", "the strategy; in a sweep or a network study a cell of design.parquet"),
    "village_id": ("-", "0 the default village, 1 to n the plausible villages"),
    "replication_id": ("-", "0, 1, ...: other luck in the same village"),
    "week": ("weeks", "0 is the first recorded week"),
    "date": ("YYYY-MM-DD", "first day of the week"),
    "outlet_id": ("-", "id in the group's file"),
    "kind": ("-", "kind of the outlet"),
    "outside_village": ("true/false", "on which side of the village border"),
    "product_id": ("-", "id in the group's file"),
    "member_id": ("-", "ibu_01, ibu_02, ...; officers of week 0 come first"),
}
WOMEN: Final = {
    "kube_income": ("Rp", "paid to her by the group, sum of the recorded weeks"),
    "farm_income_forgone": ("Rp", "farm wages she lost by working at sessions, sum"),
    "farm_income": ("Rp", "farm wages she earned, sum"),
    "kube_hours": ("hours", "at sessions, sum"),
    "net_income": ("Rp", "kube_income less farm_income_forgone"),
}
RUNS: Final = {
    "net_income_late": ("Rp", f"mean of net_income over the last {LATE_WEEKS} weeks"),
    "earning_late": ("0/1", "the group paid anything in the last 13 weeks"),
    "pay_per_hour": ("Rp/hour", "kube_income for an hour at sessions; empty without any hour"),
    "net_pay_per_hour": ("Rp/hour", "net_income for an hour at sessions; empty without any hour"),
    "women_at_a_loss": ("share", "founding women whose net_income over the run is below zero"),
}
EVENTS: Final = {
    "kind": ("-", "what happened, see below"),
    "subject": ("-", "whom or what it is about; often empty"),
    "value": ("-", "a number that depends on the kind, see below"),
}

About = dict[str, tuple[str, str]]


def _about(columns: Sequence[measures.Column]) -> About:
    return {column.name: (column.unit, column.meaning) for column in columns}


def _about_runs() -> About:
    weekly = _about(measures.WEEKLY)
    means = {name: (weekly[name][0], "mean over the recorded weeks") for name in MEANS}
    lasts = {name: (weekly[name][0], "at the end of the last week") for name in LASTS}
    return {**means, **lasts, **RUNS}


@lru_cache
def _sample() -> Tables:
    """Tables of a run as short as can be: they have every column."""
    return run("none", weeks=1, members=True)


def columns(frame: pd.DataFrame, about: About) -> str:
    """The columns of a table; KeyError for one that nobody has described."""
    known = {**KEYS, **about}
    return table(("column", "unit", "meaning"), [(_code(c), *known[c]) for c in frame.columns])


BLOCKS: Final[dict[str, Callable[[], str]]] = {
    "phases": phases,
    "members": lambda: fields_of(state.MemberState),
    "outlets": lambda: fields_of(state.OutletState),
    "donors": lambda: fields_of(state.DonorState),
    "kube": lambda: fields_of(state.KubeState),
    "draws": draws,
    "parameters": parameters,
    "register": register,
    "outlet_kinds": outlet_kinds,
    "intervention_kinds": intervention_kinds,
    "case_outlets": case_outlets,
    "case_scenarios": case_scenarios,
    "weekly": lambda: columns(_sample().weekly, _about(measures.WEEKLY)),
    "outlet_weekly": lambda: columns(_sample().outlet_weekly, _about(measures.OUTLET_WEEKLY)),
    "product_weekly": lambda: columns(_sample().product_weekly, _about(measures.PRODUCT_WEEKLY)),
    "member_weekly": lambda: columns(_sample().member_weekly, _about(measures.MEMBER_WEEKLY)),
    "women": lambda: columns(_sample().women, WOMEN),
    "runs": lambda: columns(run_means(_sample()), _about_runs()),
    "events": lambda: columns(_sample().events, EVENTS),
}

if __name__ == "__main__":
    main()
