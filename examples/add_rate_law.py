"""A rate law of one's own: cosmic rays that lose strength on their way into the cloud.

The law is a function of `Conditions` and of its parameters, written for one reaction with `jax.numpy`. It runs on
every backend, and its parameters can be differentiated like those of any other law.
"""

import dataclasses

import equinox as eqx
import jax

import eqxfuse as ef

jax.config.update("jax_enable_x64", True)


def attenuated(conditions, share, slope):
    """Coefficient [s^-1] of one ionisation: `share` of zeta at the surface, a power of Av deep inside."""
    return share * conditions.zeta * (1.0 + conditions.av) ** -slope


def with_attenuation(network, slope=0.3):
    """`network` with the ionisation of H2 by cosmic rays replaced."""
    law = ef.rate_laws.UserRate(attenuated, (0.9, slope))
    reactions = [
        ef.Reaction.make(["H2"], ["H2+", "e-"], law) if reaction.equation == "H2 -> H2+ + e-" else reaction
        for reaction in network.reactions
    ]
    return dataclasses.replace(network, reactions=tuple(reactions))


def ions(rhs, av):
    """Abundance of HCO+ after 1 Myr under `av` magnitudes."""
    cloud = ef.Conditions(temperature=10.0, density=2e4, av=av)
    y0 = rhs.network.abundances(ef.networks.dark_cloud_abundances)
    return ef.solve(rhs, cloud, y0, 1e6 * ef.YEAR, saveat=1).final["HCO+"]


def ions_and_change(rhs, av):
    """x(HCO+), and d x(HCO+) / d slope through the whole solve."""
    (group,) = [i for i, law in enumerate(rhs.table.laws) if isinstance(law, ef.rate_laws.UserRate)]

    def final(slope):
        return ions(eqx.tree_at(lambda r: r.table.laws[group].parameters[1], rhs, slope), av)

    value, change = jax.value_and_grad(final)(rhs.table.laws[group].parameters[1])
    return value, change[0]


if __name__ == "__main__":
    network = ef.networks.dark_cloud()
    plain, attenuating = ef.FusedRHS(network), ef.FusedRHS(with_attenuation(network))
    for av in (3.0, 10.0, 30.0):
        value, change = ions_and_change(attenuating, av)
        print(f"Av = {av:2.0f}: x(HCO+) = {ions(plain, av):.2e}, attenuated {value:.2e}, d/d slope {change:.2e}")
