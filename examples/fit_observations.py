"""The temperature and the ionisation rate of a cloud from observed abundances, by Gauss-Newton steps.

The derivatives of the whole solve come from JAX in forward mode, which is cheap for two parameters.
"""

import jax
import jax.numpy as jnp

import eqxfuse as ef

jax.config.update("jax_enable_x64", True)

OBSERVED = ("CH", "C2H", "H2CO", "HCO+", "OH", "H2O")


def make_model(years=2e5):
    """log10 of the abundances of `OBSERVED` as a function of log10 [temperature [K], zeta [s^-1]]."""
    network = ef.networks.dark_cloud()
    rhs = ef.FusedRHS(network)
    y0 = network.abundances(ef.networks.dark_cloud_abundances)

    def model(parameters):
        temperature, zeta = 10.0**parameters
        cloud = ef.Conditions(temperature=temperature, density=2e4, zeta=zeta)
        final = ef.solve(rhs, cloud, y0, years * ef.YEAR, saveat=1).final
        return jnp.log10(jnp.stack([final[name] for name in OBSERVED]))

    return model


def fit(model, observed, start, steps=8):
    """The parameters after every step [steps + 1, 2]; none is longer than a factor of two in either parameter."""

    @jax.jit
    def improved(parameters):
        residual, slopes = model(parameters) - observed, jax.jacfwd(model)(parameters)
        return parameters - jnp.clip(jnp.linalg.lstsq(slopes, residual)[0], -0.3, 0.3)

    path = [start]
    for _ in range(steps):
        path.append(improved(path[-1]))
    return jnp.stack(path)


if __name__ == "__main__":
    model = make_model()
    truth = jnp.log10(jnp.array([15.0, 3e-17]))
    noise = 0.02 * jax.random.normal(jax.random.key(0), (len(OBSERVED),))  # 5 % errors of observation
    path = fit(model, model(truth) + noise, start=jnp.log10(jnp.array([40.0, 5e-18])))
    for number, (temperature, zeta) in enumerate(10.0**path):
        print(f"step {number}: T = {temperature:6.2f} K, zeta = {zeta:.2e} s^-1")
