"""What a solve returns."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import equinox as eqx
import jax
import jax.core
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.lists import listed
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.species import Phase, Species
from eqxfuse._plot import plot, plot_ice
from eqxfuse._program.one_line import OneLine
from eqxfuse._solve.outcome import Outcome
from eqxfuse._solve.trajectory.between import interpolate, warn_of_gaps
from eqxfuse._solve.trajectory.files import read_fields, to_dataframe, to_dataset, write_file
from eqxfuse._solve.trajectory.ice import WATER, ice, ice_columns, inventory, layers, require_ice
from eqxfuse._solve.trajectory.notebook import trajectory_html
from eqxfuse._solve.trajectory.origin import Origin

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame
    from xarray import Dataset


class Trajectory(eqx.Module, OneLine):
    """Abundances of every species over time. A pytree; under `jax.vmap` every array has the batch axes in front."""

    times: Float[Array, "*batch times"]
    """Output times [s]."""
    abundances: Float[Array, "*batch times species"]
    """Abundances x = n/n_H; densities [cm^-3] where `state` is "density". NaN at times that a failed solve missed."""
    initial: Float[Array, "*batch species"]
    """The state that the solve started from."""
    statistics: dict[str, Int[Array, "*batch"]]
    """Numbers of `steps`, of `accepted` and of `rejected` ones."""
    result: Outcome
    """How the solve ended; `Outcome[result]` says what to try after a failure."""
    species: tuple[Species, ...] = eqx.field(static=True)
    state: Literal["abundance", "density"] = eqx.field(static=True, default="abundance")
    end_time: Float[Array, "*batch"] | None = None
    """The time [s] at which the solve ended: the last one asked for, or where it failed."""
    end_state: Float[Array, "*batch species"] | None = None
    """The state there, in units of `state`."""
    temperature: Float[Array, "*batch times"] = None  # pyright: ignore[reportAssignmentType]
    """Gas temperature [K] over time; NaN as `abundances`. None where it was not solved for."""
    end_temperature: Float[Array, "*batch"] = None  # pyright: ignore[reportAssignmentType]
    """The temperature [K] at `end_time`. None where it was not solved for."""
    origin: Origin | None = None
    """What it was made from, with the names of the batch axes; None where that is not known, as in old files."""

    @property
    def species_names(self) -> tuple[str, ...]:
        return self._matter.species_names

    @property
    def conditions(self) -> Conditions | None:
        """The conditions of the solve, whose fields have the batch axes or are the same in every cell.

        None where they are not known: the solve was given coefficients or a function of time.
        """
        return None if self.origin is None else self.origin.conditions

    @property
    def succeeded(self) -> Bool[Array, "*batch"]:
        """Whether the solve arrived at the end."""
        return self.result == Outcome.successful

    def abundance(self, name: str) -> Float[Array, "*batch times"]:
        """Abundance of one species over time. Raises `UnknownSpecies`."""
        return self.abundances[..., self._matter.index(name)]

    def phase(self, phase: Phase) -> dict[str, Float[Array, "*batch times"]]:
        """Abundances over time of the species of one phase, `"gas"`, `"surface"` or `"bulk"`, by their names.

        Raises `ValueError` for another phase, and where the network has no species in it.
        """
        return {name: self.abundance(name) for name in self._matter.in_phase(phase)}

    @property
    def ice_names(self) -> tuple[str, ...]:
        """Species in ice by their names in the gas, each once; empty for a network without ice."""
        return tuple(ice_columns(self.species))

    def ice(self, name: str) -> Float[Array, "*batch times"]:
        """Abundance in ice over time, surface and bulk together, of a species by its name in the gas, such as `"H2O"`.

        Raises `UnknownSpecies`, and `ValueError` where the network has no ice.
        """
        return ice(self.species, self.abundances, name)

    def ice_composition(self) -> dict[str, Float[Array, "*batch times"]]:
        """Each species of the ice over time, surface and bulk together, in percent of water ice, as observers give it.

        By names in the gas; NaN or infinite while there is no water ice. Raises `UnknownSpecies` for a network without
        water ice, and `ValueError` for one without ice.
        """
        water = self.ice(WATER)
        return {name: 100.0 * self.ice(name) / water for name in self.ice_names}

    def layers(self, conditions: Conditions | None = None) -> Float[Array, "*batch times"]:
        """How many monolayers the ice makes over time: all species on the surface and in the bulk, H and H2 included,
        over the sites of all grains, 4 pi `grain_radius`^2 `site_density` / `gas_to_grain` for each hydrogen nucleus.

        `conditions` are those of the solve where they are known; else (a solve with a function of time) give some
        with its grains. Raises `ValueError` where neither is there, and where the network has no ice.
        """
        known = self.conditions if conditions is None else conditions
        if known is None:
            raise ValueError("the grains of this solve are not known: pass conditions= with them")
        x = self.abundances
        if self.state == "density":
            x = x / jnp.asarray(known.density)[..., None, None]
        return layers(self.species, x, known)

    def inventory(self) -> dict[str, dict[Phase, Float[Array, "*batch times"]]]:
        """How many nuclei of each element are in each phase over time, in units of `state`: `["C"]["surface"]`.

        Summed over the phases of an element it is what `conservation` looks at. Phases without species are left out,
        and species that are not a formula count as nothing.
        """
        return inventory(self.species, self.abundances)

    @property
    def final(self) -> dict[str, Float[Array, "*batch"]]:
        """Abundance of every species, by name, at the last output time."""
        last = self.abundances[..., -1, :]
        return {name: last[..., i] for i, name in enumerate(self.species_names)}

    def at(self, time: float | Sequence[float] | Float[Array, "..."]) -> Float[Array, "... species"]:
        """The state [*batch, species] at a time [s], or the states [*batch, *times, species] at several.

        Between the outputs around a time the logarithm of the state is linear in that of the time (see `interpolate`);
        NaN before the first output and after the last. Warns, where the times are known, when outputs lie so far apart
        that this is a guess: ask for the time itself with `saveat` then.
        """
        wanted = jnp.asarray(time, self.times.dtype)
        warn_of_gaps(wanted, self.times)
        found = jnp.vectorize(interpolate, signature="(w),(t),(t,s)->(w,s)")(
            wanted.ravel(), self.times, self.abundances
        )
        return found.reshape(*self.times.shape[:-1], *wanted.shape, len(self.species))

    def cell(self, *index: int) -> "Trajectory":
        """One trajectory of a batch, at the `index` along each of its axes. Raises `IndexError`."""
        shape = self.times.shape[:-1]
        if len(index) != len(shape) or not all(-n <= i < n for i, n in zip(index, shape, strict=True)):
            raise IndexError(f"there is no cell {index} in a batch of shape {shape}")
        arrays = jax.tree.map(lambda array: array[index], dataclasses.replace(self, origin=None))
        return dataclasses.replace(arrays, origin=self.origin and self.origin.of_cell(index, shape))

    def select(self, species: str | Sequence[str]) -> "Trajectory":
        """The trajectory of these species alone, in the order of their names here. Raises `UnknownSpecies`."""
        columns = [self._matter.index(name) for name in listed(species)]
        return dataclasses.replace(
            self,
            abundances=self.abundances[..., columns],
            initial=self.initial[..., columns],
            end_state=None if self.end_state is None else self.end_state[..., columns],
            species=tuple(self.species[i] for i in columns),
        )

    def most_abundant(self, count: int = 10) -> tuple[str, ...]:
        """Names of the species with the largest abundances at the last output time, largest first; of a failed solve at
        the time where it ended.

        Raises `ValueError` for a batch.
        """
        self._require_one("most_abundant ranks")
        last = self.abundances[-1]
        reached = last if self.end_state is None else jnp.where(jnp.isnan(last).any(), self.end_state, last)
        order = jnp.argsort(reached, descending=True)[:count]
        return tuple(self.species_names[int(i)] for i in order)

    def conservation(self) -> dict[str, Float[Array, "*batch"]]:
        """Largest drift of each element and of `charge` over the output times that the solve reached.

        It is the change of the sum over species of c_i x_i since the start, where c_i counts the atoms (or charges)
        of a species, over the largest value of the sum of |c_i| x_i: relative for elements, and relative to all
        charges present for the charge; 0 for what is absent. NaN where the solve reached no output time. Species that
        are not a formula count as nothing.
        """
        labels = (*self._matter.elements, "charge")
        counts = jnp.asarray(self._matter.composition, self.abundances.dtype)
        size = jnp.abs(self.abundances)
        gross = jnp.nanmax(size @ jnp.abs(counts).T, axis=-2)
        total = jnp.maximum(jnp.nanmax(jnp.sum(size, axis=-1), axis=-1), jnp.sum(jnp.abs(self.initial), axis=-1))
        scale = jnp.maximum(gross, jnp.finfo(size.dtype).eps * total[..., None])
        change = jnp.nanmax(jnp.abs((self.abundances - self.initial[..., None, :]) @ counts.T), axis=-2)
        drift = change / jnp.where(scale == 0, 1, scale)
        return {label: drift[..., i] for i, label in enumerate(labels)}

    def plot(self, species: str | Sequence[str] | None = None, ax: "Axes | None" = None) -> "Axes":
        """Abundances against time in years on logarithmic axes; needs matplotlib (`pip install 'eqxfuse[plot]'`).

        `species` are the names to show, by default those of `most_abundant`. Draws on `ax` or a new figure and
        returns the axes. Raises `UnknownSpecies`, `ValueError` for a batch, `ImportError` without matplotlib.
        """
        self._require_one("plot shows")
        names = self.most_abundant() if species is None else listed(species)
        curves = {name: self.abundance(name) for name in names}
        return plot(self.times, curves, self.state, ax)

    def plot_ice(self, species: str | Sequence[str] | None = None, ax: "Axes | None" = None) -> "Axes":
        """Ice over time in years, surface and bulk together, its species stacked; needs matplotlib.

        The legend has the amounts at the end in percent of water ice. `species` are the names in the gas of those to
        show, from the lowest up; by default those that make a fiftieth of the ice, the largest at the end first, with
        the others as one. Draws on `ax` or a new figure and returns the axes. Raises `UnknownSpecies`, `ValueError`
        for a batch or without ice, `ImportError` without matplotlib.
        """
        self._require_one("plot_ice shows")
        require_ice(self.species)
        amounts = {name: self.ice(name) for name in self.ice_names}
        for name in listed(species or ()):
            self.ice(name)
        return plot_ice(self.times, amounts, self.state, None if species is None else listed(species), WATER, ax)

    def dataframe(self) -> "DataFrame":
        """A pandas table: a row for each time [s], a column for each species; needs `pip install 'eqxfuse[tables]'`.

        Raises `ValueError` for a batch and `ImportError` without pandas.
        """
        return to_dataframe(self._fields)

    def to_xarray(self, *dims: str | Sequence[str]) -> "Dataset":
        """Labelled arrays of xarray: abundances [*dims, time, species], start, statistics and result, with units.

        `dims` name the batch axes: by default as in `origin`, or after the one condition that varies along an axis, as
        in `dataset.sel(temperature=10.0)`; else `cell` or `cell_0`, `cell_1`, ... . Conditions are coordinates; the
        network, its digest, `t0` and the tolerances are attributes. The n_H of the conditions is called `n_H` beside
        data called `density`. Where the cells of a batch have output times of their own, `time` [*dims, output] labels
        the axis `output`. Needs `pip install 'eqxfuse[tables]'`.

        Raises `ValueError` when `dims` are too many or too few or names that mean something else, and `ImportError`
        without xarray.
        """
        return to_dataset(self._fields, tuple(name for given in dims for name in listed(given)))

    def save(self, path: str | Path) -> None:
        """Write a file of the kind that its suffix names.

        - `.npz`: everything, for NumPy without eqxfuse;
        - `.nc`: everything, as NetCDF (see `to_xarray`);
        - `.zarr`: everything, as a Zarr store that xarray opens, cut into chunks (`pip install 'eqxfuse[zarr]'`);
        - `.csv`: times [s] and abundances of one trajectory.

        The file appears when it is whole: one that was there stays as it is when the disk is full or the process dies.
        Raises `ValueError` for another suffix (and for a batch as `.csv`), and `OSError`.
        """
        write_file(path, self._fields)

    @classmethod
    def load(cls, path: str | Path) -> "Trajectory":
        """Read what `save` wrote as `.npz`, `.nc` or `.zarr`.

        Raises `ValueError` for another kind of file, `OSError` where it cannot be read.
        """
        return cls(**read_fields(path))

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.times.shape[:-1]))
        batch = f"batch of {shape}, " if shape else ""
        return f"Trajectory({batch}{len(self.species)} species, {self.times.shape[-1]} times{self._failures()})"

    def _failures(self) -> str:
        """How many solves failed, where that is known."""
        leaves = jax.tree.leaves(self.result)
        if not all(isinstance(leaf, jax.Array) and not isinstance(leaf, jax.core.Tracer) for leaf in leaves):
            return ""
        failed = int(jnp.sum(~self.succeeded))
        return "" if not failed else f", {failed} failed" if self.times.ndim > 1 else ", failed"

    def _repr_html_(self) -> str:
        return trajectory_html(self)

    def _require_one(self, what: str) -> None:
        if self.times.ndim != 1:
            shape = self.times.shape[:-1]
            raise ValueError(f"{what} one trajectory, this is a batch of shape {shape}; take one of it with .cell(...)")

    @property
    def _fields(self) -> dict[str, Any]:
        """By name, as `files` takes and gives them."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @property
    def _matter(self) -> Network:
        """The species as a network without reactions, which knows their names and composition."""
        return Network(self.species, ())
