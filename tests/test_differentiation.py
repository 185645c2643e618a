"""The adjoint that a solve takes by itself, and what it says where none can be had."""

import copy
import pickle

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef

RHS = ef.FusedRHS(ef.Network.from_reactions(["A + M -> B + M"], [1.0]))
Y0 = RHS.network.abundances({"A": 1.0, "M": 1.0})


def final(density):
    """exp(-density), by a solve."""
    here = ef.Conditions(temperature=1.0, density=density)
    return ef.solve(RHS, here, Y0, 1.0, rtol=1e-8, atol=1e-14, saveat=1, max_steps=256).final["A"]


@pytest.mark.parametrize(
    ("derivative", "sign"),
    [
        (jax.grad, -1),
        (jax.jacfwd, -1),
        (jax.hessian, 1),
        (lambda f: jax.grad(jax.grad(f)), 1),
        (lambda f: jax.jacfwd(jax.jacfwd(f)), 1),
        (lambda f: jax.jacrev(jax.jacfwd(f)), 1),
    ],
    ids=["grad", "jacfwd", "hessian", "reverse twice", "forward twice", "reverse over forward"],
)
def test_every_derivative_works_without_a_word(derivative, sign):
    densities = jnp.array([1.0, 2.0])
    np.testing.assert_allclose(jax.jit(jax.vmap(derivative(final)))(densities), sign * np.exp(-densities), rtol=1e-5)


def test_backsolve_is_refused_in_our_words():
    with pytest.raises(ValueError, match="stiff chemistry grows without bound"):
        ef.solve(RHS, ef.Conditions(temperature=1.0, density=1.0), Y0, 1.0, adjoint=diffrax.BacksolveAdjoint())


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies_of_a_root_finder_take_the_tolerances_of_the_controller(copied):
    here = ef.Conditions(temperature=1.0, density=2.0)
    solver = copied(diffrax.Kvaerno5(root_finder=ef.SparseNewton(RHS)))
    found = ef.solve(RHS, here, Y0, 1.0, solver=solver, saveat=1)
    assert float(found.final["A"]) == pytest.approx(np.exp(-2.0), rel=1e-3)
