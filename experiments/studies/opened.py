"""Opening a results folder from Python: its tables as pandas frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from experiments import store


class Results(Mapping[str, pd.DataFrame]):
    """The tables of a results folder by name, read when they are asked for.

    >>> import experiments
    >>> results = experiments.open("results/sweep/network_trust")
    >>> results["runs"].merge(results["design"], on="point_id")
    """

    def __init__(self, folder: Path | str) -> None:
        """FileNotFoundError for a folder that holds no results."""
        self.folder = Path(folder)
        if not (self.folder / "manifest.json").is_file():
            raise FileNotFoundError(f"{self.folder} holds no results")

    @property
    def manifest(self) -> dict[str, Any]:
        """What was asked, of which model."""
        return store.read_manifest(self.folder)

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in store.names(self.folder):
            raise KeyError(name)
        return store.read(self.folder, name)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(store.names(self.folder)))

    def __len__(self) -> int:
        return len(store.names(self.folder))
