"""The main job, from nothing to everything that `make run` leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from experiments.compare import MARGIN, run_compare
from experiments.engines import Engine
from experiments.network import run_network, with_copies
from experiments.report import report_compare, report_network, report_sheet, report_sweep
from experiments.study import Study
from experiments.sweep import run_sweep
from sim.parameters import Value
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
# What the officers can change without anybody's money: how often to meet, when outlets pay.
SWEPT: dict[str, list[Value]] = {"sessions_per_week": [1, 2, 3, 4], "payment_lag": [0, 1, 4]}
# What the paper leaves open about the start (X1) decides the size of the answer: all readings.
STARTS: dict[str, list[Value]] = {
    "n_outlets_init": [0, 1, 2],
    "initial_outlets": ["distinct", "among_the_five"],
}
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
    run_compare(study, list(scenarios.values()), villages, folder, workers)
    yield report_compare(folder, group, list(scenarios.values()), MARGIN, lang), folder
    report_sheet(folder, out / "lembar.pdf", SHEET, lang)

    few = max(1, villages // SMALLER)
    small = replace(study, replications=max(1, replications // 2), detail=False)
    folder = out / "network"
    wide = replace(small, group=with_copies(group, PARTNERS))
    run_network(wide, scenarios["none"], range(PARTNERS + 1), few, folder, workers)
    yield report_network(folder, lang), folder

    chosen = [scenarios["none"], scenarios["package_2019"]]
    for name, levels in (("sweep", SWEPT), ("start", STARTS)):
        folder = out / name
        run_sweep(small, chosen, levels, few, folder, workers)
        yield report_sweep(folder, lang), folder
