"""Which options are discussed: those of the plan, or what the results suggest."""

from __future__ import annotations

from typing import Any

from experiments.packet.plan import MOST_OPTIONS, FgdPlan
from experiments.packet.problems import PacketError
from sim.parameters import ParameterError
from sim.scenario import Scenario


def chosen_of(plan: FgdPlan, known: dict[str, Scenario], summary: dict[str, Any]) -> list[str]:
    """The scenarios to discuss, as now first: those of the plan, or what the results suggest."""
    names = _named(plan, known, summary) if plan.options else suggested(summary)
    _check_now(known[names[0]])
    return names


def _named(plan: FgdPlan, known: dict[str, Scenario], summary: dict[str, Any]) -> list[str]:
    """The options of a plan; ParameterError when they were not compared, or in another order."""
    for name in plan.options:
        if name not in known:
            raise ParameterError(
                f"options: '{name}' was not compared; there are {', '.join(known)}. "
                f"Compare it, or leave options blank"
            )
    if plan.options[0] != summary["baseline"]:
        raise ParameterError(
            f"options: the first is to stay as now, '{summary['baseline']}' in these results"
        )
    return list(plan.options)


def _check_now(scenario: Scenario) -> None:
    """The first option is to stay as now, or the counting would begin elsewhere."""
    if scenario.interventions:
        raise PacketError(
            f"the first scenario of this comparison, '{scenario.id}', does something, and the "
            f"sheets count from staying as now; compare again with a scenario without activities "
            f"first, as in semangat compare none {scenario.id}"
        )


def helping(summary: dict[str, Any]) -> list[str]:
    """The strategies that add more than the margin in most villages."""
    rows, margin = summary["scenarios"], summary["margin"]
    others = [name for name in rows if name != summary["baseline"]]
    return [name for name in others if rows[name]["difference"]["net_income"]["typical"] > margin]


def suggested(summary: dict[str, Any]) -> list[str]:
    """As now, the lightest strategy that helps in most villages, and the one that gives most.

    Lightest: fewest days of a facilitator, then least cash. When none helps in most villages, the
    two that give most.
    """
    baseline = summary["baseline"]
    others = [name for name in summary["scenarios"] if name != baseline]
    gains = {
        name: summary["scenarios"][name]["difference"]["net_income"]["typical"] for name in others
    }

    def burden(name: str) -> tuple[float, float]:
        levels = summary["scenarios"][name]["levels"]
        return levels["facilitator_days"]["typical"], levels["intervention_cost_rp"]["typical"]

    by_gain = sorted(others, key=lambda name: -gains[name])
    good = helping(summary)
    lightest = min(good, key=burden) if good else by_gain[0]
    most = next((name for name in by_gain if name != lightest), None)
    chosen = sorted({lightest, most} - {None}, key=lambda name: burden(str(name)))
    return [baseline, *(str(name) for name in chosen)][:MOST_OPTIONS]
