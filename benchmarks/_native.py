"""Native kernels against the limit (the same program as C) and, for gradients, against plain JAX; one core."""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks._networks import CASES, Case
from benchmarks._report import seconds, table
from benchmarks._timing import TURN, in_turn, medians
from benchmarks._works import CELLS, LOOPS, WORKS
from benchmarks.limit_c import available, build_limit
from eqxfuse._kernels.cpu.llvm_kernel import LlvmKernel
from eqxfuse._kernels.cpu.native_program import NativeProgram
from eqxfuse._kernels.cpu.targets import load, target_name
from eqxfuse._kernels.vectorized import VectorizedKernel
from eqxfuse._lower.rhs import lower_rhs
from eqxfuse._program.ir import Program


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--networks", nargs="+", choices=CASES, default=["gas", "rate22"], metavar="NAME")
    parser.add_argument("--rounds", type=int, default=15, help="calls of each, in turn; the median counts")
    parser.add_argument("--limits", type=Path, default=Path("out/benchmarks/c"), help="where compiled C is kept")


def run(options: argparse.Namespace) -> list[dict]:
    """One record for each network and work, in seconds for one evaluation."""
    records = []
    for name in options.networks:
        records += _measure(CASES[name], options)
        print(table([_readable(r) for r in records if r["network"] == name]), flush=True)
    return records


def _measure(case: Case, options: argparse.Namespace) -> list[dict]:
    start = time.perf_counter()
    program = lower_rhs(case.make())
    lowered = time.perf_counter() - start
    cold, warm = _build(program)
    records = [{"network": case.name, "work": w, "native": t} for w, t in (("build", cold), ("build, cached", warm))]
    records.insert(0, {"network": case.name, "work": "read and lower", "native": lowered})
    kernel, plain = LlvmKernel(program), VectorizedKernel(program)
    for work, calls, units in [*against_c(program, kernel, options.limits), *_gradients(program, kernel, plain)]:
        times = medians(in_turn(calls, options.rounds, turn=TURN))
        own = {name: t / units for name, t in times.items()}
        records.append({"network": case.name, "work": work, **own})
    return records


def _build(program: Program) -> tuple[float, float]:
    """Seconds to emit and compile, and to take the code from the disk."""
    native = NativeProgram.of(program)
    name = target_name(native.identity("float64"))
    before = os.environ.get("EQXFUSE_CACHE_DIR")
    with tempfile.TemporaryDirectory() as directory:
        os.environ["EQXFUSE_CACHE_DIR"] = directory
        times = [time.perf_counter()]
        for _ in range(2):
            load(name, partial(native.modules, "float64"))
            times.append(time.perf_counter())
    os.environ.pop("EQXFUSE_CACHE_DIR")
    if before is not None:
        os.environ["EQXFUSE_CACHE_DIR"] = before
    return times[1] - times[0], times[2] - times[1]


def _inputs(program: Program, cells: tuple[int, ...] = ()) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    sizes = (1.0, 1e-9, 1.0)
    return [s * rng.uniform(0.5, 1.5, (*cells, a.length)) for s, a in zip(sizes, program.inputs, strict=False)]


def against_c(program: Program, kernel: LlvmKernel, directory: Path):
    one, many = _inputs(program), _inputs(program, (CELLS,))
    limit = build_limit(program, directory) if available() else None
    rest = [jnp.asarray(a) for a in one[2:]]
    loop = jax.jit(WORKS["in-loop"].build(lambda y, k: kernel(y, k, *rest)))
    yield "one cell", _pair(lambda: loop(*one[:2]), limit and (lambda: _repeat(limit, one, program))), LOOPS
    each, shared = jax.jit(jax.vmap(kernel)), jax.jit(jax.vmap(kernel, (0, *[None] * (len(one) - 1))))
    device = [jnp.asarray(a) for a in many]
    for work, f, count in (("cell of a batch", each, None), ("cell of a batch, shared k", shared, 1)):
        arrays = [a if i < (count or len(many)) else a[0] for i, a in enumerate(many)]
        held = [a if i < (count or len(many)) else a[0] for i, a in enumerate(device)]
        yield work, _pair(lambda f=f, h=held: f(*h), limit and (lambda a=arrays: _batch(limit, a, program))), CELLS


def _pair(native: Callable, limit: Callable | None) -> dict[str, Callable]:
    return {"native": native, **({"limit": limit} if limit else {})}


def _repeat(limit, arrays, program: Program) -> None:
    out = np.empty(len(program.outputs))
    limit.repeat(LOOPS, *(a.ctypes.data for a in arrays), out.ctypes.data)


def _batch(limit, arrays, program: Program) -> None:
    out = np.empty((CELLS, len(program.outputs)))
    strides = [a.shape[1] if a.ndim == 2 else 0 for a in arrays]
    limit.batch(CELLS, *(a.ctypes.data for a in arrays), *strides, out.ctypes.data)


def _gradients(program: Program, kernel: LlvmKernel, plain: VectorizedKernel):
    """Of sum(w * dy/dt) with respect to y and all coefficients, in a loop."""
    y, k, *rest = (jnp.asarray(a) for a in _inputs(program))
    weights = jnp.cos(jnp.arange(len(program.outputs), dtype=y.dtype))

    def gradients(f):
        def step(_, state):
            moved = jax.grad(lambda v, c: weights @ f(v, c, *rest), (0, 1))(*state)
            return tuple(a + 1e-30 * b for a, b in zip(state, moved, strict=True))

        compiled = jax.jit(lambda v, c: jax.lax.fori_loop(0, LOOPS, step, (v, c)))
        return lambda: compiled(y, k)

    yield "gradient", {"native": gradients(kernel), "vectorized": gradients(plain)}, LOOPS


def _readable(record: dict) -> dict:
    keys = ("network", "work", "native", "limit", "vectorized")
    own = SimpleNamespace(**record)
    row = {key: getattr(own, key, "-") for key in keys}
    rival = record.get("limit") or record.get("vectorized")
    text = {k: seconds(v) if isinstance(v, float) else v for k, v in row.items()}
    return {**text, "native/other": f"{record['native'] / rival:.2f}" if rival else "-"}
