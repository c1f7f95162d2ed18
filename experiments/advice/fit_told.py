"""What a fit found, in words and figures, made from its folder alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd

from experiments import store
from experiments.messages import day, number, parameter_name, rupiah, text
from experiments.plots import predictive, style
from experiments.questions import question_for
from experiments.report import footer
from sim.parameters import Parameter
from sim.scenario import Group, register_of

MOST_SILENT: Final = 10  # numbers that are named although the records do not speak of them


def report_fit(out: Path, lang: str) -> list[str]:
    """Sentences and figures of a fit; returns the sentences."""
    manifest, summary = store.read_manifest(out), store.read_json(out / "summary.json")
    group = Group.model_validate(manifest["question"]["group"])
    lines = told(summary, group, out, lang)
    table = store.read(out, "predictive")
    titles = {str(name): series_title(str(name), summary["outlets"], lang)
              for name in table["series"].unique()}  # fmt: skip
    for count, names in enumerate(predictive.pages(list(titles)), 1):
        part = table[table["series"].isin(names)]
        figure = predictive.predictive(part, {name: titles[name] for name in names}, lang)
        stem = out / "figures" / ("records" if count == 1 else f"records_{count}")
        style.save(figure, stem, part, footer(manifest, lang))
    name = "ringkasan.txt" if lang == "id" else "summary.txt"
    (out / name).write_text("\n".join(lines) + "\n", "utf-8")
    return lines


def series_title(name: str, outlets: Mapping[str, str], lang: str) -> str:
    """A series in words, with its unit."""
    what, _, outlet = name.partition("_")
    if outlet:
        return text(lang, f"fit.series.{what}", outlet=outlets[outlet])
    return text(lang, f"fit.series.{name}")


def told(summary: Mapping[str, Any], group: Group, out: Path, lang: str) -> list[str]:
    """What was read, what it narrows, what it cannot tell, and whether the model could do it."""
    register = register_of(group)
    lines = [
        text(lang, "fit.title", group=summary["group"]),
        text(lang, "fit.read", weeks=summary["weeks"], first=_day(summary["first"], lang),
             last=_day(summary["last"], lang), done=summary["title"][lang]),
        text(lang, "fit.compared", villages=number(summary["villages"], lang, 0),
             accepted=number(summary["accepted"], lang, 0)),
    ]  # fmt: skip
    lines += ["", *_narrowed(summary, register, lang)]
    lines += ["", *_silent(summary, register, group, lang)]
    lines += ["", *_checks(summary, lang)]
    if summary["forecast"]:
        lines += ["", *_forecast(summary, lang)]
    path = out / f"{summary['fitted_group']}.yaml"
    return [*lines, "", text(lang, "fit.wrote_group", path=path), text(lang, "fit.limits")]


def _day(iso: str, lang: str) -> str:
    return day(date.fromisoformat(iso), lang)


def _narrowed(
    summary: Mapping[str, Any], register: Mapping[str, Parameter], lang: str
) -> Iterator[str]:
    rows = [row for row in summary["parameters"] if row["told"]]
    if not rows:
        yield text(lang, "fit.told_none")
        return
    yield text(lang, "fit.told_head", count=len(rows))
    for row in rows:
        unit = register[row["parameter"]]
        ends = {
            when: span(row[f"{when}_low"], row[f"{when}_high"], unit, lang)
            for when in ("before", "after")
        }
        likely = amount(row["after_typical"], unit, lang)
        name = parameter_name(row["parameter"], lang)
        yield text(lang, "fit.told", name=name, likely=likely, **ends)


def amount(value: float, row: Parameter, lang: str) -> str:
    """A value as people read it: two figures, more only of large numbers."""
    if row.unit == "Rp":
        return rupiah(value, lang)
    figures = 0 if row.whole or not value else 1 - math.floor(math.log10(abs(value)))
    return number(value, lang, max(0, figures))


def span(low: float, high: float, row: Parameter, lang: str) -> str:
    """A range in words; one number when both ends are told alike."""
    ends = list(dict.fromkeys(amount(value, row, lang) for value in (low, high)))
    return ends[0] if len(ends) == 1 else text(lang, "fit.span", low=ends[0], high=ends[1])


def _silent(
    summary: Mapping[str, Any], register: Mapping[str, Parameter], group: Group, lang: str
) -> list[str]:
    """The numbers that people can be asked about, and how many others there are."""
    silent = [row["parameter"] for row in summary["parameters"] if not row["told"]]
    asked = [name for name in silent if question_for(register[name], group, lang)][:MOST_SILENT]
    lines = [text(lang, "fit.silent_head")]
    lines += [f"- {parameter_name(name, lang)}" for name in asked]
    return [*lines, text(lang, "fit.silent", count=len(silent) - len(asked))]


def _checks(summary: Mapping[str, Any], lang: str) -> Iterator[str]:
    yield text(lang, "fit.check_head")
    for row in summary["checks"]:
        title = series_title(row["series"], summary["outlets"], lang)
        counts = {key: row[key] for key in ("weeks", "inside", "below", "above")}
        yield text(lang, "fit.check", series=title, **counts)
        if row["cannot"]:
            yield text(lang, "fit.cannot", series=title)


def _forecast(summary: Mapping[str, Any], lang: str) -> Iterator[str]:
    yield text(lang, "fit.forecast_head")
    for row in summary["forecast"]:
        title = series_title(row["series"], summary["outlets"], lang)
        yield text(lang, "fit.forecast", series=title, weeks=row["weeks"], inside=row["inside"],
                   verdict=_verdict(row, lang))  # fmt: skip


def _verdict(row: Mapping[str, Any], lang: str) -> str:
    money = row["series"] == "cash" or row["series"].startswith("paid_")
    if pd.isna(row["naive"]):
        return text(lang, "fit.naive_none")
    sizes = {
        key: rupiah(row[key], lang) if money else number(row[key], lang, 1)
        for key in ("error", "naive")
    }
    return text(lang, "fit.nearer" if row["better"] else "fit.not_nearer", **sizes)
