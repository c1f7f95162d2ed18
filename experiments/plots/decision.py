"""Which plan surely adds, and what it costs: intervals that hold at once, and frontiers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.messages import number, text
from experiments.plots.axes import number_axis, scale
from experiments.plots.lettering import fit, text_width
from experiments.plots.style import (
    BLUE,
    GREY,
    INK,
    PALE,
    SMALL,
    WHITE,
    WIDTH,
    drawn,
    new_figure,
)

ROW = 0.42  # inches: a line of words and a line with the interval
PANEL = 2.3  # inches high, one for each cost
MILLIONS = 1e6


def decision_table(decision: Mapping[str, Any], measure: str) -> pd.DataFrame:
    """One row a strategy but the baseline, most first: mean, lo, hi, verdict, places."""
    rows = [
        {
            "scenario_id": row["one"], **{end: row[end] for end in ("mean", "lo", "hi", "verdict")},
            **{end: decision["strategies"][row["one"]][end] for end in ("rank_first", "rank_last")},
        }
        for row in decision["against"]
        if row["other"] == decision["baseline"] and row["outcome"] == measure
    ]  # fmt: skip
    return pd.DataFrame(rows).sort_values("mean", ascending=False, ignore_index=True)


@drawn
def intervals(
    table: pd.DataFrame, titles: Mapping[str, str], margin: float, baseline: str, lang: str = "id"
) -> Figure:
    """One row a strategy: its mean gain, the ends that hold for all at once, its places.

    table: see `decision_table`; titles by scenario_id; baseline: the title of the first strategy.
    """
    unit = scale("net_income")
    figure = new_figure(
        ROW * len(table) + 0.5,
        text(lang, "decide.plot.title"),
        text(lang, "decide.plot.subtitle", baseline=fit(baseline, WIDTH / 3, SMALL)),
    )
    ax = figure.add_subplot()
    ax.axvspan(-margin / unit, margin / unit, color=PALE, linewidth=0)
    ax.axvline(0, color=INK, linewidth=1)
    for i, row in enumerate(table.to_dict("records")):
        place = {"transform": ax.get_yaxis_transform(), "fontsize": SMALL, "va": "center"}
        place["bbox"] = {"facecolor": WHITE, "edgecolor": "none", "pad": 0.4}
        said = _place(row, lang)
        room = WIDTH - 0.5 - text_width(said, SMALL)
        ax.text(0, i + 0.27, fit(titles[row["scenario_id"]], room, SMALL), **place)
        ax.text(1, i + 0.27, said, ha="right", **place)
        sure = row["verdict"] in ("better", "worse")
        line = i + 0.72
        ax.plot([row["lo"] / unit, row["hi"] / unit], [line] * 2, color=INK, linewidth=2)
        ax.plot(row["mean"] / unit, line, "o", color=BLUE if sure else WHITE,
                markeredgecolor=INK, markersize=6)  # fmt: skip
    ax.set_ylim(len(table), 0)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    number_axis(ax.xaxis, lang, 6)
    ax.set_xlabel(text(lang, "decide.plot.axis"))
    return figure


def _place(row: Mapping[str, Any], lang: str) -> str:
    first, last = (number(row[end], lang, 0) for end in ("rank_first", "rank_last"))
    return text(lang, "decide.plot.place", rank=first if first == last else f"{first}–{last}")


def cost_table(decision: Mapping[str, Any], costs: tuple[str, ...]) -> pd.DataFrame:
    """scenario_id, gain, and each cost with whether a strategy lies on its frontier."""
    rows = decision["strategies"]
    columns = ["gain", *costs, *(f"on_{cost}" for cost in costs)]
    return pd.DataFrame(
        [{"scenario_id": name, **{key: row[key] for key in columns}} for name, row in rows.items()]
    )


@drawn
def frontiers(
    table: pd.DataFrame, titles: Mapping[str, str], costs: tuple[str, ...], weeks: int,
    lang: str = "id",
) -> Figure:  # fmt: skip
    """A panel for each cost: every strategy as a dot, those on the frontier numbered and joined."""
    on = table[table[[f"on_{cost}" for cost in costs]].astype(bool).any(axis=1)]
    numbers = {name: i for i, name in enumerate(on.sort_values("gain")["scenario_id"], 1)}
    figure = new_figure(
        PANEL * len(costs),
        text(lang, "decide.plot.cost_title"),
        text(lang, "decide.plot.cost_subtitle", weeks=weeks),
        [_key(i, titles[name]) for name, i in numbers.items()],
        columns=2 if max(text_width(titles[name], SMALL) for name in numbers) < WIDTH / 2.6 else 1,
    )
    for ax, cost in zip(figure.subplots(len(costs), 1), costs, strict=True):
        unit = MILLIONS if cost.endswith("_rp") else 1.0
        _frontier(ax, table, cost, unit, numbers)
        ax.set_xlabel(text(lang, f"decide.plot.cost_axis.{cost}"))
        ax.set_ylabel(text(lang, "decide.plot.gain_axis"), fontsize=SMALL)
        number_axis(ax.xaxis, lang, 6)
        number_axis(ax.yaxis, lang, 4)
    return figure


def _key(place: int, title: str) -> Line2D:
    """A line of the legend: the number and the strategy."""
    return Line2D([], [], alpha=0, label=f"{place}  {fit(title, WIDTH - 0.8, SMALL)}")


def _frontier(
    ax: Axes, table: pd.DataFrame, cost: str, unit: float, numbers: Mapping[str, int]
) -> None:
    """Dots of all strategies; the line goes from the cheapest to the dearest on the frontier."""
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.plot(
        table[cost] / unit, table["gain"] / MILLIONS, "o", color=WHITE, markeredgecolor=GREY,
        markersize=5,
    )  # fmt: skip
    on = table[table[f"on_{cost}"].astype(bool)].sort_values(cost)
    at, height = on[cost] / unit, on["gain"] / MILLIONS
    ax.plot(at, height, "-o", color=INK, markersize=11, linewidth=1.2)
    for name, x, y in zip(on["scenario_id"], at, height, strict=True):
        ax.text(x, y, str(numbers[name]), color=WHITE, fontsize=SMALL, ha="center",
                va="center_baseline")  # fmt: skip
