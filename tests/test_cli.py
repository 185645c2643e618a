import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from eqxfuse import YEAR, Outcome, Trajectory
from eqxfuse._chemistry.conditions import FACTS, FIELDS
from eqxfuse._cli import report
from eqxfuse._cli import run as run_command
from eqxfuse._cli.main import _parser, main
from eqxfuse._cli.quantities import parse_abundances, parse_names, parse_time

NETWORK = """r1,r2,p1,p2,a,b,c,mechanism
H,C+,CH+,,1e-17,0,0,KA
CH+,E,C,H,1e-7,-0.5,0,KA
C,,C+,E,1e-16,0,0,CR
C,O,CO,,1e-17,0.5,0,KA
C,O,CO,,2e-17,0.5,0,KA
CO,,C,O,1e-10,0,0,FUV
"""
PAIRS = [("H", "O", "OH"), ("H", "C", "CH"), ("C", "C", "C2"), ("O", "O", "O2"), ("H", "H", "H2"), ("OH", "H", "H2O")]
"""Two of these rows each are equations that stand twice."""
INITIAL = "H=1,C+=1e-4,E=1e-4,O=2e-4"


@pytest.fixture
def network_file(tmp_path):
    path = tmp_path / "tiny.csv"
    path.write_text(NETWORK)
    return path


def run_arguments(path, **options):
    given = {"temperature": "50", "density": "1e4", "initial": INITIAL, "t-end": "1kyr", "outputs": "20", **options}
    return ["run", str(path), *(word for name, value in given.items() for word in (f"--{name}", value))]


def fails(arguments, capsys) -> tuple[int, str]:
    """Exit status and the single line on stderr."""
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = stop.code
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    return status, lines[0]


def test_run_writes_table_picture_and_data(network_file, tmp_path, capsys):
    out = tmp_path / "new" / "results"
    assert main(run_arguments(network_file, out=str(out), species="CO,C+")) == 0
    printed = capsys.readouterr().out
    assert [line.split()[0] for line in printed.splitlines()[5:7]] == ["CO", "C+"]
    assert "outside their ranges of temperature: extrapolate (0 reactions at 50 K)" in printed
    assert "T = 50 K, n_H = 1e+04 cm^-3" in printed and "conserved" in printed
    found = Trajectory.load(out / "tiny.npz")
    assert float(found.times[-1]) == pytest.approx(1e3 * YEAR) and found.times.shape == (20,)
    assert f"{float(found.final['CO']):.3e}" in printed
    pytest.importorskip("matplotlib")
    assert (out / "tiny.png").read_bytes().startswith(b"\x89PNG")


@pytest.fixture
def solved_at_once(monkeypatch):
    """Nothing happens in a solve."""

    def solved(rhs, conditions, y0, t_end, **_):
        counts = {name: np.array(1) for name in ("steps", "accepted", "rejected")}
        return Trajectory(np.array([t_end]), y0[None], y0, counts, Outcome.successful, rhs.network.species)

    monkeypatch.setattr(run_command, "solve", solved)


@pytest.mark.usefixtures("solved_at_once")
def test_files_are_written_before_the_output_is_read(network_file, tmp_path, capsys, monkeypatch):
    """As `| head -1` reads it."""

    def gone(*_):
        raise BrokenPipeError

    monkeypatch.setattr(run_command, "table", gone)
    with pytest.raises(BrokenPipeError):
        run_command.run(_parser().parse_args(run_arguments(network_file, out=str(tmp_path / "out"))))
    assert (tmp_path / "out" / "tiny.npz").exists()


def test_run_analyses_and_writes_other_kinds_of_data(network_file, tmp_path, capsys):
    assert main(run_arguments(network_file, out=str(tmp_path), save="csv", analyse="CO,C+")) == 0
    printed = capsys.readouterr().out
    assert "CO: abundance" in printed and "C+: abundance" in printed and "%  " in printed
    assert "tiny.csv" in printed and not (tmp_path / "tiny.npz").exists()
    assert (tmp_path / "tiny.csv").read_text().startswith("time [s],")


def test_netcdf_without_its_library_is_a_failure(network_file, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    status, line = fails(run_arguments(network_file, out=str(tmp_path), save="nc"), capsys)
    assert status == 1 and "eqxfuse[tables]" in line


def test_without_matplotlib_there_is_data_and_a_warning(network_file, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert main(run_arguments(network_file, out=str(tmp_path))) == 0
    assert "eqxfuse[plot]" in capsys.readouterr().err
    assert (tmp_path / "tiny.npz").exists() and not (tmp_path / "tiny.png").exists()


def test_gas_that_heats_and_cools(tmp_path, capsys):
    arguments = run_arguments(
        "primordial", out=str(tmp_path), initial="H=0.9,H+=0.1,e-=0.1", species="H", temperature="2e4"
    )
    assert main([*arguments, "--thermal", "primordial"]) == 0
    temperature = float(Trajectory.load(tmp_path / "primordial.npz").temperature[-1])
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("T [K]"))
    assert line.split()[-1] == f"{temperature:.1f}" and temperature < 1.5e4


def test_a_collapse(network_file, tmp_path, capsys):
    words = ["--initial", "H=1,He=0.1", "--density", "100", "--to-density", "1e4", "--outputs", "20"]
    arguments = ["collapse", "primordial", *words, "--species", "H", "--out", str(tmp_path)]
    assert main(arguments) == 0
    printed = capsys.readouterr().out.splitlines()
    title, temperature, atoms = (line.split() for line in printed[3:6])
    assert (title[0], title[2], title[-1]) == ("n_H", "1.00e+02", "1.00e+04")
    assert float(temperature[-1]) > 10.0 * float(temperature[2]) == 1000.0 and atoms[0] == "H"
    assert np.load(tmp_path / "primordial_collapse.npz")["gas_density"][-1] == pytest.approx(1e4)
    assert fails([*arguments, "--max-steps", "3"], capsys)[1].startswith("eqxfuse collapse: error: the collapse got to")
    status, line = fails(["collapse", "--to-density", "0.5"], capsys)
    assert status == 2 and "--to-density must be larger than --density" in line
    status, line = fails(["collapse", str(network_file)], capsys)
    assert status == 2 and "--initial is required" in line


def test_warnings_for_a_start_that_looks_wrong(network_file, tmp_path, capsys):
    assert main(run_arguments(network_file, out=str(tmp_path), initial="H=0.5,C+=1e-4,O=2e-4")) == 0
    warnings = capsys.readouterr().err
    assert "net charge of 0.0001" in warnings and "0.5 hydrogen nuclei" in warnings
    assert "as in --initial C+=1e-4,e-=1e-4\n" in warnings and "network." not in warnings


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"initial": "H2=0.5,XX=1"}, "no species 'H2'"),
        ({"initial": "H"}, "'H' is no abundance"),
        ({"initial": "H=1,H=2"}, "'H' stands twice"),
        ({"initial": "H=-1"}, "--initial: -1"),
        ({"species": "CO,Co"}, "did you mean"),
        ({"analyse": "Co"}, "did you mean"),
        ({"t-end": "1e6"}, "--t-end: '1e6' is no time"),
        ({"t-end": "0yr"}, "above zero"),
        ({"temperature": "nan"}, "--temperature: nan"),
        ({"temperature": "0"}, "--temperature must be finite and positive"),
        ({"density": "dense"}, "--density: 'dense' is not a number"),
        ({"outputs": "0"}, "--outputs"),
        ({"backend": "gpu"}, "--backend"),
    ],
)
def test_mistakes_in_the_arguments(network_file, capsys, options, message):
    status, line = fails(run_arguments(network_file, **options), capsys)
    assert (status, line.split(":")[:2]) == (2, ["eqxfuse run", " error"]) and message in line


@pytest.mark.parametrize("arguments", [[], ["fly"], ["run"], ["source", "x", "--standalone", "--backend", "jax"]])
def test_usage_errors_name_the_help(capsys, arguments):
    status, line = fails(arguments, capsys)
    assert status == 2 and "--help" in line


def test_failures(network_file, tmp_path, capsys):
    status, line = fails(run_arguments(tmp_path / "none.csv"), capsys)
    assert (status, "No such file" in line) == (1, True)
    status, line = fails(run_arguments(network_file, out=str(tmp_path), **{"max-steps": "3"}), capsys)
    assert (status, "Raise --max-steps" in line, "max_steps" in line) == (1, True, False)
    network_file.write_text("no network\n")
    status, line = fails(["inspect", str(network_file)], capsys)
    assert status == 1 and "tiny.csv: the file looks like no format known here: give its format, one of" in line
    network_file.write_text(NETWORK + "C,O,CO,,much,0.5,0,KA\n")
    status, line = fails(["inspect", str(network_file)], capsys)
    assert (status, "tiny.csv:8: " in line, "much" in line) == (1, True, True)


def test_a_folder_that_cannot_be_made(network_file, tmp_path, capsys):
    (tmp_path / "file").touch()
    status, line = fails(run_arguments(network_file, out=str(tmp_path / "file" / "x")), capsys)
    assert status == 1 and "cannot write to" in line


def test_a_name_that_looks_like_a_formula(network_file, tmp_path):
    pytest.importorskip("matplotlib")
    file = network_file.rename(tmp_path / "$^$.csv")
    assert main(run_arguments(file, out=str(tmp_path / "out"))) == 0
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".npz", ".png"}


def test_a_picture_that_cannot_be_written_leaves_the_data(network_file, tmp_path, capsys, monkeypatch):
    def full(path, *_):
        path.write_bytes(b"half a picture")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(report, "save_plot", full)
    status, line = fails(run_arguments(network_file, out=str(tmp_path / "out")), capsys)
    assert (status, line) == (1, f"eqxfuse run: error: cannot write to {tmp_path / 'out'}: No space left on device")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["tiny.npz"]


def test_inspect(network_file, capsys):
    assert main(["inspect", str(network_file), "--temperature", "300"]) == 0
    printed = capsys.readouterr().out
    assert "7 species, 6 reactions" in printed
    assert "line 5: C + O -> CO  [again: line 6]" in printed
    assert "multiplications" in printed and "vectorized" in printed


BARRIERS = """1:NN:H2:O:OH:H:::1:3.14e-13:2.70:3150.0:297:3532:M:A::
2:NN:H2:C:CH:H:::1:6.64e-10:0.00:-11700.0:300:2500:L:A::
3:NN:CO:XRAY:C:O:::1:1.00e-17:0.00:0.0:10:41000:L:A::
"""


@pytest.fixture
def umist_file(tmp_path):
    path = tmp_path / "barriers.rates"
    path.write_text(BARRIERS)
    return str(path)


def test_inspect_tells_what_extrapolation_does(umist_file, capsys):
    assert main(["inspect", umist_file, "--temperature", "200"]) == 0
    printed = capsys.readouterr().out
    assert "outside their ranges of temperature: extrapolate\n" in printed
    assert "reactions outside their ranges of temperature at 200 K: 2" in printed
    assert "line 1: H2 + O -> OH + H  [297 to 3532 K: extrapolate]" in printed
    raised = (
        "extrapolation to 200 K raises 1 coefficient above the value at the limit, the most by a factor 2.94e+08: from "
    )
    assert raised in printed and printed.split(raised)[1].split(", ")[1].startswith("line 2: H2 + C -> CH + H")
    assert main(["inspect", umist_file, "--temperature", "1000", "--out-of-range", "zero"]) == 0
    printed = capsys.readouterr().out
    assert "outside their ranges of temperature: zero\n" in printed
    assert "extrapolation to 1000 K raises 0 coefficients above the value at the limit\n" in printed


def test_inspect_tells_what_is_not_judged(umist_file, capsys):
    main(["inspect", umist_file])
    printed = capsys.readouterr().out
    assert "species that are not a formula: 1 (XRAY)" in printed
    assert "do not conserve charge or an element: 0 (not judged, for species that are not a formula: 1)" in printed
    assert "reactions of species that are not a formula, so not judged: 1\n  line 3: CO + XRAY -> C + O" in printed


@pytest.mark.usefixtures("solved_at_once")
def test_out_of_range_is_an_option_of_every_command_that_reads_a_network(umist_file, tmp_path, capsys):
    start = [
        "--density",
        "1e4",
        "--initial",
        "H2=0.5,O=1e-4",
        "--t-end",
        "1yr",
        "--outputs",
        "2",
        "--out",
        str(tmp_path),
    ]
    for policy in ("extrapolate", "bounded", "clamp", "zero"):
        chosen = ["--out-of-range", policy]
        assert main(["run", umist_file, "--temperature", "200", *start, *chosen]) == 0
        assert f"outside their ranges of temperature: {policy} (2 reactions at 200 K)" in capsys.readouterr().out
        assert main(["inspect", "robertson", *chosen]) == 0
        assert f"outside their ranges of temperature: {policy}\n" in capsys.readouterr().out
        assert main(["source", umist_file, "--standalone", *chosen]) == 0
        text = capsys.readouterr().out
        assert [word in text for word in ("jnp.minimum(", "within(")] == [policy == "bounded", policy == "zero"]
    assert main(["compare", umist_file, umist_file, "--out-of-range", "zero", "--temperature", "200"]) == 0
    assert "outside their ranges of temperature: A zero, B zero" in capsys.readouterr().out
    status, line = fails(["inspect", umist_file, "--out-of-range", "nearest"], capsys)
    assert status == 2 and "--out-of-range" in line


def test_a_warning_where_most_coefficients_are_zero(umist_file, tmp_path, capsys):
    start = ["--density", "1e4", "--initial", "H2=0.5,CO=1e-4,O=1e-4", "--t-end", "1yr", "--outputs", "2"]
    zero = ["--out-of-range", "zero", "--temperature", "9", "--out", str(tmp_path)]
    for command in (["run", umist_file, *start, *zero], ["grid", umist_file, *start, *zero]):
        assert main(command) == 0
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("eqxfuse: warning: at 9 K 3 of the 3 rate coefficients of barriers are 0")
        assert line.endswith("to keep them: give --out-of-range bounded") and "read_network" not in line
    assert main(["inspect", umist_file, *zero[:4]]) == 0
    assert capsys.readouterr().err.count("rate coefficients of barriers are 0") == 1


def test_inspect_lists_a_few_or_all(tmp_path, capsys):
    path = tmp_path / "twice.csv"
    rows = "".join(f"{a},{b},{c},,1e-17,0,0,KA\n" * 2 for a, b, c in PAIRS)
    path.write_text(NETWORK + rows)
    main(["inspect", str(path)])
    assert "and 2 more (--all)" in capsys.readouterr().out
    main(["inspect", str(path), "--all"])
    printed = capsys.readouterr().out
    assert "(--all)" not in printed and printed.count("again") == 7


def test_compare_has_the_status_of_diff(network_file, tmp_path, capsys):
    assert main(["compare", str(network_file), str(network_file)]) == 0
    assert "T = 10 K" in capsys.readouterr().out
    other = tmp_path / "other.csv"
    other.write_text(NETWORK.replace("2e-17,0.5", "2e-17,0.6"))
    assert main(["compare", str(network_file), str(other)]) == 1
    assert "C + O -> CO  [2 rows against 2]" in capsys.readouterr().out
    assert main(["compare", str(network_file), str(other), "--temperature", "300"]) == 0
    assert main(["compare", "robertson", "primordial", "--all"]) == 1
    capsys.readouterr()
    status, line = fails(["compare", str(network_file), str(tmp_path / "none.csv")], capsys)
    assert (status, "cannot read" in line) == (2, True)
    other.write_text("nothing\n")
    assert fails(["compare", str(network_file), str(other)], capsys)[0] == 2
    assert fails(["compare", "robertson", "robertson", "--temperature", "0"], capsys)[0] == 2


def test_shipped_networks_have_a_name(capsys):
    assert main(["inspect", "robertson"]) == 0
    assert "3 species, 3 reactions" in capsys.readouterr().out


def test_source(network_file, tmp_path, capsys):
    assert main(["source", str(network_file), "--backend", "jax"]) == 0
    assert "def rhs(" in capsys.readouterr().out
    assert main(["source", str(network_file), "--standalone", "--out", str(tmp_path / "ode.py")]) == 0
    assert "def static_ode(t, y, args" in (tmp_path / "ode.py").read_text()


KROME = """\
@common:user_boost
@format:idx,R,R,P,P,Tmin,Tmax,rate
1,C+,E,C,,NONE,NONE,4.67d-12
2,C,,C+,E,NONE,NONE,1d-10
3,H,H,H2,,NONE,NONE,3d-17
@cooling_start
@cooling: 1d-24*exp(-91.2/Tgas)*n(idx_E)*n(idx_Cj)*user_boost
@cooling_stop
"""


def test_heating_and_cooling_of_a_file(tmp_path, capsys):
    """With a set or alone; the text of it, and what is said of it."""
    path = tmp_path / "react_small"
    path.write_text(KROME)
    assert main(["inspect", str(path), "--thermal", "file"]) == 0
    printed = capsys.readouterr().out
    assert "heating and cooling of the file: cooling in line 7\n" in printed and "[needs user_boost]" in printed
    out = tmp_path / "gas.py"
    assert main(["source", str(path), "--standalone", "--thermal", "primordial,file", "--out", str(out)]) == 0
    assert "cooling in line 7" in out.read_text() and "def heating(y, args):" in out.read_text()
    status, line = fails(["source", "robertson", "--thermal", "file"], capsys)
    assert status == 2 and "gives no heating or cooling" in line
    assert "counts processes twice" in fails(["source", str(path), "--thermal", "primordial,interstellar"], capsys)[1]
    assert "no set of processes" in fails(["source", str(path), "--thermal", "hot"], capsys)[1]
    arguments = run_arguments(path, out=str(tmp_path), initial="H=1,C+=1e-4,E=1e-4", species="C", temperature="300")
    assert "user_boost" in fails([*arguments, "--thermal", "file"], capsys)[1]
    cooled = [*arguments, "--thermal", "file", "--energy", "--parameter", "user_boost=1e4"]
    assert main([*cooled, "--constant", "pressure"]) == 0
    printed = capsys.readouterr().out
    assert any(line.startswith("cooling in line 7") for line in printed.splitlines())
    assert (tmp_path / "react_small_energy.png").exists()
    gas = Trajectory.load(tmp_path / "react_small.npz")
    with np.load(tmp_path / "react_small.npz") as data:
        pressure = data["gas_density"] * gas.temperature * np.sum(gas.abundances, axis=-1)
    np.testing.assert_allclose(pressure, pressure[0], rtol=1e-4)
    assert gas.temperature[-1] < 280.0
    assert "--energy is for gas" in fails([*arguments, "--energy"], capsys)[1]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1e6yr", 1e6 * YEAR), ("300 kyr", 3e5 * YEAR), ("1Myr", 1e6 * YEAR), ("2.5e13s", 2.5e13), ("1 Gyr", 1e9 * YEAR)],
)
def test_times(text, seconds):
    assert parse_time(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "yr", "1e6", "1 parsec", "0yr", "nan yr", "1e400yr", "1 2yr"])
def test_what_is_no_time(text):
    with pytest.raises(ValueError):
        parse_time(text)


def test_lists():
    assert parse_abundances("H2=0.5, C+=1e-4,e-=1e-4") == {"H2": 0.5, "C+": 1e-4, "e-": 1e-4}
    assert parse_names("CO, HCO+") == ("CO", "HCO+")
    with pytest.raises(ValueError, match="list of names"):
        parse_names("CO,,H")


def test_every_condition_has_an_option_and_a_largest_value(capsys):
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    words = capsys.readouterr().out.split()
    names = list(FIELDS)
    assert {"--parameter", *(f"--{name.replace('_', '-')}" for name in names)} <= set(words)
    assert [name for name, facts in FACTS.items() if facts.largest > 0] == names


def as_a_process(*arguments, environment=None, **options):
    """`subprocess.Popen` of a command, by default with its output in pipes."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **(environment or {})}
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": environment, **options}
    return subprocess.Popen([sys.executable, "-m", "eqxfuse", *arguments], **given)


def test_demo_as_a_command(tmp_path):
    """In a process of its own: default precision and promotion rules, and what a pipe sees."""
    with as_a_process("demo", "--outputs", "25", cwd=tmp_path) as process:
        printed, error = process.communicate()
    assert process.returncode == 0, error
    assert {"CO", "H2O", "HCO+", "H3+"} <= {line.split()[0] for line in printed.splitlines() if line.strip()}
    final = Trajectory.load(tmp_path / "out" / "dark_cloud.npz").final
    assert 5e-5 < float(final["CO"]) < 1.1e-4
    assert np.isfinite([float(value) for value in final.values()]).all()


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_an_interrupt_ends_a_solve(tmp_path):
    """At once, in whatever code it arrives, without a traceback, and with nothing half written."""
    with as_a_process("demo", cwd=tmp_path) as process:
        assert process.stdout.readline().startswith("dark cloud: ")
        process.send_signal(signal.SIGINT)
        printed, error = process.communicate()
    assert process.returncode == -signal.SIGINT and error == "" and "wrote" not in printed
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(("arguments", "expected"), [(("inspect", "robertson"), 1), (("compare", *"aa"), 2)])
def test_an_output_that_cannot_be_written(tmp_path, arguments, expected):
    """`/dev/full` is a full disk."""
    (tmp_path / "a").write_text(NETWORK)
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    with open("/dev/full", "w") as full, as_a_process(*arguments, stdout=full, cwd=tmp_path) as process:
        _, error = process.communicate()
    assert (process.returncode, error.count("\n")) == (expected, 1) and "No space left on device" in error


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes on Linux alone")
def test_a_terminal_that_knows_ascii_alone(tmp_path):
    (tmp_path / "caf\u00e9.csv").write_text(NETWORK)
    ascii = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    with as_a_process(*run_arguments("caf\u00e9.csv"), cwd=tmp_path, environment=ascii) as process:
        printed, error = process.communicate()
    assert process.returncode == 0, error
    assert printed.startswith(r"caf\udcc3\udca9: 7 species")


def test_an_output_that_is_closed(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["inspect", "robertson"]) == 0
