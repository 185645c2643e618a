import numpy as np
import pytest

from eqxfuse import YEAR, Trajectory
from eqxfuse._cli.main import main

SETTINGS = """
temperature = 50
density = 1e4
t-end = "3kyr"
outputs = 2
out-of-range = "bounded"
species = ["A", "C"]
out = "{out}"

[initial]
A = 1.0
"""


def written(tmp_path, text=SETTINGS, **changes):
    """A settings file: each of `changes` replaces the line of its key or is put in front."""
    lines = text.format(out=tmp_path / "out").strip().splitlines()
    for key, value in changes.items():
        lines = [f"{key} = {value}", *(line for line in lines if line.split(" = ")[0] != key)]
    path = tmp_path / "settings.toml"
    path.write_text("\n".join(lines))
    return str(path)


def run(command, path, *words):
    return main([command, "robertson", "--settings", path, *words])


@pytest.mark.parametrize(("command", "result"), [("run", "Robertson.npz"), ("grid", "Robertson.grid.npz")])
def test_a_file_holds_all_options_but_the_network(tmp_path, command, result, capsys):
    assert run(command, written(tmp_path)) == 0
    assert "outside their ranges of temperature: bounded" in capsys.readouterr().out
    found = Trajectory.load(tmp_path / "out" / result)
    assert found.times.shape == (2,) and float(found.times[-1]) == pytest.approx(3e3 * YEAR)
    assert float(found.initial[0]) == 1.0


def test_options_go_before_the_file(tmp_path):
    assert run("run", written(tmp_path), "--t-end", "2kyr", "--out", str(tmp_path / "here")) == 0
    assert float(Trajectory.load(tmp_path / "here" / "Robertson.npz").times[-1]) == pytest.approx(2e3 * YEAR)
    assert not (tmp_path / "out").exists()


def test_axes_may_be_lists_ranges_and_numbers(tmp_path):
    changes = {"temperature": "[10, 20.5, 30]", "density": '"1e2:1e4:3log"', "av": "2"}
    assert run("grid", written(tmp_path, **changes), "--g0", "1,2") == 0
    with np.load(tmp_path / "out" / "Robertson.grid.npz") as arrays:
        assert arrays["abundances"].shape[:3] == (3, 3, 2)
        np.testing.assert_array_equal(arrays["axis_temperature"], [10.0, 20.5, 30.0])
        np.testing.assert_allclose(arrays["axis_density"], [1e2, 1e3, 1e4])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"temprature": "10"}, "'temprature' is no option of this command; there are"),
        ({"settings": '"x.toml"'}, "'settings' is no option"),
        ({"temperature": '"warm"'}, "temperature: "),
        ({"temperature": "true"}, "temperature: must be "),
        ({"temperature": "nan"}, "temperature: nan must be finite"),
        ({"density": "-1.0"}, "density: -1.0 must be finite"),
        ({"temperature": "1979-05-27"}, "temperature: must be "),
        ({"rtol": "[1e-4]"}, "rtol: must be a number, got [0.0001]"),
        ({"outputs": "2.5"}, "outputs: must be a whole number, got 2.5"),
        ({"outputs": "0"}, "outputs: '0' is not a whole number"),
        ({"t-end": "1e6"}, "t-end: must be text, got 1000000.0"),
        ({"t-end": '"1e6"'}, "t-end: '1e6' is no time"),
        ({"species": "[1, [2]]"}, "species: [2] is neither a number nor text"),
        ({"backend": '"gpu"'}, "backend: must be one of"),
        ({"out": "5"}, "out: must be text, got 5"),
        ({"initial.A": "'x'"}, "initial: 'x' is not a number"),
        ({"initial.C": "-1"}, "initial: -1 must be finite"),
        ({"rtol": ""}, "is no TOML file"),
    ],
)
@pytest.mark.parametrize("command", ["run", "grid"])
def test_mistakes_name_the_key(tmp_path, capsys, command, changes, message):
    text = SETTINGS if not any(key.startswith("initial") for key in changes) else SETTINGS.split("[initial]")[0]
    with pytest.raises(SystemExit) as stop:
        run(command, written(tmp_path, text, **changes))
    lines = capsys.readouterr().err.splitlines()
    assert stop.value.code == 2 and len(lines) == 1
    assert lines[0].startswith(f"eqxfuse {command}: error: {tmp_path}") and message in lines[0]


def test_a_file_that_is_not_there(tmp_path, capsys):
    for words in (["--settings", str(tmp_path / "none.toml")], ["--settings"]):
        with pytest.raises(SystemExit) as stop:
            main(["run", "robertson", *words])
        assert stop.value.code == 2
    assert "No such file" in capsys.readouterr().err


def test_what_the_file_lacks_is_asked_for(tmp_path, capsys):
    path = tmp_path / "settings.toml"
    path.write_text("temperature = 10")
    with pytest.raises(SystemExit):
        run("run", str(path))
    line = capsys.readouterr().err
    assert "--density" in line and "--temperature" not in line


def test_a_switch(tmp_path, capsys):
    assert run("grid", written(tmp_path, progress="true")) == 0
    assert "solve/s" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run("grid", written(tmp_path, progress="1"))
    assert "progress: must be true or false, got 1" in capsys.readouterr().err
