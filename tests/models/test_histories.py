"""Histories that are formulas: each against its equation, written out once more, and all of them transformed."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import models
from eqxfuse.rate_laws import Kooij

YEAR = ef.YEAR
HYDROGEN = 1.00794 * 1.66053906660e-24
"""Mass [g]."""
PARSEC = 3.0856775814913673e18
AU = 1.495978707e13
COLD = ef.Conditions(temperature=10.0, density=1e4, av=2.0, radius=1e17)
MADE = {
    "free_fall_history": lambda p: models.free_fall_history(COLD, to_density=1e6, factor=0.5 * p),
    "bonnor_ebert": lambda p: models.bonnor_ebert(COLD, radius=1e17 * p),
    "hot_core": lambda p: models.hot_core(COLD, mass=12.0 * p),
    "warm_up": lambda p: models.warm_up(COLD, time=1e5 * YEAR * p),
    "c_shock": lambda p: models.c_shock(COLD, velocity=20.0 * p),
    "j_shock": lambda p: models.j_shock(COLD, velocity=20.0 * p),
}
"""A history for a parameter near 1."""


def columns(history, *names):
    return tuple(np.asarray(getattr(history.conditions, name)) for name in names)


def test_free_fall_from_rest():
    """dn/dt = B (n^4/n0)^(1/3) (24 pi G m n0 ((n/n0)^(1/3) - 1))^(1/2), with 1.4 masses of hydrogen."""
    falling = models.free_fall_history(COLD, to_density=1e7, rows=2000)
    times, (n, av, radius, rate) = (
        np.asarray(falling.times),
        columns(falling, "density", "av", "radius", "compression_rate"),
    )
    slope = (n**4 / 1e4) ** (1 / 3) * np.sqrt(
        24 * np.pi * 6.6743e-8 * 1.4 * HYDROGEN * 1e4 * ((n / 1e4) ** (1 / 3) - 1)
    )
    between = slice(400, None)  # where differences of ln n keep their digits
    np.testing.assert_allclose(np.gradient(np.log(n), times)[between], (slope / n)[between], rtol=2e-3)
    np.testing.assert_allclose(rate, slope / n, rtol=1e-4, atol=1e-20)
    np.testing.assert_allclose(n * radius**3, n[0] * 1e51, rtol=1e-12)  # the mass
    np.testing.assert_allclose(av / (n * radius), 2.0 / 1e21, rtol=1e-12)  # the column
    assert n[0] == 1e4 and n[-1] == pytest.approx(1e7)
    slow = models.free_fall_history(COLD, to_density=1e7, factor=0.5, rows=2000)
    np.testing.assert_allclose(slow.times, 2.0 * times, rtol=1e-12)


@pytest.mark.parametrize(("mass", "a", "b"), [(1.0, 0.1927, 0.5339), (15.0, 9.6966e-4, 1.085), (60.0, 4.74e-7, 1.98)])
def test_hot_cores_of_the_paper(mass, a, b):
    core = models.hot_core(COLD, mass=mass)
    times = np.asarray(core.times[-1]) * np.array([0.01, 0.1, 0.5, 0.9])
    np.testing.assert_allclose(core(times).temperature, 10.0 + a * (times / YEAR) ** b, rtol=1e-3)
    np.testing.assert_array_equal(core.conditions.temperature, core.conditions.dust_temperature)
    assert core(2.0 * core.times[-1]).temperature == pytest.approx(300.0) and core(0.0).temperature == 10.0


def test_stars_in_between_warm_as_their_neighbours():
    """The 15 and 25 solar masses of the paper reach 200 K after 7.3e4 and 5.0e4 yr."""
    found = [float(models.hot_core(COLD, mass=m, to_temperature=200.0).times[-1]) / YEAR for m in (15.0, 19.0, 25.0)]
    assert found[0] == pytest.approx((190.0 / 9.6966e-4) ** (1 / 1.085)) and found == sorted(found, reverse=True)


def test_a_warm_up_is_a_power_of_time():
    medium = models.warm_up(COLD, time=2e5 * YEAR)
    times = 2e5 * YEAR * np.array([0.1, 0.3, 0.7, 1.0, 1.5])
    np.testing.assert_allclose(medium(times).temperature, 10 + 190 * np.array([0.01, 0.09, 0.49, 1, 1]), rtol=1e-5)
    straight = models.warm_up(COLD, time=2e5 * YEAR, power=1.0, to_temperature=100.0)
    np.testing.assert_allclose(straight(times).dust_temperature, [19.0, 37.0, 73.0, 100.0, 100.0], rtol=1e-5)


def test_a_c_shock_accelerates_and_compresses():
    """Velocities follow from densities, distances from velocities, and the profile of the paper from both."""
    shock = models.c_shock(COLD, velocity=20.0, rows=4000)
    times, (n, temperature) = np.asarray(shock.times), columns(shock, "density", "temperature")
    moving = 20.0 * 1e4 / n  # of the gas in the frame of the shock [km/s]
    z = np.concatenate([[0.0], np.cumsum(0.5 * (moving[1:] + moving[:-1]) * 1e5 * np.diff(times))])
    length = 12.0 * PARSEC * 20.0 / 1e4
    v0 = moving[-1]
    alfven2 = 1e-12 / (4 * np.pi * HYDROGEN) / 1e10
    assert v0**3 == pytest.approx(alfven2 * (v0 + 20.0) / 2, rel=2e-3)
    np.testing.assert_allclose(
        20.0 - moving, (20.0 - v0) * (1 - 1 / np.cosh(z * np.arccosh(100.0) / length)), atol=1e-2
    )
    hottest = 0.47258 * 400.0 + 40.44161 * 20.0 - 128.635455216
    assert temperature.max() == pytest.approx(hottest, rel=1e-3)
    assert z[temperature.argmax()] == pytest.approx(length / np.arccosh(1 / 0.15), rel=0.01)
    assert temperature[0] == 10.0 and temperature[-1] == pytest.approx(10.0, rel=1e-4)


def test_the_heat_of_c_shocks_between_densities():
    """The mean of both fits half-way, in the logarithm of the density."""
    shocks = jax.jit(jax.vmap(lambda n: models.c_shock(ef.Conditions(temperature=10.0, density=n), velocity=30.0)))
    hottest = shocks(jnp.array([1e3, 1e4, 1e5, 1e6])).conditions.temperature.max(axis=1)
    thin, dense = 0.47258 * 900 + 40.44161 * 30 - 128.635455, 2.91731 * 900 - 23.78974 * 30 + 225.204167
    np.testing.assert_allclose(hottest, [thin, thin, (thin + dense) / 2, dense], rtol=1e-3)


def test_a_j_shock_jumps_and_cools():
    shock = models.j_shock(COLD, velocity=20.0)
    end = 100.0 * YEAR
    now, later = shock(0.0), shock(2.0 * end)
    assert (now.temperature, now.density) == (2e4, 4e4)  # Rankine-Hugoniot, for strong shocks
    molecular = 3 * 2.33 * HYDROGEN * 4e12 / (16 * 1.380649e-16)
    assert float(now.temperature) == pytest.approx(molecular, rel=0.1)
    assert float(later.temperature) == pytest.approx(10.0) and float(later.density) == pytest.approx(2e7)
    half = shock(0.5 * end)
    assert float(half.temperature) == pytest.approx(np.sqrt(2e5)) and float(half.density) == pytest.approx(
        np.sqrt(8e11)
    )
    assert half.dust_temperature == COLD.dust_temperature


@pytest.mark.parametrize(("overdensity", "first", "slope"), [(1.1, 2.18e4, 2.4), (4.0, 7.69e4, 2.4)])
def test_a_shell_of_a_bonnor_ebert_sphere_keeps_its_mass(overdensity, first, slope):
    centre = models.bonnor_ebert(COLD, overdensity=overdensity)
    shell = models.bonnor_ebert(COLD, overdensity=overdensity, radius=5e3 * AU)
    assert float(columns(centre, "density")[0][0]) == pytest.approx(first, rel=5e-3)
    end, a, b = {1.1: (1.175e6, (61.8, 49.4), (28.5, 28.93)), 4.0: (1.855e5, (68.4, 55.7), (39.0, 38.7))}[overdensity]
    masses = []
    for row in (0, 100):
        years = float(shell.times[row]) / YEAR
        left = (end - years) ** -0.01
        middle, bend = 10 ** (a[0] * left - a[1]), 10 ** (b[1] - b[0] * left)
        steep = slope if overdensity == 1.1 else 1.9 + 0.5 * np.exp(-years / 1e5)
        assert float(columns(centre, "density")[0][row]) == pytest.approx(middle, rel=1e-9)
        n = float(columns(shell, "density")[0][row])
        r = bend * (middle / n - 1.0) ** (1 / steep)  # where the profile has the density of the shell
        inside = np.linspace(0.0, r, 20_001)
        masses.append(np.trapezoid(middle / (1 + (inside / bend) ** steep) * inside**2, inside))
        beyond = np.linspace(r, 4e4, 20_001) * AU
        column = np.trapezoid(middle / (1 + (beyond / AU / bend) ** steep), beyond)
        assert float(columns(shell, "av")[0][row]) == pytest.approx(2.0 + column / 1.87e21, rel=2e-3)
    assert r < 5e3 and masses[1] == pytest.approx(masses[0], rel=5e-3)
    assert (np.diff(columns(shell, "density")[0]) > 0).all()


@pytest.mark.parametrize("name", MADE)
def test_histories_are_mapped_and_differentiated(name):
    def seen(p):
        history = MADE[name](p)
        tables = [jnp.mean(jnp.log1p(getattr(history.conditions, field))) for field in history.changing]
        return sum(tables, start=jnp.log(history.times[-1])), history

    step = 1e-5
    parameters = jnp.array([1.0 - step, 1.0, 1.0 + step])
    (values, histories), slopes = jax.jit(jax.vmap(jax.value_and_grad(seen, has_aux=True)))(parameters)
    slope = float(values[2] - values[0]) / (2 * step)
    assert float(slopes[1]) == pytest.approx(slope, rel=1e-5) and slope != 0.0
    one, alone = histories.cells[1], MADE[name](1.0)
    np.testing.assert_allclose(one.times, alone.times, rtol=1e-12)
    assert one.changing == alone.changing and one.outside == "hold" and float(one.times[0]) == 0.0


def test_chemistry_along_a_shock_knows_its_velocity():
    """What decays at k(T) leaves exp(-integral of k)."""
    strength = 2e-11
    network = ef.Network.from_reactions(["#CO -> CO"], [Kooij(strength, 0.0, 300.0)])
    rhs, y0 = ef.FusedRHS(network), jnp.array([1.0, 0.0])
    end = float(models.c_shock(COLD, velocity=20.0).times[-1])

    def left(velocity):
        shock = models.c_shock(COLD, velocity=velocity)
        return ef.solve(rhs, shock, y0, end, rtol=1e-8, saveat=1).abundance("#CO")[-1]

    def expected(velocity):
        times = np.linspace(0.0, end, 20_001)
        temperature = np.asarray(models.c_shock(COLD, velocity=velocity)(times).temperature)
        return np.exp(-np.trapezoid(strength * np.exp(-300.0 / temperature), times))

    found, slope = jax.jvp(left, (20.0,), (1.0,))
    assert 0.1 < float(found) < 0.9 and float(found) == pytest.approx(expected(20.0), rel=1e-5)
    assert float(slope) == pytest.approx((expected(20.1) - expected(19.9)) / 0.2, rel=1e-3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: models.free_fall_history(COLD, to_density=1e3), "to_density must be larger than the density"),
        (lambda: models.free_fall_history(COLD, to_density=1e6, factor=2.0), "factor must be from 0.01 to 1"),
        (lambda: models.free_fall_history(COLD, to_density=1e6, mass=3.0), "mass must be from 1 to 2"),
        (lambda: models.bonnor_ebert(COLD, overdensity=2.0), "overdensity must be 1.1 or 4"),
        (lambda: models.bonnor_ebert(COLD, outer_radius=1e3), "outer_radius must be from"),
        (lambda: models.bonnor_ebert(COLD, radius=1e18), "radius over outer_radius must be from 0 to 0.999"),
        (lambda: models.hot_core(COLD, mass=0.5), "mass must be from 1 to 60 solar masses, got 0.5: for others"),
        (lambda: models.hot_core(COLD, mass=5.0, to_temperature=5.0), "to_temperature must be above the temperature"),
        (lambda: models.hot_core(COLD, mass=jnp.ones(2)), r"mass must be one number, got shape \(2,\): use jax.vmap"),
        (lambda: models.warm_up(COLD, time=0.0), "time must be above 0 s"),
        (lambda: models.warm_up(COLD, time=1e12, power=0.0), "power must be from 0.1 to 10"),
        (lambda: models.c_shock(COLD, velocity=80.0), "velocity must be from 10 to 40 km s.*fits to models of shocks"),
        (lambda: models.c_shock(COLD, velocity=10.0, magnetic_parameter=5.0), "magnetic field is too strong"),
        (lambda: models.j_shock(COLD, velocity=1.0), "velocity must be from 5 to 40 km s"),
        (lambda: models.c_shock(ef.Conditions(10.0, 1e8), velocity=20.0), "density of the start must be from 1000 to"),
        (lambda: models.j_shock(ef.Conditions(9e3, 1e4), velocity=5.0), "hotter than that behind"),
    ],
)
def test_what_no_history_can_be_made_of(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_what_is_traced_is_refused_when_it_runs():
    hot = jax.jit(lambda m: models.hot_core(COLD, mass=m).times[-1])
    with pytest.raises(Exception, match="mass must be from 1 to 60 solar masses"):
        hot(100.0)
    with pytest.raises(TypeError, match="conditions must be Conditions"):
        models.warm_up({"temperature": 10.0}, time=1.0)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match=r"Conditions.density must be one number, got shape \(2,\)"):
        models.warm_up(ef.Conditions(10.0, jnp.ones(2)), time=1.0)
