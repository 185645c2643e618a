"""The analytic Jacobian against automatic differentiation and against its own matrix products."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse.rate_laws import ShieldedH2, UserRate
from tests.helpers import BACKENDS, random_state, shared

CONDITIONS = ef.Conditions(temperature=50.0, density=1e4, av=1.0)


def _check(rhs, y, args):
    ours = rhs.jacobian(0.0, y, args)
    theirs = jax.jacfwd(lambda v: rhs(0.0, v, args))(y)
    np.testing.assert_allclose(ours.todense(), theirs, rtol=1e-11, atol=1e-13 * float(jnp.abs(theirs).max()))
    stored = np.zeros(theirs.shape, bool)
    stored[ours.pattern.rows, ours.pattern.columns] = True
    assert not np.asarray(theirs)[~stored].any()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("make", [ef.networks.primordial, ef.networks.robertson, ef.networks.dark_cloud])
def test_is_the_derivative(backend, make):
    network = make()
    rhs = ef.FusedRHS(network, backend=backend)
    y, k = random_state(network)
    for state in (y, -y, 0 * y):
        _check(rhs, jnp.asarray(state), ef.RateCoefficients(jnp.asarray(k)))


def test_repeated_catalytic_and_third_body_reactants():
    network = ef.Network.from_reactions(
        ["3 A -> B", "A + M -> B + M", "2 B + A -> A", " -> A", "2 A -> 3 A"], [2.0] * 5
    )
    rhs = ef.FusedRHS(network, state="density")
    _check(rhs, jnp.array([0.3, 0.7, 1.1]), CONDITIONS)


@pytest.mark.parametrize("backend", BACKENDS)
def test_abundance_dependent_rates_add_their_terms(backend):
    def crowding(conditions, densities):
        del conditions
        return 1.0 / (1.0 + densities[0] * 1e-4)

    user = UserRate(lambda conditions: 1e-10 * conditions.g0, modifier_function=crowding, species=("H",))
    network = ef.Network.from_reactions(["H2 -> H + H", "H + H -> H2", "H ->"], [ShieldedH2(1.0), 1e-17, user])
    rhs = ef.FusedRHS(network, backend=backend)
    _check(rhs, jnp.array([0.4, 0.2]), CONDITIONS)
    bare = rhs.jacobian(0.0, jnp.array([0.4, 0.2]), ef.RateCoefficients(rhs.precompute(CONDITIONS).k))
    assert not np.allclose(bare.values, rhs.jacobian(0.0, jnp.array([0.4, 0.2]), CONDITIONS).values)


def test_matrix_products():
    network = ef.networks.dark_cloud()
    y, k = random_state(network)
    jacobian = ef.FusedRHS(network).jacobian(0.0, jnp.asarray(y), ef.RateCoefficients(jnp.asarray(k)))
    np.testing.assert_allclose(jacobian @ jnp.asarray(y), jacobian.todense() @ jnp.asarray(y), rtol=1e-10)


def test_vmaps_and_differentiates():
    network = ef.networks.primordial()
    rhs = ef.FusedRHS(network)
    y = jnp.asarray(random_state(network)[0])

    def trace(temperature):
        return jnp.trace(rhs.jacobian(0.0, y, ef.Conditions(temperature, 1e2)).todense())

    temperatures = jnp.array([500.0, 2000.0])
    slopes = jax.vmap(jax.grad(trace))(temperatures)
    step = 1e-3
    differences = [(trace(t + step) - trace(t - step)) / (2 * step) for t in temperatures]
    np.testing.assert_allclose(slopes, jnp.stack(differences), rtol=1e-6)


def test_gas_with_self_shielding():
    network = ef.read_network(shared("networks/uclchem_gas_phase_only.csv"))
    y = jnp.asarray(random_state(network)[0])
    _check(ef.FusedRHS(network, backend="vectorized"), y, CONDITIONS)
