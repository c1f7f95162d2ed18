"""Plans as scenario files that every other command takes."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, Final

from experiments.advice.planning_run import NOTHING
from experiments.advice.planning_told import cost_line, gain_line, title_of
from experiments.messages import LANGUAGES, text
from sim.config.files import is_name
from sim.scenario import DEFAULT_GROUP

FOLDER: Final = "plans"
SAME: Final = ("weeks", "villages", "replications", "seed")  # what gives the same numbers
PLAIN: Final = re.compile(r"[a-z][a-z0-9_]*")  # needs no quotes
WORDS: Final = ("true", "false", "null", "yes", "no", "on", "off")  # but these do


def write_plans(summary: dict[str, Any], out: Path) -> list[Path]:
    """plans/plan_1.yaml ..., one for each new plan; what an earlier answer left goes."""
    folder = out / FOLDER
    folder.mkdir(exist_ok=True)
    for old in folder.glob("plan_*.yaml"):
        old.unlink()
    written = []
    for row in summary["plans"]:
        if is_new(row):
            path = folder / f"{row['id']}.yaml"
            path.write_text(file_of(row, summary, folder), "utf-8")
            written.append(path)
    return written


def is_new(row: dict[str, Any]) -> bool:
    """Whether a plan comes from the search, or from it and a scenario that ships alike."""
    return str(row["id"]).startswith("plan_")


def file_of(row: dict[str, Any], summary: dict[str, Any], folder: Path) -> str:
    """The content of a scenario file: what the plan costs and gives, then what it does."""
    titles = {lang: title_of(row, summary, lang) for lang in LANGUAGES}
    asks = {lang: text(lang, "plan_command.file_question") for lang in LANGUAGES}
    head = [
        f"# {line}"
        for lang in LANGUAGES
        for line in (
            text(lang, "plan_command.file_head"),
            cost_line(row, lang),
            gain_line(row, summary, lang),
        )
    ]
    body = [
        f"title: {_flow(titles)}",
        "question:",
        *(f"  {lang}: {_flow(words)}" for lang, words in asks.items()),
        f"group: {_group(summary, folder)}",
        "interventions:" if row["interventions"] else "interventions: []",
        *(f"  - {_flow(each)}" for each in row["interventions"]),
    ]
    return "\n".join([*head, *body]) + "\n"


def _group(summary: dict[str, Any], folder: Path) -> str:
    """The name of the group, or its path from the folder of the plans."""
    given = str(summary["group_file"])
    if is_name(given):
        return given
    return json.dumps(Path(os.path.relpath(given, folder)).as_posix(), ensure_ascii=False)


def _flow(value: Any) -> str:
    """A value on one line of YAML, as the files that ship are written."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, str) and PLAIN.fullmatch(value) and value not in WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def takes(summary: dict[str, Any], out: Path) -> str:
    """The command that compares the first plan with doing nothing and the package."""
    row = next(row for row in summary["plans"] if row["id"] == summary["first"])
    first = f"{out / FOLDER}/{row['id']}.yaml" if is_new(row) else row["id"]
    names = [NOTHING, *([summary["package"]] if summary["package"] else [])]
    words = " ".join(dict.fromkeys([*names, first]))
    group = "" if summary["group_file"] == DEFAULT_GROUP else f" --group {summary['group_file']}"
    same = " ".join(f"--{name} {summary[name]}" for name in SAME)
    settings = "".join(f" --set {name}={value}" for name, value in summary["set"].items())
    return f"semangat compare {words}{group} {same}{settings}"
