"""How much CO is left in the gas of cold clouds of many densities, all solved together, as a table and a picture."""

import jax
import jax.numpy as jnp

import eqxfuse as ef
from eqxfuse import rate_laws

jax.config.update("jax_enable_x64", True)

MASS, BOUND = 28.0, 1300.0
"""Of CO: [u], and on ice [K] (Wakelam et al. 2017, MolAs 6, 22)."""


def network():
    """CO that lands on grains, and leaves them by heat and by ultraviolet light: two phases."""
    leaving = (rate_laws.ThermalDesorption(MASS, BOUND, two_phase=True), rate_laws.PhotoDesorption(BOUND))
    landing = ef.Reaction.from_equation("CO -> #CO", rate_laws.Accretion(1.0, 0.0, MASS))
    return ef.Network.from_reactions([landing, *(ef.Reaction.from_equation("#CO -> CO", law) for law in leaving)])


def left_in_gas(densities, end=1e5 * ef.YEAR, temperature=10.0):
    """The part of CO [densities] that is in the gas after `end` [s], all of it having been there."""
    rhs = ef.FusedRHS(network())
    y0 = rhs.network.abundances({"CO": 1e-4})

    def final(density):
        cloud = ef.Conditions(temperature=temperature, dust_temperature=temperature, density=density, av=10.0)
        return ef.solve(rhs, cloud, y0, end, saveat=1).final["CO"] / 1e-4

    return jax.vmap(final)(densities)


def draw(densities, left, ax):
    """The part that is left over density."""
    ax.loglog(densities, left)
    ax.set(xlabel=r"$n_\mathrm{H}$  [cm$^{-3}$]", ylabel="part of CO in the gas after 0.1 Myr")


if __name__ == "__main__":
    import matplotlib.pyplot as plt

    densities = jnp.geomspace(1e3, 1e7, 32)
    left = left_in_gas(densities)
    for density, part in zip(densities, left, strict=True):
        print(f"{density:10.2e} cm^-3  {part:.2e}")
    figure, ax = plt.subplots(layout="constrained")
    draw(densities, left, ax)
    figure.savefig("depletion.png")
