"""Populations of two and three levels in closed form, and the energy that they radiate."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import jax.numpy as jnp

from eqxfuse._chemistry.thermal.gas import Scalar


class Line(NamedTuple):
    """A transition between two levels, lower < upper."""

    upper: int
    lower: int
    decay: float
    """Einstein's A [s^-1]."""


class Levels(NamedTuple):
    """Energies over k [K], statistical weights, and the lines between them, in any order."""

    energies: tuple[float, ...]
    weights: tuple[int, ...]
    lines: tuple[Line, ...]


def few_level_cooling(
    levels: Levels, collisions: Sequence[Scalar], temperature: Scalar, background: Scalar | None
) -> Scalar:
    """Net energy over k [K s^-1] that one particle of two or three levels in balance radiates.

    `collisions` are de-excitation rates [s^-1], one for each line. In a black `background` [K], light of which is
    absorbed and stimulates emission, the particle heats the gas where that is colder than the background.
    """
    rates: dict[tuple[int, int], Scalar] = {}
    exchanged = []
    for line, down in zip(levels.lines, collisions, strict=True):
        up, low = line.upper, line.lower
        gap, weight = levels.energies[up] - levels.energies[low], levels.weights[up] / levels.weights[low]
        boltzmann = weight * jnp.exp(-gap / temperature)
        photons = 0.0 if background is None else -jnp.exp(-gap / background) / jnp.expm1(-gap / background)
        rates[up, low] = down + line.decay * (1.0 + photons)
        rates[low, up] = down * boltzmann + line.decay * weight * photons
        exchanged.append((up, low, gap, line.decay * (1.0 + photons), line.decay * weight * photons))
    f = level_populations(rates)
    net = (gap * (f[up] * emits - f[low] * absorbs) for up, low, gap, emits, absorbs in exchanged)
    return sum(net, jnp.zeros_like(temperature))


def level_populations(rates: Mapping[tuple[int, int], Scalar]) -> tuple[Scalar, ...]:
    """Shares of two or three levels in balance, their sum 1, from the rates i -> j [s^-1] of each pair (i, j).

    Raises `ValueError` for another number of levels, and for pairs without a rate.
    """
    if set(rates) not in ({(0, 1), (1, 0)}, {(i, j) for i in range(3) for j in range(3) if i != j}):
        raise ValueError(f"rates of every pair of two or of three levels are needed, got {sorted(rates)}")
    return _two(rates) if len(rates) == 2 else _three(rates)


def _two(rate):
    both = rate[0, 1] + rate[1, 0]
    return rate[1, 0] / both, rate[0, 1] / both


def _three(rate):
    """Cramer's rule, in which no terms cancel."""
    (r01, r02), (r10, r12), (r20, r21) = ([rate[i, j] for j in range(3) if j != i] for i in range(3))
    f0 = r10 * r20 + r10 * r21 + r12 * r20
    f1 = r01 * r20 + r01 * r21 + r02 * r21
    f2 = r02 * r10 + r02 * r12 + r01 * r12
    total = f0 + f1 + f2
    return f0 / total, f1 / total, f2 / total
