"""Elementary functions in lanes: their errors, their special values, and what LLVM may do with them."""

import ctypes
import dataclasses
import platform
from functools import cache

import numpy as np
import pytest

from eqxfuse._program.functions import LIBRARY
from tests.llvm.functions import EXACT, LONG, SPECIAL, arguments, errors

pytest.importorskip("llvmlite")

from llvmlite import ir

from eqxfuse._kernels.cpu import native
from eqxfuse._llvm.algebra.builder import I64, Code
from eqxfuse._llvm.functions.library import FUNCTIONS, call

POINTS = 3000
LANES = [1, 4, 8]
extended = pytest.mark.skipif(np.finfo(LONG).nmant < 63, reason="needs a long double with more digits than a double")


def module_text(dtype: str, lanes: int) -> str:
    """`@{name}(count, x..., out)` for each function: on arrays of `count` groups of lanes."""
    module = ir.Module("functions")
    scalar = ir.FloatType() if dtype == "float32" else ir.DoubleType()
    kind = scalar if lanes == 1 else ir.VectorType(scalar, lanes)
    for name in FUNCTIONS:
        code = Code(module, name, 4 if name == "pow" else 3, linkage="external")
        count = code.build.load(code.arguments[0], typ=I64, align=8)
        with code.loop(0, count) as i:
            values = [code.load(x, i, kind, align=4) for x in code.arguments[1:-1]]
            code.store(call(code.build, name, values), code.arguments[-1], i, align=4)
        code.build.ret_void()
    return str(module)


@cache
def compiled(dtype: str, lanes: int):
    return callables(native.compile_ir(module_text(dtype, lanes), optimise=True), dtype, lanes)


def callables(code: bytes, dtype: str, lanes: int):
    """A function of a name and arrays, each filled up with ones to whole groups of lanes."""
    addresses = native.link([code], list(FUNCTIONS))

    def evaluate(name, *arrays):
        groups = -(-len(arrays[0]) // lanes)
        data = np.ones((len(arrays) + 1, groups * lanes), dtype)
        data[:-1, : len(arrays[0])] = arrays
        run = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * (len(data) + 1))(addresses[name])
        run(np.array([groups]).ctypes.data, *(row.ctypes.data for row in data))
        return data[-1, : len(arrays[0])]

    return evaluate


def single(values):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(values).astype("float32")


def same(a, b) -> bool:
    """The sign of 0 counts; what is no number has no sign."""
    return bool(np.all(np.where(np.isnan(b), np.isnan(a), (a == b) & (np.signbit(a) == np.signbit(b)))))


@extended
@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize(("dtype", "bound"), [("float64", 0.8), ("float32", 0.501)])
def test_results_are_within_a_unit_of_the_last_place(name, dtype, bound):
    """Also denormal ones. In single precision they are results in double precision, rounded."""
    points = arguments(name, POINTS, seed=1)
    points = [single(x) for x in points] if dtype == "float32" else points
    with np.errstate(all="ignore"):
        exact = EXACT[name](*(x.astype(LONG) for x in points))
        distance = errors(compiled(dtype, 8)(name, *points), exact)
    worst = np.argmax(distance)
    assert distance[worst] < bound, [x[worst] for x in points]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_results_do_not_depend_on_the_number_of_lanes(name):
    points = arguments(name, POINTS // 10, seed=2)
    alone, *others = (compiled("float64", lanes)(name, *points) for lanes in LANES)
    assert all(same(other, alone) for other in others)


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_single_precision_is_double_precision_rounded(name, lanes):
    points = [single(x) for x in arguments(name, POINTS // 10, seed=3)]
    assert same(compiled("float32", lanes)(name, *points), single(compiled("float64", 8)(name, *points)))


CASES = [
    pytest.param(name, x if isinstance(x, tuple) else (x,), value, id=f"{name} of {x}")
    for name, cases in SPECIAL.items()
    for x, value in cases
]


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize(("name", "x", "value"), CASES)
def test_special_values(name, x, value, lanes):
    result = compiled("float64", lanes)(name, *(np.array([a]) for a in x))
    assert same(result, np.array([value])), result


@pytest.mark.parametrize("name", FUNCTIONS)
def test_one_lane_does_not_disturb_another(name):
    """Special values beside ordinary ones."""
    special = [x if isinstance(x, tuple) else (x,) for x, _ in SPECIAL[name]]
    points = [np.array(column + (0.7,) * len(column)) for column in zip(*special, strict=True)]
    order = np.random.default_rng(0).permutation(len(points[0]))
    points = [x[order] for x in points]
    assert same(compiled("float64", 8)(name, *points), compiled("float64", 1)(name, *points))


def test_each_is_a_function_of_the_library():
    assert set(FUNCTIONS) == set(EXACT) <= set(LIBRARY)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_calls_with_the_same_argument_leave_a_loop(name):
    """What LLVM's passes make of `for (...) tick(f(x))`: the value is computed before the loop."""
    import llvmlite.binding as llvm

    module = ir.Module("loop")
    x = ir.VectorType(ir.DoubleType(), 8)
    tick = ir.Function(module, ir.FunctionType(ir.VoidType(), [x]), "tick")
    code = Code(module, "loop", 2, linkage="external")
    values = [code.load(code.arguments[1], i, x) for i in range(2 if name == "pow" else 1)]
    with code.loop(0, code.build.load(code.arguments[0], typ=I64, align=8)):
        code.build.call(tick, [call(code.build, name, values)])
    code.build.ret_void()
    parsed = llvm.parse_assembly(str(module))
    native._run_passes(llvm, parsed, native._machine(2))
    (loop,) = (f for f in parsed.functions if f.name == "loop")
    (body,) = (block for block in loop.blocks if "@tick" in str(block))
    called = [str(i) for i in body.instructions if i.opcode == "call"]
    assert len(called) == 1, called


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names a processor of that family")
def test_processors_without_fused_multiplication_give_the_same(monkeypatch):
    """There, C's `fma` and `floor` are called."""
    oldest = dataclasses.replace(native.host(), cpu="x86-64", features="")
    make_machine = native._machine.__wrapped__
    monkeypatch.setattr(native, "host", lambda: oldest)
    monkeypatch.setattr(native, "_machine", make_machine)
    plain = callables(native.compile_ir(module_text("float64", 4), optimise=True), "float64", 4)
    for name in FUNCTIONS:
        points = arguments(name, POINTS // 30, seed=4)
        assert same(plain(name, *points), compiled("float64", 4)(name, *points))
