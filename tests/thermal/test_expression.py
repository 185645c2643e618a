"""Heating and cooling as expressions, in Python and in files of KROME."""

import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import thermal

from .cells import gas

FILE = """@common:user_boost
@var:lines=1d-24*exp(-91.2*invT)
@format:idx,R,R,P,P,Tmin,Tmax,rate
1,C+,E,C,,NONE,NONE,4.7d-12*T32**(-0.6)
2,H,H,H2,,NONE,NONE,3d-17*sqrt(Tgas)
@cooling_start
@cooling: lines*n(idx_Cj)*(n(idx_H) + n(idx_H2))*user_boost ! fine structure
@cooling_stop
@heating: 1d-26*get_Hnuclei(n(:))
"""
CLOUD = ef.Conditions(temperature=800.0, density=100.0, parameters={"user_boost": 2.0})
START = {"H": 0.9, "H2": 0.05, "C+": 1e-4, "E": 1e-4}


def test_in_python():
    network = ef.Network.from_reactions("C+ + e- -> C", 1e-12, species=["H", "H2"])
    cell = gas(network, {"H": 90.0, "C+": 0.01, "e-": 0.02}, temperature=200.0, zeta=1e-16)
    cooling = thermal.Expression("-2d-24*sqrt(Tgas)*n(idx_Cj)*(n(idx_H)+n(idx_H2))")
    assert float(cooling.heating(cell)) == pytest.approx(-2e-24 * 200.0**0.5 * 0.01 * 90.0, rel=1e-12)
    rays = thermal.Expression("20*1.6e-12*user_crate*get_Hnuclei(n(:))", name="rays")
    assert float(rays.heating(cell)) == pytest.approx(3.2e-11 * 1e-16 * 100.0, rel=1e-12)
    everything = thermal.Expression("1e-25*sum(n(:))")
    assert float(everything.heating(cell)) == pytest.approx(1e-25 * 90.03, rel=1e-12)
    assert thermal.Expression("1e-25*n(idx_E)*n(idx_CO)").missing(network) == ("CO",)
    assert "user_crate" in repr(rays) and "rays" in repr(rays)
    with pytest.raises(ef.errors.ExpressionError, match="nothing is called Tgaz"):
        thermal.Expression("1e-25*Tgaz")


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    path = tmp_path_factory.mktemp("krome") / "react_cloud"
    path.write_text(FILE)
    return ef.read_network(path)


def test_in_a_file(network):
    assert [p.name for p in network.processes] == ["cooling in line 7", "heating in line 9"]
    assert "heating and cooling of the file: cooling in line 7, heating in line 9" in network.summary()
    assert network.parameters == ()
    rhs = ef.FusedRHS(network, thermal=network.processes)
    assert rhs.network.parameters == ("user_boost",)
    y = rhs.network.abundances(START)
    terms = ef.energy_terms(rhs, CLOUD, y, 300.0)
    expected = -1e-24 * np.exp(-91.2 / 300.0) * 0.01 * 95.0 * 2.0
    assert float(terms["cooling in line 7"]) == pytest.approx(expected, rel=1e-12)
    assert float(terms["heating in line 9"]) == pytest.approx(1e-24, rel=1e-12)
    with pytest.raises(ValueError, match="need user_boost"):
        ef.solve(rhs, ef.Conditions(temperature=800.0, density=100.0), y, 1.0)


def test_what_cannot_be_evaluated_is_refused(tmp_path):
    path = tmp_path / "react_cloud"
    path.write_text(FILE + "@cooling: krome_table(Tgas)*n(idx_H)\n")
    with pytest.raises(ef.NetworkFormatError, match=r"react_cloud.*10.*cooling in line 10: no function krome_table"):
        ef.read_network(path)
    network = ef.read_network(path, unsupported="skip")
    assert len(network.processes) == 2
    assert any("line 10: cooling in line 10: no function krome_table" in note for note in network.notes)


def _lines(gas, strength):
    cooling = strength * jnp.exp(-91.2 / gas.temperature) * gas.n("C+") * (gas.n("H") + gas.n("H2"))
    return 1e-26 * gas.density - cooling * gas.conditions.parameters["user_boost"]


def test_a_solve_is_that_of_the_same_functions(network):
    """In native steps, which a warning would deny."""
    own = thermal.Custom(_lines, (1e-24,), needed_parameters=("user_boost",))

    def end(processes):
        rhs = ef.FusedRHS(network, thermal=processes)
        found = ef.solve(rhs, CLOUD, rhs.network.abundances(START), 3e5 * ef.YEAR, saveat=1, rtol=1e-8)
        return float(found.temperature[0])

    assert 5.0 < abs(end(own) - 800.0) < 790.0
    np.testing.assert_allclose(end(own), end(network.processes), rtol=1e-9)
