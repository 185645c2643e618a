"""The Jacobian of a gas whose temperature is a state: that of the chemistry with one more row and column."""

from dataclasses import dataclass

import numpy as np

from eqxfuse._chemistry.network import Network
from eqxfuse._lower.modified import modified_laws
from eqxfuse._lower.totals import Border
from eqxfuse._program.ir import Atom, Program
from eqxfuse._program.pattern import Pattern


def modifier_columns(network: Network) -> tuple[tuple[int, int, int, float], ...]:
    """For all derivatives of modifiers: the reaction, where the derivative stands in `dm`, the column of the Jacobian
    that it belongs to, and its unit there.
    """
    border, species = Border.of(network), len(network.species)
    return tuple(
        (j, law.slopes + row * law.width + slot, column + (column >= species), unit)
        for law in modified_laws(network)
        for row, j in enumerate(law.reactions)
        for slot, (column, unit) in enumerate(border.columns(law))
    )


@dataclass(frozen=True, eq=False)
class BorderedJacobian:
    """A chemistry's Jacobian with room for a temperature, which stands behind the species and is eliminated last.

    `program` gives 0 where the temperature is concerned: the elements at `column`, the derivatives of dy_i/dt with
    respect to it, and at `row`, those of its own dT/dt with respect to everything. What reaches a state through the
    chemistry's borders counts in these, so that the borders do not depend on the temperature.
    """

    program: Program
    pattern: Pattern
    column: np.ndarray
    """[species] positions among the stored elements."""
    row: np.ndarray
    """[size] positions among the stored elements, in the order of the columns."""

    @classmethod
    def of(cls, program: Program, pattern: Pattern) -> "BorderedJacobian":
        """From what `lower_jacobian` gives."""
        species, size = pattern.states, pattern.size + 1
        moved = [i if i < species else i + 1 for i in range(pattern.size)]
        rows = [[moved[j] for j in pattern.row(i).tolist()] for i in range(pattern.size)]
        rows[:species] = [[*row, species] for row in rows[:species]]
        rows.insert(species, list(range(size)))
        bordered = Pattern.from_rows(
            rows, last=pattern.borders + 1, borders=pattern.borders, constants=pattern.constants.tolist()
        )
        place = {(i, j): e for e, (i, j) in enumerate(np.stack([bordered.rows, bordered.columns], 1).tolist())}
        computed = pattern.stored - len(pattern.constants)
        old = zip(pattern.rows.tolist()[:computed], pattern.columns.tolist()[:computed], strict=True)
        chemistry = [place[moved[i], moved[j]] for i, j in old]
        outputs: list[Atom | None] = [None] * (bordered.stored - len(bordered.constants))
        for position, atom in zip(chemistry, program.outputs, strict=True):
            outputs[position] = atom
        return cls(
            Program(program.name, program.inputs, program.statements, tuple(outputs), program.compensated),
            bordered,
            np.array([place[i, species] for i in range(species)], dtype=np.int32),
            np.array([place[species, j] for j in range(size)], dtype=np.int32),
        )
