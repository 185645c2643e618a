"""A universal differential equation: a network, and a small neural network for a process that it lacks.

A and B react, and B turns back into A by a process whose rate nobody knows. The correction learns that rate from
abundances over time; what it does keeps A + B. The rate table stands still: `jax.lax.stop_gradient(rhs)` makes
constants of all numbers of a right-hand side.
"""

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp

import eqxfuse as ef

jax.config.update("jax_enable_x64", True)

NETWORK = ef.Network.from_reactions(["A + A -> B + B", "A -> B"], [0.3, 0.2])
GAS = ef.Conditions(temperature=10.0, density=1.0)
TIMES = jnp.linspace(0.0, 4.0, 9)  # [s]
STARTS = jnp.array([[1.0, 0.0], [0.5, 0.5], [0.1, 0.9]])  # of A and B


class Corrected(eqx.Module):
    """dx/dt of a network with a rate for B -> A that is learnt."""

    rhs: ef.FusedRHS
    rate: eqx.nn.MLP

    def __init__(self, network, key):
        self.rhs = ef.FusedRHS(network).at(GAS)
        self.rate = eqx.nn.MLP(1, "scalar", width_size=8, depth=1, activation=jax.nn.tanh, key=key)

    def __call__(self, t, x, args):
        rhs = jax.lax.stop_gradient(self.rhs)  # frozen
        back = jax.nn.softplus(self.rate(x[1:])) * x[1]
        return rhs(t, x) + back * jnp.array([1.0, -1.0])


def hidden(t, x, args):
    """The truth: what B does depends on how much of it there is."""
    back = x[1] / (1.0 + 4.0 * x[1])
    return ef.FusedRHS(NETWORK)(t, x, GAS) + back * jnp.array([1.0, -1.0])


def evolve(field, starts):
    """Abundances [starts, times, 2]."""

    def one(start):
        return diffrax.diffeqsolve(
            diffrax.ODETerm(field),
            diffrax.Tsit5(),
            TIMES[0],
            TIMES[-1],
            0.1,
            start,
            saveat=diffrax.SaveAt(ts=TIMES),
            stepsize_controller=diffrax.PIDController(rtol=1e-6, atol=1e-8),
            max_steps=64,
        ).ys

    return jax.vmap(one)(starts)


@eqx.filter_jit
@eqx.filter_value_and_grad
def loss(model, observed):
    """The mean square of what is left, and its gradient."""
    return jnp.mean((evolve(model, STARTS) - observed) ** 2)


def train(model, observed, steps=600, rate=0.03, memory=(0.9, 0.999)):
    """The model after so many steps of Adam (Kingma & Ba 2015, arXiv:1412.6980), and the loss before each [steps]."""
    weights, fixed = eqx.partition(model, eqx.is_inexact_array)
    mean = spread = jax.tree.map(jnp.zeros_like, weights)
    losses = []
    for step in range(1, steps + 1):
        value, slope = loss(eqx.combine(weights, fixed), observed)
        losses.append(value)
        mean, spread, weights = _adam(weights, slope, mean, spread, step, rate, *memory)
    return eqx.combine(weights, fixed), jnp.stack(losses)


@jax.jit
def _adam(weights, slope, mean, spread, step, rate, first, second):
    mean = jax.tree.map(lambda m, g: first * m + (1.0 - first) * g, mean, slope)
    spread = jax.tree.map(lambda v, g: second * v + (1.0 - second) * g**2, spread, slope)
    scale = rate * jnp.sqrt(1.0 - second**step) / (1.0 - first**step)
    moved = jax.tree.map(lambda w, m, v: w - scale * m / (jnp.sqrt(v) + 1e-8), weights, mean, spread)
    return mean, spread, moved


if __name__ == "__main__":
    observed = evolve(hidden, STARTS)
    model, losses = train(Corrected(NETWORK, jax.random.key(0)), observed)
    print(f"loss: {losses[0]:.2e} before, {losses[-1]:.2e} after {len(losses)} steps")
    for amount in (0.1, 0.3, 0.6):
        learnt = jax.nn.softplus(model.rate(jnp.array([amount])))
        print(f"x(B) = {amount}: rate {learnt:.3f} s^-1, in truth {1.0 / (1.0 + 4.0 * amount):.3f} s^-1")
