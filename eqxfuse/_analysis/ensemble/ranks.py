"""Rank correlations."""

import numpy as np


def rank_correlations(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """[columns] Spearman's correlation of `values` [rows] with each column of `others` [rows, columns].

    Equal values share the mean of their ranks; the columns hold no equal ones. 0 where all values are equal.
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    own = (np.cumsum(counts) - (counts + 1) / 2)[place]
    own -= own.mean()
    columns = np.argsort(np.argsort(others, axis=0), axis=0) - (len(others) - 1) / 2
    size = np.sqrt((own**2).sum() * (columns**2).sum(axis=0))
    return (own @ columns) / np.where(size == 0, 1.0, size)
