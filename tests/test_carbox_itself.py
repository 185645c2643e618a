"""The adapter against carbox, where it can be imported."""

import dataclasses
import re
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse.carbox import AbundanceODE, conditions, enable, fused_rhs, get_fused_ode
from tests.formats.snippets import LATENT_TGAS
from tests.helpers import shared

pytest.importorskip("carbox", reason="compares with carbox itself, which is not installed")

FILES = {
    "latent": ("simple_latent_tgas.csv", "latent_tgas"),
    "small": ("uclchem_small_chemistry.csv", "uclchem"),
    "gas": ("uclchem_gas_phase_only.csv", "uclchem"),
}


@pytest.fixture(autouse=True)
def standard_promotion():
    """carbox mixes dtypes."""
    with jax.numpy_dtype_promotion("standard"):
        yield


def parse(name):
    from carbox.parsers.unified_parser import UnifiedChemicalParser

    file, kind = FILES[name]
    return UnifiedChemicalParser().parse(str(shared(f"networks/{file}")), kind)


def random_states(species, count=8):
    rng = np.random.default_rng(20)
    for _ in range(count):
        y = 10.0 ** rng.uniform(-14, -1, species)
        here = (
            rng.uniform(5, 3000),
            10 ** rng.uniform(1, 7),
            10 ** rng.uniform(-1, 2),
            rng.uniform(0, 300),
            rng.uniform(0, 9),
        )
        yield jnp.asarray(y), tuple(map(jnp.asarray, here))


def gross(network, ode, y, here):
    """The sum of absolute terms [species], from carbox's own parts."""
    temperature, density, *rest = here
    rates = ode.get_rates(temperature, *rest, y * density)
    flows = ode.multiply_rates_by_abundance(rates, y) * density ** (ode.molecularities - 1)
    incidence = ode.incidence.todense() if hasattr(ode.incidence, "todense") else ode.incidence
    return jnp.abs(incidence) @ jnp.abs(flows)


@pytest.mark.parametrize(
    ("name", "vectorize"), [("latent", True), ("latent", False), ("small", True), ("small", False), ("gas", True)]
)
def test_random_states(name, vectorize):
    network = parse(name)
    network.vectorize_reactions = vectorize
    own = network.get_ode()
    fused, rhs = get_fused_ode(network), fused_rhs(network)
    calls = [eqx.filter_jit(f) for f in (own, fused, lambda y, here: rhs(0.0, y, conditions(*here)))]
    for y, here in random_states(len(network.species)):
        expected, found = (call(0.0, y, *here) for call in calls[:2])
        bound = 1e-13 * gross(network, own, y, here)
        assert np.all(np.abs(found - expected) <= bound)
        assert np.all(np.abs(calls[2](y, here) - expected) <= bound)


@pytest.mark.parametrize("name", FILES)
def test_reference_values(name):
    network = parse(name)
    fused = eqx.filter_jit(get_fused_ode(network))
    reference = np.load(shared(f"reference/carbox_{name}.npz"))
    order = [reference["species"].tolist().index(s.name) for s in network.species]
    for m in range(len(reference["temperature"])):
        here = [jnp.asarray(reference[f][m]) for f in ("temperature", "density", "cr_rate", "fuv", "av")]
        found = fused(0.0, jnp.asarray(reference["abundances"][m][order]), *here)
        error = np.abs(found - reference["dydt"][m][order])
        assert np.all(error <= 1e-13 * reference["gross"][m][order])


def test_inside_the_solver_of_carbox():
    """`solve_network`, `compute_derivatives` and `compute_reaction_rates`, with modifiers of the rates."""
    from carbox import solver
    from carbox.config import SimulationConfig
    from carbox.initial_conditions import initialize_abundances

    network = parse("latent")
    config = SimulationConfig(
        number_density=1e3, temperature=80.0, cr_rate=1e-17, t_end=1e3, n_snapshots=5, rtol=1e-8, atol=1e-18
    )
    config = dataclasses.replace(config, linear_solver="lu")
    y0 = initialize_abundances(network, config)
    own, fused = network.get_ode(), get_fused_ode(network)
    modifiers = network.get_rate_scalings([0, 3], [2.0, 0.5])
    solutions = [solver.solve_network(ode, y0, config, modifiers) for ode in (own, fused)]
    expected, found = (np.asarray(solution.ys) for solution in solutions)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-16)
    for compute in (solver.compute_derivatives, solver.compute_reaction_rates):
        expected, found = (np.asarray(compute(ode, solutions[0], config)) for ode in (own, fused))
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * np.max(np.abs(expected)))


def simulation(**options):
    from carbox import SimulationConfig

    given = {"number_density": 1e3, "temperature": 80.0, "cr_rate": 1e-17, "t_end": 1e3, "n_snapshots": 5}
    given |= {"rtol": 1e-7, "atol": 1e-20, "linear_solver": "lu", "save_all": False, **options}
    return SimulationConfig(**given)


def test_every_entry_point_uses_ours():
    import carbox

    file, kind = FILES["latent"]
    path, config = str(shared(f"networks/{file}")), simulation()
    own = carbox.run_simulation(path, config, kind, verbose=False)
    modifiers = own["network"].get_rate_scalings([0, 3], [2.0, 0.5])
    expected = carbox.solve(carbox.parse_network(path, kind), config, modifiers)
    with enable():
        found = carbox.run_simulation(path, config, kind, verbose=False)
        bundle = carbox.parse_network(path, kind)
        modified = carbox.solve(bundle, config, modifiers)
    assert isinstance(found["jnetwork"], AbundanceODE) and isinstance(bundle["jnetwork"], AbundanceODE)
    for ours, theirs in ((found["solution"], own["solution"]), (modified, expected)):
        np.testing.assert_array_equal(ours.ts, theirs.ts)
        np.testing.assert_allclose(ours.ys, theirs.ys, rtol=1e-4, atol=1e-16)
        assert set(ours.stats) >= {"num_steps", "num_accepted_steps", "num_rejected_steps"}
    assert float(np.max(np.abs(modified.ys[-1] / found["solution"].ys[-1] - 1.0))) > 0.01


def test_conditions_that_change_and_explicit_solvers():
    from carbox import CSEPhysics, solver
    from carbox.initial_conditions import initialize_abundances

    network = parse("latent")
    wind = CSEPhysics(mdot=1e-6, vexp=10.0, t_star=2500.0, r_init=1e15, r_star=5e13, eps=0.65)
    config = simulation(physics_model=wind, t_end=300.0)
    y0 = initialize_abundances(network, config)
    expected = solver.solve_network(network.get_ode(), y0, config)
    with enable():
        found = solver.solve_network(network.get_ode(), y0, config)
        short = simulation(solver="tsit5", t_end=1e-9)
        assert solver.solve_network(network.get_ode(), y0, short).interpolation is None
    np.testing.assert_array_equal(found.ts, expected.ts)
    np.testing.assert_allclose(found.ys, expected.ys, rtol=1e-3, atol=1e-16)


def test_closing_gives_carbox_back():
    import carbox
    from carbox import main, solver

    before = carbox.Network.get_ode, solver.solve_network, main.solve_network
    undo = enable()
    assert main.solve_network is solver.solve_network is not before[1]
    undo.close()
    assert (carbox.Network.get_ode, solver.solve_network, main.solve_network) == before


def test_the_page(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("network.csv").write_text(LATENT_TGAS)
    page = (Path(__file__).parents[1] / "docs" / "from_carbox.md").read_text()
    code = "".join(re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    exec(code, {})
    expected = re.findall(r"# -> (.*)$", code, re.MULTILINE)
    assert [line for line in capsys.readouterr().out.splitlines() if line in expected] == expected
