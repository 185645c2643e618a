"""Rate terms of carbox that are rate laws of eqxfuse, recognised by name and checked by value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from eqxfuse._chemistry.constants import HABING_PER_DRAINE
from eqxfuse._chemistry.rate_laws import (
    Constant,
    CosmicRay,
    CosmicRayPhoton,
    IonPolar1,
    IonPolar2,
    Kooij,
    Photo,
    RateLaw,
    UserRate,
)
from eqxfuse.carbox._arguments import conditions

_ARRHENIUS = ("alpha", "beta", "gamma")
_LAWS: dict[str, tuple[tuple[str, ...], Callable[..., RateLaw]]] = {
    "KAReactionRateTerm": (_ARRHENIUS, Kooij),
    "KAFixedReactionRateTerm": (("reaction_coeff",), Constant),
    "CRPReactionRateTerm": (("alpha",), CosmicRay),
    "CRPhotoReactionRateTerm": (_ARRHENIUS, CosmicRayPhoton),
    "FUVReactionRateTerm": (("alpha",), Photo),
    "UCLCHEMPhotonRateTerm": (("alpha", "gamma"), lambda alpha, gamma: Photo(alpha / HABING_PER_DRAINE, gamma)),
    "PHReactionRateTerm": (("alpha", "gamma"), Photo),
    "IonPol1RateTerm": (_ARRHENIUS, IonPolar1),
    "IonPol2RateTerm": (_ARRHENIUS, IonPolar2),
}
"""The fields of a term, and the law with its parameters."""

_TOLERANCE = 1e-12
"""Relative: another formula differs by more, another order of its operations by less."""


@dataclass(frozen=True)
class TimesDensity:
    """A law times n_H^power, as the function of a `UserRate`."""

    law: type[RateLaw]
    power: int

    def __call__(self, conditions, *parameters):
        rate = self.law(*parameters).coefficient(conditions)
        return rate * jnp.asarray(conditions.density) ** self.power


def with_density(law: RateLaw, power: int) -> RateLaw:
    """`law` times n_H^power."""
    if power == 0:
        return law
    return UserRate(TimesDensity(type(law), power), tuple(jax.tree.leaves(law)))


def known_laws(terms: Sequence[Any], size: int) -> list[list[RateLaw] | None]:
    """The laws of each term's reactions, in a network of `size` species; None for a term that eqxfuse does not know.

    A term is known when its class has a known name and known fields, and all terms of the class give the law's
    values at temperatures from 3 to 3e5 K.
    """
    candidates = _candidates(terms)
    joined = {kind: _joined([terms[i] for i in members]) for kind, members in candidates.items()}
    candidates = {kind: members for kind, members in candidates.items() if joined[kind] is not None}
    stacked = {kind: _stacked([terms[i] for i in members]) for kind, members in candidates.items()}
    good = _same_values([(joined[kind], stacked[kind]) for kind in candidates], size)
    laws: list[list[RateLaw] | None] = [None] * len(terms)
    for (kind, members), same in zip(candidates.items(), good, strict=True):
        fields, make = _LAWS[kind.__name__]
        for i in members if same else ():
            laws[i] = [make(*row) for row in np.stack(_columns(terms[i], fields), axis=1).tolist()]
    return laws


def _candidates(terms: Sequence[Any]) -> dict[type, list[int]]:
    """Positions of the terms of each class that has a known name and the fields that go with it."""
    classes: dict[type, list[int]] = {}
    for i, term in enumerate(terms):
        fields, _ = _LAWS.get(type(term).__name__, ((), None))
        if fields and all(hasattr(term, name) for name in fields):
            classes.setdefault(type(term), []).append(i)
    return classes


def _stacked(terms: list[Any]) -> RateLaw:
    """The law of terms of one class, its parameters arrays [rows]."""
    fields, make = _LAWS[type(terms[0]).__name__]
    columns = zip(*(_columns(term, fields) for term in terms), strict=True)
    return make(*map(np.concatenate, columns))


def _columns(term: Any, fields: Sequence[str]) -> list[np.ndarray]:
    """Each field as an array [rows]."""
    return list(np.broadcast_arrays(*(np.atleast_1d(np.asarray(getattr(term, name), float)) for name in fields)))


def _same_values(pairs: list[tuple[Any, RateLaw]], size: int) -> list[bool]:
    """Whether each term and law give the same rates for all samples."""
    abundances = jnp.linspace(1.0, 2.0, size)

    @jax.jit
    @jax.vmap
    def evaluate(temperature, *others):
        here = conditions(temperature, 1.0, *others)
        with jax.numpy_dtype_promotion("standard"):
            return [(term(temperature, *others, abundances), law.coefficient(here)) for term, law in pairs]

    return [_close(*map(np.asarray, rates)) for rates in evaluate(*map(jnp.asarray, zip(*_samples(), strict=True)))]


def _joined(terms: list[Any]) -> Any:
    """One term with the numbers of all, [rows] each; None for terms that cannot be joined."""
    leaves, structures = zip(*map(jax.tree.flatten, terms), strict=True)
    if (
        len(set(structures)) > 1
        or jax.tree_util.all_leaves(terms)
        or any(np.ndim(leaf) > 1 for own in leaves for leaf in own)
    ):
        return None
    rows = [np.broadcast_arrays(*map(np.atleast_1d, own)) for own in leaves]
    return jax.tree.unflatten(structures[0], [jnp.asarray(np.concatenate(c)) for c in zip(*rows, strict=True)])


def _samples() -> list[tuple[float, float, float, float]]:
    """Temperature, cosmic-ray rate, ultraviolet field and extinction of each sample."""
    return [(t, 0.3 + i, 2.9 - 0.1 * i, 0.7 * i) for i, t in enumerate(np.geomspace(3.0, 3e5, 16).tolist())]


def _close(theirs: np.ndarray, ours: np.ndarray) -> bool:
    """Of one shape, and equal to rounding or both beyond the range of floats."""
    if theirs.shape != ours.shape:
        return False
    with np.errstate(invalid="ignore"):
        near = np.abs(ours - theirs) <= _TOLERANCE * np.abs(theirs) + np.finfo(float).tiny
    return bool(np.all(near | (~np.isfinite(ours) & ~np.isfinite(theirs))))
