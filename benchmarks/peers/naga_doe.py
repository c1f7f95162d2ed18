"""The sweep through Naga's design of experiments: the model is data, not code, and the result is
one table, written at the end."""

from __future__ import annotations

from pathlib import Path

from model import (
    DEMAND,
    HOPED,
    LARGEST_ORDER,
    LEAST,
    MOST,
    OUTLETS,
    PACE,
    PIECES,
    PRICE,
    STEP,
    TRUST,
    USUAL,
    WEEKS,
    WOMAN_TRUST,
    WOMEN,
    asked,
    tell,
)
from nagasim import optimize, surrogate
from nagasim.core import agents

INCOME = "agent/Women/income/All/End Mean"

# Ticks are synchronous: what an agent reads of others of its kind is as it was when the week began.
# Women have their tick first, so outlets see who came this week.
woman = agents.AgentType(
    "Woman",
    attributes=[agents.Attribute("trust", WOMAN_TRUST), "came", "income"],
    states=["member"],
    tick=agents.Tick(dt=1),
    let={
        "comes": "RAND() < self.trust",
        "pay": f'{PRICE} * SUM("Outlets", "sold") / max(1, SUM("Women", "came"))',
    },
    on_tick=[
        agents.Action.set("self.income", "self.income + IF(self.came > 0, pay, 0)"),
        agents.Action.set(
            "self.trust",
            f"IF(self.came > 0, IF(pay >= {HOPED}, min({MOST}, self.trust + {STEP}),"
            f" max({LEAST}, self.trust - {STEP})), self.trust)",
        ),
        agents.Action.set("self.came", "IF(comes, 1, 0)"),
    ],
)

# There is no binomial draw in a model file: sales are a normal one of the same mean and spread,
# rounded and kept between nothing and everything.
outlet = agents.AgentType(
    "Outlet",
    parameters={"trust": TRUST[2], "demand": DEMAND[2]},
    attributes=[
        agents.Attribute("trust", "trust"),
        agents.Attribute("order", f"floor({LARGEST_ORDER} * trust)"),
        "sold",
    ],
    states=["shop"],
    tick=agents.Tick(dt=1),
    let={
        "part": f'min(1, {PIECES} * SUM("Women", "came") / SUM("Outlets", "order"))',
        "delivered": "floor(self.order * part)",
        "drawn": "NORM(delivered * demand, sqrt(delivered * demand * (1 - demand)))",
        "sells": "max(0, min(delivered, round(drawn)))",
        "likes": f"IF(delivered > 0, max({LEAST}, min({MOST}, self.trust + {PACE}"
        f" * (sells / delivered - {USUAL}))), self.trust)",
    },
    on_tick=[
        agents.Action.set("self.sold", "sells"),
        agents.Action.set("self.trust", "likes"),
        agents.Action.set("self.order", f"floor({LARGEST_ORDER} * likes)"),
    ],
)


def main() -> None:
    told = asked()
    layout = agents.add(
        {"simulation": {"time_limit": WEEKS, "warmup": 0}},
        woman,
        agents.Population("Women", "Woman", WOMEN),
        outlet,
        agents.Population("Outlets", "Outlet", OUTLETS),
    )
    factors = [
        optimize.Factor(f"agent_types.Outlet.parameters.{name}", "categorical", levels=list(levels))
        for name, levels in (("trust", TRUST), ("demand", DEMAND))
    ]
    result = optimize.run_design(
        layout,
        factors,
        optimize.full_factorial(factors),
        responses=[INCOME],
        replications=told.replications,
        workers=told.workers,
        record_logs=False,
    )
    runs = surrogate.export_dataset(result, Path(told.out) / "runs.csv")
    tell(runs[INCOME])


if __name__ == "__main__":
    main()
