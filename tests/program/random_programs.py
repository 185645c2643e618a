"""Random programs, and how far a result may be from the reference evaluator."""

import numpy as np
from hypothesis import strategies as st

from eqxfuse._program.reference import evaluate
from eqxfuse.ir import Array, Call, Load, Number, Product, Program, Ref, Statement, Sum

COEFFICIENTS = (1.0, 1.0, -1.0, 2.0, -2.0, 3.0, 0.5, -1e-3)


CALLS = {"tanh": 1, "sin": 1, "cos": 1, "abs": 1, "logistic": 1, "erf": 1, "max": 2, "min": 2, "clip": 3}
"""Functions that make no error larger, and how many arguments they take."""


@st.composite
def random_programs(draw, statements=40, length=12, compensated=False, calls=False):
    """Products of up to 4 factors, sums of up to 12 terms, calls; outputs may be inputs, zero, or stand twice."""
    inputs = (Array("y", draw(st.integers(1, length))), Array("k", draw(st.integers(1, 3 * length))))
    atoms = [Load(a.name, i) for a in inputs for i in range(a.length)]
    made = []
    if calls:
        atoms += [Number(0.0), Number(1.0), Number(-0.5)]
    for i in range(draw(st.integers(0, statements))):
        if calls and draw(st.booleans()):
            function = draw(st.sampled_from(sorted(CALLS)))
            count = CALLS[function]
            expr = Call(function, tuple(draw(st.lists(st.sampled_from(atoms), min_size=count, max_size=count))))
        elif draw(st.booleans()):
            expr = Product(tuple(draw(st.lists(st.sampled_from(atoms), min_size=1, max_size=4))))
        else:
            terms = st.tuples(st.sampled_from(COEFFICIENTS), st.sampled_from(atoms))
            expr = Sum(tuple(draw(st.lists(terms, min_size=1, max_size=12))))
        made.append(Statement(f"s{i}", expr))
        atoms.append(Ref(f"s{i}"))
    outputs = draw(st.lists(st.one_of(st.none(), st.sampled_from(atoms)), min_size=1, max_size=20))
    return Program("random", inputs, tuple(made), tuple(outputs), compensated)


def random_inputs(program, seed=0, cells=(), dtype=float):
    """Values around 1 of both signs, [*cells, length] for each input."""
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1.5, 1.5, (*cells, a.length)).astype(dtype) for a in program.inputs]


def assert_close(result, program, arrays, epsilon):
    """Within a few roundings of the sum of absolute values; `epsilon` is the precision of the arithmetic."""
    names = [a.name for a in program.inputs]
    expected = evaluate(program, dict(zip(names, arrays, strict=True)))
    gross = evaluate(_absolute(program), {n: np.abs(a) for n, a in zip(names, arrays, strict=True)})
    bound = 30 * len(program.statements) * epsilon * gross
    assert np.all(np.abs(np.asarray(result, np.longdouble) - expected) <= bound)


def _absolute(program):
    """The same program without signs: what every rounding error is relative to."""
    made = [Statement(s.name, _gross(s.expr)) for s in program.statements]
    return Program("absolute", program.inputs, tuple(made), tuple(map(_positive, program.outputs)))


def _gross(expr):
    if isinstance(expr, Sum):
        return Sum(tuple((abs(c), _positive(a)) for c, a in expr.terms))
    if isinstance(expr, Call):
        return Sum(((1.0, Number(1.0)), *((1.0, _positive(a)) for a in expr.arguments)))
    return Product(tuple(map(_positive, expr.factors)))


def _positive(atom):
    return Number(abs(atom.value)) if isinstance(atom, Number) else atom
