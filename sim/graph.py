"""The group's network as a graph, at the end of a week: who is tied, and what falls with whom.

Nodes are the house (the production core), the women, the outlets, the donors. Edges carry `tie`:
bonding (women who met at a session), core (a woman and the house), bridging (the house and an
outlet that takes goods; `value` in Rp sold there, `stops` the share of all other sales that stops
when this tie breaks), linking (the house and a donor it has met), hearsay (an outlet and an
acquaintance). Woolcock and Narayan 2000 [S56]; Lawang 4 (F157).
"""

from __future__ import annotations

from typing import Final

import networkx as nx

from sim.rules import work
from sim.setting import Setting
from sim.state import NONE, Status
from sim.world import World

HOUSE: Final = "house"


def graph_of(setting: Setting, world: World) -> nx.Graph:
    """The graph of one week, from `Village.snapshot()`; nodes are ids."""
    graph = nx.Graph()
    graph.add_node(HOUSE, kind="core")
    _add_women(graph, setting, world)
    _add_outlets(graph, setting, world)
    for i, name in enumerate(setting.donor_ids):
        graph.add_node(name, kind="donor")
        if world.donors.rows["good"][i] > 0:
            graph.add_edge(HOUSE, name, tie="linking")
    return graph


def _add_women(graph: nx.Graph, setting: Setting, world: World) -> None:
    women, ids = world.women, setting.women_ids
    for i, name in enumerate(ids):
        if women.rows["active"][i]:
            graph.add_node(name, kind="woman")
            graph.add_edge(name, HOUSE, tie="core")
    for session in range(women.came.shape[1]):
        there = [ids[i] for i in women.came[:, session].nonzero()[0]]
        pairs = ((one, other) for k, one in enumerate(there) for other in there[:k])
        graph.add_edges_from(pairs, tie="bonding")


def _add_outlets(graph: nx.Graph, setting: Setting, world: World) -> None:
    outlets, ids, prices = world.outlets, setting.outlet_ids, setting.ground.products["price"]
    stops = work.stops_with_a_tie(setting.p, float(world.kube.rows["throughput"][0]))
    for o, name in enumerate(ids):
        value = int((outlets.sold[o] * prices).sum())
        graph.add_node(name, kind="outlet", value=value)
        if outlets.rows["status"][o] == Status.PARTNER or value:
            rest = 0.0 if outlets.rows["own"][o] else stops
            graph.add_edge(HOUSE, name, tie="bridging", value=value, stops=rest)
    for o, known in enumerate(outlets.acquaintances):
        graph.add_edges_from(((ids[o], ids[i]) for i in known if i != NONE), tie="hearsay")


def degrees(graph: nx.Graph, tie: str) -> dict[str, int]:
    """Number of ties of a sort at each node that has any."""
    chosen = graph.edge_subgraph(
        [(one, other) for one, other, sort in graph.edges(data="tie") if sort == tie]
    )
    return dict(chosen.degree())


def loss_without(graph: nx.Graph, node: str) -> float:
    """Share of the week's sales (Rp) that is lost when `node` falls out, 0-1.

    Goods go from the house to an outlet: what is not tied to the house any more sells nothing, and
    with a broken tie a part of the rest stops (Lawang 4).
    """
    sales = {
        outlet: value
        for outlet, value in graph.nodes(data="value", default=0)
        if value and graph.has_edge(HOUSE, outlet)
    }
    total = sum(sales.values())
    if node == HOUSE:
        return work.share(total, total)
    tie = graph.get_edge_data(HOUSE, node, {})
    stops = tie.get("stops", 0.0) if total else 0.0
    return work.loss_of_tie(work.share(sales.get(node, 0), total), stops)
