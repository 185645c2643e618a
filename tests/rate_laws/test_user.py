import jax
import jax.numpy as jnp
import numpy as np
import pytest

from eqxfuse import rate_laws
from eqxfuse.rate_laws import Fit, RateTable

from .contract import ORDINARY


def hot(conditions, scale, edge):
    """A function with a branch: only scalars can pass through `lax.cond`."""
    t = conditions.temperature
    return jax.lax.cond(t > edge, lambda: scale * t / edge, lambda: scale * jnp.ones_like(t))


def steady(conditions):
    return 2e-17 * conditions.g0


def crowded(conditions, densities, *parameters):
    del conditions, parameters
    return 1.0 / (1.0 + densities[0] + 2.0 * densities[1])


def test_is_the_function_of_conditions_and_parameters():
    law = rate_laws.UserRate(hot, (3e-10, 20.0))
    np.testing.assert_allclose(law.coefficient(ORDINARY), 3e-10 * 35.0 / 20.0, rtol=1e-14)
    assert rate_laws.UserRate(steady).coefficient(ORDINARY) == 6e-17


def test_reactions_with_one_function_are_stacked_and_differentiable():
    fits = [[Fit(rate_laws.UserRate(hot, (1e-10, 20.0)))], [Fit(rate_laws.UserRate(hot, (2e-10, 50.0), None))]]
    table = RateTable.build(fits, ["clamp"] * 2)
    assert len(table.laws) == 1
    np.testing.assert_allclose(table(ORDINARY), [1e-10 * 35.0 / 20.0, 2e-10], rtol=1e-14)
    slopes = jax.jacfwd(lambda t: table(ORDINARY.at_temperature(t)))(35.0)
    np.testing.assert_allclose(slopes, [1e-10 / 20.0, 0.0], rtol=1e-14)


def test_rows_of_one_function_hold_their_own_ranges():
    fits = [[Fit(rate_laws.UserRate(hot, (1e-10, 20.0)), 10.0, high)] for high in (25.0, 30.0)]
    np.testing.assert_allclose(RateTable.build(fits, ["clamp"] * 2)(ORDINARY), [1.25e-10, 1.5e-10], rtol=1e-14)


def test_functions_without_parameters_can_stand_in_a_table():
    fits = [[Fit(rate_laws.UserRate(steady))], [Fit(rate_laws.Constant(1e-9))], [Fit(rate_laws.UserRate(steady))]]
    np.testing.assert_allclose(RateTable.build(fits, ["clamp"] * 3)(ORDINARY), [6e-17, 1e-9, 6e-17], rtol=1e-14)


def test_modifier_takes_the_densities_of_the_named_species():
    law = rate_laws.UserRate(steady, (), crowded, ("H", "H2"))
    assert law.modifying_species == ("H", "H2")
    assert law.modifier(ORDINARY, (jnp.asarray(1.0), jnp.asarray(4.0))) == 0.1
    assert rate_laws.UserRate(steady).modifier(ORDINARY, ()) == 1.0


@pytest.mark.parametrize("half", [{"modifier_function": crowded}, {"species": ("H", "H2")}])
def test_a_modifier_and_its_species_come_together(half):
    with pytest.raises(ValueError, match="both modifier_function and species"):
        rate_laws.UserRate(steady, **half)


def test_repr_names_the_functions_and_holds_no_address():
    law = rate_laws.UserRate(hot, (1e-10, 20.0), crowded, ("H", "H2"))
    assert repr(rate_laws.UserRate(steady)) == f"UserRate({__name__}.steady)"
    assert repr(law) == (
        f"UserRate({__name__}.hot, (1e-10, 20.0), modifier_function={__name__}.crowded, species=('H', 'H2'))"
    )
