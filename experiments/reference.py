"""What is kept of whole runs in results/reference/, for README and docs/validation.md.

`python -m experiments.reference [RESULTS]` copies it, then rewrites the pages that show it.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from experiments import docs, store

FOLDER: Final = docs.ROOT / "results" / "reference"
KEPT: Final[Mapping[str, str]] = {
    "compare/figures/differences.png": "differences.png",
    "compare/figures/fans.png": "fans.png",
    "compare/figures/timeline_reacting_plan.png": "timeline_reacting_plan.png",
    "compare/figures/decision.png": "decision.png",
    "compare/figures/frontier.png": "frontier.png",
    "compare/decision.md": "decision.md",
    "compare/ringkasan.txt": "ringkasan.txt",
    "compare/summary.json": "summary.json",
    "network/figures/response.png": "response.png",
    "network/ringkasan.txt": "ringkasan_jaringan.txt",
    "start/ringkasan.txt": "ringkasan_awal.txt",
    "lembar.pdf": "lembar.pdf",
    "packet/paket.pdf": "paket.pdf",
    "packet/lintingan.pdf": "lintingan.pdf",
    "packet/jelajah.html": "jelajah.html",
    "packet/packet_manifest.json": "packet_manifest.json",
    "packet/wa/lembar_2.png": "lembar_2.png",
    "packet/wa/lembar_5C.png": "lembar_5C.png",
    "packet/wa/lembar_6.png": "lembar_6.png",
    "packet/wa/lembar_7.png": "lembar_7.png",
    "validate/summary.csv": "validation.csv",
    "validate/figures/validation.png": "validation.png",
    "validate/figures/validation_rest.png": "validation_rest.png",
    "calibrate/summary.json": "calibration.json",
    "calibrate/figures/calibration.csv": "calibration.csv",
    "calibrate/figures/calibration.png": "calibration.png",
    "ablate/summary.json": "ablation.json",
    "ablate/figures/ablation.png": "ablation.png",
    "table4/summary.csv": "table4.csv",
    "table5/summary.csv": "table5.csv",
}
ASKED: Final = ("command", "villages", "replications", "default_replications", "seed", "scenario")


def main() -> None:
    """Copy what a folder of results holds of it, and rewrite the pages."""
    keep(Path(sys.argv[1] if len(sys.argv) > 1 else "results"), FOLDER)
    docs.main()


def keep(results: Path, reference: Path) -> list[str]:
    """Copy what is there; how it was asked for goes into made.json. Returns what was copied."""
    reference.mkdir(parents=True, exist_ok=True)
    made: dict[str, Any] = {}
    if (reference / "made.json").is_file():
        made = store.read_json(reference / "made.json")
    copied = []
    for source, target in KEPT.items():
        if (results / source).is_file():
            shutil.copyfile(results / source, reference / target)
            copied.append(target)
            manifest = results / Path(source).parts[0] / "manifest.json"
            if manifest.is_file():
                made[manifest.parent.name] = _asked(store.read_manifest(manifest.parent))
    store.write_json(reference / "made.json", made)
    return copied


def _asked(manifest: Mapping[str, Any]) -> dict[str, Any]:
    question = manifest["question"]
    return {
        "question": {name: question[name] for name in ASKED if name in question},
        "source_hash": manifest["source_hash"],
    }


if __name__ == "__main__":
    main()
