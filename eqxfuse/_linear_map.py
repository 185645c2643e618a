"""A linear map that JAX sees as one operation, with a transpose of its own.

What is differentiated forwards and what backwards need not be the same code: `forward` is used where the map itself is
asked for, `reverse` where its transpose is, and `general` where the map is differentiated in its turn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir, xla

Arrays: TypeAlias = Sequence[Any]
Form: TypeAlias = Callable[[Arrays, Arrays], Arrays]
"""(fixed, moving) -> arrays, linear in `moving`."""


@dataclass(frozen=True, eq=False)
class LinearMap:
    """A linear map of floating arrays, shaped `given`, to such arrays, shaped `made`.

    It depends on arrays that are fixed. `general` is the same as `forward` and can be differentiated in any mode any
    number of times.
    """

    forward: Form
    reverse: Form
    general: Form
    given: tuple[jax.ShapeDtypeStruct, ...]
    made: tuple[jax.ShapeDtypeStruct, ...]

    def __call__(self, fixed: Arrays, moving: Arrays) -> list[jax.Array]:
        return linear_map_p.bind(*fixed, *moving, map=self)

    @property
    def transpose(self) -> "LinearMap":
        def general(fixed, moving):
            zeros = [jnp.zeros(own.shape, own.dtype) for own in self.given]
            return jax.vjp(lambda *own: self.general(fixed, own), *zeros)[1](list(moving))

        return LinearMap(self.reverse, self.forward, general, self.made, self.given)

    def batched(self, axes: Sequence[int | None], size: int) -> "LinearMap":
        """For many `moving` at once, along their first axes, and `fixed` that are one for all where its axis is None."""

        def over_batch(form):
            return jax.vmap(form, (list(axes), 0))

        def widened(shapes):
            return tuple(jax.ShapeDtypeStruct((size, *own.shape), own.dtype) for own in shapes)

        forms = map(over_batch, (self.forward, self.reverse, self.general))
        return LinearMap(*forms, widened(self.given), widened(self.made))


linear_map_p = Primitive("eqxfuse_linear_map")
linear_map_p.multiple_results = True


def _split(arrays, map):
    count = len(arrays) - len(map.given)
    return list(arrays[:count]), list(arrays[count:])


def _abstract(*arrays, map):
    return [arrays[-1].update(shape=own.shape, dtype=own.dtype, weak_type=False) for own in map.made]


def _run(*arrays, map):
    return list(map.forward(*_split(arrays, map)))


def _batch(arrays, axes, *, map):
    size = next(a.shape[axis] for a, axis in zip(arrays, axes, strict=True) if axis is not None)
    fixed, moving = _split(arrays, map)
    fixed_axes, moving_axes = _split(axes, map)
    moving = [
        jnp.broadcast_to(a, (size, *a.shape)) if axis is None else jnp.moveaxis(a, axis, 0)
        for a, axis in zip(moving, moving_axes, strict=True)
    ]
    return map.batched(fixed_axes, size)(fixed, moving), [0] * len(map.made)


def _jvp(primals, tangents, *, map):
    fixed, moving = _split(primals, map)
    own, along = _split(tangents, map)
    result = map(fixed, moving)
    active = [i for i, tangent in enumerate(own) if not isinstance(tangent, ad.Zero)]
    along = [ad.instantiate_zeros(tangent) for tangent in along]
    if not active:
        return result, map(fixed, along)

    def general(changed, moving):
        changed = dict(zip(active, changed, strict=True))
        return map.general([changed.get(i, array) for i, array in enumerate(fixed)], moving)

    return result, jax.jvp(general, ([fixed[i] for i in active], moving), ([own[i] for i in active], along))[1]


def _transpose(cotangents, *arrays, map):
    fixed, moving = _split(arrays, map)
    if all(isinstance(cotangent, ad.Zero) for cotangent in cotangents):
        return [None] * len(arrays)
    found = map.transpose(fixed, [ad.instantiate_zeros(cotangent) for cotangent in cotangents])
    wanted = [own if ad.is_undefined_primal(a) else None for a, own in zip(moving, found, strict=True)]
    return [None] * len(fixed) + wanted


linear_map_p.def_impl(lambda *arrays, map: xla.apply_primitive(linear_map_p, *arrays, map=map))
linear_map_p.def_abstract_eval(_abstract)
batching.primitive_batchers[linear_map_p] = _batch
ad.primitive_jvps[linear_map_p] = _jvp
ad.primitive_transposes[linear_map_p] = _transpose
mlir.register_lowering(linear_map_p, mlir.lower_fun(_run, multiple_results=True))
