"""What a shock takes and when all is well again, as a figure and in words."""

from __future__ import annotations

import pandas as pd

from experiments import store
from experiments.analysis import recovery
from experiments.messages import number, text
from experiments.plots import study as plots
from experiments.studies.described import NONE
from experiments.studies.material import Reading
from experiments.studies.shards import KEYS

HUNDRED = 100


def lines(it: Reading) -> list[str]:
    """A figure and a sentence for each shock and scenario, where weeks were kept."""
    shocks = it.kept.file.levers.shocks
    if not shocks or not it.weekly or "shock" not in it.design:
        return []
    column = it.weekly[0]
    runs = store.read(it.out, "runs", [*KEYS, column])
    runs = runs[runs["scenario_id"].isin(list(it.titles))].reset_index(drop=True)
    pairs = recovery.pairs(runs, it.design, column.removesuffix("_weekly"), NONE)
    if not pairs:
        return []
    seed = it.kept.file.seed
    names = {each.shock: it.level("shock", each.shock) for each in pairs}
    tables, told = [], []
    for each in pairs:
        some = shocks[each.shock]
        first, end = min(one.week for one in some), max(one.week + one.weeks for one in some)
        table = recovery.ratios(each, seed).assign(first=first, end=end)
        loss, low, high = recovery.lost(each, first, seed)
        tables.append(table.assign(lost=loss, lost_lo=low, lost_hi=high))
        told.append(_sentence(tables[-1], names[each.shock], it.titles[each.scenario], it.lang))
    ratios = pd.concat(tables, ignore_index=True)
    it.save(plots.recovery(ratios, it.titles, names, it.lang), "recovery", ratios)
    return ["", *told]


def _sentence(table: pd.DataFrame, shock: str, title: str, lang: str) -> str:
    """What one shock takes of one scenario; table: of `recovery.ratios`, with first, end, lost."""
    about = {"shock": shock, "title": title}
    since = table[table["week"] >= table["first"]]
    worst = since["ratio"].min()
    if pd.isna(worst):
        return text(lang, "study.no_ratio", **about)
    if worst >= recovery.RECOVERED:
        return text(lang, "study.hardly", **about)
    left = number(HUNDRED * worst, lang, 0)
    key = "study.left" if worst >= 0 else "study.left_below"
    parts = [text(lang, key, left=left), _when(table, lang), _loss(table, lang)]
    return text(lang, "study.shock_line", told="; ".join(filter(None, parts)), **about)


def _when(table: pd.DataFrame, lang: str) -> str:
    weeks = recovery.weeks_until_well(table, int(table["end"].iloc[0]))
    if pd.isna(weeks):
        return text(lang, "study.not_well", week=number(table["week"].max(), lang, 0))
    if not weeks:
        return text(lang, "study.well_at_once")
    return text(lang, "study.well", weeks=number(weeks, lang, 0))


def _loss(table: pd.DataFrame, lang: str) -> str:
    loss, low, high = table[["lost", "lost_lo", "lost_hi"]].iloc[0]
    if pd.isna(loss):
        return ""
    if pd.isna(low):
        return text(lang, "study.lost_one", weeks=number(loss, lang, 1))
    ends = {"low": number(low, lang, 1), "high": number(high, lang, 1)}
    if low <= 0 <= high:
        return text(lang, "study.lost_nothing", **ends)
    if loss < 0:
        swapped = {"low": number(-high, lang, 1), "high": number(-low, lang, 1)}
        return text(lang, "study.gained", weeks=number(-loss, lang, 1), **swapped)
    return text(lang, "study.lost", weeks=number(loss, lang, 1), **ends)
