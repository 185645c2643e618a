"""Terms of interstellar gas by hand, and the two phases that they make."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Conditions, Network, rate_laws, thermal

from .cells import gas

ELECTRONVOLT = 1.602176634e-12
NETWORK = Network.from_reactions(
    ["H2 -> H + H", "C -> C+ + e-", "H -> H+ + e-", "H2 -> H2+ + e-", "CO -> C + O", "H2 -> H + H"],
    [
        rate_laws.Photo(5e-11, 3.0),
        rate_laws.Photo(3e-10, 3.0),
        rate_laws.CosmicRay(0.5),
        rate_laws.CosmicRay(0.9),
        rate_laws.CosmicRay(5.0),
        rate_laws.CosmicRay(0.1),
    ],
    species=["He"],
)
DENSITIES = {"H": 80.0, "H2": 10.0, "CO": 1e-3, "C": 1e-3, "e-": 0.02, "He": 10.0}


def cell(rates=None, densities=None, **conditions):
    return gas(
        NETWORK, DENSITIES | (densities or {}), rates, **({"av": 0.0, "g0": 2.0, "temperature": 90.0} | conditions)
    )


def test_charge_of_grains_sets_their_heat():
    field, psi = 3.4, 3.4 * 90.0**0.5 / 0.02
    q = np.log(psi)
    heat = 1e-26 * field * 100 * (5.22 + 2.25 * 90**0.147) / (1 + 0.04996 * psi**0.431 * (1 + 0.0043 * psi**0.692))
    cool = 1e-28 * 0.02 * 100 * 90 ** (0.4535 + 2.234 / q) * np.exp(-6.266 + 1.442 * q - 0.05089 * q**2)
    old = 4.65e-30 * 90**0.94 * psi ** (0.735 * 90**-0.068) * 0.02 * 100
    np.testing.assert_allclose(thermal.PhotoelectricWeingartnerDraine().heating(cell()), heat, rtol=1e-12)
    np.testing.assert_allclose(thermal.GrainRecombinationWeingartnerDraine().heating(cell()), -cool, rtol=1e-12)
    np.testing.assert_allclose(thermal.GrainRecombinationBakesTielens().heating(cell()), -old, rtol=1e-12)


def test_dust_takes_the_field_away():
    process = thermal.PhotoelectricWeingartnerDraine(extinction=1.8)
    behind = process.heating(cell(av=1.0, g0=2.0 * np.exp(1.8)))
    np.testing.assert_allclose(behind, process.heating(cell()), rtol=1e-12)


def test_gas_and_grains_exchange_heat():
    expected = -3.8e-33 * 90**0.5 * 70 * (1 - 0.8 * np.exp(-75 / 90)) * 1e4
    process = thermal.GasGrainExchange()
    np.testing.assert_allclose(process.heating(cell(dust_temperature=20.0)), expected, rtol=1e-12)
    np.testing.assert_allclose(
        process.heating(cell(dust_temperature=20.0, dust_to_gas=0.005)), expected / 2, rtol=1e-12
    )
    assert process.heating(cell(dust_temperature=90.0)) == 0.0


@pytest.mark.parametrize(
    ("density", "energy"), [(10.0, 10.0), (1e3, 11.5), (1e4, 13.0), (1e7, 17.0), (1e10, 18.0), (1e12, 18.0)]
)
def test_cosmic_rays_heat_molecular_gas_by_density(density, energy):
    molecular = cell(densities={"H": 0.0, "H2": 0.5 * density}, density=density, zeta=4e-17)
    expected = 2e-17 * density * energy * ELECTRONVOLT
    np.testing.assert_allclose(thermal.CosmicRays().heating(molecular), expected, rtol=1e-10)


def test_cosmic_rays_heat_atomic_gas_by_electrons():
    x = 2e-4
    atomic = cell(densities={"H2": 0.0}, zeta=4e-17)
    expected = 2e-17 * 80 * (6.5 + 26.4 * (x / (x + 0.07)) ** 0.5) * ELECTRONVOLT
    np.testing.assert_allclose(thermal.CosmicRays().heating(atomic), expected, rtol=1e-10)


def test_every_event_of_cosmic_rays_heats():
    rates = [1e-9, 1e-9, 1e-15, 2e-15, 3e-15, 4e-15]
    h2 = 7.23277032061136 + 1.4510849135088
    expected = (1e-15 * 4.3 + 2e-15 * h2 + 7e-15 * 20) * ELECTRONVOLT
    np.testing.assert_allclose(thermal.CosmicRayEvents().heating(cell(rates)), expected, rtol=1e-10)


def test_light_heats_what_it_ionises_and_dissociates():
    rates = [1e-9, 2e-9, 1.0, 1.0, 1.0, 1.0]
    np.testing.assert_allclose(thermal.Photoionisation().heating(cell(rates)), 2e-9 * ELECTRONVOLT, rtol=1e-12)
    critical = 1e6 / 90**0.5 / (1.6 * 0.8 * np.exp(-((400 / 90) ** 2)) + 1.4 * 0.1 * np.exp(-1.2e4 / 1290))
    expected = (6.4e-13 + 2.7e-11 / (1 + critical / 100)) * 1e-9
    np.testing.assert_allclose(thermal.H2Photons().heating(cell(rates)), expected, rtol=1e-12)


def test_new_h2_of_grains_heats():
    network = Network.from_reactions(["H + H -> H2"], [1e-17], species=["e-"])
    warm = gas(network, {"H": 1e9, "H2": 1e9}, rates=[1e-3], temperature=3e3, density=3e9)
    np.testing.assert_allclose(thermal.ChemicalHeat().heating(warm), 4.4e-3 * ELECTRONVOLT, rtol=0.01)
    cold = gas(network, {"H": 1.0}, rates=[1e-3], temperature=10.0, density=1.0)
    np.testing.assert_allclose(thermal.ChemicalHeat().heating(cold), 0.2e-3 * ELECTRONVOLT, rtol=1e-6)


def carbon_monoxide(n, co, gradient, temperature=20.0):
    densities = {"H": 0.0, "H2": n, "e-": 0.0, "CO": co}
    given = cell(densities=densities, velocity_gradient=gradient, temperature=temperature)
    return float(-thermal.COCooling(background=False).heating(given) / co)


def test_carbon_monoxide_at_the_points_of_its_table():
    """At 20 K and N = 10^15.5 cm^-2 per km/s, of L0, L_LTE, n_half and alpha."""
    low, equilibrium, half, alpha = 10**-24.56, 10**-20.58, 10**3.34, 0.43
    for n in (1.0, 1e3, 1e6):
        inverse = 1 / low + n / equilibrium + (n / half) ** alpha * (1 - half * low / equilibrium) / low
        own = carbon_monoxide(n, 1e-3, 1e-3 * 1e5 / 10**15.5)
        np.testing.assert_allclose(own, n / inverse, rtol=1e-10)


def test_carbon_monoxide_in_its_limits():
    thin, thick = 1e-3 * 1e5 / 1e10, 1e-3 * 1e5 / 1e21
    np.testing.assert_allclose(carbon_monoxide(1e-6, 1e-3, thin, 300.0), 10**-23.40 * 1e-6, rtol=0.01)
    np.testing.assert_allclose(carbon_monoxide(1e14, 1e-3, thin, 300.0), 10**-17.82, rtol=0.01)
    assert carbon_monoxide(1e14, 1e-3, thick) < 10**-23.11
    assert carbon_monoxide(1e3, 1e-3, thin, 5e3) == pytest.approx(carbon_monoxide(1e3, 1e-3, thin, 2e3))


def two_phases(temperature, density):
    """Net heating per hydrogen nucleus of gas near the sun, its electrons from C and from balance of H+."""
    recombination = 2.59e-13 * (temperature / 1e4) ** -0.7 * density
    ionisation, carbon = 1.5e-16, 1.4e-4
    b = recombination * carbon + ionisation
    protons = (jnp.sqrt(b * b + 4 * recombination * ionisation) - b) / (2 * recombination)
    shares = {"H": 1 - protons, "H+": protons, "e-": protons + carbon, "C+": carbon, "O": 3e-4, "He": 0.1}
    network = Network.from_reactions(["C -> C+ + e-"], [1.0], species=list(shares))
    n = density * jnp.stack([jnp.asarray(shares.get(name, 0.0)) for name in network.species_names])
    conditions = Conditions(temperature, density, zeta=2e-16, g0=1.0, av=0.0)
    cell = thermal.Gas(network, conditions, n, jnp.zeros(1))
    return sum(p.heating(cell) for p in thermal.interstellar()) / density


def test_warm_and_cold_neutral_gas():
    """In one Draine field at 2e-16 s^-1: warm and cold phases, with both in pressure balance at some 5000 K cm^-3."""
    temperature = jnp.array([6000.0, 9000.0, 100.0, 200.0, 50.0, 100.0])
    density = jnp.array([0.5, 0.5, 30.0, 30.0, 100.0, 100.0])
    net = np.asarray(jax.jit(jax.vmap(two_phases))(temperature, density))
    np.testing.assert_array_equal(np.sign(net), [1, -1, 1, -1, 1, -1])
