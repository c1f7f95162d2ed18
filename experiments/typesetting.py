"""Pages as PDF or PNG by Typst: the layouts lie in `typst/`, words and pictures go in as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Literal

import matplotlib
import typst

SHARED = "gambar.typ"  # what all layouts draw with


def compiled(
    layout: str,
    content: Mapping[str, object],
    kind: Literal["pdf", "png"] = "pdf",
    pictures: Mapping[str, str] | None = None,
) -> bytes:
    """A layout as a file's bytes, the same on every repeat; of a PNG the first page.

    content: the JSON input "sheet", so that nothing a user wrote is ever read as Typst. pictures:
    SVG by file name, for the layout's `image`.
    """
    folder = files("experiments").joinpath("typst")
    sources = {
        "main.typ": folder.joinpath(f"{layout}.typ").read_bytes(),
        SHARED: folder.joinpath(SHARED).read_bytes(),
        **{name: drawing.encode() for name, drawing in (pictures or {}).items()},
    }
    fonts = Path(matplotlib.get_data_path(), "fonts", "ttf")  # the same letters on every machine
    made = typst.compile(
        sources,
        font_paths=[str(fonts)],
        ignore_system_fonts=True,
        sys_inputs={"sheet": json.dumps(content)},
        format=kind,
        pdf_standards=["ua-1"],  # refuses pictures without a description
    )
    page: bytes = made[0] if isinstance(made, list) else made
    return page
