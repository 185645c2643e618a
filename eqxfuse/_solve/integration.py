"""How a solve goes, whatever cell it is of: its span, outputs, tolerances, methods and limits, checked in one place."""

import dataclasses
import operator
from typing import Any, TypeAlias

import diffrax
import equinox as eqx
import jax
import jax.core
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.history.history import History
from eqxfuse._chemistry.jumps import jump_temperatures
from eqxfuse._rhs.coefficients import RateCoefficients
from eqxfuse._rhs.fused import Args, FusedRHS
from eqxfuse._solve.differentiable import differentiable
from eqxfuse._solve.outcome import from_diffrax
from eqxfuse._solve.progress import DECADES, LogProgressMeter
from eqxfuse._solve.stops import StopController, Stops
from eqxfuse._solve.trajectory.trajectory import Trajectory
from eqxfuse._solvers import Rodas5P, StepControl

Time: TypeAlias = float | Float[Array, ""]

RTOL, ATOL = 1e-4, 1e-20
"""The tolerances of a solve, if nothing else is asked for."""

TEMPERATURE_ATOL = 1e-3
"""That of the temperature [K], where it is solved for."""

P_COEFFICIENT, I_COEFFICIENT = 0.3, 0.4
"""A PI controller (Hairer & Wanner II, section IV.8): ten times less error than an I controller at the price of a
third more steps, as measured on dark-cloud and gas-phase networks at rtol 1e-4."""


class Integration(eqx.Module):
    """`integration(conditions, y0)` is one solve. Make it with `make`, which checks the arguments."""

    rhs: FusedRHS
    span: tuple[Any, Any]
    times: Any
    solver: diffrax.AbstractSolver
    controller: diffrax.AbstractStepSizeController
    adjoint: diffrax.AbstractAdjoint | None
    """None for what `run` makes of it."""
    meter: diffrax.AbstractProgressMeter
    max_steps: int

    @classmethod
    def make(
        cls,
        rhs: FusedRHS,
        t1: Time,
        dtype: Any,
        *,
        t0: Time = 0.0,
        rtol: Any = RTOL,
        atol: Any = ATOL,
        temperature_atol: Any = None,
        saveat: int | Any = 121,
        solver: diffrax.AbstractSolver | None = None,
        stepsize_controller: diffrax.AbstractStepSizeController | None = None,
        adjoint: diffrax.AbstractAdjoint | None = None,
        max_steps: int = 10_000,
        progress: bool = False,
    ) -> "Integration":
        """The arguments are those of `solve`; `dtype` is that of the state. Raises `ValueError` and `TypeError`, and
        for traced values what makes no sense raises when the solve runs.
        """
        t0, t1 = (_scalar(name, value, dtype) for name, value in (("t0", t0), ("t1", t1)))
        t1 = require(
            t1, lambda t1: (t1 > t0) & (abs(t1) < np.inf), lambda: f"t1 must be larger than t0 and finite{_got(t0, t1)}"
        )
        most = _whole(max_steps)
        if most is None or most < 1:
            raise ValueError(f"max_steps must be a whole number, 1 or more, got {max_steps!r}")
        return cls(
            rhs,
            (t0, t1),
            output_times(saveat, t0, t1),
            _instance("solver", diffrax.AbstractSolver, Rodas5P() if solver is None else solver),
            _controller(rhs, rtol, atol, temperature_atol, stepsize_controller, dtype),
            _adjoint(adjoint),
            LogProgressMeter() if progress else diffrax.NoProgressMeter(),
            most,
        )

    @property
    def tolerances(self) -> tuple[Any, Any]:
        """rtol and atol (of the species); not a number where the controller has none."""
        nan = np.full((), np.nan, self.span[0].dtype)
        rtol, atol = (getattr(self.controller, name, nan) for name in ("rtol", "atol"))
        return rtol, atol[0] if jnp.ndim(atol) else atol

    def __call__(self, conditions: Args, y0: Float[Array, "species"]) -> Trajectory:
        thermal, species = self.rhs.thermal is not None, y0.shape[-1]
        rhs, args, controller = self.rhs, conditions, self.controller
        if isinstance(conditions, History):
            args = conditions.course
            jumps = np.zeros(0) if thermal else jump_temperatures(self.rhs.network)
            controller = StopController(controller, Stops.of(args, jumps))
        elif isinstance(conditions, Conditions | RateCoefficients) and not thermal:
            # What steps take follows from the table here, once, and so do derivatives: steps need none of its own.
            args = rhs.gathered(rhs.coefficients(self.span[0], conditions))
            rhs = jax.lax.stop_gradient(rhs)
        start = self._with_temperature(conditions, y0) if thermal else y0
        outputs = diffrax.SubSaveAt(ts=self.times)
        end = diffrax.SubSaveAt(t1=True, fn=lambda t, y, args: (t, y))
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(rhs),
            self.solver,
            *self.span,
            None,
            start,
            args,
            saveat=diffrax.SaveAt(subs=[outputs, end]),
            stepsize_controller=controller,
            adjoint=diffrax.RecursiveCheckpointAdjoint() if self.adjoint is None else self.adjoint,
            max_steps=self.max_steps,
            throw=False,
            progress_meter=self.meter,
        )
        reached, (end_time, end_state) = solution.ys  # pyright: ignore[reportGeneralTypeIssues]
        reached = jnp.where(jnp.isfinite(reached), reached, jnp.nan)
        counts = {"steps": "num_steps", "accepted": "num_accepted_steps", "rejected": "num_rejected_steps"}
        return Trajectory(
            times=jnp.asarray(self.times),
            abundances=reached[:, :species],
            initial=y0,
            statistics={name: solution.stats[key] for name, key in counts.items()},
            result=from_diffrax(solution.result),
            species=self.rhs.network.species,
            state=self.rhs.state,
            end_time=end_time[0],
            end_state=end_state[0, :species],
            temperature=reached[:, species] if thermal else None,  # pyright: ignore[reportArgumentType]
            end_temperature=end_state[0, species] if thermal else None,  # pyright: ignore[reportArgumentType]
        )

    def _with_temperature(self, conditions: Args, y0: Float[Array, "species"]) -> Float[Array, "states"]:
        """The start, with the temperature that the conditions have there."""
        temperature = self.rhs.conditions(jnp.asarray(self.span[0]), conditions).temperature
        return jnp.concatenate([y0, jnp.asarray(temperature, y0.dtype)[None]])


@eqx.filter_jit
def run(integration: Integration, conditions: Args, y0: Float[Array, "species"]) -> Trajectory:
    """One solve, compiled once for each network, solver and number of outputs."""
    if integration.adjoint is not None:
        return integration(conditions, y0)
    if callable(conditions) and not isinstance(conditions, History):
        conditions = eqx.filter_closure_convert(conditions, jnp.asarray(integration.span[0]))
    return differentiable(_by, (integration, conditions, y0))


def _by(adjoint: diffrax.AbstractAdjoint, inputs: tuple[Integration, Args, Any]) -> Trajectory:
    """A solve with an adjoint. It shows its progress where it is not repeated for the sake of derivatives."""
    integration, conditions, y0 = inputs
    repeated = not isinstance(adjoint, diffrax.RecursiveCheckpointAdjoint)
    meter = diffrax.NoProgressMeter() if repeated else integration.meter
    return dataclasses.replace(integration, adjoint=adjoint, meter=meter)(conditions, y0)


def require(value: Any, holds: Any, message: Any) -> Any:
    """`value`, checked now where it is known, and when it runs where it is traced.

    `holds(value)` is whether it makes sense, `message()` what is wrong otherwise.
    """
    good = holds(value)
    if isinstance(good, jax.core.Tracer):
        return eqx.error_if(value, ~good, message())
    if not good:
        raise ValueError(message())
    return value


def is_known(value: Any) -> bool:
    """Whether a number or an array is there and not traced."""
    return not isinstance(value, jax.core.Tracer)


def _scalar(name: str, value: Any, dtype: Any) -> Any:
    if jnp.ndim(value):
        raise ValueError(f"{name} must be one number, got shape {jnp.shape(value)}: use jax.vmap for a batch")
    return np.asarray(value, dtype) if is_known(value) else jnp.asarray(value, dtype)


def _got(*values: Any) -> str:
    """What was given, where that is known."""
    return f", got t0 = {values[0]} s, t1 = {values[1]} s" if all(map(is_known, values)) else ""


def _whole(value: Any) -> int | None:
    """A whole number, of Python, NumPy or JAX, as an int; None for anything else."""
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def output_times(saveat: int | Any, t0: Any, t1: Any) -> Any:
    numbers: Any = np if is_known(t0) and is_known(t1) and is_known(saveat) else jnp
    number = _whole(saveat)
    if number is not None:
        if number < 1:
            raise ValueError(f"saveat must be 1 or more output times, got {saveat}")
        parts = 10.0 ** np.linspace(0, -DECADES, number)[::-1].astype(t1.dtype)
        return numbers.where(np.arange(number) == number - 1, t1, t0 + (t1 - t0) * parts)
    times = numbers.asarray(saveat, t1.dtype)
    if times.ndim != 1 or not len(times):
        given = f"shape {times.shape}" if times.ndim else repr(saveat)
        raise ValueError(f"saveat must be a number of outputs or a list of times [s], got {given}")
    return require(
        times,
        lambda times: (times[1:] >= times[:-1]).all() & (times[0] >= t0) & (times[-1] <= t1),
        lambda: f"saveat must hold increasing times between t0 and t1{_what_is_wrong(times, t0, t1)}",
    )


def _what_is_wrong(times: Any, t0: Any, t1: Any) -> str:
    """With the output times, where these are known."""
    if not all(map(is_known, (times, t0, t1))):
        return ""
    if not np.isfinite(times).all():
        return f", got {times[~np.isfinite(times)][0]}"
    if not (times[1:] >= times[:-1]).all():
        later = int(np.argmax(times[1:] < times[:-1])) + 1
        return f", got {times[later]} s after {times[later - 1]} s"
    return f", got {times[0] if times[0] < t0 else times[-1]} s with t0 = {t0} s, t1 = {t1} s"


def _controller(
    rhs: FusedRHS, rtol: Any, atol: Any, temperature_atol: Any, given: Any, dtype: Any
) -> diffrax.AbstractStepSizeController:
    if temperature_atol is not None and rhs.thermal is None:
        raise ValueError(
            "temperature_atol is for a gas that heats and cools: pass thermal= to FusedRHS, or leave it out"
        )
    if given is not None:
        if (rtol, atol, temperature_atol) != (RTOL, ATOL, None):
            raise ValueError("a stepsize_controller has tolerances of its own: give rtol and atol to it instead")
        if isinstance(given, diffrax.ConstantStepSize):
            raise ValueError("stepsize_controller must choose the steps: a PIDController, say, or StepTo")
        return _instance("stepsize_controller", diffrax.AbstractStepSizeController, given)
    rtol, atol = (_tolerance(name, value, dtype) for name, value in (("rtol", rtol), ("atol", atol)))
    if is_known(rtol) and is_known(atol) and not rtol + atol > 0:
        raise ValueError("rtol and atol must not both be zero")
    if rhs.thermal is not None:
        given = TEMPERATURE_ATOL if temperature_atol is None else temperature_atol
        own = _tolerance("temperature_atol", given, dtype)
        numbers: Any = np if is_known(atol) and is_known(own) else jnp
        atol = numbers.concatenate([numbers.full(rhs.states - 1, atol), own[None]])
    return StepControl(rtol=rtol, atol=atol, pcoeff=P_COEFFICIENT, icoeff=I_COEFFICIENT)


def _tolerance(name: str, value: Any, dtype: Any) -> Any:
    return require(
        _scalar(name, value, dtype),
        lambda v: (v >= 0) & (v < np.inf),
        lambda: f"{name} must be finite and zero or more{f', got {value}' if is_known(value) else ''}",
    )


def _adjoint(given: Any) -> diffrax.AbstractAdjoint | None:
    if isinstance(given, diffrax.BacksolveAdjoint):
        raise ValueError(
            "BacksolveAdjoint solves the equations backwards in time, along which stiff chemistry grows without bound. "
            "Leave adjoint out: derivatives of every order work without"
        )
    return None if given is None else _instance("adjoint", diffrax.AbstractAdjoint, given)


def _instance(name: str, kind: type, value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__module__.split('.')[0]}.{kind.__name__}, got {value!r:.100}")
    return value
