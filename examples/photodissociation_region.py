"""The edge of a molecular cloud: where light ends, H becomes H2, and carbon goes from C+ through C to CO.

n_H = 1e3 cm^-3, 50 K and ten times the field near the sun: model F1 of the comparison of codes by Roellig et al. (2007,
A&A 467, 187). `models.slab` adds up the columns that shield from the surface inwards.
"""

import jax
import numpy as np

import eqxfuse as ef
from eqxfuse import models

jax.config.update("jax_enable_x64", True)


def edge(g0=10.0, depths=50):
    """A slab of 10 mag in steady state."""
    network = ef.networks.interstellar()
    gas = ef.Conditions(temperature=50.0, density=1e3, g0=g0, dust_temperature=20.0, zeta=5e-17)
    av = np.append(0.0, np.geomspace(1e-3, 10.0, depths - 1))
    return models.slab(ef.FusedRHS(network), gas, network.abundances(ef.networks.interstellar_abundances), av)


if __name__ == "__main__":
    import matplotlib.pyplot as plt

    cloud = edge()
    for falling, rising in (("H", "H2"), ("C+", "C"), ("C", "CO")):
        print(f"more {rising} than {falling} from Av = {cloud.crossing(falling, rising):.2f} mag on")
    figure = plt.figure(figsize=(7.6, 5.6), layout="constrained")
    cloud.plot(figure=figure)
    figure.savefig("photodissociation_region.png")
