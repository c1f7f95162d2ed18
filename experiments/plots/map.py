"""The network before and after: the group in the middle, partners on a ring that never moves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.messages import number, text
from experiments.plots.lettering import POINTS, fit
from experiments.plots.style import (
    BLUE,
    BODY,
    GREY,
    INK,
    MARGIN,
    PALE,
    SMALL,
    WHITE,
    WIDTH,
    drawn,
    new_figure,
    two_columns,
)

SHAPES = {
    "warung": "s",
    "pesantren": "^",
    "school": "D",
    "market": "p",
    "online": "h",
    "village_government": "P",
    "ministry": "X",
    "supporter": "o",
}
TIES = {"outlet": "solid", "donor": "dashed", "supporter": "dotted"}
RING = 1.15  # inches from the group to its partners
LABELS = RING + 0.32  # inches from the group to the names, left and right
LINE = 0.15  # inches for a line of a label
LABEL = 3.2 * LINE  # inches between the middles of two labels: two lines of name, one of distance
HUB = 0.48  # inches, radius of the group
THE_GROUP = ""  # no partner has this id
NODE_SIZE, LINE_WIDTH = 170, 1.8


def map_table(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """All partners once, outlets first, with ties before and after and a place on the ring.

    `angle` is in degrees clockwise from the top; where the tables give none, partners stand
    evenly in their order.
    """
    both = pd.concat([before, after], ignore_index=True)
    nodes = both.drop_duplicates("id").drop(columns="tie").reset_index(drop=True)
    nodes = nodes.iloc[nodes["role"].map(list(TIES).index).argsort(kind="stable")]
    for name, ties in (("before", before), ("after", after)):
        nodes[name] = nodes["id"].isin(ties.loc[ties["tie"], "id"])
    given = nodes["angle"] if "angle" in nodes else pd.Series(np.nan, nodes.index)
    even = (np.arange(len(nodes)) + 0.5) * 360 / max(len(nodes), 1)
    return nodes.assign(angle=given.astype(float).fillna(pd.Series(even, nodes.index)))


@drawn
def network_map(
    before: pd.DataFrame,
    after: pd.DataFrame,
    lang: str = "id",
    group: str = "KUBE",
    plan: str = "",
    titled: bool = True,
) -> Figure:
    """Two maps, one above the other: partners before, and in the plan (its title) if all agree.

    Not `titled`: for a page with a headline of its own.

    Each table: id, name, kind, role (outlet, donor, supporter), tie (bool), distance_km, place
    (in_village, outside), optional angle. Shape says kind, line says tie, filled says it exists.
    """
    nodes = map_table(before, after)
    unknown = set(nodes["kind"]) - set(SHAPES)
    if unknown:
        raise ValueError(f"no shape in map.SHAPES for: {', '.join(sorted(unknown))}")
    right = np.sin(np.radians(nodes["angle"])) >= 0
    height = max(2 * RING + 0.4, LABEL * max(right.sum(), (~right).sum()))
    shapes, ties = _shape_handles(nodes, lang), _tie_handles(nodes, lang)
    body = 2 * (height + 0.35)
    if titled:
        title, handles = text(lang, "plot.map_title"), two_columns(shapes, ties)
        figure = new_figure(body, title, handles=handles)
    else:
        figure = new_figure(body, "", handles=[*shapes, *ties], columns=3)
    for ax, moment in zip(figure.subplots(2, 1), ("before", "after"), strict=True):
        ax.set(xlim=(-WIDTH / 2, WIDTH / 2), ylim=(-height / 2, height / 2), aspect="equal")
        ax.axis("off")
        ties = nodes[nodes[moment]]
        count = {"n": number((ties["role"] == "outlet").sum(), lang)}
        count["others"] = number((ties["role"] != "outlet").sum(), lang)
        named = {} if moment == "before" else {"plan": plan or text(lang, "plot.map_plan")}
        title = text(lang, f"plot.map_{moment}", **count, **named)
        ax.set_title(fit(title, WIDTH - 0.4, BODY, lines=2, weight="bold"), weight="bold")
        _network(ax, nodes, moment, group)
        _names(ax, nodes[right], height, 1, lang)
        _names(ax, nodes[~right], height, -1, lang)
    return figure


def _places(nodes: pd.DataFrame) -> dict[str, tuple[float, float]]:
    turn = np.radians(nodes["angle"].to_numpy())
    spots = zip(RING * np.sin(turn), RING * np.cos(turn), strict=True)
    return dict(zip(nodes["id"], spots, strict=True))


def _network(ax: Axes, nodes: pd.DataFrame, moment: str, group: str) -> None:
    places: dict[str, tuple[float, float]] = {**_places(nodes), THE_GROUP: (0, 0)}
    graph = nx.Graph()
    graph.add_nodes_from(places)
    for role, style in TIES.items():
        partners = nodes.loc[nodes[moment] & (nodes["role"] == role), "id"]
        ties = [(THE_GROUP, partner) for partner in partners]
        graph.add_edges_from(ties)
        nx.draw_networkx_edges(graph, places, ties, LINE_WIDTH, INK, style, ax=ax)
    for node in nodes.to_dict("records"):
        fill = WHITE if not node[moment] else INK if node["before"] else BLUE
        _shape(graph, places, node["id"], ax, fill, NODE_SIZE, SHAPES[node["kind"]])
    _shape(graph, places, THE_GROUP, ax, PALE, (2 * HUB * POINTS) ** 2, "o")
    words = fit(group, 2 * HUB - 0.1, SMALL, lines=2, weight="bold")
    ax.text(0, 0, words, fontsize=SMALL, weight="bold", ha="center", va="center")


def _shape(
    graph: nx.Graph,
    places: dict[str, tuple[float, float]],
    node: str,
    ax: Axes,
    fill: str,
    size: float,
    shape: str,
) -> None:
    look = {"node_color": fill, "edgecolors": INK, "linewidths": 1.4}
    nx.draw_networkx_nodes(graph, places, [node], size, node_shape=shape, ax=ax, **look)


def _names(ax: Axes, nodes: pd.DataFrame, height: float, side: int, lang: str) -> None:
    """Names in a column beside the ring, moved apart, each tied to its shape by a thin line."""
    room = WIDTH / 2 - LABELS - 2 * MARGIN
    places = _places(nodes)
    ordered = sorted(nodes.to_dict("records"), key=lambda node: -places[node["id"]][1])
    levels = apart([places[node["id"]][1] for node in ordered], LABEL, height / 2)
    for node, level in zip(ordered, levels, strict=True):
        x, y = places[node["id"]]
        ax.plot([x, side * (LABELS - 0.05)], [y, level], color=GREY, linewidth=0.6, zorder=0)
        words = fit(node["name"], room, SMALL, lines=2)
        if node["place"] == "outside":
            away = text(lang, "plot.map_outside", km=number(node["distance_km"], lang))
            words += "\n" + fit(away, room, SMALL)
        align = "left" if side > 0 else "right"
        ax.text(side * LABELS, level, words, fontsize=SMALL, ha=align, va="center")


def apart(heights: Sequence[float], gap: float, limit: float) -> list[float]:
    """Falling heights moved to lie `gap` apart and half a gap inside +-limit, order kept."""
    down = accumulate(heights, lambda above, y: min(above - gap, y), initial=limit + gap / 2)
    up = accumulate(
        reversed(list(down)[1:]), lambda below, y: max(below + gap, y), initial=-limit - gap / 2
    )
    return list(reversed(list(up)[1:]))


def _shape_handles(nodes: pd.DataFrame, lang: str) -> list[Artist]:
    kinds = [kind for kind in SHAPES if kind in set(nodes["kind"])]
    return [_dot(SHAPES[kind], PALE, text(lang, f"partner.{kind}")) for kind in kinds]


def _tie_handles(nodes: pd.DataFrame, lang: str) -> list[Artist]:
    lines = [
        Line2D([], [], color=INK, lw=LINE_WIDTH, linestyle=style, label=text(lang, f"tie.{role}"))
        for role, style in TIES.items()
        if role in set(nodes["role"])
    ]
    fills = {"old": INK, "new": BLUE, "not_yet": WHITE}
    return [*lines, *(_dot("o", fill, text(lang, f"plot.map_{n}")) for n, fill in fills.items())]


def _dot(shape: str, fill: str, label: str) -> Line2D:
    edge = {"markerfacecolor": fill, "markeredgecolor": INK, "markersize": 9}
    return Line2D([], [], marker=shape, linestyle="", label=label, **edge)
