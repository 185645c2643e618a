"""What may stand for a state: an array, a list, a dict; and what may not."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef

HERE = ef.Conditions(temperature=10.0, density=2.0)
AMOUNTS = {"A": 0.25, "B": 0.5}
FORMS = {
    "dict": AMOUNTS,
    "numbers of other kinds": {"A": np.float32(0.25), "B": jnp.asarray(0.5)},
    "list": [0.25, 0.5],
    "tuple": (0.25, 0.5),
    "NumPy": np.array([0.25, 0.5]),
    "JAX": jnp.array([0.25, 0.5]),
}


@pytest.fixture(scope="module")
def rhs():
    return ef.FusedRHS(ef.Network.from_reactions(["A + A -> B", "B -> A"], [3.0, 5.0]), backend="vectorized")


@pytest.fixture(scope="module")
def result(rhs):
    return ef.solve(rhs, HERE, rhs.network.abundances(AMOUNTS), 1.0, saveat=2)


@pytest.mark.parametrize("form", FORMS)
def test_every_form(rhs, form):
    y = FORMS[form]
    np.testing.assert_array_equal(rhs(0.0, y, HERE), [2.5 - 0.75, 0.375 - 2.5])
    np.testing.assert_array_equal(rhs.jacobian(0.0, y, HERE).todense(), [[-6.0, 5.0], [3.0, -5.0]])
    np.testing.assert_array_equal(ef.fluxes(rhs, HERE, y), [0.375, 2.5])
    np.testing.assert_allclose(ef.timescales(rhs, HERE, y), [0.25 / 0.75, 0.2], rtol=1e-15)
    assert ef.budget(rhs, HERE, y, "A").net == 2.5 - 0.75


@pytest.mark.parametrize("y", [[1, 0], np.array([1, 0]), {"A": 1}])
def test_whole_numbers(rhs, y):
    np.testing.assert_array_equal(rhs(0.0, y, HERE), [-12.0, 6.0])


def test_abundances_that_are_traced(rhs):
    slope = jax.jit(jax.grad(lambda a: rhs(0.0, {"A": a, "B": 0.5}, HERE)[1]))
    assert float(slope(0.25)) == 3.0


def test_a_trajectory_is_many_states(rhs, result):
    for call in (
        lambda y: rhs(0.0, y, HERE),
        lambda y: ef.fluxes(rhs, HERE, y),
        lambda y: ef.budget(rhs, HERE, y, "A"),
    ):
        with pytest.raises(TypeError, match=r"got Trajectory\(2 species, 2 times\); .* trajectory.at\(time\)"):
            call(result)
    assert ef.budget(rhs, HERE, result.at(1.0), "A").amount == result.final["A"]


@pytest.mark.parametrize("y", ["A", None, ["A", "B"], np.array(["A", "B"]), [[1.0], [1.0, 2.0]], {0.25, 0.5}])
def test_what_is_no_state(rhs, y):
    with pytest.raises(TypeError, match=r"y must be numbers \[species\] or a dict of them by name, got"):
        rhs(0.0, y, HERE)


@pytest.mark.parametrize("value", ["0.5", None, [0.25, 0.5], np.ones(2)])
def test_what_is_no_abundance(rhs, value):
    with pytest.raises(TypeError, match="the abundance of A must be one number, got"):
        rhs.network.abundances({"A": value})


def test_a_budget_is_that_of_one_state(rhs, result):
    with pytest.raises(ValueError, match=r"one state \[species\], got shape \(2, 2\)"):
        ef.budget(rhs, HERE, result.abundances, "A")
    with pytest.raises(TypeError, match="use fluxes"):
        jax.jit(lambda y: ef.budget(rhs, HERE, y, "A").net)(result.initial)
