import errno
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from eqxfuse import Outcome, Trajectory
from eqxfuse._cli import cells as cells_command
from eqxfuse._cli import grid as grid_command
from eqxfuse._cli import grid_store
from eqxfuse._cli import run as run_command
from eqxfuse._cli.main import main
from eqxfuse._cli.quantities import parse_axis

NETWORK = """r1,r2,p1,p2,a,b,c,mechanism
CO,,C,O,1e-10,0,0,FUV
H,O,OH,,1e-20,0,0,KA
"""
START = 1e-4
FIELDS = [str(g0) for g0 in np.geomspace(0.1, 10.0, 10).tolist()]


@pytest.fixture
def network_file(tmp_path):
    path = tmp_path / "tiny.csv"
    path.write_text(NETWORK)
    return path


_NETWORKS = {}


@pytest.fixture(autouse=True)
def compile_once(monkeypatch):
    """One network for all tests, so that only the first solve compiles."""
    read = grid_command.open_network

    def remembered(options):
        key = Path(options.file).read_text(), options.out_of_range
        if key not in _NETWORKS:
            _NETWORKS[key] = read(options)
        return _NETWORKS[key]

    monkeypatch.setattr(grid_command, "open_network", remembered)


def words(path, out, **options):
    """CO falls as exp(-t g0), times a number; every run here has blocks of the same size, and so compiles once."""
    given = {"temperature": "50", "density": "1e4", "av": "0", "initial": f"H=1,CO={START}", "t-end": "300yr"}
    given |= {"g0": ",".join(FIELDS), "chunk": "3", "out": str(out), **options}
    return ["grid", str(path), *(word for name, value in given.items() for word in (f"--{name}", value))]


def fails(arguments, capsys) -> tuple[int, str]:
    """Exit status and the last line on stderr."""
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = stop.code
    return status, capsys.readouterr().err.splitlines()[-1]


def test_every_cell_of_the_product(network_file, tmp_path, capsys):
    assert main(words(network_file, tmp_path / "new" / "out", density="1e3,1e4,1e5", species="CO,O")) == 0
    assert "3 density x 10 g0: 30 cells" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "new" / "out").iterdir()) == [
        "tiny.grid.json",
        "tiny.grid.npz",
    ]
    found = Trajectory.load(tmp_path / "new" / "out" / "tiny.grid.npz")
    assert found.species_names == ("CO", "O") and found.abundances.shape == (3, 10, 1, 2)
    rates = np.log(START / np.asarray(found.final["CO"]))
    np.testing.assert_allclose(rates / rates[0, 0], np.tile(np.geomspace(1.0, 100.0, 10), (3, 1)), rtol=2e-3)
    with np.load(tmp_path / "new" / "out" / "tiny.grid.npz") as arrays:
        np.testing.assert_array_equal(arrays["axis_density"], [1e3, 1e4, 1e5])
        np.testing.assert_array_equal(arrays["axis_g0"], [float(g0) for g0 in FIELDS])
    assert found.origin.dims == ("density", "g0") and (found.conditions.temperature == 50.0).all()
    np.testing.assert_array_equal(found.cell(1, 2).conditions.g0, float(FIELDS[2]))
    assert (float(found.cell(0, 0).origin.rtol), found.origin.network) == (1e-4, "tiny")


def test_a_finished_grid_is_not_solved_again(network_file, tmp_path, capsys, monkeypatch):
    main(words(network_file, tmp_path))
    before = (tmp_path / "tiny.grid.npz").read_bytes()
    monkeypatch.setattr(cells_command, "solve_blocks", None)
    assert main(words(network_file, tmp_path)) == 0
    assert (tmp_path / "tiny.grid.npz").read_bytes() == before
    assert capsys.readouterr().out.count("10 of 10 cells solved") == 2


@pytest.mark.parametrize("changed", [{"rtol": "1e-5"}, {"g0": "0.1,0.2"}, {"initial": f"H=1,CO={2 * START}"}])
def test_other_settings_are_refused(network_file, tmp_path, capsys, changed):
    main(words(network_file, tmp_path))
    status, line = fails(words(network_file, tmp_path, **changed), capsys)
    assert status == 2 and "other settings (" in line and next(iter(changed)) in line


def test_another_network_is_refused(network_file, tmp_path, capsys):
    main(words(network_file, tmp_path))
    network_file.write_text(NETWORK.replace("1e-20", "2e-20"))
    status, line = fails(words(network_file, tmp_path), capsys)
    assert status == 2 and "other settings (network" in line


def test_another_policy_outside_the_ranges_is_refused(network_file, tmp_path, capsys):
    main(words(network_file, tmp_path))
    assert "outside their ranges of temperature: extrapolate (0 reactions at 50 K)\n" in capsys.readouterr().out
    status, line = fails(words(network_file, tmp_path, **{"out-of-range": "zero"}), capsys)
    assert status == 2 and "other settings (network" in line


def interrupted(network_file, out, capsys, monkeypatch, full=2):
    """A disk that is full after some chunks."""
    save, written = Trajectory.save, []

    def limited(trajectory, path):
        if len(written) == full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(path)
        save(trajectory, path)

    with monkeypatch.context() as patch:
        patch.setattr(Trajectory, "save", limited)
        return fails(words(network_file, out), capsys)


def test_a_full_disk_loses_nothing_that_was_written(network_file, tmp_path, capsys, monkeypatch):
    main(words(network_file, tmp_path / "whole"))
    status, line = interrupted(network_file, tmp_path / "out", capsys, monkeypatch)
    assert status == 1 and "No space left on device" in line and "goes on from there" in line
    kept = tmp_path / "out" / "tiny.grid.chunks"
    assert sorted(path.name for path in kept.iterdir()) == ["000000.npz", "000001.npz"]
    assert Trajectory.load(kept / "000001.npz").final["CO"].shape == (3,)
    assert main(words(network_file, tmp_path / "out")) == 0
    assert "6 of 10 cells are done already" in capsys.readouterr().out
    assert (tmp_path / "out" / "tiny.grid.npz").read_bytes() == (tmp_path / "whole" / "tiny.grid.npz").read_bytes()
    assert not kept.exists()


def test_a_disk_that_is_full_at_the_end(network_file, tmp_path, capsys, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(grid_store, "join_archives", full)
        status, line = fails(words(network_file, tmp_path / "out"), capsys)
    assert status == 1 and "No space left on device" in line
    assert len(list((tmp_path / "out" / "tiny.grid.chunks").iterdir())) == 4
    assert main(words(network_file, tmp_path / "out")) == 0


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short"])
def test_a_damaged_chunk_is_made_again(network_file, tmp_path, capsys, monkeypatch, content):
    interrupted(network_file, tmp_path, capsys, monkeypatch)
    (tmp_path / "tiny.grid.chunks" / "000001.npz").write_bytes(content)
    status, line = fails(words(network_file, tmp_path), capsys)
    assert status == 1 and "000001.npz is damaged and was removed" in line
    assert main(words(network_file, tmp_path)) == 0


def test_failed_cells_have_a_reason_and_the_rest_goes_on(network_file, tmp_path, capsys):
    fields = "0,1e-3,1,10,100,1e3,1e7,1e8,1e9,2e9"
    assert main(words(network_file, tmp_path, g0=fields, **{"max-steps": "40"})) == 0
    printed = capsys.readouterr().out
    failed = (tmp_path / "tiny.grid.failed.csv").read_text().splitlines()
    assert failed[0] == "g0,stopped_at_yr,reason"
    (row,) = (line.split(",") for line in failed if line.startswith("1000000000.0,"))
    assert 0.0 < float(row[1]) < 1e3 and row[2] == "max_steps_reached"
    assert f"{len(failed) - 1} cells failed" in printed and "Raise --max-steps or --rtol" in printed
    found = Trajectory.load(tmp_path / "tiny.grid.npz")
    assert int((~found.succeeded).sum()) == len(failed) - 1 < 10
    assert float(found.final["CO"][0]) == pytest.approx(START, rel=1e-12)


def test_more_steps_for_the_cells_that_gave_up(network_file, tmp_path, capsys, monkeypatch):
    """Two of ten; once the command is interrupted, and the others are not touched."""
    fields = {"g0": "0.1,0.2,1e6,0.3,0.4,0.5,0.6,0.7,1e7,0.8", "species": "CO"}
    assert main(words(network_file, tmp_path, **fields, **{"max-steps": "40", "chunk": "1"})) == 0
    before = Trajectory.load(tmp_path / "tiny.grid.npz")
    failed = np.flatnonzero(~np.asarray(before.succeeded))
    assert failed.tolist() == [2, 8]
    status, line = fails(words(network_file, tmp_path, **fields, **{"max-steps": "30", "chunk": "1"}), capsys)
    assert status == 2 and "other settings (max_steps," in line
    more = words(network_file, tmp_path, **fields, **{"max-steps": "4000", "chunk": "1"})
    with monkeypatch.context() as patch:
        patch.setattr(grid_store, "replace_rows", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full")))
        assert fails(more, capsys)[0] == 1
    kept, _ = (tmp_path / "tiny.grid.chunks").iterdir()
    kept.unlink()
    assert main(more) == 0
    printed = capsys.readouterr().out
    assert "solving again what gave up after fewer steps than --max-steps allows now: 2 cells" in printed
    assert "1 of 2 cells are done already" in printed and "10 of 10 cells solved" in printed
    after = Trajectory.load(tmp_path / "tiny.grid.npz")
    others = np.delete(np.arange(10), failed)
    np.testing.assert_array_equal(after.abundances[others], before.abundances[others])
    np.testing.assert_array_equal(after.origin.conditions.g0, before.origin.conditions.g0)
    assert bool(after.succeeded.all()) and (after.statistics["steps"][failed] > 40).all()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tiny.csv", "tiny.grid.json", "tiny.grid.npz"]


def test_nothing_solved_is_a_failure(network_file, tmp_path, capsys):
    status, line = fails(words(network_file, tmp_path, g0="1e9:2e9:10", **{"max-steps": "40"}), capsys)
    assert status == 1 and "no cell could be solved" in line


def test_a_bar_tells_solves_per_second(network_file, tmp_path, capsys):
    assert main([*words(network_file, tmp_path), "--progress"]) == 0
    assert "10/10" in (shown := capsys.readouterr().err) and "solve/s" in shown
    assert main(words(network_file, tmp_path / "quiet")) == 0
    assert capsys.readouterr().err == ""


@contextmanager
def started(network_file, out):
    """A process that solves many cells, two at a time, when some of them are done."""
    command = [sys.executable, "-m", "eqxfuse", *words(network_file, out, **MANY)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    chunks, end = out / "tiny.grid.chunks", time.monotonic() + 240
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, **streams) as process:
        while not list(chunks.glob("00000[3-9].npz")) and process.poll() is None and time.monotonic() < end:
            time.sleep(0.001)
        try:
            yield process
        finally:
            process.kill()


MANY = {"g0": "0.1:10:200log", "chunk": "2"}


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("end", ["SIGKILL", "SIGINT"])
def test_a_run_that_was_ended_goes_on(network_file, tmp_path, capsys, end):
    """When some chunks are there; then again from where it stopped. One process at a time: a second is refused while
    the first lives, although it does nothing.
    """
    main(words(network_file, tmp_path / "whole", **MANY))
    with started(network_file, tmp_path / "out") as process:
        if end == "SIGKILL":
            process.send_signal(signal.SIGSTOP)
            status, line = fails(words(network_file, tmp_path / "out", **MANY), capsys)
            assert status == 1 and f"process {process.pid} on " in line
            assert f"is writing tiny.grid.npz in {tmp_path / 'out'}" in line
        process.send_signal(signal.Signals[end])
        said = "\neqxfuse grid: interrupted. What was finished is kept: the same command goes on from there\n"
        assert process.communicate() == (None, said if end == "SIGINT" else "")
    assert process.returncode == -signal.Signals[end]
    done = len(list((tmp_path / "out" / "tiny.grid.chunks").glob("[0-9]?????.npz")))
    assert 3 <= done < 100
    assert main(words(network_file, tmp_path / "out", **MANY)) == 0
    assert "200 of 200 cells solved" in capsys.readouterr().out
    assert (tmp_path / "out" / "tiny.grid.npz").read_bytes() == (tmp_path / "whole" / "tiny.grid.npz").read_bytes()


def test_a_file_system_without_locks(network_file, tmp_path, capsys, monkeypatch):
    fcntl = pytest.importorskip("fcntl")

    def refused(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refused)
    assert main(words(network_file, tmp_path)) == 0
    error = capsys.readouterr().err
    assert f"warning: cannot lock {tmp_path / 'tiny.grid.lock'}: No locks available. Do not run two" in error


def test_the_result_of_a_run_is_none_of_a_grid(network_file, tmp_path, capsys, monkeypatch):
    """Both go to the same folder if nothing else is asked for."""

    def solved(rhs, conditions, y0, t_end, **_):
        counts = {name: np.array(1) for name in ("steps", "accepted", "rejected")}
        rows = np.stack([y0, y0])
        return Trajectory(np.array([1.0, t_end]), rows, y0, counts, Outcome.successful, rhs.network.species)

    monkeypatch.setattr(run_command, "solve", solved)
    main(words(network_file, tmp_path))
    one = ["--temperature", "50", "--density", "1e4", "--initial", "H=1,CO=1e-4", "--t-end", "300yr"]
    assert main(["run", str(network_file), *one, "--outputs", "2", "--out", str(tmp_path)]) == 0
    assert Trajectory.load(tmp_path / "tiny.npz").abundances.shape == (2, 5)
    assert main(words(network_file, tmp_path)) == 0
    assert "10 of 10 cells solved" in capsys.readouterr().out
    (tmp_path / "tiny.grid.json").unlink()
    status, line = fails(words(network_file, tmp_path), capsys)
    assert status == 2 and "tiny.grid.npz is there, but not what it was made with" in line


def test_a_damaged_result(network_file, tmp_path, capsys):
    main(words(network_file, tmp_path))
    result = tmp_path / "tiny.grid.npz"
    result.write_bytes(result.read_bytes()[:-100])
    status, line = fails(words(network_file, tmp_path), capsys)
    assert status == 1 and f"{result} is damaged; without it the same command solves all cells anew" in line
    result.unlink()
    assert main(words(network_file, tmp_path)) == 0


@pytest.mark.parametrize("content", ["", "[]", "null"])
def test_a_damaged_list_of_settings(network_file, tmp_path, capsys, content):
    (tmp_path / "tiny.grid.json").write_text(content)
    status, line = fails(words(network_file, tmp_path), capsys)
    assert status == 1 and "tiny.grid.json is damaged" in line


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("10", [10]),
        ("10, 20,50", [10, 20, 50]),
        ("10:300:30", np.linspace(10, 300, 30)),
        ("1e2:1e6:5log", [1e2, 1e3, 1e4, 1e5, 1e6]),
        ("50:10:3", [50, 30, 10]),
    ],
)
def test_axes(text, values):
    np.testing.assert_allclose(parse_axis(text), values, rtol=1e-14)


@pytest.mark.parametrize(
    "text", ["", "a", "1,", "10,20,10", "10:10:3", "1:2", "1:2:3:4", "1:2:1", "0:1:3log", "1:2:nanlog", "1:2:9999999"]
)
def test_what_is_no_axis(text):
    with pytest.raises(ValueError):
        parse_axis(text)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": "10,nan"}, "--temperature: nan must be finite"),
        ({"temperature": "10,0"}, "--temperature must be finite and positive, got 0.0"),
        ({"temperature": "-5"}, "--temperature"),
        ({"temperature": "1e300"}, "--temperature must be 1e+09 at most"),
        ({"density": "1e2:inf:3"}, "--density: inf must be finite"),
        ({"density": "0"}, "--density must be finite and positive"),
        ({"zeta": "1e-17,5"}, "--zeta must be 1 at most, got 5.0"),
        ({"albedo": "1"}, "--albedo must be 0.999 at most"),
        ({"g0": "-1:2:3"}, "--g0"),
        ({"av": "10:20"}, "--av: '10:20' is no range"),
        ({"temperature": "10:20:100000", "density": "10:20:100000"}, "100000 x 100000 x 10 cells"),
        ({"initial": "CO=1e300"}, "--initial: CO=1e300 is too large"),
        ({"initial": "CO=nan"}, "--initial: nan must be finite"),
        ({"initial": "XX=1"}, "no species 'XX'"),
        ({"t-end": "1e300Gyr"}, "--t-end: 1e300Gyr is too long"),
        ({"t-end": "0yr"}, "--t-end"),
        ({"rtol": "0"}, "--rtol: 0 must be finite and above zero"),
        ({"rtol": "2"}, "--rtol: 2 must be below one"),
        ({"atol": "nan"}, "--atol"),
        ({"chunk": "0"}, "--chunk"),
        ({"max-steps": "99999999999"}, "--max-steps"),
        ({"species": "Co"}, "did you mean"),
    ],
)
def test_mistakes_name_the_field(network_file, tmp_path, capsys, options, message):
    status, line = fails(words(network_file, tmp_path / "out", **options), capsys)
    assert (status, line.split(":")[:2]) == (2, ["eqxfuse grid", " error"]) and message in line
    assert not (tmp_path / "out").exists()
