"""Uncertainties: read from files, given in Python, kept."""

import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse.rate_laws import Kooij
from tests.helpers import shared

UMIST = """1:NN:H:CH:C:H2:::1:1.2e-09:0.00e+00:2200.0:10:300:L:A:x:
2:NN:H:OH:O:H2:::2:1e-13:1:0:10:300:L:B:x::1e-12:1:0:300:900:L:D:x:
3:IN:C+:OH:CO+:H:::1:1e-9:0:0:10:300:L::x:
"""
KIDA_ROW = "{:<11}{:<11}{:<11} {:<11}{:<11}{:<35}{}\n"


def kida(a, b, c, d, numbers):
    return KIDA_ROW.format(a, b, "", c, d, "", numbers)


def test_the_factor_grows_away_from_300_kelvin():
    """F = 2 exp(7 |1/T - 1/300|)."""
    uncertainty = ef.Uncertainty(2.0, 7.0)
    assert uncertainty.at(300.0) == 2.0
    assert uncertainty.at(10.0) == pytest.approx(2.0 * np.exp(7.0 * (0.1 - 1 / 300)))
    assert ef.Uncertainty(1.1, -50.0).at(10.0) == 1.0
    for wrong in (0.5, np.nan, np.inf):
        with pytest.raises(ValueError, match="a factor of 1 or more"):
            ef.Uncertainty(wrong)


def test_umist_states_letters(tmp_path):
    path = tmp_path / "tiny.rates"
    path.write_text(UMIST)
    network = ef.read_network(path)
    np.testing.assert_array_equal(network.uncertainty_factors(100.0), [1.25, 1.5, np.nan])
    np.testing.assert_array_equal(network.uncertainty_factors(2000.0), [1.25, 10.0, np.nan])


def test_kida_states_factors_and_slopes(tmp_path):
    path = tmp_path / "tiny.in"
    rows = [
        kida("H", "CH", "C", "H2", "1e-10 0 0 2.00e+00 7.00e+00 logn 4 10 300 3 1 1 1"),
        kida("H", "OH", "O", "H2", "1e-10 0 0 0.00e+00 0.00e+00 logn 4 10 300 3 2 1 1"),
        kida("H", "NH", "N", "H2", "1e-10 0 0 2.00e-11 0.00e+00 norm 4 10 300 3 3 1 1"),
    ]
    path.write_text("".join(rows))
    network = ef.read_network(path)
    factors = network.uncertainty_factors(10.0)
    assert factors[0] == pytest.approx(2.0 * np.exp(7.0 * (0.1 - 1 / 300)))
    assert np.isnan(factors[1:]).all()
    assert "reactions whose uncertainty is not that of a logarithm, and was left out: 1 (ids 3)" in network.notes


def test_they_are_given_in_python():
    equations = ["H + CH -> C + H2", "H + OH -> O + H2", "H + OH -> O + H2"]
    network = ef.Network.from_reactions(equations, [Kooij(1e-10)] * 3)
    assert np.isnan(network.uncertainty_factors(10.0)).all()
    known = network.with_uncertainties({"H + OH -> O + H2": 3.0, 0: ef.Uncertainty(2.0), 2: None})
    np.testing.assert_array_equal(known.uncertainty_factors(10.0), [2.0, 3.0, np.nan])
    assert known == network and known.digest == network.digest
    assert known.subnetwork(["H", "CH", "C", "H2"]).uncertainty_factors(10.0).tolist() == [2.0]
    reaction = ef.Reaction.from_equation("H -> H+ + e-", Kooij(1.0)).with_uncertainty(1.5)
    assert ef.Network.from_reactions(reaction).uncertainty_factors(10.0).tolist() == [1.5]
    with pytest.raises(ValueError, match="has no reaction 'H -> C'"):
        network.with_uncertainties({"H -> C": 2.0})


@pytest.mark.parametrize(
    ("file", "stated", "median"),
    [("rate22_final.rates", 8767, 2.0), ("gas_reactions_kida.uva.2024.in", 7000, 2.0)],
)
@pytest.mark.filterwarnings("ignore:.*negative rate coefficient:UserWarning")
def test_databases_state_them(file, stated, median):
    factors = ef.read_network(shared(f"networks/{file}")).uncertainty_factors(300.0)
    assert np.count_nonzero(~np.isnan(factors)) >= stated
    assert np.nanmedian(factors) == median and np.nanmin(factors) >= 1.0
