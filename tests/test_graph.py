"""The graph of a week and the weekly measures tell the same network."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from sim import measures
from sim.draws import Luck
from sim.graph import HOUSE, degrees, graph_of, loss_without
from sim.state import Status
from sim.village import Village
from tests.worlds import WEEKLY, setting, shipped

OUTLET = [column.name for column in measures.OUTLET_WEEKLY]


KAPPA = {"lawang_kappa": 0.4, "drop_threshold": 0.75}
LITERAL = {"lawang_reading": "literal", "drop_threshold": 0.75}
CASES = [
    ("none", {}),
    ("package_2019", {}),
    ("everything", {}),
    ("package_2019", KAPPA),
    ("everything", LITERAL),
]


@pytest.fixture(scope="module", params=CASES, ids=str)
def weeks(request: pytest.FixtureRequest) -> list[tuple[Any, Any, Any]]:
    """The graph of each week with its row of the weekly table and its rows of outlets."""
    told, values = request.param
    here = setting(24, values)
    tables = measures.Tables(*(part[0] for part in measures.empty(here, 24, True, False, 1)))
    found: list[tuple[Any, Any, Any]] = []

    def look(village: Village) -> None:
        world = village.snapshot()
        measures.record(here.ground, world, village.week, tables)
        row = tables.weekly[village.week]
        found.append((graph_of(here, world), row.copy(), tables.outlets[village.week].copy()))

    Village(here, shipped(told), Luck(seed=1)).live(24, look)
    return found


def test_columns_exist() -> None:
    assert {"reach", "bonding", "linking", "largest_loss", "core_loss"} <= set(WEEKLY)
    assert {"degree", "loss_if_lost"} <= set(OUTLET)


def test_loss_when_an_outlet_falls(weeks: list[tuple[Any, Any, Any]]) -> None:
    here = setting(24)
    for graph, row, outlets in weeks:
        losses = {outlet.id: loss_without(graph, outlet.id) for outlet in here.group.outlets}
        for outlet, told in zip(here.group.outlets, outlets["loss_if_lost"], strict=True):
            assert losses[outlet.id] == pytest.approx(told)
        assert max(losses.values()) == pytest.approx(row["largest_loss"])


def lived(values: dict[str, Any], weeks: int = 6) -> tuple[Village, Any]:
    """The village after some weeks with the usual two outlets, and its graph."""
    village = Village(setting(weeks, values), shipped("none"), Luck(seed=1))
    village.live(weeks - 1)
    village.step()
    return village, graph_of(village.setting, village.snapshot())


def test_a_broken_tie_also_stops_what_others_sell() -> None:
    """s + (1 - s)(1 - t): all of it read literally, with kappa 0.4 two fifths of the rest."""
    for reading, stops in (("structural", 0.4), ("literal", 1.0), ("additive", 0.0)):
        village, graph = lived({"lawang_kappa": 0.4, "lawang_reading": reading})
        assert village.kube.throughput == 1
        sales = {one.id: village.kube.value(one.sold) for one in village.partners}
        assert len(sales) == 2 and all(sales.values())
        for name, value in sales.items():
            own = value / sum(sales.values())
            assert loss_without(graph, name) == pytest.approx(own + (1 - own) * stops)


def test_one_more_broken_tie_stops_nothing_more() -> None:
    """Where another tie is broken already, an outlet takes only its own sales along."""
    village, _ = lived({"lawang_kappa": 0.4})
    stranger = next(one for one in village.outlets if one.status == Status.STRANGER)
    stranger.status, stranger.repair_weeks = Status.DROPPED, 9
    village.step()  # the same week once more
    assert village.kube.throughput == pytest.approx(0.6)
    graph = graph_of(village.setting, village.snapshot())
    sales = {one.id: village.kube.value(one.sold) for one in village.partners}
    for name, value in sales.items():
        assert loss_without(graph, name) == pytest.approx(value / sum(sales.values()))


def test_without_sales_nothing_is_lost() -> None:
    village, _ = lived({"lawang_reading": "literal"})
    for outlet in village.outlets:
        outlet.sold[:] = 0
    graph = graph_of(village.setting, village.snapshot())
    assert all(loss_without(graph, name) == 0 for name in graph)


def test_the_house_is_where_everything_hangs(weeks: list[tuple[Any, Any, Any]]) -> None:
    """Lawang 4, structural: without the house no sale is left; without a woman none is lost."""
    for graph, row, _ in weeks:
        assert loss_without(graph, HOUSE) == row["core_loss"]
        women = [name for name, kind in graph.nodes(data="kind") if kind == "woman"]
        assert all(loss_without(graph, woman) == 0 for woman in women)


def test_ties_are_counted_alike(weeks: list[tuple[Any, Any, Any]]) -> None:
    for graph, row, _ in weeks:
        assert (
            len([1 for _, _, tie in graph.edges(data="tie") if tie == "linking"]) == row["linking"]
        )
        met = degrees(graph, "bonding")
        assert (sum(met.values()) > 0) == (row["bonding"] > 0)


def test_women_who_met_are_tied() -> None:
    village = Village(setting(4), shipped("none"), Luck(seed=1))
    village.live(3)
    graph = graph_of(village.setting, village.snapshot())
    for one, other in combinations(village.members, 2):
        met = bool(np.any(one.came & other.came))
        assert graph.has_edge(one.id, other.id) == met
