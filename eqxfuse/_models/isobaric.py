"""Gas whose pressure stays while it heats or cools: its density follows from its state."""

import dataclasses
from collections.abc import Sequence
from functools import lru_cache

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import Fit, RateTable
from eqxfuse._chemistry.rate_laws.law import rate_law
from eqxfuse._chemistry.rate_laws.layout import group
from eqxfuse._chemistry.thermal import Gas, Thermal, dT_dt, heat_capacity
from eqxfuse._chemistry.thermal.lookup import is_gas
from eqxfuse._chemistry.total import Total
from eqxfuse._models.isobaric_law import PARTICLES, Isobaric
from eqxfuse._rhs.fused import FusedRHS
from eqxfuse._solve.trajectory.trajectory import Trajectory


@rate_law
class Enthalpy(Thermal):
    """The energy equation where the pressure stays: the work of compression, n_tot k T d ln(n)/dt, follows from how
    temperature and composition change, so that what heats a particle is shared with c + 1 instead of c.

    The gas that it is given has the densities of `Isobaric`; the processes see those of the pressure, and a
    `compression_rate` of 0.
    """

    def heating(self, gas):
        return Thermal.heating(self, _at_pressure(gas))

    def temperature_change(self, gas, change):
        here = _at_pressure(gas)
        made = change * (here.density / gas.density)
        heating = sum(Thermal.heating(self, here).values(), jnp.zeros((), gas.densities.dtype))
        capacity = heat_capacity(here, self.capacities)
        own = dT_dt(here, heating, made, equation=self.equation, capacities=self.capacities)
        work = here.temperature * jnp.sum(_of_gas(here.network, made.dtype) * made)
        return (own * capacity - work) / (capacity + here.total)


def _at_pressure(gas: Gas) -> Gas:
    thinner = gas.density / (gas.temperature * gas.total)
    here = dataclasses.replace(gas.conditions, density=gas.density * thinner, compression_rate=0.0 * thinner)
    return dataclasses.replace(gas, conditions=here, densities=gas.densities * thinner, rates=gas.rates * thinner)


class Isobar(eqx.Module):
    """A gas whose pressure is that of its start all the time, as a right-hand side and its conditions."""

    rhs: FusedRHS
    conditions: Conditions
    """Of the start, with P/k [K cm^-3] in the place of the density."""

    @classmethod
    def of(cls, rhs: FusedRHS, conditions: Conditions, y0: Float[Array, "species"]) -> "Isobar":
        assert rhs.thermal is not None
        own = rhs.thermal
        enthalpy = Enthalpy(own.processes, own.equation, own.capacities, own.constants)
        made = FusedRHS(
            _network(rhs.network),
            backend=rhs.kernel.backend,  # pyright: ignore[reportArgumentType]
            accumulation="compensated" if rhs.kernel.program.compensated else "plain",
        )
        particles = y0 @ _of_gas(rhs.network, y0.dtype)
        pressure = conditions.density * conditions.temperature * particles
        parts = _table(rhs, made.network), enthalpy
        changed = eqx.tree_at(lambda r: (r.table, r.thermal), made, parts, is_leaf=lambda leaf: leaf is None)
        return cls(changed, dataclasses.replace(conditions, density=pressure))

    def along(self, trajectory: Trajectory) -> Conditions:
        """At the outputs of a trajectory of `rhs`: the density of the gas, and how fast it is compressed."""
        return _along(self, trajectory.abundances, trajectory.temperature)

    def _at(self, x: Float[Array, " species"], temperature: Float[Array, ""]) -> Conditions:
        gas = _of_gas(self.rhs.network, x.dtype)
        changes, particles = self.rhs(0.0, jnp.append(x, temperature), self.conditions), x @ gas
        return dataclasses.replace(
            self.conditions,
            density=self.conditions.density / (temperature * particles),
            compression_rate=-changes[-1] / temperature - (changes[:-1] @ gas) / particles,
        )


@eqx.filter_jit
def _along(isobar: Isobar, abundances, temperature) -> Conditions:
    fields = jax.vmap(isobar._at)(abundances, temperature)
    return jax.tree.map(lambda field: jnp.broadcast_to(jnp.asarray(field), temperature.shape), fields)


def _of_gas(network: Network, dtype) -> Float[Array, " species"]:
    return jnp.asarray([float(is_gas(s)) for s in network.species], dtype)


@lru_cache(maxsize=16)
def _network(network: Network) -> Network:
    """With laws of gas at constant pressure."""
    return _with_laws(network, [Isobaric.of(reaction) for reaction in network.reactions])


def _with_laws(network: Network, laws: Sequence[Isobaric]) -> Network:
    made = [
        dataclasses.replace(reaction, fits=(Fit(law),), out_of_range="extrapolate")
        for reaction, law in zip(network.reactions, laws, strict=True)
    ]
    gas = Total(PARTICLES, {s.name: 1.0 for s in network.species if is_gas(s)})
    return dataclasses.replace(network, reactions=tuple(made), totals=(*network.totals, gas))


def _table(rhs: FusedRHS, network: Network) -> RateTable:
    """The rate table of `network`, the one at constant pressure, with the parameters of the right-hand side's own."""
    sizes = [n for law, n in zip(rhs.table.laws, rhs.table.layout.sizes, strict=True) for _ in jax.tree.leaves(law)]
    leaves = jax.tree.leaves(rhs.table)
    own = [jnp.broadcast_to(leaf, (n,)) for leaf, n in zip(leaves, sizes, strict=True)]
    places, numbers = _places(rhs.network)
    values = jnp.concatenate([*own, jnp.asarray(numbers, own[0].dtype)])
    return jax.tree.unflatten(jax.tree.structure(network.rate_table), [values[at] for at in places])


@lru_cache(maxsize=16)
def _places(network: Network) -> tuple[list[np.ndarray], np.ndarray]:
    """Where each parameter of the laws at constant pressure stands: among those of the network's own table, or behind
    these among numbers, which are limits of temperature.
    """
    laws, members = group([reaction.fits for reaction in network.reactions])
    count, place = 0, {}
    for law, rows in zip(laws, members, strict=True):
        width = len(jax.tree.leaves(law))
        place |= {pair: [count + i * len(rows) + row for i in range(width)] for row, pair in enumerate(rows)}
        count += width * len(rows)
    numbers: list[float] = []
    numbered = []
    for j, reaction in enumerate(network.reactions):
        leaves, kind = jax.tree.flatten(Isobaric.of(reaction))
        own = [at for i in range(len(reaction.fits)) for at in place[j, i]]
        limits = leaves[len(own) :]
        own += range(count + len(numbers), count + len(numbers) + len(limits))
        numbers += limits
        numbered.append(kind.unflatten(map(float, own)))
    found = jax.tree.leaves(_with_laws(network, numbered).rate_table)
    return [np.asarray(leaf).astype(np.int32) for leaf in found], np.array(numbers)
