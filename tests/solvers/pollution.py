"""The air pollution model of Verwer (1994), SIAM J. Sci. Comput. 15, 1243: 20 species, 25 reactions.

Once as a plain function with its Jacobian, and once as a network. Concentrations in ppm, times in minutes. Rate
constants and reference solution as in Mazzia & Magherini, Test Set for Initial Value Problem Solvers (2008).
"""

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from eqxfuse import Network

SPECIES = [
    "NO2",
    "NO",
    "O3P",
    "O3",
    "HO2",
    "OH",
    "HCHO",
    "CO",
    "ALD",
    "MEO2",
    "C2O3",
    "CO2",
    "PAN",
    "CH3O",
    "HNO3",
    "O1D",
    "SO2",
    "SO4",
    "NO3",
    "N2O5",
]

REACTIONS = {
    "NO2 -> NO + O3P": 0.35,
    "NO + O3 -> NO2": 26.6,
    "HO2 + NO -> NO2 + OH": 1.23e4,
    "HCHO -> 2 HO2 + CO": 8.6e-4,
    "HCHO -> CO": 8.2e-4,
    "HCHO + OH -> HO2 + CO": 1.5e4,
    "ALD -> MEO2 + HO2 + CO": 1.3e-4,
    "ALD + OH -> C2O3": 2.4e4,
    "C2O3 + NO -> NO2 + MEO2 + CO2": 1.65e4,
    "C2O3 + NO2 -> PAN": 9.0e3,
    "PAN -> C2O3 + NO2": 2.2e-2,
    "MEO2 + NO -> CH3O + NO2": 1.2e4,
    "CH3O -> HCHO + HO2": 1.88,
    "NO2 + OH -> HNO3": 1.63e4,
    "O3P -> O3": 4.8e6,
    "O3 -> O1D": 3.5e-4,
    "O3 -> O3P": 1.75e-2,
    "O1D -> 2 OH": 1.0e8,
    "O1D -> O3P": 4.44e11,
    "SO2 + OH -> SO4 + HO2": 1.24e3,
    "NO3 -> NO": 2.1,
    "NO3 -> NO2 + O3P": 5.78,
    "NO2 + O3 -> NO3": 4.74e-2,
    "NO3 + NO2 -> N2O5": 1.78e3,
    "N2O5 -> NO3 + NO2": 3.12,
}

POLLUTION_START = tuple(
    {"NO": 0.2, "O3": 0.04, "HCHO": 0.1, "CO": 0.3, "ALD": 0.01, "SO2": 0.007}.get(name, 0.0) for name in SPECIES
)

POLLUTION_END = (
    *(0.5646255480022769e-1, 0.1342484130422339, 0.4139734331099427e-8, 0.5523140207484359e-2),
    *(0.2018977262302196e-6, 0.1464541863493966e-6, 0.7784249118997964e-1, 0.3245075353396018),
    *(0.7494013383880406e-2, 0.1622293157301561e-7, 0.1135863833257075e-7, 0.2230505975721359e-2),
    *(0.2087162882798630e-3, 0.1396921016840158e-4, 0.8964884856898295e-2, 0.4352846369330103e-17),
    *(0.6899219696263405e-2, 0.1007803037365946e-3, 0.1772146513969984e-5, 0.5682943292316392e-4),
)


def pollution_network() -> Network:
    """The model as a network whose densities are the concentrations."""
    return Network.from_reactions(list(REACTIONS), list(REACTIONS.values()), species=SPECIES, name="pollution")


def _tables() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rate constants [25], positions of the two factors [25, 2] (20 stands for 1), and net change [20, 25]."""
    index = {name: i for i, name in enumerate(SPECIES)}
    factors = np.full((len(REACTIONS), 2), len(SPECIES))
    change = np.zeros((len(SPECIES), len(REACTIONS)))
    for j, equation in enumerate(REACTIONS):
        left, right = (side.split(" + ") for side in equation.split(" -> "))
        for place, name in enumerate(left):
            factors[j, place] = index[name]
            change[index[name], j] -= 1
        for term in right:
            number, _, name = term.rpartition(" ")
            change[index[name], j] += float(number or 1)
    return np.array(list(REACTIONS.values())), factors, change


_RATES, _FACTORS, _CHANGE = _tables()


class Pollution(eqx.Module):
    def __call__(self, t, y, args):
        first, second = jnp.append(y, 1.0)[_FACTORS.T]
        return _CHANGE @ (_RATES * first * second)

    def jacobian(self, t, y, args):
        first, second = jnp.append(y, 1.0)[_FACTORS.T]
        rates = jnp.zeros((len(REACTIONS), len(SPECIES) + 1), y.dtype)
        rows = np.arange(len(REACTIONS))
        rates = rates.at[rows, _FACTORS[:, 0]].add(_RATES * second).at[rows, _FACTORS[:, 1]].add(_RATES * first)
        return _CHANGE @ rates[:, :-1]
