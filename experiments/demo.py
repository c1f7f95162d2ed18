"""The main job, from nothing to everything that `make run` leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from experiments.compare import MARGIN, run_compare
from experiments.engines import Engine
from experiments.messages import text
from experiments.network import run_network, with_copies
from experiments.options import OTHER_FORMS
from experiments.packet.guide import questions
from experiments.packet.make import make_packet
from experiments.packet.plan import load_plan
from experiments.packet.problems import PacketError
from experiments.report import report_compare, report_network, report_sheet
from experiments.studies import executors, reading
from experiments.studies.described import load_study
from experiments.studies.sweep import Plan, run_study
from experiments.study import Study
from sim.scenario import load_group, load_scenario

STRATEGIES = (
    "none", "package_2019", "package_2019_table3", "package_2019_mentoring",
    "package_2019_norms_mentoring", "package_2019_market_online", "perfected_design",
    "reacting_plan", "everything", "only_fgd", "only_proposal_training", "only_negotiation",
    "only_audience", "only_capital_proposal", "only_mentoring", "only_norms",
    "only_product_training", "only_market_stall",
)  # fmt: skip
SHEET = ("none", "package_2019", "package_2019_mentoring")
PARTNERS = 12
# What the officers can change without anybody's money: how often to meet, when outlets pay; and
# what the paper leaves open about the start (X1), which decides the size of the answer.
STUDIES = {"sweep": "sessions_payment", "start": "initial_outlets"}
SMALLER = 6  # the network and the sweep have many points: fewer villages for each


def demonstrate(
    out: Path,
    villages: int,
    replications: int,
    lang: str,
    workers: int,
    engine: Engine = "ensemble",
    village_class: str | None = None,
) -> Iterator[tuple[list[str], Path]]:
    """Run everything for SEMANGAT 72; yields what each part found and its folder."""
    group = load_group()
    scenarios = {name: load_scenario(name, group) for name in STRATEGIES}
    study = Study(group, 52, replications=replications, engine=engine, village_class=village_class)
    folder = out / "compare"
    other_forms = OTHER_FORMS if engine == "ensemble" else 0
    run_compare(study, list(scenarios.values()), villages, folder, workers, other_forms)
    yield report_compare(folder, group, list(scenarios.values()), MARGIN, lang), folder
    report_sheet(folder, out / "lembar.pdf", SHEET, lang)

    few = max(1, villages // SMALLER)
    small = replace(study, replications=max(1, replications // 2), detail=False)
    folder = out / "network"
    wide = replace(small, group=with_copies(group, PARTNERS))
    run_network(wide, scenarios["none"], range(PARTNERS + 1), few, folder, workers)
    yield report_network(folder, lang), folder

    where = executors.processes(workers) if engine == "village" else executors.threads(workers)
    fewer = {"villages": few, "replications": small.replications}
    for name, study_name in STUDIES.items():
        folder = out / name
        plan = Plan(load_study(study_name, changes=fewer), {}, engine, village_class)
        run_study(plan, folder, where, "replace")
        yield reading.report(folder, lang), folder

    yield _packet(out, lang), out / "packet"


def _packet(out: Path, lang: str) -> list[str]:
    """The FGD packet, and what it says is worth asking; or why there is none."""
    try:
        packet = make_packet(out, load_plan(), out / "packet", lang)
    except PacketError as error:
        return [str(error)]
    return [text(lang, "packet.questions"), *questions(packet.writer)]
