"""LLVM IR of the exponential function, for numbers of any number of lanes.

exp(x) = 2^n exp(r) with n the integer nearest to x/ln 2: Cody & Waite 1980, Software Manual for the Elementary
Functions, chapter 6. |r| <= ln(2)/2, where Taylor's polynomial of degree 13 is exact to 4e-18.
"""

import math
from typing import Any

from llvmlite import ir

from eqxfuse._emit._loops import DOUBLE, I64, Code

_DEGREE = 13
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""ln 2 in two parts; products of the first with integers below 2^20 are exact."""
_ROUND = 1.5 * 2.0**52
"""Added to a number below 2^51, it leaves the nearest integer in the low bits."""
_LOWEST, _HIGHEST = -746.0, 710.0
"""Beyond them exp(x) is 0 and infinity."""


def exponential(code: Code, x):
    """exp(x) to one unit in the last place; infinities and no numbers as IEEE 754 has them."""
    build, kind = code.build, x.type

    def number(value: float):
        return code.splat(ir.Constant(DOUBLE, value), kind)

    x = build.select(build.fcmp_ordered(">", x, number(_HIGHEST)), number(_HIGHEST), x)
    x = build.select(build.fcmp_ordered("<", x, number(_LOWEST)), number(_LOWEST), x)
    shifted = code.fma(x, number(1.0 / math.log(2.0)), number(_ROUND))
    n = build.fsub(shifted, number(_ROUND))
    r = code.minus_product(code.minus_product(x, n, number(_LN2_HIGH)), n, number(_LN2_LOW))
    value = number(1.0 / math.factorial(_DEGREE))
    for k in range(_DEGREE - 1, -1, -1):
        value = code.fma(value, r, number(1.0 / math.factorial(k)))
    return _scaled(code, value, shifted)


def _scaled(code: Code, value, shifted):
    """`value` times 2^n, in two factors, because 2^n alone may overflow or vanish."""
    build, kind = code.build, value.type
    integers: Any = ir.VectorType(I64, kind.count) if isinstance(kind, ir.VectorType) else I64

    def constant(number: int):
        return code.splat(ir.Constant(I64, number), integers)

    bits = build.sub(build.bitcast(shifted, integers), constant(0x4338000000000000))
    half = build.ashr(bits, constant(1))
    for part in (half, build.sub(bits, half)):
        power = build.shl(build.add(part, constant(1023)), constant(52))
        value = build.fmul(value, build.bitcast(power, kind))
    return value
