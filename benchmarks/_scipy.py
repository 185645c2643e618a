"""SciPy's stiff solvers with our compiled right-hand side and our Jacobian."""

from collections.abc import Iterator

import jax
import numpy as np
from scipy.integrate import solve_ivp
from scipy.sparse import csc_matrix, csr_matrix

from benchmarks._contender import SolveContender, tolerances
from benchmarks._problems import Problem


def contenders(problem: Problem) -> Iterator[SolveContender]:
    """BDF with SuperLU on the sparse Jacobian, LSODA with LAPACK on the dense one (it takes no other)."""
    for method, sparse in (("BDF", True), ("LSODA", False)):
        yield SolveContender(f"scipy {method}", _solver(problem, method, sparse), tolerances(-4, -6, (1e-20,)))


def _solver(problem: Problem, method: str, sparse: bool):
    rhs = problem.rhs.at(problem.args)
    f = jax.jit(lambda t, y: rhs(t, y))
    values = jax.jit(lambda t, y: rhs.jacobian(t, y).values)
    pattern = jax.eval_shape(rhs.jacobian, 0.0, jax.numpy.asarray(problem.y0)).pattern

    def jacobian(t, y):
        matrix = csr_matrix((np.asarray(values(t, y)), pattern.columns, pattern.starts))
        return csc_matrix(matrix) if sparse else matrix.toarray()

    def solve(rtol, atol):
        times, out = problem.times, np.full_like(problem.reference, np.nan)
        solution = solve_ivp(
            lambda t, y: np.asarray(f(t, y)),
            (times[0], times[-1]),
            problem.y0,
            method=method,
            t_eval=times,
            rtol=rtol,
            atol=atol,
            jac=jacobian,
        )
        out[: solution.y.shape[1]] = solution.y.T
        return out, {"f": solution.nfev, "jacobians": solution.njev, "factorisations": solution.nlu}

    return solve
