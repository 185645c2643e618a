"""`eqxfuse tracers`; what it shares with `eqxfuse grid` is tested there."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse._cli import cells as cells_command
from eqxfuse._cli import tracers as tracers_command
from eqxfuse._cli.main import main

NETWORK = """r1,r2,p1,p2,a,b,c,mechanism
CO,,C,O,1e-10,0,0,FUV
H,O,OH,,1e-20,0,0,KA
"""
START = 1e-4
COLUMNS = "time=t,temperature=T,density=nH,g0=field"
ROWS = np.array([[0.0, 50.0, 1e4, 0.5], [100.0, 60.0, 1e4, 1.0], [200.0, 40.0, 2e4, 2.0], [300.0, 50.0, 2e4, 4.0]])


@pytest.fixture
def network_file(tmp_path):
    path = tmp_path / "tiny.csv"
    path.write_text(NETWORK)
    return path


_KNOWN = {}


@pytest.fixture(autouse=True)
def compile_once(monkeypatch):
    """One network for all tests, so that only the first solve compiles."""
    read = tracers_command.open_network

    def remembered(options):
        key = Path(options.file).read_text()
        if key not in _KNOWN:
            _KNOWN[key] = read(options)
        return _KNOWN[key]

    monkeypatch.setattr(tracers_command, "open_network", remembered)


def write_csv(path, rows=ROWS, names="t,T,nH,field"):
    path.write_text("\n".join([names, *(",".join(map(repr, map(float, row))) for row in rows)]) + "\n")
    return path


def many(path, tracers):
    """Histories with more and more light."""
    t, temperature, density, field = ROWS.T
    stronger = np.geomspace(0.1, 10.0, tracers)[:, None] * field
    np.savez(path, t=t, T=np.tile(temperature, (tracers, 1)), nH=np.tile(density, (tracers, 1)), field=stronger)
    return path


def words(network, files, out, **options):
    given = {"columns": COLUMNS, "units": "time=yr", "av": "0", "initial": f"H=1,CO={START}", "chunk": "4"}
    given |= {"out": str(out), **options}
    flags = (word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", value))
    return ["tracers", str(network), *map(str, files), *flags]


def fails(arguments, capsys):
    """Exit status and the last line on stderr."""
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = stop.code
    return status, capsys.readouterr().err.splitlines()[-1]


def test_files_of_every_kind_are_solved_along_their_histories(network_file, tmp_path, capsys):
    """One has fewer rows than the others; the name of another holds a comma."""
    files = [write_csv(tmp_path / "a,b.csv"), write_csv(tmp_path / "short.csv", ROWS[[0, 1, 3]])]
    files.append(many(tmp_path / "many.npz", 9))
    assert main(words(network_file, files, tmp_path / "out", species="CO", outputs="3")) == 0
    printed = capsys.readouterr().out
    assert "11 tracers from 0 to 300 yr, temperature, density, g0 changing" in printed
    assert "11 of 11 cells solved" in printed
    found = ef.Trajectory.load(tmp_path / "out" / "tiny.tracers.npz")
    assert found.abundances.shape == (11, 3, 1) and found.origin.dims == ("tracer",)
    np.testing.assert_allclose(found.times[0] / ef.YEAR, [100.0, 200.0, 300.0])
    with np.load(tmp_path / "out" / "tiny.tracers.npz") as arrays:
        assert arrays["axis_tracer"].tolist() == ["a,b.csv", "short.csv", *(f"many.npz[{i}]" for i in range(9))]
    lost = np.log(START / np.asarray(found.final["CO"]))
    np.testing.assert_allclose(lost[2:] / lost[2], np.geomspace(1.0, 100.0, 9), rtol=2e-3)
    years = np.linspace(0.0, 300.0, 3001)
    for i, file in enumerate(files[:2]):
        history = ef.History.from_file(file, {"time": "t", "temperature": "T", "density": "nH", "g0": "field"}, av=0.0)
        expected = np.trapezoid(history(years).g0, years)
        assert lost[i] / lost[2] == pytest.approx(expected / (0.1 * np.trapezoid(_light(years), years)), rel=2e-3)


def _light(years):
    return ef.History(ROWS[:, 0], ef.Conditions(temperature=ROWS[:, 1], density=1e4, g0=ROWS[:, 3]))(years).g0


def test_tracers_that_failed_stand_in_a_table(network_file, tmp_path, capsys):
    hot = ROWS * [1.0, 1.0, 1.0, 1e9]
    files = [write_csv(tmp_path / "a.csv"), write_csv(tmp_path / "hot,b.csv", hot)]
    assert main(words(network_file, files, tmp_path, max_steps="60")) == 0
    assert "1 cell failed" in capsys.readouterr().out
    head, row = (tmp_path / "tiny.tracers.failed.csv").read_text().splitlines()
    assert (
        head == "tracer,stopped_at_yr,reason" and row.startswith('"hot,b.csv",') and row.endswith("max_steps_reached")
    )


@contextmanager
def started(arguments, chunks, done):
    """A process that solves many tracers, when some more of them are done."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    environment |= {"JAX_COMPILATION_CACHE_DIR": str(chunks.parents[1] / "jax"), "EQX_ON_ERROR": "nan"}
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    end = time.monotonic() + 240
    with subprocess.Popen([sys.executable, "-m", "eqxfuse", *arguments], env=environment, **streams) as process:
        while len(list(chunks.glob("*"))) < done and process.poll() is None and time.monotonic() < end:
            time.sleep(0.001)
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_three_kills_change_nothing(network_file, tmp_path, capsys):
    """Each time when some more chunks are there; a second command is refused while the first lives."""
    file, out = many(tmp_path / "many.npz", 300), tmp_path / "out"
    options = {"chunk": "2"}
    main(words(network_file, [file], tmp_path / "whole", **options))
    chunks, done = out / "tiny.tracers.chunks", 0
    for kill in range(3):
        with started(words(network_file, [file], out, **options), chunks, done + 3) as process:
            if kill == 0:
                process.send_signal(signal.SIGSTOP)
                status, line = fails(words(network_file, [file], out, **options), capsys)
                assert status == 1 and f"process {process.pid} on " in line
                assert f"is writing tiny.tracers.npz in {out}" in line
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        before, done = done, len([path for path in chunks.glob("*") if ".part" not in path.name])
        assert before < done < 150
    assert main(words(network_file, [file], out, **options)) == 0
    assert f"{2 * done} of 300 cells are done already" in capsys.readouterr().out
    assert (out / "tiny.tracers.npz").read_bytes() == (tmp_path / "whole" / "tiny.tracers.npz").read_bytes()


def test_other_histories_are_refused_and_the_same_are_not_solved_again(network_file, tmp_path, capsys, monkeypatch):
    file = write_csv(tmp_path / "a.csv")
    main(words(network_file, [file], tmp_path))
    monkeypatch.setattr(cells_command, "solve_blocks", None)
    assert main(words(network_file, [file], tmp_path)) == 0
    write_csv(file, ROWS * [1.0, 1.0, 1.0, 1.1])
    status, line = fails(words(network_file, [file], tmp_path), capsys)
    assert status == 2 and "other settings (histories," in line
    status, line = fails(words(network_file, [file], tmp_path, t_end="200yr"), capsys)
    assert status == 2 and "histories, t_end," in line


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        ({"columns": "time=t,temperature=T,density=n,g0=field"}, 1, "has no column 'n'; did you mean 'nH'?"),
        ({"columns": "temperature=T,density=nH"}, 1, "columns must say which column is the time"),
        ({"columns": "time=t,time=T"}, 2, "--columns: 'time' stands twice"),
        ({"columns": "time"}, 2, "--columns: 'time' names no column"),
        ({"units": "time=hour"}, 2, "--units: 'hour' is not a number"),
        ({"units": "density=1e30"}, 1, "line 2, column 'nH' (density) is 1e+34 cm^-3, more than any law holds for"),
        ({"t_end": "400yr"}, 2, "--t-end, 400 yr, is a time outside of its history: give --outside hold"),
        ({"t_start": "200yr", "t_end": "100yr"}, 2, "the end, 100 yr, must be after the start, 200 yr"),
        ({"parameter": "user_x=1"}, 2, "'user_x'"),
        ({"temperature": "10"}, 1, "temperature is given twice"),
    ],
)
def test_mistakes(network_file, tmp_path, capsys, options, status, message):
    found, line = fails(words(network_file, [write_csv(tmp_path / "a.csv")], tmp_path / "out", **options), capsys)
    assert (found, line.split(":")[:2]) == (status, ["eqxfuse tracers", " error"]) and message in line
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_there(network_file, tmp_path, capsys):
    status, line = fails(words(network_file, [tmp_path / "no.csv"], tmp_path / "out"), capsys)
    assert status == 1 and f"cannot read {tmp_path / 'no.csv'}: No such file" in line
