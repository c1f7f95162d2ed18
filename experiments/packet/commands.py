"""The commands `semangat packet` and `semangat notes`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.asked import told_plainly
from experiments.options import Lang, Workers

if TYPE_CHECKING:
    from experiments.packet.facts import Facts
    from experiments.packet.plan import FgdPlan

Results = Annotated[Path, typer.Argument(help="folder of a comparison, or one that holds it")]
Fgd = Annotated[
    str | None,
    typer.Option("--fgd", help="plan of the FGD, by name or path", show_default="the group's own"),
]
notes = typer.Typer(no_args_is_help=True, help="The notes of an FGD: form, and back to the model.")


@told_plainly
def packet(
    results: Results,
    fgd: Fgd = None,
    out: Annotated[Path | None, typer.Option("--out", help="folder of the packet")] = None,
    lang: Lang = "id",
) -> None:
    """The FGD packet of a comparison: guide, sheets, slips, explorer for a phone, workbook."""
    from experiments.messages import local_words, text
    from experiments.packet.guide import questions
    from experiments.packet.make import make_packet

    plan = plan_for(results, fgd)
    made = make_packet(results, plan, out or results / "packet", lang)
    if blanks := plan.blanks():
        numbers = ", ".join(str(number) for number in blanks)
        typer.echo(text(lang, "packet.blanks", numbers=numbers))
    typer.echo(text(lang, "packet.questions"))
    with local_words(plan.words):
        for line in questions(made.writer):
            typer.echo(f"  {line}")
    for file in made.files:
        typer.echo(str(file))


@notes.command("new")
@told_plainly
def new(
    results: Results,
    fgd: Fgd = None,
    out: Annotated[Path | None, typer.Option("--out", help="folder of the form")] = None,
    lang: Lang = "id",
) -> None:
    """The Lembar Notulen of a comparison: a page to write on, and the same as a workbook."""
    from experiments.packet.form import make_form

    facts, plan = _facts(results, fgd, lang)
    for file in make_form(facts, out or results / "packet", lang, plan):
        typer.echo(str(file))


@notes.command("read")
@told_plainly
def read(
    filled: Annotated[Path, typer.Argument(help="filled notulen.xlsx, or catatan.yaml")],
    results: Annotated[Path, typer.Option("--results", help="the comparison that was discussed")],
    fgd: Fgd = None,
    out: Annotated[Path | None, typer.Option("--out", help="folder of this FGD's records")] = None,
    lang: Lang = "id",
    workers: Workers = 0,
) -> None:
    """Check the notes, run again with what the women corrected, and say what changed."""
    from experiments.packet.again import round_trip
    from experiments.packet.notes import load_notes

    facts, plan = _facts(results, fgd, lang)
    said = load_notes(filled, facts, lang)
    folder = out or results / "notes" / said.date.isoformat()
    for line in round_trip(said, facts, plan, folder, lang, workers):
        typer.echo(line)
    typer.echo(str(folder))


@notes.command("forget")
@told_plainly
def forget(
    folder: Annotated[Path, typer.Argument(help="folder of an FGD's records")],
    yes: Annotated[bool, typer.Option("--yes", help="without asking")] = False,
    lang: Lang = "id",
) -> None:
    """Delete the records of an FGD and what was run with them; the old results stay."""
    from experiments.messages import text
    from experiments.packet.again import check_record
    from experiments.packet.again import forget as delete

    check_record(folder)
    if not yes:
        typer.confirm(f"{folder}: delete?", abort=True)
    delete(folder)
    typer.echo(text(lang, "notes.forgotten", folder=str(folder)))


def _facts(results: Path, fgd: str | None, lang: str) -> tuple[Facts, FgdPlan]:
    from experiments.packet.facts import read_facts

    plan = plan_for(results, fgd)
    return read_facts(results, plan, lang), plan


def plan_for(results: Path, name: str | None) -> FgdPlan:
    """The plan that was asked for, or that of the group of the results, or an empty one."""
    from experiments import store
    from experiments.packet.facts import comparison_in
    from experiments.packet.form import NO_PLAN
    from experiments.packet.plan import load_plan
    from sim.config.files import known

    if name:
        return load_plan(name)
    asked = store.read_manifest(comparison_in(results))["question"]
    compared = {each["id"] for each in asked["scenarios"]}
    own = sorted((results / "configs" / "fgd").glob("*.yaml"))  # beside corrected results
    group = asked["group"]["id"]
    if not own and group not in known("fgd"):
        return NO_PLAN
    plan = load_plan(own[0] if own else group)
    if not compared.issuperset(plan.options):
        return plan.model_copy(update={"options": (), "why_these": None})
    return plan
