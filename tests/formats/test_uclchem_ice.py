"""UCLCHEM's networks with ice: phases, laws, the balance of charge, and what is refused."""

import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import rate_laws as laws
from eqxfuse.errors import NetworkFormatError
from tests.formats.ice_snippets import REACTIONS, SPECIES


@pytest.fixture
def read_ice(tmp_path):
    def read(reactions=REACTIONS, species=SPECIES, **options):
        paths = tmp_path / "reactions.csv", tmp_path / "species.csv"
        for path, text in zip(paths, (reactions, species), strict=True):
            path.write_text(text)
        return ef.read_network(paths[0], species=paths[1], **options)

    return read


def by_kind(network: ef.Network) -> dict[str, list[ef.Reaction]]:
    found: dict[str, list[ef.Reaction]] = {}
    for reaction in network.reactions:
        found.setdefault(reaction.kind, []).append(reaction)
    return found


def test_species_stand_as_in_their_file_and_know_their_phase(read_ice):
    network = read_ice()
    assert network.species_names[:6] == ("H", "H2", "CO", "HCO", "HCO+", "#H")
    assert len(network.species) == 13 and "BULK" not in network.species_names
    phases = {s.name: s.phase for s in network.species}
    assert (phases["CO"], phases["#CO"], phases["@CO"]) == ("gas", "surface", "bulk")
    hco = {s.name: s for s in network.species}
    assert (hco["#HCO"].binding_energy, hco["#HCO"].enthalpy, hco["#HCO"].gas_name) == (2400.0, 10.4, "HCO")
    assert hco["@HCO"].enthalpy is None and hco["HCO"].binding_energy is None


def test_laws(read_ice):
    kinds = by_kind(read_ice())
    law = {kind: [r.fits[0].law for r in reactions] for kind, reactions in kinds.items()}
    assert law["FREEZE"] == [
        laws.Accretion(1.0, 0.0, 28.0),
        laws.Accretion(1.0, 1.0, 29.0),
        laws.Accretion(1.0, 0.0, 1.0, sticking="H"),
    ]
    assert law["THERM"] == [laws.ThermalDesorption(28.0, 1300.0), laws.ThermalDesorption(29.0, 5600.0)]
    assert law["DESCR"] == [laws.CosmicRayDesorption(1300.0)] and law["DEUVCR"] == [laws.PhotoDesorption(1300.0)]
    assert kinds["DESOH2"][0].factors == ("H", "#CO") and not dict(kinds["DESOH2"][0].net_change).get("H")
    assert law["BULKSWAP"] == [laws.BulkSwap(28.0, 5600.0)] and law["SURFSWAP"] == [laws.SurfaceSwap()]
    assert law["PHOTON"] == [laws.Photo(0.3 * 1.1e-9, 1.1), laws.BulkPhoto(0.3 * 1.1e-9, 1.1)]
    assert law["CRPHOT"] == [laws.BulkCosmicRayPhoton(0.3 * 1.3e-17, 0.0, 421.0, laws.ZETA_UCLCHEM)]
    kept, freed = law["LH"][0], law["LHDES"][0]
    assert (kept.leaves, freed.leaves, law["LH"][1].bulk) == (False, True, True)
    assert (kept.most, kept.product_energy) == (freed.most, freed.product_energy) == (0.1, 2400.0)
    assert law["LH"][1].most == 0.0 and (law["ENCOUNTER"], law["ER"][0].alpha) == (
        [laws.EncounterDesorption(2.0, 440.0)],
        0.0,
    )
    assert [r.equation for r in kinds["BURIAL"]] == ["#H -> @H", "#CO -> @CO", "#HCO -> @HCO"]


def test_the_part_that_desorbs_is_that_of_the_formula(read_ice):
    """Q from enthalpies and the barrier, M the mass, and 3 degrees of freedom for each of 3 atoms."""
    law = by_kind(read_ice())["LHDES"][0].fits[0].law
    heat = (51.63 - 27.2 - 10.4) * 4184.0 / (1.38054e-23 * 6.02214129e23) + 2500.0
    kept = ((29.0 - 120.0) / (29.0 + 120.0)) ** 2
    assert law.most * np.exp(-law.product_energy * law.steepness) == pytest.approx(
        0.1 * np.exp(-2400.0 * 9.0 / (kept * heat)), rel=1e-13
    )


def test_electrons_balance_ions_that_land(read_ice):
    network = read_ice()
    landing = next(r for r in network.reactions if r.equation == "HCO+ + E- -> #HCO")
    assert landing.factors == ("HCO+",)
    assert not network.conservation_errors()
    assert any("electrons that balance the charge of rows of grains: 1 row" in note for note in network.notes)
    shipped = read_ice(grains="uclchem")
    assert {r.equation for r in shipped.reactions} >= {"HCO+ -> #HCO", "E- -> "}
    assert len(shipped.conservation_errors()) == 2


def test_as_shipped(read_ice):
    kinds = by_kind(read_ice(grains="uclchem"))
    assert "ENCOUNTER" not in kinds
    assert kinds["FREEZE"][1].fits[0].law == laws.Accretion(1.0, 0.0, 29.0, highest=150.0)
    assert kinds["FREEZE"][2].fits[0].law == laws.Accretion(1.0, 0.0, 1.0, highest=150.0)
    assert kinds["H2FORM"][0].fits[0].law == laws.H2FormationCazauxTielens(1.0, dust_alone=True)
    assert kinds["BURIAL"][0].fits[0].law.counted == "all"


def test_two_phases_without_a_bulk(read_ice):
    species = "\n".join(line for line in SPECIES.splitlines() if line[0] != "@")
    network = read_ice("\n".join(line for line in REACTIONS.splitlines() if "@" not in line), species)
    assert by_kind(network)["THERM"][0].fits[0].law.two_phase and "BURIAL" not in by_kind(network)
    assert [total.name for total in network.totals] == ["surface ice"]


def test_without_species_a_network_of_ice_is_refused_or_read_without(tmp_path):
    path = tmp_path / "reactions.csv"
    path.write_text(REACTIONS)
    with pytest.raises(NetworkFormatError, match=r'5 rows of chemistry on grains.*species="species.csv"'):
        ef.read_network(path)
    assert len(ef.read_network(path, grains="none").reactions) == 2


@pytest.mark.parametrize(
    ("reactions", "species", "why"),
    [
        ("#CO,GAR,NAN,CO,NAN,NAN,NAN,1,0,0,0,1e4,0,False", "", "no rate law for GAR"),
        ("#N2,THERM,NAN,N2,NAN,NAN,NAN,1,0,790,0,1e4,0,False", "", "#N2 stands in no row of the species file"),
        ("#CO,LH,NAN,CO,NAN,NAN,NAN,1,0,0,0,1e4,0,False", "", "LH takes 2 species"),
        ("#CO,THERM,NAN,NAN,NAN,NAN,NAN,1,0,0,0,1e4,0,False", "", "THERM has a product"),
        ("", "CO,28,1300.0,0.0,0.0,0.0,-27.2", "species CO stands twice"),
        ("", "#N2,28,0.0,0.0,0.0,0.0,0.0", "needs a mass and a binding energy"),
        ("", "N2,heavy,0.0,0.0,0.0,0.0,0.0", "MASS must be a finite number"),
        ("", "XYZ,1,0.0,0.0,0.0,0.0,0.0", "does not start with an element"),
    ],
)
def test_what_cannot_be_read_is_refused(read_ice, reactions, species, why):
    with pytest.raises(NetworkFormatError, match=why):
        read_ice(REACTIONS + reactions + "\n", SPECIES + species + "\n")


def test_arguments_that_make_no_sense(read_ice, tmp_path):
    with pytest.raises(ValueError, match="grains must be one of"):
        read_ice(grains="some")
    with pytest.raises(ValueError, match="leaves out what species are for"):
        read_ice(grains="none")
    other = tmp_path / "other"
    other.write_text("1:NN:H:H2:H:H:H::1:1e-10:0:0:10:100:L\n")
    with pytest.raises(NetworkFormatError, match="species go with a network of the format 'uclchem'"):
        ef.read_network(other, "umist", species=tmp_path / "species.csv")
