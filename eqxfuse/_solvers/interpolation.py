"""Dense output of the Rosenbrock methods."""

import diffrax
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PyTree


class RosenbrockInterpolation(diffrax.AbstractLocalInterpolation):
    """(1 - theta) y0 + theta (y1 + (1 - theta) (k_0 + theta (k_1 + ...))) at t0 + theta (t1 - t0)."""

    t0: Float[Array, ""]
    t1: Float[Array, ""]
    y0: PyTree[Array]
    y1: PyTree[Array]
    k: PyTree[Array]
    """As `y0`, with a leading axis for the terms."""

    def evaluate(self, t0, t1=None, left: bool = True) -> PyTree[Array]:
        """The solution at `t0`, or its increment from `t0` to `t1`."""
        del left
        if t1 is not None:
            return jax.tree.map(jnp.subtract, self.evaluate(t1), self.evaluate(t0))
        span = self.t1 - self.t0
        empty = span == 0
        theta = jnp.where(empty, 0, t0 - self.t0) / jnp.where(empty, 1, span)
        return jax.tree.map(lambda y0, y1, k: _polynomial(theta, y0, y1, k), self.y0, self.y1, self.k)


def _polynomial(theta, y0, y1, k):
    theta = theta.astype(jnp.finfo(y0.dtype).dtype)
    inner = k[-1]
    for row in k[-2::-1]:
        inner = row + theta * inner
    return (1 - theta) * y0 + theta * (y1 + (1 - theta) * inner)
