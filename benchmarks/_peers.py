"""eqxfuse beside its peers on the gas-phase network: the table of the README. One core; peers that are installed."""

import argparse
from collections.abc import Callable, Mapping
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

import eqxfuse as ef
from benchmarks import _batch_problem, _carbox, _cold_start, _contenders, _cvode, _diffrax, _problems, _scipy
from benchmarks._contender import SolveContender
from benchmarks._factorisation import LOOPS as JACOBIANS
from benchmarks._factorisation import jacobian_calls, loop
from benchmarks._native import against_c
from benchmarks._networks import CASES
from benchmarks._problems import Problem, errors
from benchmarks._report import environment, seconds
from benchmarks._timing import TURN, in_turn, medians
from benchmarks._works import WORKS, batch
from eqxfuse._kernels.cpu.llvm_kernel import LlvmKernel
from eqxfuse._lower.rhs import lower_rhs

NAME = "gas"
BOUND, TARGET = 1e-10, 1e-4
CELLS = 1024
SWEEP = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
ATOL = 1e-20

_TITLES = {"llvm": "eqxfuse", "vectorized": "eqxfuse in plain JAX", "jax": "unrolled XLA"}

Row = Mapping[str, float | None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=7, help="calls of each, in turn; the median counts")
    parser.add_argument("--core", type=int, help="the core to stay on; by default the last one")


def run(options: argparse.Namespace) -> dict[str, Row]:
    """Seconds by work and peer."""
    problem = _problems.load(NAME)
    cold = _cold_start.measure(NAME)
    rows: dict[str, Row] = {
        **_right_hand_sides(options),
        "Jacobian in a loop": _jacobians(problem, options),
        f"a solve, error below {TARGET:g}": _solves(problem, options),
        f"{CELLS} solves, error below {TARGET:g}, of one": _grid(problem, options),
        **{f"first solution of a new process, {r['caches']} caches": {"eqxfuse": r["in all"]} for r in cold},
    }
    print(_markdown(rows))
    return rows


def _right_hand_sides(options: argparse.Namespace) -> dict[str, Row]:
    case = CASES[NAME]
    contenders = [*(_contenders.ours(case.make(), b) for b in ("llvm", "vectorized", "jax")), *_contenders.carbox(case)]
    program = lower_rhs(case.make())
    limits = {
        name: pair.get("limit") for name, pair, _ in against_c(program, LlvmKernel(program), options.out.parent / "c")
    }
    rows = {}
    for title, work, limit in (
        ("dy/dt in a loop", WORKS["in-loop"], limits["one cell"]),
        ("dy/dt at 1024 temperatures, of one", WORKS["batch"], limits["cell of a batch"]),
    ):
        calls: dict[str, Callable] = {"C": limit} if limit else {}
        for contender in contenders:
            arguments = (contender.y, contender.x)
            arguments = tuple(map(batch, arguments)) if work.batched else arguments
            calls[_TITLES.get(contender.name, contender.name)] = partial(jax.jit(work.build(contender.f)), *arguments)
        times = medians(in_turn(calls, options.rounds, turn=TURN))
        rows[title] = {name: t / work.units for name, t in times.items()}
    return rows


def _jacobians(problem: Problem, options: argparse.Namespace) -> Row:
    calls = jacobian_calls(problem, options.out.parent / "c")
    for contender in _contenders.carbox(CASES[NAME]):
        calls["carbox"] = loop(lambda v, c=contender: jax.jacfwd(c.f)(v, c.x)[0], jnp.asarray(problem.reference[-1]))
    return {name: t / JACOBIANS for name, t in medians(in_turn(calls, options.rounds, turn=TURN)).items()}


def _solves(problem: Problem, options: argparse.Namespace) -> Row:
    """Each at the loosest tolerance of the sweep that is good enough."""
    entered = {
        "eqxfuse": SolveContender("", _diffrax.compiled(problem, ef.Rodas5P()), ()),
        **{c.name: c for c in (*_scipy.contenders(problem), *_carbox.contenders(problem))},
    }
    if _cvode.available():
        solver = _cvode.CVODE(problem.network, "KLU", options.out.parent / "cvode")
        cvode = partial(solver, problem.y0, problem.k, problem.times)
        entered["CVODE"] = SolveContender("", cvode, ())
    calls = {}
    for name, contender in entered.items():
        reference = problem.reference[-1] if contender.reference is None else contender.reference
        if (rtol := _good_enough(contender.solve, reference)) is not None:
            calls[name.removesuffix(" Kvaerno5+LU")] = partial(contender.solve, rtol, ATOL)
    return dict(medians(in_turn(calls, options.rounds, budget=10.0)))


def _good_enough(solve: Callable, reference: np.ndarray) -> float | None:
    for rtol in SWEEP:
        if errors(np.asarray(solve(rtol, ATOL)[0])[-1], reference)[BOUND] <= TARGET:
            return rtol
    return None


def _grid(problem: Problem, options: argparse.Namespace) -> Row:
    """Temperatures from 10 to 300 K; CVODE one after the other, at 16 of them. The errors are those of these 16."""
    whole = _batch_problem.load(problem, CELLS)
    some = np.linspace(0, CELLS - 1, 16).round().astype(int)
    rhs, k = ef.FusedRHS(whole.problem.network), jnp.asarray(whole.k)
    y0, times = jnp.asarray(whole.problem.y0), jnp.asarray(problem.times)
    every = np.arange(CELLS)

    def ours(rtol, cells):
        grid = ef.solve_grid(
            rhs, ef.RateCoefficients(k[cells]), y0, float(times[-1]), saveat=times, rtol=rtol, atol=ATOL
        )
        return np.asarray(grid.abundances)[:, -1]

    exact = ours(1e-9, some)
    rtol = next(r for r in SWEEP if _worst(ours(r, some), exact) <= TARGET)
    found = {"eqxfuse": medians(in_turn({"": lambda: ours(rtol, every)}, 3))[""] / CELLS}
    if _cvode.available():
        solver = _cvode.CVODE(whole.problem.network, "KLU", options.out.parent / "cvode")

        def theirs(rtol):
            return np.array([solver(whole.problem.y0, whole.k[i], problem.times, rtol, ATOL)[0][-1] for i in some])

        rtol = next(r for r in SWEEP if _worst(theirs(r), exact) <= TARGET)
        found["CVODE"] = medians(in_turn({"": lambda: theirs(rtol)}, 3))[""] / len(some)
    return found


def _worst(ends, exact) -> float:
    return max(errors(own, right)[BOUND] for own, right in zip(ends, exact, strict=True))


def _markdown(rows: dict[str, Row]) -> str:
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    lines = [", ".join(f"{k} {v}" for k, v in environment().items()), "", f"| {NAME} | {' | '.join(columns)} |"]
    lines.append("|---" * (len(columns) + 1) + "|")
    lines += [f"| {work} | {' | '.join(seconds(row.get(c)) for c in columns)} |" for work, row in rows.items()]
    return "\n".join(lines)
