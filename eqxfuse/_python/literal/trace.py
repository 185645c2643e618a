"""A function of scalars written with `jax.numpy` -> nodes of a graph."""

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from eqxfuse._program.jaxpr import double_precision, read_jaxpr
from eqxfuse._python.literal.graph import Graph

_OPERATORS = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "neg": "-{}",
    "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=", "and": "&", "or": "|",
}  # fmt: skip
_FUNCTIONS = {
    "exp": "jnp.exp", "exp2": "jnp.exp2", "expm1": "jnp.expm1", "log": "jnp.log", "log1p": "jnp.log1p",
    "sqrt": "jnp.sqrt", "rsqrt": "lax.rsqrt", "cbrt": "jnp.cbrt", "square": "jnp.square", "abs": "jnp.abs",
    "sign": "jnp.sign", "floor": "jnp.floor", "ceil": "jnp.ceil", "max": "jnp.maximum", "min": "jnp.minimum",
    "sin": "jnp.sin", "cos": "jnp.cos", "tan": "jnp.tan", "atan2": "jnp.arctan2", "sinh": "jnp.sinh",
    "cosh": "jnp.cosh", "tanh": "jnp.tanh", "erf": "lax.erf", "logistic": "lax.logistic", "not": "jnp.logical_not",
}  # fmt: skip
_REDUCTIONS = {"reduce_sum": "jnp.sum", "reduce_max": "jnp.max", "reduce_min": "jnp.min", "reduce_prod": "jnp.prod"}

Value = int | np.ndarray | tuple[int, ...]
"""A node, a constant array, or conditions that `jnp.select` stacked."""


def trace(function: Callable, arguments: int):
    """The jaxpr of `function` of that many float64 scalars, to `read` as often as needed."""
    with double_precision():
        return jax.make_jaxpr(function)(*[jax.ShapeDtypeStruct((), jnp.float64)] * arguments)


def read(graph: Graph, traced, arguments: Sequence[int]) -> int:
    """The node of the result, given those of the arguments.

    Raises `NotImplementedError` that names an operation which has no form in the text.
    """
    with double_precision():
        (result,) = _Reader(graph).run(traced, list(arguments))
    return result


class _Reader:
    def __init__(self, graph: Graph):
        self.graph = graph

    def run(self, closed, arguments: list) -> list:
        return read_jaxpr(closed, arguments, self._constant, self._equation)

    def _constant(self, value) -> Value:
        value = np.asarray(value)
        if value.ndim:
            return value
        return self.graph.leaf(repr(bool(value))) if value.dtype == bool else self.graph.number(float(value))

    def _equation(self, eqn, inputs: list[Value]) -> list:
        name = eqn.primitive.name
        if name in ("jit", "pjit"):
            return self.run(eqn.params["jaxpr"], inputs)
        if self._is_constant_array(eqn, inputs):
            numbers = [self.graph.numbers[x] if isinstance(x, int) else x for x in inputs]
            typed = [np.asarray(x, atom.aval.dtype) for x, atom in zip(numbers, eqn.invars, strict=True)]
            results = eqn.primitive.bind(*typed, **eqn.params)
            return [self._constant(x) for x in (results if eqn.primitive.multiple_results else [results])]
        stacked = self._stacked(eqn, inputs)
        if stacked is not None:
            return [stacked]
        if eqn.outvars[0].aval.dtype.name not in ("float64", "bool"):
            raise NotImplementedError(f"{name} of {eqn.outvars[0].aval}")
        return [self._node(name, eqn, [self._as_node(name, x) for x in inputs])]

    def _as_node(self, name: str, value: Value) -> int:
        if isinstance(value, np.ndarray) and value.dtype == np.float64:
            return self.graph.table(value)
        if not isinstance(value, int):
            raise NotImplementedError(f"{name} of something other than floats")
        return value

    def _is_constant_array(self, eqn, inputs) -> bool:
        arrays = any(atom.aval.ndim for atom in (*eqn.invars, *eqn.outvars))
        return arrays and all(isinstance(x, np.ndarray) or x in self.graph.numbers for x in inputs)

    def _stacked(self, eqn, inputs) -> Value | None:
        """The steps of `jnp.select`: stack the conditions behind a False, find the first, take its case."""
        name, conditions = eqn.primitive.name, all(atom.aval.dtype.kind == "b" for atom in eqn.invars)
        if name == "stack" and conditions:
            return tuple(inputs)
        if name == "broadcast_in_dim" and conditions and isinstance(inputs[0], int):
            return (inputs[0],)
        if name == "concatenate" and conditions:
            return tuple(x for part in inputs for x in part)
        if not inputs or not isinstance(inputs[0], tuple):
            return None
        if name in ("argmax", "convert_element_type"):
            return inputs[0]
        if name == "select_n":
            n = len(inputs) - 2
            holes = ", ".join(["{}"] * n)
            return self.graph.apply(f"jnp.select([{holes}], [{holes}], {{}})", *inputs[0][1:], *inputs[2:], inputs[1])
        raise NotImplementedError(name)

    def _node(self, name: str, eqn, nodes: Sequence[int]) -> int:
        shape = eqn.outvars[0].aval.shape
        apply = self.graph.plain if shape else self.graph.apply
        if name in _OPERATORS:
            return apply(_OPERATORS[name], *nodes)
        if name in _FUNCTIONS:
            return apply(f"{_FUNCTIONS[name]}({', '.join(['{}'] * len(nodes))})", *nodes)
        if name in _REDUCTIONS:
            return apply(f"{_REDUCTIONS[name]}({{}}, axis={eqn.params['axes']!r})", *nodes)
        if name == "integer_pow":
            return apply("**", nodes[0], self.graph.leaf(repr(int(eqn.params["y"]))))
        if name == "select_n" and len(nodes) == 3:
            return apply("jnp.where({}, {}, {})", nodes[0], nodes[2], nodes[1])
        if name == "clamp":
            return apply("jnp.clip({}, {}, {})", nodes[1], nodes[0], nodes[2])
        if name == "convert_element_type":
            same = eqn.invars[0].aval.dtype == eqn.outvars[0].aval.dtype
            return nodes[0] if same or nodes[0] in self.graph.numbers else self._as_number(eqn, nodes[0])
        if name == "broadcast_in_dim" and shape:
            return apply(f"lax.broadcast_in_dim({{}}, {shape!r}, {eqn.params['broadcast_dimensions']!r})", *nodes)
        if name in ("broadcast_in_dim", "reshape", "squeeze", "copy"):
            return nodes[0] if shape == eqn.invars[0].aval.shape else apply(f"jnp.reshape({{}}, {shape!r})", *nodes)
        raise NotImplementedError(name)

    def _as_number(self, eqn, node: int) -> int:
        if eqn.invars[0].aval.dtype.kind != "b":
            raise NotImplementedError(f"conversion of {eqn.invars[0].aval} to {eqn.outvars[0].aval}")
        return self.graph.apply("jnp.where({}, {}, {})", node, self.graph.number(1.0), self.graph.number(0.0))
