"""The fine-structure lines of KROME: an older set of rates, as they are or linear between 100 temperatures.

The first of its collision strengths of C and electrons above 1000 K has a constant of the wrong sign.
"""

import jax.numpy as jnp
import numpy as np

from eqxfuse import thermal

_POINTS = np.logspace(np.log10(2.0), 8.0, 100)


def _electrons(t, factor, cold, warm):
    log_t = jnp.log(jnp.minimum(t, 1e3)), jnp.log(jnp.clip(t, 1e3, 1e4))
    exponents = (jnp.polyval(jnp.array(c[::-1]), x) for x, c in zip(log_t, (cold, warm), strict=True))
    return factor / jnp.sqrt(t) * jnp.exp(jnp.where(t > 1e3, *reversed(tuple(exponents))))


def _steps(t, first, *others):
    """a T^b from each temperature on."""
    value = first[0] * t ** first[1]
    for start, a, b in others:
        value = jnp.where(t > start, a * t**b, value)
    return value


def _with_cubic(t, c, power, hot):
    return jnp.where(t > 5e3, hot[0] * t ** hot[1], (c[0] + c[1] * t + c[2] * t**2) * t**power)


def _carbon(t):
    return {
        "H": [1.6e-10 * (t / 100) ** 0.14, 9.2e-11 * (t / 100) ** 0.26, 2.9e-10 * (t / 100) ** 0.26],
        "H+": [
            _with_cubic(t, (9.6e-11, -1.8e-14, 1.9e-18), 0.45, (8.9e-10, 0.117)),
            _with_cubic(t, (3.1e-12, -6e-16, 3.9e-20), 1.0, (2.3e-9, 0.0965)),
            _with_cubic(t, (1e-10, -2.2e-14, 1.7e-18), 0.7, (9.2e-9, 0.0535)),
        ],
        "E": [
            _electrons(
                t,
                2.88e-6,
                (-9.25141, -0.773782, 0.361184, -1.50892e-2, -6.56325e-4),
                (-444.6, -227.913, 42.595, -3.4762, 0.10508),
            ),
            _electrons(
                t,
                1.73e-6,
                (-7.69735, -1.30743, 0.697638, -0.111338, 0.705277e-2),
                (350.609, -187.474, 36.1803, -3.03283, 9.38138e-2),
            ),
            _electrons(
                t,
                1.73e-6,
                (-7.4387, -0.57443, 0.358264, -4.18166e-2, 2.35272e-3),
                (386.186, -202.192, 38.5049, -3.19268, 9.78573e-2),
            ),
        ],
        "H2": [
            0.75 * (8.7e-11 - 6.6e-11 * jnp.exp(-t / 218.3) + 6.6e-11 * jnp.exp(-2 * t / 218.3))
            + 0.25 * (7.9e-11 - 8.7e-11 * jnp.exp(-t / 126.4) + 1.3e-10 * jnp.exp(-2 * t / 126.4)),
            0.75 * (1.2e-10 - 6.1e-11 * jnp.exp(-t / 387.3))
            + 0.25 * (1.1e-10 - 8.6e-11 * jnp.exp(-t / 223.0) + 8.7e-11 * jnp.exp(-2 * t / 223.0)),
            0.75 * (2.9e-10 - 1.9e-10 * jnp.exp(-t / 348.9))
            + 0.25 * (2.7e-10 - 2.6e-10 * jnp.exp(-t / 250.7) + 1.8e-10 * jnp.exp(-2 * t / 250.7)),
        ],
    }


def _oxygen(t):
    return {
        "H": [9.2e-11 * (t / 100) ** 0.67, 4.3e-11 * (t / 100) ** 0.8, 1.1e-10 * (t / 100) ** 0.44],
        "H+": [
            _steps(t, (6.38e-11, 0.4), (194.0, 7.75e-12, 0.8), (3686.0, 2.65e-10, 0.37)),
            _steps(t, (6.1e-13, 1.1), (511.0, 2.12e-12, 0.9), (7510.0, 4.49e-10, 0.3)),
            _steps(t, (2.03e-11, 0.56), (2090.0, 3.43e-10, 0.19)),
        ],
        "E": [5.12e-10 * t**-0.075, 4.86e-10 * t**-0.026, 1.08e-14 * t**0.926],
    }


def _ionised_carbon(t):
    return {"H": [8e-10 * (t / 100) ** 0.07], "E": [2.8e-7 * (t / 100) ** -0.5]}


_THREE = ((1, 0), (2, 0), (2, 1))
_ATOMS = {
    "C": ((0, 24, 63), (1, 3, 5), dict(zip(_THREE, (7.9e-8, 2.1e-14, 2.7e-7), strict=True)), _carbon),
    "O": ((0, 230, 330), (5, 3, 1), dict(zip(_THREE, (8.9e-5, 1.3e-10, 1.8e-5), strict=True)), _oxygen),
    "C+": ((0, 91.2), (2, 4), {(1, 0): 2.4e-6}, _ionised_carbon),
}


def cooling(temperature: np.ndarray, n, boltzmann: float):
    """[erg cm^-3 s^-1], [states] from densities `n(name)`, with rates between the points of the table."""

    def between(rates):
        return np.interp(temperature, _POINTS, np.asarray(rates))

    return _cooling(_POINTS, n, boltzmann, between)


def heating(gas: thermal.Gas):
    """The same as a process, with the rates as they are; those of electrons stay what they are at 1e4 K."""
    return -_cooling(
        gas.temperature, lambda name: gas.n("e-" if name == "E" else name), gas.constants.boltzmann, lambda x: x
    )


def _cooling(points, n, boltzmann: float, at):
    total = 0.0
    for name, (energies, weights, lines, collisions) in _ATOMS.items():
        rates, radiated = {}, []
        for k, ((up, low), decay) in enumerate(lines.items()):
            gap = energies[up] - energies[low]
            boltzmann_factor = weights[up] / weights[low] * jnp.exp(-gap / points)
            partners = {p: (table[k], table[k] * boltzmann_factor) for p, table in collisions(points).items()}
            down, excited = (sum(n(p) * at(both[way]) for p, both in partners.items()) for way in (0, 1))
            rates |= {(up, low): down + decay, (low, up): excited}
            radiated.append((up, gap * decay))
        f = thermal.level_populations(rates)
        total = total + boltzmann * n(name) * sum(f[up] * power for up, power in radiated)
    return total
