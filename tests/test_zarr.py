"""Trajectories as Zarr stores."""

import numpy as np
import pytest

from eqxfuse import Trajectory
from eqxfuse._solve import durable
from tests.test_trajectory_file import assert_same, batch, every_kind, trajectory

xarray = pytest.importorskip("xarray")
zarr = pytest.importorskip("zarr")


@every_kind
def test_everything_comes_back(tmp_path, before):
    before.save(tmp_path / "x.zarr")
    assert_same(before, Trajectory.load(tmp_path / "x.zarr"))


def test_one_line_of_xarray_opens_it(tmp_path):
    batch().save(tmp_path / "x.zarr")
    for found in (xarray.open_zarr(tmp_path / "x.zarr"), xarray.open_dataset(tmp_path / "x.zarr", engine="zarr")):
        own = found["abundance"].sel(species="C+")
        np.testing.assert_array_equal(own, batch().abundance("C+"))
        assert own.attrs["units"] == "1" and found["time"].attrs["units"] == "s"
        names = np.array(found["result"].attrs["flag_meanings"].split())[found["result"]]
        assert names.tolist() == [
            ["successful", "step_too_small", "successful"],
            ["step_too_small", *["successful"] * 2],
        ]


def test_a_chunk_holds_one_species_and_a_shard_all(tmp_path):
    batch().save(tmp_path / "x.zarr")
    own = zarr.open_group(tmp_path / "x.zarr", mode="r")["abundance"]
    assert (own.chunks, own.shards) == ((2, 3, 3, 1), (2, 3, 3, 3))


def test_another_folder_is_not_replaced(tmp_path):
    (tmp_path / "x.zarr").mkdir()
    (tmp_path / "x.zarr" / "mine").touch()
    with pytest.raises(FileExistsError, match="no Zarr store"):
        trajectory().save(tmp_path / "x.zarr")
    assert [path.name for path in tmp_path.iterdir()] == ["x.zarr"]


def test_what_was_there_stays_when_the_disk_is_full(tmp_path, monkeypatch):
    trajectory().save(tmp_path / "x.zarr")

    def full(_):
        raise OSError("full")

    with monkeypatch.context() as patch:
        patch.setattr(durable, "_to_disk", full)
        with pytest.raises(OSError, match="full"):
            trajectory(scale=2.0).save(tmp_path / "x.zarr")
    assert_same(trajectory(), Trajectory.load(tmp_path / "x.zarr"))
    trajectory(scale=2.0).save(tmp_path / "x.zarr")
    assert_same(trajectory(scale=2.0), Trajectory.load(tmp_path / "x.zarr"))
    assert [path.name for path in tmp_path.iterdir()] == ["x.zarr"]


def test_a_replacement_that_was_cut_off_is_ended(tmp_path):
    """The process died between the two renames; the next writing fails, too."""
    trajectory(scale=2.0).save(tmp_path / "z.zarr")
    (tmp_path / "z.zarr").rename(tmp_path / "x.zarr.new")
    trajectory().save(tmp_path / "y.zarr")
    (tmp_path / "y.zarr").rename(tmp_path / "x.zarr.old")
    with pytest.raises(KeyboardInterrupt), durable.durable_folder(tmp_path / "x.zarr"):
        raise KeyboardInterrupt
    assert_same(trajectory(scale=2.0), Trajectory.load(tmp_path / "x.zarr"))
    assert [path.name for path in tmp_path.iterdir()] == ["x.zarr"]


def test_what_is_no_trajectory(tmp_path):
    xarray.Dataset({"a": ("b", [1.0])}).to_zarr(tmp_path / "x.zarr", zarr_format=3, consolidated=False)
    with pytest.raises(ValueError, match="is not a trajectory that eqxfuse saved"):
        Trajectory.load(tmp_path / "x.zarr")


def test_without_the_library(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "zarr", None)
    with pytest.raises(ImportError, match=r"a \.zarr store needs zarr: pip install 'eqxfuse\[zarr\]'"):
        trajectory().save(tmp_path / "x.zarr")
    assert not any(tmp_path.iterdir())
