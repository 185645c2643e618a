"""`eqxfuse ensemble`: goes on where it was stopped, and its file is read back."""

import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse._cli.grid_store import GridStore
from eqxfuse._cli.main import main

NETWORK = """1:NN:H:CH:C:H2:::1:1.2e-09:0.00e+00:0.0:10:300:L:D:x:
2:NN:H:OH:O:H2:::1:1e-10:0.00e+00:0.0:10:300:L:A:x:
3:NN:C:OH:CO:H:::1:1e-10:0.00e+00:0.0:10:300:L::x:
"""
START = {"H": 1.0, "CH": 1e-6, "OH": 1e-6}


@pytest.fixture(scope="module")
def network_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("network") / "tiny.rates"
    path.write_text(NETWORK)
    return path


def words(path, out, **options):
    given = {"temperature": "50", "density": "1e2", "initial": ",".join(f"{n}={x}" for n, x in START.items())}
    given |= {"t-end": "3e5s", "members": "20", "seed": "5", "chunk": "8", "outputs": "4", "out": str(out), **options}
    return ["ensemble", str(path), *(word for name, value in given.items() for word in (f"--{name}", value))]


@pytest.fixture(scope="module")
def folder(network_file, tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    assert main(words(network_file, out, default="1.5")) == 0
    return out


def test_the_file_is_the_ensemble(network_file, folder):
    network = ef.read_network(network_file)
    found = ef.Ensemble.load(folder / "tiny.ensemble.npz", network)
    conditions = ef.Conditions(temperature=50.0, density=1e2)
    rhs = ef.FusedRHS(network)
    same = ef.ensemble(rhs, conditions, START, 3e5, members=20, seed=5, default=1.5, saveat=4)
    np.testing.assert_allclose(found.percentiles("CH"), same.percentiles("CH"), rtol=1e-12)
    np.testing.assert_array_equal(found.factors, [10.0, 1.25, 1.5])
    assert found.top("CH", 1)[0].equation == "H + CH -> C + H2" and repr(found) == repr(same)
    assert found.trajectory.origin.dims == ("member",)
    with pytest.raises(ValueError, match="was not made from"):
        ef.Ensemble.load(folder / "tiny.ensemble.npz", network.subnetwork(["H", "CH", "C", "H2"]))


def test_it_goes_on_where_it_was_stopped(network_file, folder, tmp_path, capsys, monkeypatch):
    write, written = GridStore.write, []

    def once(store, number, trajectory):
        if written:
            raise KeyboardInterrupt
        written.append(number)
        write(store, number, trajectory)

    monkeypatch.setattr(GridStore, "write", once)
    assert main(words(network_file, tmp_path, default="1.5")) == 130
    monkeypatch.undo()
    assert main(words(network_file, tmp_path, default="1.5")) == 0
    said = capsys.readouterr()
    assert "8 of 20 cells are done already" in said.out and "68 % of 20 members" in said.out
    name = "tiny.ensemble.npz"
    assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_what_is_not_stated_is_told_and_other_settings_are_refused(network_file, folder, capsys):
    assert main(words(network_file, folder)) == 2
    said = capsys.readouterr().err
    assert "for 1 of 3 coefficients no uncertainty is stated, and a factor of 2" in said and "give --default 2" in said
    assert "holds results with other settings (uncertainties" in said


@pytest.mark.parametrize(("option", "value"), [("default", "0.5"), ("seed", "-1"), ("members", "0")])
def test_mistakes_name_the_option(network_file, tmp_path, capsys, option, value):
    with pytest.raises(SystemExit):
        main(words(network_file, tmp_path, **{option: value}))
    assert f"argument --{option}" in capsys.readouterr().err
