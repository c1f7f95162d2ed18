"""The cash book of a group: what the treasurer writes down each week, as a table of series.

A series is `came` (women at a session, mean of the week's sessions), `members` (women in the group
at the week's end), `cash` (Rp in the box at the week's end), `sold_<outlet>` (pieces) or
`paid_<outlet>` (Rp received). A week without a session is 0 women; a blank is not written down.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from experiments.advice.dates import day_meant
from experiments.messages import text
from sim.config.numerals import parse_number
from sim.config.problems import ConfigError, Problem, did_you_mean, shown
from sim.config.values import LAST_WEEK
from sim.parameters import resolve
from sim.scenario import Group, register_of

WEEK: Final = timedelta(days=7)
BLANK: Final = frozenset({"", "-", "–", "—", "?"})
SEPARATORS: Final = ";,\t"
SLIP: Final = 500  # times off: hardly anything but three zeros left out, or written twice
# Headers as people write them; the first of each is what the template uses.
HEADERS: Final = {
    "date": ("tanggal", "date", "tgl"),
    "week": ("minggu", "week", "minggu_ke"),
    "came": ("hadir", "attendance", "came", "ibu_hadir"),
    "members": ("anggota", "members"),
    "cash": ("kas", "cash", "uang_kas"),
    "": ("catatan", "keterangan", "notes", "note"),
}
STARTS: Final = {"sold": ("terjual", "sold"), "paid": ("uang", "paid")}
PLAIN: Final = ("came", "members", "cash")
COMMENT: Final = "#"


@dataclass(frozen=True)
class CashBook:
    """What was written down: [week x series], weeks in a row from the first to the last row."""

    series: pd.DataFrame  # index week, from the group's week 0 on; nan where nothing was written
    first_day: date  # of week 0
    warnings: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The series, in the order of the book."""
        return [str(name) for name in self.series.columns]

    @property
    def last(self) -> int:
        """The last week that is written down."""
        return int(self.series.index[-1])

    def day(self, week: int) -> date:
        """First day of a week."""
        return self.first_day + week * WEEK


class _Cell(NamedTuple):
    """One cell with its place; `column` as the book's header has it."""

    line: int
    column: str
    words: str


@dataclass
class _Reader:
    """Collects what is wrong with a book, so that all is told at once."""

    file: str
    group: Group
    lang: str
    width: int = 0  # cells of the header
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def wrong(self, line: int | None, column: str, key: str, **blanks: object) -> None:
        message = text(self.lang, f"fit.wrong.{key}", **blanks)
        self.problems.append(Problem(self.file, line, column, message))

    def warn(self, line: int | None, column: str, key: str, **blanks: object) -> None:
        message = text(self.lang, f"fit.odd.{key}", **blanks)
        self.warnings.append(str(Problem(self.file, line, column, message)))

    def end_if_wrong(self) -> None:
        if self.problems:
            raise ConfigError(self.problems)


def read_book(path: Path, group: Group, lang: str = "id") -> CashBook:
    """The records of a group; ConfigError with everything that is wrong, by row and column.

    FileNotFoundError when there is no such file. What one can go on with is a warning.
    """
    reader = _Reader(path.name, group, lang)
    lines = _lines(_decoded(path, reader), reader)
    columns = _columns(lines[0], reader)
    reader.end_if_wrong()
    rows = [_row(line, cells, columns, reader) for line, cells in lines[1:]]
    kept = _in_order([row for row in rows if row], reader)
    reader.end_if_wrong()
    table = pd.DataFrame([values for _, _, values in kept], index=[week for _, week, _ in kept])
    table = table.reindex(columns=[name for name in columns if name not in ("", "date", "week")])
    _slips(table, columns, reader)
    if not len(table) or table.isna().all(axis=None):
        reader.wrong(None, "", "empty")
    reader.end_if_wrong()
    whole = table.reindex(np.arange(table.index[0], table.index[-1] + 1)).astype(float)
    return CashBook(whole.dropna(axis=1, how="all"), group.start, tuple(reader.warnings))


def _decoded(path: Path, reader: _Reader) -> str:
    if not path.is_file():
        raise FileNotFoundError(text(reader.lang, "fit.wrong.no_file", path=path))
    raw = path.read_bytes()
    if raw.startswith(b"PK"):
        reader.wrong(None, "", "spreadsheet")
        reader.end_if_wrong()
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    reader.wrong(None, "", "encoding")
    raise ConfigError(reader.problems)


Line = tuple[int, list[str]]


def _lines(words: str, reader: _Reader) -> list[Line]:
    """Line numbers and cells: the header first, blank lines and comments left out."""
    kept = ["" if line.lstrip('"').startswith(COMMENT) else line for line in words.splitlines()]
    head = next((line for line in kept if line.strip()), "")
    source = csv.reader(kept, delimiter=max(SEPARATORS, key=head.count), strict=True)
    try:
        rows = [(source.line_num, [cell.strip() for cell in cells]) for cells in source]
    except csv.Error as error:
        reader.wrong(None, "", "csv", error=error)
        raise ConfigError(reader.problems) from None
    found = [row for row in rows if any(row[1])]
    if len(found) < 2:
        reader.wrong(None, "", "empty")
        reader.end_if_wrong()
    return found


def _columns(head: Line, reader: _Reader) -> dict[str, tuple[int, str]]:
    """By series: place of its column and its header; notes are left out."""
    line, cells = head
    reader.width = len(cells)
    columns: dict[str, tuple[int, str]] = {}
    for place, words in enumerate(cells):
        name = _series(words, reader, line)
        if name in columns and name:
            reader.wrong(line, words, "twice", other=columns[name][1])
        elif name:
            columns[name] = (place, words)
    if not columns.keys() & {"date", "week"}:
        reader.wrong(line, "", "no_date")
    if not columns.keys() - {"date", "week"}:
        reader.wrong(line, "", "no_series")
    return columns


def _series(words: str, reader: _Reader, line: int) -> str:
    """The series that a header names; empty for a column of notes, or one that is wrong."""
    plain = re.sub(r"[\s\-.]+", "_", words.lower()).strip("_")
    plain = re.sub(r"_?\(.*\)$", "", plain)
    for name, aliases in HEADERS.items():
        if plain in aliases:
            return name
    outlets = [outlet.id for outlet in reader.group.outlets]
    for what, aliases in STARTS.items():
        for start in aliases:
            outlet = plain.removeprefix(f"{start}_")
            if outlet in outlets:
                return f"{what}_{outlet}"
            if outlet != plain:
                near = did_you_mean(outlet, outlets)
                reader.wrong(line, words, "outlet", known=", ".join(outlets) + near)
                return ""
    if plain:
        reader.wrong(line, words, "column", known=", ".join(_known(reader.group)))
    return ""


def _known(group: Group) -> list[str]:
    plain = [aliases[0] for aliases in HEADERS.values()]
    return [*plain, *(f"{start[0]}_<{o}>" for start in STARTS.values() for o in ("tempat",))]


Row = tuple[int, int, dict[str, float]]  # line, week, values by series


def _row(
    line: int, cells: Sequence[str], columns: dict[str, tuple[int, str]], reader: _Reader
) -> Row | None:
    """A week of the book; None when it is wrong or before week 0."""
    if any(cells[reader.width :]):
        reader.wrong(line, "", "cells", count=len(cells), columns=reader.width)
        return None
    told = {
        name: _Cell(line, header, cells[place] if place < len(cells) else "")
        for name, (place, header) in columns.items()
    }
    week = _week(told, reader)
    if week is None:
        return None
    if week < 0:
        reader.warn(line, "", "before", start=reader.group.start)
        return None
    values = {n: _value(n, cell, reader) for n, cell in told.items() if n not in ("date", "week")}
    return line, week, values


def _week(told: dict[str, _Cell], reader: _Reader) -> int | None:
    """The week of a row by its date, or else by its number."""
    by_date = _of_date(told["date"], reader) if "date" in told else None
    by_number = _of_number(told["week"], reader) if "week" in told else None
    known = [week for week in (by_date, by_number) if week is not None]
    if len(set(known)) > 1:
        reader.wrong(told["week"].line, told["week"].column, "disagree", week=by_date)
    if not known:
        cell = told.get("date") or told["week"]
        if cell.words in BLANK:
            reader.wrong(cell.line, cell.column, "when")
        return None
    if known[0] > LAST_WEEK:
        cell = told.get("date") or told["week"]
        reader.wrong(cell.line, cell.column, "late", start=reader.group.start, most=LAST_WEEK)
        return None
    return known[0]


def _of_date(cell: _Cell, reader: _Reader) -> int | None:
    if cell.words in BLANK:
        return None
    day = day_meant(cell.words)
    if day is None:
        reader.wrong(cell.line, cell.column, "date", value=shown(cell.words))
        return None
    return (day - reader.group.start) // WEEK


def _of_number(cell: _Cell, reader: _Reader) -> int | None:
    if cell.words in BLANK:
        return None
    if not cell.words.isdecimal():
        reader.wrong(cell.line, cell.column, "week", value=shown(cell.words))
        return None
    return int(cell.words)


def _value(name: str, cell: _Cell, reader: _Reader) -> float:
    """A number of the book; nan when it is not written down, or wrong."""
    if cell.words in BLANK:
        return float("nan")
    try:
        value = parse_number(cell.words)
    except ValueError as error:
        reader.wrong(cell.line, cell.column, "number", value=shown(cell.words), hint=error)
        return float("nan")
    if value < 0:
        reader.wrong(cell.line, cell.column, "negative", value=shown(cell.words))
    elif name in ("came", "members"):
        _women(value, cell, reader)
    return value


def _women(value: float, cell: _Cell, reader: _Reader) -> None:
    size = reader.group.members.count
    if value > most_women(reader.group):
        reader.wrong(cell.line, cell.column, "women", value=shown(cell.words), size=size)
    elif value > size:
        reader.warn(cell.line, cell.column, "women", value=shown(cell.words), size=size)


def most_women(group: Group) -> int:
    """Women a group may grow to: the rule's limit, or those who founded it when they were more."""
    return max(group.members.count, int(resolve(register_of(group))["kube_limit"]))


def _in_order(rows: Sequence[Row], reader: _Reader) -> list[Row]:
    """Rows by week; a week told twice is wrong, weeks without a row are told."""
    kept: dict[int, Row] = {}
    for row in rows:
        line, week, _ = row
        if week in kept:
            day = reader.group.start + week * WEEK
            reader.wrong(line, "", "again", other=kept[week][0], day=day)
        else:
            kept[week] = row
    ordered = [kept[week] for week in sorted(kept)]
    for before, after in pairwise(ordered):
        if after[1] > before[1] + 1:
            day = reader.group.start + (before[1] + 1) * WEEK
            reader.warn(after[0], "", "gap", weeks=after[1] - before[1] - 1, day=day)
    return ordered


def _slips(table: pd.DataFrame, columns: dict[str, tuple[int, str]], reader: _Reader) -> None:
    """Warn of amounts of money that are a thousand times less or more than the column's others."""
    for name in table.columns:
        if name != "cash" and not str(name).startswith("paid_"):
            continue
        given = table[name][table[name] > 0]
        middle = float(given.median()) if len(given) else 0.0
        for week, value in given.items():
            if not middle / SLIP < value < middle * SLIP:
                day = reader.group.start + int(str(week)) * WEEK
                reader.warn(None, columns[str(name)][1], "slip", value=f"{value:.0f}", day=day)


# --- An empty book -------------------------------------------------------------------------------


def template(group: Group, weeks: int, lang: str = "id") -> str:
    """An empty book as CSV with `;`: what each column is, then a row for each week."""
    words = 0 if lang == "id" else 1
    head = [HEADERS[name][words] for name in ("date", "came", "cash")]
    head += [f"{STARTS[what][words]}_{o.id}" for o in group.outlets for what in STARTS]
    told = [f"{COMMENT} {line}" for line in _explained(group, lang)]
    rows = [";".join([str(group.start + week * WEEK), *[""] * (len(head) - 1)])
            for week in range(weeks)]  # fmt: skip
    return "\n".join([*told, ";".join(head), *rows]) + "\n"


def _explained(group: Group, lang: str) -> Iterator[str]:
    yield from text(lang, "fit.template", group=group.name, start=group.start).splitlines()
