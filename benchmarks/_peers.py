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
from benchmarks._native import against_c
from benchmarks._networks import CASES
from benchmarks._problems import Problem, errors
from benchmarks._report import environment, seconds
from benchmarks._timing import TURN, in_turn, medians
from benchmarks._works import LOOPS, WORKS, batch
from benchmarks.limit_c import available, build_limit
from eqxfuse._fused import jacobian_kernel
from eqxfuse._kernels._llvm_kernel import LlvmKernel
from eqxfuse._lower import lower_rhs

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
        "dy/dt in a loop": _right_hand_sides("in-loop", options),
        "dy/dt at 1024 temperatures, of one": _right_hand_sides("batch", options),
        "Jacobian in a loop": _jacobians(problem, options),
        f"a solve, error below {TARGET:g}": _solves(problem, options),
        f"{CELLS} solves, error below {TARGET:g}, of one": _grid(problem, options),
        **{f"first solution of a new process, {r['caches']} caches": {"eqxfuse": r["in all"]} for r in cold},
    }
    print(_markdown(rows))
    return rows


def _right_hand_sides(work: str, options: argparse.Namespace) -> Row:
    case = CASES[NAME]
    calls: dict[str, Callable] = {}
    contenders = [*(_contenders.ours(case.make(), b) for b in ("llvm", "vectorized", "jax")), *_contenders.carbox(case)]
    for contender in contenders:
        f = jax.jit(WORKS[work].build(contender.f))
        arguments = (contender.y, contender.x) if work == "in-loop" else (batch(contender.y), batch(contender.x))
        calls[contender.name] = partial(f, *arguments)
    program = lower_rhs(case.make())
    for name, pair, _ in against_c(program, LlvmKernel(program), options.out.parent / "c"):
        if name == {"in-loop": "one cell", "batch": "cell of a batch"}[work] and "limit" in pair:
            calls["C"] = pair["limit"]
    times = medians(in_turn(calls, options.rounds, turn=TURN))
    return {_TITLES.get(str(name), str(name)): t / WORKS[work].units for name, t in times.items()}


def _jacobians(problem: Problem, options: argparse.Namespace) -> Row:
    loops, y, args = LOOPS // 10, jnp.asarray(problem.reference[-1]), problem.args

    def loop(f, x):
        run = jax.jit(lambda v, x: jax.lax.fori_loop(0, loops, lambda _, u: u + 1e-30 * f(u, x), v))
        return partial(run, y, x)

    calls: dict[str, Callable] = {"eqxfuse": loop(lambda v, k: problem.rhs.jacobian(0.0, v, k).values[: len(y)], args)}
    for contender in _contenders.carbox(CASES[NAME]):
        calls["carbox"] = loop(lambda v, x, f=contender.f: jax.jacfwd(f)(v, x)[0], contender.x)
    if available():
        program = jacobian_kernel(problem.network, "llvm")[0].program
        limit, out = build_limit(program, options.out.parent / "c"), np.empty(len(program.outputs))
        arrays = (np.asarray(y), np.ascontiguousarray(problem.k), out)
        calls["C"] = lambda: limit.repeat(loops, *(a.ctypes.data for a in arrays))
    return {name: t / loops for name, t in medians(in_turn(calls, options.rounds, turn=TURN)).items()}


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
