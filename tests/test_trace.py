"""The trace of a week: what was really called and looked up, and nothing else changed."""

from __future__ import annotations

import inspect
import pkgutil
import re
from importlib import import_module
from statistics import fmean
from typing import Any

import numpy as np
import pytest

from experiments.trace import RULES, trace
from sim import agents
from sim.agents import Member, Outlet
from sim.compiled import Compiled
from sim.draws import Event, Luck
from sim.rules import members, outlets, selling
from sim.state import NONE, DonorState, KubeState, MemberState, OutletState, Status
from sim.village import Village
from sim.week import PHASES
from tests.worlds import setting, shipped

WEEK = 6
CALL = re.compile(r"  (\w+)\.(\w+)\((.*)\) = (.+)")
LUCK = re.compile(r"  luck in (\w+)\((-?\d+)\) = (.+)")
DIGITS = 2e-3  # numbers are shown with four digits


def village_at(week: int, plan: str = "package_2019") -> Village:
    """A village at the beginning of a week."""
    village = Village(setting(WEEK + 1), shipped(plan), Luck(seed=2))
    while village.week < week:
        village.step()
        village.week += 1
    return village


def traced(kind: str, number: int = 0) -> tuple[Village, list[str]]:
    """A village after a week in which one agent was watched, and the lines of the trace."""
    village = village_at(0)
    watched = getattr(village, kind)
    agent = watched[number] if isinstance(watched, list) else watched
    return village, trace(village, WEEK, agent)


def state_of(village: Village) -> list[dict[str, Any]]:
    """Everything that is remembered."""
    records = [
        (MemberState, village.members),
        (OutletState, village.outlets),
        (DonorState, village.donors),
        (KubeState, [village.kube]),
    ]
    return [
        {name: plain(getattr(agent, name)) for name in record.__dataclass_fields__}
        for record, some in records
        for agent in some
    ]


def plain(value: Any) -> Any:
    """An array as a list, which is equal or not."""
    return value.tolist() if isinstance(value, np.ndarray) else value


def rules() -> list[dict[str, Any]]:
    """Every rule of each module, by name."""
    return [
        {name: value for name, value in vars(module).items() if isinstance(value, Compiled)}
        for module in RULES
    ]


def calls(lines: list[str], rule: str) -> list[tuple[dict[str, str], float]]:
    """Arguments and result of each call of a rule in a trace."""
    found = [match.groups() for line in lines if (match := CALL.fullmatch(line))]
    return [
        (dict(re.findall(r"(\w+)=(\[.*?\]|[^,]+)", given)), float(result))
        for module, name, given, result in found
        if f"{module}.{name}" == rule
    ]


def luck(lines: list[str], event: Event) -> list[tuple[int, float]]:
    """Whom a draw was about, and its value."""
    found = [match.groups() for line in lines if (match := LUCK.fullmatch(line))]
    return [(int(whom), float(u)) for name, whom, u in found if name == event.name.lower()]


# --- What is told is true ------------------------------------------------------------------------


def test_a_woman_decides_with_what_the_trace_says() -> None:
    """Each session: the chance by the rule for her state, her luck, and whether she came."""
    village = village_at(WEEK)
    woman, p = village.members[6], village.p
    hers = ("kind", "trust", "efficacy", "motivation", "belief", "propensity", "expected_pay")
    before = {name: getattr(woman, name) for name in hers}
    around = {"norm": village.kube.norm, "mentor": village.kube.mentor, "fgd": woman.fgd}
    village.step()
    after, lines = traced("members", 6)
    ((given, leaning),) = calls(lines, "members.inclination")
    for name, value in {**before, **around}.items():
        assert float(given[name]) == pytest.approx(value, rel=DIGITS)
    assert given["poor"] == "False"
    mine = members.inclination(p, *before.values(), *around.values(), False)
    assert leaning == pytest.approx(mine, rel=DIGITS)
    asked = calls(lines, "members.attendance_probability")
    lots = luck(lines, Event.ATTEND)
    assert len(asked) == len(lots) == len(village.kube.sessions) == 2
    for (given, chance), (session, u) in zip(asked, lots, strict=True):
        assert given["called"] == str(bool(woman.called[session]))
        again = members.attendance_probability(p, mine, bool(woman.called[session]))
        assert chance == pytest.approx(again, rel=DIGITS)
        assert u == pytest.approx(village.draw(Event.ATTEND, woman.key, session), rel=DIGITS)
        assert after.members[6].came[session] == woman.came[session] == (u < chance)


def test_an_outlet_orders_and_sells_what_the_trace_says() -> None:
    village = village_at(WEEK)
    partner = village.partners[0]
    number = village.outlets.index(partner)
    village.step()
    lines = traced("outlets", number)[1]
    orders = calls(lines, "selling.order")
    assert len(orders) == village.kube.offered.sum() * len(village.kube.sessions) > 0
    for given, pieces in orders:
        again = selling.order(float(given["share"]), float(given["expected"]))
        assert abs(pieces - again) <= 1  # of rounded arguments
    sales = calls(lines, "selling.sell")
    assert sum(result for _, result in sales) == partner.sold.sum() > 0
    for given, pieces in sales:
        shelf = np.array([int(n) for n in given["batches"].strip("[]").split(", ")])
        span = [int(given[name]) for name in ("first", "last", "wanted")]
        assert selling.sell(shelf, *span) == pieces
    for given, wanted in calls(lines, "selling.buyers"):
        numbers = [float(given[name]) for name in ("mean", "dispersion", "u")]
        assert abs(wanted - selling.buyers(*numbers)) <= 1


def test_an_outlet_that_is_visited_accepts_by_the_rule() -> None:
    """Week 6 of the package: two officers visit pesantren Al-Mubarakah."""
    village = village_at(WEEK)
    place = next(o for o in village.outlets if o.id == "pesantren_al_mubarakah")
    number = village.outlets.index(place)
    lines = traced("outlets", number)[1]
    ((given, chance),) = calls(lines, "outlets.acceptance_probability")
    known = [village.outlets[i] for i in place.acquaintances if i != NONE]
    vouched = fmean(outlet.trust for outlet in known if outlet.status == Status.PARTNER)
    kube = village.kube
    again = outlets.acceptance_probability(
        village.p, place.trust, kube.quality, place.margin, place.km, kube.legal, kube.mentor,
        vouched, kube.networking, kube.knowledge,
    )  # fmt: skip
    assert chance == pytest.approx(again, rel=DIGITS)
    assert float(given["vouched"]) == pytest.approx(vouched, rel=DIGITS)
    assert float(given["km"]) == place.km
    accepted = luck(lines, Event.ACCEPT)[0][1] < chance
    told = [line for line in lines if line.startswith("event: ") and place.id in line]
    assert f"event: negotiation {place.id} 0" in told
    assert any(line.split()[1] == ("accepted" if accepted else "refused") for line in told)


def test_only_the_watched_agent_is_told() -> None:
    """One luck in leaving, one decision a session: not those of the other nineteen."""
    lines = traced("members", 3)[1]
    assert len(luck(lines, Event.EXIT)) == 1
    assert len(calls(lines, "members.exit_probability")) == 1
    assert not any("selling." in line or "outlets." in line for line in lines)
    assert lines != traced("members", 4)[1]


def test_phases_are_named_in_their_order_when_something_happened() -> None:
    lines = traced("kube")[1]
    titles = [line for line in lines if line.startswith("[")]
    order = [f"[{n}] {phase.name}: {phase.sentence}" for n, phase in enumerate(PHASES, start=1)]
    assert titles == [title for title in order if title in titles]
    named = {title.split()[1] for title in titles}
    assert {"interventions:", "orders:", "production:", "division:"} <= named


def test_phases_stand_apart_and_none_is_empty() -> None:
    lines = traced("kube")[1]
    places = [n for n, line in enumerate(lines) if line.startswith("[")]
    assert len(places) < len(PHASES)
    for n in places:
        assert lines[n + 1].startswith("  ") and lines[n - 1 : n] in ([], [""])


def test_what_changed_is_told() -> None:
    before = village_at(WEEK).members[6]
    village, lines = traced("members", 6)
    after = village.members[6]
    changed = "\n".join(lines[lines.index("changed:") :])
    for name in ("trust", "belief", "expected_pay", "efficacy", "farm_days"):
        old, new = getattr(before, name), getattr(after, name)
        shown = f"  {name}: {old:.4g} -> {new:.4g}\n"
        assert (shown in f"{changed}\n") == (old != new), name


def test_a_trace_is_the_same_every_time() -> None:
    """No memory addresses, no order of a set."""
    for kind in ("members", "outlets", "donors", "kube"):
        lines = traced(kind)[1]
        assert lines == traced(kind)[1]
        assert not [line for line in lines if " at 0x" in line]


# --- And nothing else changes --------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["members", "outlets", "donors", "kube"])
def test_tracing_changes_nothing_in_the_run(kind: str) -> None:
    village = traced(kind)[0]
    plain = village_at(WEEK)
    plain.step()
    assert state_of(village) == state_of(plain)
    assert village.happenings == plain.happenings


def test_the_rules_are_as_before() -> None:
    before = rules()
    assert all(before)
    village, _ = traced("members")
    assert rules() == before
    assert "draw" not in vars(village.members[0])


def test_the_rules_are_as_before_even_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    before = rules()

    def fail(_: Outlet) -> None:
        raise ZeroDivisionError

    village = village_at(WEEK)
    monkeypatch.setattr(Outlet, "sell", fail)
    with pytest.raises(ZeroDivisionError):
        trace(village, WEEK, village.members[0])
    assert rules() == before
    assert isinstance(village.members[0], Member)
    assert "draw" not in vars(village.members[0])


def test_every_module_of_rules_is_listened_to() -> None:
    """A rule that an agent calls must not be missing from the trace."""
    kinds = [f"sim.agents.{each.name}" for each in pkgutil.iter_modules(agents.__path__)]
    used = {
        value.__name__
        for name in (*kinds, "sim.kube")
        for value in vars(import_module(name)).values()
        if inspect.ismodule(value) and value.__name__.startswith("sim.rules.")
    }
    assert {"sim.rules.members", "sim.rules.outlets", "sim.rules.selling"} < used
    assert used <= {module.__name__ for module in RULES}
