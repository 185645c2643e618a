"""A small network with every turn that coefficients can take, and conditions that change."""

from dataclasses import replace

import jax.numpy as jnp

import eqxfuse as ef
from eqxfuse import rate_laws as laws
from eqxfuse.rate_laws import Fit

POLICIES = ("extrapolate", "bounded", "clamp", "zero")


def _stepwise(conditions, strength):
    return strength * conditions.g0 * jnp.where(conditions.temperature < 50.0, 1.0, jnp.exp(-conditions.av))


def _slower(conditions, densities, strength):
    return 1.0 / (1.0 + strength * densities[0] * conditions.radius / 1e20)


_FITS = {
    "H2 -> H + H": [Fit(laws.ShieldedH2(5e-11))],
    "CO -> C + O": [Fit(laws.ShieldedCO(2e-10))],
    "C -> C+ + e-": [Fit(laws.ShieldedC(3e-10, 3.0))],
    "O -> O+ + e-": [Fit(laws.UserRate(_stepwise, (3e-12,), _slower, ("H",)))],
    "H + H -> H2": [Fit(laws.H2FormationSimple(3e-17))],
    "C + O -> CO": [Fit(laws.Kooij(2e-17, -1.5), 10.0, 300.0)],
    "C+ + e- -> C": [Fit(laws.Kooij(5e-12, -0.5), 10.0, 1e4)],
    "O+ + e- -> O": [Fit(laws.Kooij(3e-12, -0.5), 20.0, 1e4)],
    "C+ + O -> C + O+": [Fit(laws.Constant(1e-10))],
    "C + H2 -> C + H + H": [
        Fit(laws.Kooij(2e-10, 0.5, 30.0), 10.0, 90.0),
        Fit(laws.Kooij(5e-10, -0.5), 110.0, 1e3),
        Fit(laws.Kooij(5e-10, 0.1, -7.0), 1e3, 5e3),
    ],
    "O + H2 -> O + H + H": [Fit(laws.Kooij(1e-10, 2.0, 900.0), 300.0)],
    "O+ + H + e- -> O + H": [Fit(laws.UserRate(_stepwise, (1e-20,)))],
    "C+ + H2 -> C+ + H + H": [Fit(laws.IonPolar1(0.5, 1e-9, 3.8), 10.0, 280.0)],
    "O+ + H2 -> O+ + H + H": [Fit(laws.IonPolar2(0.5, 1e-9, 3.8), 10.0, 280.0)],
    "H + H + H -> H2 + H": [Fit(laws.Kooij(1e-32, -0.6), 5.0, 300.0)],
    "CO -> C+ + O + e-": [Fit(laws.CosmicRayPhoton(1e-3, 1.2, 200.0), 15.0, 200.0)],
    "H2 -> H + H + e-": [Fit(laws.CosmicRay(0.5))],
    "CO + H -> C + O + H": [Fit(laws.FallOff(6e-31, -1.8, 20.0, 1e-10, 0.2, 200.0, 0.5, 0.6), 50.0, 900.0)],
}


FEW = ("O -> O+ + e-", "H + H -> H2", "C + H2 -> C + H + H")
"""A law of the user's that depends on an abundance, one without a range, one with several of them."""


def moving_network(policy: str, equations=tuple(_FITS)) -> ef.Network:
    """Light that is shielded, laws of the user's, several fits of a reaction with a gap between them, one to three
    rate factors."""
    plain = ef.Network.from_reactions(list(equations), [1.0] * len(equations))
    reactions = zip(plain.reactions, map(_FITS.get, equations), strict=True)
    return ef.Network(plain.species, tuple(replace(r, fits=tuple(f), out_of_range=policy) for r, f in reactions))


def every_policy() -> ef.Network:
    """Every reaction with every policy outside of its ranges."""
    networks = [moving_network(policy) for policy in POLICIES]
    return ef.Network(networks[0].species, tuple(r for network in networks for r in network.reactions))


def moving_state(network: ef.Network):
    start = {"H2": 0.3, "H": 0.4, "CO": 4e-5, "C": 6e-5, "O": 2e-4, "C+": 3e-5, "O+": 1e-7, "e-": 3e-5}
    return jnp.asarray(network.abundances({name: x for name, x in start.items() if name in network.species_names}))


def collapse(t, rate=1.0, temperature=40.0):
    """A cloud that warms up, contracts and darkens, with more cosmic rays."""
    t = rate * t
    return ef.Conditions(
        temperature + 1e-8 * t, 300.0 * jnp.exp(1e-10 * t), 1e-17 * (1.0 + 1e-10 * t), av=0.4 + 1e-10 * t,
        radius=3e17 - 1e6 * t,
    )  # fmt: skip
