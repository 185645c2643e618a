"""The result of a comparison, and its table."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from eqxfuse._chemistry.network import Network

_NAMES_FOR_A_ROW = 4


class Difference(NamedTuple):
    """A reaction of both networks with another coefficient in each."""

    equation: str
    a: float
    """Coefficient in the first network [cm^3(m-1) s^-1]: the sum, where several rows have this equation."""
    b: float
    rows: tuple[int, int]
    """How many rows of each network have this equation."""


class Apart(NamedTuple):
    """Names of what only the first network has, of what only the second has, and of what is another thing in each."""

    a: tuple[str, ...] = ()
    b: tuple[str, ...] = ()
    both: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Comparison:
    """What tells two networks apart. Prints as a table; true `equal` means that nothing does."""

    networks: tuple[Network, Network]
    species: tuple[tuple[str, ...], tuple[str, ...]]
    """Species that only the first network has, and those that only the second has."""
    reactions: tuple[tuple[str, ...], tuple[str, ...]]
    """Equations that stand only in the first, and only in the second."""
    coefficients: tuple[Difference, ...]
    """Reactions in both of which the coefficients differ, the largest relative difference first."""
    shared: int
    """How many equations both networks have."""
    rtol: float
    totals: Apart
    """Sums that rate laws depend on."""
    processes: tuple[tuple[str, ...], tuple[str, ...]]
    """Heating and cooling that comes with the first network alone, and with the second alone."""

    @property
    def equal(self) -> bool:
        return not any((*self.species, *self.reactions, self.coefficients, *self.totals, *self.processes))

    def table(self, rows: int | None = 10) -> str:
        """The findings, `rows` of each kind, or all of them for None."""
        lines = [f"{letter}: {network!r}" for letter, network in zip("AB", self.networks, strict=True)]
        for letter, names in zip("AB", self.species, strict=True):
            lines += _section(f"species only in {letter}", len(names), _wrapped(names, rows))
        for letter, equations in zip("AB", self.reactions, strict=True):
            lines += _section(f"reactions only in {letter}", len(equations), _first(equations, rows))
        named = {
            "totals only in A": self.totals.a,
            "totals only in B": self.totals.b,
            "totals that are another sum in each": self.totals.both,
            "heating and cooling only in A": self.processes[0],
            "heating and cooling only in B": self.processes[1],
        }
        for title, names in named.items():
            lines += _section(title, len(names), _wrapped(names, rows))
        title = f"coefficients [cm^3(m-1) s^-1] that differ by more than {self.rtol:g}"
        differences = _first([_row(difference) for difference in self.coefficients], rows)
        head = f"  {'A':>11}{'B':>11}{'B/A':>11}  reaction"
        lines += _section(title, len(self.coefficients), [head, *differences])
        equal = self.shared - len(self.coefficients)
        return "\n".join([*lines, f"equations in both: {self.shared}, with equal coefficients: {equal}"])

    def __repr__(self) -> str:
        return self.table()


def _row(pair: Difference) -> str:
    ratio = f"{pair.b / pair.a:.3g}" if pair.a else "-"
    rows = "" if pair.rows == (1, 1) else f"  [{pair.rows[0]} rows against {pair.rows[1]}]"
    return f"{pair.a:11.2e}{pair.b:11.2e}{ratio:>11}  {pair.equation}{rows}"


def _wrapped(names: Sequence[str], rows: int | None) -> list[str]:
    shown = names if rows is None else names[: rows * _NAMES_FOR_A_ROW]
    more = [f"and {len(names) - len(shown)} more"] if len(shown) < len(names) else []
    return textwrap.wrap(", ".join([*shown, *more]), 100, initial_indent="  ", subsequent_indent="  ")


def _first(lines: Sequence[str], rows: int | None) -> list[str]:
    rest = len(lines) - len(lines[:rows])
    return [f"  {line}" for line in lines[:rows]] + ([f"  and {rest} more"] if rest else [])


def _section(title: str, count: int, lines: Sequence[str]) -> list[str]:
    return [f"{title}: {count}", *lines] if count else []
