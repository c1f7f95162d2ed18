"""Which unknown to ask about next: from a stored comparison, of which nothing is run again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from experiments import store
from experiments.analysis import asking
from experiments.analysis.drivers import GROUPS, group_of
from experiments.analysis.information import undominated
from experiments.analysis.together import FEWEST, Rule, worth_of_all
from experiments.packet.facts import comparison_in
from experiments.questions import questions_of
from sim.parameters import ParameterError
from sim.scenario import Group, register_of

MEASURE: Final = "net_income"  # Rp a woman and week: what an option is worth
KEYS: Final = ["scenario_id", "village_id", "replication_id"]
ANSWERS: Final = "answers"  # the table of all unknowns


@dataclass(frozen=True)
class Compared:
    """What a comparison holds of some options: `worth` [village x option], `villages` likewise."""

    folder: Path
    manifest: dict[str, Any]
    group: Group
    worth: pd.DataFrame
    villages: pd.DataFrame

    @property
    def options(self) -> list[str]:
        """Ids of the options, in the order asked for."""
        return list(self.worth.columns)

    @property
    def asked(self) -> dict[str, Any]:
        """The question of the comparison."""
        question: dict[str, Any] = self.manifest["question"]
        return question

    @property
    def seed(self) -> int:
        """The seed of the comparison, which shuffles too."""
        return int(self.asked["seed"])


@dataclass(frozen=True)
class Asked:
    """What asking would be worth.

    found: every unknown, see `worth_asking`, with `group`, `question` (whether anybody can answer),
    `rank` among those, `low` and `high` (best option at the ends); groups: see `worth_of_groups`;
    everything: all unknowns together; naive: luck as well; best: the option that gives most.
    """

    found: pd.DataFrame
    groups: pd.DataFrame
    everything: Rule
    naive: float
    best: str

    @property
    def answerable(self) -> pd.DataFrame:
        """What somebody can answer, by rank."""
        return self.found[self.found["question"]]

    @property
    def turning(self) -> pd.DataFrame:
        """What somebody can answer and would change the best option, by rank."""
        return self.answerable[self.answerable["value"] > self.answerable["noise"]]

    @property
    def unanswerable(self) -> pd.DataFrame:
        """What matters, and nobody in the room can know."""
        return self.found[~self.found["question"] & self.found["matters"]]


def read_comparison(results: Path, options: Sequence[str] = ()) -> Compared:
    """The stored tables of a comparison; ParameterError where they cannot tell what to ask."""
    folder = comparison_in(results)
    manifest = store.read_manifest(folder)
    chosen = _chosen(options, [each["id"] for each in manifest["question"]["scenarios"]])
    runs = store.read(folder, "runs", [*KEYS, MEASURE], chosen)
    by_village = runs.groupby(["village_id", "scenario_id"], observed=True)[MEASURE].mean()
    villages = store.read(folder, "villages").set_index("village_id")
    if len(villages) < FEWEST:
        raise ParameterError(
            f"{folder}: {len(villages)} villages tell nothing about what is unknown; run semangat "
            f"compare with --villages {FEWEST} or more (1000 would do)"
        )
    group = Group.model_validate(manifest["question"]["group"])
    return Compared(folder, manifest, group, by_village.unstack()[chosen], villages)


def _chosen(options: Sequence[str], known: Sequence[str]) -> list[str]:
    """The options that were asked for, or all; ParameterError when they were not compared."""
    for name in options:
        if name not in known:
            raise ParameterError(f"option '{name}' was not compared; there are {', '.join(known)}")
        if list(options).count(name) > 1:
            raise ParameterError(f"option '{name}' is given twice")
    chosen = list(options or known)
    if len(chosen) < 2:
        raise ParameterError("there is nothing to choose from; give --option twice or more")
    return chosen


def ask_of(compared: Compared) -> Asked:
    """What each answer would be worth, what groups of them would, and all together."""
    found = ranked(compared)
    if found.empty:
        raise ParameterError(f"{compared.folder}: nothing is unknown there, all villages are alike")
    members = {
        group: [name for name in found["parameter"] if group_of(name) == group] for group in GROUPS
    }
    groups = asking.worth_of_groups(
        compared.villages, compared.worth, found, members, compared.seed
    )
    drawn = asking.varying(compared.villages, compared.worth).to_numpy(float)
    kept = undominated(compared.worth.to_numpy(float))
    everything = worth_of_all(drawn, kept, compared.seed)
    most = groups.loc[groups["value"].idxmax()]
    if most["value"] > everything.value:  # who knows everything knows this group as well
        everything = Rule(most["value"], most["error"], most["flips"])
    return Asked(
        found, groups.sort_values("value", ascending=False, kind="stable", ignore_index=True),
        everything, asking.naive(compared.worth), str(compared.worth.mean().idxmax()),
    )  # fmt: skip


def ranked(compared: Compared) -> pd.DataFrame:
    """Every unknown with what it is worth, and its rank among those that somebody can answer."""
    found = asking.worth_asking(
        compared.villages, compared.worth, shown(compared.worth), compared.seed
    )
    ends = asking.best_at_ends(compared.villages, compared.worth)
    known = questions_of(register_of(compared.group), compared.group, "id")
    found = found.merge(ends, on="parameter", how="left", validate="one_to_one")
    found["group"] = [group_of(name) for name in found["parameter"]]
    found["question"] = found["parameter"].isin(known).astype(bool)
    found["rank"] = found["question"].cumsum().where(found["question"], 0).astype(int)
    return found


def shown(worth: pd.DataFrame) -> pd.Series[float]:
    """By village: what the best option gives more than the first, or the best of the others does."""
    others = worth.columns[1:]
    best = worth[others].mean().idxmax()
    gain: pd.Series[float] = worth[best] - worth[worth.columns[0]]
    return gain
