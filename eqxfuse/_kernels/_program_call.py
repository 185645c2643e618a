"""The JAX primitive behind native kernels, with its rules.

`call(kernel, arrays, linear)` runs a kernel; `linear` are the positions of inputs in which it is linear
(jointly, and nothing is left when they are zero). Leading axes of the inputs are batch axes: as long as in
the result, or 1, which means that the cells along that axis share the array.
"""

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir, xla

from eqxfuse._errors import BackendUnavailable
from eqxfuse._kernels._ffi import target
from eqxfuse._kernels._varying import aligned
from eqxfuse._kernels._vectorized import VectorizedKernel

if TYPE_CHECKING:
    from eqxfuse._kernels._llvm_kernel import LlvmKernel

program_call_p = Primitive("eqxfuse_program")


def call(kernel: "LlvmKernel", arrays, linear: tuple[int, ...] = ()):
    """The result [..., outputs] of `kernel` for `arrays` [..., length]."""
    return program_call_p.bind(*aligned(arrays), kernel=kernel, linear=linear)


def _check(arrays, kernel) -> None:
    inputs = kernel.program.inputs
    if len(arrays) != len(inputs):
        raise TypeError(f"{kernel.program.name} takes {len(inputs)} arrays, got {len(arrays)}")
    for a, array in zip(inputs, arrays, strict=True):
        if array.dtype not in (jnp.float32, jnp.float64) or array.dtype != arrays[0].dtype:
            raise TypeError(
                f"{kernel.program.name}: input {a.name!r} must be float32 or float64, as the others; got {array.dtype}"
            )
        if array.ndim == 0 or array.shape[-1] != a.length or array.ndim != arrays[0].ndim:
            raise ValueError(f"{kernel.program.name}: input {a.name!r} must have {a.length} elements, got {array.shape}")


def _abstract(*arrays, kernel, linear):
    _check(arrays, kernel)
    batch = np.broadcast_shapes(*(a.shape[:-1] for a in arrays))
    return arrays[0].update(shape=(*batch, len(kernel.program.outputs)), weak_type=False)


def _lower(context, *operands, kernel, linear):
    name = target(kernel.program, context.avals_in[0].dtype.name)
    return jax.ffi.ffi_lowering(name)(context, *operands)


def _refuse(context, *operands, kernel, linear):
    raise BackendUnavailable("native kernels run on CPU only; use backend='vectorized' on other devices")


def _batch(arrays, axes, *, kernel, linear):
    moved = [
        jnp.expand_dims(a, 0) if axis is None else jnp.moveaxis(a, axis, 0)
        for a, axis in zip(arrays, axes, strict=True)
    ]
    return call(kernel, moved, linear), 0


def _jvp(primals, tangents, *, kernel, linear):
    active = tuple(i for i, t in enumerate(tangents) if not isinstance(t, ad.Zero))
    result = call(kernel, primals, linear)
    if set(active) <= set(linear):
        moved = [ad.instantiate_zeros(tangents[i]) if i in linear else p for i, p in enumerate(primals)]
        return result, call(kernel, moved, linear)
    given = [tangents[i] for i in active]
    if linear:
        return result, _vectorized_tangent(kernel, primals, given, active)
    positions = tuple(range(len(primals), len(primals) + len(active)))
    return result, call(kernel.forward(active), [*primals, *given], positions)


def _vectorized_tangent(kernel, primals, given, active):
    """Beyond first derivatives: in plain JAX, which starts without compiling one more program."""
    plain = VectorizedKernel(kernel.program)

    def run(*moving):
        moved = dict(zip(active, moving, strict=True))
        return _over_batch(plain, [moved.get(i, p) for i, p in enumerate(primals)])

    return jax.jvp(run, tuple(primals[i] for i in active), tuple(given))[1]


def _over_batch(kernel, arrays):
    """A kernel for one cell over arrays with leading axes, by the rules of `call`."""
    if arrays[0].ndim == 1:
        return kernel(*arrays)
    axes = [None if a.shape[0] == 1 else 0 for a in arrays]
    arrays = [a[0] if axis is None else a for a, axis in zip(arrays, axes, strict=True)]
    if all(axis is None for axis in axes):
        return _over_batch(kernel, arrays)[None]
    return jax.vmap(lambda *own: _over_batch(kernel, own), axes)(*arrays)


def _transpose(cotangent, *arguments, kernel, linear):
    wanted = tuple(i for i, a in enumerate(arguments) if ad.is_undefined_primal(a))
    if isinstance(cotangent, ad.Zero):
        return [ad.Zero(a.aval) if ad.is_undefined_primal(a) else None for a in arguments]
    known = [a for i, a in enumerate(arguments) if i not in linear]
    pulled = call(kernel.reverse(wanted, linear), [*known, cotangent], (len(known),))
    ends = np.cumsum([kernel.program.inputs[i].length for i in wanted])[:-1]
    parts = dict(zip(wanted, jnp.split(pulled, ends, axis=-1), strict=True))
    return [_reduced(parts[i], a.aval) if i in wanted else None for i, a in enumerate(arguments)]


def _reduced(cotangent, aval):
    """Summed over the axes that the cells shared."""
    shared = tuple(i for i, (own, n) in enumerate(zip(aval.shape, cotangent.shape, strict=True)) if own != n)
    return cotangent.sum(shared, keepdims=True) if shared else cotangent


program_call_p.def_impl(lambda *arrays, **parameters: xla.apply_primitive(program_call_p, *arrays, **parameters))
program_call_p.def_abstract_eval(_abstract)
batching.primitive_batchers[program_call_p] = _batch
ad.primitive_jvps[program_call_p] = _jvp
ad.primitive_transposes[program_call_p] = _transpose
mlir.register_lowering(program_call_p, _refuse)
mlir.register_lowering(program_call_p, _lower, platform="cpu")
