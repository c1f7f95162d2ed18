"""Pages as PDF or PNG by Typst: the layouts lie in `typst/`, words and pictures go in as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import matplotlib
import typst

SHARED = "gambar.typ"  # what all layouts draw with


def compiled(
    layout: str, content: Mapping[str, object], pictures: Mapping[str, str] | None = None
) -> bytes:
    """A layout as a PDF, the same bytes on every repeat.

    content: the JSON input "sheet", so that nothing a user wrote is ever read as Typst. pictures:
    SVG by file name, for the layout's `image`. Raises typst.TypstError where a sheet has no room.
    """
    # The standard refuses pictures without a description.
    return _compiled(layout, content, pictures or {}, format="pdf", pdf_standards=["ua-1"])[0]


def as_images(
    layout: str,
    content: Mapping[str, object],
    pictures: Mapping[str, str] | None = None,
    ppi: float = 144,
) -> list[bytes]:
    """The pages of a layout as PNG, with so many pixels an inch."""
    return _compiled(layout, content, pictures or {}, format="png", ppi=ppi)


def _compiled(
    layout: str, content: Mapping[str, object], pictures: Mapping[str, str], **options: Any
) -> list[bytes]:
    folder = files("experiments").joinpath("typst")
    sources = {
        "main.typ": folder.joinpath(f"{layout}.typ").read_bytes(),
        SHARED: folder.joinpath(SHARED).read_bytes(),
        **{name: drawing.encode() for name, drawing in pictures.items()},
    }
    fonts = Path(matplotlib.get_data_path(), "fonts", "ttf")  # the same letters on every machine
    made = typst.compile(
        sources,
        font_paths=[str(fonts)],
        ignore_system_fonts=True,
        sys_inputs={"sheet": json.dumps(content)},
        **options,
    )
    return list(made) if isinstance(made, list) else [made]
