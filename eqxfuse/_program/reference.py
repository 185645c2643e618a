"""The slow evaluator that every backend is compared with."""

from collections.abc import Mapping

import numpy as np

from eqxfuse._program.functions import FUNCTIONS
from eqxfuse._program.ir import Atom, Call, Load, Number, Product, Program


def evaluate(program: Program, inputs: Mapping[str, np.ndarray], dtype=np.longdouble) -> np.ndarray:
    """Run `program` statement by statement in NumPy. Inputs [..., length]; result [..., outputs].

    The default dtype is the widest the platform has (80 bits on x86-64).
    """
    arrays = {name: np.asarray(value, dtype=dtype) for name, value in inputs.items()}
    values: dict[str, np.ndarray] = {}

    def value(atom: Atom) -> np.ndarray:
        if isinstance(atom, Number):
            return np.asarray(atom.value, dtype)
        return arrays[atom.array][..., atom.index] if isinstance(atom, Load) else values[atom.name]

    for s in program.statements:
        if isinstance(s.expr, Product):
            result = value(s.expr.factors[0])
            for atom in s.expr.factors[1:]:
                result = result * value(atom)
        elif isinstance(s.expr, Call):
            table = {"table": s.expr.table} if s.expr.table else {}
            arguments = np.broadcast_arrays(*map(value, s.expr.arguments))
            with np.errstate(all="ignore"):
                result = FUNCTIONS[s.expr.function].evaluate(*arguments, **table)
        else:
            result = sum(dtype(c) * value(atom) for c, atom in s.expr.terms)
        values[s.name] = np.asarray(result)
    batch = np.broadcast_shapes(*(a.shape[:-1] for a in arrays.values()))
    zero = np.zeros(batch, dtype)
    return np.stack([zero if a is None else np.broadcast_to(value(a), batch) for a in program.outputs], -1)
