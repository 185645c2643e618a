"""The adapter against carbox, where it can be imported."""

import dataclasses

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse.carbox import conditions, fused_rhs, get_fused_ode
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
