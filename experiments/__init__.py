"""The questions put to the village: studies, comparisons, figures and sheets."""

from __future__ import annotations

from typing import Any


def open(folder: Any) -> Any:
    """The tables of a results folder as pandas frames, by name (`experiments.studies.opened`)."""
    from experiments.studies.opened import Results  # so that importing a part stays fast

    return Results(folder)
