"""The fused right-hand side of a network."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.checks import require_conditions
from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.ranges import warn_of_ranges
from eqxfuse._chemistry.rate_laws import RateTable
from eqxfuse._chemistry.thermal import Process, Thermal
from eqxfuse._kernels import Backend, Kernel, build_kernel
from eqxfuse._lower.jacobian import lower_jacobian
from eqxfuse._lower.rhs import lower_rhs
from eqxfuse._program.garbage import collector_paused
from eqxfuse._program.one_line import OneLine
from eqxfuse._program.pattern import Pattern
from eqxfuse._rhs.binding import binding_energies, with_binding_energies
from eqxfuse._rhs.coefficients import RateCoefficients, State, coefficients
from eqxfuse._rhs.energy import Energy, energy_kernel
from eqxfuse._rhs.modifiers import Modifiers
from eqxfuse._rhs.notebook import rhs_html
from eqxfuse._rhs.sparse_matrix import SparseMatrix
from eqxfuse._rhs.state import as_state
from eqxfuse._rhs.thermal_equation import ThermalEquation

Args: TypeAlias = Conditions | RateCoefficients | Callable[[Any], Conditions | RateCoefficients] | None


class FusedRHS(eqx.Module, OneLine):
    """dy/dt of a network, as code generated for exactly that network.

    A vector field for `diffrax.ODETerm`. `y` [species] holds abundances n/n_H, or densities [cm^-3] with
    `state="density"`: as an array, a list, or a dict by species; time is in seconds. `args` is one of

    - `Conditions`: coefficients are evaluated in this call;
    - `RateCoefficients`, from `precompute`: nothing is left to evaluate but the chemistry;
    - a callable of t [s] that returns one of these;
    - nothing, for a right-hand side bound with `at`.

    With `thermal` the gas heats and cools: the temperature [K] stands behind the species in `y` and in dy/dt [states],
    and in the place of that of the conditions. Then `args` are `Conditions` or a callable that returns them.

    The leaves are the parameters of the rate laws (`table`) and of heating and cooling (`thermal`), and what `at`
    bound. Computes in the dtype of `y`.

    **Arguments**: `backend` is `"auto"`, `"llvm"`, `"jax"` or `"vectorized"`; `accumulation="compensated"` sums every
    derivative with Neumaier's compensation; `thermal` is a `Thermal` or the processes that heat and cool (see
    `eqxfuse.thermal`).

    Raises `BackendUnavailable` for a backend that cannot run here, `UnsupportedRateLaw` where a reaction has several
    fits of which one depends on abundances, and `ValueError` for an argument that is none of the above. Calls raise
    `UnknownSpecies` for names that the network does not have, `ValueError` for arrays of a wrong shape and where there
    are no conditions, and `TypeError` for what is no state or no `args`.
    """

    table: RateTable
    bound: Conditions | RateCoefficients | None
    thermal: Thermal | None
    network: Network = eqx.field(static=True)
    kernel: Kernel = eqx.field(static=True)
    state: State = eqx.field(static=True)

    def __init__(
        self,
        network: Network,
        *,
        backend: Backend = "auto",
        state: State = "abundance",
        accumulation: Literal["plain", "compensated"] = "plain",
        thermal: Thermal | Process | Iterable[Process] | None = None,
    ):
        if state not in ("abundance", "density"):
            raise ValueError(f'state must be "abundance" or "density", got {state!r}')
        if accumulation not in ("plain", "compensated"):
            raise ValueError(f'accumulation must be "plain" or "compensated", got {accumulation!r}')
        self.network = network
        self.state = state
        self.bound = None
        self.thermal = (
            None if thermal is None else jax.tree.map(lambda leaf: jnp.asarray(leaf, float), Thermal.of(thermal))
        )
        if self.thermal is not None:
            self.thermal.warn_of_missing(network)
            self.network = network = network.with_quantities(self.thermal.needed_parameters)
        with collector_paused():
            self.table = network.rate_table
            self.kernel = build_kernel(lower_rhs(network, accumulation == "compensated"), backend)

    def __repr__(self) -> str:
        bound = "" if self.bound is None else ", bound"
        thermal = "" if self.thermal is None else f", thermal={self.thermal!r}"
        return f"FusedRHS({self.network!r}, backend={self.kernel.backend!r}, state={self.state!r}{thermal}{bound})"

    def _repr_html_(self) -> str:
        return rhs_html(self)

    @property
    def source(self) -> str:
        """The generated code of the chemistry and, where dT/dt has native code, of that."""
        energy = energy_kernel(self.equation.energy, self.kernel.backend) if self._energy_is_native else None
        return "\n".join(kernel.source for kernel in (self.kernel, energy) if kernel)

    @property
    def _energy_is_native(self) -> bool:
        return self.thermal is not None and self.kernel.capabilities.lu

    @property
    def states(self) -> int:
        """The length of y: the species and, with `thermal`, the temperature behind them."""
        return len(self.network.species) + (self.thermal is not None)

    @property
    def isothermal(self) -> "FusedRHS":
        """The chemistry alone, at the temperature of the conditions."""
        return eqx.tree_at(lambda rhs: (rhs.thermal, rhs.bound), self, (None, None), is_leaf=lambda leaf: leaf is None)

    @property
    def binding_energies(self) -> dict[str, Float[Array, ""]]:
        """The binding energies [K] of the species in ice that the rate laws hold, by name."""
        return binding_energies(self.network, self.table)

    def with_binding_energies(self, energies: Mapping[str, float | Float[Array, ""]]) -> "FusedRHS":
        """This right-hand side with other binding energies [K] of some species in ice, wherever its laws hold them.

        To differentiate with respect to all of them at once, make this call inside of the function that is
        differentiated, with the `binding_energies` as its argument. Frequencies, hopping, evaporation and chemical
        desorption follow; whether a species desorbs at all by cosmic rays or photons is a step. Raises `UnknownSpecies`
        for a species whose binding energy no law holds.
        """
        table = with_binding_energies(self.network, self.table, energies)
        return eqx.tree_at(lambda rhs: rhs.table, self, table)

    @property
    def equation(self) -> ThermalEquation:
        """What is solved where the gas heats and cools. Raises `ValueError` where it does not."""
        if self.thermal is None:
            raise ValueError("the right-hand side has no thermal processes: pass thermal= to FusedRHS")
        energy = Energy.of(self.network, self.state, self.thermal)
        return ThermalEquation(self.network, self.state, self.kernel, energy)

    def rate_coefficients(
        self, conditions: Conditions, y: Float[Array, "species"] | None = None
    ) -> Float[Array, "reactions"]:
        """Coefficients [cm^3(m-1) s^-1], m being the number of rate factors.

        Abundance-dependent laws are modified with `y`; without it they are given unmodified (no shielding).
        """
        k = self.table(conditions)
        if y is None or not self.table.layout.modified:
            return k
        return self._modify(k, self._checked(y), self.precompute(conditions))

    def precompute(self, conditions: Conditions) -> RateCoefficients:
        """All that depends on `conditions` alone, to pass as `args`. Warns as `solve` does, and raises `ValueError`."""
        require_conditions(self.network, conditions)
        warn_of_ranges(self.network, conditions, stacklevel=4)
        k = coefficients(self.network, self.state, self.table, conditions)
        return RateCoefficients(k, conditions if self.table.layout.modified else None)

    def at(self, conditions: Conditions | RateCoefficients) -> "FusedRHS":
        """This right-hand side with its coefficients bound: callable without `args`."""
        changing = self.thermal is not None
        bound = conditions if changing or isinstance(conditions, RateCoefficients) else self.precompute(conditions)
        return eqx.tree_at(lambda rhs: rhs.bound, self, bound, is_leaf=lambda leaf: leaf is None)

    def __call__(self, t: Any, y: Float[Array, "states"], args: Args = None) -> Float[Array, "states"]:
        """dy/dt [states]: abundances per second, or cm^-3 s^-1; with `thermal`, behind them dT/dt [K s^-1]."""
        if self.thermal is not None:
            return self.equation(self.table, self.thermal, self.conditions(t, args), self._checked(y, self.states))
        y, k, coefficients = self._inputs(t, y, args)
        if not self.table.layout.modified:
            return self.kernel(y, k)
        return self.kernel(y, k, self.modifiers(y, coefficients))

    def jacobian(self, t: Any, y: Float[Array, "states"], args: Args = None) -> SparseMatrix:
        """The exact Jacobian d(dy_i/dt)/dy_j, abundance-dependent rates and the temperature included.

        Finite at y = 0 and for negative y. The arguments are those of a call; the kernel is built at first use. The
        totals that rates depend on are borders of its pattern (see `SparseMatrix`).
        """
        if self.thermal is not None:
            given = self.conditions(t, args), self._checked(y, self.states)
            return self.equation.jacobian(self.table, self.thermal, *given)
        y, k, coefficients = self._inputs(t, y, args)
        kernel, pattern = jacobian_kernel(self.network, self.kernel.backend)
        more = self._modifiers_and_slopes(y, coefficients) if self.table.layout.modified else ()
        native = kernel.capabilities.lu and y.dtype == jnp.float64
        return SparseMatrix.of(pattern, kernel(y, k, *more), native)

    def _inputs(self, t, y, args: Args):
        """`y` and `k` in one dtype, checked, and what `k` came with."""
        y = self._checked(y)
        coefficients = self.coefficients(t, args)
        k = jnp.asarray(coefficients.k).astype(y.dtype)
        if k.shape != (len(self.network.reactions),):
            raise ValueError(
                f"args.k has shape {k.shape}, the network has {len(self.network.reactions)} reactions; "
                "use vmap for batches"
            )
        return y, k, coefficients

    def _checked(self, y, states: int = 0):
        """As an array with `states` elements, by default one for each species."""
        y, species = as_state(self.network, y), len(self.network.species)
        if y.shape != (states or species,):
            more = " and the temperature behind them" if states > species else ""
            raise ValueError(f"y has shape {y.shape}, the network has {species} species{more}; use vmap for batches")
        if y.dtype not in (jnp.float32, jnp.float64):
            raise TypeError(f"y must be float32 or float64, got {y.dtype}")
        return y

    def effective_coefficients(
        self, t: Any, y: Float[Array, "species"], args: Args = None
    ) -> Float[Array, "reactions"]:
        """Coefficients in the units of the state, as `RateCoefficients.k`, with those of abundance-dependent laws
        modified. The arguments are those of a call.
        """
        y, k, coefficients = self._inputs(t, y, args)
        if not self.table.layout.modified:
            return k
        return self._modify(k, y, coefficients)

    def coefficients(self, t: Any, args: Args = None) -> RateCoefficients:
        """What `args` (or what is bound) stands for at time `t` [s]."""
        given = self.at_time(t, args)
        return self.precompute(given) if isinstance(given, Conditions) else given

    def conditions(self, t: Any, args: Args = None) -> Conditions:
        """The conditions that `args` (or what is bound) are at time `t` [s]. Raises `TypeError` for coefficients."""
        given = self.at_time(t, args)
        if isinstance(given, Conditions):
            return given
        raise TypeError("a gas that heats and cools needs Conditions: coefficients change with its temperature")

    def at_time(self, t: Any, args: Args = None) -> Conditions | RateCoefficients:
        """`args`, or what is bound, with a callable called at time `t` [s]."""
        given = self.bound if args is None else args
        if isinstance(given, Conditions | RateCoefficients):
            return given
        if callable(given):
            return self.at_time(t, given(t))
        if given is None:
            raise ValueError(
                "no conditions: pass args=Conditions(...) or args=rhs.precompute(...), or bind with rhs.at"
            )
        raise TypeError(f"args must be Conditions, RateCoefficients or a callable t -> Conditions, got {type(given)}")

    def _modify(self, k, y, coefficients: RateCoefficients):
        """`k` [reactions] with those of abundance-dependent laws times their modifiers."""
        modifiers = self.modifiers(y, coefficients).astype(k.dtype)
        return k.at[self.modified].multiply(modifiers, unique_indices=True)

    @property
    def modified(self) -> np.ndarray:
        """Reactions (by position) with abundance-dependent laws, in the order of `modifiers`."""
        return self.modifying(None).reactions

    def modifying(self, conditions: Conditions | None) -> Modifiers:
        """The abundance-dependent laws as a function, which is 1 without conditions."""
        return Modifiers(self.network, self.state, conditions is not None)

    def modifiers(self, y: Float[Array, "species"], coefficients: RateCoefficients) -> Float[Array, " rows"]:
        """What the abundance-dependent laws multiply their coefficients by [1]; 1 without conditions."""
        modifiers, arguments = self._modifying(y, coefficients)
        return modifiers(*arguments)

    def _modifiers_and_slopes(self, y, coefficients: RateCoefficients):
        modifiers, arguments = self._modifying(y, coefficients)
        return modifiers.with_slopes(*arguments)

    def _modifying(self, y, coefficients: RateCoefficients):
        """The function, and what it takes."""
        k = jnp.asarray(coefficients.k).astype(y.dtype)
        return self.modifying(coefficients.conditions), (y, k, self.modifier_parameters(coefficients))

    def modifier_parameters(self, coefficients: RateCoefficients) -> Float[Array, " parameters"]:
        """Everything but abundances that the abundance-dependent laws depend on."""
        if coefficients.parameters is not None:
            return coefficients.parameters
        return self.modifying(coefficients.conditions).parameters(self.table, coefficients.conditions)

    def gathered(self, coefficients: RateCoefficients) -> RateCoefficients:
        """With the `parameters` of abundance-dependent laws, so that a solve does not gather them in each step."""
        if not self.table.layout.modified:
            return coefficients
        return RateCoefficients(coefficients.k, coefficients.conditions, self.modifier_parameters(coefficients))


def require_rhs(rhs: Any) -> FusedRHS:
    """`rhs`, or a `TypeError` that says what to pass instead."""
    if isinstance(rhs, FusedRHS):
        return rhs
    hint = ": pass ef.FusedRHS(network), made once" if isinstance(rhs, Network) else ""
    raise TypeError(f"rhs must be a FusedRHS, got {rhs!r:.100}{hint}")


@lru_cache(maxsize=64)
def jacobian_kernel(network: Network, backend: Backend) -> tuple[Kernel, Pattern]:
    """The kernel of a network's Jacobian values and their pattern; built once for each backend."""
    with collector_paused():
        program, pattern = lower_jacobian(network)
        return build_kernel(program, backend), pattern
