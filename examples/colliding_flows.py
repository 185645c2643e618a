"""Two streams of gas collide, and carbon monoxide forms in the layer between them: hydrodynamics with chemistry.

The hydrodynamics is a loop of plain JAX: isothermal gas in one dimension with periodic ends, by the scheme of Rusanov,
first order, with the abundances carried along. Every step ends with the chemistry of all cells, `ef.advance`, which
starts from the step that each cell wanted the last time. The loop is jitted as one, and can be differentiated.
"""

import jax
import jax.numpy as jnp

import eqxfuse as ef

jax.config.update("jax_enable_x64", True)

TEMPERATURE = 30.0  # [K]
SOUND = 3.2e4  # [cm/s], of molecular gas at that temperature
SPEED = 2e5  # of each stream [cm/s]
DENSITY = 1e3  # n_H of the streams [cm^-3]
LENGTH = 3e18  # [cm]

NETWORK = ef.Network.from_reactions(
    ["C -> C+ + e-", "C+ + e- -> C", "C + O -> CO", "CO -> C + O"],
    [1e-13, ef.rate_laws.Kooij(4.4e-12, -0.61, 0.0), 1e-13, 1e-13],
    name="carbon in cold gas",
)
START = NETWORK.abundances({"C+": 1e-4, "e-": 1e-4, "O": 3e-4})


def colliding_flows(cells=64, steps=100, speed=SPEED):
    """Densities [cells] and abundances [cells, species] after a number of steps, and how long they took [s]."""
    rhs = ef.FusedRHS(NETWORK)
    x = jnp.arange(0.5, cells) / cells
    density = jnp.full(cells, DENSITY)
    flow = jnp.concatenate([density[:, None], (density * speed * jnp.sign(0.5 - x))[:, None]], axis=1)
    carried = density[:, None] * START
    dt = 0.4 * LENGTH / cells / (SPEED + 2.0 * SOUND)

    def step(state, _):
        gas, wanted = state
        gas = gas - dt / (LENGTH / cells) * changes(gas)
        density = gas[:, 0]
        conditions = ef.Conditions(temperature=TEMPERATURE, density=density)
        x, wanted = ef.advance(rhs, gas[:, 2:] / density[:, None], conditions, dt, wanted)
        return (gas.at[:, 2:].set(x * density[:, None]), wanted), None

    begin = jnp.concatenate([flow, carried], axis=1), jnp.full(cells, dt)
    (gas, _), _ = jax.lax.scan(step, begin, length=steps)
    return gas[:, 0], gas[:, 2:] / gas[:, :1], steps * dt


def changes(gas):
    """What leaves each cell minus what comes in, for a cell as wide as 1: density, momentum, and what is carried."""
    density, momentum = gas[:, 0], gas[:, 1]
    velocity = momentum / density
    flux = (gas * velocity[:, None]).at[:, 1].add(density * SOUND**2)
    fastest = jnp.abs(velocity) + SOUND
    right = jnp.roll(gas, -1, axis=0), jnp.roll(flux, -1, axis=0), jnp.roll(fastest, -1)
    face = 0.5 * (flux + right[1]) - 0.5 * jnp.maximum(fastest, right[2])[:, None] * (right[0] - gas)
    return face - jnp.roll(face, 1, axis=0)


if __name__ == "__main__":
    import matplotlib.pyplot as plt

    density, x, time = jax.jit(colliding_flows, static_argnums=(0, 1))(256, 600)
    place = LENGTH * jnp.arange(0.5, len(density)) / len(density) / 3.0857e18
    figure, (above, below) = plt.subplots(2, sharex=True, layout="constrained")
    above.semilogy(place, density)
    above.set(ylabel="$n_\\mathrm{H}$  [cm$^{-3}$]", title=f"after {time / ef.YEAR:.3g} yr")
    for name in ("C+", "C", "CO"):
        below.semilogy(place, x[:, NETWORK.index(name)], label=name)
    below.set(xlabel="[pc]", ylabel=r"abundance  $n_i\,/\,n_\mathrm{H}$", ylim=(1e-9, 2e-4))
    below.legend(frameon=False)
    figure.savefig("colliding_flows.png")
