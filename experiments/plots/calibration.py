"""What a calibration tells: the range of each number before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.messages import number, parameter_name, text
from experiments.plots.lettering import fit
from experiments.plots.style import BLUE, INK, MOST_BAND, SMALL, WIDTH, drawn, new_figure

ROW = 0.42  # inches: a line of words and a line with the ranges
MOST_ROWS = 10


def calibration_table(summary: Mapping[str, Any]) -> pd.DataFrame:
    """name, told, and before_ and after_ with low, mid and high, for those told most about."""
    return pd.DataFrame(
        [
            {key: row[key] for key in ("name", "told", "distance")}
            | {
                f"{when}_{part}": value
                for when in ("before", "after")
                for part, value in zip(("low", "mid", "high"), row[when], strict=True)
            }
            for row in summary["parameters"][:MOST_ROWS]
        ]
    )


@drawn
def calibration(table: pd.DataFrame, left: int, villages: int, lang: str = "id") -> Figure:
    """One row a parameter, each on a scale of its own: all villages, and those that are left.

    table: see `calibration_table`; numbers about which the patterns speak are in bold.
    """
    said = text(
        lang, "calibrate.subtitle", left=number(left, lang, 0), all=number(villages, lang, 0)
    )
    figure = new_figure(ROW * len(table) + 0.5, text(lang, "calibrate.title"), said)
    ax = figure.add_subplot()
    for place, row in enumerate(table.to_dict("records")):
        low = min(row["before_low"], row["after_low"])
        high = max(row["before_high"], row["after_high"])

        def scaled(value: float, low: float = low, high: float = high) -> float:
            return (value - low) / (high - low) if high > low else 0.5

        line = place + 0.72
        for when, colour, width in (("before", MOST_BAND, 9), ("after", BLUE, 5)):
            span = [scaled(row[f"{when}_low"]), scaled(row[f"{when}_high"])]
            ax.plot(span, [line] * 2, color=colour, linewidth=width, solid_capstyle="butt")
            ax.plot(scaled(row[f"{when}_mid"]), line, "|", color=INK, markersize=width)
        words = {"transform": ax.get_yaxis_transform(), "fontsize": SMALL, "va": "center"}
        words["weight"] = "bold" if row["told"] else "normal"
        ax.text(0, place + 0.3, fit(parameter_name(row["name"], lang), WIDTH - 1.7, SMALL), **words)
        ends = " → ".join(
            _span(row[f"{when}_low"], row[f"{when}_high"], lang) for when in ("before", "after")
        )
        ax.text(1, place + 0.3, ends, ha="right", **words)
    ax.set_ylim(len(table), 0)
    ax.set_xlim(-0.02, 1.02)
    ax.set_yticks([])
    ax.set_xticks([])
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(text(lang, "calibrate.axis"))
    return figure


def _span(low: float, high: float, lang: str) -> str:
    decimals = 0 if high >= 100 or (low, high) == (round(low), round(high)) else 3
    ends = [number(value, lang, decimals) for value in (low, high)]
    return "-".join(dict.fromkeys(ends))
