"""The lintingan: twenty slips for each option, one for each of the futures that stand for all."""

from __future__ import annotations

from experiments.messages import rupiah
from experiments.packet.facts import FUTURES, Future
from experiments.packet.writer import Page, Writer, plain


def slips(w: Writer) -> list[Page]:
    """Twenty slips for each option."""
    top = max([future.money for option in w.facts.options for future in option.futures] or [0])
    unit = next(step for step in (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 10**9)
                if top / step <= FUTURES)  # fmt: skip
    return [
        {
            "letter": o.letter,
            "headline": w.say("slip.headline", letter=o.letter, title=plain(o.title(w.lang), 60)),
            "how": w.say("slip.how"),
            "legend": w.say("slip.legend", amount=rupiah(unit, w.lang)),
            "foot": w.say("foot", provenance=w.provenance),
            "slips": [
                {
                    "number": w.say("slip.number", n=future.number),
                    "pile": round(future.money / unit),
                    "words": [
                        w.say("slip.money", amount=rupiah(future.money, w.lang)),
                        w.say("slip.outlets", n=future.outlets),
                        _event(w, future),
                    ],
                    "not_forecast": w.say("slip.not_forecast"),
                }
                for future in o.futures
            ],
        }
        for o in w.facts.options
    ]


def _event(w: Writer, future: Future) -> str:
    if future.happened is None:
        return w.say("slip.no_event" if future.money else "slip.no_money")
    kind, when, times = future.happened
    value = {"n": times} if kind in ("dropped", "accepted") else {"month": when}
    return w.say(f"slip.event.{kind}", **value)
