"""Derivatives of programs against differences, and against each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqxfuse import networks
from eqxfuse._program.derivative import forward_program, reverse_program
from eqxfuse._program.reference import evaluate
from eqxfuse.ir import Load, Ref, lower_rhs
from tests.program.programs import product, program, total
from tests.program.random_programs import random_inputs, random_programs

ACTIVE = [(0,), (1,), (0, 1)]


def run(program, *arrays):
    return evaluate(program, {a.name: v for a, v in zip(program.inputs, arrays, strict=True)})


@settings(max_examples=100, deadline=None)
@given(random_programs(statements=15, length=5), st.sampled_from(ACTIVE))
def test_forward_is_the_limit_of_differences(program, active):
    """In 80 bits, with an error that shrinks with the square of the step."""
    arrays, tangents = random_inputs(program), random_inputs(program, seed=1)
    derivative = run(forward_program(program, active), *arrays, *(tangents[i] for i in active))

    def moved(h):
        steps = [h * np.asarray(t, np.longdouble) * (i in active) for i, t in enumerate(tangents)]
        return run(program, *(a + s for a, s in zip(arrays, steps, strict=True)))

    sizes = [np.abs((moved(h) - moved(-h)) / (2 * np.longdouble(h)) - derivative) for h in (1e-4, 1e-5)]
    scale = np.abs(moved(0.0)) + np.abs(derivative) + 1
    assert np.all(sizes[1] <= 0.02 * sizes[0] + 1e-13 * scale)


@settings(max_examples=100, deadline=None)
@given(random_programs(statements=15, length=5, calls=True), st.sampled_from(ACTIVE))
def test_reverse_is_the_transpose_of_forward(program, active):
    arrays, tangents = random_inputs(program), random_inputs(program, seed=1)
    weights = np.cos(np.arange(len(program.outputs)))
    pushed = run(forward_program(program, active), *arrays, *(tangents[i] for i in active))
    pulled = run(reverse_program(program, active), *arrays, weights)
    products = pulled * np.concatenate([tangents[i] for i in active])
    assert abs(weights @ pushed - products.sum()) <= 1e-12 * (
        np.abs(products).sum() + np.abs(weights @ np.abs(pushed)) + 1
    )


@pytest.mark.parametrize("make", [forward_program, reverse_program])
def test_names_stay_distinct(make):
    """Statements may already carry the endings that derivatives use."""
    p = program(
        product("a", Load("y", 0), Load("k", 0)),
        total("a_dot", (2.0, Ref("a"))),
        total("a_bar", (1.0, Ref("a_dot"))),
        outputs=[Ref("a_bar")],
    )
    names = [s.name for s in make(make(p, (0,)), (0,)).statements]
    assert len(names) == len(set(names))


def test_a_gradient_costs_a_small_multiple_of_the_program():
    """Operations, for y and every coefficient."""
    rhs = lower_rhs(networks.dark_cloud())
    reverse = reverse_program(rhs, (0, 1)).operations
    plain = rhs.operations
    assert reverse["multiplications"] + reverse["additions"] < 2.0 * (plain["multiplications"] + plain["additions"])


def test_what_is_not_asked_for_is_not_computed():
    rhs = lower_rhs(networks.dark_cloud())
    both, only_y = reverse_program(rhs, (0, 1)), reverse_program(rhs, (0,))
    assert len(only_y.statements) < len(both.statements)
    assert len(only_y.outputs) == rhs.inputs[0].length
