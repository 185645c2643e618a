"""What abundance-dependent rate laws multiply their coefficients by, as a function of vectors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array as Numbers
from jaxtyping import Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import RateLaw, RateTable
from eqxfuse._kernels.vectorized import VectorizedKernel
from eqxfuse._lower.modified import ModifiedLaw, modified_laws, slope_count
from eqxfuse._lower.totals import Border, Round, lower_totals
from eqxfuse._program.ir import Array, Program
from eqxfuse._program.trace import scalar_function


@dataclass(frozen=True)
class Modifiers:
    """The modifiers [rows] of a network's abundance-dependent laws, in the order of `reactions`.

    They follow from y, in the units of `state`, from the coefficients k in these units, where laws depend on sums of
    rates, and from `parameters`. Where the conditions are not `known`, they are 1.
    """

    network: Network
    state: Literal["abundance", "density"]
    known: bool = True

    @cached_property
    def laws(self) -> tuple[ModifiedLaw, ...]:
        return modified_laws(self.network)

    @cached_property
    def reactions(self) -> np.ndarray:
        """[rows] The positions of the reactions with such laws."""
        return np.array([j for law in self.laws for j in law.reactions], dtype=np.int32)

    @property
    def rounds(self) -> tuple[Round, ...]:
        """In which order totals and modifiers follow from each other."""
        return _rounds(self.network)

    def totals(self, law: ModifiedLaw) -> np.ndarray:
        """The positions, among all totals that laws depend on, of those of `law`."""
        place = _border(self.network).place
        return np.array([place[name] for name in law.totals], dtype=np.int32)

    def parameters(self, table: RateTable, conditions: Conditions | None) -> Float[Numbers, " parameters"]:
        """Everything but abundances that the laws of `table`, the network's, depend on."""
        if conditions is None:
            return jnp.zeros(1)
        rows = [
            jnp.broadcast_to(leaf, (len(law.reactions),))
            for law in self.laws
            for leaf in jax.tree.leaves(table.laws[law.group])
        ]
        return jnp.concatenate([conditions.vector(self.network.parameters), *rows])

    def places(self, law: ModifiedLaw) -> list[int]:
        """Where the rows of each parameter of `law` begin in `parameters`."""
        before = sum(self._leaves(own) * len(own.reactions) for own in self.laws if own.first < law.first)
        return [self.fields + before + i * len(law.reactions) for i in range(self._leaves(law))] if self.known else []

    @property
    def fields(self) -> int:
        """How many conditions stand at the head of `parameters`."""
        return len(self.network.fields)

    @property
    def count(self) -> int:
        """The length of `parameters`."""
        return self.fields + sum(self._leaves(law) * len(law.reactions) for law in self.laws) if self.known else 1

    def _leaves(self, law: ModifiedLaw) -> int:
        return len(jax.tree.leaves(self.of(law)))

    def of(self, law: ModifiedLaw) -> RateLaw:
        """The law itself, with all its rows."""
        return self.network.rate_table.laws[law.group]

    def __call__(
        self, y: Float[Numbers, "species"], k: Float[Numbers, "reactions"], parameters: Float[Numbers, " parameters"]
    ) -> Float[Numbers, " rows"]:
        """The modifiers [1]. Finite for abundances that are zero or a little less."""
        return self._all(y, k, parameters, slopes=False)[0]

    def with_slopes(self, y, k, parameters) -> tuple[Float[Numbers, " rows"], Float[Numbers, " slopes"]]:
        """The modifiers, and their derivatives with respect to what each of them depends on (see `ModifiedLaw`)."""
        return self._all(y, k, parameters, slopes=True)

    def _all(self, y, k, parameters, slopes: bool):
        modifiers, derivatives = jnp.ones(len(self.reactions), y.dtype), jnp.zeros(slope_count(self.network), y.dtype)
        if not self.known:
            return modifiers, derivatives
        totals = jnp.zeros(len(_border(self.network).totals), y.dtype)
        for round in self.rounds:
            if round.program:
                own = _kernel(self.network, round.program.name)(y, k, modifiers)
                totals = totals.at[round.first : round.first + len(own)].set(own)
            for law in round.laws:
                point = jnp.concatenate([y[np.array(law.species, dtype=np.int32)], totals[self.totals(law)]])
                rows = [parameters[at : at + len(law.reactions)] for at in self.places(law)]
                values, steep = self.of_law(law, point, parameters[: self.fields], rows, slopes)
                modifiers = modifiers.at[law.first : law.first + len(values)].set(values.astype(y.dtype))
                if steep.size:
                    derivatives = derivatives.at[law.slopes : law.slopes + steep.size].set(
                        steep.ravel().astype(y.dtype)
                    )
        return modifiers, derivatives

    def row(self, law: ModifiedLaw, slopes: bool) -> tuple[Callable, tuple]:
        """One row of `law` as a function of vectors, and what these hold: elements of y, of all totals ("t"), of
        `parameters` ("c"), and of `parameters` from the row on ("p"). It gives the modifier and, if asked for, behind
        it its derivatives.
        """

        def function(species, totals, conditions, own):
            if not self.known:
                return jnp.concatenate([jnp.ones(1), jnp.zeros(law.width if slopes else 0)])
            rows = [own[i : i + 1] for i in range(len(own))]
            value, steep = self.of_law(law, jnp.concatenate([species, totals]), conditions, rows, slopes)
            return jnp.concatenate([value, steep[0]])

        shared = range(self.fields) if self.known else ()
        return function, (("y", law.species), ("t", self.totals(law).tolist()), ("c", shared), ("p", self.places(law)))

    def row_program(self, law: ModifiedLaw, slopes: bool) -> Program:
        """What `row` gives as a program of three arrays: "point", species and totals; "conditions"; and "own", the
        parameters of the row, or one number where it has none.
        """
        function, inputs = self.row(law, slopes)
        species, count = len(law.species), len(inputs[3][1])

        def of_point(point, conditions, own):
            return function(point[:species], point[species:], conditions, own[:count])

        arrays = Array("point", law.width), Array("conditions", self.fields), Array("own", max(1, count))
        read = scalar_function(of_point, [(array.name, range(array.length)) for array in arrays])
        return Program("modifier", arrays, read.statements, read.outputs)

    @property
    def need_rates(self) -> bool:
        """Whether any law depends on totals over rates."""
        over_rates = {total.name for total in self.network.totals if total.of_rates}
        return any(over_rates.intersection(law.totals) for law in self.laws)

    @property
    def inverse_units(self) -> tuple[float, ...]:
        """[totals] 1 over the unit that a sum of rates counts in, in the Jacobian; 0 for a sum over species."""
        return _border(self.network).inverse_units

    @property
    def total_count(self) -> int:
        """How many totals the laws depend on."""
        return len(_border(self.network).totals)

    @cached_property
    def species(self) -> list[int]:
        """The positions of the species that the laws depend on, ascending."""
        return sorted({i for law in self.laws for i in law.species})

    def changes(
        self,
        own: Float[Numbers, " species"],
        totals: Float[Numbers, " totals"],
        parameters: Float[Numbers, " parameters"],
        change: Float[Numbers, " fields"],
    ):
        """The modifiers [rows], and what they change by when the conditions do by `change` [rows].

        `own` is what the state holds of `species`. The totals stay as they are, as sums over species do.
        """

        def values(conditions):
            laws = []
            for law in self.laws:
                point = [own[self.species.index(i)] for i in law.species] + [totals[i] for i in self.totals(law)]
                rows = [parameters[at : at + len(law.reactions)] for at in self.places(law)]
                laws.append(self.of_law(law, jnp.stack(point), conditions, rows, slopes=False)[0])
            return jnp.concatenate(laws)

        return jax.jvp(values, (parameters[: self.fields],), (change,))

    def of_law(self, law: ModifiedLaw, point, conditions, rows: Sequence, slopes: bool):
        """The modifiers [n] of one law, and, if asked for, their derivatives [n, width] with respect to `point`.

        `point` [width] holds what the law depends on, in the units of the state, `conditions` a vector of them, and
        `rows` each of its parameters [n].
        """
        here = Conditions.from_vector(conditions, self.network.parameters)
        kind = jax.tree.structure(self.of(law))
        n = len(rows[0]) if rows else len(law.reactions)

        def modifier(point):
            densities = point * here.density if self.state == "abundance" else point
            values = kind.unflatten(rows).modifier(here, tuple(densities[i] for i in range(law.width)))
            values = jnp.broadcast_to(values, (n,))
            return values, values

        if not slopes:
            return modifier(point)[0], jnp.zeros((n, 0))
        derivatives, values = jax.jacfwd(modifier, has_aux=True)(point)
        return values, derivatives


@lru_cache(maxsize=64)
def _rounds(network: Network) -> tuple[Round, ...]:
    return lower_totals(network)


@lru_cache(maxsize=64)
def _border(network: Network) -> Border:
    return Border.of(network)


@lru_cache(maxsize=64)
def _kernel(network: Network, name: str) -> VectorizedKernel:
    return next(VectorizedKernel(r.program) for r in _rounds(network) if r.program and r.program.name == name)
