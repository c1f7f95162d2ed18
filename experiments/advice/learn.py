"""Learn from answers: the group's own file, the same comparison again, before and after.

Everything lies below one folder: `configs` (group and plans), `compare` (results as of `semangat
compare`, from which one may learn again), `tables`, `summary.json`, `jawaban.yaml` (the answers).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from experiments import store
from experiments.advice import learning, rerun
from experiments.advice.answers import Answers, load_answers
from experiments.advice.files import write
from experiments.advice.heard import Learnt, heard
from experiments.advice.learned_told import listed, said, told
from experiments.advice.units import ruler
from experiments.analysis import learned
from experiments.compare import MARGIN
from experiments.packet.facts import comparison_in
from experiments.plots import style
from experiments.plots.learned import before_and_after
from sim.parameters import Parameter
from sim.scenario import Group, Scenario, register_of

RECORD: Final = "jawaban.yaml"
COMMAND: Final = "learn"
END: Final = "_belajar"
ALONE: Final = 200  # villages in which each answer is tried by itself
MOST_ALONE: Final = 8  # answers


class Comparison:
    """What was compared: its folder, manifest, group, scenarios and runs; only read."""

    def __init__(self, results: Path) -> None:
        self.folder = comparison_in(results)
        self.manifest = store.read_manifest(self.folder)
        asked = self.manifest["question"]
        self.group = Group.model_validate(asked["group"])
        self.scenarios = tuple(Scenario.model_validate(each) for each in asked["scenarios"])
        self.register: Mapping[str, Parameter] = register_of(self.group)

    @property
    def margin(self) -> float:
        """Rp a week that is practically nothing, as it was told to the comparison."""
        path = self.folder / "summary.json"
        return float(store.read_json(path)["margin"]) if path.is_file() else MARGIN

    @property
    def fixed(self) -> dict[str, bool]:
        """Parameters that no village differs in, and whether --set did that everywhere."""
        planned = {name: False for each in self.scenarios for name in each.set}
        return planned | dict.fromkeys(self.manifest["question"]["set"], True)

    @property
    def history(self) -> list[dict[str, Any]]:
        """What the group has learnt before, when these results come of a `learn`."""
        home = self.folder.parent
        if not (home / RECORD).is_file() or not (home / "summary.json").is_file():
            return []
        return list(store.read_json(home / "summary.json")["history"])

    def gains(self) -> pd.DataFrame:
        """See `experiments.analysis.learned.gains`."""
        return _gains(self.folder, self.scenarios[0].id)


def _gains(folder: Path, baseline: str) -> pd.DataFrame:
    columns = ["scenario_id", "village_id", "replication_id", "net_income"]
    return learned.gains(store.read(folder, "runs", columns), baseline)


def read_answers(name_or_path: str | Path, results: Path) -> tuple[Answers, Comparison]:
    """Answers checked against the results they are about; ConfigError with all that is wrong.

    ParameterError when the results come of another model.
    """
    was = Comparison(results)
    answers = load_answers(name_or_path, was.group, was.fixed)
    rerun.same_model(was.manifest)
    return answers, was


def learn(
    answers: Answers, was: Comparison, out: Path, lang: str = "id", workers: int = 0,
    alone: int = ALONE,
) -> list[str]:  # fmt: skip
    """Learn into the folder `out`, which must be new or empty; returns what changed, in words.

    alone: villages in which each answer is tried by itself; 0: none are.
    """
    started = time.monotonic()
    with rerun.fresh(out, "results already: nothing learnt is replaced; give --out") as part:
        learnt = heard(answers.answers, was.group, was.register, answers.occasion,
                       answers.told_by, lang)  # fmt: skip
        applied = _applied(learnt, was, part)
        _keep(answers, part)
        again = part / "compare"
        rerun.compare_again(
            was.manifest, applied.group, applied.scenarios, was.margin, again, workers
        )
        before, after = was.gains(), _gains(again, was.scenarios[0].id)
        tried = _tried(learnt, was, after, alone, workers)
        (part / "tables").mkdir()
        summary = _summary(answers, was, learnt, before, after, tried, part / "tables")
        runs = len(before) * len(was.scenarios) * int(was.manifest["question"]["replications"])
        _stored(summary, was, time.monotonic() - started, runs, part)
        lines = _report(summary, learnt, part, lang)
    return lines


def _applied(learnt: Sequence[Learnt], was: Comparison, part: Path) -> learning.Applied:
    """The group and plans with the answers, written and read back with every check."""
    given = learning.inputs(was.group, was.scenarios)
    learning.put(given.group, learnt)
    learning.only_declared(given, [each.name for each in learnt], "the answers do")
    return learning.written(given, learning.named(was.group.id, END), part)


def _keep(answers: Answers, part: Path) -> None:
    """The answers as they were understood; the file can be read again."""
    tree = answers.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude={"id"})
    write(tree, part / RECORD)


def _tried(
    learnt: Sequence[Learnt], was: Comparison, after: pd.DataFrame, most: int, workers: int
) -> dict[str, pd.DataFrame]:
    """By parameter: gains with that answer alone, in the first villages.

    With one answer that is what has been run already; of very many, none are.
    """
    if not most or len(learnt) > MOST_ALONE:
        return {}
    if len(learnt) == 1:
        return {learnt[0].name: after}
    tried = {}
    for each in learnt:
        given = learning.inputs(was.group, was.scenarios)
        learning.put(given.group, [each])
        group = Group.model_validate({**given.group, "id": learning.named(was.group.id, END)})
        runs = rerun.incomes(was.manifest, group, was.scenarios, most, workers)
        tried[each.name] = learned.gains(runs, was.scenarios[0].id)
    return tried


def _summary(
    answers: Answers, was: Comparison, learnt: Sequence[Learnt], before: pd.DataFrame,
    after: pd.DataFrame, tried: Mapping[str, pd.DataFrame], tables: Path,
) -> dict[str, Any]:  # fmt: skip
    """Every number that is told in words or drawn; the tables are written beside it."""
    gains = learned.before_after(before, after)
    alone = learned.alone(before, dict(tried), was.margin)
    heard_table = pd.DataFrame([_row(each) for each in learnt])
    for name, table in (("gains", gains), ("alone", alone), ("answers", heard_table)):
        table.to_parquet(tables / f"{name}.parquet", index=False)
    old, baseline = learned.choice(before).best, was.scenarios[0].id
    now = learned.choice(after, old)
    best = before.drop(columns=baseline).mean()
    shown = str(best.idxmax()) if len(best) else baseline
    told = {"date": answers.date.isoformat(), "told_by": answers.told_by, "how": answers.how,
            "answers": [each.name for each in learnt]}  # fmt: skip
    return {
        "group": was.group.name, "date": told["date"], "baseline": baseline, "margin": was.margin,
        "villages": len(before), "history": [*was.history, told],
        "titles": {each.id: each.title.model_dump() for each in was.scenarios},
        "gains": listed(gains), "best_before": old, "best_after": now.best,
        "lead": now.lead, "lead_error": now.error, "shown": shown,
        "often_before": learned.often_best(before, old),
        "often_after": learned.often_best(after, now.best),
        "alone": listed(alone), "alone_villages": len(next(iter(tried.values()), ())),
        "asked": {each.name: _asked(each, was.group) for each in learnt},
    }  # fmt: skip


def _row(each: Learnt) -> dict[str, Any]:
    """An answer for the table: its row before and after, in the model's units."""
    row, found = each.row, each.found
    return {
        "parameter": each.name, "unit": row.unit,
        "low_before": row.low, "value_before": float(row.default), "high_before": row.high,
        "low": found.low, "value": found.value, "high": found.high,
        "gap_seeds": found.gap, "two_heaps": found.heaps, "source": each.source,
    }  # fmt: skip


def _asked(each: Learnt, group: Group) -> dict[str, str]:
    return {
        lang: ruler(each.row, group, each.answer.unit, lang).words(lang) for lang in ("id", "en")
    }


def _stored(
    summary: dict[str, Any], was: Comparison, seconds: float, runs: int, part: Path
) -> None:
    """The manifest and the summary."""
    asked = was.manifest["question"]
    question = {
        "command": COMMAND, "answers": summary["history"][-1], "of": was.manifest["config_hash"],
        **{key: asked[key] for key in ("villages", "replications", "seed", "weeks", "set")},
    }  # fmt: skip
    store.write_json(part / "manifest.json", store.manifest(question, seconds, runs))
    store.write_json(part / "summary.json", summary)
    pd.DataFrame(summary["gains"]).to_csv(part / "summary.csv", index=False)


def _report(summary: dict[str, Any], learnt: Sequence[Learnt], part: Path, lang: str) -> list[str]:
    """Words and the figure."""
    lines = told(summary, [said(each, lang) for each in learnt], lang)
    name = "ringkasan.txt" if lang == "id" else "summary.txt"
    (part / name).write_text("\n".join(lines) + "\n", "utf-8")
    manifest = store.read_manifest(part)
    asked = manifest["question"]
    foot = style.footer(
        style.provenance(manifest["config_hash"], asked["seed"], asked["villages"],
                         asked["replications"], manifest["versions"]["semangat"], lang),
        lang,
    )  # fmt: skip
    figure, data = before_and_after(summary, lang)
    style.save(figure, part / "figures" / "before_after", data, foot)
    return lines
