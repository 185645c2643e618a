"""Programs small enough to read."""

from eqxfuse import Network
from eqxfuse._kernels import execute
from eqxfuse._python.source import jax_source
from eqxfuse.ir import Array, Load, Product, Program, Ref, Statement, Sum

THREE = Network.from_reactions(
    ["H2+ + H2 -> H3+ + H", "H3+ + e- -> H + H + H", "H3+ + e- -> H2 + H"],
    [2.08e-9, 4.36e-8, 2.34e-8],
)
"""Three reactions: two share their reactants, one makes three H."""


def program(*statements: Statement, outputs, lengths=None, compensated: bool = False) -> Program:
    """A program named `f` over inputs y and k, of length 3 unless said otherwise."""
    sizes = lengths or {"y": 3, "k": 3}
    return Program("f", tuple(Array(n, size) for n, size in sizes.items()), statements, tuple(outputs), compensated)


def product(name: str, *factors) -> Statement:
    return Statement(name, Product(factors))


def total(name: str, *terms) -> Statement:
    return Statement(name, Sum(terms))


def y(index: int) -> Load:
    return Load("y", index)


def k(index: int) -> Load:
    return Load("k", index)


def ref(name: str) -> Ref:
    return Ref(name)


def run(program: Program, *arrays):
    """What the generated text of `program` computes."""
    return execute(jax_source(program), program.digest)[program.name](*arrays)
