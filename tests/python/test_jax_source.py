"""The unrolled text of a program."""

import ast
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Network, Reaction, Species, networks
from eqxfuse._kernels import execute
from eqxfuse._program.identifiers import identifiers, one_line
from eqxfuse._program.reference import evaluate
from eqxfuse._python import blocks
from eqxfuse._python.source import jax_source
from eqxfuse.ir import Array, lower_rhs
from eqxfuse.rate_laws import Constant
from tests.helpers import assert_rounding, random_state
from tests.program.programs import THREE, k, product, program, ref, run, total, y

GOLDEN = '''\
# rhs: 10 statements, 6 multiplications, 5 additions, 5 outputs
import jax.numpy as jnp
from jax import lax


def unpack(array):
    """The elements of a vector, as scalars."""
    return [lax.squeeze(v, (0,)) for v in lax.split(array, (1,) * len(array))] if len(array) else []


def pack(zero, *values):
    """A vector of scalars: sums of padded ones. XLA makes one loop of a sum, and one of each part of a stack."""
    parts = []
    for first in range(0, len(values), 4):
        own = values[first : first + 4]
        padded = [lax.pad(v[None], zero, [(i, len(own) - 1 - i, 0)]) for i, v in enumerate(own)]
        parts.append(sum(padded[1:], padded[0]))
    return jnp.concatenate(parts)


def rhs_0(y, k):
    y_H2p = y[0]
    y_H2 = y[1]
    r0 = k[0] * y_H2p * y_H2  # H2+ + H2 -> H3+ + H
    y_H3p = y[2]
    y_em = y[4]
    p1 = y_H3p * y_em
    r1 = k[1] * p1  # H3+ + e- -> H + H + H
    r2 = k[2] * p1  # H3+ + e- -> H2 + H
    s1 = r1 + r2
    d0 = -r0  # d H2+/dt
    d1 = -r0 + r2  # d H2/dt
    d2 = r0 - s1  # d H3+/dt
    d3 = r0 + 3.0 * r1 + r2  # d H/dt
    d4 = -s1  # d e-/dt
    return (d0, d1, d2, d3, d4,)


def rhs(y, k):
    zero = jnp.zeros((), y.dtype)
    y = unpack(y)
    k = unpack(k)
    (d0, d1, d2, d3, d4,) = \\
        rhs_0(y, k)
    return pack(zero, d0, d1, d2, d3, d4)
'''

HOSTILE = (
    '"', "'", '"""', "\\", "\n+", "a\nimport os", "\r\x0b\x0c\u2028\x85+", "#", "):", "lambda", "None", "exec('1')",
    "\u03b1", "\u212b", "\U0001f4a5", "\u202eH", "H\x00", "y[0]", "C+", "Cp", "C_", "C-", "Cm", "Cp_1", "Cp_15",
    "1H", "{y}", "%s", "coding:utf-7", "+AAo-x", "é", "T", "k_0",
)  # fmt: skip
"""Names that would do harm if they reached the text as they are, or that look alike in it."""


def hostile_network() -> Network:
    """A chain of reactions through every hostile name."""
    species = tuple(Species(name, None) for name in HOSTILE)
    pairs = zip(HOSTILE, (*HOSTILE[1:], HOSTILE[0]), strict=True)
    reactions = [Reaction.make([a, b], [b, b], Constant(1e-3 * j)) for j, (a, b) in enumerate(pairs, 1)]
    return Network(species, tuple(reactions), name='"""\nimport os\n"""')


def names_of(source: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}


def test_the_text_of_three_reactions():
    assert jax_source(lower_rhs(THREE)) == GOLDEN


def test_computes_what_the_reference_does():
    statements = (
        product("p", y(0), y(1)),
        product("r", k(0), ref("p")),
        total("s", (1.0, ref("r")), (-2.5, y(2))),
        total("d", (-1.0, ref("s")), (1.0, k(1)), (0.5, ref("p"))),
    )
    f = program(*statements, outputs=[ref("d"), None, y(1), ref("p")])
    inputs = {"y": np.array([0.3, 0.7, 1.9]), "k": np.array([2.0, 5.0, 0.0])}
    np.testing.assert_allclose(
        run(f, *map(jnp.asarray, inputs.values())), evaluate(f, inputs).astype(float), rtol=4e-16
    )


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_keeps_the_dtype(dtype):
    f = program(total("d", (0.1, y(0)), (-3.0, y(1))), outputs=[ref("d"), None])
    assert run(f, jnp.ones(3, dtype), jnp.ones(3, dtype)).dtype == dtype


@pytest.mark.parametrize("length", [1, 2, 7])
def test_cut_into_functions_it_computes_the_same(monkeypatch, length):
    monkeypatch.setattr(blocks, "BLOCK", length)
    network = networks.primordial()
    program = lower_rhs(network)
    source = jax_source(program)
    assert source.count("def rhs_") == -(-len(program.statements) // length)
    values, coefficients = random_state(network)
    rhs = jax.jit(execute(source, f"blocks of {length}")["rhs"])
    assert_rounding(rhs(jnp.asarray(values), jnp.asarray(coefficients)), network, values, coefficients)


def test_functions_are_of_bounded_length():
    network = networks.synthetic(200, 2000, seed=1)
    functions = [f for f in ast.parse(jax_source(lower_rhs(network))).body if isinstance(f, ast.FunctionDef)]
    pieces = [f for f in functions if f.name.startswith("rhs_")]
    assert len(pieces) > 10
    for piece in pieces:
        loads = [s for s in piece.body if isinstance(s, ast.Assign) and isinstance(s.value, ast.Subscript)]
        assert len(piece.body) - len(loads) <= blocks.BLOCK + 1
        assert len(loads) <= 200


def test_lines_are_wrapped():
    source = jax_source(lower_rhs(networks.synthetic(300, 1000, seed=1)))
    signatures = [line for line in source.splitlines() if line.startswith(("def", "    return", "    ("))]
    assert max(map(len, signatures)) <= 120


def test_sums_longer_than_python_can_parse():
    terms = [(1.0 if i % 3 else -2.0, y(i)) for i in range(10_000)]
    f = program(total("d", *terms), outputs=[ref("d")], lengths={"y": 10_000})
    source = jax_source(f)
    assert max(map(len, source.splitlines())) < 1500
    values = np.random.default_rng(0).uniform(-1.0, 1.0, 10_000).tolist()
    added = 0.0
    for c, load in terms:
        added += c * values[load.index]
    assert execute(source, "a long sum")["f_0"](values) == (added,)


def test_compensated_sums_keep_what_plain_ones_lose():
    terms = tuple((c, y(i)) for i, c in enumerate((1.0, 1.0, -1.0)))
    lost = jnp.asarray([1e16, 1.0, 1e16])
    for compensated, expected in ((False, 0.0), (True, 1.0)):
        f = program(total("d", *terms), outputs=[ref("d")], compensated=compensated)
        assert float(jax.jit(run, static_argnums=0)(f, lost, jnp.ones(3))[0]) == expected


def test_a_network_without_reactions_stands_still():
    network = Network((Species("A", None), Species("B", None)), ())
    rhs = execute(jax_source(lower_rhs(network)), "empty")["rhs"]
    np.testing.assert_array_equal(rhs(jnp.ones(2), jnp.zeros(0)), [0.0, 0.0])


def test_hostile_names_stay_out_of_the_code():
    source = jax_source(lower_rhs(hostile_network()))
    own = {"jnp", "lax", "len", "array", "v", "y", "k", "zero", "unpack", "rhs_0"}
    own |= {"pack", "values", "parts", "first", "range", "own", "padded", "i", "enumerate", "sum"}
    assert source.isascii()
    assert all(name in own or re.fullmatch("y_[A-Za-z0-9_]*|[rspd][0-9]+", name) for name in names_of(source))


def test_hostile_names_do_not_change_the_numbers():
    network = hostile_network()
    values, coefficients = random_state(network)
    rhs = execute(jax_source(lower_rhs(network)), "hostile")["rhs"]
    assert_rounding(rhs(jnp.asarray(values), jnp.asarray(coefficients)), network, values, coefficients)


def test_identifiers_are_distinct_and_plain():
    names = identifiers(Array("y", len(HOSTILE), HOSTILE))
    assert len(set(names)) == len(HOSTILE)
    assert all(n.isidentifier() and n.isascii() and n.startswith("y_") for n in names)
    assert names[HOSTILE.index("C+")] == "y_Cp"


def test_a_suffix_that_is_taken_is_not_given_again():
    assert len(set(identifiers(Array("y", 3, ("Cp_2", "Cp", "C+"))))) == 3


def test_comments_are_one_line_of_ascii():
    for name in HOSTILE:
        assert one_line(name).isascii()
        assert len(one_line(name).splitlines()) <= 1
