"""A function of vectors written with `jax.numpy` -> operations on scalars."""

from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from eqxfuse._program.jaxpr import double_precision, read_jaxpr
from eqxfuse._program.scalars import FOLDED, ScalarFunction, Scalars

LARGEST = 4000
"""Operations that a function may have: LLVM's passes take seconds for more."""

_CALLS = ("jit", "pjit", "closed_call", "custom_jvp_call", "custom_vjp_call")
_REDUCTIONS = {
    "reduce_sum": "add", "reduce_prod": "mul", "reduce_max": "max", "reduce_min": "min",
    "reduce_and": "and", "reduce_or": "or",
}  # fmt: skip

_INTEGER = ("add", "sub", "mul", "max", "min", "neg", "abs", "lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not")
"""Operations that constants of any type may go through: on integers they do what they do on floats."""


def scalar_function(function: Callable, inputs: Sequence[tuple[str, Sequence[int]]]) -> ScalarFunction:
    """What `function` of float64 vectors computes for the elements of its results, joined.

    `inputs` tells for each vector which elements of which array it consists of. Raises `NotImplementedError` that names
    an operation which has no scalar form.
    """
    with double_precision():
        traced = jax.make_jaxpr(function)(*(jax.ShapeDtypeStruct((len(at),), jnp.float64) for _, at in inputs))
        scalars = Scalars()
        loads = [np.array([scalars.load(array, i) for i in at], dtype=int) for array, at in inputs]
        results = _Reader(scalars).run(traced, loads)
    made = scalars.function(position for result in results for position in result.ravel().tolist())
    if len(made.operations) > LARGEST:
        raise NotImplementedError(f"{len(made.operations)} operations")
    return made


class _Reader:
    """Every value is an array of positions in `scalars`, in the shape it has in the program that is read."""

    def __init__(self, scalars: Scalars):
        self.scalars = scalars
        self._select = np.frompyfunc(partial(scalars.apply, "select"), 3, 1)

    def run(self, closed, arguments: Sequence[np.ndarray]) -> list[np.ndarray]:
        return read_jaxpr(closed, arguments, self._constant, self._shaped)

    def _shaped(self, eqn, inputs: list[np.ndarray]) -> list[np.ndarray]:
        results = zip(self._equation(eqn, inputs), eqn.outvars, strict=True)
        return [np.asarray(result, dtype=int).reshape(variable.aval.shape) for result, variable in results]

    def _constant(self, value) -> np.ndarray:
        value = np.asarray(value)
        return np.array([self.scalars.number(x) for x in value.ravel().tolist()], dtype=int).reshape(value.shape)

    def _equation(self, eqn, inputs: list[np.ndarray]) -> Sequence:
        name, params = eqn.primitive.name, eqn.params
        if name in _CALLS:
            return self.run(params.get("jaxpr") or params["call_jaxpr"], inputs)
        if name == "device_put":
            return inputs
        if name == "split":
            return np.split(inputs[0], np.cumsum(params["sizes"])[:-1], axis=params["axis"])
        kinds = {atom.aval.dtype.kind for atom in eqn.invars}
        if name in FOLDED and (kinds == {"f"} or (kinds == {"b"} and name in ("and", "or", "not"))):
            return [self._each(name, *inputs)]
        if name in _INTEGER and self._are_numbers(inputs):
            return [self._each(name, *inputs)]
        if name in _REDUCTIONS:
            return [self._reduced(_REDUCTIONS[name], inputs[0], params["axes"])]
        rule = getattr(self, f"_{name}", None)
        if rule is None:
            raise NotImplementedError(f"{name} of {', '.join(str(atom.aval) for atom in eqn.invars)}")
        return [rule(eqn, *inputs)]

    def _each(self, name: str, *inputs) -> Any:
        return np.frompyfunc(partial(self.scalars.apply, name), len(inputs), 1)(*inputs)

    def _are_numbers(self, inputs) -> bool:
        return all(position in self.scalars.numbers for x in inputs for position in x.ravel().tolist())

    def _reduced(self, name: str, x: np.ndarray, axes) -> np.ndarray:
        rows = np.moveaxis(x, axes, range(len(axes)))
        rows = rows.reshape(-1, *rows.shape[len(axes) :])
        return reduce(partial(self._each, name), list(rows))

    def _number(self, value: float) -> int:
        return self.scalars.number(value)

    def _iota(self, eqn):
        shape, dimension = eqn.params["shape"], eqn.params["dimension"]
        along = np.arange(shape[dimension]).reshape([-1 if i == dimension else 1 for i in range(len(shape))])
        return self._constant(np.broadcast_to(along, shape))

    def _broadcast_in_dim(self, eqn, x):
        shape, kept = eqn.params["shape"], eqn.params["broadcast_dimensions"]
        thin = [x.shape[kept.index(i)] if i in kept else 1 for i in range(len(shape))]
        return np.broadcast_to(x.reshape(thin), shape)

    def _reshape(self, eqn, x):
        return x.reshape(eqn.outvars[0].aval.shape)

    _squeeze = _copy = _copy_p = _stop_gradient = _optimization_barrier = _reshape

    def _transpose(self, eqn, x):
        return np.transpose(x, eqn.params["permutation"])

    def _slice(self, eqn, x):
        p = eqn.params
        strides = p["strides"] or (1,) * x.ndim
        return x[tuple(map(slice, p["start_indices"], p["limit_indices"], strides))]

    def _rev(self, eqn, x):
        return np.flip(x, eqn.params["dimensions"])

    def _pad(self, eqn, x, value):
        config, shape = eqn.params["padding_config"], eqn.outvars[0].aval.shape
        if any(min(edge) < 0 for edge in config):
            raise NotImplementedError("pad that cuts")
        padded = np.full(shape, value)
        ends = [low + (n - 1) * (between + 1) + 1 for n, (low, _, between) in zip(x.shape, config, strict=True)]
        padded[tuple(slice(edge[0], end, edge[2] + 1) for edge, end in zip(config, ends, strict=True))] = x
        return padded

    def _concatenate(self, eqn, *parts):
        return np.concatenate(parts, axis=eqn.params["dimension"])

    def _stack(self, eqn, *parts):
        return np.stack(parts, axis=eqn.params["axis"])

    def _add_any(self, eqn, a, b):
        return self._each("add", a, b)

    def _square(self, eqn, x):
        return self._each("mul", x, x)

    def _rsqrt(self, eqn, x):
        return self._each("div", self._number(1.0), self._each("sqrt", x))

    def _logistic(self, eqn, x):
        one = self._number(1.0)
        return self._each("div", one, self._each("add", one, self._each("exp", self._each("neg", x))))

    def _integer_pow(self, eqn, x):
        exponent = eqn.params["y"]
        power = reduce(partial(self._each, "mul"), [x] * abs(exponent)) if exponent else self._number(1.0)
        return self._each("div", self._number(1.0), power) if exponent < 0 else np.broadcast_to(power, x.shape)

    def _clamp(self, eqn, low, x, high):
        return self._each("min", self._each("max", x, low), high)

    def _convert_element_type(self, eqn, x):
        given, wanted = eqn.invars[0].aval.dtype.kind, eqn.outvars[0].aval.dtype.kind
        if given == wanted or self._are_numbers([x]):
            return x
        if given == "b":
            return self._select(x, self._number(1.0), self._number(0.0))
        raise NotImplementedError(f"conversion of {eqn.invars[0].aval} to {eqn.outvars[0].aval}")

    def _argmax(self, eqn, x):
        """The first truth; 0 where there is none."""
        if eqn.invars[0].aval.dtype.kind != "b":
            raise NotImplementedError(f"argmax of {eqn.invars[0].aval}")
        rows = np.moveaxis(x, eqn.params["axes"][0], 0)
        first = np.full(rows.shape[1:], self._number(0.0))
        for i in reversed(range(len(rows))):
            first = self._select(rows[i], self._number(i), first)
        return first

    def _select_n(self, eqn, which, *cases):
        chosen = cases[0]
        for i, case in enumerate(cases[1:], 1):
            here = which if eqn.invars[0].aval.dtype.kind == "b" else self._each("eq", which, self._number(i))
            chosen = self._either(eqn, here, case, chosen)
        return chosen

    def _either(self, eqn, here, yes, no):
        if eqn.outvars[0].aval.dtype.kind != "b":
            return self._select(here, yes, no)
        return self._each("or", self._each("and", here, yes), self._each("and", self._each("not", here), no))
