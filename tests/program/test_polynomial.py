"""Programs multiplied out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqxfuse import networks
from eqxfuse._program.polynomial import Polynomial, multiply_out
from eqxfuse._program.reference import evaluate
from eqxfuse.ir import Load, Product, Ref, Statement, Sum, lower_rhs
from tests.program.programs import THREE, k, product, program, ref, total, y


def value(polynomial: Polynomial, inputs) -> np.ndarray:
    """The outputs, monomial by monomial, in the widest floats of the platform."""
    wide = {name: np.asarray(v, np.longdouble) for name, v in inputs.items()}
    monomials = [np.prod([wide[a.array][a.index] for a in m]) for m in polynomial.monomials]
    return np.array([sum((c * monomials[i] for c, i in own), np.longdouble(0)) for own in polynomial.outputs])


def test_a_network_is_one_monomial_a_reaction():
    polynomial = multiply_out(lower_rhs(THREE))
    assert polynomial.monomials == ((y(0), y(1), k(0)), (y(2), y(4), k(1)), (y(2), y(4), k(2)))
    assert polynomial.outputs[3] == ((1.0, 0), (3.0, 1), (1.0, 2))
    assert polynomial.outputs[4] == ((-1.0, 1), (-1.0, 2))


def test_equal_monomials_are_merged_whatever_order_they_were_written_in():
    f = program(
        product("a", y(0), k(1), y(2)),
        product("b", y(2), y(0)),
        product("c", k(1), ref("b")),
        total("d", (2.0, ref("a")), (3.0, ref("c"))),
        outputs=[ref("d")],
    )
    assert multiply_out(f) == Polynomial(((y(0), y(2), k(1)),), (((5.0, 0),),))


def test_terms_that_cancel_are_left_out():
    f = program(total("d", (1.0, y(0)), (-1.0, y(0)), (1.0, y(1))), outputs=[ref("d"), None])
    polynomial = multiply_out(f)
    assert [len(own) for own in polynomial.outputs] == [1, 0]
    assert polynomial.monomials[polynomial.outputs[0][0][1]] == (y(1),)


def test_a_product_of_sums_is_expanded():
    f = program(
        total("s", (1.0, y(0)), (2.0, y(1))),
        product("p", ref("s"), ref("s")),
        outputs=[ref("p"), y(2)],
    )
    polynomial = multiply_out(f)
    found = {polynomial.monomials[i]: c for c, i in polynomial.outputs[0]}
    assert found == {(y(0), y(0)): 1.0, (y(0), y(1)): 4.0, (y(1), y(1)): 4.0}
    assert polynomial.monomials[polynomial.outputs[1][0][1]] == (y(2),)


@pytest.mark.parametrize("network", [networks.primordial(), networks.dark_cloud()], ids=lambda n: n.name)
def test_networks_keep_their_values(network):
    f = lower_rhs(network)
    rng = np.random.default_rng(3)
    inputs = {a.name: 10.0 ** rng.uniform(-6, 0, a.length) for a in f.inputs}
    np.testing.assert_allclose(
        value(multiply_out(f), inputs).astype(float), evaluate(f, inputs).astype(float), rtol=1e-12, atol=1e-17
    )


@st.composite
def programs(draw):
    """Up to eight statements over two inputs of three elements."""
    atoms = [Load(array, i) for array in "yk" for i in range(3)]
    statements = []
    for number in range(draw(st.integers(1, 8))):
        operand = st.sampled_from(atoms)
        if draw(st.booleans()):
            expr = Product(tuple(draw(st.lists(operand, min_size=1, max_size=2))))
        else:
            term = st.tuples(st.sampled_from([1.0, -1.0, 2.0, -0.5]), operand)
            expr = Sum(tuple(draw(st.lists(term, min_size=1, max_size=3))))
        statements.append(Statement(f"v{number}", expr))
        atoms.append(Ref(f"v{number}"))
    outputs = draw(st.lists(st.sampled_from([None, *atoms]), min_size=1, max_size=3))
    return program(*statements, outputs=outputs)


@settings(max_examples=60, deadline=None)
@given(f=programs(), seed=st.integers(0, 2**16))
def test_any_program_keeps_its_values(f, seed):
    rng = np.random.default_rng(seed)
    inputs = {a.name: rng.integers(-3, 4, a.length).astype(float) for a in f.inputs}
    np.testing.assert_array_equal(value(multiply_out(f), inputs), evaluate(f, inputs))
