"""Gradients of where a solve ends, with respect to all that a user varies, against differences."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

import eqxfuse as ef
from eqxfuse import thermal
from eqxfuse.rate_laws import CosmicRay, Expression, Kooij, Photo

NETWORK = ef.Network.from_reactions(
    ["H + H -> H2", "H2 -> H + H", "H2 -> H + H", "H -> H+ + e-", "H+ + e- -> H", "C -> C+ + e-", "C+ + e- -> C"],
    [
        Expression("3e-17*sqrt(T32)*d2g/0.01"),
        Photo(5.7e-12, 3.7),
        Expression("1.4e-12*user_J21"),
        CosmicRay(0.46),
        Kooij(3.5e-12, -0.75, 0.0),
        Photo(3.1e-10, 3.3),
        Kooij(4.67e-12, -0.6, 0.0),
    ],
)
PROCESSES = (
    thermal.IonisedCarbonLine(),
    thermal.PhotoelectricWeingartnerDraine(),
    thermal.GrainRecombinationWeingartnerDraine(),
    thermal.CosmicRays(),
    thermal.H2Photons(),
    thermal.ChemicalHeat(),
)
VARIED = ("zeta", "dust to gas", "g0", "J21", "carbon", "coefficients of Kooij's form", "extinction of a process")


def _end(rhs, factors, rtol):
    """Temperature and H2 after 1e5 years, with everything that is `VARIED` times a factor."""
    zeta, dust, g0, light, carbon, scale, extinction = factors
    law = next(i for i, own in enumerate(rhs.table.laws) if isinstance(own, Kooij))
    own = eqx.tree_at(lambda r: r.table.laws[law].alpha, rhs, rhs.table.laws[law].alpha * scale)
    own = eqx.tree_at(
        lambda r: r.thermal.processes[1].extinction, own, rhs.thermal.processes[1].extinction * extinction
    )
    cloud = ef.Conditions(
        temperature=300.0,
        density=200.0,
        zeta=2e-16 * zeta,
        dust_to_gas=0.01 * dust,
        g0=g0,
        av=0.7,
        parameters={"user_J21": 0.1 * light},
    )
    start = own.network.abundances({"H": 0.8, "H2": 0.1, "C+": 1.4e-4 * carbon, "e-": 1.4e-4 * carbon})
    found = ef.solve(own, cloud, start, 1e5 * ef.YEAR, saveat=1, rtol=rtol, atol=1e-18, temperature_atol=1e-6)
    return jnp.stack([found.temperature[0], 1e3 * found.abundance("H2")[0]])


def test_gradients_are_differences():
    rhs = ef.FusedRHS(NETWORK, thermal=PROCESSES)
    point, step = jnp.ones(len(VARIED)), 1e-3
    exact = jax.jit(jax.jacrev(lambda v: _end(rhs, v, 1e-8)))(point)
    many = jax.jit(jax.vmap(lambda v: _end(rhs, v, 1e-11)))
    shifts = step * np.eye(len(VARIED))
    near, far = (many(point + n * shifts) - many(point - n * shifts) for n in (1, 2))
    differences = (8 * near - far).T / (12 * step)
    for slopes, expected in zip(exact, differences, strict=True):
        np.testing.assert_allclose(slopes, expected, rtol=1e-5, atol=1e-7 * np.abs(expected).max())
    assert (np.abs(exact[0]) > 1e-3).all()
