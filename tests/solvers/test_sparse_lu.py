"""`SparseOperator` and `SparseLU` as lineax knows operators and solvers."""

from functools import partial

import jax
import jax.numpy as jnp
import lineax as lx
import numpy as np
import pytest

from eqxfuse import FusedRHS, RateCoefficients, SparseLU, SparseMatrix, SparseOperator, networks
from eqxfuse._solvers.sparse_lu import Factors
from tests.helpers import random_state
from tests.sparse import dense, losses_and_gains, needs_native, network_like_pattern

PATTERN = network_like_pattern(20)
VALUES = jnp.asarray(losses_and_gains(PATTERN))
B = jnp.cos(jnp.arange(20.0))
KINDS = [pytest.param(True, marks=needs_native, id="native"), pytest.param(False, id="dense")]


def _operator(native, values=VALUES, shift=2.0, scale=0.3):
    return SparseOperator(SparseMatrix(values, PATTERN, native), shift, scale)


def _solution(native, values, shift, scale, b):
    return lx.linear_solve(_operator(native, values, shift, scale), b, SparseLU()).value


def _dense_solution(values, shift, scale, b):
    matrix = jnp.zeros((20, 20)).at[PATTERN.rows, PATTERN.columns].set(values)
    return jnp.linalg.solve(shift * jnp.eye(20) - scale * matrix, b)


def test_the_operator_is_its_matrix():
    operator = _operator(False)
    matrix = 2.0 * np.eye(20) - 0.3 * dense(PATTERN, VALUES)
    np.testing.assert_allclose(operator.as_matrix(), matrix, rtol=1e-14)
    np.testing.assert_allclose(operator.mv(B), matrix @ B, rtol=1e-10)
    np.testing.assert_allclose(operator.T.mv(B), matrix.T @ B, rtol=1e-10)
    np.testing.assert_allclose(operator.T.as_matrix(), matrix.T, rtol=1e-14)
    np.testing.assert_allclose((operator + operator.T).mv(B), (matrix + matrix.T) @ B, rtol=1e-10)
    assert operator.in_size() == operator.out_size() == 20


def test_what_lineax_asks_of_an_operator():
    operator = _operator(False)
    matrix = operator.as_matrix()
    np.testing.assert_array_equal(lx.diagonal(operator), jnp.diagonal(matrix))
    np.testing.assert_array_equal(lx.materialise(operator).as_matrix(), matrix)
    for ours, offset in zip(lx.tridiagonal(operator), (0, -1, 1), strict=True):
        np.testing.assert_array_equal(ours, jnp.diagonal(matrix, offset))
    assert lx.linearise(operator) is operator
    assert lx.conj(operator) is operator
    questions = (lx.is_symmetric, lx.is_diagonal, lx.is_tridiagonal, lx.has_unit_diagonal, lx.is_lower_triangular)
    for question in (*questions, lx.is_upper_triangular, lx.is_positive_semidefinite, lx.is_negative_semidefinite):
        assert question(operator) is False


@pytest.mark.parametrize("native", KINDS)
def test_solves(native):
    operator = _operator(native)
    for case in (operator, operator.T):
        x = lx.linear_solve(case, B, SparseLU())
        np.testing.assert_allclose(x.value, np.linalg.solve(case.as_matrix(), B), rtol=1e-11)
    assert isinstance(SparseLU().init(operator, {}), Factors) == native


@pytest.mark.parametrize("native", KINDS)
def test_factors_are_shared_with_the_transpose(native):
    solver, operator = SparseLU(), _operator(native)
    state = solver.init(operator, {})
    transposed, options = solver.transpose(state, {})
    again = lx.linear_solve(operator, B, solver, state=state).value
    np.testing.assert_array_equal(again, lx.linear_solve(operator, B, solver).value)
    other = solver.compute(transposed, B, options)[0]
    np.testing.assert_allclose(other, np.linalg.solve(operator.as_matrix().T, B), rtol=1e-11)
    back, _ = solver.transpose(transposed, options)
    np.testing.assert_array_equal(solver.compute(back, B, {})[0], again)


@needs_native
def test_the_conjugate_of_a_real_matrix_is_itself():
    state = SparseLU().init(_operator(True), {})
    assert SparseLU().conj(state, {})[0] is state


def test_other_operators_are_solved_densely():
    matrix = 3.0 * jnp.eye(4) + jnp.asarray(np.tri(4))
    x = lx.linear_solve(lx.MatrixLinearOperator(matrix), jnp.ones(4), SparseLU())
    np.testing.assert_allclose(x.value, jnp.linalg.solve(matrix, jnp.ones(4)), rtol=1e-14)


@pytest.mark.parametrize("native", KINDS)
def test_derivatives(native):
    primals = (VALUES, jnp.asarray(2.0), jnp.asarray(0.3), B)
    tangents = tuple(p * jnp.cos(jnp.arange(p.size, dtype=p.dtype)).reshape(p.shape) for p in primals)
    functions = (partial(_solution, native), _dense_solution)
    ours, theirs = (jax.jvp(f, primals, tangents)[1] for f in functions)
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12 * float(jnp.abs(theirs).max()))
    pulled = [jax.vjp(f, *primals)[1](jnp.sin(jnp.arange(20.0))) for f in functions]
    for a, b in zip(*pulled, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11 * float(jnp.abs(b).max()))


@pytest.mark.parametrize("native", KINDS)
def test_batches(native):
    scales = jnp.array([0.0, 0.1, 10.0])
    solve = jax.jit(jax.vmap(partial(_solution, native), (None, None, 0, None)))
    x = solve(VALUES, jnp.asarray(2.0), scales, B)
    for i, scale in enumerate(scales):
        np.testing.assert_allclose(x[i], _dense_solution(VALUES, 2.0, scale, B), rtol=1e-10, atol=1e-13)
    slopes = jax.vmap(jax.grad(lambda s: _solution(native, VALUES, 2.0, s, B).sum()))(scales)
    expected = jax.vmap(jax.grad(lambda s: _dense_solution(VALUES, 2.0, s, B).sum()))(scales)
    np.testing.assert_allclose(slopes, expected, rtol=1e-9)


@needs_native
def test_a_matrix_that_needs_pivoting_is_reported():
    operator = _operator(True, 0 * VALUES, shift=0.0)
    solution = lx.linear_solve(operator, B, SparseLU(), throw=False)
    assert solution.result == lx.RESULTS.singular
    with pytest.raises(Exception, match="singular"):
        lx.linear_solve(operator, B, SparseLU())


def test_float32_goes_the_dense_way():
    network = networks.primordial()
    y, k = (jnp.asarray(a, jnp.float32) for a in random_state(network))
    operator = SparseOperator(FusedRHS(network).jacobian(0.0, y, RateCoefficients(k)), 1.0, 1e-3)
    x = lx.linear_solve(operator, y, SparseLU()).value
    assert x.dtype == jnp.float32
    np.testing.assert_allclose(operator.mv(x), y, rtol=1e-4, atol=1e-6)
