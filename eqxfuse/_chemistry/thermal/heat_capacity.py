"""How much energy the particles of a gas hold, and what heating does to its temperature."""

from typing import Literal, get_args

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.species import Species
from eqxfuse._chemistry.thermal.gas import Gas, Scalar
from eqxfuse._chemistry.thermal.lookup import is_gas, position
from eqxfuse._chemistry.thermal.rotor import ROTORS, inner_energy

Capacities = Literal["cold", "rotational", "krome_full"]
"""How the heat capacity c_i of a particle, in units of k, is found:

* "cold": 3/2 for atoms and electrons, 5/2 for molecules of two atoms, 3 for larger ones;
* "rotational": as cold, but H2, HD and H2+ rotate and vibrate as they do at the gas's temperature;
* "krome_full": H, He and electrons (3/2) and H2 (5/2) alone make a mean that stands for all, as KROME's gamma FULL.
"""

Equation = Literal["exact", "krome"]
"""What dT/dt is, h being the net heating:

* "exact": (h/k - sum of u_i/k dn_i/dt)/(sum of c_i n_i): particles made or lost take their energy u_i with them;
* "krome": without that sum, as in KROME and PRIZMO.
"""


def particle_energies(gas: Gas, capacities: Capacities = "rotational") -> Float[Array, "2 species"]:
    """u_i/k [K] and c_i = du_i/(k dT) [1] of each species; zero for what is not gas.

    Raises `ValueError` for capacities that are not of single particles, or that do not exist.
    """
    if capacities not in ("cold", "rotational"):
        raise ValueError(f"capacities of single species are 'cold' or 'rotational', got {capacities!r}")
    constant, t = np.array([_cold(s) for s in gas.network.species]), gas.temperature
    moving = {position(gas.network, f): r for f, r in ROTORS.items()} if capacities == "rotational" else {}
    moving = {i: rotor for i, rotor in moving.items() if i is not None}
    constant[list(moving)] = 1.5
    c = jnp.asarray(constant, t.dtype)
    u = c * t
    for i, rotor in moving.items():
        inner, steep = inner_energy(rotor, t, gas.conditions.ortho_para_ratio)
        own = jnp.asarray(np.arange(len(constant)) == i, t.dtype)
        u, c = u + own * inner, c + own * steep
    return jnp.stack([u, c])


def heat_capacity(gas: Gas, capacities: Capacities = "rotational") -> Scalar:
    """Sum of c_i n_i [cm^-3]: the heat capacity of a volume of gas in units of k."""
    if capacities not in get_args(Capacities):
        raise ValueError(f"capacities must be one of {', '.join(get_args(Capacities))}, got {capacities!r}")
    if capacities == "krome_full":
        others = gas.n("H") + gas.n("He") + gas.n("e-")
        return gas.total * (1.5 * others + 2.5 * gas.n("H2")) / (others + gas.n("H2"))
    return jnp.sum(particle_energies(gas, capacities)[1] * jnp.maximum(gas.densities, 0.0))


def adiabatic_index(gas: Gas, capacities: Capacities = "rotational") -> Scalar:
    """gamma = 1 + n_tot/(sum of c_i n_i)."""
    return 1.0 + gas.total / heat_capacity(gas, capacities)


def dT_dt(
    gas: Gas,
    heating: Scalar,
    dn_dt: Float[Array, " species"],
    *,
    equation: Equation = "exact",
    capacities: Capacities = "rotational",
) -> Scalar:
    """How fast the temperature changes [K s^-1].

    `heating` is the sum of `Process.heating` [erg cm^-3 s^-1]; `dn_dt` [cm^-3 s^-1] what reactions do to the densities,
    without what compression adds, whose energy is in its work. Raises `ValueError` for a word that means nothing, and
    for the exact equation with capacities that are not of single species.
    """
    if equation not in get_args(Equation):
        raise ValueError(f"equation must be one of {', '.join(get_args(Equation))}, got {equation!r}")
    power = heating / gas.constants.boltzmann
    if equation == "exact":
        power = power - jnp.sum(particle_energies(gas, capacities)[0] * dn_dt)
    return power / heat_capacity(gas, capacities)


def _cold(species: Species) -> float:
    if not is_gas(species):
        return 0.0
    atoms = sum(count for _, count in species.composition or ())
    return 1.5 if atoms <= 1 else 2.5 if atoms == 2 else 3.0
