"""What `write_network` writes, `read_network` reads back."""

import dataclasses
import json

import pytest

import eqxfuse as ef
from eqxfuse import rate_laws as laws
from tests.helpers import shared
from tests.ice_networks import ice


def written(network, tmp_path):
    path = tmp_path / "network.jsonl"
    ef.write_network(network, path)
    assert [p.name for p in tmp_path.iterdir()] == ["network.jsonl"]
    return path


@pytest.fixture(scope="module")
def network():
    """Laws of every kind, a total over species, one over rates, and what is no formula."""
    leaves = laws.Expression("1e-9*(Tgas/3d2)**0.5*exp(-2e3/Tgas)*user_G + 1e-20*n(idx_H2)")
    rates = [
        leaves,
        laws.ShieldedCO(),
        laws.IonPolar1(1.0, 1.2e-9, 1.5),
        laws.CosmicRay(0.93, zeta_unit=1.36e-17),
        laws.H2FormationCazauxTielens(),
        0.1,
    ]
    equations = ["H + H- -> H2 + e-", "CO -> C + O", "C + H3+ -> CH+ + H2", "H2 -> H2+ + e-", "2 H -> H2", "A_x -> B_x"]
    network = ef.Network.from_reactions(equations, rates, name="all of it", totals=[ef.Total("ices", {"A_x": 2.0})])
    known = network.with_uncertainties({2: ef.Uncertainty(1.25, 7.0)})
    fits = (
        ef.Reaction.from_equation("CH+ + H2 -> C + H3+", [laws.Fit(laws.Kooij(1e-10), 10.0, 300.0)], id=77, kind="x"),
    )
    return dataclasses.replace(known, reactions=(*known.reactions, *fits), notes=("a note",))


def test_a_network_comes_back(network, tmp_path):
    found = ef.read_network(written(network, tmp_path))
    assert found == network and found.digest == network.digest
    assert (found.name, found.notes, found.totals) == (network.name, network.notes, network.totals)
    assert [r.kind for r in found.reactions] == [r.kind for r in network.reactions]
    assert found.reactions[2].fits[0].uncertainty == ef.Uncertainty(1.25, 7.0)
    assert found.reactions[3].source.line == 5


@pytest.mark.parametrize(
    "file", ["uclchem_gas_phase_only.csv", "gas_reactions_kida.uva.2024.in", "react_primordial3", "prizmo_network.dat"]
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_files_of_all_formats_come_back(file, tmp_path):
    network = ef.read_network(shared(f"networks/{file}"), unsupported="skip", grains="none")
    assert ef.read_network(written(network, tmp_path)).digest == network.digest


def _rate(conditions):
    return 1e-10


def test_a_function_is_refused_and_leaves_no_file(tmp_path):
    network = ef.Network.from_reactions("H -> H+ + e-", laws.UserRate(_rate))
    with pytest.raises(ef.UnsupportedRateLaw, match=r"reaction 'H -> H\+ \+ e-': UserRate.* is a Python function"):
        ef.write_network(network, tmp_path / "network.jsonl")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("line", "change", "message"),
    [
        (0, {"eqxfuse": 9}, "version 9"),
        (2, {"reactants": [["Z", 1]]}, "species 'Z' is not among"),
        (2, {"fits": [{"law": "Magic", "t_min": 0, "t_max": None}]}, "unknown rate law 'Magic'"),
        (7, {"fits": [{"law": "Photo", "alpha": "x", "gamma": 0, "t_min": 0, "t_max": 1}]}, r"number, got 'x'"),
        (7, {"fits": [{"law": "Kooij", "alpha": 1, "t_min": 0, "t_max": 1}]}, "Kooij has the fields alpha, beta"),
        (1, {"fits": [{"law": "Expression", "code": [[["add", 0, 1]], 0, -1], "numbers": [], "t_min": 0, "t_max": 1}]},
         "arguments of 'add' do not stand before"),
        (1, {"out_of_range": "never"}, "out_of_range must be one of"),
        (1, {"id": None}, "not as `write_network` writes it"),
    ],
)  # fmt: skip
def test_mistakes_name_the_line(network, tmp_path, line, change, message):
    path = written(network, tmp_path)
    lines = path.read_text().splitlines()
    lines[line] = json.dumps(json.loads(lines[line]) | change)
    path.write_text("\n".join(lines))
    with pytest.raises(ef.NetworkFormatError, match=message) as error:
        ef.read_network(path)
    assert error.value.line == line + 1


def test_networks_with_ice_come_back(tmp_path):
    network = ice()
    back = ef.read_network(written(network, tmp_path))
    assert back.digest == network.digest and [s.phase for s in back.species] == [s.phase for s in network.species]
