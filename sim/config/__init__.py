"""From what a user writes to checked objects; `sim.scenario` is the door."""
