"""Ionisation rate, extinction and temperature of a cloud from seven abundances: the posterior, by NUTS of numpyro.

The chains are one batch: every leap of all of them is one call of `jax.vmap` over the gradient of a whole solve. The
network is a small one of ions, carbon and oxygen at the edge of a cloud; its coefficients are rounded from UMIST
(McElroy et al. 2013, A&A 550, A36).
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpyro
import numpyro.distributions as dist
from numpyro.distributions import biject_to
from numpyro.infer import MCMC, NUTS
from numpyro.infer.util import potential_energy

import eqxfuse as ef
from eqxfuse.rate_laws import CosmicRay, H2FormationSimple, Kooij, Photo

jax.config.update("jax_enable_x64", True)

REACTIONS = {
    "H + H -> H2": H2FormationSimple(3e-17),
    "H2 -> H2+ + e-": CosmicRay(0.93),
    "H2+ + H2 -> H3+ + H": 2.1e-9,
    "H3+ + C -> CH+ + H2": 2e-9,
    "H3+ + O -> OH+ + H2": 8e-10,
    "H3+ + CO -> HCO+ + H2": 1.7e-9,
    "CH+ + H2 -> CH2+ + H": 1.2e-9,
    "OH+ + H2 -> H2O+ + H": 1e-9,
    "C+ + H2 -> CH2+": 4e-16,
    "C+ + OH -> CO+ + H": 7.7e-10,
    "CO+ + H2 -> HCO+ + H": 7.5e-10,
    "CH2+ + e- -> CH + H": Kooij(1.6e-7, -0.6),
    "H2O+ + e- -> OH + H": Kooij(8.6e-8, -0.5),
    "H3+ + e- -> H2 + H": Kooij(6.8e-8, -0.52),
    "HCO+ + e- -> CO + H": Kooij(2.4e-7, -0.69),
    "C+ + e- -> C": Kooij(2.4e-12, -0.29),
    "CH + O -> CO + H": 6.6e-11,
    "C + OH -> CO + H": 1e-10,
    "C -> C+ + e-": Photo(3.1e-10, 3.3),
    "CO -> C + O": Photo(2e-10, 3.5),
    "OH -> O + H": Photo(3.9e-10, 2.2),
}
OBSERVED = ("H3+", "HCO+", "OH", "CH", "C", "C+", "CO")
ERROR = 0.1
"""Of ln x, of every observation."""
RANGES = {"log10_zeta": (-17.5, -15.5), "av": (1.0, 5.0), "temperature": (10.0, 60.0)}
"""Of the priors: zeta in s^-1, Av in mag, the temperature in K."""


def make_model():
    """ln x [observed] in a steady state as a function of log10 zeta [s^-1], Av [mag] and the temperature [K]."""
    network = ef.Network.from_reactions(list(REACTIONS), list(REACTIONS.values()))
    rhs = ef.FusedRHS(network)
    y0 = network.abundances({"H2": 0.5, "C+": 1e-4, "O": 2e-4, "e-": 1e-4})

    def model(log10_zeta, av, temperature):
        cloud = ef.Conditions(temperature=temperature, density=1e3, zeta=10.0**log10_zeta, av=av)
        found = ef.steady_state(rhs, cloud, y0, throw=False)
        return jnp.log(jnp.stack([found.abundance(name) for name in OBSERVED]))

    return model


def sample(model, observed, *, draws, warmup, chains=2, seed=0):
    """Draws of the parameters by name, [chains, draws] each, from uniform priors within `RANGES`.

    In forward mode, which is cheap for three parameters. numpyro would look for a start by itself, and compile the
    model once more for that: the middle of the ranges does.
    """

    def posterior():
        parameters = {name: numpyro.sample(name, dist.Uniform(*limits)) for name, limits in RANGES.items()}
        numpyro.sample("observed", dist.Normal(model(**parameters), ERROR), obs=observed)

    kernel = NUTS(
        potential_fn=partial(potential_energy, posterior, (), {}), max_tree_depth=5, forward_mode_differentiation=True
    )
    sampler = MCMC(
        kernel, num_warmup=warmup, num_samples=draws, num_chains=chains, chain_method="vectorized", progress_bar=False
    )
    begin, run = jax.random.split(jax.random.key(seed))
    starts = 0.1 * jax.random.normal(begin, (len(RANGES), chains))
    sampler.run(run, init_params=dict(zip(RANGES, starts, strict=True)))
    found = sampler.get_samples(group_by_chain=True)  # of variables without bounds
    return {name: biject_to(dist.Uniform(*RANGES[name]).support)(found[name]) for name in RANGES}


if __name__ == "__main__":
    model = make_model()
    truth = {"log10_zeta": -16.3, "av": 2.5, "temperature": 30.0}
    noise = ERROR * jax.random.normal(jax.random.key(1), (len(OBSERVED),))
    found = sample(model, model(**truth) + noise, draws=500, warmup=300, chains=4)
    for name, draws in found.items():
        low, middle, high = jnp.percentile(draws, jnp.array([16.0, 50.0, 84.0]))
        print(f"{name}: {middle:.2f} ({low:.2f} to {high:.2f}), in truth {truth[name]}")
