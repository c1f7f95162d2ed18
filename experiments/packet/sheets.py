"""The words of the women's sheets: every sentence made here, from the catalogue, plan and facts.

Each function returns one page as plain data for `typst/paket.typ`; `kind` names its layout there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from babel.lists import format_list

from experiments.messages import LOCALES, month, number, rupiah, text
from experiments.packet import almanac
from experiments.packet.facts import HALF, Option
from experiments.packet.numbers import nearest
from experiments.packet.pictures import monthly_money, partners
from experiments.packet.writer import Page, Writer, answer, plain, thing
from experiments.plots.lettering import fit

BLANK_ROWS: Final = 2
MOST_PARTNERS: Final = 10
MOST_ACTIVITIES: Final = 10
PARTNER, BODY = 2.2, 12  # inches and points of a partner's name on sheet 8
LADDER: Final = 5
LATER: Final = (3, 6, 12)  # months, the columns of Tabel 5's sheet


def sheets(writer: Writer) -> list[Page]:
    """All sheets in the order of their numbers."""
    makers: list[Callable[[Writer], list[Page]]] = [
        where_we_stand, network, seasons, activities, options, compared, drivers, agreements,
        audience, before_after, promises,
    ]  # fmt: skip
    return [page for make in makers for page in make(writer)]


def where_we_stand(w: Writer) -> list[Page]:
    """Sheet 1, Tabel 2."""
    rows = [
        [plain(row.aspect), plain(row.problem), plain(row.strength or ""), plain(row.need or "")]
        for row in w.plan.problems
    ]
    heads = [w.say(f"s1.{key}") for key in ("problem", "strength", "need", "seeds")]
    return [
        w.page(
            "1", "stand", w.say("s1.headline"), w.say("s1.ask"),
            heads=heads, rows=rows, blank=max(BLANK_ROWS, 6 - len(rows)), hint=w.say("s1.hint"),
        )
    ]  # fmt: skip


def network(w: Writer) -> list[Page]:
    """Sheet 2, Gambar 1: partners before and in the plans."""
    table = partners(w.facts)
    counts = {
        when: w.facts.book.tell(
            f"partners.{when}", int(table[when].sum()), "manifest", "group, scenarios", "partners",
            when=when, letters=[option.letter for option in w.facts.options],
        )
        for when in ("before", "after")
    }  # fmt: skip
    return [
        w.page(
            "2", "network", w.say("s2.headline", **counts), w.say("s2.ask"),
            picture="peta.svg", alt=w.say("s2.alt", **counts), trust=w.say("s2.trust"),
            blank=w.say("s2.blank"),
        )
    ]  # fmt: skip


def seasons(w: Writer) -> list[Page]:
    """Sheet 3: twelve months; grey is guessed, hatched is from the calendar, the rest is empty."""
    year = w.year
    w.facts.book.tell("year.farm", list(year.farm), "manifest", "farm_days", "register_by_month")
    rows: list[dict[str, Any]] = [
        {"name": w.say("s3.farm"), "cells": [_half(days, w.lang) for days in year.farm]},
        *(
            {"name": w.say(f"s3.{key}"), "cells": ["calendar" if on else "" for on in marks]}
            for key, marks in (
                ("fasting", year.fasting), ("school", year.school), ("pesantren", year.pesantren),
            )
        ),
        {"name": w.say("s3.rain"), "cells": ["guess" if on else "" for on in year.rain]},
    ]  # fmt: skip
    for season in w.plan.seasons:
        mark = "calendar" if season.sure else "guess"
        cells = [mark if each in season.months else "" for each in almanac.MONTHS]
        rows.append({"name": plain(season.name, 40), "cells": cells})
    return [
        w.page(
            "3", "seasons", w.say("s3.headline"), w.say("s3.ask"),
            months=[month(each, w.lang) for each in almanac.MONTHS], rows=rows,
            blank=BLANK_ROWS, legend=w.say("s3.legend", span=year.span), hint=w.say("s3.hint"),
        )
    ]  # fmt: skip


def _half(days: float, lang: str) -> str:
    """Days a week in steps of a half."""
    return number(round(2 * days) / 2, lang)


def activities(w: Writer) -> list[Page]:
    """Sheet 4, Tabel 3: what the fullest option does, and in which months."""
    option = max(w.facts.options, key=lambda each: len(each.scenario.interventions))
    months: dict[str, set[int]] = {}
    for plan in option.scenario.interventions:
        for week in _weeks(plan):
            if week < w.facts.weeks:
                month = week * w.facts.months // w.facts.weeks + 1
                months.setdefault(plan.kind, set()).add(month)
    rows = [
        {
            "name": text(w.lang, f"activity.{kind}"),
            "form": text(w.lang, f"form.{kind}"),
            "months": sorted(found),
        }
        for kind, found in months.items()
    ]
    if len(rows) > MOST_ACTIVITIES:
        more = {"name": w.say("s4.more", n=len(rows) - MOST_ACTIVITIES), "form": "", "months": []}
        rows = [*rows[:MOST_ACTIVITIES], more]
    heads = [w.say(f"s4.{key}") for key in ("activity", "form", "who", "when")]
    return [
        w.page(
            "4", "activities", w.say("s4.headline"), w.say("s4.ask"), heads=heads, rows=rows,
            count=min(12, w.facts.months), blank=BLANK_ROWS, other=w.say("s4.blank"),
            hint=w.say("s4.hint", letter=option.letter),
        )
    ]  # fmt: skip


def _weeks(plan: Any) -> list[int]:
    """Weeks in which a planned activity takes place; of one that waits, the first it may."""
    if plan.when:
        return [plan.week]
    every, times = (plan.repeat.every, plan.repeat.times) if plan.repeat else (1, 1)
    return [
        plan.week + every * i + j for i in range(times) for j in range(getattr(plan, "weeks", 1))
    ]


def options(w: Writer) -> list[Page]:
    """Sheets 5A, 5B, 5C: women above, futures below, apart."""
    return [_option(w, option) for option in w.facts.options]


def _option(w: Writer, o: Option) -> Page:
    facts, first = w.facts, w.facts.options[0]
    title = plain(o.title(w.lang), 60)
    named = {"letter": o.letter, "title": title}
    start, end = monthly_money(o)
    amounts = {"first": rupiah(nearest(start), w.lang), "last": rupiah(nearest(end), w.lang)}
    shared = {
        "letter": o.letter, "picture": f"masa_{o.letter}.svg", "alt": w.say("s5.alt", **amounts),
        "women": w.say("s5.women"), "size": o.size, "futures": w.say("s5.futures"),
        "lines": w.say("s5.lines"), "paying": w.say("s5.paying", k=o.paying),
        "need": "" if w.plan.monthly_need else w.say("s5.need_blank"),
        "cost": _cost(w, o),
    }  # fmt: skip
    if o is first:
        headline = w.say("s5.headline_now", **named)
        return w.page(
            f"5{o.letter}", "option", headline, w.say("s5.ask_now"), **shared,
            up=0, down=0, words=[w.say("s5.women_now")], counts="", legend=[],
        )  # fmt: skip
    months = {"months": facts.months}
    key = "s5.headline" if o.up else "s5.headline_none"
    filled = {**named, **months} | ({"size": o.size, "n": o.up} if o.up else {})
    ask = w.say("s5.ask", rest=o.size - o.up) if o.up < o.size else w.say("s5.ask_all")
    words = [women_in_tries(w, o)]
    if o.up < o.size:
        words.append(w.say("s5.not_lazy", reason=text(w.lang, f"reason.{o.limit}")))
    return w.page(
        f"5{o.letter}", "option", w.say(key, **filled), ask, **shared,
        up=o.up, down=o.down, words=words,
        counts=f"{w.say('s5.counts', up=o.up, same=o.same, down=o.down)} {_risen(w)}",
        legend=[w.say(f"s5.{each}") for each in ("up", "same", "down")],
    )  # fmt: skip


def women_in_tries(w: Writer, o: Option) -> str:
    """How many women rise, told as counts of twenty tries that add up."""
    none, some, many = o.tries
    return w.say("s5.range", none=none, some=some, many=many, half=o.size // HALF)


def _risen(w: Writer) -> str:
    """What counts as more money."""
    return w.say("s5.risen", margin=rupiah(w.facts.margin, w.lang))


def _cost(w: Writer, o: Option) -> str:
    if not (o.days or o.cash or o.hours):
        return w.say("s5.cost_none")
    return w.say(
        "s5.cost", days=number(o.days, w.lang, 0), cash=rupiah(o.cash, w.lang),
        hours=number(o.hours, w.lang, 0),
    )  # fmt: skip


def compared(w: Writer) -> list[Page]:
    """Sheet 6: icon rows side by side, and a matrix for seeds."""
    facts = w.facts
    letters = [option.letter for option in facts.options]
    alike = all(tries.alike for tries in facts.pairs.values())
    headline = (
        w.say("s6.headline_same", letters=format_list(letters, locale=LOCALES[w.lang]))
        if alike
        else w.say("s6.headline")
    )
    rows = [
        {
            "letter": o.letter, "title": plain(o.title(w.lang), 60), "up": o.up, "down": o.down,
            "count": str(o.up) if i else "", "beside": w.say("s6.now") if not i else "",
            "alt": w.say("s7.alt", n=o.up, size=o.size),
        }
        for i, o in enumerate(facts.options)
    ]  # fmt: skip
    matrix = [w.say(f"s6.{key}") for key in ("easy", "quick", "cheap", "fair", "home")]
    return [
        w.page(
            "6", "compared", headline, w.say("s6.ask"), size=facts.size, rows=rows,
            pairs=[_pair(w, pair) for pair in facts.pairs], means=_risen(w),
            matrix=matrix, matrix_title=w.say("s6.matrix"),
            legend=[w.say(f"s5.{each}") for each in ("up", "same", "down")],
        )
    ]  # fmt: skip


def _pair(w: Writer, pair: str) -> str:
    tries = w.facts.pairs[pair]
    said = w.say(
        "s6.tries", letter=pair[0], other=pair[1], better=tries.better, same=tries.same,
        worse=tries.worse,
    )  # fmt: skip
    return f"{said} {w.say('s6.alike')}" if tries.alike else said


def drivers(w: Writer) -> list[Page]:
    """Sheet 7: what changes the result, at its bad and at its good end."""
    facts = w.facts
    found = facts.drivers
    if not found:
        return [
            w.page("7", "drivers", w.say("s7.headline_none"), w.say("s7.ask"), rows=[],
                   under="", size=facts.size, closing=w.say("s7.none"), letter=facts.shown)
        ]  # fmt: skip
    rows = [
        {
            "name": w.say("s7.driver", number=i, thing=_capital(thing(driver, w.lang))),
            "ask": driver.question.words(w.lang),
            "ends": [
                {
                    "value": w.say("s7.good", value=answer(driver.question.unit, value, w.lang)),
                    "women": women,
                    "count": w.say("s7.counts", n=women, size=facts.size),
                    "alt": w.say("s7.alt", n=women, size=facts.size),
                }
                for value, women in (
                    (driver.good, driver.women_good), (driver.bad, driver.women_bad),
                )
            ],
        }
        for i, driver in enumerate(found, 1)
    ]  # fmt: skip
    key = "other_choice" if facts.choice_depends else "same_choice"
    closing = w.say(f"s7.{key}", **({} if facts.choice_depends else {"letter": facts.best}))
    return [
        w.page(
            "7", "drivers", w.say("s7.headline", count=len(found)), w.say("s7.ask"), rows=rows,
            under=w.say("s7.under", letter=facts.shown), size=facts.size, closing=closing,
            letter=facts.shown,
        )
    ]  # fmt: skip


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def agreements(w: Writer) -> list[Page]:
    """Sheet 8, Tabel 4: partners of the plans, and help for the negotiation."""
    planned = partners(w.facts)
    planned = planned[planned["after"]]
    rows = [
        [fit(row["name"], PARTNER, BODY, lines=2), text(w.lang, f"tie.{row['role']}")]
        for row in planned.to_dict("records")
    ]
    if len(rows) > MOST_PARTNERS:
        more = len(rows) - MOST_PARTNERS + 1
        rows = [*rows[: MOST_PARTNERS - 1], [w.say("s8.more", n=more), ""]]
    heads = [w.say(f"s8.{key}") for key in ("partner", "goal", "offer", "want", "result")]
    return [
        w.page(
            "8", "agreements", w.say("s8.headline"), w.say("s8.ask"), heads=heads, rows=rows,
            blank=BLANK_ROWS, aid_title=w.say("s8.aid"), aid=_aid(w), aid_line=w.say("s8.aid_line"),
            note=w.say("s8.aid_note"),
        )
    ]  # fmt: skip


def _aid(w: Writer) -> list[dict[str, Any]]:
    """For each kind of outlet: its best-selling product, and what comes of three quantities."""
    names = {each.id: getattr(each.name, w.lang) for each in w.facts.group.products}
    blocks: dict[tuple[str, str], list[str]] = {}
    for each in w.bargains:
        blocks.setdefault((each.kind, each.product), []).append(
            w.say("s8.aid_row", q=each.quantity, sold=each.sold_out, left=each.left_over)
        )
    return [
        {
            "name": w.say("s8.aid_name", kind=_capital(text(w.lang, f"partner.{kind}")),
                          product=plain(names[product], 30)),
            "rows": rows,
        }
        for (kind, product), rows in blocks.items()
    ]  # fmt: skip


def audience(w: Writer) -> list[Page]:
    """Sheet 9: one page for the village hall."""
    facts = w.facts
    asked = [
        request
        for option in facts.options
        for plan in option.scenario.interventions
        if plan.kind == "audience"
        for request in plan.requests
    ]
    option = next(each for each in facts.options if each.letter == facts.shown)
    benefit = w.say(
        "s9.benefit_line", letter=option.letter, n=option.up, size=option.size,
        tries=women_in_tries(w, option),
    )  # fmt: skip
    things = format_list([thing(each, w.lang) for each in facts.drivers] or ["-"],
                         locale=LOCALES[w.lang])  # fmt: skip
    return [
        w.page(
            "9", "audience", w.say("s9.headline"), w.say("s9.ask"),
            heads=[w.say("s9.request"), w.say("s9.why")],
            rows=[text(w.lang, f"request.{each}") for each in dict.fromkeys(asked)],
            blank=BLANK_ROWS,
            blocks=[
                [w.say("s9.benefit"), benefit],
                [w.say("s9.unsure"), w.say("s9.unsure_line", things=things)],
                [w.say("s9.report"), w.say("s9.report_line")],
            ],
        )
    ]  # fmt: skip


def before_after(w: Writer) -> list[Page]:
    """Sheet 10, Tabel 5: ladders to colour."""
    rows = [
        [plain(each.name, 60), w.say("s10.ladder", lowest=plain(each.lowest, 60),
                                     highest=plain(each.highest, 60))]
        for each in w.plan.conditions
    ]  # fmt: skip
    heads = [w.say("s10.condition"), w.say("s10.before")]
    heads += [w.say("s10.later", n=months) for months in LATER]
    return [
        w.page(
            "10", "ladders", w.say("s10.headline"), w.say("s10.ask"), heads=heads, rows=rows,
            steps=LADDER, blank=BLANK_ROWS if rows else 5, hint=w.say("s10.hint"),
        )
    ]  # fmt: skip


def promises(w: Writer) -> list[Page]:
    """Sheet 11: who does what, when."""
    heads = [w.say(f"s11.{key}") for key in ("what", "who", "when", "need", "done", "sign")]
    return [w.page("11", "promises", w.say("s11.headline"), w.say("s11.ask"), heads=heads, blank=7)]
