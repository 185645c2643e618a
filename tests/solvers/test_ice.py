"""Ice in three phases: every backend, the Jacobian, solves, batches and derivatives, on a small network."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from tests.helpers import BACKENDS
from tests.ice_networks import BOUND_IN_BULK, ENERGIES, START, ice
from tests.sparse import needs_native

NETWORK = ice()
MONOLAYER = 4.0 * np.pi * 1e-10 * 1.5e15 * 1.32e-12
"""An abundance that covers all grains once, with the defaults of `Conditions`."""


def cloud(temperature=12.0, density=1e5, **more) -> ef.Conditions:
    return ef.Conditions(temperature=temperature, dust_temperature=temperature, density=density, **more)


def thick_ice(gas: float = 1.0) -> jax.Array:
    """Two layers of surface, which `gas` makes grow, and 40 of bulk."""
    surface = 2.0 * MONOLAYER * np.array([1e-7, 1e-6, 1e-9, 1e-9, 0.7, 0.2])
    bulk = 40.0 * MONOLAYER * np.array([1e-4, 1e-2, 1e-3, 1e-3, 0.7, 0.3])
    return jnp.concatenate([jnp.array([2e-6, 0.45, 1e-5, 1e-8, 1e-7, 4e-5]) * gas, surface, bulk])


def light_ice() -> jax.Array:
    """Gas that loses ice: the surface shrinks."""
    return thick_ice(1e-6)


STATES = {"grows": (thick_ice(), cloud()), "shrinks": (light_ice(), cloud(40.0, 1e3))}


@pytest.mark.parametrize("state", STATES)
def test_all_backends_and_the_literal_text_agree(state):
    y, here = STATES[state]
    first, *others = [eqx.filter_jit(ef.FusedRHS(NETWORK, backend=backend))(0.0, y, here) for backend in BACKENDS]
    scale = np.abs(np.asarray(first)).max()
    for found in (*others, ef.compile_network(NETWORK)(0.0, y, here)):
        np.testing.assert_allclose(found, first, rtol=1e-10, atol=1e-14 * scale)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("backend", [b for b in BACKENDS if b != "jax"])
def test_the_jacobian_is_the_derivative(backend, state):
    y, here = STATES[state]
    rhs = ef.FusedRHS(NETWORK, backend=backend)
    ours = jax.jit(lambda y: rhs.jacobian(0.0, y, here).todense())(y)
    theirs = np.asarray(jax.jit(jax.jacfwd(lambda y: rhs(0.0, y, here)))(y))
    assert np.all(np.abs(ours - theirs) <= 1e-12 * np.abs(theirs).max(axis=1, keepdims=True))


def layers(y, phase: str, heavy: bool = True) -> float:
    counted = [s.phase == phase and not (heavy and s.gas_name in ("H", "H2")) for s in NETWORK.species]
    return float(np.asarray(y) @ np.array(counted)) / MONOLAYER


def test_two_layers_are_the_surface_while_ice_grows_and_none_are_made_where_it_shrinks():
    """Of the species that layers are counted in: d(surface)/dt = growth (1 - surface / 2 layers), and 0."""
    rhs = ef.FusedRHS(NETWORK, backend="vectorized")
    change = {state: eqx.filter_jit(rhs)(0.0, *STATES[state]) for state in STATES}
    surface = {state: layers(change[state], "surface") for state in STATES}
    growth = {state: surface[state] + layers(change[state], "bulk") for state in STATES}
    filled = layers(STATES["grows"][0], "surface") / 2.0  # 0.9
    assert growth["grows"] > 0.0 > growth["shrinks"]
    np.testing.assert_allclose(surface["grows"], growth["grows"] * (1.0 - filled), rtol=1e-8)
    np.testing.assert_allclose(surface["shrinks"], 0.0, atol=1e-10 * abs(growth["shrinks"]))


@needs_native
def test_batches_are_cells_one_by_one_and_conserve():
    rhs = ef.FusedRHS(NETWORK)
    y0, t1 = NETWORK.abundances(START), 1e5 * ef.YEAR
    densities = jnp.logspace(3.0, 6.0, 9)
    batch = ef.solve_grid(rhs, cloud(density=densities), y0, t1, saveat=1, rtol=1e-6).end_state
    single = jax.jit(lambda n: ef.solve(rhs, cloud(density=n), y0, t1, saveat=1, rtol=1e-6).end_state)
    alone = jnp.stack([single(n) for n in densities])
    np.testing.assert_allclose(batch, alone, rtol=1e-9, atol=1e-18)
    for cells in (1, 7, 8):
        part = ef.solve_grid(rhs, cloud(density=densities[:cells]), y0, t1, saveat=1, rtol=1e-6).end_state
        np.testing.assert_allclose(part, alone[:cells], rtol=1e-9, atol=1e-18)
    elements = NETWORK.composition[:-1]
    np.testing.assert_allclose(np.asarray(batch) @ elements.T, np.tile(elements @ y0, (9, 1)), rtol=1e-11)
    assert batch.min() > -1e-14
    np.testing.assert_allclose([layers(y, "surface") for y in batch[-3:]], 2.0, rtol=1e-2)


@needs_native
def test_a_warm_up_of_a_frozen_cloud_passes():
    """From where gas and ice balance, so that the sign of growth is that of the slow species alone."""
    rhs, warming = ef.FusedRHS(NETWORK), 5e4 * ef.YEAR
    frozen = ef.solve(rhs, cloud(10.0), NETWORK.abundances(START), 1e6 * ef.YEAR, saveat=1).end_state
    warm = ef.solve(rhs, lambda t: cloud(10.0 + 190.0 * t / warming), frozen, warming, saveat=20)
    assert int(warm.statistics["steps"]) < 5000
    assert np.asarray(warm.abundances).min() > -1e-14
    assert max(abs(float(lost)) for lost in warm.conservation().values()) < 1e-10
    assert warm.final["CO"] + warm.final["#CO"] + warm.final["@CO"] == pytest.approx(START["CO"])
    assert float(warm.final["H2O"]) > 1e3 * float(warm.final["#H2O"] + warm.final["@H2O"])


@needs_native
def test_all_binding_energies_in_one_gradient():
    rhs, y0 = ef.FusedRHS(NETWORK), NETWORK.abundances(START)
    energies = rhs.binding_energies
    assert energies == {f"#{name}": e for name, e in ENERGIES.items()} | {
        f"@{name}": BOUND_IN_BULK for name in ENERGIES
    }

    @jax.jit
    def water(energies):
        own = rhs.with_binding_energies(energies)
        end = ef.solve(own, cloud(12.0, 1e4), y0, 1e4 * ef.YEAR, saveat=1, rtol=1e-7, atol=1e-20)
        return end.final["#H2O"] + end.final["@H2O"]

    gradient = jax.jit(jax.grad(water))(energies)
    largest = max(abs(float(g)) for g in gradient.values())
    for name in ("#H", "#H2"):
        step = 1e-3 * energies[name]
        ends = [float(water(energies | {name: energies[name] + sign * step})) for sign in (-2, -1, 1, 2)]
        difference = (ends[0] - 8.0 * ends[1] + 8.0 * ends[2] - ends[3]) / (12.0 * step)
        assert abs(float(gradient[name]) - difference) < 1e-4 * largest, name


def test_binding_energies_of_what_is_not_bound_are_refused():
    with pytest.raises(ef.errors.UnknownSpecies, match="'CO'"):
        ef.FusedRHS(NETWORK, backend="vectorized").with_binding_energies({"CO": 1000.0})
