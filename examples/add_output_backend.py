"""An output backend of one's own: the right-hand side of a network as a C function, for a code that is not Python."""

import sys

import jax

import eqxfuse as ef
from eqxfuse import ir

jax.config.update("jax_enable_x64", True)

HEAD = """/* {summary}
   y: abundances n/n_H; k: rate coefficients times n_H^(m-1) [s^-1]; dy: their derivatives [s^-1] */
void {name}({inputs}, double *restrict dy)
{{
"""


def c_source(program: ir.Program) -> str:
    """One line of C for each statement of the program."""
    inputs = ", ".join(f"const double *restrict {array.name}" for array in program.inputs)
    lines = [f"    const double {s.name} = {expression(s.expr)};{note(s)}" for s in program.statements]
    lines += [f"    dy[{i}] = {'0.0' if a is None else operand(a)};" for i, a in enumerate(program.outputs)]
    head = HEAD.format(summary=program.summary(), name=program.name, inputs=inputs)
    return head + "\n".join(lines) + "\n}\n"


def expression(expr: ir.Expression) -> str:
    """The right-hand side of an assignment; `lower_rhs` makes products and sums alone."""
    if isinstance(expr, ir.Product):
        return " * ".join(map(operand, expr.factors))
    if isinstance(expr, ir.Call):
        raise NotImplementedError(f"a call of {expr.function}")
    return " + ".join(operand(a) if c == 1 else f"{c!r} * {operand(a)}" for c, a in expr.terms)


def operand(atom: ir.Atom) -> str:
    """An element of an input, or the result of an earlier statement."""
    if isinstance(atom, ir.Number):
        return repr(atom.value)
    return f"{atom.array}[{atom.index}]" if isinstance(atom, ir.Load) else atom.name


def note(statement: ir.Statement) -> str:
    """What the statement stands for: the equation of a reaction, or the derivative of a species."""
    return f" /* {statement.comment.replace('*/', '* /')} */" if statement.comment else ""


if __name__ == "__main__":
    network = ef.read_network(sys.argv[1]) if sys.argv[1:] else ef.networks.dark_cloud()
    print(c_source(ir.lower_rhs(network)), end="")
