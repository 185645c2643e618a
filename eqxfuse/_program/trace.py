"""A function written with `jax.numpy` -> expressions, element by element. The only reader of jaxprs."""

from collections.abc import Callable, Sequence
from functools import partial, reduce
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import ClosedJaxpr

from eqxfuse._program.expressions import ARITHMETIC, Expressions
from eqxfuse._program.functions import FUNCTIONS
from eqxfuse._program.ir import Program

Inputs = Sequence[tuple[str, Sequence[int]]]
"""Arrays, and which of their elements."""

LARGEST = 4000
"""Operations that a function may have: LLVM's passes take seconds for more."""

LONGEST_LOOP = 64
"""Turns that a loop of fixed length may have: it is written out."""

_CALLS = ("jit", "pjit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call", "remat", "checkpoint")
_REDUCTIONS = {
    "reduce_sum": "add", "reduce_prod": "mul", "reduce_max": "max", "reduce_min": "min",
    "reduce_and": "and", "reduce_or": "or",
}  # fmt: skip
_SAME = {"add_any": "add", "lt_to": "lt", "le_to": "le"}
_ELEMENTWISE = {name for name in (*ARITHMETIC, *FUNCTIONS) if name not in ("integer_pow", "nearest", "within", "take")}
_WHOLE = ("add", "sub", "mul", "max", "min", "neg", "abs", "sign", "lt", "le", "gt", "ge", "eq", "ne")
"""Operations that do to whole numbers what they do to others."""

_LOGIC = ("and", "or", "not", "eq", "ne")
"""Those that take truths."""


def double_precision():
    """A context in which arrays may be float64, whatever the user's setting is."""
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    from jax.experimental import enable_x64  # pyright: ignore[reportAttributeAccessIssue]

    return enable_x64()


def scalar_function(function: Callable, inputs: Inputs) -> Program:
    """`scalar_expressions` as a program."""
    expressions, results = scalar_expressions(function, inputs)
    made = expressions.program("scalars", results)
    if len(made.statements) > LARGEST:
        raise NotImplementedError(f"{len(made.statements)} operations, more than {LARGEST}")
    return made


def scalar_expressions(function: Callable, inputs: Inputs) -> tuple[Expressions, list[int]]:
    """What `function` of float64 vectors computes for the elements of its results, joined.

    `inputs` tells for each vector which elements of which array it consists of. Raises `NotImplementedError` that names
    an operation which the language does not have.
    """
    expressions = Expressions()
    loads = [np.array([expressions.load(array, i) for i in at], dtype=int) for array, at in inputs]
    results = read(expressions, traced(function, *((len(at),) for _, at in inputs)), loads)
    return expressions, [i for result in results for i in result.ravel().tolist()]


def traced(function: Callable, *shapes: tuple[int, ...]):
    """The jaxpr of `function` of float64 arrays, to `read` as often as needed."""
    with double_precision():
        return jax.make_jaxpr(function)(*(jax.ShapeDtypeStruct(shape, jnp.float64) for shape in shapes))


def read(expressions: Expressions, jaxpr, arguments: Sequence[np.ndarray | int]) -> list[np.ndarray]:
    """The results of a closed jaxpr as arrays of expressions, given its arguments as such.

    Whole numbers are exact up to 2^53; truths are 1 and 0. Raises `NotImplementedError` that names an operation which
    the language does not have.
    """
    with double_precision(), np.errstate(all="ignore"):
        return _Reader(expressions).run(jaxpr, [np.asarray(x) for x in arguments])


class _Reader:
    """Every value is an array of positions in `expressions`, in the shape it has in the program that is read."""

    def __init__(self, expressions: Expressions):
        self.expressions = expressions

    def run(self, closed, arguments: Sequence[np.ndarray]) -> list[np.ndarray]:
        jaxpr, values = closed.jaxpr, {}
        values.update(zip(jaxpr.constvars, map(self._constant, closed.consts), strict=True))
        values.update(zip(jaxpr.invars, arguments, strict=True))

        def value(atom):
            return self._constant(atom.val) if hasattr(atom, "val") else values[atom]

        for eqn in jaxpr.eqns:
            results = self._equation(eqn, [value(atom) for atom in eqn.invars])
            for variable, result in zip(eqn.outvars, results, strict=True):
                values[variable] = np.asarray(result, dtype=int).reshape(variable.aval.shape)
        return [value(atom) for atom in jaxpr.outvars]

    def _constant(self, value) -> np.ndarray:
        value = np.asarray(value)
        numbers = [self.expressions.number(x) for x in value.ravel().tolist()]
        return np.array(numbers, dtype=int).reshape(value.shape)

    def _equation(self, eqn, inputs: list[np.ndarray]) -> Sequence:
        params, name = eqn.params, str(eqn.primitive.name)
        name = _SAME.get(name, name)
        if name in _CALLS:
            called = params.get("jaxpr") or params.get("call_jaxpr") or params["fun_jaxpr"]
            return self.run(called if hasattr(called, "consts") else ClosedJaxpr(called, ()), inputs)
        if name == "device_put":
            return inputs
        if name == "split":
            return np.split(inputs[0], np.cumsum(params["sizes"])[:-1], axis=params["axis"])
        if name == "scan":
            return self._scan(params, inputs)
        kinds = {atom.aval.dtype.kind for atom in eqn.invars}
        if name in _ELEMENTWISE and kinds == {"f"}:
            return [self._each(name, *inputs)]
        if name in (_LOGIC if kinds == {"b"} else _WHOLE) and "f" not in kinds:
            return [self._each(name, *inputs)]
        if name in _REDUCTIONS:
            return [self._reduced(_REDUCTIONS[name], inputs[0], params["axes"])]
        rule = getattr(self, f"_{name}", None)
        if rule is None:
            raise NotImplementedError(f"{name} of {', '.join(str(atom.aval) for atom in eqn.invars)}")
        return [rule(eqn, *inputs)]

    def _each(self, name: str, *inputs) -> Any:
        return np.frompyfunc(partial(self.expressions.apply, name), len(inputs), 1)(*inputs)

    def _number(self, value: float) -> int:
        return self.expressions.number(value)

    def _numbers(self, x: np.ndarray) -> tuple[float, ...] | None:
        """The values of `x`, if all of them are known."""
        values = tuple(self.expressions.numbers.get(position) for position in x.ravel().tolist())
        return None if None in values else values  # pyright: ignore[reportReturnType]

    def _reduced(self, name: str, x: np.ndarray, axes) -> np.ndarray:
        rows = np.moveaxis(x, axes, range(len(axes)))
        rows = rows.reshape(-1, *rows.shape[len(axes) :])
        if len(rows):
            return reduce(partial(self._each, name), list(rows))
        return np.full(x.sum(tuple(axes)).shape, self._number({"add": 0.0, "mul": 1.0}[name]))

    def _scan(self, params, inputs: list[np.ndarray]) -> list[np.ndarray]:
        """Turn by turn."""
        length, constants, carried = params["length"], params["num_consts"], params["num_carry"]
        if length > LONGEST_LOOP:
            raise NotImplementedError(f"scan of {length} turns, more than {LONGEST_LOOP}")
        own, state, rows = inputs[:constants], inputs[constants:][:carried], inputs[constants + carried :]
        stacks: list[list[np.ndarray]] = []
        for turn in range(length)[:: -1 if params["reverse"] else 1]:
            results = self.run(params["jaxpr"], [*own, *state, *(x[turn] for x in rows)])
            state = results[:carried]
            stacks.append(results[carried:])
        if params["reverse"]:
            stacks.reverse()
        return [*state, *(np.stack(parts) for parts in zip(*stacks, strict=True))]

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

    def _dynamic_slice(self, eqn, x, *starts):
        sizes = eqn.params["slice_sizes"]
        held = [self._held(start[()], n - size) for start, n, size in zip(starts, x.shape, sizes, strict=True)]
        offsets = np.indices(sizes).reshape(len(sizes), -1).T.tolist()
        elements = [
            self._at(x, [self._each("add", start, self._number(o)) for start, o in zip(held, own, strict=True)])
            for own in offsets
        ]
        return np.array(elements, dtype=int).reshape(sizes)

    def _gather(self, eqn, x, indices):
        """Element by element; what lies outside is no number, or held inside, as the mode says."""
        d, sizes = eqn.params["dimension_numbers"], eqn.params["slice_sizes"]
        fills = "FILL" in str(eqn.params["mode"]) and eqn.outvars[0].aval.dtype.kind == "f"
        shape, axes = eqn.outvars[0].aval.shape, range(x.ndim)
        batched = getattr(d, "operand_batching_dims", ())
        window = [i for i in axes if i not in (*d.collapsed_slice_dims, *batched)]
        free = [i for i in range(len(shape)) if i not in d.offset_dims]
        result = np.empty(shape, dtype=int)
        for at in np.ndindex(*shape):
            row = tuple(at[i] for i in free)
            starts = dict(zip(d.start_index_map, indices[row].tolist(), strict=True))
            own = zip(batched, getattr(d, "start_indices_batching_dims", ()), strict=True)
            starts |= {i: self._number(row[k]) for i, k in own}
            offsets = dict(zip(window, (at[i] for i in d.offset_dims), strict=True))
            place, inside = [], self._number(1.0)
            for i in axes:
                start, last = starts.get(i, self._number(0.0)), x.shape[i] - sizes[i]
                place.append(self._each("add", self._held(start, last), self._number(offsets.get(i, 0))))
                if fills:
                    limits = self._each("ge", start, self._number(0.0)), self._each("le", start, self._number(last))
                    inside = self._each("and", inside, self._each("and", *limits))
            element = self._at(x, place)
            result[at] = self._each("select", inside, element, self._number(np.nan)) if fills else element
        return result

    def _held(self, index, last: int) -> int:
        return self._each("clip", index, self._number(0.0), self._number(last))

    def _at(self, x: np.ndarray, place: Sequence[int]) -> int:
        """The element of `x` at a place within it."""
        flat = self._number(0.0)
        for n, index in zip(x.shape, place, strict=True):
            flat = self._each("add", self._each("mul", flat, self._number(n)), index)
        known, values = self.expressions.numbers.get(flat), x.ravel().tolist()
        if known is not None:
            return values[int(known)]
        table = self._numbers(x)
        if table is not None:
            return self.expressions.apply("take", flat, table=table)
        chosen = values[0]
        for i, value in enumerate(values[1:], 1):
            chosen = self._each("select", self._each("eq", flat, self._number(i)), value, chosen)
        return chosen

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

    def _dot_general(self, eqn, a, b):
        """Products of matrices and vectors, written out."""
        (left, right), batch = eqn.params["dimension_numbers"]
        if any(batch):
            raise NotImplementedError("dot_general of a batch")
        rows = np.moveaxis(a, left, range(-len(left), 0)).reshape(-1, int(np.prod([a.shape[i] for i in left])))
        columns = np.moveaxis(b, right, range(-len(right), 0)).reshape(-1, rows.shape[1])
        products = self._each("mul", rows[:, None, :], columns[None, :, :])
        return self._reduced("add", products, (2,)).reshape(eqn.outvars[0].aval.shape)

    def _cumsum(self, eqn, x):
        rows = np.moveaxis(x, eqn.params["axis"], 0)
        rows = list(rows[::-1] if eqn.params["reverse"] else rows)
        for i in range(1, len(rows)):
            rows[i] = self._each("add", rows[i - 1], rows[i])
        return np.moveaxis(np.stack(rows[::-1] if eqn.params["reverse"] else rows), 0, eqn.params["axis"])

    def _square(self, eqn, x):
        return self._each("integer_pow", x, self._number(2.0))

    def _rsqrt(self, eqn, x):
        return self._each("div", self._number(1.0), self._each("sqrt", x))

    def _integer_pow(self, eqn, x):
        return self._each("integer_pow", x, self._number(eqn.params["y"]))

    def _clamp(self, eqn, low, x, high):
        return self._each("clip", x, low, high)

    def _div(self, eqn, a, b):
        """Of whole numbers, towards zero."""
        return self._whole(self._each("div", a, b))

    def _rem(self, eqn, a, b):
        return self._each("sub", a, self._each("mul", b, self._whole(self._each("div", a, b))))

    def _convert_element_type(self, eqn, x):
        given, wanted = eqn.invars[0].aval.dtype.kind, eqn.outvars[0].aval.dtype.kind
        if given == "f" and wanted in "iu":
            return self._whole(x)
        if wanted == "b" and given != "b":
            return self._each("ne", x, self._number(0.0))
        if given == "b" and wanted != "b":
            return self._each("select", x, self._number(1.0), self._number(0.0))
        return x

    def _whole(self, x):
        """Without what stands behind the point."""
        return self._each(
            "select", self._each("lt", x, self._number(0.0)), self._each("ceil", x), self._each("floor", x)
        )

    def _argmax(self, eqn, x):
        if eqn.invars[0].aval.dtype.kind != "b":
            return self._first(eqn, x, "gt")
        rows = np.moveaxis(x, eqn.params["axes"][0], 0)
        place = np.full(rows.shape[1:], self._number(0.0))
        for i in reversed(range(len(rows))):
            place = self._each("select", rows[i], self._number(i), place)
        return place

    def _argmin(self, eqn, x):
        return self._first(eqn, x, "lt")

    def _first(self, eqn, x, better: str):
        """The place of the best, the first of equals."""
        rows = np.moveaxis(x, eqn.params["axes"][0], 0)
        best, place = rows[0], np.full(rows.shape[1:], self._number(0.0))
        for i in range(1, len(rows)):
            here = self._each(better, rows[i], best)
            best, place = self._each("select", here, rows[i], best), self._each("select", here, self._number(i), place)
        return place

    def _select_n(self, eqn, which, *cases):
        if eqn.invars[0].aval.dtype.kind == "b":
            return self._either(eqn, which, cases[1], cases[0])
        choose = np.frompyfunc(partial(self._case, eqn), 1 + len(cases), 1)
        return choose(which, *cases)

    def _case(self, eqn, which: int, *cases: int) -> int:
        """The case of that number; conditions that choose the number choose the case."""
        node = self.expressions.nodes[which]
        if which in self.expressions.numbers:
            return cases[int(self.expressions.numbers[which])]
        if node.name == "select":
            condition, yes, no = node.operands
            return self._either(eqn, condition, self._case(eqn, yes, *cases), self._case(eqn, no, *cases))
        chosen = cases[0]
        for i, case in enumerate(cases[1:], 1):
            chosen = self._either(eqn, self._each("eq", which, self._number(i)), case, chosen)
        return chosen

    def _either(self, eqn, here, yes, no):
        if eqn.outvars[0].aval.dtype.kind != "b":
            return self._each("select", here, yes, no)
        return self._each("or", self._each("and", here, yes), self._each("and", self._each("not", here), no))
