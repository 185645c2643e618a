"""carbox with our code behind its own entry points."""

import functools
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import diffrax
import equinox as eqx
from jaxtyping import Array, Float

from eqxfuse._rhs.coefficients import RateCoefficients
from eqxfuse._solve.solve import solve
from eqxfuse.carbox._ode import AbundanceODE, get_fused_ode

IMPLICIT = ("kvaerno3", "kvaerno5")
"""What carbox calls its solvers for stiff networks."""


def enable() -> ExitStack:
    """Make carbox use eqxfuse, at once and until the result is closed: by `close()`, or at the end of its `with`.

    ```python
    with eqxfuse.carbox.enable():
        results = carbox.run_simulation("network.csv", config)
    ```

    `Network.get_ode` gives what `get_fused_ode` does. `solve_network` solves with the exact sparse Jacobian and
    Rodas5P, compiled once for all calls with a network and a number of outputs, at the tolerances of the configuration;
    it gives a `diffrax.Solution` with times, abundances and numbers of steps. So do `run_simulation`, `solve`,
    `parse_network` and the command line of carbox.

    Where ours cannot, carbox's own solver runs with our right-hand side: for explicit solvers, physics with a dilution,
    a temperature that carbox integrates, and rates that depend on abundances and are overridden. Networks that were
    compiled before stay carbox's.

    Raises `ImportError` where carbox is not installed, and `TypeError` for an early one that has no models of physics.
    """
    from carbox import network, physics, solver  # pyright: ignore

    if not hasattr(physics, "AbstractPhysics"):
        raise TypeError("this carbox has no models of physics: use get_fused_ode(network) instead of network.get_ode()")
    undo = ExitStack()
    _replace(undo, network.Network, "get_ode", _fused_ode(network.Network.get_ode))
    own = solver.solve_network
    ours = _solve_network(own, solver.get_time_grid, physics)
    for module in [module for module in list(sys.modules.values()) if vars(module).get("solve_network") is own]:
        _replace(undo, module, "solve_network", ours)
    return undo


def _replace(undo: ExitStack, owner: Any, name: str, value: Any) -> None:
    undo.callback(setattr, owner, name, getattr(owner, name))
    setattr(owner, name, value)


def _fused_ode(own: Callable) -> Callable:
    @functools.wraps(own)
    def get_ode(self):
        return get_fused_ode(self)

    return get_ode


def _solve_network(own: Callable, time_grid: Callable, physics: Any) -> Callable:
    @functools.wraps(own)
    def solve_network(jnetwork, y0, config, rate_modifiers=None):
        model = config.physics_model
        if config.solver.lower() not in IMPLICIT or not _is_chemistry_alone(model, physics):
            return own(jnetwork, y0, config, rate_modifiers)
        ode = jnetwork if rate_modifiers is None else jnetwork.with_rate_modifiers(*rate_modifiers)
        if not isinstance(ode, AbundanceODE) or ode.overrides_modified:
            return own(jnetwork, y0, config, rate_modifiers)
        course = Course(ode, model, config.cr_rate, config.fuv_field)
        times = time_grid(config)
        return _solution(
            ode, course(times[0]) if type(model) is physics.StaticCloudPhysics else course, y0, times, config
        )

    return solve_network


def _is_chemistry_alone(model: Any, physics: Any) -> bool:
    dilutes = type(model).dilution is not physics.AbstractPhysics.dilution
    return not dilutes and not getattr(model, "integrates_temperature", False)


class Course(eqx.Module):
    """The rate coefficients of a network under a model of carbox, as a function of time [s]."""

    ode: AbundanceODE
    model: Any
    cr_rate: Any
    fuv_rate: Any

    def __call__(self, t: Any) -> RateCoefficients:
        density, temperature, extinction, _ = self.model.get_conditions(t)
        return self.ode.coefficients(temperature, density, self.cr_rate, self.fuv_rate, extinction)


def _solution(ode: AbundanceODE, given: Any, y0: Float[Array, "species"], times: Array, config: Any) -> Any:
    tolerances = {"rtol": config.rtol, "atol": config.atol, "max_steps": config.max_steps}
    found = solve(ode.rhs, given, y0, times[-1], t0=times[0], saveat=times, **tolerances)
    names = {"num_steps": "steps", "num_accepted_steps": "accepted", "num_rejected_steps": "rejected"}
    return diffrax.Solution(
        t0=times[0],
        t1=times[-1],
        ts=found.times,
        ys=found.abundances,
        interpolation=None,
        stats={own: found.statistics[ours] for own, ours in names.items()} | {"max_steps": config.max_steps},
        result=diffrax.RESULTS.successful,
        solver_state=None,
        controller_state=None,
        made_jump=None,
        event_mask=None,
    )
