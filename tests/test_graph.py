"""The graph of a week and the weekly measures tell the same network."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from sim import measures
from sim.draws import Luck
from sim.graph import HOUSE, degrees, graph_of, loss_without
from sim.village import Village
from tests.worlds import WEEKLY, setting, shipped

OUTLET = [column.name for column in measures.OUTLET_WEEKLY]


@pytest.fixture(scope="module", params=["none", "package_2019", "everything"])
def weeks(request: pytest.FixtureRequest) -> list[tuple[Any, Any, Any]]:
    """The graph of each week with its row of the weekly table and its rows of outlets."""
    here = setting(24)
    tables = measures.Tables(*(part[0] for part in measures.empty(here, 24, True, False, 1)))
    found: list[tuple[Any, Any, Any]] = []

    def look(village: Village) -> None:
        world = village.snapshot()
        measures.record(here.ground, world, village.week, tables)
        row = tables.weekly[village.week]
        found.append((graph_of(here, world), row.copy(), tables.outlets[village.week].copy()))

    Village(here, shipped(request.param), Luck(seed=1)).live(24, look)
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
