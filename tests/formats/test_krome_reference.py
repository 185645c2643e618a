"""Coefficients of KROME's and PRIZMO's own networks against these codes, compiled in double precision."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import eqxfuse as ef
from tests.formats.krome_states import FIELDS, coefficients, partners
from tests.helpers import shared

SMALL = 1e-38
"""KROME adds a number below it to every coefficient."""

REFUSED = {
    "COthin": 0, "COthin_experimental": 0, "COthin_ice": 5, "NO": 0, "SM": 0, "Semenov": 622, "cloud": 0, "coolHCN": 0,
    "collapse": 0, "earlyUniverse": 7, "hello": 0, "kast80": 0, "lowmetal": 0, "primordial": 0, "primordial2": 0,
    "primordialZ": 4, "primordialZ_UV": 7, "primordial_UV": 1, "primordial_wD": 0, "xrays": 3,
}  # fmt: skip
"""Lines that need tables, photons in bins, surfaces or statements in Fortran."""
EXACT = ("COthin", "COthin_experimental", "Semenov", "cloud")


def read(file):
    return ef.read_network(shared(f"networks/{file}"), unsupported="skip")


def left_out(network):
    notes = [note.partition(":")[0] for note in network.notes if note.startswith("left out") and "limits" not in note]
    numbers = [note.removeprefix("left out, line ").removesuffix(" more").replace(" and ", ", ") for note in notes]
    return sum(len(n.split(", ")) - (" more" in m) + (int(n.split(", ")[-1]) if " more" in m else 0)
               for n, m in zip(numbers, notes, strict=True))  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.filterwarnings("ignore:.*storeOnce")
def test_krome(name):
    reference = np.load(shared(f"reference/krome_{name}.npz"))
    network = read(reference["network"])
    assert left_out(network) == REFUSED[name]
    expected = reference["k_double"][:, partners(network, reference)]
    error = np.abs(coefficients(network, reference) - expected) - SMALL
    tolerance = 1e-13 if name in EXACT else 1e-10
    worst = int(np.argmax((error - tolerance * np.abs(expected)).max(axis=0)))
    assert (error <= tolerance * np.abs(expected)).all(), network.reactions[worst]


@pytest.mark.parametrize(("name", "refused"), [("escape", 2), ("network", 32), ("network_approx", 25), ("noMol", 11)])
def test_prizmo(name, refused):
    reference = np.load(shared(f"reference/prizmo_{name}.npz"))
    network = read(reference["network"])
    assert left_out(network) == refused
    given = {"zeta": float(reference["user_cr"]), "dust_to_gas": float(reference["d2g"])}
    at = jax.jit(jax.vmap(lambda t: network.rate_table(ef.Conditions(t, 1e4, **given))))
    k = np.asarray(at(jnp.asarray(reference["temperature"])))
    expected = reference["k_double"][:, partners(network, reference)]
    np.testing.assert_allclose(k, expected, rtol=1e-13, atol=SMALL)


@pytest.mark.filterwarnings("ignore:y0 carries a net charge")
def test_a_solve_is_that_of_krome():
    """At 60 K, for a million years. KROME's tolerance is 1e-8, but some of its numbers are in single precision."""
    reference = np.load(shared("reference/krome_solve_isothermal.npz"))
    network = read("react_COthin")
    density = reference["number_density"]
    place = [network.index(str(name).upper()) for name in reference["species"]]
    n_h = density[0] @ network.composition[network.elements.index("H"), place]
    y0 = np.zeros(len(place))
    y0[place] = density[0] / n_h
    given = dict(zip(reference["user_name"].tolist(), reference["user_value"].tolist(), strict=True))
    conditions = ef.Conditions(
        float(reference["temperature"][0]), float(n_h), **{FIELDS[name]: value for name, value in given.items()}
    )
    times = reference["time"][[20, 60, 100]]
    trajectory = ef.solve(ef.FusedRHS(network), conditions, y0, float(times[-1]), saveat=times, rtol=1e-6, atol=1e-22)
    expected = density[[20, 60, 100]] / n_h
    np.testing.assert_allclose(np.asarray(trajectory.abundances)[:, place], expected, rtol=1e-5, atol=1e-14)
