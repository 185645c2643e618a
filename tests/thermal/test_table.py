"""Heating and cooling from tables."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import thermal

from .cells import gas

TEMPERATURES = np.array([10.0, 20.0, 35.0, 80.0, 200.0, 700.0, 2000.0])
FEW = TEMPERATURES[::2]
DENSITIES = np.array([1.0, 10.0, 30.0, 200.0])
COLUMNS = np.array([1e15, 1e16, 3e17])
NETWORK = ef.Network.from_reactions("H + H -> H2", 1e-17, species=["CO"])
RANDOM = np.random.default_rng(1)


def _heating(table, temperature=100.0, h2=20.0, co=1e-3, radius=1e19):
    n = {"H": 60.0, "H2": 20.0, "CO": 1.0}
    cell = gas(NETWORK, n, temperature=temperature, radius=radius)
    densities = cell.densities.at[NETWORK.index("H2")].set(h2).at[NETWORK.index("CO")].set(co)
    return table.heating(thermal.Gas(NETWORK, cell.conditions, densities, cell.rates))


@pytest.mark.parametrize("fixed", [False, True])
def test_linear_is_numpys(fixed):
    values = RANDOM.normal(size=7)
    table = thermal.Table({"temperature": TEMPERATURES}, values, log_axes=False, times=("n(H2)",), fixed=fixed)
    at = np.array([3.0, 10.0, 11.0, 35.0, 150.0, 1999.0, 1e5])
    found = jax.vmap(lambda t: _heating(table, t))(at)
    np.testing.assert_allclose(found, 20.0 * np.interp(at, TEMPERATURES, values), rtol=1e-13)


def _axis(x, points):
    """The weights of the points, one by one."""
    return np.stack([np.interp(x, points, unit) for unit in np.eye(len(points))])


@pytest.mark.parametrize("fixed", [False, True])
def test_linear_in_three_logarithms(fixed):
    values = -np.exp(RANDOM.normal(size=(7, 4, 3)))
    axes = {"temperature": TEMPERATURES, "n(H2)": DENSITIES, "N(CO)": COLUMNS}
    table = thermal.Table(axes, values, log_values=True, fixed=fixed)
    t, h2, co = np.exp(RANDOM.uniform(np.log([[5.0], [0.5], [1e-5]]), np.log([[4e3], [500.0], [0.1]]), (3, 20)))
    found = jax.vmap(lambda t, h2, co: _heating(table, t, h2, co))(t, h2, co)
    at = zip((t, h2, co * 1e19), axes.values(), strict=True)
    weights = [_axis(np.log(x), np.log(points)) for x, points in at]
    expected = -np.exp(np.einsum("ip,jp,kp,ijk->p", *weights, np.log(-values)))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("fixed", [False, True])
def test_cubic_has_continuous_slopes_and_gives_parabolas_back(fixed):
    def of(values):
        table = thermal.Table(
            {"temperature": TEMPERATURES}, values, method="cubic", log_axes=False, fixed=fixed, name="own"
        )
        return lambda t: _heating(table, t)

    at = np.linspace(10.0, 2000.0, 40)
    np.testing.assert_allclose(
        jax.vmap(of(3.0 - 2e-3 * TEMPERATURES**2))(at), 3.0 - 2e-3 * at**2, rtol=1e-12, atol=1e-12
    )
    values = RANDOM.normal(size=7)
    inner = TEMPERATURES[1:-1]
    np.testing.assert_allclose(jax.vmap(of(values))(TEMPERATURES), values, rtol=1e-12)
    slope = jax.vmap(jax.grad(of(values)))
    np.testing.assert_allclose(slope(inner * (1 - 1e-12)), slope(inner), rtol=1e-8)


def _rhs(values, backend: Any = "auto", fixed=False):
    network = ef.Network.from_reactions(["H + H -> H2", "H2 -> H + H"], [1e-16, 1e-14], species=["He"])
    axes = {"temperature": FEW, "n(H2)": DENSITIES[:3]}
    cooling = thermal.Table(axes, values, times=("density", "density"), method="cubic", fixed=fixed)
    return ef.FusedRHS(network, thermal=cooling, backend=backend)


VALUES = -1e-27 * (np.log(FEW)[:, None] + 0.1 * np.log(DENSITIES[:3]))
CLOUD = ef.Conditions(temperature=900.0, density=100.0)
START = {"H": 0.9, "H2": 0.05, "He": 0.1}


def test_its_jacobian_is_exact():
    y = jnp.append(_rhs(VALUES).network.abundances(START), 432.0)
    own = _rhs(VALUES).jacobian(0.0, y, CLOUD).todense()
    for fixed in (False, True):
        plain = _rhs(VALUES, "vectorized", fixed)
        np.testing.assert_allclose(own, jax.jacfwd(lambda y, plain=plain: plain(0.0, y, CLOUD))(y), rtol=1e-10)


def test_a_solve_and_its_gradient_with_respect_to_the_values():
    """In native steps, which a warning would deny."""

    def end(values, rtol=1e-8, fixed=False):
        rhs = _rhs(values, fixed=fixed)
        found = ef.solve(rhs, CLOUD, rhs.network.abundances(START), 5e3 * ef.YEAR, saveat=1, rtol=rtol)
        return found.temperature[0]

    assert 20.0 < float(end(VALUES)) < 850.0
    np.testing.assert_allclose(end(VALUES, fixed=True), end(VALUES), rtol=1e-9)
    slopes = jax.jit(jax.grad(end))(jnp.asarray(VALUES))
    fine, step = jax.jit(lambda v: end(v, 1e-10)), 1e-4 * abs(VALUES[2, 1])
    i = np.unravel_index(np.argmax(abs(slopes)), slopes.shape)
    change = np.zeros_like(VALUES)
    change[i] = step
    np.testing.assert_allclose(slopes[i], (fine(VALUES + change) - fine(VALUES - change)) / (2 * step), rtol=1e-5)


def test_what_is_no_table():
    wrong: Any = (
        ("one to three axes", {}, 1.0, {}),
        ("no quantity of a gas", {"H2": DENSITIES}, np.ones(4), {}),
        ("must be finite and ascend", {"density": DENSITIES[::-1]}, np.ones(4), {}),
        ("linear interpolation needs 2", {"density": [1.0]}, np.ones(1), {}),
        ("cubic interpolation needs 3", {"density": [1.0, 2.0]}, np.ones(2), {"method": "cubic"}),
        ("method must be one of", {"density": DENSITIES}, np.ones(4), {"method": "quartic"}),
        (r"have \(4,\) points, the values \(3,\)", {"density": DENSITIES}, np.ones(3), {}),
        ("must be positive for log_axes", {"density": [0.0, 1.0]}, np.ones(2), {}),
        ("all above or all below 0", {"density": DENSITIES}, np.array([1.0, -1.0, 1.0, 1.0]), {"log_values": True}),
        ("pass fixed=True", {"density": np.arange(1.0, 602.0)}, np.ones(601), {}),
    )
    for match, axes, values, more in wrong:
        with pytest.raises(ValueError, match=match):
            thermal.Table(axes, values, **more)
