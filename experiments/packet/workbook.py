"""`data.xlsx`: the numbers of the packet for people who know a spreadsheet."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from experiments.packet import pictures
from experiments.packet.writer import Writer, round_to
from experiments.plots.lettering import printable

EPOCH: Final = datetime(2000, 1, 1)  # the same bytes on every repeat
WIDEST: Final = 60  # characters of a column


def book(w: Writer) -> bytes:
    """The workbook as a file's bytes; whatever a user wrote is text, never a formula."""
    made = Workbook()
    made.remove(made.active)
    facts = w.facts
    named = w.say
    _sheet(made, named("workbook.options"), _options(w))
    _sheet(made, named("workbook.futures"), _futures(w))
    asked = [
        ["parameter", "question", "who", "unit", "bad", "good", "women_bad", "women_good", "value",
         "flips", "share"],
        *([each.question.parameter, each.question.words(w.lang), each.question.who,
           each.question.unit, round_to(each.bad), round_to(each.good),
           each.women_bad, each.women_good, each.value, each.flips, each.share]
          for each in facts.drivers),
    ]  # fmt: skip
    _sheet(made, named("workbook.asked"), asked)
    partners = pictures.partners(facts)[["id", "name", "kind", "role", "before", "after"]]
    rows = [list(partners.columns), *(list(row) for row in partners.itertuples(index=False))]
    _sheet(made, named("workbook.partners"), rows)
    numbers = [
        [each["key"], str(each["value"]), each["table"], each["column"], each["statistic"],
         str(each["where"])]
        for each in facts.book.listed()
    ]  # fmt: skip
    heads = ["key", "value", "table", "column", "statistic", "where"]
    _sheet(made, named("workbook.numbers"), [heads, *numbers])
    return saved(made)


def _options(w: Writer) -> list[list[Any]]:
    tries = ("tries_none_of_20", "tries_to_half_of_20", "tries_over_half_of_20")
    heads = ["letter", "scenario_id", "title", "women_up", "women_same", "women_down", *tries,
             "paying_of_20", "facilitator_days", "cash_rp", "hours"]  # fmt: skip
    return [
        heads,
        *([o.letter, o.scenario.id, o.title(w.lang), o.up, o.same, o.down, *o.tries, o.paying,
           o.days, o.cash, o.hours] for o in w.facts.options),
    ]  # fmt: skip


def _futures(w: Writer) -> list[list[Any]]:
    heads = ["letter", "future", "rp_a_month", "outlets", "event", "month", "times"]
    rows = [
        [o.letter, f.number, f.money, f.outlets, *(f.happened or ("", "", ""))]
        for o in w.facts.options
        for f in o.futures
    ]
    return [heads, *rows]


def _sheet(made: Workbook, title: str, rows: Sequence[Iterable[Any]]) -> None:
    sheet = made.create_sheet(title)
    fill(sheet, rows)
    sheet.freeze_panes = "A2"


def fill(sheet: Worksheet, rows: Sequence[Iterable[Any]]) -> None:
    """Write rows, the first bold; columns as wide as their words."""
    widths: dict[str, int] = {}
    for i, row in enumerate(rows, 1):
        for j, value in enumerate(row, 1):
            cell = sheet.cell(i, j)
            put(cell, value)
            widths[cell.column_letter] = max(
                widths.get(cell.column_letter, 8), min(WIDEST, len(str(value)) + 2)
            )
            if i == 1:
                cell.font = Font(bold=True)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in widths.items():
        sheet.column_dimensions[letter].width = width


def put(cell: Cell, value: Any) -> None:
    """Write a value; a text that begins like a formula stays a text."""
    if isinstance(value, str):
        cell.value = printable(value)
        cell.data_type = "s"
        cell.quotePrefix = cell.value.startswith(("=", "+", "-", "@"))
    else:
        cell.value = value.item() if hasattr(value, "item") else value


def saved(made: Workbook) -> bytes:
    """The workbook's bytes with every time in it fixed."""
    made.properties.created = made.properties.modified = EPOCH
    first, last = io.BytesIO(), io.BytesIO()
    made.save(first)
    with zipfile.ZipFile(first) as old, zipfile.ZipFile(last, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename == "docProps/core.xml":
                content = _without_now(content)
            new.writestr(zipfile.ZipInfo(item.filename, EPOCH.timetuple()[:6]), content)
    return last.getvalue()


def _without_now(core: bytes) -> bytes:
    """The library stamps the time of saving; ours is fixed."""
    import re

    stamp = EPOCH.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, core)
