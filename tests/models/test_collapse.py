"""Gas that is compressed and gas that cools, where the solution is known, and the collapse of primordial gas."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import models, thermal
from eqxfuse.rate_laws import CosmicRay, Kooij

BOLTZMANN = 1.380649e-16
STRENGTH = 1e-27
"""Of the cooling of a parcel [erg s^-1 K^-1]."""
START = ef.Conditions(temperature=50.0, density=10.0, zeta=0.0, av=2.0, radius=1e18)


def _radiation(gas, strength):
    """Cooling in proportion to the temperature."""
    return -strength * gas.total * gas.temperature


def _tiny(strength=0.0):
    """Atomic hydrogen, which cosmic rays heat and ionise."""
    equations, rates = ["H -> H+ + e-", "H+ + e- -> H"], [CosmicRay(0.46), Kooij(3.5e-12, -0.75, 0.0)]
    network = ef.Network.from_reactions(equations, rates, species=["H", "H2"])
    return ef.FusedRHS(
        network,
        thermal=(thermal.Compression(), thermal.CosmicRays(), thermal.Custom(_radiation, (strength,))),
    )


def _shielded(gas, strength):
    """Cooling that a column keeps in."""
    return -strength * gas.total * gas.temperature / (1.0 + gas.density * gas.conditions.radius / 3e20)


TINY = _tiny()
SHIELDED = ef.FusedRHS(TINY.network, thermal=(thermal.Compression(), thermal.Custom(_shielded, (5e-31,))))
ATOMS = TINY.network.abundances({"H": 1.0})


@pytest.fixture(scope="module")
def adiabatic():
    return models.collapse(TINY, START, ATOMS, to_density=1e7, outputs=61, rtol=1e-8, temperature_atol=1e-8)


@pytest.fixture(scope="module")
def parcel():
    return models.cooling_parcel(_tiny(STRENGTH), START, ATOMS, 1e11, rtol=1e-7)


def test_atoms_that_do_not_radiate(adiabatic):
    """T rises as n^(2/3)."""
    np.testing.assert_allclose(adiabatic.temperature, 50.0 * (adiabatic.density / 10.0) ** (2 / 3), rtol=1e-5)


def test_the_density_falls_freely(adiabatic):
    """dn/dt = n/t_ff of the gas, at outputs that are spread evenly in log n."""
    n, times = np.asarray(adiabatic.density), np.asarray(adiabatic.trajectory.times)
    np.testing.assert_allclose(n, np.geomspace(10.0, 1e7, 61), rtol=1e-12)
    assert times[0] == 0.0 and float(adiabatic.trajectory.end_time) == times[-1]
    for i in (0, 30, 60):
        conditions = jax.tree.map(lambda field, i=i: field[i], adiabatic.conditions)
        gas = thermal.Gas(TINY.network, conditions, n[i] * adiabatic.trajectory.abundances[i], jnp.zeros(2))
        assert float(conditions.compression_rate) == pytest.approx(1.0 / float(gas.free_fall_time), rel=1e-9)
        left = 2.0 * gas.free_fall_time  # until the density diverges
        assert n[0] * (1.0 + times[i] / left) ** 2 == pytest.approx(n[i], rel=1e-9)


def test_columns_grow_and_velocities_follow(adiabatic):
    last = jax.tree.map(lambda field: float(field[-1]), adiabatic.conditions)
    assert last.radius == pytest.approx(1e15) and last.av == pytest.approx(2e3)
    assert last.velocity_gradient == pytest.approx(last.compression_rate / 3.0)
    assert (last.zeta, last.dust_to_gas) == (0.0, 0.01)


def test_the_radius_is_half_the_jeans_length():
    """Of a gas whose temperature follows from the column of what shields it."""
    cloud = models.collapse(SHIELDED, START, ATOMS, to_density=1e5, outputs=61, jeans=3, rtol=1e-6)
    n, last = np.asarray(cloud.density), jax.tree.map(np.asarray, cloud.conditions)
    mass, particles = 1.00794 * 1.66053906660e-24, np.asarray(cloud.trajectory.abundances).sum(axis=1)
    length = np.sqrt(np.pi * BOLTZMANN * cloud.temperature * particles / 6.6743e-8 / n) / mass
    np.testing.assert_allclose(last.radius, 0.5 * length, rtol=0.01)
    np.testing.assert_allclose(last.av, 2.0 * n * last.radius / (n[0] * last.radius[0]), rtol=1e-12)
    other = models.collapse(SHIELDED, START, ATOMS, to_density=1e5, outputs=61, rtol=1e-6)
    assert abs(other.temperature[-1] / cloud.temperature[-1] - 1.0) > 0.02
    with pytest.warns(UserWarning, match="away from half the Jeans length: raise jeans="):
        models.collapse(SHIELDED, START, ATOMS, to_density=1e5, outputs=61, jeans=1, rtol=1e-6)


def test_derivatives_through_the_radius_of_the_gas():
    """Of where it ends, with respect to the density of the start and a number of a process at once, also by way of the
    Jeans length, for several clouds at once.
    """

    def end(factor, density):
        rhs = eqx.tree_at(lambda r: r.thermal.processes[1].parameters, SHIELDED, (5e-31 * factor,))
        start = ef.Conditions(temperature=50.0, density=density * factor, zeta=0.0, radius=1e18)
        cloud = models.collapse(
            rhs, start, ATOMS, to_density=1e5, outputs=13, jeans=1, rtol=1e-8, temperature_atol=1e-8
        )
        return cloud.temperature[-1]

    densities, factors = jnp.array([3.0, 10.0]), jnp.array([0.999, 1.0, 1.001])
    both = jax.vmap(lambda factor, density: jax.jvp(lambda f: end(f, density), (factor,), (jnp.ones(()),)))
    values, slopes = jax.jit(both)(*(x.ravel() for x in jnp.meshgrid(factors, densities)))
    down, _, up = values.reshape(2, 3).T
    np.testing.assert_allclose(slopes.reshape(2, 3)[:, 1], (up - down) / 0.002, rtol=3e-4)


def test_many_at_once_are_as_one_by_one():
    def of(zeta):
        return models.collapse(
            TINY, ef.Conditions(temperature=50.0, density=10.0, zeta=zeta), ATOMS, to_density=1e4, outputs=61
        )

    rates = jnp.array([0.0, 1e-17, 1e-15])
    many = jax.vmap(of)(rates)
    assert many.density.shape == (3, 61)
    final = np.asarray(many.temperature[:, -1])
    for i, rate in enumerate(rates):
        alone = of(float(rate))
        np.testing.assert_allclose(many.temperature[i], alone.temperature, rtol=1e-5)
        np.testing.assert_allclose(many.trajectory.abundances[i], alone.trajectory.abundances, rtol=1e-5, atol=1e-15)
    assert final[2] > 1.05 * final[0]
    with pytest.raises(ValueError, match=r"batch of shape \(3,\)"):
        many.plot()


def test_a_parcel_cools_as_it_should(parcel):
    times = np.asarray(parcel.trajectory.times)
    np.testing.assert_allclose(parcel.temperature, 50.0 * np.exp(-STRENGTH * times / (1.5 * BOLTZMANN)), rtol=1e-5)
    assert float(parcel.temperature[-1]) < 40.0
    np.testing.assert_array_equal(parcel.density, 10.0)
    terms = parcel.energy(_tiny(STRENGTH)).terms
    np.testing.assert_allclose(terms["_radiation"], -STRENGTH * 10.0 * np.asarray(parcel.temperature), rtol=1e-9)


def test_a_parcel_at_constant_pressure():
    """T falls as exp(-s t/(5/2 k)), slower than at constant density, and n T stays."""
    zone = models.cooling_parcel(_tiny(STRENGTH), START, ATOMS, 3e11, saveat=31, rtol=1e-7, constant="pressure")
    times = np.asarray(zone.trajectory.times)
    np.testing.assert_allclose(zone.temperature, 50.0 * np.exp(-STRENGTH * times / (2.5 * BOLTZMANN)), rtol=1e-4)
    np.testing.assert_allclose(zone.density * zone.temperature, 500.0, rtol=1e-4)
    assert bool(zone.trajectory.succeeded) and float(zone.temperature[-1]) < 25.0


def test_files(adiabatic, tmp_path):
    adiabatic.save(tmp_path / "zone.npz")
    np.testing.assert_array_equal(np.load(tmp_path / "zone.npz")["gas_density"], adiabatic.density)
    found = ef.Trajectory.load(tmp_path / "zone.npz")
    np.testing.assert_array_equal(found.temperature, adiabatic.temperature)
    adiabatic.save(tmp_path / "zone.csv")
    names = (tmp_path / "zone.csv").read_text().splitlines()[0].split(",")
    assert names == ["time [s]", "gas density [cm^-3]", "H", "H2", "H+", "e-", "temperature [K]"]
    table = np.loadtxt(tmp_path / "zone.csv", delimiter=",", skiprows=1)
    np.testing.assert_array_equal(table[:, 1], adiabatic.density)


def test_a_labelled_file(adiabatic, tmp_path):
    xarray = pytest.importorskip("xarray")
    adiabatic.save(tmp_path / "zone.nc")
    found = xarray.load_dataset(tmp_path / "zone.nc", engine="scipy")
    np.testing.assert_array_equal(found["gas_density"], adiabatic.density)
    assert found["gas_density"].dims == ("time",) and found["gas_density"].units == "cm-3"
    np.testing.assert_array_equal(ef.Trajectory.load(tmp_path / "zone.nc").abundances, adiabatic.trajectory.abundances)


def test_pictures(adiabatic, parcel):
    pytest.importorskip("matplotlib")
    above, below = adiabatic.plot("H")
    assert "temperature" in above.get_ylabel() and "density" in below.get_xlabel()
    np.testing.assert_allclose(above.get_lines()[0].get_xydata()[:, 1], adiabatic.temperature)
    assert adiabatic.plot_energy(TINY).get_xlabel() == below.get_xlabel()
    assert "yr" in parcel.plot()[1].get_xlabel()


def test_mistakes():
    with pytest.raises(ValueError, match="to_density must be larger than the density of the start"):
        models.collapse(TINY, START, ATOMS, to_density=10.0)
    with pytest.raises(ValueError, match="1e24 times"):
        models.collapse(TINY, START, ATOMS, to_density=1e26)
    with pytest.raises(ValueError, match="pass thermal="):
        models.collapse(TINY.isothermal, START, ATOMS, to_density=1e3)
    with pytest.raises(ValueError, match="leave out state='density'"):
        models.collapse(
            ef.FusedRHS(TINY.network, thermal=thermal.Compression(), state="density"), START, ATOMS, to_density=1e3
        )
    with pytest.raises(TypeError, match="must be Conditions"):
        models.collapse(TINY, lambda t: START, ATOMS, to_density=1e3)  # pyright: ignore[reportArgumentType]
    with pytest.raises(RuntimeError, match=r"stands at n_H = .* of 1e\+07 cm\^-3 after 3 steps"):
        models.collapse(TINY, START, ATOMS, to_density=1e7, max_steps=3)
    with pytest.warns(UserWarning, match=r"add thermal\.Compression"), pytest.raises(ValueError, match="to_density"):
        models.collapse(ef.FusedRHS(TINY.network, thermal=thermal.CosmicRays()), START, ATOMS, to_density=1.0)


def test_primordial_gas(page):
    """Hot while it has few molecules, 200 to 300 K where H2 reaches equilibrium, and warmer from there on, until
    three-body reactions make it molecular.
    """
    found = page["cloud"]
    n, temperature = np.asarray(found.density), np.asarray(found.temperature)
    assert 500.0 < temperature[n < 1e3].max() < 1500.0
    coldest = int(np.argmin(np.where(n > 10.0, temperature, np.inf)))
    assert 1e3 < n[coldest] < 1e5 and 180.0 < temperature[coldest] < 330.0
    assert 700.0 < temperature[np.argmin(abs(n - 1e9))] < 1200.0
    h2 = np.asarray(found.trajectory.abundance("H2"))
    assert 1e-4 < h2[np.argmin(abs(n - 1e6))] < 2e-3 and h2[-1] > 0.45
    assert max(map(float, found.trajectory.conservation().values())) < 1e-8
