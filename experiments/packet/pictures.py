"""The drawings of the packet as SVG: twenty futures, the network, and the analyst's four panels."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments import compare, store
from experiments.analysis import paired
from experiments.messages import number, rupiah, text
from experiments.packet.facts import Facts, Option
from experiments.plots import map as network
from experiments.plots.lettering import fit
from experiments.plots.style import (
    BLUE,
    BODY,
    GREY,
    HALF_BAND,
    INK,
    MOST_BAND,
    ORANGE,
    SMALL,
    drawn,
    house,
)  # fmt: skip

THOUSAND = 1_000
COLOURS = {"A": INK, "B": BLUE, "C": ORANGE}
SHEET, PHONE = (7.1, 2.75), (3.6, 2.7)  # inches
TICKS = 4
FAR = 2  # times the highest line: a need above that would press all lines flat
NICE = (1, 2, 5, 10, 20, 50, 100, 200, 500)  # thousand rupiah between columns of dots


def svg(figure: Figure) -> str:
    """The figure as SVG whose words stay words; the same on every repeat."""
    page = io.StringIO()
    with house():
        figure.savefig(page, format="svg", metadata={"Date": None})
    return page.getvalue()


def ceiling(options: Sequence[Option], need: float | None) -> float:
    """One scale for all options: thousand rupiah a month, above every line, and a near need."""
    top = max(THOUSAND, *(max(f.monthly) for option in options for f in option.futures))
    fits = need is not None and need <= FAR * top
    return 1.05 * max(top, 1.1 * need if need and fits else 0) / THOUSAND


@drawn
def futures(
    option: Option, top: float, need: float | None, lang: str, size: tuple[float, float] = SHEET
) -> Figure:
    """Twenty thin lines and their middle; Rp thousand a month, from zero to `top`."""
    figure = Figure(figsize=size, layout="constrained")
    ax = figure.subplots()
    lines = np.array([future.monthly for future in option.futures]) / THOUSAND
    months = np.arange(1, lines.shape[1] + 1)
    ax.plot(months, lines.T, color=GREY, linewidth=0.8)
    middle = np.median(lines, axis=0)
    ax.plot(months, middle, color=INK, linewidth=5)
    ax.plot(months, middle, color=COLOURS[option.letter], linewidth=3)
    if need is not None and need / THOUSAND > top:
        words = text(lang, "packet.s5.need_far", amount=rupiah(need, lang))
        ax.text(1, 0.97 * top, words, fontsize=SMALL, va="top")
    elif need is not None:
        ax.axhline(need / THOUSAND, color=INK, linewidth=1.5, linestyle=(0, (1, 2)))
        words = text(lang, "packet.s5.need", amount=rupiah(need, lang))
        ax.text(1, need / THOUSAND + 0.02 * top, words, fontsize=SMALL, va="bottom")
    ax.set_ylim(0, top)
    ax.set_xlim(1, max(2, len(months)))
    ax.yaxis.set_major_locator(MaxNLocator(TICKS, integer=True))
    ax.xaxis.set_major_locator(MaxNLocator(12 if size is SHEET else 6, integer=True))
    ax.yaxis.set_major_formatter(lambda value, _: number(value, lang, 0))
    ax.grid(axis="y")
    ax.set_xlabel(text(lang, "packet.s5.x"))
    ax.set_title(fit(text(lang, "packet.s5.y"), size[0] - 0.4, BODY, lines=2), fontsize=BODY)
    return figure


def partners(facts: Facts) -> pd.DataFrame:
    """Every partner once, with its tie before and in the plan of the options together."""
    before, after = compare.ties(facts.group, facts.options[0].scenario)
    for option in facts.options[1:]:
        _, more = compare.ties(facts.group, option.scenario)
        after["tie"] = after["tie"] | more["tie"]
    return network.map_table(before, after)


def partner_map(facts: Facts, lang: str) -> Figure:
    """Two maps, before and in the plans; the names outside the ring."""
    before, after = compare.ties(facts.group, facts.options[0].scenario)
    both = partners(facts).set_index("id")
    after["tie"] = after["id"].map(both["after"])
    title = facts.options[-1].title(lang)
    return network.network_map(before, after, lang, facts.group.name, title, titled=False)


# --- The analyst's page --------------------------------------------------------------------------


@drawn
def analyst(facts: Facts, lang: str) -> Figure:
    """Fan, paired differences, what the variance goes with, and stability: one panel each."""
    figure = Figure(figsize=(7.1, 7.2), layout="constrained")
    panels = figure.subplots(2, 2)
    _fan(panels[0, 0], facts, lang)
    _gaps(panels[0, 1], facts, lang)
    _tornado(panels[1, 0], facts, lang)
    _stable(panels[1, 1], facts, lang)
    return figure


def _shown(facts: Facts) -> Option:
    return next(option for option in facts.options if option.letter == facts.shown)


def _fan(ax: Axes, facts: Facts, lang: str) -> None:
    option = _shown(facts)
    weekly = store.read(facts.folder, "weekly", ["week", "kube_income"], [option.scenario.id])
    bands = weekly.groupby("week")["kube_income"].quantile([0.1, 0.25, 0.5, 0.75, 0.9]).unstack()
    ax.fill_between(bands.index, bands[0.1], bands[0.9], color=MOST_BAND, lw=0)
    ax.fill_between(bands.index, bands[0.25], bands[0.75], color=HALF_BAND, lw=0)
    ax.plot(bands.index, bands[0.5], color=INK, linewidth=2)
    _label(ax, text(lang, "packet.guide.fan", title=option.letter),
           text(lang, "packet.guide.week"))  # fmt: skip
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(lambda value, _: number(value, lang, 0))


def _by_village(facts: Facts, option: Option) -> pd.Series[float]:
    ids = [facts.options[0].scenario.id, option.scenario.id]
    runs = store.read(facts.folder, "runs", scenarios=ids)
    gaps = paired.differences(runs, ids[1], ids[0], "net_income")
    return gaps.groupby("village_id")["difference"].mean()


def _gaps(ax: Axes, facts: Facts, lang: str) -> None:
    others = facts.options[1:]
    luck = np.random.default_rng(0)
    for place, option in enumerate(others):
        gaps = _by_village(facts, option)
        spread = place + luck.uniform(-0.3, 0.3, len(gaps))
        ax.plot(gaps, spread, ".", color=COLOURS[option.letter], markersize=2, alpha=0.5)
        ax.plot([gaps.median()] * 2, [place - 0.4, place + 0.4], color=INK, linewidth=2)
    for edge in (-facts.margin, facts.margin):
        ax.axvline(edge, color=GREY, linewidth=0.8, linestyle="dotted")
    ax.set_yticks(range(len(others)), [option.letter for option in others])
    ax.set_ylim(len(others) - 0.5, -0.5)
    title = text(lang, "packet.guide.gaps", baseline=facts.options[0].letter)
    _label(ax, title, text(lang, "packet.guide.per_week"))
    ax.xaxis.set_major_formatter(lambda value, _: number(value, lang, 0))


def _tornado(ax: Axes, facts: Facts, lang: str) -> None:
    rows = facts.found.sort_values("share", ascending=False).head(8)
    ax.barh(range(len(rows)), 100 * rows["share"], color=HALF_BAND, edgecolor=INK, linewidth=0.6)
    ax.set_yticks(range(len(rows)), list(rows["parameter"]), fontsize=7)
    ax.invert_yaxis()
    _label(ax, text(lang, "packet.guide.tornado"), text(lang, "packet.guide.share"))


def _stable(ax: Axes, facts: Facts, lang: str) -> None:
    for option in facts.options[1:]:
        gaps = _by_village(facts, option).to_numpy()
        steps = np.unique(np.geomspace(min(10, len(gaps)), len(gaps), 40).astype(int))
        middle = np.array([np.median(gaps[:step]) for step in steps])
        error = np.array([1.2533 * gaps[:step].std() / math.sqrt(step) for step in steps])
        colour = COLOURS[option.letter]
        ax.fill_between(steps, middle - 2 * error, middle + 2 * error, color=colour, alpha=0.2)
        ax.plot(steps, middle, color=colour, linewidth=1.8)
        ax.annotate(option.letter, (steps[-1], middle[-1]), xytext=(3, 0),
                    textcoords="offset points", va="center", fontsize=SMALL)  # fmt: skip
    ax.set_xscale("log")
    ax.yaxis.set_major_formatter(lambda value, _: number(value, lang, 0))
    ax.xaxis.set_major_formatter(lambda value, _: number(value, lang, 0))
    ax.xaxis.set_minor_formatter(lambda value, _: "")
    title, axis = text(lang, "packet.guide.stable"), text(lang, "packet.guide.villages_axis")
    _label(ax, title, axis)


def _label(ax: Axes, title: str, axis: str) -> None:
    ax.set_title(fit(title, 2.6, SMALL, lines=2, weight="bold"), fontsize=SMALL, weight="bold")
    ax.set_xlabel(axis, fontsize=SMALL)
    ax.tick_params(labelsize=8)
    ax.grid(axis="y")


def monthly_money(option: Option) -> tuple[float, float]:
    """The middle of twenty futures in the first and last month, Rp."""
    lines = np.array([future.monthly for future in option.futures])
    middle = np.median(lines, axis=0)
    return float(middle[0]), float(middle[-1])


@drawn
def dots(facts: Facts, lang: str) -> Figure:
    """A quantile dotplot (Kay et al. 2016): twenty possibilities of money more a month."""
    option = _shown(facts)
    gains = np.array(option.gains) / THOUSAND
    span = (gains.max() - gains.min()) / 16
    step = next((size for size in NICE if size >= span), float(math.ceil(span)))
    columns = np.round(gains / step) * step
    figure = Figure(figsize=(7.1, 2.5), layout="constrained")
    ax = figure.subplots()
    heights = pd.Series(columns).groupby(columns).cumcount().to_numpy() + 0.5
    ax.scatter(columns, heights, s=150, facecolor=COLOURS[option.letter], edgecolor=INK)
    ax.axvline(0, color=INK, linewidth=1, linestyle=(0, (1, 2)))
    ax.set_ylim(0, max(3.0, heights.max() + 0.7))
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_formatter(lambda value, _: number(value, lang, 0))
    ax.set_xlabel(text(lang, "packet.summary.x"))
    title = f"{option.letter}: {text(lang, 'packet.summary.dots')}"
    ax.set_title(fit(title, 6.8, BODY, lines=2), fontsize=BODY)
    return figure
