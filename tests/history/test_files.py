"""Histories from columns and files."""

import re

import numpy as np
import pytest

import eqxfuse as ef
from tests.history.network import DENSITIES, TEMPERATURES, TIMES

COLUMNS = {"time": "t", "temperature": "T_gas", "density": "rho", "user_x": "x"}
UNITS = {"time": "kyr", "density": 2.0}
TABLE = {"t": TIMES / (1e3 * ef.YEAR), "T_gas": TEMPERATURES, "rho": DENSITIES / 2.0, "x": -TEMPERATURES}
CONSTANTS = {"av": 3.0, "parameters": {"user_y": 4.0}}


def assert_read(history):
    assert history.changing == ("temperature", "density", "user_x")
    np.testing.assert_allclose(history.times, TIMES, rtol=1e-14)
    conditions = history.conditions
    np.testing.assert_array_equal(conditions.temperature, TEMPERATURES)
    np.testing.assert_array_equal(conditions.density, DENSITIES)
    np.testing.assert_array_equal(conditions.user_x, -TEMPERATURES)
    assert (conditions.av, conditions.user_y) == (3.0, 4.0)


def write_csv(path, table=TABLE):
    rows = [",".join(map(repr, map(float, row))) for row in zip(*table.values(), strict=True)]
    path.write_text("\n".join(["# of a simulation", ", ".join(table), "", *rows]) + "\n")
    return path


def test_columns_of_a_mapping_and_of_a_data_frame():
    assert_read(ef.History.from_columns(TABLE, COLUMNS, UNITS, **CONSTANTS))
    frame = pytest.importorskip("pandas").DataFrame(TABLE)
    assert_read(ef.History.from_columns(frame, COLUMNS, UNITS, **CONSTANTS))


def test_csv_and_npz(tmp_path):
    assert_read(ef.History.from_file(write_csv(tmp_path / "a.csv"), COLUMNS, UNITS, **CONSTANTS))
    np.savez(tmp_path / "a.npz", **TABLE)
    assert_read(ef.History.from_file(tmp_path / "a.npz", COLUMNS, UNITS, **CONSTANTS))


def test_hdf5(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name, column in TABLE.items():
            file[f"tracers/{name}"] = column
    columns = {field: f"tracers/{name}" for field, name in COLUMNS.items()}
    assert_read(ef.History.from_file(tmp_path / "a.h5", columns, UNITS, **CONSTANTS))
    with pytest.raises(ValueError, match="has no column 't': it has tracers"):
        ef.History.from_file(tmp_path / "a.h5", COLUMNS, UNITS)


def test_hdf5_without_its_library(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(ImportError, match=r"pip install 'eqxfuse\[tables\]'"):
        ef.History.from_file(tmp_path / "a.h5", COLUMNS)


def test_columns_of_many_tracers_make_a_batch():
    table = {"t": TABLE["t"], "T_gas": np.outer([1.0, 2.0], TEMPERATURES), "rho": TABLE["rho"], "x": TABLE["x"]}
    first, second = ef.History.from_columns(table, COLUMNS, UNITS, **CONSTANTS).cells
    np.testing.assert_array_equal(second.conditions.temperature[:9], 2.0 * TEMPERATURES)
    np.testing.assert_array_equal(first.conditions.density, second.conditions.density)


def test_the_line_of_a_mistake(tmp_path):
    def message(change, old, new):
        path = write_csv(tmp_path / "a.csv")
        path.write_text(change(path.read_text(), old, new))
        with pytest.raises(ValueError) as error:
            ef.History.from_file(path, COLUMNS, UNITS)
        assert str(path) in str(error.value)
        return str(error.value).replace(str(path), "FILE")

    def replaced(text, old, new):
        assert old in text
        return text.replace(old, new)

    assert message(replaced, ",70.0,", ",cold,") == "FILE: column 'T_gas': line 7 holds 'cold', which is no number"
    assert "FILE: line 7, column 'T_gas' (temperature) must be finite and positive, got" in message(
        replaced, ",70.0,", ",-70.0,"
    )
    assert message(replaced, ",70.0,", ",") == "FILE: line 7 has 3 columns, the line of names 4"
    assert "times must increase: FILE: line 6, column 't' (time) is" in message(replaced, "\n25.0", "\n2.5")
    assert message(replaced, "rho", "x") == "FILE: two columns are called 'x'"
    assert message(replaced, "T_gas", "T_ga") == "FILE has no column 'T_gas'; did you mean 'T_ga'?"
    assert "names of the columns" in message(lambda *_: "t,T_gas\n", "", "")


@pytest.mark.parametrize(
    ("columns", "units", "constants", "message"),
    [
        ({"temperature": "T_gas"}, {}, {}, "columns must say which column is the time"),
        ({"time": "t", "temperature": "T_gas"}, {}, {}, "needs the density: name its column, or give density=..."),
        (COLUMNS, {}, {"density": 1.0}, "density is given twice"),
        (COLUMNS, {"av": 1.0}, {}, "units are given for av, of which no column is named"),
        (COLUMNS, {"time": "h"}, {}, "the unit of time must be s, yr, kyr, Myr, Gyr, or a number of seconds, got 'h'"),
        (COLUMNS, {"density": "kg"}, {}, "the unit of density must be a number [cm^-3], got 'kg'"),
        (COLUMNS, {"density": 0.0}, {}, "the unit of density must be finite and not 0"),
        (COLUMNS, {"temperature": 1e9}, {}, "row 0, column 'T_gas' (temperature) is 2e+10 K, more than any law holds"),
        (COLUMNS | {"av": "short"}, {}, {}, "columns must have one length, but 'short' has shape (2,)"),
    ],
)
def test_mistakes(columns, units, constants, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        ef.History.from_columns(TABLE | {"short": [1.0, 2.0]}, columns, units, **constants)


def test_files_that_are_none(tmp_path):
    with pytest.raises(ValueError, match=r"can be read from \.csv, \.npz, \.h5, \.hdf5, not from '\.txt'"):
        ef.History.from_file(tmp_path / "a.txt", COLUMNS)
    (tmp_path / "a.npz").write_bytes(b"PK cut short")
    with pytest.raises(ValueError, match="is damaged"):
        ef.History.from_file(tmp_path / "a.npz", COLUMNS)
