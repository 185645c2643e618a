"""The coefficients fulfil every condition that they were made for, so none can be mistyped."""

import numpy as np
import pytest

from eqxfuse import Rodas4, Rodas5P
from eqxfuse._solvers.tableau import RosenbrockTableau
from tests.solvers.order_conditions import Butcher, trees

METHODS = [pytest.param(Butcher(solver.tableau), id=solver.__name__) for solver in (Rodas4, Rodas5P)]
ROUNDING = 1e-13


def test_number_of_rooted_trees():
    assert [len(trees(order)) for order in range(1, 7)] == [1, 1, 2, 4, 9, 20]


@pytest.mark.parametrize("method", METHODS)
def test_order(method):
    order = method.tableau.order
    assert max(method.defect(method.weights, k) for k in range(1, order + 1)) < ROUNDING
    assert method.defect(method.weights, order + 1) > 1e-3
    assert max(method.defect(method.embedded, k) for k in range(1, order)) < ROUNDING
    assert method.defect(method.embedded, order) > 1e-3


@pytest.mark.parametrize("method", METHODS)
def test_order_of_the_dense_output(method):
    order = method.tableau.order - 1
    for theta in (0.1, 0.5, 0.8):
        weights = method.dense(theta)
        assert max(method.defect(weights, k, theta) for k in range(1, order + 1)) < ROUNDING
        assert method.defect(weights, order + 1, theta) > 1e-5
    assert method.dense(1.0) == pytest.approx(method.weights, abs=ROUNDING)


@pytest.mark.parametrize("method", METHODS)
def test_nodes_and_slopes_are_the_sums_of_rows(method):
    assert method.alpha.sum(axis=1) == pytest.approx(method.tableau.nodes, abs=ROUNDING)
    assert method.gammas.sum(axis=1) == pytest.approx(method.tableau.slopes, abs=ROUNDING)
    assert np.diag(method.gammas) == pytest.approx(method.tableau.gamma, abs=ROUNDING)


@pytest.mark.parametrize("method", METHODS)
def test_stiffly_accurate(method):
    """The weights are the last row of beta, and those of the embedded method the last row of alpha."""
    assert method.beta[-1] == pytest.approx(method.weights, abs=ROUNDING)
    assert method.alpha[-1] == pytest.approx(method.embedded, abs=ROUNDING)


@pytest.mark.parametrize("method", METHODS)
def test_l_stable(method):
    assert abs(method.at_infinity(method.weights)) < ROUNDING
    assert abs(method.at_infinity(method.embedded)) < ROUNDING
    assert max(method.amplification(1j * w) for w in np.geomspace(1e-2, 1e4, 300)) < 1 + 1e-12
    assert method.amplification(-1e9) < 1e-6


def test_rows_must_be_triangular():
    with pytest.raises(ValueError, match="row 2 of a strictly lower matrix has 2 entries, got 1"):
        RosenbrockTableau.from_rows(
            order=1, gamma=1.0, a=[[1.0], [1.0]], c=[], nodes=[0, 1, 1], slopes=[1, 0, 0], dense=[], source=""
        )


def test_coefficients_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        Rodas4.tableau.a[1, 0] = 0.0
