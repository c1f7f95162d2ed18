"""rencana.md and plans.md: the plans beside each other, and what each does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from experiments import markdown
from experiments.advice import planning_told as words
from experiments.advice.planning_files import FOLDER, is_new
from experiments.messages import number, rupiah, text

PAGES: Final = {"id": "rencana.md", "en": "plans.md"}


def page(summary: dict[str, Any], lang: str, command: str) -> str:
    """The page in one language."""
    key = "plan_command.page"
    return "\n\n".join(
        [
            f"# {text(lang, f'{key}.title', group=summary['group'])}",
            *filter(None, words.told(summary, lang, f"`{command}`")),
            f"## {text(lang, f'{key}.plans')}",
            _table(summary, lang),
            text(lang, f"{key}.note", margin=rupiah(summary["margin"], lang)),
            f"![]({_figure('timeline')})",
            f"![]({_figure('front')})",
            f"## {text(lang, f'{key}.does')}",
            *_plans(summary, lang),
        ]
    ) + "\n"  # fmt: skip


def _figure(name: str) -> str:
    return f"figures/{name}.png"


def _table(summary: dict[str, Any], lang: str) -> str:
    names = ("plan", "income", "fifth", "robust", "rp", "days", "hours", "over", "best")
    head = [text(lang, f"plan_command.page.{name}") for name in names]
    return markdown.table(head, [_row(row, summary, lang) for row in summary["plans"]])


def _row(row: dict[str, Any], summary: dict[str, Any], lang: str) -> list[str]:
    error = "" if row["error"] is None else f" ± {number(row['error'], lang, 0)}"
    return [
        words.title_of(row, summary, lang),
        f"{number(row['income'], lang, 0)}{error}",
        number(row["fifth"], lang, 0),
        words.of_hundred(row["robust"], lang),
        number(row["rp"], lang, 0),
        number(row["days"], lang, 1),
        number(row["hours"], lang, 0),
        words.of_hundred(row["over"], lang),
        words.of_hundred(row["best"], lang),
    ]


def _plans(summary: dict[str, Any], lang: str) -> Iterator[str]:
    """What each plan does, week by week."""
    head = [text(lang, f"plan_command.page.{name}") for name in ("activity", "when")]
    for row in summary["plans"]:
        if not row["interventions"]:
            continue
        yield f"### {words.title_of(row, summary, lang)}"
        yield _where(row, lang)
        yield markdown.table(head, words.activities(row, summary, lang))


def _where(row: dict[str, Any], lang: str) -> str:
    """The file that holds a plan."""
    if is_new(row):
        return text(lang, "plan_command.page.file", file=f"`{FOLDER}/{row['id']}.yaml`")
    return text(lang, "plan_command.page.ships", name=row["id"])
