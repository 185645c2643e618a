"""How the temperature of a step changes: a scalar of the state and of all that the chemistry does."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from eqxfuse._program.derivative import reverse_program
from eqxfuse._program.ir import Array, Load, Program, operands

VALUE = ("y", "e", "f", "c", "p")
"""What dT/dt loads from: the state, coefficients with their modifiers, changes of the species, conditions, parameters.
"""


Coupling = tuple[int, int, int, float]
"""A reaction, one of the slopes of its modifier, and the column of the Jacobian that this is the derivative in, in
units of a factor."""


@dataclass(frozen=True, eq=False)
class Balance:
    """dT/dt as a program `value` over the arrays `VALUE`, and where it stands in the Jacobian.

    `column` [species] and `row` [size] are positions among the stored elements, `field` is the temperature's among
    the conditions, and `modified` are the reactions with modifiers, in the order of these.
    """

    value: Program
    species: int
    reactions: int
    modified: tuple[int, ...]
    fields: int
    parameters: int
    field: int
    column: np.ndarray
    row: np.ndarray
    couplings: tuple[Coupling, ...]
    """Of all modifiers."""

    @cached_property
    def slopes(self) -> Program:
        """The derivatives of `value` with respect to the state, the changes, the conditions and the coefficients
        `used`, joined. Loads of other arrays than `VALUE` stand for 1.
        """
        lengths = {a.name: a.length for a in self.value.inputs}
        wanted = {"y": self.species + 1, "f": self.species, "c": self.fields, "e": lengths.get("e", 0)}
        inputs = [Array(name, wanted.get(name, lengths.get(name, 0))) for name in VALUE]
        whole = Program("dT", tuple(inputs), self.value.statements, self.value.outputs)
        reverse = reverse_program(whole, [VALUE.index(name) for name in wanted])
        count = sum(length for name, length in wanted.items() if name != "e")
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
        sizes = self.species, self.reactions, self.modified, self.fields, self.parameters, self.field
        text = f"{self.value.digest} {sizes} {self.couplings}"
        return hashlib.sha256(b"\0".join([text.encode(), *arrays])).hexdigest()


def _loads(expression) -> Sequence[Load]:
    return [atom for atom in operands(expression) if isinstance(atom, Load)]
