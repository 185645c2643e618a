"""The analytic Jacobian against automatic differentiation and against its own matrix products."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse.rate_laws import ShieldedH2, UserRate
from tests.helpers import BACKENDS, random_state, shared

CONDITIONS = ef.Conditions(temperature=50.0, density=1e4, av=1.0)


def _check(rhs, args, *states):
    """Compiles once for all states [species]."""

    @jax.jit
    def both(y, args):
        return rhs.jacobian(0.0, y, args), jax.jacfwd(lambda v: rhs(0.0, v, args))(y)

    for y in states:
        ours, theirs = both(y, args)
        np.testing.assert_allclose(ours.todense(), theirs, rtol=1e-11, atol=1e-13 * float(jnp.abs(theirs).max()))
        stored = np.zeros(theirs.shape, bool)
        stored[ours.pattern.rows, ours.pattern.columns] = True
        assert not np.asarray(theirs)[~stored].any()


@pytest.mark.parametrize(
    ("backend", "make"),
    [(b, m) for b in BACKENDS for m in (ef.networks.primordial, ef.networks.robertson, ef.networks.dark_cloud)
     if (b, m) != ("jax", ef.networks.dark_cloud)],
)  # fmt: skip
def test_is_the_derivative(backend, make):
    """XLA takes half a minute over the dark cloud line by line."""
    network = make()
    rhs = ef.FusedRHS(network, backend=backend)
    y, k = map(jnp.asarray, random_state(network))
    _check(rhs, ef.RateCoefficients(k), y, -y, 0 * y)


def test_repeated_catalytic_and_third_body_reactants():
    network = ef.Network.from_reactions(
        ["3 A -> B", "A + M -> B + M", "2 B + A -> A", " -> A", "2 A -> 3 A"], [2.0] * 5
    )
    rhs = ef.FusedRHS(network, state="density")
    _check(rhs, CONDITIONS, jnp.array([0.3, 0.7, 1.1]))


@pytest.mark.parametrize("backend", BACKENDS)
def test_abundance_dependent_rates_add_their_terms(backend):
    def crowding(conditions, densities):
        del conditions
        return 1.0 / (1.0 + densities[0] * 1e-4)

    user = UserRate(lambda conditions: 1e-10 * conditions.g0, modifier_function=crowding, species=("H",))
    network = ef.Network.from_reactions(["H2 -> H + H", "H + H -> H2", "H ->"], [ShieldedH2(1.0), 1e-17, user])
    rhs = ef.FusedRHS(network, backend=backend)
    y, k = jnp.array([0.4, 0.2]), rhs.precompute(CONDITIONS)
    _check(rhs, CONDITIONS, y)
    bare, whole = jax.jit(lambda *args: [rhs.jacobian(0.0, y, a).values for a in args])(ef.RateCoefficients(k.k), k)
    assert not np.allclose(bare, whole)


def test_matrix_products():
    network = ef.networks.dark_cloud()
    y, k = random_state(network)
    jacobian = ef.FusedRHS(network).jacobian(0.0, jnp.asarray(y), ef.RateCoefficients(jnp.asarray(k)))
    np.testing.assert_allclose(jacobian @ jnp.asarray(y), jacobian.todense() @ jnp.asarray(y), rtol=1e-10)


def test_vmaps_and_differentiates():
    rates = [ef.rate_laws.Kooij(3e-9, -0.5, 100.0), ef.rate_laws.Kooij(1e-9, 1.0), 2e-16]
    rhs = ef.FusedRHS(ef.Network.from_reactions(["A + B -> C", "C + B -> A + 2 B", "C -> A + B"], rates))
    y = jnp.array([0.3, 0.2, 0.1])

    def trace(temperature):
        return jnp.trace(rhs.jacobian(0.0, y, ef.Conditions(temperature, 1e2)).todense())

    temperatures = jnp.array([500.0, 2000.0])
    slopes = jax.jit(jax.vmap(jax.grad(trace)))(temperatures)
    step = 1e-3
    up, down = jax.jit(jax.vmap(jax.vmap(trace)))(temperatures + jnp.array([[step], [-step]]))
    np.testing.assert_allclose(slopes, (up - down) / (2 * step), rtol=1e-6)


def test_gas_with_self_shielding():
    network = ef.read_network(shared("networks/uclchem_gas_phase_only.csv"), grains="none")
    rhs = ef.FusedRHS(network, backend="vectorized")
    _check(rhs, rhs.precompute(CONDITIONS), jnp.asarray(random_state(network)[0]))
