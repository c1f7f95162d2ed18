"""Luck: uniform, unrelated, stable, and asked for by key alone, each key once."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from sim import draws
from sim.agents import Member
from sim.draws import Event, Luck, event_key, name_key, run_key, uniform
from sim.runs import Record
from sim.village import Village
from tests.repository import sources
from tests.worlds import (
    GROUP,
    WEEKLY,
    differing,
    group,
    live,
    outlets,
    per_outlet,
    per_woman,
    same_story,
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


def test_every_event_is_drawn_somewhere() -> None:
    """In both engines or at the founding; a number that nobody asks for may go."""
    text = "".join(path.read_text(encoding="utf-8") for path in sources("sim"))
    assert [event.name for event in Event if f"Event.{event.name}" not in text] == []


# --- The mixer, once more in plain Python ---


def signed(x: int) -> int:
    """The 64-bit number whose bits are those of `x`."""
    return x - (1 << 64) if x >= 1 << 63 else x


def mixed(x: int) -> int:
    """SplitMix64's finaliser, as published."""
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & draws._MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & draws._MASK
    return x ^ (x >> 31)


def sequence(seed: int, n: int) -> int:
    """The n-th number, from 0, of SplitMix64 with this seed."""
    return mixed((seed + (n + 1) * 0x9E3779B97F4A7C15) & draws._MASK)


def test_the_published_sequence() -> None:
    """The first numbers of the reference implementation with seed 1234567."""
    first = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert [sequence(1234567, n) for n in range(3)] == first


@given(st.integers(-(1 << 63), (1 << 63) - 1), st.integers(-(1 << 63), (1 << 63) - 1),
       st.integers(0, 1000))  # fmt: skip
def test_a_draw_is_a_number_of_that_sequence(key: int, who: int, whom: int) -> None:
    hashed = sequence((key + who) & draws._MASK, whom)
    assert uniform(key, who, whom) == ((hashed >> 12) + 0.5) * 2.0**-52


@given(st.integers(-(1 << 63), (1 << 63) - 1), st.integers(-104, 600), st.sampled_from(Event))
def test_the_key_of_a_week_is_one_too(run: int, week: int, event: Event) -> None:
    number = (64 * week + event - 1) & draws._MASK
    assert event_key(run, week, event) == signed(sequence(run & draws._MASK, number))


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
    key = signed((undone(hashed) - draws._GOLDEN) & draws._MASK)
    assert mixed((key + draws._GOLDEN) & draws._MASK) == hashed
    assert 0.0 < uniform(key, 0, 0) < 1.0
    assert uniform(key, 0, 0) == pytest.approx(hashed / 2.0**64, abs=1e-15)


# --- Stability ---


def test_the_numbers_of_this_version() -> None:
    """Change these only together with the golden values: every result changes with them."""
    assert name_key("ibu_01") == 0x5C8CB87BFE5E5BBC
    assert run_key(0, 0, 0) == 0x238275BC38FCBE91
    assert event_key(run_key(1, 2, 3), -8, Event.FARM_CALL) == 0x4F932EC79B9E9306
    key = event_key(run_key(0, 0, 0), 0, Event.ATTEND)
    who, whom = name_key("ibu_01"), name_key("warung_amat")
    found = [uniform(key, a, b) for a, b in ((0, 0), (who, 0), (who, 1), (who, whom))]
    assert found == pytest.approx(
        [0.4172546210906386, 0.9593716543603538, 0.31928562652366155, 0.45050209169899846],
        abs=2.0**-52,
    )


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
    "MEMBER_MOTIVATION": 28,
    "GATHERING": 29,
    "CAMPAIGN": 30,
    "CANDIDATES": 31,
    "JOIN": 32,
    "NEW_PRODUCT": 33,
    "DECEPTION": 34,
    "ILLNESS": 35,
    "ILLNESS_LENGTH": 36,
    "HUSBAND_LOSS": 37,
    "CLOSURE": 38,
    "HARVEST_FAIL": 39,
    "PRICE_SHOCK": 40,
    "LATE_PAYMENT": 41,
    "ELECTION": 42,
    "SHOCK_HIT": 43,
    "WAGES": 44,
    "WAGES_DAY": 45,
    "PLACE": 46,
    "FAR": 47,
}


def test_events_keep_their_numbers() -> None:
    """A new event takes a new number; one that is gone leaves a gap."""
    assert {event.name: int(event) for event in Event}.items() >= EVENTS.items()


def test_the_order_of_questions_does_not_matter() -> None:
    asked = list(itertools.product(range(3), range(-2, 3), (Event.ATTEND, Event.EXIT), range(5)))

    def answers(questions: list[tuple[int, int, Event, int]]) -> dict[Any, float]:
        return {
            question: uniform(event_key(run_key(question[0], 0, 0), *question[1:3]), question[3], 0)
            for question in questions
        }

    assert answers(asked) == answers(asked[::-1]) == answers(asked * 2)


# --- A whole run ---

EVERYTHING = scenario(
    *(plan.model_dump() for plan in shipped("everything").interventions if plan.kind != "audience"),
    {"kind": "audience", "week": 6, "requests": ["legality", "tools", "wages"]},  # late
    {"kind": "negotiation", "week": 9, "outlet": "pasar"},
    {"kind": "negotiation", "week": 20, "outlet": "warung_lama"},
    {"kind": "audience", "week": 22, "requests": ["legality", "tools", "wages"]},
    {"kind": "capital_proposal", "week": 30, "donor": "kebon_jambu"},
    {"kind": "fgd", "week": 31},
    shocks=[{"kind": "husband_income", "week": 4, "weeks": 2, "households": 2, "size": 1}],
)
# So that rare things happen too: failures, refusals, departures, hearsay, late budgets, shocks.
EVENTFUL = {
    "sessions_per_week": 6,
    "core_failure_hazard": 0.05,
    "core_terminal_prob": 0.3,
    "norm_init": 0,
    "delivery_fail_prob": 0.4,
    "exit_hazard": 0.01,
    "join_hazard": 0.2,
    "accept_intercept": -2,
    "legality_prob": 0.5,
    "budget_late_prob": 0.5,
    "budget_intercept": 0,
    "wage_request_factor": 1,
    "grant_delay": 6,
    "grant_intercept": -1.5,
    "repair_weeks": 1,
    "info_pass_participant": 0.9,
    "info_pass_other": 0.9,
    "election": "in_time",
    "illness_hazard": 0.05,
    "husband_loss_hazard": 0.01,
    "closure_hazard": 0.02,
    "late_payment_prob": 0.05,
    "harvest_fail_hazard": 0.02,
    "price_shock_hazard": 0.02,
    "deception_hazard": 0.02,
}
# Drawn at the founding, and for a woman who joins: in compiled code, where nobody can listen.
FOUNDING = {
    "MEMBER_TYPE", "MEMBER_TRUST", "MEMBER_EFFICACY", "MEMBER_MOTIVATION", "HOUSEHOLD_INCOME",
    "HOUSEHOLD_SIZE", "PLACE", "FAR",
}  # fmt: skip


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """Every key that is looked up while the test runs."""
    keys: list[tuple[int, int, int]] = []

    def recorded(key: int, who: int, whom: int) -> float:
        keys.append((int(key), int(who), int(whom)))
        return uniform(key, who, whom)

    monkeypatch.setattr(draws, "uniform", recorded)
    return keys


def test_the_founding_alone_asks_for_its_events() -> None:
    """Each of them once for a woman or a ring of outlets: see `founding.draw_luck`."""
    for path in sources("sim"):
        used = set(re.findall(r"Event\.([A-Z_]+)", path.read_text(encoding="utf-8")))
        assert used & FOUNDING == (FOUNDING if path.name == "founding.py" else set()), path.name
        assert path.name != "founding.py" or used == FOUNDING


def test_no_two_decisions_share_a_key(asked: list[tuple[int, int, int]]) -> None:
    seen: set[int] = set()
    events: set[int] = set()
    replications = range(6)
    for replication in replications:
        luck = Luck(3, 0, replication)
        live(EVERYTHING, 52, EVENTFUL, luck=luck, engine="village")
        run = run_key(3, 0, replication)
        weeks = range(-8, 52)
        named = {event_key(run, week, event): event for week in weeks for event in Event}
        events |= {named[key] for key, _, _ in asked}
        twice = [named[key].name for (key, *_), n in Counter(asked).items() if n > 1]
        assert set(twice) <= {"BUDGET_LATE"}  # tools and wages of one audience are late together
        hashed = {
            (key + who + draws._GOLDEN * (whom + 1)) & draws._MASK for key, who, whom in asked
        }
        assert len(hashed) == len(set(asked))
        assert not hashed & seen
        seen |= hashed
        asked.clear()
    missing = {event.name for event in set(Event) - events} - FOUNDING
    assert missing == set(), "an event that never happened here was not tested"


def test_no_key_is_asked_twice_in_the_shipped_scenarios(asked: list[tuple[int, int, int]]) -> None:
    for name in ("none", "package_2019_mentoring", "reacting_plan", "with_shocks"):
        live(name, 30, engine="village")
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
    one = live(EVERYTHING, 30, EVENTFUL, engine="village")
    random.seed(2)
    np.random.seed(2)
    other = live(EVERYTHING, 30, EVENTFUL, village_class=NoStreams)
    assert differing(one, other) == []
    assert same_story(one, other)


# --- Order ---

ORDERS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "reversed": lambda things: things[::-1],
    "rotated": lambda things: things[3:] + things[:3],
    "shuffled": lambda things: [things[i * 7 % len(things)] for i in range(len(things))],
}


def in_order(order: Callable[[list[Any]], list[Any]]) -> type[Village]:
    """A village that looks at its women in another order; they must not be 7, 14 ... many."""

    class Reordered(Village):
        @property
        def women(self) -> list[Member]:
            there = super().women
            found = order(there)
            return found if len({woman.id for woman in found}) == len(there) else there[::-1]

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
        assert differing(one, two) == []
        assert sorted(one.happenings.tolist()) == sorted(two.happenings.tolist())


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
        assert same_story(one, two)  # agents are told of by their place among the keys


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
    days = per_woman(more, "farm_days")[:, :19]
    assert np.array_equal(per_woman(fewer, "farm_days")[:, :19], days)


def test_an_outlet_nobody_visits_changes_nothing() -> None:
    quiet = {"info_pass_participant": 0, "info_pass_other": 0}
    few = group(outlets=[outlet.model_dump() for outlet in GROUP.outlets if outlet.initial])
    one, other = live("none", 40, quiet), live("none", 40, quiet, of=few)
    apart = {"informed", "reach"}  # shares of all outlets, the unknown ones included
    assert set(differing(one, other)) - apart == {"outlets"}


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
