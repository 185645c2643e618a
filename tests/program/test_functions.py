"""Every function of the language, on every backend, against the slow evaluator in 80 bits."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings

from eqxfuse._kernels import build_kernel
from eqxfuse._program.functions import FUNCTIONS
from eqxfuse._program.ir import Array, Call, Load, Number, Product, Program, Ref, Statement, Sum
from eqxfuse._program.reference import evaluate
from tests.helpers import BACKENDS
from tests.program.random_programs import assert_close, random_inputs, random_programs

TABLE = (-2.0, -0.5, 0.25, 1.0, 3.0)
POINTS = np.array([-3.0, -1.5, -1.0, -0.5, -0.0, 0.0, 0.25, 0.7, 1.0, 1.5, 2.0, 20.0])
STRANGE = {
    jnp.float64: np.array([np.inf, -np.inf, np.nan, 1e-300, 709.9, -700.0, 1e300]),
    jnp.float32: np.array([np.inf, -np.inf, np.nan, 1e-30, 88.8, -80.0, 1e30]),
}
"""Nothing denormal: XLA takes that for zero."""
ROUGH_IN_XLA = ("sin", "cos", "tan", "exp2", "sinh", "cosh", "take", "nearest", "clip", "max", "min")
"""Functions of which XLA loses digits of large arguments, or which it does not define for those that are no numbers."""

ABOVE_ZERO = ("log", "sqrt", "pow", "log1p")
KINKS = ("sign", "floor", "ceil", "take", "locate", "nearest")
"""What has no derivative, or none everywhere."""


def calls(names) -> Program:
    """The call of each function with elements of x [functions, 3], joined."""
    statements = []
    for row, name in enumerate(names):
        function = FUNCTIONS[name]
        x = [Load("x", 3 * row + i) for i in range(3)]
        limits = (Number(-1.0), Number(0.5), x[1], Number(1.0), Number(2.0), x[2])
        arguments = (x[0], *limits) if function.arguments < 0 else tuple(x[: function.arguments])
        statements.append(Statement(f"v_{name}", Call(name, arguments, TABLE if function.looks_up else ())))
    outputs = tuple(Ref(s.name) for s in statements)
    return Program("calls", (Array("x", 3 * len(names)),), tuple(statements), outputs)


def cells(points, name: str) -> np.ndarray:
    """[cells, 3]: every point with others beside it."""
    x = np.stack([points, np.roll(points, 1), np.roll(points, 2)], axis=1)
    x = np.concatenate([x, np.stack([points] * 3, axis=1)])
    if name == "pow":
        x[:, 0] = np.abs(x[:, 0])
    return np.abs(x) if name in ABOVE_ZERO[:2] else x


def assert_near(found, expected, roundings: float):
    """What is too small for normal numbers may be zero."""
    limits = np.finfo(found.dtype)
    with np.errstate(all="ignore"):
        rounded = expected.astype(found.dtype)
        same = (found == rounded) | (np.isnan(found) & np.isnan(rounded))
        near = np.abs(found.astype(np.longdouble) - expected) <= roundings * limits.eps * np.abs(expected)
    assert np.all(same | near | (np.abs(expected) < limits.tiny))


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("dtype", "roundings"), [(jnp.float64, 8), (jnp.float32, 16)])
def test_values(backend, dtype, roundings):
    program = calls(FUNCTIONS)
    kernel = build_kernel(program, backend)
    points = np.concatenate([POINTS, STRANGE[dtype]])
    rows = []
    for name in FUNCTIONS:
        own = np.where(np.abs(points) < 30.0, points, 0.3) if name in ROUGH_IN_XLA else points
        rows.append(cells(own, name))
    x = np.concatenate(rows, axis=1).astype(dtype)
    expected = evaluate(program, {"x": x})
    batch = np.asarray(jax.jit(jax.vmap(kernel))(x))
    one = np.asarray(kernel(jnp.asarray(x[0])))
    for i in range(len(FUNCTIONS)):
        assert_near(batch[:, i], expected[:, i], roundings)
        assert_near(one[i], expected[0, i], roundings)


@pytest.mark.parametrize("backend", BACKENDS)
def test_derivatives(backend):
    """Forward and reverse against those of JAX."""
    names = [name for name in FUNCTIONS if name not in KINKS]
    program = calls(names)
    ours, theirs = build_kernel(program, backend), build_kernel(program, "vectorized")
    x = np.array([[0.3, 0.7, 1.4], [1.9, -0.4, 0.6], [0.8, 0.2, 0.5]])
    x = jnp.asarray(np.concatenate([np.abs(x) if name in ABOVE_ZERO else x for name in names], axis=1))
    expected = jax.jit(jax.vmap(jax.jacrev(theirs)))(x)
    for derivative in (jax.jacfwd, jax.jacrev):
        np.testing.assert_allclose(jax.jit(jax.vmap(derivative(ours)))(x), expected, rtol=2e-13, atol=1e-14)
    if ours.capabilities.lanes > 1:  # one cell runs other code than a batch
        np.testing.assert_allclose(jax.jit(jax.jacfwd(ours))(x[0]), expected[0], rtol=2e-13, atol=1e-14)


@pytest.mark.parametrize("backend", BACKENDS)
@settings(max_examples=8, deadline=None)
@given(program=random_programs(statements=25, length=6, calls=True))
def test_any_program(backend, program):
    arrays = random_inputs(program, cells=(9,))
    kernel = build_kernel(program, backend)
    found = jax.jit(jax.vmap(kernel))(*map(jnp.asarray, arrays))
    assert_close(found, program, arrays, 2.3e-16)


@pytest.mark.parametrize("backend", BACKENDS)
def test_numbers_stand_anywhere(backend):
    made = (
        Statement("a", Product((Number(3.0), Load("x", 0)))),
        Statement("b", Sum(((2.0, Number(-1.5)), (-1.0, Ref("a"))))),
        Statement("c", Call("max", (Number(0.25), Ref("b")))),
        Statement("d", Sum(((1.0, Number(7.0)),))),
    )
    program = Program("numbers", (Array("x", 1),), made, (Ref("b"), Ref("c"), Number(-0.75), None, Ref("d")))
    found = build_kernel(program, backend)(jnp.asarray([0.5]))
    np.testing.assert_array_equal(found, [-4.5, 0.25, -0.75, 0.0, 7.0])


def test_what_cannot_be_called_is_refused():
    def program(call):
        return Program("p", (Array("x", 3),), (Statement("v", call),), (Ref("v"),))

    x = Load("x", 0)
    for call, why in [
        (Call("gamma", (x,)), "no function 'gamma'"),
        (Call("exp", (x, x)), "exp does not take 2 arguments"),
        (Call("nearest", (x, x, x)), "nearest does not take 3"),
        (Call("take", (x,)), "take needs a table"),
        (Call("exp", (x,), (1.0,)), "exp takes no table"),
    ]:
        with pytest.raises(ValueError, match=why):
            program(call)
