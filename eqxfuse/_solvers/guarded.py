"""Steps whose derivatives survive a step that fails."""

from collections.abc import Callable
from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero


def guarded(attempt: Callable[..., Any], *inputs: Any) -> Any:
    """`attempt(*inputs)`, a tree of arrays, with zero derivatives where any of them is not finite.

    Such a step is rejected and tried again, so nothing depends on it; but its derivatives are not finite either, and
    0 times infinity in the backward pass would leave nothing of those of the other steps. `attempt` may close over
    traced values.
    """
    given, form = eqx.partition((eqx.filter_closure_convert(attempt, *inputs), inputs), eqx.is_array)
    leaves, tree = jax.tree.flatten(given)

    def whole(*leaves):
        converted, inputs = eqx.combine(jax.tree.unflatten(tree, leaves), form)
        return converted(*inputs)

    return _guarded(whole, *leaves)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _guarded(attempt, *leaves):
    return attempt(*leaves)


def _jvp(attempt, primals, tangents):
    active = [i for i, tangent in enumerate(tangents) if not isinstance(tangent, SymbolicZero)]

    def moving(*own):
        moved = dict(zip(active, own, strict=True))
        return attempt(*(moved.get(i, primal) for i, primal in enumerate(primals)))

    result, linear = jax.linearize(moving, *(primals[i] for i in active))
    good = jnp.stack([jnp.isfinite(leaf).all() for leaf in jax.tree.leaves(result)]).all()

    def kept(tangent):
        return jnp.where(good, tangent, jnp.zeros_like(tangent))

    return result, jax.tree.map(kept, linear(*(kept(tangents[i]) for i in active)))


_guarded.defjvp(_jvp, symbolic_zeros=True)
