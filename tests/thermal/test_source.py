"""The text of gas that heats and cools: the same numbers as `FusedRHS`, without eqxfuse."""

import ast

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import thermal
from eqxfuse.errors import UnsupportedRateLaw

TEMPERATURES, COLUMNS = np.geomspace(10.0, 1e4, 4), np.geomspace(1e14, 1e18, 3)
PROCESSES = (
    thermal.IonisedCarbonLine(),
    thermal.H2Cooling(),
    thermal.ChemicalHeat(),
    thermal.Compression(),
    thermal.Expression("-2e-24*sqrt(Tgas)*n(idx_E)*n(idx_Cj)*user_boost", name="leak"),
    thermal.Table(
        {"temperature": TEMPERATURES, "N(C+)": COLUMNS},
        -1e-24 * np.sqrt(TEMPERATURES)[:, None] / (1.0 + COLUMNS / 1e16),
        times=("n(C+)", "density"),
        log_values=True,
        name="trapped",
    ),
)
NETWORK = ef.Network.from_reactions(
    ["C+ + e- -> C", "C -> C+ + e-", "H + H -> H2", "H2 -> H + H", "O -> O"],
    [4.67e-12, ef.rate_laws.Photo(3e-10, 3.0), 3e-17, ef.rate_laws.ShieldedH2(), 1e-15],
)
CLOUD = ef.Conditions(10.0, 300.0, av=0.5, compression_rate=1e-14, parameters={"user_boost": 3.0})

CLOUD_WITHOUT = ef.Conditions(10.0, 300.0, av=0.5)


def states() -> jax.Array:
    x = 10.0 ** np.random.default_rng(1).uniform(-6, 0, (5, len(NETWORK.species)))
    return jnp.append(jnp.asarray(x), jnp.geomspace(20.0, 2e4, 5)[:, None], axis=1)


@pytest.fixture(scope="module")
def text() -> str:
    return ef.CodeGenerator(NETWORK, "literal", PROCESSES).generate_code()


@pytest.fixture(scope="module")
def module(text) -> dict:
    imports = [ast.unparse(node) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert imports == ["from typing import NamedTuple", "import jax.numpy as jnp", "from jax import lax"]
    names: dict = {}
    exec(compile(text, "gas.py", "exec"), names)
    return names


@pytest.fixture(scope="module")
def rhs() -> ef.FusedRHS:
    return ef.FusedRHS(NETWORK, backend="vectorized", thermal=PROCESSES)


def test_the_text_gives_the_changes_of_species_and_temperature(module, rhs):
    found = jax.jit(jax.vmap(lambda y: module["static_ode"](0.0, y, CLOUD)))(states())
    expected = np.asarray(jax.jit(jax.vmap(lambda y: rhs(0.0, y, CLOUD)))(states()))
    gross = np.abs(expected) + np.array([1e-18] * len(NETWORK.species) + [0.0])  # of sums that cancel
    np.testing.assert_array_less(np.abs(found - expected), 1e-12 * gross)
    assert np.all(expected[:, -1] != 0.0)


def test_and_what_each_process_gives(module, rhs):
    found = jax.jit(jax.vmap(lambda y: module["heating"](y, CLOUD)))(states())
    expected = jax.jit(jax.vmap(lambda y: ef.energy_terms(rhs, CLOUD, y[:-1], y[-1])))(states())
    assert module["PROCESSES"] == tuple(p.name for p in PROCESSES)
    np.testing.assert_allclose(found, np.stack([expected[name] for name in module["PROCESSES"]], axis=1), rtol=1e-12)


def test_conditions_are_those_that_matter(module):
    fields = module["Conditions"]._fields
    assert fields[0] == "density" and {"av", "user_boost", "compression_rate", "cmb_temperature"} <= {*fields}
    assert "temperature" not in fields and "zeta" not in fields
    with pytest.raises(ValueError, match=r"y has shape \(6,\), expected \(7,\)"):
        module["static_ode"](0.0, jnp.ones(len(NETWORK.species)), CLOUD)


def test_single_precision_stays():
    ode = ef.compile_network(NETWORK, thermal.IonisedCarbonLine())
    y = states()[2]
    single = ode(0.0, y.astype(jnp.float32), CLOUD)
    assert single.dtype == jnp.float32
    np.testing.assert_allclose(single, ode(0.0, y, CLOUD), rtol=1e-4)


def _sorted(gas):
    return jnp.sort(gas.densities)[0]


def test_what_has_no_text_is_refused():
    with pytest.raises(UnsupportedRateLaw, match=r"Thermal\(_sorted.*operation sort"):
        ef.CodeGenerator(NETWORK, "literal", thermal.Custom(_sorted)).generate_code()


def test_of_no_process():
    ode = ef.compile_network(NETWORK, ())
    y = states()[0]
    expected = ef.FusedRHS(NETWORK, backend="vectorized", thermal=())(0.0, y, CLOUD_WITHOUT)
    np.testing.assert_allclose(ode(0.0, y, CLOUD)[-1], expected[-1], rtol=1e-12)


def test_coefficients_as_arguments():
    """The second function is dT/dt of arrays."""
    names: dict = {}
    exec(ef.CodeGenerator(NETWORK, thermal=thermal.IonisedCarbonLine()).generate_code(), names)
    alone = ef.FusedRHS(NETWORK, backend="vectorized", thermal=thermal.IonisedCarbonLine())
    y = states()[3]
    changes = alone(0.0, y, CLOUD_WITHOUT)
    k = alone.isothermal.effective_coefficients(0.0, y[:-1], CLOUD_WITHOUT.at_temperature(y[-1]))
    fields = CLOUD_WITHOUT.at_temperature(y[-1]).vector()
    found = names["energy"](y, k, changes[:-1], fields, jnp.zeros(1))
    np.testing.assert_allclose(found[0], changes[-1], rtol=1e-12)
    assert set(names) >= {"rhs", "energy"}
