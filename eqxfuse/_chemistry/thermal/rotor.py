"""Rotation and vibration of molecules of hydrogen: mean energies and heat capacities."""

from dataclasses import dataclass

import jax.numpy as jnp

from eqxfuse._chemistry.thermal.gas import Scalar

_LEVELS = 21
_CLASSICAL = 1000.0
"""Above this temperature [K] the sum over levels is replaced by its expansion."""


@dataclass(frozen=True)
class Rotor:
    """A rigid rotor and harmonic oscillator; temperatures in K."""

    rotation: float
    vibration: float | None = None
    spin_isomers: bool = False
    """Whether even and odd levels are species of their own, mixed as `ortho_para_ratio` says."""


ROTORS = {"H2": Rotor(85.4, 6288.409, spin_isomers=True), "HD": Rotor(65.2157, 5448.19), "H2+": Rotor(61.2951)}
"""By formula; the constants are KROME's."""


def inner_energy(rotor: Rotor, t: Scalar, ortho_para_ratio) -> tuple[Scalar, Scalar]:
    """Mean energy of rotation and vibration over k [K], and its derivative with temperature, at `t` [K]."""
    t = jnp.clip(t, 3.0, 1e9)
    if rotor.spin_isomers:
        parts = [(ortho_para_ratio, range(1, _LEVELS, 2)), (1.0, range(0, _LEVELS, 2))]
        whole = 1.0 + ortho_para_ratio
    else:
        parts, whole = [(1.0, range(_LEVELS))], 1.0
    sums = [(share / whole, *_quantum(rotor.rotation, jnp.minimum(t, _CLASSICAL), js)) for share, js in parts]
    quantum = [sum((share * values[i] for share, *values in sums), jnp.zeros_like(t)) for i in range(2)]
    classical = _classical(rotor.rotation, jnp.maximum(t, _CLASSICAL))
    e, c = (jnp.where(t <= _CLASSICAL, q, high) for q, high in zip(quantum, classical, strict=True))
    if rotor.vibration is None:
        return e, c
    vibrating = _vibration(rotor.vibration, t)
    return e + vibrating[0], c + vibrating[1]


def _quantum(theta: float, t: Scalar, levels: range) -> tuple[Scalar, Scalar]:
    """Sums over levels J of energy theta J (J + 1) and weight 2 J + 1."""
    x, step = theta / t, levels.step
    q, boltzmann = jnp.exp(-x * step), [jnp.ones_like(t)]
    for j in levels[:-1]:
        boltzmann.append(boltzmann[-1] * q ** (2 * j + step + 1))
    weights = [(2.0 * j + 1.0) * b for j, b in zip(levels, boltzmann, strict=True)]
    nothing = jnp.zeros_like(t)
    z = sum(weights, nothing)
    mean = sum((j * (j + 1.0) * w for j, w in zip(levels, weights, strict=True)), nothing) / z
    variance = sum(((j * (j + 1.0) - mean) ** 2 * w for j, w in zip(levels, weights, strict=True)), nothing) / z
    return theta * mean, x * x * variance


def _classical(theta: float, t: Scalar) -> tuple[Scalar, Scalar]:
    """Mulholland's expansion in theta/T, the same for even and odd levels."""
    x = theta / t
    return t * (1.0 - x / 3.0 - x**2 / 45.0 - 8.0 * x**3 / 945.0), 1.0 + x**2 / 45.0 + 16.0 * x**3 / 945.0


def _vibration(theta: float, t: Scalar) -> tuple[Scalar, Scalar]:
    x = theta / jnp.maximum(t, theta / 80.0)
    excited = jnp.exp(-x)
    return theta * excited / (1.0 - excited), x * x * excited / (1.0 - excited) ** 2
