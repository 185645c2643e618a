"""What every rate law promises."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import Conditions, rate_laws
from eqxfuse._chemistry.conditions import FIELDS as ALL_FIELDS

from .contract import BEYOND_SINGLE, DENSITIES, EXAMPLES, FIELDS, ORDINARY, evaluate, extremes, name

each_law = pytest.mark.parametrize("law", EXAMPLES, ids=name)


def _to(dtype, tree):
    return jax.tree.map(lambda x: jnp.asarray(x, dtype), tree)


def _stack(conditions, dtype):
    return jax.tree.map(lambda *values: jnp.asarray(values, dtype), *conditions)


def _batch(law, dtype):
    """All extreme conditions, each with all extreme densities (the same for every species)."""
    conditions = extremes()
    values = DENSITIES if law.is_modified else DENSITIES[:1]
    cells = _stack([c for c in conditions for _ in values], dtype)
    densities = jnp.asarray(list(values) * len(conditions), dtype)
    return cells, (densities,) * (len(law.modifying_species) + len(law.modifying_totals))


@jax.jit
def _value_and_derivatives(law, cells, densities):
    """Values, gradients by reverse mode, and by forward mode the derivative along all arguments at once."""

    def one(*arguments):
        gradient = jax.grad(evaluate, argnums=(0, 1, 2))(*arguments)
        value, along = jax.jvp(evaluate, arguments, jax.tree.map(jnp.ones_like, arguments))
        return value, gradient, along

    return jax.vmap(one, (None, 0, 0))(law, cells, densities)


def test_every_public_law_is_among_the_examples():
    public = {v for v in vars(rate_laws).values() if isinstance(v, type) and issubclass(v, rate_laws.RateLaw)}
    assert public - {rate_laws.RateLaw} == {type(law) for law in EXAMPLES}


def test_the_extremes_name_every_field_of_conditions():
    assert tuple(FIELDS) == ALL_FIELDS


def test_laws_of_different_classes_have_different_structures():
    """Otherwise compiled code of one law may be run with the parameters of another."""
    structures = {type(law): jax.tree.structure(law) for law in EXAMPLES}
    for kind, structure in structures.items():
        assert [other for other, s in structures.items() if s == structure] == [kind]


def test_options_are_part_of_the_structure_and_parameters_are_leaves():
    law = rate_laws.CosmicRay(2.0, 1.36e-17)
    assert jax.tree.leaves(law) == [2.0]
    assert jax.tree.structure(law) == jax.tree.structure(rate_laws.CosmicRay(3.0, 1.36e-17))
    assert jax.tree.structure(law) != jax.tree.structure(rate_laws.CosmicRay(2.0, 1.3e-17))
    assert jax.tree.map(lambda x: 2 * x, law) == rate_laws.CosmicRay(4.0, 1.36e-17)


@each_law
def test_names_its_units_and_source(law):
    assert law.units
    assert law.citation


@each_law
@pytest.mark.parametrize("dtype", [jnp.float64, jnp.float32])
def test_is_finite_and_differentiable_and_keeps_the_dtype(law, dtype):
    if dtype == jnp.float32 and isinstance(law, BEYOND_SINGLE):
        pytest.skip("its derivatives at the extremes exceed single precision")
    cells, densities = _batch(law, dtype)
    value, *derivatives = _value_and_derivatives(_to(dtype, law), cells, densities)
    assert np.all(np.asarray(value) >= 0.0)
    for x in jax.tree.leaves((value, derivatives)):
        assert x.dtype == dtype
        assert np.all(np.isfinite(x))


@each_law
def test_derivatives_are_those_of_finite_differences(law):
    """With respect to the logarithm of every field."""
    densities = tuple(jnp.asarray(x) for x in (3e-2, 7e3, -40.0))[
        : len(law.modifying_species) + len(law.modifying_totals)
    ]
    fields = list(FIELDS)
    at = jnp.log(jnp.asarray([getattr(ORDINARY, field) for field in fields]))

    @jax.jit
    def along(log_values):
        return evaluate(law, Conditions(**dict(zip(fields, jnp.exp(log_values), strict=True))), densities)

    expected = [(along(at + step) - along(at - step)) / 2e-4 for step in 1e-4 * jnp.eye(len(fields))]
    for derivative in (jax.grad(along)(at), jax.jacfwd(along)(at)):
        np.testing.assert_allclose(derivative, expected, rtol=1e-6, atol=1e-7 * abs(along(at)))


@each_law
def test_a_batch_is_the_same_as_cells_one_by_one(law):
    """Mapped over every field and density at once."""
    cells, densities = _batch(law, jnp.float64)
    together = jax.jit(jax.vmap(evaluate, (None, 0, 0)))(law, cells, densities)
    single = jax.jit(evaluate)
    for i in range(0, len(together), 5):
        cell, here = jax.tree.map(lambda x, i=i: x[i], (cells, densities))
        np.testing.assert_allclose(together[i], single(law, cell, here), rtol=1e-13)


@each_law
def test_rows_are_the_same_as_reactions_one_by_one(law):
    """Arrays of parameters and of temperatures give what single reactions give."""
    temperatures = jnp.asarray([8.0, 77.0, 3000.0])
    scales = jnp.asarray([1.0, 0.7, 1.4])
    rows = jax.tree.map(lambda x: x * scales, law)
    together = rows.coefficient(ORDINARY.at_temperature(temperatures))
    single = [
        jax.tree.map(lambda x, i=i: x[i], rows).coefficient(ORDINARY.at_temperature(temperatures[i])) for i in range(3)
    ]
    np.testing.assert_allclose(jnp.broadcast_to(together, (3,)), single, rtol=1e-14)


@each_law
def test_holding_the_temperature_in_a_range_is_clipping_it(law):
    low, high = np.array([0.0, 100.0, 10.0]), np.array([np.inf, 300.0, 20.0])
    rows = jax.tree.map(lambda x: jnp.full(3, x), law)
    for temperature in (5.0, 35.0, 150.0, 1e4):
        here = ORDINARY.at_temperature(temperature)
        held = ORDINARY.at_temperature(jnp.clip(temperature, low, high))
        np.testing.assert_allclose(rows.coefficient_within(here, low, high), rows.coefficient(held), rtol=1e-14)
