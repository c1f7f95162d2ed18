"""Compiling: one door to numba, and a cache that knows when the model has changed.

`@compiled` makes a function of the model that both engines share. numba looks only at the file of a
function, not at what it calls, so the folder of its cache carries a hash of all of `sim/`: after an
edited rule everything is compiled anew, in both engines.
"""

from __future__ import annotations

import functools
import gc
import hashlib
import inspect
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FunctionType
from typing import Any, Final, TypeVar

import numba
import numpy as np
from numba.core import types
from numba.core.errors import TypingError
from numba.extending import typeof_impl
from numpy.typing import NDArray

from sim.codegen import PieceCompiler, WholeCompiler, keep

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


CACHE: Final = _cache_folder()
COMPILES: Final = not numba.config.DISABLE_JIT  # type: ignore[attr-defined]

# Arrays are lent: nothing that is compiled counts their owners, whose atomic steps cost more than
# the rules. So it may neither make an array nor keep one, and numba refuses what would.
_compile: Final[Any] = functools.partial(
    numba.njit,
    error_model="numpy",
    _nrt=False,
)


class Compiled:
    """A function of the model: a piece of other compiled functions, and callable from Python.

    `__wrapped__` is the function as it was written. The way in from Python is compiled when it is
    first used. Where the first argument is `p`, Python gives `Parameters` and compiled code their
    record.
    """

    def __init__(self, function: Callable[..., Any], takes_long: bool = False) -> None:
        self.__name__: str
        self._takes_long = takes_long
        functools.update_wrapper(self, function)
        # Passing a world along costs more than most rules, so a piece becomes part of its caller.
        self.piece = _compile(
            forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True,
            pipeline_class=PieceCompiler,
        )(function)  # fmt: skip
        names = list(inspect.signature(function).parameters)
        self._arguments, self._takes_p = len(names), names[:1] == ["p"]
        self._entry: Callable[..., Any] | None = None if COMPILES else function

    def __call__(self, *args: Any) -> Any:
        """Call it from Python; TypeError when there are too few arguments or too many."""
        if self._takes_p and COMPILES:
            args = (args[0].table, *args[1:])
        try:
            if self._entry is not None:
                return self._entry(*args)
            self._entry = self._way_in()
            with _uncollected():  # the first call compiles
                return self._entry(*args)
        except TypingError:
            if len(args) != self._arguments:  # else numba prints the types of all of them
                wanted = f"{self.__name__} takes {self._arguments} arguments"
                raise TypeError(f"{wanted}, {len(args)} were given") from None
            raise

    def _way_in(self) -> Callable[..., Any]:
        """A copy of `_enter`, under the function's own file and line, so that it can be cached.

        numba takes a table of one row fifty times faster than a row.
        """
        function: Any = self.__wrapped__  # type: ignore[attr-defined]
        place, name = function.__code__, f"enter_{function.__name__}"
        template = _enter_with_table if self._takes_p else _enter
        code = template.__code__.replace(
            co_filename=place.co_filename, co_firstlineno=place.co_firstlineno, co_name=name
        )
        enter = FunctionType(code, {"piece": self.piece}, name)
        enter.__qualname__, enter.__module__ = name, function.__module__
        # Outside Python's lock only what takes long: two threads that found villages, which calls a
        # hundred short rules, would spend half of their time waiting for it.
        made: Callable[..., Any] = _compile(pipeline_class=WholeCompiler, nogil=self._takes_long)(
            enter
        )
        keep(made, CACHE)
        return made


@contextmanager
def _uncollected() -> Iterator[None]:
    """Within, nobody looks for cycles: numba makes millions of objects, and a tenth of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _enter(*args: Any) -> Any:
    return piece(*args)  # type: ignore[name-defined]  # noqa: F821


def _enter_with_table(table: Any, *args: Any) -> Any:
    return piece(table[0], *args)  # type: ignore[name-defined]  # noqa: F821


def compiled(function: _Function) -> _Function:
    """Compile a function for both engines (see `Compiled`)."""
    return Compiled(function)  # type: ignore[return-value]


def compiled_long(function: _Function) -> _Function:
    """The same for what takes long: other threads go on meanwhile."""
    return Compiled(function, takes_long=True)  # type: ignore[return-value]


@typeof_impl.register(Compiled)
def _type_of(value: Compiled, context: object) -> types.Type:
    """Inside compiled code it is its piece."""
    return types.Dispatcher(value.piece)


def is_cold(function: Callable[..., Any]) -> bool:
    """Whether the way in to a compiled function must still be compiled on this machine."""
    if not COMPILES:
        return False
    return not any(CACHE.rglob(f"*.enter_{function.__name__}-*.nbi"))


def readable(table: NDArray[Any]) -> Any:
    """A table whose rows are read as `row.name`: compiled code can, plain Python needs a hint."""
    return table if COMPILES or table.dtype.names is None else table.view(np.recarray)
