import hashlib
import os
import subprocess
import sys
from pathlib import Path

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import eqxfuse as ef
from eqxfuse import Conditions, Outcome
from eqxfuse._solve.grid import blocks
from eqxfuse._solve.grid.cells import work_order

FAST = {"solver": diffrax.Tsit5(), "saveat": 1}
DENSITIES = np.linspace(0.5, 5.0, 10)  # more than a block, as nearly everywhere here: compiles once


@pytest.fixture(scope="module")
def decay():
    """A falls with the density as its rate, so that every cell is known exactly."""
    network = ef.Network.from_reactions(["A + M -> B + M"], [1.0])
    return ef.FusedRHS(network), network.abundances({"A": 1.0, "M": 1.0})


def cloud(density=DENSITIES, temperature=1.0):
    return Conditions(temperature=temperature, density=density)


def assert_equal(one, other):
    for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


def test_cells_come_back_in_their_places(decay):
    rhs, y0 = decay
    shuffled = np.random.default_rng(0).permutation(np.linspace(0.1, 5.0, 41))
    found = ef.solve_grid(rhs, cloud(shuffled), y0, 1.0, **FAST)
    np.testing.assert_allclose(found.final["A"], np.exp(-shuffled), rtol=1e-4)
    assert found.abundances.shape == (41, 1, 3) and found.times.shape == (41, 1)
    assert bool(found.succeeded.all())


def test_the_same_as_vmap_of_solve():
    rhs = ef.FusedRHS(ef.networks.robertson())
    y0 = rhs.network.abundances({"A": 1.0})
    temperatures = np.linspace(10.0, 20.0, 11)
    found = ef.solve_grid(rhs, cloud(1.0, temperatures), y0, 40.0, saveat=3)
    expected = jax.vmap(lambda t: ef.solve(rhs, cloud(1.0, t), y0, 40.0, saveat=3))(jnp.asarray(temperatures))
    np.testing.assert_allclose(found.abundances, expected.abundances, rtol=1e-9)
    np.testing.assert_array_equal(found.statistics["steps"], expected.statistics["steps"])
    assert repr(found) == repr(expected)


def test_axes_are_broadcast(decay):
    rhs, y0 = decay
    amounts = np.array([1.0, 0.5])[:, None, None, None] * np.asarray(y0)
    found = ef.solve_grid(rhs, cloud(DENSITIES, np.array([[1.0], [2.0], [3.0]])), amounts, 1.0, **FAST)
    assert found.final["A"].shape == (2, 3, 10)
    decayed = np.exp(-DENSITIES * np.array([1.0, 0.5])[:, None])  # M halves with the rest
    expected = np.broadcast_to((np.array([1.0, 0.5])[:, None] * decayed)[:, None], (2, 3, 10))
    np.testing.assert_allclose(found.final["A"], expected, rtol=1e-4)


def test_every_form_of_conditions(decay):
    rhs, y0 = decay
    expected = np.exp(-DENSITIES)
    k = ef.RateCoefficients(jnp.asarray(DENSITIES)[:, None])
    np.testing.assert_allclose(ef.solve_grid(rhs, k, y0, 1.0, **FAST).final["A"], expected, rtol=1e-4)
    starts = np.asarray(y0) * np.linspace(0.1, 1.0, 10)[:, None]
    bound = ef.solve_grid(rhs.at(cloud(1.0)), None, starts, 1.0, **FAST)
    np.testing.assert_allclose(bound.final["A"], starts.max(1) * np.exp(-starts.max(1)), rtol=1e-4)


@pytest.mark.parametrize("density", [2.0, np.array([2.0]), np.full((1, 1), 2.0)])
def test_a_grid_of_one_cell(decay, density):
    rhs, y0 = decay
    found = ef.solve_grid(rhs, cloud(density), y0, 1.0, **FAST)
    assert found.final["A"].shape == np.shape(density)
    np.testing.assert_allclose(found.final["A"], np.exp(-2), rtol=1e-4)


def test_the_number_of_threads_changes_no_bit(decay, monkeypatch):
    rhs, y0 = decay
    grids = []
    for threads in (1, 3):
        monkeypatch.setattr(blocks, "cores", lambda threads=threads: threads)
        grids.append(ef.solve_grid(rhs, cloud(np.linspace(0.1, 5.0, 50)), y0, 1.0, **FAST))
    assert_equal(*grids)


def test_single_precision(decay):
    rhs, y0 = decay
    found = ef.solve_grid(rhs, cloud(), np.asarray(y0, np.float32), 1.0, rtol=1e-3, **FAST)
    assert found.abundances.dtype == jnp.float32
    np.testing.assert_allclose(found.final["A"], np.exp(-DENSITIES), rtol=1e-2)


def test_failed_cells_leave_the_others_alone(decay):
    rhs, y0 = decay
    densities = np.array([0.1, 1e6, *np.linspace(0.2, 1.0, 8)])
    found = ef.solve_grid(rhs, cloud(densities), y0, 1.0, max_steps=50, throw=False, **FAST)
    assert repr(found) == "Trajectory(batch of 10, 3 species, 1 times, 1 failed)"
    np.testing.assert_array_equal(found.succeeded, densities < 1e6)
    np.testing.assert_array_equal(found.result == Outcome.max_steps_reached, densities == 1e6)
    np.testing.assert_allclose(found.final["A"][2:], np.exp(-densities[2:]), rtol=1e-4)
    with pytest.raises(RuntimeError, match=r"1 of 10 cells failed, first cell \(1,\): .*max_steps"):
        ef.solve_grid(rhs, cloud(densities), y0, 1.0, max_steps=50, throw=True, **FAST)
    with pytest.warns(
        UserWarning, match=r"1 of 10 cells failed, first cell \(1,\): .*max_steps.* are nan.*throw=False"
    ):
        ef.solve_grid(rhs, cloud(densities), y0, 1.0, max_steps=50, **FAST)


@pytest.mark.parametrize(
    ("conditions", "options", "message"),
    [
        (cloud(np.array([1.0, np.nan])), {}, r"Conditions.density must be finite and positive, got nan at \(1,\)"),
        (cloud(np.array([[1.0, 0.0]])), {}, r"density must be finite and positive, got 0.0 at \(0, 1\)"),
        (Conditions(temperature=1.0, density=1.0, av=np.array([-1.0])), {}, "av must be finite and zero or more"),
        (cloud(np.ones(3), np.ones(2)), {}, "do not fit together"),
        (cloud(np.ones(0)), {}, "no cells"),
        (ef.RateCoefficients(jnp.ones((4, 2))), {}, "axis of 1 reactions"),
        (cloud(), {"t1": 0.0}, "t1 must be larger"),
        (cloud(), {"t1": np.inf}, "t1 must be larger than t0 and finite"),
        (cloud(), {"rtol": -1.0}, "rtol must be"),
        (cloud(), {"saveat": 0}, "saveat must be"),
        (cloud(), {"y0": np.ones(2)}, r"3 species, got shape \(2,\)"),
        (cloud(), {"y0": np.array([[1.0, 0, 1], [1.0, np.nan, 1]])}, r"y0 .* not finite, first in cell \(1,\)"),
        (
            cloud(),
            {"y0": np.array([[1.0, 0, 1], [1.0, -1e-4, 1]])},
            r"not be negative, got -0.0001 of M in cell \(1,\)",
        ),
        (cloud(), {"block": 0}, "block must be"),
    ],
)
def test_mistakes_are_named(decay, conditions, options, message):
    rhs, y0 = decay
    given_ = {"conditions": conditions, "y0": y0, "t1": 1.0, **options}
    with pytest.raises(ValueError, match=message):
        ef.solve_grid(rhs, **given_)


def test_what_it_does_not_take(decay):
    rhs, y0 = decay
    with pytest.raises(TypeError, match="Conditions, a History, RateCoefficients or None, got function"):
        ef.solve_grid(rhs, lambda t: cloud(), y0, 1.0)
    with pytest.raises(TypeError, match="vmap"):
        jax.jit(lambda density: ef.solve_grid(rhs, cloud(density), y0, 1.0))(jnp.asarray(DENSITIES))


@given(st.integers(1, 70), st.integers(1, 9), st.integers(0, 3), st.integers(0, 100))
def test_an_order_holds_every_cell_once(cells, block, features, seed):
    values = np.random.default_rng(seed).normal(size=(cells, features))
    assert sorted(work_order(values, block)) == list(range(cells))


def test_blocks_hold_neighbours():
    x, y = np.meshgrid(np.arange(8.0), np.arange(8.0))
    cells = np.random.default_rng(0).permutation(np.stack([x.ravel(), y.ravel()], 1))
    blocks = cells[work_order(cells, 4)].reshape(16, 4, 2)
    assert (np.ptp(blocks, axis=1) == 1).all()  # squares of 2 by 2


SPREAD = np.linspace(0.1, 5.0, 53)
CODE = """
import hashlib, sys
import jax, numpy as np
jax.config.update("jax_enable_x64", True)
if len(sys.argv) > 1:
    jax.distributed.initialize(sys.argv[1], 2, int(sys.argv[2]))
import diffrax, eqxfuse as ef
rhs = ef.FusedRHS(ef.Network.from_reactions(["A + M -> B + M"], [1.0]))
y0 = rhs.network.abundances({"A": 1.0, "M": 1.0})
cloud = ef.Conditions(temperature=1.0, density=np.linspace(0.1, 5.0, 53))
mesh = jax.sharding.Mesh(np.array(jax.devices()).reshape(2, -1), ("a", "b"))
options = {"solver": diffrax.Tsit5(), "saveat": 2}
spread = ef.solve_grid(rhs, cloud, y0, 1.0, mesh=mesh, **options)
print(hashlib.sha256(b"".join(np.asarray(a).tobytes() for a in jax.tree.leaves(spread))).hexdigest(), mesh.size)
"""


def alone(decay):
    """The bits of the same grid without a mesh."""
    rhs, y0 = decay
    found = ef.solve_grid(rhs, cloud(SPREAD), y0, 1.0, solver=diffrax.Tsit5(), saveat=2)
    np.testing.assert_allclose(found.final["A"], np.exp(-SPREAD), rtol=1e-4)
    assert bool(found.succeeded.all())
    return hashlib.sha256(b"".join(np.asarray(a).tobytes() for a in jax.tree.leaves(found))).hexdigest()


def start(*arguments, devices=1):
    root = str(Path(__file__).parents[1])
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={devices}"
    environment = {**os.environ, "PYTHONPATH": root, "XLA_FLAGS": flags}
    command = [sys.executable, "-c", CODE, *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, text=True, env=environment, **pipes)


def finish(*processes):
    """The last lines that they print; no process is left behind."""
    try:
        done = [process.communicate(timeout=240) for process in processes]
    finally:
        for process in processes:
            process.kill()
    for process, (_, errors) in zip(processes, done, strict=True):
        assert process.returncode == 0, errors[-3000:]
    return [output.splitlines()[-1] for output, _ in done]


def test_a_mesh_of_devices_changes_no_bit(decay):
    assert finish(start(devices=4)) == [f"{alone(decay)} 4"]


def test_two_processes(decay):
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    assert finish(start(address, 0), start(address, 1)) == [f"{alone(decay)} 2"] * 2
