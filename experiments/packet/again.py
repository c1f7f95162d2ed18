"""From what the women said to inputs, and what changed: Tahap IV back to Tahap I.

Only what the notes declare changes, which `changed` shows and `apply` makes sure of; the results
that were discussed stay as they are.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from experiments import store
from experiments.compare import run_compare, summarise
from experiments.messages import text
from experiments.packet.facts import Facts, Option, read_facts
from experiments.packet.notes import Heard, NewPartner, Notes
from experiments.packet.plan import FgdPlan
from experiments.packet.writer import answer
from experiments.questions import Question, question_for
from experiments.study import Study
from sim.config.register import PRODUCTS
from sim.parameters import Parameter, ParameterError
from sim.scenario import Group, Scenario, load_group, load_scenario, register_of

RECORD: Final = "catatan.yaml"
CHANGES: Final = "perubahan.txt"
OUTLET_FIELDS: Final = ("distance_km_", "size_", "margin_")
Tree = dict[str, Any]


@dataclass(frozen=True)
class Applied:
    """A group and scenarios as the women corrected them; `declared`: what changed, in words."""

    group: Group
    scenarios: tuple[Scenario, ...]
    declared: tuple[str, ...]


# --- The inputs ----------------------------------------------------------------------------------


def apply(notes: Notes, facts: Facts, folder: Path, lang: str = "id") -> Applied:
    """Write the corrected group and scenarios below `folder`; returns them as loaded again.

    ConfigError when what the women said cannot be a group; ParameterError when something changed
    that the notes do not declare.
    """
    group = _plain(facts.group)
    scenarios = {o.scenario.id: _plain(o.scenario) for o in facts.options}
    before = {"group": _copy(group), "scenarios": _copy(scenarios)}
    declared: list[str] = []
    told = f"FGD {notes.date.isoformat()}"
    register = register_of(facts.group)
    for name, heard in notes.heard.items():
        question = question_for(register[name], facts.group, lang)
        assert question is not None
        value, low, high = _range(heard, register[name], question)
        _set(group, name, {"value": value, "low": low, "high": high, "source": told})
        ends = [
            answer(question.unit, question.in_people_units(x), lang) for x in (low, value, high)
        ]
        key = "said" if low == high else "seeds"
        blanks = {"value": ends[1]} if key == "said" else dict(
            zip(("low", "value", "high"), ends, strict=True))  # fmt: skip
        declared.append(text(lang, f"notes.{key}", question=question.words(lang), **blanks))
    for name in notes.struck:
        declared.append(text(lang, "notes.struck", name=_strike(name, group, scenarios)))
    for partner in notes.added:
        _add(partner, group, scenarios, told)
        declared.append(text(lang, "notes.added", name=partner.name))
    if notes.order and _reorder(notes.order, scenarios):
        kinds = ", ".join(text(lang, f"activity.{kind}") for kind in notes.order)
        declared.append(text(lang, "notes.order", kinds=kinds))
    _only_declared(before, {"group": group, "scenarios": scenarios}, notes)
    return _written(group, scenarios, facts, folder, tuple(declared))


def _plain(document: Group | Scenario) -> Tree:
    """A document as its file would have it."""
    tree: Tree = document.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    del tree["id"]
    return tree


def _copy(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _copy(value) for key, value in tree.items()}
    return [_copy(each) for each in tree] if isinstance(tree, list) else tree


def _range(heard: Heard, row: Parameter, question: Question) -> tuple[float, float, float]:
    """Value and range in the model's units: the seeds' mean, and the places that have any."""
    if heard.said is not None:
        value = _exact(row, question.in_model_units(heard.said))
        return value, value, value
    pairs = [(x, n) for x, n in zip(heard.scale, heard.seeds, strict=True) if n]
    mean = sum(x * n for x, n in pairs) / sum(n for _, n in pairs)
    low, high = min(x for x, _ in pairs), max(x for x, _ in pairs)
    value, low, high = (_exact(row, question.in_model_units(x)) for x in (mean, low, high))
    return min(max(value, low), high), low, high


def _exact(row: Parameter, value: float) -> float:
    return float(round(value)) if row.whole else value


def _set(group: Tree, name: str, quantity: Tree) -> None:
    """Put a number where the group's file tells it: at its outlet, its product, or `parameters`."""
    for start in OUTLET_FIELDS:
        for outlet in group.get("outlets", ()):
            if name == start + outlet["id"]:
                outlet[start.rstrip("_")] = quantity
                return
    for product in group["products"]:
        for field in ("price", "cost", "shelf_life_days", "labour_rate"):
            if name == f"{field}_{product['id']}" and product["id"] not in PRODUCTS:
                product[field] = quantity
                return
        for kind in product.get("demand", {}):
            if name == f"demand_{kind}_{product['id']}":
                product["demand"][kind] = quantity
                return
    group.setdefault("parameters", {})[name] = quantity


def _strike(name: str, group: Tree, scenarios: Mapping[str, Tree]) -> str:
    """Take an outlet out of the group, and the visits to it out of the plans."""
    outlet = next(each for each in group["outlets"] if each["id"] == name)
    group["outlets"] = [each for each in group["outlets"] if each["id"] != name]
    for scenario in scenarios.values():
        plans = scenario.get("interventions", [])
        scenario["interventions"] = [plan for plan in plans if plan.get("outlet") != name]
    return str(outlet["name"])


def _add(partner: NewPartner, group: Tree, scenarios: Mapping[str, Tree], told: str) -> None:
    """A new outlet, and a visit to it after the other visits of every plan that has some."""
    taken = {each["id"] for each in (*group.get("outlets", ()), *group.get("donors", ()))}
    name = next(f"fgd_{i}" for i in range(1, 1_000) if f"fgd_{i}" not in taken)
    group.setdefault("outlets", []).append({
        "id": name, "name": partner.name, "kind": partner.kind, "place": partner.place,
        "distance_km": {"value": partner.km, "source": told}, "source": told,
    })  # fmt: skip
    for scenario in scenarios.values():
        visits = [
            p["week"] for p in scenario.get("interventions", ()) if p["kind"] == "negotiation"
        ]
        if visits:
            visit = {"kind": "negotiation", "week": max(visits) + 1, "outlet": name}
            scenario["interventions"].append(visit)


def _reorder(order: Sequence[str], scenarios: Mapping[str, Tree]) -> bool:
    """Give the weeks of each plan to its activities in the agreed order; whether any moved.

    Kinds that the women did not name keep their place behind; what waits for an event stays.
    """
    moved = False
    for scenario in scenarios.values():
        dated = [plan for plan in scenario.get("interventions", ()) if not plan.get("when")]
        rank = {kind: place for place, kind in enumerate(order)}
        wanted = sorted(dated, key=lambda p: (rank.get(p["kind"], len(order)), p["week"]))
        weeks = sorted(plan["week"] for plan in dated)
        for plan, week in zip(wanted, weeks, strict=True):
            moved |= plan["week"] != week
            plan["week"] = week
        scenario.get("interventions", []).sort(key=lambda plan: plan["week"])
    return moved


def changed(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Dotted paths of everything that differs between two trees; lists of things by their id."""
    if isinstance(before, list) and isinstance(after, list):
        before, after = _by_id(before), _by_id(after)
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            below = f"{path}.{key}" if path else str(key)
            yield from changed(before.get(key), after.get(key), below)
    elif before != after:
        yield path


def _by_id(items: list[Any]) -> Any:
    if all(isinstance(each, dict) and "id" in each for each in items):
        return {each["id"]: each for each in items}
    return dict(enumerate(items))


def _only_declared(before: Tree, after: Tree, notes: Notes) -> None:
    """ParameterError when anything changed that the notes do not tell."""
    names = {each["id"] for each in after["group"].get("outlets", ())}
    new = names - {each["id"] for each in before["group"].get("outlets", ())}
    plans = bool(notes.order or notes.struck or notes.added)
    for path in changed(before, after):
        parts = path.split(".")
        told = (
            (parts[0] == "scenarios" and plans)
            or (parts[:2] == ["group", "outlets"] and parts[2] in {*notes.struck, *new})
            or any(_tells(name, parts) for name in notes.heard)
        )
        if not told:
            raise ParameterError(f"the notes do not tell of '{path}', and it would change")


def _tells(name: str, parts: Sequence[str]) -> bool:
    """Whether a path is the place of a parameter."""
    if parts[:2] == ["group", "parameters"]:
        return len(parts) < 3 or parts[2] == name
    if len(parts) < 4:
        return False
    if parts[3] == "demand" and len(parts) > 4:
        return name == f"demand_{parts[4]}_{parts[2]}"
    return name == f"{parts[3]}_{parts[2]}"


def _written(
    group: Tree, scenarios: Mapping[str, Tree], facts: Facts, folder: Path, told: tuple[str, ...]
) -> Applied:
    """Files as the project's own, then read back with every check."""
    home = folder / "configs"
    yaml = YAML()
    yaml.width = 100
    yaml.allow_unicode = True
    name = f"{facts.group.id[:36]}_fgd"
    for sort in ("groups", "scenarios"):
        (home / sort).mkdir(parents=True, exist_ok=True)
    with (home / "groups" / f"{name}.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(group, file)
    made = load_group(home / "groups" / f"{name}.yaml")
    loaded = []
    for key, tree in scenarios.items():
        path = home / "scenarios" / f"{key}.yaml"
        with path.open("w", encoding="utf-8") as file:
            yaml.dump({**tree, "group": name}, file)
        loaded.append(load_scenario(path, made))
    return Applied(made, tuple(loaded), told)


# --- Once more, and the difference ---------------------------------------------------------------


def run_again(applied: Applied, facts: Facts, out: Path, workers: int = 0) -> None:
    """The same question with the corrected inputs: same villages, luck, weeks and settings."""
    asked = facts.manifest["question"]
    study = Study(
        applied.group, int(asked["weeks"]), int(asked["seed"]), int(asked["replications"]),
        overrides=asked["set"],
    )  # fmt: skip
    run_compare(study, applied.scenarios, int(asked["villages"]), out, workers)
    store.write_json(out / "summary.json", summarise(out, facts.margin))


def round_trip(
    notes: Notes, facts: Facts, plan: FgdPlan, folder: Path, lang: str, workers: int = 0
) -> list[str]:
    """Keep the notes, run again with them, and say what changed; all below `folder`."""
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} holds notes already; forget them first, or give --out")
    part = folder.parent / f".{folder.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        _keep(notes, part)
        applied = apply(notes, facts, part, lang)
        run_again(applied, facts, part / "compare", workers)
        ids = [scenario.id for scenario in applied.scenarios]
        same = plan.model_copy(update={"options": tuple(ids), "ask": ()})
        lines = told(applied, notes, facts, read_facts(part / "compare", same, lang), lang)
        (part / CHANGES).write_text("\n".join(lines) + "\n", "utf-8")
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return lines


def _keep(notes: Notes, folder: Path) -> None:
    tree = notes.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude={"id"})
    with (folder / RECORD).open("w", encoding="utf-8") as file:
        YAML().dump(tree, file)


def told(applied: Applied, notes: Notes, before: Facts, after: Facts, lang: str) -> list[str]:
    """'What changed after the women's corrections', in words."""
    lines = [text(lang, "notes.title"), ""]
    lines += [f"* {line}" for line in applied.declared] or [text(lang, "notes.nothing")]
    if notes.seeds:
        counts = ", ".join(f"{letter}: {n}" for letter, n in sorted(notes.seeds.items()))
        lines += ["", text(lang, "notes.chosen", counts=counts)]
    lines.append("")
    for old, new in zip(before.options[1:], after.options[1:], strict=True):
        lines.append(_women(old, new, lang))
    for pair, tries in before.pairs.items():
        lines.append(
            text(lang, "notes.pair", letter=pair[0], other=pair[1], before=tries.better,
                 after=after.pairs[pair].better)
        )  # fmt: skip
    if before.best == after.best:
        lines.append(text(lang, "notes.best_same", letter=after.best))
    else:
        lines.append(text(lang, "notes.best_other", before=before.best, after=after.best))
    lines += [text(lang, "notes.rejected", words=each.assumption) for each in notes.rejected]
    return [*lines, "", text(lang, "packet.not_forecast")]


def _women(old: Option, new: Option, lang: str) -> str:
    return text(
        lang, "notes.women", letter=old.letter, title=old.title(lang), before=old.up, after=new.up,
        size=new.size, low=new.low, high=new.high,
    )  # fmt: skip


def check_record(folder: Path) -> None:
    """FileNotFoundError when a folder holds no records of an FGD."""
    if not (folder / RECORD).is_file():
        raise FileNotFoundError(f"{folder} holds no notes of an FGD ({RECORD} is missing)")


def forget(folder: Path) -> None:
    """Delete the records of an FGD; FileNotFoundError when the folder holds none."""
    check_record(folder)
    shutil.rmtree(folder)
