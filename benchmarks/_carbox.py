"""carbox's own way to solve, where carbox can be imported: diffrax's Kvaerno5 with Newton and dense LU.

carbox evaluates every rate law in every call. The coefficients of the problem are put in through its rate
modifiers. It takes the factors of a rate from the net change, so that catalysts (H in H + HNC -> HCN + H) have no
part in it: its error is measured against our solution of the equations that it solves.
"""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import replace

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import lineax
import numpy as np
import optimistix

import eqxfuse as ef
from benchmarks._contender import SolveContender, tolerances
from benchmarks._diffrax import compiled
from benchmarks._networks import CASES
from benchmarks._problems import Problem

CONDITIONS = (250.0, 1e4, 1.0, 1.7, 3.0)
"""Temperature, density, cosmic-ray rate, radiation field and extinction in carbox's units."""


def contenders(problem: Problem) -> Iterator[SolveContender]:
    """carbox on the gas-phase network; nothing for others, where a solve takes it minutes."""
    try:
        from carbox.parsers.unified_parser import UnifiedChemicalParser  # pyright: ignore[reportMissingImports]
    except ImportError:
        return
    if problem.name != "gas":
        return
    with contextlib.redirect_stdout(io.StringIO()):
        network = UnifiedChemicalParser().parse(str(CASES["gas"].file), "uclchem")
        ode = network.get_ode()
    k = jnp.asarray(problem.k * CONDITIONS[1] ** (1.0 - problem.network.orders))
    fixed = ode.with_rate_modifiers(jnp.zeros_like(k), k)
    own = without_catalysts(problem)
    _require_same(fixed, own)
    reference, _ = compiled(own, ef.Rodas5P())(1e-9, 1e-22)
    solve = _solver(fixed, problem)
    yield SolveContender("carbox Kvaerno5+LU", solve, tolerances(-4, -6, (1e-20,)), np.asarray(reference[-1]))


def without_catalysts(problem: Problem) -> Problem:
    """The problem with only the species that a reaction consumes as factors of its rate."""
    reactions = []
    for reaction in problem.network.reactions:
        consumed = [name for name, change in reaction.net_change for _ in range(int(-change))]
        reactions.append(replace(reaction, factors=tuple(consumed)))
    return replace(problem, network=ef.Network(problem.network.species, tuple(reactions)))


def _require_same(ode, problem: Problem) -> None:
    y = jnp.asarray(problem.reference[50])
    carbox, ours = ode(0.0, y, *CONDITIONS), problem.rhs(0.0, y, problem.args)
    if not np.allclose(carbox, ours, rtol=1e-6, atol=1e-12 * float(jnp.max(jnp.abs(ours)))):
        raise AssertionError("carbox's right-hand side is not that of the problem")


def _solver(ode, problem: Problem):
    y0, times, conditions = jnp.asarray(problem.y0), jnp.asarray(problem.times), jax.tree.map(jnp.asarray, CONDITIONS)

    @eqx.filter_jit
    def run(ode, y0, times, conditions, rtol, atol):
        newton = optimistix.Newton(rtol, atol, linear_solver=lineax.LU())
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(lambda t, y, args: ode(t, y, *args)),
            diffrax.Kvaerno5(root_finder=newton),
            times[0],
            times[-1],
            1e-4,
            y0,
            args=conditions,
            saveat=diffrax.SaveAt(ts=times),
            stepsize_controller=diffrax.PIDController(rtol=rtol, atol=atol),
            max_steps=100_000,
            throw=False,
        )
        return solution.ys, {"steps": solution.stats["num_steps"]}

    return lambda rtol, atol: run(ode, y0, times, conditions, jnp.asarray(rtol), jnp.asarray(atol))
