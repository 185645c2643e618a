"""Solves that can be differentiated in every mode, whatever the order of JAX's transformations."""

from collections.abc import Callable
from functools import partial
from typing import Any

import diffrax
import equinox as eqx
import jax
import numpy as np
from jax.custom_derivatives import SymbolicZero

from eqxfuse._linear_map import LinearMap


def differentiable(solve: Callable[..., Any], inputs: Any) -> Any:
    """`solve(adjoint, inputs)`, arrays out of arrays, each derivative by the adjoint of Diffrax that is made for it.

    `solve` must not close over traced values.
    """
    given, form = eqx.partition(inputs, eqx.is_array)
    leaves, tree = jax.tree.flatten(given)
    kept = []

    def flat(adjoint, leaves):
        """The floating outputs and the others."""
        found = solve(adjoint, eqx.combine(jax.tree.unflatten(tree, leaves), form))
        floats, rest = eqx.partition(found, eqx.is_inexact_array)
        others, rest = eqx.partition(rest, eqx.is_array)
        (floats, of_floats), (others, of_others) = jax.tree.flatten(floats), jax.tree.flatten(others)
        kept[:] = [of_floats, of_others, rest]
        return floats, others

    floats, others = _solved(flat, leaves)
    of_floats, of_others, rest = kept
    return eqx.combine(jax.tree.unflatten(of_floats, floats), jax.tree.unflatten(of_others, others), rest)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _solved(solve, inputs):
    return solve(diffrax.RecursiveCheckpointAdjoint(), inputs)


def _jvp(solve, primals, tangents):
    ((inputs,), (tangents,)) = primals, tangents
    active = [i for i, tangent in enumerate(tangents) if not isinstance(tangent, SymbolicZero)]
    count = len(inputs)

    def moving(adjoint, inputs):
        def run(*own):
            changed = dict(zip(active, own, strict=True))
            return solve(adjoint, [changed.get(i, value) for i, value in enumerate(inputs)])

        return run

    def tangent_by(adjoint):
        def form(fixed, own):
            inputs = fixed[:count]
            run = moving(adjoint, inputs)
            return jax.jvp(lambda *own: run(*own)[0], [inputs[i] for i in active], list(own))[1]

        return form

    fixed = [jax.lax.stop_gradient(value) for value in inputs]
    floats, pullback, others = jax.vjp(
        moving(diffrax.RecursiveCheckpointAdjoint(), fixed), *(fixed[i] for i in active), has_aux=True
    )
    residuals, of_pullback = jax.tree.flatten(pullback)

    def reverse(fixed, own):
        return list(jax.tree.unflatten(of_pullback, fixed[count:])(list(own)))

    linear = LinearMap(
        tangent_by(diffrax.ForwardMode()),
        reverse,
        tangent_by(diffrax.DirectAdjoint()),
        _shapes([inputs[i] for i in active]),
        _shapes(floats),
    )
    along = linear([*inputs, *residuals], [tangents[i] for i in active])
    still = [np.zeros(other.shape, jax.dtypes.float0) for other in others]
    return (_known(solve, floats, inputs), others), (along, still)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _known(solve, floats, inputs):
    """The floating outputs of `_solved(solve, inputs)`, which are known, with the derivatives that they have there."""
    return floats


def _known_jvp(solve, primals, tangents):
    (floats, inputs), (_, tangents) = primals, tangents
    active = [i for i, tangent in enumerate(tangents) if not isinstance(tangent, SymbolicZero)]

    def run(*own):
        changed = dict(zip(active, own, strict=True))
        return _solved(solve, [changed.get(i, value) for i, value in enumerate(inputs)])[0]

    along = jax.jvp(run, [inputs[i] for i in active], [tangents[i] for i in active])[1]
    return _known(solve, floats, inputs), along


def _shapes(arrays):
    return tuple(jax.ShapeDtypeStruct(array.shape, array.dtype) for array in arrays)


_solved.defjvp(_jvp, symbolic_zeros=True)
_known.defjvp(_known_jvp, symbolic_zeros=True)
