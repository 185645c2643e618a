"""States at which KROME (Grassi et al. 2014, MNRAS 439, 2386) was compiled and run, as cells of gas."""

import jax
import jax.numpy as jnp
import numpy as np

from eqxfuse import Conditions, Network, Species, thermal
from tests.helpers import shared

_PROTON, _ELECTRON, _HELIUM = 1.67262158e-24, 9.10938188e-28, 6.692065036376e-24
CONSTANTS = thermal.PhysicalConstants(
    boltzmann=1.380648e-16,
    electronvolt=1.60217646e-12,
    proton_mass=_PROTON,
    gravity=6.674e-8,
    stefan_boltzmann=5.670373e-5,
    electron_mass=_ELECTRON,
    atomic_masses=(
        ("H", _PROTON + _ELECTRON),
        ("D", 3.346032518188e-24),
        ("He", _HELIUM),
        ("C", 3 * _HELIUM),
        ("O", 4 * _HELIUM),
        ("Si", 7 * _HELIUM),
    ),
)
FREE_FALL_TIME = 1.3e13
"""What the runs were given [s]."""
HUBBLE_RATE = 1.6e-17 / 7
"""[s^-1]"""
BACKGROUND = 2.73


class Reference:
    """The states of one file, as a batch of cells, and what KROME found for each of its terms."""

    def __init__(self, name: str, compression_rate: float = 1.0 / FREE_FALL_TIME):
        data = np.load(shared(f"reference/krome_{name}.npz"))
        self.temperature = data["temperature"]
        species = [Species.lenient(str(s), upper_case=True) for s in data["species"]]
        equations = [str(r) for r in data["reaction"]]
        self.network = Network.from_reactions(equations, [1.0] * len(equations), species=species)
        n = data["number_density"]
        rates = data["k_double"].copy()
        for j, reaction in enumerate(self.network.reactions):
            rates[:, j] *= np.prod(n[:, [self.network.index(f) for f in reaction.factors]], axis=1)
        self.densities, self.rates, self.dn_dt = n, rates, data["dndt_double"]
        atoms = dict(zip(self.network.elements, self.network.composition @ n.T, strict=False))
        nuclei, carbon = atoms["H"], atoms.get("C", 0.0 * atoms["H"])
        self.conditions = Conditions(
            self.temperature,
            nuclei,
            av=0.0,
            g0=1.69 / 1.7,  # KROME's Draine field in units of Habing's
            dust_to_gas=0.01 * carbon / nuclei * 10**3.57,  # as metals are to the sun's
            cmb_temperature=BACKGROUND,
            compression_rate=compression_rate,
        )
        self._terms = {
            **{str(k): -v for k, v in zip(data["cooling_name"], data["cooling_double"].T, strict=True)},
            **{f"heat {k}": v for k, v in zip(data["heating_name"], data["heating_double"].T, strict=True)},
        }
        self.gamma, self.dT_dt = data["gamma_double"], data["dTdt_double"]

    def term(self, name: str) -> np.ndarray:
        """[states] of a cooling, or of `heat ...`, as what it does to the gas [erg cm^-3 s^-1]."""
        return self._terms[name]

    @property
    def net(self) -> np.ndarray:
        return np.sum(list(self._terms.values()), axis=0)

    @property
    def gross(self) -> np.ndarray:
        return np.sum(np.abs(list(self._terms.values())), axis=0)

    def each(self, function):
        """[states] of `function(gas, dn_dt)`, in one call."""

        def one(conditions, n, rates, dn_dt):
            return function(thermal.Gas(self.network, conditions, n, rates, CONSTANTS), dn_dt)

        size = len(self.temperature)
        cells = jax.tree.map(lambda x: jnp.broadcast_to(jnp.asarray(x, float), (size,)), self.conditions)
        return np.asarray(jax.jit(jax.vmap(one))(cells, self.densities, self.rates, self.dn_dt))

    def heating(self, *processes: thermal.Process) -> np.ndarray:
        """[states] of the sum of processes."""
        return self.each(lambda gas, _: sum(p.heating(gas) for p in processes))
