"""Coefficients from a table: what numpy interpolates, in native solves, with derivatives, and in files."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse.rate_laws import Table

TEMPERATURES = np.array([10.0, 30.0, 200.0, 2000.0])
RATES = np.array([1e-12, 4e-12, 3e-12, 9e-12])
COLUMNS = np.array([1e15, 1e18, 1e20])
SHIELDED = np.array([[3e-11, 1e-12, 2e-14], [1e-12, 3e-14, 1e-15]])  # over the extinction and the column of H2


def _network() -> ef.Network:
    return ef.Network.from_reactions(
        ["C+ + e- -> C", "C -> C+ + e-", "H + H -> H2", "H2 -> H + H"],
        [
            Table({"temperature": TEMPERATURES}, RATES, log_values=True),
            Table({"av": [0.5, 2.0], "N(H2)": COLUMNS}, SHIELDED, log_values=True),
            Table({"user_grains": [0.5, 1.0, 2.0]}, [1e-17, 2e-17, 9e-17], log_axes=False, fixed=True),
            1e-14,
        ],
    )


NETWORK = _network()
RHS = ef.FusedRHS(NETWORK)
HERE = ef.Conditions(temperature=70.0, density=1e3, av=0.7, radius=1e18, parameters={"user_grains": 0.75})
START = NETWORK.abundances({"C+": 1e-4, "e-": 1e-4, "H": 0.9, "H2": 0.05})


def test_coefficients_are_those_that_numpy_interpolates():
    k = ef.FusedRHS(NETWORK).rate_coefficients(HERE, START)
    expected = np.exp(np.interp(np.log(70.0), np.log(TEMPERATURES), np.log(RATES)))
    column = 0.05 * 1e3 * 1e18
    rows = [np.interp(np.log(column), np.log(COLUMNS), np.log(row)) for row in SHIELDED]
    shielded = np.exp(np.interp(np.log(0.7), np.log([0.5, 2.0]), rows))
    np.testing.assert_allclose(k, [expected, shielded, 1.5e-17, 1e-14], rtol=1e-12)


def _end(values):
    own = eqx.tree_at(lambda r: r.table.laws[0].values, RHS, tuple(jnp.reshape(v, 1) for v in values))
    end = ef.solve(own, HERE, START, 3e3 * ef.YEAR, saveat=1, rtol=1e-9).abundances[0]
    return jnp.log(end[NETWORK.index("C")])


def test_native_steps_and_derivatives_with_respect_to_the_values():
    plain = ef.FusedRHS(NETWORK, backend="vectorized")
    ours, theirs = (ef.solve(r, HERE, START, 3e3 * ef.YEAR, saveat=1, rtol=1e-9) for r in (RHS, plain))
    np.testing.assert_allclose(ours.abundances, theirs.abundances, rtol=1e-8)
    slopes = jax.jit(jax.grad(_end))(jnp.asarray(RATES))
    step = 1e-3 * RATES[1]
    change = np.array([0.0, step, 0.0, 0.0])
    by_difference = (_end(jnp.asarray(RATES + change)) - _end(jnp.asarray(RATES - change))) / (2 * step)
    np.testing.assert_allclose(slopes[1], by_difference, rtol=1e-4)
    assert slopes[1] > 0.0 and slopes[2] > 0.0 and slopes[0] == slopes[3] == 0.0  # 70 K is between the two


def test_the_jacobian_knows_the_column():
    y = START.at[NETWORK.index("C")].set(1e-5)
    ours, exact = jax.jit(lambda y: (RHS.jacobian(0.0, y, HERE).todense(), jax.jacfwd(lambda y: RHS(0.0, y, HERE))(y)))(
        y
    )
    np.testing.assert_allclose(ours, exact, rtol=1e-10, atol=1e-30)
    assert exact[NETWORK.index("C"), NETWORK.index("H2")] != 0.0


def test_files_hold_tables(tmp_path):
    ef.write_network(NETWORK, tmp_path / "tables.json")
    again = ef.read_network(tmp_path / "tables.json")
    assert again == NETWORK
    text = (tmp_path / "tables.json").read_text()
    (tmp_path / "tables.json").write_text(text.replace("2000.0", "20.0", 1))
    with pytest.raises(ef.errors.NetworkFormatError, match="must be finite and ascend"):
        ef.read_network(tmp_path / "tables.json")


def test_what_is_no_table_of_coefficients():
    wrong: Any = (
        ("no quantity that rates depend on", {"pressure": [1.0, 2.0]}, [1.0, 1.0], {}),
        ("not negative, got -1", {"av": [1.0, 2.0]}, [-1.0, 1.0], {}),
        ("all above or all below 0", {"av": [1.0, 2.0]}, [0.0, 1.0], {"log_values": True}),
        ("one to three axes", {}, [], {}),
    )
    for match, axes, values, more in wrong:
        with pytest.raises(ValueError, match=match):
            Table(axes, values, **more)
