"""Gas that falls freely, as conditions over time."""

import dataclasses

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.thermal import PhysicalConstants

Scalar = Float[Array, ""]


class FreeFall(eqx.Module):
    """The solution of dn/dt = n/t_ff with t_ff = sqrt(3 pi/(32 G rho)), as conditions over time.

    t_ff falls as n^-1/2, so that 2 t_ff is the time that is left until the density diverges: n = n0 (1 - t/end)^-2.
    """

    start: Conditions
    end: Scalar
    """When the density diverges [s]: 2 t_ff at the density of the start."""
    shape: "Shape | None" = None
    """The radius over the density; None where the cloud keeps its shape as it shrinks."""

    @classmethod
    def of(cls, start: Conditions, mass: Scalar, gravity: float) -> "FreeFall":
        """From `start` on, with `mass` [g] for each hydrogen nucleus; `gravity` is Newton's constant [cgs]."""
        density = jnp.asarray(start.density, mass.dtype)
        return cls(start, 2.0 * jnp.sqrt(3.0 * jnp.pi / (32.0 * gravity * mass * density)))

    def time(self, density: Scalar) -> Scalar:
        """When [s] the density is reached."""
        return self.end * (1.0 - jnp.sqrt(self.start.density / density))

    def density(self, t: Scalar) -> Scalar:
        """n_H [cm^-3] at a time [s]."""
        return self.start.density * (self.end / (self.end - t)) ** 2

    def at_density(self, density: Scalar) -> Conditions:
        """With the rate of compression and what follows from these."""
        start = self.start
        shrunk = jnp.sqrt(start.density / density)
        rate = 2.0 / (self.end * shrunk)
        radius = start.radius * shrunk if self.shape is None else self.shape.radius(density)
        first = start.radius if self.shape is None else self.shape.radius(start.density)
        return dataclasses.replace(
            start,
            density=density,
            compression_rate=rate,
            velocity_gradient=rate / 3.0,
            radius=radius,
            av=start.av * density * radius / (start.density * first),
        )

    def __call__(self, t: Scalar) -> Conditions:
        """The conditions at a time [s]."""
        return self.at_density(self.density(t))


class Shape(eqx.Module):
    """A radius over the density, in logarithms: cubics between points that are spread evenly, with continuous slopes.

    Steps do not see where one ends, which gradients and error estimates would.
    """

    start: Scalar
    spacing: Scalar
    log_radius: Float[Array, "points"]
    slopes: Float[Array, "points"]
    """Times `spacing`."""

    @classmethod
    def of(cls, density: Float[Array, "points"], radius: Float[Array, "points"]) -> "Shape":
        """Through two or more points whose densities rise by the same factor."""
        start, end, log_radius = jnp.log(density[0]), jnp.log(density[-1]), jnp.log(radius)
        return cls(start, (end - start) / (len(density) - 1), log_radius, jnp.asarray(jnp.gradient(log_radius)))

    def radius(self, density) -> Scalar:
        """[cm] at a density [cm^-3]."""
        place = (jnp.log(density) - self.start) / self.spacing
        begun = jnp.clip(jnp.floor(place), 0.0, len(self.log_radius) - 2.0)
        i, u = begun.astype(int), place - begun
        rest = 1.0 - u
        points = rest**2 * (1.0 + 2.0 * u) * self.log_radius[i] + u**2 * (1.0 + 2.0 * rest) * self.log_radius[i + 1]
        return jnp.exp(points + u * rest * (rest * self.slopes[i] - u * self.slopes[i + 1]))


def mass_per_hydrogen(network: Network, y0: Float[Array, "species"], constants: PhysicalConstants) -> Scalar:
    """Mass [g] of all species for each hydrogen nucleus, of abundances `y0`."""
    masses = [constants.mass(s.composition or (), s.charge) for s in network.species]
    return jnp.sum(jnp.asarray(masses, y0.dtype) * y0)
