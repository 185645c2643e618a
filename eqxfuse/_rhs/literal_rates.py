"""The rate laws of a network as expressions in which every parameter is a number."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, reduce

import jax

from eqxfuse._chemistry.conditions import FACTS, FIELDS, PARAMETER, Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.rate_laws import OutOfRange, RateLaw
from eqxfuse._chemistry.rate_laws.layout import held_range
from eqxfuse._chemistry.reaction import Reaction
from eqxfuse._program.expressions import Expressions
from eqxfuse._program.ir import Load
from eqxfuse._program.trace import read, traced
from eqxfuse._python.literal.source import Parameter
from eqxfuse.errors import UnsupportedRateLaw

_MEANING = {name: f"{facts.meaning} [{facts.unit}]" for name, facts in FACTS.items()}
_DEFAULT = {name: facts.default for name, facts in FACTS.items()}
_ALWAYS = ("temperature", "density")


def _name(field: str) -> str:
    return "T" if field == "temperature" else field


CONDITIONS = "conditions"
"""The array of the fields of `Conditions` that expressions load from."""


TEMPERATURE = Load(CONDITIONS, FIELDS.index("temperature"))
"""What stands for the temperature of the gas."""


class LiteralRates:
    """An expression for every coefficient (times n_H^(m-1)) and every modifier.

    Each kind of law is traced once, from its own `coefficient` and `modifier`; each reaction puts its numbers in.
    """

    def __init__(self, network: Network):
        self.expressions = Expressions(readable=True)
        self._network = network
        self.fields = {field: self.expressions.load(CONDITIONS, i) for i, field in enumerate(network.fields)}
        self._traced: dict = {}
        self._total = cache(self._sum)

    def of_inputs(self) -> dict[Load, int]:
        """What the elements of the inputs `k` and `m` of the program stand for."""
        network = self._network
        modified = [j for _, own in network.rate_table.layout.modified for j in own]
        coefficients = {Load("k", j): self._coefficient(r) for j, r in enumerate(network.reactions)}
        return coefficients | {Load("m", i): self._modifier(network.reactions[j]) for i, j in enumerate(modified)}

    def parameters(self, expressions: Iterable[int]) -> dict[Load, Parameter]:
        """The fields and parameters of `Conditions` that `expressions` need, first those without a default."""
        used = self.expressions.reached(expressions)
        needed = [(i, f) for i, f in enumerate(self.fields) if f in _ALWAYS or self.fields[f] in used]
        needed.sort(key=lambda field: _DEFAULT.get(field[1]) is not None)
        return {
            Load(CONDITIONS, i): Parameter(_name(f), f, _MEANING.get(f, PARAMETER), _DEFAULT.get(f)) for i, f in needed
        }

    def _coefficient(self, reaction: Reaction) -> int:
        """The fit that holds the temperature, as `RateTable` selects it, times n_H^(m-1)."""
        apply, number, temperature = self.expressions.apply, self.expressions.number, self.fields["temperature"]
        values = [self._fit(reaction, i) for i in range(len(reaction.fits))]
        k = values[0]
        if len(values) > 1:
            triples = zip(reaction.fits, values, strict=True)
            flat = [x for fit, value in triples for x in (number(fit.t_min), number(fit.t_max), value)]
            k = apply("nearest", temperature, *flat)
        if reaction.out_of_range == "zero":
            low, high = min(f.t_min for f in reaction.fits), max(f.t_max for f in reaction.fits)
            k = apply("mul", k, apply("within", temperature, number(low), number(high)))
        return self._times_density(k, len(reaction.factors) - 1)

    def _fit(self, reaction: Reaction, i: int) -> int:
        value = self._held(reaction, reaction.out_of_range, i)
        if reaction.out_of_range != "bounded":
            return value
        bound = self._held(reaction, "clamp", i)
        return value if bound == value else self.expressions.apply("min", value, bound)

    def _held(self, reaction: Reaction, policy: OutOfRange, i: int) -> int:
        temperature = self.fields["temperature"]
        low, high = held_range(reaction.fits, policy, i)
        if (low, high) != (0.0, float("inf")):
            limits = map(self.expressions.number, (low, high))
            temperature = self.expressions.apply("clip", temperature, *limits)
        return self._law(reaction, reaction.fits[i].law, temperature)

    def _times_density(self, k: int, power: int) -> int:
        density = self.fields["density"]
        if power > 1:
            density = self.expressions.apply("integer_pow", density, self.expressions.number(power))
        if not power:
            return k
        return self.expressions.apply("mul" if power > 0 else "div", k, density)

    def _modifier(self, reaction: Reaction) -> int:
        law = reaction.fits[0].law
        abundances = [self._abundance(self._network.index(name)) for name in law.modifying_species]
        values = [*abundances, *map(self._total, law.modifying_totals)]
        densities = [self.expressions.apply("mul", value, self.fields["density"]) for value in values]
        return self._law(reaction, law, self.fields["temperature"], densities)

    def _sum(self, name: str) -> int:
        """The total `name` of abundances, or of their rates of change."""
        position = [total.name for total in self._network.totals].index(name)
        value = self.rate if self._network.totals[position].of_rates else self._abundance
        terms = self._network.total_terms[position].items()
        apply, number = self.expressions.apply, self.expressions.number
        return self.expressions.total([apply("mul", number(weight), value(i)) for i, weight in terms])

    def rate(self, j: int) -> int:
        """How often a reaction happens, in the units of dy/dt."""
        reaction = self._network.reactions[j]
        factors = [self._abundance(self._network.index(name)) for name in reaction.factors]
        modifier = [self._modifier(reaction)] if reaction.fits[0].law.is_modified else []
        return reduce(
            lambda a, b: self.expressions.apply("mul", a, b), [self._coefficient(reaction), *modifier, *factors]
        )

    def _abundance(self, i: int) -> int:
        return self.expressions.load("y", i)

    def _law(self, reaction: Reaction, law: RateLaw, temperature: int, densities: Sequence[int] | None = None) -> int:
        """The coefficient of `law`, or its modifier where `densities` are given."""
        parameters, kind = jax.tree.flatten(law)
        key = kind, densities is None
        fields = list((self.fields | {"temperature": temperature}).values())
        values = [*fields, *(densities or ()), *map(self.expressions.number, parameters)]
        if key not in self._traced:
            names = self._network.parameters
            function = _coefficient_of(kind, names) if densities is None else _modifier_of(kind, names, len(densities))
            self._traced[key] = traced(function, *[()] * len(values))
        try:
            (result,) = read(self.expressions, self._traced[key], values)
        except NotImplementedError as operation:
            raise UnsupportedRateLaw(
                f"reaction {reaction.equation!r}: {law!r} cannot be written as literal text, because of the JAX "
                f'operation {operation}; use elementwise functions of scalars, or coefficients="argument"'
            ) from None
        return int(result)


def _coefficient_of(kind, names: Sequence[str]) -> Callable:
    count = len(FIELDS) + len(names)

    def coefficient(*values):
        return kind.unflatten(values[count:]).coefficient(Conditions.from_vector(values[:count], names))

    return coefficient


def _modifier_of(kind, names: Sequence[str], species: int) -> Callable:
    count = len(FIELDS) + len(names)

    def modifier(*values):
        conditions, rest = Conditions.from_vector(values[:count], names), values[count:]
        return kind.unflatten(rest[species:]).modifier(conditions, rest[:species])

    return modifier
