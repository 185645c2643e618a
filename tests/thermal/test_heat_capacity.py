"""Energies of particles, and what heating does to the temperature."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Conditions, Network, thermal

NETWORK = Network.from_reactions(["H + H -> H2"], [1.0], species=["H", "H2", "HD", "H2+", "CO", "H2O", "e-", "#CO"])
BOLTZMANN = 1.380649e-16


def cell(temperature: float, densities=(1.0,) * 8, ortho_para_ratio=3.0) -> thermal.Gas:
    conditions = Conditions(temperature, 10.0, ortho_para_ratio=ortho_para_ratio)
    return thermal.Gas(NETWORK, conditions, jnp.asarray(densities), jnp.zeros(1))


def level_sum(theta, levels, t):
    """Mean energy [K] and heat capacity of a rotor."""
    e = theta * levels * (levels + 1.0)
    w = (2 * levels + 1.0) * np.exp(-(e - e[0]) / t)
    mean = (e * w).sum() / w.sum()
    return mean, ((e - mean) ** 2 * w).sum() / w.sum() / t**2


def oscillator(theta, t):
    x = theta / t
    return theta / np.expm1(x), x**2 * np.exp(x) / np.expm1(x) ** 2


def test_cold_capacities():
    u, c = thermal.particle_energies(cell(50.0), "cold")
    np.testing.assert_array_equal(c, [1.5, 2.5, 2.5, 2.5, 2.5, 3.0, 1.5, 0.0])
    np.testing.assert_array_equal(u, 50.0 * c)
    assert thermal.heat_capacity(cell(50.0), "cold") == c.sum()


@pytest.mark.parametrize("t", [20.0, 300.0, 999.0, 1001.0, 4000.0])
def test_h2_hd_and_their_ions_rotate_and_vibrate(t):
    """Against a hundred levels."""
    j = np.arange(100)
    ortho, para = level_sum(85.4, j[1::2], t), level_sum(85.4, j[::2], t)
    rotation = [0.6 * a + 0.4 * b for a, b in zip(ortho, para, strict=True)]
    expected = {
        "H2": [1.5 * x + y + z for x, y, z in zip((t, 1.0), rotation, oscillator(6288.409, t), strict=True)],
        "HD": [
            1.5 * x + y + z for x, y, z in zip((t, 1.0), level_sum(65.2157, j, t), oscillator(5448.19, t), strict=True)
        ],
        "H2+": [1.5 * x + y for x, y in zip((t, 1.0), level_sum(61.2951, j, t), strict=True)],
    }
    energies = thermal.particle_energies(cell(t, ortho_para_ratio=1.5))
    for name, own in expected.items():
        np.testing.assert_allclose(energies[:, NETWORK.index(name)], own, rtol=1e-6)


@pytest.mark.parametrize("capacities", ["cold", "rotational"])
def test_capacities_are_derivatives_of_energies(capacities):
    for t in (25.0, 150.0, 900.0, 3000.0):
        _, slope = jax.jvp(
            lambda t: thermal.particle_energies(
                dataclasses.replace(cell(1.0), conditions=Conditions(1.0, 10.0).at_temperature(t)), capacities
            )[0],
            (jnp.asarray(t),),
            (jnp.asarray(1.0),),
        )
        np.testing.assert_allclose(slope, thermal.particle_energies(cell(t), capacities)[1], rtol=1e-6)


def test_gamma():
    assert thermal.adiabatic_index(cell(10.0, (1.0, *(0.0,) * 7))) == pytest.approx(5 / 3, rel=1e-14)
    assert thermal.adiabatic_index(cell(10.0, (0.0, 1.0, *(0.0,) * 6)), "cold") == pytest.approx(7 / 5, rel=1e-14)
    assert thermal.adiabatic_index(cell(10.0, (1.0, 1.0, *(0.0,) * 6)), "krome_full") == pytest.approx(
        12 / 8, rel=1e-14
    )


@pytest.mark.parametrize("capacities", ["cold", "rotational"])
def test_energy_is_conserved_where_particles_are_made(capacities):
    """Heat that goes in is what the thermal energy of all particles gains, as H becomes H2."""
    gas, heating = cell(400.0), 3e-20
    dn_dt = jnp.zeros(8).at[0].set(-2e-6).at[1].set(1e-6)
    rate = thermal.dT_dt(gas, jnp.asarray(heating), dn_dt, capacities=capacities)

    def energy(time):
        then = dataclasses.replace(
            gas,
            conditions=gas.conditions.at_temperature(400.0 + rate * time),
            densities=gas.densities + dn_dt * time,
        )
        return BOLTZMANN * jnp.sum(thermal.particle_energies(then, capacities)[0] * then.densities)

    _, gained = jax.jvp(energy, (jnp.asarray(0.0),), (jnp.asarray(1.0),))
    np.testing.assert_allclose(gained, heating, rtol=1e-6)


def test_krome_leaves_out_what_particles_carry():
    gas, dn_dt = cell(400.0), jnp.zeros(8).at[0].set(-2e-6)
    rate = thermal.dT_dt(gas, jnp.asarray(3e-20), dn_dt, equation="krome", capacities="cold")
    np.testing.assert_allclose(rate, 3e-20 / BOLTZMANN / thermal.heat_capacity(gas, "cold"), rtol=1e-14)


def test_compression_is_adiabatic():
    """d ln T/dt = (gamma - 1) d ln n/dt."""
    gas = cell(40.0, (1.0, *(0.0,) * 7))
    gas = dataclasses.replace(gas, conditions=Conditions(40.0, 1.0, compression_rate=2e-15))
    rate = thermal.dT_dt(gas, thermal.Compression().heating(gas), jnp.zeros(8))
    np.testing.assert_allclose(rate / 40.0, 2e-15 * 2 / 3, rtol=1e-14)
    falling = thermal.FreeFall().heating(gas) * gas.free_fall_time
    np.testing.assert_allclose(falling, BOLTZMANN * 40.0, rtol=1e-14)


def test_wrong_words_are_refused():
    gas, nothing = cell(10.0), jnp.zeros(8)
    with pytest.raises(ValueError, match="capacities must be one of cold, rotational, krome_full, got 'warm'"):
        thermal.heat_capacity(gas, "warm")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="equation must be one of exact, krome, got 'prizmo'"):
        thermal.dT_dt(gas, jnp.asarray(0.0), nothing, equation="prizmo")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="capacities of single species are 'cold' or 'rotational', got 'krome_full'"):
        thermal.dT_dt(gas, jnp.asarray(0.0), nothing, capacities="krome_full")
