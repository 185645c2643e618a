"""Native code as XLA FFI targets: made, or taken from the cache, and registered once a process."""

import hashlib
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

import jax

from eqxfuse._kernels.cpu.cache import ObjectCache, default_directory
from eqxfuse._kernels.cpu.host import host
from eqxfuse._kernels.cpu.native import compile_ir, link
from eqxfuse._llvm.modules import Modules

Writer = Callable[[str], Modules]
"""From the name of a handler, modules that define it beside `cell`, `block` and `worker`."""

PACKAGE = Path(__file__).parents[2]
SHAPING = ("_program", "_llvm", "_kernels/cpu")
"""The folders that plan, write and compile native code."""

_lock = threading.Lock()
_addresses: dict[str, dict[str, int]] = {}


def target(identity: str, write: Writer) -> str:
    """The name under which XLA finds the handler of the code that `write` makes.

    `identity` says what is computed, in which number type and after which plan: all that `write` depends on beside
    the sources of this package and this machine. Raises `BackendUnavailable` where native code cannot run.
    """
    name = target_name(identity)
    with _lock:
        if name not in _addresses:
            found = load(name, write)
            jax.ffi.register_ffi_target(name, jax.ffi.pycapsule(found[name]), platform="cpu")
            _addresses[name] = found
    return name


def target_name(identity: str) -> str:
    """The same in every process that would make the same code: by it code is known to XLA and to the cache."""
    everything = f"{identity}\n{sources_digest()}\n{host()!r}"
    return f"eqxfuse_{hashlib.sha256(everything.encode()).hexdigest()[:40]}"


def addresses(name: str) -> dict[str, int]:
    """Of a registered target: its handler, `cell` (one cell), `block` (a block of cells) and `worker` (a batch)."""
    return dict(_addresses[name])


def load(name: str, write: Writer) -> dict[str, int]:
    """Addresses in code that is taken from the cache, or made."""
    cache = ObjectCache(default_directory())
    objects = cache.read(name)
    if objects is None:
        objects = compiled(write(name))
        cache.write(name, objects)
    return link(objects, (name, "cell", "block", "worker"))


def compiled(modules: Modules) -> list[bytes]:
    """Object code. Without LLVM's passes long arithmetic loses nothing; frames gain by them where they hold loops."""
    frame = compile_ir(modules.frame, optimise=True) if modules.loops else compile_ir(modules.frame, level=0)
    arithmetic = [compile_ir(modules.arithmetic, level=0)] if modules.arithmetic else []
    functions = [compile_ir(modules.functions, optimise=True)] if modules.functions else []
    return [*arithmetic, frame, *functions]


@cache
def sources_digest(package: Path = PACKAGE) -> str:
    """SHA-256 of the files that plan, write and compile native code: a change of any of them makes new code."""
    digest = hashlib.sha256()
    for part in SHAPING:
        for path in sorted((package / part).rglob("*.py")):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(package).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()
