"""Networks with heating and cooling in mind, reached by their names on the command line."""

import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse._cli.main import main

NAMES = ["interstellar", "primordial_collapse"]


@pytest.mark.parametrize("name", NAMES)
def test_inspect_and_compare(name, capsys):
    network = getattr(ef.networks, name)()
    assert main(["inspect", name]) == 0
    assert repr(network) in capsys.readouterr().out
    assert main(["compare", "primordial", name, "--temperature", "100"]) == 1
    assert repr(network) in capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_text_that_needs_jax_alone(name, tmp_path):
    path = tmp_path / "ode.py"
    assert main(["source", name, "--standalone", "--out", str(path)]) == 0
    assert "eqxfuse" not in path.read_text()
    module: dict = {}
    exec(compile(path.read_text(), str(path), "exec"), module)
    network = getattr(ef.networks, name)()
    y = jnp.asarray(10.0 ** np.random.default_rng(1).uniform(-9, -1, len(network.species)))
    conditions = ef.Conditions(temperature=700.0, density=1e4, av=0.5, zeta=2e-16)
    expected = np.asarray(ef.FusedRHS(network, backend="vectorized")(0.0, y, conditions))
    own = np.asarray(module["static_ode"](0.0, y, conditions))
    np.testing.assert_allclose(own, expected, rtol=1e-9, atol=1e-12 * np.abs(expected).max())
