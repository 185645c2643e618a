"""The collapse that KROME (Grassi et al. 2014, MNRAS 439, 2386) computed, and its way of computing it."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

import eqxfuse as ef
from eqxfuse import thermal
from tests.helpers import shared
from tests.thermal.krome import BACKGROUND, CONSTANTS

PROCESSES = (
    thermal.H2Cooling(opacity="density", background=False),
    thermal.Compton(5.65e-36 / BACKGROUND**4),
    thermal.Continuum(),
    thermal.ChemicalHeat(grains=False),
    thermal.Compression(),
)
WITH_DEUTERIUM = (
    thermal.H2Cooling(opacity="density", background=False),
    thermal.HDCooling(background=False),
    thermal.AtomicLines(),
    thermal.CollisionalIonisation(),
    thermal.Recombination(),
    thermal.FreeFree(),
    thermal.Compton(5.65e-36 / BACKGROUND**4),
    thermal.CollisionInducedEmission(),
    thermal.ChemicalHeat(grains=False),
    thermal.Compression(),
)


class Collapse:
    """The states of the reference, 20 steps apart, and the steps between them."""

    def __init__(self, name="collapse", network="react_primordial3", processes=PROCESSES):
        data = np.load(shared(f"reference/krome_solve_{name}.npz"))
        self.network = ef.read_network(shared(f"networks/{network}"))
        gas = thermal.Thermal(processes, equation="krome", capacities="krome_full", constants=CONSTANTS)
        self.rhs = ef.FusedRHS(self.network, thermal=gas)
        names = [ef.Species.lenient(str(s), upper_case=True).name for s in data["species"]]
        order = [names.index(name) for name in self.network.species_names]
        self.densities = data["number_density"][:, order]
        self.temperature, self.time = data["temperature"], data["time"]
        self.nuclei = self.densities @ self.network.composition[self.network.elements.index("H")]

    def steps(self, count, i):
        """Temperature and densities after `count` times 20 steps from state i on: the gas is compressed by 1 per cent,
        then it reacts and cools for 0.01 t_ff of the gas before, with the work of that time.
        """
        state = jnp.asarray(self.densities[i]), jnp.asarray(self.temperature[i])
        found = []
        for _ in range(count):
            state = _twenty(self.rhs, state)
            found.append(state)
        return np.array([t for _, t in found]), np.array([n for n, _ in found])


@eqx.filter_jit
def _twenty(rhs, state):
    nuclei = jnp.asarray(rhs.network.composition[rhs.network.elements.index("H")], float)

    def step(state, _):
        densities, temperature = state
        before = thermal.Gas(rhs.network, ef.Conditions(temperature, 1.0), densities, jnp.zeros(0), CONSTANTS)
        time, densities = before.free_fall_time, 1.01 * densities
        n = nuclei @ densities
        conditions = ef.Conditions(temperature, n, cmb_temperature=BACKGROUND, compression_rate=1.0 / time)
        found = ef.solve(rhs, conditions, densities / n, 0.01 * time, rtol=1e-5, atol=1e-20, saveat=1, throw=False)
        return (n * found.abundances[-1], found.temperature[-1]), found.statistics["steps"]

    return jax.lax.scan(step, state, length=20)[0]
