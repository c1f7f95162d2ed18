"""What a comparison knows that a packet tells: options, women, futures, and what changes them.

Women are counted out of the group's own size; futures always out of twenty. Every number goes
through the book, which says where it was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from experiments import compare, store
from experiments.analysis import paired
from experiments.analysis.asking import worth_asking
from experiments.packet.chosen import chosen_of, helping
from experiments.packet.drivers import Driver, drivers_of
from experiments.packet.numbers import Book, nearest, share_out, whole
from experiments.packet.plan import FgdPlan
from experiments.packet.problems import PacketError
from sim.rules.work import Binding
from sim.scenario import Group, Scenario, register_of

FUTURES: Final = 20
LETTERS: Final = "ABC"
HALF: Final = 2
ALIKE: Final = 4  # tries: a lead of so many is no difference worth a quarrel
WEEKS_IN_MONTH: Final = 52 / 12
RUN: Final = ["village_id", "replication_id"]
NOTEWORTHY: Final = ("group_ended", "core_failed", "dropped", "grant", "accepted")
OF_OUTLETS: Final = ("dropped", "accepted")


@dataclass(frozen=True)
class Future:
    """One of twenty runs that stand for all, from the poorest to the best.

    money: Rp a month for each founding woman; monthly: the same month by month; outlets: partners
    in the last week; happened: (kind of event, month, how often), the most telling one, or None.
    """

    number: int
    money: int
    monthly: tuple[float, ...]
    outlets: int
    happened: tuple[str, int, int] | None


class Tries(NamedTuple):
    """Of twenty tries: those in which one option gives more than another by over the margin."""

    better: int
    same: int
    worse: int

    @property
    def alike(self) -> bool:
        """Whether neither is better clearly more often."""
        return abs(self.better - self.worse) <= ALIKE


@dataclass(frozen=True)
class Option:
    """What the group could do; counts are women, against the first option.

    up, down, same add up to the group's size. tries: of twenty tries those in which no woman
    rises, at most half of them do, more do. limit: what held back most in the runs in which no more
    than half rise.
    """

    letter: str
    scenario: Scenario
    up: int
    down: int
    tries: tuple[int, int, int]
    limit: str
    paying: int
    days: float
    cash: int
    hours: int
    futures: tuple[Future, ...]
    gains: tuple[int, ...]
    """Rp a month for each founding woman more than as now: twenty runs, least first."""
    size: int

    @property
    def same(self) -> int:
        """Women whose own cash neither rises nor falls by more than the margin."""
        return self.size - self.up - self.down

    def title(self, lang: str) -> str:
        """Its name."""
        return str(getattr(self.scenario.title, lang))


@dataclass(frozen=True)
class Facts:
    """All that the packet tells from results."""

    folder: Path
    manifest: dict[str, Any]
    group: Group
    weeks: int
    options: tuple[Option, ...]
    pairs: dict[str, Tries]
    """By 'BA', 'CA', 'CB': how the first letter does against the second."""
    drivers: tuple[Driver, ...]
    best: str
    """Letter of the option that gives most on average."""
    choice_depends: bool
    """Whether any unknown, known, would change which option is best."""
    shown: str
    """Letter of the option that sheet 7 is about: the best, or the best but as now."""
    found: pd.DataFrame
    """All unknowns, see `worth_asking`."""
    some_help: bool
    """Whether any strategy that was compared helps in most villages."""
    margin: float
    book: Book

    @property
    def size(self) -> int:
        """Women in the group."""
        return self.options[0].size

    @property
    def months(self) -> int:
        """Months that were looked ahead."""
        return max(1, round(self.weeks / WEEKS_IN_MONTH))

    @property
    def villages(self) -> int:
        """Plausible villages behind every number."""
        return int(self.manifest["question"]["villages"])


def comparison_in(results: Path) -> Path:
    """The folder of a comparison: the one given, or `compare` inside it."""
    for folder in (results, results / "compare"):
        if (folder / "manifest.json").is_file():
            command = store.read_manifest(folder)["question"].get("command")
            if command == "compare":
                return folder
    raise FileNotFoundError(
        f"{results} holds no comparison; make one with semangat compare SCENARIO SCENARIO"
    )


def read_facts(results: Path, plan: FgdPlan, lang: str) -> Facts:
    """Everything the packet needs; PacketError where no packet can be made of these results."""
    folder = comparison_in(results)
    manifest = store.read_manifest(folder)
    asked = manifest["question"]
    group = Group.model_validate(asked["group"])
    size = int(asked["defaults"]["n_members"])
    _check(folder, size)
    told = folder / "summary.json"
    summary = store.read_json(told) if told.is_file() else compare.summarise(folder)
    known = {each["id"]: Scenario.model_validate(each) for each in asked["scenarios"]}
    chosen = chosen_of(plan, known, summary)
    book = Book()
    runs = store.read(folder, "runs", scenarios=chosen)
    women = store.read(folder, "women", scenarios=chosen)
    risen = {
        name: paired.women_better(women, asked["weeks"], name, chosen[0], summary["margin"])
        for name in chosen[1:]
    }
    options = tuple(
        _option(folder, LETTERS[i], known[name], risen.get(name), runs, summary, size, book)
        for i, name in enumerate(chosen)
    )
    pairs = _pairs(chosen, runs, summary["margin"], book)
    by_village = runs.groupby(["village_id", "scenario_id"], observed=True)["net_income"].mean()
    worth = by_village.unstack()[chosen]
    best = int(worth.mean().to_numpy().argmax())
    shown = chosen[best] if best else chosen[int(worth.mean().to_numpy()[1:].argmax()) + 1]
    villages = store.read(folder, "villages").set_index("village_id")
    register = register_of(group)
    found = worth_asking(
        villages, worth, risen[shown].groupby("village_id")["better"].mean(), asked["seed"]
    )
    pair = {"scenario_id": shown, "baseline": chosen[0], "margin": summary["margin"]}
    drivers = drivers_of(
        found, villages, risen[shown], register, group, plan, lang, size, book, pair
    )
    return Facts(
        folder, manifest, group, int(asked["weeks"]), options, pairs, drivers, LETTERS[best],
        bool((found["value"] > found["noise"]).any()) if len(found) else False,
        LETTERS[chosen.index(shown)], found, bool(helping(summary)),
        summary["margin"], book,
    )  # fmt: skip


def _check(folder: Path, size: int) -> None:
    rows = len(store.read(folder, "runs", ["scenario_id"]))
    scenarios = len(store.read_manifest(folder)["question"]["scenarios"])
    each = rows // max(1, scenarios)
    if each < FUTURES:
        raise PacketError(
            f"{folder}: {each} runs of each scenario, and a packet shows {FUTURES} futures; "
            f"run semangat compare with more --villages or --replications"
        )
    if not 2 <= size <= 100:
        raise PacketError(f"a group of {size}: sheets count women one by one, 2 to 100 of them")


# --- Options -------------------------------------------------------------------------------------


def _option(
    folder: Path, letter: str, scenario: Scenario, risen: pd.DataFrame | None,
    runs: pd.DataFrame, summary: dict[str, Any], size: int, book: Book,
) -> Option:  # fmt: skip
    name, base = scenario.id, summary["baseline"]
    mine = runs[runs["scenario_id"] == name]
    where = {"scenario_id": name, "baseline": base, "margin": summary["margin"]}
    up = down = 0
    tries, limit = (0, 0, 0), ""
    if risen is not None:
        up = whole(float(risen["better"].median()))
        down = min(whole(float(risen["worse"].median())), size - up)
        tries, limit = (
            _women_in_tries(letter, risen, size, book, where),
            _limit(folder, letter, risen, size, book, where),
        )
        book.tell(
            f"{letter}.women_up", up, "women", "kube_income + farm_income", "women_better",
            quantile=0.5, **where,
        )  # fmt: skip
        book.tell(
            f"{letter}.women_down", down, "women", "kube_income + farm_income", "women_worse",
            quantile=0.5, up=up, size=size, **where,
        )  # fmt: skip
    of = {"scenario_id": name}
    paying = whole(FUTURES * float(mine["earning_late"].mean()))
    book.tell(f"{letter}.paying", paying, "runs", "earning_late", "of_twenty", **of)
    days = round(float(mine["facilitator_days"].median()), 1)
    cash = nearest(float(mine["intervention_cost_rp"].median()), 10_000)
    hours = whole(float(mine["intervention_hours"].median()))
    book.tell(f"{letter}.days", days, "runs", "facilitator_days", "median", unit=0.1, **of)
    book.tell(f"{letter}.cash", cash, "runs", "intervention_cost_rp", "median", unit=10_000, **of)
    book.tell(f"{letter}.hours", hours, "runs", "intervention_hours", "median", unit=1, **of)
    futures = _futures(folder, letter, name, mine, book)
    gains = _gains(letter, name, base, runs, book) if risen is not None else ()
    return Option(
        letter, scenario, up, down, tries, limit, paying, days, cash, hours, futures, gains, size
    )


def _women_in_tries(
    letter: str, risen: pd.DataFrame, size: int, book: Book, where: dict[str, Any]
) -> tuple[int, int, int]:
    """Of twenty tries: those in which no woman rises, at most half of them, more than half."""
    better = risen["better"]
    none, many = int((better == 0).sum()), int((better > size // HALF).sum())
    told = book.tell(
        f"{letter}.women_tries", share_out([none, len(better) - none - many, many], FUTURES),
        "women", "kube_income + farm_income", "women_better_in_tries", half=size // HALF, **where,
    )  # fmt: skip
    return told[0], told[1], told[2]


def _limit(
    folder: Path, letter: str, risen: pd.DataFrame, size: int, book: Book, where: dict[str, Any]
) -> str:
    """What held back in most weeks of the runs in which no more than half of the women rise."""
    weekly = store.read(folder, "weekly", [*RUN, "binding"], [where["scenario_id"]])
    code = book.tell(
        f"{letter}.limit", paired.usual_limit(weekly, risen, size // HALF), "weekly", "binding",
        "usual_limit", half=size // HALF, **where,
    )  # fmt: skip
    return Binding(code).name.lower()


def _gains(letter: str, name: str, base: str, runs: pd.DataFrame, book: Book) -> tuple[int, ...]:
    """Twenty paired differences at even steps of their distribution, least first."""
    gaps = np.sort(paired.differences(runs, name, base, "net_income")["difference"].to_numpy())
    picked = gaps[_places(len(gaps))] * WEEKS_IN_MONTH
    return tuple(
        book.tell(
            f"{letter}.gains", [nearest(float(gap)) for gap in picked], "runs", "net_income",
            "twenty_differences", scenario_id=name, baseline=base,
        )
    )  # fmt: skip


def _places(count: int) -> np.ndarray:
    """Twenty places at even steps among so many that are sorted."""
    return ((np.arange(FUTURES) + 0.5) / FUTURES * count).astype(int)


def _futures(
    folder: Path, letter: str, name: str, runs: pd.DataFrame, book: Book
) -> tuple[Future, ...]:
    """Twenty runs at even steps of the distribution of what the group pays."""
    ranked = runs.sort_values(["kube_income", *RUN], kind="stable", ignore_index=True)
    picked = ranked.iloc[_places(len(ranked))]
    keys = ["scenario_id", *RUN, "week"]
    weekly = store.read(folder, "weekly", [*keys, "kube_income", "outlets_active"], [name])
    weekly = weekly.set_index(RUN).sort_index()
    events = (
        store.read(folder, "events", [*keys, "kind", "subject"], [name]).set_index(RUN).sort_index()
    )
    futures = []
    for number, run in enumerate(picked.itertuples(), 1):
        key = (run.village_id, run.replication_id)
        mine = weekly.loc[[key]].sort_values("week")
        weeks = len(mine)
        months = max(1, round(weeks / WEEKS_IN_MONTH))
        month = mine["week"].to_numpy() * months // weeks
        monthly = mine["kube_income"].groupby(month).mean() * WEEKS_IN_MONTH
        happened = _happened(events.loc[[key]] if key in events.index else None, months, weeks)
        futures.append(
            Future(
                number,
                nearest(float(run.kube_income) * WEEKS_IN_MONTH),
                tuple(float(amount) for amount in monthly),
                int(mine["outlets_active"].iloc[-1]),
                happened,
            )
        )
    of = {"scenario_id": name}
    book.tell(f"{letter}.futures", [f.money for f in futures], "runs", "kube_income",
              "twenty_runs", **of)  # fmt: skip
    book.tell(f"{letter}.lines", [[round(m) for m in f.monthly] for f in futures], "weekly",
              "kube_income", "twenty_runs_by_month", **of)  # fmt: skip
    book.tell(f"{letter}.outlets", [f.outlets for f in futures], "weekly", "outlets_active",
              "twenty_runs_last_week", **of)  # fmt: skip
    book.tell(f"{letter}.events", [list(f.happened) if f.happened else None for f in futures],
              "events", "kind", "twenty_runs_events", **of)  # fmt: skip
    return tuple(futures)


def _happened(events: pd.DataFrame | None, months: int, weeks: int) -> tuple[str, int, int] | None:
    """The most telling kind of event of a run, its (first) month from 1, and how often it came.

    Of what happens to outlets: to how many of them.
    """
    if events is None:
        return None
    for kind in NOTEWORTHY:
        found = events[events["kind"] == kind]
        if len(found):
            times = found["subject"].nunique() if kind in OF_OUTLETS else len(found)
            return kind, int(found["week"].min()) * months // weeks + 1, int(times)
    return None


def _pairs(
    chosen: Sequence[str], runs: pd.DataFrame, margin: float, book: Book
) -> dict[str, Tries]:
    """How often each option is better than each before it, much the same, and worse."""
    pairs = {}
    for i, name in enumerate(chosen):
        for j in range(i):
            gaps = paired.differences(runs, name, chosen[j], "net_income")["difference"]
            counts = [int((gaps > margin).sum()), 0, int((gaps < -margin).sum())]
            counts[1] = len(gaps) - counts[0] - counts[2]
            pair = LETTERS[i] + LETTERS[j]
            told = book.tell(
                f"{pair}.tries", share_out(counts, FUTURES), "runs", "net_income",
                "tries_of_twenty", scenario_id=name, baseline=chosen[j], margin=margin,
            )  # fmt: skip
            pairs[pair] = Tries(*told)
    return pairs
