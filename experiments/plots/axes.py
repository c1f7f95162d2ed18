"""Axes in the reader's language: thousands of rupiah, decimal commas, weeks and months."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.messages import month, number
from experiments.plots.style import SMALL

# Columns in rupiah, tested against sim.measures; figures show them in thousands.
RUPIAH = frozenset(
    {
        "farm_income",
        "kube_income",
        "farm_income_forgone",
        "own_cash_income",
        "household_income",
        "net_income",
        "net_income_gain",
        "gross_income",
        "pay_per_hour",
        "forgone",
        "cash",
        "materials",
        "transport",
        "receipts",
        "receivable",
        "payouts",
        "wages",
        "grant_cash",
        "grants_rp",
        "dana_desa_rp",
        "intervention_cost_rp",
    }
)
LEVELS = {"low80": 0.1, "low50": 0.25, "middle": 0.5, "high50": 0.75, "high80": 0.9}
STEPS = [1, 2, 2.5, 5, 10]
WEEK_LABEL = 0.4  # inches that a week's number and month need
WEEK_STEPS = (1, 2, 4, 8, 13, 26, 52, 104)


def scale(measure: str) -> float:
    """What a column is divided by before it is plotted: 1000 for rupiah, else 1."""
    return 1000.0 if measure in RUPIAH else 1.0


def number_axis(axis: Axis, lang: str, ticks: int = 5) -> None:
    """A few round ticks, written in the reader's language."""
    axis.set_major_locator(MaxNLocator(ticks, steps=STEPS))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value, lang, 2)))


def whole_axis(axis: Axis, lang: str, ticks: int = 8) -> None:
    """Ticks on whole numbers only: weeks, partners."""
    number_axis(axis, lang)
    axis.set_major_locator(MaxNLocator(ticks, integer=True, steps=STEPS))


def panel_title(ax: Axes, title: str, note: str) -> None:
    """The panel's question in bold, its unit and how to read it in a smaller line below."""
    ax.set_title(title, weight="bold", pad=SMALL * 1.9)
    ax.annotate(note, (0, 1), (0, 5), "axes fraction", "offset points", fontsize=SMALL)


def from_zero(ax: Axes) -> None:
    """Let the vertical axis reach zero, so that heights can be compared."""
    low, high = ax.get_ylim()
    ax.set_ylim(min(low, 0) if low < 0 else 0, max(high, 0))


def week_ticks(ax: Axes, dates: pd.Series[str], inches: float, lang: str) -> None:
    """Week numbers with their month below, as many as fit; `dates` is indexed by week."""
    months = pd.to_datetime(dates).dt.month
    weeks = [int(week) for week in dates.index]
    wanted = (weeks[-1] - weeks[0]) * WEEK_LABEL / inches
    step = next((step for step in WEEK_STEPS if step >= wanted), WEEK_STEPS[-1])
    shown = [week for week in weeks if week % step == 0]
    names = [f"{number(week, lang, 0)}\n{month(months[week], lang)}" for week in shown]
    ax.set_xticks(shown, names)


def quantiles(frame: pd.DataFrame, keys: Sequence[str], column: str) -> pd.DataFrame:
    """The middle value and the ranges that hold half and eight tenths of the rows of each group."""
    table = frame.groupby(list(keys))[column].quantile(list(LEVELS.values())).unstack()
    return table.set_axis(list(LEVELS), axis=1)
