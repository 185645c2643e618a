"""What a Rosenbrock step computes: the method's numbers, and where its coefficients come from."""

from dataclasses import dataclass

from eqxfuse._program.ir import Program
from eqxfuse._program.rows import RowProgram


@dataclass(frozen=True)
class Method:
    """The numbers of a stiffly accurate Rosenbrock method; `a` and `c` strictly lower, one row a stage.

    Coefficients come in rows, of which stage i takes `rows[i]` and the Jacobian the first; there are `slopes` where
    they change with time.
    """

    gamma: float
    a: tuple[tuple[float, ...], ...]
    c: tuple[tuple[float, ...], ...]
    dense: tuple[tuple[float, ...], ...]
    rows: tuple[int, ...]
    slopes: tuple[float, ...]

    @property
    def stages(self) -> int:
        return len(self.a)

    @property
    def times(self) -> int:
        """Rows of coefficients."""
        return max(self.rows) + 1

    @property
    def outputs(self) -> int:
        """Vectors that a step gives: end, error, dense output."""
        return 2 + len(self.dense)


@dataclass(frozen=True)
class ModifiersInTime:
    """How modifiers follow from conditions that change.

    Their parameters are the conditions and behind them what `parameters` takes from the table. `change`, which loads
    from "y", "c" and "change", gives the modifiers and behind them their changes at given totals. They stand in the
    coefficients at the positions `modified`. Each total itself changes with the rates that it sums over, which count in
    units of `inverse_units`; 0 for one that sums over states.
    """

    parameters: RowProgram
    change: Program
    modified: tuple[int, ...]
    inverse_units: tuple[float, ...] = ()

    @property
    def identity(self) -> str:
        return f"{self.parameters.digest} {self.change.digest} {self.modified} {self.inverse_units}"


@dataclass(frozen=True)
class Evaluation:
    """How a step evaluates its coefficients from the arrays "conditions" and "change".

    `values` gives the coefficients, `changes` these and their changes along "change". Where there are modifiers,
    `modifiers` tells how they follow.
    """

    values: RowProgram
    changes: RowProgram
    modifiers: ModifiersInTime | None = None

    @property
    def identity(self) -> str:
        return f"{self.values.digest} {self.changes.digest} {self.modifiers.identity if self.modifiers else ''}"
