"""An edited rule changes both engines, alike; and without the compiler the model is the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.repository import ROOT

RUN = """
import json, sys
from sim import load, run
weekly = {
    engine: run(load("package_2019"), weeks=int(sys.argv[1]), engine=engine,
                overrides=json.loads(sys.argv[2])).weekly
    for engine in sys.argv[3:]
}
columns = ("net_income", "volume", "trust_outlets", "cash", "attendance")
print(json.dumps({engine: {name: table[name].fillna(-1).tolist() for name in columns}
                  for engine, table in weekly.items()}))
"""
SMALL = {"n_members": 12, "burn_in_weeks": 2}
RULE = "return 1 / (1 + p.catchment_overlap * max(0, outlets - 1))"  # selling.overlap_factor


def lived(folder: Path, weeks: int, *engines: str, **environment: str) -> dict[str, Any]:
    """A run of each engine, in a process of its own, with the sources of a folder."""
    ran = subprocess.run(
        [sys.executable, "-c", RUN, str(weeks), json.dumps(SMALL), *engines],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(folder), **environment},
        capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


@pytest.mark.slow
def test_an_edited_rule_changes_both_engines_alike(tmp_path: Path) -> None:
    """Compiled anew, although the file that holds the ensemble is the same."""
    for part in ("sim", "configs"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    before = lived(tmp_path, 12, "ensemble", "village")
    assert before["ensemble"] == before["village"]
    rules = tmp_path / "sim" / "rules" / "selling.py"
    text = rules.read_text(encoding="utf-8")
    assert text.count(RULE) == 1, "the rule has changed: edit another here"
    rules.write_text(
        text.replace(RULE, RULE.replace("return 1 /", "return 0.5 /")), encoding="utf-8"
    )
    after = lived(tmp_path, 12, "ensemble", "village")
    assert after["ensemble"] == after["village"]
    for engine in ("ensemble", "village"):
        assert after[engine]["volume"] != before[engine]["volume"]
    rules.write_text(text, encoding="utf-8")
    assert lived(tmp_path, 12, "ensemble") == {"ensemble": before["ensemble"]}


@pytest.mark.slow
def test_without_the_compiler_the_model_is_the_same() -> None:
    """NUMBA_DISABLE_JIT=1: both engines as plain Python, as one debugs them."""
    plain = lived(ROOT, 6, "ensemble", "village", NUMBA_DISABLE_JIT="1")
    usual = lived(ROOT, 6, "ensemble")["ensemble"]
    for engine, columns in plain.items():
        for name, values in columns.items():
            assert values == pytest.approx(usual[name], rel=1e-9), (engine, name)
