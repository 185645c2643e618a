"""Heating by cosmic rays."""

from typing import ClassVar

import jax.numpy as jnp

from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.reaction import Reaction
from eqxfuse._chemistry.thermal.fits import log10, piecewise_linear, polynomial
from eqxfuse._chemistry.thermal.gas import Gas, Scalar
from eqxfuse._chemistry.thermal.lookup import is_driven_by, position
from eqxfuse._chemistry.thermal.process import Process, option, process

_ATOMIC, _OTHER = 4.3, 20.0
_MOLECULAR = (9.1462198642562, -0.443120145068494, 0.601271617560071, -0.0710284101055109, 0.00242079494592405)
_DEEP = ((2.0, 10.0), (4.0, 13.0), (7.0, 17.0), (10.0, 18.0))


@process
class CosmicRayEvents(Process):
    """The rates of the reactions that cosmic rays drive, times the heat of one event.

    4.3 eV for the ionisation of H and He, 7 to 18 eV for that of H2, rising with its density, and 20 eV for others.
    `rows` are the positions of those reactions; if none are given, those whose rate law is `CosmicRay`.
    """

    units: ClassVar[str] = "no parameters"
    citation: ClassVar[str] = (
        "Glassgold, Galli & Padovani 2012, ApJ 756, 157; H2: fit of KROME to their figure; Galli & Padovani 2015, "
        "arXiv:1502.03380"
    )
    validity: ClassVar[str] = "n(H2) above 1e-5 cm^-3, zero below"

    rows: tuple[int, ...] = option(default=())

    def heating(self, gas: Gas):
        h2 = position(gas.network, "H2")
        heats = {name: energy * gas.constants.electronvolt for name, energy in (("atom", _ATOMIC), ("other", _OTHER))}
        total = jnp.zeros((), gas.densities.dtype)
        for j in self._rows(gas.network):
            reaction = gas.network.reactions[j]
            if h2 is not None and _ionises(gas.network, reaction, ("H2",)):
                heat = _of_h2(gas.of(h2)) * gas.constants.electronvolt
            else:
                heat = heats["atom" if _ionises(gas.network, reaction, ("H", "He")) else "other"]
            total = total + heat * gas.rate(j)
        return total

    def missing(self, network: Network):
        return () if self._rows(network) else ("reactions that cosmic rays drive",)

    def _rows(self, network: Network) -> tuple[int, ...]:
        return self.rows or tuple(j for j, r in enumerate(network.reactions) if is_driven_by(r, "cosmic ray"))


def _ionises(network: Network, reaction: Reaction, targets: tuple[str, ...]) -> bool:
    """Whether it makes an ion of one of the `targets` and an electron, and nothing else."""
    for target in targets:
        sides = [tuple(sorted((network.index(n), k) for n, k in s)) for s in (reaction.reactants, reaction.products)]
        taken, made = ((position(network, target),), (position(network, f"{target}+"), position(network, "e-")))
        if sides == [tuple((i, 1) for i in taken), tuple(sorted((i, 1) for i in made if i is not None))]:
            return True
    return False


def _of_h2(density: Scalar) -> Scalar:
    """Heat of one ionisation of H2 [eV]."""
    log_n = log10(jnp.clip(density, 1e-6, 1e11))
    thin, thick = 7.23277032061136 + 1.4510849135088 * log_n, polynomial(_MOLECULAR, jnp.clip(log_n, 5.0, 10.0))
    return jnp.select([density < 1.0366e-5, density < 1e5, density < 1e10], [0.0 * log_n, thin, thick], 18.02172)


@process
class CosmicRays(Process):
    """Half of `zeta` for each hydrogen nucleus, times the heat of one primary ionisation.

    In atomic gas that is 6.5 + 26.4 (x/(x + 0.07))^1/2 eV for x = n_e/n_H; in molecular gas 10 eV up to
    n_H = 100 cm^-3, rising to 18 eV at 1e10 cm^-3.
    """

    units: ClassVar[str] = "no parameters"
    citation: ClassVar[str] = (
        "Draine 2011, Physics of the Interstellar and Intergalactic Medium, eq. 30.1; H2: Krumholz 2014, MNRAS 437, "
        "1662, after Glassgold, Galli & Padovani 2012, ApJ 756, 157"
    )
    validity: ClassVar[str] = "everywhere"

    def heating(self, gas):
        e = gas.n("e-")
        fraction = e / (e + 0.07 * gas.density)
        root = jnp.sqrt(jnp.maximum(fraction, 1e-12))
        molecular = piecewise_linear(_DEEP, log10(gas.density))
        nuclei = gas.n("H") * (6.5 + 26.4 * root) + 2.0 * gas.n("H2") * molecular
        return 0.5 * gas.conditions.zeta * gas.constants.electronvolt * nuclei
