"""What native steps do with rate laws: the laws as functions of scalars, and a word where they have no such form."""

import warnings
from functools import lru_cache

from eqxfuse._chemistry.conditions import FIELDS
from eqxfuse._chemistry.network import Network
from eqxfuse._program.trace import scalar_function
from eqxfuse._rhs.modifiers import Modifiers
from eqxfuse._rhs.rate_rows import RateRows

_ADVICE = "write the law with elementwise functions of numbers (arithmetic, exp, log, where), as jax.numpy has them"


@lru_cache(maxsize=64)
def modifying(modifiers: Modifiers):
    """The modifiers, and these with their slopes, for native code; None, with a warning, where they have no form."""
    from eqxfuse._llvm.step.method import Modifying

    inputs = ("y", modifiers.species.tolist()), ("c", range(modifiers.count))
    try:
        values, both = (scalar_function(f, inputs) for f in (modifiers, modifiers.with_slopes))
    except NotImplementedError as operation:
        law = _unreadable(modifiers, inputs)
        cost = "a step takes several native calls with JAX between them, two to three times the time"
        return _warn(modifiers.network, f"the modifier of {law}, because of the JAX operation {operation}", cost)
    return Modifying(modifiers.count, values, both)


@lru_cache(maxsize=64)
def evaluation(rates: RateRows, modifiers: Modifiers | None):
    """The coefficients as functions of conditions, for native code; None, with a warning, where they have no form."""
    from eqxfuse._llvm.step.method import Evaluation

    try:
        return Evaluation(rates.values(), rates.changes(), _modifiers_in_time(rates, modifiers) if modifiers else None)
    except NotImplementedError as reason:
        cost = "JAX evaluates all coefficients at the times of all stages, two to three times the time of a step"
        return _warn(rates.network, f"{reason}", cost)


def _modifiers_in_time(rates: RateRows, modifiers: Modifiers):
    from eqxfuse._llvm.step.method import ModifiersInTime

    inputs = ("y", modifiers.species.tolist()), ("c", range(modifiers.count)), ("change", range(len(FIELDS)))
    try:
        change = scalar_function(modifiers.changes, inputs)
    except NotImplementedError as operation:
        raise NotImplementedError(f"the modifiers' changes, because of the JAX operation {operation}") from None
    return ModifiersInTime(rates.modifier_parameters(modifiers), change, tuple(modifiers.reactions.tolist()))


def _unreadable(modifiers: Modifiers, inputs) -> str:
    """The laws whose modifiers have no scalar form; all of them, where only slopes or the sum of them have none."""
    names = []
    for i, law in enumerate(modifiers.laws):
        try:
            scalar_function(lambda own, parameters, i=i: modifiers.of_law(i, own, parameters), inputs)
        except NotImplementedError:
            names.append(type(law).__name__)
    return ", ".join(names or [type(law).__name__ for law in modifiers.laws])


def _warn(network: Network, what: str, cost: str) -> None:
    warnings.warn(f"{network!r}: native code cannot evaluate {what}; {cost}. To have it, {_ADVICE}.", stacklevel=2)
