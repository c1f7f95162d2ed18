"""Which engine lives the runs, and a village of the user's own."""

from __future__ import annotations

import hashlib
import sys
from difflib import get_close_matches
from functools import lru_cache
from importlib import import_module
from inspect import getfile
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import Literal

from sim.parameters import ParameterError
from sim.village import Village
from sim.world import FieldError

Engine = Literal["ensemble", "village"]


class VillageError(Exception):
    """A village of the user's own has failed."""


def failed(name: str, error: Exception) -> VillageError:
    """What went wrong in the class called `name`, and at which line of its file."""
    own = str(Path(getfile(village_class(name))))
    lines = [each for each in extract_tb(error.__traceback__) if each.filename == own]
    where = f" in {own}, line {lines[-1].lineno}" if lines else ""
    if isinstance(error, FieldError):
        return VillageError(f"--village {name}: {error}")
    return VillageError(f"--village {name}: {type(error).__name__}{where}: {error}")


def engine_for(asked: Engine | None, own: str | None) -> Engine:
    """The engine that was asked for; a village of one's own is lived by the village.

    Raises ParameterError where the two contradict each other or there is no such village.
    """
    if own is None:
        return asked or "ensemble"
    if asked == "ensemble":
        raise ParameterError("the ensemble cannot live --village; leave out --engine ensemble")
    village_class(own)
    return "village"


@lru_cache
def village_class(name: str | None) -> type[Village]:
    """The class called "module:Class", from the current folder or installed; None is Village.

    Raises ParameterError when there is none, or when it is not a subclass of Village.
    """
    if name is None:
        return Village
    module_name, colon, class_name = name.partition(":")
    if not (module_name and colon and class_name):
        raise ParameterError(f"--village {name}: write module:Class")
    module = _module(module_name)
    if class_name not in vars(module):
        raise ParameterError(f"--village {name}: {_no_class(module, class_name)}")
    found = vars(module)[class_name]
    if not (isinstance(found, type) and issubclass(found, Village)):
        raise ParameterError(f"--village {name}: not a subclass of sim.village.Village")
    return found


def source_hash(name: str) -> str:
    """A hash of the file that a village of one's own is written in."""
    source = Path(getfile(village_class(name))).read_bytes()
    return hashlib.sha256(source.replace(b"\r\n", b"\n")).hexdigest()[:12]


def _no_class(module: ModuleType, name: str) -> str:
    near = get_close_matches(name, vars(module), 1)
    hint = f"; did you mean '{near[0]}'" if near else ""
    return f"module '{module.__name__}' has no class '{name}'{hint}"


def _module(name: str) -> ModuleType:
    """Import a module as if it were run from the current folder."""
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        return import_module(name)
    except SyntaxError as error:
        raise ParameterError(f"{error.filename}:{error.lineno}: {error.msg}") from None
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise ParameterError(f"module '{name}' needs another: {error}") from None
        where = f"no module '{error.name}' in this folder or among the installed ones"
        raise ParameterError(f"--village: {where}") from None
    finally:
        sys.path.remove(here)
