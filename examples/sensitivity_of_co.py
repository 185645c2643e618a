"""How much CO, in a young dark cloud, depends on the rate coefficient of every reaction: one solve in reverse mode."""

import jax

import eqxfuse as ef

jax.config.update("jax_enable_x64", True)


def sensitivities(years=1e5):
    """d ln x(CO) / d ln k of all reactions after some years."""
    network = ef.networks.dark_cloud()
    rhs = ef.FusedRHS(network)
    cloud = ef.Conditions(temperature=10.0, density=2e4)
    y0 = network.abundances(ef.networks.dark_cloud_abundances)
    return ef.sensitivities(rhs, cloud, y0, years * ef.YEAR, "CO")


if __name__ == "__main__":
    import matplotlib.pyplot as plt

    found = sensitivities()
    print(found)  # the ten largest; found.values holds all of them
    ax = found.plot(12)
    ax.set_title("CO after $10^5$ yr at 10 K, $n_\\mathrm{H} = 2\\times10^4$ cm$^{-3}$", fontsize=10, loc="left")
    plt.savefig("sensitivity_of_co.png", dpi=110)
