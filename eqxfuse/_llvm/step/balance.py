"""How the temperature of a step changes: a scalar of the state and of all that the chemistry does."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from eqxfuse._program.derivative import reverse_program
from eqxfuse._program.ir import Load, Program, operands

Coupling = tuple[int, int, int, float]
"""A reaction, one of the slopes of its modifier, and the column of the Jacobian that this is the derivative in, in
units of a factor."""


@dataclass(frozen=True, eq=False)
class Balance:
    """dT/dt as a program `value`, and where it stands in the Jacobian.

    `value` loads from the arrays "y" (the state), "e" (coefficients with their modifiers), "f" (the changes of the
    species), "c" (conditions) and "p" (parameters).

    `column` [species] and `row` [size] are positions among the stored elements, `field` is the temperature's among
    the conditions, and `modified` are the reactions with modifiers, in the order of these.
    """

    value: Program
    modified: tuple[int, ...]
    field: int
    column: np.ndarray
    row: np.ndarray
    couplings: tuple[Coupling, ...]
    """Of all modifiers."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the arrays of `value`, in order."""
        return tuple(array.name for array in self.value.inputs)

    def length(self, name: str) -> int:
        """Of one of these arrays."""
        return next(array.length for array in self.value.inputs if array.name == name)

    @property
    def species(self) -> int:
        return self.length("f")

    @cached_property
    def slopes(self) -> Program:
        """The derivatives of `value` with respect to the state, the changes, the conditions and the coefficients
        `used`, joined. Loads of other arrays than those of `value` stand for 1.
        """
        lengths = {a.name: a.length for a in self.value.inputs}
        wanted = ("y", "f", "c", "e")
        reverse = reverse_program(self.value, [list(lengths).index(name) for name in wanted])
        count = sum(lengths[name] for name in wanted if name != "e")
        kept = (*reverse.outputs[:count], *(reverse.outputs[count + j] for j in self.used))
        return Program("slopes", reverse.inputs, reverse.statements, kept)

    @cached_property
    def used(self) -> list[int]:
        """The coefficients that `value` depends on."""
        loads = {a.index for s in self.value.statements for a in _loads(s.expr) if a.array == "e"}
        return sorted(loads | {a.index for a in self.value.outputs if isinstance(a, Load) and a.array == "e"})

    @cached_property
    def identity(self) -> str:
        arrays = [self.column.tobytes(), self.row.tobytes()]
        text = f"{self.value.digest} {self.modified} {self.field} {self.couplings}"
        return hashlib.sha256(b"\0".join([text.encode(), *arrays])).hexdigest()


def _loads(expression) -> Sequence[Load]:
    return [atom for atom in operands(expression) if isinstance(atom, Load)]
