"""The form of the notes as a workbook: its rows, and what somebody has written into them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from openpyxl import load_workbook
from pydantic import ValidationError

from experiments.messages import text
from experiments.packet.facts import Facts
from experiments.packet.notes import STEPS, Notes, scale_of
from experiments.packet.plan import FgdPlan
from sim.config.numerals import parse_number
from sim.config.problems import Problem, config_error
from sim.parameters import OUTLET_KINDS
from sim.scenario import ConfigError, register_of

NEW_PARTNERS: Final = 5
REJECTED: Final = 5
WRITTEN_ROWS: Final = 3  # for corrected months, and for promises
FORM: Final = "Notulen"  # the sheet of the workbook
SCALE_FROM: Final = 4  # its fourth column begins the scale


def form_rows(facts: Facts, plan: FgdPlan, lang: str, words: Mapping[str, str]) -> list[list[Any]]:
    """The rows of `notulen.xlsx`: code, what is noted, answer, then a scale for seeds."""
    register = register_of(facts.group)
    rows: list[list[Any]] = [
        [words["code"], words["noted"], words["answer"], *[words["seeds"]] * STEPS],
        ["group", words["group"], facts.group.id],
        ["date", words["date"], None],
        ["present", words["present"], None],
        ["silent", words["silent"], None],
    ]
    rows += [
        [f"seeds.{each.letter}", f"{words['option']} {each.letter}: {each.title(lang)}", None]
        for each in facts.options
    ]
    for driver in facts.drivers:
        name = driver.question.parameter
        scale = scale_of(register[name], driver.question)
        rows.append([f"scale.{name}", words["scale"], None, *scale])
        rows.append([f"heard.{name}", driver.question.words(lang), None])
    rows += [[f"partner.{each.id}", each.name, None] for each in facts.group.outlets]
    rows += [[f"new.{i}", words["new"], None] for i in range(1, NEW_PARTNERS + 1)]
    kinds = dict.fromkeys(
        plan.kind for option in facts.options for plan in option.scenario.interventions
    )
    rows += [[f"order.{kind}", words[f"activity.{kind}"], None] for kind in kinds]
    rows += [[f"rejected.{i}", words["rejected"], None] for i in range(1, REJECTED + 1)]
    rows += [
        [f"problem.{i}", f"{words['problem']}: {each.problem}", None]
        for i, each in enumerate(plan.problems, 1)
    ]
    rows.append(["need", words["need"], None])
    return rows + [
        [f"{key}.{i}", words[key], None]
        for key in ("season", "promise")
        for i in range(1, WRITTEN_ROWS + 1)
    ]


def is_filled(path: Path) -> bool:
    """Whether anybody has written into a form (or into something that is none)."""
    try:
        sheet = load_workbook(path, read_only=True)[FORM]
        rows = [[*row, None, None, None] for row in sheet.iter_rows(values_only=True)][1:]
    except Exception:  # the library lets many kinds through; what is no form is not ours to replace
        return True
    told = (row[2:] for row in rows if row[0] != "group" and not str(row[0]).startswith("scale."))
    return any(cell is not None for row in told for cell in row)


def from_form(path: Path, lang: str) -> Notes:
    """The notes in a filled workbook; ConfigError with every row that cannot be used."""
    try:
        book = load_workbook(path, read_only=True, data_only=False)
        sheet = book[FORM] if FORM in book.sheetnames else book.worksheets[0]
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    except FileNotFoundError:
        raise
    except Exception as error:  # the library lets many kinds through on a broken file
        raise config_error(str(path), f"this is not a filled form in .xlsx ({error})") from None
    told: dict[str, Any] = {
        "heard": {}, "seeds": {}, "struck": [], "added": [], "rejected": [],
        "problems": {}, "seasons": [], "promises": [],
    }  # fmt: skip
    order: dict[str, int] = {}
    scales: dict[str, list[Any]] = {}
    problems: list[Problem] = []
    for line, row in enumerate(rows[1:], 2):
        cells = [_clean(value) for value in [*row, *[None] * 10]]
        code = str(cells[0] or "")
        try:
            _take(code, cells, told, order, scales)
        except _WrongError as error:
            words = text(lang, f"notes.wrong.{error.key}", value=str(error.value))
            problems.append(Problem(str(path), line, code, words))
    if "date" not in told and not any(problem.where == "date" for problem in problems):
        problems.append(Problem(str(path), None, "date", text(lang, "notes.wrong.no_date")))
    if problems:
        raise ConfigError(problems)
    told["order"] = [kind for kind, _ in sorted(order.items(), key=lambda item: item[1])]
    told = {key: value for key, value in told.items() if value not in ({}, [], None)}
    try:
        return Notes.model_validate({"id": "catatan", **told})
    except ValidationError as error:
        raise ConfigError([
            Problem(str(path), None, ".".join(map(str, each["loc"])),
                    each["msg"].removeprefix("Value error, "))
            for each in error.errors()
        ]) from None  # fmt: skip


class _WrongError(ValueError):
    """A cell that cannot be read: `notes.wrong.<key>` says why."""

    def __init__(self, key: str, value: Any) -> None:
        super().__init__(key)
        self.key, self.value = key, value


def _clean(value: Any) -> Any:
    """A cell as a number, a date, a text or nothing."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        return " ".join(value.split()) or None
    return value


def _take(
    code: str, cells: list[Any], told: dict[str, Any], order: dict[str, int],
    scales: dict[str, list[Any]],
) -> None:  # fmt: skip
    """One row of the form into what is told; _WrongError when a cell cannot be read."""
    head, _, name = code.partition(".")
    answer = cells[2]
    if head == "scale":
        scales[name] = [value for value in cells[SCALE_FROM - 1 :] if value is not None]
    elif head == "heard":
        _heard(name, cells, told, scales.get(name, []))
    elif head not in ("", *_ANSWERED):
        raise _WrongError("code", code)
    elif head and answer is not None:
        _ANSWERED[head](name, answer, cells, told, order)


def _date(name: str, answer: Any, cells: list[Any], told: dict[str, Any], _: Any) -> None:
    try:
        told["date"] = answer if isinstance(answer, date) else date.fromisoformat(str(answer))
    except ValueError:
        raise _WrongError("date", answer) from None


def _struck(name: str, answer: Any, cells: list[Any], told: dict[str, Any], _: Any) -> None:
    if str(answer).lower() not in ("x", "coret", "hapus", "ya", "struck"):
        raise _WrongError("struck", answer)
    told["struck"].append(name)


def _new(name: str, answer: Any, cells: list[Any], told: dict[str, Any], _: Any) -> None:
    kind, km, place = cells[3:6]
    if kind is not None and str(kind) not in OUTLET_KINDS:
        raise _WrongError("kind", f"{kind} ({', '.join(OUTLET_KINDS)})")
    where = "" if place is None else str(place).lower()
    if where and where not in PLACES:
        raise _WrongError("place", place)
    told["added"].append({
        "name": str(answer), "kind": str(kind or "warung"),
        "km": 1 if km is None else _number(km), "place": PLACES.get(where, "in_village"),
    })  # fmt: skip


def _order(name: str, answer: Any, cells: list[Any], told: Any, order: dict[str, int]) -> None:
    place = _count(answer)
    if place in order.values():
        raise _WrongError("order_twice", place)
    order[name] = place


def _rejected(name: str, answer: Any, cells: list[Any], told: dict[str, Any], _: Any) -> None:
    quote = {} if cells[3] is None else {"quote": str(cells[3])}
    told["rejected"].append({"assumption": str(answer), **quote})


def _problem(name: str, answer: Any, cells: list[Any], told: dict[str, Any], _: Any) -> None:
    told["problems"][str(cells[1]).partition(": ")[2] or name] = _count(answer)


def _need(name: str, answer: Any, cells: list[Any], told: dict[str, Any], _: Any) -> None:
    told["need"] = _number(answer)


def _written(key: str) -> Any:
    def take(name: str, answer: Any, cells: list[Any], told: dict[str, Any], _: Any) -> None:
        told[key].append(str(answer))

    return take


def _counted(key: str) -> Any:
    def take(name: str, answer: Any, cells: list[Any], told: dict[str, Any], _: Any) -> None:
        if key == "seeds":
            told["seeds"][name] = _count(answer)
        else:
            told[key] = _count(answer)

    return take


def _group(name: str, answer: Any, cells: list[Any], told: dict[str, Any], _: Any) -> None:
    told["group"] = str(answer)


PLACES: Final = {"desa": "in_village", "di desa": "in_village", "luar": "outside",
                 "luar desa": "outside"}  # fmt: skip
_ANSWERED: Final[Mapping[str, Any]] = {
    "group": _group, "date": _date, "present": _counted("present"), "silent": _counted("silent"),
    "seeds": _counted("seeds"), "partner": _struck, "new": _new, "order": _order,
    "rejected": _rejected, "problem": _problem, "need": _need, "season": _written("seasons"),
    "promise": _written("promises"),
}  # fmt: skip


def _heard(name: str, cells: list[Any], told: dict[str, Any], scale: list[Any]) -> None:
    seeds = cells[SCALE_FROM - 1 : SCALE_FROM - 1 + len(scale)]
    if cells[2] is not None:
        told["heard"][name] = {"said": _number(cells[2])}
    if any(seed is not None for seed in seeds):
        if cells[2] is not None:
            raise _WrongError("both", cells[2])
        told["heard"][name] = {
            "scale": scale,
            "seeds": [0 if seed is None else _count(seed) for seed in seeds],
        }


def _number(value: Any) -> float:
    try:
        return parse_number(value)
    except ValueError:
        raise _WrongError("number", value) from None


def _count(value: Any) -> int:
    try:
        found = parse_number(value)
    except ValueError:
        raise _WrongError("count", value) from None
    if found != int(found) or found < 0:
        raise _WrongError("count", value)
    return int(found)
