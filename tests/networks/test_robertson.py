"""Robertson's problem."""

import numpy as np
import pytest

from eqxfuse import Conditions, networks
from tests.networks.chemistry import never_formed_or_destroyed, solve

network = networks.robertson()
UNIT = Conditions(temperature=1.0, density=1.0)


def test_structure():
    assert network.species_names == ("A", "B", "C")
    assert network.conservation_errors() == {}
    assert never_formed_or_destroyed(network) == {"C"}  # it piles up
    assert np.allclose(network.composition, [[1, 1, 1], [0, 0, 0]])


def test_rate_constants_and_catalysts():
    assert network.rate_table(UNIT) == pytest.approx([0.04, 3e7, 1e4])
    assert [r.factors for r in network.reactions] == [("A",), ("B", "B"), ("B", "C")]
    assert [dict(r.net_change) for r in network.reactions] == [{"A": -1, "B": 1}, {"B": -1, "C": 1}, {"B": -1, "A": 1}]


def test_classical_values():
    """t = 40 after Byrne & Hindmarsh 1975 and t = 1e11 after Hairer & Wanner, Solving ODEs II."""
    end = solve(network, UNIT, {"A": 1.0}, [40.0, 1e11], rtol=1e-7, atol=1e-16)
    assert end[0] == pytest.approx([0.7158271, 9.185535e-6, 0.2841637], rel=1e-6)
    assert end[1] == pytest.approx([2.083340e-8, 8.333361e-14, 1.0], rel=1e-5)
    assert end.sum(axis=1) == pytest.approx([1.0, 1.0], rel=1e-9)
