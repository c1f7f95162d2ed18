"""Compiling: one door to numba, and a cache that knows when the model has changed.

Rules and the ensemble are compiled once and kept on disk. numba looks only at the file of a
function, not at what it calls, so the folder of the cache carries a hash of all of `sim/`: after an
edited rule everything is compiled anew, in both engines.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any, Final, TypeVar

# Vector code costs more than it gains in loops over twenty women, and takes long to compile.
for _option, _value in (("OPT", "2"), ("LOOP_VECTORIZE", "0"), ("SLP_VECTORIZE", "0")):
    os.environ.setdefault(f"NUMBA_{_option}", _value)

import numba
import numpy as np
from numba.core import cgutils, types
from numba.core.dispatcher import Dispatcher
from numba.extending import intrinsic, typeof_impl
from numpy.typing import NDArray

_SOURCES: Final = Path(__file__).parent
_KEPT: Final = 4  # caches of earlier states of the model, so that switching branches is quick
_Function = TypeVar("_Function", bound=Callable[..., Any])


def source_hash() -> str:
    """A hash of every line of the model and of the versions that compile it."""
    text = hashlib.sha256(f"{numba.__version__} {np.__version__} {sys.version_info}".encode())
    for file in sorted(_SOURCES.rglob("*.py")):
        text.update(file.relative_to(_SOURCES).as_posix().encode() + file.read_bytes())
    return text.hexdigest()[:16]


def _cache_folder() -> Path:
    """Beside the sources, in the user's cache, or in a temporary folder: the first that works."""
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    own = Path(home) if home else Path.home() / ".cache"
    for parent in (_SOURCES / "__pycache__", own):
        folder = parent / "semangat" / source_hash()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            _forget_old(folder)
            return folder
    return Path(tempfile.mkdtemp(prefix="semangat-"))


def _forget_old(folder: Path) -> None:
    """Remove all but the newest caches."""
    caches = sorted(folder.parent.iterdir(), key=lambda each: each.stat().st_mtime)
    for old in caches[:-_KEPT]:
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)


numba.config.CACHE_DIR = str(_cache_folder())  # type: ignore[attr-defined]

COMPILES: Final = not numba.config.DISABLE_JIT  # type: ignore[attr-defined]
_jit: Any = numba.njit


def is_cold(function: Callable[..., Any]) -> bool:
    """Whether a compiled function must still be compiled on this machine."""
    if not COMPILES:
        return False
    place = f"*.{function.__name__}-*.nbi"
    return not any(Path(numba.config.CACHE_DIR).rglob(place))  # type: ignore[attr-defined]


def compiled(function: _Function) -> _Function:
    """A compiled function; it runs outside Python's lock, so that threads can share the work."""
    made: _Function = _jit(cache=True, nogil=True, error_model="numpy")(function)
    return made


def _part(function: Callable[..., Any]) -> Any:
    """A function that only compiled code calls, and that becomes a piece of its caller.

    Passing a world along costs more than most rules, and so does a way in from Python, in time to
    compile.
    """
    return _jit(
        nogil=True, error_model="numpy", forceinline=True, no_cpython_wrapper=True,
        no_cfunc_wrapper=True,
    )(function)  # fmt: skip


class Inner:
    """A piece of a larger compiled function. Plain Python may call it only when nothing compiles.

    `py_func` is the function as it was written.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.__name__, self.__doc__ = function.__name__, function.__doc__
        self.__module__, self.py_func = function.__module__, function
        self.compiled = _part(function)

    def __call__(self, *args: Any) -> Any:
        """Only without compilation; RuntimeError otherwise."""
        if COMPILES:
            raise RuntimeError(f"{self.__name__} is a piece of compiled code; see its py_func")
        return self.py_func(*args)


def inner(function: _Function) -> _Function:
    """A piece of a larger compiled function."""
    return Inner(function)  # type: ignore[return-value]


class Rule:
    """A rule whose first argument is `p`: one compiled function for both engines.

    Compiled code calls it with a record of parameters, Python with `Parameters`.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.__name__, self.__doc__ = function.__name__, function.__doc__
        self.__module__, self.__wrapped__ = function.__module__, function
        self.compiled = _part(function)
        self._entry = _entry(self.compiled, function) if COMPILES else function

    def __call__(self, p: Any, *args: Any) -> Any:
        """Call it from Python, with the parameters of a village."""
        return self._entry(p.table, *args) if COMPILES else self._entry(p, *args)


def _enter(table: Any, *args: Any) -> Any:
    return called(table[0], *args)  # type: ignore[name-defined]  # noqa: F821


def _entry(called: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """The way in from Python: numba takes a table of one row fifty times faster than a row.

    A copy of `_enter` for each rule, under the rule's own file and line, so that it can be cached.
    """
    name = f"enter_{function.__name__}"
    place = function.__code__
    code = _enter.__code__.replace(
        co_filename=place.co_filename, co_firstlineno=place.co_firstlineno, co_name=name
    )
    enter = FunctionType(code, {"called": called}, name)
    enter.__qualname__, enter.__module__ = name, function.__module__
    return compiled(enter)


def rule(function: _Function) -> _Function:
    """A rule that reads parameters as `p.name`."""
    return Rule(function)  # type: ignore[return-value]


@typeof_impl.register(Rule)
@typeof_impl.register(Inner)
def _type_of_part(value: Rule | Inner, context: object) -> types.Type:
    """Inside compiled code a rule or a piece is its compiled function."""
    return types.Dispatcher(value.compiled)


def _borrowed(typing_context: Any, array: Any) -> Any:
    """The same array without a count of its owners, whose atomic steps cost more than the rules.

    Somebody else must hold the array as long as it is used.
    """

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        owned = context.make_array(signature.args[0])(context, builder, args[0])
        made = context.make_array(signature.return_type)(context, builder)
        for part in ("nitems", "itemsize", "data", "shape", "strides"):
            setattr(made, part, getattr(owned, part))
        null: Any = cgutils.get_null_value
        for owner in ("meminfo", "parent"):
            setattr(made, owner, null(getattr(made, owner).type))
        return made._getvalue()

    return array(array), build


def _as_it_is(array: Any) -> Any:
    return array


borrowed: Any = intrinsic(_borrowed) if COMPILES else _as_it_is


def readable(table: NDArray[Any]) -> Any:
    """A table whose rows are read as `row.name`: compiled code can, plain Python needs a hint."""
    return table if COMPILES or table.dtype.names is None else table.view(np.recarray)


def is_rule(thing: object) -> bool:
    """Whether something is a rule or another compiled function."""
    compiled_one = isinstance(thing, Rule | Dispatcher)
    return compiled_one or (not COMPILES and inspect.isfunction(thing))
