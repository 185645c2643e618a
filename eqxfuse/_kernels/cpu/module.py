"""LLVM modules as XLA FFI targets: compiled, or taken from the cache, once a process."""

import hashlib
import threading
from collections.abc import Callable

import jax

from eqxfuse._kernels.cpu.cache import ObjectCache, default_directory
from eqxfuse._kernels.cpu.ffi import emitter_digest
from eqxfuse._kernels.cpu.host import host
from eqxfuse._kernels.cpu.native import compile_ir, link
from eqxfuse._llvm.kernel.module import Modules

_lock = threading.Lock()
_known: set[str] = set()


def module_target(identity: str, write: Callable[[str], Modules]) -> str:
    """The name under which XLA finds the handler of a module.

    `identity` says what the code does, down to its digest; `write(name)` makes it, when it is not in the cache.
    """
    machine = host()
    everything = "\n".join([identity, emitter_digest(), machine.cpu, machine.features, machine.llvmlite])
    key = hashlib.sha256(everything.encode()).hexdigest()
    name = f"eqxfuse_{key[:40]}"
    with _lock:
        if name not in _known:
            cache = ObjectCache(default_directory())
            code = cache.read(key)
            if code is None:
                code = compiled(write(name))
                cache.write(key, code)
            jax.ffi.register_ffi_target(name, jax.ffi.pycapsule(link(code, [name])[name]), platform="cpu")
            _known.add(name)
    return name


def compiled(modules: Modules) -> list[bytes]:
    """Object code: of the frame with LLVM's passes, of the arithmetic without, which loses nothing."""
    optimised = [compile_ir(text, optimise=True) for text in (modules.frame, modules.functions) if text]
    return [compile_ir(modules.arithmetic, level=0), *optimised] if modules.arithmetic else optimised
