"""Solves through diffrax: our Rosenbrock methods, and diffrax's own on our right-hand side."""

from collections.abc import Iterator
from functools import partial

import diffrax
import jax
import jax.numpy as jnp

import eqxfuse as ef
from benchmarks._contender import SolveContender, tolerances
from benchmarks._problems import Problem

ATOLS = (1e-20,)
MAX_STEPS = 1_000_000


def contenders(problem: Problem, parts: int) -> Iterator[SolveContender]:
    """Rodas4, Rodas5P and Kvaerno5 (with `SparseNewton`, and as diffrax has it) and `eqxfuse.solve` as it comes."""
    for solver in (ef.Rodas4(), ef.Rodas5P()):
        yield SolveContender(_name(solver), compiled(problem, solver), tolerances(-2, -9, ATOLS, parts))
    newton = diffrax.Kvaerno5(root_finder=ef.SparseNewton(vector_field=problem.rhs))
    yield SolveContender("eqxfuse Kvaerno5", compiled(problem, newton), tolerances(-2, -9, ATOLS, parts))
    kvaerno = diffrax.Kvaerno5()
    yield SolveContender("diffrax Kvaerno5", compiled(problem, kvaerno), tolerances(-4, -6, ATOLS))
    yield SolveContender("eqxfuse.solve", _default(problem), tolerances(-2, -6, ATOLS))


def compiled(problem: Problem, solver: diffrax.AbstractSolver, dt0: float | None = None, **controller):
    """`solve(rtol, atol)` as one call of a compiled function, which copies nothing back from the device."""
    run = jax.jit(partial(integrate, problem.rhs, solver, dt0=dt0, **controller))
    y0, k, times = (jnp.asarray(a) for a in (problem.y0, problem.k, problem.times))
    return lambda rtol, atol: run(y0, k, times, rtol, atol)


def integrate(rhs: ef.FusedRHS, solver: diffrax.AbstractSolver, y0, k, times, rtol, atol, *, dt0=None, **controller):
    """Abundances [times, species] and counts; `controller` goes to `diffrax.PIDController`."""
    solution = diffrax.diffeqsolve(
        diffrax.ODETerm(rhs),
        solver,
        times[0],
        times[-1],
        dt0,
        y0,
        args=ef.RateCoefficients(k),
        saveat=diffrax.SaveAt(ts=times),
        stepsize_controller=diffrax.PIDController(rtol=rtol, atol=atol, **controller),
        max_steps=MAX_STEPS,
        throw=False,
    )
    good = solution.result == diffrax.RESULTS.successful
    abundances = jnp.asarray(solution.ys)
    return jnp.where(good, abundances, jnp.nan), _counts(solver, solution.stats)


def _counts(solver: diffrax.AbstractSolver, stats: dict) -> dict:
    steps, rejected = stats["num_steps"], stats["num_rejected_steps"]
    if not isinstance(solver, ef.Rodas4 | ef.Rodas5P):
        return {"steps": steps, "rejected": rejected}
    f = steps * solver.tableau.stages
    return {"steps": steps, "rejected": rejected, "f": f, "jacobians": steps, "factorisations": steps}


def _default(problem: Problem):
    args, y0, times = problem.args, jnp.asarray(problem.y0), jnp.asarray(problem.times)

    def solve(rtol, atol):
        trajectory = ef.solve(problem.rhs, args, y0, times[-1], rtol=rtol, atol=atol, saveat=times, throw=False)
        return trajectory.abundances, dict(trajectory.statistics)

    return solve


def _name(solver: diffrax.AbstractSolver) -> str:
    return f"eqxfuse {type(solver).__name__}"
