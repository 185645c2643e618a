"""The equation of a Runge-Kutta stage, as diffrax poses it to a root finder.

The stage's root z solves one of

    z - vf(t, y + diagonal * prod(z, control), args) = 0              z is dy/dt
    z - vf_prod(t, y + diagonal * z, args, control) = 0               z is dy/dt times the step

The functions are `_implicit_relation_f` and `_implicit_relation_k` of `diffrax/_solver/runge_kutta.py`, and the parts
are their arguments. For an `ODETerm` the control is the step in time. diffrax documents none of this, hence the checks.
"""

from collections.abc import Callable
from typing import Any, NoReturn

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

SLOPE = ("stage index", "diagonal", "vf", "prod", "t", "y", "args", "control")
INCREMENT = ("stage index", "diagonal", "vf_prod", "t", "y", "args", "control")


class Stage(eqx.Module):
    """One stage. Times are those that the vector field sees."""

    t: Float[Array, ""]
    args: Any
    base: Float[Array, " n"]
    """The state without the stage's own contribution."""
    lever: Float[Array, ""]
    """The state's derivative with respect to z."""
    weight: Float[Array, ""]
    """The residual's derivative with respect to z is I - weight df/dy."""
    is_explicit: Bool[Array, ""]
    """Whether z is given outright: weight and lever are 0, for all cells of a batch alike."""

    @classmethod
    def of(cls, z: Any, arguments: Any) -> "Stage":
        """Raises `TypeError` for a state that is no vector, `RuntimeError` for what is no stage."""
        form = _form(arguments)
        parts = dict(zip(form, arguments, strict=True))
        base, diagonal, t, control = (parts[name] for name in ("y", "diagonal", "t", "control"))
        if not (_is_vector(z) and _is_vector(base) and z.shape == base.shape):
            raise TypeError("SparseNewton needs a state that is one real vector [n], as the vector field takes it")
        if not all(_is_scalar(part) for part in (diagonal, t, control)):
            _refuse("the diagonal, the time and the control of a diffrax.ODETerm as scalars", f"{parts}")
        weight = (diagonal * control).astype(base.dtype)
        return cls(
            t=jnp.where(control < 0, -t, t),  # backwards in time, diffrax counts in -t
            args=parts["args"],
            base=base,
            lever=weight if form is SLOPE else diagonal.astype(base.dtype),
            weight=weight,
            is_explicit=diagonal == 0,
        )

    def state(self, z: Float[Array, " n"]) -> Float[Array, " n"]:
        """The state that belongs to z."""
        return self.base + self.lever * z


def check_relation(fn: Callable, arguments: Any) -> None:
    """Raises `RuntimeError` unless `fn` computes the equation at the head of this file: tried with plain numbers."""
    z, diagonal, t, y, args, control = 3.0, 0.5, 2.0, 7.0, 17.0, 0.25

    def vf(t, y, args):
        return 11.0 * t + 13.0 * y + args

    functions = {"vf": vf, "prod": lambda f, c: f * c, "vf_prod": lambda t, y, args, c: vf(t, y, args) * c}
    parts = {"stage index": 0, "diagonal": diagonal, "t": t, "y": y, "args": args, "control": control, **functions}
    form = _form(arguments)
    if form is SLOPE:
        expected = z - vf(t, y + diagonal * control * z, args)
    else:
        expected = z - control * vf(t, y + diagonal * z, args)
    try:
        found = fn(z, tuple(parts[name] for name in form))[0]
    except Exception as failure:
        _refuse("its implicit relation to work on plain numbers", repr(failure))
    if found != expected:
        _refuse(f"its implicit relation in {', '.join(form)} to give {expected} for given numbers", f"{found}")


def _form(arguments: Any) -> tuple[str, ...]:
    for form in (SLOPE, INCREMENT):
        if isinstance(arguments, tuple) and len(arguments) == len(form):
            return form
    found = f"{len(arguments)} arguments" if isinstance(arguments, tuple) else f"{type(arguments)}"
    _refuse(f"the arguments of a Runge-Kutta stage, ({', '.join(SLOPE)}) or ({', '.join(INCREMENT)})", found)


def _is_vector(value: Any) -> bool:
    return isinstance(value, jax.Array) and value.ndim == 1 and jnp.issubdtype(value.dtype, jnp.floating)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, jax.Array) and value.ndim == 0


def _refuse(expected: str, found: str) -> NoReturn:
    raise RuntimeError(
        f"SparseNewton serves the implicit Runge-Kutta methods of diffrax (Kvaerno3/4/5, KenCarp3/4/5) and expects "
        f"{expected}; diffrax {diffrax.__version__} gave {found}. Leave out root_finder=SparseNewton(...) here."
    )
