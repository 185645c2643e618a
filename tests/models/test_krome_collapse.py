"""The collapse of react_primordial3 as KROME steps it, and in one piece."""

import numpy as np
import pytest

import eqxfuse as ef
from eqxfuse import models
from tests.thermal.krome import BACKGROUND

from .krome_collapse import WITH_DEUTERIUM, Collapse


@pytest.fixture(scope="module")
def collapse():
    return Collapse()


@pytest.mark.parametrize(("since", "until"), [(1.0, 1e4), (1e10, 1e11), (1e16, 4e16)])
def test_its_steps(collapse, since, until):
    first, last = (int(np.argmin(abs(collapse.nuclei - n))) for n in (since, until))
    temperature, densities = collapse.steps(last - first, first)
    np.testing.assert_allclose(temperature, collapse.temperature[first + 1 : last + 1], rtol=3e-6)
    h2, expected = densities.T, collapse.densities[first + 1 : last + 1].T
    molecules = collapse.network.index("H2")
    np.testing.assert_allclose(h2[molecules], expected[molecules], rtol=3e-6)


def test_all_steps_of_gas_with_deuterium():
    """From 0.1 to 7e10 cm^-3, where KROME gave up."""
    own = Collapse("collapse_hd", "react_primordial", WITH_DEUTERIUM)
    temperature, densities = own.steps(len(own.time) - 1, 0)
    np.testing.assert_allclose(temperature, own.temperature[1:], rtol=2e-5)
    for name in ("H2", "HD", "E"):
        i = own.network.index(name)
        np.testing.assert_allclose(densities[:, i], own.densities[1:, i], rtol=1e-4)


def test_in_one_piece(collapse):
    """KROME's steps are of first order in 1 per cent of the density."""
    n0 = collapse.nuclei[0]
    conditions = ef.Conditions(temperature=collapse.temperature[0], density=n0, cmb_temperature=BACKGROUND)
    found = models.collapse(collapse.rhs, conditions, collapse.densities[0] / n0, to_density=1e14, outputs=301)
    own = np.interp(np.log(collapse.nuclei), np.log(found.density), found.temperature)
    within = collapse.nuclei < 1e14
    np.testing.assert_allclose(own[within], collapse.temperature[within], rtol=0.01)
