"""The fused right-hand side of a network."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.checks import require_conditions
from eqxfuse._chemistry.conditions import Conditions
from eqxfuse._chemistry.network import Network
from eqxfuse._chemistry.ranges import warn_of_ranges
from eqxfuse._chemistry.rate_laws import RateTable
from eqxfuse._kernels import Backend, Kernel, build_kernel
from eqxfuse._lower.jacobian import lower_jacobian
from eqxfuse._lower.rhs import lower_rhs
from eqxfuse._program.garbage import collector_paused
from eqxfuse._program.one_line import OneLine
from eqxfuse._program.pattern import Pattern
from eqxfuse._rhs.coefficients import RateCoefficients, State, coefficients
from eqxfuse._rhs.modifiers import Modifiers
from eqxfuse._rhs.notebook import rhs_html
from eqxfuse._rhs.sparse_matrix import SparseMatrix
from eqxfuse._rhs.state import as_state

Args: TypeAlias = Conditions | RateCoefficients | Callable[[Any], Conditions | RateCoefficients] | None


class FusedRHS(eqx.Module, OneLine):
    """dy/dt of a network, as code generated for exactly that network.

    A vector field for `diffrax.ODETerm`. `y` [species] holds abundances n/n_H, or densities [cm^-3] with
    `state="density"`: as an array, a list, or a dict by species; time is in seconds. `args` is one of

    - `Conditions`: coefficients are evaluated in this call;
    - `RateCoefficients`, from `precompute`: nothing is left to evaluate but the chemistry;
    - a callable of t [s] that returns one of these;
    - nothing, for a right-hand side bound with `at`.

    The leaves are the parameters of the rate laws (`table`) and what `at` bound. Computes in the dtype of `y`.

    **Arguments**: `backend` is `"auto"`, `"llvm"`, `"jax"` or `"vectorized"`; `accumulation="compensated"` sums every
    derivative with Neumaier's compensation.

    Raises `BackendUnavailable` for a backend that cannot run here, `UnsupportedRateLaw` where a reaction has several
    fits of which one depends on abundances, and `ValueError` for an argument that is none of the above. Calls raise
    `UnknownSpecies` for names that the network does not have, `ValueError` for arrays of a wrong shape and where there
    are no conditions, and `TypeError` for what is no state or no `args`.
    """

    table: RateTable
    bound: Conditions | RateCoefficients | None
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
    ):
        if state not in ("abundance", "density"):
            raise ValueError(f'state must be "abundance" or "density", got {state!r}')
        if accumulation not in ("plain", "compensated"):
            raise ValueError(f'accumulation must be "plain" or "compensated", got {accumulation!r}')
        self.network = network
        self.state = state
        self.bound = None
        with collector_paused():
            self.table = network.rate_table
            self.kernel = build_kernel(lower_rhs(network, accumulation == "compensated"), backend)

    def __repr__(self) -> str:
        bound = "" if self.bound is None else ", bound"
        return f"FusedRHS({self.network!r}, backend={self.kernel.backend!r}, state={self.state!r}{bound})"

    def _repr_html_(self) -> str:
        return rhs_html(self)

    @property
    def source(self) -> str:
        """The generated code."""
        return self.kernel.source

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
        bound = conditions if isinstance(conditions, RateCoefficients) else self.precompute(conditions)
        return eqx.tree_at(lambda rhs: rhs.bound, self, bound, is_leaf=lambda leaf: leaf is None)

    def __call__(self, t: Any, y: Float[Array, "species"], args: Args = None) -> Float[Array, "species"]:
        """dy/dt [species]: abundances per second, or cm^-3 s^-1."""
        y, k, coefficients = self._inputs(t, y, args)
        if not self.table.layout.modified:
            return self.kernel(y, k)
        return self.kernel(y, k, self.modifiers(y, coefficients))

    def jacobian(self, t: Any, y: Float[Array, "species"], args: Args = None) -> SparseMatrix:
        """The exact Jacobian d(dy_i/dt)/dy_j, abundance-dependent rates included.

        Finite at y = 0 and for negative y. The arguments are those of a call; the kernel is built at first use. The
        totals that rates depend on are borders of its pattern (see `SparseMatrix`).
        """
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

    def _checked(self, y):
        y = as_state(self.network, y)
        if y.shape != (len(self.network.species),):
            raise ValueError(
                f"y has shape {y.shape}, the network has {len(self.network.species)} species; use vmap for batches"
            )
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
        return k.at[self.modified].multiply(self.modifiers(y, coefficients).astype(k.dtype))

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
        modifiers = self.modifying(coefficients.conditions)
        k = jnp.asarray(coefficients.k).astype(y.dtype)
        return modifiers, (y, k, modifiers.parameters(self.table, coefficients.conditions))


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
