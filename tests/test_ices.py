"""The page of ices: its code runs, and prints what its comments say; and what trajectories say of ice."""

import contextlib
import io
import re
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import Outcome, Trajectory
from eqxfuse.errors import UnknownSpecies

PAGE = (Path(__file__).parents[1] / "docs" / "ices.md").read_text()
SPECIES = tuple(map(ef.Species.from_name, ("CO", "H2O", "#CO", "#H2O", "@CO", "@H2O", "#H")))
ROWS = ((5e-5, 1e-6, 1e-6, 2e-6, 0.0, 0.0, 1e-9), (1e-5, 1e-6, 2e-6, 3e-6, 3.8e-5, 1e-4, 1e-9))
GRAINS = ef.Conditions(temperature=10.0, density=1e4, grain_radius=2e-5, gas_to_grain=1e11, site_density=1e15)
LAYER = 4 * np.pi * 2e-5**2 * 1e15 / 1e11
"""An abundance."""


@pytest.fixture(scope="module")
def page():
    """What the code of docs/ices.md leaves behind."""
    found: dict = {}
    blocks = "".join(re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL))
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(blocks, found)
    assert printed.getvalue().splitlines() == re.findall(r"# -> (.*)$", blocks, flags=re.MULTILINE)
    return found


def icy(rows=ROWS, **fields):
    rows = jnp.asarray(rows)
    times = jnp.broadcast_to(ef.YEAR * jnp.array([1e3, 1e6]), rows.shape[:-1])
    return Trajectory(times, rows, rows[..., 0, :], {}, Outcome.successful, SPECIES, **fields)


def test_species_by_phase():
    found = icy()
    assert list(found.phase("surface")) == ["#CO", "#H2O", "#H"]
    np.testing.assert_array_equal(found.phase("gas")["CO"], [5e-5, 1e-5])
    network = ef.Network(SPECIES, ())
    assert network.phases["bulk"] == ("@CO", "@H2O")
    assert network.pairs["CO"] == {"gas": "CO", "surface": "#CO", "bulk": "@CO"}
    assert set(network.pairs) == {s.gas_name for s in network.species if s.phase != "gas"}
    with pytest.raises(ValueError, match="a phase is one of 'gas', 'surface', 'bulk', got 'mantle'"):
        found.phase("mantle")  # pyright: ignore[reportArgumentType]


def test_ice_is_surface_and_bulk():
    found = icy()
    assert found.ice_names == ("CO", "H2O", "H")
    np.testing.assert_allclose(found.ice("CO"), [1e-6, 4e-5])
    np.testing.assert_allclose(found.ice_composition()["CO"], [50.0, 100 * 4e-5 / 1.03e-4])
    with pytest.raises(UnknownSpecies, match="did you mean"):
        found.ice("#CO")


def test_layers_are_those_of_the_grains():
    ice = np.array([3e-6 + 1e-9, 1.43e-4 + 1e-9])
    np.testing.assert_allclose(icy().layers(GRAINS), ice / LAYER, rtol=1e-8)
    with pytest.raises(ValueError, match="pass conditions= with them"):
        icy().layers()
    dense = icy(1e4 * np.array(ROWS), state="density")
    np.testing.assert_allclose(dense.layers(GRAINS), ice / LAYER, rtol=1e-8)


def test_layers_of_a_batch():
    radii = jnp.array([1e-5, 2e-5, 4e-5])
    grains = ef.Conditions(temperature=10.0, density=1e4, grain_radius=radii, gas_to_grain=1e11, site_density=1e15)
    found = icy(np.broadcast_to(ROWS, (3, 2, 7))).layers(grains)
    assert found.shape == (3, 2)
    np.testing.assert_allclose(found, jnp.stack([icy().layers(GRAINS) * f for f in (4.0, 1.0, 0.25)]), rtol=1e-12)


def test_inventory_sums_to_what_is_conserved():
    found = icy().inventory()
    assert set(found) == {"C", "O", "H"} and set(found["C"]) == {"gas", "surface", "bulk"}
    np.testing.assert_allclose(found["C"]["bulk"], [0.0, 3.8e-5])
    np.testing.assert_allclose(found["H"]["surface"], [4e-6 + 1e-9, 6e-6 + 1e-9])
    drift = icy().conservation()
    for element, phases in found.items():
        start, end = np.asarray(sum(phases.values()))
        assert float(drift[element]) == pytest.approx(abs(end - start) / max(start, end))


@pytest.mark.parametrize("ask", [lambda t: t.ice("CO"), lambda t: t.layers(GRAINS), lambda t: t.plot_ice()])
def test_without_ice_there_is_an_error(ask):
    y = jnp.ones((2, 1))
    gas = Trajectory(jnp.ones(2), y, y[0], {}, Outcome.successful, (ef.Species.from_name("CO"),))
    assert gas.ice_names == ()
    with pytest.raises(ValueError, match="no species of this network is in ice"):
        ask(gas)


def test_plot_of_ice():
    figure = pytest.importorskip("matplotlib.figure")
    ax = icy().plot_ice(ax=figure.Figure().add_subplot())
    legend = ax.get_legend()
    assert legend is not None
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["others  0.000971 %", "CO  38.8 %", "H$_{2}$O  100 %"]
    assert "of H$_{2}$O" in legend.get_title().get_text()
    top = max(np.asarray(path.vertices)[:, 1].max() for area in ax.collections for path in area.get_paths())
    assert top == pytest.approx(1.43e-4 + 1e-9)
    chosen = icy().plot_ice("CO", figure.Figure().add_subplot())
    assert len(chosen.collections) == 2
    with pytest.raises(UnknownSpecies):
        icy().plot_ice("NH3", figure.Figure().add_subplot())
    with pytest.raises(ValueError, match=r"plot_ice shows one trajectory"):
        icy(np.array([ROWS])).plot_ice()


def test_files_keep_the_names_of_ices(tmp_path):
    icy().save(tmp_path / "ice.npz")
    assert Trajectory.load(tmp_path / "ice.npz").phase("bulk").keys() == {"@CO", "@H2O"}
    icy().save(tmp_path / "ice.csv")
    assert (tmp_path / "ice.csv").read_text().splitlines()[0].split(",")[1:] == [s.name for s in SPECIES]


def test_a_cold_core_freezes(page):
    core, percent = page["core"], page["percent"]
    assert float(page["water"][-1]) == pytest.approx(1.89e-4, rel=0.02)
    assert 30.0 < float(percent["H2CO"][-1]) < 70.0
    assert 100.0 < float(page["layers"][-1]) < 120.0
    carbon = {phase: float(values[-1]) for phase, values in page["carbon"].items()}
    assert sum(carbon.values()) == pytest.approx(1e-4, rel=1e-8)
    assert carbon["bulk"] > 5 * carbon["gas"] > 10 * carbon["surface"]
    assert max(map(float, core.conservation().values())) < 1e-10


def test_the_channels_of_desorption_have_names(page):
    channels = {(term.equation, term.channel) for term in page["formaldehyde"].formation}
    assert ("#H2CO -> H2CO", "PhotoDesorption") in channels and ("#H2CO -> H2CO", "ThermalDesorption") in channels
    table = page["formaldehyde"].table()
    assert "#H2CO -> H2CO  [PhotoDesorption]" in table and "H2CO -> #H2CO  [Accretion]" in table


def test_a_warm_up_empties_the_ice(page):
    hot, left = page["hot"], np.asarray(page["left"])
    assert left[0] > 100.0 and left[-1] < 1e-6
    warm = np.interp(0.5 * left[0], left[::-1], np.asarray(hot.times)[::-1])
    assert 90.0 < 10.0 + 190.0 * warm / page["WARM_UP"] < 130.0
    assert float(hot.final["H2CO"]) > 8e-5
    assert max(map(float, hot.conservation().values())) < 1e-10


def test_amounts_of_ice_differentiate():
    slope = jax.grad(lambda rows: icy(rows).ice("CO")[-1])(jnp.asarray(ROWS))
    np.testing.assert_array_equal(slope, [[0] * 7, [0, 0, 1, 0, 1, 0, 0]])
