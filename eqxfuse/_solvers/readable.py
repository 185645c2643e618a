"""What native steps do with rate laws: the laws as functions of scalars, and a word where they have no such form."""

import warnings
from functools import lru_cache

from eqxfuse._chemistry.network import Network
from eqxfuse._lower.modified import ModifiedLaw
from eqxfuse._lower.temperature import modifier_columns
from eqxfuse._program.derivative import reverse_program
from eqxfuse._program.trace import scalar_expressions, scalar_function
from eqxfuse._rhs.modifiers import Modifiers
from eqxfuse._rhs.rate_rows import RateRows
from eqxfuse._rhs.thermal_equation import ThermalEquation, bordered_kernel

_ADVICE = (
    "To have it, write the law with elementwise functions of numbers (arithmetic, exp, log, where), "
    "as jax.numpy has them."
)


@lru_cache(maxsize=64)
def modifying(modifiers: Modifiers):
    """The modifiers, alone and with their slopes, for native code; None, with a warning, where they have no form."""
    from eqxfuse._llvm.step.modifiers import Modifying, ModifyingRound

    rounds = []
    try:
        for r in modifiers.rounds:
            totals = r.program if modifiers.known else None
            rounds.append(ModifyingRound(totals, r.first, tuple(_law(modifiers, law) for law in r.laws)))
    except NotImplementedError as reason:
        cost = "a step takes several native calls with JAX between them, two to three times the time"
        return _warn(modifiers.network, f"{reason}", cost, _ADVICE)
    return Modifying(modifiers.count, tuple(rounds))


@lru_cache(maxsize=64)
def reversed_modifying(modifiers: Modifiers):
    """The transpose of the modifiers' derivatives, for native code, where `modifying` has a form."""
    from eqxfuse._llvm.step.reversed_modifiers import ReversedLaw, ReversedModifying, ReversedRound

    def of_law(law: ModifiedLaw) -> ReversedLaw:
        programs = [reverse_program(modifiers.row_program(law, slopes)) for slopes in (False, True)]
        totals, places = modifiers.totals(law).tolist(), tuple(modifiers.places(law))
        return ReversedLaw(len(law.reactions), law.first, law.slopes, law.species, tuple(totals), places, *programs)

    rounds = []
    for r in modifiers.rounds if modifiers.known else ():
        totals, count = (reverse_program(r.program), len(r.program.outputs)) if r.program else (None, 0)
        rounds.append(ReversedRound(totals, r.first, count, tuple(map(of_law, r.laws))))
    return ReversedModifying(modifiers.fields, tuple(rounds))


def _law(modifiers: Modifiers, law: ModifiedLaw):
    from eqxfuse._llvm.step.modifiers import ModifyingLaw, RowFormula

    try:
        formulas = [RowFormula.of(scalar_expressions(*modifiers.row(law, slopes))) for slopes in (False, True)]
    except NotImplementedError as operation:
        name = type(modifiers.of(law)).__name__
        raise NotImplementedError(f"the modifier of {name}, because of the JAX operation {operation}") from None
    return ModifyingLaw(len(law.reactions), law.first, law.slopes, *formulas)


@lru_cache(maxsize=64)
def evaluation(rates: RateRows, modifiers: Modifiers | None):
    """The coefficients as functions of conditions, for native code; None, with a warning, where they have no form."""
    from eqxfuse._llvm.step.method import Evaluation

    cost = "JAX evaluates all coefficients at the times of all stages, two to three times the time of a step"
    try:
        return Evaluation(rates.values(), rates.changes(), _modifiers_in_time(rates, modifiers) if modifiers else None)
    except NotImplementedError as reason:
        return _warn(rates.network, f"{reason}", cost, _ADVICE)


def _modifiers_in_time(rates: RateRows, modifiers: Modifiers):
    from eqxfuse._llvm.step.method import ModifiersInTime

    known = ("y", modifiers.species), ("t", range(modifiers.total_count)), ("c", range(modifiers.count))
    inputs = *known, ("change", range(len(rates.network.fields)))
    try:
        change = scalar_function(modifiers.changes, inputs)
    except NotImplementedError as operation:
        raise NotImplementedError(f"the modifiers' changes, because of the JAX operation {operation}") from None
    reactions = tuple(modifiers.reactions.tolist())
    return ModifiersInTime(rates.modifier_parameters(modifiers), change, reactions, modifiers.inverse_units)


@lru_cache(maxsize=64)
def balance(equation: ThermalEquation):
    """How the temperature changes, for native code; None, with a warning, where that has no form."""
    from eqxfuse._llvm.step.balance import Balance

    network = equation.network
    if equation.modifiers and equation.modifiers.need_rates:
        cost = "a step takes many calls of JAX, several times the time"
        return _warn(network, "how sums of rates change with the temperature", cost)
    try:
        value = equation.energy.program
    except NotImplementedError as reason:
        cost = "a step takes many calls of JAX, several times the time"
        return _warn(network, f"heating and cooling, because of {reason}", cost, _ADVICE)
    bordered = bordered_kernel(network, equation.kernel.backend)[1]
    modified = tuple(equation.modifiers.reactions.tolist())
    field = network.fields.index("temperature")
    return Balance(value, modified, field, bordered.column, bordered.row, modifier_columns(network))


def _warn(network: Network, what: str, cost: str, *advice: str) -> None:
    text = " ".join([f"{network!r}: native code cannot evaluate {what}; {cost}.", *advice])
    warnings.warn(text, stacklevel=2)
