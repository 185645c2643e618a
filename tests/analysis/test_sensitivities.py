import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.tree_util import Partial

import eqxfuse as ef
from eqxfuse.errors import UnknownSpecies

HERE = ef.Conditions(temperature=10.0, density=1.0)
FAST = diffrax.Tsit5()
"""The networks below are not stiff: it compiles in a third of the time."""
K1, K2, END = 0.3, 1.1, 2.0


@pytest.fixture(scope="module")
def chain():
    return ef.FusedRHS(ef.Network.from_reactions(["A -> B", "B -> C", "C + A -> D"], [K1, K2, 0.0]))


@pytest.fixture(scope="module")
def found(chain):
    y0 = chain.network.abundances({"A": 1.0})
    return ef.sensitivities(chain, HERE, y0, END, ["A", "B"], rtol=1e-8, atol=1e-14, solver=FAST)


def amount_of_b(k1, k2):
    return k1 / (k2 - k1) * (np.exp(-k1 * END) - np.exp(-k2 * END))


def test_closed_forms(found):
    h = 1e-6
    slope1 = K1 * (amount_of_b(K1 + h, K2) - amount_of_b(K1 - h, K2)) / (2 * h) / amount_of_b(K1, K2)
    slope2 = K2 * (amount_of_b(K1, K2 + h) - amount_of_b(K1, K2 - h)) / (2 * h) / amount_of_b(K1, K2)
    np.testing.assert_allclose(found.values, [[-K1 * END, 0, 0], [slope1, slope2, 0]], rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(found.abundances, [np.exp(-K1 * END), amount_of_b(K1, K2)], rtol=1e-7)


def test_a_start_by_names(chain, found):
    again = ef.sensitivities(chain, HERE, {"A": 1.0}, END, ["A", "B"], rtol=1e-8, atol=1e-14, solver=FAST)
    np.testing.assert_array_equal(again.values, found.values)


def test_ranking(found):
    assert [(row.reaction, row.equation) for row in found.top(2, "B")] == [(1, "B -> C"), (0, "A -> B")]
    assert found.top(1) == found.top(1, "A")
    np.testing.assert_array_equal(found.of("B"), found.values[1])
    with pytest.raises(ValueError, match="known for A, B, not for 'C'"):
        found.of("C")


def test_a_table(found):
    lines = repr(found).splitlines()
    assert lines[0] == f"d ln x(A) / d ln k at the end, where x = {np.exp(-K1 * END):.3e}"
    assert lines[1] == "   -0.6000  A -> B" and len(lines) == 8


def test_bars(found):
    figure = pytest.importorskip("matplotlib.figure")
    ax = found.plot(2, "B", figure.Figure().add_subplot())
    np.testing.assert_allclose([bar.get_width() for bar in ax.patches], [row.value for row in found.top(2, "B")])
    assert "(B)" in ax.get_xlabel()


def test_faster_reactions_are_like_more_time():
    """Multiplying every coefficient scales the time: the sum over reactions is d ln x / d ln t."""
    rhs = ef.FusedRHS(ef.networks.robertson())
    y0 = rhs.network.abundances({"A": 1.0})
    names = rhs.network.species_names
    options = {"rtol": 1e-8, "atol": 1e-12}
    got = ef.sensitivities(rhs, HERE, y0, 40.0, names, **options)
    slope = rhs(0.0, got.abundances, HERE) * 40.0 / got.abundances
    np.testing.assert_allclose(got.values.sum(axis=-1), slope, rtol=2e-4)


def test_a_batch_with_coefficients_that_are_a_function_of_time(chain):
    y0 = chain.network.abundances({"A": 1.0})

    @jax.jit
    @jax.vmap
    def of_a(factor):
        k = eqx.tree_at(lambda c: c.k, chain.precompute(HERE), jnp.array([K1, K2, 0.0]) * factor)
        return ef.sensitivities(chain, Partial(lambda k, t: k, k), y0, END, "A", rtol=1e-8, atol=1e-14, solver=FAST)

    batch = of_a(jnp.array([1.0, 2.0]))
    np.testing.assert_allclose(batch.of("A")[:, 0], [-K1 * END, -2 * K1 * END], rtol=1e-6)
    assert repr(batch) == "Sensitivities(A; (2, 1, 3))"
    with pytest.raises(ValueError, match="batch of shape"):
        batch.top()


def test_a_species_that_is_not_there(chain):
    with pytest.raises(UnknownSpecies):
        ef.sensitivities(chain, HERE, chain.network.abundances({"A": 1.0}), END, "Q")
