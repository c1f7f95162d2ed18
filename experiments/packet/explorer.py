"""`jelajah.html`: one file for a phone, without a network and, if need be, without JavaScript."""

from __future__ import annotations

import math
from importlib.resources import files
from typing import Any, Final

import pandas as pd
from jinja2 import Environment
from markupsafe import Markup

from experiments.messages import number, text
from experiments.packet import pictures, sheets, slips
from experiments.packet.writer import Page, Writer, plain
from experiments.plots.style import BLUE, INK, WHITE

MOST_BYTES: Final = 300_000
FILLS: Final = {"A": "#ffffff", "B": BLUE, "C": "url(#stripes)"}
SHAPES: Final = {  # about a centre at 0, 0, in units of a tenth of the ring
    "warung": "M-9 -9H9V9H-9Z",
    "pesantren": "M0 -11L11 9H-11Z",
    "school": "M0 -12L11 0L0 12L-11 0Z",
    "market": "M0 -11L11 -3L7 10H-7L-11 -3Z",
    "online": "M-6 -10H6L12 0L6 10H-6L-12 0Z",
    "village_government": "M-4 -11H4V-4H11V4H4V11H-4V4H-11V-4H-4Z",
    "ministry": "M-10 -6L-6 -10L0 -4L6 -10L10 -6L4 0L10 6L6 10L0 4L-6 10L-10 6L-4 0Z",
}
RING, MIDDLE, TALL = 115, 170, 340


def page(w: Writer) -> str:
    """The whole page; every text is escaped."""
    source = files("experiments").joinpath("pages", "jelajah.html").read_text("utf-8")
    template = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
        source
    )
    return template.render(_content(w))


def _content(w: Writer) -> dict[str, Any]:
    facts = w.facts
    changed = sheets.drivers(w)[0]
    planned = sheets.network(w)[0]
    table = pictures.partners(facts)
    return {
        "lang": w.lang,
        "title": w.say("explorer.title", group=plain(facts.group.name, 60)),
        "draft": w.say("draft"),
        "opening": text(w.lang, "sheet.opening"),
        "intro": w.say("explorer.intro"),
        "choose": w.say("explorer.choose"),
        "chosen": facts.options[-1].letter,
        "size": facts.size,
        "options": [_option(w, each) for each in sheets.options(w)],
        "futures": w.say("explorer.futures"),
        "futures_line": w.say("explorer.futures_line"),
        "lines_legend": w.say("s5.lines"),
        "changes": w.say("explorer.changes"),
        "under": changed["under"],
        "drivers": changed["rows"],
        "drivers_closing": changed["closing"],
        "shown_fill": FILLS[facts.shown],
        "network": w.say("explorer.network"),
        "network_headline": planned["headline"],
        "network_alt": planned["alt"],
        "network_svg": Markup(_ring(table)),
        "partners": [_partner(row, w.lang) for row in table.to_dict("records")],
        "closing": w.say("explorer.closing"),
        "not_forecast": w.say("not_forecast"),
        "foot": w.say("foot", provenance=w.provenance),
        "draw": w.say("explorer.draw"),
        "again": w.say("explorer.again"),
    }


def _option(w: Writer, sheet: Page) -> dict[str, Any]:
    """A pane: what the sheet says, and its twenty futures one by one."""
    option = next(each for each in w.facts.options if each.letter == sheet["letter"])
    mine = next(each for each in slips.slips(w) if each["letter"] == option.letter)["slips"]
    futures = [
        {
            "money": number(future.money / pictures.THOUSAND, w.lang, 0),
            "words": ". ".join([slip["number"], *slip["words"]]),
        }
        for future, slip in zip(option.futures, mine, strict=True)
    ]
    top = pictures.ceiling(w.facts.options, w.plan.monthly_need)
    figure = pictures.futures(option, top, w.plan.monthly_need, w.lang, pictures.PHONE)
    return {
        **sheet,
        "title": plain(option.title(w.lang)),
        "fill": FILLS[option.letter],
        "futures": futures,
        "lines": Markup(_inline(pictures.svg(figure), option.letter)),
    }


def _inline(drawing: str, letter: str) -> str:
    """An SVG document as part of a page, with ids of its own."""
    body = drawing[drawing.index("<svg") :]
    body = body[: body.rindex("</svg>") + 6]
    start = body.find("<metadata")
    if start >= 0:
        body = body[:start] + body[body.index("</metadata>") + 11 :]
    for mark in ('id="', 'href="#', "url(#"):
        body = body.replace(mark, f"{mark}{letter}-")
    return body


def _ring(table: pd.DataFrame) -> str:
    """The group in the middle and its partners by number; filled before, blue in the plan."""
    lines, marks = [], []
    for place, row in enumerate(table.to_dict("records"), 1):
        angle = math.radians(row["angle"])
        x, y = MIDDLE + RING * math.sin(angle), TALL / 2 - RING * math.cos(angle)
        fill = INK if row["before"] else BLUE if row["after"] else WHITE
        dash = {"outlet": "", "donor": "7 4"}.get(row["role"], "1 4")
        if row["after"]:
            lines.append(
                f'<line x1="{MIDDLE}" y1="{TALL / 2}" x2="{x:.1f}" y2="{y:.1f}" stroke="{INK}" '
                f'stroke-width="2" stroke-dasharray="{dash}"/>'
            )
        far = 1.24
        label_x = MIDDLE + far * RING * math.sin(angle)
        label_y = TALL / 2 - far * RING * math.cos(angle)
        marks.append(
            f'<path d="{SHAPES.get(row["kind"], SHAPES["warung"])}" fill="{fill}" stroke="{INK}" '
            f'stroke-width="2" transform="translate({x:.1f} {y:.1f})"/>'
            f'<text x="{label_x:.1f}" y="{label_y + 6:.1f}" text-anchor="middle" font-size="17" '
            f'fill="{INK}">{place}</text>'
        )
    hub = (
        f'<circle cx="{MIDDLE}" cy="{TALL / 2}" r="26" fill="{WHITE}" stroke="{INK}" '
        f'stroke-width="2.5"/><text x="{MIDDLE}" y="{TALL / 2 + 6}" text-anchor="middle" '
        f'font-size="15" font-weight="bold" fill="{INK}">KUBE</text>'
    )
    view = f'viewBox="0 0 {2 * MIDDLE} {TALL}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {view}>{"".join([*lines, hub, *marks])}</svg>'


def _partner(row: dict[str, Any], lang: str) -> str:
    state = "old" if row["before"] else "new" if row["after"] else "not_yet"
    tie, standing = text(lang, f"tie.{row['role']}"), text(lang, f"plot.map_{state}")
    return f"{plain(row['name'])} ({tie}; {standing})"
