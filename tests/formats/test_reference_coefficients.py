"""Rate coefficients of the real files against reference values, every reaction and every state."""

from collections import defaultdict

import numpy as np
import pytest

from eqxfuse import Conditions, read_network
from eqxfuse._chemistry.constants import HABING_PER_DRAINE, ZETA_UCLCHEM
from tests.formats.test_reference_networks import ours, sides
from tests.helpers import shared

SMALLEST = np.finfo(float).tiny
"""Compiled code may round smaller numbers to 0."""

_UCLCHEM_UNITS = (ZETA_UCLCHEM, 1 / HABING_PER_DRAINE)


def assert_close(k, expected, reactions):
    error = np.abs(np.asarray(k) - expected)
    bad = np.flatnonzero(~(error <= 1e-12 * np.abs(expected) + SMALLEST))
    worst = [f"{reactions[j].id} {reactions[j].equation}: {k[j]!r}, expected {expected[j]!r}" for j in bad[:5]]
    assert not bad.size, f"{bad.size} of {len(expected)} differ: {worst}"


@pytest.mark.parametrize(
    ("file", "name"), [("rate22_final.rates", "umist_rate22"), ("gas_reactions_kida.uva.2024.in", "kida_2024")]
)
def test_databases(file, name):
    network = read_network(shared(f"networks/{file}"), out_of_range="clamp", grains="none")
    reference = np.load(shared(f"reference/{name}.npz"))
    position = {str(r.id): j for j, r in enumerate(network.reactions)}
    chosen = np.array([position[id] for id in reference["reaction_id"].tolist()])
    reactions = [network.reactions[j] for j in chosen]
    fields = ("temperature", "zeta", "g0", "av")
    states = zip(*(reference[f].tolist() for f in fields), reference["rate_coefficients"], strict=True)
    for *values, expected in states:
        k = network.rate_table(Conditions(density=1e4, **dict(zip(fields, values, strict=True))))
        assert_close(np.asarray(k)[chosen], expected, reactions)


def partners(network, reference, kinds):
    """Positions in the network and in the reference of the rows of `kinds`, equal rows in their order."""
    waiting = defaultdict(list)
    for j, key in enumerate(zip((r.kind for r in network.reactions), ours(network.reactions), strict=True)):
        if key[0] in kinds:
            waiting[key].append(j)
    pairs = []
    for i, key in enumerate(zip(reference["reaction_type"].tolist(), map(sides, reference["reaction"]), strict=True)):
        if key[0] in kinds:
            pairs.append((waiting[key].pop(0), i))
    return np.array(pairs).T


@pytest.mark.parametrize(
    ("file", "name", "kinds", "count", "units"),
    [
        ("uclchem_gas_phase_only.csv", "carbox_gas", "CRP CRPHOT PHOTON TWOBODY", 2223, _UCLCHEM_UNITS),
        ("uclchem_small_chemistry.csv", "carbox_small", "CRP CRPHOT PHOTON TWOBODY", 375, _UCLCHEM_UNITS),
        ("simple_latent_tgas.csv", "carbox_latent", "KA CR FUV", 24, (1.0, 1.0)),
    ],
)
def test_laws_shared_with_carbox(file, name, kinds, count, units):
    """`units` are those of the reference's cosmic-ray rate [s^-1] and of its field [Draine fields]."""
    network = read_network(
        shared(f"networks/{file}"), out_of_range="extrapolate", grains="none"
    )  # carbox knows no ranges
    reference = np.load(shared(f"reference/{name}.npz"))
    mine, theirs = partners(network, reference, kinds.split())
    assert len(mine) == count
    reactions = [network.reactions[j] for j in mine]
    for m, expected in enumerate(reference["rate_coefficients"]):
        state = {f: float(reference[f][m]) for f in ("temperature", "density", "av")}
        zeta, g0 = (float(reference[f][m]) * unit for f, unit in zip(("cr_rate", "fuv"), units, strict=True))
        k = network.rate_table(Conditions(zeta=zeta, g0=g0, **state))
        assert_close(np.asarray(k)[mine], expected[theirs], reactions)
