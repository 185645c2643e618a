"""Array aliases used in signatures. Shapes are named after the field's nouns."""

from typing import TypeAlias

from jaxtyping import Array, Float

Scalar: TypeAlias = Float[Array, ""]
Abundances: TypeAlias = Float[Array, "species"]
RateVector: TypeAlias = Float[Array, "reactions"]
