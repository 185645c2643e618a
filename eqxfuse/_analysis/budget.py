"""The reactions that make a species and those that destroy it, ranked."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import equinox as eqx
import jax.core
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._analysis.fluxes import fluxes
from eqxfuse._analysis.notebook import budget_html
from eqxfuse._chemistry.checks import require_conditions
from eqxfuse._chemistry.constants import YEAR
from eqxfuse._chemistry.lists import counted
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.ranges import warn_of_ranges
from eqxfuse._rhs.fused import Args, FusedRHS, require_rhs
from eqxfuse._rhs.state import as_state
from eqxfuse._solve.solve import as_arrays

_UNITS = {"abundance": "s^-1", "density": "cm^-3 s^-1"}


class BudgetTerm(NamedTuple):
    """What one reaction does to a species."""

    reaction: int
    """Position in the network."""
    equation: str
    rate: float
    """Formed or destroyed by it in each second: above zero but for the noise of negative abundances."""
    share: float
    """Part of all formation, or of all destruction."""
    channel: str = ""
    """Where ice takes part, the kind of the reaction in its file (`THERM`, `DEUVCR`, `LHDES`), or its rate law, as one
    equation may stand for several ways to leave the ice; else empty."""

    @property
    def label(self) -> str:
        """The equation, and the channel if any, such as `#CO -> CO  [THERM]`."""
        return f"{self.equation}  [{self.channel}]" if self.channel else self.equation


@dataclass(frozen=True, repr=False)
class Budget:
    """Formation and destruction of a species in one state; the largest terms come first. Prints as a table.

    Rates are per hydrogen nucleus [s^-1], or in cm^-3 s^-1 where `state` is "density".
    """

    species: str
    amount: float
    """Abundance n/n_H, or density [cm^-3]."""
    formation: tuple[BudgetTerm, ...]
    destruction: tuple[BudgetTerm, ...]
    state: str = "abundance"

    @property
    def formed(self) -> float:
        """Formed by all reactions together in each second."""
        return math.fsum(term.rate for term in self.formation)

    @property
    def destroyed(self) -> float:
        """Destroyed by all reactions together in each second."""
        return math.fsum(term.rate for term in self.destruction)

    @property
    def net(self) -> float:
        """dy/dt of the species: the rates of all terms, added without rounding."""
        return math.fsum([*(term.rate for term in self.formation), *(-term.rate for term in self.destruction)])

    @property
    def timescale(self) -> float:
        """Lifetime [s]: `amount` over `destroyed`, infinite where nothing destroys the species."""
        return self.amount / self.destroyed if self.destroyed > 0 else math.inf

    def table(self, rows: int = 10) -> str:
        """The `rows` largest terms of each side with their shares."""
        unit = _UNITS[self.state]
        lines = [
            f"{self.species}: {self.state} {self.amount:.3e}, net change {self.net:+.3e} {unit}, "
            f"lifetime {self.timescale / YEAR:.3g} yr"
        ]
        sides = (("formation", self.formed, self.formation), ("destruction", self.destroyed, self.destruction))
        for title, total, terms in sides:
            number = counted(len(terms), "reaction")
            if not any(term.rate for term in terms):
                lines.append(f"{title}: none here, by {number} of rate 0" if terms else f"{title}: by no reaction")
                continue
            lines.append(f"{title}: {total:.3e} {unit} by {number}")
            lines += [f"  {term.share:6.1%}  {term.rate:.3e}  {term.label}" for term in terms[:rows]]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        return budget_html(self)


def budget(rhs: FusedRHS, conditions: Args, y: Float[Array, "species"], species: str, *, t: float = 0.0) -> Budget:
    """The reactions that make `species` and those that destroy it where the state is `y`, ranked.

    A reaction counts with its net change, so one that gives a catalyst back is not in its budget; rows of the network
    with equal equations stay apart. `conditions` is what `rhs` takes as `args`, `t` [s] matters for callable ones; see
    `Trajectory.at` for a `y` at a time, and `fluxes` for code under `jax.jit`. Raises `UnknownSpecies`, `ValueError`
    for values that are not finite or more than one state, and `TypeError` for a `y` that is no state.
    """
    network = require_rhs(rhs).network
    index = network.index(species)
    y = as_state(network, y)
    if isinstance(y, jax.core.Tracer):
        raise TypeError("a budget cannot be traced: under jax.jit, vmap and grad use fluxes")
    if y.ndim != 1:
        raise ValueError(f"a budget is that of one state [species], got shape {y.shape}")
    require_conditions(rhs.network, conditions)
    warn_of_ranges(network, conditions)
    flux = np.asarray(_fluxes(rhs, *as_arrays((conditions, y, t))), dtype=float)
    if not np.isfinite(flux).all() or not math.isfinite(y[index]):
        raise ValueError("y or the coefficients hold values that are not finite, so there is no budget of them")
    changes = [(j, dict(reaction.net_change).get(species, 0)) for j, reaction in enumerate(network.reactions)]
    formed = [(j, float(change * flux[j])) for j, change in changes if change > 0]
    destroyed = [(j, float(-change * flux[j])) for j, change in changes if change < 0]
    sides = (_ranked(network, rows) for rows in (formed, destroyed))
    return Budget(species, float(y[index]), *sides, state=rhs.state)


@eqx.filter_jit
def _fluxes(rhs: FusedRHS, conditions: Args, y, t):
    return fluxes(rhs, conditions, y, t=t)


def _ranked(network: Network, rows: Sequence[tuple[int, float]]) -> tuple[BudgetTerm, ...]:
    total = math.fsum(rate for _, rate in rows)
    terms = (
        BudgetTerm(j, network.reactions[j].equation, rate, rate / total if total else 0.0, _channel(network, j))
        for j, rate in rows
    )
    return tuple(sorted(terms, key=lambda term: -abs(term.rate)))


def _channel(network: Network, j: int) -> str:
    reaction = network.reactions[j]
    names = (name for name, _ in (*reaction.reactants, *reaction.products))
    if all(network.species[network.index(name)].phase == "gas" for name in names):
        return ""
    return reaction.kind or type(reaction.fits[0].law).__name__
