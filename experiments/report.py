"""Figures and words of a results folder, made from its tables alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from experiments import compare, network, say, store
from experiments.advice import deciding, deciding_page, deciding_told
from experiments.analysis import paired
from experiments.messages import text
from experiments.plots import (
    ablation,
    calibration,
    differences,
    fans,
    map,
    style,
    timeline,
    validation,
)
from experiments.plots import decision as decision_plot
from experiments.plots import network as network_plot
from experiments.sheet import SheetFacts, SheetOption, make_sheet
from experiments.validation import (
    ablations,
    ablations_told,
    calibrate,
    claims,
    claims_told,
    validate,
)
from sim.parameters import ParameterError
from sim.scenario import Group, Scenario, register_of

SHEET_OPTIONS = 3
WEEKS_IN_MONTH = 52 / 12


def footer(manifest: dict[str, Any], lang: str) -> str:
    """The foot of a figure."""
    return style.footer(provenance(manifest, lang), lang)


def provenance(manifest: dict[str, Any], lang: str) -> str:
    """What made the numbers."""
    asked = manifest["question"]
    return style.provenance(
        manifest["config_hash"],
        asked["seed"],
        asked["villages"],
        asked["replications"],
        manifest["versions"]["semangat"],
        lang,
    )


def report_compare(
    out: Path,
    group: Group,
    scenarios: Sequence[Scenario],
    margin: float,
    lang: str,
    day_rp: float = deciding.DAY_RP,
) -> list[str]:
    """Summary, figures and sentences of a comparison; returns the sentences.

    day_rp: the price of a facilitator's day (Rp).
    """
    manifest = store.read_manifest(out)
    summary = compare.summarise(out, margin)
    store.write_json(out / "summary.json", summary)
    compare.table(summary).to_csv(out / "summary.csv", index=False)
    titles = {name: title[lang] for name, title in summary["titles"].items()}
    foot = footer(manifest, lang)
    _fans(out, titles, lang, foot)
    _timelines(out, titles, lang, foot)
    if len(titles) > 1:
        _paired(out, summary, titles, lang, foot)
    _maps(out, group, scenarios, lang, foot)
    advice = _decision(out, margin, lang, foot, day_rp)
    return _tell(out, [*say.compared(summary, lang), *advice], lang)


def _decision(out: Path, margin: float, lang: str, foot: str, day_rp: float) -> list[str]:
    """What the comparison says of the choice: tables, a page in both languages, two figures."""
    decision = deciding.decide(out, margin, day_rp)
    if not decision:
        return ["", text(lang, "decide.few", least=deciding.FEWEST)]
    store.write_json(out / "decision.json", decision)
    deciding.table(decision).to_csv(out / "decision.csv", index=False)
    for each, stem in (("id", "keputusan"), ("en", "decision")):
        (out / f"{stem}.md").write_text(deciding_page.page(decision, each), "utf-8")
    titles = {name: deciding_told.title(decision, name, lang) for name in decision["titles"]}
    table = decision_plot.decision_table(decision, deciding.MAIN)
    base = titles[decision["baseline"]]
    figure = decision_plot.intervals(table, titles, margin, base, lang)
    style.save(figure, out / "figures" / "decision", table, foot)
    table = decision_plot.cost_table(decision, deciding.COSTS)
    figure = decision_plot.frontiers(table, titles, deciding.COSTS, decision["weeks"], lang)
    style.save(figure, out / "figures" / "frontier", table, foot)
    return ["", *deciding_told.told(decision, lang)]


def report_run(out: Path, margin: float, lang: str) -> list[str]:
    """Levels and figures of scenarios that are not compared; returns the sentences."""
    summary = compare.summarise(out, margin)
    store.write_json(out / "summary.json", summary)
    compare.table(summary).to_csv(out / "summary.csv", index=False)
    titles = {name: title[lang] for name, title in summary["titles"].items()}
    foot = footer(store.read_manifest(out), lang)
    _fans(out, titles, lang, foot)
    _timelines(out, titles, lang, foot)
    return _tell(out, say.levels(summary, lang), lang)


def report_validate(out: Path, lang: str) -> list[str]:
    """The score, every check and its worth, and the figure; returns the sentences."""
    summary = validate.summarise(store.read(out, "checks"))
    summary.to_csv(out / "summary.csv", index=False)
    lines = validate.told(summary, lang)
    foot = footer(store.read_manifest(out), lang)
    told = summary["kind"].isin(["emergent", "calibrated"])
    for name, part, headline in (
        ("validation", summary[told], lines[0]),
        ("validation_rest", summary[~told], text(lang, "validate.rest")),
    ):
        figure = validation.validation(part, headline, lang)
        style.save(figure, out / "figures" / name, part, foot)
    page = validate.page(summary, store.read_manifest(out))
    (out / "validation.md").write_text(page, "utf-8")
    return _tell(out, lines, lang)


def report_calibrate(out: Path, lang: str) -> list[str]:
    """Which numbers the patterns narrow, at what price; returns the sentences."""
    manifest = store.read_manifest(out)
    summary = calibrate.summarise(
        store.read(out, "looks"),
        store.read(out, "villages"),
        register_of(Group.model_validate(manifest["question"]["group"])),
    )
    store.write_json(out / "summary.json", summary)
    table = calibration.calibration_table(summary)
    if len(table):
        figure = calibration.calibration(table, summary["allowed"], summary["villages"], lang)
        style.save(figure, out / "figures" / "calibration", table, footer(manifest, lang))
    (out / "calibration.md").write_text(calibrate.page(summary, manifest), "utf-8")
    return _tell(out, calibrate.told(summary, lang), lang)


def report_claims(out: Path, lang: str) -> list[str]:
    """The paper's table as pages in both languages, and each claim in words; returns these."""
    manifest = store.read_manifest(out)
    asked = manifest["question"]
    group = Group.model_validate(asked["group"])
    scenario = Scenario.model_validate(asked["scenario"])
    rows = claims.rows_of(asked["command"], group, scenario)
    summary = claims.summarise(store.read(out, "claims"), rows)
    summary.to_csv(out / "summary.csv", index=False)
    table = asked["command"]
    for each, stem in (("id", table.replace("table", "tabel")), ("en", table)):
        (out / f"{stem}.md").write_text(claims_told.page(summary, manifest, each), "utf-8")
    return _tell(out, claims_told.told(summary, manifest, lang), lang)


def report_ablations(out: Path, margin: float, lang: str) -> list[str]:
    """What passes through each mechanism, and which orders are firm; returns the sentences."""
    manifest = store.read_manifest(out)
    titles = {plan["id"]: plan["title"] for plan in manifest["question"]["scenarios"]}
    summary = ablations.summarise(store.read(out, "ablations"), margin, titles)
    store.write_json(out / "summary.json", summary)
    table = ablation.ablation_table(summary, ablations.ABLATIONS)
    figure = ablation.ablation(table, ablations_told.titled(summary, lang)[0], lang)
    style.save(figure, out / "figures" / "ablation", table, footer(manifest, lang))
    (out / "ablation.md").write_text(ablations_told.page(summary, manifest), "utf-8")
    return _tell(out, ablations_told.told(summary, lang), lang)


def _tell(out: Path, lines: Sequence[str], lang: str) -> list[str]:
    name = "ringkasan.txt" if lang == "id" else "summary.txt"
    (out / name).write_text("\n".join(lines) + "\n", "utf-8")
    return list(lines)


def _fans(out: Path, titles: dict[str, str], lang: str, foot: str) -> None:
    """`fans`, and `fans_2`, `fans_3` ... when there are more scenarios than a figure holds."""
    keys = ["scenario_id", "village_id", "replication_id", "week", "date"]
    weekly = store.read(out, "weekly", [*keys, "net_income"])
    done = _planned(out)
    names = list(titles.items())
    for first in range(0, len(names), fans.MOST_PANELS):
        shown = dict(names[first : first + fans.MOST_PANELS])
        part = weekly[weekly["scenario_id"].isin(list(shown))]
        number = first // fans.MOST_PANELS + 1
        stem = out / "figures" / ("fans" if number == 1 else f"fans_{number}")
        figure = fans.fans(part, "net_income", shown, done, lang)
        style.save(figure, stem, fans.fan_table(part, "net_income", done), foot)


def _planned(out: Path) -> pd.DataFrame:
    """What each scenario plans, week by week, for the activity strips."""
    asked = store.read_manifest(out)["question"]
    rows = [
        {"scenario_id": scenario["id"], "week": week, "kind": plan["kind"]}
        for scenario in asked["scenarios"]
        for plan in scenario["interventions"]
        for week in _weeks(plan)
        if week < asked["weeks"]
    ]
    return pd.DataFrame(rows, columns=["scenario_id", "week", "kind"])


def _weeks(plan: dict[str, Any]) -> list[int]:
    """The weeks of an intervention; none when it waits for something to happen."""
    if plan.get("when"):
        return []
    repeat = plan.get("repeat") or {"every": 1, "times": 1}
    starts = (plan["week"] + repeat["every"] * i for i in range(repeat["times"]))
    return [start + i for start in starts for i in range(plan.get("weeks", 1))]


def _timelines(out: Path, titles: dict[str, str], lang: str, foot: str) -> None:
    """What happened at each stage, for every scenario whose plan has stages."""
    scenarios = store.read_manifest(out)["question"]["scenarios"]
    pairs = {s["id"]: [(p["kind"], p.get("stage")) for p in s["interventions"]] for s in scenarios}
    staged = {name: [pair for pair in found if pair[1]] for name, found in pairs.items()}
    staged = {name: found for name, found in staged.items() if found}
    if not staged:
        return
    events, runs = store.read(out, "events"), store.read(out, "runs", ["scenario_id"])
    dates = store.read(out, "weekly", ["week", "date"]).drop_duplicates("week")
    for name, planned in staged.items():
        mine = events[events["scenario_id"] == name]
        table = timeline.timeline_table(mine, planned, int((runs["scenario_id"] == name).sum()))
        figure = timeline.timeline(table, dates.set_index("week")["date"], titles[name], lang)
        style.save(figure, out / "figures" / f"timeline_{name}", table, foot)


def _paired(
    out: Path, summary: dict[str, Any], titles: dict[str, str], lang: str, foot: str
) -> None:
    runs, baseline = store.read(out, "runs"), summary["baseline"]
    others = {name: title for name, title in titles.items() if name != baseline}
    diff = pd.concat(
        paired.differences(runs, name, baseline, "net_income")
        .groupby("village_id", as_index=False)["difference"]
        .mean()
        .assign(scenario_id=name)
        for name in others
    )
    margin = summary["margin"]
    figure = differences.paired_differences(diff, others, margin, titles[baseline], lang)
    data = differences.difference_table(diff, margin)
    style.save(figure, out / "figures" / "differences", data, foot)


def _maps(out: Path, group: Group, scenarios: Sequence[Scenario], lang: str, foot: str) -> None:
    """Partners before and in the plan, for the scenario that plans for most of them."""
    if not (group.outlets or group.donors):
        return
    plans = [(*compare.ties(group, scenario), scenario) for scenario in scenarios]
    before, after, plan = max(plans, key=lambda plan: int(plan[1]["tie"].sum()))
    title = getattr(plan.title, lang)
    figure = map.network_map(before, after, lang, group.name, title)
    style.save(figure, out / "figures" / "network_map", map.map_table(before, after), foot)


def report_network(out: Path, lang: str) -> list[str]:
    """Summary, figure and sentences of a network study; returns the sentences."""
    points, binding = network.response(out)
    summary = network.summarise(out)
    store.write_json(out / "summary.json", summary)
    figure = network_plot.network_response(points, binding, lang)
    data = network_plot.response_table(points, binding)
    style.save(figure, out / "figures" / "response", data, footer(store.read_manifest(out), lang))
    return _tell(out, say.network(summary, lang), lang)


def report_sheet(folder: Path, out: Path, options: Sequence[str], lang: str) -> Path:
    """The sheet with which an FGD opens, from the summary of a comparison.

    `options`: the scenarios shown, the baseline first; without any, the first three compared.
    Raises ParameterError when one of them was not compared, FileNotFoundError without comparison.
    """
    summary = _comparison(folder)
    rows, baseline = summary["scenarios"], summary["baseline"]
    others = [name for name in dict.fromkeys(options or rows) if name != baseline]
    for name in others:
        if name not in rows:
            raise ParameterError(f"'{name}' was not compared; there are {', '.join(rows)}")
    if options and len(others) >= SHEET_OPTIONS:
        raise ParameterError(f"{len(others) + 1} options; a sheet shows {SHEET_OPTIONS} at most")
    chosen = [baseline, *others[: SHEET_OPTIONS - 1]]
    facts = SheetFacts(
        group_name=summary["group"],
        group_size=summary["women"],
        months=max(1, round(summary["weeks"] / WEEKS_IN_MONTH)),
        options=tuple(_option(summary, name, lang) for name in chosen),
        better_of_20=tuple(rows[name]["better_of_20"] for name in chosen[1:]),
        unknowns=tuple(text(lang, f"topic.{topic}") for topic in summary["ask"]),
        reason=text(lang, f"reason.{_limit(rows, chosen)}"),
        provenance=provenance(store.read_manifest(folder), lang),
    )
    return make_sheet(facts, out, lang)


def _limit(rows: dict[str, Any], chosen: Sequence[str]) -> str:
    """What held back with the option in which most women do not rise."""
    others = chosen[1:] or [name for name in rows if "limit" in rows[name]]
    fewest = min(others, key=lambda name: rows[name]["women_better"]["typical"], default="")
    return str(rows[fewest]["limit"]) if fewest else "demand"


def _comparison(folder: Path) -> dict[str, Any]:
    path = folder / "summary.json"
    summary = store.read_json(path) if path.is_file() else {}
    if "scenarios" not in summary:
        raise FileNotFoundError(f"{folder} holds no comparison; make one with semangat compare")
    return summary


def _option(summary: dict[str, Any], name: str, lang: str) -> SheetOption:
    title = summary["titles"][name][lang]
    row = summary["scenarios"][name]
    if name == summary["baseline"]:
        return SheetOption(title)
    fewest, usual, most = (round(count) for count in row["twenty_tries"]["women"])
    low, middle, high = (round(amount) for amount in row["twenty_tries"]["rupiah"])
    return SheetOption(title, usual, fewest, most, middle, low, high)
