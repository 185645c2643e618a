"""Networks: building, looking up, reporting, equality."""

import copy
import dataclasses
import pickle
import subprocess
import sys

import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Network, Reaction, Species
from eqxfuse.errors import UnknownSpecies
from eqxfuse.rate_laws import Constant, Fit, Kooij, ShieldedCO, UserRate

EQUATIONS = ["H2+ + H2 -> H3+ + H", "H3+ + e- -> 3 H", "H + H -> H2", "H + H2 -> 3 H", "He+ + H2 -> He + H+ + H"]


@pytest.fixture
def network():
    return Network.from_reactions(EQUATIONS, [2.08e-9, Kooij(4.36e-8, -0.52), 1e-17, 1e-20, 3.7e-14], name="h2")


def test_species_follow_as_they_appear(network):
    assert network.species_names == ("H2+", "H2", "H3+", "H", "e-", "He+", "He", "H+")
    assert [r.id for r in network.reactions] == [1, 2, 3, 4, 5]
    assert network.reactions[0].fits[0].law == Constant(2.08e-9)
    assert repr(network) == "Network('h2', 8 species, 5 reactions)"


def test_given_species_come_first_and_keep_their_composition():
    odd = Species("Q", (("H", 1),), 0)
    network = Network.from_reactions(["H -> Q"], [1.0], species=["e-", odd])
    assert network.species_names == ("e-", "Q", "H")
    assert network.species[1] is odd
    assert not network.conservation_errors()


def test_from_reaction_objects():
    reactions = [Reaction.make(["A"], ["B"], Constant(1.0), id=7)]
    network = Network.from_reactions(reactions)
    assert network.reactions == tuple(reactions)
    assert network.species[0] == Species("A", None, 0)


@pytest.mark.parametrize(
    ("equations", "rates", "match"),
    [
        (["H -> H+"], [1.0, 2.0], "1 equations but 2 rates"),
        (["H -> H+"], [], "one rate each"),
        ([Reaction.make(["H"], ["H+"], Constant(1.0))], [1.0], "without rates"),
        (["H -> H+"], [float("nan")], "finite"),
        (["H -> H+"], [float("inf")], "finite"),
        (["H ="], [1.0], "equation"),
    ],
)
def test_from_reactions_refuses(equations, rates, match):
    with pytest.raises(ValueError, match=match):
        Network.from_reactions(equations, rates)


@pytest.mark.parametrize("rate", [1e-17, np.float64(1e-17), Constant(1e-17)])
def test_one_equation_needs_no_list(rate):
    assert Network.from_reactions("H + H -> H2", rate) == Network.from_reactions(["H + H -> H2"], [rate])


@pytest.mark.parametrize("species", ["He+", Species.from_name("He+")])
def test_one_species_is_one_name(species):
    network = Network.from_reactions("H -> H+", 1.0, species=species)
    assert network.species_names == ("He+", "H", "H+")
    assert Network.from_reactions(Reaction.make("HCO+", "CO", Constant(1.0))).species_names == ("HCO+", "CO")


def test_rates_may_be_an_array():
    network = Network.from_reactions(["H -> H+", "H+ -> H"], np.array([1.0, 2.0]))
    assert network.reactions[1].fits[0].law == Constant(2.0)


def test_species_may_not_stand_twice():
    with pytest.raises(ValueError, match="stand twice in the network: H"):
        Network.from_reactions(["H -> H+"], [1.0], species=["H", "H"])


def test_reaction_with_an_unlisted_species():
    reaction = Reaction.make(["H2"], ["H", "H"], Constant(1.0))
    with pytest.raises(ValueError, match=r"H2 -> H \+ H.*no species 'H'.*did you mean H2"):
        Network((Species.from_name("H2"),), (reaction,))


def test_law_with_an_unlisted_species():
    reaction = Reaction.make(["CO"], ["C", "O"], ShieldedCO())
    with pytest.raises(ValueError, match="no species 'H2'"):
        Network(tuple(map(Species.from_name, ("CO", "C", "O"))), (reaction,))
    assert Network.from_reactions([reaction]).species_names == ("CO", "C", "O", "H2")


def test_index_and_abundances(network):
    assert network.index("H3+") == 2
    x = network.abundances({"H2": 0.5, "He": 0.1}, floor=1e-20)
    assert x.shape == (8,)
    assert x[1] == 0.5 and x[6] == 0.1
    assert jnp.sum(x == 1e-20) == 6
    with pytest.raises(UnknownSpecies, match=r"no species 'h2'.*did you mean.*H2"):
        network.abundances({"h2": 0.5})
    with pytest.raises(UnknownSpecies, match="it has 8"):
        network.index("CO")
    with pytest.raises(TypeError, match=r"named by one text, such as 'CO', got \['H2', 'H'\]"):
        network.index(["H2", "H"])


def test_what_differs_in_case_alone_comes_first():
    capitals = Network.from_reactions(["H2 + E- + CO -> HE + HD + COO"], [1.0])
    for name, meant in (("He", "HE"), ("e-", "E-"), ("co", "CO")):
        with pytest.raises(UnknownSpecies, match=f"did you mean {meant}"):
            capitals.index(name)


def test_several_names_in_one_text(network):
    with pytest.raises(UnknownSpecies, match=r"several species: give a list of names, \['H2', 'He'\]"):
        network.subnetwork("H2, He")


def test_abundances_in_a_text(network):
    with pytest.raises(TypeError, match=r"in a dict by species, such as \{'H2': 0.5.*got 'H2=0.5'"):
        network.abundances("H2=0.5")


def test_one_reaction_is_no_several():
    assert repr(Network.from_reactions("A -> B", 1.0)) == "Network(2 species, 1 reaction)"


def test_elements_and_composition(network):
    assert network.elements == ("H", "He")
    assert network.composition.shape == (3, 8)
    assert network.composition[:, network.index("H3+")].tolist() == [3, 0, 1]
    assert network.composition[:, network.index("e-")].tolist() == [0, 0, -1]
    with pytest.raises(ValueError, match="read-only"):
        network.composition[0, 0] = 7


def test_subnetwork(network):
    sub = network.subnetwork(["H2", "H", "e-", "H3+"])
    assert sub.species_names == ("H2", "H3+", "H", "e-")
    assert [r.id for r in sub.reactions] == [2, 3, 4]
    assert sub.name == "h2"
    with pytest.raises(UnknownSpecies):
        network.subnetwork(["H2", "CO"])
    assert network.subnetwork("H2") == network.subnetwork(["H2"])
    assert network.subnetwork(network.species_names) == network


def test_subnetwork_leaves_out_what_it_cannot_evaluate():
    shielded = Reaction.make(["CO"], ["C", "O"], ShieldedCO())
    network = Network.from_reactions([shielded, Reaction.make(["C", "O"], ["CO"], Constant(1.0))])
    assert len(network.subnetwork(["CO", "C", "O"]).reactions) == 1
    assert len(network.subnetwork(["CO", "C", "O", "H2"]).reactions) == 2


def test_conservation_errors():
    network = Network.from_reactions(["H2 -> H", "H -> H+", "CO -> C + O", "H + M -> C", "PAH -> C"], [1.0] * 5)
    assert network.conservation_errors() == {0: {"H": -1.0}, 1: {"charge": 1.0}}
    assert network.unjudged() == (3, 4)
    assert "do not conserve charge or an element: 2 (not judged, for species that are not a formula: 2)" in (
        network.summary()
    )
    assert "species that are not a formula: 2 (M, PAH)" in network.summary()


def test_an_opaque_species_that_stays_as_it_is_does_not_hinder_the_judgement():
    network = Network.from_reactions(["H + H + M -> H2 + M", "C + M -> H + M"], [1.0] * 2)
    assert network.unjudged() == ()
    assert list(network.conservation_errors()) == [1]


def test_one_policy_for_all_reactions(network):
    mixed = Network.from_reactions(
        [Reaction.make(["H"], ["H+"], Constant(1.0), out_of_range=p) for p in ("zero", "clamp")]
    )
    assert mixed.policies == "clamp (1), zero (1)"
    bounded = mixed.with_out_of_range("bounded")
    assert bounded.policies == "bounded" and bounded.digest != mixed.digest
    assert "outside their ranges of temperature: bounded" in bounded.summary()
    with pytest.raises(ValueError, match="out_of_range must be one of extrapolate, bounded, clamp, zero"):
        mixed.with_out_of_range("nearest")


def test_duplicates():
    equations = ["H + H2 -> H2+ + e-", "H2 -> H + H", "H2 + H -> e- + H2+", "H -> H+", "H2 -> 2 H", "H + H -> H2"]
    network = Network.from_reactions(equations, [1.0] * 6)
    assert network.duplicates() == ((0, 2), (1, 4))


def test_duplicates_are_of_one_kind():
    reactions = [Reaction.make(["H2"], ["H", "H"], Constant(1.0), kind=kind) for kind in ("CR", "PH", "CR")]
    assert Network.from_reactions(reactions).duplicates() == ((0, 2),)


def test_out_of_range():
    fits = [[Fit(Constant(1.0), 10, 100), Fit(Constant(2.0), 101, 300)], [Fit(Constant(1.0), 0, 50)]]
    network = Network.from_reactions([Reaction.make(["H"], ["H+"], f) for f in fits])
    assert [network.out_of_range(t) for t in (5, 10, 50, 100.5, 101, 301)] == [(0,), (), (), (0, 1), (1,), (0, 1)]


def test_digest_depends_on_what_matters(network):
    def with_first(**change):
        return dataclasses.replace(network, reactions=(dataclasses.replace(network.reactions[0], **change),))

    base = with_first()
    same = [with_first(kind="x"), dataclasses.replace(base, name="other"), dataclasses.replace(base, notes=("n",))]
    assert all(n == base and hash(n) == hash(base) for n in same)
    rate = 2.08e-9
    next_rate = float(np.nextafter(rate, 1))
    different = [
        with_first(fits=(Fit(Constant(next_rate)),)),
        with_first(fits=(Fit(Kooij(rate)),)),
        with_first(fits=(Fit(Constant(rate), 10.0),)),
        with_first(out_of_range="zero"),
        with_first(factors=("H2",)),
        with_first(id=9),
        with_first(products=(("H3+", 1), ("H", 2))),
        dataclasses.replace(base, species=base.species[::-1]),
    ]
    assert len({n.digest for n in [base, *different]}) == len(different) + 1
    assert base != "network"


def test_digest_does_not_depend_on_the_type_of_a_number():
    rate = 2.0812345678901e-9
    laws = [Kooij(rate), Kooij(np.float64(rate)), Kooij(np.array(rate)), Kooij(jnp.asarray(rate), 0, 0)]
    assert len({Network.from_reactions(["H -> H+"], [law]) for law in laws}) == 1
    near = [Kooij(jnp.asarray(rate)), Kooij(jnp.asarray(rate * (1 + 1e-13)))]
    assert len({Network.from_reactions(["H -> H+"], [law]) for law in near}) == 2


def test_digest_knows_user_functions_apart():
    laws = [UserRate(lambda c: c.temperature), UserRate(lambda c: c.density)]
    assert len({Network.from_reactions(["H -> H+"], [law]).digest for law in [*laws, laws[0]]}) == 2


def test_digest_is_the_same_in_another_process(network):
    code = (
        "import eqxfuse as ef, pickle, sys; n = pickle.load(sys.stdin.buffer); assert 'digest' not in vars(n); "
        "print(n.digest, hash(n) == hash(n.digest))"
    )
    fresh = pickle.dumps(dataclasses.replace(network))
    out = subprocess.run([sys.executable, "-c", code], input=fresh, capture_output=True, check=True).stdout
    assert out.decode().split() == [network.digest, "True"]


def test_pickle_and_copy(network):
    network.rate_table, network.digest, network.composition  # noqa: B018
    for other in (pickle.loads(pickle.dumps(network)), copy.deepcopy(network)):
        assert other == network
        assert other.reactions == network.reactions


def test_immutable(network):
    with pytest.raises(dataclasses.FrozenInstanceError):
        network.species = ()


def test_summary_says_what_there_is(network):
    noted = dataclasses.replace(network, notes=("3 rows are left out",))
    text = noted.summary()
    for line in ("8 species, 5 reactions", "elements: H He", "unnamed 5", "3 rows are left out"):
        assert line in text
    assert noted.subnetwork(["H", "H2"]).notes == noted.notes


def test_no_reactions():
    network = Network.from_reactions([], species=["H"])
    assert network.abundances({"H": 1.0}).tolist() == [1.0]
    assert network.summary() and network.digest and not network.duplicates()
    assert network.rate_table.laws == ()
