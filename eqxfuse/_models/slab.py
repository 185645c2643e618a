"""A slab of gas that is lit from one side: what it is made of, over its depth."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.lists import counted, listed
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.species import Species
from eqxfuse._plot import zones
from eqxfuse._program.one_line import OneLine
from eqxfuse._solve.durable import durable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SHOWN = ("H", "H2", "H+", "C+", "C", "CO", "O", "O2", "OH", "H2O", "e-")
"""Species of a picture, those of them that there are."""
_LABEL = r"visual extinction  $A_V$  [mag]"


class Slab(eqx.Module, OneLine):
    """Gas at depths into a slab. A pytree; under `jax.vmap` every array has the batch axes in front."""

    av: Float[Array, "*batch depths"]
    """Visual extinction between the light and each depth [mag]."""
    hydrogen: Float[Array, "*batch depths"]
    """Column of hydrogen nuclei to each depth [cm^-2]."""
    abundances: Float[Array, "*batch depths species"]
    """n/n_H"""
    temperature: Float[Array, "*batch depths"]
    """Of the gas [K]."""
    conditions: Conditions
    """At each depth, with what is in front of it: each field is [*batch, depths]."""
    converged: Bool[Array, "*batch depths"]
    """Whether a steady state was found, or the solve arrived at its end."""
    species: tuple[Species, ...] = eqx.field(static=True)

    @property
    def species_names(self) -> tuple[str, ...]:
        return self._matter.species_names

    def abundance(self, name: str) -> Float[Array, "*batch depths"]:
        """Abundance of one species. Raises `UnknownSpecies`."""
        return self.abundances[..., self._matter.index(name)]

    def column(self, name: str) -> Float[Array, "*batch depths"]:
        """Column of one species to each depth [cm^-2]: abundances times the columns of hydrogen between the depths, by
        the trapezoidal rule; in front of the first depth they are those of it. Raises `UnknownSpecies`."""
        x = self.abundance(name)
        between = 0.5 * (x[..., 1:] + x[..., :-1]) * jnp.diff(self.hydrogen)
        first = x[..., :1] * self.hydrogen[..., :1]
        return jnp.cumsum(jnp.concatenate([first, between], axis=-1), axis=-1)

    def crossing(self, falling: str, rising: str) -> Float[Array, ""]:
        """A_V [mag] of the first depth at which there is as much of one species as of another that there was less of:
        `crossing("H", "H2")`, `crossing("C+", "CO")`. nan where that is nowhere. Between depths the logarithm of their
        ratio is a straight line over A_V.

        Raises `UnknownSpecies`, and `ValueError` for a batch.
        """
        self._require_one("crossing is that of")
        ratio = jnp.log(self.abundance(rising)) - jnp.log(self.abundance(falling))
        crossed = (ratio[1:] >= 0) & (ratio[:-1] < 0)
        i = jnp.argmax(crossed)
        part = ratio[i] / (ratio[i] - ratio[i + 1])
        return jnp.where(crossed.any(), self.av[i] + part * (self.av[i + 1] - self.av[i]), jnp.nan)

    def save(self, path: str | Path) -> None:
        """Write a table, durably: as `.csv` a line of names and a line for each depth, as `.npz` an array for each of
        these names: `av`, `hydrogen`, `temperature`, and the species.

        Raises `ValueError` for a batch and for another suffix, `OSError` where it cannot be written.
        """
        self._require_one("a table is that of")
        suffix = Path(path).suffix
        if suffix not in (".csv", ".npz"):
            raise ValueError(f"{path}: a slab can be saved as .csv or .npz, not as {suffix!r}")
        columns = {"av": self.av, "hydrogen": self.hydrogen, "temperature": self.temperature}
        columns |= {name: self.abundance(name) for name in self.species_names}
        table = {name: np.asarray(values) for name, values in columns.items()}
        with durable(Path(path)) as part, open(part, "wb") as file:
            if suffix == ".npz":
                np.savez(file, allow_pickle=False, **table)
            else:
                np.savetxt(
                    file, np.stack(list(table.values()), axis=1), "%.10g", ",", header=",".join(table), comments=""
                )

    def plot(self, species: str | Sequence[str] | None = None, figure: "Figure | None" = None) -> "Sequence[Axes]":
        """Temperature, where it changes, and the column of H2 above, abundances below, over the extinction. Needs
        matplotlib (`pip install 'eqxfuse[plot]'`).

        `species` are the names to show, by default H, H2, C+, C, CO and others that such pictures have. Draws on
        `figure` or a new one and returns the axes from top to bottom. Raises `UnknownSpecies`, `ValueError` for a
        batch, `ImportError` without matplotlib.
        """
        self._require_one("plot shows")
        default = [name for name in _SHOWN if name in self.species_names]
        names = default if species is None else listed(species)
        above = {"$T$  [K]": self.temperature} if np.ptp(np.asarray(self.temperature)) > 0 else {}
        if "H2" in self.species_names:
            above[r"$N(\mathrm{H_2})$  [cm$^{-2}$]"] = self.column("H2")
        curves = {name: self.abundance(name) for name in names}
        return zones(np.asarray(self.av), _LABEL, above, curves, "abundance", figure)

    def _require_one(self, what: str) -> None:
        shape = self.av.shape[:-1]
        if shape:
            raise ValueError(
                f"{what} one slab, this is a batch of shape {shape}; take one of it with jax.tree.map(lambda a: a[i], "
                "slab)"
            )

    def __repr__(self) -> str:
        *batch, depths = self.av.shape
        count = f"batch of {'x'.join(map(str, batch))}, " if batch else ""
        return f"Slab({count}{counted(depths, 'depth')}, {len(self.species)} species)"

    @property
    def _matter(self) -> Network:
        return Network(self.species, ())
