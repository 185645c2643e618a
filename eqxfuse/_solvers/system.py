"""The differential equation as a solver sees it: one real vector, whatever the user's state is."""

from collections.abc import Callable
from typing import Any

import diffrax
import jax
import jax.numpy as jnp
from diffrax._term import WrapTerm
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float, PyTree

from eqxfuse._solvers.linear import Solve, factorise


class System:
    """y' = f(t, y) over real vectors y [n], made from a term of diffrax and a state of any structure.

    A state that is one real vector is used as it stands. Every other one is flattened, complex numbers into
    their real and imaginary parts.
    """

    def __init__(self, terms: diffrax.AbstractTerm, y: PyTree[Array], args: Any):
        self.terms: Any = terms
        self.args = args
        self.start, self.unflatten = flatten(y)
        self.is_vector = self.start is y

    def f(self, t: Float[Array, ""], y: Float[Array, " n"]) -> Float[Array, " n"]:
        """dy/dt [n]."""
        return flatten(self.terms.vf(t, self.unflatten(y), self.args))[0]

    def f_and_drift(self, t, y, dt) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
        """dy/dt [n] and `dt` times its partial derivative with respect to time [n]."""
        return jax.jvp(lambda t: self.f(t, y), (t,), (dt,))

    def factorise(self, t, y, h) -> Solve:
        """Factorise I - h df/dy.

        The Jacobian is the vector field's own `jacobian(t, y, args)` when it has one and the state is one
        vector; otherwise it is dense, by forward-mode differentiation.
        """
        analytic = self._analytic_jacobian()
        if analytic is None:
            return factorise(jax.jacfwd(lambda y: self.f(t, y))(y), h)
        return factorise(analytic(t, y, self.args), h)

    def _analytic_jacobian(self) -> Callable | None:
        if not self.is_vector:
            return None
        wrapped = isinstance(self.terms, WrapTerm)
        term = self.terms.term if wrapped else self.terms
        jacobian = getattr(term.vector_field, "jacobian", None)
        if jacobian is None or not wrapped:
            return jacobian
        return lambda t, y, args: jacobian(t * self.terms.direction, y, args)


def flatten(y: PyTree[Array]) -> tuple[Float[Array, " n"], Callable[[Float[Array, " n"]], PyTree[Array]]]:
    """One real vector with the values of `y`, and the way back. The vector is `y` itself when it can be."""
    if isinstance(y, jax.Array) and y.ndim == 1 and not jnp.iscomplexobj(y):
        return y, lambda flat: flat
    flat, unravel = ravel_pytree(y)
    if not jnp.iscomplexobj(flat):
        return flat, unravel
    n = len(flat)
    return jnp.concatenate([flat.real, flat.imag]), lambda pair: unravel(jax.lax.complex(pair[:n], pair[n:]))
