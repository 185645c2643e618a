"""Heating, cooling and dT/dt as expressions in which every parameter is a number."""

import jax.numpy as jnp
import numpy as np

from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.thermal import Gas, Thermal, dT_dt
from eqxfuse._program.ir import Load, Number, Program, Ref
from eqxfuse._program.trace import read, traced
from eqxfuse._python.literal.heat import CHANGES, TERMS, Heat
from eqxfuse._rhs.literal_rates import TEMPERATURE, LiteralRates
from eqxfuse.errors import UnsupportedRateLaw


class LiteralEnergy:
    """What `FusedRHS` makes of a `Thermal`, in the store of `rates`."""

    def __init__(self, network: Network, thermal: Thermal, rates: LiteralRates):
        self._network = network
        self._thermal = thermal
        self._rates = rates
        self._store = rates.expressions
        y = [self._store.load("y", i) for i in range(len(network.species))]
        self._y, self._fields = np.array(y, dtype=int), np.array(list(rates.fields.values()), dtype=int)

    def heat(self, program: Program, coefficients: dict[Load, int]) -> Heat:
        """Its text's expressions; `program` is that of the chemistry, of the `coefficients`.

        Raises `UnsupportedRateLaw` for a process that cannot be written as literal text.
        """
        terms = self._terms()
        notes = tuple(f"{name}: {p.citation}" for name, p in zip(terms, self._thermal.processes, strict=True))
        changes = [self._change(i, atom, coefficients) for i, atom in enumerate(program.outputs)]
        change = self._temperature(len(terms), changes)
        return Heat(tuple(terms), notes, tuple(terms.values()), change, TEMPERATURE)

    def _terms(self) -> dict[str, int]:
        """[erg cm^-3 s^-1]"""
        rates = [self._rates.rate(j) for j in range(len(self._network.reactions))]
        density = self._rates.fields["density"]
        rates = np.array([self._store.apply("mul", rate, density) for rate in rates], dtype=int)
        names: list[str] = []

        def heating(x, rates, fields):
            terms = self._thermal.heating(self._gas(x, fields, rates))
            names.extend(terms)
            return tuple(jnp.asarray(value, x.dtype) for value in terms.values())

        found = self._read(heating, self._y, rates, self._fields)
        return dict(zip(names, (int(value) for value in found), strict=True))

    def _temperature(self, terms: int, changes: list[int]) -> int:
        """dT/dt [K s^-1]"""
        powers = np.array([self._store.load(TERMS, p) for p in range(terms)], dtype=int)

        def change(x, powers, changes, fields):
            gas = self._gas(x, fields, jnp.zeros(len(self._network.reactions), x.dtype))
            own = self._thermal
            dn_dt = changes * gas.density
            return dT_dt(gas, jnp.sum(powers), dn_dt, equation=own.equation, capacities=own.capacities)

        (found,) = self._read(change, self._y, powers, np.array(changes, dtype=int), self._fields)
        return int(found)

    def _gas(self, x, fields, rates) -> Gas:
        here = Conditions.from_vector(fields, self._network.parameters)
        return Gas(self._network, here, x * here.density, rates, self._thermal.constants)

    def _change(self, i: int, atom, coefficients: dict[Load, int]) -> int:
        """That of a species: a statement of the text, or what else it is."""
        if isinstance(atom, Ref):
            return self._store.load(CHANGES, i)
        if isinstance(atom, Load):
            return coefficients[atom] if atom in coefficients else self._store.load(atom.array, atom.index)
        return self._store.number(atom.value if isinstance(atom, Number) else 0.0)

    def _read(self, function, *arguments: np.ndarray) -> list[np.ndarray]:
        try:
            return read(self._store, traced(function, *(a.shape for a in arguments)), arguments)
        except NotImplementedError as operation:
            raise UnsupportedRateLaw(
                f"{self._thermal!r} cannot be written as literal text, because of the JAX operation {operation}; use "
                'elementwise functions of scalars, or coefficients="argument"'
            ) from None
