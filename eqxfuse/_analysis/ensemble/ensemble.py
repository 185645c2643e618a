"""What an ensemble of solves tells."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._analysis.ensemble.draws import normals
from eqxfuse._analysis.ensemble.ranks import rank_correlations
from eqxfuse._chemistry.constants import YEAR
from eqxfuse._chemistry.lists import counted, listed
from eqxfuse._chemistry.network import Network
from eqxfuse._plot import bands
from eqxfuse._program.one_line import OneLine
from eqxfuse._solve.trajectory.trajectory import Trajectory

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ONE_SIGMA = (15.865, 50.0, 84.135)
"""Percentiles of one standard deviation below the median, of the median, and of one above."""


class Correlation(NamedTuple):
    """How an abundance goes with one coefficient."""

    reaction: int
    """Position in the network."""
    equation: str
    value: float
    """Spearman's rank correlation, from -1 to 1."""


class Ensemble(OneLine):
    """Solves with coefficients drawn at random. Members that failed count nowhere but in `trajectory`.

    All methods look at one species, at every output time, unless they say otherwise; they raise `UnknownSpecies` for
    one that was not kept.
    """

    def __init__(self, trajectory: Trajectory, network: Network, factors: np.ndarray, seed: int):
        self.trajectory = trajectory
        """All members: a batch [members]."""
        self.network = network
        self.factors = factors
        """[reactions] the factor F of each coefficient, one standard deviation."""
        self.seed = seed
        self._good = np.flatnonzero(np.asarray(trajectory.succeeded))

    @classmethod
    def load(cls, path: str | Path, network: Network) -> "Ensemble":
        """Read the .npz that the command `eqxfuse ensemble` wrote. Raises `ValueError` for another file, and for a
        `network` with other reactions.
        """
        trajectory = Trajectory.load(path)
        if trajectory.origin is None or trajectory.origin.digest != network.digest:
            raise ValueError(f"{path} was not made from {network!r}")
        with np.load(path) as arrays:
            if "ensemble_seed" not in arrays:
                raise ValueError(f"{path} holds no ensemble")
            return cls(trajectory, network, arrays["ensemble_factors"], int(arrays["ensemble_seed"]))

    @property
    def times(self) -> np.ndarray:
        """[times] the output times [s]."""
        return np.asarray(self.trajectory.times[0])

    def abundances(self, species: str) -> np.ndarray:
        """[members, times] of the members that arrived at the end."""
        return np.asarray(self.trajectory.abundance(species))[self._good]

    def percentiles(self, species: str, percent: Sequence[float] = ONE_SIGMA) -> np.ndarray:
        """[percent, times] by default those of one standard deviation: 15.9, 50 and 84.1."""
        return np.percentile(self.abundances(species), percent, axis=0)

    def mean(self, species: str) -> np.ndarray:
        """[times] the mean."""
        return self.abundances(species).mean(axis=0)

    def spread(self, species: str) -> np.ndarray:
        """[times] the standard deviation of log10 of the abundance [dex]; nan where a member has none."""
        values = self.abundances(species)
        present = (values > 0).all(axis=0)
        return np.where(present, np.std(np.log10(np.where(present, values, 1.0)), axis=0, ddof=1), np.nan)

    def correlations(self, species: str, time: float | None = None) -> Float[Array, "reactions"]:
        """[reactions] Spearman's rank correlation of the abundance with each coefficient, at the output that is nearest
        to a `time` [s], by default at the last.

        Of N members, values up to about 3/sqrt(N) come by chance. Raises `ValueError` for less than three members.
        """
        if len(self._good) < 3:
            raise ValueError(f"correlations need three members at least, {len(self._good)} arrived at the end")
        at = -1 if time is None else int(np.argmin(np.abs(self.times - time)))
        drawn = normals(self.seed, self._good, len(self.network.reactions))
        found = rank_correlations(self.abundances(species)[:, at], drawn)
        return np.where(self.factors == 1.0, 0.0, found)  # pyright: ignore[reportReturnType]

    def top(self, species: str, count: int = 10, time: float | None = None) -> tuple[Correlation, ...]:
        """The `count` largest `correlations`, by size, the largest first."""
        values = np.asarray(self.correlations(species, time))
        order = np.argsort(-np.abs(values), kind="stable")[:count].tolist()
        return tuple(Correlation(j, self.network.reactions[j].equation, float(values[j])) for j in order)

    def plot(self, species: str | Sequence[str], ax: "Axes | None" = None) -> "Axes":
        """Medians with bands from 15.9 % to 84.1 % of one species or several; needs `pip install 'eqxfuse[plot]'`.

        Draws on `ax` or a new figure and returns the axes. Raises `ImportError` without matplotlib.
        """
        curves = {name: self.percentiles(name) for name in listed(species)}
        return bands(self.times, curves, self.trajectory.state, ax)

    def table(self, species: str | Sequence[str], rows: int = 5) -> str:
        """At the end: median and spread of each species, and the `rows` coefficients that it goes with most."""
        lines = []
        for name in listed(species):
            low, middle, high = self.percentiles(name)[:, -1]
            lines.append(
                f"{name}: {middle:.3e}, from {low:.3e} to {high:.3e} (68 % of {counted(len(self._good), 'member')}) "
                f"at {self.times[-1] / YEAR:.3g} yr"
            )
            lines += [f"  {row.value:+.2f}  {row.equation}" for row in self.top(name, rows)]
        return "\n".join(lines)

    def __repr__(self) -> str:
        members = len(np.asarray(jax.tree.leaves(self.trajectory.result)[0]))
        return f"Ensemble({counted(members, 'member')}, {self.trajectory!r})"
