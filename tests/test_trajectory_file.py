"""Trajectories in files and in the tables of other libraries."""

import csv
import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Outcome, Species, Trajectory

SPECIES = (Species("CO", (("C", 1), ("O", 1))), Species("C+", (("C", 1),), 1), Species('odd, "name"', None))
ROWS = ((0.1 + 0.2, 1e-300, 0.5), (np.nan, 1 / 3, 5e-21), (1.0, 2.0, 3.0))


def trajectory(scale=1.0, end=10.0, result=Outcome.successful, state="abundance"):
    counts = {"steps": jnp.asarray(12), "accepted": jnp.asarray(10), "rejected": jnp.asarray(2)}
    times = jnp.array([0.3, 1.0, 1.0]).at[-1].set(end)
    return Trajectory(times, scale * jnp.asarray(ROWS), jnp.asarray(ROWS[2]), counts, result, SPECIES, state)


def batch():
    def one(fine):
        return trajectory(result=Outcome.where(fine, Outcome.successful, Outcome.step_too_small))

    return jax.vmap(jax.vmap(one))(jnp.array([[True, False, True], [False, True, True]]))


def assert_same(before: Trajectory, after: Trajectory):
    assert (after.species, after.state) == (before.species, before.state)
    for old, new in zip(jax.tree.leaves(before), jax.tree.leaves(after), strict=True):
        np.testing.assert_array_equal(old, new)


every_kind = pytest.mark.parametrize(
    "before",
    [
        trajectory(),
        trajectory(result=Outcome.max_steps_reached, state="density"),
        batch(),
        jax.vmap(lambda end: trajectory(end=end))(jnp.array([2.0, 3.0])),
    ],
    ids=["one", "failed", "batch", "times"],
)


@pytest.mark.parametrize("suffix", [".npz", ".nc"])
@every_kind
def test_everything_comes_back(tmp_path, suffix, before):
    if suffix == ".nc":
        pytest.importorskip("xarray")
    before.save(tmp_path / f"x{suffix}")
    assert_same(before, Trajectory.load(tmp_path / f"x{suffix}"))


def test_csv_keeps_every_digit(tmp_path):
    trajectory().save(tmp_path / "x.csv")
    with open(tmp_path / "x.csv", newline="", encoding="utf-8") as file:
        names, *rows = csv.reader(file)
    assert names == ["time [s]", "CO", "C+", 'odd, "name"']
    np.testing.assert_array_equal(np.array(rows, float), np.column_stack([[0.3, 1.0, 10.0], ROWS]))


def test_csv_of_single_precision(tmp_path):
    jax.tree.map(lambda x: x.astype(jnp.float32) if x.dtype == jnp.float64 else x, trajectory()).save(
        tmp_path / "x.csv"
    )
    first = (tmp_path / "x.csv").read_text().splitlines()[1]
    assert first == "0.3,0.3,0.0,0.5"


def test_a_data_frame():
    pytest.importorskip("pandas")
    frame = trajectory().dataframe()
    assert (frame.index.name, list(frame.columns)) == ("time [s]", ["CO", "C+", 'odd, "name"'])
    assert frame.loc[0.3, "CO"] == 0.1 + 0.2 and np.isnan(frame.loc[1.0, "CO"])
    with pytest.raises(ValueError, match=r"shape \(2, 3\)"):
        batch().dataframe()


def test_labelled_arrays():
    pytest.importorskip("xarray")
    found = trajectory(state="density").to_xarray()
    assert found["density"].dims == ("time", "species") and found["density"].attrs["units"] == "cm-3"
    assert found["density"].sel(time=0.3, species="CO") == 0.1 + 0.2
    assert str(found["result"].values) == "successful" and found["time"].attrs["units"] == "s"


def test_labelled_arrays_of_a_batch():
    pytest.importorskip("xarray")
    found = batch().to_xarray("density", "temperature")
    assert found["abundance"].dims == ("density", "temperature", "time", "species")
    assert found["time"].dims == ("time",)
    assert list(found["result"].values[0]) == ["successful", "step_too_small", "successful"]
    assert batch().to_xarray()["statistics_steps"].dims == ("cell_0", "cell_1")
    with pytest.raises(ValueError, match="1 batch axes"):
        batch().to_xarray("density")


def test_output_times_that_differ_label_an_axis_together():
    pytest.importorskip("xarray")
    found = jax.vmap(lambda end: trajectory(end=end))(jnp.array([2.0, 3.0])).to_xarray()
    assert found["time"].dims == ("cell", "output") and found["abundance"].dims == ("cell", "output", "species")


@pytest.mark.parametrize(
    ("name", "message"), [("x.txt", r"\.npz, \.csv, \.nc, \.zarr, not as '\.txt'"), ("x", "not as ''")]
)
def test_other_suffixes(tmp_path, name, message):
    with pytest.raises(ValueError, match=message):
        trajectory().save(tmp_path / name)
    with pytest.raises(ValueError, match=r"loaded as \.npz, \.nc, \.zarr, not as '\.csv'"):
        Trajectory.load(tmp_path / "x.csv")


def test_a_batch_is_no_csv(tmp_path):
    with pytest.raises(ValueError, match="to_xarray"):
        batch().save(tmp_path / "x.csv")
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize("content", [b"", b"CDF\x01", b"CDF\x02\x00\x00\x00\x00\x00\x00\x00\x0a", b"something else"])
def test_a_damaged_netcdf_file(tmp_path, content):
    pytest.importorskip("xarray")
    (tmp_path / "x.nc").write_bytes(content)
    with pytest.raises(ValueError, match=r"x\.nc is not a trajectory"):
        Trajectory.load(tmp_path / "x.nc")


def test_netcdf_of_something_else(tmp_path):
    xarray = pytest.importorskip("xarray")
    xarray.Dataset({"a": 1.0}).to_netcdf(tmp_path / "x.nc", engine="scipy")
    with pytest.raises(ValueError, match="is not a trajectory"):
        Trajectory.load(tmp_path / "x.nc")
    with pytest.raises(OSError):
        Trajectory.load(tmp_path / "none.nc")


@pytest.mark.parametrize(("method", "library"), [("dataframe", "pandas"), ("to_xarray", "xarray")])
def test_a_missing_library_names_the_extra(monkeypatch, method, library):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=rf"needs {library}: pip install 'eqxfuse\[tables\]'"):
        getattr(trajectory(), method)()


posix = pytest.mark.skipif(os.name != "posix", reason="limits of files as POSIX has them")
SUFFIXES = [".npz", ".csv", pytest.param(".nc", marks=pytest.mark.skipif(not find_spec("xarray"), reason="xarray"))]


@pytest.fixture
def small_disk():
    """Files take 100 bytes at most: the writing of any more fails in the middle."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@posix
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_keeps_the_file_that_was_there(tmp_path, suffix, small_disk):
    path = tmp_path / f"x{suffix}"
    path.write_bytes(b"of an earlier day")
    with pytest.raises(OSError):
        trajectory().save(path)
    assert path.read_bytes() == b"of an earlier day"
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_a_process_that_dies_keeps_the_file_that_was_there(tmp_path):
    """The kernel kills it when the file grows beyond its limit."""
    path = tmp_path / "x.npz"
    trajectory().save(path)
    before = path.read_bytes()
    code = f"""
import resource, signal, eqxfuse
there = eqxfuse.Trajectory.load({str(path)!r})
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
there.save({str(path)!r})
"""
    root = Path(__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == -signal.SIGXFSZ
    assert path.read_bytes() == before


@posix
def test_links_and_permissions_stay(tmp_path):
    path, link = tmp_path / "x.npz", tmp_path / "link.npz"
    path.write_bytes(b"")
    path.chmod(0o640)
    link.symlink_to(path)
    trajectory().save(link)
    assert link.is_symlink() and path.stat().st_mode & 0o777 == 0o640
    assert_same(trajectory(), Trajectory.load(path))
    assert sorted(tmp_path.iterdir()) == [link, path]
