"""The small model as Mesa has it: agents with methods, and a DataCollector."""

from __future__ import annotations

import mesa
from model import (
    DEMAND,
    OUTLETS,
    PIECES,
    PRICE,
    TRUST,
    WOMAN_TRUST,
    WOMEN,
    order,
    outlets_trust,
    part,
    womans_trust,
)


class Woman(mesa.Agent):
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


class Outlet(mesa.Agent):
    """It orders by its trust and sells on consignment."""

    def __init__(self, model: Group, trust: float) -> None:
        super().__init__(model)
        self.trust, self.sold = trust, 0

    def step(self) -> None:
        delivered = int(order(self.trust) * self.model.part)
        self.sold = int(self.model.rng.binomial(delivered, self.model.demand))
        if delivered:
            self.trust = outlets_trust(self.trust, self.sold, delivered)


class Group(mesa.Model):
    """The women and the outlets, week by week."""

    def __init__(
        self, trust: float = TRUST[2], demand: float = DEMAND[2], rng: int | None = None
    ) -> None:
        super().__init__(rng=rng)
        self.demand, self.pay, self.part, self.came = demand, 0.0, 0.0, 0
        self.women = Woman.create_agents(self, WOMEN)
        self.outlets = Outlet.create_agents(self, OUTLETS, trust)
        self.datacollector = mesa.DataCollector(model_reporters={"income": "income"})

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
        self.datacollector.collect(self)
