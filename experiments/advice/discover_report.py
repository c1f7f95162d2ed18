"""The folder of a discovery: words in both languages, boxes, figures, the summary, a manifest."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments import store
from experiments.advice import discover_told
from experiments.advice.discover import Discovered, summary_of
from experiments.advice.discover_told import Told, Words
from experiments.analysis.boxes import Condition
from experiments.analysis.luck import UNSURE
from experiments.messages import LANGUAGES
from experiments.plots import discovery, style
from experiments.report import footer
from sim.scenario import register_of

COMMAND: Final = "discover"
PAGES: Final = {"id": "kapan_gagal", "en": "when_it_fails"}


def check_own(out: Path) -> None:
    """FileExistsError for a folder that holds what another command made, or other things."""
    store.check_folder(out)
    if (out / "manifest.json").is_file():
        other = store.read_manifest(out).get("question", {}).get("command")
        if other != COMMAND:
            raise FileExistsError(f"{out} holds results of another command: {other or 'unknown'}")


def report_discover(it: Discovered, out: Path, lang: str) -> list[str]:
    """Write the folder; returns the lines to print."""
    started = time.monotonic()
    told = summary_of(it)
    register = register_of(it.stored.group)
    words = {each: Words(register, it.stored.group, each) for each in LANGUAGES}
    with store.folder(out) as part:
        store.write_json(part / "summary.json", _readable(told))
        boxes(told).to_csv(part / "boxes.csv", index=False, lineterminator="\n")
        cases = _cases(it)
        cases.to_parquet(part / "tables" / "cases.parquet", index=False)
        made = _manifest(it, started)
        store.write_json(part / "manifest.json", made)
        for each, name in PAGES.items():
            (part / f"{name}.md").write_text(discover_told.page(told, words[each]), "utf-8")
            if told["chosen"]:
                _figures(it, told, cases, words[each], part / "figures", footer(made, each))
        for name in (*(f"{page}.md" for page in PAGES.values()), "boxes.csv"):
            (out / name).unlink(missing_ok=True)  # so that the new one can take its place
    return discover_told.lines(told, words[lang])


def _readable(told: dict[str, Any]) -> dict[str, Any]:
    """Without the infinite ends of conditions, which JSON does not know."""
    boxes = [
        {**box, "conditions": [_ends(each) for each in box["conditions"]]} for box in told["boxes"]
    ]
    return {**told, "boxes": boxes}


def _ends(condition: dict[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and not np.isfinite(value) else value
        for name, value in condition.items()
    }


def boxes(told: Told) -> pd.DataFrame:
    """One row a condition of each box, with what the box is worth; then wider and narrower ones."""
    rows = []
    for number, box in enumerate(told["boxes"], 1):
        rates = {name: value for name, value in box.items() if name not in ("conditions", "again")}
        for each in box["conditions"]:
            again = box["again"][each["name"]]
            ends = {**_ends(each), "among": "+".join(each["among"]), "again": again}
            rows.append({"box": number, "told": number == told["chosen"], **ends, **rates})
    rows += [{"box": told["chosen"], "told": False, "name": "", **rates} for rates in told["wider"]]
    columns = ["box", "told", "name", "low", "high", "among", "again", "width", "density",
               "density_error", "coverage", "coverage_error", "base", "base_error",
               "merit"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _cases(it: Discovered) -> pd.DataFrame:
    """One row a village: its outcome, chance of failing, whether it is inside, all its numbers."""
    found = it.found
    inside = found.inside if len(found.inside) else np.zeros(len(found.fails), bool)
    head = pd.DataFrame(
        {"outcome": it.means, "fails": found.fails, "inside": inside}, index=it.stored.values.index
    )
    return head.join(it.stored.values).rename_axis("case").reset_index()


def _manifest(it: Discovered, started: float) -> dict[str, Any]:
    source, asked = it.stored.manifest, it.stored.asked
    question = {
        "command": COMMAND, "scenario": it.scenario, "outcome": it.outcome, "margin": it.margin,
        "results": {key: source.get(key) for key in ("config_hash", "source_hash", "made")},
        **{key: asked[key] for key in ("villages", "replications", "weeks", "seed")},
    }  # fmt: skip
    return store.manifest(question, time.monotonic() - started, 0)


# --- Figures -------------------------------------------------------------------------------------


def _figures(
    it: Discovered, told: Told, cases: pd.DataFrame, words: Words, folder: Path, foot: str
) -> None:
    name = PAGES[words.lang]
    conditions = discover_told.conditions_of(told, told["chosen"])
    table = dots(cases, conditions, words)
    headline = discover_told.lines(told, words)[0]
    axes = [discovery.Axis(*_axis(each, words)) for each in conditions[:2]]
    more = words.box(conditions[2:]) if conditions[2:] else ""
    figure = discovery.scatter(table, axes, headline, more, told["outcome"], words.lang)
    style.save(figure, folder / name, table, foot)
    curve = pd.DataFrame(told["wider"])
    told_box = pd.DataFrame([told["boxes"][told["chosen"] - 1]]).drop(
        columns=["conditions", "again"]
    )
    data = pd.concat([told_box.assign(told=True), curve.assign(told=False)], ignore_index=True)
    figure = discovery.tradeoff(data, headline, words.lang)
    style.save(figure, folder / f"{name}_2", data, foot)


def dots(cases: pd.DataFrame, conditions: list[Condition], words: Words) -> pd.DataFrame:
    """x, y, state of the villages that satisfy the third condition and more; in people's units.

    With one condition, y is the outcome. state: fails (rather than not), works, or luck: where it
    seems to do well, and may fail.
    """
    for each in conditions[2:]:
        cases = cases[each.holds(cases[each.name])]
    chance = cases["fails"]
    state = np.select([chance >= 1 / 2, chance <= UNSURE[0]], ["fails", "works"], "luck")
    first, *others = [_people(cases[each.name], each.name, words) for each in conditions[:2]]
    return pd.DataFrame(
        {"case": cases["case"], "x": first, "y": others[0] if others else cases["outcome"],
         "state": state}
    )  # fmt: skip


def _people(values: pd.Series, name: str, words: Words) -> Any:
    """Numbers as people say them; words stay."""
    ruler = words.ruler(name)
    if ruler is None or not pd.api.types.is_numeric_dtype(values):
        return values
    return ruler.people(values.to_numpy(float))


def _axis(it: Condition, words: Words) -> tuple[str, float, float, bool, tuple[str, ...]]:
    """Name with unit, both ends in people's units, whether it is whole, the words inside."""
    ruler = words.ruler(it.name)
    low, high = ruler.people([it.low, it.high]) if ruler else (it.low, it.high)
    thing, unit = words.thing(it.name).strip("“”"), words.unit(it.name)
    whole = bool(ruler and ruler.row.whole)
    return f"{thing} ({unit})" if unit else thing, low, high, whole, it.among
