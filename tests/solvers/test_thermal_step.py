"""The native step of a gas that heats and cools, against the same step made of its parts."""

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse._chemistry.thermal import Custom, Thermal
from eqxfuse._solvers.native_step import native_step
from eqxfuse.rate_laws import Kooij, ShieldedH2, UserRate

SOLVERS = [ef.Rodas4(), ef.Rodas5P()]
CLOUD = ef.Conditions(temperature=50.0, density=1e3, av=0.3, radius=1e16)
START = {"H2": 0.2, "H": 0.6, "C+": 1e-4, "C": 3e-5, "e-": 1.2e-4}


def _crowded(conditions, densities, _):
    h2, total = densities
    return 1.0 / (1.0 + h2 * jnp.sqrt(conditions.temperature) / total)


def _line(gas, strength):
    """Cooling by a line, with collisions of two kinds."""
    t = gas.temperature
    collisions = gas.n("H") + 0.5 * gas.n("H2") * jnp.log(t) + 10.0 * gas.n("e-")
    return -strength * jnp.exp(-91.2 / t) / jnp.sqrt(t) * gas.n("C+") * collisions


def _chemical(gas):
    """Heat of reactions, one of them shielded, the other one with a total in its law."""
    return 1e-12 * gas.rates_of("H2 -> H + H") + 2e-12 * gas.rate(3) + 1e-27 * gas.density


def _network(totals=True):
    equations = ["H2 -> H + H", "C -> C+ + e-", "C+ + e- -> C", "H + H -> H2", "H2 + C+ -> C+ + H + H"]
    rates = [ShieldedH2(5.18e-11), 1e-10, Kooij(4.7e-12, -0.6, 0.0), Kooij(3e-17, 0.5, 0.0), Kooij(1e-15, 0.0, 300.0)]
    if totals:
        rates[3] = UserRate(_grain, (3e-18,), _crowded, ("H2",), ("all",))
    return ef.Network.from_reactions(
        equations, rates, totals=[ef.Total("all", {"H": 1.0, "H2": 2.0})] if totals else []
    )


def _grain(conditions, alpha):
    return alpha * jnp.sqrt(conditions.temperature)


THERMAL = Thermal((Custom(_line, (1e-23,)), Custom(_chemical)), capacities="cold")


def _problem(backend, totals=True):
    network = _network(totals)
    y = jnp.append(network.abundances(START), 80.0)
    return ef.FusedRHS(network, thermal=THERMAL, backend=backend), y


@eqx.filter_jit
def _step(solver, rhs, y, args, h, t=0.0):
    h = jnp.asarray(h)
    y1, error, dense, *_ = solver.step(diffrax.ODETerm(rhs), jnp.asarray(t), t + h, y, args, None, False)
    return jnp.concatenate([jnp.stack([y1, error]), dense["k"]])


def _is_one_call(solver, rhs, y, args):
    t = h = jnp.asarray(1.0)
    return native_step(solver.tableau, diffrax.ODETerm(rhs), t, h, y, args, h) is not None


def _falling(t):
    """A cloud that is compressed; its temperature is not asked for."""
    return ef.Conditions(temperature=1.0, density=1e3 * (1.0 + t / 1e10), av=0.3 + t / 1e11, radius=1e16)


def _assert_close(ours, theirs, y):
    """To rounding, which grows as stages of different signs cancel."""
    scale = np.maximum(np.abs(np.asarray(theirs)).max(axis=0), np.abs(np.asarray(y)))
    np.testing.assert_array_less(
        np.abs(np.asarray(ours) - np.asarray(theirs)), np.broadcast_to(1e-9 * scale, ours.shape)
    )


@pytest.mark.parametrize("args", [CLOUD, _falling], ids=["still", "moving"])
@pytest.mark.parametrize("totals", [False, True], ids=["", "totals"])
def test_is_the_plain_step(args, totals):
    native, y = _problem("llvm", totals)
    plain, _ = _problem("vectorized", totals)
    assert _is_one_call(SOLVERS[0], native, y, args)
    assert not _is_one_call(SOLVERS[0], plain, y, args)
    for solver in SOLVERS:
        for h in (1e7, 1e10):
            ours, theirs = (_step(solver, rhs, y, args, h, t=1e9) for rhs in (native, plain))
            _assert_close(ours, theirs, y)


def test_sums_over_species_while_conditions_change():
    """At a given temperature: laws with totals are evaluated inside of the step, too."""
    native, plain = (ef.FusedRHS(_network(), backend=backend) for backend in ("llvm", "vectorized"))
    y = native.network.abundances(START)

    def falling(t):
        return eqx.tree_at(lambda c: c.temperature, _falling(t), 50.0 + 1e-9 * t)

    assert _is_one_call(SOLVERS[0], native, y, falling)
    ours, theirs = (_step(SOLVERS[0], rhs, y, falling, 1e9, t=1e9) for rhs in (native, plain))
    _assert_close(ours, theirs, y)


@pytest.mark.parametrize("backend", ["llvm", "vectorized"])
@pytest.mark.parametrize("totals", [False, True], ids=["", "totals"])
def test_the_jacobian_is_exact(backend, totals):
    rhs, y = _problem(backend, totals)
    plain, _ = _problem("vectorized", totals)
    exact = jax.jit(jax.jacfwd(lambda y: plain(0.0, y, CLOUD)))(y)
    ours = jax.jit(lambda y: rhs.jacobian(0.0, y, CLOUD).todense())(y)
    scale = jnp.abs(exact * y).max(axis=1, keepdims=True)
    np.testing.assert_array_less(jnp.abs(ours - exact) * y, jnp.broadcast_to(1e-10 * scale + 1e-300, exact.shape))


@pytest.mark.parametrize("cells", [1, 7, 8, 9])
def test_batches_are_the_cells(cells):
    rhs, y = _problem("llvm")

    def step(factor):
        cloud = ef.Conditions(temperature=1.0, density=1e3 * factor, av=0.3, radius=1e16)
        return _step(SOLVERS[1], rhs, y * factor, cloud, 1e8 * factor)

    factors = jnp.linspace(0.5, 2.0, cells)
    batch = jax.vmap(step)(factors)
    for i in range(cells):
        _assert_close(batch[i], step(factors[i]), y)


def test_densities_as_the_state():
    rhs, y = _problem("llvm")
    other = ef.FusedRHS(rhs.network, thermal=THERMAL, state="density")
    unit = jnp.append(jnp.full(len(y) - 1, CLOUD.density), 1.0)
    np.testing.assert_allclose(other(0.0, y * unit, CLOUD), rhs(0.0, y, CLOUD) * unit, rtol=1e-12, atol=0)
    ours, theirs = _step(SOLVERS[0], other, y * unit, CLOUD, 1e8), _step(SOLVERS[0], rhs, y, CLOUD, 1e8) * unit
    _assert_close(ours, theirs, y * unit)


def test_derivatives_of_a_step():
    native, y = _problem("llvm", totals=False)
    plain, _ = _problem("vectorized", totals=False)

    def loss(rhs):
        def of(y, density):
            cloud = ef.Conditions(temperature=1.0, density=density, av=0.3, radius=1e16)
            return jnp.sum(_step(SOLVERS[0], rhs, y, cloud, 1e9)[0] / y)

        return jax.value_and_grad(of, argnums=(0, 1))

    (value, (of_y, of_density)), (same, (of_y_too, of_density_too)) = (
        loss(rhs)(y, jnp.asarray(1e3)) for rhs in (native, plain)
    )
    np.testing.assert_allclose(value, same, rtol=1e-10)
    np.testing.assert_allclose(of_y * y, of_y_too * y, atol=1e-9 * float(jnp.abs(of_y_too * y).max()))
    np.testing.assert_allclose(of_density, of_density_too, rtol=1e-8)
