"""CO, water and HCO+ in a dark cloud at 32 temperatures, all solved together, as a table and a picture."""

import jax
import jax.numpy as jnp

import eqxfuse as ef

jax.config.update("jax_enable_x64", True)

SPECIES = ("CO", "H2O", "HCO+")


def abundances(temperatures, end=1e6 * ef.YEAR):
    """Abundances [temperatures, species] of `SPECIES` after `end` [s]."""
    network = ef.networks.dark_cloud()
    rhs = ef.FusedRHS(network)
    y0 = network.abundances(ef.networks.dark_cloud_abundances)

    def final(temperature):
        cloud = ef.Conditions(temperature=temperature, density=2e4)
        result = ef.solve(rhs, cloud, y0, end, saveat=1)
        return jnp.stack([result.final[name] for name in SPECIES])

    return jax.vmap(final)(temperatures)


def draw(temperatures, rows, ax):
    """A curve for each species."""
    for name, values in zip(SPECIES, rows.T, strict=True):
        ax.semilogy(temperatures, values, label=name)
    ax.set(xlabel="temperature  [K]", ylabel=r"abundance  $n_i\,/\,n_\mathrm{H}$ after 1 Myr")
    ax.legend(frameon=False)


if __name__ == "__main__":
    import matplotlib.pyplot as plt

    temperatures = jnp.geomspace(8.0, 80.0, 32)
    rows = abundances(temperatures)
    print("T [K]   " + "".join(f"{name:>10}" for name in SPECIES))
    for temperature, row in zip(temperatures, rows, strict=True):
        print(f"{temperature:7.1f} " + "".join(f"{x:10.1e}" for x in row))
    figure, ax = plt.subplots(layout="constrained")
    draw(temperatures, rows, ax)
    figure.savefig("temperature_grid.png")
