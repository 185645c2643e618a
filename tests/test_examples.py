"""The examples run and say something sensible."""

import ctypes
import runpy
import shutil
import subprocess
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import ir
from tests.helpers import assert_rounding, random_state

EXAMPLES = Path(__file__).parents[1] / "examples"


def example(name):
    return runpy.run_path(str(EXAMPLES / f"{name}.py"))


def axes():
    figure = pytest.importorskip("matplotlib.figure")
    return figure.Figure().add_subplot()


def test_every_example_has_a_test():
    tests = {name[5:] for name in globals() if name.startswith("test_")}
    assert {path.stem for path in EXAMPLES.glob("*.py")} <= tests


def test_temperature_grid():
    grid = example("temperature_grid")
    temperatures = jnp.array([10.0, 20.0])
    rows = grid["abundances"](temperatures)
    assert rows.shape == (2, len(grid["SPECIES"]))
    assert ((rows[:, 0] > 5e-5) & (rows[:, 0] < 1.5e-4)).all()
    ax = axes()
    grid["draw"](temperatures, rows, ax)
    assert "[K]" in ax.get_xlabel() and len(ax.get_lines()) == 3


def test_depletion():
    depletion = example("depletion")
    densities = jnp.array([1e3, 1e4, 1e6])
    left = np.asarray(depletion["left_in_gas"](densities))
    landing = 8.1905e-22 * np.sqrt(8 * 1.380649e-16 * 10.0 / (np.pi * 28 * 1.66054e-24)) * densities
    np.testing.assert_allclose(left[0], np.exp(-landing[0] * 1e5 * ef.YEAR), rtol=0.02)  # nothing comes back yet
    assert 1.0 > left[0] > left[1] > left[2] > 0.0
    ax = axes()
    depletion["draw"](densities, left, ax)
    assert "CO" in ax.get_ylabel()


def test_sensitivity_of_co():
    found = example("sensitivity_of_co")["sensitivities"]()
    assert {"H2 + C -> CH2", "H2 -> H2+ + e-"} <= {row.equation for row in found.top(3)}
    assert len(found.plot(12, ax=axes()).patches) == 12


def test_fit_observations():
    fitting = example("fit_observations")
    model = fitting["make_model"]()
    truth = jnp.log10(jnp.array([15.0, 3e-17]))
    path = fitting["fit"](model, model(truth), jnp.log10(jnp.array([25.0, 1e-17])), steps=6)
    np.testing.assert_allclose(10.0 ** path[-1], [15.0, 3e-17], rtol=0.01)


def test_mixed_slab():
    slab = example("mixed_slab")
    av = jnp.linspace(0.0, 8.0, 5)
    y = slab["evolve"](1e23, av, steps=3)
    assert y.shape == (5, 3) and bool((y > 0).all())
    own = slab["MixedSlab"](ef.networks.robertson(), av, 1e4, 1e23, 1e12)
    mode = np.cos(np.pi * (np.arange(5) + 0.5) / 5)  # of reflecting walls
    decay = (2 * np.sin(np.pi / 10) / (2.0 * slab["COLUMN"] / 1e4)) ** 2 * 1e23 * 0.5e12
    np.testing.assert_allclose(own.half_mixing @ mode, np.exp(-decay) * mode, atol=1e-13)
    np.testing.assert_allclose(own.half_mixing @ np.ones(5), 1.0, rtol=1e-12)


def test_add_rate_law():
    law = example("add_rate_law")
    rhs = ef.FusedRHS(law["with_attenuation"](ef.networks.dark_cloud(), slope=0.5), backend="vectorized")
    cloud = ef.Conditions(temperature=10.0, density=1e4, zeta=2e-17, av=3.0)
    equations = [reaction.equation for reaction in rhs.network.reactions]
    k = rhs.rate_coefficients(cloud)[equations.index("H2 -> H2+ + e-")]
    assert float(k) == pytest.approx(0.9 * 2e-17 / 2)
    value, change = law["ions_and_change"](rhs, 3.0)
    assert float(change) < 0 < float(value)


def test_add_output_backend(tmp_path):
    network = ef.networks.dark_cloud()
    source = example("add_output_backend")["c_source"](ir.lower_rhs(network))
    assert "/* H2 + C -> CH2 */" in source
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    (tmp_path / "rhs.c").write_text(source)
    library = tmp_path / "rhs.so"
    subprocess.run(
        [compiler, "-O1", "-Wall", "-Werror", "-shared", "-fPIC", tmp_path / "rhs.c", "-o", library], check=True
    )
    y, k = random_state(network)
    dy = np.empty_like(y)
    pointers = [a.ctypes.data_as(ctypes.POINTER(ctypes.c_double)) for a in (y, k, dy)]
    ctypes.CDLL(str(library)).rhs(*pointers)
    assert_rounding(dy, network, y, k)


def test_float32_batches():
    nanoseconds, error = example("float32_batches")["compare"](200)
    assert len(nanoseconds) == 2 and 0 < error < 1e-5


def test_colliding_flows():
    flows = example("colliding_flows")

    def compressed(speed):
        density, x, _ = flows["colliding_flows"](16, 20, speed)
        return density.max(), (density, x)

    slope, (density, x) = jax.jit(jax.grad(compressed, has_aux=True))(flows["SPEED"])
    network, start = flows["NETWORK"], flows["START"]
    assert density.mean() == pytest.approx(flows["DENSITY"], rel=1e-12)
    held = (network.composition @ (x * density[:, None]).T).mean(axis=1)
    np.testing.assert_allclose(held, network.composition @ start * flows["DENSITY"], rtol=1e-6, atol=1e-8)
    carbon_monoxide = x[:, network.index("CO")]
    assert density[7] > 2.0 * flows["DENSITY"] and jnp.argmax(carbon_monoxide) in (7, 8)
    assert slope > 0


def test_hot_core():
    core = example("hot_core")
    trajectories, histories = core["warmed"](jnp.array([5.0, 60.0]))
    left = dict(zip(core["ICE"], core["temperatures_of_departure"](trajectories, histories), strict=True))
    assert sorted(left, key=lambda name: float(left[name][0])) == sorted(core["BOUND"], key=core["BOUND"].get)
    assert all(low < left[name][0] < high for name, low, high in (("CO", 20.0, 30.0), ("H2O", 100.0, 120.0)))
    assert (left["H2O"][1] > left["H2O"][0]) and trajectories.succeeded.all()  # the faster, the hotter


def test_shock():
    shock = example("shock")
    trajectories, histories = shock["shocked"](jnp.array([10.0, 25.0]))
    water = trajectories.abundance("H2O")[:, -1]
    assert water[0] < 1e-6 < 9e-5 < water[1] < 1.001e-4  # 320 K are not enough, and 1200 K are
    assert len(histories.cells) == 2 and float(histories.conditions.temperature[1].max()) > 1000.0


def test_photodissociation_region():
    cloud = example("photodissociation_region")["edge"](depths=12)
    assert 0.1 < cloud.crossing("H", "H2") < 0.6 < cloud.crossing("C+", "C") < 1.5 < cloud.crossing("C", "CO") < 3.0


def test_sample_posterior():
    """Within a few of its widths the posterior holds the truth, and it is much narrower than the prior."""
    pytest.importorskip("numpyro", reason="samples with numpyro, which is not installed")
    posterior = example("sample_posterior")
    model = posterior["make_model"]()
    truth = {"log10_zeta": -16.3, "av": 2.5, "temperature": 30.0}
    with jax.numpy_dtype_promotion("standard"):  # numpyro mixes integers with floats
        found = posterior["sample"](model, jax.jit(model)(**truth), draws=40, warmup=40)
    for name, draws in found.items():
        assert draws.shape == (2, 40)
        low, high = np.percentile(draws, [1.0, 99.0])
        assert low < truth[name] < high
    low, high = posterior["RANGES"]["log10_zeta"]
    assert 0.0 < found["log10_zeta"].std() < 0.1 * (high - low) / np.sqrt(12.0)
    assert found["av"].std() < 0.1


def test_neural_correction():
    correction = example("neural_correction")
    observed = correction["evolve"](correction["hidden"], correction["STARTS"])
    start = correction["Corrected"](correction["NETWORK"], jax.random.key(0))
    model, losses = correction["train"](start, observed)
    assert losses[-1] < 1e-3 * losses[0]
    for amount in (0.3, 0.5):
        learnt = jax.nn.softplus(model.rate(jnp.array([amount])))
        assert float(learnt) == pytest.approx(1.0 / (1.0 + 4.0 * amount), rel=0.1)
    for before, after in zip(jax.tree.leaves(start.rhs.table), jax.tree.leaves(model.rhs.table), strict=True):
        np.testing.assert_array_equal(after, before)
