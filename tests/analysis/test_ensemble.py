"""Ensembles: members are solves with their own coefficients; statistics; uncertainties."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse._analysis.ensemble.draws import normals
from eqxfuse._analysis.ensemble.ranks import rank_correlations

CLOUD = ef.Conditions(temperature=50.0, density=1e4)
T1 = 1e4 * ef.YEAR
SPECIES = ("A_", "B_", "C_")
FACTORS = (2.0, 1.5, 1.0)


@pytest.fixture(scope="module")
def rhs():
    """A decays to B with 2e-12 /s, B to C; C gives B back with what is known exactly."""
    network = ef.Network.from_reactions(["A_ -> B_", "B_ -> C_", "C_ -> B_"], [2e-12, 1e-12, 5e-13])
    uncertain = dict(zip((r.equation for r in network.reactions), FACTORS, strict=True))
    return ef.FusedRHS(network.with_uncertainties(uncertain))


@pytest.fixture(scope="module")
def found(rhs):
    return ef.ensemble(rhs, CLOUD, {"A_": 1.0}, T1, members=200, seed=7, saveat=5)


def test_members_are_separate_solves(rhs, found):
    """Mean and spread are those of solves one by one, with coefficients made here."""
    y0 = rhs.network.abundances({"A_": 1.0})
    k = rhs.precompute(CLOUD).k * jnp.exp(jnp.log(jnp.asarray(FACTORS)) * normals(7, np.arange(200), 3))
    separate = np.stack([ef.solve(rhs, ef.RateCoefficients(own), y0, T1, saveat=5).abundances for own in k])
    for i, name in enumerate(SPECIES):
        np.testing.assert_allclose(found.mean(name), separate[..., i].mean(axis=0), rtol=1e-12)
        spread = np.log10(separate[..., i]).std(axis=0, ddof=1)
        np.testing.assert_allclose(found.spread(name), spread, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(found.percentiles(name, [50.0])[0], np.median(separate[..., i], axis=0), rtol=1e-12)


def test_abundances_follow_the_law_of_their_coefficients(found):
    """ln(x(A)) = -k t, so that ln(-ln x) is normal with the standard deviation ln 2."""
    decay = np.log(-np.log(found.abundances("A_")[:, -1]))
    assert decay.std() == pytest.approx(np.log(2.0), rel=0.1)
    assert np.median(decay) == pytest.approx(np.log(2e-12 * T1), abs=0.15)
    assert found.correlations("A_") == pytest.approx([-1.0, 0.0, 0.0], abs=0.15)
    assert found.correlations("A_")[2] == 0.0  # it is known exactly
    first = found.top("A_", 1)[0]
    assert (first.reaction, first.equation) == (0, "A_ -> B_") and first.value < -0.999
    assert found.top("C_", 1, time=0.0)[0].equation in ("A_ -> B_", "B_ -> C_")


def test_the_numbers_follow_from_seed_and_position(rhs, found):
    fewer = ef.ensemble(rhs, CLOUD, {"A_": 1.0}, T1, members=23, seed=7, saveat=5, species="B_")
    assert fewer.trajectory.species_names == ("B_",)
    np.testing.assert_array_equal(fewer.abundances("B_"), found.abundances("B_")[:23])
    other = ef.ensemble(rhs, CLOUD, {"A_": 1.0}, T1, members=23, seed=8, saveat=5, species="B_")
    assert (other.abundances("B_")[:, -1] != fewer.abundances("B_")[:, -1]).all()


def test_a_gas_whose_rates_depend_on_abundances():
    """Shielding multiplies what was drawn: with an exactly known coefficient all members are the solve itself."""
    network = ef.Network.from_reactions(["H2 -> H + H"], [ef.rate_laws.ShieldedH2()])
    rhs = ef.FusedRHS(network)
    dim = ef.Conditions(temperature=50.0, density=1e4, av=0.1)
    once = ef.solve(rhs, dim, {"H2": 0.5}, T1, saveat=1).abundances[-1]
    found = ef.ensemble(rhs, dim, {"H2": 0.5}, T1, members=3, default=1.0, saveat=1)
    np.testing.assert_allclose(found.abundances("H"), np.full((3, 1), once[network.index("H")]), rtol=1e-9)
    assert not found.correlations("H").any()


def test_failed_members_count_nowhere(rhs):
    with pytest.warns(UserWarning, match=r"^4 of 4 members failed .* first of them 0, because it used up `max_steps`"):
        found = ef.ensemble(rhs, CLOUD, {"A_": 1.0}, T1, members=4, max_steps=2)
    assert found.abundances("A_").shape == (0, 121)
    with pytest.raises(ValueError, match="three members at least, 0 arrived"):
        found.correlations("A_")


def test_what_is_not_stated_is_told():
    plain = ef.FusedRHS(ef.Network.from_reactions(["A_ -> B_", "B_ -> C_", "C_ -> B_"], [2e-12, 1e-12, 5e-13]))
    with pytest.warns(ef.errors.Doubt, match=r"3 of 3 coefficients .* a factor of 2 is taken.*say default=2"):
        found = ef.ensemble(plain, CLOUD, {"A_": 1.0}, T1, members=2, saveat=5)
    np.testing.assert_array_equal(found.factors, 2.0)


def test_rank_correlations_share_the_ranks_of_ties():
    values, other = np.array([1.0, 2.0, 2.0, 3.0]), np.array([[0.1, 0.5, 0.2, 0.9]]).T
    ranks, columns = np.array([0.0, 1.5, 1.5, 3.0]), np.array([0.0, 2.0, 1.0, 3.0])
    assert rank_correlations(values, other)[0] == pytest.approx(np.corrcoef(ranks, columns)[0, 1])
    assert rank_correlations(np.ones(4), other)[0] == 0.0


def test_table_and_picture(found):
    assert "A_: " in found.table("A_") and "-1.00  A_ -> B_" in found.table("A_")
    assert repr(found) == "Ensemble(200 members, Trajectory(batch of 200, 3 species, 5 times))"
    axes = pytest.importorskip("matplotlib.figure").Figure().add_subplot()
    found.plot(["A_", "B_"], axes)
    assert len(axes.get_lines()) == len(axes.collections) == 2
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert band.max() == pytest.approx(found.percentiles("A_")[2].max())


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"members": 0}, ValueError, "members must be a whole number, 1 or more"),
        ({"seed": -1}, ValueError, "seed must be a whole number, 0 or more"),
        ({"default": 0.5}, ValueError, "default must be a factor of 1 or more"),
        ({"species": "Z"}, ef.UnknownSpecies, "no species 'Z'"),
        ({"conditions": ef.RateCoefficients(jnp.ones(3))}, TypeError, "needs Conditions"),
        ({"conditions": ef.Conditions(temperature=np.array([1.0, 2.0]), density=1.0)}, ValueError, "that of one cell"),
        ({"y0": jnp.ones(2)}, ValueError, "y0 must be"),
    ],
)
def test_mistakes(rhs, changed, error, message):
    given = {"conditions": CLOUD, "y0": {"A_": 1.0}, "t1": T1} | changed
    with pytest.raises(error, match=message):
        ef.ensemble(rhs, **given)


def test_a_gas_that_heats_and_cools_is_refused():
    network = ef.Network.from_reactions(["H -> H+ + e-"], [1e-15])
    warm = ef.FusedRHS(network, thermal=ef.thermal.Compression())
    with pytest.raises(ValueError, match=r"rhs\.isothermal"):
        ef.ensemble(warm, CLOUD, {"H": 1.0}, T1)


def test_draws_do_not_depend_on_who_reads_them():
    rows = normals(3, np.array([[5, 2], [0, 5]]), 4)
    np.testing.assert_array_equal(rows[0, 0], rows[1, 1])
    np.testing.assert_array_equal(rows[1, 0], normals(3, np.arange(1), 4)[0])
    assert jax.numpy.std(normals(0, np.arange(300), 50)) == pytest.approx(1.0, abs=0.02)
