import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse.rate_laws import UserRate
from tests.helpers import direct, random_state

HERE = ef.Conditions(temperature=10.0, density=2.0)


def rhs_of(equations, rates, **options):
    return ef.FusedRHS(ef.Network.from_reactions(equations, rates), backend="vectorized", **options)


def half(conditions):
    return 0.5 * jnp.sqrt(conditions.temperature)


def shield(conditions, densities):
    return 1 / (1 + densities[0])


@pytest.fixture(scope="module")
def cloud():
    return ef.FusedRHS(ef.networks.dark_cloud(), backend="vectorized")


@pytest.mark.parametrize("seed", [0, 1])
def test_net_changes_times_fluxes_are_the_derivative(cloud, seed):
    network = cloud.network
    y, k = random_state(network, seed)
    found = np.asarray(ef.fluxes(cloud, ef.RateCoefficients(jnp.asarray(k)), jnp.asarray(y)), np.longdouble)
    total = np.zeros(len(y), np.longdouble)
    for flux, reaction in zip(found, network.reactions, strict=True):
        for name, change in reaction.net_change:
            total[network.index(name)] += change * flux
    expected, gross, _ = direct(network, y, k)
    assert (np.abs(total - expected) <= 4 * np.finfo(float).eps * gross).all()


def test_every_kind_of_factor():
    rhs = rhs_of(["A + A -> B", "A + M -> B + M", "B -> A", "-> A"], [2.0, 3.0, 5.0, 7.0])
    a, m, b = 0.25, 0.5, 0.125
    y = rhs.network.abundances({"A": a, "M": m, "B": b})
    n = HERE.density
    expected = np.array([2 * a * a * n, 3 * a * m * n, 5 * b, 7 / n])
    np.testing.assert_allclose(ef.fluxes(rhs, HERE, y), expected, rtol=1e-15)
    dense = rhs_of(["A + A -> B", "A + M -> B + M", "B -> A", "-> A"], [2.0, 3.0, 5.0, 7.0], state="density")
    np.testing.assert_allclose(ef.fluxes(dense, HERE, n * y), n * expected, rtol=1e-15)


def test_rates_that_depend_on_abundances():
    rhs = rhs_of(["A -> B"], [UserRate(half, modifier_function=shield, species=("B",))])
    y = rhs.network.abundances({"A": 0.5, "B": 3.0})
    assert float(ef.fluxes(rhs, HERE, y)[0]) == pytest.approx(0.5 * 10**0.5 / (1 + 6) * 0.5, rel=1e-15)
    np.testing.assert_allclose(ef.fluxes(rhs, HERE, y)[0], -rhs(0.0, y, HERE)[0], rtol=1e-15)


def test_transformations():
    rhs = rhs_of(["A + A -> B"], [UserRate(half)])
    states = jnp.array([[1.0, 0.0], [3.0, 0.0]])

    def first(temperature, y):
        return ef.fluxes(rhs, ef.Conditions(temperature=temperature, density=1.0), y)[0]

    found = jax.jit(jax.vmap(first, (None, 0)))(4.0, states)
    np.testing.assert_allclose(found, [1.0, 9.0], rtol=1e-15)
    assert float(jax.grad(first)(4.0, states[1])) == pytest.approx(9.0 / 8)
    np.testing.assert_array_equal(jax.grad(first, 1)(4.0, jnp.zeros(2)), [0.0, 0.0])


def test_conditions_that_change_with_time():
    rhs = rhs_of(["A -> B"], [UserRate(half)])
    y = rhs.network.abundances({"A": 1.0})

    def warming(t):
        return ef.Conditions(temperature=t, density=1.0)

    assert float(ef.fluxes(rhs, warming, y, t=16.0)[0]) == pytest.approx(2.0)
    assert float(ef.fluxes(rhs, lambda t: rhs.precompute(warming(t)), y, t=16.0)[0]) == pytest.approx(2.0)


def test_timescales():
    rhs = rhs_of(["A + A -> B", "A -> C", "C + M -> A + M"], [3.0, 2.0, 0.0])
    y = rhs.network.abundances({"A": 0.25, "B": 0.1, "C": 0.1, "M": 1.0})
    found = dict(zip(rhs.network.species_names, np.asarray(ef.timescales(rhs, HERE, y)), strict=True))
    assert found["A"] == pytest.approx(1 / (2 * 3 * 0.25 * HERE.density + 2))
    assert {found["B"], found["C"], found["M"]} == {np.inf}
    slope = jax.jacfwd(lambda y: ef.timescales(rhs, HERE, y))(y)
    assert np.isfinite(slope).all()


def test_wrong_shapes(cloud):
    with pytest.raises(ValueError, match="use vmap for batches"):
        ef.fluxes(cloud, HERE, jnp.zeros((2, 47)))
