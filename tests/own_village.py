"""A village of one's own, as a user writes it into a file of the current folder."""

from __future__ import annotations

from pathlib import Path

TELLER = '''
from sim.happenings import OWN
from sim.village import Village

class Teller(Village):
    """Tells of every week."""

    def step(self):
        self.note(OWN)
        super().step()
'''


def write_teller(folder: Path, module: str) -> str:
    """Write the file; what to give to `--village`."""
    (folder / f"{module}.py").write_text(TELLER)
    return f"{module}:Teller"
