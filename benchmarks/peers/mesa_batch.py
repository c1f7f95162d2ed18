"""The sweep through Mesa's batch_run; the result is one table, written at the end."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from mesa.batchrunner import batch_run
from mesa_model import Group
from model import DEMAND, TRUST, WEEKS, asked, tell


def main() -> None:
    told = asked()
    rows = batch_run(
        Group,
        parameters={"trust": TRUST, "demand": DEMAND},
        rng=range(told.replications),
        max_steps=WEEKS,
        number_processes=told.workers,
        display_progress=False,
    )
    runs = pd.DataFrame(rows)
    runs.to_csv(Path(told.out) / "runs.csv")
    tell(runs["income"])


if __name__ == "__main__":
    main()
