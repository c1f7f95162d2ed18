"""SEMANGAT: group economics of a women's joint business group (KUBE), week by week.

`load` reads a scenario or a group by name or path, `run` lives it and returns tidy tables.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.runs import run
    from sim.scenario import load

__version__ = "0.1.0"
__all__ = ["__version__", "load", "run"]


def __getattr__(name: str) -> Any:
    """Import on first use, so that the command line starts fast."""
    if name == "run":
        from sim.runs import run

        return run
    if name == "load":
        from sim.scenario import load

        return load
    raise AttributeError(f"module 'sim' has no attribute '{name}'")
