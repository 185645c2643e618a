"""How the end of a solve depends on the coefficient of each reaction."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._analysis.scaled import scaled
from eqxfuse._chemistry.checks import require_conditions
from eqxfuse._chemistry.lists import listed
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.ranges import warn_of_ranges
from eqxfuse._plot import bars, equation, formula
from eqxfuse._rhs.fused import Args, FusedRHS, require_rhs
from eqxfuse._rhs.state import as_state
from eqxfuse._solve.integration import Time
from eqxfuse._solve.solve import as_arrays, solve

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Sensitivity(NamedTuple):
    """What one reaction does to one species."""

    reaction: int
    """Position in the network."""
    equation: str
    value: float
    """d ln x / d ln k."""


class Sensitivities(eqx.Module):
    """Logarithmic derivatives of final abundances with respect to rate coefficients. A pytree; prints as a table."""

    values: Float[Array, "*batch species reactions"]
    """d ln x_i / d ln k_j: a coefficient larger by 1 % makes the abundance larger by this many per cent."""
    abundances: Float[Array, "*batch species"]
    """The final abundances (or densities) that they belong to."""
    species: tuple[str, ...] = eqx.field(static=True)
    network: Network = eqx.field(static=True)

    def of(self, species: str) -> Float[Array, "*batch reactions"]:
        """The values of one of `species`. Raises `ValueError` for any other name."""
        if species not in self.species:
            raise ValueError(f"sensitivities are known for {', '.join(self.species)}, not for {species!r}")
        return self.values[..., self.species.index(species), :]

    def top(self, count: int = 10, species: str | None = None) -> tuple[Sensitivity, ...]:
        """The largest of one species, by size, the largest first; not for batches. By default of the first species."""
        values = np.asarray(self.of(self.species[0] if species is None else species))
        if values.ndim != 1:
            raise ValueError(f"one cell can be ranked, this is a batch of shape {values.shape[:-1]}")
        order = np.argsort(-np.abs(values), kind="stable")[:count].tolist()
        return tuple(Sensitivity(j, self.network.reactions[j].equation, float(values[j])) for j in order)

    def plot(self, count: int = 15, species: str | None = None, ax: "Axes | None" = None) -> "Axes":
        """The `count` largest of one species (by default of the first) as bars; needs `pip install 'eqxfuse[plot]'`.

        Draws on `ax` or a new figure and returns the axes. Raises as `top`, and `ImportError` without matplotlib.
        """
        name = self.species[0] if species is None else species
        top = self.top(count, name)
        xlabel = rf"sensitivity  d ln $x$({formula(name)}) / d ln $k$"
        return bars([equation(row.equation) for row in top], [row.value for row in top], xlabel, ax)

    def table(self, rows: int = 10) -> str:
        """The `rows` largest of each species."""
        lines = []
        for name, x in zip(self.species, self.abundances, strict=True):
            lines.append(f"d ln x({name}) / d ln k at the end, where x = {x:.3e}")
            lines += [f"  {row.value:+8.4f}  {row.equation}" for row in self.top(rows, name)]
        return "\n".join(lines)

    def __repr__(self) -> str:
        if isinstance(self.values, np.ndarray | jax.Array) and self.values.ndim == 2:
            return self.table()
        return f"Sensitivities({', '.join(self.species)}; {jnp.shape(self.values)})"


def sensitivities(
    rhs: FusedRHS,
    conditions: Args,
    y0: Float[Array, "species"],
    t1: Time,
    species: str | Sequence[str],
    **options: Any,
) -> Sensitivities:
    """d ln x_i(t1) / d ln k_j of one or a few `species` and every reaction, from one solve in reverse mode.

    The first arguments and `options` (tolerances, solver, ...) are those of `solve`; the coefficient of a reaction is
    scaled over the whole time, abundance-dependent factors included. Works under `jax.jit` and `jax.vmap`. Raises
    `UnknownSpecies`, `ValueError` for a gas that heats and cools, and what `solve` raises.
    """
    names = listed(species)
    index = tuple(require_rhs(rhs).network.index(name) for name in names)
    if rhs.thermal is not None:
        raise ValueError(
            "sensitivities are those of a gas whose temperature is given: pass rhs.isothermal; where it heats and "
            "cools, differentiate solve with respect to rhs.table"
        )
    require_conditions(rhs.network, conditions)
    warn_of_ranges(rhs.network, conditions)
    given = as_arrays((conditions, t1, options))
    final, slopes = _final_and_slopes(rhs, as_state(rhs.network, y0, "y0"), index, *given)
    return Sensitivities(slopes / final[:, None], final, names, rhs.network)


@eqx.filter_jit
def _final_and_slopes(rhs: FusedRHS, y0, index: tuple[int, ...], conditions: Args, t1, options: dict[str, Any]):
    """x_i(t1) [i] and d x_i(t1) / d ln k_j [i, reactions]."""

    def final(log_factors):
        own = scaled(rhs, conditions, jnp.exp(log_factors))
        return solve(rhs, own, y0, t1, saveat=1, **options).abundances[-1, np.array(index)]

    end, pullback = jax.vjp(final, jnp.zeros(len(rhs.network.reactions), y0.dtype))
    (slopes,) = jax.vmap(pullback)(jnp.eye(len(index), dtype=end.dtype))
    return end, slopes
