"""Finding and reading configuration files; whatever goes wrong is a ConfigError."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from sim.config.problems import ConfigError, Problem, config_error, did_you_mean, printable, shown
from sim.config.tree import Node, parse

MAX_BYTES: Final = 1 << 20

Folder: TypeAlias = Literal["groups", "scenarios", "studies", "fgd"]

SORTS: Final = {"groups": "group", "scenarios": "scenario", "studies": "study", "fgd": "FGD plan"}

_NAME: Final = re.compile(r"[^/\\.]+")  # anything else is a path
_PACKAGE: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """What a file holds (a mapping), and the repeated keys already found in it."""

    name: str  # as shown to people
    path: Path
    root: Node
    problems: tuple[Problem, ...]


def is_name(text: str) -> bool:
    """Whether a name is meant, to be looked up in a `configs/` folder, and not a path."""
    return _NAME.fullmatch(text) is not None


def find(name_or_path: str | Path, folder: Folder, beside: Path | None = None) -> Path:
    """The file of a group or scenario; ConfigError when no folder holds the name.

    A name is looked up in `configs/` of the current folder, then among those that ship. Anything
    with a dot or a slash is a path. What a file itself refers to (then `beside` is that file) is
    looked up next to it first.
    """
    text = str(name_or_path)
    if not is_name(text):
        return beside.parent / text if beside else Path(text)
    files = known(folder, beside)
    if text not in files:
        raise no_such(text, SORTS[folder], files)
    return files[text]


def known(folder: Folder, beside: Path | None = None) -> dict[str, Path]:
    """Every name that can be used, with its file."""
    roots = [_PACKAGE / "_configs", _PACKAGE.parent / "configs", Path("configs")]
    own = [beside.parent.parent] if beside else []
    places = [root / folder for root in roots + own]  # later ones go first
    files = {path.stem: path for place in places for path in place.glob("*.yaml")}
    return dict(sorted(files.items()))


def no_such(name: str, sort: str, names: Iterable[str]) -> ConfigError:
    """The error for a name that no file has."""
    there = list(names)
    message = f"no {sort} has this name; there are: {', '.join(there)}{did_you_mean(name, there)}"
    return config_error(shown(name), message)


def read(path: Path) -> ConfigFile:
    """The YAML mapping in a file; ConfigError when there is none that can be read."""
    name = shown_path(path)
    root, problems = parse(_text(path, name), name)
    if root is None or root.value is None:
        raise config_error(name, "the file is empty")
    if not isinstance(root.value, dict):
        raise config_error(name, "expected lines such as 'title: ...', as in the files that ship")
    return ConfigFile(name, path, root, tuple(problems))


def _text(path: Path, name: str) -> str:
    data = _bytes(path, name)
    if len(data) > MAX_BYTES:
        raise config_error(name, f"the file is larger than {MAX_BYTES:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise config_error(name, "this is not text in UTF-8; save it as UTF-8", line) from None


def _bytes(path: Path, name: str) -> bytes:
    """The content, or its beginning when it is too large."""
    try:
        if path.is_file():
            with path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
        reason = "this is not a file" if path.exists() else "there is no such file"
    except OSError as error:
        reason = f"the file cannot be read ({error.strerror})"
    raise config_error(name, reason)


def shown_path(path: Path) -> str:
    """A path as people know it: from the current folder where it lies inside."""
    try:
        return printable(str(path.resolve().relative_to(Path.cwd())))
    except (OSError, RuntimeError, ValueError):
        return printable(str(path))
