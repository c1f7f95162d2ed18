"""Who acts: members, outlets and donors as Mesa agents. They look up luck, call rules, remember."""

from sim.agents.actor import Actor
from sim.agents.donor import Donor
from sim.agents.member import Member
from sim.agents.outlet import Outlet

__all__ = ["Actor", "Donor", "Member", "Outlet"]
