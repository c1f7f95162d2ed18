"""From what the women said to inputs, and what changed: Tahap IV back to Tahap I.

Only what the notes declare changes, which `experiments.advice.learning` makes sure of; the results
that were discussed stay as they are.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from experiments.advice.files import write
from experiments.advice.heard import heard
from experiments.advice.learned_told import said
from experiments.advice.learning import (
    Applied,
    Inputs,
    Tree,
    inputs,
    named,
    only_declared,
    put,
    written,
)
from experiments.advice.rerun import compare_again, fresh, same_model
from experiments.messages import rupiah, text
from experiments.packet.facts import HALF, Facts, Option, read_facts
from experiments.packet.notes import NewPartner, Notes
from experiments.packet.plan import FgdPlan
from sim.scenario import register_of

RECORD: Final = "catatan.yaml"
CHANGES: Final = "perubahan.txt"
KEPT: Final = {RECORD, CHANGES, "configs", "compare", "packet"}  # in the folder of an FGD's records


# --- The inputs ----------------------------------------------------------------------------------


def apply(notes: Notes, facts: Facts, folder: Path, lang: str = "id") -> Applied:
    """Write the corrected group and scenarios below `folder`; returns them as loaded again.

    ConfigError when what the women said cannot be a group; ParameterError when something changed
    that the notes do not declare.
    """
    given = inputs(facts.group, (option.scenario for option in facts.options))
    told = f"FGD {notes.date.isoformat()}"
    learnt = heard(notes.heard, facts.group, register_of(facts.group), told, "women", lang)
    put(given.group, learnt)
    declared = [said(each, lang) for each in learnt]
    for name in notes.struck:
        declared.append(text(lang, "notes.struck", name=_strike(name, given)))
    for partner in notes.added:
        _add(partner, given, told)
        declared.append(text(lang, "notes.added", name=partner.name))
    if notes.order and _reorder(notes.order, given.scenarios):
        kinds = ", ".join(text(lang, f"activity.{kind}") for kind in notes.order)
        declared.append(text(lang, "notes.order", kinds=kinds))
    _only_declared(given, notes)
    return written(given, named(facts.group.id, "_fgd"), folder, declared)


def _only_declared(given: Inputs, notes: Notes) -> None:
    """ParameterError when anything changed that the notes do not tell."""
    was, now = (
        {each["id"] for each in tree.get("outlets", ())}
        for tree in (given.before["group"], given.group)
    )
    plans = bool(notes.order or notes.struck or notes.added)

    def told(parts: list[str]) -> bool:
        if parts[0] == "scenarios":
            return plans
        return parts[:2] == ["group", "outlets"] and parts[2] in {*notes.struck, *(now - was)}

    only_declared(given, notes.heard, "the notes do", told)


def _strike(name: str, given: Inputs) -> str:
    """Take an outlet out of the group, and the visits to it out of the plans."""
    group = given.group
    outlet = next(each for each in group["outlets"] if each["id"] == name)
    group["outlets"] = [each for each in group["outlets"] if each["id"] != name]
    for scenario in given.scenarios.values():
        plans = scenario.get("interventions", [])
        scenario["interventions"] = [plan for plan in plans if plan.get("outlet") != name]
    return str(outlet["name"])


def _add(partner: NewPartner, given: Inputs, told: str) -> None:
    """A new outlet, and a visit to it after the other visits of every plan that has some."""
    group = given.group
    taken = {each["id"] for each in (*group.get("outlets", ()), *group.get("donors", ()))}
    name = next(f"fgd_{i}" for i in range(1, 1_000) if f"fgd_{i}" not in taken)
    group.setdefault("outlets", []).append({
        "id": name, "name": partner.name, "kind": partner.kind, "place": partner.place,
        "distance_km": {"value": partner.km, "source": told}, "source": told,
    })  # fmt: skip
    for scenario in given.scenarios.values():
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


# --- Once more, and the difference ---------------------------------------------------------------


def round_trip(
    notes: Notes, facts: Facts, plan: FgdPlan, folder: Path, lang: str, workers: int = 0
) -> list[str]:
    """Keep the notes, run again with them, and say what changed; all below `folder`."""
    same_model(facts.manifest)
    with fresh(folder, "notes already; forget them first, or give --out") as part:
        _keep(notes, part)
        applied = apply(notes, facts, part, lang)
        again = part / "compare"
        compare_again(
            facts.manifest, applied.group, applied.scenarios, facts.margin, again, workers
        )
        _keep_plan(plan, notes, applied, part)
        ids = [scenario.id for scenario in applied.scenarios]
        same = plan.model_copy(update={"options": tuple(ids), "ask": ()})
        lines = told(applied, notes, facts, read_facts(again, same, lang), lang)
        (part / CHANGES).write_text("\n".join(lines) + "\n", "utf-8")
    return lines


def _keep(notes: Notes, folder: Path) -> None:
    tree = notes.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude={"id"})
    write(tree, folder / RECORD)


def _keep_plan(plan: FgdPlan, notes: Notes, applied: Applied, folder: Path) -> None:
    """The plan of the FGD beside the corrected results, for the packet that is brought back."""
    told = plan.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude={"id"})
    told["title"] = plan.title.model_dump()
    told["options"] = [scenario.id for scenario in applied.scenarios]
    told.pop("ask", None)  # what is worth asking next, the new results tell
    if notes.need is not None:
        told["monthly_need"] = notes.need
    home = folder / "configs" / "fgd"
    home.mkdir(parents=True, exist_ok=True)
    write(told, home / f"{applied.group.id}.yaml")


def told(applied: Applied, notes: Notes, before: Facts, after: Facts, lang: str) -> list[str]:
    """'What changed after the women's corrections', in words."""
    lines = [text(lang, "notes.title"), ""]
    lines += [f"* {line}" for line in applied.declared] or [text(lang, "notes.nothing")]
    if notes.problems:
        heaviest = max(notes.problems, key=lambda problem: notes.problems[problem])
        n = notes.problems[heaviest]
        lines += ["", text(lang, "notes.heaviest", problem=heaviest, n=n)]
    if notes.need is not None:
        lines += ["", text(lang, "notes.needed", need=rupiah(notes.need, lang))]
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
        size=new.size, half=new.size // HALF, many=old.tries[2], now=new.tries[2],
    )  # fmt: skip


def check_record(folder: Path) -> None:
    """FileNotFoundError unless a folder holds what `notes read` leaves, and nothing else."""
    for name in (RECORD, CHANGES):
        if not (folder / name).is_file():
            raise FileNotFoundError(f"{folder} holds no records of an FGD ({name} is missing)")
    if others := sorted({path.name for path in folder.iterdir()} - KEPT):
        raise FileExistsError(f"{folder} holds other things, too: {', '.join(others)}")


def forget(folder: Path) -> None:
    """Delete the records of an FGD; FileNotFoundError when the folder holds none."""
    check_record(folder)
    shutil.rmtree(folder)
