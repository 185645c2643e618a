"""Programs as XLA FFI targets: compiled, or taken from the cache, and registered once a process."""

import hashlib
import threading
from functools import cache
from pathlib import Path

import jax

from eqxfuse._kernels.cpu.cache import ObjectCache, default_directory
from eqxfuse._kernels.cpu.host import host
from eqxfuse._kernels.cpu.native import compile_ir, link
from eqxfuse._kernels.cpu.native_program import NativeProgram
from eqxfuse._llvm.kernel.module import llvm_ir

PACKAGE = Path(__file__).parents[2]

_lock = threading.Lock()
_targets: dict[str, dict[str, int]] = {}


def target(native: NativeProgram, dtype: str) -> str:
    """The name under which XLA finds the kernel of a program for `float32` or `float64`."""
    name = target_name(native, dtype)
    with _lock:
        if name not in _targets:
            addresses = load(native, dtype, name)
            jax.ffi.register_ffi_target(name, jax.ffi.pycapsule(addresses[name]), platform="cpu")
            _targets[name] = addresses
    return name


def target_name(native: NativeProgram, dtype: str) -> str:
    """The same in every process that would generate the same code."""
    return f"eqxfuse_{native.digest[:32]}_{dtype}_{emitter_digest()[:8]}"


def addresses(native: NativeProgram, dtype: str) -> dict[str, int]:
    """Addresses of the handler, of `cell` (one cell), `block` (a block of cells) and `worker` (a batch)."""
    return dict(_targets[target(native, dtype)])


def source(native: NativeProgram, dtype: str) -> str:
    """The modules as text, with comments."""
    modules = llvm_ir(native.program, host().shape(dtype), target_name(native, dtype), comments=True)
    return f"{modules.arithmetic}\n{modules.frame}"


def load(native: NativeProgram, dtype: str, name: str) -> dict[str, int]:
    """Addresses in code that is taken from the cache, or made."""
    cache, key = ObjectCache(default_directory()), _key(name)
    objects = cache.read(key)
    if objects is None:
        modules = llvm_ir(native.program, host().shape(dtype), name)
        objects = [compile_ir(modules.arithmetic, level=0), compile_ir(modules.frame, level=0)]
        if modules.functions:
            objects.append(compile_ir(modules.functions, optimise=True))
        cache.write(key, objects)
    return link(objects, (name, "cell", "block", "worker"))


def _key(name: str) -> str:
    """Everything that the code depends on."""
    machine = host()
    text = "\n".join([name, emitter_digest(), machine.cpu, machine.features, machine.llvmlite])
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def emitter_digest() -> str:
    """SHA-256 of the modules that plan, write and compile native code: a change of any of them makes new code."""
    digest = hashlib.sha256()
    for part in ("_program", "_llvm", "_kernels/cpu"):
        for path in sorted((PACKAGE / part).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
