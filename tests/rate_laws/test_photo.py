import numpy as np

from eqxfuse import Conditions, rate_laws


def _cell(g0, av):
    return Conditions(temperature=30.0, density=1e3, g0=g0, av=av)


def test_attenuates_with_extinction():
    expected = 3.1e-10 * 40 * np.exp(np.longdouble(-3.33) * np.longdouble(2.5))
    np.testing.assert_allclose(
        rate_laws.Photo(3.1e-10, 3.33).coefficient(_cell(40.0, 2.5)), float(expected), rtol=1e-14
    )


def test_without_gamma_there_is_no_extinction():
    assert rate_laws.Photo(5.4e-11).coefficient(_cell(2.0, 7.0)) == 2 * 5.4e-11


def test_a_field_in_habing_units_is_divided_by_1_7():
    assert rate_laws.draine_from_habing(1.7) == 1.0
    value = rate_laws.Photo(1e-10, 2.0).coefficient(_cell(rate_laws.draine_from_habing(10.0), 1.0))
    np.testing.assert_allclose(value, 1e-10 * 10.0 * np.exp(-2.0) / 1.7, rtol=1e-14)
