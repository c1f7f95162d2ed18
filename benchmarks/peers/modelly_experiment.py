"""The sweep through Modelly's Experiment: a file for every run, and a rerun skips what is there."""

from __future__ import annotations

from model import (
    DEMAND,
    OUTLETS,
    PIECES,
    PRICE,
    TRUST,
    WEEKS,
    WOMAN_TRUST,
    WOMEN,
    asked,
    order,
    outlets_trust,
    part,
    tell,
    womans_trust,
)
from modelly import Agent, Model
from modelly.experiments import Experiment, ScenarioSpace, designs
from modelly.scenarios import Scenario


class GroupScenario(Scenario):
    """What the sweep varies."""

    trust: float = TRUST[2]
    demand: float = DEMAND[2]


# Plain attributes: with columns, all women at once in numpy, twenty women took a quarter longer.
class Woman(Agent):
    """She comes when she trusts the group, and shares what was sold."""

    def __init__(self, model: Group) -> None:
        super().__init__(model)
        self.trust, self.came, self.income = WOMAN_TRUST, False, 0.0

    def step(self) -> None:
        comes = self.random.random() < self.trust
        if self.came:
            self.income += self.model.pay
            self.trust = womans_trust(self.trust, self.model.pay)
        self.came = comes


class Outlet(Agent):
    """It orders by its trust and sells on consignment."""

    def __init__(self, model: Group) -> None:
        super().__init__(model)
        self.trust, self.sold = model.scenario.trust, 0

    def step(self) -> None:
        delivered = int(order(self.trust) * self.model.part)
        self.sold = int(self.model.rng.binomial(delivered, self.model.scenario.demand))
        if delivered:
            self.trust = outlets_trust(self.trust, self.sold, delivered)


class Group(Model):
    """The women and the outlets, week by week."""

    def __init__(self, scenario: GroupScenario = GroupScenario) -> None:
        super().__init__(scenario=scenario)
        self.pay, self.part, self.came = 0.0, 0.0, 0
        self.women = Woman.create_agents(self, WOMEN)
        self.outlets = Outlet.create_agents(self, OUTLETS)

    @property
    def income(self) -> float:
        """What a woman was paid so far, on average."""
        return self.women.agg("income", sum) / WOMEN

    def step(self) -> None:
        if self.came:
            self.pay = PRICE * self.outlets.agg("sold", sum) / self.came
        self.women.do("step")
        self.came = self.women.agg("came", sum)
        self.part = part(PIECES * self.came, sum(order(outlet.trust) for outlet in self.outlets))
        self.outlets.do("step")


def main() -> None:
    told = asked()
    experiment = Experiment(
        model=Group,
        space=ScenarioSpace(trust=list(TRUST), demand=list(DEMAND)),
        design=designs.full_factorial(),
        replicates=told.replications,
        steps=WEEKS,
        outputs=["income"],
        store=told.out,
    )
    executor = "serial" if told.workers == 1 else "processes"
    report = experiment.run(executor=executor, max_parallel=told.workers)
    last = f"SELECT income FROM runs WHERE step = {WEEKS}"
    tell(experiment.results().query(last).df()["income"], kept=report.skipped)


if __name__ == "__main__":
    main()
