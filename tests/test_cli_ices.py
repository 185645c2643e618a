"""Networks with ice on the command line: a pair of files of UCLCHEM."""

import numpy as np
import pytest

from eqxfuse import Trajectory
from eqxfuse._cli.main import main

HEADER = (
    "Reactant 1,Reactant 2,Reactant 3,Product 1,Product 2,Product 3,Product 4,"
    "Alpha,Beta,Gamma,T_min,T_max,reduced_mass,extrapolate"
)
RANGE = "0.0,10000.0"
REACTIONS = f"""\
{HEADER}
CO,FREEZE,NAN,#CO,NAN,NAN,NAN,1.0,0.0,0.0,{RANGE},0.0,False
H2O,FREEZE,NAN,#H2O,NAN,NAN,NAN,1.0,0.0,0.0,{RANGE},0.0,False
#CO,DEUVCR,NAN,CO,NAN,NAN,NAN,1.0,0.0,1300.0,{RANGE},0.0,False
#CO,THERM,NAN,CO,NAN,NAN,NAN,1.0,0.0,1300.0,{RANGE},0.0,False
#H2O,THERM,NAN,H2O,NAN,NAN,NAN,1.0,0.0,5600.0,{RANGE},0.0,False
"""
SPECIES = """\
NAME,MASS,BINDING ENERGY,SOLID FRACTION,MONO FRACTION,VOLCANO FRACTION,ENTHALPY
CO,28,0,0,0,0,0
H2O,18,0,0,0,0,0
#CO,28,1300,0,0,0,-27.2
#H2O,18,5600,0,0,0,-58.2
"""


@pytest.fixture
def files(tmp_path):
    (tmp_path / "icy.csv").write_text(REACTIONS)
    (tmp_path / "species.csv").write_text(SPECIES)
    return str(tmp_path / "icy.csv"), str(tmp_path / "species.csv")


def fails(arguments, capsys) -> tuple[object, str]:
    """Exit status and what stands on stderr."""
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = stop.code
    return status, capsys.readouterr().err


def test_inspect_says_the_phases(files, capsys):
    reactions, species = files
    assert main(["inspect", reactions, "--species-file", species]) == 0
    assert "species by phase: gas 2, surface 2\n" in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore:.*hydrogen")
def test_run_writes_a_table_and_a_picture_of_the_ice(files, tmp_path, capsys):
    reactions, species = files
    out = tmp_path / "out"
    settings = tmp_path / "cloud.toml"
    settings.write_text(f'species-file = "{species}"\ngrains = "published"\nbackend = "vectorized"\n')
    given = ["--temperature", "10", "--density", "1e4", "--initial", "CO=1e-4,H2O=1e-4", "--t-end", "1Myr"]
    assert main(["run", reactions, "--settings", str(settings), *given, "--analyse", "#CO", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    table = printed[printed.index("ice [% of H2O]") :].splitlines()
    assert [line.split()[0] for line in table[1:4]] == ["layers", "H2O", "CO"]
    found = Trajectory.load(out / "icy.npz")
    percent = float(found.ice_composition()["CO"][-1])
    assert percent == pytest.approx(float(table[3].split()[-1]), rel=1e-2) and 50.0 < percent < 150.0
    assert float(np.asarray(found.layers())[-1]) == pytest.approx(float(table[1].split()[-1]), rel=1e-2)
    assert "#CO -> CO  [DEUVCR]" in printed and "CO -> #CO  [FREEZE]" in printed
    pytest.importorskip("matplotlib")
    assert (out / "icy_ice.png").read_bytes().startswith(b"\x89PNG")


def test_grid_keeps_ices(files, tmp_path):
    reactions, species = files
    given = ["--temperature", "10", "--density", "1e4:1e5:2log", "--initial", "CO=1e-4,H2O=1e-4", "--t-end", "1kyr"]
    how = ["--species-file", species, "--backend", "vectorized", "--out", str(tmp_path / "out")]
    assert main(["grid", reactions, *given, *how]) == 0
    (path,) = (tmp_path / "out").glob("*.npz")
    ice = np.asarray(Trajectory.load(path).ice("CO"))[:, -1]
    np.testing.assert_allclose(ice[1] / ice[0], 10.0, rtol=0.05)


def test_compare_tells_laws_of_grains_apart(files, capsys):
    reactions, species = files
    both = ["--species-file-a", species, "--species-file-b", species]
    assert main(["compare", reactions, reactions, *both]) == 0
    warm = ["--temperature", "200", "--dust-temperature", "200"]  # where UCLCHEM ends accretion
    assert main(["compare", reactions, reactions, *both, "--grains-b", "uclchem", *warm]) == 1
    assert "CO -> #CO" in capsys.readouterr().out


def test_what_does_not_go_together(files, tmp_path, capsys):
    reactions, species = files
    status, text = fails(["inspect", reactions, "--species-file", species, "--grains", "none"], capsys)
    assert status == 2 and "--grains none leaves out what --species-file is for" in text
    status, text = fails(["inspect", "dark_cloud", "--species-file", species], capsys)
    assert status == 2 and "dark_cloud ships with eqxfuse and has no ice" in text
    status, text = fails(["inspect", reactions, "--species-file", str(tmp_path / "none.csv")], capsys)
    assert status == 1 and f"cannot read {tmp_path / 'none.csv'}" in text
