"""What holds for every process, at every temperature, without anything of what it needs, and in both precisions."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Conditions, Network, rate_laws, thermal
from eqxfuse._program.reference import evaluate
from eqxfuse._program.trace import scalar_function


def _wind(gas, strength):
    return strength * gas.mass_density * gas.temperature


EXAMPLES = (
    thermal.AtomicLines(),
    thermal.CollisionalIonisation(),
    thermal.Recombination(),
    thermal.FreeFree(),
    thermal.LymanAlpha(),
    thermal.Compton(),
    thermal.Compression(),
    thermal.FreeFall(),
    thermal.H2Cooling(),
    thermal.H2Cooling(opacity="column"),
    thermal.H2CoolingGalliPalla(),
    thermal.HDCooling(),
    thermal.CollisionInducedEmission(),
    thermal.Continuum(),
    thermal.ChemicalHeat(),
    thermal.PhotoelectricBakesTielens(),
    thermal.GrainRecombinationBakesTielens(),
    thermal.PhotoelectricWeingartnerDraine(),
    thermal.GrainRecombinationWeingartnerDraine(),
    thermal.GasGrainExchange(),
    thermal.CosmicRays(),
    thermal.CosmicRayEvents(),
    thermal.H2Photons(),
    thermal.Photoionisation(),
    thermal.IonisedCarbonLine(),
    thermal.OxygenLines(),
    thermal.CarbonLines(),
    thermal.COCooling(),
    thermal.Custom(_wind, (1e-20,)),
)
HEATS = (
    thermal.FreeFall,
    thermal.PhotoelectricBakesTielens,
    thermal.PhotoelectricWeingartnerDraine,
    thermal.CosmicRays,
    thermal.CosmicRayEvents,
    thermal.H2Photons,
    thermal.Photoionisation,
    thermal.Custom,
)
EITHER = (thermal.ChemicalHeat, thermal.Compression)
NETWORK = Network.from_reactions(
    [
        "H- + H -> H2 + e-",
        "H + H -> H2",
        "H2 + H -> 3 H",
        "H2 -> H + H",
        "C -> C+ + e-",
        "H2 -> H2+ + e-",
        "H -> H+ + e-",
    ],
    [
        *(1e-9, 3e-17, 1e-12),
        rate_laws.Photo(5e-11, 3.0),
        rate_laws.Photo(3e-10, 3.0),
        rate_laws.CosmicRay(0.9),
        rate_laws.CosmicRay(0.5),
    ],
    species=["H", "H2", "HD", "He", "C", "C+", "O", "CO", "He+", "He++"],
)
SIZE, REACTIONS = len(NETWORK.species), len(NETWORK.reactions)
TEMPERATURES = (2.73, 11.0, 90.0, 700.0, 3e3, 8e3, 5e4, 1e9)
DENSITIES = (0.0, -1e-20, 1e-8, 1.0, 3e4, 1e15)


def stacked(gas: thermal.Gas) -> jax.Array:
    return jnp.stack([jnp.asarray(p.heating(gas)) for p in EXAMPLES])


def cells(dtype) -> thermal.Gas:
    """Every temperature with every density of all species, and once without light, dust and cosmic rays."""
    t, n, dark = (jnp.asarray(x).ravel() for x in np.meshgrid(TEMPERATURES, DENSITIES, (True, False)))
    t, n = t.astype(dtype), n.astype(dtype)
    given = {
        "g0": jnp.where(dark, 0.0, 1.0),
        "zeta": jnp.where(dark, 0.0, 2e-16),
        "dust_to_gas": jnp.where(dark, 0.0, 0.01),
        "av": jnp.where(dark, 1e3, 1.0),
        "ortho_para_ratio": jnp.where(dark, 0.0, 3.0),
    }
    conditions = Conditions(t, jnp.maximum(n, 1e-4), **{k: v.astype(dtype) for k, v in given.items()})
    conditions = jax.tree.map(lambda x: jnp.broadcast_to(jnp.asarray(x, dtype), t.shape), conditions)
    densities = jnp.broadcast_to(n[:, None], (len(t), SIZE))
    return thermal.Gas(NETWORK, conditions, densities, 1e-12 * jnp.ones((len(t), REACTIONS), dtype))


def ordinary() -> thermal.Gas:
    densities = dict.fromkeys(NETWORK.species_names, 1e-3) | {"H": 60.0, "H2": 20.0, "He": 10.0, "e-": 0.05}
    n = jnp.asarray([densities[name] for name in NETWORK.species_names])
    return thermal.Gas(NETWORK, Conditions(73.0, 100.0, av=0.5), n, 1e-12 * jnp.ones(REACTIONS))


def test_every_public_process_is_among_the_examples():
    public = {v for v in vars(thermal).values() if isinstance(v, type) and issubclass(v, thermal.Process)}
    of_the_user = {thermal.Expression, thermal.Table}  # which have tests of their own
    assert public - {thermal.Process} - of_the_user == {type(p) for p in EXAMPLES}


@pytest.mark.parametrize("process", EXAMPLES, ids=lambda p: p.name)
def test_says_what_it_is(process):
    assert process.name
    assert process.units
    assert process.citation
    assert process.validity
    assert process.missing(NETWORK) == ()
    doc = type(process).__doc__ or f"{type(process).__name__}("
    assert not doc.startswith(f"{type(process).__name__}(")


def along(gas: thermal.Gas) -> thermal.Gas:
    """A direction in which everything changes, by its own size where it has one."""
    sizes = jax.tree.map(lambda x: jnp.where(x == 0.0, jnp.asarray(1e-3, x.dtype), x), gas)
    return dataclasses.replace(
        sizes, densities=sizes.densities * jnp.linspace(0.5, 2.0, SIZE, dtype=sizes.densities.dtype)
    )


@functools.cache
def evaluated(dtype) -> tuple[np.ndarray, np.ndarray]:
    """[cells, processes] heating, and its derivative in the direction `along`."""
    gas = cells(dtype)
    value, derivative = jax.jvp(jax.vmap(stacked), (gas,), (along(gas),))
    return np.asarray(value), np.asarray(derivative)


@pytest.mark.parametrize("dtype", [jnp.float64, jnp.float32])
def test_is_finite_and_differentiable_and_keeps_the_dtype(dtype):
    """In single precision, n^2 is too large at the highest density."""
    gas = cells(dtype)
    inside = np.asarray(gas.densities[:, 0]) < (1e14 if dtype == jnp.float32 else np.inf)
    for x in evaluated(dtype):
        assert x.dtype == dtype
        for k, process in enumerate(EXAMPLES):
            wrong = np.flatnonzero(inside & ~np.isfinite(x[:, k])).tolist()
            where = [(float(gas.temperature[i]), float(gas.densities[i, 0])) for i in wrong]
            assert not wrong, f"{process.name} at (T, n) of {where}"


def test_derivatives_are_those_of_finite_differences():
    gas = cells(jnp.float64)
    up, down = (
        np.asarray(jax.vmap(stacked)(jax.tree.map(lambda x, d, h=h: x + h * d, gas, along(gas)))) for h in (1e-6, -1e-6)
    )
    value, derivative = evaluated(jnp.float64)
    kept = np.asarray((gas.densities[:, 0] >= 1.0) & (gas.conditions.g0 > 0.0) & (gas.temperature > 5.0))
    assert kept.sum() > 10
    scale = np.abs(value[kept]) + 1e-200
    np.testing.assert_allclose(derivative[kept] / scale, (up - down)[kept] / 2e-6 / scale, rtol=1e-4, atol=1e-5)


def test_signs():
    gas = cells(jnp.float64)
    values, _ = evaluated(jnp.float64)
    warm = np.asarray(gas.conditions.temperature) > 5.0
    for k, process in enumerate(EXAMPLES):
        if isinstance(process, EITHER):
            continue
        own = values[warm, k] * (1 if isinstance(process, HEATS) else -1)
        assert np.all(own >= -1e-30), process.name  # beyond 1e5 K, H2 has no lines, and the background has
        assert np.any(own > 0.0), process.name


def test_parameters_are_leaves_and_options_are_not():
    gradient = jax.grad(lambda p: p.heating(ordinary()))(thermal.Compton())
    np.testing.assert_allclose(gradient.coefficient * 1.01781e-37, thermal.Compton().heating(ordinary()), rtol=1e-12)
    assert jax.tree.leaves(thermal.H2Cooling(opacity="none")) == []
    assert jax.tree.structure(thermal.H2Cooling()) != jax.tree.structure(thermal.H2Cooling(opacity="none"))


@pytest.mark.parametrize("process", EXAMPLES, ids=lambda p: p.name)
def test_native_steps_can_read_it(process):
    def heating(t, n, rates):
        gas = thermal.Gas(NETWORK, Conditions(t[0], 100.0), n, rates)
        return jnp.asarray(process.heating(gas))[None]

    program = scalar_function(heating, (("t", range(1)), ("n", range(SIZE)), ("rates", range(REACTIONS))))
    assert len(program.statements) < 600
    gas = ordinary()
    given = {"t": np.array([73.0]), "n": np.asarray(gas.densities), "rates": np.asarray(gas.rates)}
    np.testing.assert_allclose(
        evaluate(program, given).astype(float), heating(given["t"], given["n"], given["rates"]), rtol=1e-12
    )


@pytest.mark.parametrize("preset", [thermal.primordial(), thermal.interstellar()])
def test_presets_hold_nothing_twice(preset):
    kinds = [type(p) for p in preset]
    assert len(set(kinds)) == len(kinds)
    for together in (
        {thermal.LymanAlpha, thermal.AtomicLines},
        {thermal.H2Cooling, thermal.H2CoolingGalliPalla},
        {thermal.CosmicRays, thermal.CosmicRayEvents},
        {thermal.Compression, thermal.FreeFall},
        {thermal.PhotoelectricBakesTielens, thermal.PhotoelectricWeingartnerDraine},
    ):
        assert len(together & set(kinds)) <= 1


def test_says_what_is_missing():
    bare = Network.from_reactions(["H + H -> H2"], [1.0])
    assert thermal.COCooling().missing(bare) == ("CO",)
    assert thermal.HDCooling().missing(bare) == ("HD",)
    assert thermal.CosmicRayEvents().missing(bare) == ("reactions that cosmic rays drive",)
    assert thermal.Photoionisation().missing(bare) == ("C -> C+ + e- by photons",)
    assert thermal.ChemicalHeat().missing(bare) == ()
    assert thermal.ChemicalHeat(grains=False).missing(bare) == ("reactions that form or destroy H2",)


@pytest.mark.parametrize("species", [("Si",), ("H", "H2", "C", "O"), ("H", "e-")])
def test_what_is_missing_is_zero(species):
    bare = Network.from_reactions([f"{species[0]} -> {species[0]}"], [1.0], species=list(species))
    gas = thermal.Gas(bare, Conditions(100.0, 10.0), jnp.ones(len(species)), jnp.ones(1))
    lacking = [p for p in EXAMPLES if p.missing(bare)]
    assert len(lacking) > 5
    for process in lacking:
        assert process.heating(gas) == 0.0, process.name


def test_wrong_words_are_refused():
    with pytest.raises(ValueError, match="opacity must be one of density, column, none, got 'thick'"):
        thermal.H2Cooling(opacity="thick")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="grains must be one of weingartner-draine, bakes-tielens, got 'draine'"):
        thermal.interstellar(grains="draine")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("process", [thermal.H2Cooling(), thermal.H2Cooling(opacity="column"), thermal.HDCooling()])
def test_molecules_do_not_cool_below_the_background(process):
    """They warm gas that is colder, and are in balance with the background at its temperature."""
    network = Network.from_reactions(["HD + H -> D + H2"], [1e-10])
    densities = jnp.asarray([1e3 if s.name == "H" else 10.0 for s in network.species])

    def heating(temperature):
        conditions = Conditions(temperature, 1e3, cmb_temperature=57.0)
        return float(process.heating(thermal.Gas(network, conditions, densities, jnp.zeros(1))))

    assert heating(57.0) == 0.0
    assert heating(40.0) > 0.0 > heating(80.0)
