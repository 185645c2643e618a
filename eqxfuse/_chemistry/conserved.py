"""What no reaction of a network changes."""

from functools import lru_cache

import numpy as np

from eqxfuse._chemistry.network import Network

NOISE = 1e-9
"""Weights below are rounding errors."""


@lru_cache(maxsize=64)
def conserved_sums(network: Network) -> np.ndarray:
    """[sums, species] weights of the sums over species that all reactions keep: a basis of the left null space of the
    stoichiometry.

    Elements and charge stand first, as far as the reactions keep them and they differ; whatever else is kept follows
    (species that nothing changes, say), found in the stoichiometry alone.
    """
    changes = np.zeros((len(network.reactions), len(network.species)))
    for j, own in enumerate(network.net_changes):
        changes[j, list(own)] = list(own.values())
    sizes, vectors = np.linalg.eigh(changes.T @ changes)
    kept = vectors[:, sizes <= NOISE * max(sizes.max(initial=0.0), 1.0)].T
    named = network.composition[~(np.abs(changes @ network.composition.T) > NOISE).any(axis=0)]
    basis = np.zeros((0, len(network.species)))
    for row in (*named, *_reduced(kept - kept @ np.linalg.pinv(named) @ named)):
        if np.linalg.matrix_rank(more := np.vstack([basis, row]), tol=NOISE) == len(more):
            basis = more
    assert len(basis) == len(kept)
    basis.flags.writeable = False
    return basis


def _reduced(rows: np.ndarray) -> np.ndarray:
    """Rows of the same span, each with a column that no other row has."""
    rows = rows.copy()
    for i in range(len(rows)):
        best, column = np.unravel_index(np.argmax(np.abs(rows[i:])), rows[i:].shape)
        if abs(rows[i + best, column]) < NOISE:
            return rows[:i]
        rows[[i, i + best]] = rows[[i + best, i]]
        rows[i] /= rows[i, column]
        others = np.arange(len(rows)) != i
        rows[others] -= np.outer(rows[others, column], rows[i])
        rows[np.abs(rows) < NOISE] = 0.0
    return rows
