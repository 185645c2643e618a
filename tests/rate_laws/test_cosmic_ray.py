import equinox as eqx
import numpy as np

from eqxfuse import Conditions, rate_laws

CELL = Conditions(temperature=90.0, density=1e4, zeta=6.8e-17, albedo=0.5)


def test_umist_scales_with_zeta_over_its_unit():
    np.testing.assert_allclose(rate_laws.CosmicRay(5.98e-18, 1.36e-17).coefficient(CELL), 5 * 5.98e-18, rtol=1e-14)


def test_without_a_unit_alpha_counts_events():
    np.testing.assert_allclose(rate_laws.CosmicRay(0.46).coefficient(CELL), 0.46 * 6.8e-17, rtol=1e-14)


def test_photons_go_with_efficiency_albedo_and_temperature():
    law = rate_laws.CosmicRayPhoton(1.3e-17, 1.17, 105.0, 1.36e-17)
    expected = 5 * 1.3e-17 * np.longdouble(0.3) ** np.longdouble(1.17) * 105 / np.longdouble(0.5)
    np.testing.assert_allclose(law.coefficient(CELL), float(expected), rtol=1e-14)


def test_bright_dust_makes_more_photons():
    law = rate_laws.CosmicRayPhoton(1.3e-17, 0.0, 105.0, 1.36e-17)
    bright = eqx.tree_at(lambda c: c.albedo, CELL, 0.75)
    np.testing.assert_allclose(law.coefficient(bright), 2 * law.coefficient(CELL), rtol=1e-14)
