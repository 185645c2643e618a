"""Which of Diffrax's adjoints can be differentiated as a solve is being differentiated."""

from collections.abc import Iterator
from typing import Any

import diffrax
import jax
import jax.core


def adjoint_for(tree: Any) -> diffrax.AbstractAdjoint:
    """The fastest adjoint that works for the arrays of `tree`, as JAX traces them here.

    Reverse mode once, or forward mode as often as it may be; for both, one that takes any order, at a higher price. A
    trace that is made before anything is differentiated (`jax.jit` inside of `jax.jvp`) shows nothing of that.
    """
    deepest = max((tuple(_modes(leaf)) for leaf in jax.tree.leaves(tree)), key=len, default=())
    if not deepest or deepest == ("reverse",):
        return diffrax.RecursiveCheckpointAdjoint()
    return diffrax.DirectAdjoint() if "reverse" in deepest else diffrax.ForwardMode()


def _modes(value: Any) -> Iterator[str]:
    """The modes of the transformations that an array stands under. JAX has no public name for them."""
    while isinstance(value, jax.core.Tracer):
        kind = type(value).__name__
        if kind == "LinearizeTracer":
            yield "reverse"
        elif kind == "JVPTracer" and type(value.tangent).__name__ != "Zero":
            yield "reverse" if type(value.tangent).__name__ == "JaxprTracer" else "forward"
        value = getattr(value, "primal", getattr(value, "val", None))
