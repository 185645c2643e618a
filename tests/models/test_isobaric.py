"""Gas whose pressure stays: its density, its rates and its energy follow from its state."""

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

import eqxfuse as ef
from eqxfuse import models, rate_laws, thermal
from eqxfuse.rate_laws import Fit, Kooij

END = 3e5 * ef.YEAR


def _light(gas, strength):
    return strength * gas.density


def _lines(gas, strength):
    """A line at 92 K."""
    excited = jnp.sqrt(gas.temperature) * jnp.exp(-92.0 / gas.temperature)
    return -strength * excited * gas.n("H") * (gas.n("C") + gas.n("C+"))


def _network() -> ef.Network:
    """Laws of every kind: with several fits, bounded, zero outside, of three bodies, of columns, of n_H itself."""
    make = ef.Reaction.make
    return ef.Network.from_reactions(
        [
            make(["C+", "e-"], ["C"], [Fit(Kooij(4.4e-12, -0.6), 10.0, 300.0), Fit(Kooij(6e-12, -0.7), 300.0, 1e4)]),
            make(["C"], ["C+", "e-"], rate_laws.Photo(3e-11, 3.0)),
            make(["H", "H"], ["H2"], rate_laws.H2FormationCazauxTielens(1.0), factors=["H"]),
            make(["H2"], ["H", "H"], rate_laws.ShieldedH2()),
            make(["H", "H", "H"], ["H2", "H"], [Fit(Kooij(1e-30, -1.0), 50.0, 2e3)], out_of_range="bounded"),
            make(["H2", "C"], ["C", "H", "H"], [Fit(Kooij(1e-9, 0.0, 5e3), 500.0, 1e5)], out_of_range="zero"),
            make(["H", "e-"], ["H-"], rate_laws.ThreeBody(1e-31, 0.5)),
        ]
    )


NETWORK = _network()
PROCESSES = thermal.Compression(), thermal.Custom(_light, (5e-26,)), thermal.Custom(_lines, (1e-26,))
RHS = ef.FusedRHS(NETWORK, thermal=PROCESSES)
START = NETWORK.abundances({"H": 0.8, "H2": 0.1, "C+": 1e-3, "C": 2e-3, "e-": 1e-3})
CLOUD = ef.Conditions(temperature=2000.0, density=100.0, av=1.0, radius=1e16)


@pytest.fixture(scope="module")
def zone():
    return models.cooling_parcel(
        RHS, CLOUD, START, END, saveat=7, rtol=1e-7, temperature_atol=1e-6, constant="pressure"
    )


def test_the_pressure_stays_and_the_gas_is_as_it_would_be_at_this_density(zone):
    """Changes of the same gas at the density and the compression of each output are those that keep the pressure."""
    x, temperature = zone.trajectory.abundances, zone.temperature
    particles = jnp.sum(x, axis=1)
    np.testing.assert_allclose(zone.density * temperature * particles, 100.0 * 2000.0 * jnp.sum(START), rtol=1e-12)
    assert 20.0 < zone.temperature[-1] < 300.0 and zone.density[-1] > 700.0
    states = jnp.append(x, temperature[:, None], axis=1)
    changes = jax.vmap(lambda y, conditions: RHS(0.0, y, conditions))(states, zone.conditions)
    needed = -changes[:, -1] / temperature - jnp.sum(changes[:, :-1], axis=1) / particles
    np.testing.assert_allclose(zone.conditions.compression_rate, needed, rtol=1e-9)


def test_the_solution_is_that_of_the_equations(zone):
    """With the density found in each call, by a solver that knows nothing of how eqxfuse does it."""
    pressure = 100.0 * 2000.0 * float(jnp.sum(START))
    trial = 1e-12  # [s^-1]

    @jax.jit
    def change(y):
        x, temperature = y[:-1], y[-1]
        density = pressure / (temperature * jnp.sum(x))
        at_rest, compressed = (
            RHS(0.0, y, dataclasses.replace(CLOUD, density=density, compression_rate=rate)) for rate in (0.0, trial)
        )
        steep = (compressed[-1] - at_rest[-1]) / trial
        rate = -(at_rest[-1] / temperature + jnp.sum(at_rest[:-1]) / jnp.sum(x)) / (1.0 + steep / temperature)
        return at_rest.at[-1].add(steep * rate)

    times = np.asarray(zone.trajectory.times)
    y0 = np.append(START, 2000.0)
    found = solve_ivp(lambda t, y: change(y), (0.0, times[-1]), y0, "BDF", times, rtol=1e-7, atol=1e-12).y.T
    np.testing.assert_allclose(zone.temperature, found[:, -1], rtol=2e-5)
    np.testing.assert_allclose(zone.trajectory.abundances, found[:, :-1], rtol=2e-4, atol=1e-9)


def test_whether_compression_is_named_or_not_and_what_is_said(zone):
    alone = ef.FusedRHS(NETWORK, thermal=PROCESSES[1:])
    other = models.cooling_parcel(alone, CLOUD, START, END, saveat=7, rtol=1e-7, constant="pressure")
    np.testing.assert_allclose(other.temperature, zone.temperature, rtol=1e-5)
    assert zone.trajectory.origin.digest == NETWORK.digest and zone.trajectory.conditions is None
    work = zone.energy(RHS).terms["Compression"]
    expected = 1.380649e-16 * zone.conditions.compression_rate * zone.density * zone.temperature
    np.testing.assert_allclose(work, expected * jnp.sum(zone.trajectory.abundances, axis=1), rtol=1e-9)
    with pytest.raises(ValueError, match='constant must be "density" or "pressure"'):
        models.cooling_parcel(RHS, CLOUD, START, END, constant="volume")  # pyright: ignore[reportArgumentType]


def _radiation(gas, strength):
    return -strength * gas.n("H") * gas.n("e-") * jnp.sqrt(gas.temperature)


IONS = ef.FusedRHS(
    ef.Network.from_reactions("H+ + e- -> H", Kooij(3.5e-12, -0.75, 0.0)),
    thermal=thermal.Custom(_radiation, (2e-26,)),
)
IONISED = IONS.network.abundances({"H": 0.7, "H+": 0.3, "e-": 0.3})


def _end(density, strength, alpha):
    """The temperature at the end, as a function of a condition, a number of a process and one of a rate law."""
    rhs = eqx.tree_at(lambda r: r.table.laws[0].alpha, IONS, jnp.reshape(alpha, 1))
    rhs = eqx.tree_at(lambda r: r.thermal.processes[0].parameters, rhs, (strength,))
    here = ef.Conditions(temperature=8000.0, density=density)
    end = models.cooling_parcel(
        rhs, here, IONISED, 1e12, saveat=1, rtol=1e-8, temperature_atol=1e-8, constant="pressure"
    )
    return end.temperature[0]


def test_many_at_once_and_derivatives():
    given = 1.0, 2e-26, 3.5e-12
    densities = jnp.array([0.3, 1.0, 2.0])
    values, slopes = jax.jit(jax.vmap(jax.value_and_grad(_end, argnums=(0, 1, 2)), in_axes=(0, None, None)))(
        densities, *given[1:]
    )
    points = [given, *((*given[:i], given[i] * part, *given[i + 1 :]) for i in range(3) for part in (0.999, 1.001))]
    one = jax.jit(_end)
    found = np.array([one(*point) for point in points])
    np.testing.assert_allclose(values, [one(density, *given[1:]) for density in densities], rtol=1e-6)
    assert 100.0 < found[0] < 7500.0
    for i, slope in enumerate(slopes):
        np.testing.assert_allclose(slope[1] * given[i], (found[2 + 2 * i] - found[1 + 2 * i]) / 0.002, rtol=1e-4)
