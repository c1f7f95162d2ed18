"""Plans beside each other: what is done in which week, and what their cost brings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.advice import planning_told as words
from experiments.messages import number, text
from experiments.plots.axes import number_axis, week_ticks
from experiments.plots.lettering import fit, text_width
from experiments.plots.strip import MARKS, SIZE
from experiments.plots.style import (
    BLUE,
    GREY,
    HALF_BAND,
    INK,
    ORANGE,
    PALE,
    SMALL,
    WHITE,
    WIDTH,
    drawn,
    new_figure,
)

KEY = "plan_command.plot"
ROW = 0.21  # inches
LABELS = 1.85  # inches for the names at the left
OBVIOUS = ("market_stall", "social_media")  # where they are is no news
WIDE = 0.06  # inches between words and what stands beside them
THOUSAND = 1000.0
FRONT = 3.4  # inches high
CLOUD: dict[str, Any] = {"marker": "o", "markersize": 3, "color": HALF_BAND}
LIMIT: dict[str, Any] = {"color": GREY, "linestyle": "--", "linewidth": 1}
APART = 0.05  # of the height, between two names of plans


def timeline_table(summary: dict[str, Any], lang: str = "id") -> pd.DataFrame:
    """plan, kind, whom, first, last, waits: a row for each week in which something begins.

    first, last: of what lasts; waits: 1 where it takes place only if an outlet stops.
    """
    rows = []
    for plan in summary["plans"]:
        for each in plan["interventions"]:
            waits, last = "when" in each, summary["weeks"] - 1
            whom = "" if each["kind"] in OBVIOUS else words.named(each, summary, lang)
            for week in [each["week"]] if waits else words.starts(each, summary["weeks"]):
                until = last if waits else min(last, week + each.get("weeks", 1) - 1)
                rows.append([plan["id"], each["kind"], whom, week, until, int(waits)])
    return pd.DataFrame(rows, columns=["plan", "kind", "whom", "first", "last", "waits"])


@drawn
def timeline(
    table: pd.DataFrame, summary: dict[str, Any], dates: pd.Series[str], lang: str = "id"
) -> Figure:
    """A block for each plan: its name, gain and cost, then a row for each activity.

    table: as from `timeline_table`; dates: first day of each week, indexed by week.
    """
    rows = list(_rows(table, summary))
    figure = new_figure(
        ROW * len(rows) + 0.55, _headline(summary, lang), text(lang, f"{KEY}.subtitle"),
        _handles(bool(table["waits"].any()), lang), 3,
    )  # fmt: skip
    ax = figure.add_subplot()
    names = []
    for y, (plan, kind, whom) in enumerate(rows):
        if kind:
            mine = (table["plan"] == plan) & (table["kind"] == kind) & (table["whom"] == whom)
            _lane(ax, table[mine], whom, y, len(dates))
            names.append(fit(text(lang, f"activity.{kind}"), LABELS - WIDE, SMALL))
        else:
            _heading(ax, _plan(summary, plan), summary, y, lang)
            names.append("")
    ax.set_yticks(range(len(rows)), names)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlim(-1, dates.index[-1] + 1)
    week_ticks(ax, dates, WIDTH - LABELS, lang)
    ax.set_xlabel(text(lang, "plot.week"))
    _place(figure, ax)
    return figure


def _place(figure: Figure, ax: Axes) -> None:
    """The names at the left take the room kept for them, however long they are."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    box = ax.get_position()
    left = (LABELS + WIDE) / WIDTH
    ax.set_position((left, box.y0, 1 - left - WIDE / WIDTH, box.height))


def _rows(table: pd.DataFrame, summary: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Plan, kind and partner of each row from the top; without a kind: the plan's own heading."""
    for plan in summary["plans"]:
        yield plan["id"], "", ""
        mine = table.loc[table["plan"] == plan["id"], ["kind", "whom"]].drop_duplicates()
        yield from ((plan["id"], row.kind, row.whom) for row in mine.itertuples())


def _plan(summary: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(row for row in summary["plans"] if row["id"] == name)
    return found


def _headline(summary: dict[str, Any], lang: str) -> str:
    limits = {"rp": words.limit(summary, lang), "days": words.limit_days(summary, lang)}
    first = _plan(summary, summary["first"])
    if first["id"] == "none":
        return text(lang, f"{KEY}.timeline_none", **limits)
    income = words.gained(first["income"], lang)
    title = words.short_title(first, summary, lang)
    return text(lang, f"{KEY}.timeline", income=income, title=title, **limits)


def _heading(ax: Axes, plan: dict[str, Any], summary: dict[str, Any], y: int, lang: str) -> None:
    """The name of a plan in bold; what it gives and costs at the right."""
    ax.axhspan(y - 0.5, y + 0.5, color=PALE, linewidth=0)
    over = plan["over"] > summary["risk"]
    right = text(
        lang, f"{KEY}.{'over' if over else 'heading'}", income=words.gained(plan["income"], lang),
        cost=words.about(plan["rp"], lang), days=number(plan["days"], lang, 1),
    )  # fmt: skip
    room = WIDTH - text_width(right, SMALL) - 5 * WIDE
    name = fit(words.short_title(plan, summary, lang), room, SMALL, weight="bold")
    side: dict[str, Any] = {
        "transform": ax.get_yaxis_transform(),
        "va": "center",
        "fontsize": SMALL,
    }
    start = -LABELS / (WIDTH - LABELS - 2 * WIDE)
    ax.text(start, y, name, weight="bold", **side)
    ax.text(0.99, y, right, ha="right", **side)


def _lane(ax: Axes, part: pd.DataFrame, whom: str, y: int, weeks: int) -> None:
    """The marks of an activity, its spells, and with whom it is done."""
    ax.axhline(y, color=PALE, linewidth=0.8, zorder=0)
    for row in part.itertuples():
        if row.waits:
            ax.plot([row.first, row.last], [y, y], color=GREY, linewidth=1.2, linestyle=":")
            continue
        if row.last > row.first:
            ax.plot([row.first, row.last], [y, y], color=INK, linewidth=1.8)
        look = MARKS[str(row.kind)].look
        ax.plot(row.first, y, color=INK, markersize=SIZE, clip_on=False, zorder=4, **look)
    if whom:
        _beside(ax, whom, part["first"].min(), y, weeks)


def _beside(ax: Axes, whom: str, week: int, y: int, weeks: int) -> None:
    """The partner's name right of the first mark, or left of it where there is more room."""
    right = week < weeks / 2
    share = (weeks - week if right else week + 1) / (weeks + 2)
    name = fit(whom, share * (WIDTH - LABELS) - 4 * WIDE, SMALL)
    ax.annotate(
        name, (week, y), (8 if right else -8, 0), textcoords="offset points", fontsize=SMALL,
        ha="left" if right else "right", va="center", zorder=3,
        bbox={"facecolor": WHITE, "linewidth": 0, "pad": 0.8},
    )  # fmt: skip


def _handles(waits: bool, lang: str) -> list[Line2D]:
    mark: dict[str, Any] = {"marker": "o", "markersize": SIZE, "color": INK}
    dotted: dict[str, Any] = {"color": GREY, "linewidth": 1.2, "linestyle": ":"}
    return [
        Line2D([], [], linestyle="", label=text(lang, f"{KEY}.starts"), **mark),
        Line2D([], [], color=INK, linewidth=1.8, label=text(lang, f"{KEY}.lasts")),
        *([Line2D([], [], label=text(lang, f"{KEY}.waits"), **dotted)] if waits else []),
    ]


# --- Cost against gain ---------------------------------------------------------------------------


def front_table(summary: dict[str, Any], tried: pd.DataFrame) -> pd.DataFrame:
    """plan, rp, income of what is shown, then of all that the search tried within the budget."""
    shown = pd.DataFrame(
        [[row["id"], row["rp"], row["income"]] for row in summary["plans"]],
        columns=["plan", "rp", "income"],
    )
    cloud = tried.loc[tried["fits"], ["rp", "income"]].assign(plan="")
    return pd.concat([shown, cloud], ignore_index=True)[["plan", "rp", "income"]]


@drawn
def front(table: pd.DataFrame, summary: dict[str, Any], lang: str = "id") -> Figure:
    """Cost from left to right, gain upwards; the plans shown by name.

    table: as from `front_table`.
    """
    figure = new_figure(
        FRONT, text(lang, f"{KEY}.front", rp=words.limit(summary, lang)),
        text(lang, f"{KEY}.front_note"), _front_handles(summary, lang), 2,
    )  # fmt: skip
    ax = figure.add_subplot()
    cloud = table[table["plan"] == ""]
    ax.scatter(
        cloud["rp"] / THOUSAND, cloud["income"] / THOUSAND, s=7, color=HALF_BAND, rasterized=True
    )
    if summary["budget"]["rp"] is not None:
        ax.axvline(summary["budget"]["rp"] / THOUSAND, **LIMIT)
    ax.axhline(0, color=GREY, linewidth=0.8)
    named = table[table["plan"] != ""]
    for row in named.itertuples():
        look = _look(str(row.plan))
        ax.plot(row.rp / THOUSAND, row.income / THOUSAND, linestyle="", zorder=3, **look)
    number_axis(ax.xaxis, lang, 6)
    number_axis(ax.yaxis, lang, 6)
    ax.margins(0.06, 0.1)
    ax.set_xlabel(text(lang, f"{KEY}.x"))
    ax.set_ylabel(text(lang, f"{KEY}.y"))
    _label(ax, named, summary, lang)
    return figure


def _look(plan: str) -> dict[str, Any]:
    if plan.startswith("plan_"):
        return {"marker": "o", "color": BLUE, "markersize": 8, "markeredgecolor": INK}
    return {"marker": "s", "color": ORANGE, "markersize": 7, "markeredgecolor": INK}


def _label(ax: Axes, named: pd.DataFrame, summary: dict[str, Any], lang: str) -> None:
    """A name beside each point, moved up where it would stand on another."""
    low, high = ax.get_ylim()
    left, right = ax.get_xlim()
    last: list[tuple[float, float]] = []
    for row in named.sort_values("income").itertuples():
        x, y = row.rp / THOUSAND, row.income / THOUSAND
        near = [b for a, b in last if abs(a - x) < 0.3 * (right - left)]
        place = max([y, *(b + APART * 1.1 * (high - low) for b in near)])
        last.append((x, place))
        title = words.short_title(_plan(summary, str(row.plan)), summary, lang)
        beyond = x > left + 0.75 * (right - left)
        shift = (-8, 0) if beyond else (8, 0)
        ax.annotate(
            fit(title, WIDTH / 3, SMALL), (x, place), shift, textcoords="offset points",
            ha="right" if beyond else "left", va="center", fontsize=SMALL, zorder=2,
            bbox={"facecolor": WHITE, "linewidth": 0, "pad": 0.8, "alpha": 0.8},
        )  # fmt: skip


def _front_handles(summary: dict[str, Any], lang: str) -> list[Line2D]:
    point: dict[str, Any] = {"linestyle": ""}
    limit = summary["budget"]["rp"] is not None
    return [
        Line2D([], [], label=text(lang, f"{KEY}.shown"), **point, **_look("plan_1")),
        Line2D([], [], label=text(lang, f"{KEY}.package"), **point, **_look("none")),
        Line2D([], [], label=text(lang, f"{KEY}.tried"), **point, **CLOUD),
        *([Line2D([], [], label=text(lang, f"{KEY}.limit"), **LIMIT)] if limit else []),
    ]
