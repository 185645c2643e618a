"""Functions written with `jax.numpy` as lists of operations, which are read one by one."""

from collections.abc import Callable, Sequence

import jax


def double_precision():
    """A context in which arrays may be float64, whatever the user's setting is."""
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    from jax.experimental import enable_x64  # pyright: ignore[reportAttributeAccessIssue]

    return enable_x64()


def read_jaxpr(closed, arguments: Sequence, constant: Callable, equation: Callable) -> list:
    """The results of a closed jaxpr, whatever stands for values.

    `constant(array)` gives what stands for a constant, `equation(eqn, inputs)` what stands for each of its results.
    """
    jaxpr = closed.jaxpr
    values = dict(zip(jaxpr.constvars, map(constant, closed.consts), strict=True))
    values |= dict(zip(jaxpr.invars, arguments, strict=True))

    def value(atom):
        return constant(atom.val) if hasattr(atom, "val") else values[atom]

    for eqn in jaxpr.eqns:
        results = equation(eqn, [value(atom) for atom in eqn.invars])
        values |= dict(zip(eqn.outvars, results, strict=True))
    return [value(atom) for atom in jaxpr.outvars]
