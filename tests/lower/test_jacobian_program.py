"""The Jacobian's program: pattern, shared factors, operation counts. Its values are checked where it is called."""

import numpy as np
import pytest

from eqxfuse import Network, networks, read_network
from eqxfuse._program.reference import evaluate
from eqxfuse.ir import Product, Sum, lower_jacobian, lower_rhs
from eqxfuse.rate_laws import ShieldedH2
from tests.helpers import shared
from tests.sparse import dense


def _network(*equations):
    return Network.from_reactions(equations, [1.0] * len(equations))


def test_pattern_holds_products_and_partners():
    network = _network("A + B -> C", "C -> D")
    _, pattern = lower_jacobian(network)
    a, b, c, d = (network.index(name) for name in "ABCD")
    rows = {i: pattern.row(i).tolist() for i in range(4)}
    assert rows == {a: sorted([a, b]), b: sorted([a, b]), c: sorted([a, b, c]), d: sorted([c, d])}


def test_an_element_without_terms_is_zero():
    network = _network("A -> B")
    program, pattern = lower_jacobian(network)
    b = network.index("B")
    elements = zip(pattern.rows, pattern.columns, program.outputs, strict=True)
    assert [(i, j) for i, j, out in elements if out is None] == [(b, b)]


def test_catalysts_and_powers():
    network = _network("2 A -> B", "A + X -> A + B")
    program, pattern = lower_jacobian(network)
    y, k = np.array([0.5, 0.25, 2.0]), np.array([3.0, 5.0])
    values = dense(pattern, evaluate(program, {"y": y, "k": k}).astype(float))
    a, b, x = (network.index(name) for name in "ABX")
    expected = np.zeros((3, 3))
    expected[a, a] = -2 * 3.0 * 2 * y[a]
    expected[b, a] = 3.0 * 2 * y[a] + 5.0 * y[x]
    expected[b, x] = 5.0 * y[a]
    expected[x, a], expected[x, x] = -5.0 * y[x], -5.0 * y[a]
    np.testing.assert_allclose(values, expected, rtol=1e-15)


def test_common_factors_are_made_once():
    program, _ = lower_jacobian(_network("A + B + C -> D", "A + B + C -> E", "A + B + C -> F"))
    products = [s.expr for s in program.statements if isinstance(s.expr, Product)]
    pairs = [p for p in products if all(getattr(f, "array", "") == "y" for f in p.factors)]
    assert len(pairs) == 3  # y y for each of A, B, C
    sums = [s for s in program.statements if isinstance(s.expr, Sum) and s.name.startswith("s")]
    assert len(sums) == 3  # what A, B and C lose together, once for each derivative


def test_the_inputs_are_those_of_the_right_hand_side():
    network = networks.dark_cloud()
    assert lower_jacobian(network)[0].inputs[: len(lower_rhs(network).inputs)] == lower_rhs(network).inputs


def test_abundance_dependent_rates_bring_the_slopes_of_their_modifiers():
    network = Network.from_reactions(["H2 -> H + H", "H + H -> H2", "H ->"], [ShieldedH2(1.0), 1.0, 1.0])
    program, _ = lower_jacobian(network)
    assert {a.name: a.length for a in program.inputs} == {"y": 2, "k": 3, "m": 1, "dm": 1}
    assert "dm" not in {a.name for a in lower_jacobian(_network("A -> B"))[0].inputs}


@pytest.mark.parametrize(
    ("file", "multiplications", "additions", "stored"),
    [("uclchem_gas_phase_only.csv", 4_200, 9_900, 5_568), ("rate22_final.rates", 16_500, 37_700, 25_166)],
)
def test_operation_counts(file, multiplications, additions, stored):
    program, pattern = lower_jacobian(read_network(shared(f"networks/{file}"), grains="none"))
    assert pattern.stored == len(program.outputs) == stored
    assert program.operations["multiplications"] <= multiplications
    assert program.operations["additions"] <= additions
