"""The chemistry of a slab, from the side that is lit to the other."""

import dataclasses
import warnings
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.core
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.typing import ArrayLike
from jaxtyping import Array, Bool, Float

from eqxfuse._chemistry.checks import require_conditions, require_start, warn_of_start
from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.history.history import History
from eqxfuse._models.parameters import HYDROGEN_PER_AV
from eqxfuse._models.slab import Slab
from eqxfuse._rhs.fused import FusedRHS, require_rhs
from eqxfuse._rhs.state import as_state
from eqxfuse._solve.integration import Time, is_known
from eqxfuse._solve.solve import as_arrays, solve
from eqxfuse._solve.steady import steady_state

_COLUMNS = {"H2": "h2_column", "CO": "co_column", "C": "c_column"}
"""Fields of conditions for what is in front, by species."""
_OUTPUTS, _DECADES = 48, 6
"""Of a solve in time, over so many decades, at which columns are handed on."""


def slab(
    rhs: FusedRHS,
    conditions: Conditions,
    y0: Float[Array, "species"],
    av: ArrayLike,
    *,
    time: Time | None = None,
    rtol: Time | None = None,
    max_steps: int = 10_000,
    throw: bool = True,
) -> Slab:
    """A photodissociation region: a slab of gas that light enters on one side, in steady state or at a time.

    From the surface inwards, depth after depth, the chemistry is solved with the columns of H2, CO and C in front,
    which laws that shield take from `h2_column`, `co_column` and `c_column` of the conditions. Columns are integrated
    by the trapezoidal rule; the half that depends on the depth itself is part of its equations (`radius` is half the
    way from the depth before), so that nothing is iterated, and the error falls with the square of the distance of the
    depths. Light comes straight in: nothing is scattered or comes from the other side.

    **Arguments**:

    - `rhs`: abundances (not densities), of a network whose laws shield: `rate_laws.ShieldedH2`, `ShieldedCO` and
      `ShieldedC`, which files of UCLCHEM and `networks.interstellar` have. With `thermal` processes temperatures are
      solved for, too.
    - `conditions`: numbers, or arrays [depths] of what changes over the depth, such as `density` and `temperature`.
      `av` and `radius` are put in here. What `h2_column` and its like hold is in front of the slab.
    - `y0` [species]: see `Network.abundances`; the start of each depth at a `time`. A steady state is looked for from
      there at the surface, and from that of the depth before behind it: where there are several, it is that which hangs
      together with the surface.
    - `av` [depths]: visual extinction between the light and each depth [mag], in increasing order from 0 or more, as in
      `np.append(0.0, np.geomspace(1e-3, 10.0, 60))`. There are 1.87e21 hydrogen nuclei cm^-2 for each magnitude
      (Bohlin, Savage & Drake 1978, ApJ 224, 132, with R_V = 3.1) at a `dust_to_gas` of 0.01, and more with less dust.
    - `time`: how long after the start [s]; the columns in front change with time, too. None for the steady state.
    - `rtol`: that of `steady_state`, or of `solve`.
    - `max_steps`: that of `solve`, at a `time`.
    - `throw`: raise `RuntimeError` where a depth has no steady state, or its solve fails; else see `Slab.converged`,
      and believe nothing behind the first that is false.

    Works under `jax.jit`, `jax.vmap` over conditions or `y0`, and with derivatives.

    Warns where no rate of the network depends on abundances, so that nothing shields. Raises `ValueError` for depths
    that are none, for fields of another length and for a right-hand side of densities.
    """
    network = require_rhs(rhs).network
    if rhs.state != "abundance":
        raise ValueError(f"a slab is computed in abundances: leave out state={rhs.state!r} of FusedRHS")
    depths = np.asarray(av, float)
    if depths.ndim != 1 or len(depths) < 2 or not (np.diff(depths) > 0).all() or not 0 <= depths[0] < np.inf:
        raise ValueError(f"av must be a list of two or more depths [mag] in increasing order from 0, got {av!r:.100}")
    if not any(reaction.fits[0].law.is_modified for reaction in network.reactions):
        doubt = (
            "no rate of this network depends on abundances, so that nothing shields itself: see rate_laws.ShieldedH2"
        )
        warnings.warn(doubt, stacklevel=2)
    y0 = as_state(network, y0, "y0")
    if is_known(y0):
        require_start(network, np.asarray(y0))
    cells = _cells(conditions, len(depths))
    require_conditions(network, conditions)
    warn_of_start(network, conditions, y0)
    hydrogen = HYDROGEN_PER_AV * jnp.asarray(depths) / (jnp.asarray(cells.dust_to_gas) / 0.01)
    between = jnp.diff(hydrogen, prepend=0.0)
    own = between.at[1:].multiply(0.5)  # of what lies in front of the first depth all is like it
    cells = dataclasses.replace(cells, av=jnp.asarray(depths), radius=own / cells.density)
    options = {} if rtol is None else {"rtol": rtol}
    if time is None:
        way: Any = _Steady(options)
    else:
        way = _AtTime(jnp.asarray(time, float), options | {"max_steps": max_steps})
    found = _swept(rhs, as_arrays(cells), y0, own, between - own, way)
    slab = Slab(
        av=jnp.asarray(depths),
        hydrogen=hydrogen,
        abundances=found.state,
        temperature=found.temperature,
        conditions=dataclasses.replace(cells, **found.in_front),
        converged=found.converged,
        species=network.species,
    )
    return _checked(slab, depths) if throw else slab


class _Depth(NamedTuple):
    """What was found at a depth."""

    state: Float[Array, "species"]
    temperature: Float[Array, ""]
    converged: Bool[Array, ""]
    in_front: dict[str, Float[Array, ""]]
    """Columns [cm^-2] by their fields of conditions."""


class _Steady(eqx.Module):
    """A steady state at each depth."""

    options: dict[str, Any]
    rows: tuple[int, ...] = eqx.field(static=True, default=())
    """Shape of a column."""

    def __call__(self, rhs: FusedRHS, cell: Conditions, start):
        """State, temperature, whether it was found, and the abundances [..., species] that make columns."""
        found = steady_state(rhs, cell, start, throw=False, **self.options)
        temperature = cell.temperature if found.temperature is None else found.temperature
        return found.abundances, temperature, found.converged, found.abundances

    def next_start(self, y0, state):
        return state

    def last(self, column):
        return column


class _AtTime(eqx.Module):
    """A solve at each depth, whose columns in front are a history."""

    time: Float[Array, ""]
    options: dict[str, Any]
    rows: tuple[int, ...] = eqx.field(static=True, default=(_OUTPUTS + 1,))

    def __call__(self, rhs: FusedRHS, cell: Conditions, start):
        times = self.time * np.logspace(-_DECADES, 0.0, _OUTPUTS)
        history = History(jnp.append(0.0, times), cell)
        found = solve(rhs, history, start, self.time, saveat=times, throw=False, **self.options)
        temperature = cell.temperature if found.temperature is None else found.temperature[-1]
        over_time = jnp.concatenate([start[None], found.abundances])
        return found.abundances[-1], temperature, found.succeeded, over_time

    def next_start(self, y0, state):
        return y0

    def last(self, column):
        return column[-1]


@eqx.filter_jit
def _swept(rhs: FusedRHS, cells: Conditions, y0, own, before, way) -> _Depth:
    """Each depth with the columns of those in front; of the hydrogen between two of them `own` [depths] has the
    abundances of the second, `before` [depths] those of the first."""
    names = rhs.network.species_names
    places = {field: names.index(name) for name, field in _COLUMNS.items() if name in names}

    def next_depth(carry, given):
        columns, previous, start = carry
        cell, own, before = given
        in_front = {field: columns[field] + before * previous[..., i] for field, i in places.items()}
        state, temperature, converged, made = way(rhs, dataclasses.replace(cell, **in_front), start)
        made = jnp.maximum(made, 0.0)
        columns = {field: in_front[field] + own * made[..., i] for field, i in places.items()}
        last = {field: way.last(column) for field, column in in_front.items()}
        return (columns, made, way.next_start(y0, state)), _Depth(state, jnp.asarray(temperature), converged, last)

    surface = {field: jnp.broadcast_to(getattr(cells, field)[0], way.rows).astype(y0.dtype) for field in places}
    nothing = jnp.zeros((*way.rows, len(names)), y0.dtype)
    return lax.scan(next_depth, (surface, nothing, y0), (cells, own, before))[1]


def _cells(conditions: Conditions, depths: int) -> Conditions:
    """With each field as an array [depths]. Raises `TypeError` and `ValueError`."""
    if not isinstance(conditions, Conditions):
        raise TypeError(f"conditions must be Conditions, got {conditions!r:.100}")
    for name, value in conditions.named().items():
        if jnp.shape(value) not in ((), (depths,)):
            raise ValueError(
                f"Conditions.{name} must be a number or have a value for each of the {depths} depths, got shape "
                f"{jnp.shape(value)}"
            )
    return jax.tree.map(lambda field: jnp.broadcast_to(jnp.asarray(field), (depths,)), conditions)


def _checked(slab: Slab, depths: np.ndarray) -> Slab:
    """Raise `RuntimeError` for a failure: now where the result is known, and when it runs where it is traced."""
    if isinstance(slab.converged, jax.core.Tracer):
        message = (
            "a depth of the slab (or of one of a batch) has no steady state, or its solve failed; with throw=False "
            "what was found comes back, and Slab.converged says where"
        )
        return eqx.error_if(slab, ~slab.converged.all(), message)
    if not slab.converged.all():
        first = int(np.argmin(np.asarray(slab.converged)))
        raise RuntimeError(
            f"the slab got to Av = {depths[first]:.4g} mag (depth {first} of {len(depths)}), which has no steady "
            "state, or whose solve failed. To see why, solve that depth alone, with Slab.conditions of throw=False; "
            "give depths that are nearer to each other, a larger rtol=, or a time="
        )
    return slab
