"""Heating and cooling that is given as text."""

import warnings
from collections.abc import Sequence
from typing import Any, ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.expression import Code, read_formula
from eqxfuse._chemistry.expression.evaluate import SMALLEST_DENSITY, evaluate
from eqxfuse._chemistry.expression.reader import PARTICLES
from eqxfuse._chemistry.expression.spell import spelled
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.thermal.gas import Gas, Scalar
from eqxfuse._chemistry.thermal.lookup import position
from eqxfuse._chemistry.thermal.process import Process, option, process


@process
class Expression(Process):
    """Heating [erg cm^-3 s^-1] as an expression, such as `"-2e-27*sqrt(Tgas)*n(idx_E)*n(idx_Hj)*user_boost"`;
    negative where it cools.

    The language is that of `rate_laws.Expression`. `n(idx_H2)` is the species of that name, or else of that formula,
    and zero where the network has none; `sum(n(:))` is of all species. Names that begin with `user_` are
    `Conditions.parameters`. The numbers of the text are parameters and can be differentiated. Raises `ExpressionError`,
    a `ValueError` with the column.
    """

    units: ClassVar[str] = "numbers as the expression takes them"
    citation: ClassVar[str] = "the expression itself; Grassi et al. 2014, MNRAS 439, 2386, for its language"
    validity: ClassVar[str] = "the user's to say"

    code: Code = option()
    numbers: tuple[float | Scalar, ...]
    name: str = option(default="Expression")  # pyright: ignore[reportIncompatibleMethodOverride]
    """What tables and plots call it."""

    def __init__(self, text: str, name: str = "Expression"):
        formula = read_formula(text)
        for doubt in formula.doubts:
            warnings.warn(f"Expression({text!r}): {doubt}", stacklevel=2)
        self._set(formula.code, formula.numbers, name)

    @classmethod
    def of(cls, code: Code, numbers: Sequence[float | Scalar], name: str) -> "Expression":
        """From a formula that was read."""
        made = object.__new__(cls)
        made._set(code, numbers, name)
        return made

    def _set(self, code: Code, numbers: Sequence[float | Scalar], name: str) -> None:
        for field, value in (("code", code), ("numbers", tuple(numbers)), ("name", name)):
            object.__setattr__(self, field, value)

    @property
    def needed_parameters(self):
        return self.code.leaves("parameter")

    def missing(self, network: Network):
        return tuple(name for name in self.code.leaves("density") if _position(network, name) is None)

    def heating(self, gas: Gas):
        def load(kind: str, name: Any):
            return self.numbers[name] if kind == "number" else _loaded(gas, kind, name)

        parts = [evaluate(self.code, root, load) for root in self._roots]
        value = parts[0] * parts[1] if len(parts) > 1 else parts[0]
        return jnp.asarray(value, gas.densities.dtype)

    @property
    def _roots(self) -> list[int]:
        return [root for root in (self.code.coefficient, self.code.modifier) if root >= 0]

    def __repr__(self):
        text = "*".join(f"({spelled(self.code, root, self.numbers)})" for root in self._roots)
        return f"Expression({text!r}, name={self.name!r})"


def _loaded(gas: Gas, kind: str, name: str) -> Any:
    if kind == "density":
        i = _position(gas.network, name)
        return jnp.maximum(jnp.zeros_like(gas.temperature) if i is None else gas.of(i), SMALLEST_DENSITY)
    if kind == "total":
        return jnp.maximum(gas.sum_of(_weights(gas.network, name)), SMALLEST_DENSITY)
    if kind == "parameter":
        return gas.conditions.parameters[name]
    return gas.temperature if name == "temperature" else getattr(gas.conditions, name)


def _position(network: Network, name: str) -> int | None:
    return network.index(name) if name in network.species_names else position(network, name)


def _weights(network: Network, total: str) -> list[float]:
    """Of all particles, or of hydrogen nuclei, in each species."""
    return [1.0 if total == PARTICLES else float(dict(s.composition or ()).get("H", 0)) for s in network.species]
