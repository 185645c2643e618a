"""A carbox network's right-hand side, fused, with carbox's own arguments."""

from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._kernels import Backend
from eqxfuse._rhs.coefficients import RateCoefficients, density_factors
from eqxfuse._rhs.fused import FusedRHS
from eqxfuse._solve.integration import is_known
from eqxfuse.carbox._arguments import conditions
from eqxfuse.carbox._read import CarboxReading, read_carbox


class AbstractFusedODE(eqx.Module):
    """What the generations of carbox have in common; see `AbundanceODE` and `DensityODE`."""

    rhs: FusedRHS
    idx: Any
    """The network's own lookup of species, or None where it has none."""

    @property
    def reactions_number(self) -> int:
        return len(self.rhs.network.reactions)

    def get_rates(
        self, temperature, cr_rate, fuv_rate, visual_extinction, abundances: Float[Array, "species"]
    ) -> Float[Array, "reactions"]:
        """Rate coefficients without modifiers; `abundances` are densities [cm^-3]."""
        here = conditions(temperature, 1.0, cr_rate, fuv_rate, visual_extinction)
        return self.rhs.rate_coefficients(here, abundances)

    def _derivative(self, y, here, molecularities: np.ndarray, a, b):
        """dy/dt with each rate coefficient r replaced by a r + b, times n_H^(m-1)."""
        density = jnp.asarray(here.density).astype(y.dtype)
        powers = density_factors(molecularities, density)
        rates = self.rhs.rate_coefficients(eqx.tree_at(lambda c: c.density, here, 1.0)).astype(y.dtype)
        k = (a * rates + b) * powers
        modified = self.rhs.modified
        if not len(modified):
            return self.rhs.kernel(y, k)
        modifiers = a[modified] * self.rhs.modifiers(y, RateCoefficients(k, here)) + b[modified]
        return self.rhs.kernel(y, k.at[modified].set(powers[modified]), modifiers)


class AbundanceODE(AbstractFusedODE):
    """For carbox networks that are called with the density: the state is in abundances n/n_H."""

    rate_modifier_a: Float[Array, "reactions"]
    rate_modifier_b: Float[Array, "reactions"]
    molecularities: tuple[int, ...] = eqx.field(static=True, repr=False)

    def modify_rates(self, rates: Float[Array, "reactions"]) -> Float[Array, "reactions"]:
        """`rate_modifier_a * rates + rate_modifier_b`."""
        return rates * self.rate_modifier_a + self.rate_modifier_b

    def with_rate_modifiers(self, rate_modifier_a=None, rate_modifier_b=None) -> "AbundanceODE":
        """The same network with other modifiers [reactions]; nothing is compiled again."""
        a = self.rate_modifier_a if rate_modifier_a is None else rate_modifier_a
        b = self.rate_modifier_b if rate_modifier_b is None else rate_modifier_b
        return eqx.tree_at(lambda ode: (ode.rate_modifier_a, ode.rate_modifier_b), self, (a, b))

    @property
    def overrides_modified(self) -> bool:
        """Whether a rate that depends on abundances has something added to it, or may have where this is traced."""
        added = self.rate_modifier_b[self.rhs.modified]
        return bool(added.size) and not (is_known(added) and bool(jnp.all(added == 0.0)))

    def coefficients(self, temperature, density, cr_rate, fuv_rate, visual_extinction) -> RateCoefficients:
        """What `rhs` takes in the place of these arguments, `rate_modifier_a` and `rate_modifier_b` included.

        Not of what is added to rates that depend on abundances; see `overrides_modified`.
        """
        here = conditions(temperature, density, cr_rate, fuv_rate, visual_extinction)
        powers = density_factors(np.array(self.molecularities), jnp.asarray(density))
        rates = self.rhs.rate_coefficients(eqx.tree_at(lambda c: c.density, here, 1.0))
        k = self.modify_rates(rates) * powers
        modified = self.rhs.modified
        if not len(modified):
            return RateCoefficients(k)
        return RateCoefficients(k.at[modified].set(self.rate_modifier_a[modified] * powers[modified]), here)

    def __call__(
        self,
        time,
        abundances: Float[Array, "species"],
        temperature,
        density,
        cr_rate,
        fuv_rate,
        visual_extinction,
    ) -> Float[Array, "species"]:
        """d(abundances)/dt [s^-1]."""
        del time
        y = jnp.asarray(abundances)
        here = conditions(temperature, density, cr_rate, fuv_rate, visual_extinction)
        return self._derivative(
            y,
            here,
            np.array(self.molecularities),
            self.rate_modifier_a.astype(y.dtype),
            self.rate_modifier_b.astype(y.dtype),
        )


class DensityODE(AbstractFusedODE):
    """For carbox networks that are called without the density: the state is in cm^-3."""

    def __call__(
        self,
        time,
        abundances: Float[Array, "species"],
        temperature,
        cr_rate,
        fuv_rate,
        visual_extinction,
        rate_modifier_a: Any = 1.0,
        rate_modifier_b: Any = 0.0,
    ) -> Float[Array, "species"]:
        """d(abundances)/dt [cm^-3 s^-1]; rate coefficients r are replaced by rate_modifier_a r + rate_modifier_b."""
        del time
        y = jnp.asarray(abundances)
        here = conditions(temperature, 1.0, cr_rate, fuv_rate, visual_extinction)
        n = self.reactions_number
        a, b = (jnp.broadcast_to(jnp.asarray(m).astype(y.dtype), (n,)) for m in (rate_modifier_a, rate_modifier_b))
        return self._derivative(y, here, np.ones(n, dtype=np.int32), a, b)


def fused_rhs(network: Any, *, backend: Backend = "auto") -> FusedRHS:
    """The right-hand side of a `carbox.Network`: the arithmetic that carbox does, quirks included.

    The state is carbox's: abundances, or densities for networks that carbox calls without the density. Make conditions
    in carbox's units with `conditions`; the temperature is theirs, even where carbox would integrate it. Raises as
    `get_fused_ode` does.
    """
    return _fused(read_carbox(network), backend)


def get_fused_ode(network: Any, backend: Backend = "auto") -> AbstractFusedODE:
    """What `network.get_ode()` returns, fused: for a `carbox.Network` of any generation of carbox.

    Called as carbox calls its own, with the same values to rounding, it drops into `carbox.solver.solve_network`.
    Rate terms that eqxfuse knows become its own laws; any other one is called as it stands. Raises `TypeError` for
    what is no carbox network and `ValueError` for one whose parts do not fit together. `backend` is as in `FusedRHS`,
    and `BackendUnavailable` says where it cannot run.
    """
    reading = read_carbox(network)
    rhs = _fused(reading, backend)
    idx = getattr(reading.ode, "idx", None)
    if not reading.takes_density:
        return DensityODE(rhs, idx)
    ones = jnp.ones(len(reading.network.reactions))
    return AbundanceODE(rhs, idx, ones, 0.0 * ones, tuple(reading.molecularities.tolist()))


def _fused(reading: CarboxReading, backend: Backend) -> FusedRHS:
    return FusedRHS(reading.network, backend=backend, state="abundance" if reading.takes_density else "density")
