"""What is done with a right-hand side: the loop inside one program, one call, a batch."""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp

CELLS = 1024
LOOPS = 1000


@dataclass(frozen=True)
class Work:
    """`build(f)` makes a function of (y, x); a call of it does `units` evaluations of f(y, x).

    `x` is what the right-hand side depends on besides y: coefficients, or a temperature for a peer that evaluates
    them itself. `batched` says whether y and x come with a leading axis of `CELLS`.
    """

    name: str
    build: Callable[[Callable], Callable]
    units: int
    batched: bool = False


def _loop(f: Callable) -> Callable:
    """Each evaluation depends on the one before, so that none is hoisted or dropped."""
    return lambda y, x: jax.lax.fori_loop(0, LOOPS, lambda i, v: v + 1e-30 * f(v, x), y)


WORKS = {
    work.name: work
    for work in (
        Work("in-loop", _loop, LOOPS),
        Work("call", lambda f: f, 1),
        Work("batch", jax.vmap, CELLS, batched=True),
    )
}


def batch(values):
    """`values` for every cell, each a little different."""
    scale = jnp.linspace(1.0, 2.0, CELLS).astype(values.dtype)
    return values * (scale if values.ndim == 0 else scale[:, None])
