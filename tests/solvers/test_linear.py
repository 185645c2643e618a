"""The linear algebra behind the stages."""

import jax
import jax.numpy as jnp
import numpy as np

from eqxfuse._solvers.linear import factorise

RNG = np.random.default_rng(3)
JACOBIAN = jnp.asarray(RNG.normal(size=(5, 5)))
B = jnp.asarray(RNG.normal(size=5))


class Opaque:
    """A Jacobian that only knows how to become dense."""

    def todense(self):
        return JACOBIAN


def _matrix(scale, jacobian=JACOBIAN):
    return jnp.eye(5) - scale * jacobian


def test_solves():
    x = factorise(JACOBIAN, jnp.asarray(0.7))(B)
    assert jnp.allclose(_matrix(0.7) @ x, B, rtol=1e-12)
    assert jnp.array_equal(factorise(Opaque(), jnp.asarray(0.7))(B), x)


def test_pivots():
    """The first pivot is zero."""
    swap = jnp.array([[1.0, 2.0], [3.0, 1.0]])
    x = factorise(swap, jnp.asarray(1.0))(jnp.array([-2.0, -3.0]))
    assert jnp.allclose(x, jnp.ones(2), rtol=1e-14)


def test_derivatives_are_those_of_the_inverse():
    def ours(jacobian, scale, b):
        return factorise(jacobian, scale)(b)

    def plain(jacobian, scale, b):
        return jnp.linalg.inv(_matrix(scale, jacobian)) @ b

    at = (JACOBIAN, jnp.asarray(0.7), B)
    for differentiate in (jax.jacfwd, jax.jacrev):
        expected = differentiate(plain, argnums=(0, 1, 2))(*at)
        for got, want in zip(differentiate(ours, argnums=(0, 1, 2))(*at), expected, strict=True):
            assert jnp.allclose(got, want, rtol=1e-10, atol=1e-12)


def test_maps_over_matrices():
    scales = jnp.array([0.0, 0.1, 2.0])
    together = jax.vmap(lambda scale: factorise(JACOBIAN, scale)(B))(scales)
    assert jnp.allclose(together, jnp.stack([factorise(JACOBIAN, s)(B) for s in scales]), rtol=1e-12)
