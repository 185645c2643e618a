import jax

from eqxfuse import rate_laws

from .contract import ORDINARY


def test_is_its_value_in_all_conditions():
    law = rate_laws.Constant(3.4e-11)
    assert law.coefficient(ORDINARY) == 3.4e-11
    assert law.coefficient(ORDINARY.at_temperature(1e4)) == 3.4e-11


def test_value_can_be_differentiated():
    assert jax.grad(lambda value: rate_laws.Constant(value).coefficient(ORDINARY))(2.0) == 1.0
