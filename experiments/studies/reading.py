"""Figures and words of a study, from its folder alone."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
from pandas.api.types import is_numeric_dtype

from experiments import say
from experiments.analysis import responses, sensitivity
from experiments.messages import number, rupiah, text
from experiments.plots import study as plots
from experiments.plots.sweep import sweep_heatmap, sweep_lines
from experiments.studies import recovering
from experiments.studies.material import Reading
from experiments.studies.named import factor_name, input_name
from sim.scenario import register_of

MARGIN: Final = 1_000.0  # Rp a woman and week: less is practically the same
MOST_ROWS: Final = 10  # of a tornado
MOST_PANELS: Final = 6
BINS: Final = 8  # of a parameter that is drawn
FEWEST: Final = 20  # villages, for stability; points, for what moves the result
FEW_VILLAGES: Final = 6  # with fewer, nothing is said of how sure a place is


def report(out: Path, lang: str) -> list[str]:
    """Summary, figures and sentences; returns the sentences.

    FileNotFoundError when the folder holds no study, or none of its runs.
    """
    shutil.rmtree(out / "figures", ignore_errors=True)
    for old in ("ringkasan.txt", "summary.txt", "summary.csv"):
        (out / old).unlink(missing_ok=True)
    if not any((out / "tables" / "runs").glob("[!.]*.parquet")):
        return [text(lang, "study.empty")]
    it = Reading(out, lang)
    lines: list[str] = []
    if it.kept.file.design == "sobol":
        lines += _sobol(it)
    elif it.kept.file.design == "lhs":
        lines += _curves(it)
    else:
        lines += _cells(it)
    if it.kept.file.design in ("lhs", "sobol"):
        lines += _tornado(it)
    lines += recovering.lines(it)
    lines += _stability(it)
    lines += ["", *say.limits(lang)]
    name = "ringkasan.txt" if lang == "id" else "summary.txt"
    (out / name).write_text("\n".join(lines) + "\n", "utf-8")
    return lines


# --- Grids and lists -----------------------------------------------------------------------------


def _cells(it: Reading) -> list[str]:
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


def _maps(it: Reading, told: pd.DataFrame, factors: Sequence[str]) -> None:
    """One map a scenario; a line parts the cells above the margin."""
    x, y = factors
    for name, title in it.told_titles.items():
        part = told[told["scenario_id"] == name].rename(columns={x: "x", y: "y"})
        figure = sweep_heatmap(
            part, factor_name(x, it.lang), factor_name(y, it.lang), it.shown,
            MARGIN if it.others else 0, it.lang, f"{title}: ",
        )  # fmt: skip
        it.save(figure, f"map_{name}", part)


def _panels(it: Reading, told: pd.DataFrame, numeric: Sequence[str], words: Sequence[str]) -> None:
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


def _as_told(table: pd.DataFrame, it: Reading) -> pd.DataFrame:
    """Cells with their gains as the value, where there is something to gain over."""
    if not it.others:
        return table
    return table.drop(columns=["value", "lo", "hi"]).rename(
        columns={"gain": "value", "gain_lo": "lo", "gain_hi": "hi"}
    )


def _said(it: Reading, table: pd.DataFrame) -> list[str]:
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
        rivals = _rivals(it, name, most)
        if rivals is not None and _levels(it, least) in rivals:
            lines.append(text(it.lang, "say.sweep_unclear", title=title, **amounts))
            continue
        key = "say.sweep_gain" if it.others else "say.sweep"
        places = {"where": _place(it, most), "elsewhere": _place(it, least)}
        said = text(it.lang, key, title=title, **amounts, **places)
        lines.append(f"{said} {_sure(it, rivals, len(mine))}".rstrip())
    return lines


def _rivals(it: Reading, scenario: str, most: pd.Series[Any]) -> list[tuple[Any, ...]] | None:
    """Levels of the other cells that cannot be told apart from the best; None: few villages."""
    table = responses.by_cell(it.villages, it.design, it.factors, scenario, it.told)
    if len(table) < FEW_VILLAGES:
        return None
    places = [each if isinstance(each, tuple) else (each,) for each in table.columns]
    best = places.index(_levels(it, most))
    same = responses.alike(table.to_numpy(), best, it.kept.file.seed)
    return [place for k, place in enumerate(places) if same[k] and k != best]


def _sure(it: Reading, rivals: list[tuple[Any, ...]] | None, cells: int) -> str:
    """How far the best place can be told apart from the others, as a sentence."""
    if rivals is None:
        return text(it.lang, "say.sweep_few", count=number(it.villages["village_id"].nunique(),
                                                           it.lang, 0))  # fmt: skip
    if not rivals:
        return ""
    if len(rivals) == 1:
        place = _place(it, dict(zip(it.factors, rivals[0], strict=True)))
        return text(it.lang, "say.sweep_alike", place=place)
    counts = {"count": number(len(rivals), it.lang, 0), "all": number(cells - 1, it.lang, 0)}
    return text(it.lang, "say.sweep_many_alike", **counts)


def _levels(it: Reading, row: Mapping[str, Any] | pd.Series[Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in it.factors)


def _place(it: Reading, row: Mapping[str, Any] | pd.Series[Any]) -> str:
    return ", ".join(
        f"“{factor_name(name, it.lang)}” = {it.level(name, row[name])}" for name in it.factors
    )


# --- Many uncertainties --------------------------------------------------------------------------


def _results(it: Reading, name: str) -> pd.Series[float]:
    """By point: the mean over villages of what a scenario gains (or, alone, earns)."""
    mine = it.villages[it.villages["scenario_id"] == name]
    return mine.groupby("point_id")[it.told].mean().dropna()


def _parameters(it: Reading) -> list[str]:
    register = register_of(it.kept.group)
    return [name for name in it.factors if name in register and is_numeric_dtype(it.design[name])]


def _curves(it: Reading) -> list[str]:
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


def _tornado(it: Reading) -> list[str]:
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
    unsure = int((~table["sure"]).sum())
    note = ""
    if unsure:
        counts = {"points": len(results), "shown": len(table), "unsure": unsure}
        told = {key: number(count, it.lang, 0) for key, count in counts.items()}
        note = text(it.lang, "study.tornado_small", **told)
    it.save(plots.tornado(table, names, it.shown, note, it.lang), "tornado", table)
    lines = ["", text(it.lang, "study.tornado", title=it.titles[name])]
    for row in table.head(5).to_dict("records"):
        ends = [f"{end}{side}" for end in ("at_low", "at_high") for side in ("", "_lo", "_hi")]
        sides = {key: rupiah(row[key], it.lang) for key in ends}
        line = text(
            it.lang, "study.tornado_line", name=names[row["parameter"]],
            low=number(row["low"], it.lang, 3), high=number(row["high"], it.lang, 3), **sides,
        )  # fmt: skip
        lines.append(line if row["sure"] else f"{line} {text(it.lang, 'study.by_chance')}")
    return [*lines, *([note] if note else [])]


def _sobol(it: Reading) -> list[str]:
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


# --- When it is enough ---------------------------------------------------------------------------


def _stability(it: Reading) -> list[str]:
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
