"""Five reactions that feel temperature, density and light; one of them has a range."""

import jax.numpy as jnp
import numpy as np

import eqxfuse as ef
from eqxfuse.rate_laws import CosmicRay, Fit, Kooij, Photo

EDGE = 40.0
"""Below this temperature [K] C + H2 -> CH2 does not happen."""

END = 1e5 * ef.YEAR
TIMES = np.linspace(0.0, END, 9)
TEMPERATURES = np.array([20.0, 25.0, 45.0, 70.0, 60.0, 44.0, 30.0, 35.0, 50.0])
DENSITIES = 1e4 * np.array([1.0, 1.5, 2.0, 4.0, 8.0, 6.0, 6.0, 9.0, 10.0])


def network(policy="zero", low=EDGE) -> ef.Network:
    reactions = [
        ef.Reaction.make(["CO"], ["C", "O"], Photo(1e-10, 2.0)),
        ef.Reaction.make(["C", "O"], ["CO"], Kooij(3e-17, -0.5)),
        ef.Reaction.make(["C", "H2"], ["CH2"], [Fit(Kooij(2e-17, 0.5), low, 1e4)], out_of_range=policy),
        ef.Reaction.make(["CH2", "O"], ["CO", "H2"], Kooij(1e-13, 0.0, 40.0)),
        ef.Reaction.make(["CH2"], ["C", "H2"], CosmicRay(1e3)),
    ]
    names = ("H2", "C", "O", "CO", "CH2")
    plain = ef.Network.from_reactions(["CO -> C + O", "C + H2 -> CH2"], [1.0, 1.0])
    known = {species.name: species for species in plain.species}
    return ef.Network(tuple(known[name] for name in names), tuple(reactions))


def start(network: ef.Network):
    return jnp.asarray(network.abundances({"H2": 0.5, "C": 5e-5, "CO": 5e-5, "O": 1e-4}))


def warm_up(scale=1.0, times=TIMES, **options) -> ef.History:
    """A cloud that warms up, cools and warms up again, crossing `EDGE` three times, while it contracts."""
    fields = {"temperature": scale * TEMPERATURES, "density": DENSITIES}
    return ef.History(times, ef.Conditions(**fields, av=1.0), **options)
