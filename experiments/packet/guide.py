"""The words of the facilitator's guide, and of the summary for the village and partners."""

from __future__ import annotations

from typing import Any, Final

from babel.lists import format_list

from experiments.messages import LOCALES, day, month, number, parameter_name, rupiah, text
from experiments.packet.writer import Page, Writer, answer, plain
from sim.parameters import Parameter
from sim.scenario import register_of

A_TABLE: Final = 7  # women around one set of sheets
FLOWS: Final = {"open": 10, "s1": 15, "s2": 15, "s3": 10, "s5": 25, "seeds": 10, "close": 5}
BELIEFS: Final = 8
MOST_VARIED: Final = 0.01  # share of variance below which a guess is not worth a row


def guide(w: Writer) -> list[Page]:
    """The plan, the flow with what is believed, and the analyst's page."""
    return [_plan(w), _flow(w), _analyst(w)]


# --- The plan: twelve questions ------------------------------------------------------------------


def _plan(w: Writer) -> Page:
    blanks = w.plan.blanks()
    answers = [
        _some(w.plan.decision), _people(w), _when(w), _team(w), [_known(w)], _options(w),
        questions(w), _some(w.plan.if_they_disagree), _materials(w), _some(w.plan.consent),
        _some(w.plan.record), [_names(w, w.plan.summary_to)] if w.plan.summary_to else [],
    ]  # fmt: skip
    items = [
        {
            "question": w.say(f"guide.q{i}"),
            "words": words or [w.say("guide.blank")],
            "blank": i in blanks,
        }
        for i, words in enumerate(answers, 1)
    ]
    headline = f"{w.say('guide.title')}: {w.say('guide.plan')}"
    return {"kind": "plan", "headline": headline, "items": items}


def _some(words: str | None) -> list[str]:
    return [plain(words, 600)] if words else []


def _names(w: Writer, names: tuple[str, ...]) -> str:
    return format_list([plain(name) for name in names], locale=LOCALES[w.lang])


def _people(w: Writer) -> list[str]:
    people = w.plan.people
    told = {"invited": people.invited, "apart": people.apart, "gatekeepers": people.gatekeepers}
    return [w.say(f"guide.{key}", names=_names(w, names)) for key, names in told.items() if names]


def _when(w: Writer) -> list[str]:
    when, year = w.plan.when, w.year
    said = w.say(
        "guide.when",
        date=day(when.date, w.lang) if when.date else w.say("guide.no_date"),
        time=plain(when.time or w.say("guide.no_time")),
        place=plain(when.place or w.say("guide.no_place")),
    )
    busy = sorted({*year.busy, *(each for row in w.plan.seasons for each in row.months)})
    free = [each for each in year.free if each not in busy]
    named = {
        key: format_list([month(each, w.lang) for each in months] or ["-"], locale=LOCALES[w.lang])
        for key, months in (("months", free), ("busy", busy))
    }
    words = [said, w.say("guide.free_months", **named)]
    if when.date and (when.date.month in busy or year.fasting[when.date.month - 1]):
        words.append(w.say("guide.busy_date", date=day(when.date, w.lang)))
    return words


def _team(w: Writer) -> list[str]:
    team = w.plan.team
    roles = ("moderator", "companion", "note_taker", "observer", "documentation")
    told = [
        f"{w.say(f'guide.{role}')}: {plain(getattr(team, role))}"
        for role in roles
        if getattr(team, role)
    ]
    return [w.say("guide.minutes", n=w.plan.minutes), *(["; ".join(told) + "."] if told else [])]


def _known(w: Writer) -> str:
    return w.say("guide.known", n=len(w.plan.problems))


def _options(w: Writer) -> list[str]:
    lines = [
        w.say(
            "guide.option", letter=o.letter, title=plain(o.title(w.lang)), n=o.up, size=o.size,
            days=number(o.days, w.lang, 0), cash=rupiah(o.cash, w.lang),
        )
        for o in w.facts.options
    ]  # fmt: skip
    why = plain(w.plan.why_these, 300) if w.plan.why_these else ""
    key = "suggested" if w.facts.some_help else "suggested_none"
    return [*lines, why or ("" if w.plan.options else w.say(f"guide.{key}"))]


def questions(w: Writer) -> list[str]:
    """The questions most worth asking, with why and whom."""
    facts = w.facts
    if not facts.drivers:
        return [w.say("s7.none")]
    if facts.choice_depends:
        why = w.say("guide.ask_why_choice", n=len(facts.drivers))
    else:
        why = w.say("guide.ask_why_size", letter=facts.best, n=len(facts.drivers))
    return [
        *(
            f"{i}. {each.question.words(w.lang)} ({text(w.lang, f'who.{each.question.who}')})"
            for i, each in enumerate(facts.drivers, 1)
        ),
        why,
    ]


def _materials(w: Writer) -> list[str]:
    tables = -(-w.facts.size // A_TABLE)
    brought = [_names(w, w.plan.materials) + "."] if w.plan.materials else []
    return [*brought, w.say("guide.print", tables=tables)]


# --- The flow, and what is believed --------------------------------------------------------------


def _flow(w: Writer) -> Page:
    scale = w.plan.minutes / sum(FLOWS.values())
    rows, start = [], 0.0
    for name, minutes in FLOWS.items():
        end = start + minutes * scale
        key = f"guide.flows.{name}"
        rows.append(
            [f"{round(start)}-{round(end)}"]
            + [w.say(f"{key}.{part}") for part in ("activity", "sheet", "say", "note")]
        )
        start = end
    later = [w.say(f"guide.flows.next.{p}") for p in ("activity", "sheet", "say", "note")]
    rows.append(["-", *later])
    heads = ["time", "activity", "sheet", "say", "note"]
    columns = ["assumption", "value", "source", "sure", "where"]
    return {
        "kind": "flow",
        "headline": w.say("guide.flow", n=w.plan.minutes),
        "heads": [w.say(f"guide.{key}") for key in heads],
        "rows": rows,
        "opening": text(w.lang, "sheet.opening"),
        "believed": w.say("guide.believed"),
        "columns": [w.say(f"guide.{key}") for key in columns],
        "beliefs": _beliefs(w),
    }


def _beliefs(w: Writer) -> list[list[str]]:
    """The guesses that the result hangs on most, with their source; the last columns are empty."""
    register = register_of(w.facts.group)
    asked = {each.question.parameter: each.question for each in w.facts.drivers}
    names = [name for name in w.facts.found["parameter"] if name in register]
    rows = []
    for name in [*asked, *(name for name in names if name not in asked)][:BELIEFS]:
        row = register[name]
        where = f"{w.say('label', number='7')}" if name in asked else ""
        rows.append(
            [plain(parameter_name(name, w.lang), 60), _range(w, row, asked.get(name)),
             _source(w, row), "", where]
        )  # fmt: skip
    return rows


def _range(w: Writer, row: Parameter, question: Any) -> str:
    ends = [row.low, float(row.default), row.high]
    if question:
        low, usual, high = (
            answer(question.unit, question.in_people_units(end), w.lang) for end in ends
        )
    else:
        low, usual, high = (number(end, w.lang, 3) for end in ends)
    return f"{usual} ({low} … {high})"


def _source(w: Writer, row: Parameter) -> str:
    known = row.provenance in ("paper", "literature", "calibrated")
    return w.say(f"guide.{row.provenance if known else 'guess'}")


def _analyst(w: Writer) -> Page:
    facts = w.facts
    asked, found = facts.manifest["question"], facts.found
    how = w.say(
        "guide.analyst_how", runs=facts.manifest["runs"], villages=asked["villages"],
        replications=asked["replications"], scenarios=len(asked["scenarios"]),
        weeks=asked["weeks"], seed=asked["seed"],
        version=facts.manifest["versions"]["semangat"], hash=facts.manifest["config_hash"],
    )  # fmt: skip
    most = {
        name: facts.book.tell(
            f"asking.{name}", float(found[name].max()) if len(found) else 0.0, "runs, villages",
            name, "largest_worth_asking", options=[o.scenario.id for o in facts.options],
        )
        for name in ("value", "noise", "flips")
    }  # fmt: skip
    words = w.say(
        "guide.analyst_words", margin=number(facts.margin, w.lang, 0),
        value=number(most["value"], w.lang, 0), noise=number(most["noise"], w.lang, 0),
        flips=number(10 * most["flips"], w.lang, 0),
    )  # fmt: skip
    return {
        "kind": "analyst", "headline": w.say("guide.analyst"), "how": how, "words": words,
        "picture": "peneliti.svg", "limits": [text(w.lang, "say.limits")],
    }  # fmt: skip


# --- For the village and partners ----------------------------------------------------------------


def summary(w: Writer) -> list[Page]:
    """What the women said (to be filled in), the request, and twenty possibilities."""
    facts = w.facts
    shown = next(each for each in facts.options if each.letter == facts.shown)
    sentences = [
        w.say("summary.better", letter=o.letter, title=plain(o.title(w.lang), 60),
              k=facts.pairs[f"{o.letter}A"].better)
        for o in facts.options[1:]
    ]  # fmt: skip
    low, middle, high = shown.gains[0], shown.gains[len(shown.gains) // 2], shown.gains[-1]
    alt = w.say(
        "summary.dots_alt",
        **{key: number(amount / 1_000, w.lang, 0)
           for key, amount in (("low", low), ("middle", middle), ("high", high))},
    )  # fmt: skip
    return [
        {
            "kind": "summary", "headline": w.say("summary.title"), "draft": w.say("draft"),
            "heard": w.say("summary.heard"), "hint": w.say("summary.heard_hint"),
            "rows": [w.say(f"summary.{k}") for k in ("chosen", "corrected", "open", "wanted")],
            "benefit": w.say("summary.benefit"), "sentences": sentences,
            "picture": "titik.svg", "alt": alt, "limits": w.say("summary.limits"),
            "not_forecast": w.say("not_forecast"), "foot": w.say("foot", provenance=w.provenance),
        }
    ]  # fmt: skip
