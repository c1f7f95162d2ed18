"""Network response: what a woman earns with more partner outlets, and what sets the limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy import stats

from experiments.messages import number, rupiah, text
from experiments.plots.axes import from_zero, number_axis, panel_title, quantiles, whole_axis
from experiments.plots.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    WHITE,
    drawn,
    new_figure,
    series,
    two_columns,
)

TRUST = ("low", "middle", "high")
SHOWN = "middle"  # the trust level of the limits and of gross income
LOOKS = dict(zip(TRUST, series(len(TRUST)), strict=True))
# Neighbours in the stack differ by 20 in lightness, or by their hatch.
LIMITS: dict[str, dict[str, Any]] = {
    "demand": {"facecolor": INK},
    "cash": {"facecolor": BLUE},
    "hands": {"facecolor": ORANGE},
    "trips": {"facecolor": "#FBEFD5"},
    "ties": {"facecolor": WHITE, "hatch": "...."},
    "none": {"facecolor": WHITE, "hatch": "////"},
}
EDGE: dict[str, Any] = {"edgecolor": INK, "linewidth": 0.5}
DODGE = 0.18  # partners between the lines of two trust levels
CONFIDENCE = 0.95
THOUSAND = 1000


def response_table(points: pd.DataFrame, binding: pd.DataFrame) -> pd.DataFrame:
    """By trust and partners: median incomes, half range, what the next partner adds, limits.

    Rupiah per woman per week; `added` is paired by village, with a 95% interval of its mean.
    """
    keys = ["trust", "partners"]
    villages = points.groupby([*keys, "village_id"])[["net_income", "gross_income"]].mean()
    ranges = quantiles(villages.reset_index(), keys, "net_income")[["low50", "high50"]]
    limits = binding.pivot_table(index=keys, columns="binding", values="share", aggfunc="mean")
    shares = limits.reindex(columns=list(LIMITS)).fillna(0).add_prefix("share_")
    typical = villages.groupby(keys).median()
    table = typical.join(ranges).join(_added(villages["net_income"])).join(shares)
    return table.reindex(
        [trust for trust in TRUST if trust in table.index], level="trust"
    ).reset_index()


def _added(income: pd.Series[float]) -> pd.DataFrame:
    """Mean gain of each further partner over villages, with its interval; none for the first."""
    wide = income.unstack("partners")
    steps = wide.columns.to_series().diff()
    groups = (wide.diff(axis=1) / steps).stack().groupby(["trust", "partners"])
    mean, count = groups.mean(), groups.count()
    error = groups.std() / np.sqrt(count) * stats.t.ppf((1 + CONFIDENCE) / 2, count - 1)
    return pd.DataFrame({"added": mean, "added_low": mean - error, "added_high": mean + error})


@drawn
def network_response(points: pd.DataFrame, binding: pd.DataFrame, lang: str = "id") -> Figure:
    """Three panels over the number of partners: income, what the next adds, what binds.

    points: partners, trust (low, middle, high), village_id, net_income, gross_income (rupiah per
    woman per week); binding: partners, trust, binding (demand, cash, hands, trips, ties, none),
    share.
    """
    table = response_table(points, binding)
    middle = table[table["trust"] == SHOWN]
    handles = two_columns(_line_handles(lang), _limit_handles(lang))
    figure = new_figure(7.6, _headline(middle, lang), handles=handles)
    grid = figure.add_gridspec(3, 1, height_ratios=[3, 2.2, 2.2])
    income = figure.add_subplot(grid[0])
    added = figure.add_subplot(grid[1], sharex=income)
    limits = figure.add_subplot(grid[2], sharex=income)
    income.plot(middle["partners"], middle["gross_income"] / THOUSAND, ":", color=GREY, lw=2)
    _levels(income, table, ["low50", "net_income", "high50"], lang)
    _levels(added, table, ["added_low", "added", "added_high"], lang)
    _limits(limits, middle, lang)
    for ax, name in ((income, "income"), (added, "added"), (limits, "binding")):
        title = text(lang, f"plot.response_{name}")
        panel_title(ax, title, text(lang, f"plot.response_{name}_note"))
    whole_axis(income.xaxis, lang, 13)
    limits.set_xlabel(text(lang, "plot.partners"))
    return figure


def _headline(middle: pd.DataFrame, lang: str) -> str:
    first, last = middle.iloc[0], middle.iloc[-1]
    partners = {"first": number(first["partners"], lang), "last": number(last["partners"], lang)}
    income = {"low": rupiah(first["net_income"], lang), "high": rupiah(last["net_income"], lang)}
    return text(lang, "plot.response_title", **partners, **income)


def _levels(ax: Axes, table: pd.DataFrame, columns: list[str], lang: str) -> None:
    """One line with ranges per trust level, set side by side so that none hides another."""
    for place, (trust, look) in enumerate(LOOKS.items()):
        rows = table[table["trust"] == trust].dropna(subset=columns[1])
        low, mean, high = (rows[column] / THOUSAND for column in columns)
        x = rows["partners"] + DODGE * (place - 1)
        ax.vlines(x, low, high, color=look.colour, linewidth=1)
        ax.plot(
            x, mean, look.marker, color=look.colour, dashes=look.dash, linestyle="-", markersize=4.5
        )
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.grid(axis="y")
    number_axis(ax.yaxis, lang)
    from_zero(ax)


def _limits(ax: Axes, middle: pd.DataFrame, lang: str) -> None:
    floor = np.zeros(len(middle))
    for name, fill in LIMITS.items():
        share = 10 * middle[f"share_{name}"].to_numpy()
        ax.bar(middle["partners"], share, 0.8, floor, **fill, **EDGE)
        floor = floor + share
    ax.set_yticks(range(0, 11, 2))


def _line_handles(lang: str) -> list[Artist]:
    levels = [
        Line2D(
            [],
            [],
            color=look.colour,
            marker=look.marker,
            dashes=look.dash,
            label=text(lang, f"trust.{trust}"),
        )
        for trust, look in LOOKS.items()
    ]
    gross = text(lang, "plot.response_gross")
    return [*levels, Line2D([], [], color=GREY, linestyle=":", linewidth=2, label=gross)]


def _limit_handles(lang: str) -> list[Artist]:
    return [
        Patch(**fill, **EDGE, label=text(lang, f"binding.{name}")) for name, fill in LIMITS.items()
    ]
