"""On which abundances a rate term of a carbox network depends."""

import operator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


class _Watched:
    """Stands in for the abundances, can do nothing but give its elements, and notes which."""

    def __init__(self, values):
        self.values = values
        self.shape, self.dtype, self.ndim = values.shape, values.dtype, 1
        self.taken: set[int] = set()

    def __len__(self):
        return len(self.values)

    def __getitem__(self, index: Any):
        try:
            self.taken.add(operator.index(index) % len(self))
        except TypeError:
            self.taken.update(np.arange(len(self))[index].ravel().tolist())
        return self.values[index]


def species_of(term: Any, size: int, sample: tuple[float, float, float, float]) -> tuple[int, ...]:
    """Positions of the species, out of `size`, whose abundances `term` reads at all; ascending.

    `sample` holds the other arguments of a call. A term that takes the abundances as a whole in a way that cannot be
    followed counts as one that depends on all of them.
    """
    taken: set[int] = set()

    def watch(values, *arguments):
        watched = _Watched(values)
        result = term(*arguments, watched)
        taken.update(watched.taken)
        return result

    try:
        with jax.numpy_dtype_promotion("standard"):
            jax.eval_shape(watch, jnp.ones(size), *sample)
    except Exception:  # whatever it is that only a true array can do; a fault of the term itself will show in its calls
        return tuple(range(size))
    return tuple(sorted(taken))
