"""Solves that can be differentiated in every mode, whatever the order of JAX's transformations.

Each of Diffrax's adjoints is made for one mode, and JAX does not say which one is wanted: a solve that is traced now
may be differentiated later. So the derivative of a solve is a `LinearMap`, which takes an adjoint when it is computed.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.custom_batching import custom_vmap
from jax.custom_derivatives import SymbolicZero

from eqxfuse._solvers.linear_map import LinearMap


def differentiable(solve: Callable[[diffrax.AbstractAdjoint, Any], Any], inputs: Any) -> Any:
    """`solve(adjoint, inputs)`, a tree of one, with every derivative by the adjoint that computes it best.

    Reverse mode and forward mode, once each, need no more than a solve with that adjoint; derivatives of derivatives
    take `diffrax.DirectAdjoint`. Raises `ValueError` where a solve that closes over traced values is differentiated.
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
        kept[:] = of_floats, of_others, rest
        return floats, others

    floats, others = _solved(flat, leaves)
    of_floats, of_others, rest = kept
    return eqx.combine(jax.tree.unflatten(of_floats, floats), jax.tree.unflatten(of_others, others), rest)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _solved(solve, inputs):
    return _alike(solve(diffrax.RecursiveCheckpointAdjoint(), inputs), inputs)


@partial(_solved.defjvp, symbolic_zeros=True)
def _solved_jvp(solve, primals, tangents):
    (inputs,), (tangents,) = primals, tangents
    active, count = _active(tangents), len(inputs)
    fixed = [jax.lax.stop_gradient(value) for value in inputs]
    run, closed_over = jax.closure_convert(partial(solve, diffrax.RecursiveCheckpointAdjoint()), fixed)
    if closed_over:
        raise ValueError(
            "the network or the solver holds a function that closes over a traced value, and derivatives cannot see "
            "that. Make the value a parameter of the law, UserRate(function, parameters=...), or part of the conditions"
        )
    floats, pullback, others = jax.vjp(_of(run, active, fixed), *_picked(fixed, active), has_aux=True)
    floats, others = _alike((floats, others), fixed)
    residuals, of_pullback = jax.tree.flatten(pullback)

    def reverse(fixed, moving):
        return list(jax.tree.unflatten(of_pullback, fixed[count:])(list(moving)))

    def by(adjoint):
        def form(fixed, moving):
            inputs = fixed[:count]
            run = _of(partial(solve, adjoint), active, inputs)
            return jax.jvp(lambda *own: run(*own)[0], _picked(inputs, active), list(moving))[1]

        return form

    shapes = _shapes(_picked(inputs, active)), _shapes(floats)
    slope = LinearMap(by(diffrax.ForwardMode()), reverse, by(diffrax.DirectAdjoint()), *shapes)
    still = [np.zeros(other.shape, jax.dtypes.float0) for other in others]
    moving = slope([*inputs, *residuals], _picked(tangents, active))
    return (_known(solve, floats, inputs), others), (moving, still)


@custom_vmap
def _alike(outputs, inputs):
    """The outputs, all of them with a batch axis where any input has one.

    Where derivatives are taken of a batch, JAX wants every output to have the axes that its derivative has.
    """
    return outputs


@_alike.def_vmap
def _alike_of_many(size, batched, outputs, inputs):
    def widened(output, has_axis):
        return output if has_axis else jnp.broadcast_to(output, (size, *output.shape))

    outputs = jax.tree.map(widened, outputs, batched[0])
    return _alike(outputs, inputs), jax.tree.map(lambda _: True, outputs)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _known(solve, floats, inputs):
    """The floating outputs of a solve that has run without derivatives, with those that they have as its outputs."""
    return floats


@partial(_known.defjvp, symbolic_zeros=True)
def _known_jvp(solve, primals, tangents):
    (floats, inputs), (_, tangents) = primals, tangents
    active = _active(tangents)
    run = _of(partial(_solved, solve), active, inputs)
    moving = jax.jvp(lambda *own: run(*own)[0], _picked(inputs, active), _picked(tangents, active))[1]
    return _known(solve, floats, inputs), moving


def _active(tangents: Sequence) -> list[int]:
    """The positions of what moves."""
    return [i for i, tangent in enumerate(tangents) if not isinstance(tangent, SymbolicZero)]


def _shapes(arrays: Sequence) -> tuple[jax.ShapeDtypeStruct, ...]:
    return tuple(jax.ShapeDtypeStruct(array.shape, array.dtype) for array in arrays)


def _picked(values: Sequence, positions: Sequence[int]) -> list:
    return [values[i] for i in positions]


def _of(function: Callable, positions: Sequence[int], values: Sequence) -> Callable:
    """`function(values)` as one of the values at some positions."""

    def of_some(*some):
        changed = dict(zip(positions, some, strict=True))
        return function([changed.get(i, value) for i, value in enumerate(values)])

    return of_some
