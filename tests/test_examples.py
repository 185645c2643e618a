"""The examples run and say something sensible."""

import runpy
from pathlib import Path

import jax.numpy as jnp

EXAMPLES = Path(__file__).parents[1] / "examples"


def test_temperature_grid():
    example = runpy.run_path(str(EXAMPLES / "temperature_grid.py"))
    rows = example["abundances"](jnp.array([10.0, 20.0]))
    assert rows.shape == (2, len(example["SPECIES"]))
    assert ((rows[:, 0] > 5e-5) & (rows[:, 0] < 1.5e-4)).all()
