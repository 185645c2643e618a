"""A slab of gas lit from one side and mixed by turbulence: where its carbon is C+, C and CO.

Chemistry and diffusion are one Equinox module, to be jitted, batched and differentiated like any other. A step
diffuses for half of it, solves the chemistry of all cells together, and diffuses for the other half (Strang).
"""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

import eqxfuse as ef

jax.config.update("jax_enable_x64", True)

SPECIES = ("C+", "C", "CO")
COLUMN = 1.87e21  # n_H cm^-2 for each magnitude of Av (Bohlin et al. 1978, with R_V = 3.1)


class MixedSlab(eqx.Module):
    rhs: ef.FusedRHS
    coefficients: ef.RateCoefficients  # of every cell
    half_mixing: Float[Array, "cells cells"]  # what diffusion does to the cells in half a step
    dt: Float[Array, ""]  # [s]

    def __init__(self, network, av, density, diffusivity, dt):
        """`av` [cells] is evenly spaced [mag]; `density` is in cm^-3, `diffusivity` in cm^2 s^-1."""
        self.rhs, self.dt = ef.FusedRHS(network), jnp.asarray(dt)
        cells = jax.vmap(lambda depth: ef.Conditions(temperature=20.0, density=density, av=depth))(av)
        self.coefficients = jax.vmap(self.rhs.precompute)(cells)
        neighbours = jnp.eye(len(av), k=1) + jnp.eye(len(av), k=-1)
        laplacian = (neighbours - jnp.diag(neighbours.sum(axis=1))) / ((av[1] - av[0]) * COLUMN / density) ** 2
        self.half_mixing = jax.scipy.linalg.expm(dt / 2 * diffusivity * laplacian)

    @eqx.filter_jit
    def __call__(self, y: Float[Array, "cells species"], steps: int) -> Float[Array, "cells species"]:
        """The slab some steps later."""
        solve = jax.vmap(lambda k, y: ef.solve(self.rhs, k, y, self.dt, saveat=1).abundances[-1])
        return jax.lax.fori_loop(
            0, steps, lambda _, y: self.half_mixing @ solve(self.coefficients, self.half_mixing @ y), y
        )


def evolve(diffusivity, av, steps=50):
    """Abundances [cells, species] of `SPECIES` after `steps` steps of 20 kyr."""
    network = ef.networks.dark_cloud()
    y0 = jnp.tile(network.abundances(ef.networks.dark_cloud_abundances), (len(av), 1))
    y = MixedSlab(network, av, 1e4, diffusivity, 2e4 * ef.YEAR)(y0, steps)
    return y[:, jnp.array([network.index(name) for name in SPECIES])]


if __name__ == "__main__":
    import matplotlib.pyplot as plt

    av = jnp.linspace(0.0, 8.0, 41)
    figure, ax = plt.subplots(layout="constrained")
    for diffusivity, style, kind in ((0.0, "--", "at rest"), (1e23, "-", "mixed")):
        for i, (name, values) in enumerate(zip(SPECIES, evolve(diffusivity, av).T, strict=True)):
            ax.semilogy(av, values, style, color=f"C{i}", label=f"{name.replace('+', '$^+$')}, {kind}")
    ax.set(xlabel="visual extinction  [mag]", ylabel=r"abundance  $n_i\,/\,n_\mathrm{H}$ after 1 Myr")
    ax.set(xlim=(0, 8), ylim=(1e-10, 3e-4))
    ax.legend(frameon=False, ncols=2)
    figure.savefig("mixed_slab.png")
