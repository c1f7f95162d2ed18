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

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments import case, trust_page
from experiments.analysis.runs import LASTS, MEANS, run_means
from experiments.columns import EVENTS, KEYS, RUNS, WOMEN, About
from experiments.listing import asked
from experiments.markdown import code, codes, number, role, span, table
from sim import founding, happenings, interventions, measures, state, world
from sim.draws import Event, Luck, about, event_key, name_key, uniform
from sim.happenings import What
from sim.parameters import INTERVENTION_KINDS, OUTLET_KINDS, REGISTER, Parameter, resolve
from sim.runs import Tables, run
from sim.scenario import load_group, load_scenario, register_of
from sim.setting import Setting, setting_for
from sim.week import PHASES

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = ("MODEL.md", "docs/parameters.md", "docs/tables.md",
                 "docs/validation.md", "docs/TRACE.md")  # fmt: skip
FULL: Final = "with_shocks"  # a scenario with plans and shocks
COSTS: Final = ("rp", "days", "persons", "hours")
WEEKLY_MARK: Final = "this week"  # the comment in sim/state.py above what a tick overwrites
NUMBERS: Final = {"Counts": "int", "Floats": "float", "Flags": "bool"}

_BLOCK: Final = re.compile(r"(<!-- begin:(\w+) -->\n).*?(<!-- end:\2 -->)", re.DOTALL)


def main() -> None:
    """Rewrite every page."""
    for page in PAGES:
        path = ROOT / page
        path.write_text(filled(path.read_text("utf-8")), "utf-8")


def filled(text: str) -> str:
    """The text of a page with every block made anew; KeyError for an unknown block."""
    return _BLOCK.sub(lambda found: found[1] + BLOCKS[found[2]]() + "\n" + found[3], text)


# --- The model -----------------------------------------------------------------------------------


def phases() -> str:
    """The week, from `sim.week.PHASES`."""
    rows = [
        (place, code(phase.name), phase.who, "at once" if phase.together else "in order",
         phase.sentence)
        for place, phase in enumerate(PHASES, start=1)
    ]  # fmt: skip
    return table(("", "phase", "who", "acts", "what happens"), rows)


def fields_of(record: type) -> str:
    """The fields of a state record in `sim/state.py`, with the comment beside each."""
    source = inspect.getsource(record)
    notes = _comments(source)
    (tree,) = ast.parse(source).body
    rows, lasts = [], "kept"
    last = tree.lineno
    for node in ast.walk(tree):
        if not isinstance(node, ast.AnnAssign):
            continue
        if any(notes.get(line) == WEEKLY_MARK for line in range(last, node.lineno)):
            lasts = WEEKLY_MARK
        last = node.lineno
        rows.append((code(ast.unparse(node.target)), _kind(node), _first(record, node), lasts,
                     notes.get(node.lineno, "")))  # fmt: skip
    return table(("field", "type", "at first", "span", "what it holds"), rows)


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.strip("# ") for t in tokens if t.type == tokenize.COMMENT}


def _kind(field: ast.AnnAssign) -> str:
    """The type of a field, with what a vector runs over."""
    kind = ast.unparse(field.annotation)
    if not isinstance(field.value, ast.Call):
        return kind
    axes = ", ".join(str(ast.literal_eval(axis)) for axis in field.value.args)
    return f"{NUMBERS[kind]} [{axes}]"


def _first(record: type, field: ast.AnnAssign) -> str:
    """The value of a field at the founding, when it is the same for all."""
    if field.value is None:
        return "founding"
    name = ast.unparse(field.target)
    if isinstance(field.value, ast.Call):
        return "founding" if np.any(_founded(record, name)) else "0"
    same = np.all(_founded(record, name) == getattr(record, name))
    return ast.unparse(field.value) if same else "founding"


@lru_cache
def _setting() -> Setting:
    group = load_group()
    return setting_for(group, resolve(register_of(group)), weeks=1)


@lru_cache
def _first_day() -> world.World:
    """The case at its founding."""
    made = founding.found(_setting(), load_scenario(FULL))
    founding.draw_luck(_setting().ground, made.women, made.outlets, made.room, Luck().key)
    return made


def _founded(record: type, name: str) -> NDArray[Any]:
    """What a field holds at the founding, for every founding agent."""
    (part,) = (part for part, (_, state) in world.PARTS.items() if state is record)
    arrays = getattr(_first_day(), part)
    founders = int(_setting().p.n_members) if part == "women" else len(arrays.rows)
    values = getattr(arrays, name, None)
    return arrays.rows[name][:founders] if values is None else values


def draws() -> str:
    """Every event that luck decides, where it is looked up, and with which keys."""
    found: dict[str, list[tuple[str, ...]]] = {event.name: [] for event in Event}
    for path in sorted((ROOT / "sim").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for event, *use in sorted(_uses(node)):
                    found[event].append(tuple(use))
    rows = [(code(event.name), event.value, *_together(found[event.name])) for event in Event]
    return table(("event", "number", "looked up in", "who", "whom"), rows)


CHECKED_WEEKS: Final = (0, 1, 7, 12, 25, 51)
CHECKED: Final = ("attendance", "made", "volume", "outlets_active", "trust_outlets", "cash")


def check_draws() -> str:
    """Some draws of the first week, for those who build the model anew."""
    ibu, outlet, banana = name_key("ibu_01"), name_key("warung_amat"), name_key("pisang")
    asked = (
        ("`FARM_CALL`, `ibu_01`, session 0", Event.FARM_CALL, ibu, 0),
        ("`ATTEND`, `ibu_01`, session 1", Event.ATTEND, ibu, 1),
        ("`DELIVERY`", Event.DELIVERY, 0, 0),
        ("`DEMAND`, `warung_amat`, `pisang`, window 1", Event.DEMAND, outlet, about(banana, 1)),
    )
    rows = [
        (what, f"{uniform(event_key(Luck().key, 0, int(event)), who, whom):.12f}")
        for what, event, who, whom in asked
    ]
    return table(("week 0", "u"), [("key of `ibu_01`", str(ibu)), *rows])


def check_weeks() -> str:
    """Some weeks of two scenarios, likewise."""
    rows = [
        (code(name), week, *(f"{row[column]:.10g}" for column in CHECKED))
        for name in ("none", "everything")
        for week, row in run(name, weeks=max(CHECKED_WEEKS) + 1).weekly.iterrows()
        if week in CHECKED_WEEKS
    ]
    return table(("scenario", "week", *map(code, CHECKED)), rows)


def _together(uses: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Functions, whos and whoms of an event; three blanks when nothing looks it up."""
    return tuple(codes(part) for part in zip(*uses, strict=True)) or ("", "", "")


def _uses(function: ast.FunctionDef) -> Iterator[tuple[str, str, str, str]]:
    """Event, function, who and whom of every draw in compiled code.

    `draw(now, Event.NAME, who, whom)`, or `uniform(key, who, whom)` with the event's key.
    """
    keys = {
        ast.unparse(name): event
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for name, value in _assigned(node)
        if (event := _event_in(value))
    }
    for node in ast.walk(function):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        whose = tuple(map(ast.unparse, node.args[-2:]))
        if node.func.id == "draw" and len(node.args) == 4:
            yield (_event_in(node.args[1]), function.name, *whose)  # type: ignore[misc]
        elif node.func.id == "uniform" and len(node.args) == 3:
            key = node.args[0]
            event = _event_in(key) or keys.get(ast.unparse(key), "")
            if event:
                yield (event, function.name, *whose)  # type: ignore[misc]


def _assigned(node: ast.Assign) -> list[tuple[ast.expr, ast.expr]]:
    """Names and values of an assignment, also of several at once."""
    names, values = node.targets[0], node.value
    if isinstance(names, ast.Tuple) and isinstance(values, ast.Tuple):
        return list(zip(names.elts, values.elts, strict=True))
    return [(name, values) for name in node.targets]


def _event_in(node: ast.AST) -> str:
    """The name of the event in an expression that is an event or its key; else empty."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _event_in(node.args[-1]) if node.func.id == "event_key" else ""
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == Event.__name__:
        return node.attr
    return ""


def events() -> str:
    """Every kind of happening, its number, whom it is about and what its value is."""
    notes = _comments(inspect.getsource(What))
    lines = {
        str(line.split()[0]): place
        for place, line in enumerate(inspect.getsource(What).splitlines(), start=1)
        if line.strip()
    }
    rows = [(code(kind), place, _about_whom(place), "takes place")
            for place, kind in enumerate(INTERVENTION_KINDS)]  # fmt: skip
    rows += [
        (code(happenings.name_of(what)), what.value, _about_whom(what),
         notes.get(lines[what.name], ""))
        for what in What
    ]  # fmt: skip
    return table(("kind", "number", "about", "meaning; value"), rows)


def _about_whom(what: int) -> str:
    """Of which sort the subject of a happening is, told by the id that number 0 stands for."""
    setting = _setting()
    sorts = {
        setting.outlet_ids[0]: "outlet", setting.donor_ids[0]: "donor",
        setting.women_ids[0]: "woman", setting.group.products[0].id: "product",
        happenings.ingredient_names(setting.group)[0]: "ingredient",
        happenings.subject_of(setting, What.STAGE, 0): "stage", INTERVENTION_KINDS[0]: "kind",
    }  # fmt: skip
    alone = "session" if what == What.SESSION_CANCELLED else ""
    return sorts.get(happenings.subject_of(setting, what, 0), alone)


# --- Parameters ----------------------------------------------------------------------------------


def parameters() -> str:
    """The rows that the model uses, without their sources."""
    rows = [
        (code(row.name), number(row.default), span(row), row.unit, role(row), row.meaning)
        for row in REGISTER.values()
    ]
    return table(("parameter", "default", "range", "unit", "role", "meaning"), rows)


def register() -> str:
    """Every row, with bounds and sources."""
    rows = [
        (code(row.name), number(row.default), span(row), _bounds(row), row.unit, role(row),
         row.meaning, row.source, f"{row.provenance}, {row.check}")
        for row in REGISTER.values()
    ]  # fmt: skip
    head = ("parameter", "default", "range", "possible", "unit", "role", "meaning", "source",
            "confidence")  # fmt: skip
    return table(head, rows)


def questions() -> str:
    """What people are asked about each number that somebody can know, of the case's group."""
    group = _setting().group
    rows = [
        (code(name), *told.values())
        for name, row in register_of(group).items()
        if row.drawn and (told := asked(row, group))["who"]
    ]
    head = ("parameter", "pertanyaan", "question", "who", "jawaban", "answer")
    return table(head, rows)


def _bounds(row: Parameter) -> str:
    return "" if row.choices else f"{number(row.hard_low)} to {number(row.hard_high)}"


def outlet_kinds() -> str:
    """The kinds of outlets."""
    rows = [
        (code(kind.name), "yes" if kind.daytime else "no", kind.terms)
        for kind in OUTLET_KINDS.values()
    ]
    return table(("kind", "daytime trade", "closed in the terms of"), rows)


def intervention_kinds() -> str:
    """What each intervention does and costs."""
    rows = []
    for kind, act in interventions.KINDS.items():
        costs = [REGISTER[f"cost_{kind}_{part}"].default for part in COSTS]
        effect = (inspect.getdoc(act) or "").partition("\n")[0]
        rows.append((code(kind), effect, *map(number, costs)))
    head = ("kind", "what it does", "cash (Rp)", "facilitator days", "women", "hours of each")
    return table(head, rows)


# --- Tables of results ---------------------------------------------------------------------------


def _about(columns: Sequence[measures.Column]) -> About:
    return {column.name: (column.unit, column.meaning) for column in columns}


def _sums() -> About:
    """Columns of single women: sums over the recorded weeks."""
    return {
        name: (unit, ", ".join(filter(None, (meaning, "sum of the recorded weeks"))))
        for name, (unit, meaning) in _about(measures.WOMAN_SUMS).items()
    }


def _about_runs() -> About:
    weekly = _about(measures.WEEKLY)
    means = {name: (weekly[name][0], "mean over the recorded weeks") for name in MEANS}
    lasts = {name: (weekly[name][0], "at the end of the last week") for name in LASTS}
    return {**means, **lasts, **RUNS}


@lru_cache
def _sample() -> Tables:
    """Tables of a run as short as can be: they have every column."""
    return run("none", weeks=1, members=True, engine="village")


def columns(frame: pd.DataFrame, about: About) -> str:
    """The columns of a table; KeyError for one that nobody has described."""
    known = {**KEYS, **about}
    return table(("column", "unit", "meaning"), [(code(c), *known[c]) for c in frame.columns])


BLOCKS: Final[dict[str, Callable[[], str]]] = {
    "phases": phases,
    "members": lambda: fields_of(state.MemberState),
    "outlets": lambda: fields_of(state.OutletState),
    "donors": lambda: fields_of(state.DonorState),
    "kube": lambda: fields_of(state.KubeState),
    "plans": lambda: fields_of(state.PlanState),
    "shocks": lambda: fields_of(state.ShockState),
    "happenings": events,
    "draws": draws,
    "check_draws": check_draws,
    "check_weeks": check_weeks,
    "parameters": parameters,
    "register": register,
    "questions": questions,
    "outlet_kinds": outlet_kinds,
    "intervention_kinds": intervention_kinds,
    "case_outlets": case.outlets,
    "case_products": case.products,
    "case_parameters": case.parameters,
    "case_scenarios": case.scenarios,
    "weekly": lambda: columns(_sample().weekly, _about(measures.WEEKLY)),
    "outlet_weekly": lambda: columns(_sample().outlet_weekly, _about(measures.OUTLET_WEEKLY)),
    "product_weekly": lambda: columns(_sample().product_weekly, _about(measures.PRODUCT_WEEKLY)),
    "member_weekly": lambda: columns(_sample().member_weekly, _about(measures.MEMBER_WEEKLY)),
    "women": lambda: columns(_sample().women, {**_sums(), **WOMEN}),
    "runs": lambda: columns(run_means(_sample()), _about_runs()),
    "events": lambda: columns(_sample().events, EVENTS),
    "checks": trust_page.checks,
    "calibration": trust_page.calibration,
    "ablation": trust_page.ablation,
    "table4": trust_page.table4,
    "table5": trust_page.table5,
    "provenance": trust_page.provenance,
}

if __name__ == "__main__":
    main()
