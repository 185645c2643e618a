"""Conditions over time, as a table."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import equinox as eqx
import jax
import jax.core
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from eqxfuse._chemistry.conditions import FACTS, Conditions
from eqxfuse._chemistry.constants import YEAR
from eqxfuse._chemistry.history.columns import Units, read_columns
from eqxfuse._chemistry.history.course import Course, with_values
from eqxfuse._chemistry.history.files import Table, open_table
from eqxfuse._chemistry.history.table import check_table
from eqxfuse._program.one_line import OneLine

Interpolation = Literal["cubic", "linear"]
Outside = Literal["error", "hold"]

FEWEST = 4
"""Rows that an interpolant needs; shorter tables are padded."""


class History(eqx.Module, OneLine):
    """Conditions over time, as tables: a callable t [s] -> `Conditions`, and a pytree with the tables as leaves.

    `solve` and `solve_grid` take it in place of `Conditions`. Another table of the same length does not compile again,
    and for that tables are padded: 129 to 256 rows make one length, as 257 to 512 do (see `padded`).

    Between rows a monotone cubic runs through `temperature`, `density` and all else that spans decades in the logarithm
    of the value (unless it is 0 somewhere), and through `av` and the like in the value itself. It neither overshoots
    nor changes what is constant in the table. `interpolation="linear"` makes straight lines instead, at whose kinks
    steps of a solve end.

    **Arguments**:

    - `times` [rows]: increasing [s], two or more.
    - `conditions`: `Conditions` whose fields (and parameters) are arrays [rows], or numbers for what does not change.
    - `interpolation`: "cubic" or "linear".
    - `outside`: what holds before the first row and after the last: "error" refuses such times, "hold" keeps the values
      of that row.

    Raises `ValueError` for tables that make no sense, with the row, the column and what is wrong.
    """

    times: Float[Array, "*batch rows"]
    """[s]"""
    conditions: Conditions
    """Each field, and each parameter, is [*batch, rows], or [*batch] where it does not change."""
    changing: tuple[str, ...] = eqx.field(static=True)
    """Names of the fields and parameters that are tables."""
    interpolation: Interpolation = eqx.field(static=True)
    outside: Outside = eqx.field(static=True)

    def __init__(
        self,
        times: Float[Array, "rows"] | Sequence[float],
        conditions: Conditions,
        *,
        interpolation: Interpolation = "cubic",
        outside: Outside = "error",
    ):
        if not isinstance(conditions, Conditions):
            raise TypeError(f"conditions must be Conditions with arrays over time, got {conditions!r:.100}")
        if interpolation not in ("cubic", "linear"):
            raise ValueError(f'interpolation must be "cubic" or "linear", got {interpolation!r}')
        if outside not in ("error", "hold"):
            raise ValueError(f'outside must be "error" or "hold", got {outside!r}')
        self.times = jnp.asarray(times, float)
        self.conditions = conditions
        self.changing = tuple(name for name, value in conditions.named().items() if jnp.ndim(value))
        self.interpolation = interpolation
        self.outside = outside
        check_table(self.times, {name: getattr(conditions, name) for name in self.changing})

    @classmethod
    def from_columns(
        cls,
        table: Mapping[str, Any],
        columns: Mapping[str, str],
        units: Units | None = None,
        *,
        interpolation: Interpolation = "cubic",
        outside: Outside = "error",
        **constants: Any,
    ) -> "History":
        """From named columns: a dict of arrays, a data frame, anything for which `table["name"]` is a column.

        - `columns`: for `time`, and for each field of `Conditions` or parameter that is in the table, the name of its
          column, as in `{"time": "t", "temperature": "T_gas", "density": "nH"}`.
        - `units`: what to multiply a column with to have it in the units of the field, as in
          `{"time": "kyr", "density": 0.7 / 1.67e-24}`; times may be given as s, yr, kyr, Myr or Gyr.
        - `constants`: fields that do not change, as in `av=3.0`, and `parameters={...}`.

        Columns [tracers, rows] (the time may be [rows] for all of them) make a batch. Raises `ValueError` as `History`
        does, and for a column that is not there or does not hold numbers.
        """
        return cls._from(Table(table), columns, units, constants, interpolation, outside)

    @classmethod
    def from_file(
        cls,
        path: str | Path,
        columns: Mapping[str, str],
        units: Units | None = None,
        *,
        interpolation: Interpolation = "cubic",
        outside: Outside = "error",
        **constants: Any,
    ) -> "History":
        """As `from_columns`, from a file, whose suffix says what it is:

        - `.csv`: a line with names, then a line for each row, separated by commas; empty lines and those that begin
          with # do not count;
        - `.npz`: arrays of NumPy;
        - `.h5` or `.hdf5`: data sets, named by their paths as in `{"time": "tracers/time"}`; needs h5py
          (`pip install 'eqxfuse[tables]'`).

        Raises `ValueError` with the file and the line, and for another suffix, `OSError` where the file cannot be read,
        and `ImportError` without h5py.
        """
        with open_table(Path(path)) as table:
            return cls._from(table, columns, units, constants, interpolation, outside)

    @classmethod
    def _from(cls, table: Table, columns, units, constants: dict[str, Any], interpolation, outside) -> "History":
        times, values = read_columns(table, columns, units or {}, constants)

        def one(tracer: tuple[int, ...]) -> History:
            own: dict[str, Any] = {name: column[tracer] for name, column in values.items()}
            fields = {name: own.pop(name) for name in list(own) if name in FACTS}
            parameters = constants.get("parameters", {}) | own
            given = constants | fields | {"parameters": parameters}
            return cls(times[tracer], Conditions(**given), interpolation=interpolation, outside=outside)

        made = [one(tracer) for tracer in np.ndindex(times.shape[:-1])]
        return made[0] if times.ndim == 1 else cls.stack(made)

    @classmethod
    def stack(cls, histories: "Sequence[History]") -> "History":
        """A batch of them, for `solve_grid`, or for `jax.vmap` of `solve`. They may have different numbers of rows.

        Raises `ValueError` where they do not have the same columns, `interpolation` and `outside`.
        """
        histories = [own for given in histories for own in given.cells]
        kinds = {(own.changing, tuple(own.conditions.parameters), own.interpolation, own.outside) for own in histories}
        if len(kinds) != 1:
            raise ValueError(
                f"histories of a batch must have the same columns, interpolation and outside, got {sorted(kinds)}"
            )
        rows = max(own.times.shape[-1] for own in histories)
        padded = [own.padded(rows) for own in histories]
        return jax.tree.map(lambda *leaves: jnp.asarray(_numbers(*leaves).stack(leaves), float), *padded)

    @property
    def cells(self) -> "list[History]":
        """Those of a batch, one after the other."""
        batch = self.times.shape[:-1]
        if not batch:
            return [self]
        leaves, structure = jax.tree.flatten(self)
        leaves = leaves if _numbers(*leaves) is jnp else [np.asarray(leaf) for leaf in leaves]
        return [structure.unflatten([leaf[i] for leaf in leaves]) for i in np.ndindex(batch)]

    def padded(self, rows: int = 0) -> "History":
        """With the last row repeated until there are as many as asked for, and then to a power of two, 4 at least.

        The repetitions change nothing. Under `jax.jit`, where `solve` would compile for each number of rows, pad what
        comes in.
        """
        now = self.times.shape[-1]
        missing = _length(max(rows, now)) - now
        if not missing:
            return self

        def longer(array):
            return _numbers(array).pad(array, [(0, 0)] * (array.ndim - 1) + [(0, missing)], mode="edge")

        tables = {name: longer(getattr(self.conditions, name)) for name in self.changing}
        made = with_values(self.conditions, tables)
        return eqx.tree_at(lambda h: (h.times, h.conditions), self, (longer(self.times), made))

    @property
    def course(self) -> Course:
        """What is evaluated at the steps of a solve. Raises `ValueError` for a batch."""
        if self.times.ndim != 1:
            raise ValueError(f"this is a batch of {self.times.shape[:-1]} histories: use solve_grid, or jax.vmap")
        whole = self.padded()
        tables = {name: getattr(whole.conditions, name) for name in self.changing}
        others = with_values(whole.conditions, dict.fromkeys(self.changing, 1.0))
        return Course.through(whole.times, tables, others, self.interpolation == "cubic")

    def __call__(self, t: Any) -> Conditions:
        """The conditions at a time [s], or at several [*times]. Raises as `within`."""
        t = self.within(jnp.asarray(t, self.times.dtype), "the time")
        return _at(self.padded(), t)

    def within(self, t: Any, name: str) -> Any:
        """`t` [s], which is refused where `outside` is "error" and it lies outside: at once where it is known (with
        `ValueError`), and when it is computed where it is traced.
        """
        if self.outside == "hold":
            return t
        ends = self.times[..., 0], self.times[..., -1]
        out = ((t < ends[0][..., None]) | (t > ends[1][..., None])).any()
        hint = 'a time outside of its history: say outside="hold" to keep the first and the last conditions'
        if isinstance(out, jax.core.Tracer):
            return eqx.error_if(jnp.asarray(t), out, f"{name} is {hint}")
        if out:
            span = " to ".join(f"{float(end / YEAR):.6g}" for end in (ends[0].max(), ends[1].min()))
            raise ValueError(f"{name}, {float(np.ravel(t)[0]) / YEAR:.6g} yr, is {hint} ({span} yr)")
        return t

    def __repr__(self) -> str:
        *batch, rows = self.times.shape
        count = f"{'x'.join(map(str, batch))} of " if batch else ""
        return f"History({count}{rows} rows, {', '.join(self.changing) or 'nothing'} changing, {self.interpolation})"


@eqx.filter_jit
def _at(history: History, t: Float[Array, "*times"]) -> Conditions:
    found = jax.vmap(history.course)(t.ravel())
    return jax.tree.map(lambda values: values.reshape(t.shape), found)


def _numbers(*arrays: Any) -> Any:
    """NumPy, which is quick, where all is known."""
    return jnp if any(isinstance(array, jax.core.Tracer) for array in arrays) else np


def _length(rows: int) -> int:
    return max(FEWEST, 1 << (rows - 1).bit_length())
