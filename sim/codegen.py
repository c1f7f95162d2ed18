"""What numba makes of the model: pieces without machine code of their own, and ways in from Python.

numba optimises every function by itself and makes machine code of it, although a piece is only ever
copied into its callers, where it is optimised again. Leaving that out halves the time that the
model takes to compile. Vector code is left out as well: it costs more than it gains in loops over
twenty women, and takes long to compile. This uses numba's own extension point (`pipeline_class`)
and the stages of its code libraries, which are not promised to stay; `constraints.txt` pins numba.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from numba.core import typed_passes, untyped_passes
from numba.core.caching import CompileResultCacheImpl, FunctionCache, _CacheLocator
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, DefaultPassBuilder
from numba.core.compiler_machinery import PassManager

_NO_VECTORS: Final = {"loop_vectorize": False, "slp_vectorize": False}

# What the model's functions do not have: closures, contexts, raises, literals to unroll, parfors.
_NEEDLESS: Final = {
    untyped_passes.WithLifting,
    untyped_passes.InlineClosureLikes,
    untyped_passes.RewriteDynamicRaises,
    untyped_passes.MakeFunctionToJitFunction,
    untyped_passes.InlineInlinables,
    untyped_passes.FindLiterallyCalls,
    untyped_passes.LiteralUnroll,
    untyped_passes.LiteralPropagationSubPipelinePass,
    typed_passes.InlineOverloads,
    typed_passes.DumpParforDiagnostics,
}


class _Library(JITCodeLibrary):
    """The code of one compiled function, with the passes that suit this model."""

    def _optimize_functions(self, module: Any) -> None:
        module.data_layout = self._codegen._data_layout
        for function in module.functions:
            if not function.is_declaration:
                passes, builder = self._codegen._function_pass_manager(opt=1, **_NO_VECTORS)
                passes.run(function, builder)

    def _optimize_final_module(self) -> None:
        self._pass(cost="cheap", opt=0)
        self._pass(opt=2)

    def _pass(self, **options: Any) -> None:
        passes, builder = self._codegen._module_pass_manager(**_NO_VECTORS, **options)
        passes.run(self._final_module, builder)


class _Piece(_Library):
    """The code of a piece: cleaned up, and ready to be copied into a caller."""

    @property
    def codegen(self) -> Any:
        return _NoEnvironment(self._codegen)

    def get_pointer_to_function(self, name: str) -> int:
        self._ensure_finalized()
        return 0  # there is none

    def _optimize_final_module(self) -> None:
        self._pass(cost="cheap", opt=0)

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


class _NoEnvironment:
    """numba's code generator, but for the Python objects that machine code would refer to."""

    def __init__(self, codegen: Any) -> None:
        self._codegen = codegen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._codegen, name)

    def set_env(self, name: str, environment: Any) -> None:
        """Nothing: a piece never runs by itself."""


class WholeCompiler(Compiler):
    """numba's compiler for what Python calls."""

    library: type[_Library] = _Library

    def __init__(self, typing: Any, target: Any, library: Any, *rest: Any) -> None:
        if library is None:
            library = self.library(target.codegen(), type(self).__name__)
            library.enable_object_caching()
        super().__init__(typing, target, library, *rest)

    def define_pipelines(self) -> list[Any]:
        """numba's own passes, without the needless ones."""
        usual = DefaultPassBuilder.define_nopython_pipeline(self.state)
        lean = PassManager("nopython")
        lean.passes.extend(each for each in usual.passes if each[0] not in _NEEDLESS)
        lean.finalize()
        return [lean]


class PieceCompiler(WholeCompiler):
    """numba's compiler for what only compiled code calls."""

    library = _Piece


def keep(function: Any, folder: Path) -> None:
    """Keep what is compiled of a function in `folder`, whatever numba's settings say.

    The folder's name must tell one state of the sources from another: numba is not asked to.
    """

    class Locator(_CacheLocator):
        """Where, and under which name."""

        def __init__(self, written: Any, file: str) -> None:
            self._name = f"{written.__module__}-{written.__code__.co_firstlineno}"

        @classmethod
        def from_function(cls, written: Any, file: str) -> Locator:
            return cls(written, file)

        def get_cache_path(self) -> str:
            return str(folder)

        def get_source_stamp(self) -> str:
            return ""

        def get_disambiguator(self) -> str:
            return self._name

    class Results(CompileResultCacheImpl):
        _locator_classes = [Locator]  # noqa: RUF012

    class Kept(FunctionCache):
        _impl_class = Results

    function._cache = Kept(function.py_func)
