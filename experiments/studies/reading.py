"""Figures and words of a study, from its folder alone."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
from pandas.api.types import is_numeric_dtype

from experiments import say, store
from experiments.analysis import responses, sensitivity
from experiments.messages import number, rupiah, text
from experiments.plots import study as plots
from experiments.plots import style
from experiments.plots.sweep import sweep_heatmap, sweep_lines
from experiments.studies.described import NONE
from experiments.studies.design import ASKED
from experiments.studies.named import factor_name, input_name, level_name
from experiments.studies.shards import KEYS
from experiments.studies.verifying import Kept, of_question
from sim.scenario import register_of

MARGIN: Final = 1_000.0  # Rp a woman and week: less is practically the same
MOST_ROWS: Final = 10  # of a tornado
MOST_PANELS: Final = 6
BINS: Final = 8  # of a parameter that is drawn
FEWEST: Final = 20  # villages, for stability; points, for what moves the result


class _Reading:
    """What every part of a report needs."""

    def __init__(self, out: Path, lang: str) -> None:
        self.out, self.lang, self.kept = out, lang, Kept(out)
        asked = self.kept.manifest["question"]
        self.titles = {each["id"]: each["title"][lang] for each in asked["scenarios"]}
        self.baseline, *self.others = self.titles
        measures = self.kept.frame.measures
        self.measure = "net_income" if "net_income" in measures else measures[0]
        design = store.read(out, "design")
        self.design = design[design[ASKED]].reset_index(drop=True)
        columns = [*KEYS, self.measure]
        self.weekly = [f"{name}_weekly" for name in self.kept.frame.weekly]
        self.runs = store.read(out, "runs", columns)
        self.runs = of_question(self.kept, self.design, self.runs)
        self.villages = responses.by_village(self.runs, self.measure, self.baseline)
        self.factors = responses.varied(self.design)
        self.told = "gain" if self.others else "value"
        made = style.provenance(
            self.kept.manifest["config_hash"], asked["seed"], max(1, asked["villages"]),
            asked["replications"], self.kept.manifest["versions"]["semangat"], lang,
        )  # fmt: skip
        self.foot = style.footer(made, lang)

    @property
    def shown(self) -> str:
        """The measure as figures call it."""
        gain = self.told == "gain" and self.measure == "net_income"
        return "net_income_gain" if gain else self.measure

    @property
    def told_titles(self) -> dict[str, str]:
        """Scenarios that a figure of gains shows: all but the one they are compared with."""
        return {name: self.titles[name] for name in self.others} or self.titles

    def level(self, factor: str, level: Any) -> str:
        """One level of what is varied, in words."""
        return level_name(factor, level, self.kept.group, self.lang)

    def save(self, figure: Any, name: str, data: pd.DataFrame) -> None:
        """Keep a figure with what it shows."""
        style.save(figure, self.out / "figures" / name, data, self.foot)


def report(out: Path, lang: str) -> list[str]:
    """Summary, figures and sentences; returns the sentences.

    FileNotFoundError when the folder holds no study, or none of its runs.
    """
    shutil.rmtree(out / "figures", ignore_errors=True)
    for old in ("ringkasan.txt", "summary.txt", "summary.csv"):
        (out / old).unlink(missing_ok=True)
    if not any((out / "tables" / "runs").glob("[!.]*.parquet")):
        return [text(lang, "study.empty")]
    it = _Reading(out, lang)
    lines: list[str] = []
    if it.kept.file.design == "sobol":
        lines += _sobol(it)
    elif it.kept.file.design == "lhs":
        lines += _curves(it)
    else:
        lines += _cells(it)
    if it.kept.file.design in ("lhs", "sobol"):
        lines += _tornado(it)
    lines += _recovery(it)
    lines += _stability(it)
    lines += ["", *say.limits(lang)]
    name = "ringkasan.txt" if lang == "id" else "summary.txt"
    (out / name).write_text("\n".join(lines) + "\n", "utf-8")
    return lines


# --- Grids and lists -----------------------------------------------------------------------------


def _cells(it: _Reading) -> list[str]:
    """Tables and figures of a grid: dots, lines or maps, by how much is varied."""
    table = responses.cells(it.villages, it.design, it.factors)
    table.to_csv(it.out / "summary.csv", index=False)
    if not it.factors or it.kept.file.design == "list":
        return []
    told = table.drop(columns=["value", "lo", "hi"]).rename(
        columns={"gain": "value", "gain_lo": "lo", "gain_hi": "hi"}
    ) if it.others else table  # fmt: skip
    numeric = [name for name in it.factors if is_numeric_dtype(it.design[name])]
    words = [name for name in it.factors if name not in numeric]
    if len(it.factors) == 1 and numeric:
        lines = table.rename(columns={numeric[0]: "x"})
        figure = sweep_lines(lines, it.titles, factor_name(numeric[0], it.lang), it.measure,
                             it.lang)  # fmt: skip
        it.save(figure, "lines", lines)
    elif len(it.factors) == 2 and len(numeric) == 2:
        _maps(it, told, it.factors)
    else:
        _panels(it, told, numeric, words)
    return _said(it, table)


def _maps(it: _Reading, told: pd.DataFrame, factors: Sequence[str]) -> None:
    """One map a scenario; a line parts the cells above the margin."""
    x, y = factors
    for name, title in it.told_titles.items():
        part = told[told["scenario_id"] == name].rename(columns={x: "x", y: "y"})
        figure = sweep_heatmap(
            part, factor_name(x, it.lang), factor_name(y, it.lang), it.shown,
            MARGIN if it.others else 0, it.lang, f"{title}: ",
        )  # fmt: skip
        it.save(figure, f"map_{name}", part)


def _panels(it: _Reading, told: pd.DataFrame, numeric: Sequence[str], words: Sequence[str]) -> None:
    """Small multiples over what is told in words, and dots for each of these by itself."""
    if numeric and words:
        x = max(numeric, key=lambda name: it.design[name].nunique())
        levels = it.design[list(words)].drop_duplicates()
        panels = {
            tuple(row): " · ".join(
                it.level(name, level) for name, level in zip(words, row, strict=True)
            )
            for row in levels.itertuples(index=False)
        }
        table = responses.cells(it.villages, it.design, [x, *words])
        table = _as_told(table, it).rename(columns={x: "x"})
        rows = zip(*(table[name] for name in words), strict=True)
        table["panel"] = [panels[row] for row in rows]
        for part in range(0, len(panels), MOST_PANELS):
            shown = list(panels.values())[part : part + MOST_PANELS]
            mine = table[table["panel"].isin(shown)]
            figure = plots.multiples(mine, it.told_titles, it.shown, factor_name(x, it.lang),
                                     it.lang)  # fmt: skip
            it.save(figure, f"panels_{part // MOST_PANELS + 1}", mine)
    for name in it.factors:
        table = _as_told(responses.cells(it.villages, it.design, [name]), it)
        table = table[table["scenario_id"].isin(list(it.told_titles))]
        if is_numeric_dtype(table[name]):
            lines = table.rename(columns={name: "x"})
            figure = sweep_lines(lines, it.told_titles, factor_name(name, it.lang), it.shown,
                                 it.lang)  # fmt: skip
            it.save(figure, f"lines_{name}", lines)
        else:
            table["level"] = [it.level(name, level) for level in table[name]]
            figure = plots.dots(table, it.told_titles, it.shown, it.lang)
            it.save(figure, f"dots_{name}", table)


def _as_told(table: pd.DataFrame, it: _Reading) -> pd.DataFrame:
    """Cells with their gains as the value, where there is something to gain over."""
    if not it.others:
        return table
    return table.drop(columns=["value", "lo", "hi"]).rename(
        columns={"gain": "value", "gain_lo": "lo", "gain_hi": "hi"}
    )


def _said(it: _Reading, table: pd.DataFrame) -> list[str]:
    """Where each scenario gains most and least (with only one: earns), in the middle village."""
    lines = []
    for name, title in it.told_titles.items():
        mine = table[table["scenario_id"] == name].dropna(subset=[it.told])
        if not len(mine) or it.measure != "net_income":
            continue
        most, least = mine.loc[mine[it.told].idxmax()], mine.loc[mine[it.told].idxmin()]
        amounts = {"most": rupiah(most[it.told], it.lang), "least": rupiah(least[it.told], it.lang)}
        if most[it.told] - least[it.told] <= MARGIN:
            lines.append(text(it.lang, "say.sweep_same", title=title, **amounts))
            continue
        key = "say.sweep_gain" if it.others else "say.sweep"
        places = {"where": _place(it, most), "elsewhere": _place(it, least)}
        lines.append(text(it.lang, key, title=title, **amounts, **places))
    return lines


def _place(it: _Reading, row: pd.Series[Any]) -> str:
    return ", ".join(
        f"“{factor_name(name, it.lang)}” = {it.level(name, row[name])}" for name in it.factors
    )


# --- Many uncertainties --------------------------------------------------------------------------


def _results(it: _Reading, name: str) -> pd.Series[float]:
    """By point: the mean over villages of what a scenario gains (or, alone, earns)."""
    mine = it.villages[it.villages["scenario_id"] == name]
    return mine.groupby("point_id")[it.told].mean().dropna()


def _parameters(it: _Reading) -> list[str]:
    register = register_of(it.kept.group)
    return [name for name in it.factors if name in register and is_numeric_dtype(it.design[name])]


def _curves(it: _Reading) -> list[str]:
    """Response curves of the parameters that go along most with the result, in equal parts."""
    parameters = _parameters(it)
    points = it.design.drop_duplicates("point_id").set_index("point_id")
    if len(points) < FEWEST:
        return [text(it.lang, "study.few_points", count=len(points))]
    first = next(iter(it.told_titles))
    ranks = points[parameters].rank().corrwith(_results(it, first).rank())
    chosen = ranks.abs().sort_values(ascending=False).index[:MOST_PANELS]
    rows = []
    for name in chosen:
        cut = pd.qcut(points[name], BINS, duplicates="drop")
        middle = points[name].groupby(cut, observed=True).transform("mean")
        span = points[name].max() - points[name].min() or 1.0
        for scenario in it.told_titles:
            results = _results(it, scenario)
            for place, mine in results.groupby(middle.reindex(results.index)):
                rows.append(
                    {
                        "panel": factor_name(name, it.lang), "parameter": name,
                        "scenario_id": scenario, "at": place,
                        "x": (float(place) - points[name].min()) / span,
                        "value": mine.median(), "lo": mine.quantile(0.1), "hi": mine.quantile(0.9),
                    }
                )  # fmt: skip
    table = pd.DataFrame(rows)
    figure = plots.multiples(table, it.told_titles, it.shown, text(it.lang, "study.low_to_high"),
                             it.lang)  # fmt: skip
    it.save(figure, "curves", table)
    return []


def _tornado(it: _Reading) -> list[str]:
    """The parameters whose ends are furthest apart, as a figure and in words."""
    name = (it.others or [it.baseline])[0]
    random = it.design
    if "matrix" in random:
        random = random[random["matrix"].isin(list(sensitivity.BASE))]
    results = _results(it, name)
    results = results[results.index.isin(random["point_id"])]
    if it.measure != "net_income" or len(results) < FEWEST:
        return []
    table = sensitivity.tornado(random, results, _parameters(it)).head(MOST_ROWS)
    if not len(table):
        return []
    names = {each: factor_name(each, it.lang) for each in table["parameter"]}
    it.save(plots.tornado(table, names, it.lang), "tornado", table)
    lines = ["", text(it.lang, "study.tornado", title=it.titles[name])]
    for row in table.head(5).to_dict("records"):
        lines.append(
            text(
                it.lang, "study.tornado_line", name=names[row["parameter"]],
                low=number(row["low"], it.lang, 3), high=number(row["high"], it.lang, 3),
                at_low=rupiah(row["at_low"], it.lang), at_high=rupiah(row["at_high"], it.lang),
            )
        )  # fmt: skip
    return lines


def _sobol(it: _Reading) -> list[str]:
    """Sobol' indices of the first strategy's gain, with a plain word on how sure they are."""
    name = (it.others or [it.baseline])[0]
    table = sensitivity.sobol(it.design, _results(it, name), it.kept.file.seed)
    table.to_csv(it.out / "summary.csv", index=False)
    if not len(table):
        return [text(it.lang, "study.sobol_nothing")]
    names = {each: input_name(each, it.lang) for each in table["input"]}
    small = sensitivity.too_small(table)
    note = text(it.lang, "study.sobol_note", title=it.titles[name])
    if small:
        note = text(it.lang, "study.sobol_small", rows=number(int(table["rows"].iloc[0]), it.lang),
                    needed=number(sensitivity.needed(table), it.lang))  # fmt: skip
    shown = table.head(MOST_ROWS)
    it.save(plots.indices(shown, names, note, it.lang), "sobol", shown)
    lines = [text(it.lang, "study.sobol", title=it.titles[name])]
    for row in table.head(5).to_dict("records"):
        ends = {end: number(100 * row[f"total_{end}"], it.lang, 0) for end in ("lo", "hi")}
        lines.append(
            text(
                it.lang, "study.sobol_line", name=names[row["input"]],
                total=number(100 * row["total"], it.lang, 0), **ends,
                first=number(100 * max(0.0, row["first"]), it.lang, 0),
            )
        )  # fmt: skip
    return [*lines, *([note] if small else [])]


# --- Shocks, and when it is enough ---------------------------------------------------------------


def _recovery(it: _Reading) -> list[str]:
    """What a shock takes and when all is well again, where weeks were kept."""
    shocks = it.kept.file.levers.shocks
    if not shocks or not it.weekly or "shock" not in it.design:
        return []
    column = it.weekly[0]
    runs = store.read(it.out, "runs", [*KEYS, column])
    runs = runs[runs["scenario_id"].isin(list(it.titles))].reset_index(drop=True)
    ratios = responses.recovery(runs, it.design, column.removesuffix("_weekly"), NONE)
    if not len(ratios):
        return []
    ends = {
        name: (min(each.week for each in some), max(each.week + each.weeks for each in some))
        for name, some in shocks.items()
    }
    ratios["first"] = ratios["shock"].map(lambda name: ends[name][0])
    ratios["end"] = ratios["shock"].map(lambda name: ends[name][1])
    names = {name: it.level("shock", name) for name in ratios["shock"].unique()}
    it.save(plots.recovery(ratios, it.titles, names, it.lang), "recovery", ratios)
    lines = [""]
    for (shock, scenario), mine in ratios.groupby(["shock", "scenario_id"], sort=False):
        during = mine[(mine["week"] >= mine["first"]) & (mine["week"] <= mine["end"])]
        weeks = responses.weeks_until_well(mine, int(mine["end"].iloc[0]))
        left = during["ratio"].min()
        told = {"shock": names[str(shock)], "title": it.titles[str(scenario)]}
        worst = {"left": number(100 * max(0.0, left), it.lang, 0)}
        if left >= responses.RECOVERED:
            lines.append(text(it.lang, "study.hardly", **told))
        elif pd.isna(weeks):
            lines.append(text(it.lang, "study.not_well", **told, **worst))
        elif not weeks:
            lines.append(text(it.lang, "study.well_at_once", **told, **worst))
        else:
            after = number(weeks, it.lang, 0)
            lines.append(text(it.lang, "study.well", **told, **worst, weeks=after))
    return lines


def _stability(it: _Reading) -> list[str]:
    """How the mean gain settles as villages are added, and how many make it known."""
    if not it.others or it.measure != "net_income":
        return []
    tables = {name: responses.stability(it.villages, name) for name in it.others}
    tables = {name: table for name, table in tables.items() if len(table) > 1}
    if not tables or min(int(table["n"].iloc[-1]) for table in tables.values()) < FEWEST:
        return []
    shown = dict(list(tables.items())[:3])
    data = pd.concat(table.assign(scenario_id=name) for name, table in shown.items())
    it.save(plots.stability(shown, it.titles, it.lang), "enough", data)
    lines = [""]
    for name, table in shown.items():
        last = table.iloc[-1]
        wanted = responses.enough(last["error"], int(last["n"]), MARGIN)
        lines.append(
            text(
                it.lang, "study.enough", title=it.titles[name], gain=rupiah(last["mean"], it.lang),
                error=rupiah(responses.NEARLY_SURE * last["error"], it.lang),
                count=number(int(last["n"]), it.lang, 0), wanted=number(wanted, it.lang, 0),
                margin=rupiah(MARGIN, it.lang),
            )
        )  # fmt: skip
    return lines
