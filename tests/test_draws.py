"""Luck: uniform, unrelated, stable, and asked for by key alone, each key once."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from sim import draws, founding
from sim.draws import Event, event_key, name_key, run_key, uniform
from sim.runs import Record
from sim.village import Luck, Village
from tests.worlds import (
    GROUP,
    WEEKLY,
    differing,
    group,
    live,
    outlets,
    per_outlet,
    per_woman,
    scenario,
    setting,
    shipped,
)

MANY = 20_000
SURE = 1e-4  # the draws are fixed: a test that passes once passes always

# Each of the numbers that a draw is asked for with, the others held.
ASKED: dict[str, Callable[[int], float]] = {
    "seed": lambda i: uniform(event_key(run_key(i, 0, 0), 3, Event.ATTEND), 7, 1),
    "village": lambda i: uniform(event_key(run_key(0, i, 0), 3, Event.ATTEND), 7, 1),
    "replication": lambda i: uniform(event_key(run_key(0, 0, i), 3, Event.ATTEND), 7, 1),
    "week": lambda i: uniform(event_key(run_key(0, 0, 0), i - 8, Event.ATTEND), 7, 1),
    "event": lambda i: uniform(event_key(run_key(0, 0, i // 64), 3, i % 64), 7, 1),
    "who": lambda i: uniform(event_key(run_key(0, 0, 0), 3, Event.ATTEND), i, 1),
    "who by name": lambda i: uniform(
        event_key(run_key(0, 0, 0), 3, Event.ATTEND), name_key(f"ibu_{i:02d}"), 1
    ),
    "whom": lambda i: uniform(event_key(run_key(0, 0, 0), 3, Event.ATTEND), 7, i),
}


def numbers(name: str, count: int = MANY) -> NDArray[np.float64]:
    ask = ASKED[name]
    return np.array([ask(i) for i in range(count)])


# --- Quality ---


@pytest.mark.parametrize("name", ASKED)
def test_uniform_whatever_varies(name: str) -> None:
    found = numbers(name)
    assert stats.kstest(found, "uniform").pvalue > SURE
    counts = np.bincount((found * 64).astype(int), minlength=64)
    assert stats.chisquare(counts).pvalue > SURE


@pytest.mark.parametrize("name", ASKED)
def test_neighbours_are_unrelated(name: str) -> None:
    found = numbers(name)
    for lag in (1, 2, 3, 7, 20, 52, 64):
        here, there = found[:-lag], found[lag:]
        assert stats.pearsonr(here, there).pvalue > SURE, lag
        cells, _, _ = np.histogram2d(here, there, bins=16)
        assert stats.chisquare(cells.ravel()).pvalue > SURE, lag


def test_numbers_asked_for_side_by_side_are_unrelated() -> None:
    """The same question in two neighbouring runs, weeks, events and for two neighbours."""
    tables = {name: numbers(name, 5_000) for name in ASKED if name != "event"}
    for one, other in itertools.combinations(tables, 2):
        if np.corrcoef(tables[one], tables[other])[0, 1] > 0.99:
            raise AssertionError(f"{one} and {other} give the same numbers")
        assert stats.pearsonr(tables[one][1:], tables[other][1:]).pvalue > SURE, (one, other)


def test_low_and_high_bits_alike() -> None:
    found = numbers("whom")
    for scale in (2.0**10, 2.0**20, 2.0**30):
        assert stats.kstest(found * scale % 1, "uniform").pvalue > SURE


def test_keys_of_runs_weeks_and_events_are_distinct() -> None:
    runs = [run_key(*parts) for parts in itertools.product(range(12), repeat=3)]
    assert len(set(runs)) == 12**3
    weeks = range(-104, 520)
    keys = [event_key(run, week, event) for run in runs[:8] for week in weeks for event in Event]
    assert len(set(keys)) == len(keys)


def test_events_have_their_own_numbers_and_fit_into_a_week() -> None:
    assert len({int(event) for event in Event}) == len(Event.__members__)
    assert max(Event) < draws._EVENTS


# --- The ends of the range ---


def undone(x: int) -> int:
    """The number that SplitMix64's finaliser turns into `x`."""
    for shift, factor in ((31, draws._MIX_2), (27, draws._MIX_1), (30, 1)):
        y = x
        for _ in range(64 // shift + 1):
            y = x ^ (y >> shift)
        x = y * pow(factor, -1, 1 << 64) & draws._MASK
    return x


@pytest.mark.parametrize("hashed", [0, 1, 1 << 63, draws._MASK - 1, draws._MASK])
def test_never_0_and_never_1(hashed: int) -> None:
    key = (undone(hashed) - draws._GOLDEN) & draws._MASK
    assert draws._mix((key + draws._GOLDEN) & draws._MASK) == hashed
    assert 0.0 < uniform(key) < 1.0
    assert uniform(key) == pytest.approx(hashed / 2.0**64, abs=1e-15)


# --- Stability ---


def test_the_numbers_of_this_version() -> None:
    """Change these only together with the golden values: every result changes with them."""
    assert name_key("ibu_01") == 0x5C8CB87BFE5E5BBC
    assert run_key(0, 0, 0) == 0x238275BC38FCBE91
    assert event_key(run_key(1, 2, 3), -8, Event.FARM_CALL) == 0x4F932EC79B9E9306
    key = event_key(run_key(0, 0, 0), 0, Event.ATTEND)
    who, whom = name_key("ibu_01"), name_key("warung_amat")
    found = [uniform(key), uniform(key, who), uniform(key, who, 1), uniform(key, who, whom)]
    assert found == [
        0.4172546210906386,
        0.9593716543603538,
        0.31928562652366155,
        0.45050209169899846,
    ]


EVENTS = {
    "MEMBER_TYPE": 1,
    "MEMBER_TRUST": 2,
    "MEMBER_EFFICACY": 3,
    "HOUSEHOLD_INCOME": 4,
    "HOUSEHOLD_SIZE": 5,
    "FARM_CALL": 10,
    "ATTEND": 11,
    "ROTA": 12,
    "DELIVERY": 13,
    "DEMAND": 14,
    "HEARSAY": 15,
    "ACCEPT": 16,
    "REOPEN": 17,
    "CORE_FAILURE": 18,
    "CORE_FINAL": 19,
    "EXIT": 20,
    "LEGALITY": 21,
    "LEGALITY_DELAY": 22,
    "GRANT": 23,
    "GRANT_DELAY": 24,
    "BUDGET": 25,
    "BUDGET_LATE": 26,
    "BUDGET_DAY": 27,
}


def test_events_keep_their_numbers() -> None:
    """A new event takes a new number; one that is gone leaves a gap."""
    assert {event.name: int(event) for event in Event}.items() >= EVENTS.items()


def test_the_order_of_questions_does_not_matter() -> None:
    asked = list(itertools.product(range(3), range(-2, 3), (Event.ATTEND, Event.EXIT), range(5)))

    def answers(questions: list[tuple[int, int, Event, int]]) -> dict[Any, float]:
        return {
            question: uniform(event_key(run_key(question[0], 0, 0), *question[1:3]), question[3])
            for question in questions
        }

    assert answers(asked) == answers(asked[::-1]) == answers(asked * 2)


# --- A whole run ---

EVERYTHING = scenario(
    *(
        plan.model_dump()
        for plan in shipped("package_2019_mentoring").interventions
        if plan.kind != "audience"
    ),
    {"kind": "audience", "week": 6, "requests": ["legality", "tools"]},  # late for the budget
    {"kind": "negotiation", "week": 9, "outlet": "pasar"},
    {"kind": "negotiation", "week": 20, "outlet": "warung_lama"},
    {"kind": "audience", "week": 22, "requests": ["legality", "tools"]},
    {"kind": "capital_proposal", "week": 30, "donor": "kebon_jambu"},
    {"kind": "fgd", "week": 31},
)
# So that rare things happen too: failures, refusals, departures, hearsay, late budgets.
EVENTFUL = {
    "sessions_per_week": 6,
    "core_failure_hazard": 0.05,
    "core_terminal_prob": 0.3,
    "norm_init": 0,
    "delivery_fail_prob": 0.4,
    "exit_hazard": 0.01,
    "accept_intercept": -2,
    "legality_prob": 0.5,
    "budget_late_prob": 0.5,
    "grant_delay": 6,
    "grant_intercept": -1.5,
    "repair_weeks": 1,
    "info_pass_participant": 0.9,
    "info_pass_other": 0.9,
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """Every key that is looked up while the test runs."""
    keys: list[tuple[int, int, int]] = []

    def recorded(key: int, who: int = 0, whom: int = 0) -> float:
        keys.append((key, who, whom))
        return uniform(key, who, whom)

    monkeypatch.setattr(draws, "uniform", recorded)
    monkeypatch.setattr(founding, "uniform", recorded)
    return keys


def test_no_two_decisions_share_a_key(asked: list[tuple[int, int, int]]) -> None:
    seen: set[int] = set()
    events: set[int] = set()
    replications = range(6)
    for replication in replications:
        luck = Luck(3, 0, replication)
        live(EVERYTHING, 52, EVENTFUL, luck=luck)
        run = run_key(3, 0, replication)
        weeks = range(-8, 52)
        named = {event_key(run, week, event): event for week in weeks for event in Event}
        events |= {named[key] for key, _, _ in asked}
        twice = [named[key].name for (key, *_), n in Counter(asked).items() if n > 1]
        assert twice == []
        hashed = {
            (key + who + draws._GOLDEN * (whom + 1)) & draws._MASK for key, who, whom in asked
        }
        assert len(hashed) == len(asked)
        assert not hashed & seen
        seen |= hashed
        asked.clear()
    assert events == set(Event), "an event that never happened here was not tested"


def test_no_key_is_asked_twice_in_the_shipped_scenarios(asked: list[tuple[int, int, int]]) -> None:
    for name in ("none", "package_2019", "package_2019_mentoring"):
        live(name, 30)
        assert max(Counter(asked).values()) == 1
        asked.clear()


def forbidden(*_: object, **__: object) -> Any:
    raise AssertionError("a draw that has no key")


class NoStreams(Village):
    """A village in which every random stream raises as soon as it is used."""

    def live(self, *args: Any, **kwargs: Any) -> None:
        names = (
            "random",
            "choice",
            "choices",
            "shuffle",
            "sample",
            "randrange",
            "uniform",
            "gauss",
        )
        with pytest.MonkeyPatch.context() as patch:
            for name in names:
                patch.setattr(random, name, forbidden)
                patch.setattr(random.Random, name, forbidden)
            for name in ("random", "rand", "choice", "shuffle", "uniform", "normal", "default_rng"):
                patch.setattr(np.random, name, forbidden)
            self.rng = None
            super().live(*args, **kwargs)


@pytest.mark.parametrize(
    "careless",
    [
        lambda village: random.random(),
        lambda village: village.random.random(),
        lambda village: village.agents.shuffle_do("draw", Event.EXIT),
        lambda village: np.random.default_rng(1),
    ],
)
def test_a_stream_would_be_noticed(careless: Callable[[Village], object]) -> None:
    class Careless(NoStreams):
        def farm_calls(self) -> None:
            careless(self)

    with pytest.raises(AssertionError, match="no key"):
        live("none", 1, village_class=Careless)


def test_no_random_state_is_used_or_touched() -> None:
    random.seed(1)
    np.random.seed(1)
    one = live(EVERYTHING, 30, EVENTFUL)
    random.seed(2)
    np.random.seed(2)
    other = live(EVERYTHING, 30, EVENTFUL, village_class=NoStreams)
    assert differing(one, other) == []
    assert one.happenings == other.happenings


# --- Order ---

ORDERS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "reversed": lambda things: things[::-1],
    "rotated": lambda things: things[3:] + things[:3],
    "shuffled": lambda things: [things[i * 7 % len(things)] for i in range(len(things))],
}


def in_order(order: Callable[[list[Any]], list[Any]]) -> type[Village]:
    """A village that keeps its women in another order; n_members must have no factor 7."""

    class Reordered(Village):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            assert len({woman.id for woman in order(self.members)}) == len(self.members)
            self.members = order(self.members)

    return Reordered


def runs(**kwargs: Any) -> list[Record]:
    """Runs that are calm and eventful by turns; ties and scarcity occur in most."""
    return [
        live(EVERYTHING, 30, EVENTFUL if i % 2 else {}, luck=Luck(0, 0, i), **kwargs)
        for i in range(6)
    ]


usual_runs = cache(runs)


@pytest.mark.parametrize("order", ORDERS)
def test_the_order_of_the_women_does_not_matter(order: str) -> None:
    others = runs(village_class=in_order(ORDERS[order]))
    for one, two in zip(usual_runs(), others, strict=True):
        assert set(differing(one, two)) <= {"members", "women"}  # tables in the women's order
        assert sorted(one.happenings) == sorted(two.happenings)
        assert np.array_equal(np.sort(one.women, axis=0), np.sort(two.women, axis=0))


@pytest.mark.parametrize("order", ORDERS)
def test_the_order_of_outlets_and_donors_does_not_matter(order: str) -> None:
    """They may stand in any order in the group's file."""
    reorder = ORDERS[order]
    of = group(
        outlets=reorder(GROUP.model_dump()["outlets"]),
        donors=GROUP.model_dump()["donors"][::-1],
    )
    places = reorder(list(range(len(GROUP.outlets))))
    for one, two in zip(usual_runs(), runs(of=of), strict=True):
        assert set(differing(one, two)) <= {"outlets"}  # the table is in the file's order
        assert np.array_equal(one.outlets[:, places], two.outlets, equal_nan=True)
        assert sorted(one.happenings) == sorted(two.happenings)


def test_the_order_of_products_does_not_matter() -> None:
    """Hours are added in the file's order: where they just suffice, the last bit may tell."""
    of = group(products=GROUP.model_dump()["products"][::-1])
    for one, two in zip(usual_runs(), runs(of=of), strict=True):
        assert set(differing(one, two)) <= {"products", "binding"}
        assert np.array_equal(one.products[:, ::-1], two.products)


def test_ties_do_not_follow_the_order_of_a_file() -> None:
    """Three equal warungs and too few hours: the odd piece must not go to the first in the file."""
    scarce = {"n_outlets_init": 3, "session_hours": 0.7, "delivery_hours_outlet": 0.05}
    names = ["a", "b", "c"]
    usual, other = (
        live("none", 12, scarce, of=group(outlets=outlets(**{name: {} for name in order})))
        for order in (names, names[::-1])
    )
    delivered = per_outlet(usual, "delivered")
    assert (delivered.max(axis=1) - delivered.min(axis=1)).any(), "no odd piece, no test"
    assert np.array_equal(delivered, per_outlet(other, "delivered")[:, ::-1])


# --- Common random numbers ---


def test_a_woman_more_leaves_the_luck_of_the_others() -> None:
    fewer, more = live("none", 20, {"n_members": 19}), live("none", 20, {"n_members": 20})
    assert np.array_equal(per_woman(fewer, "farm_days"), per_woman(more, "farm_days")[:, :19])


def test_an_outlet_nobody_visits_changes_nothing() -> None:
    quiet = {"info_pass_participant": 0, "info_pass_other": 0}
    few = group(outlets=[outlet.model_dump() for outlet in GROUP.outlets if outlet.initial])
    one, other = live("none", 40, quiet), live("none", 40, quiet, of=few)
    assert differing(one, other) == ["outlets"]


@pytest.mark.parametrize("part", ["seed", "village", "replication"])
def test_another_run_has_other_luck(part: str) -> None:
    one, other = live("none", 8), live("none", 8, luck=Luck(**{part: 1}))
    attendance = WEEKLY.index("attendance")
    assert not np.array_equal(one.weekly[:, attendance], other.weekly[:, attendance])


def test_the_same_run_twice_is_the_same() -> None:
    village = setting(20)
    one, other = (Village(village, EVERYTHING, Luck(5, 1, 2)) for _ in range(2))
    for each in (one, other):
        each.live(20)
    assert one.happenings == other.happenings
    assert vars(one.kube).keys() == vars(other.kube).keys()
    assert one.kube.cash == other.kube.cash
