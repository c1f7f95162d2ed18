"""Golden values: the exact weekly tables of a few runs. `make golden` writes them, on purpose.

For each run the sum of every weekly column, which tells what moved, and a SHA-256 of the whole
table, which tells whether anything did.
"""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

from sim.draws import Luck
from sim.parameters import REGISTER
from sim.runs import Record
from tests.worlds import WEEKLY, column, live

FILE = Path(__file__).with_name("golden.json")
SCENARIOS = ("none", "package_2019", "package_2019_mentoring")
WEEKS = 52
REPLICATIONS = 3

Golden = dict[str, dict[str, str | float]]


def golden() -> Golden:
    """The golden values of the model as it is."""
    return {
        f"{name}, {clock}, replication {replication}": values_of(
            live(name, WEEKS, {"calendar": clock}, luck=Luck(0, 0, replication), detail=False)
        )
        for name in SCENARIOS
        for clock in REGISTER["calendar"].choices
        for replication in range(REPLICATIONS)
    }


def values_of(record: Record) -> dict[str, str | float]:
    """The sums of the columns, empty weeks left out, and the hash of the table."""
    table = record.weekly.astype("<f8").tobytes()
    sums = {
        name: math.fsum(value for value in column(record, name).tolist() if not math.isnan(value))
        for name in WEEKLY
    }
    return {"sha256": hashlib.sha256(table).hexdigest(), **sums}


def written() -> Golden:
    """The golden values as they were last written."""
    values: Golden = json.loads(FILE.read_text(encoding="utf-8"))
    return values


def write() -> None:
    """Write the golden values of the model as it is."""
    FILE.write_text(json.dumps(golden(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
    print(f"wrote {FILE}: say in CHANGELOG.md why the results changed")
