"""What the tests of every built-in network need: structure checks and a plain right-hand side."""

import diffrax
import jax
import jax.numpy as jnp
import numpy as np

from eqxfuse import Conditions, Network


def never_formed_or_destroyed(network: Network) -> set[str]:
    changes = [change for reaction in network.reactions for change in reaction.net_change]
    formed = {name for name, number in changes if number > 0}
    destroyed = {name for name, number in changes if number < 0}
    return set(network.species_names) - (formed & destroyed)


def degrees(network: Network) -> dict[str, int]:
    """Reactions in which a species stands, on either side."""
    count = dict.fromkeys(network.species_names, 0)
    for reaction in network.reactions:
        for name in {n for n, _ in (*reaction.reactants, *reaction.products)}:
            count[name] += 1
    return count


def assert_finite_rates(network: Network, temperatures, **fields):
    """Coefficients and their derivatives are finite, and coefficients not negative."""

    def coefficients(t):
        return network.rate_table(Conditions(temperature=t, density=1e4, **fields))

    @jax.jit
    @jax.vmap
    def both(t):
        return jax.jvp(coefficients, (t,), (jnp.ones_like(t),))

    k, slope = (np.asarray(values) for values in both(jnp.asarray(temperatures)))
    rows, columns = np.nonzero(~np.isfinite(k + slope) | (k < 0.0))
    assert [(temperatures[i], network.reactions[j].equation) for i, j in zip(rows, columns, strict=True)] == []


def solve(network: Network, conditions: Conditions, initial: dict, times, rtol=1e-6, atol=1e-20) -> np.ndarray:
    """[times, species] abundances by Kvaerno5, from the definition of the rate equations alone."""
    width = max(len(r.factors) for r in network.reactions)
    one = len(network.species)  # padding: a constant 1 behind the species
    padded = [[network.index(s) for s in r.factors] + [one] * (width - len(r.factors)) for r in network.reactions]
    factors = jnp.asarray(padded)
    order = jnp.asarray([len(r.factors) - 1.0 for r in network.reactions])
    stoichiometry = np.zeros((len(network.species), len(network.reactions)))
    for j, reaction in enumerate(network.reactions):
        for name, number in reaction.net_change:
            stoichiometry[network.index(name), j] += number
    k = network.rate_table(conditions) * conditions.density**order

    def rhs(t, y, k):
        del t
        return jnp.asarray(stoichiometry) @ (k * jnp.prod(jnp.append(y, 1.0)[factors], axis=1))

    times = jnp.asarray(times)
    solution = diffrax.diffeqsolve(
        diffrax.ODETerm(rhs),
        diffrax.Kvaerno5(),
        0.0,
        times[-1],
        times[0] * 1e-6,
        network.abundances(initial),
        args=k,
        saveat=diffrax.SaveAt(ts=times),
        stepsize_controller=diffrax.PIDController(rtol=rtol, atol=atol),
        max_steps=20_000,
    )
    return np.asarray(solution.ys)
