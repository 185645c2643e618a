"""What astronomers know of cold, dense gas, with the defaults of the package."""

import jax.numpy as jnp
import numpy as np

import eqxfuse as ef
from tests.helpers import shared

START = {"H2": 0.5, "He": 0.09, "C+": 1e-4, "e-": 1e-4, "O": 1.8e-4, "N": 7.6e-5}


def test_hydrogen_stays_molecular():
    """Barriers hold at 10 K: clamped to the lower ends of their ranges, coefficients let all H2 be destroyed."""
    rate22 = ef.FusedRHS(ef.read_network(shared("networks/rate22_final.rates")))
    barrier = [r.equation for r in rate22.network.reactions].index("H2 + O -> OH + H")
    for density in (2e4, 1e8):
        k = rate22.precompute(ef.Conditions(temperature=10.0, density=density))
        assert float(k.k[barrier]) < 1e-100 * density
        found = ef.solve(rate22, k, START, 1e5 * ef.YEAR, saveat=jnp.array([1e5 * ef.YEAR]))
        assert float(found.final["H2"]) > 0.49
        assert 1e-6 < float(found.final["CO"]) <= 1.001e-4
        np.testing.assert_array_less([float(found.final[name]) for name in ("O2", "H2O", "NH3")], 5e-5)
