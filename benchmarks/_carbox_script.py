"""carbox's own `solve_network` with its own right-hand side and with ours, and our solver; one core.

The gas-phase problem of carbox's benchmarks: T = 250 K, n_H = 1e4 cm^-3, 5e6 yr, 100 outputs.
"""

import argparse
import contextlib
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

import eqxfuse as ef
from benchmarks import _problems
from benchmarks._networks import CASES
from benchmarks._report import seconds, table
from benchmarks._timing import CLOCKS, in_turn, medians
from eqxfuse.carbox import conditions, fused_rhs, get_fused_ode

ATOL = 1e-20
BOUND = 1e-10
"""Abundance at the end above which a species counts in an error."""
CLOUD = {
    "number_density": 1e4,
    "temperature": 250.0,
    "use_self_consistent_av": True,
    "base_av": 2.0,
    "cloud_radius_pc": 1.0,
}
FIELD = {"cr_rate": 1.0, "fuv_field": 1.0}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rtol", nargs="+", type=float, default=[1e-4, 1e-6], help="relative tolerances")
    parser.add_argument("--rounds", type=int, default=5, help="calls of each, in turn; the median counts")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu where others use the machine, too")
    parser.add_argument("--core", type=int, help="the core to stay on; by default the last one")


class Setting(NamedTuple):
    """The network as carbox read it, how carbox is to solve it, and the start."""

    network: Any
    config: Any
    y0: jax.Array
    times: jax.Array


def run(options: argparse.Namespace) -> list[dict]:
    """One record for each solver and tolerance; ours is also measured where it is as accurate as carbox."""
    setting, clock = _setting(), CLOCKS[options.clock]
    rhs = fused_rhs(setting.network)
    tight = np.asarray(_ours(rhs, setting, 1e-9, ef.Rodas5P())()[0])[-1]
    records = []
    for rtol in options.rtol:
        calls = {
            ("carbox", rtol): _carbox(setting.network.get_ode(), setting, rtol),
            ("carbox, get_fused_ode", rtol): _carbox(get_fused_ode(setting.network), setting, rtol),
        }
        for solver in (ef.Rodas4(), ef.Rodas5P()):
            name = f"fused_rhs, {type(solver).__name__}"
            calls |= {(name, r): _ours(rhs, setting, r, solver) for r in (rtol, 100 * rtol)}
        first, results = _first_calls(calls, clock)
        times = medians(in_turn(calls, options.rounds, clock=clock))
        found = [
            {
                "solver": call[0],
                "rtol": call[1],
                "error": float(np.max(np.abs(np.asarray(y)[-1] / tight - 1)[tight > BOUND])),
                "steps": int(steps),
                "first call": first[call],
                "solve": times[call],
                "carbox/this": times["carbox", rtol] / times[call],
            }
            for call, (y, steps) in results.items()
        ]
        print(table(list(map(_readable, found))), flush=True)
        records += found
    return records


def _setting() -> Setting:
    try:
        from carbox import solver  # pyright: ignore[reportMissingImports]
        from carbox.config import SimulationConfig  # pyright: ignore[reportMissingImports]
        from carbox.parsers.unified_parser import UnifiedChemicalParser  # pyright: ignore[reportMissingImports]
        from carbox.physics import StaticCloudPhysics  # pyright: ignore[reportMissingImports]
    except ImportError as reason:
        raise SystemExit(f"this benchmark runs carbox, which cannot be imported here: {reason}") from None
    if not CASES["gas"].available:
        raise SystemExit(f"this benchmark needs {CASES['gas'].file}")
    with contextlib.redirect_stdout(io.StringIO()):
        network = UnifiedChemicalParser().parse(str(CASES["gas"].file), "uclchem")
    config = SimulationConfig(
        **FIELD,
        t_end=5e6,
        n_snapshots=100,
        solver="kvaerno5",
        linear_solver="lu",
        max_steps=65536,
        physics_model=StaticCloudPhysics(**CLOUD),
    )
    y0, _ = _problems.start("gas", fused_rhs(network).network)
    return Setting(network, config, jnp.maximum(jnp.asarray(y0), 1e-30), solver.get_time_grid(config))


def _carbox(ode: Any, setting: Setting, rtol: float) -> Callable[[], tuple]:
    """`solve_network`, which compiles in every call of a script, compiled once here."""
    from carbox import solver  # pyright: ignore[reportMissingImports]

    @eqx.filter_jit
    def solve(physics, y0):
        config = replace(setting.config, physics_model=physics, rtol=rtol, atol=ATOL)
        with contextlib.redirect_stdout(io.StringIO()):
            solution = solver.solve_network(ode, y0, config)
        return solution.ys, solution.stats["num_steps"]

    physics = jax.tree.map(
        lambda leaf: jnp.asarray(leaf) if isinstance(leaf, float) else leaf, setting.config.physics_model
    )
    return lambda: solve(physics, setting.y0)


def _ours(rhs: ef.FusedRHS, setting: Setting, rtol: float, solver: Any) -> Callable[[], tuple]:
    density, temperature, extinction, _ = setting.config.physics_model.get_conditions(0.0)
    here = conditions(temperature, density, FIELD["cr_rate"], FIELD["fuv_field"], extinction)

    def solve():
        found = ef.solve(
            rhs, here, setting.y0, setting.times[-1], rtol=rtol, atol=ATOL, saveat=setting.times, solver=solver
        )
        return found.abundances, found.statistics["steps"]

    return solve


def _first_calls(calls: Mapping[Any, Callable[[], tuple]], clock: Callable[[], float]) -> tuple[dict, dict]:
    """Seconds of the first call, which compiles, and what it gives."""
    took, results = {}, {}
    for name, call in calls.items():
        jax.clear_caches()
        start = clock()
        results[name] = jax.block_until_ready(call())
        took[name] = clock() - start
    return took, results


def _readable(record: dict) -> dict:
    return {
        "solver": record["solver"],
        "rtol": f"{record['rtol']:.0e}",
        "error": f"{record['error']:.1e}",
        "steps": record["steps"],
        "first call": seconds(record["first call"]),
        "solve": seconds(record["solve"]),
        "carbox/this": f"{record['carbox/this']:.1f}",
    }
