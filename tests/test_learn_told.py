"""What is said after learning, and its figure: the same in both languages, and nothing collides."""

from __future__ import annotations

from typing import Any

import pytest

from experiments.advice.answers import Answer
from experiments.advice.heard import heard
from experiments.advice.learned_told import said, told
from experiments.messages import LANGUAGES
from experiments.plots.learned import MOST_ROWS, before_and_after
from sim.parameters import Parameter
from sim.scenario import load_group, register_of
from tests.drawn import clashes, words

GROUP = load_group()


def summary(**changes: Any) -> dict[str, Any]:
    """A summary of two answers and three options, of which B is best before and after."""
    names = {"none": 0.0, "b": 5_000.0, "c": 4_000.0}
    gains = [
        {"scenario_id": name, "mean_after": gain, "change": 100.0, "error": 20.0,
         "width": None if name == "none" else 0.5,
         **{f"{part}_{when}": gain + by for when in ("before", "after")
            for part, by in (("low", -500), ("typical", 0), ("high", 900))}}
        for name, gain in names.items()
    ]  # fmt: skip
    alone = [
        {"parameter": name, "scenario_id": "b", "change": change, "error": 20.0, "best": best,
         "other": best != "b"}
        for name, change, best in (("price_opak", -30.0, "b"), ("payment_lag", 900.0, "b"))
    ]  # fmt: skip
    made = {
        "group": "KUBE", "date": "2026-05-03", "baseline": "none", "margin": 1_000.0,
        "villages": 100, "history": [{"date": "2026-05-03"}], "gains": gains,
        "titles": {name: {"id": f"Rencana {name}", "en": f"Plan {name}"} for name in names},
        "best_before": "b", "best_after": "b", "lead": 1.0, "lead_error": 1.0, "shown": "b",
        "often_before": 0.62, "often_after": 0.88, "alone": alone, "alone_villages": 50,
        "asked": {name: {"id": f"{name}?", "en": f"{name}?"} for name in ("price_opak",
                                                                          "payment_lag")},
    }  # fmt: skip
    return made | changes


def test_what_did_not_change_the_choice() -> None:
    lines = told(summary(), ["x"], "en")
    assert "* x" in lines
    assert lines.index("* Plan b: before Rp 5,000 (Rp 4,500 to Rp 5,900), now Rp 5,000 (Rp 4,500 to"
                       " Rp 5,900); changed by +Rp 100 (± Rp 40).") < len(lines)  # fmt: skip
    assert ("The option that adds most money is still: Plan b (most in 9 of 10 villages, before in "
            "6 of 10).") in lines  # fmt: skip
    assert "No answer changes the choice." in lines
    assert "The range of the gain became narrower for 2 of 2 options, wider for 0." in lines
    alone = [line for line in lines if line.startswith("* pay") or line.startswith("* price")]
    assert alone == ["* payment_lag? +Rp 900 (± Rp 40)",
                     "* price_opak? -Rp 30 (± Rp 40) (no difference to be seen)"]  # fmt: skip


@pytest.mark.parametrize(
    ("lead", "error", "said"),
    [
        (3_000, 200, "is another one: before Plan c, now Plan b, by +Rp 3,000 (± Rp 400) more."),
        (900, 20, "practically the same, so the choice need not change."),
        (3_000, 2_000, "it is not clear which gives more."),
    ],
)
def test_another_choice(lead: float, error: float, said: str) -> None:
    lines = "\n".join(told(summary(best_before="c", lead=lead, lead_error=error), [], "en"))
    assert said in lines and "No answer changes" not in lines


def test_one_answer_alone_may_change_the_choice() -> None:
    rows = summary()["alone"]
    rows[1] |= {"best": "c", "other": True}
    lines = told(summary(alone=rows), [], "en")
    assert any(line.endswith("With this answer alone, most money comes with: Plan c.")
               for line in lines)  # fmt: skip
    assert "No answer changes the choice." not in lines


def test_one_village_tells_no_error() -> None:
    rows = [row | {"error": None} for row in summary()["gains"]]
    assert any("(± ?)" in line for line in told(summary(gains=rows, alone=[]), [], "id"))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "answer",
    [7, {"between": [1, 2]}, {"low": 0, "likely": 1, "high": 5}, {"scale": [0, 1], "seeds": [3, 9]},
     {"scale": [0, 1, 2, 3], "seeds": [8, 1, 1, 9]}],
)  # fmt: skip
def test_every_form_can_be_said(answer: Any, lang: str) -> None:
    made = heard({"payment_lag": Answer.model_validate(answer)}, GROUP, register_of(GROUP),
                 "FGD", "women", lang)  # fmt: skip
    line = said(made[0], lang)
    assert line.startswith({"id": "Sesudah barang laku", "en": "How many weeks"}[lang])
    two = {"id": "dua tumpukan", "en": "two heaps"}[lang]
    assert (two in line) == (answer == {"scale": [0, 1, 2, 3], "seeds": [8, 1, 1, 9]})


@pytest.mark.parametrize(
    ("answer", "said_of_it"),
    [
        ({"said": 6_000}, "now it is known."),
        ({"between": [5_000, 7_000]}, "now it is surer."),
        ({"between": [3_000, 12_000]}, "the range is wider than before."),
        ({"low": 4_000, "likely": 6_000, "high": 10_000}, "about as wide now."),
    ],
)
def test_whether_it_is_surer_is_said(answer: Any, said_of_it: str) -> None:
    register: dict[str, Parameter] = register_of(GROUP)
    (made,) = heard({"price_opak": Answer.model_validate(answer)}, GROUP, register, "FGD", "women",
                    "en")  # fmt: skip
    line = said(made, "en")
    assert "Thought to be Rp 4,000 to Rp 10,000 before; " in line and line.endswith(said_of_it)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("count", [1, 3, 40])
def test_nothing_collides_in_the_figure(count: int, lang: str) -> None:
    base = summary()
    rows = [base["gains"][0], *({**base["gains"][1], "scenario_id": f"s{i}", "mean_after": -i}
                                for i in range(count))]  # fmt: skip
    long = "Paket lengkap dengan pendampingan dan lapak pasar serta media sosial setiap minggu"
    titles = {f"s{i}": {"id": f"{i} {long}", "en": f"{i} {long}"} for i in range(count)}
    figure, table = before_and_after(
        summary(gains=rows, titles=titles | base["titles"], best_after="s0"), lang
    )
    assert len(table) == min(count, MOST_ROWS) and table["scenario_id"].iloc[0] == "s0"
    assert clashes(words(figure)) == []
    width = figure.get_figwidth() * figure.dpi
    assert all(word.box.x0 >= 0 and word.box.x1 <= width + 1 for word in words(figure))
