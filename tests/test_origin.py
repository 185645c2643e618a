"""What a trajectory was made from, and its way through files and tables."""

import dataclasses
from functools import cache

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import Conditions, Trajectory

FAST = {"solver": diffrax.Tsit5(), "saveat": 2}
DENSITIES = np.linspace(0.5, 2.0, 4)
TEMPERATURES = np.array([10.0, 20.0, 30.0])
NETWORK = ef.Network.from_reactions(["A + M -> B + M"], [1.0], name="decay")
Y0 = NETWORK.abundances({"A": 1.0, "M": 1.0})
RHS = ef.FusedRHS(NETWORK)


@cache
def one():
    return ef.solve(RHS, Conditions(temperature=10.0, density=2.0), Y0, 1.0, t0=0.25, rtol=1e-5, atol=1e-12, **FAST)


@cache
def product(state="abundance"):
    """A grid of temperatures by densities."""
    rhs = RHS if state == "abundance" else ef.FusedRHS(NETWORK, state=state)
    return ef.solve_grid(rhs, Conditions(temperature=TEMPERATURES[:, None], density=DENSITIES), Y0, 1.0, **FAST)


@cache
def pairs():
    """Temperature and density change together."""
    conditions = Conditions(temperature=10.0 * DENSITIES, density=DENSITIES)
    return ef.solve_grid(RHS, conditions, Y0, 1.0, **FAST)


@cache
def mapped():
    solve = jax.vmap(lambda d, rtol: ef.solve(RHS, Conditions(temperature=10.0, density=d), Y0, 1.0, rtol=rtol, **FAST))
    return solve(jnp.asarray(DENSITIES), jnp.asarray([1e-3, 1e-4, 1e-5, 1e-6]))


@cache
def coefficients():
    return ef.solve(RHS, RHS.precompute(Conditions(temperature=10.0, density=2.0)), Y0, 1.0, **FAST)


def need(suffix: str):
    """Skip without the libraries of a kind of file."""
    for library in {".nc": ["xarray"], ".zarr": ["xarray", "zarr"]}.get(suffix, []):
        pytest.importorskip(library)


def assert_same(before: Trajectory, after: Trajectory):
    """Up to axes along which nothing varies."""
    own, other = before.origin, after.origin
    assert (own.network, own.digest) == (other.network, other.digest)
    assert (own.conditions is None) == (other.conditions is None)
    for old, new in zip(jax.tree.leaves(own), jax.tree.leaves(other), strict=True):
        assert np.broadcast_shapes(np.shape(old), np.shape(new), before.times.shape[:-1]) == before.times.shape[:-1]
        np.testing.assert_array_equal(*np.broadcast_arrays(old, new))


def test_one_solve():
    found = one().origin
    assert repr(found) == (
        "Origin(Conditions(temperature=10.0, density=2.0), t0=0.25, rtol=1e-05, atol=1e-12, network='decay', dims=())"
    )
    assert found.digest == NETWORK.digest and one().conditions is not None
    assert coefficients().conditions is None and coefficients().origin.network == "decay"


def test_grids_name_their_axes_and_every_array_has_them():
    assert product().origin.dims == ("temperature", "density")
    assert pairs().origin.dims == ("cell",)
    assert {jnp.shape(leaf) for leaf in jax.tree.leaves(product().origin)} == {(3, 4)}
    np.testing.assert_array_equal(jax.vmap(lambda row: row.conditions.density[0])(product()), [DENSITIES[0]] * 3)
    starts = jnp.asarray(DENSITIES)[:, None, None] * Y0
    both = ef.solve_grid(RHS, Conditions(temperature=TEMPERATURES, density=1.0), starts, 1.0, **FAST)
    assert both.origin.dims == ("cell_0", "temperature")


def test_transformations():
    batch = mapped()
    np.testing.assert_array_equal(batch.conditions.density, DENSITIES)
    solve = jax.jit(lambda d: ef.solve(RHS, Conditions(temperature=10.0, density=d), Y0, 1.0, **FAST))
    assert repr(solve(2.0).conditions) == "Conditions(temperature=10.0, density=2.0)"
    assert float(jax.jit(jax.grad(lambda d: solve(d).origin.conditions.density))(2.0)) == 1.0


@pytest.mark.parametrize("suffix", [".npz", ".nc", ".zarr"])
@pytest.mark.parametrize(
    "make",
    [one, product, lambda: product("density"), pairs, mapped, coefficients],
    ids=["one", "product", "densities", "pairs", "mapped", "coefficients"],
)
def test_files(tmp_path, suffix, make):
    need(suffix)
    before = make()
    before.save(tmp_path / f"x{suffix}")
    after = Trajectory.load(tmp_path / f"x{suffix}")
    assert_same(before, after)
    assert after.state == before.state and set(before.origin.dims) <= set(after.origin.dims)


@pytest.mark.parametrize("suffix", [".npz", ".nc"])
def test_files_without_an_origin(tmp_path, suffix):
    if suffix == ".nc":
        pytest.importorskip("xarray")
    dataclasses.replace(product(), origin=None).save(tmp_path / f"x{suffix}")
    after = Trajectory.load(tmp_path / f"x{suffix}")
    assert after.origin is None and after.conditions is None


@pytest.mark.parametrize("make", [product, lambda: product("density"), mapped], ids=["product", "densities", "mapped"])
def test_conditions_are_coordinates(make):
    pytest.importorskip("xarray")
    batch = make()
    axis = "n_H" if batch.state == "density" else "density"
    found = batch.to_xarray()[batch.state].sel({axis: 1.5, "species": "A", "time": 1.0})
    expected = batch.abundances[..., 2, -1, 0]
    np.testing.assert_array_equal(found.values, expected)
    if make is product:
        assert float(found.sel(temperature=20.0)) == float(expected[1])
        np.testing.assert_array_equal(found["temperature"], TEMPERATURES)


def test_attributes():
    pytest.importorskip("xarray")
    found = one().to_xarray()
    assert {"network": "decay", "digest": NETWORK.digest, "t0": 0.25, "rtol": 1e-5}.items() <= found.attrs.items()
    assert float(found["temperature"]) == 10.0 and found["temperature"].dims == ()
    assert pairs().to_xarray()["temperature"].dims == ("cell",)


def test_names_of_axes():
    pytest.importorskip("xarray")
    assert product().to_xarray(["a", "b"])["abundance"].dims == product().to_xarray("a", "b")["abundance"].dims
    assert product().to_xarray("a", "b")["temperature"].dims == ("a",)
    for names, message in [
        (("density", "temperature"), "temperature does not vary along the axis that is called 'temperature'"),
        (("a", "a"), "different names"),
        (("a", "time"), "different names, none of them .* time"),
        ((["a"],), "names for 1 batch axes"),
    ]:
        with pytest.raises(ValueError, match=message):
            product().to_xarray(*names)


def test_a_cell_of_a_batch():
    cell = product().cell(1, -1)
    assert repr(cell) == "Trajectory(3 species, 2 times)"
    assert repr(cell.conditions) == "Conditions(temperature=20.0, density=2.0)"
    assert cell.origin.dims == () and float(cell.final["A"]) == float(product().final["A"][1, 3])
    for index in [(), (0,), (3, 0), (0, 0, 0)]:
        with pytest.raises(IndexError, match=r"in a batch of shape \(3, 4\)"):
            product().cell(*index)
