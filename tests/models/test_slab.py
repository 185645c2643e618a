"""A slab that is lit: what it is made of, what its columns are, and that more depths do not change it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import models, rate_laws
from eqxfuse.rate_laws import CosmicRay, Kooij, ShieldedC, ShieldedCO, ShieldedH2

EQUATIONS = {
    "H2 -> H + H": (ShieldedH2(), CosmicRay(0.1)),
    "C -> C+ + e-": (ShieldedC(3.1e-10, 3.33), CosmicRay(100.0)),
    "C+ + e- -> C": (Kooij(4.67e-12, -0.6),),
    "C + O -> CO": (Kooij(1e-13),),
    "CO -> C + O": (ShieldedCO(), CosmicRay(10.0)),
}
FORMATION = ef.Reaction.from_equation("H + H -> H2", rate_laws.H2FormationCazauxTielens(), factors=("H",))
NETWORK = ef.Network.from_reactions(
    [FORMATION, *(ef.Reaction.from_equation(text, law) for text, laws in EQUATIONS.items() for law in laws)]
)
RHS = ef.FusedRHS(NETWORK)
START = NETWORK.abundances({"H": 1.0, "C+": 1e-4, "e-": 1e-4, "O": 3e-4})
CLOUD = ef.Conditions(temperature=50.0, density=1e3, g0=10.0, dust_temperature=15.0, zeta=5e-17)


def depths(number):
    return np.append(0.0, np.geomspace(1e-3, 10.0, number))


@pytest.fixture(scope="module")
def slabs():
    """In steady state, each with about twice as many depths, which hold those of the one before."""
    return [models.slab(RHS, CLOUD, START, depths(number)) for number in (17, 33, 65)]


def test_columns_converge_with_the_depths(slabs):
    """As the square of their distance; C less well, as it is in a layer that few depths see."""
    for name, most, smaller in (("H2", 2e-4, 0.3), ("CO", 3e-3, 0.3), ("C", 4e-2, 0.6)):
        columns = [np.asarray(slab.column(name)) for slab in slabs]
        ends = [column[-1] for column in columns]
        errors = abs(ends[0] - ends[1]), abs(ends[1] - ends[2])
        assert errors[1] < most * ends[2] and errors[1] < smaller * errors[0], (name, ends)
    crossings = [float(slab.crossing("H", "H2")) for slab in slabs]
    assert abs(crossings[1] - crossings[2]) < 0.01 * crossings[2]


def test_the_picture_of_a_photodissociation_region(slabs):
    """H outside and H2 inside; C+ outside, C behind it, CO inside; and everything that there was to begin with."""
    slab = slabs[-1]
    assert 0.01 < slab.crossing("H", "H2") < 0.5
    assert slab.crossing("H", "H2") < slab.crossing("C+", "C") < slab.crossing("C", "CO") < 5.0
    assert float(slab.abundance("H")[0]) > 0.99 and float(slab.abundance("H2")[-1]) > 0.49
    assert (np.diff(slab.column("H2")) > 0).all() and (np.diff(slab.abundance("H2")) > 0).all()
    assert slab.converged.all() and np.isnan(slab.crossing("H2", "H"))
    held = np.asarray(slab.abundances @ NETWORK.composition.T)
    np.testing.assert_allclose(held, np.tile(NETWORK.composition @ START, (len(held), 1)), rtol=1e-10, atol=1e-14)


def test_what_forms_is_what_light_destroys(slabs):
    """The balance of H2 at each depth, with the shielding of the whole column in front, from the laws themselves."""
    slab = slabs[1]
    law = ShieldedH2()
    for i in (0, 5, 12, 20):
        front = ef.Conditions(50.0, 1e3, g0=10.0, av=float(slab.av[i]), h2_column=float(slab.column("H2")[i]))
        light = law.coefficient(front) * law.modifier(front, (jnp.zeros(()),)) + 0.1 * 5e-17
        formed = FORMATION.fits[0].law.coefficient(CLOUD) * slab.abundance("H")[i]
        assert float(light * slab.abundance("H2")[i]) == pytest.approx(float(formed), rel=1e-6)
    np.testing.assert_allclose(slab.hydrogen, 1.87e21 * np.asarray(slab.av), rtol=1e-12)
    total = slab.column("H") + 2.0 * slab.column("H2")
    np.testing.assert_allclose(total, slab.hydrogen, rtol=1e-9)


def test_time_leads_to_the_steady_state(slabs):
    late = models.slab(RHS, CLOUD, START, depths(17), time=1e9 * ef.YEAR, rtol=1e-6)
    np.testing.assert_allclose(late.abundances, slabs[0].abundances, rtol=1e-3, atol=1e-12)
    np.testing.assert_allclose(late.column("H2"), slabs[0].column("H2"), rtol=1e-4)
    early = models.slab(RHS, CLOUD, START, depths(17), time=1e4 * ef.YEAR, rtol=1e-6)
    assert 0 < early.column("H2")[-1] < 0.1 * late.column("H2")[-1] and np.isnan(early.crossing("H", "H2"))


def test_more_light_reaches_farther():
    """In a batch, with its derivatives, and with a profile of densities."""

    def reached(g0):
        profile = ef.Conditions(50.0, jnp.linspace(1e3, 2e3, 9), g0=g0, dust_temperature=15.0, zeta=5e-17)
        return jnp.log(models.slab(RHS, profile, START, depths(8)).column("H2")[4])

    fields = jnp.array([9.99, 10.0, 10.01])
    values, slopes = jax.vmap(lambda g0: jax.jvp(reached, (g0,), (1.0,)))(fields)
    assert float(slopes[1]) == pytest.approx(float(values[2] - values[0]) / 0.02, rel=1e-4) and slopes[1] < 0


def test_tables_and_pictures(slabs, tmp_path):
    slab = slabs[0]
    slab.save(tmp_path / "slab.csv")
    slab.save(tmp_path / "slab.npz")
    table = np.genfromtxt(tmp_path / "slab.csv", delimiter=",", names=True, deletechars="")
    np.testing.assert_allclose(table["CO"], slab.abundance("CO"), rtol=1e-9)
    np.testing.assert_array_equal(np.load(tmp_path / "slab.npz")["av"], slab.av)
    with pytest.raises(ValueError, match=r"can be saved as .csv or .npz, not as '.txt'"):
        slab.save(tmp_path / "slab.txt")
    assert repr(slab) == "Slab(18 depths, 7 species)"
    figure = pytest.importorskip("matplotlib.figure").Figure()
    above, below = slab.plot(figure=figure)
    assert "H_2" in above.get_ylabel() and "A_V" in below.get_xlabel() and len(below.get_lines()) == 7
    batch = jax.tree.map(lambda a: jnp.stack([a, a]), slab)
    assert repr(batch) == "Slab(batch of 2, 18 depths, 7 species)"
    with pytest.raises(ValueError, match=r"plot shows one slab, this is a batch of shape \(2,\)"):
        batch.plot()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"av": [1.0, 0.5]}, r"av must be a list of two or more depths \[mag\] in increasing order"),
        ({"av": [-1.0, 0.5]}, "in increasing order from 0"),
        ({"rhs": ef.FusedRHS(NETWORK, state="density")}, "leave out state='density' of FusedRHS"),
        (
            {"conditions": ef.Conditions(50.0, jnp.ones(3))},
            "Conditions.density must be a number or have a value for each",
        ),
        ({"conditions": ef.Conditions(-50.0 * jnp.ones(2), 1.0)}, "Conditions.temperature must be finite and positive"),
    ],
)
def test_what_no_slab_can_be_made_of(changed, message):
    given = {"rhs": RHS, "conditions": CLOUD, "y0": START, "av": [0.0, 1.0]} | changed
    with pytest.raises(ValueError, match=message):
        models.slab(**given)


def test_the_numbers_of_the_page(page):
    np.testing.assert_allclose(page["transitions"], [0.34, 0.82, 2.16], rtol=0.02)
    assert float(page["edge"].column("H2")[-1]) == pytest.approx(9.05e21, rel=1e-3)


def test_gas_that_never_comes_to_rest_and_gas_that_does_not_shield():
    ions = ef.Network.from_reactions(["C+ + e- -> C"], [Kooij(4.67e-12, -0.6)])
    with (
        pytest.warns(UserWarning, match="no rate of this network depends on abundances, so that nothing shields"),
        pytest.raises(RuntimeError, match=r"the slab got to Av = 0 mag \(depth 0 of 2\)"),
    ):
        models.slab(ef.FusedRHS(ions), CLOUD, ions.abundances({"C+": 1.0, "e-": 1.0}), np.array([0.0, 1.0]))
