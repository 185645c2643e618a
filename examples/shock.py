"""Water behind C-shocks: above some 300 K hydrogen turns all oxygen that is not in CO into H2O.

`models.c_shock` makes the history of temperature and density for each velocity; `solve_grid` follows them together.
"""

import jax
import jax.numpy as jnp

import eqxfuse as ef
from eqxfuse import models
from eqxfuse.rate_laws import Kooij

jax.config.update("jax_enable_x64", True)

# Coefficients of UMIST Rate22 (Millar et al. 2024, A&A 682, A109)
RATES = {
    "O + H2 -> OH + H": Kooij(3.14e-13, 2.7, 3150.0),
    "OH + H2 -> H2O + H": Kooij(2.08e-12, 1.52, 1740.0),
    "OH + H -> O + H2": Kooij(6.94e-14, 2.8, 1950.0),
    "H2O + H -> OH + H2": Kooij(6.9e-12, 1.6, 9720.0),
    "OH + O -> O2 + H": Kooij(3.69e-11, -0.27, 12.9),
    "O2 + H -> OH + O": Kooij(1.62e-10, 0.0, 7470.0),
}
NETWORK = ef.Network.from_reactions(list(RATES), list(RATES.values()), name="oxygen")


def shocked(velocities):
    """Trajectories behind shocks of `velocities` [shocks, km/s], and their histories."""
    cloud = ef.Conditions(temperature=10.0, density=1e4)
    histories = jax.vmap(lambda velocity: models.c_shock(cloud, velocity=velocity))(velocities)
    y0 = NETWORK.abundances({"H2": 0.5, "O": 1e-4})
    end = 2e4 * ef.YEAR
    times = jnp.geomspace(1e-3, 1.0, 120) * end
    return ef.solve_grid(ef.FusedRHS(NETWORK), histories, y0, end, saveat=times), histories


if __name__ == "__main__":
    import matplotlib.pyplot as plt

    velocities = jnp.array([10.0, 15.0, 20.0, 30.0])
    trajectories, histories = shocked(velocities)
    figure, (above, below) = plt.subplots(2, sharex=True, layout="constrained")
    for i, velocity in enumerate(velocities):
        times = trajectories.times[i]
        above.loglog(times / ef.YEAR, histories.cells[i](times).temperature, color=f"C{i}")
        below.loglog(times / ef.YEAR, trajectories.abundance("H2O")[i], color=f"C{i}", label=f"{velocity:g} km/s")
    above.set(ylabel="temperature  [K]")
    below.set(xlabel="time  [yr]", ylabel=r"$n(\mathrm{H_2O})\,/\,n_\mathrm{H}$", ylim=(1e-12, 2e-4))
    below.legend(frameon=False)
    figure.savefig("shock.png")
