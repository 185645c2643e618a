"""A program multiplied out: each output as a linear combination of distinct monomials."""

from dataclasses import dataclass

from eqxfuse._program.ir import Atom, Call, Load, Number, Product, Program

Monomial = tuple[Load, ...]
Combination = dict[Monomial, float]


@dataclass(frozen=True)
class Polynomial:
    """`outputs[i]` lists (coefficient, position in `monomials`); a monomial is a product of loads."""

    monomials: tuple[Monomial, ...]
    outputs: tuple[tuple[tuple[float, int], ...], ...]


def multiply_out(program: Program) -> Polynomial:
    """Expand every statement of a program without calls. Factors of a monomial are ordered by array, then index."""
    order = {a.name: i for i, a in enumerate(program.inputs)}
    values: dict[str, Combination] = {}

    def value(atom: Atom) -> Combination:
        if isinstance(atom, Number):
            return {(): atom.value}
        return {(atom,): 1.0} if isinstance(atom, Load) else values[atom.name]

    for s in program.statements:
        if isinstance(s.expr, Call):
            raise ValueError(f"{s.name}: the call of {s.expr.function} is no polynomial")
        if isinstance(s.expr, Product):
            result = value(s.expr.factors[0])
            for atom in s.expr.factors[1:]:
                result = _times(result, value(atom), order)
        else:
            result = {}
            for coefficient, atom in s.expr.terms:
                for monomial, c in value(atom).items():
                    result[monomial] = result.get(monomial, 0.0) + coefficient * c
        values[s.name] = result
    used = [value(atom) if atom is not None else {} for atom in program.outputs]
    position: dict[Monomial, int] = {}
    for monomial in sorted(
        {m for own in used for m in own}, key=lambda m: [(-order[a.array], a.index) for a in reversed(m)]
    ):
        position[monomial] = len(position)
    outputs = tuple(tuple((c, position[m]) for m, c in own.items() if c) for own in used)
    return Polynomial(tuple(position), outputs)


def _times(left: Combination, right: Combination, order: dict[str, int]) -> Combination:
    result: Combination = {}
    for a, x in left.items():
        for b, y in right.items():
            monomial = tuple(sorted((*a, *b), key=lambda load: (order[load.array], load.index)))
            result[monomial] = result.get(monomial, 0.0) + x * y
    return result
