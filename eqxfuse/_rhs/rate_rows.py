"""The rate coefficients of a network as loops over the rows of its table, for native code."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import jax
import jax.numpy as jnp
import numpy as np

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import RateTable
from eqxfuse._chemistry.rate_laws.layout import Layout
from eqxfuse._program.ir import Array
from eqxfuse._program.rows import Choice, RowLoop, RowProgram
from eqxfuse._program.split import COLUMNS
from eqxfuse._program.trace import scalar_expressions
from eqxfuse._rhs.coefficients import State
from eqxfuse._rhs.modifiers import Modifiers

_OPEN = (0.0, np.inf)


@dataclass(frozen=True)
class RateRows:
    """What `coefficients` computes for a network, row by row.

    Rows of one law, with one number of rate factors, and held, bounded and zeroed outside of ranges alike, make one
    loop: its arithmetic is that of the law itself, for one row.
    """

    network: Network
    state: State

    @cached_property
    def table(self) -> tuple[Array, ...]:
        """The arrays of parameters, one behind the other as `vector` gives them."""
        layout = self._layout
        return tuple(
            Array(f"law{g}.{i}", layout.sizes[g])
            for g, law in enumerate(self.network.rate_table.laws)
            for i in range(len(jax.tree.leaves(law)))
        )

    @property
    def joined(self) -> Array:
        """What `vector` gives: all parameters; one number where there are none."""
        return Array("laws", max(1, sum(array.length for array in self.table)))

    @property
    def uniform(self) -> tuple[Array, Array]:
        """Conditions as `Conditions.vector` gives them, and how they change."""
        count = len(self.network.fields)
        return Array("conditions", count), Array("change", count)

    def vector(self, table: RateTable):
        """The parameters of a table [joined]; None unless they are the float64 numbers of these rows.

        A parameter that all rows of a law share is repeated.
        """
        known = self.network.rate_table
        if jax.tree.structure(table) != jax.tree.structure(known):
            return None
        leaves = [jnp.asarray(leaf) for leaf in jax.tree.leaves(table)]
        pairs = list(zip(leaves, self.table, strict=True))
        if any(leaf.dtype != jnp.float64 or leaf.shape not in ((), (a.length,)) for leaf, a in pairs):
            return None
        return jnp.concatenate([jnp.broadcast_to(leaf, (a.length,)) for leaf, a in pairs] or [jnp.zeros(1)])

    def of(self, vector) -> RateTable:
        """The table with these parameters."""
        ends = np.cumsum([array.length for array in self.table])
        leaves = jnp.split(vector, ends[:-1]) if len(ends) else []
        return jax.tree.unflatten(jax.tree.structure(self.network.rate_table), leaves)

    def values(self) -> RowProgram:
        """Coefficients [reactions] from the array "conditions".

        Raises `NotImplementedError` with the law and its JAX operation that has no scalar form.
        """
        return self._program(self.uniform[:1], lambda k: k, 1)

    def changes(self) -> RowProgram:
        """Coefficients, and their changes along "change". Raises `NotImplementedError` as `values`."""

        def both(k):
            def function(conditions, change, *own):
                return jax.jvp(lambda c: k(c, *own), (conditions,), (change,))

            return function

        return self._program(self.uniform, both, 2)

    def modifier_parameters(self, modifiers: Modifiers) -> RowProgram:
        """`modifiers.parameters` without the conditions, whose place at the head stays free."""
        loops = []
        for law in modifiers.laws:
            rows = range(len(law.reactions))
            for i, start in enumerate(modifiers.places(law)):
                targets = range(start, start + len(rows))
                one = scalar_expressions(lambda own: own, [(f"law{law.group}.{i}", [0])])
                loops.append(RowLoop.of(one, (), np.zeros((len(rows), 0)), rows, targets, {}))
        return RowProgram((), self.table, tuple(loops), None, 1, modifiers.count)

    @property
    def _layout(self) -> Layout:
        return self.network.rate_table.layout

    def _program(self, uniform: tuple[Array, ...], of: Callable, outputs: int) -> RowProgram:
        places, spare = self._places()
        loops = tuple(self._loop(uniform, of, *group, places) for group in self._groups())
        return RowProgram(uniform, self.table, loops, self._choice(places), outputs, len(self._layout.first) + spare)

    def _places(self) -> tuple[np.ndarray, int]:
        """[rows] Where the coefficient of a row goes, and the number of places behind the reactions: fits of reactions
        with several of them wait there for the choice.
        """
        layout = self._layout
        places = np.full(sum(layout.sizes), -1)
        places[layout.first] = np.arange(len(layout.first))
        waiting = np.unique(layout.piece_rows)
        places[waiting] = len(layout.first) + np.arange(len(waiting))
        return places, len(waiting)

    def _choice(self, places: np.ndarray) -> Choice | None:
        layout = self._layout
        if not len(layout.pieces):
            return None
        key = "conditions", self.network.fields.index("temperature")
        return Choice(key, *layout.piece_ranges, places[layout.piece_rows].astype(np.int32), layout.pieces)

    def _groups(self) -> Iterator[tuple["_Kind", list[int], np.ndarray]]:
        """What rows have in common, these rows, and their ranges [rows, limits]."""
        layout, start = self._layout, 0
        reactions = self._reactions()
        single = np.bincount(reactions)[reactions] == 1
        for g, size in enumerate(layout.sizes):
            members: dict[_Kind, list[tuple[int, list]]] = {}
            for row in range(start, start + size):
                zeroed = _range(layout.nonzero, reactions[row], (-np.inf, np.inf))
                alone = zeroed is not None and single[row]
                held = None if alone else _range(layout.ranges[g], row - start, _OPEN)
                bounded = None if alone else _range(layout.bounds[g], row - start, _OPEN)
                limits = [held, bounded if bounded != held else None, zeroed]
                power = int(self.network.orders[reactions[row]]) - 1 if self.state == "abundance" else 0
                kind = _Kind(g, power, *(limit is not None for limit in limits))
                members.setdefault(kind, []).append((row, [x for limit in limits for x in limit or ()]))
            for kind, own in members.items():
                yield kind, [row for row, _ in own], np.array([limits for _, limits in own]).reshape(len(own), -1)
            start += size

    def _reactions(self) -> np.ndarray:
        """[rows] The reaction that a row belongs to."""
        layout = self._layout
        reactions = np.zeros(sum(layout.sizes), dtype=int)
        reactions[layout.first] = np.arange(len(layout.first))
        reactions[layout.piece_rows] = layout.pieces[:, None]
        return reactions

    def _loop(self, uniform, of: Callable, kind: "_Kind", rows: list[int], limits: np.ndarray, places) -> RowLoop:
        law = self.network.rate_table.laws[kind.law]
        likely = {f"law{kind.law}.{i}": np.asarray(leaf) for i, leaf in enumerate(jax.tree.leaves(law))}
        inputs = [*((a.name, range(a.length)) for a in uniform), *((name, [0]) for name in likely)]
        inputs.append((COLUMNS, range(limits.shape[1])))
        try:
            formulas = scalar_expressions(of(kind.coefficient(law, self.network.parameters)), inputs)
        except NotImplementedError as operation:
            raise NotImplementedError(f"{type(law).__name__}, because of the JAX operation {operation}") from None
        first = sum(self._layout.sizes[: kind.law])
        own = [row - first for row in rows]
        return RowLoop.of(formulas, [a.name for a in uniform], limits, own, places[rows], likely)


@dataclass(frozen=True)
class _Kind:
    """The law of a row by its position, the power of the density, and which ranges it has."""

    law: int
    power: int
    held: bool
    bounded: bool
    zeroed: bool

    def coefficient(self, law, names: Sequence[str]) -> Callable:
        """Of one row, from conditions [fields] with parameters of these `names`, each of the parameters of `law` [1],
        and the limits of its ranges.
        """
        tree = jax.tree.structure(law)

        def k(fields, *own):
            *parameters, limits = own
            conditions, law = Conditions.from_vector(fields, names), tree.unflatten(p[0] for p in parameters)
            ranges = iter(limits[i : i + 2] for i in range(0, len(limits), 2))
            value = law.coefficient_within(conditions, *next(ranges)) if self.held else law.coefficient(conditions)
            if self.bounded:
                value = jnp.minimum(value, law.coefficient_within(conditions, *next(ranges)))
            if self.zeroed:
                low, high = next(ranges)
                value = jnp.where((low <= conditions.temperature) & (conditions.temperature <= high), value, 0.0)
            return value * conditions.density**self.power if self.power else value

        return k


def _range(ranges, row: int, free: tuple[float, float]) -> tuple[float, float] | None:
    """A row's range, None where it is `free`."""
    if ranges is None:
        return None
    own = float(ranges[0][row]), float(ranges[1][row])
    return None if own == free else own
