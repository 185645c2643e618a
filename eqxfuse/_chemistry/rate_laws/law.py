"""What every rate law is."""

import dataclasses
from collections.abc import Mapping
from typing import ClassVar, TypeAlias, TypeVar, dataclass_transform

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import Conditions

Parameter: TypeAlias = float | Float[Array, " rows"]
"""A parameter of a law: a number for one reaction, or an array for the many that are evaluated at once."""

L = TypeVar("L", bound=type)


class RateLaw:
    """A rate coefficient as a function of `Conditions`.

    A law is a frozen dataclass and a pytree. Its parameters hold a float for one reaction, or an array
    [rows] for many reactions evaluated at once; fields made with `option` are static and the same for
    all rows. `conditions.temperature` may be an array [rows], so a law is written with broadcasting
    `jax.numpy` operations and never branches in Python on a value.

    The coefficient is in cm^(3(m-1)) s^-1 for m rate factors (species whose densities multiply it).
    """

    units: ClassVar[str]
    """Units of the parameters, one line."""
    citation: ClassVar[str]
    """Where the formula comes from."""
    binding: ClassVar[Mapping[str, int]] = {}
    """Parameters that are binding energies, and whose: of the reactant at a position, or with -1 of the product."""

    @property
    def modifying_species(self) -> tuple[str, ...]:
        """Names of the species whose densities enter `modifier`; empty for most laws."""
        return ()

    @property
    def modifying_totals(self) -> tuple[str, ...]:
        """Names of the network's totals (`Total`) that enter `modifier`; empty for most laws."""
        return ()

    @property
    def needed_parameters(self) -> tuple[str, ...]:
        """Names of the `Conditions.parameters` that the law reads; empty for most laws."""
        return ()

    @property
    def is_modified(self) -> bool:
        """Whether the coefficient depends on abundances."""
        return bool(self.modifying_species or self.modifying_totals)

    @property
    def lowest_temperature(self) -> float:
        """Below its range the formula is continued down to this temperature [K], and kept at its value there."""
        return 0.0

    def coefficient(self, conditions: Conditions) -> Parameter:
        """The rate coefficient, or the unmodified one when the law depends on abundances."""
        raise NotImplementedError

    def coefficient_within(self, conditions: Conditions, low, high) -> Parameter:
        """`coefficient` with the temperature of each row held inside low..high [rows], in K, as arrays of NumPy or JAX.

        A law may override it with something cheaper that gives the same numbers.
        """
        return self.coefficient(conditions.at_temperature(jnp.clip(conditions.temperature, low, high)))

    def modifier(self, conditions: Conditions, densities: tuple[Array, ...]) -> Float[Array, " rows"]:
        """Dimensionless factor on `coefficient` from the densities [cm^-3] of `modifying_species`.

        Behind them, `densities` holds the values of `modifying_totals` [cm^-3, or cm^-3 s^-1 for sums of rates]. One
        number where it is the same for all rows. Small negative densities count as zero.
        """
        del conditions, densities
        return jnp.asarray(1.0)


def option(**kwargs):
    """A static field of a rate law: equal for all the reactions that are evaluated together."""
    return dataclasses.field(metadata={"option": True}, **kwargs)


@dataclass_transform(frozen_default=True, field_specifiers=(option,))
def rate_law(cls: L) -> L:
    """Class decorator: a frozen dataclass, registered as a pytree with its parameters as leaves.

    `jax.tree_util.register_dataclass` would not do: up to jaxlib 0.10, the structures it makes compare equal for two
    classes with equal options, so that `jax.jit` may run the code of one law with the parameters of another.
    """
    cls = dataclasses.dataclass(frozen=True, slots=True)(cls)
    options = [f.name for f in dataclasses.fields(cls) if f.metadata.get("option")]
    parameters = [f.name for f in dataclasses.fields(cls) if f.name not in options]
    keys = [jax.tree_util.GetAttrKey(name) for name in parameters]

    def flatten(law):
        return [getattr(law, name) for name in parameters], tuple(getattr(law, name) for name in options)

    def flatten_with_keys(law):
        children, static = flatten(law)
        return list(zip(keys, children, strict=True)), static

    def unflatten(static, children):
        law = object.__new__(cls)
        for name, value in zip((*options, *parameters), (*static, *children), strict=True):
            object.__setattr__(law, name, value)
        return law

    jax.tree_util.register_pytree_with_keys(cls, flatten_with_keys, unflatten, flatten)
    return cls
