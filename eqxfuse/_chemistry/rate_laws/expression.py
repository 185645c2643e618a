"""A rate coefficient that is given as text."""

import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.expression import Code, read_formula
from eqxfuse._chemistry.expression.evaluate import SMALLEST_DENSITY, evaluate
from eqxfuse._chemistry.expression.spell import spelled
from eqxfuse._chemistry.rate_laws.law import Parameter, RateLaw, option, rate_law


@rate_law
class Expression(RateLaw):
    """k as an expression in the spelling of Fortran, such as `"1e-9*(Tgas/300)**0.5*exp(-2e3/Tgas)*user_G"`.

    Operators are + - * / ** and comparisons (`<` or `.lt.`, `.and.`); functions exp, log, log10, sqrt, abs, tanh, min,
    max, merge(yes, no, condition), and those that KROME has. `Tgas` [K] and shortcuts such as T32 = Tgas/300, Te [eV]
    and invT need no definition; `user_crate`, `user_Av` and `user_Tdust` are zeta, av and dust_temperature of
    `Conditions`; other names that begin with `user_` are `Conditions.parameters`. `n(idx_H2)` is a density [cm^-3],
    with j and k for the signs of charges, `sum(n(:))` needs the total `"sum(n)"` of the network, and
    `get_Hnuclei(n(:))` is the density of `Conditions`. Names are the same in capitals or not, numbers have double
    precision, and whole numbers are divided without remainder.

    The numbers of the text are the parameters of the law, in the order of their use: laws that differ in nothing else
    are evaluated together. Factors without densities are the coefficient, the others the modifier. Raises
    `ExpressionError`, a `ValueError` with the column.
    """

    units: ClassVar[str] = "numbers as the expression takes them; k in cm^3(m-1) s^-1"
    citation: ClassVar[str] = "the expression itself; Grassi et al. 2014, MNRAS 439, 2386, for its language"

    code: Code = option()
    numbers: tuple[Parameter, ...]

    def __init__(self, text: str):
        formula = read_formula(text)
        for doubt in formula.doubts:
            warnings.warn(f"Expression({text!r}): {doubt}", stacklevel=2)
        object.__setattr__(self, "code", formula.code)
        object.__setattr__(self, "numbers", formula.numbers)

    @classmethod
    def of(cls, code: Code, numbers: Sequence[Parameter]) -> "Expression":
        """From a formula that was read."""
        law = object.__new__(cls)
        object.__setattr__(law, "code", code)
        object.__setattr__(law, "numbers", tuple(numbers))
        return law

    @property
    def modifying_species(self):
        return _leaves(self.code, "density")

    @property
    def modifying_totals(self):
        return _leaves(self.code, "total")

    @property
    def needed_parameters(self):
        return _leaves(self.code, "parameter")

    def coefficient(self, conditions):
        return evaluate(self.code, self.code.coefficient, lambda kind, name: self._load(conditions, kind, name))

    def modifier(self, conditions, densities):
        if self.code.modifier < 0:
            return jnp.asarray(1.0)
        names = (*self.modifying_species, *self.modifying_totals)
        own = {name: jnp.maximum(n, SMALLEST_DENSITY) for name, n in zip(names, densities, strict=True)}

        def load(kind, name):
            return own[name] if kind in ("density", "total") else self._load(conditions, kind, name)

        return evaluate(self.code, self.code.modifier, load)

    def _load(self, conditions, kind: str, name: Any):
        if kind == "number":
            return self.numbers[name]
        return conditions.parameters[name] if kind == "parameter" else getattr(conditions, name)

    def __repr__(self):
        parts = [spelled(self.code, i, self.numbers) for i in (self.code.coefficient, self.code.modifier) if i >= 0]
        own = [part for part in parts if part != "1.0"] or parts[:1]
        return f"Expression({'*'.join(f'({part})' for part in own) if len(own) > 1 else own[0]!r})"


@lru_cache(maxsize=10_000)
def _leaves(code: Code, kind: str) -> tuple[str, ...]:
    return code.leaves(kind)
