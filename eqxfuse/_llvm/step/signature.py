"""The arguments of a step."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from eqxfuse._program.ir import Array

T = TypeVar("T")


@dataclass(frozen=True)
class Argument:
    """A name, and the shape of one cell's values: [length], or [times, length] for what stages take at their times."""

    name: str
    shape: tuple[int, ...]

    @property
    def array(self) -> Array:
        """As the kernel sees it."""
        return Array(self.name, math.prod(self.shape))


@dataclass(frozen=True)
class Signature:
    """What a step takes, in order: `arguments`, among them perhaps a `table`, which the cells of a batch usually share.

    - "y" [species];
    - "k" [times, reactions], the coefficients at the different times of the stages, and "c" [times, parameters], the
      parameters of the modifiers, if there are any; or, where the step evaluates them itself, "conditions"
      [times, fields], and "change" [fields], the length of the step times their derivative at its start; behind them
      "p", the parameters of the balance where the temperature is the last state;
    - "drift" [species], the length of the step times df/dt at its start, where given coefficients change with time;
    - the table, all its arrays one behind the other;
    - "h" [1], the length of the step.
    """

    arguments: tuple[Argument, ...]
    table: str = ""
    """The name of the table; empty where there is none."""

    @classmethod
    def given(cls, species: int, times: int, reactions: int, parameters: int, moving: bool) -> "Signature":
        """Of a step with given coefficients."""
        c = [Argument("c", (times, parameters))] if parameters else []
        drift = [Argument("drift", (species,))] if moving else []
        return cls((Argument("y", (species,)), Argument("k", (times, reactions)), *c, *drift, Argument("h", (1,))))

    @classmethod
    def evaluated(
        cls, states: int, times: int, fields: int, table: Array, parameters: int | None = None
    ) -> "Signature":
        """Of a step that evaluates its coefficients; with `parameters` of a balance, if there is one."""
        conditions = [Argument("conditions", (times, fields)), Argument("change", (fields,))]
        conditions += [] if parameters is None else [Argument("p", (parameters,))]
        laws = Argument(table.name, (table.length,))
        return cls((Argument("y", (states,)), *conditions, laws, Argument("h", (1,))), table.name)

    def with_argument(self, name: str, length: int) -> "Signature":
        """With one more behind the others."""
        return Signature((*self.arguments, Argument(name, (length,))), self.table)

    @cached_property
    def arrays(self) -> tuple[Array, ...]:
        """As the kernel sees them."""
        return tuple(argument.array for argument in self.arguments)

    def length(self, name: str) -> int:
        """Of one row of an argument; 0 where there is none of that name."""
        return next((a.shape[-1] for a in self.arguments if a.name == name), 0)

    def named(self, values: Sequence[T]) -> dict[str, T]:
        """The values of all arguments, by name."""
        return dict(zip((a.name for a in self.arguments), values, strict=True))

    def arranged(self, values: Mapping[str, T]) -> list[T]:
        """The values of all arguments, in order."""
        return [values[a.name] for a in self.arguments]
