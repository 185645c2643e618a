"""Histories and slabs on the command line."""

import numpy as np
import pytest

from eqxfuse import Trajectory
from eqxfuse._cli.main import main
from tests.test_cli_ices import REACTIONS, SPECIES, fails

START = ["--temperature", "10", "--density", "1e6", "--initial", "#CO=1e-4,#H2O=1e-4", "--t-end", "0.2Myr"]


@pytest.fixture
def icy(tmp_path):
    (tmp_path / "icy.csv").write_text(REACTIONS)
    (tmp_path / "species.csv").write_text(SPECIES)
    return [str(tmp_path / "icy.csv"), "--species-file", str(tmp_path / "species.csv")]


@pytest.mark.filterwarnings("ignore:.*hydrogen")
def test_a_star_warms_ice(icy, tmp_path, capsys):
    out = tmp_path / "out"
    how = ["--history", "hot-core", "--mass", "15", "--backend", "vectorized", "--analyse", "H2O", "--out", str(out)]
    assert main(["run", *icy, *START, *how]) == 0
    printed = capsys.readouterr().out
    assert "hot-core over 1.114e+05 yr: T 10 to 300 K, dust temperature 10 to 300 K\n" in printed
    rows = {line.split()[0]: line.split() for line in printed.splitlines() if line.strip()}
    assert rows["T"][-1] == "300" and rows["layers"] and "H2O -> #H2O  [FREEZE]" in printed
    found = Trajectory.load(out / "icy.npz")
    years = np.asarray(found.times) / 3.15576e7
    gone = {name: years[np.argmax(np.asarray(found.abundance(f"#{name}")) < 5e-5)] for name in ("CO", "H2O")}
    temperature = {name: 10.0 + 9.6966e-4 * t**1.085 for name, t in gone.items()}
    assert 20.0 < temperature["CO"] < 35.0 and 90.0 < temperature["H2O"] < 130.0
    pytest.importorskip("matplotlib")
    assert (out / "icy.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--history", "hot-core"], "--history hot-core needs --mass"),
        (["--history", "hot-core", "--mass", "15", "--velocity", "20"], "--velocity is not for --history hot-core"),
        (
            ["--history", "hot-core", "--mass", "80"],
            "--history hot-core: mass must be from 1 to 60 solar masses, got 80",
        ),
        (["--warm-up-time", "1kyr"], "--warm-up-time is for a history: give --history, too"),
        (["--history", "sneeze"], "invalid choice: 'sneeze'"),
        (
            ["--history", "c-shock", "--velocity", "20", "--thermal", "interstellar"],
            "--history c-shock gives the temperature, which --thermal would solve for",
        ),
    ],
)
def test_what_no_history_is_made_of(options, message, icy, capsys):
    status, text = fails(["run", *icy, *START, *options], capsys)
    assert status == 2 and message in text


def test_a_slab(tmp_path, capsys):
    out = tmp_path / "out"
    shown = ["--g0", "10", "--av", "2", "--depths", "9", "--species", "H,H2,CO"]
    assert main(["slab", *shown, "--save", "csv", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "more H2 than H from Av = 0." in printed and "N(CO) [cm^-2]" in printed
    table = np.genfromtxt(out / "interstellar_slab.csv", delimiter=",", names=True, deletechars="")
    assert len(table) == 9 and table["av"][-1] == pytest.approx(2.0) and table["H2"][-1] > 0.4 > 0.1 > table["H2"][1]
    pytest.importorskip("matplotlib")
    assert (out / "interstellar_slab.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_no_slab(icy, capsys):
    assert "--initial is required for this network" in fails(["slab", *icy], capsys)[1]
    status, text = fails(["slab", "--depths", "1"], capsys)
    assert status == 2 and "a slab has 2 --depths or more" in text
