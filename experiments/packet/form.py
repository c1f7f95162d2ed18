"""The Lembar Notulen: a page to write on and a workbook with the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl import Workbook

from experiments.messages import text
from experiments.packet.facts import Facts
from experiments.packet.notes import FORM, NEW_PARTNERS, form_rows, scale_of
from experiments.packet.workbook import fill, saved
from experiments.packet.writer import answer, plain
from experiments.typesetting import compiled
from sim.parameters import INTERVENTION_KINDS
from sim.scenario import register_of

WRITTEN = (
    "group",
    "date",
    "present",
    "silent",
    "option",
    "scale",
    "new",
    "code",
    "noted",
    "answer",
)


def make_form(facts: Facts, out: Path, lang: str = "id") -> tuple[Path, Path]:
    """Write `notulen.pdf` and `notulen.xlsx` into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    page, book = out / "notulen.pdf", out / "notulen.xlsx"
    page.write_bytes(compiled("notulen", _page(facts, lang)))
    book.write_bytes(_workbook(facts, lang))
    return page, book


def _workbook(facts: Facts, lang: str) -> bytes:
    words = {key: text(lang, f"notes.{key}") for key in WRITTEN}
    words |= {
        "seeds": text(lang, "notes.seeds_head"),
        "rejected": text(lang, "notes.rejected_head"),
    }
    words |= {f"activity.{k}": text(lang, f"activity.{k}") for k in INTERVENTION_KINDS}
    rows = form_rows(facts, lang, words)
    for row in rows:
        if row[0].startswith("partner."):
            row[1] = f"{text(lang, 'notes.partner')}: {row[1]}"
        elif row[0].startswith("order."):
            row[1] = f"{text(lang, 'notes.order_head')}: {row[1]}"
    made = Workbook()
    made.active.title = FORM
    fill(made.active, rows)
    made.active.freeze_panes = "C2"
    return saved(made)


def _page(facts: Facts, lang: str) -> dict[str, Any]:
    """What `typst/notulen.typ` prints."""

    def say(key: str, **values: object) -> str:
        return text(lang, f"notes.{key}", **values)

    register = register_of(facts.group)
    asked = [
        {
            "question": driver.question.words(lang),
            "scale": [
                answer(driver.question.unit, place, lang)
                for place in scale_of(register[driver.question.parameter], driver.question)
            ],
        }
        for driver in facts.drivers
    ]
    kinds = dict.fromkeys(
        plan.kind for option in facts.options for plan in option.scenario.interventions
    )
    return {
        "lang": lang,
        "title": say("form", group=plain(facts.group.name, 60)),
        "how": say("how"),
        "boxes": [say("date"), say("present"), say("silent")],
        "seeds": say("option"),
        "options": [f"{o.letter}: {plain(o.title(lang), 60)}" for o in facts.options],
        "asked": asked,
        "partner": say("partner"),
        "partners": [plain(each.name, 40) for each in facts.group.outlets],
        "new": say("new"),
        "news": NEW_PARTNERS,
        "order": say("order_head"),
        "kinds": [text(lang, f"activity.{kind}") for kind in kinds],
        "rejected": say("rejected_head"),
        "not_forecast": text(lang, "packet.not_forecast"),
    }
