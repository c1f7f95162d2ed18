"""Figures of a study: dots, small multiples, what moves the result, when it is enough."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from experiments.messages import number, rupiah, text
from experiments.plots.axes import from_zero, number_axis, panel_title, scale
from experiments.plots.lettering import fit
from experiments.plots.style import (
    BLUE,
    GREY,
    HALF_BAND,
    INK,
    ORANGE,
    PALE,
    SMALL,
    WIDTH,
    drawn,
    new_figure,
    series,
)

ROW = 0.42  # inches: a line of words and a line with the marks
PANEL = 2.1  # inches high
NEARLY_SURE = 1.96  # standard errors to either side
HUNDRED = 100


def _rows(figure: Figure, count: int) -> Axes:
    """An axis for rows from top to bottom, their words over their marks, every second one pale."""
    ax = figure.add_subplot()
    for row in range(1, count, 2):
        ax.axhspan(row, row + 1, color=PALE, linewidth=0)
    ax.set_ylim(count, 0)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    return ax


def _words(ax: Axes, row: int, left: str, right: str = "", bold: bool = False) -> None:
    look = {"transform": ax.get_yaxis_transform(), "fontsize": SMALL, "va": "center"}
    look["weight"] = "bold" if bold else "normal"
    ax.text(0, row + 0.3, fit(left, WIDTH - 1.9, SMALL), **look)
    ax.text(1, row + 0.3, right, ha="right", **look)


@drawn
def dots(table: pd.DataFrame, titles: Mapping[str, str], measure: str, lang: str = "id") -> Figure:
    """A row for each level: the middle and 8 in 10 of villages, for each scenario.

    table: level, scenario_id, value, lo, hi (unit of `measure`).
    """
    looks = dict(zip(titles, series(len(titles)), strict=True))
    handles = [
        Line2D([], [], color=look.colour, marker=look.marker, linestyle="",
               label=fit(titles[name], WIDTH / 2 - 0.8, SMALL, lines=2))
        for name, look in looks.items()
    ]  # fmt: skip
    levels = list(dict.fromkeys(table["level"]))
    tall = 0.3 + 0.16 * len(titles)
    figure = new_figure(
        tall * len(levels) + 0.5, text(lang, "study.dots_title"),
        f"{text(lang, f'measure.{measure}')}; {text(lang, 'study.band')}", handles,
    )  # fmt: skip
    ax, unit = _rows(figure, len(levels)), scale(measure)
    for row, level in enumerate(levels):
        look = {"transform": ax.get_yaxis_transform(), "fontsize": SMALL, "va": "center"}
        ax.text(0, row + 0.13 / tall, fit(str(level), WIDTH - 0.4, SMALL), **look)
        for place, (name, mark) in enumerate(looks.items()):
            cell = table[(table["level"] == level) & (table["scenario_id"] == name)]
            for each in cell.to_dict("records"):
                line = row + (0.32 + 0.16 * place) / tall
                ax.plot([each["lo"] / unit, each["hi"] / unit], [line] * 2, color=mark.colour,
                        linewidth=2)  # fmt: skip
                ax.plot(each["value"] / unit, line, mark.marker, color=mark.colour, markersize=6)
    ax.axvline(0, color=GREY, linewidth=0.8)
    number_axis(ax.xaxis, lang, 6)
    return figure


@drawn
def multiples(
    table: pd.DataFrame,
    titles: Mapping[str, str],
    measure: str,
    x_label: str,
    lang: str = "id",
) -> Figure:
    """Small multiples: in each panel one line a scenario over x, with 8 in 10 of villages.

    table: panel, x, scenario_id, value, lo, hi (unit of `measure`); all panels share their axes.
    """
    looks = dict(zip(titles, series(len(titles)), strict=True))
    handles = [
        Line2D([], [], color=look.colour, dashes=look.dash, marker=look.marker,
               label=fit(titles[name], WIDTH / 2 - 0.8, SMALL, lines=2))
        for name, look in looks.items()
    ]  # fmt: skip
    panels = list(dict.fromkeys(table["panel"]))
    rows = -(-len(panels) // 2)
    figure = new_figure(
        PANEL * rows, text(lang, "study.multiples_title"),
        f"{text(lang, f'measure.{measure}')}; {text(lang, 'study.band')}",
        [*handles, Patch(facecolor="#DDDDDD", label=text(lang, "plot.lines_band"))],
    )  # fmt: skip
    axes = figure.subplots(rows, 2, sharex="col" if "own_x" in table else True, sharey=True,
                           squeeze=False).ravel()  # fmt: skip
    unit = scale(measure)
    for ax, panel in zip(axes, panels, strict=False):
        mine = table[table["panel"] == panel]
        for name, look in looks.items():
            line = mine[mine["scenario_id"] == name].sort_values("x")
            low, value, high = (line[column] / unit for column in ("lo", "value", "hi"))
            ax.fill_between(line["x"], low, high, color=look.colour, alpha=0.12, linewidth=0)
            ax.plot(line["x"], value, color=look.colour, dashes=look.dash, marker=look.marker,
                    markersize=4)  # fmt: skip
        ax.set_title(fit(str(panel), WIDTH / 2 - 0.7, SMALL, lines=2), fontsize=SMALL)
        ax.axhline(0, color=GREY, linewidth=0.8)
        ax.grid(axis="y")
        number_axis(ax.yaxis, lang, 4)
        number_axis(ax.xaxis, lang, 5)
    for ax in axes[len(panels) :]:
        ax.set_visible(False)
    for ax in axes[: len(panels)][-2:]:  # the lowest of each column
        ax.tick_params(labelbottom=True)
        ax.set_xlabel(fit(x_label, WIDTH / 2 - 0.5, SMALL, lines=2), fontsize=SMALL)
    return figure


@drawn
def indices(table: pd.DataFrame, names: Mapping[str, str], note: str, lang: str = "id") -> Figure:
    """Sobol' indices, largest first: total as a bar, first order as a dot, both with intervals.

    table: see `analysis.sensitivity.sobol`; names: of the inputs; note: how far to trust them.
    """
    bar = Patch(facecolor=HALF_BAND, label=text(lang, "study.total"))
    dot = Line2D([], [], marker="o", color=INK, linestyle="", label=text(lang, "study.first"))
    figure = new_figure(ROW * len(table) + 0.5, text(lang, "study.sobol_title"), note, [bar, dot])
    ax = _rows(figure, len(table))
    for row, each in enumerate(table.to_dict("records")):
        _words(ax, row, names[each["input"]], number(HUNDRED * each["total"], lang, 0))
        line = row + 0.72
        ax.barh(line, HUNDRED * max(0.0, each["total"]), height=0.3, color=HALF_BAND)
        ends = [HUNDRED * each[f"total_{end}"] for end in ("lo", "hi")]
        ax.plot(ends, [line] * 2, color=BLUE, linewidth=1.4)
        ends = [HUNDRED * each[f"first_{end}"] for end in ("lo", "hi")]
        ax.plot(ends, [line + 0.12] * 2, color=INK, linewidth=1)
        ax.plot(HUNDRED * each["first"], line + 0.12, "o", color=INK, markersize=5)
    ax.axvline(0, color=GREY, linewidth=0.8)
    number_axis(ax.xaxis, lang, 6)
    ax.set_xlabel(text(lang, "study.sobol_axis"))
    return figure


@drawn
def tornado(
    table: pd.DataFrame, names: Mapping[str, str], measure: str, note: str = "", lang: str = "id"
) -> Figure:
    """A row for each parameter: the mean result at its low and at its high end, with 95 in 100.

    table: see `analysis.sensitivity.tornado` (unit of `measure`); note: how far to trust it.
    """
    low = Line2D([], [], marker="o", color=ORANGE, markeredgecolor=INK, linewidth=1.4,
                 label=text(lang, "study.at_low"))  # fmt: skip
    high = Line2D([], [], marker="s", color=BLUE, linewidth=1.4, label=text(lang, "study.at_high"))
    under = "; ".join([text(lang, f"measure.{measure}"), text(lang, "study.tornado_band")])
    figure = new_figure(
        ROW * len(table) + 0.5, text(lang, "study.tornado_title"), note or under, [low, high]
    )
    ax = _rows(figure, len(table))
    for row, each in enumerate(table.to_dict("records")):
        line = row + 0.72
        ends = (each["at_low"] / 1000, each["at_high"] / 1000)
        ax.plot(ends, [line] * 2, color=HALF_BAND, linewidth=5, solid_capstyle="butt")
        for end, mark, colour, edge, lift in (
            ("at_low", "o", ORANGE, INK, -0.08),
            ("at_high", "s", BLUE, BLUE, 0.08),
        ):
            sure = [each[f"{end}_lo"] / 1000, each[f"{end}_hi"] / 1000]
            ax.plot(sure, [line + lift] * 2, color=colour, linewidth=1.4)
            ax.plot(each[end] / 1000, line + lift, mark, color=colour, markeredgecolor=edge,
                    markersize=5)  # fmt: skip
        told = f"{rupiah(each['at_low'], lang)} → {rupiah(each['at_high'], lang)}"
        _words(ax, row, names[each["parameter"]], told)
    number_axis(ax.xaxis, lang, 6)
    if note:  # then what is measured has no room above
        ax.set_xlabel(fit(under, WIDTH - 0.6, SMALL, lines=2), fontsize=SMALL)
    return figure


@drawn
def stability(
    tables: Mapping[str, pd.DataFrame], titles: Mapping[str, str], lang: str = "id"
) -> Figure:
    """The mean gain over the first N villages with its 95 in 100 interval, N doubling.

    tables: by scenario, see `analysis.responses.stability` (rupiah).
    """
    looks = dict(zip(tables, series(len(tables)), strict=True))
    handles = [
        Line2D([], [], color=look.colour, dashes=look.dash, marker=look.marker,
               label=fit(titles[name], WIDTH / 2 - 0.8, SMALL, lines=2))
        for name, look in looks.items()
    ]  # fmt: skip
    figure = new_figure(
        2.8, text(lang, "study.stability_title"), text(lang, "measure.net_income_gain"), handles
    )
    ax = figure.add_subplot()
    for name, look in looks.items():
        table = tables[name]
        sure = NEARLY_SURE * table["error"] / 1000
        mean = table["mean"] / 1000
        ax.fill_between(table["n"], mean - sure, mean + sure, color=look.colour, alpha=0.15,
                        linewidth=0)  # fmt: skip
        ax.plot(table["n"], mean, color=look.colour, dashes=look.dash, marker=look.marker)
    ax.set_xscale("log", base=2)
    counts = sorted({int(n) for table in tables.values() for n in table["n"]})
    ax.set_xticks(counts, [number(n, lang, 0) for n in counts])
    ax.minorticks_off()
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.grid(axis="y")
    number_axis(ax.yaxis, lang)
    ax.set_xlabel(text(lang, "study.stability_axis"))
    return figure


@drawn
def recovery(
    ratios: pd.DataFrame, titles: Mapping[str, str], names: Mapping[str, str], lang: str = "id"
) -> Figure:
    """A panel for each shock: what is left of a measure, of 100, week by week.

    ratios: see `analysis.recovery.ratios`, and first, end: the weeks of the shock.
    """
    shocks = list(dict.fromkeys(ratios["shock"]))
    looks = dict(zip(titles, series(len(titles)), strict=True))
    handles = [
        Line2D([], [], color=look.colour, dashes=look.dash,
               label=fit(titles[name], WIDTH / 2 - 0.8, SMALL, lines=2))
        for name, look in looks.items()
    ]  # fmt: skip
    figure = new_figure(
        1.7 * len(shocks), text(lang, "study.recovery_title"), text(lang, "study.recovery_note"),
        [*handles, Patch(facecolor=PALE, label=text(lang, "study.shock_weeks"))],
    )  # fmt: skip
    axes = figure.subplots(len(shocks), 1, sharex=True, squeeze=False).ravel()
    for ax, shock in zip(axes, shocks, strict=True):
        mine = ratios[ratios["shock"] == shock]
        ax.axvspan(mine["first"].iloc[0], mine["end"].iloc[0], color=PALE, linewidth=0)
        ax.axhline(HUNDRED, color=GREY, linewidth=0.8)
        for name, look in looks.items():
            line = mine[mine["scenario_id"] == name]
            ax.fill_between(line["week"], HUNDRED * line["lo"], HUNDRED * line["hi"],
                            color=look.colour, alpha=0.15, linewidth=0)  # fmt: skip
            ax.plot(line["week"], HUNDRED * line["ratio"], color=look.colour, dashes=look.dash)
        panel_title(ax, names[shock], "")
        ax.set_ylim(*_around(mine))
        from_zero(ax)
        number_axis(ax.yaxis, lang, 4)
    axes[-1].set_xlabel(text(lang, "study.week"))
    number_axis(axes[-1].xaxis, lang, 8)
    return figure


def _around(ratios: pd.DataFrame) -> tuple[float, float]:
    """Limits of an axis, of 100: a band that is far wider than the lines is cut off."""
    low, high = HUNDRED * ratios["ratio"].min(), HUNDRED * max(1.0, ratios["ratio"].max())
    room = (high - min(low, 0.0)) / 2
    bottom = np.fmax(low - room, HUNDRED * np.fmin(ratios["lo"], ratios["ratio"]).min())
    top = np.fmin(high + room, HUNDRED * np.fmax(ratios["hi"], ratios["ratio"]).max())
    return float(bottom), float(max(top, 1.1 * HUNDRED))
