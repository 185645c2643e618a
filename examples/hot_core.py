"""Ice that young stars of several masses warm: what leaves the grains, and when.

`models.hot_core` makes the history of the temperature around each star; `solve_grid` follows all of them together.
"""

import jax
import jax.numpy as jnp

import eqxfuse as ef
from eqxfuse import models
from eqxfuse.rate_laws import Accretion, ThermalDesorption

jax.config.update("jax_enable_x64", True)

MASS = {"CO": 28.0, "CH4": 16.0, "H2CO": 30.0, "CH3OH": 32.0, "H2O": 18.0}  # [u]
BOUND = {"CO": 1300.0, "CH4": 960.0, "H2CO": 4500.0, "CH3OH": 5000.0, "H2O": 5600.0}  # [K], Wakelam et al. 2017
ICE = {"CO": 3e-5, "CH4": 5e-6, "H2CO": 3e-6, "CH3OH": 5e-6, "H2O": 1e-4}  # n/n_H

reactions = []
for name in MASS:
    landing, leaving = Accretion(1.0, 0.0, MASS[name]), ThermalDesorption(MASS[name], BOUND[name], two_phase=True)
    reactions += [ef.Reaction.from_equation(f"{name} -> #{name}", landing)]
    reactions += [ef.Reaction.from_equation(f"#{name} -> {name}", leaving)]
NETWORK = ef.Network.from_reactions(reactions, species=["H2"], name="ices")


def warmed(masses):
    """Trajectories around stars of `masses` [stars, solar masses], and their histories."""
    start = ef.Conditions(temperature=10.0, density=1e6, av=100.0)
    histories = jax.vmap(lambda mass: models.hot_core(start, mass=mass))(masses)
    end = float(histories.times.max())
    y0 = NETWORK.abundances({"H2": 0.5} | {f"#{name}": x for name, x in ICE.items()})
    times = jnp.geomspace(1e-3, 1.0, 200) * end
    return ef.solve_grid(ef.FusedRHS(NETWORK), histories, y0, end, saveat=times), histories


def temperatures_of_departure(trajectories, histories):
    """[species, stars] where half of each ice has left [K]."""
    times = trajectories.times[0]
    there = jax.vmap(lambda history: history(times).temperature)(histories)
    left = jnp.stack([trajectories.abundance(name) > 0.5 * x for name, x in ICE.items()])
    first = jnp.argmax(left, axis=-1)
    return jax.vmap(lambda i: jnp.take_along_axis(there, i[:, None], axis=1)[:, 0])(first)


if __name__ == "__main__":
    import matplotlib.pyplot as plt

    masses = jnp.array([5.0, 15.0, 60.0])
    trajectories, histories = warmed(masses)
    figure, ax = plt.subplots(layout="constrained")
    for star, style in enumerate((":", "--", "-")):
        years = trajectories.times[star] / ef.YEAR
        for i, name in enumerate(ICE):
            label = name if style == "-" else None
            ax.loglog(years, trajectories.abundance(name)[star], style, color=f"C{i}", label=label)
    ax.set(xlabel="time  [yr]", ylabel=r"abundance in the gas  $n_i\,/\,n_\mathrm{H}$", ylim=(1e-10, 2e-4))
    ax.set_title("around stars of 60 (solid), 15 (dashed) and 5 (dotted) solar masses", loc="left", fontsize=10)
    figure.legend(frameon=False, loc="outside right center")
    figure.savefig("hot_core.png")
