"""LLVM IR -> machine code in this process."""

import ctypes
import sys
import threading
from collections.abc import Sequence
from functools import cache

from eqxfuse._kernels.cpu.host import host
from eqxfuse._program.functions import LIBRARY
from eqxfuse.errors import GeneratedCodeError

INSTRUCTIONS = ("ceil", "floor", "fma")
"""Functions of C that LLVM calls for instructions which old processors lack."""

_lock = threading.RLock()
_linked: list = []


def compile_ir(ir: str, level: int = 2, optimise: bool = False) -> bytes:
    """Object code of a module.

    `level` is that of LLVM's code generator; `optimise` first runs LLVM's passes over what does not opt out of
    them. Raises `GeneratedCodeError`, with the text, when LLVM refuses it.
    """
    import llvmlite.binding as llvm

    with _lock:
        machine = _machine(level)
        try:
            module = llvm.parse_assembly(ir)
            module.verify()
            if optimise:
                _run_passes(llvm, module, machine)
            return machine.emit_object(module)
        except RuntimeError as refusal:
            raise GeneratedCodeError(str(refusal), ir) from refusal


def _run_passes(llvm, module, machine) -> None:
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = True
    llvm.create_pass_builder(machine, options).getModulePassManager().run(
        module, llvm.create_pass_builder(machine, options)
    )


def link(objects: Sequence[bytes], symbols: Sequence[str]) -> dict[str, int]:
    """Addresses of `symbols` in object code, all of which stays loaded as long as the process lives."""
    import llvmlite.binding as llvm

    with _lock:
        builder = llvm.JITLibraryBuilder()
        for code in objects:
            builder.add_object_img(code)
        for name, address in _externals().items():
            builder.import_symbol(name, address)
        for symbol in symbols:
            builder.export_symbol(symbol)
        library = builder.link(_jit(), f"eqxfuse.{len(_linked)}")
        _linked.append(library)
        return {symbol: library[symbol] for symbol in symbols}


@cache
def _machine(level: int):
    """For code whose parts may lie anywhere: the sections of an object are allocated one by one, and in a process
    that holds gigabytes they can be further apart than the 2 GiB that the small code model allows.
    """
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(
        cpu=host().cpu, features=host().features, opt=level, reloc="static", codemodel="large", jit=True
    )


@cache
def _jit():
    import llvmlite.binding as llvm

    return llvm.create_lljit_compiler(_machine(0))


@cache
def _externals() -> dict[str, int]:
    """Addresses of the library functions that kernels call."""
    if sys.platform == "win32":
        library, system = ctypes.CDLL("ucrtbase"), ctypes.windll.kernel32
        own = {"malloc": library.malloc, "free": library.free, "yield": system.SwitchToThread}
    else:
        library = ctypes.CDLL(None)
        own = {"malloc": library.malloc, "free": library.free, "yield": library.sched_yield}
    own |= {name: getattr(library, name) for name in LIBRARY}
    found = {f"eqxfuse_{name}": f for name, f in own.items()} | {name: getattr(library, name) for name in INSTRUCTIONS}
    return {name: ctypes.cast(f, ctypes.c_void_p).value or 0 for name, f in found.items()}
