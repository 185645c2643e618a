"""The rate laws of a network as expressions in which every parameter is a number."""

import dataclasses
from collections.abc import Callable, Sequence
from functools import cache, partial, reduce

import jax

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import OutOfRange, RateLaw
from eqxfuse._chemistry.rate_laws.layout import held_range
from eqxfuse._chemistry.reaction import Reaction
from eqxfuse._program.ir import Load
from eqxfuse._python.literal.graph import Graph
from eqxfuse._python.literal.names import WITHIN
from eqxfuse._python.literal.rules import CLIP, MINIMUM
from eqxfuse._python.literal.source import Parameter
from eqxfuse._python.literal.trace import read, trace
from eqxfuse.errors import UnsupportedRateLaw

_MEANING = {
    "temperature": "gas temperature [K]",
    "density": "number density of hydrogen nuclei n_H [cm^-3]",
    "zeta": "cosmic-ray ionisation rate of H2 [s^-1]",
    "g0": "far-ultraviolet field [Draine units]",
    "av": "visual extinction [mag]",
    "albedo": "dust albedo in the far ultraviolet [1]",
    "dust_temperature": "temperature of the grains [K]",
    "dust_to_gas": "dust-to-gas mass ratio [1]",
    "gas_to_grain": "n_H over the number density of grains [1]",
    "radius": "radius of the cloud [cm]",
    "turbulent_velocity": "turbulent line width [cm s^-1]",
}
_FIELDS = {f.name: None if f.default is dataclasses.MISSING else f.default for f in dataclasses.fields(Conditions)}
_ALWAYS = ("temperature", "density")


def _name(field: str) -> str:
    return "T" if field == "temperature" else field


class LiteralRates:
    """Nodes for every coefficient (times n_H^(m-1)) and every modifier, in one `graph`.

    Each kind of law is traced once, from its own `coefficient` and `modifier`; each reaction puts its numbers in.
    """

    def __init__(self, network: Network, species: Sequence[str]):
        """`species` are the names of the elements of y in the text."""
        self.graph = Graph()
        self._network = network
        self._species = species
        self._fields = {field: self.graph.symbol(_name(field)) for field in _FIELDS}
        self._traced: dict = {}
        self._total = cache(self._sum)

    def nodes(self) -> dict[Load, int]:
        """What the elements of the inputs `k` and `m` of the program stand for."""
        network = self._network
        modified = [j for _, own in network.rate_table.layout.modified for j in own]
        coefficients = {Load("k", j): self._coefficient(r) for j, r in enumerate(network.reactions)}
        return coefficients | {Load("m", i): self._modifier(network.reactions[j]) for i, j in enumerate(modified)}

    def parameters(self, nodes: dict[Load, int]) -> list[Parameter]:
        """The fields of `Conditions` that `nodes` need."""
        used = self.graph.reached(nodes.values())
        needed = [f for f in _FIELDS if f in _ALWAYS or self._fields[f] in used]
        return [Parameter(_name(f), f, _MEANING[f], _FIELDS[f]) for f in needed]

    def _coefficient(self, reaction: Reaction) -> int:
        """The fit that holds the temperature, as `RateTable` selects it, times n_H^(m-1)."""
        apply, number, temperature = self.graph.apply, self.graph.number, self._fields["temperature"]
        values = [self._fit(reaction, i) for i in range(len(reaction.fits))]
        k = values[0]
        if len(values) > 1:
            triples = zip(reaction.fits, values, strict=True)
            flat = [x for fit, value in triples for x in (number(fit.t_min), number(fit.t_max), value)]
            form = "nearest(\n        {},\n" + "        ({}, {}, {}),\n" * len(values) + "    )"
            k = apply(form, temperature, *flat)
        if reaction.out_of_range == "zero":
            low, high = min(f.t_min for f in reaction.fits), max(f.t_max for f in reaction.fits)
            k = apply("*", k, apply(WITHIN, temperature, number(low), number(high)))
        return self._times_density(k, len(reaction.factors) - 1)

    def _fit(self, reaction: Reaction, i: int) -> int:
        value = self._held(reaction, reaction.out_of_range, i)
        if reaction.out_of_range != "bounded":
            return value
        bound = self._held(reaction, "clamp", i)
        return value if bound == value else self.graph.apply(MINIMUM, value, bound)

    def _held(self, reaction: Reaction, policy: OutOfRange, i: int) -> int:
        temperature = self._fields["temperature"]
        low, high = held_range(reaction.fits, policy, i)
        if (low, high) != (0.0, float("inf")):
            temperature = self.graph.apply(CLIP, temperature, self.graph.number(low), self.graph.number(high))
        return self._law(reaction, reaction.fits[i].law, temperature)

    def _times_density(self, k: int, power: int) -> int:
        density = self._fields["density"]
        if power > 1:
            density = self.graph.apply("**", density, self.graph.leaf(str(power)))
        if not power:
            return k
        return self.graph.apply("*" if power > 0 else "/", k, density)

    def _modifier(self, reaction: Reaction) -> int:
        law = reaction.fits[0].law
        abundances = [self._abundance(self._network.index(name)) for name in law.modifying_species]
        values = [*abundances, *map(self._total, law.modifying_totals)]
        densities = [self.graph.apply("*", value, self._fields["density"]) for value in values]
        return self._law(reaction, law, self._fields["temperature"], densities)

    def _sum(self, name: str) -> int:
        """The total `name` of abundances, or of their rates of change."""
        position = [total.name for total in self._network.totals].index(name)
        value = self._rate if self._network.totals[position].of_rates else self._abundance
        terms = [
            self.graph.apply("*", self.graph.number(weight), value(i))
            for i, weight in self._network.total_terms[position].items()
        ]
        return reduce(partial(self.graph.apply, "+"), terms)

    def _rate(self, j: int) -> int:
        reaction = self._network.reactions[j]
        factors = [self._abundance(self._network.index(name)) for name in reaction.factors]
        modifier = [self._modifier(reaction)] if reaction.fits[0].law.is_modified else []
        return reduce(partial(self.graph.apply, "*"), [self._coefficient(reaction), *modifier, *factors])

    def _abundance(self, i: int) -> int:
        return self.graph.symbol(self._species[i])

    def _law(self, reaction: Reaction, law: RateLaw, temperature: int, densities: Sequence[int] | None = None) -> int:
        """The coefficient of `law`, or its modifier where `densities` are given."""
        parameters, kind = jax.tree.flatten(law)
        key = kind, densities is None
        fields = list((self._fields | {"temperature": temperature}).values())
        values = [*fields, *(densities or ()), *map(self.graph.number, parameters)]
        if key not in self._traced:
            function = _coefficient_of(kind) if densities is None else _modifier_of(kind, len(densities))
            self._traced[key] = trace(function, len(values))
        try:
            return read(self.graph, self._traced[key], values)
        except NotImplementedError as operation:
            raise UnsupportedRateLaw(
                f"reaction {reaction.equation!r}: {law!r} cannot be written as literal text, because of the JAX "
                f'operation {operation}; use elementwise functions of scalars, or coefficients="argument"'
            ) from None


def _coefficient_of(kind) -> Callable:
    def coefficient(*values):
        return kind.unflatten(values[len(_FIELDS) :]).coefficient(Conditions(*values[: len(_FIELDS)]))

    return coefficient


def _modifier_of(kind, species: int) -> Callable:
    def modifier(*values):
        conditions, rest = Conditions(*values[: len(_FIELDS)]), values[len(_FIELDS) :]
        return kind.unflatten(rest[species:]).modifier(conditions, rest[:species])

    return modifier
