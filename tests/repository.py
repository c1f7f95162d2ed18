"""Where the project lies and which files belong to it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def sources(*folders: str) -> list[Path]:
    """The Python files below the folders, in a fixed order."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def project_files() -> list[Path]:
    """What git holds or would hold; without git (an unpacked sdist), what is not hidden."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return sorted(path for path in ROOT.rglob("*") if path.is_file() and not _made(path))
    return sorted(
        path for name in set(listed.stdout.split("\0")) if (path := ROOT / name).is_file()
    )


def _made(path: Path) -> bool:
    return re.search(r"(^|/)(\.|__pycache__)", path.relative_to(ROOT).as_posix()) is not None
