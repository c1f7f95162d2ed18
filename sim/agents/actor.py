"""What every agent is: a Mesa agent with the fields of its state, who looks up luck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from sim import draws
from sim.draws import Event

if TYPE_CHECKING:
    from sim.village import Village


class Actor(mesa.Agent):  # type: ignore[misc]
    """An agent whose fields are those of its state record."""

    key: int

    def __init__(self, model: Village, state: object) -> None:
        super().__init__(model, **vars(state))
        self.village = model

    def draw(self, event: Event, whom: int = 0) -> float:
        """This week's luck of this agent in `event`."""
        return draws.uniform(self.village.event_keys[event], self.key, whom)
