import dataclasses
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import Outcome, Species, Trajectory

SPECIES = (
    Species("CO", (("C", 1), ("O", 1))),
    Species("C+", (("C", 1),), 1),
    Species("O", (("O", 1),)),
    Species("e-", (), -1),
    Species("X", None),
)
START = (0.0, 1e-4, 2e-4, 1e-4, 0.5)


def trajectory(rows=((4e-5, 6e-5, 1.6e-4, 6e-5, 0.5), (9e-5, 1e-5, 1.1e-4, 1e-5, 0.5)), result=Outcome.successful):
    counts = {"steps": jnp.asarray(12), "accepted": jnp.asarray(10), "rejected": jnp.asarray(2)}
    times = ef.YEAR * jnp.array([1.0, 10.0])
    return Trajectory(times, jnp.asarray(rows), jnp.asarray(START), counts, result, SPECIES)


def test_abundances_by_name():
    found = trajectory()
    assert found.species_names == ("CO", "C+", "O", "e-", "X")
    np.testing.assert_array_equal(found.abundance("C+"), [6e-5, 1e-5])
    assert float(found.final["CO"]) == 9e-5
    assert found.most_abundant(2) == ("X", "O")
    with pytest.raises(ValueError, match="did you mean"):
        found.abundance("Co")


def test_conservation_is_exact_for_exact_chemistry():
    assert max(map(float, trajectory().conservation().values())) < 1e-14


def test_conservation_reports_the_largest_drift():
    drift = trajectory(((4e-5, 6e-5, 1.6e-4, 4e-5, 0.5), (9e-5, 1e-5, 1.0e-4, 1e-5, 0.5))).conservation()
    assert set(drift) == {"C", "O", "charge"}
    assert float(drift["C"]) < 1e-14
    assert float(drift["O"]) == pytest.approx(1e-5 / 2e-4)
    assert float(drift["charge"]) == pytest.approx(2e-5 / 1e-4)


def test_what_is_absent_does_not_drift():
    rows = np.zeros((2, 5))
    rows[:, 3], rows[1, 1] = 1e-4, 1e-45
    found = Trajectory(jnp.ones(2), jnp.asarray(rows), jnp.asarray(rows[0]), {}, Outcome.successful, SPECIES)
    assert float(found.conservation()["C"]) < 1e-20


def test_nothing_at_all_does_not_drift():
    """Cells: empty, ordinary, next to nothing, failed."""
    rows = jnp.stack([jnp.zeros((2, 5)), trajectory().abundances, jnp.full((2, 5), 5e-324), jnp.full((2, 5), jnp.nan)])
    starts = jnp.nan_to_num(rows[:, 0], nan=1.0)

    def drifts(rows, start):
        found = Trajectory(jnp.ones(2), rows, start, {}, Outcome.successful, SPECIES).conservation()
        return jnp.stack(list(found.values()))

    found = jax.jit(jax.vmap(drifts))(rows, starts)
    np.testing.assert_array_equal(found[jnp.array([0, 2])], 0.0)
    assert (found[1] < 1e-14).all() and jnp.isnan(found[3]).all()
    slopes = jax.jit(jax.vmap(jax.grad(lambda rows, start: drifts(rows, start).sum())))(rows, starts)
    assert jnp.isfinite(slopes[:2]).all()


def test_what_vanishes_has_drifted():
    vanished = dataclasses.replace(trajectory(), abundances=jnp.zeros((2, 5)))
    assert float(vanished.conservation()["C"]) > 1


def test_conservation_looks_at_the_times_that_were_reached():
    drift = trajectory(((4e-5, 6e-5, 1.6e-4, 6e-5, 0.5), (np.nan,) * 5)).conservation()
    assert max(map(float, drift.values())) < 1e-14


@pytest.mark.parametrize("result", [Outcome.successful, Outcome.max_steps_reached, Outcome.failed])
def test_a_file_holds_everything(tmp_path, result):
    before = trajectory(result=result)
    before.save(tmp_path / "one.npz")
    after = Trajectory.load(tmp_path / "one.npz")
    assert (after.species, after.state) == (before.species, before.state)
    assert bool(after.result == result) and bool(after.succeeded) == bool(before.succeeded)
    for old, new in zip(jax.tree.leaves(before), jax.tree.leaves(after), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_batch_goes_through_a_file(tmp_path):
    def one(fine):
        return trajectory(result=Outcome.where(fine, Outcome.successful, Outcome.step_too_small))

    batch = jax.vmap(one)(jnp.array([True, False, True]))
    batch.save(tmp_path / "batch.npz")
    after = Trajectory.load(tmp_path / "batch.npz")
    np.testing.assert_array_equal(after.succeeded, [True, False, True])
    assert after.final["CO"].shape == (3,) and after.conservation()["C"].shape == (3,)
    assert repr(after) == "Trajectory(batch of 3, 5 species, 2 times, 1 failed)"
    for method in (after.plot, after.most_abundant):
        with pytest.raises(ValueError, match=r"batch of shape \(3,\); take one of it with .cell"):
            method()
    assert after.cell(1).most_abundant(1) == ("X",) and after.cell(1).result == Outcome.step_too_small


def test_numpy_reads_the_file_without_us(tmp_path):
    trajectory().save(tmp_path / "one.npz")
    with np.load(tmp_path / "one.npz") as arrays:
        assert list(arrays["species"]) == ["CO", "C+", "O", "e-", "X"]
        assert (arrays["abundances"].shape, str(arrays["result"])) == ((2, 5), "successful")
        assert int(arrays["statistics_steps"]) == 12


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 cut short"])
def test_a_file_that_is_something_else(tmp_path, content):
    (tmp_path / "x.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"x\.npz is not a trajectory"):
        Trajectory.load(tmp_path / "x.npz")


def test_an_archive_of_something_else(tmp_path):
    np.savez(tmp_path / "x.npz", times=np.ones(3))
    with pytest.raises(ValueError, match="is not a trajectory"):
        Trajectory.load(tmp_path / "x.npz")


def test_a_plot_says_what_it_shows():
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    ax = trajectory().plot(["CO", "C+"], Figure().add_subplot())
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert "[yr]" in ax.get_xlabel() and "abundance" in ax.get_ylabel()
    np.testing.assert_allclose(ax.get_lines()[0].get_xdata(), [1.0, 10.0])
    assert [text.get_text() for text in ax.texts] == ["CO", "C$^{+}$"]


@pytest.mark.parametrize("name", ["CO", "C+"])
def test_one_name_is_one_curve(name):
    figure = pytest.importorskip("matplotlib.figure")
    ax = trajectory().plot(name, figure.Figure().add_subplot())
    np.testing.assert_array_equal([line.get_ydata() for line in ax.get_lines()], [trajectory().abundance(name)])


def test_a_plot_without_matplotlib_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"eqxfuse\[plot\]"):
        trajectory().plot()


def test_the_state_at_a_time():
    rows = trajectory().abundances
    found = dataclasses.replace(trajectory(), times=ef.YEAR * jnp.array([4.0, 9.0]))
    np.testing.assert_allclose(found.at(6 * ef.YEAR), jnp.sqrt(rows[0] * rows[1]), rtol=1e-14)
    for i, time in enumerate(found.times):
        np.testing.assert_array_equal(found.at(time), rows[i])
    assert np.isnan(found.at(3.9 * ef.YEAR)).all() and np.isnan(found.at(9.1 * ef.YEAR)).all()
    np.testing.assert_array_equal(found.at([4 * ef.YEAR, 6 * ef.YEAR])[1], found.at(6 * ef.YEAR))
    batch = jax.vmap(lambda _: found)(jnp.zeros((3,)))
    assert batch.at(4 * ef.YEAR * jnp.ones((2, 4))).shape == (3, 2, 4, 5) and batch.at([]).shape == (3, 0, 5)
    assert jax.jit(lambda t: batch.at(t))(5 * ef.YEAR).shape == (3, 5)


def test_between_outputs_where_there_is_no_logarithm():
    """From t = 0 on, and of a species that is not there at one of the outputs."""
    rows = jnp.array([[0.0, 1.0], [1.0, 4.0], [-1.0, 4.0]])
    found = Trajectory(jnp.array([0.0, 2.0, 4.0]), rows, rows[0], {}, Outcome.successful, SPECIES[:2])
    with pytest.warns(UserWarning, match="the outputs around it are at 0 and"):
        np.testing.assert_allclose(found.at(1.0), [0.5, 2.0], rtol=1e-14)
    np.testing.assert_allclose(found.at(8**0.5), [0.0, 4.0], rtol=1e-14, atol=1e-15)
    alone = dataclasses.replace(found, times=found.times[1:2], abundances=rows[1:2])
    np.testing.assert_array_equal(alone.at([2.0, 3.0]), [[1.0, 4.0], [np.nan, np.nan]])
    slopes = jax.jit(jax.jacfwd(lambda rows: dataclasses.replace(found, abundances=rows).at(8**0.5)))(rows)
    assert np.isfinite(slopes).all()


def test_a_state_between_outputs_that_are_far_apart():
    with pytest.warns(UserWarning, match="at 5.5 yr is a guess: the outputs around it are at 1 and 10 yr") as caught:
        trajectory().at([1.0 * ef.YEAR, 5.5 * ef.YEAR])
    assert len(caught) == 1 and caught[0].filename == __file__


def test_the_largest_of_a_failed_solve_are_those_where_it_ended():
    rows = trajectory().abundances.at[1].set(jnp.nan)
    failed = dataclasses.replace(trajectory(rows), end_time=jnp.array(3.0), end_state=jnp.asarray(START))
    assert failed.most_abundant(2) == ("X", "O")
