"""`advance`: what `solve` does, in cells of any shape, from the steps of the last time."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef

NETWORK = ef.Network.from_reactions(
    ["C -> C+ + e-", "C+ + e- -> C", "C + O -> CO", "CO -> C + O"],
    [1e-13, ef.rate_laws.Kooij(4.4e-12, -0.61, 0.0), 1e-13, 1e-13],
)
START = NETWORK.abundances({"C+": 1e-4, "e-": 1e-4, "O": 3e-4})
DT = 1e4 * ef.YEAR
TEMPERATURES = jnp.linspace(10.0, 100.0, 6).reshape(2, 3)


@pytest.fixture(scope="module")
def rhs():
    return ef.FusedRHS(NETWORK)


@pytest.fixture(scope="module")
def step(rhs):
    """`step(y, wanted, log_density, few)` is a step of 6 cells [2, 3]; with `few`, of at most 4 steps."""

    def of(y, wanted, log_density, few):
        cells = ef.Conditions(temperature=TEMPERATURES, density=jnp.exp(log_density))
        return ef.advance(rhs, y, cells, DT, wanted, max_steps=4 if few else 1000)

    return jax.jit(of, static_argnums=3)


def test_cells_of_any_shape_are_solves(rhs, step):
    y = jnp.broadcast_to(START, (2, 3, 5)) * jnp.array([1.0, 2.0])[:, None, None]
    after, wanted = step(y, jnp.full((2, 3), DT), jnp.log(1e3), False)
    assert after.shape == (2, 3, 5) and wanted.shape == (2, 3) and (wanted > 0).all()
    cell = ef.Conditions(temperature=float(TEMPERATURES[1, 2]), density=1e3)
    alone = ef.solve(rhs, cell, y[1, 2], DT, saveat=1).abundances[-1]
    np.testing.assert_allclose(after[1, 2], alone, rtol=1e-4)
    k = jax.vmap(jax.vmap(lambda t: rhs.precompute(ef.Conditions(temperature=t, density=1e3)).k))(TEMPERATURES)
    by_coefficients, _ = ef.advance(rhs, y, ef.RateCoefficients(k), DT, jnp.full((2, 3), DT))
    np.testing.assert_allclose(by_coefficients, after, rtol=1e-12)


def test_the_last_steps_save_steps(step):
    """A further call is done in a few steps, which a start from far too small ones is not."""
    y, wanted = jnp.broadcast_to(START, (2, 3, 5)), jnp.full((2, 3), 1e-9 * DT)
    for _ in range(3):
        y, wanted = step(y, wanted, jnp.log(1e3), False)
    assert jnp.isfinite(step(y, wanted, jnp.log(1e3), True)[0]).all()
    assert jnp.isnan(step(y, jnp.full((2, 3), 1e-9 * DT), jnp.log(1e3), True)[0]).all()


def test_the_end_of_a_call_does_not_shorten_the_next_step(rhs):
    """What a cell wants is not less for a `dt` that is a little longer than its steps."""
    cloud = ef.Conditions(temperature=20.0, density=1e3)
    advance = jax.jit(lambda dt, wanted: ef.advance(rhs, START, cloud, dt, wanted))
    _, wanted = advance(DT, jnp.asarray(DT))
    _, later = advance(1e-6 * wanted, wanted)
    assert later == wanted


def test_derivatives(step):
    y, wanted = jnp.broadcast_to(START, (2, 3, 5)), jnp.full((2, 3), 1e-2 * DT)

    def value(log_density):
        return jnp.sum(step(y, wanted, log_density, False)[0][..., NETWORK.index("CO")]) * 1e6

    slope, point, h = jax.jit(jax.grad(value))(jnp.log(1e3)), jnp.log(1e3), 1e-5
    np.testing.assert_allclose(slope, (value(point + h) - value(point - h)) / (2 * h), rtol=1e-4)


def test_mistakes(rhs):
    cloud = ef.Conditions(temperature=20.0, density=1e3)
    with pytest.raises(ValueError, match=r"\[\*cells, states\] with 5 states, got shape \(4,\)"):
        ef.advance(rhs, jnp.ones(4), cloud, DT)
    with pytest.raises(ValueError, match=r"step must have the axes of the cells, \(\), got shape \(2,\)"):
        ef.advance(rhs, START, cloud, DT, jnp.ones(2))
    with pytest.raises(TypeError, match="that stay, got function"):
        ef.advance(rhs, START, lambda t: cloud, DT)
    with pytest.raises(ValueError, match="t1 must be larger than t0"):
        ef.advance(rhs, START, cloud, -1.0)
    with pytest.raises(RuntimeError, match="one of its batch"):
        ef.advance(rhs, START, cloud, DT, jnp.asarray(1e-9 * DT), max_steps=2, throw=True)
