"""The Lembar Notulen: a page to write on and a workbook with the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl import Workbook

from experiments.messages import text
from experiments.packet.facts import Facts
from experiments.packet.filled import FORM, NEW_PARTNERS, form_rows, is_filled
from experiments.packet.notes import scale_of
from experiments.packet.plan import FgdPlan
from experiments.packet.workbook import fill, saved
from experiments.packet.writer import answer, plain
from experiments.typesetting import compiled
from sim.config.values import Text
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
    "problem",
    "need",
    "season",
    "promise",
)
NO_PLAN = FgdPlan(id="fgd", title=Text(id="FGD", en="FGD"))


def make_form(
    facts: Facts, out: Path, lang: str = "id", plan: FgdPlan = NO_PLAN
) -> tuple[Path, Path]:
    """Write `notulen.pdf` and `notulen.xlsx` into `out`.

    FileExistsError when a form that somebody has filled in lies there.
    """
    out.mkdir(parents=True, exist_ok=True)
    page, book = out / "notulen.pdf", out / "notulen.xlsx"
    if book.is_file() and is_filled(book):
        raise FileExistsError(text(lang, "notes.wrong.filled", file=book))
    page.write_bytes(compiled("notulen", _page(facts, plan, lang)))
    book.write_bytes(_workbook(facts, plan, lang))
    return page, book


def _workbook(facts: Facts, plan: FgdPlan, lang: str) -> bytes:
    words = {key: text(lang, f"notes.{key}") for key in WRITTEN}
    words |= {
        "seeds": text(lang, "notes.seeds_head"),
        "rejected": text(lang, "notes.rejected_head"),
    }
    words |= {f"activity.{k}": text(lang, f"activity.{k}") for k in INTERVENTION_KINDS}
    rows = form_rows(facts, plan, lang, words)
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


def _page(facts: Facts, plan: FgdPlan, lang: str) -> dict[str, Any]:
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
        "problem": say("problem"),
        "problems": [plain(each.problem, 90) for each in plan.problems],
        "need": say("need"),
        "lines": [say("season"), say("promise")],
        "not_forecast": text(lang, "packet.not_forecast"),
    }
