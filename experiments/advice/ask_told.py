"""What to ask next, in words: printed lines, and a page for whoever plans the FGD."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from experiments.markdown import table
from experiments.messages import number, parameter_name, rupiah, text

TEN: Final = 10
Row = Mapping[str, Any]


def lines(summary: Mapping[str, Any], lang: str) -> list[str]:
    """The answer first, then the ranked questions, then what only measuring would tell."""
    told = [*verdict(summary, lang), ""]
    questions = summary["questions"]
    if questions:
        told += [_say(lang, "list"), *(f"  {each}" for each in ranked(questions, lang)), ""]
    told += [*_unanswerable(summary, lang), *_all(summary, lang), *_steady(summary, lang)]
    return [*told, _say(lang, "not_forecast")]


def verdict(summary: Mapping[str, Any], lang: str) -> list[str]:
    """Whether any answer would change which plan is best."""
    best = title(summary, summary["best"], lang)
    turning = summary["turning"]
    if turning:
        return [_say(lang, "some" if turning > 1 else "one", n=turning, best=best)]
    told = [_say(lang, "none", best=best)]
    if summary["questions"]:
        told.append(_say(lang, "size", gain=_gain(summary, lang)))
    return told


def ranked(questions: Sequence[Row], lang: str) -> Iterator[str]:
    """One line a question: what to ask, whom, and what the answer would be worth."""
    for row in questions:
        who = text(lang, f"who.{row['who']}")
        yield f"{row['rank']}. {row['question'][lang]} ({who}) {_why(row, lang)}"


def _why(row: Row, lang: str) -> str:
    if row["value"] > row["noise"]:
        return _say(
            lang, "worth", value=rupiah(row["value"], lang), error=rupiah(row["error"], lang),
            flips=_of_ten(row["flips"], lang),
        )  # fmt: skip
    return _say(lang, "moves", share=_of_hundred(row["share"], lang))


def _unanswerable(summary: Mapping[str, Any], lang: str) -> Iterator[str]:
    if summary["unanswerable"]:
        yield _say(lang, "unanswerable")
        for row in summary["unanswerable"]:
            yield f"  {parameter_name(row['parameter'], lang)} {_why(row, lang)}"
        yield ""


def _all(summary: Mapping[str, Any], lang: str) -> Iterator[str]:
    everything = summary["everything"]
    yield _say(
        lang, "everything", value=rupiah(everything["value"], lang),
        error=rupiah(everything["error"], lang), naive=rupiah(summary["naive"], lang),
    )  # fmt: skip


def _steady(summary: Mapping[str, Any], lang: str) -> Iterator[str]:
    steady = summary["stability"]
    if steady is None:
        yield _say(lang, "untried")
        return
    yield _say(
        lang, "steady", n=steady["top"], half=steady["half"], double=steady["double"],
        villages=number(steady["villages"], lang, 0),
    )  # fmt: skip


# --- The page ------------------------------------------------------------------------------------


def page(summary: Mapping[str, Any], lang: str) -> str:
    """The whole answer as Markdown."""
    options = "; ".join(title(summary, name, lang) for name in summary["options"])
    parts = [
        f"# {_say(lang, 'title')}: {summary['group']}",
        "\n\n".join(verdict(summary, lang)),
        _say(lang, "among", options=options),
        *_questions(summary, lang),
        *_measure(summary, lang),
        f"## {_say(lang, 'groups')}", _groups(summary, lang), "\n".join(_all(summary, lang)),
        f"## {_say(lang, 'steady_title')}", *_steady_table(summary, lang),
        f"## {_say(lang, 'how_title')}", _say(lang, "how", gain=_gain(summary, lang)),
        _say(lang, "not_forecast"),
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def _questions(summary: Mapping[str, Any], lang: str) -> list[str]:
    questions = summary["questions"]
    heading = f"## {_say(lang, 'list')}"
    if not questions:
        return [heading, _say(lang, "no_question")]
    head = [_say(lang, f"column.{key}") for key in
            ("rank", "question", "who", "unit", "value", "flips", "low", "high", "share")]  # fmt: skip
    rows = [
        (row["rank"], row["question"][lang], text(lang, f"who.{row['who']}"), row["unit"][lang],
         _worth(row, lang), _flips(row, lang), title(summary, row["low"], lang),
         title(summary, row["high"], lang), _of_hundred(row["share"], lang))
        for row in questions
    ]  # fmt: skip
    plan = ", ".join(row["parameter"] for row in questions[:3])
    return [heading, table(head, rows), _say(lang, "plan", names=f"`ask: [{plan}]`")]


def _measure(summary: Mapping[str, Any], lang: str) -> list[str]:
    if not summary["unanswerable"]:
        return []
    head = [_say(lang, f"column.{key}") for key in ("thing", "value", "share")]
    rows = [
        (parameter_name(row["parameter"], lang), _worth(row, lang), _of_hundred(row["share"], lang))
        for row in summary["unanswerable"]
    ]
    return [f"## {_say(lang, 'measure_title')}", _say(lang, "unanswerable"), table(head, rows)]


def _groups(summary: Mapping[str, Any], lang: str) -> str:
    head = [_say(lang, f"column.{key}") for key in ("group", "many", "value", "clear")]
    rows = [
        (_say(lang, f"group.{row['group']}"), row["parameters"],
         _say(lang, "plus_minus", value=rupiah(row["value"], lang),
              error=rupiah(row["error"], lang)),
         _say(lang, "yes" if row["matters"] else "no"))
        for row in summary["groups"]
    ]  # fmt: skip
    return table(head, rows)


def _steady_table(summary: Mapping[str, Any], lang: str) -> list[str]:
    steady = summary["stability"]
    if steady is None:
        return list(_steady(summary, lang))
    head = [_say(lang, f"column.{key}") for key in ("question", "stored", "half", "double")]
    rows = [
        (row["question"][lang], *(_rank(row, width) for width in ("stored", "half", "double")))
        for row in steady["ranks"]
    ]
    return [*_steady(summary, lang), table(head, rows), _say(lang, "star")]


def _rank(row: Row, width: str) -> str:
    rank = row[f"rank_{width}"]
    return "-" if rank is None else f"{rank:.0f}{'*' if row[f'turns_{width}'] else ''}"


def _worth(row: Row, lang: str) -> str:
    if row["value"] <= row["noise"]:
        return _say(lang, "unclear")
    return _say(
        lang, "plus_minus", value=rupiah(row["value"], lang), error=rupiah(row["error"], lang)
    )


def _flips(row: Row, lang: str) -> str:
    return _of_ten(row["flips"], lang) if row["value"] > row["noise"] else "-"


def _of_ten(share: float, lang: str) -> str:
    """Villages of ten; 'fewer than 1' for some but not half a one."""
    few = 0 < share < 0.5 / TEN
    return _say(lang, "few") if few else number(TEN * share, lang, 0)


def _of_hundred(share: float, lang: str) -> str:
    return number(TEN * TEN * share, lang, 0)


def title(summary: Mapping[str, Any], option: str, lang: str) -> str:
    """The title of an option."""
    return str(summary["titles"][option][lang])


def _gain(summary: Mapping[str, Any], lang: str) -> str:
    """Which difference is shown: of which option against which."""
    return _say(
        lang, "gain", option=title(summary, summary["shown"], lang),
        first=title(summary, summary["options"][0], lang),
    )  # fmt: skip


def _say(lang: str, key: str, **values: object) -> str:
    return text(lang, f"ask_command.{key}", **values)
