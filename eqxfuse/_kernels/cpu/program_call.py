"""The JAX primitive behind native kernels, with its rules.

Leading axes of the inputs are batch axes: as long as in the result, or 1, which means that the cells along that
axis share the array. Derivatives are programs of their own: `forward` and `reverse` are linear in their last
inputs and each other's transpose. Second derivatives of sums and products, which are short, are taken in plain JAX.

One cell of a small program is left to XLA: to call native code costs it 100 ns, more than that arithmetic.
"""

from functools import lru_cache

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir, xla

from eqxfuse._kernels.cpu.native_program import NativeProgram
from eqxfuse._kernels.cpu.varying import aligned
from eqxfuse._kernels.jax_kernel import JaxKernel
from eqxfuse._kernels.vectorized import VectorizedKernel
from eqxfuse.errors import BackendUnavailable

program_call_p = Primitive("eqxfuse_program")


def call(native: NativeProgram, arrays):
    """The result [..., outputs] of a program for `arrays` [..., length]."""
    return program_call_p.bind(*aligned(arrays), native=native)


def _check(arrays, native: NativeProgram) -> None:
    if len(arrays) != len(native.inputs):
        raise TypeError(f"{native.name} takes {len(native.inputs)} arrays, got {len(arrays)}")
    for a, array in zip(native.inputs, arrays, strict=True):
        if array.dtype not in (jnp.float32, jnp.float64) or array.dtype != arrays[0].dtype:
            raise TypeError(
                f"{native.name}: {a.name!r} must be float32 or float64, like all inputs; it is {array.dtype}"
            )
        if array.ndim == 0 or array.shape[-1] != a.length or array.ndim != arrays[0].ndim:
            raise ValueError(f"{native.name}: {a.name!r} must have shape ({a.length},), got {array.shape}")


def _abstract(*arrays, native):
    _check(arrays, native)
    batch = np.broadcast_shapes(*(a.shape[:-1] for a in arrays))
    return arrays[0].update(shape=(*batch, native.outputs), weak_type=False)


def _lower(context, *operands, native):
    if context.avals_out[0].ndim == 1 and native.small:
        return mlir.lower_fun(_unrolled(native), multiple_results=False)(context, *operands)
    return jax.ffi.ffi_lowering(native.target(context.avals_in[0].dtype.name))(context, *operands)


@lru_cache(maxsize=64)
def _unrolled(native: NativeProgram) -> JaxKernel:
    return JaxKernel(native.program)


def _refuse(context, *operands, native):
    raise BackendUnavailable("native kernels run on CPU only; use backend='vectorized' on other devices")


def _batch(arrays, axes, *, native):
    moved = [
        jnp.expand_dims(a, 0) if axis is None else jnp.moveaxis(a, axis, 0)
        for a, axis in zip(arrays, axes, strict=True)
    ]
    return call(native, moved), 0


def _linear(native: NativeProgram) -> range:
    """The positions of the inputs in which a derivative is linear."""
    first = len(native.parent.inputs) if native.parent else len(native.inputs)
    return range(first, len(native.inputs))


def _jvp(primals, tangents, *, native):
    result = call(native, primals)
    active = tuple(i for i, t in enumerate(tangents) if not isinstance(t, ad.Zero))
    linear = _linear(native)
    if set(active) <= set(linear):
        moved = [ad.instantiate_zeros(tangents[i]) if i in linear else p for i, p in enumerate(primals)]
        return result, call(native, moved)
    if native.parent and not native.program.calls:
        return result, _plain_tangent(native, primals, tangents, active)
    return result, call(native.forward(active), [*primals, *(tangents[i] for i in active)])


def _plain_tangent(native: NativeProgram, primals, tangents, active):
    kernel = VectorizedKernel(native.program)

    def run(*moving):
        moved = dict(zip(active, moving, strict=True))
        return _over_batch(kernel, [moved.get(i, p) for i, p in enumerate(primals)])

    return jax.jvp(run, [primals[i] for i in active], [tangents[i] for i in active])[1]


def _over_batch(kernel, arrays):
    """A kernel for one cell over arrays with batch axes."""
    if arrays[0].ndim == 1:
        return kernel(*arrays)
    axes = [None if a.shape[0] == 1 else 0 for a in arrays]
    arrays = [a[0] if axis is None else a for a, axis in zip(arrays, axes, strict=True)]
    if all(axis is None for axis in axes):
        return _over_batch(kernel, arrays)[None]
    return jax.vmap(lambda *own: _over_batch(kernel, own), axes)(*arrays)


def _transpose(cotangent, *arguments, native):
    wanted = [i for i, a in enumerate(arguments) if ad.is_undefined_primal(a)]
    results = [None] * len(arguments)
    if isinstance(cotangent, ad.Zero):
        return results
    parent, first = native.parent, _linear(native).start
    known = arguments[:first]
    if native.kind == "forward":
        active = tuple(native.active[i - first] for i in wanted)
        joined = call(parent.reverse(active), [*known, cotangent])
        parts = _parts(joined, [parent.inputs[i].length for i in active])
    else:
        tangents = _parts(cotangent, [parent.inputs[i].length for i in native.active])
        parts = [call(parent.forward(native.active), [*known, *tangents])]
    for i, part in zip(wanted, parts, strict=True):
        results[i] = _summed(part, arguments[i].aval)
    return results


def _parts(joined, lengths: list[int]) -> list:
    return jnp.split(joined, np.cumsum(lengths)[:-1], axis=-1)


def _summed(cotangent, aval):
    """The sum over the axes that the cells shared."""
    shared = tuple(i for i, (own, n) in enumerate(zip(aval.shape, cotangent.shape, strict=True)) if own != n)
    return cotangent.sum(shared, keepdims=True) if shared else cotangent


program_call_p.def_impl(lambda *arrays, **parameters: xla.apply_primitive(program_call_p, *arrays, **parameters))
program_call_p.def_abstract_eval(_abstract)
batching.primitive_batchers[program_call_p] = _batch
ad.primitive_jvps[program_call_p] = _jvp
ad.primitive_transposes[program_call_p] = _transpose
mlir.register_lowering(program_call_p, _refuse)
mlir.register_lowering(program_call_p, _lower, platform="cpu")
