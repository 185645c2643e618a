"""Every kind of state, dtype and direction of time."""

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Rodas4, Rodas5P
from eqxfuse._solvers.system import flatten
from tests.solvers.problems import driven, driven_solution, integrate, logistic, logistic_solution


class WithJacobian(eqx.Module):
    """`driven`, with its Jacobian."""

    def __call__(self, t, y, args):
        return driven(t, y, args)

    def jacobian(self, t, y, args):
        a, b = y
        return jnp.stack([jnp.stack([b, a + t]), jnp.stack([-(1 + t) / a, jnp.zeros_like(a)])])


def test_a_vector_is_taken_as_it_stands():
    y = jnp.arange(3.0)
    flat, back = flatten(y)
    assert flat is y
    assert back(flat) is flat


@pytest.mark.parametrize(
    "state",
    [
        jnp.asarray(2.0),
        jnp.arange(6.0).reshape(2, 3),
        {"a": jnp.arange(2.0), "b": (jnp.asarray(3.0), jnp.ones((2, 2)))},
        jnp.array([1.0 + 2.0j, 3.0 - 1.0j]),
        {"z": jnp.array([[1.0j]]), "x": jnp.array([2.0 + 0.5j])},
    ],
)
def test_flattening_goes_both_ways(state):
    flat, back = flatten(state)
    assert flat.ndim == 1
    assert flat.dtype == jnp.float64
    assert eqx.tree_equal(back(flat), state)


def test_a_tree_gives_what_the_vector_gives():
    solver = Rodas5P()
    times = diffrax.SaveAt(ts=jnp.linspace(0.0, 2.0, 7))

    def on_a_tree(t, y, args):
        a, b = driven(t, jnp.stack([y["a"], y["rest"][0][0, 0]]), args)
        return {"a": a, "rest": (b.reshape(1, 1),)}

    vector = integrate(driven, solver, driven_solution(0.0), 2.0, saveat=times)
    start = {"a": jnp.asarray(1.0), "rest": (jnp.ones((1, 1)),)}
    tree = integrate(on_a_tree, solver, start, 2.0, saveat=times)
    assert int(tree.stats["num_steps"]) == int(vector.stats["num_steps"])
    assert jnp.allclose(tree.ys["a"], vector.ys[:, 0], rtol=1e-12)
    assert jnp.allclose(tree.ys["rest"][0][:, 0, 0], vector.ys[:, 1], rtol=1e-12, atol=1e-12)


@pytest.mark.filterwarnings("ignore:Complex dtype support in Diffrax")
def test_complex_numbers():
    """y' = (2i + 1 - |y|^2) y goes round the unit circle; it is not holomorphic."""

    def vector_field(t, y, args):
        return (1 + 2j - jnp.square(jnp.abs(y)).astype(y.dtype)) * y

    end = integrate(vector_field, Rodas4(), jnp.array([1.0 + 0.0j]), 1.5, rtol=1e-8, atol=1e-10).ys[-1, 0]
    assert complex(end) == pytest.approx(np.exp(3j), abs=1e-6)


@pytest.mark.parametrize(
    ("solver", "vector_field"), [(Rodas5P(), driven), (Rodas4(), WithJacobian())], ids=["jacfwd", "analytic"]
)
def test_backwards_in_time(solver, vector_field):
    end = integrate(vector_field, solver, driven_solution(2.0), -0.5, t0=2.0, rtol=1e-9, atol=1e-9).ys[-1]
    assert jnp.allclose(end, driven_solution(-0.5), rtol=0, atol=1e-7)


def test_single_precision():
    times = (jnp.float32(0.0), jnp.float32(2.0))
    solution = integrate(
        logistic, Rodas5P(), jnp.array([0.1], jnp.float32), times[1], t0=times[0], args=jnp.float32(3.0),
        rtol=jnp.float32(1e-4), atol=jnp.float32(1e-6), saveat=diffrax.SaveAt(ts=jnp.linspace(*times, 5)),
    )  # fmt: skip
    assert solution.ys.dtype == jnp.float32
    assert jnp.allclose(solution.ys[:, 0], logistic_solution(solution.ts, 0.1, 3.0), atol=1e-4)


def test_mapped_over_starts_and_parameters():
    starts, rates = jnp.array([0.1, 0.5, 0.9]), jnp.array([1.0, 30.0, 1000.0])

    def end(y0, rate):
        return integrate(logistic, Rodas4(), y0[None], 2.0, args=rate).ys[-1, 0]

    together = jax.jit(jax.vmap(end))(starts, rates)
    assert jnp.allclose(together, jnp.stack([end(*pair) for pair in zip(starts, rates, strict=True)]), rtol=1e-9)
    assert jnp.allclose(together, logistic_solution(2.0, starts, rates), atol=1e-5)
