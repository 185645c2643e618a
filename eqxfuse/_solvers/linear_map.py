"""A linear map that JAX sees as one operation, with a transpose of its own.

What differentiates forwards and what differentiates backwards need not be the same code, nor be chosen before it is
known which of them JAX asks for.
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
"""`(fixed, moving)` -> arrays, linear in `moving`. It closes over no traced value."""


@dataclass(frozen=True, eq=False)
class LinearMap:
    """A linear map of floating arrays like `given` to floating arrays like `made`; it depends on `fixed` arrays, too.

    - `forward`: computes the map;
    - `reverse`: computes its transpose;
    - `general`: is `forward` again, and can be differentiated any number of times in any mode. Derivatives with respect
      to `fixed` are taken of it.
    """

    forward: Form
    reverse: Form
    general: Form
    given: tuple[jax.ShapeDtypeStruct, ...]
    made: tuple[jax.ShapeDtypeStruct, ...]

    def __call__(self, fixed: Arrays, moving: Arrays) -> list[jax.Array]:
        return linear_map_p.bind(*fixed, *moving, map=self)

    def split(self, arrays: Arrays) -> tuple[list, list]:
        """`fixed` and `moving`, which stand behind one another."""
        count = len(arrays) - len(self.given)
        return list(arrays[:count]), list(arrays[count:])

    @property
    def transpose(self) -> "LinearMap":
        def general(fixed, moving):
            zeros = [jnp.zeros(own.shape, own.dtype) for own in self.given]
            return jax.vjp(lambda *own: self.general(fixed, own), *zeros)[1](list(moving))

        return LinearMap(self.reverse, self.forward, general, self.made, self.given)

    def batched(self, axes: Sequence[int | None], size: int) -> "LinearMap":
        """`size` maps at once: along the first axes of `moving` and along `axes` of `fixed`, where they have one."""

        def many(form: Form) -> Form:
            return jax.vmap(form, (list(axes), 0))

        def wider(shapes):
            return tuple(jax.ShapeDtypeStruct((size, *own.shape), own.dtype) for own in shapes)

        return LinearMap(
            many(self.forward), many(self.reverse), many(self.general), wider(self.given), wider(self.made)
        )


linear_map_p = Primitive("eqxfuse_linear_map")
linear_map_p.multiple_results = True


def _abstract(*arrays, map: LinearMap):
    return [arrays[-1].update(shape=own.shape, dtype=own.dtype, weak_type=False) for own in map.made]


def _run(*arrays, map: LinearMap):
    return list(map.forward(*map.split(arrays)))


def _batch(arrays, axes, *, map: LinearMap):
    size = next(a.shape[axis] for a, axis in zip(arrays, axes, strict=True) if axis is not None)
    (fixed, moving), (fixed_axes, moving_axes) = map.split(arrays), map.split(axes)
    moving = [
        jnp.broadcast_to(a, (size, *a.shape)) if axis is None else jnp.moveaxis(a, axis, 0)
        for a, axis in zip(moving, moving_axes, strict=True)
    ]
    return map.batched(fixed_axes, size)(fixed, moving), [0] * len(map.made)


def _jvp(primals, tangents, *, map: LinearMap):
    (fixed, moving), (fixed_tangents, tangents) = map.split(primals), map.split(tangents)
    active = [i for i, tangent in enumerate(fixed_tangents) if not isinstance(tangent, ad.Zero)]
    tangents = [ad.instantiate_zeros(tangent) for tangent in tangents]
    if not active:
        return map(fixed, moving), map(fixed, tangents)

    def general(changing, moving):
        changed = dict(zip(active, changing, strict=True))
        return map.general([changed.get(i, array) for i, array in enumerate(fixed)], moving)

    directions = [fixed_tangents[i] for i in active], tangents
    return map(fixed, moving), jax.jvp(general, ([fixed[i] for i in active], moving), directions)[1]


def _transpose(cotangents, *arrays, map: LinearMap):
    fixed, moving = map.split(arrays)
    if all(isinstance(cotangent, ad.Zero) for cotangent in cotangents):
        return [None] * len(arrays)
    found = map.transpose(fixed, [ad.instantiate_zeros(cotangent) for cotangent in cotangents])
    return [None] * len(fixed) + [
        own if ad.is_undefined_primal(array) else None for array, own in zip(moving, found, strict=True)
    ]


linear_map_p.def_impl(lambda *arrays, map: xla.apply_primitive(linear_map_p, *arrays, map=map))
linear_map_p.def_abstract_eval(_abstract)
batching.primitive_batchers[linear_map_p] = _batch
ad.primitive_jvps[linear_map_p] = _jvp
ad.primitive_transposes[linear_map_p] = _transpose
mlir.register_lowering(linear_map_p, mlir.lower_fun(_run, multiple_results=True))
