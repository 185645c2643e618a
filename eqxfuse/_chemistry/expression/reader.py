"""Expressions -> instructions, by walking Python's syntax tree. Nothing of the text is ever run."""

import ast
import math
from collections import Counter
from dataclasses import dataclass, replace
from difflib import get_close_matches

from eqxfuse._chemistry.expression import library
from eqxfuse._chemistry.expression.code import Builder, Code
from eqxfuse._chemistry.expression.names import FIELDS, SHORTCUTS, Names
from eqxfuse._chemistry.expression.words import ALL, Tree, tree
from eqxfuse.errors import ExpressionError

DEEPEST = 100
"""Levels of an expression, with those of the variables that it names."""
_LARGEST_POWER = 64
"""A whole exponent beyond it is a number like others."""
_LARGEST_WHOLE = 2**31 - 1

PARTICLES, NUCLEI = "sum(n)", "get_Hnuclei(n)"
"""Totals that formulas may need: of all densities, and of all hydrogen nuclei."""

_UNARY = {
    "exp": "exp", "dexp": "exp", "sqrt": "sqrt", "dsqrt": "sqrt", "log": "log", "dlog": "log", "log10": "log10",
    "dlog10": "log10", "abs": "abs", "dabs": "abs", "tanh": "tanh", "dtanh": "tanh",
}  # fmt: skip
_EXTREMES = {"max": "max", "dmax1": "max", "min": "min", "dmin1": "min"}
_ARRAYS = ("n", "n_global")
_OWN = (*_ARRAYS, "sum", "get_hnuclei", "merge", "dble", "real")
_OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
_COMPARISONS = {
    ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne",
}  # fmt: skip


@dataclass(frozen=True)
class Formula:
    """A formula as a law takes it, what its rate was divided by (densities of reactants), and what is doubtful."""

    code: Code
    numbers: tuple[float, ...]
    divided: tuple[str, ...]
    doubts: tuple[str, ...]


def read_formula(
    text: str, names: Names | None = None, condition: str = "", reactants: Counter[str] | None = None
) -> Formula:
    """The formula of a rate, 0 where `condition` does not hold. Divisions by densities of `reactants` are left out.

    Raises `ExpressionError`, with the column of `text`.
    """
    reader = _Reader(names or Names())
    try:
        own = tree(text.strip())
        root = reader.where(tree(condition.strip()), own) if condition else reader.value(own)
    except RecursionError:
        raise ExpressionError("the expression is nested too deeply") from None
    code, numbers, divided = reader.builder.code(root, reactants or Counter())
    return Formula(code, numbers, tuple(divided), tuple(reader.doubts))


@dataclass(frozen=True)
class _Whole:
    """A whole number that is known: Fortran divides them without remainder."""

    value: int


@dataclass(frozen=True)
class _Scope:
    """Where an expression stands: in the text itself, in a variable, or in a function, whose `local` names it knows."""

    tree: Tree
    name: str = ""
    """Of the variable or function; empty for the text itself."""
    constants: bool = False
    """Whether numbers are the same for all formulas."""
    local: dict[str, "int | str"] | None = None


class _Reader:
    def __init__(self, names: Names):
        self.names = names
        self.builder = Builder()
        self.doubts: list[str] = []
        self._depth = 0
        self._open: list[str] = []
        self._made: dict[tuple[str, int | None], int] = {}

    def value(self, tree: Tree) -> int:
        """A number."""
        return self._number(_Scope(tree), tree.root)

    def where(self, condition: Tree, tree: Tree) -> int:
        """A number that is 0 where the condition does not hold."""
        mask = self._truth(_Scope(condition), condition.root)
        value = self._under(mask, _Scope(tree), tree.root)
        return self.builder.add("select", mask, value, self.builder.add("constant", 0.0))

    def _walk(self, scope: _Scope, node: ast.expr) -> "int | _Whole":
        rule = getattr(self, f"_{type(node).__name__.lower()}", None)
        if rule is None:
            raise self._fail(scope, node, "this is not part of the language")
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._fail(scope, node, f"the expression has more than {DEEPEST} levels, with its variables")
        try:
            return rule(scope, node)
        finally:
            self._depth -= 1

    def _fail(self, scope: _Scope, node: ast.expr, why: str) -> ExpressionError:
        if scope.name:
            return ExpressionError(f"in {scope.name}: {why}")
        return ExpressionError(why, scope.tree.column(node))

    def _number(self, scope: _Scope, node: ast.expr) -> int:
        found = self._walk(scope, node)
        if not isinstance(found, _Whole) and self.builder.is_truth(found):
            raise self._fail(scope, node, "a number is needed here, not a condition")
        return self._real(scope, found)

    def _real(self, scope: _Scope, found: "int | _Whole") -> int:
        return self._literal(scope, float(found.value)) if isinstance(found, _Whole) else found

    def _literal(self, scope: _Scope, value: float) -> int:
        """A negative number is minus a positive one, as it would be in the text."""
        if scope.constants:
            return self.builder.add("constant", value)
        number = self.builder.number(abs(value))
        return self.builder.add("neg", number) if value < 0 else number

    def _truth(self, scope: _Scope, node: ast.expr) -> int:
        found = self._walk(scope, node)
        if isinstance(found, _Whole) or not self.builder.is_truth(found):
            raise self._fail(scope, node, "a condition is needed here")
        return found

    def _under(self, condition: int, scope: _Scope, node: ast.expr) -> int:
        """A number that is used under a condition alone."""
        outer = self.builder.guard
        self.builder.guard = condition if outer is None else self.builder.add("and", outer, condition)
        try:
            return self._number(scope, node)
        finally:
            self.builder.guard = outer

    def _constant(self, scope: _Scope, node: ast.Constant):
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            return self._whole(scope, node, node.value)
        value = node.value
        if not isinstance(value, float) or not math.isfinite(value):
            raise self._fail(scope, node, "this is no finite number")
        return self._literal(scope, value)

    def _whole(self, scope: _Scope, node: ast.expr, value: int) -> _Whole:
        if abs(value) > _LARGEST_WHOLE:
            raise self._fail(scope, node, "a whole number is too large: write it with a point")
        return _Whole(value)

    def _name(self, scope: _Scope, node: ast.Name):
        name = node.id[1:].lower()
        if scope.local is not None and name in scope.local:
            return self._local(scope, name, scope.local)
        definition = self.names.definitions.get(name)
        if definition and name not in self._open and scope.local is None:
            self._open.append(name)
            try:
                return self._variable(f"the variable {definition.name}", definition.text, constants=False)
            finally:
                self._open.pop()
        fields = FIELDS if scope.local is None else FIELDS | library.FIELDS
        if name in fields:
            return self.builder.add("field", fields[name])
        if name in SHORTCUTS:
            return self._variable(f"the shortcut {name}", SHORTCUTS[name], constants=True)
        if name.startswith("user_") and (self.names.parameters is None or name in self.names.parameters):
            return self.builder.add("parameter", (self.names.parameters or {}).get(name, node.id[1:]))
        raise self._fail(scope, node, self._unknown(node.id[1:]))

    def _unknown(self, name: str) -> str:
        if name.lower() in self._open:
            return f"{name} depends on itself"
        known = [*self.names.definitions, *FIELDS, *SHORTCUTS, *(self.names.parameters or ())]
        near = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
        return f"nothing is called {name}{f'; did you mean {near[0]}?' if near else ''}"

    def _local(self, scope: _Scope, name: str, local: dict) -> int:
        """A variable of a function, which is computed where it is first needed."""
        found = local[name]
        if isinstance(found, str):
            found = local[name] = self._number(replace(scope, tree=tree(found)), tree(found).root)
        return found

    def _variable(self, name: str, text: str, constants: bool) -> int:
        key = text, self.builder.guard
        if key not in self._made:
            own = _Scope(tree(text.strip()), name, constants)
            self._made[key] = self._number(own, own.tree.root)
        return self._made[key]

    def _unaryop(self, scope: _Scope, node: ast.UnaryOp):
        if isinstance(node.op, ast.Not):
            return self.builder.add("not", self._truth(scope, node.operand))
        found = self._walk(scope, node.operand)
        if isinstance(node.op, ast.UAdd):
            return found
        if not isinstance(node.op, ast.USub):
            raise self._fail(scope, node, "this is not part of the language")
        return _Whole(-found.value) if isinstance(found, _Whole) else self.builder.add("neg", found)

    def _binop(self, scope: _Scope, node: ast.BinOp):
        op = _OPERATORS.get(type(node.op))
        if op is None:
            raise self._fail(scope, node, "this is not part of the language")
        if op == "pow":
            return self._power(scope, node)
        a, b = self._walk(scope, node.left), self._walk(scope, node.right)
        if isinstance(a, _Whole) and isinstance(b, _Whole):
            return self._whole(scope, node, self._of_wholes(scope, node, op, a.value, b.value))
        for side, found in ((node.left, a), (node.right, b)):
            if not isinstance(found, _Whole) and self.builder.is_truth(found):
                raise self._fail(scope, side, "a number is needed here, not a condition")
        x, y = self._real(scope, a), self._real(scope, b)
        return self.builder.quotient(x, y) if op == "div" else self.builder.add(op, x, y)

    def _of_wholes(self, scope: _Scope, node: ast.BinOp, op: str, a: int, b: int) -> int:
        if op != "div":
            return {"add": a + b, "sub": a - b, "mul": a * b}[op]
        if not b:
            raise self._fail(scope, node, "a whole number is divided by 0")
        quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        if quotient * b != a:
            self.doubts.append(f"{a}/{b} is a division of whole numbers, {quotient} in Fortran and here")
        return quotient

    def _power(self, scope: _Scope, node: ast.BinOp):
        base, written = self._walk(scope, node.left), _written(node.right)
        if isinstance(written, float) and written.is_integer() and abs(written) <= _LARGEST_POWER:
            return self._integer_power(self._real(scope, base), int(written))
        exponent = self._walk(scope, node.right)
        if isinstance(exponent, _Whole):
            if isinstance(base, _Whole):
                return self._whole(scope, node, self._power_of_wholes(scope, node, base.value, exponent.value))
            if abs(exponent.value) <= _LARGEST_POWER:
                return self._integer_power(base, exponent.value)
        return self.builder.power(self._real(scope, base), self._real(scope, exponent))

    def _integer_power(self, x: int, exponent: int) -> int:
        if exponent <= 0:
            one = self.builder.add("constant", 1.0)
            return self.builder.quotient(one, self._integer_power(x, -exponent)) if exponent else one
        return x if exponent == 1 else self.builder.add("integer_pow", x, exponent)

    def _power_of_wholes(self, scope: _Scope, node: ast.expr, base: int, exponent: int) -> int:
        if exponent < 0 and not base:
            raise self._fail(scope, node, "a whole number is divided by 0")
        if abs(base) <= 1:
            return base ** abs(exponent)
        if exponent < 0:
            self.doubts.append(f"{base}**({exponent}) is a power of whole numbers, 0 in Fortran and here")
            return 0
        return base ** min(exponent, 32)

    def _compare(self, scope: _Scope, node: ast.Compare):
        if len(node.ops) != 1 or type(node.ops[0]) not in _COMPARISONS:
            raise self._fail(scope, node, "one comparison at a time: join several with .and.")
        sides = self._number(scope, node.left), self._number(scope, node.comparators[0])
        return self.builder.add(_COMPARISONS[type(node.ops[0])], *sides)

    def _boolop(self, scope: _Scope, node: ast.BoolOp):
        op = "and" if isinstance(node.op, ast.And) else "or"
        first, *others = (self._truth(scope, value) for value in node.values)
        for other in others:
            first = self.builder.add(op, first, other)
        return first

    def _call(self, scope: _Scope, node: ast.Call):
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise self._fail(scope, node, "this is not part of the language")
        spelled, args = node.func.id[1:], node.args
        name = spelled.lower()
        if name in _UNARY:
            self._count(scope, node, spelled, 1)
            return self.builder.function(_UNARY[name], self._number(scope, args[0]))
        if name in _EXTREMES:
            if len(args) < 2:
                raise self._fail(scope, node, f"{spelled} takes two arguments or more")
            first, *others = (self._number(scope, arg) for arg in args)
            for other in others:
                first = self.builder.add(_EXTREMES[name], first, other)
            return first
        if name in _OWN:
            return getattr(self, f"_of_{'n' if name in _ARRAYS else name}")(scope, node, spelled)
        if name in library.FUNCTIONS:
            return self._library(scope, node, library.FUNCTIONS[name], spelled)
        near = get_close_matches(name, [*_UNARY, *_EXTREMES, *_OWN, *library.FUNCTIONS], n=1, cutoff=0.75)
        raise self._fail(scope, node, f"no function {spelled} here{f'; did you mean {near[0]}?' if near else ''}")

    def _count(self, scope: _Scope, node: ast.Call, name: str, count: int) -> None:
        if len(node.args) != count:
            raise self._fail(scope, node, f"{name} takes {count} argument{'s' * (count > 1)}, got {len(node.args)}")

    def _of_dble(self, scope: _Scope, node: ast.Call, name: str) -> int:
        self._count(scope, node, name, 1)
        return self._number(scope, node.args[0])

    _of_real = _of_dble

    def _of_n(self, scope: _Scope, node: ast.Call, name: str) -> int:
        """A density; the last accepted one (n_global) is that of now."""
        self._count(scope, node, name, 1)
        index = node.args[0]
        if not isinstance(index, ast.Name) or not index.id.lower().startswith("_idx_"):
            raise self._fail(scope, node, f"{name} is the density of one species here, as in {name}(idx_H2)")
        try:
            return self.builder.add("density", self.names.species(index.id[1:]))
        except LookupError:
            raise self._fail(scope, node, f"{index.id[1:]} is no species of the network") from None

    def _all_densities(self, scope: _Scope, node: ast.expr) -> bool:
        """Whether it is n, n(:) or n(1:nmols)."""
        if isinstance(node, ast.Call):
            inner = isinstance(node.func, ast.Name) and len(node.args) == 1 and isinstance(node.args[0], ast.Name)
            return inner and node.func.id.lower() in ("_n", "_n_global") and node.args[0].id == ALL  # pyright: ignore
        return isinstance(node, ast.Name) and node.id.lower() == "_n"

    def _of_sum(self, scope: _Scope, node: ast.Call, name: str) -> int:
        self._count(scope, node, name, 1)
        if not self._all_densities(scope, node.args[0]):
            raise self._fail(scope, node, f"{name} is of all densities here, as in {name}(n(:))")
        return self.builder.add("total", PARTICLES)

    def _of_get_hnuclei(self, scope: _Scope, node: ast.Call, name: str) -> int:
        self._count(scope, node, name, 1)
        if not self._all_densities(scope, node.args[0]):
            raise self._fail(scope, node, f"{name} is of all densities, as in {name}(n(:))")
        if self.names.nuclei_are_conserved:
            return self.builder.add("field", "density")
        return self.builder.add("total", NUCLEI)

    def _of_merge(self, scope: _Scope, node: ast.Call, name: str) -> int:
        self._count(scope, node, name, 3)
        mask = self._truth(scope, node.args[2])
        yes = self._under(mask, scope, node.args[0])
        no = self._under(self.builder.add("not", mask), scope, node.args[1])
        return yes if yes == no else self.builder.add("select", mask, yes, no)

    def _library(self, scope: _Scope, node: ast.Call, function: library.Function, name: str) -> int:
        self._count(scope, node, name, len(function.arguments))
        local: dict[str, int | str] = dict(function.local)
        for argument, given in zip(function.arguments, node.args, strict=True):
            if argument != "n":
                local[argument] = self._number(scope, given)
            elif not self._all_densities(scope, given):
                raise self._fail(scope, given, f"{name} takes all densities first, as in {name}(n, Tgas)")
        own = _Scope(tree(function.result), name, constants=True, local=local)
        return self._number(own, own.tree.root)


def _written(node: ast.expr) -> int | float | None:
    """The number that an exponent is, with its sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _written(node.operand)
        return None if value is None else -value
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int | float) else None
