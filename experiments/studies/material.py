"""What every part of a study's report needs: the runs it holds, what was varied, names in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from experiments import store
from experiments.analysis import responses
from experiments.plots import style
from experiments.studies.design import ASKED
from experiments.studies.named import level_name
from experiments.studies.shards import KEYS
from experiments.studies.verifying import Kept, of_question


class Reading:
    """A study's folder, opened for a report in one language."""

    def __init__(self, out: Path, lang: str) -> None:
        self.out, self.lang, self.kept = out, lang, Kept(out)
        asked = self.kept.manifest["question"]
        self.titles = {each["id"]: each["title"][lang] for each in asked["scenarios"]}
        self.baseline, *self.others = self.titles
        measures = self.kept.frame.measures
        self.measure = "net_income" if "net_income" in measures else measures[0]
        design = store.read(out, "design")
        self.design = design[design[ASKED]].reset_index(drop=True)
        columns = [*KEYS, self.measure]
        self.weekly = [f"{name}_weekly" for name in self.kept.frame.weekly]
        self.runs = store.read(out, "runs", columns)
        self.runs = of_question(self.kept, self.design, self.runs)
        self.villages = responses.by_village(self.runs, self.measure, self.baseline)
        self.factors = responses.varied(self.design)
        self.told = "gain" if self.others else "value"
        made = style.provenance(
            self.kept.manifest["config_hash"], asked["seed"], max(1, asked["villages"]),
            asked["replications"], self.kept.manifest["versions"]["semangat"], lang,
        )  # fmt: skip
        self.foot = style.footer(made, lang)

    @property
    def shown(self) -> str:
        """The measure as figures call it."""
        gain = self.told == "gain" and self.measure == "net_income"
        return "net_income_gain" if gain else self.measure

    @property
    def told_titles(self) -> dict[str, str]:
        """Scenarios that a figure of gains shows: all but the one they are compared with."""
        return {name: self.titles[name] for name in self.others} or self.titles

    def level(self, factor: str, level: Any) -> str:
        """One level of what is varied, in words."""
        return level_name(factor, level, self.kept.group, self.lang)

    def save(self, figure: Any, name: str, data: pd.DataFrame) -> None:
        """Keep a figure with what it shows."""
        style.save(figure, self.out / "figures" / name, data, self.foot)
