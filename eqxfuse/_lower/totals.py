"""The totals that rate laws depend on: as programs, and as a border of the Jacobian."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from eqxfuse._chemistry.network import Network
from eqxfuse._lower.channels import Channels, group_channels, modifier_positions
from eqxfuse._lower.modified import ModifiedLaw, modified_laws
from eqxfuse._lower.rhs import rates, rhs_inputs
from eqxfuse._program.ir import Atom, Load, Program, Ref, Statement, Sum


@dataclass(frozen=True)
class Border:
    """What stands behind the species in the Jacobian: `totals`, those that are known last in front.

    So a sum of rates depends on totals behind it alone, and those over species, whose weights are constant, close the
    border. There, a total counts in units of its largest weight, which keeps the elimination well scaled.
    """

    network: Network
    totals: tuple[int, ...]
    """Their positions in the network."""

    @classmethod
    def of(cls, network: Network) -> "Border":
        used = {name for law in modified_laws(network) for name in law.totals}
        wanted = [a for a, total in enumerate(network.totals) if total.name in used]
        return cls(network, tuple(sorted(wanted, key=lambda a: (not network.totals[a].of_rates, -_level(network, a)))))

    @cached_property
    def place(self) -> dict[str, int]:
        """The position of each total in the border, by name."""
        return {self.network.totals[a].name: i for i, a in enumerate(self.totals)}

    @property
    def inverse_units(self) -> tuple[float, ...]:
        """1 over the unit of each sum over rates, 0 for sums over species."""
        return tuple(1.0 / self._unit(a) if self.network.totals[a].of_rates else 0.0 for a in self.totals)

    def columns(self, law: ModifiedLaw) -> list[tuple[int, float]]:
        """Where the Jacobian holds the derivatives with respect to what `law` depends on, and in which unit."""
        border = [self.place[name] for name in law.totals]
        n = len(self.network.species)
        return [*((i, 1.0) for i in law.species), *((n + i, self._unit(self.totals[i])) for i in border)]

    @cached_property
    def changes(self) -> list[dict[int, float]]:
        """[reactions] what each of them changes: species, and the rows of the border that sum over its rate."""
        changes = [dict(own) for own in self.network.net_changes]
        for row, (a, weights) in self._rows.items():
            if self.network.totals[a].of_rates:
                for j, weight in weights.items():
                    changes[j][row] = weight
        return changes

    @property
    def constant_rows(self) -> Mapping[int, Mapping[int, float]]:
        """The rows of sums over species, with what they hold."""
        return {row: weights for row, (a, weights) in self._rows.items() if not self.network.totals[a].of_rates}

    @cached_property
    def _rows(self) -> dict[int, tuple[int, dict[int, float]]]:
        """Row of the Jacobian -> total, and its terms in its unit."""
        rows = {}
        for row, a in enumerate(self.totals, len(self.network.species)):
            unit = self._unit(a)
            rows[row] = a, {i: weight / unit for i, weight in self.network.total_terms[a].items()}
        return rows

    def _unit(self, total: int) -> float:
        return max(map(abs, self.network.total_terms[total].values())) or 1.0

    def name(self, i: int) -> str:
        """What row and column i of the Jacobian stand for."""
        names = self.network.species_names
        return names[i] if i < len(names) else self.network.totals[self.totals[i - len(names)]].name

    def rate(self, i: int) -> str:
        """What row i of the Jacobian is the derivative of."""
        return f"d {self.name(i)}/dt" if i < len(self.network.species) else self.name(i)


@dataclass(frozen=True)
class Round:
    """One round of modified rates: `program` gives totals from those before, then `laws` their modifiers.

    The totals go to a border's totals from `first` on. There is no program where there are none.
    """

    program: Program | None
    first: int
    laws: tuple[ModifiedLaw, ...]


def lower_totals(network: Network) -> tuple[Round, ...]:
    """All rounds that give the modifiers `m`. The programs have the inputs of the right-hand side."""
    border, laws = Border.of(network), modified_laws(network)
    rounds = []
    for level in range(max((law.level for law in laws), default=-1) + 1):
        own = [i for i, a in enumerate(border.totals) if _level(network, a) == level]
        program = _program(network, f"totals{level}", [border.totals[i] for i in own]) if own else None
        rounds.append(Round(program, min(own, default=0), tuple(law for law in laws if law.level == level)))
    return tuple(rounds)


def _program(network: Network, name: str, totals: list[int]) -> Program:
    rated = {j for a in totals if network.totals[a].of_rates for j in network.total_terms[a]}
    statements: list[Statement] = []
    modifiers = modifier_positions(network)
    for number, channels in enumerate(group_channels(network)):
        reactions = tuple(j for j in channels.reactions if j in rated)
        if reactions:
            statements += rates(network, Channels(channels.factors, reactions), number, modifiers)
    outputs: list[Atom] = []
    for a in totals:
        total = network.totals[a]
        terms = ((w, Ref(f"r{i}") if total.of_rates else Load("y", i)) for i, w in network.total_terms[a].items())
        statements.append(Statement(f"t{a}", Sum(tuple(terms)), f"total {total.name}"))
        outputs.append(Ref(f"t{a}"))
    return Program(name, rhs_inputs(network), tuple(statements), tuple(outputs))


def _level(network: Network, total: int) -> int:
    return network.total_levels[network.totals[total].name]
