"""Small studies for tests, and what they must come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from experiments import store
from experiments.studies.described import Asked, StudyFile, settled
from experiments.studies.live import live_block
from experiments.studies.shards import KEYS
from experiments.studies.sweep import Plan
from tests.worlds import GROUP, shipped

SMALL: dict[str, Any] = {
    "id": "small",
    "title": "?",
    "scenarios": ["none", "only_fgd"],
    "parameters": {"payment_lag": [0, 2]},
    "villages": 2,
    "replications": 2,
    "weeks": 4,
    "measures": ["net_income", "receivable", "grants_rp"],
    "windows": {"late": (2, 4)},
}


def asked(**keys: Any) -> Asked:
    """A small study, with other keys."""
    file = StudyFile.model_validate({**SMALL, **keys})
    return settled(file, GROUP, tuple(shipped(name) for name in file.scenarios))


def plan(**keys: Any) -> Plan:
    """The same, ready to be run."""
    return Plan(asked(**keys), {})


def lived(plan: Plan) -> pd.DataFrame:
    """What every run of a study must come to, without any store: the oracle."""
    frames = []
    for block in plan.layout.blocks():
        done = live_block(plan.frame, block)
        assert not done.failures
        numbers = pd.DataFrame(done.numbers, columns=plan.frame.columns)
        frames.append(pd.concat([pd.DataFrame(done.keys), numbers], axis=1))
    return in_order(pd.concat(frames, ignore_index=True))


def kept(out: Path) -> pd.DataFrame:
    """The runs of a folder."""
    return in_order(store.read(out, "runs"))


def in_order(runs: pd.DataFrame) -> pd.DataFrame:
    """Rows in an order of their own, whatever the shards."""
    return runs.sort_values(list(KEYS), ignore_index=True)


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """AssertionError unless two tables of runs are the same to the last bit."""
    pd.testing.assert_frame_equal(one, other, check_exact=True, check_dtype=False)
