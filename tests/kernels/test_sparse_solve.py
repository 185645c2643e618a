"""Native sparse LU against dense linear algebra: values, batches, threads, derivatives, the refusal to pivot."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Conditions, FusedRHS, Network, RateCoefficients, Rodas4, networks, read_network
from eqxfuse._program.pattern import Pattern
from tests.helpers import random_state, shared
from tests.sparse import dense, losses_and_gains, needs_native, network_like_pattern, random_pattern

pytestmark = needs_native

SIZES = (1, 2, 7, 8, 19, 40)


@pytest.fixture
def kernels():
    """Imported late: without llvmlite there is nothing to import."""
    from eqxfuse._kernels.cpu import sparse_solve

    return sparse_solve


def _check_against_dense(kernels, pattern, values, shift, tolerance=1e-12):
    matrix = shift * np.eye(pattern.size) - dense(pattern, values)
    b = np.cos(np.arange(pattern.size))
    factors = kernels.sparse_factors(pattern, jnp.asarray(values), jnp.asarray(shift))
    for transposed in (False, True):
        x = kernels.solve_with_factors(pattern, factors, jnp.asarray(b), transposed)
        expected = np.linalg.solve(matrix.T if transposed else matrix, b)
        np.testing.assert_allclose(x, expected, rtol=1e-9, atol=tolerance * np.abs(expected).max())


@pytest.mark.parametrize("size", SIZES)
def test_random_patterns(kernels, size):
    pattern = network_like_pattern(size) if size % 2 else random_pattern(size, 0.15)
    _check_against_dense(kernels, pattern, losses_and_gains(pattern), 1.0)


@pytest.mark.parametrize("size", [1, 8, 9])
def test_nothing_off_the_diagonal(kernels, size):
    pattern = Pattern.from_rows([[] for _ in range(size)])
    _check_against_dense(kernels, pattern, -np.arange(1.0, size + 1), 0.5, 1e-15)


def test_everything_stored(kernels):
    pattern = Pattern.from_rows([range(24) for _ in range(24)])
    assert kernels.scalar_plan(pattern).tail == 24
    _check_against_dense(kernels, pattern, losses_and_gains(pattern), 1.0)


def _with_full_rows(size: int, last: int, borders: int) -> Pattern:
    """Of which the last rows and columns are full; those of borders, which come behind, depend on those behind them."""
    rows = [[*network_like_pattern(size).row(i), *range(size, size + last)] for i in range(size)]
    rows += [range(size + last)] * (last - borders)
    rows += [
        [*range(size + last - borders), *range(i + 1, size + last)] for i in range(size + last - borders, size + last)
    ]
    return Pattern.from_rows(rows, last=last, borders=borders)


@pytest.mark.parametrize(
    ("size", "last", "borders", "shift"),
    [(3, 1, 1, 1.0), (7, 2, 2, 1e-3), (20, 4, 3, 1.0), (20, 1, 0, 1e-3), (40, 12, 9, 1.0), (40, 12, 9, 1e-3)],
)
def test_full_rows_are_eliminated_last(kernels, size, last, borders, shift):
    """Those of a state, such as a temperature, and those of sums, whose diagonal does not get the shift."""
    pattern = _with_full_rows(size, last, borders)
    assert kernels.scalar_plan(pattern).order[size:].tolist() == list(range(size, size + last))
    n, values = pattern.states, losses_and_gains(pattern)
    values[pattern.rows >= n] *= np.where(pattern.columns == pattern.rows, 0.0, 0.01)[pattern.rows >= n]
    whole = dense(pattern, values)
    sums = np.linalg.solve(np.eye(borders) - whole[n:, n:], whole[n:, :n])
    matrix = shift * np.eye(n) - whole[:n, :n] - whole[:n, n:] @ sums
    factors = kernels.sparse_factors(pattern, jnp.asarray(values), jnp.asarray(shift))
    b = np.cos(np.arange(n))
    for transposed in (False, True):
        x = kernels.solve_with_factors(pattern, factors, jnp.asarray(b), transposed)
        expected = np.linalg.solve(matrix.T if transposed else matrix, b)
        np.testing.assert_allclose(x, expected, rtol=1e-8, atol=1e-10 * np.abs(expected).max())
    solve = kernels.sparse_solver(pattern, jnp.asarray(values), jnp.asarray(1.0 / shift))
    np.testing.assert_allclose(solve(jnp.asarray(b)), shift * np.linalg.solve(matrix, b), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("make", [networks.robertson, networks.primordial, networks.dark_cloud])
def test_built_in_networks(kernels, make):
    _check_network(kernels, make())


def test_gas(kernels):
    _check_network(kernels, read_network(shared("networks/uclchem_gas_phase_only.csv"), grains="none"))


def _check_network(kernels, network):
    y, k = random_state(network)
    jacobian = FusedRHS(network, backend="vectorized").jacobian(0.0, jnp.asarray(y), RateCoefficients(jnp.asarray(k)))
    for step in (1e2, 1e6):
        _check_against_dense(kernels, jacobian.pattern, jacobian.values, 1.0 / step, 1e-11)


PATTERN = network_like_pattern(25)


def _solution(kernels, values, scale, b):
    return kernels.sparse_solver(PATTERN, values, scale)(b)


def _dense_solution(values, scale, b):
    matrix = jnp.zeros((PATTERN.size,) * 2).at[PATTERN.rows, PATTERN.columns].set(values)
    return jnp.linalg.solve(jnp.eye(PATTERN.size) - scale * matrix, b)


def _problem():
    return jnp.asarray(losses_and_gains(PATTERN)), jnp.asarray(0.3), jnp.cos(jnp.arange(25.0))


@pytest.mark.parametrize("cells", [1, 3, 40])
def test_vmap_is_a_loop_over_cells(kernels, cells):
    values, scale, b = _problem()
    stretch = jnp.linspace(0.5, 2.0, cells)
    single = jax.jit(partial(_solution, kernels))
    every = jax.jit(jax.vmap(single))(stretch[:, None] * values, stretch * scale, stretch[:, None] * b)
    some = jax.jit(jax.vmap(single, (None, 0, None)))(values, stretch * scale, b)
    nested = jax.jit(jax.vmap(jax.vmap(single, (None, None, 0)), (0, None, None)))(
        stretch[:, None] * values, scale, jnp.stack([b, 2 * b])
    )
    for i, s in enumerate(stretch):
        np.testing.assert_array_equal(every[i], single(s * values, s * scale, s * b))
        np.testing.assert_array_equal(some[i], single(values, s * scale, b))
        np.testing.assert_allclose(nested[i], jnp.stack([nested[i, 0], 2 * nested[i, 0]]), rtol=1e-14)
        np.testing.assert_array_equal(nested[i, 0], single(s * values, scale, b))


def test_threads_share_a_kernel(kernels):
    values, scale, b = _problem()
    solve = jax.jit(jax.vmap(partial(_solution, kernels), (None, None, 0)))
    right = [jnp.outer(jnp.linspace(1.0, 2.0, 64), b + i) for i in range(8)]
    expected = [np.asarray(solve(values, scale, r)) for r in right]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda r: np.asarray(solve(values, scale, r)), right * 4))
    for i, result in enumerate(found):
        np.testing.assert_array_equal(result, expected[i % 8])


def test_first_derivatives(kernels):
    primals = _problem()
    tangents = tuple(p * jnp.cos(jnp.arange(p.size, dtype=p.dtype)).reshape(p.shape) for p in primals)
    functions = [jax.jit(f) for f in (partial(_solution, kernels), _dense_solution)]
    ours, theirs = (jax.jvp(f, primals, tangents)[1] for f in functions)
    np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12 * float(jnp.abs(theirs).max()))
    weights = jnp.sin(jnp.arange(25.0))
    pulled = [jax.vjp(f, *primals)[1](weights) for f in functions]
    for a, b in zip(*pulled, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11 * float(jnp.abs(b).max()))


def test_second_derivatives_and_batches_of_gradients(kernels):
    values, scale, b = _problem()

    def curvature(f):
        def loss(v, s):
            return jnp.sum(f(v, s, b) ** 2)

        return jax.jit(lambda *at: jax.jvp(jax.grad(loss, (0, 1)), at, at)[1])(values, scale)

    for ours, theirs in zip(curvature(partial(_solution, kernels)), curvature(_dense_solution), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10 * float(jnp.abs(theirs).max()))

    def slopes(f):
        return jax.jit(jax.vmap(jax.grad(lambda s: f(values, s, b).sum())))(jnp.array([0.1, 0.2, 0.4]))

    np.testing.assert_allclose(slopes(partial(_solution, kernels)), slopes(_dense_solution), rtol=1e-10)


def _solve_both_ways(kernels, matrix, dense_block):
    """The solutions with `matrix` and its transpose; checks which part of the elimination does the work."""
    size = len(matrix)
    pattern = Pattern.from_rows([range(size) for _ in range(size)])
    assert kernels.scalar_plan(pattern).tail == (size if dense_block else 0)
    factors = kernels.sparse_factors(pattern, jnp.asarray(-matrix.ravel()), jnp.asarray(0.0))
    b = jnp.ones(size)
    return [kernels.solve_with_factors(pattern, factors, b, transposed) for transposed in (False, True)]


@pytest.mark.parametrize("size", [3, 16])
@pytest.mark.parametrize(("at", "pivot"), [(0, 1e-13), (1, 0.0), (-1, 0.0), (0, np.nan), (-1, np.inf)])
def test_what_needs_pivoting_has_no_solution(kernels, size, at, pivot):
    """A pivot that is tiny beside the rest of its column; one that is 0 or not finite, be it the last."""
    matrix = np.eye(size) + np.tri(size)
    matrix[at, at] = pivot
    for x in _solve_both_ways(kernels, matrix, dense_block=size > 8):
        assert jnp.isnan(x).all()


@pytest.mark.parametrize("size", [3, 16])
def test_large_multiples_within_the_limit_are_solved(kernels, size):
    matrix = np.eye(size) + np.tri(size)
    matrix[0, 0] = 1e-6
    solutions = _solve_both_ways(kernels, matrix, dense_block=size > 8)
    for x, a in zip(solutions, (matrix, matrix.T), strict=True):
        np.testing.assert_allclose(x, np.linalg.solve(a, np.ones(size)), rtol=1e-9)


def test_only_the_cell_that_needs_pivoting_fails(kernels):
    """I - h A for A = [[1, 1], [1, 1]]: singular at h = 1/2, and its first pivot is 0 at h = 1."""
    pattern = Pattern.from_rows([[0, 1], [0, 1]])
    steps = jnp.array([0.25, 1.0, 2.0])
    x = jax.vmap(lambda h: kernels.sparse_solver(pattern, jnp.ones(4), h)(jnp.ones(2)))(steps)
    np.testing.assert_allclose(x[0], [2.0, 2.0])
    assert jnp.isnan(x[1]).all()
    np.testing.assert_allclose(x[2], [-1 / 3, -1 / 3])


def test_only_the_lane_that_needs_pivoting_fails():
    """A -> 2 A grows at rate 1: the matrix of a Rosenbrock step vanishes at h = 1 / gamma = 4."""
    rhs = FusedRHS(Network.from_reactions(["A -> A + A"], [1.0]), backend="llvm")
    args = rhs.precompute(Conditions(temperature=10.0, density=1.0))
    steps = jnp.array([0.1, 0.2, 4.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])

    def error(h):
        return Rodas4().step(diffrax.ODETerm(rhs), 0.0 * h, h, jnp.ones(1), args, None, False)[1][0]

    single = jnp.stack([jax.jit(error)(h) for h in steps])
    np.testing.assert_array_equal(jnp.isinf(single), steps == 4.0)
    np.testing.assert_allclose(jax.jit(jax.vmap(error))(steps), single, rtol=1e-6)
