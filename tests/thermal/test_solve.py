"""Solves of a gas that heats and cools."""

from typing import Any

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import thermal
from eqxfuse.rate_laws import Kooij
from tests.helpers import shared

from . import krome_metals
from .krome import CONSTANTS

ERG = 4.48 * 1.602176634e-12
START = {"H": 0.9, "H2": 0.05, "C+": 1e-4, "e-": 1e-4}
CLOUD = ef.Conditions(temperature=3000.0, density=200.0)


def _lines(gas, strength):
    t = gas.temperature
    return -strength * jnp.exp(-91.2 / t) / jnp.sqrt(t) * gas.n("C+") * (gas.n("H") + gas.n("H2"))


def _light(gas):
    return 2e-26 * gas.density


def _binding(gas, energy):
    return energy * gas.rates_of("H + H -> H2")


def _network():
    rates = [Kooij(3e-17, 0.5, 0.0), 1e-14, Kooij(4.7e-12, -0.6, 0.0), Kooij(1e-10, 0.0, 4640.0)]
    return ef.Network.from_reactions(["H + H -> H2", "C -> C+ + e-", "C+ + e- -> C", "H2 + C+ -> H + H + C+"], rates)


def _cooling(backend: Any = "auto", **more):
    processes = thermal.Custom(_lines, (1e-23,)), thermal.Custom(_light)
    return ef.FusedRHS(_network(), thermal=processes, backend=backend, **more)


def _end(rhs, temperature=3000.0, density=200.0, t1=3e5 * ef.YEAR, **more):
    cloud = ef.Conditions(temperature=temperature, density=density)
    return ef.solve(rhs, cloud, rhs.network.abundances(START), t1, saveat=1, **more)


def test_energy_is_conserved_where_nothing_radiates():
    """Particles made or lost take their energy with them: what H2 gives as it forms is all that the gas gains."""
    closed = ef.FusedRHS(_network().subnetwork(["H", "H2"]), thermal=thermal.Custom(_binding, (ERG,)))
    x0 = closed.network.abundances({"H": 0.9, "H2": 0.05})
    end = ef.solve(closed, CLOUD, x0, 3e4 * ef.YEAR, saveat=1, rtol=1e-9)

    def inner(x, temperature):
        here = CLOUD.at_temperature(temperature)
        gas = thermal.Gas(closed.network, here, x * here.density, jnp.zeros(1))
        return float(jnp.sum(thermal.particle_energies(gas)[0] * x))

    gained = inner(end.abundances[0], end.temperature[0]) - inner(x0, 3000.0)
    expected = float(end.final["H2"] - 0.05) * ERG / 1.380649e-16
    assert end.final["H2"] > 0.0503
    np.testing.assert_allclose(gained, expected, rtol=1e-6)


def test_gradients_are_differences():
    rhs = _cooling()

    def end(values, rtol=1e-6):
        density, strength = values
        processes = thermal.Custom(_lines, (strength * 1e-23,)), thermal.Custom(_light)
        own = ef.FusedRHS(rhs.network, thermal=processes)
        return _end(own, density=density * 200.0, rtol=rtol).temperature[0]

    point, step = jnp.ones(2), 1e-4
    exact = jax.grad(end)(point)
    fine = jax.jit(lambda v: end(v, 1e-10))
    differences = [(fine(point.at[i].add(step)) - fine(point.at[i].add(-step))) / (2 * step) for i in range(2)]
    np.testing.assert_allclose(exact, differences, rtol=1e-5)


def test_parameters_of_processes_are_leaves_of_the_right_hand_side():
    rhs = _cooling()

    @eqx.filter_jit
    @eqx.filter_grad
    def slope(rhs):
        state = jnp.append(rhs.network.abundances(START), 300.0)
        return rhs(0.0, state, CLOUD)[-1]

    (strength,) = (leaf for leaf in jax.tree.leaves(slope(rhs).thermal) if leaf is not None)
    state = jnp.append(rhs.network.abundances(START), 300.0)
    own = ef.energy_budget(rhs, CLOUD, state[:-1], 300.0).cooling[0]
    capacity = thermal.heat_capacity(
        thermal.Gas(rhs.network, CLOUD.at_temperature(300.0), state[:-1] * CLOUD.density, jnp.zeros(4))
    )
    np.testing.assert_allclose(strength * 1e-23, -own.rate / 1.380649e-16 / capacity, rtol=1e-12)


def test_batches_and_their_gradients_are_the_cells():
    rhs = _cooling()
    densities = np.array([1.0, 3.0, 10.0, 40.0, 100.0, 300.0, 1000.0, 3000.0, 1e4])

    def end(density):
        return _end(rhs, density=density, rtol=1e-5).temperature[0]

    both, many = jax.jit(jax.value_and_grad(end)), jax.jit(jax.vmap(end))
    one = [both(n) for n in densities]
    for cells in (1, 7, 8, 9):
        np.testing.assert_allclose(many(jnp.asarray(densities[:cells])), [v for v, _ in one[:cells]], rtol=1e-6)
    slopes = jax.jit(jax.vmap(jax.grad(end)))(jnp.asarray(densities))
    np.testing.assert_allclose(slopes, [g for _, g in one], rtol=1e-5)
    grid = ef.solve_grid(
        rhs, ef.Conditions(3000.0, jnp.asarray(densities)), rhs.network.abundances(START), 3e5 * ef.YEAR, saveat=1
    )
    np.testing.assert_allclose(grid.temperature[:, 0], [v for v, _ in one], rtol=1e-3)
    assert grid.cell(2).temperature.shape == (1,)


def test_other_solvers_states_and_number_types():
    rhs = _cooling()
    expected = _end(rhs, rtol=1e-7)
    newton = diffrax.Kvaerno5(root_finder=ef.SparseNewton(rhs))  # pyright: ignore[reportCallIssue]
    for other in (
        _end(rhs, rtol=1e-6, solver=newton),
        _end(rhs, rtol=1e-6, solver=ef.Rodas4()),
        _end(_cooling("vectorized"), rtol=1e-7),
    ):
        np.testing.assert_allclose(other.temperature, expected.temperature, rtol=1e-5)
        np.testing.assert_allclose(other.abundances, expected.abundances, rtol=1e-5, atol=1e-12)
    density = _cooling(state="density")
    y0 = density.network.abundances(START) * CLOUD.density
    other = ef.solve(density, CLOUD, y0, 3e5 * ef.YEAR, saveat=1, rtol=1e-7, atol=1e-18)
    np.testing.assert_allclose(other.temperature, expected.temperature, rtol=1e-5)
    single = ef.solve(
        rhs, CLOUD, rhs.network.abundances(START).astype(jnp.float32), 3e5 * ef.YEAR, saveat=1, atol=1e-12
    )
    assert single.temperature.dtype == jnp.float32
    np.testing.assert_allclose(single.temperature, expected.temperature, rtol=1e-3)


def test_what_moves_and_what_is_bound():
    """A gas whose density changes with time; conditions that are bound."""
    rhs = _cooling()

    def cloud(t):
        return ef.Conditions(temperature=3000.0, density=200.0 * (1.0 + 1e-13 * t))

    native, plain = (_moving(own, cloud) for own in (rhs, _cooling("vectorized")))
    np.testing.assert_allclose(native.temperature, plain.temperature, rtol=1e-8)
    bound = ef.solve(rhs.at(CLOUD), None, rhs.network.abundances(START), 3e5 * ef.YEAR, saveat=1)
    np.testing.assert_allclose(bound.temperature, _end(rhs).temperature, rtol=1e-12)


def test_modes_of_differentiation_agree_in_batches():
    """Forward and reverse, of a batch and in a batch, with cells that need steps of different numbers."""
    rhs, densities = _cooling(), jnp.array([3.0, 100.0, 3000.0])

    def end(density):
        return _end(rhs, density=density, rtol=1e-5).temperature[0]

    @jax.jit
    def found(densities):
        many = jax.vmap(end)
        reverse = jax.grad(lambda n: jnp.sum(many(n)))(densities)
        return reverse, jax.vmap(jax.jacfwd(end))(densities), jax.jacfwd(many)(densities)

    reverse, forward, square = found(densities)
    assert np.all(np.asarray(reverse) != 0.0)
    np.testing.assert_allclose(forward, reverse, rtol=1e-7)
    np.testing.assert_allclose(square, np.diag(reverse), rtol=1e-7)


def test_batches_without_native_code_and_in_single_precision():
    native, plain = _cooling(), _cooling("vectorized")
    densities = jnp.geomspace(1.0, 1e4, 7)

    def ends(rhs, dtype):
        start = rhs.network.abundances(START).astype(dtype)

        def end(density):
            cloud = ef.Conditions(temperature=3000.0, density=density)
            return ef.solve(rhs, cloud, start, 3e5 * ef.YEAR, saveat=1, rtol=1e-5, atol=1e-12).temperature[0]

        return jax.jit(jax.vmap(end))(densities)

    expected = ends(native, jnp.float64)
    np.testing.assert_allclose(ends(plain, jnp.float64), expected, rtol=1e-6)
    single = ends(native, jnp.float32)
    assert single.dtype == jnp.float32
    np.testing.assert_allclose(single, expected, rtol=2e-3)


def _moving(rhs, cloud):
    return ef.solve(rhs, cloud, rhs.network.abundances(START), 1e5 * ef.YEAR, saveat=2, rtol=1e-6)


def test_what_makes_no_sense_is_refused():
    rhs, plain = _cooling(), ef.FusedRHS(_network())
    x0 = rhs.network.abundances(START)
    with pytest.raises(TypeError, match="needs Conditions"):
        ef.solve(rhs, plain.precompute(CLOUD), x0, 1.0)
    with pytest.raises(ValueError, match="temperature_atol"):
        ef.solve(plain, CLOUD, x0, 1.0, temperature_atol=1e-2)
    with pytest.raises(TypeError, match="takes processes"):
        ef.FusedRHS(_network(), thermal="cold")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="5 species and the temperature behind them"):
        rhs(0.0, x0, CLOUD)
    with pytest.raises(ValueError, match=r"pass rhs\.isothermal"):
        ef.sensitivities(rhs, CLOUD, x0, 1.0, "C")
    with pytest.raises(ValueError, match="no thermal processes"):
        ef.energy_budget(plain, CLOUD, x0, 10.0)
    with pytest.warns(UserWarning, match="HDCooling needs HD"):
        ef.FusedRHS(ef.Network.from_reactions("D + H+ -> D+ + H", 1e-9), thermal=thermal.HDCooling())


def _sink(gas):
    return -1e-22 * gas.density


def test_a_gas_that_falls_out_of_its_range_says_what_drove_it():
    rhs = ef.FusedRHS(_network(), thermal=(thermal.Custom(_sink), thermal.Custom(_light)))
    with pytest.raises(RuntimeError, match=r"with T = .* K, where _sink gives most"):
        _end(rhs, max_steps=300)


def test_the_budget_is_the_change():
    rhs = _cooling()
    result = ef.solve(rhs, CLOUD, rhs.network.abundances(START), 3e5 * ef.YEAR, saveat=9)
    budget = ef.energy_budget(rhs, CLOUD, result.abundances[4], result.temperature[4])
    assert [term.process for term in budget.cooling] == ["_lines"]
    state = jnp.append(result.abundances[4], result.temperature[4])
    np.testing.assert_allclose(budget.change, rhs(0.0, state, CLOUD)[-1], rtol=1e-12)
    assert "dT/dt" in repr(budget)
    history = ef.energy_history(rhs, CLOUD, result)
    np.testing.assert_allclose(history.terms["_lines"][4], -budget.cooling[0].rate, rtol=1e-12)
    pytest.importorskip("matplotlib")
    assert history.plot().get_ylabel() == "share of cooling | share of heating"


def test_files_hold_the_temperature(tmp_path):
    result = _end(_cooling())
    for name in ("a.npz", "a.nc"):
        if name.endswith("nc"):
            pytest.importorskip("xarray")
        result.save(tmp_path / name)
        again = ef.Trajectory.load(tmp_path / name)
        np.testing.assert_array_equal(again.temperature, result.temperature)
        np.testing.assert_array_equal(again.end_temperature, result.end_temperature)
    result.save(tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text().splitlines()[0].endswith("temperature [K]")


def test_a_gas_that_cools_as_krome_has_it():
    """From 5000 K to 21.5 K in 1e7 yr at n_H = 1000 cm^-3, with KROME's own terms: T, and abundances above 1e-10."""
    data = np.load(shared("reference/krome_solve_ism.npz"))
    network = ef.read_network(shared("networks/react_COthin"))
    spelling = {name.upper(): name for name in network.species_names}
    order = [network.index(spelling[str(s).upper()]) for s in data["species"]]
    density = data["number_density"][:, np.argsort(order)]
    atoms = dict(zip(network.elements, network.composition @ density[0], strict=False))
    rows = [(j, row.source.text.lower() if row.source else "") for j, row in enumerate(network.reactions)]
    light = tuple(j for j, text in rows if "user_h2self" in text)
    rays = tuple(j for j, text in rows if "user_crate" in text)
    assert len(light) == 1
    assert len(rays) == 19
    processes = (
        thermal.H2Cooling(opacity="none", background=False),
        thermal.Compton(5.65e-36 / 2.73**4),
        thermal.AtomicLines(),
        thermal.CollisionalIonisation(),
        thermal.Recombination(),
        thermal.FreeFree(),
        thermal.ChemicalHeat(grains=False),
        thermal.CosmicRayEvents(rows=rays),
        thermal.H2Photons(rows=light),
        thermal.PhotoelectricBakesTielens(),
        thermal.Custom(krome_metals.heating),
    )
    own = thermal.Thermal(processes, equation="krome", capacities="krome_full", constants=CONSTANTS)
    cloud = ef.Conditions(
        temperature=float(data["temperature"][0]),
        density=atoms["H"],
        zeta=float(data["user_value"][0]),
        av=1.0,
        dust_temperature=12.0,
        g0=1.69 / 1.7,
        dust_to_gas=0.01 * atoms["C"] / atoms["H"] * 10**3.57,
        cmb_temperature=2.73,
    )
    rhs = ef.FusedRHS(network, thermal=own)
    x = density / atoms["H"]
    with pytest.warns(UserWarning, match="net charge"):
        result = ef.solve(rhs, cloud, x[0], data["time"][-1], saveat=data["time"][1:], rtol=1e-6, atol=1e-25)
    np.testing.assert_allclose(result.temperature, data["temperature"][1:], rtol=1e-5)
    seen = x[1:] > 1e-10
    np.testing.assert_allclose(np.asarray(result.abundances)[seen], x[1:][seen], rtol=1e-4)
